#ifndef F2F_LEAN_FILL_INTERNAL_H
#define F2F_LEAN_FILL_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "lean/placeholder.h"

/* Inside the reading of an answer: what the files fill*.c share. */

enum { FILL_BOUND_MAX = 32 };

struct fill {
	const struct lean_tokens *tokens;
	const struct lean_tokens *statement;
	size_t from;
	size_t to;
	size_t outer[FILL_BOUND_MAX]; // tokens of the variables of sets and functions
	size_t outer_count;
	size_t inner[FILL_BOUND_MAX]; // tokens of the variables of quantifiers
	size_t inner_count;
};

bool fill_in_list(
	const struct lean_tokens *tokens, size_t index, const char *const *words, size_t count);
bool fill_same(const struct fill *fill, size_t a, size_t b);
bool fill_is_outer(const struct fill *fill, size_t index);
bool fill_is_inner(const struct fill *fill, size_t index);

/** Whether a token is a name that is no constant or function of the list. */
bool fill_is_variable(const struct lean_tokens *tokens, size_t index);
bool fill_is_comparison(const struct lean_tokens *tokens, size_t index);
bool fill_is_iteration(const struct fill *fill, size_t index);

/** Where the binders that begin at `index` end; `index` itself when none do. */
size_t fill_binders_end(const struct fill *fill, size_t index);

/** One side of the comparison at `index`, as far as brackets and connectives allow. */
size_t fill_side_start(const struct lean_tokens *tokens, size_t from, size_t index);
size_t fill_side_end(const struct lean_tokens *tokens, size_t index, size_t to);

/** Whether the answer's comparison from..to and the statement's at `asked` say the same: the
 * difference of their sides is the same function, up to a factor and the names of variables. */
bool fill_same_equation(
	const struct fill *fill, size_t from, size_t middle, size_t to, size_t asked);

/** Whether the statement asks exactly which: there Lean must see that all answers are in it. */
bool fill_asks_which(const struct lean_tokens *statement);

/* Each NULL, or what is against the answer as a whole. */
const char *fill_check_choice(const struct fill *fill);
const char *fill_check_ties(const struct fill *fill);
const char *fill_check_follows(const struct fill *fill, struct str name);
const char *fill_check_repeats(const struct fill *fill, struct str name);

#endif
