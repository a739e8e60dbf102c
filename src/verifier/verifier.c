#include "verifier/verifier.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/trace.h"
#include "base/vec.h"
#include "core/verdict.h"
#include "io/loop.h"
#include "verifier/final.h"
#include "verifier/job.h"
#include "verifier/pool.h"
#include "verifier/prepare.h"
#include "verifier/reuse.h"
#include "verifier/sandbox.h"

enum {
	CPU_LIMIT_S = 300,
	START_LIMIT_S = 180,
	WALL_MARGIN_S = 60,
	USES_LIMIT = 400,
	REUSE_MAX = 4096,
	REUSE_MAX_BYTES = 16 << 20
};
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
	if (job->verifier->finished_end == &job->next) {
		job->verifier->finished_end = link;
	}
	job->verifier->pending--;
	job->done(&job->verdict, job->data);
	verdict_finish(&job->verdict);
	free(job->what);
	free(job);
}

struct job *job_create(struct verifier *verifier, const struct lean_check *check,
	verifier_done_fn done, void *data) {
	struct job *job = xcalloc(1, sizeof(*job));
	job->check = check;
	job->done = done;
	job->data = data;
	job->verifier = verifier;
	job->submitted_ns = loop_now(verifier->loop);
	verifier->pending++;
	return job;
}

void job_free(struct job *job) {
	if (job == NULL) {
		return;
	}
	while (job->followers != NULL) {
		struct job *next = job->followers->next;
		job_free(job->followers);
		job->followers = next;
	}
	if (job->leads) {
		map_remove(job->verifier->in_flight, job->hash.hex);
	}
	loop_defer_cancel(job->verifier->loop, job_tell, job);
	verdict_finish(&job->verdict);
	free(job->what);
	free(job);
}

static void tell_later(struct job *job) {
	struct verifier *verifier = job->verifier;
	job->next = NULL;
	*verifier->finished_end = job;
	verifier->finished_end = &job->next;
	loop_defer(verifier->loop, job_tell, job);
}

static void tell_reused(struct job *job, const struct verdict *known) {
	verdict_copy(known, &job->verdict);
	job->verdict.reused = true;
	job->verdict.cpu_ns = 0;
	job->verdict.elapsed_ns = loop_now(job->verifier->loop) - job->submitted_ns;
	job->verifier->reused++;
	tell_later(job);
}

/* ---- Equal checks. */

static void lead(struct job *job) {
	job->leads = true;
	map_set(job->verifier->in_flight, job->hash.hex, job);
	prepare_submit(job->verifier->prepare, job);
}

static void lead_promoted(void *data) {
	struct verifier *verifier = data;
	while (verifier->promoted != NULL) {
		struct job *job = verifier->promoted;
		verifier->promoted = job->next;
		lead(job);
	}
}

/* It is answered: so are those that wait for it, or the first of them is asked in its own right.
 * At the end of this turn, because that may end at once again, and there may be thousands. */
static void follow(struct job *job, const struct verdict *verdict) {
	struct verifier *verifier = job->verifier;
	struct job *follower = job->followers;
	map_remove(verifier->in_flight, job->hash.hex);
	job->leads = false;
	job->followers = NULL;
	if (verdict_may_be_reused(verdict)) {
		reuse_put(verifier->reuse, job->hash.hex, verdict);
		while (follower != NULL) {
			struct job *next = follower->next;
			tell_reused(follower, verdict);
			follower = next;
		}
	} else if (follower != NULL) {
		follower->followers = follower->next;
		follower->next = verifier->promoted;
		verifier->promoted = follower;
		loop_defer_cancel(verifier->loop, lead_promoted, verifier);
		loop_defer(verifier->loop, lead_promoted, verifier);
	}
}

/* ---- The end of a job. */

void job_done(struct job *job, struct verdict *verdict, int64_t cpu_ns, int64_t elapsed_ns) {
	const struct verifier_options *options = &job->verifier->options;
	const struct lean_info *lean = options->lean;
	verdict->cpu_ns = cpu_ns;
	verdict->elapsed_ns = elapsed_ns;
	verdict->backend = xstrdup(job->verifier->backend->name);
	verdict->lean = lean_info_label(lean);
	verdict->mathlib = xstrdup(lean->mathlib);
	verdict->policy = xstrdup(options->policy);
	verdict->sandbox = xstrdup(options->sandbox);
	verdict->limits = (struct verdict_limits){.cpu_s = options->cpu_limit_s,
		.wall_s = options->wall_limit_s,
		.memory_bytes = options->memory_limit_bytes};
	verdict->check_hash = job->hash.hex[0] != '\0' ? xstrdup(job->hash.hex) : NULL;
	if (verdict->messages == NULL) {
		verdict->messages = xstrdup("");
	}
	job->verdict = *verdict;
	// A self-test is the filter's own.
	if (job->hash.hex[0] == '\0' || !job_to_final(job)) {
		job_finish(job);
	}
}

void job_finish(struct job *job) {
	if (job->leads) {
		follow(job, &job->verdict);
	}
	tell_later(job);
}

void job_missing(struct job *job, const char *why) {
	struct verdict verdict = {.missing = MISSING_VERIFIER, .messages = xstrdup(why)};
	int64_t cpu_ns = job->verifier->backend->service != NULL ? VERDICT_CPU_UNKNOWN : 0;
	job_done(job, &verdict, cpu_ns, loop_now(job->verifier->loop) - job->submitted_ns);
}

/* ---- The verifier. */

void verifier_submit(struct verifier *verifier, const struct lean_check *check,
	verifier_done_fn done, void *data) {
	struct job *job = job_create(verifier, check, done, data);
	job->hash = check_hash(&verifier->options, verifier_final(verifier), check);
	const struct verdict *known = reuse_get(verifier->reuse, job->hash.hex);
	struct job *leader = map_get(verifier->in_flight, job->hash.hex);
	if (known != NULL) {
		tell_reused(job, known);
	} else if (leader != NULL) {
		job->next = leader->followers;
		leader->followers = job;
	} else {
		lead(job);
	}
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
	const struct verifier_service *service = verifier->backend->service;
	return service != NULL ? service->jobs(verifier->pool->service) : room_jobs(verifier->pool);
}

const char *verifier_dead(const struct verifier *verifier) {
	const struct verifier_service *service = verifier->backend->service;
	return service != NULL ? service->dead(verifier->pool->service) : NULL;
}

void verifier_stats(const struct verifier *verifier, struct verifier_stats *stats_out) {
	pool_stats(verifier->pool, stats_out);
	stats_out->reused = verifier->reused;
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

/* It compiles beside the workers: half as many at a time. */
static int open_final(
	struct verifier *verifier, const struct final_options *asked, struct error *err) {
	if (asked == NULL) {
		return 0;
	}
	struct final_options options = *asked;
	options.jobs = options.jobs > 0 ? options.jobs : (verifier->options.jobs + 1) / 2;
	return final_open(verifier->loop, &options, verifier->options.lean, verifier->sandbox,
		&verifier->final, err);
}

void verifier_open_with(struct loop *loop, const struct verifier_options *options,
	const struct verifier_backend *backend, struct verifier **verifier_out) {
	struct verifier *verifier = xcalloc(1, sizeof(*verifier));
	verifier->loop = loop;
	verifier->finished_end = &verifier->finished;
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
	own->jobs = own->jobs > 0 ? own->jobs : (int)sysconf(_SC_NPROCESSORS_ONLN);
	own->repl = options->repl != NULL ? xstrdup(options->repl) : NULL;
	own->policy = own->policy != NULL ? own->policy : "strict";
	own->sandbox = own->sandbox != NULL ? own->sandbox : "none";
	verifier->pool = pool_create(verifier);
	verifier->prepare = prepare_create(verifier);
	verifier->reuse = reuse_create(REUSE_MAX, REUSE_MAX_BYTES);
	verifier->in_flight = map_create();
	*verifier_out = verifier;
}

/* Whether there is one of this name, and all that it needs. */
static int check_backend(const char *name, const struct verifier_backend *backend,
	const struct verifier_options *options, struct error *err) {
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
	if (backend->service != NULL && options->server == NULL) {
		return error_set(err, ERROR_USAGE, "backend %s needs a server's address", name);
	}
	if (backend->service != NULL && options->final != NULL) {
		return error_set(err, ERROR_USAGE,
			"the final check compiles with a Lean of this machine: not with backend %s",
			name);
	}
	return 0;
}

int verifier_open(struct loop *loop, const struct verifier_options *options,
	struct verifier **verifier_out, struct error *err) {
	const char *name = options->backend != NULL ? options->backend : "lsp";
	const struct verifier_backend *backend = backend_find(name);
	int rc = check_backend(name, backend, options, err);
	if (rc < 0) {
		return rc;
	}
	struct verifier *verifier;
	verifier_open_with(loop, options, backend, &verifier);
	verifier->options.sandbox = options->sandbox; // NULL: the best there is
	rc = backend->service == NULL ? open_sandbox(verifier, err) : 0;
	if (rc < 0) {
		verifier_close(verifier);
		return rc;
	}
	verifier->options.sandbox =
		backend->service == NULL ? sandbox_name(verifier->sandbox) : "remote";
	rc = open_final(verifier, options->final, err);
	verifier->options.final = NULL; // the caller's, for this call only
	if (rc < 0) {
		verifier_close(verifier);
		return rc;
	}
	*verifier_out = verifier;
	return 0;
}

static void free_jobs(struct job **jobs) {
	while (*jobs != NULL) {
		struct job *next = (*jobs)->next;
		job_free(*jobs);
		*jobs = next;
	}
}

void verifier_cancel_all(struct verifier *verifier) {
	pool_cancel(verifier->pool);
	job_cancel_finals(verifier);
	prepare_cancel(verifier->prepare);
	loop_defer_cancel(verifier->loop, lead_promoted, verifier);
	free_jobs(&verifier->promoted);
	free_jobs(&verifier->finished);
	verifier->finished_end = &verifier->finished;
	verifier->pending = 0;
}

static void trace_totals(const struct verifier *verifier) {
	struct verifier_stats stats;
	verifier_stats(verifier, &stats);
	trace_event("pool", 0,
		"starts %" PRId64 " failed %" PRId64 " answers %" PRId64 " warm %" PRId64
		" reused %" PRId64 " recycled %" PRId64 " evicted %" PRId64 " alone %" PRId64
		" held %" PRId64 " of %" PRId64 " MiB",
		stats.starts, stats.failed_starts, stats.answers, stats.warm, stats.reused,
		stats.recycled, stats.evicted, stats.second_tries, stats.held_bytes >> 20,
		stats.budget_bytes >> 20);
}

void verifier_close(struct verifier *verifier) {
	if (verifier == NULL) {
		return;
	}
	trace_totals(verifier);
	verifier_cancel_all(verifier);
	pool_destroy(verifier->pool);
	final_close(verifier->final);
	prepare_destroy(verifier->prepare);
	reuse_destroy(verifier->reuse);
	map_destroy(verifier->in_flight, NULL);
	sandbox_close(verifier->sandbox);
	free((char *)verifier->options.repl); // a copy of ours
	free(verifier);
}
