#include "verifier/final_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "io/loop.h"
#include "io/proc.h"
#include "verifier/final_checker.h"
#include "verifier/final_files.h"
#include "verifier/sandbox.h"

enum { WATCH_MS = 200, ENTRIES_MAX = 4000 };

/* ---- Commands. */

void final_command_take(struct final_command *command, char *word) {
	vec_push(&command->argv, word);
}

void final_command_word(struct final_command *command, const char *word) {
	final_command_take(command, xstrdup(word));
}

void final_command_set(struct final_command *command, const char *name, const char *value) {
	if (value != NULL) {
		final_command_take(command, xasprintf("%s=%s", name, value));
	}
}

void final_command_finish(struct final_command *command) {
	for (size_t i = 0; i < command->argv.count; i++) {
		free(command->argv.items[i]);
	}
	for (size_t i = 0; i < command->readable.count; i++) {
		free(command->readable.items[i]);
	}
	vec_finish(&command->argv);
	vec_finish(&command->readable);
	free(command->writable);
	free(command->cwd);
	*command = (struct final_command){0};
}

/* ---- The watch. */

/* The first reason stays; on_exit tells. */
static void stop(struct final_run *run, enum final_end end, const char *what) {
	if (!run->killed) {
		run->killed = true;
		run->end = end;
		snprintf(run->what, sizeof(run->what), "%s", what);
		proc_kill(run->proc, 0);
	}
}

static void watch(void *data) {
	struct final_run *run = data;
	char what[SANDBOX_WHAT];
	run->watch = loop_timer_start(run->loop, WATCH_MS * CLOCK_MS, watch, run);
	if (sandbox_look(run->sandbox, run->proc, what) != SANDBOX_WITHIN) {
		stop(run, FINAL_END_RESOURCES, what);
	} else if (proc_cpu_ns(run->proc) > run->limits.cpu_s * CLOCK_SECOND) {
		snprintf(what, sizeof(what), "%" PRId64 " CPU seconds used up", run->limits.cpu_s);
		stop(run, FINAL_END_TIME, what);
	} else if (loop_now(run->loop) - run->started_ns > run->limits.wall_s * CLOCK_SECOND) {
		snprintf(what, sizeof(what), "no end after %" PRId64 " s", run->limits.wall_s);
		stop(run, FINAL_END_TIME, what);
	} else if (run->folder != NULL &&
		   !final_tree_within(run->folder, run->limits.folder_bytes, ENTRIES_MAX)) {
		stop(run, FINAL_END_RESOURCES, "files: more than the limit");
	}
}

/* ---- The child. */

static void on_output(enum proc_stream stream, const char *bytes, size_t length, void *data) {
	struct final_run *run = data;
	struct buf *buf = stream == PROC_STDOUT ? &run->out : &run->err;
	if (stream == PROC_STDOUT && run->reader.take != NULL) {
		struct error err = {0};
		if (!run->killed && length > 0 &&
			run->reader.take(run->reader.session, bytes, length, &err) < 0) {
			stop(run, FINAL_END_UNREADABLE, err.message);
		}
		return;
	}
	if (length > 0 && !buf_append(buf, bytes, length)) {
		stop(run, FINAL_END_RESOURCES, "output: more than the limit");
	}
}

static void on_exit_of(const struct proc_exit *exit, void *data) {
	struct final_run *run = data;
	loop_timer_cancel(run->watch);
	run->watch = NULL;
	run->cpu_ns = exit->cpu_ns;
	if (run->killed) {
		run->done(run, run->data);
		return;
	}
	run->status = exit->status;
	run->end = FINAL_END_EXIT;
	if (exit->out_of_memory) {
		run->end = FINAL_END_RESOURCES;
		snprintf(run->what, sizeof(run->what), "memory: more than the limit");
	} else if (exit->signal != 0) {
		run->end = FINAL_END_SIGNAL;
		snprintf(run->what, sizeof(run->what), "ended by signal %d", exit->signal);
	} else if (run->folder != NULL &&
		   !final_tree_within(run->folder, run->limits.folder_bytes, ENTRIES_MAX)) {
		run->end = FINAL_END_RESOURCES;
		snprintf(run->what, sizeof(run->what), "files: more than the limit");
	}
	run->done(run, run->data);
}

static void on_start_failed(void *data) {
	struct final_run *run = data;
	run->done(run, run->data);
}

static int spawn(struct final_run *run, const struct final_command *command, struct error *err) {
	VEC(const char *) argv = {0};
	VEC(const char *) readable = {0};
	const char *const writable[] = {command->writable, NULL};
	for (size_t i = 0; i < command->argv.count; i++) {
		vec_push(&argv, command->argv.items[i]);
	}
	for (size_t i = 0; i < command->readable.count; i++) {
		vec_push(&readable, command->readable.items[i]);
	}
	vec_push(&argv, NULL);
	vec_push(&readable, NULL);
	struct sandbox_extra extra = {
		.read_only = readable.items,
		.writable = writable,
		.file_limit_bytes = run->limits.file_bytes,
	};
	struct proc_options options = {
		.argv = argv.items,
		.cwd = command->cwd,
		.cpu_limit_s = run->limits.cpu_s + 5, // a backstop: the watch is ours to tell
		.on_output = on_output,
		.on_exit = on_exit_of,
		.data = run,
	};
	int rc = sandbox_spawn(run->sandbox, run->loop, &extra, &options, &run->proc, err);
	vec_finish(&argv);
	vec_finish(&readable);
	return rc;
}

struct final_run *final_run_start(struct loop *loop, const struct sandbox *sandbox,
	const struct final_command *command, const struct final_limits *limits,
	const struct final_reader *reader, final_run_fn done, void *data) {
	struct final_run *run = xcalloc(1, sizeof(*run));
	struct error err = {0};
	run->loop = loop;
	run->sandbox = sandbox;
	run->limits = *limits;
	run->reader = *reader;
	run->started_ns = loop_now(loop);
	run->folder = xstrdup(command->writable);
	run->done = done;
	run->data = data;
	buf_init(&run->out, (size_t)limits->output_bytes);
	buf_init(&run->err, (size_t)limits->output_bytes);
	if (spawn(run, command, &err) < 0) {
		run->end = FINAL_END_START;
		snprintf(run->what, sizeof(run->what), "%.180s", err.message);
		loop_defer(loop, on_start_failed, run);
	} else {
		proc_close_stdin(run->proc);
		run->watch = loop_timer_start(loop, WATCH_MS * CLOCK_MS, watch, run);
	}
	return run;
}

void final_run_destroy(struct final_run *run) {
	if (run == NULL) {
		return;
	}
	loop_timer_cancel(run->watch);
	loop_defer_cancel(run->loop, on_start_failed, run);
	proc_destroy(run->proc);
	buf_finish(&run->out);
	buf_finish(&run->err);
	free(run->folder);
	free(run);
}
