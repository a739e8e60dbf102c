#include "lean/placeholder.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

/*
 * A placeholder's answer must be an answer, not the question again: spec/datasets.md 2.3. Two
 * tests. Every token is on the list, or a name that the term itself binds. And every comparison is
 * solved (one side only a variable of the set or function, the other without such variables) or so
 * small that it can only be a bound.
 */

enum { FILL_MAX_TOKENS = 400, BOUND_MAX = 32, SMALL_TOKENS = 9 };

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
	".",
};

/* "Set.univ" is left out: it answers nothing where the question was for which. */
static const char *const names[] = {
	"Complex.I",
	"False",
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
	"True",
	"cos",
	"exp",
	"fun",
	"log",
	"pi",
	"sin",
	"sqrt",
	"tan",
	"ℂ",
	"ℕ",
	"ℚ",
	"ℝ",
	"ℤ",
	"π",
};

static const char *const comparisons[] = {"=", "≠", "<", ">", "≤", "≥", "∈"};
static const char *const boundaries[] = {"∧", "∨", "¬", ",", "|", "=>", "↦", "→"};

struct fill {
	const struct lean_tokens *tokens;
	size_t from;
	size_t to;
	size_t outer[BOUND_MAX]; // tokens of the variables of sets and functions
	size_t outer_count;
	size_t inner[BOUND_MAX]; // tokens of the variables of quantifiers
	size_t inner_count;
};

static bool in_list(
	const struct lean_tokens *tokens, size_t index, const char *const *words, size_t count) {
	for (size_t i = 0; i < count; i++) {
		if (lean_token_is(tokens, index, words[i])) {
			return true;
		}
	}
	return false;
}

static bool is_name(const struct fill *fill, size_t index) {
	return fill->tokens->list.items[index].kind == LEAN_IDENT &&
	       !in_list(fill->tokens, index, names, F2F_COUNT(names));
}

static bool same(const struct fill *fill, size_t a, size_t b) {
	const struct lean_token *x = &fill->tokens->list.items[a];
	const struct lean_token *y = &fill->tokens->list.items[b];
	return x->end - x->start == y->end - y->start &&
	       memcmp(fill->tokens->text + x->start, fill->tokens->text + y->start,
		       x->end - x->start) == 0;
}

static bool is_outer(const struct fill *fill, size_t index) {
	for (size_t i = 0; i < fill->outer_count; i++) {
		if (same(fill, fill->outer[i], index)) {
			return true;
		}
	}
	return false;
}

static bool is_inner(const struct fill *fill, size_t index) {
	for (size_t i = 0; i < fill->inner_count; i++) {
		if (same(fill, fill->inner[i], index)) {
			return true;
		}
	}
	return false;
}

/* Where the binders that begin at `index` end; `index` itself when none do. A brace binds when its
 * bar comes before it closes. */
static size_t binders_end(const struct fill *fill, size_t index) {
	const struct lean_tokens *tokens = fill->tokens;
	bool brace = lean_token_is(tokens, index, "{");
	static const char *const heads[] = {"fun", "λ", "∃", "∀"};
	if (!brace && !in_list(tokens, index, heads, F2F_COUNT(heads))) {
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
		size_t end = binders_end(fill, i);
		bool quantifier =
			lean_token_is(fill->tokens, i, "∃") || lean_token_is(fill->tokens, i, "∀");
		for (size_t k = i + 1; k < end; k++) {
			size_t *count = quantifier ? &fill->inner_count : &fill->outer_count;
			if (!is_name(fill, k)) {
				continue;
			}
			if (*count == BOUND_MAX) {
				return false;
			}
			(quantifier ? fill->inner : fill->outer)[(*count)++] = k;
		}
	}
	return true;
}

static const char *check_tokens(const struct fill *fill) {
	for (size_t i = fill->from; i < fill->to; i++) {
		const struct lean_token *token = &fill->tokens->list.items[i];
		bool listed = token->kind == LEAN_NUMBER ||
			      in_list(fill->tokens, i, symbols, F2F_COUNT(symbols)) ||
			      in_list(fill->tokens, i, names, F2F_COUNT(names));
		if (!listed && !is_outer(fill, i) && !is_inner(fill, i)) {
			return "an answer that is no closed form";
		}
		bool variable = is_outer(fill, i) || is_inner(fill, i);
		if (variable && i + 1 < fill->to && lean_token_is(fill->tokens, i + 1, "(")) {
			return "an answer that applies its variables to more than names";
		}
	}
	return NULL;
}

/* One side of a comparison: as far as brackets and connectives allow. */
static size_t side_start(const struct fill *fill, size_t index) {
	int depth = 0;
	size_t i = index;
	while (i > fill->from) {
		depth += lean_token_depth(fill->tokens, i - 1);
		if (depth > 0 || (depth == 0 && (in_list(fill->tokens, i - 1, boundaries,
							 F2F_COUNT(boundaries)) ||
							in_list(fill->tokens, i - 1, comparisons,
								F2F_COUNT(comparisons))))) {
			break;
		}
		i--;
	}
	return i;
}

static size_t side_end(const struct fill *fill, size_t index) {
	int depth = 0;
	size_t i = index + 1;
	while (i < fill->to) {
		depth += lean_token_depth(fill->tokens, i);
		if (depth < 0 || (depth == 0 && (in_list(fill->tokens, i, boundaries,
							 F2F_COUNT(boundaries)) ||
							in_list(fill->tokens, i, comparisons,
								F2F_COUNT(comparisons))))) {
			break;
		}
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
		any |= is_outer(fill, i);
		if (!is_outer(fill, i) && !is_inner(fill, i) && !projection && !grouping) {
			return false;
		}
	}
	return any;
}

static bool has_unknown(const struct fill *fill, size_t from, size_t to) {
	for (size_t i = from; i < to; i++) {
		if (is_outer(fill, i)) {
			return true;
		}
	}
	return false;
}

/* "a ^ 2 < 3 * b ^ 2": no division, no function, powers of numbers only. */
static bool is_small(const struct fill *fill, size_t from, size_t to) {
	static const char *const heavy[] = {"/", "%", "√", "⁻¹", "-", "∈"};
	if (to - from > SMALL_TOKENS) {
		return false;
	}
	for (size_t i = from; i < to; i++) {
		bool power = lean_token_is(fill->tokens, i, "^");
		if (in_list(fill->tokens, i, heavy, F2F_COUNT(heavy)) ||
			(power && (i + 1 >= to ||
					  fill->tokens->list.items[i + 1].kind != LEAN_NUMBER)) ||
			(fill->tokens->list.items[i].kind == LEAN_IDENT && !is_outer(fill, i) &&
				!is_inner(fill, i))) {
			return false;
		}
	}
	return true;
}

static const char *check_comparisons(const struct fill *fill) {
	for (size_t i = fill->from; i < fill->to; i++) {
		if (!in_list(fill->tokens, i, comparisons, F2F_COUNT(comparisons))) {
			continue;
		}
		size_t start = side_start(fill, i);
		size_t end = side_end(fill, i);
		bool left = is_unknown(fill, start, i) && !has_unknown(fill, i + 1, end);
		bool right = is_unknown(fill, i + 1, end) && !has_unknown(fill, start, i);
		bool domain = i > fill->from &&
			      binders_end(fill, fill->from) > i; // "{x ∈ Finset.range 9 | …}"
		if (!left && !right && !domain && !is_small(fill, start, end)) {
			return "an answer that is a condition, not a solution";
		}
	}
	return NULL;
}

bool lean_fill_closed(const struct lean_tokens *tokens, size_t from, size_t to,
	const struct lean_tokens *statement, const char **why_out) {
	struct fill fill = {.tokens = tokens, .from = from, .to = to};
	size_t bad = 0;
	*why_out = NULL;
	if (to - from > FILL_MAX_TOKENS || !lean_tokens_balanced(tokens, from, to, &bad) ||
		!collect_binders(&fill)) {
		*why_out = "an answer too long or not whole";
		return false;
	}
	*why_out = check_tokens(&fill);
	*why_out = *why_out != NULL ? *why_out : check_comparisons(&fill);
	return *why_out == NULL;
}
