/* Second tries. "Alone" means that nothing else of this pool runs or starts meanwhile: no other
 * candidate can have taken the memory or the processor that this one lacked. Idle workers may stay:
 * they use no processor, and only as many are kept as leave room for the lone one to grow to its
 * limit.
 *
 * Being alone is dear, because all others wait. So second tries are put off until nothing else is
 * there to do; or until enough have gathered that stopping once serves them all; or until the first
 * has waited long enough. Each batch is what had gathered by then: neither can starve the other. */

#include <stdlib.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/trace.h"
#include "core/verdict.h"
#include "io/loop.h"
#include "verifier/pool.h"

enum { BATCH = 16, WAIT_S = 600 };

void lone_add(struct pool *pool, struct job *job) {
	struct lone *lone = &pool->lone;
	job->next = NULL;
	job->faulted_ns = loop_now(pool->loop);
	*lone->queue_end = job;
	lone->queue_end = &job->next;
	lone->count++;
	pool_wake(pool);
}

bool lone_due(struct pool *pool) {
	struct lone *lone = &pool->lone;
	if (lone->count == 0) {
		return false;
	}
	if (lone->due == 0) {
		int64_t waited_ns = loop_now(pool->loop) - lone->queue->faulted_ns;
		bool enough = lone->count >= BATCH || waited_ns > WAIT_S * CLOCK_SECOND;
		bool quiet = pool->queued == 0 && pool->busy == 0;
		lone->due = enough ? lone->count : quiet ? 1 : 0;
	}
	return lone->due > 0;
}

/* ---- One of them. */

static struct job *take(struct lone *lone) {
	struct job *job = lone->queue;
	lone->queue = job->next;
	if (lone->queue == NULL) {
		lone->queue_end = &lone->queue;
	}
	lone->count--;
	job->next = NULL;
	return job;
}

static void next_trial(struct lone *lone) {
	lean_check_finish(&lone->check);
	bool more = selftest_next(&lone->test, lone->job->check->header, &lone->check);
	lone->trial = (struct job){.check = more ? &lone->check : NULL};
}

void lone_end(struct pool *pool) {
	struct lone *lone = &pool->lone;
	lone->job = NULL;
	lone->worker = NULL;
	lean_check_finish(&lone->check);
	lone->trial = (struct job){0};
	lone->due -= lone->due > 0;
	pool_wake(pool);
}

void lone_missing(struct pool *pool, const char *why) {
	struct job *job = pool->lone.job;
	char *text = xasprintf("%s; a fresh worker for the second try: %s", job->what, why);
	lone_end(pool);
	job_missing(job, text);
	free(text);
}

void lone_go_on(struct pool *pool, struct worker *worker) {
	struct lone *lone = &pool->lone;
	worker_assign(worker, lone->trial.check != NULL ? &lone->trial : lone->job);
}

/* An idle one that has never seen a candidate is as fresh as a new one. */
static struct worker *fresh_worker(struct pool *pool, const struct header *header) {
	for (struct worker *worker = pool->workers; worker != NULL; worker = worker->next) {
		if (worker->state == WORKER_IDLE && worker->of == header &&
			worker->candidates == 0) {
			return worker;
		}
	}
	return NULL;
}

static void use(struct pool *pool, struct worker *worker) {
	pool->lone.worker = worker;
	if (worker->state == WORKER_IDLE) {
		lone_go_on(pool, worker);
	}
}

static void use_new(struct pool *pool) {
	struct header *header = pool_header(pool, pool->lone.job->check->header);
	struct worker *worker = NULL;
	struct error err;
	room_for_lone(pool);
	if (worker_create(pool, header, &worker, &err) < 0) {
		lone_missing(pool, err.message);
		return;
	}
	use(pool, worker);
}

/* The next step: a one-shot backend needs a new process for each, any other the one that passed the
 * trials before. */
static void step(void *data) {
	struct pool *pool = data;
	if (pool->lone.worker != NULL) {
		use(pool, pool->lone.worker);
	} else if (pool->backend->one_shot) {
		use_new(pool);
	} else {
		lone_missing(pool, "it ended between two checks");
	}
}

void lone_start(struct pool *pool) {
	struct lone *lone = &pool->lone;
	lone->job = take(lone);
	lone->test = (struct selftest){0};
	next_trial(lone);
	pool->stats.second_tries++;
	trace_event("alone", lone->job->faults, "%s", lone->job->what);
	struct worker *fresh = fresh_worker(pool, pool_header(pool, lone->job->check->header));
	if (fresh != NULL) {
		lone->worker = fresh;
		room_for_lone(pool);
		use(pool, fresh);
	} else {
		use_new(pool);
	}
}

void lone_tested(struct pool *pool, const struct lean_answer *answer) {
	struct lone *lone = &pool->lone;
	struct verdict verdict = {0};
	char *why = NULL;
	lean_judge(&lone->check, answer, &verdict);
	if (selftest_take(&lone->test, &verdict, &why)) {
		next_trial(lone);
		loop_defer(pool->loop, step, pool);
	} else {
		lone_missing(pool, why);
		free(why);
	}
	verdict_finish(&verdict);
}

void lone_cancel(struct pool *pool) {
	struct lone *lone = &pool->lone;
	loop_defer_cancel(pool->loop, step, pool);
	while (lone->count > 0) {
		job_free(take(lone));
	}
	lone->due = 0;
	if (lone->job != NULL) {
		struct job *job = lone->job;
		lone_end(pool);
		job_free(job);
	}
}
