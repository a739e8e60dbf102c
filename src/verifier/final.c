#include "verifier/final.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "io/loop.h"
#include "lean/kernel_holes.h"
#include "verifier/final_internal.h"
#include "verifier/sandbox.h"
#include "verifier/verifier.h"

enum { CPU_LIMIT_S = 300, WALL_MARGIN_S = 60 };

static void pump(void *data);
static void tell(void *data);

void final_result_finish(struct final_result *result) {
	free(result->messages);
	*result = (struct final_result){0};
}

/* ---- Jobs. */

void final_job_free(struct final_job *job) {
	loop_defer_cancel(job->final->loop, tell, job);
	final_job_reset(job);
	final_result_finish(&job->result);
	lean_check_finish(&job->own);
	free(job);
}

void final_push(struct final_check *final, struct final_job *job) {
	struct final_job **end = &final->jobs;
	while (*end != NULL) {
		end = &(*end)->next;
	}
	job->next = NULL;
	*end = job;
	final_wake(final);
}

/* In a deferred call, because the caller's function may cancel all: nothing of ours is touched after
 * it. */
static void tell(void *data) {
	struct final_job *job = data;
	struct final_job **link = &job->final->jobs;
	while (*link != job) {
		link = &(*link)->next;
	}
	*link = job->next;
	final_done_fn done = job->done;
	void *told = job->data;
	bool own = told == job; // a self-test looks at its job
	struct final_result result = job->result;
	job->result.messages = NULL;
	if (own) {
		done(&result, told);
	}
	final_job_free(job);
	if (!own) {
		done(&result, told);
	}
	final_result_finish(&result);
}

void final_job_end(struct final_job *job, const struct final_result *result) {
	int64_t cpu_ns = job->result.cpu_ns;
	final_job_reset(job);
	job->result = *result;
	job->result.cpu_ns = cpu_ns;
	job->state = FINAL_DONE;
	loop_defer(job->final->loop, tell, job);
	final_wake(job->final);
}

/* ---- The queue. */

void final_wake(struct final_check *final) {
	if (!final->pumping) {
		final->pumping = true;
		loop_defer(final->loop, pump, final);
	}
}

static struct final_job *first(const struct final_check *final, enum final_state state) {
	struct final_job *job = final->jobs;
	while (job != NULL && job->state != state) {
		job = job->next;
	}
	return job;
}

/* How many run; *alone_out: one of them has to be the only one. */
static int count_running(const struct final_check *final, bool *alone_out) {
	int count = 0;
	*alone_out = false;
	for (const struct final_job *job = final->jobs; job != NULL; job = job->next) {
		count += job->state == FINAL_RUNNING;
		*alone_out = *alone_out || (job->state == FINAL_RUNNING && job->alone);
	}
	return count;
}

static void pump(void *data) {
	struct final_check *final = data;
	bool alone = false;
	final->pumping = false;
	int running = count_running(final, &alone);
	struct final_job *job = first(final, FINAL_ALONE);
	if (alone || (job != NULL && running > 0)) {
		return; // nothing new starts beside it
	}
	if (job != NULL) {
		job->alone = true;
		final_job_start(job);
		return;
	}
	while (running < final->options.jobs && (job = first(final, FINAL_QUEUED)) != NULL) {
		running++;
		final_job_start(job);
	}
}

/* ---- The final check. */

int final_open(struct loop *loop, const struct final_options *options,
	const struct lean_info *lean, const struct sandbox *sandbox,
	struct final_check **final_out, struct error *err) {
	struct final_check *final = xcalloc(1, sizeof(*final));
	const char *project = options->project != NULL ? options->project : getenv("F2F_LEAN_PROJECT");
	final->loop = loop;
	final->options = *options;
	final->sandbox = sandbox;
	// Absolute: what is run does not share our working directory.
	final->project = project != NULL && project[0] != '\0' ? realpath(project, NULL) : NULL;
	final->place = (struct final_place){.lean = lean,
		.project = final->project,
		.root = geteuid() == 0 && strcmp(sandbox_name(sandbox), "none") == 0};
	struct final_options *own = &final->options;
	own->cpu_limit_s = own->cpu_limit_s > 0 ? own->cpu_limit_s : CPU_LIMIT_S;
	own->wall_limit_s =
		own->wall_limit_s > 0 ? own->wall_limit_s : 2 * own->cpu_limit_s + WALL_MARGIN_S;
	own->jobs = own->jobs > 0 ? own->jobs : 1;
	int rc = project != NULL && project[0] != '\0' && final->project == NULL
			 ? error_set_errno(err, "%s", project)
			 : 0;
	rc = rc < 0 ? rc : final_tool_choose(options->checker, options->statement, &final->place,
		&final->tool, err);
	rc = rc < 0 ? rc : final_folder_create(&final->folder, err);
	if (rc < 0) {
		final_tool_finish(&final->tool);
		free(final->project);
		free(final);
		return rc;
	}
	final->name = xasprintf("%s %s%s", final->tool.checker->name, final->tool.version,
		final->tool.beside != NULL ? final->tool.beside : "");
	final->note = kernel_holes_note(lean->version);
	*final_out = final;
	return 0;
}

const char *final_name(const struct final_check *final) {
	return final->name;
}

bool final_wanted(const struct final_check *final, const struct lean_check *check) {
	return final->options.all || check->needs_final ||
	       final_header_is_new(final, check->header);
}

void final_submit(struct final_check *final, const struct lean_check *check, final_done_fn done,
	void *data) {
	struct final_job *job = xcalloc(1, sizeof(*job));
	*job = (struct final_job){.final = final, .check = check, .done = done, .data = data};
	final_header_admit(job, check->header);
}

void final_cancel_all(struct final_check *final) {
	while (final->jobs != NULL) {
		struct final_job *next = final->jobs->next;
		final_job_free(final->jobs);
		final->jobs = next;
	}
	// Self-tests that were under way are begun again by the next check.
	final_headers_free(final);
}

void final_close(struct final_check *final) {
	if (final == NULL) {
		return;
	}
	final_cancel_all(final);
	loop_defer_cancel(final->loop, pump, final);
	final_tool_finish(&final->tool);
	final_folder_remove(&final->folder);
	free(final->project);
	free(final->name);
	free(final->note);
	free(final);
}
