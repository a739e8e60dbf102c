/* Memory: how many workers it is enough for. Sizes are what a worker holds for itself, its share of
 * what several map, so that the compiled files of Mathlib, which all of them map, count once. */

#include <stdlib.h>
#include <string.h>

#include "base/trace.h"
#include "io/loop.h"
#include "verifier/memory.h"
#include "verifier/pool.h"

#define MIB (INT64_C(1) << 20)

/* Before anything was measured: a bare Lean, and one that has imported Mathlib. */
static const int64_t bare_bytes = 256 * MIB;
static const int64_t import_bytes = 1536 * MIB;
/* Of the budget, what is left free for checks to grow into. */
enum { FREE_PART = 5, BUDGET_PERCENT = 90, IDLE_SPARE = 4 };

int64_t room_estimate(const char *header) {
	return strstr(header, "import") != NULL ? import_bytes : bare_bytes;
}

void room_init(struct pool *pool) {
	pool->budget_given = pool->options->memory_total_bytes > 0;
	pool->budget_bytes = pool->budget_given ? pool->options->memory_total_bytes
						: memory_available() / 100 * BUDGET_PERCENT;
}

int room_jobs(const struct pool *pool) {
	int64_t base_bytes = pool->options->lean->lean_path != NULL ? import_bytes : bare_bytes;
	bool known = false;
	for (const struct header *header = pool->headers; header != NULL; header = header->next) {
		if (!known || header->base_bytes > base_bytes) {
			base_bytes = header->base_bytes;
		}
		known = true;
	}
	int64_t limit = pool->budget_bytes - pool->budget_bytes / FREE_PART;
	int64_t jobs = base_bytes > 0 ? limit / base_bytes : pool->options->jobs;
	jobs = jobs < pool->options->jobs ? jobs : pool->options->jobs;
	return jobs > 1 ? (int)jobs : 1;
}

/* What it holds, or will hold when it has started. */
static int64_t held_by(const struct worker *worker) {
	int64_t base_bytes = worker->state == WORKER_STARTING ? worker->of->base_bytes : 0;
	return worker->bytes > base_bytes ? worker->bytes : base_bytes;
}

static int64_t held(const struct pool *pool) {
	int64_t bytes = 0;
	for (const struct worker *worker = pool->workers; worker != NULL; worker = worker->next) {
		bytes += held_by(worker);
	}
	return bytes;
}

bool room_for(const struct pool *pool, const struct header *header) {
	if (pool->worker_count == 0) {
		return true;
	}
	int64_t limit = pool->budget_bytes - pool->budget_bytes / FREE_PART;
	if (held(pool) + header->base_bytes > limit ||
		pool->worker_count >= 2 * pool->options->jobs + IDLE_SPARE) {
		return false;
	}
	// Others on this machine may have taken what was free when the budget was made.
	return pool->budget_given || header->base_bytes <= memory_available();
}

/* Whether `a` is missed less: its header has nothing to do, or was used longer ago. */
static bool is_missed_less(const struct worker *a, const struct worker *b) {
	if (a->of == b->of) {
		return a->used_ns < b->used_ns;
	}
	if ((a->of->queued == 0) != (b->of->queued == 0)) {
		return a->of->queued == 0;
	}
	return a->of->used_ns < b->of->used_ns;
}

static bool is_its_turn(const struct pool *pool, const struct header *header) {
	return header->queued > 0 && loop_now(pool->loop) - header->turn_ns < pool_turn_ns(header);
}

enum evict { EVICT_ANY, EVICT_IN_TURN };

/* Ends the idle worker that is missed least, not of `but` (may be NULL). False when there is
 * none. */
static bool evict(struct pool *pool, const struct header *but, enum evict how) {
	struct worker *least = NULL;
	for (struct worker *worker = pool->workers; worker != NULL; worker = worker->next) {
		bool may = worker->state == WORKER_IDLE && worker->of != but &&
			   worker != pool->lone.worker &&
			   (how == EVICT_ANY || !is_its_turn(pool, worker->of));
		if (may && (least == NULL || is_missed_less(worker, least))) {
			least = worker;
		}
	}
	if (least == NULL) {
		return false;
	}
	pool->stats.evicted++;
	worker_destroy(least);
	return true;
}

bool room_make(struct pool *pool, const struct header *header) {
	while (!room_for(pool, header)) {
		if (!evict(pool, header, EVICT_IN_TURN)) {
			return false;
		}
	}
	return true;
}

void room_for_lone(struct pool *pool) {
	const struct worker *own = pool->lone.worker;
	int64_t others = 0;
	do {
		others = held(pool) - (own != NULL ? held_by(own) : 0);
	} while (others + pool->options->memory_limit_bytes > pool->budget_bytes &&
		 evict(pool, NULL, EVICT_ANY));
}

bool room_is_short(const struct pool *pool) {
	return held(pool) > pool->budget_bytes;
}

static struct worker *most_grown(struct pool *pool) {
	struct worker *best = NULL;
	for (struct worker *worker = pool->workers; worker != NULL; worker = worker->next) {
		if (worker->state == WORKER_BUSY &&
			(best == NULL || worker->bytes - worker->of->base_bytes >
						 best->bytes - best->of->base_bytes)) {
			best = worker;
		}
	}
	return best;
}

void room_relieve(struct pool *pool) {
	// The last one stays: without it nothing would be done at all.
	while (room_is_short(pool) && pool->worker_count > 1 && evict(pool, NULL, EVICT_ANY)) {
	}
	// One alone has its own limit. Of several, the one that has grown most gets its second try,
	// with all the memory there is.
	if (room_is_short(pool) && pool->busy > 1) {
		struct worker *worker = most_grown(pool);
		trace_event("memory", 0, "short: %lld MiB of %lld", (long long)(held(pool) / MIB),
			(long long)(pool->budget_bytes / MIB));
		worker_fault(worker, FAULT_MEMORY,
			"all workers together reached the memory they may use");
	}
}
