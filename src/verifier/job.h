#ifndef F2F_VERIFIER_JOB_H
#define F2F_VERIFIER_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/sha256.h"
#include "core/verdict.h"
#include "verifier/backend.h"
#include "verifier/verifier.h"

struct final_check;
struct loop;
struct map;
struct pool;
struct prepare;
struct reuse;
struct sandbox;

/* What the front (verifier.c) and those that find verdicts (pool.c) share. A job goes from
 * verifier_submit to pool_submit, and comes back by job_done or job_missing. */

/* A check that was submitted. */
struct job {
	struct job *next; // for whoever holds it: a queue
	const struct lean_check *check;
	verifier_done_fn done; // NULL: one of the pool's own
	void *data;
	int faults; // how often it took its worker down; then it runs alone
	int64_t faulted_ns; // the first time
	char *what; // what was seen then
	struct verifier *verifier;
	struct verdict verdict; // once finished
	int64_t submitted_ns;
	bool leads; // equal checks wait for its verdict
	struct job *followers; // those
	struct sha256 hash; // of what is checked; "" in a check of our own
};

struct verifier {
	struct loop *loop;
	struct verifier_options
		options; // no field is 0 or NULL any more where that means a default
	const struct verifier_backend *backend;
	struct sandbox *sandbox; // what Lean runs in
	struct pool *pool;
	struct prepare *prepare;
	struct reuse *reuse;
	struct map *in_flight; // hashes to the jobs that lead
	struct job
		*promoted; // lead from the end of this turn on: what they waited for is not theirs
	size_t pending;
	size_t reused; // checks that were answered by another's verdict
	struct job *finished; // told at the end of this turn
	struct job **finished_end;
	struct final_check *final; // NULL: none
	struct job *finals; // accepted by the filter, with the final check
};

/** As verifier_open, with a backend that is not in the list: tests bring their own. */
void verifier_open_with(struct loop *loop, const struct verifier_options *options,
	const struct verifier_backend *backend, struct verifier **verifier_out);

/** A job outside of everything. Borrows `check` until `done` has run. */
struct job *job_create(struct verifier *verifier, const struct lean_check *check,
	verifier_done_fn done, void *data);

/**
 * The job's end: fills in what does not depend on the outcome, and tells at the end of this turn.
 * Takes over the texts of `verdict`, and the job. `cpu_ns` may be VERDICT_CPU_UNKNOWN.
 */
void job_done(struct job *job, struct verdict *verdict, int64_t cpu_ns, int64_t elapsed_ns);

/** Its end without the candidate's doing. */
void job_missing(struct job *job, const char *why);

/**
 * Whether a filled verdict waits for the final check: it then comes to job_finish by itself. One that
 * needs it where there is none becomes MISSING_VERIFIER.
 */
bool job_to_final(struct job *job);

/** Tells the job's verdict at the end of this turn. */
void job_finish(struct job *job);

/** Forgets those that are with the final check. */
void job_cancel_finals(struct verifier *verifier);

/** Forgets it, and those that wait for it; NULL is fine. */
void job_free(struct job *job);

#endif
