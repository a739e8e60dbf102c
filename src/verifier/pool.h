#ifndef F2F_VERIFIER_POOL_H
#define F2F_VERIFIER_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lean/check.h"
#include "verifier/backend.h"
#include "verifier/job.h"
#include "verifier/selftest.h"

struct loop;
struct worker;

/* What the files of the pool share: pool.c has the queues and matches them with workers, lone.c the
 * second tries, room.c the memory, worker.c single processes. */

/* A header, with the jobs that wait for a worker of it. Never freed before the pool. */
struct header {
	struct header *next;
	char *text; // ends in a newline unless empty
	struct job *queue;
	struct job **queue_end;
	int queued;
	int busy; // its workers, by state
	int idle;
	int starting;
	int spares; // of those that start: nobody waits for them
	int served; // jobs
	int failed_starts; // in a row
	int64_t turn_ns; // when it got a worker, having had none
	int64_t used_ns; // when a worker of it was last given a job
	int64_t start_ns; // what a start took
	int64_t base_bytes; // of a fresh worker: an estimate until one was measured
};

/* Second tries: one at a time, alone, in a fresh worker that has passed its self-test. */
struct lone {
	struct job *queue; // those that wait
	struct job **queue_end;
	int count;
	int due; // so many of them run before anything else does
	struct job *job; // the one that runs
	struct worker *worker; // for it; NULL when it is gone
	struct selftest test; // of its worker
	struct lean_check check; // of the test
	struct job trial; // likewise; without a check once the test is passed
};

struct pool {
	struct verifier *verifier;
	struct loop *loop;
	const struct verifier_options *options;
	const struct verifier_backend *backend;
	void *service; // makes the checks instead of workers, where the backend has one
	struct header *headers;
	struct worker *workers;
	int worker_count;
	int busy; // workers, by state
	int starting;
	int queued; // jobs, second tries not among them
	struct lone lone;
	int64_t budget_bytes; // that all workers may hold
	bool budget_given; // by the user; else what is free is looked up before each start
	bool ever_ready; // a worker has taken a header
	bool plain; // start workers without options that an older Lean may not know
	bool pumping; // a pump is deferred
	struct verifier_stats stats; // its counters
};

/* ---- pool.c */

struct pool *pool_create(struct verifier *verifier);

/** Kills its workers and forgets its jobs. NULL is fine. */
void pool_destroy(struct pool *pool);

/** Takes over a job, until job_done or job_missing. */
void pool_submit(struct pool *pool, struct job *job);

/** Forgets its jobs; kills the workers that were busy, keeps the idle ones. */
void pool_cancel(struct pool *pool);

/** Its counters and how it stands. */
void pool_stats(const struct pool *pool, struct verifier_stats *stats_out);

/** Have the pool look what can be started, at the end of this turn. */
void pool_wake(struct pool *pool);

/** The record of a header, made when there is none. */
struct header *pool_header(struct pool *pool, const char *text);

/** How long a header keeps its workers while others wait. */
int64_t pool_turn_ns(const struct header *header);

/** A worker started, or did not: its job, if any, is still its own. */
void pool_worker_ready(struct pool *pool, struct worker *worker);
void pool_start_failed(struct pool *pool, struct header *header, struct job *job, const char *why);

/** A job's answer, or its fault. The worker is idle again, or gone. */
void pool_answered(struct pool *pool, struct job *job, const struct lean_answer *answer,
	int64_t cpu_ns, int64_t elapsed_ns);
void pool_faulted(struct pool *pool, struct job *job, enum fault fault, const char *what,
	int64_t cpu_ns, int64_t elapsed_ns);

/* ---- lone.c */

/** A job that took its worker down once waits for its second try. */
void lone_add(struct pool *pool, struct job *job);

/** Whether second tries come next: nothing else may start, and once nothing runs lone_start. */
bool lone_due(struct pool *pool);
void lone_start(struct pool *pool);

/** Its worker is idle: the next step. */
void lone_go_on(struct pool *pool, struct worker *worker);

/** An answer to its self-test. */
void lone_tested(struct pool *pool, const struct lean_answer *answer);

/** It is over: with a verdict of the caller's, or without. */
void lone_end(struct pool *pool);
void lone_missing(struct pool *pool, const char *why);

void lone_cancel(struct pool *pool);

/* ---- room.c */

/** Sets the budget from the options, else from what is free. */
void room_init(struct pool *pool);

/** What a worker of this header is taken to need before one was measured. */
int64_t room_estimate(const char *header);

/** Workers that the memory is enough for, as far as is known. */
int room_jobs(const struct pool *pool);

/** Whether one more fits beside the others. The first one always does. */
bool room_for(const struct pool *pool, const struct header *header);

/** The same, ending idle workers if need be: those that are missed least first, none of a header
 * whose turn it is. */
bool room_make(struct pool *pool, const struct header *header);

/** Makes room for a second try to grow to its limit, beside idle workers. */
void room_for_lone(struct pool *pool);

/** When all together are over the budget: ends idle workers, then the one that has grown most. */
void room_relieve(struct pool *pool);
bool room_is_short(const struct pool *pool);

/* ---- worker.c */

/** Makes a worker for this header, on the list and starting. */
int worker_create(
	struct pool *pool, struct header *header, struct worker **worker_out, struct error *err);

/** Takes it off the list and kills it. */
void worker_destroy(struct worker *worker);

/** Gives an idle worker a job. */
void worker_assign(struct worker *worker, struct job *job);

#endif
