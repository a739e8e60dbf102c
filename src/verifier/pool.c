/* The queues, one a header, and which job gets which worker. */

#include "verifier/pool.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/trace.h"
#include "core/verdict.h"
#include "io/loop.h"

enum {
	FAILED_STARTS_MAX = 2,
	// Where there is no room for all headers they take turns: each keeps its workers for so
	// long, or for as long as so many starts take. Less would be time spent on starts.
	PATIENCE_S = 5,
	PATIENCE_STARTS = 4,
	// A spare is kept for a header that has served so many jobs and takes so long to start.
	SPARE_SERVED = 8,
	SPARE_START_MS = 1000,
};

static void pump(void *data);

/* ---- Headers and their queues. */

struct header *pool_header(struct pool *pool, const char *text) {
	struct header *header = pool->headers;
	while (header != NULL && strcmp(header->text, text) != 0) {
		header = header->next;
	}
	if (header == NULL) {
		header = xcalloc(1, sizeof(*header));
		header->text = xstrdup(text);
		header->queue_end = &header->queue;
		header->base_bytes = room_estimate(text);
		header->next = pool->headers;
		pool->headers = header;
	}
	return header;
}

static void queue_push(struct pool *pool, struct header *header, struct job *job) {
	job->next = NULL;
	*header->queue_end = job;
	header->queue_end = &job->next;
	header->queued++;
	pool->queued++;
}

static struct job *queue_take(struct pool *pool, struct header *header) {
	struct job *job = header->queue;
	header->queue = job->next;
	if (header->queue == NULL) {
		header->queue_end = &header->queue;
	}
	header->queued--;
	pool->queued--;
	job->next = NULL;
	return job;
}

int64_t pool_turn_ns(const struct header *header) {
	int64_t turn_ns = PATIENCE_STARTS * header->start_ns;
	return turn_ns > PATIENCE_S * CLOCK_SECOND ? turn_ns : PATIENCE_S * CLOCK_SECOND;
}

void pool_wake(struct pool *pool) {
	if (!pool->pumping) {
		pool->pumping = true;
		loop_defer(pool->loop, pump, pool);
	}
}

void pool_submit(struct pool *pool, struct job *job) {
	if (pool->service != NULL) {
		pool->backend->service->submit(pool->service, job);
		return;
	}
	queue_push(pool, pool_header(pool, job->check->header), job);
	pool_wake(pool);
}

/* ---- What workers tell. */

void pool_worker_ready(struct pool *pool, struct worker *worker) {
	struct header *header = worker->of;
	header->failed_starts = 0;
	header->turn_ns = header->busy + header->idle == 1 ? loop_now(pool->loop) : header->turn_ns;
	header->start_ns = loop_now(pool->loop) - worker->started_ns;
	header->base_bytes = worker->bytes > 0 ? worker->bytes : header->base_bytes;
	pool->ever_ready = true;
	if (worker == pool->lone.worker) {
		lone_go_on(pool, worker);
	} else {
		pool_wake(pool);
	}
}

/* A header that Lean refuses will be refused again; anything else may have been an accident, once.
 * While a worker of the header lives, its jobs wait for that. */
static bool is_hopeless(const struct header *header, const char *why) {
	return str_starts_with(why, "header: ") ||
	       (header->failed_starts >= FAILED_STARTS_MAX &&
		       header->busy + header->idle + header->starting == 0);
}

void pool_start_failed(struct pool *pool, struct header *header, struct job *job, const char *why) {
	trace_event("start failed", 0, "%s", why);
	pool->stats.failed_starts++;
	header->failed_starts++;
	if (pool->lone.job != NULL) {
		lone_missing(pool, why);
		return;
	}
	if (job != NULL) {
		job_missing(job, why);
	}
	if (is_hopeless(header, why)) {
		while (header->queue != NULL) {
			job_missing(queue_take(pool, header), why);
		}
		header->failed_starts = 0;
	}
	pool_wake(pool);
}

void pool_answered(struct pool *pool, struct job *job, const struct lean_answer *answer,
	int64_t cpu_ns, int64_t elapsed_ns) {
	pool->stats.answers++;
	if (job == &pool->lone.trial) {
		lone_tested(pool, answer);
		return;
	}
	const char *refusal = job->faults == 0 ? lean_answer_header_error(answer) : NULL;
	if (refusal != NULL) {
		// Only a process a check gets here with one. It may be forged: the self-tests
		// under this header tell.
		pool_faulted(pool, job, FAULT_FOREIGN, refusal, cpu_ns, elapsed_ns);
		return;
	}
	if (job == pool->lone.job) {
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
	pool->stats.faults[fault]++;
	if (job == &pool->lone.trial) {
		lone_missing(pool, what);
		return;
	}
	free(job->what);
	job->what = xstrdup(what);
	if (job->faults++ == 0) {
		lone_add(pool, job);
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

/* Of this header, the one used last. */
static struct worker *idle_worker(struct pool *pool, const struct header *header) {
	struct worker *best = NULL;
	for (struct worker *worker = pool->workers; worker != NULL; worker = worker->next) {
		if (worker->state == WORKER_IDLE && worker->of == header &&
			(best == NULL || worker->used_ns > best->used_ns)) {
			best = worker;
		}
	}
	return best;
}

/* Checks that may run besides those that do. A start takes the place of the job that waits for it;
 * a spare's takes none. */
static int free_places(const struct pool *pool) {
	int places = pool->options->jobs - pool->busy;
	for (const struct header *header = pool->headers; header != NULL; header = header->next) {
		int needed = header->starting - header->spares;
		places -= needed < header->queued ? needed : header->queued;
	}
	return places;
}

enum rank { RANK_NONE, RANK_START, RANK_WARM, RANK_OVERDUE };

static enum rank rank_of(const struct pool *pool, const struct header *header) {
	if (header->queued == 0) {
		return RANK_NONE;
	}
	if (header->idle > 0) {
		return RANK_WARM;
	}
	bool failing = header->failed_starts >= FAILED_STARTS_MAX && header->busy > 0;
	if (header->queued <= header->starting || failing) {
		return RANK_NONE;
	}
	// Who has workers already comes to its turn, if slowly.
	int64_t patience_ns =
		pool_turn_ns(header) * (header->busy + header->starting > 0 ? PATIENCE_STARTS : 1);
	int64_t since_ns = header->queue->submitted_ns > header->used_ns
				   ? header->queue->submitted_ns
				   : header->used_ns;
	return loop_now(pool->loop) - since_ns > patience_ns ? RANK_OVERDUE : RANK_START;
}

/* Who is next; of equal rank the one whose job came first. */
static struct header *choose(const struct pool *pool, enum rank most, enum rank *rank_out) {
	struct header *best = NULL;
	enum rank best_rank = RANK_NONE;
	for (struct header *header = pool->headers; header != NULL; header = header->next) {
		enum rank rank = rank_of(pool, header);
		if (rank > RANK_NONE && rank <= most &&
			(rank > best_rank ||
				(rank == best_rank &&
					header->queue->submitted_ns < best->queue->submitted_ns))) {
			best = header;
			best_rank = rank;
		}
	}
	*rank_out = best_rank;
	return best;
}

static void start_worker(struct pool *pool, struct header *header) {
	struct worker *worker = NULL;
	struct error err;
	if (worker_create(pool, header, &worker, &err) < 0) {
		job_missing(queue_take(pool, header), err.message);
	} else if (worker->state == WORKER_IDLE) {
		worker_assign(worker, queue_take(pool, header));
	}
}

/* Starts one job, or the worker that it needs. False when nothing more can be done now. */
static bool start_next(struct pool *pool) {
	if (free_places(pool) <= 0) {
		return false;
	}
	enum rank rank;
	struct header *header = choose(pool, RANK_OVERDUE, &rank);
	if (header != NULL && rank != RANK_WARM) {
		if (room_make(pool, header)) {
			start_worker(pool, header);
			return true;
		}
		// Others have to end first. Those whose turn was over are gone; the rest goes on.
		header = choose(pool, RANK_WARM, &rank);
	}
	if (header == NULL || rank != RANK_WARM) {
		return false;
	}
	worker_assign(idle_worker(pool, header), queue_take(pool, header));
	return true;
}

/* A header in use whose workers are all at work gets one more, so that none has to be waited for
 * when one of them is lost or replaced. One at a time, only where there is room anyway. */
static void start_spare(struct pool *pool) {
	if (pool->backend->one_shot || pool->starting > 0) {
		return;
	}
	for (struct header *header = pool->headers; header != NULL; header = header->next) {
		if (header->busy > 0 && header->idle == 0 && header->failed_starts == 0 &&
			header->served >= SPARE_SERVED &&
			header->start_ns >= SPARE_START_MS * CLOCK_MS && room_for(pool, header)) {
			struct worker *worker = NULL;
			struct error err;
			if (worker_create(pool, header, &worker, &err) == 0) {
				worker->spare = true;
				header->spares++;
			}
			return;
		}
	}
}

static void pump(void *data) {
	struct pool *pool = data;
	pool->pumping = false;
	room_relieve(pool);
	if (pool->lone.job != NULL) {
		return;
	}
	if (lone_due(pool)) {
		if (pool->busy + pool->starting == 0) {
			lone_start(pool);
		}
		return;
	}
	while (start_next(pool)) {
	}
	start_spare(pool);
}

/* ---- */

struct pool *pool_create(struct verifier *verifier) {
	struct pool *pool = xcalloc(1, sizeof(*pool));
	pool->verifier = verifier;
	pool->loop = verifier->loop;
	pool->options = &verifier->options;
	pool->backend = verifier->backend;
	pool->lone.queue_end = &pool->lone.queue;
	room_init(pool);
	pool->service =
		pool->backend->service != NULL ? pool->backend->service->open(verifier) : NULL;
	return pool;
}

void pool_cancel(struct pool *pool) {
	if (pool->service != NULL) {
		pool->backend->service->cancel(pool->service);
	}
	struct worker *worker = pool->workers;
	while (worker != NULL) {
		struct worker *next = worker->next;
		struct job *job = worker->state == WORKER_BUSY ? worker->job : NULL;
		if (worker->state != WORKER_IDLE) {
			worker_destroy(worker);
		}
		if (job != NULL && job != &pool->lone.trial && job != pool->lone.job) {
			job_free(job);
		}
		worker = next;
	}
	lone_cancel(pool);
	for (struct header *header = pool->headers; header != NULL; header = header->next) {
		while (header->queue != NULL) {
			job_free(queue_take(pool, header));
		}
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
	if (pool->service != NULL) {
		pool->backend->service->close(pool->service);
	}
	loop_defer_cancel(pool->loop, pump, pool);
	while (pool->headers != NULL) {
		struct header *next = pool->headers->next;
		free(pool->headers->text);
		free(pool->headers);
		pool->headers = next;
	}
	free(pool);
}

void pool_stats(const struct pool *pool, struct verifier_stats *stats_out) {
	struct verifier_stats stats = pool->stats;
	stats.queued = pool->queued;
	stats.waiting_alone = pool->lone.count;
	stats.busy = pool->busy;
	stats.starting = pool->starting;
	stats.idle = pool->worker_count - pool->busy - pool->starting;
	stats.alone = pool->lone.job != NULL;
	stats.budget_bytes = pool->budget_bytes;
	for (const struct worker *worker = pool->workers; worker != NULL; worker = worker->next) {
		stats.held_bytes += worker->bytes;
	}
	*stats_out = stats;
}
