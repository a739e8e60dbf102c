#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "lean/fill_internal.h"

/* What is against an answer as a whole though each of its comparisons solves something. */

static bool has_word(const struct fill *fill, const char *word) {
	for (size_t i = fill->from; i < fill->to; i++) {
		if (lean_token_is(fill->tokens, i, word)) {
			return true;
		}
	}
	return false;
}

static bool is_named(const struct lean_tokens *tokens, size_t index, struct str name) {
	const struct lean_token *token = &tokens->list.items[index];
	return token->end - token->start == name.len &&
	       memcmp(tokens->text + token->start, name.data, name.len) == 0;
}

/* ---- Searches. */

/* What makes a step of an iteration hang on a test: "n + min 1 (n * n % 7)", "n + 0 ^ (n - 6)",
 * "n + (1 - n)". Taking a number away and powers of numbers but 0 do not. */
static bool tests(const struct fill *fill, size_t index) {
	static const char *const words[] = {"%", "/", "min", "max", "abs", "Nat.sqrt", "⁻¹"};
	const struct lean_tokens *tokens = fill->tokens;
	bool taken = lean_token_is(tokens, index, "-") && index + 1 < fill->to &&
		     tokens->list.items[index + 1].kind != LEAN_NUMBER;
	bool zero = lean_token_is(tokens, index, "0") && lean_token_is(tokens, index + 1, "^");
	return taken || zero || fill_in_list(tokens, index, words, F2F_COUNT(words));
}

/* A choice between answers must not hang on the question: no quantifier may stand beside it, and no
 * iteration, which would search. */
const char *fill_check_choice(const struct fill *fill) {
	bool chooses = has_word(fill, "if");
	bool iterates = false;
	bool hangs = chooses;
	for (size_t i = fill->from; i < fill->to; i++) {
		iterates = iterates || fill_is_iteration(fill, i);
		hangs = hangs || fill_is_comparison(fill->tokens, i) || tests(fill, i);
	}
	if (iterates && hangs) {
		return "an answer that searches";
	}
	return chooses && fill->inner_count > 0 ? "an answer that chooses by a condition" : NULL;
}

/* ---- Ties. */

/* The sides of a comparison. */
struct sides {
	size_t from;
	size_t middle;
	size_t to;
};

static struct sides sides_of(const struct fill *fill, size_t index) {
	return (struct sides){
		.from = fill_side_start(fill->tokens, fill->from, index),
		.middle = index,
		.to = fill_side_end(fill->tokens, index, fill->to),
	};
}

/* Whether two occurrences of a variable are of the same part of it: "p" and "p.1" are, "p.1" and
 * "p.2" are not. */
static bool same_part(const struct fill *fill, size_t a, size_t b) {
	const struct lean_tokens *tokens = fill->tokens;
	if (!fill_same(fill, a, b)) {
		return false;
	}
	while (a + 2 < fill->to && b + 2 < fill->to && lean_token_is(tokens, a + 1, ".") &&
		lean_token_is(tokens, b + 1, ".")) {
		if (!fill_same(fill, a + 2, b + 2)) {
			return false;
		}
		a += 2;
		b += 2;
	}
	return true;
}

/* Whether the name at `index` is bound anew between two places, by a binder that still holds at the
 * second. */
static bool bound_between(const struct fill *fill, size_t index, size_t from, size_t to) {
	for (size_t i = from; i < to; i++) {
		size_t end = fill_binders_end(fill, i);
		bool binds = false;
		for (size_t k = i + 1; k < end && end <= to; k++) {
			binds = binds || fill_same(fill, k, index);
		}
		int depth = 0;
		for (size_t k = i; k < to && binds; k++) {
			depth += lean_token_depth(fill->tokens, k);
			binds = depth >= 0;
		}
		if (binds) {
			return true;
		}
	}
	return false;
}

static bool share(const struct fill *fill, struct sides a, struct sides b, bool inner) {
	for (size_t i = a.from; i < a.to; i++) {
		bool wanted = inner ? fill_is_inner(fill, i) : fill_is_outer(fill, i);
		for (size_t k = b.from; k < b.to && wanted; k++) {
			if (inner ? fill_same(fill, i, k) && !bound_between(fill, k, a.to, b.from)
				  : same_part(fill, i, k)) {
				return true;
			}
		}
	}
	return false;
}

/* Whether "∨" decides between two comparisons: it, and not "∧", joins them at the outermost. */
static bool are_cases(const struct fill *fill, size_t from, size_t to) {
	int depth = 0;
	int lowest = 0;
	bool cases = false;
	for (size_t i = from; i < to; i++) {
		depth += lean_token_depth(fill->tokens, i);
		if (depth < lowest) {
			lowest = depth;
			cases = false;
		}
		cases = cases || (depth == lowest && (lean_token_is(fill->tokens, i, "∨") ||
							     lean_token_is(fill->tokens, i, "∪")));
	}
	return cases;
}

/* A parameter that is tied to the same unknown twice is that unknown, or a function of it: "x = k ∧
 * x = 2 - k ^ 3" asks for x = 2 - x ^ 3. By cases it may be: "x = k * π ∨ x = k * π / 3". */
const char *fill_check_ties(const struct fill *fill) {
	bool turned = has_word(fill, "¬") || has_word(fill, "≠") || has_word(fill, "∀");
	for (size_t i = fill->from; i < fill->to; i++) {
		for (size_t k = i + 1; k < fill->to && fill_is_comparison(fill->tokens, i); k++) {
			if (!fill_is_comparison(fill->tokens, k)) {
				continue;
			}
			struct sides a = sides_of(fill, i);
			struct sides b = sides_of(fill, k);
			bool equations = lean_token_is(fill->tokens, i, "=") &&
					 lean_token_is(fill->tokens, k, "=");
			bool cases = are_cases(fill, i, k) && (equations || !turned);
			if (!cases && share(fill, a, b, false) && share(fill, a, b, true)) {
				return "an answer that ties a parameter to an unknown twice";
			}
		}
	}
	return NULL;
}

/* ---- Answers that only have to follow. */

bool fill_asks_which(const struct lean_tokens *statement) {
	size_t count = statement->list.count;
	for (size_t i = 0; i < count; i++) {
		if (lean_token_is(statement, i, "↔")) {
			return true;
		}
	}
	return count > 2 && lean_token_is(statement, count - 2, "=");
}

/* "… : X_solution a b", "… → x ∈ X_solution": the answer is claimed, and nothing says that it is
 * the best one. */
static bool only_follows(const struct lean_tokens *statement, struct str name) {
	static const char *const before[] = {":", "→", "∧", ",", "∈", "("};
	bool claimed = false;
	for (size_t i = 1; i < statement->list.count && !fill_asks_which(statement); i++) {
		claimed = claimed ||
			  (is_named(statement, i, name) &&
				  fill_in_list(statement, i - 1, before, F2F_COUNT(before)));
	}
	return claimed;
}

/* The arrow of a type that a binder gives: "fun (f : ℤ → ℤ) => …". */
static bool in_binders(const struct fill *fill, size_t index) {
	for (size_t i = fill->from; i < index; i++) {
		if (fill_binders_end(fill, i) > index) {
			return true;
		}
	}
	return false;
}

/* Where an answer only has to follow, what always holds says nothing: cases that together are all
 * there are, denials, implications, remainders below their divisor, "some number equals it". */
const char *fill_check_follows(const struct fill *fill, struct str name) {
	static const char *const bounds[] = {"<", ">", "≤", "≥", "≠", "∈"};
	static const char nothing[] = "an answer that could hold of everything";
	const struct lean_tokens *tokens = fill->tokens;
	if (fill->outer_count == 0 || !only_follows(fill->statement, name)) {
		return NULL;
	}
	bool cases = has_word(fill, "∨") || has_word(fill, "∪");
	for (size_t i = fill->from; i < fill->to; i++) {
		bool bound = fill_in_list(tokens, i, bounds, F2F_COUNT(bounds));
		if (lean_token_is(tokens, i, "¬") || (bound && cases) ||
			(lean_token_is(tokens, i, "→") && !in_binders(fill, i))) {
			return nothing;
		}
		if (!fill_is_comparison(tokens, i)) {
			continue;
		}
		struct sides sides = sides_of(fill, i);
		bool lone = (sides.middle - sides.from == 1 && fill_is_inner(fill, sides.from)) ||
			    (sides.to - sides.middle == 2 && fill_is_inner(fill, sides.middle + 1));
		bool unknown = false;
		bool remainder = false;
		for (size_t k = sides.from; k < sides.to; k++) {
			unknown = unknown || fill_is_outer(fill, k);
			remainder = remainder || lean_token_is(tokens, k, "%");
		}
		if ((lone && unknown) || (bound && remainder)) {
			return nothing;
		}
	}
	return NULL;
}

/* ---- Answers that say again what they are to be. */

/* The tokens that count where two terms are compared: brackets and whose variables they are do not. */
static bool next_that_counts(const struct lean_tokens *tokens, size_t *at, size_t to) {
	while (*at < to && lean_token_depth(tokens, *at) != 0) {
		(*at)++;
	}
	return *at < to;
}

static bool alike(const struct lean_tokens *a, size_t i, const struct lean_tokens *b, size_t k) {
	const struct lean_token *x = &a->list.items[i];
	const struct lean_token *y = &b->list.items[k];
	if (fill_is_variable(a, i) || fill_is_variable(b, k)) {
		return fill_is_variable(a, i) && fill_is_variable(b, k);
	}
	return x->end - x->start == y->end - y->start &&
	       memcmp(a->text + x->start, b->text + y->start, x->end - x->start) == 0;
}

/* Whether the answer holds tokens from..to of the statement at `at`, in that order. */
static bool repeats_at(const struct fill *fill, size_t at, size_t from, size_t to) {
	size_t matched = 0;
	while (next_that_counts(fill->statement, &from, to)) {
		if (!next_that_counts(fill->tokens, &at, fill->to) ||
			!alike(fill->statement, from, fill->tokens, at)) {
			return false;
		}
		from++;
		at++;
		matched++;
	}
	return matched >= 3; // one sign at least
}

/* "2 ^ 10 % 7 = X_solution" is not answered by 2 ^ 10 % 7, nor "… = X_solution n" by a function that
 * gives the left side. */
const char *fill_check_repeats(const struct fill *fill, struct str name) {
	const struct lean_tokens *asked = fill->statement;
	for (size_t i = 0; i < asked->list.count; i++) {
		if (!lean_token_is(asked, i, "=")) {
			continue;
		}
		size_t from = fill_side_start(asked, 0, i);
		size_t to = fill_side_end(asked, i, asked->list.count);
		bool left = from < i && is_named(asked, from, name);
		bool right = i + 1 < to && is_named(asked, i + 1, name);
		for (size_t k = fill->from; k < fill->to && left != right; k++) {
			if (left ? repeats_at(fill, k, i + 1, to) : repeats_at(fill, k, from, i)) {
				return "an answer that says the question again";
			}
		}
	}
	return NULL;
}
