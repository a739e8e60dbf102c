#ifndef F2F_VERIFIER_FINAL_H
#define F2F_VERIFIER_FINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/verdict.h"

struct error;
struct lean_check;
struct lean_info;
struct loop;
struct sandbox;

/* The final check: what the filter accepted is compiled beside the challenge, and a separate program
 * that runs none of its code looks at both. */

/** For the verifier that asks. Texts borrowed while it is open. */
struct final_options {
	// "auto", "comparator", "safeverify", "export", "leanchecker", a path whose last part says which
	// it is, or NAME=PATH; NULL: auto, the first that can be used
	const char *checker;
	const char *project; // Lake project; NULL: F2F_LEAN_PROJECT
	bool all; // every accepted proof; else those only whose words need it
	bool statement; // a checker that does not look at the statement will not do
	// Of one step: compiling the challenge, the solution, a run of the checker. 0: defaults.
	int64_t cpu_limit_s;
	int64_t wall_limit_s;
	int jobs; // at a time; 0: one
};

/** What a checker looks at itself. The rest rests on the filter. */
enum final_sight {
	FINAL_SEES_KERNEL = 1, // every declaration goes through a kernel again
	FINAL_SEES_STATEMENT = 2, // and all that the statement uses
	FINAL_SEES_AXIOMS = 4, // holes are one
};

/* What was found of one checker. Texts owned. */
struct final_finding {
	const char *name; // borrowed from its table
	const char *checks; // what it looks at, for people; borrowed
	const char *blind; // what it does not; borrowed
	unsigned sees; // enum final_sight
	char *program; // NULL: not here
	char *version; // a commit, a Lean version, or a hash of the program
	char *trouble; // what is missing before it can be used; NULL: nothing
};

/**
 * Checker `index`, in the order of preference; false past the last. Looks where final_open would:
 * F2F_COMPARATOR and its like, PATH, beside `lean`, the project's builds and packages.
 */
bool final_find(size_t index, const struct lean_info *lean, const char *project,
	struct final_finding *finding_out);
void final_finding_finish(struct final_finding *finding);

/** What a final check came to. Texts owned. */
struct final_result {
	enum final_outcome outcome; // never FINAL_NONE
	enum reject_reason reason; // with FINAL_REJECTED, and with what the candidate caused
	// FINAL_FAILED twice by what the candidate did, the second time alone: `reason` says how
	bool caused;
	char *messages; // what was said, and by whom
	int64_t cpu_ns; // of all its processes
};

void final_result_finish(struct final_result *result);

/**
 * Checks of one Lean, some at a time. A header's first check is preceded by self-tests: a true
 * theorem has to pass, and a hole, an axiom and another statement have to be refused where the
 * checker can see them.
 */
struct final_check;

/**
 * ERROR_ENVIRONMENT, with what to type, when there is no checker that will do. `lean` and `sandbox`
 * are borrowed while it is open.
 */
int final_open(struct loop *loop, const struct final_options *options,
	const struct lean_info *lean, const struct sandbox *sandbox,
	struct final_check **final_out, struct error *err);

/** Forgets checks without calling back and removes all files. NULL is fine. */
void final_close(struct final_check *final);

/** "comparator 19e111e": for verdicts and manifests. */
const char *final_name(const struct final_check *final);

typedef void (*final_done_fn)(const struct final_result *result, void *data);

/** Whether this check has to be told of before it counts as accepted. */
bool final_wanted(const struct final_check *final, const struct lean_check *check);

/** Borrows the check until `done`, which is never called inside this call. */
void final_submit(struct final_check *final, const struct lean_check *check, final_done_fn done,
	void *data);

/** Forgets all checks without calling back. */
void final_cancel_all(struct final_check *final);

#endif
