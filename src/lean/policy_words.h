#ifndef F2F_LEAN_POLICY_WORDS_H
#define F2F_LEAN_POLICY_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "core/verdict.h"

/* The two policies as tables: a row a word, with the reason why it is refused and, where permissive
 * lets it through, the reason for that. Adding a word is adding a row. */

struct lean_policy_word {
	const char *word;
	int places; // of enum lean_place: where the row holds
	enum reject_reason reason;
	const char *why;
	// permissive: why it may pass, to be cleared by the final check; NULL: never
	const char *lets;
	int lets_in; // places where it may
};

/** The row of a whole token, or NULL. `text` is the token as written. */
const struct lean_policy_word *lean_policy_word_find(struct str text, int place);

/**
 * The row of a dotted name that reaches something forbidden, however it is qualified: by any of its
 * parts ("x.ofReduceBool"), by its first ("Lean.Elab…", "_root_.IO…"), or by how a part begins.
 */
const struct lean_policy_word *lean_policy_name_find(struct str text, int place);

/** Row `index` of the words and then the names, NULL past the last: for the manual and tests. */
const struct lean_policy_word *lean_policy_row(size_t index);

/** Attributes that declarations of a model may have under permissive: what automation knows, not
 * what code runs. */
bool lean_policy_attribute(struct str name);

/** Term elaborators written "name%": with the sign they run or compute, without it they are names. */
bool lean_policy_percent(struct str name);

/** Words of commands that begin with a hash sign, without the sign: "eval", "exit". */
bool lean_policy_hash(struct str name);

#endif
