#ifndef F2F_VERIFIER_POOL_H
#define F2F_VERIFIER_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/verdict.h"
#include "verifier/backend.h"
#include "verifier/verifier.h"

struct loop;
struct worker;

/* What pool.c and worker.c share: the queue on one side, single processes on the other. */

/* A check that was submitted. */
struct job {
	struct job *next;
	const struct lean_check *check;
	verifier_done_fn done; // NULL: a self-test of a lone worker
	void *data;
	int faults; // how often it took its worker down; then it runs alone
	enum fault fault; // the last one
	char *what; // what was seen then
	struct verifier *verifier;
	struct verdict verdict; // once finished
	int64_t submitted_ns;
};

/* Where the one job that runs alone stands: its fresh worker has to pass both self-tests first. */
enum lone_step { LONE_NONE, LONE_TRUE, LONE_HOLE, LONE_JOB };

struct verifier {
	struct loop *loop;
	struct verifier_options options;
	const struct verifier_backend *backend;
	char **environment;
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
	size_t pending;
	struct job *finished; // told at the end of this turn
	int failed_starts; // in a row
	bool ever_ready; // a worker has taken a header
	bool plain; // start workers without options that an older Lean may not know
	bool pumping; // a pump is deferred
};

/** Makes a worker for this header, on the list and starting. */
int worker_create(struct verifier *verifier, const char *header, struct worker **worker_out,
	struct error *err);

/** Takes it off the list and kills it. */
void worker_destroy(struct worker *worker);

/** Gives an idle worker a job. */
void worker_assign(struct worker *worker, struct job *job);

/** Have the pool look what can be started, at the end of this turn. */
void pool_wake(struct verifier *verifier);

/** A worker started, or did not: its job, if any, is still its own. */
void pool_worker_ready(struct verifier *verifier, struct worker *worker);
void pool_start_failed(
	struct verifier *verifier, const char *header, struct job *job, const char *why);

/** A job's answer, or its fault. The worker is idle again, or gone. */
void pool_answered(struct verifier *verifier, struct job *job, const struct lean_answer *answer,
	int64_t cpu_ns, int64_t elapsed_ns);
void pool_faulted(struct verifier *verifier, struct job *job, enum fault fault, const char *what,
	int64_t cpu_ns, int64_t elapsed_ns);

#endif
