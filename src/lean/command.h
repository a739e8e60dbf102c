#ifndef F2F_LEAN_COMMAND_H
#define F2F_LEAN_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"
#include "lean/lex.h"

/* A Lean text as a sequence of commands. Boundaries are read from the layout: a command begins a
 * line at the outermost column. */

enum lean_command_kind {
	LEAN_COMMAND_NONE, // text before the first command: a bare proof, or prose
	LEAN_COMMAND_HEADER, // import, open, set_option, universe, without "in"
	LEAN_COMMAND_THEOREM, // theorem, lemma
	LEAN_COMMAND_DEF, // def, abbrev
	LEAN_COMMAND_OTHER,
};

/* Token indices: modifiers, attributes and "open … in" prefixes run from `from` to `keyword`. */
struct lean_command {
	enum lean_command_kind kind;
	size_t from;
	size_t keyword;
	size_t to;
};

struct lean_commands {
	VEC(struct lean_command) list;
};

void lean_commands_find(const struct lean_tokens *tokens, struct lean_commands *out);
void lean_commands_finish(struct lean_commands *commands);

/** Whether a word can begin a command, modifiers included: such a word ends a proof wherever it
 * stands. */
bool lean_is_command_word(const char *word, size_t length);

/** The parts of a theorem or definition, as token indices; each part runs from its start to the
 * next one's. */
struct lean_signature {
	size_t name; // SIZE_MAX when it has none
	size_t binders; // first token behind the name and its universes
	size_t colon; // the colon before the type; equal to `type_end` when there is none
	size_t type_end; // ":=", the first "|" of equations, "where", or the end
	size_t value; // first token of the value, behind ":="
	bool equations; // "| 0 => …" or "where …" instead of ":="
	bool assigned; // one of the three is there
};

struct lean_signature lean_signature_of(
	const struct lean_tokens *tokens, const struct lean_command *command);

#endif
