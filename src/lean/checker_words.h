#ifndef F2F_LEAN_CHECKER_WORDS_H
#define F2F_LEAN_CHECKER_WORDS_H

#include "core/verdict.h"

/* What the programs of a final check say, read by exit status and words together: either alone
 * accepts nothing, and what is not known means nothing. */

/** How such a program ended. Texts borrowed. */
struct checker_output {
	int status; // exit status
	const char *out; // all of its stdout
	const char *err;
	const char *module; // name of the module that holds the solution
	const char *theorem; // the one asked for
};

/* What it means. */
struct checker_word {
	enum final_outcome outcome; // FINAL_FAILED: it gave no answer that we know
	enum reject_reason reason; // with FINAL_REJECTED
	char text[320]; // the line that says so; "" when none does
};

/** leanprover/comparator, tags v4.25.0-rc2 to v4.34.0-rc2. */
void checker_comparator_read(const struct checker_output *output, struct checker_word *word_out);

/** GasStationManager/SafeVerify, its main branch of April 2026 and those for Lean 4.9 and 4.15. */
void checker_safeverify_read(const struct checker_output *output, struct checker_word *word_out);

/** leanchecker, asked to be verbose, and lean4checker before it. */
void checker_leanchecker_read(const struct checker_output *output, struct checker_word *word_out);

#endif
