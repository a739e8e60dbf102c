#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "io/loop.h"
#include "verifier/pool.h"
#include "verifier/sandbox.h"

enum { WATCH_MS = 200, MEASURE_MS = 200, COMPLAINTS_MAX = 8192, COMPLAINTS_SHOWN = 400 };
#define GROWTH_LEAST (INT64_C(512) << 20)

static void watch(void *data);

static int64_t cpu_now(const struct worker *worker) {
	return worker->proc != NULL ? proc_cpu_ns(worker->proc) : 0;
}

/* What it holds for itself: all of it, less what it shares. A worker without a process keeps the
 * figure that it has. */
static void measure(struct worker *worker) {
	if (worker->proc != NULL) {
		int64_t rss_bytes = proc_rss_bytes(worker->proc);
		worker->bytes =
			rss_bytes > worker->shared_bytes ? rss_bytes - worker->shared_bytes : 0;
	}
	worker->measured_ns = loop_now(worker->pool->loop);
}

/* Once, when it has started: looking at what is shared is slow. */
static void measure_base(struct worker *worker) {
	if (worker->proc != NULL) {
		int64_t rss_bytes = proc_rss_bytes(worker->proc);
		int64_t share_bytes = proc_share_bytes(worker->proc, rss_bytes);
		worker->shared_bytes = rss_bytes > share_bytes ? rss_bytes - share_bytes : 0;
	}
	measure(worker);
	worker->base_bytes = worker->bytes;
}

static void set_state(struct worker *worker, enum worker_state state, int step) {
	struct pool *pool = worker->pool;
	struct header *header = worker->of;
	pool->busy += state == WORKER_BUSY ? step : 0;
	pool->starting += state == WORKER_STARTING ? step : 0;
	header->busy += state == WORKER_BUSY ? step : 0;
	header->idle += state == WORKER_IDLE ? step : 0;
	header->starting += state == WORKER_STARTING ? step : 0;
	header->spares += state == WORKER_STARTING && worker->spare ? step : 0;
}

static void change_state(struct worker *worker, enum worker_state state) {
	set_state(worker, worker->state, -1);
	worker->state = state;
	set_state(worker, state, 1);
}

static void watch_again(struct worker *worker) {
	worker->watch = loop_timer_start(worker->pool->loop, WATCH_MS * CLOCK_MS, watch, worker);
}

/* Fires only for what takes longer than its period: time and memory of a check, or of a start. */
static void watch(void *data) {
	struct worker *worker = data;
	const struct verifier_options *options = worker->options;
	worker->watch = NULL;
	int64_t elapsed_ns = loop_now(worker->pool->loop) - worker->started_ns;
	char what[SANDBOX_WHAT];
	enum sandbox_limit limit = SANDBOX_WITHIN;
	if (worker->proc != NULL) {
		limit = sandbox_look(worker->pool->verifier->sandbox, worker->proc, what);
	}
	int64_t cpu_ns = cpu_now(worker) - worker->cpu_before_ns;
	if (limit != SANDBOX_WITHIN) {
		worker_fault(
			worker, limit == SANDBOX_MEMORY ? FAULT_MEMORY : FAULT_PROCESSES, what);
		return;
	}
	bool starting = worker->state == WORKER_STARTING;
	int64_t wall_s = starting ? options->start_limit_s : options->wall_limit_s;
	if (!starting && cpu_ns > options->cpu_limit_s * CLOCK_SECOND) {
		snprintf(what, sizeof(what), "%" PRId64 " CPU seconds used up",
			options->cpu_limit_s);
		worker_fault(worker, FAULT_TIMEOUT, what);
		return;
	}
	if (elapsed_ns > wall_s * CLOCK_SECOND) {
		snprintf(what, sizeof(what), "no answer after %" PRId64 " s", wall_s);
		worker_fault(worker, FAULT_TIMEOUT, what);
		return;
	}
	measure(worker);
	if (room_is_short(worker->pool)) {
		pool_wake(worker->pool);
	}
	watch_again(worker);
}

/* Of the check at hand. A process that has ended is no longer in /proc. */
static int64_t cpu_of(const struct worker *worker) {
	int64_t now_ns = cpu_now(worker);
	now_ns = now_ns > worker->exit_cpu_ns ? now_ns : worker->exit_cpu_ns;
	return now_ns > worker->cpu_before_ns ? now_ns - worker->cpu_before_ns : 0;
}

static void begin(struct worker *worker) {
	worker->started_ns = loop_now(worker->pool->loop);
	worker->cpu_before_ns = cpu_now(worker);
	worker->output_bytes = 0;
	lean_answer_finish(&worker->answer);
	worker->answer = (struct lean_answer){0};
	if (worker->watch == NULL) {
		watch_again(worker);
	}
}

static void end(struct worker *worker) {
	loop_timer_cancel(worker->watch);
	worker->watch = NULL;
}

static void on_output(enum proc_stream stream, const char *bytes, size_t length, void *data) {
	struct worker *worker = data;
	if (length == 0) {
		return;
	}
	worker->output_bytes += length;
	if (worker->output_bytes > worker->options->output_limit_bytes) {
		worker_fault(worker, FAULT_OUTPUT, "more output than the limit");
		return;
	}
	if (stream == PROC_STDERR) {
		// Keep its end, always drain it: a full pipe would stop the worker.
		if (length > COMPLAINTS_MAX) {
			bytes += length - COMPLAINTS_MAX;
			length = COMPLAINTS_MAX;
		}
		if (worker->complaints.len + length > COMPLAINTS_MAX) {
			buf_consume(&worker->complaints,
				worker->complaints.len + length - COMPLAINTS_MAX);
		}
		buf_append(&worker->complaints, bytes, length);
		return;
	}
	worker->pool->backend->on_output(worker, bytes, length);
}

static void on_exit_of(const struct proc_exit *exit, void *data) {
	struct worker *worker = data;
	worker->exit_cpu_ns = exit->cpu_ns;
	if (worker->pool->backend->on_exit(worker, exit)) {
		return;
	}
	char what[COMPLAINTS_SHOWN + 100];
	if (exit->out_of_memory) {
		snprintf(what, sizeof(what), "memory: limit %" PRId64 " MiB",
			worker->options->memory_limit_bytes >> 20);
		worker_fault(worker, FAULT_MEMORY, what);
		return;
	}
	const char *said = buf_str(&worker->complaints);
	size_t length = strlen(said);
	said += length > COMPLAINTS_SHOWN ? length - COMPLAINTS_SHOWN : 0;
	if (exit->signal != 0) {
		snprintf(what, sizeof(what), "Lean was ended by signal %d%s%s", exit->signal,
			length > 0 ? ": " : "", said);
	} else {
		snprintf(what, sizeof(what), "Lean ended with status %d%s%s", exit->status,
			length > 0 ? ": " : "", said);
	}
	worker_fault(worker, FAULT_CRASH, what);
}

int worker_spawn(struct worker *worker, const char *const *argv, struct error *err) {
	const struct verifier_options *limits = worker->options;
	// A backstop only: the watch is exact, and is ours to tell.
	int64_t uses = worker->pool->backend->one_shot ? 1 : limits->uses_limit;
	struct proc_options options = {
		.argv = argv,
		.cpu_limit_s = limits->start_limit_s + uses * (limits->cpu_limit_s + 1),
		.on_output = on_output,
		.on_exit = on_exit_of,
		.data = worker,
	};
	return sandbox_spawn(worker->pool->verifier->sandbox, worker->pool->loop, NULL, &options,
		&worker->proc, err);
}

static unsigned count_lines(const char *text) {
	unsigned lines = 0;
	for (; *text != '\0'; text++) {
		lines += *text == '\n';
	}
	return lines;
}

int worker_create(
	struct pool *pool, struct header *header, struct worker **worker_out, struct error *err) {
	struct worker *worker = xcalloc(1, sizeof(*worker));
	worker->pool = pool;
	worker->options = pool->options;
	worker->of = header;
	worker->header = header->text;
	worker->header_lines = count_lines(header->text);
	worker->plain = pool->plain;
	worker->state = pool->backend->one_shot ? WORKER_IDLE : WORKER_STARTING;
	buf_init(&worker->complaints, COMPLAINTS_MAX);
	worker->next = pool->workers;
	pool->workers = worker;
	pool->worker_count++;
	set_state(worker, worker->state, 1);
	if (!pool->backend->one_shot) {
		begin(worker);
		pool->stats.starts++;
		int rc = pool->backend->start(worker, err);
		if (rc < 0) {
			worker_destroy(worker);
			return rc;
		}
	}
	*worker_out = worker;
	return 0;
}

void worker_destroy(struct worker *worker) {
	struct pool *pool = worker->pool;
	struct worker **link = &pool->workers;
	while (*link != worker) {
		link = &(*link)->next;
	}
	*link = worker->next;
	pool->worker_count--;
	set_state(worker, worker->state, -1);
	if (pool->lone.worker == worker) {
		pool->lone.worker = NULL;
	}
	loop_timer_cancel(worker->watch);
	if (worker->protocol != NULL) {
		pool->backend->finish(worker);
	}
	proc_destroy(worker->proc);
	lean_answer_finish(&worker->answer);
	buf_finish(&worker->complaints);
	free(worker);
}

void worker_assign(struct worker *worker, struct job *job) {
	struct pool *pool = worker->pool;
	struct header *header = worker->of;
	worker->job = job;
	worker->uses++;
	worker->candidates += job->hash.hex[0] != '\0'; // else it is a self-test
	header->served++;
	header->used_ns = loop_now(pool->loop);
	change_state(worker, WORKER_BUSY);
	begin(worker);
	struct error err;
	if (pool->backend->one_shot) {
		pool->stats.starts++;
		if (pool->backend->start(worker, &err) < 0) {
			worker->job = NULL;
			worker_destroy(worker);
			pool_start_failed(pool, header, job, err.message);
			return;
		}
	}
	pool->backend->submit(worker, job->check);
}

bool worker_ready(struct worker *worker) {
	struct pool *pool = worker->pool;
	struct header *header = worker->of;
	end(worker);
	for (size_t i = 0; i < worker->answer.count; i++) {
		const struct lean_message *message = &worker->answer.messages[i];
		if (message->severity == LEAN_ERROR || message->severity == LEAN_UNKNOWN) {
			char *why = xasprintf("header: %s", message->text);
			struct job *job = worker->job;
			worker_destroy(worker);
			pool_start_failed(pool, header, job, why);
			free(why);
			return false;
		}
	}
	measure_base(worker);
	change_state(worker, WORKER_IDLE);
	pool_worker_ready(pool, worker);
	return true;
}

/* Spent: many uses, or grown to twice its size and then some. Its successor is there already where
 * there was room for a spare, else it starts while others work. */
static bool is_spent(struct worker *worker) {
	const struct verifier_options *options = worker->options;
	if (worker->pool->backend->one_shot || worker->uses >= options->uses_limit) {
		return true;
	}
	int64_t growth = worker->base_bytes > GROWTH_LEAST ? worker->base_bytes : GROWTH_LEAST;
	growth =
		growth < options->memory_limit_bytes / 2 ? growth : options->memory_limit_bytes / 2;
	// Looking costs more than a small check does.
	if (loop_now(worker->pool->loop) - worker->measured_ns > MEASURE_MS * CLOCK_MS) {
		measure(worker);
	}
	return worker->bytes > worker->base_bytes + growth;
}

bool worker_answered(struct worker *worker) {
	struct pool *pool = worker->pool;
	struct job *job = worker->job;
	if (worker->answer.foreign || !worker->answer.complete) {
		worker_fault(worker, FAULT_FOREIGN, "an answer that is not whole");
		return false;
	}
	int64_t cpu_ns = cpu_of(worker);
	int64_t elapsed_ns = loop_now(pool->loop) - worker->started_ns;
	struct lean_answer answer = worker->answer;
	worker->answer = (struct lean_answer){0};
	worker->job = NULL;
	worker->used_ns = loop_now(pool->loop);
	end(worker);
	change_state(worker, WORKER_IDLE);
	pool->stats.warm += worker->uses > 1;
	// The lone one has to see its job through.
	bool spent =
		(worker != pool->lone.worker || job == pool->lone.job || pool->backend->one_shot) &&
		is_spent(worker);
	if (spent) {
		pool->stats.recycled += !pool->backend->one_shot;
		worker_destroy(worker);
	}
	pool_answered(pool, job, &answer, cpu_ns, elapsed_ns);
	lean_answer_finish(&answer);
	return !spent;
}

void worker_fault(struct worker *worker, enum fault fault, const char *what) {
	struct pool *pool = worker->pool;
	struct header *header = worker->of;
	struct job *job = worker->job;
	bool starting = worker->state == WORKER_STARTING;
	int64_t cpu_ns = cpu_of(worker);
	int64_t elapsed_ns = loop_now(pool->loop) - worker->started_ns;
	char *copy = xstrdup(what);
	worker_destroy(worker);
	if (starting) {
		pool->plain = pool->plain || !pool->ever_ready;
		pool_start_failed(pool, header, job, copy);
	} else if (job != NULL) {
		pool_faulted(pool, job, fault, copy, cpu_ns, elapsed_ns);
	}
	pool_wake(pool);
	free(copy);
}
