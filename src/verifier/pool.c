#include "verifier/pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/trace.h"
#include "core/verdict.h"
#include "io/loop.h"

enum { FAILED_STARTS_MAX = 2 };

static void pump(void *data);

/* ---- The queue. */

static void queue_push(struct pool *pool, struct job *job) {
	job->next = NULL;
	*pool->queue_end = job;
	pool->queue_end = &job->next;
}

static struct job *queue_take(struct pool *pool, struct job **link) {
	struct job *job = *link;
	*link = job->next;
	if (pool->queue_end == &job->next) {
		pool->queue_end = link;
	}
	job->next = NULL;
	return job;
}

void pool_wake(struct pool *pool) {
	if (!pool->pumping) {
		pool->pumping = true;
		loop_defer(pool->loop, pump, pool);
	}
}

/* ---- The job that runs alone. */

static struct worker *idle_worker(struct pool *pool, const char *header) {
	struct worker *best = NULL;
	for (struct worker *worker = pool->workers; worker != NULL; worker = worker->next) {
		if (worker->state == WORKER_IDLE &&
			(header == NULL || strcmp(worker->header, header) == 0) &&
			(best == NULL || (header != NULL) == (worker->used_ns > best->used_ns))) {
			// of this header the one used last, of any header the one used longest ago
			best = worker;
		}
	}
	return best;
}

static struct job *lone_step_job(struct pool *pool) {
	switch (pool->lone_step) {
	case LONE_TRUE:
		return &pool->lone_jobs[0];
	case LONE_HOLE:
		return &pool->lone_jobs[1];
	default:
		return pool->lone;
	}
}

static void lone_end(struct pool *pool) {
	pool->lone = NULL;
	pool->lone_step = LONE_NONE;
	lean_check_finish(&pool->lone_tests[0]);
	lean_check_finish(&pool->lone_tests[1]);
	pool->lone_tests[0] = pool->lone_tests[1] = (struct lean_check){0};
	pool_wake(pool);
}

static void lone_missing(struct pool *pool, const char *why) {
	struct job *job = pool->lone;
	char *text = xasprintf("%s; a fresh worker for the second try: %s", job->what, why);
	lone_end(pool);
	job_missing(job, text);
	free(text);
}

/* A fresh worker, nothing else running, both self-tests first: only then is a second fault the
 * candidate's own. */
static void lone_start(struct pool *pool) {
	while (pool->workers != NULL) {
		worker_destroy(pool->workers);
	}
	struct job *job = pool->lone_queue;
	pool->lone_queue = job->next;
	job->next = NULL;
	pool->lone = job;
	pool->lone_step = LONE_TRUE;
	for (int i = 0; i < 2; i++) {
		verifier_selftest(job->check->header, i == 0, &pool->lone_tests[i]);
		pool->lone_jobs[i] = (struct job){.check = &pool->lone_tests[i]};
	}
	struct worker *worker = NULL;
	struct error err;
	if (worker_create(pool, job->check->header, &worker, &err) < 0) {
		lone_missing(pool, err.message);
	} else if (worker->state == WORKER_IDLE) {
		worker_assign(worker, lone_step_job(pool));
	}
}

/* The next step on the lone worker; a one-shot backend needs a new process for each. */
static void lone_next(void *data) {
	struct pool *pool = data;
	struct worker *worker = pool->workers;
	struct error err;
	if (worker == NULL && worker_create(pool, pool->lone->check->header, &worker, &err) < 0) {
		lone_missing(pool, err.message);
		return;
	}
	if (worker->state == WORKER_IDLE) {
		worker_assign(worker, lone_step_job(pool));
	}
}

static void lone_tested(struct pool *pool, const struct lean_answer *answer) {
	bool is_true = pool->lone_step == LONE_TRUE;
	struct verdict verdict = {0};
	lean_judge(&pool->lone_tests[is_true ? 0 : 1], answer, &verdict);
	bool accepted = verdict.outcome == OUTCOME_ACCEPTED;
	char *said = xstrdup(verdict.messages != NULL ? verdict.messages : "");
	verdict_finish(&verdict);
	if (accepted != is_true) {
		char *why = xasprintf("%s (%.200s)",
			is_true ? "it refuses a true theorem" : "it accepts a hole", said);
		lone_missing(pool, why);
		free(why);
	} else {
		pool->lone_step = is_true ? LONE_HOLE : LONE_JOB;
		loop_defer(pool->loop, lone_next, pool);
	}
	free(said);
}

/* ---- What workers tell. */

void pool_worker_ready(struct pool *pool, struct worker *worker) {
	pool->failed_starts = 0;
	if (pool->lone != NULL) {
		worker_assign(worker, lone_step_job(pool));
	} else {
		pool_wake(pool);
	}
}

void pool_start_failed(struct pool *pool, const char *header, struct job *job, const char *why) {
	trace_event("start failed", 0, "%s", why);
	if (pool->lone != NULL) {
		lone_missing(pool, why);
		return;
	}
	if (job != NULL) {
		job_missing(job, why);
	}
	// A header that Lean refuses will be refused again; anything else may have been an
	// accident, once.
	if (!str_starts_with(why, "header: ") && ++pool->failed_starts < FAILED_STARTS_MAX) {
		pool_wake(pool);
		return;
	}
	pool->failed_starts = 0;
	struct job *failed = NULL;
	struct job **link = &pool->queue;
	while (*link != NULL) {
		if (strcmp((*link)->check->header, header) == 0) {
			struct job *taken = queue_take(pool, link);
			taken->next = failed;
			failed = taken;
		} else {
			link = &(*link)->next;
		}
	}
	while (failed != NULL) {
		struct job *next = failed->next;
		job_missing(failed, why);
		failed = next;
	}
	pool_wake(pool);
}

static const char *header_error(const struct lean_answer *answer) {
	for (size_t i = 0; i < answer->count; i++) {
		if (answer->messages[i].severity == LEAN_ERROR && answer->messages[i].line < 0) {
			return answer->messages[i].text;
		}
	}
	return NULL;
}

void pool_answered(struct pool *pool, struct job *job, const struct lean_answer *answer,
	int64_t cpu_ns, int64_t elapsed_ns) {
	if (pool->lone != NULL && job != pool->lone) {
		lone_tested(pool, answer);
		return;
	}
	const char *refusal = job->faults == 0 ? header_error(answer) : NULL;
	if (refusal != NULL) {
		// Only a process a check gets here with one. It may be forged: the self-tests
		// under this header tell.
		pool_faulted(pool, job, FAULT_FOREIGN, refusal, cpu_ns, elapsed_ns);
		return;
	}
	if (job == pool->lone) {
		lone_end(pool);
	}
	struct verdict verdict = {0};
	lean_judge(job->check, answer, &verdict);
	job_done(job, &verdict, cpu_ns, elapsed_ns);
	pool_wake(pool);
}

void pool_faulted(struct pool *pool, struct job *job, enum fault fault, const char *what,
	int64_t cpu_ns, int64_t elapsed_ns) {
	trace_event("fault", job->faults, "%s", what);
	if (pool->lone != NULL && job != pool->lone) {
		lone_missing(pool, what);
		return;
	}
	free(job->what);
	job->what = xstrdup(what);
	job->fault = fault;
	if (job->faults++ == 0) {
		job->next = NULL;
		struct job **end = &pool->lone_queue;
		while (*end != NULL) {
			end = &(*end)->next;
		}
		*end = job;
		pool_wake(pool);
		return;
	}
	lone_end(pool);
	struct verdict verdict = {
		.outcome = OUTCOME_REJECTED,
		.reason = fault == FAULT_TIMEOUT ? REASON_TIMEOUT : REASON_RESOURCES,
		.messages = xasprintf("twice, the second time alone: %s", what),
	};
	job_done(job, &verdict, cpu_ns, elapsed_ns);
}

/* ---- Matching jobs and workers. */

/* A worker for this job: idle with its header, or a place for a new one. False when it has to
 * wait. */
static bool place(struct pool *pool, struct job **link) {
	const char *header = (*link)->check->header;
	struct worker *worker = idle_worker(pool, header);
	if (worker == NULL && pool->worker_count >= pool->options->jobs) {
		struct worker *other = idle_worker(pool, NULL);
		if (other == NULL) {
			return false;
		}
		worker_destroy(other);
	}
	if (worker == NULL) {
		struct error err;
		if (worker_create(pool, header, &worker, &err) < 0) {
			struct job *job = queue_take(pool, link);
			job_missing(job, err.message);
			return true;
		}
	}
	if (worker->state == WORKER_IDLE) {
		worker_assign(worker, queue_take(pool, link));
	}
	return worker->state != WORKER_STARTING;
}

static int starting_for(const struct pool *pool, const char *header) {
	int count = 0;
	for (const struct worker *worker = pool->workers; worker != NULL; worker = worker->next) {
		count += worker->state == WORKER_STARTING && strcmp(worker->header, header) == 0;
	}
	return count;
}

static void pump(void *data) {
	struct pool *pool = data;
	pool->pumping = false;
	if (pool->lone != NULL) {
		return;
	}
	if (pool->lone_queue != NULL) {
		if (pool->busy == 0) {
			lone_start(pool);
		}
		return; // nothing new starts: it has to be alone
	}
	// Jobs that a starting worker will serve are passed over, so that each start serves one
	// more of them.
	struct job **link = &pool->queue;
	int passed = 0;
	while (*link != NULL) {
		struct worker *idle = idle_worker(pool, (*link)->check->header);
		if (idle == NULL && passed < starting_for(pool, (*link)->check->header)) {
			passed++;
			link = &(*link)->next;
			continue;
		}
		if (idle == NULL && pool->worker_count >= pool->options->jobs &&
			idle_worker(pool, NULL) == NULL) {
			return;
		}
		struct job *before = *link;
		place(pool, link);
		if (*link == before) {
			passed++;
			link = &(*link)->next; // its worker is starting
		}
	}
}

/* ---- */

void pool_submit(struct pool *pool, struct job *job) {
	queue_push(pool, job);
	pool_wake(pool);
}

struct pool *pool_create(struct verifier *verifier) {
	struct pool *pool = xcalloc(1, sizeof(*pool));
	pool->verifier = verifier;
	pool->loop = verifier->loop;
	pool->options = &verifier->options;
	pool->backend = verifier->backend;
	pool->queue_end = &pool->queue;
	return pool;
}

static void free_jobs(struct job *job) {
	while (job != NULL) {
		struct job *next = job->next;
		job_free(job);
		job = next;
	}
}

void pool_cancel(struct pool *pool) {
	struct worker *worker = pool->workers;
	while (worker != NULL) {
		struct worker *next = worker->next;
		struct job *job = worker->state == WORKER_BUSY ? worker->job : NULL;
		if (worker->state != WORKER_IDLE) {
			worker_destroy(worker);
		}
		if (job != NULL && job->done != NULL && job != pool->lone) {
			job_free(job);
		}
		worker = next;
	}
	free_jobs(pool->queue);
	free_jobs(pool->lone_queue);
	pool->queue = pool->lone_queue = NULL;
	pool->queue_end = &pool->queue;
	loop_defer_cancel(pool->loop, lone_next, pool);
	if (pool->lone != NULL) {
		struct job *job = pool->lone;
		lone_end(pool);
		job_free(job);
	}
}

void pool_destroy(struct pool *pool) {
	if (pool == NULL) {
		return;
	}
	pool_cancel(pool);
	while (pool->workers != NULL) {
		worker_destroy(pool->workers);
	}
	loop_defer_cancel(pool->loop, pump, pool);
	free(pool);
}
