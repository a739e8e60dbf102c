#include "verifier/sandbox_try.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/loop.h"
#include "io/proc.h"
#include "verifier/sandbox.h"

enum { TRIAL_LIMIT_S = 20, SAID_MAX = 4096 };
static const int64_t trial_bytes = INT64_C(24) << 20;
#define TRIAL_EATS "48" // MiB

struct trial {
	struct loop *loop;
	struct proc *proc;
	struct buf out, said;
	struct proc_exit exit;
	bool late;
};

static void on_output(enum proc_stream stream, const char *bytes, size_t length, void *data) {
	struct trial *trial = data;
	buf_append(stream == PROC_STDOUT ? &trial->out : &trial->said, bytes, length);
}

static void on_exit_of(const struct proc_exit *exit, void *data) {
	struct trial *trial = data;
	trial->exit = *exit;
	loop_stop(trial->loop);
}

static void on_late(void *data) {
	struct trial *trial = data;
	trial->late = true;
	loop_stop(trial->loop);
}

static void trial_init(struct trial *trial, struct proc_options *options) {
	*trial = (struct trial){
		.loop = loop_create(NULL), .out = BUF_INIT(SAID_MAX), .said = BUF_INIT(SAID_MAX)};
	options->on_output = on_output;
	options->on_exit = on_exit_of;
	options->data = trial;
}

static void trial_run(struct trial *trial) {
	struct loop_timer *timer =
		loop_timer_start(trial->loop, TRIAL_LIMIT_S * CLOCK_SECOND, on_late, trial);
	proc_close_stdin(trial->proc);
	loop_run(trial->loop);
	if (!trial->late) {
		loop_timer_cancel(timer);
	}
}

static void trial_finish(struct trial *trial) {
	proc_destroy(trial->proc);
	buf_finish(&trial->out);
	buf_finish(&trial->said);
	loop_destroy(trial->loop);
}

/* The first line of what it said about its failure. */
static int failed(const struct trial *trial, struct error *err) {
	struct str text = str_of(buf_str(&trial->said));
	struct str line = {0};
	str_next_line(&text, &line);
	if (trial->late) {
		return error_set(err, ERROR_ENVIRONMENT, "the sandbox does not start in %d s",
			TRIAL_LIMIT_S);
	}
	if (line.len == 0) {
		return error_set(err, ERROR_ENVIRONMENT, "the sandbox ended with %s %d",
			trial->exit.signal != 0 ? "signal" : "status",
			trial->exit.signal != 0 ? trial->exit.signal : trial->exit.status);
	}
	return error_set(err, ERROR_ENVIRONMENT, "the sandbox does not work here: %.*s",
		(int)(line.len < 120 ? line.len : 120), line.data);
}

enum sandbox_trial sandbox_try(struct sandbox *sandbox, const char *launcher, struct error *err) {
	const char *const argv[] = {launcher, "eat", TRIAL_EATS, NULL};
	struct proc_options options = {.argv = argv};
	struct trial trial;
	trial_init(&trial, &options);
	int64_t limit = sandbox_set_memory(sandbox, trial_bytes);
	int rc = sandbox_spawn(sandbox, trial.loop, NULL, &options, &trial.proc, err);
	sandbox_set_memory(sandbox, limit);
	enum sandbox_trial result = TRIAL_FAILED;
	if (rc == 0) {
		trial_run(&trial);
		if (!trial.late && trial.exit.out_of_memory) {
			result = TRIAL_LIMITED;
		} else if (!trial.late && trial.exit.signal == 0 && trial.exit.status == 0) {
			result = TRIAL_UNLIMITED;
		} else {
			failed(&trial, err);
		}
	}
	trial_finish(&trial);
	return result;
}

char *sandbox_bwrap_version(const char *bwrap, struct error *err) {
	const char *const argv[] = {bwrap, "--version", NULL};
	struct proc_options options = {.argv = argv};
	struct trial trial;
	char version[32] = "";
	trial_init(&trial, &options);
	int rc = proc_spawn(trial.loop, &options, &trial.proc, err);
	if (rc == 0) {
		trial_run(&trial);
		if (trial.late || trial.exit.status != 0 || trial.exit.signal != 0 ||
			sscanf(buf_str(&trial.out), "bubblewrap %31[0-9.]", version) != 1) {
			error_set(err, ERROR_ENVIRONMENT, "%s --version does not say what it is",
				bwrap);
		}
	}
	trial_finish(&trial);
	return version[0] != '\0' ? xstrdup(version) : NULL;
}
