#include "verifier/verifier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "core/verdict.h"
#include "io/loop.h"
#include "verifier/final.h"
#include "verifier/job.h"
#include "verifier/pool.h"
#include "verifier/sandbox.h"

enum { CPU_LIMIT_S = 300, START_LIMIT_S = 180, WALL_MARGIN_S = 60, USES_LIMIT = 400 };
static const int64_t memory_limit_bytes = INT64_C(8) << 30;
static const size_t output_limit_bytes = (size_t)16 << 20;

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

void job_free(struct job *job) {
	if (job == NULL) {
		return;
	}
	loop_defer_cancel(job->verifier->loop, job_tell, job);
	verdict_finish(&job->verdict);
	free(job->what);
	free(job);
}

void job_done(struct job *job, struct verdict *verdict, int64_t cpu_ns, int64_t elapsed_ns) {
	struct verifier *verifier = job->verifier;
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
	if (!job_to_final(job)) {
		job_finish(job);
	}
}

void job_finish(struct job *job) {
	struct verifier *verifier = job->verifier;
	job->next = verifier->finished;
	verifier->finished = job;
	loop_defer(verifier->loop, job_tell, job);
}

void job_missing(struct job *job, const char *why) {
	struct verdict verdict = {.missing = MISSING_VERIFIER, .messages = xstrdup(why)};
	job_done(job, &verdict, 0, loop_now(job->verifier->loop) - job->submitted_ns);
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
	pool_submit(verifier->pool, job);
}

size_t verifier_pending(const struct verifier *verifier) {
	return verifier->pending;
}

struct sandbox *verifier_sandbox(const struct verifier *verifier) {
	return verifier->sandbox;
}

const char *verifier_final(const struct verifier *verifier) {
	return verifier->final != NULL ? final_name(verifier->final) : NULL;
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

/* Owned folder of a toolchain from its bin/lean, or NULL. */
static char *toolchain_of(const char *lean) {
	const char *tail = "/bin/lean";
	size_t length = strlen(lean);
	return str_ends_with(lean, tail) ? xmemdup0(lean, length - strlen(tail)) : NULL;
}

/* The clean environment, plus where the project's imports are. Owned strings, NULL-terminated. */
static char **make_environment(const struct verifier_options *options) {
	const struct lean_info *lean = options->lean;
	// A REPL would start the first lean of PATH to learn where the core library lies.
	char *root = options->repl != NULL ? toolchain_of(lean->path) : NULL;
	char **clean = proc_clean_env();
	VEC(char *) list = {0};
	for (size_t i = 0; clean[i] != NULL; i++) {
		bool ours = (lean->lean_path != NULL && str_starts_with(clean[i], "LEAN_PATH=")) ||
			    (root != NULL && str_starts_with(clean[i], "LEAN_SYSROOT="));
		if (!ours) {
			vec_push(&list, xstrdup(clean[i]));
		}
	}
	if (root != NULL) {
		vec_push(&list, xasprintf("LEAN_SYSROOT=%s", root));
		free(root);
	}
	if (lean->lean_path != NULL) {
		vec_push(&list, xasprintf("LEAN_PATH=%s", lean->lean_path));
	}
	// A panic must end the process: by default Lean goes on with a made-up value.
	vec_push(&list, xstrdup("LEAN_ABORT_ON_PANIC=1"));
	for (size_t i = 0; options->environment != NULL && options->environment[i] != NULL; i++) {
		vec_push(&list, xstrdup(options->environment[i]));
	}
	vec_push(&list, NULL);
	free(clean);
	return list.items;
}

static int open_sandbox(struct verifier *verifier, struct error *err) {
	const struct verifier_options *options = &verifier->options;
	char **environment = make_environment(options);
	struct sandbox_options sandbox = {
		.mode = options->sandbox,
		.lean = options->lean->path,
		.repl = options->repl,
		.project = options->project,
		.environment = (const char *const *)environment,
		.memory_limit_bytes = options->memory_limit_bytes,
		.file_limit_bytes = (int64_t)options->output_limit_bytes,
		.task_limit = options->task_limit,
	};
	int rc = sandbox_open(&sandbox, &verifier->sandbox, err);
	for (size_t i = 0; environment[i] != NULL; i++) {
		free(environment[i]);
	}
	free(environment);
	return rc;
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
	if (strcmp(name, "repl") == 0 && options->repl == NULL) {
		return error_set(err, ERROR_USAGE, "backend repl needs the REPL's path");
	}
	struct verifier *verifier = xcalloc(1, sizeof(*verifier));
	verifier->loop = loop;
	verifier->backend = backend;
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
	own->repl = options->repl != NULL ? xstrdup(options->repl) : NULL;
	own->policy = own->policy != NULL ? own->policy : "strict";
	int rc = open_sandbox(verifier, err);
	if (rc < 0) {
		free((char *)own->repl);
		free(verifier);
		return rc;
	}
	own->sandbox = sandbox_name(verifier->sandbox);
	rc = options->final != NULL ? final_open(loop, options->final, options->lean,
					      verifier->sandbox, &verifier->final, err)
				    : 0;
	own->final = NULL; // the caller's, for this call only
	if (rc < 0) {
		sandbox_close(verifier->sandbox);
		free(verifier);
		return rc;
	}
	verifier->pool = pool_create(verifier);
	*verifier_out = verifier;
	return 0;
}

void verifier_cancel_all(struct verifier *verifier) {
	pool_cancel(verifier->pool);
	job_cancel_finals(verifier);
	while (verifier->finished != NULL) {
		struct job *next = verifier->finished->next;
		job_free(verifier->finished);
		verifier->finished = next;
	}
	verifier->pending = 0;
}

void verifier_close(struct verifier *verifier) {
	if (verifier == NULL) {
		return;
	}
	verifier_cancel_all(verifier);
	pool_destroy(verifier->pool);
	final_close(verifier->final);
	sandbox_close(verifier->sandbox);
	free((char *)verifier->options.repl); // a copy of ours
	free(verifier);
}
