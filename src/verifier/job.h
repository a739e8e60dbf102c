#ifndef F2F_VERIFIER_JOB_H
#define F2F_VERIFIER_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/verdict.h"
#include "verifier/backend.h"
#include "verifier/verifier.h"

struct final_check;
struct loop;
struct pool;
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
	enum fault fault; // the last one
	char *what; // what was seen then
	struct verifier *verifier;
	struct verdict verdict; // once finished
	int64_t submitted_ns;
};

struct verifier {
	struct loop *loop;
	struct verifier_options
		options; // no field is 0 or NULL any more where that means a default
	const struct verifier_backend *backend;
	struct sandbox *sandbox; // what Lean runs in
	struct pool *pool;
	size_t pending;
	struct job *finished; // told at the end of this turn
	struct final_check *final; // NULL: none
	struct job *finals; // accepted by the filter, with the final check
};

/**
 * The job's end: fills in what does not depend on the outcome, and tells at the end of this turn.
 * Takes over the texts of `verdict`, and the job.
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

/** Forgets it; NULL is fine. */
void job_free(struct job *job);

#endif
