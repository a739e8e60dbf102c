#ifndef F2F_LEAN_POLICY_H
#define F2F_LEAN_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/verdict.h"
#include "lean/lex.h"

/* What a piece of Lean may not hold because it could change what is checked, or leave a hole. */

/* Words as stored: "strict", "permissive". Permissive lets through what honest proofs use and what
 * only the final check can clear. */
enum lean_policy { LEAN_POLICY_STRICT, LEAN_POLICY_PERMISSIVE };

const char *lean_policy_name(enum lean_policy policy);
bool lean_policy_from_name(const char *name, enum lean_policy *policy_out);

/* Where a piece stands in what f2f assembles. */
enum lean_place {
	LEAN_PLACE_PROOF = 1, // behind the statement's ":="
	LEAN_PLACE_HELPER = 2, // a declaration before the statement, behind its keyword
	LEAN_PLACE_FILL = 4, // the term that a placeholder is filled with
	LEAN_PLACE_SET = 8, // a set's own header, preamble and statement: trusted more, not blindly
	LEAN_PLACE_COMMAND = 16, // what a command before the statement begins with: attributes,
	// modifiers, keyword
};

struct lean_refusal {
	enum reject_reason reason; // REASON_FORBIDDEN or REASON_SORRY
	char word[48];
	unsigned line; // from 1, in the text that was lexed
	const char *why;
};

/** What permissive let through and strict would not have: "instance, @[". Empty: nothing. */
struct lean_passes {
	char words[160];
};

/** True when tokens from..to hold nothing that is refused in `place`; else the first such word in
 * *refusal_out. What passed only because the policy is permissive is added to *passes, which may be
 * NULL under strict. */
bool lean_policy_check(enum lean_policy policy, const struct lean_tokens *tokens, size_t from,
	size_t to, enum lean_place place, struct lean_passes *passes,
	struct lean_refusal *refusal_out);

/** Adds a word to what was let through, once. */
void lean_policy_pass(struct lean_passes *passes, const char *word, size_t length);

/**
 * Whether bytes are fit to be lexed: well-formed UTF-8 of bounded size without NUL, CR (CR LF is LF
 * by now), exotic line ends, direction marks or zero-width characters, inside comments too. Else
 * *line_out (from 1) and *why_out say what.
 */
bool lean_policy_clean(const char *text, size_t length, unsigned *line_out, const char **why_out);

/** Whether "set_option NAME" may stand in a model's text: limits of effort, and how tactics name and
 * write what they find. */
bool lean_policy_option(const char *name, size_t length);

/**
 * What is against a set's header line, whose keyword is token `index`: NULL for imports of known
 * libraries, namespaces of mathematics, and options that are on the list of those which neither
 * switch checks off nor change what a statement means.
 */
const char *lean_policy_header(const struct lean_tokens *tokens, size_t index, size_t to);

#endif
