#ifndef F2F_LEAN_PLACEHOLDER_H
#define F2F_LEAN_PLACEHOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "base/vec.h"
#include "lean/command.h"
#include "lean/lex.h"

/* `abbrev X_solution : T := sorry` before a theorem: the answer that the solver has to find. */

/** One placeholder of a preamble. Offsets in its text, indices in its tokens. */
struct lean_placeholder {
	size_t start; // of its first keyword or modifier
	size_t hole_start;
	size_t hole_end;
	size_t name; // token
	size_t type; // first token of the type
	size_t type_end;
	bool noncomputable; // it says so
};

struct lean_placeholders {
	VEC(struct lean_placeholder) list;
};

void lean_placeholders_find(const struct lean_tokens *tokens, const struct lean_commands *commands,
	struct lean_placeholders *out);
void lean_placeholders_finish(struct lean_placeholders *places);

/**
 * Whether tokens from..to are a closed form: numbers, arithmetic, finite sets, intervals, simple
 * set-builders and functions over their own binders. Nothing of the problem's own names or
 * hypotheses. Else *why_out says what is against it. `statement` holds the tokens of the asked
 * theorem, `name` is the placeholder's.
 */
bool lean_fill_closed(const struct lean_tokens *tokens, size_t from, size_t to,
	const struct lean_tokens *statement, struct str name, const char **why_out);

#endif
