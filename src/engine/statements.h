#ifndef F2F_ENGINE_STATEMENTS_H
#define F2F_ENGINE_STATEMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct lean_info;
struct loop;
struct store;
struct verifier;

/* Which statements of a set elaborate on a Lean, before anything rests on them. */

enum statement_state {
	STATEMENT_SOUND,
	STATEMENT_BROKEN, // Lean reports an error in it, with a hole as its proof
	STATEMENT_UNDECIDED, // no answer that tells: time, memory, trouble of ours
};

/** "sound", "broken", "undecided". */
const char *statement_state_name(enum statement_state state);

/** What came of one. Borrowed for the call. */
struct statement_told {
	const char *split;
	const char *problem;
	enum statement_state state;
	const char *messages; // NULL when there are none
	bool known; // from the store, not asked again
	int64_t cpu_ns; // or VERDICT_CPU_UNKNOWN
};

struct statements_options {
	struct loop *loop;
	struct store *store;
	struct verifier *verifier;
	const struct lean_info *lean;
	const char *const *splits;
	size_t split_count;
	const char *subset; // NULL: all
	bool again; // also what the store knows
	void (*told)(const struct statement_told *told, void *data);
	void *data;
};

/**
 * Elaborates every statement of the splits once, with a hole as its proof, and keeps what Lean says
 * in the store, each as it becomes known. *stopped_out: a signal (0: none) after which the rest was
 * left; what was with Lean by then is waited for, until a second one.
 */
int statements_check(
	const struct statements_options *options, int *stopped_out, struct error *err);

#endif
