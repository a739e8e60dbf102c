#ifndef F2F_TESTS_UNIT_BOXED_H
#define F2F_TESTS_UNIT_BOXED_H

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/loop.h"
#include "io/proc.h"
#include "verifier/sandbox.h"

static const char *const modes[] = {"bwrap", "none"};

/* ---- A child, and all that is heard of it. */

struct child {
	struct sandbox *sandbox;
	struct loop *loop;
	struct proc *proc;
	struct loop_timer *timer;
	const char *kill_on;
	struct buf out;
	struct buf err;
	struct proc_exit exit;
	enum sandbox_limit limit;
	char what[SANDBOX_WHAT];
	int exits;
};

static inline void on_output(
	enum proc_stream stream, const char *bytes, size_t length, void *data) {
	struct child *child = data;
	buf_append(stream == PROC_STDOUT ? &child->out : &child->err, bytes, length);
	if (child->kill_on != NULL && strstr(buf_str(&child->out), child->kill_on) != NULL) {
		child->kill_on = NULL;
		proc_kill(child->proc, 0);
	}
}

static inline void on_exit_of(const struct proc_exit *exit, void *data) {
	struct child *child = data;
	child->exit = *exit;
	child->exits++;
	loop_timer_cancel(child->timer);
	child->timer = NULL;
	loop_stop(child->loop);
}

static inline void watch(void *data) {
	struct child *child = data;
	child->timer = loop_timer_start(child->loop, 10 * CLOCK_MS, watch, child);
	if (child->limit == SANDBOX_WITHIN) {
		child->limit = sandbox_look(child->sandbox, child->proc, child->what);
		if (child->limit != SANDBOX_WITHIN) {
			proc_kill(child->proc, 0);
		}
	}
}

static inline struct sandbox *open_with(struct sandbox_options options) {
	struct sandbox *sandbox = NULL;
	struct error err = {0};
	options.lean = options.lean != NULL ? options.lean : "/bin/sh";
	ck_assert_msg(sandbox_open(&options, &sandbox, &err) == 0, "%s", err.message);
	return sandbox;
}

/* Its stdin stays open: it may wait for what the test has seen. */
static inline void start_open(struct child *child, struct sandbox *sandbox,
	const struct sandbox_extra *extra, const char *const *argv, const char *kill_on) {
	*child = (struct child){.sandbox = sandbox,
		.loop = loop_create(NULL),
		.kill_on = kill_on,
		.out = BUF_INIT(1 << 20),
		.err = BUF_INIT(1 << 20)};
	struct proc_options options = {
		.argv = argv, .on_output = on_output, .on_exit = on_exit_of, .data = child};
	struct error err = {0};
	ck_assert_msg(sandbox_spawn(sandbox, child->loop, extra, &options, &child->proc, &err) == 0,
		"%s", err.message);
	child->timer = loop_timer_start(child->loop, 10 * CLOCK_MS, watch, child);
}

static inline void start(struct child *child, struct sandbox *sandbox,
	const struct sandbox_extra *extra, const char *const *argv, const char *kill_on) {
	start_open(child, sandbox, extra, argv, kill_on);
	proc_close_stdin(child->proc);
}

static inline void finish(struct child *child) {
	loop_timer_cancel(child->timer);
	proc_destroy(child->proc);
	loop_destroy(child->loop);
	buf_finish(&child->out);
	buf_finish(&child->err);
}

/* A shell's output, trimmed; owned. */
static inline char *shell_with(
	struct sandbox *sandbox, const struct sandbox_extra *extra, const char *script) {
	const char *const argv[] = {"/bin/sh", "-c", script, NULL};
	struct child child;
	start(&child, sandbox, extra, argv, NULL);
	loop_run(child.loop);
	struct str text = str_trim(str_of(buf_str(&child.out)));
	char *out = xmemdup0(text.data, text.len);
	finish(&child);
	return out;
}

static inline void expect_shell(struct sandbox *sandbox, const struct sandbox_extra *extra,
	const char *script, const char *expected) {
	char *out = shell_with(sandbox, extra, script);
	ck_assert_msg(
		strcmp(out, expected) == 0, "%s gives \"%s\", not \"%s\"", script, out, expected);
	free(out);
}

static inline char *probe_path(void) {
	char *found = path_find_helper("f2f-probe");
	char *real = realpath(found, NULL);
	free(found);
	return real;
}

static inline void write_text(const char *path, const char *text) {
	char *folder = xmemdup0(path, (size_t)(path_base(path) - path));
	struct error err = {0};
	if (folder[0] != '\0') {
		file_make_directories(folder, &err);
	}
	ck_assert_msg(file_write(path, text, strlen(text), &err) == 0, "%s", err.message);
	free(folder);
}

/* Processes whose command line holds this word. */
static inline int processes_with(const char *word) {
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int count = 0;
	while ((entry = readdir(proc)) != NULL) {
		char path[300], text[8192];
		snprintf(path, sizeof(path), "/proc/%.200s/cmdline", entry->d_name);
		FILE *in = entry->d_name[0] >= '0' && entry->d_name[0] <= '9' ? fopen(path, "re")
									      : NULL;
		if (in != NULL) {
			size_t length = fread(text, 1, sizeof(text), in);
			fclose(in);
			count += memmem(text, length, word, strlen(word)) != NULL;
		}
	}
	closedir(proc);
	return count;
}

static inline void wait_for_none(const char *word) {
	int64_t deadline = clock_now() + 60 * CLOCK_SECOND;
	while (processes_with(word) > 0 && clock_now() < deadline) {
		usleep(2000);
	}
	ck_assert_int_eq(processes_with(word), 0);
}

#endif
