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

enum { WATCH_MS = 200, COMPLAINTS_MAX = 8192, COMPLAINTS_SHOWN = 400 };

static void watch(void *data);

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
	enum sandbox_limit limit =
		sandbox_look(worker->pool->verifier->sandbox, worker->proc, what);
	int64_t cpu_ns = proc_cpu_ns(worker->proc) - worker->cpu_before_ns;
	if (limit != SANDBOX_WITHIN) {
		worker_fault(worker,
			limit == SANDBOX_MEMORY ? FAULT_MEMORY : FAULT_PROCESSES, what);
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
	watch_again(worker);
}

/* Of the check at hand. A process that has ended is no longer in /proc. */
static int64_t cpu_of(const struct worker *worker) {
	int64_t now_ns = worker->proc != NULL ? proc_cpu_ns(worker->proc) : 0;
	now_ns = now_ns > worker->exit_cpu_ns ? now_ns : worker->exit_cpu_ns;
	return now_ns > worker->cpu_before_ns ? now_ns - worker->cpu_before_ns : 0;
}

static void begin(struct worker *worker) {
	worker->started_ns = loop_now(worker->pool->loop);
	worker->cpu_before_ns = worker->proc != NULL ? proc_cpu_ns(worker->proc) : 0;
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
	worker->used_ns = loop_now(worker->pool->loop);
}

static void on_output(enum proc_stream stream, const char *bytes, size_t length, void *data) {
	struct worker *worker = data;
	if (length == 0) {
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
	worker->output_bytes += length;
	if (worker->output_bytes > worker->options->output_limit_bytes) {
		worker_fault(worker, FAULT_OUTPUT, "more output than the limit");
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
	struct pool *pool, const char *header, struct worker **worker_out, struct error *err) {
	struct worker *worker = xcalloc(1, sizeof(*worker));
	worker->pool = pool;
	worker->options = pool->options;
	worker->header_copy = xstrdup(header);
	worker->header = worker->header_copy;
	worker->header_lines = count_lines(header);
	worker->plain = pool->plain;
	worker->state = WORKER_STARTING;
	buf_init(&worker->complaints, COMPLAINTS_MAX);
	worker->next = pool->workers;
	pool->workers = worker;
	pool->worker_count++;
	pool->busy++;
	if (pool->backend->one_shot) {
		worker->state = WORKER_IDLE;
		pool->busy--;
		*worker_out = worker;
		return 0;
	}
	begin(worker);
	int rc = pool->backend->start(worker, err);
	if (rc < 0) {
		worker_destroy(worker);
		return rc;
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
	pool->busy -= worker->state != WORKER_IDLE;
	loop_timer_cancel(worker->watch);
	if (worker->protocol != NULL) {
		pool->backend->finish(worker);
	}
	proc_destroy(worker->proc);
	lean_answer_finish(&worker->answer);
	buf_finish(&worker->complaints);
	free(worker->header_copy);
	free(worker);
}

void worker_assign(struct worker *worker, struct job *job) {
	struct pool *pool = worker->pool;
	worker->job = job;
	worker->state = WORKER_BUSY;
	worker->uses++;
	pool->busy++;
	begin(worker);
	struct error err;
	if (pool->backend->one_shot && pool->backend->start(worker, &err) < 0) {
		worker->job = NULL;
		char *header = xstrdup(worker->header);
		worker_destroy(worker);
		pool_start_failed(pool, header, job, err.message);
		free(header);
		return;
	}
	pool->backend->submit(worker, job->check);
}

bool worker_ready(struct worker *worker) {
	struct pool *pool = worker->pool;
	end(worker);
	for (size_t i = 0; i < worker->answer.count; i++) {
		const struct lean_message *message = &worker->answer.messages[i];
		if (message->severity == LEAN_ERROR || message->severity == LEAN_UNKNOWN) {
			char *why = xasprintf("header: %s", message->text);
			char *header = xstrdup(worker->header);
			struct job *job = worker->job;
			worker_destroy(worker);
			pool_start_failed(pool, header, job, why);
			free(header);
			free(why);
			return false;
		}
	}
	worker->state = WORKER_IDLE;
	pool->busy--;
	pool->ever_ready = true;
	worker->base_rss_bytes = proc_rss_bytes(worker->proc);
	pool_worker_ready(pool, worker);
	return true;
}

/* Spent: many uses, or grown by half of what it may hold. The next one starts while others work. */
static bool is_spent(const struct worker *worker) {
	return worker->pool->backend->one_shot || worker->uses >= worker->options->uses_limit ||
	       proc_rss_bytes(worker->proc) >
		       worker->base_rss_bytes + worker->options->memory_limit_bytes / 2;
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
	end(worker);
	worker->state = WORKER_IDLE;
	pool->busy--;
	bool spent = is_spent(worker);
	if (spent) {
		worker_destroy(worker);
	}
	pool_answered(pool, job, &answer, cpu_ns, elapsed_ns);
	lean_answer_finish(&answer);
	return !spent;
}

void worker_fault(struct worker *worker, enum fault fault, const char *what) {
	struct pool *pool = worker->pool;
	struct job *job = worker->job;
	bool starting = worker->state == WORKER_STARTING;
	int64_t cpu_ns = cpu_of(worker);
	int64_t elapsed_ns = loop_now(pool->loop) - worker->started_ns;
	char *copy = xstrdup(what);
	char *header = xstrdup(worker->header);
	worker_destroy(worker);
	if (starting) {
		pool->plain = pool->plain || !pool->ever_ready;
		pool_start_failed(pool, header, job, copy);
	} else if (job != NULL) {
		pool_faulted(pool, job, fault, copy, cpu_ns, elapsed_ns);
	}
	pool_wake(pool);
	free(header);
	free(copy);
}
