#ifndef F2F_VERIFIER_POOL_H
#define F2F_VERIFIER_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "verifier/backend.h"
#include "verifier/job.h"

struct loop;
struct worker;

/* What pool.c and worker.c share: the queue on one side, single processes on the other. */

/* Where the one job that runs alone stands: its fresh worker has to pass both self-tests first. */
enum lone_step { LONE_NONE, LONE_TRUE, LONE_HOLE, LONE_JOB };

struct pool {
	struct verifier *verifier;
	struct loop *loop;
	const struct verifier_options *options;
	const struct verifier_backend *backend;
	struct worker *workers;
	int worker_count;
	int busy; // starting workers included
	struct job *queue;
	struct job **queue_end;
	struct job *lone_queue; // jobs that wait to run alone
	struct job *lone; // the one that does
	enum lone_step lone_step;
	struct lean_check lone_tests[2];
	struct job lone_jobs[2];
	int failed_starts; // in a row
	bool ever_ready; // a worker has taken a header
	bool plain; // start workers without options that an older Lean may not know
	bool pumping; // a pump is deferred
};

struct pool *pool_create(struct verifier *verifier);

/** Kills its workers and forgets its jobs. NULL is fine. */
void pool_destroy(struct pool *pool);

/** Takes over a job, until job_done or job_missing. */
void pool_submit(struct pool *pool, struct job *job);

/** Forgets its jobs; kills the workers that were busy, keeps the idle ones. */
void pool_cancel(struct pool *pool);

/** Makes a worker for this header, on the list and starting. */
int worker_create(
	struct pool *pool, const char *header, struct worker **worker_out, struct error *err);

/** Takes it off the list and kills it. */
void worker_destroy(struct worker *worker);

/** Gives an idle worker a job. */
void worker_assign(struct worker *worker, struct job *job);

/** Have the pool look what can be started, at the end of this turn. */
void pool_wake(struct pool *pool);

/** A worker started, or did not: its job, if any, is still its own. */
void pool_worker_ready(struct pool *pool, struct worker *worker);
void pool_start_failed(struct pool *pool, const char *header, struct job *job, const char *why);

/** A job's answer, or its fault. The worker is idle again, or gone. */
void pool_answered(struct pool *pool, struct job *job, const struct lean_answer *answer,
	int64_t cpu_ns, int64_t elapsed_ns);
void pool_faulted(struct pool *pool, struct job *job, enum fault fault, const char *what,
	int64_t cpu_ns, int64_t elapsed_ns);

#endif
