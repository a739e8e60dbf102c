#include "lean/fill_internal.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

/*
 * A placeholder's answer must be an answer, not the question again: spec/datasets.md 2.3. Two
 * tests. Every token is on the list, or a name that the term itself binds. And every comparison is
 * of a form that solves something:
 *
 * - an unknown (a variable of the set or function, applied, projected, or a tuple of such) against
 *   a term without unknowns and with few parameters: "x = π / 4 + k * π / 2", "f z = 2 * z + c",
 *   "f = fun z => 2 * z + c", "1 < x"; with parameters it could be the question, as below;
 * - a quantified variable against a term without variables: "0 < k";
 * - an unknown against another: "a = b", "p.1 < p.2";
 * - a remainder: "n % 4 = 1"; an unknown by the others: "y = 2 * x + 1"; monomials of different
 *   unknowns: "b ^ 2 < 3 * a ^ 2". These three could be the question itself where that is short, so
 *   no comparison of the statement may have the same parts.
 */

enum { FILL_MAX_TOKENS = 400, SMALL_TOKENS = 9, SHAPE_MAX = 64, PARAMETERS_MAX = 2 };

static const char *const symbols[] = {
	"+",
	"-",
	"*",
	"/",
	"^",
	"%",
	"(",
	")",
	"{",
	"}",
	"⟨",
	"⟩",
	",",
	":",
	"|",
	"=>",
	"↦",
	"λ",
	"√",
	"∅",
	"∪",
	"∩",
	"\\",
	"×",
	"→",
	"∃",
	"∀",
	"∧",
	"∨",
	"¬",
	"=",
	"≠",
	"<",
	">",
	"≤",
	"≥",
	"∈",
	"⁻¹",
	"↑",
	".",
};

/* "Set.univ" is left out: only alone, and where it says something, is it an answer. */
static const char *const names[] = {
	"Complex.I",
	"Finset",
	"Finset.Icc",
	"Finset.Ico",
	"Finset.Ioc",
	"Finset.Ioo",
	"Finset.range",
	"Int",
	"Nat",
	"Nat.sqrt",
	"NNReal.pi",
	"Prop",
	"Rat",
	"Real",
	"Real.cos",
	"Real.exp",
	"Real.log",
	"Real.pi",
	"Real.sin",
	"Real.sqrt",
	"Real.tan",
	"Set",
	"Set.Icc",
	"Set.Ici",
	"Set.Ico",
	"Set.Iic",
	"Set.Iio",
	"Set.Ioc",
	"Set.Ioi",
	"Set.Ioo",
	"abs",
	"cos",
	"else",
	"exp",
	"fun",
	"if",
	"log",
	"max",
	"min",
	"pi",
	"sin",
	"sqrt",
	"tan",
	"then",
	"ℂ",
	"ℕ",
	"ℚ",
	"ℝ",
	"ℤ",
	"π",
};

static const char *const inequalities[] = {"<", ">", "≤", "≥"};
static const char *const boundaries[] = {
	"∧", "∨", "¬", ",", "|", "=>", "↦", "→", "↔", ":", "if", "then", "else"};

bool fill_in_list(
	const struct lean_tokens *tokens, size_t index, const char *const *words, size_t count) {
	for (size_t i = 0; i < count; i++) {
		if (lean_token_is(tokens, index, words[i])) {
			return true;
		}
	}
	return false;
}

bool fill_is_variable(const struct lean_tokens *tokens, size_t index) {
	return tokens->list.items[index].kind == LEAN_IDENT &&
	       !fill_in_list(tokens, index, names, F2F_COUNT(names));
}

bool fill_same(const struct fill *fill, size_t a, size_t b) {
	const struct lean_token *x = &fill->tokens->list.items[a];
	const struct lean_token *y = &fill->tokens->list.items[b];
	return x->end - x->start == y->end - y->start &&
	       memcmp(fill->tokens->text + x->start, fill->tokens->text + y->start,
		       x->end - x->start) == 0;
}

bool fill_is_outer(const struct fill *fill, size_t index) {
	for (size_t i = 0; i < fill->outer_count; i++) {
		if (fill_same(fill, fill->outer[i], index)) {
			return true;
		}
	}
	return false;
}

bool fill_is_inner(const struct fill *fill, size_t index) {
	for (size_t i = 0; i < fill->inner_count; i++) {
		if (fill_same(fill, fill->inner[i], index)) {
			return true;
		}
	}
	return false;
}

static bool is_function(const struct lean_tokens *tokens, size_t index) {
	return lean_token_is(tokens, index, "fun") || lean_token_is(tokens, index, "λ");
}

/* "f = fun z => …": z runs over all there is, as in "∀ z, f z = …". */
static bool is_equated_function(const struct fill *fill, size_t index) {
	size_t before = index;
	while (before > fill->from && lean_token_is(fill->tokens, before - 1, "(")) {
		before--;
	}
	return is_function(fill->tokens, index) && before > fill->from &&
	       lean_token_is(fill->tokens, before - 1, "=");
}

/* Where the binders that begin at `index` end; `index` itself when none do. A brace binds when its
 * bar comes before it closes. */
size_t fill_binders_end(const struct fill *fill, size_t index) {
	const struct lean_tokens *tokens = fill->tokens;
	bool brace = lean_token_is(tokens, index, "{");
	static const char *const heads[] = {"fun", "λ", "∃", "∀"};
	if (!brace && !fill_in_list(tokens, index, heads, F2F_COUNT(heads))) {
		return index;
	}
	bool quantifier = lean_token_is(tokens, index, "∃") || lean_token_is(tokens, index, "∀");
	int depth = 0;
	for (size_t i = index + 1; i < fill->to && depth >= 0; i++) {
		depth += lean_token_depth(tokens, i);
		bool end = brace	? lean_token_is(tokens, i, "|")
			   : quantifier ? lean_token_is(tokens, i, ",")
					: lean_token_is(tokens, i, "=>") ||
						  lean_token_is(tokens, i, "↦");
		if (depth == 0 && end) {
			return i;
		}
	}
	return index;
}

static bool collect_binders(struct fill *fill) {
	for (size_t i = fill->from; i < fill->to; i++) {
		size_t end = fill_binders_end(fill, i);
		bool quantifier = lean_token_is(fill->tokens, i, "∃") ||
				  lean_token_is(fill->tokens, i, "∀") ||
				  is_equated_function(fill, i);
		for (size_t k = i + 1; k < end; k++) {
			size_t *count = quantifier ? &fill->inner_count : &fill->outer_count;
			if (!fill_is_variable(fill->tokens, k)) {
				continue;
			}
			if (*count == FILL_BOUND_MAX) {
				return false;
			}
			(quantifier ? fill->inner : fill->outer)[(*count)++] = k;
		}
	}
	return true;
}

/* "(fun n => 2 ^ n)^[1984] 1": the only closed form that some numbers have. */
bool fill_is_iteration(const struct fill *fill, size_t index) {
	bool opens = lean_token_is(fill->tokens, index, "[") && index > fill->from &&
		     lean_token_is(fill->tokens, index - 1, "^");
	return opens || lean_token_is(fill->tokens, index, "]") ||
	       lean_token_is(fill->tokens, index, "Nat.iterate");
}

static const char *check_tokens(const struct fill *fill) {
	for (size_t i = fill->from; i < fill->to; i++) {
		const struct lean_token *token = &fill->tokens->list.items[i];
		bool listed = token->kind == LEAN_NUMBER ||
			      fill_in_list(fill->tokens, i, symbols, F2F_COUNT(symbols)) ||
			      fill_in_list(fill->tokens, i, names, F2F_COUNT(names)) ||
			      fill_is_iteration(fill, i);
		if (!listed && !fill_is_outer(fill, i) && !fill_is_inner(fill, i)) {
			return "an answer that is no closed form";
		}
		bool variable = fill_is_outer(fill, i) || fill_is_inner(fill, i);
		if (variable && i + 1 < fill->to && lean_token_is(fill->tokens, i + 1, "(")) {
			return "an answer that applies its variables to more than names";
		}
	}
	return NULL;
}

bool fill_is_comparison(const struct lean_tokens *tokens, size_t index) {
	static const char *const comparisons[] = {"=", "≠", "<", ">", "≤", "≥", "∈"};
	return fill_in_list(tokens, index, comparisons, F2F_COUNT(comparisons));
}

static bool is_boundary(const struct lean_tokens *tokens, size_t index) {
	return fill_in_list(tokens, index, boundaries, F2F_COUNT(boundaries)) ||
	       fill_is_comparison(tokens, index);
}

/* One side of a comparison: as far as brackets and connectives allow, within from..to. */
size_t fill_side_start(const struct lean_tokens *tokens, size_t from, size_t index) {
	int depth = 0;
	size_t i = index;
	while (i > from) {
		depth += lean_token_depth(tokens, i - 1);
		if (depth > 0 || (depth == 0 && is_boundary(tokens, i - 1))) {
			break;
		}
		i--;
	}
	return i;
}

size_t fill_side_end(const struct lean_tokens *tokens, size_t index, size_t to) {
	int depth = 0;
	size_t i = index + 1;
	bool binds = i < to && is_function(tokens, i); // its arrow and colons belong to the side
	while (i < to) {
		depth += lean_token_depth(tokens, i);
		bool arrow = lean_token_is(tokens, i, "=>") || lean_token_is(tokens, i, "↦");
		bool inside = binds && (arrow || lean_token_is(tokens, i, ":"));
		if (depth < 0 || (depth == 0 && is_boundary(tokens, i) && !inside)) {
			break;
		}
		binds = binds && !(depth == 0 && arrow);
		i++;
	}
	return i;
}

/* A variable of the set or function alone, applied to quantified ones, projected, or a tuple of
 * such. */
static bool is_unknown(const struct fill *fill, size_t from, size_t to) {
	bool any = false;
	for (size_t i = from; i < to; i++) {
		bool projection = lean_token_is(fill->tokens, i, ".") ||
				  (fill->tokens->list.items[i].kind == LEAN_NUMBER && i > from &&
					  lean_token_is(fill->tokens, i - 1, "."));
		bool grouping = lean_token_is(fill->tokens, i, "(") ||
				lean_token_is(fill->tokens, i, ")") ||
				lean_token_is(fill->tokens, i, ",");
		any |= fill_is_outer(fill, i);
		if (!fill_is_outer(fill, i) && !fill_is_inner(fill, i) && !projection &&
			!grouping) {
			return false;
		}
	}
	return any;
}

static bool has_unknown(const struct fill *fill, size_t from, size_t to) {
	for (size_t i = from; i < to; i++) {
		if (fill_is_outer(fill, i)) {
			return true;
		}
	}
	return false;
}

/* Quantified variables in a term, each once. */
static size_t parameters(const struct fill *fill, size_t from, size_t to) {
	size_t count = 0;
	for (size_t i = from; i < to; i++) {
		bool seen = !fill_is_inner(fill, i);
		for (size_t k = from; k < i && !seen; k++) {
			seen = fill_same(fill, k, i);
		}
		count += !seen;
	}
	return count;
}

static bool has_variable(const struct fill *fill, size_t from, size_t to) {
	for (size_t i = from; i < to; i++) {
		if (fill_is_outer(fill, i) || fill_is_inner(fill, i)) {
			return true;
		}
	}
	return false;
}

/* Whether some unknown stands on both sides. */
static bool shares_unknown(const struct fill *fill, size_t from, size_t middle, size_t to) {
	for (size_t i = from; i < middle; i++) {
		for (size_t k = middle + 1; k < to; k++) {
			if (fill_is_outer(fill, i) && fill_same(fill, i, k)) {
				return true;
			}
		}
	}
	return false;
}

/* Numbers, unknowns and signs of a polynomial; without "+" a monomial. */
static bool is_polynomial(const struct fill *fill, size_t from, size_t to, bool monomial) {
	if (from == to || to - from > SMALL_TOKENS) {
		return false;
	}
	for (size_t i = from; i < to; i++) {
		bool power = lean_token_is(fill->tokens, i, "^") && i + 1 < to &&
			     fill->tokens->list.items[i + 1].kind == LEAN_NUMBER;
		if (!power && !fill_is_outer(fill, i) && !lean_token_is(fill->tokens, i, "*") &&
			!lean_token_is(fill->tokens, i, "abs") &&
			fill->tokens->list.items[i].kind != LEAN_NUMBER &&
			(monomial || !lean_token_is(fill->tokens, i, "+"))) {
			return false;
		}
	}
	return true;
}

/* ---- The parts of a comparison, in any order: its tokens, names that the text binds as one. */

struct shape {
	const char *parts[SHAPE_MAX];
	size_t lengths[SHAPE_MAX];
	size_t count; // SHAPE_MAX + 1: too long to be compared
};

static struct shape shape_of(
	const struct lean_tokens *tokens, size_t from, size_t middle, size_t to) {
	struct shape shape = {.count = 0};
	for (size_t i = from; i < to; i++) {
		const struct lean_token *token = &tokens->list.items[i];
		if (i == middle || lean_token_depth(tokens, i) != 0) {
			continue;
		}
		if (shape.count >= SHAPE_MAX) {
			shape.count = SHAPE_MAX + 1;
			return shape;
		}
		bool name = token->kind == LEAN_IDENT &&
			    !fill_in_list(tokens, i, names, F2F_COUNT(names));
		shape.parts[shape.count] = name ? "v" : tokens->text + token->start;
		shape.lengths[shape.count++] = name ? 1 : token->end - token->start;
	}
	return shape;
}

static bool same_shape(const struct shape *a, const struct shape *b) {
	bool used[SHAPE_MAX] = {false};
	if (a->count != b->count || a->count > SHAPE_MAX) {
		return false;
	}
	for (size_t i = 0; i < a->count; i++) {
		size_t k = 0;
		while (k < b->count &&
			(used[k] || a->lengths[i] != b->lengths[k] ||
				memcmp(a->parts[i], b->parts[k], a->lengths[i]) != 0)) {
			k++;
		}
		if (k == b->count) {
			return false;
		}
		used[k] = true;
	}
	return true;
}

static bool asked_already(const struct fill *fill, size_t from, size_t middle, size_t to) {
	const struct lean_tokens *asked = fill->statement;
	struct shape shape = shape_of(fill->tokens, from, middle, to);
	for (size_t i = 0; i < asked->list.count; i++) {
		if (!fill_is_comparison(asked, i)) {
			continue;
		}
		struct shape have = shape_of(asked, fill_side_start(asked, 0, i), i,
			fill_side_end(asked, i, asked->list.count));
		if (same_shape(&shape, &have) || fill_same_equation(fill, from, middle, to, i)) {
			return true;
		}
	}
	return false;
}

/* "n % 4 = 1" */
static bool is_remainder(const struct fill *fill, size_t from, size_t middle, size_t to) {
	const struct lean_token *items = fill->tokens->list.items;
	return middle - from == 3 && to - middle == 2 && fill_is_outer(fill, from) &&
	       lean_token_is(fill->tokens, from + 1, "%") && items[from + 2].kind == LEAN_NUMBER &&
	       items[to - 1].kind == LEAN_NUMBER;
}

/* "p.1 < p.2": parts of one unknown, and not the same part. */
static bool are_parts(const struct fill *fill, size_t from, size_t middle, size_t to) {
	const struct lean_tokens *tokens = fill->tokens;
	bool alike = middle - from == to - middle - 1;
	for (size_t i = from; i < middle && alike; i++) {
		alike = fill_same(fill, i, middle + 1 + (i - from));
	}
	for (size_t i = from; i < to; i++) {
		if (lean_token_is(tokens, i, ",") || lean_token_depth(tokens, i) != 0) {
			return false;
		}
	}
	return !alike && lean_token_is(tokens, from + 1, ".") &&
	       lean_token_is(tokens, middle + 2, ".");
}

/* An unknown by a term without any; what its parameters run through could be the question. A lone
 * one is a whole number among the reals: "∃ n : ℤ, x = n". */
static bool is_solved(const struct fill *fill, size_t from, size_t middle, size_t to, bool left) {
	size_t start = left ? middle + 1 : from;
	size_t end = left ? to : middle;
	size_t count = parameters(fill, start, end);
	return count == 0 || end - start == 1 ||
	       (count <= PARAMETERS_MAX && !asked_already(fill, from, middle, to));
}

static bool solves(const struct fill *fill, size_t from, size_t middle, size_t to) {
	const struct lean_tokens *tokens = fill->tokens;
	bool left = is_unknown(fill, from, middle);
	bool right = is_unknown(fill, middle + 1, to);
	if ((left && !has_unknown(fill, middle + 1, to)) ||
		(right && !has_unknown(fill, from, middle))) {
		return is_solved(fill, from, middle, to, left);
	}
	if ((middle - from == 1 && fill_is_inner(fill, from) &&
		    !has_variable(fill, middle + 1, to)) ||
		(to - middle == 2 && fill_is_inner(fill, to - 1) &&
			!has_variable(fill, from, middle))) {
		return true;
	}
	if (!has_variable(fill, from, to)) {
		return fill->outer_count == 0; // "if 2 < 3"; in a set it would say nothing
	}
	if (shares_unknown(fill, from, middle, to)) {
		return left && right && are_parts(fill, from, middle, to);
	}
	if (left && right) {
		return true;
	}
	bool lone = (middle - from == 1 && left) || (to - middle == 2 && right);
	bool equation = lone && lean_token_is(tokens, middle, "=") &&
			is_polynomial(fill, middle - from == 1 ? middle + 1 : from,
				middle - from == 1 ? to : middle, false);
	bool monomials = fill_in_list(tokens, middle, inequalities, F2F_COUNT(inequalities)) &&
			 is_polynomial(fill, from, middle, true) &&
			 is_polynomial(fill, middle + 1, to, true) &&
			 has_unknown(fill, from, middle) && has_unknown(fill, middle + 1, to);
	return (equation || monomials || is_remainder(fill, from, middle, to)) &&
	       !asked_already(fill, from, middle, to);
}

static const char *check_comparisons(const struct fill *fill) {
	const struct lean_tokens *tokens = fill->tokens;
	for (size_t i = fill->from; i < fill->to; i++) {
		if (fill_is_comparison(tokens, i) &&
			!solves(fill, fill_side_start(tokens, fill->from, i), i,
				fill_side_end(tokens, i, fill->to))) {
			return "an answer that is a condition, not a solution";
		}
	}
	return NULL;
}

bool lean_fill_closed(const struct lean_tokens *tokens, size_t from, size_t to,
	const struct lean_tokens *statement, struct str name, const char **why_out) {
	struct fill fill = {.tokens = tokens, .from = from, .to = to, .statement = statement};
	size_t bad = 0;
	*why_out = NULL;
	if (to == from + 1 &&
		(lean_token_is(tokens, from, "True") || lean_token_is(tokens, from, "False"))) {
		return true; // "does it hold?": inside a set or function it would say nothing
	}
	if (to == from + 1 && lean_token_is(tokens, from, "Set.univ") &&
		fill_asks_which(statement)) {
		return true;
	}
	if (to - from > FILL_MAX_TOKENS || !lean_tokens_balanced(tokens, from, to, &bad) ||
		!collect_binders(&fill)) {
		*why_out = "an answer too long or not whole";
		return false;
	}
	*why_out = check_tokens(&fill);
	*why_out = *why_out != NULL ? *why_out : fill_check_choice(&fill);
	*why_out = *why_out != NULL ? *why_out : check_comparisons(&fill);
	*why_out = *why_out != NULL ? *why_out : fill_check_ties(&fill);
	*why_out = *why_out != NULL ? *why_out : fill_check_follows(&fill, name);
	*why_out = *why_out != NULL ? *why_out : fill_check_repeats(&fill, name);
	return *why_out == NULL;
}
