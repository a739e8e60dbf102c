#include "verifier/pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/trace.h"
#include "core/verdict.h"
#include "io/loop.h"

enum {
	CPU_LIMIT_S = 300,
	START_LIMIT_S = 180,
	WALL_MARGIN_S = 60,
	USES_LIMIT = 400,
	FAILED_STARTS_MAX = 2
};
static const int64_t memory_limit_bytes = INT64_C(8) << 30;
static const size_t output_limit_bytes = (size_t)16 << 20;

static void pump(void *data);

/* ---- The queue. */

static void queue_push(struct verifier *verifier, struct job *job) {
	job->next = NULL;
	*verifier->queue_end = job;
	verifier->queue_end = &job->next;
}

static struct job *queue_take(struct verifier *verifier, struct job **link) {
	struct job *job = *link;
	*link = job->next;
	if (verifier->queue_end == &job->next) {
		verifier->queue_end = link;
	}
	job->next = NULL;
	return job;
}

void pool_wake(struct verifier *verifier) {
	if (!verifier->pumping) {
		verifier->pumping = true;
		loop_defer(verifier->loop, pump, verifier);
	}
}

/* ---- Verdicts. */

/* In a deferred call, because the caller's function may close the verifier or cancel all:
 * nothing of ours is touched after it. */
static void job_tell(void *data) {
	struct job *job = data;
	struct job **link = &job->verifier->finished;
	while (*link != job) {
		link = &(*link)->next;
	}
	*link = job->next;
	job->verifier->pending--;
	job->done(&job->verdict, job->data);
	verdict_finish(&job->verdict);
	free(job->what);
	free(job);
}

static void job_free(struct job *job) {
	loop_defer_cancel(job->verifier->loop, job_tell, job);
	verdict_finish(&job->verdict);
	free(job->what);
	free(job);
}

/* Fills in what does not depend on the outcome, and tells at the end of this turn. Takes over
 * the texts of `verdict`. */
static void job_done(struct verifier *verifier, struct job *job, struct verdict *verdict,
	int64_t cpu_ns, int64_t elapsed_ns) {
	const struct verifier_options *options = &verifier->options;
	verdict->cpu_ns = cpu_ns;
	verdict->elapsed_ns = elapsed_ns;
	verdict->backend = xstrdup(verifier->backend->name);
	verdict->lean =
		options->lean->commit != NULL
			? xasprintf("%s (%.12s)", options->lean->version, options->lean->commit)
			: xstrdup(options->lean->version);
	verdict->policy = xstrdup(options->policy);
	verdict->sandbox = xstrdup(options->sandbox);
	if (verdict->messages == NULL) {
		verdict->messages = xstrdup("");
	}
	job->verdict = *verdict;
	job->next = verifier->finished;
	verifier->finished = job;
	loop_defer(verifier->loop, job_tell, job);
}

static void job_missing(struct verifier *verifier, struct job *job, const char *why) {
	struct verdict verdict = {.missing = MISSING_VERIFIER, .messages = xstrdup(why)};
	job_done(verifier, job, &verdict, 0, loop_now(verifier->loop) - job->submitted_ns);
}

/* ---- The job that runs alone. */

static struct worker *idle_worker(struct verifier *verifier, const char *header) {
	struct worker *best = NULL;
	for (struct worker *worker = verifier->workers; worker != NULL; worker = worker->next) {
		if (worker->state == WORKER_IDLE &&
			(header == NULL || strcmp(worker->header, header) == 0) &&
			(best == NULL || (header != NULL) == (worker->used_ns > best->used_ns))) {
			// of this header the one used last, of any header the one used longest ago
			best = worker;
		}
	}
	return best;
}

static struct job *lone_step_job(struct verifier *verifier) {
	switch (verifier->lone_step) {
	case LONE_TRUE:
		return &verifier->lone_jobs[0];
	case LONE_HOLE:
		return &verifier->lone_jobs[1];
	default:
		return verifier->lone;
	}
}

static void lone_end(struct verifier *verifier) {
	verifier->lone = NULL;
	verifier->lone_step = LONE_NONE;
	lean_check_finish(&verifier->lone_tests[0]);
	lean_check_finish(&verifier->lone_tests[1]);
	verifier->lone_tests[0] = verifier->lone_tests[1] = (struct lean_check){0};
	pool_wake(verifier);
}

static void lone_missing(struct verifier *verifier, const char *why) {
	struct job *job = verifier->lone;
	char *text = xasprintf("%s; a fresh worker for the second try: %s", job->what, why);
	lone_end(verifier);
	job_missing(verifier, job, text);
	free(text);
}

/* A fresh worker, nothing else running, both self-tests first: only then is a second fault the
 * candidate's own. */
static void lone_start(struct verifier *verifier) {
	while (verifier->workers != NULL) {
		worker_destroy(verifier->workers);
	}
	struct job *job = verifier->lone_queue;
	verifier->lone_queue = job->next;
	job->next = NULL;
	verifier->lone = job;
	verifier->lone_step = LONE_TRUE;
	for (int i = 0; i < 2; i++) {
		verifier_selftest(job->check->header, i == 0, &verifier->lone_tests[i]);
		verifier->lone_jobs[i] = (struct job){.check = &verifier->lone_tests[i]};
	}
	struct worker *worker = NULL;
	struct error err;
	if (worker_create(verifier, job->check->header, &worker, &err) < 0) {
		lone_missing(verifier, err.message);
	} else if (worker->state == WORKER_IDLE) {
		worker_assign(worker, lone_step_job(verifier));
	}
}

/* The next step on the lone worker; a one-shot backend needs a new process for each. */
static void lone_next(void *data) {
	struct verifier *verifier = data;
	struct worker *worker = verifier->workers;
	struct error err;
	if (worker == NULL &&
		worker_create(verifier, verifier->lone->check->header, &worker, &err) < 0) {
		lone_missing(verifier, err.message);
		return;
	}
	if (worker->state == WORKER_IDLE) {
		worker_assign(worker, lone_step_job(verifier));
	}
}

static void lone_tested(struct verifier *verifier, const struct lean_answer *answer) {
	bool is_true = verifier->lone_step == LONE_TRUE;
	struct verdict verdict = {0};
	lean_judge(&verifier->lone_tests[is_true ? 0 : 1], answer, &verdict);
	bool accepted = verdict.outcome == OUTCOME_ACCEPTED;
	char *said = xstrdup(verdict.messages != NULL ? verdict.messages : "");
	verdict_finish(&verdict);
	if (accepted != is_true) {
		char *why = xasprintf("%s (%.200s)",
			is_true ? "it refuses a true theorem" : "it accepts a hole", said);
		lone_missing(verifier, why);
		free(why);
	} else {
		verifier->lone_step = is_true ? LONE_HOLE : LONE_JOB;
		loop_defer(verifier->loop, lone_next, verifier);
	}
	free(said);
}

/* ---- What workers tell. */

void pool_worker_ready(struct verifier *verifier, struct worker *worker) {
	verifier->failed_starts = 0;
	if (verifier->lone != NULL) {
		worker_assign(worker, lone_step_job(verifier));
	} else {
		pool_wake(verifier);
	}
}

void pool_start_failed(
	struct verifier *verifier, const char *header, struct job *job, const char *why) {
	trace_event("start failed", 0, "%s", why);
	if (verifier->lone != NULL) {
		lone_missing(verifier, why);
		return;
	}
	if (job != NULL) {
		job_missing(verifier, job, why);
	}
	// A header that Lean refuses will be refused again; anything else may have been an
	// accident, once.
	if (!str_starts_with(why, "header: ") && ++verifier->failed_starts < FAILED_STARTS_MAX) {
		pool_wake(verifier);
		return;
	}
	verifier->failed_starts = 0;
	struct job *failed = NULL;
	struct job **link = &verifier->queue;
	while (*link != NULL) {
		if (strcmp((*link)->check->header, header) == 0) {
			struct job *taken = queue_take(verifier, link);
			taken->next = failed;
			failed = taken;
		} else {
			link = &(*link)->next;
		}
	}
	while (failed != NULL) {
		struct job *next = failed->next;
		job_missing(verifier, failed, why);
		failed = next;
	}
	pool_wake(verifier);
}

static const char *header_error(const struct lean_answer *answer) {
	for (size_t i = 0; i < answer->count; i++) {
		if (answer->messages[i].severity == LEAN_ERROR && answer->messages[i].line < 0) {
			return answer->messages[i].text;
		}
	}
	return NULL;
}

void pool_answered(struct verifier *verifier, struct job *job, const struct lean_answer *answer,
	int64_t cpu_ns, int64_t elapsed_ns) {
	if (verifier->lone != NULL && job != verifier->lone) {
		lone_tested(verifier, answer);
		return;
	}
	const char *refusal = job->faults == 0 ? header_error(answer) : NULL;
	if (refusal != NULL) {
		// Only a process a check gets here with one. It may be forged: the self-tests
		// under this header tell.
		pool_faulted(verifier, job, FAULT_FOREIGN, refusal, cpu_ns, elapsed_ns);
		return;
	}
	if (job == verifier->lone) {
		lone_end(verifier);
	}
	struct verdict verdict = {0};
	lean_judge(job->check, answer, &verdict);
	job_done(verifier, job, &verdict, cpu_ns, elapsed_ns);
	pool_wake(verifier);
}

void pool_faulted(struct verifier *verifier, struct job *job, enum fault fault, const char *what,
	int64_t cpu_ns, int64_t elapsed_ns) {
	trace_event("fault", job->faults, "%s", what);
	if (verifier->lone != NULL && job != verifier->lone) {
		lone_missing(verifier, what);
		return;
	}
	free(job->what);
	job->what = xstrdup(what);
	job->fault = fault;
	if (job->faults++ == 0) {
		job->next = NULL;
		struct job **end = &verifier->lone_queue;
		while (*end != NULL) {
			end = &(*end)->next;
		}
		*end = job;
		pool_wake(verifier);
		return;
	}
	lone_end(verifier);
	struct verdict verdict = {
		.outcome = OUTCOME_REJECTED,
		.reason = fault == FAULT_TIMEOUT ? REASON_TIMEOUT : REASON_RESOURCES,
		.messages = xasprintf("twice, the second time alone: %s", what),
	};
	job_done(verifier, job, &verdict, cpu_ns, elapsed_ns);
}

/* ---- Matching jobs and workers. */

/* A worker for this job: idle with its header, or a place for a new one. False when it has to
 * wait. */
static bool place(struct verifier *verifier, struct job **link) {
	const char *header = (*link)->check->header;
	struct worker *worker = idle_worker(verifier, header);
	if (worker == NULL && verifier->worker_count >= verifier->options.jobs) {
		struct worker *other = idle_worker(verifier, NULL);
		if (other == NULL) {
			return false;
		}
		worker_destroy(other);
	}
	if (worker == NULL) {
		struct error err;
		if (worker_create(verifier, header, &worker, &err) < 0) {
			struct job *job = queue_take(verifier, link);
			job_missing(verifier, job, err.message);
			return true;
		}
	}
	if (worker->state == WORKER_IDLE) {
		worker_assign(worker, queue_take(verifier, link));
	}
	return worker->state != WORKER_STARTING;
}

static int starting_for(const struct verifier *verifier, const char *header) {
	int count = 0;
	for (const struct worker *worker = verifier->workers; worker != NULL;
		worker = worker->next) {
		count += worker->state == WORKER_STARTING && strcmp(worker->header, header) == 0;
	}
	return count;
}

static void pump(void *data) {
	struct verifier *verifier = data;
	verifier->pumping = false;
	if (verifier->lone != NULL) {
		return;
	}
	if (verifier->lone_queue != NULL) {
		if (verifier->busy == 0) {
			lone_start(verifier);
		}
		return; // nothing new starts: it has to be alone
	}
	// Jobs that a starting worker will serve are passed over, so that each start serves one
	// more of them.
	struct job **link = &verifier->queue;
	int passed = 0;
	while (*link != NULL) {
		struct worker *idle = idle_worker(verifier, (*link)->check->header);
		if (idle == NULL && passed < starting_for(verifier, (*link)->check->header)) {
			passed++;
			link = &(*link)->next;
			continue;
		}
		if (idle == NULL && verifier->worker_count >= verifier->options.jobs &&
			idle_worker(verifier, NULL) == NULL) {
			return;
		}
		struct job *before = *link;
		place(verifier, link);
		if (*link == before) {
			passed++;
			link = &(*link)->next; // its worker is starting
		}
	}
}

/* ---- The verifier. */

void verifier_submit(struct verifier *verifier, const struct lean_check *check,
	verifier_done_fn done, void *data) {
	struct job *job = xcalloc(1, sizeof(*job));
	*job = (struct job){
		.check = check,
		.done = done,
		.data = data,
		.verifier = verifier,
		.submitted_ns = loop_now(verifier->loop),
	};
	verifier->pending++;
	queue_push(verifier, job);
	pool_wake(verifier);
}

size_t verifier_pending(const struct verifier *verifier) {
	return verifier->pending;
}

int verifier_jobs(const struct verifier *verifier) {
	return verifier->options.jobs;
}

static int default_jobs(int64_t worker_bytes) {
	struct sysinfo info = {0};
	sysinfo(&info);
	int64_t memory = (int64_t)info.totalram * info.mem_unit;
	int64_t by_memory = memory / worker_bytes;
	int64_t cores = sysconf(_SC_NPROCESSORS_ONLN);
	int64_t jobs = by_memory < cores ? by_memory : cores;
	return jobs > 1 ? (int)jobs : 1;
}

/* The clean environment, plus where the project's imports are. */
static char **make_environment(const struct lean_info *lean) {
	char **clean = proc_clean_env();
	size_t count = 0;
	while (clean[count] != NULL) {
		count++;
	}
	char **environment = xcalloc(count + 3, sizeof(*environment));
	size_t kept = 0;
	for (size_t i = 0; i < count; i++) {
		if (lean->lean_path == NULL || !str_starts_with(clean[i], "LEAN_PATH=")) {
			environment[kept++] = xstrdup(clean[i]);
		}
	}
	if (lean->lean_path != NULL) {
		environment[kept++] = xasprintf("LEAN_PATH=%s", lean->lean_path);
	}
	// A panic must end the process: by default Lean goes on with a made-up value.
	environment[kept] = xstrdup("LEAN_ABORT_ON_PANIC=1");
	free(clean);
	return environment;
}

int verifier_open(struct loop *loop, const struct verifier_options *options,
	struct verifier **verifier_out, struct error *err) {
	const char *name = options->backend != NULL ? options->backend : "lsp";
	const struct verifier_backend *backend = backend_find(name);
	if (backend == NULL) {
		const char *names[16];
		size_t count = 0;
		for (; count < F2F_COUNT(names) && backend_at(count) != NULL; count++) {
			names[count] = backend_at(count)->name;
		}
		const char *near = str_nearest(name, names, count);
		return error_set(err, ERROR_USAGE,
			"no backend \"%s\"%s%s%s; type: f2f list backends", name,
			near != NULL ? "; did you mean " : "", near != NULL ? near : "",
			near != NULL ? "?" : "");
	}
	struct verifier *verifier = xcalloc(1, sizeof(*verifier));
	verifier->loop = loop;
	verifier->backend = backend;
	verifier->queue_end = &verifier->queue;
	verifier->options = *options;
	struct verifier_options *own = &verifier->options;
	own->cpu_limit_s = own->cpu_limit_s > 0 ? own->cpu_limit_s : CPU_LIMIT_S;
	own->wall_limit_s =
		own->wall_limit_s > 0 ? own->wall_limit_s : 2 * own->cpu_limit_s + WALL_MARGIN_S;
	own->start_limit_s = own->start_limit_s > 0 ? own->start_limit_s : START_LIMIT_S;
	own->memory_limit_bytes =
		own->memory_limit_bytes > 0 ? own->memory_limit_bytes : memory_limit_bytes;
	own->output_limit_bytes =
		own->output_limit_bytes > 0 ? own->output_limit_bytes : output_limit_bytes;
	own->uses_limit = own->uses_limit > 0 ? own->uses_limit : USES_LIMIT;
	own->jobs = own->jobs > 0 ? own->jobs : default_jobs(own->memory_limit_bytes);
	own->policy = own->policy != NULL ? own->policy : "strict";
	own->sandbox = own->sandbox != NULL ? own->sandbox : "none";
	verifier->environment = make_environment(options->lean);
	*verifier_out = verifier;
	return 0;
}

static void free_jobs(struct job *job) {
	while (job != NULL) {
		struct job *next = job->next;
		job_free(job);
		job = next;
	}
}

void verifier_cancel_all(struct verifier *verifier) {
	struct worker *worker = verifier->workers;
	while (worker != NULL) {
		struct worker *next = worker->next;
		struct job *job = worker->state == WORKER_BUSY ? worker->job : NULL;
		if (worker->state != WORKER_IDLE) {
			worker_destroy(worker);
		}
		if (job != NULL && job->done != NULL && job != verifier->lone) {
			job_free(job);
		}
		worker = next;
	}
	free_jobs(verifier->queue);
	free_jobs(verifier->lone_queue);
	free_jobs(verifier->finished);
	verifier->queue = verifier->lone_queue = verifier->finished = NULL;
	verifier->queue_end = &verifier->queue;
	loop_defer_cancel(verifier->loop, lone_next, verifier);
	if (verifier->lone != NULL) {
		struct job *job = verifier->lone;
		lone_end(verifier);
		job_free(job);
	}
	verifier->pending = 0;
}

void verifier_close(struct verifier *verifier) {
	if (verifier == NULL) {
		return;
	}
	verifier_cancel_all(verifier);
	while (verifier->workers != NULL) {
		worker_destroy(verifier->workers);
	}
	loop_defer_cancel(verifier->loop, pump, verifier);
	for (size_t i = 0; verifier->environment[i] != NULL; i++) {
		free(verifier->environment[i]);
	}
	free(verifier->environment);
	free(verifier);
}
