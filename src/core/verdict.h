#ifndef F2F_CORE_VERDICT_H
#define F2F_CORE_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A fact about the model. Order and words are stable: they are stored and printed. */
enum outcome {
	OUTCOME_NONE, // pending, or missing
	OUTCOME_ACCEPTED,
	OUTCOME_REJECTED, // with a reason
	OUTCOME_NO_CODE,
	OUTCOME_TRUNCATED,
	OUTCOME_REFUSED,
	OUTCOME_CONTEXT,
};

/* Why a proof was rejected. */
enum reject_reason {
	REASON_NONE,
	REASON_ERROR, // Lean reports an error
	REASON_SORRY, // a hole, in any form
	REASON_AXIOMS, // an axiom outside propext, Classical.choice, Quot.sound
	// the reply proves another statement, or its placeholder is filled against the rules
	REASON_STATEMENT,
	REASON_FORBIDDEN, // a word that can change what is checked
	REASON_ABSENT, // no error, but the theorem is not there
	REASON_TIMEOUT, // twice, the second time alone
	REASON_RESOURCES, // killed its worker or hit the memory limit twice, the second time alone
};

/* A fact about us. */
enum missing {
	MISSING_NONE,
	MISSING_ENDPOINT,
	MISSING_VERIFIER,
	MISSING_ABANDONED,
};

/* Words as stored and printed: "accepted", "error", "endpoint" …; "" for NONE. */
const char *outcome_name(enum outcome outcome);
const char *reject_reason_name(enum reject_reason reason);
const char *missing_name(enum missing missing);
bool outcome_from_name(const char *name, enum outcome *outcome_out);
bool reject_reason_from_name(const char *name, enum reject_reason *reason_out);
bool missing_from_name(const char *name, enum missing *missing_out);

/** The CPU time of a check that nobody measured: a Lean server does not tell. */
#define VERDICT_CPU_UNKNOWN INT64_C(-1)

/** How the messages of a missing verdict begin whose statement itself does not elaborate. */
#define VERDICT_BROKEN_STATEMENT "the statement is broken on this Lean"

/** What a check may use; 0: not limited, or not known. */
struct verdict_limits {
	int64_t cpu_s;
	int64_t wall_s; // backstop
	int64_t memory_bytes;
};

/* What the final check said: a separate process that looks at the compiled proof. */
enum final_outcome {
	FINAL_NONE, // it was not asked
	FINAL_ACCEPTED,
	FINAL_REJECTED,
	FINAL_FAILED, // it gave no answer: counts for nothing
};

/**
 * What a verifier says of one candidate. Either outcome or missing is set, never both. Texts owned.
 */
struct verdict {
	enum outcome outcome; // OUTCOME_ACCEPTED or OUTCOME_REJECTED, or OUTCOME_NONE with missing
	enum reject_reason reason;
	enum missing missing;
	char **axioms; // names as Lean printed them
	size_t axiom_count;
	// what Lean said, one "line:column: severity: text" each, lines counted in the proof; ""
	// when nothing
	char *messages;
	int64_t cpu_ns; // or VERDICT_CPU_UNKNOWN
	int64_t elapsed_ns;
	char *backend; // "lsp"
	char *lean; // "4.9.0"; with commit where known
	char *mathlib; // commit; NULL where there is none, or where it is not known
	char *policy; // "strict"
	char *sandbox; // "none"
	struct verdict_limits limits;
	// SHA-256 (hex) of what was checked: toolchain, header, text, policy; NULL for verdicts by
	// text alone
	char *check_hash;
	bool reused; // the answer to an equal check, not a check of its own: cpu_ns is 0
	enum final_outcome final;
	char *final_checker; // "comparator 19e111e"; NULL with FINAL_NONE
	char *final_messages; // what it said; NULL when nothing
};

/** "accepted", "rejected", "failed"; "" for FINAL_NONE. */
const char *final_outcome_name(enum final_outcome outcome);

void verdict_finish(struct verdict *verdict);
void verdict_copy(const struct verdict *verdict, struct verdict *copy_out);

#endif
