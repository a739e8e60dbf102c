#include "io/git.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "base/str.h"
#include "base/trace.h"
#include "io/git_stream.h"
#include "io/loop.h"
#include "io/proc.h"

#define SILENCE_NS (60 * CLOCK_SECOND)
#define GRACE_NS (2 * CLOCK_SECOND)

enum { MAX_BYTES = 256 * 1024 * 1024, STDERR_MAX = 4096 };

struct git_fetch {
	struct loop *loop;
	struct proc *proc;
	git_progress_fn progress;
	git_done_fn done;
	void *data;
	struct git_stream stream;
	struct buf stderr_text;
	struct loop_timer *timer; // NULL once the child is being ended
	int64_t silence_ns;
	int64_t heard_ns;
	bool failed; // by our own judgement: err says why
	struct error err;
};

char *git_cache_folder(void) {
	const char *cache = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");
	if (cache != NULL && cache[0] == '/') {
		return path_join(cache, "f2f/git");
	}
	return path_join(home != NULL && home[0] != '\0' ? home : "/tmp", ".cache/f2f/git");
}

static void give_up(struct git_fetch *fetch) {
	fetch->failed = true;
	loop_timer_cancel(fetch->timer);
	fetch->timer = NULL;
	proc_kill(fetch->proc, GRACE_NS);
}

static void on_silence(void *data) {
	struct git_fetch *fetch = data;
	int64_t silent = loop_now(fetch->loop) - fetch->heard_ns;
	fetch->timer = NULL;
	if (silent < fetch->silence_ns) {
		fetch->timer = loop_timer_start(
			fetch->loop, fetch->silence_ns - silent, on_silence, fetch);
		return;
	}
	error_set(&fetch->err, ERROR_TIMEOUT, "nothing heard for %.3g s",
		(double)fetch->silence_ns / CLOCK_SECOND);
	give_up(fetch);
}

static void on_output(enum proc_stream stream, const char *bytes, size_t length, void *data) {
	struct git_fetch *fetch = data;
	bool moved = false;
	if (stream == PROC_STDERR) {
		size_t room = fetch->stderr_text.max - fetch->stderr_text.len;
		buf_append(&fetch->stderr_text, bytes, length < room ? length : room);
		return;
	}
	if (fetch->failed || length == 0) {
		return;
	}
	fetch->heard_ns = loop_now(fetch->loop);
	if (git_stream_feed(&fetch->stream, bytes, length, &moved, &fetch->err) < 0) {
		give_up(fetch);
	} else if (moved && fetch->progress != NULL) {
		fetch->progress(&fetch->stream.progress, fetch->data);
	}
}

/* The child ended without a word: what it said to stderr, or how it ended. */
static void explain_exit(struct git_fetch *fetch, const struct proc_exit *exit) {
	struct str rest = str_slice(buf_str(&fetch->stderr_text), fetch->stderr_text.len);
	struct str line = {0};
	if (exit->signal != 0) {
		error_set(
			&fetch->err, ERROR_SYSTEM, "f2f-git was ended by signal %d", exit->signal);
	} else if (str_next_line(&rest, &line) && line.len > 0) {
		error_set(&fetch->err, ERROR_SYSTEM, "f2f-git: %.*s", STR_ARG(line));
	} else {
		error_set(&fetch->err, ERROR_SYSTEM, "f2f-git ended early with status %d",
			exit->status);
	}
}

static void on_exit_of_child(const struct proc_exit *exit, void *data) {
	struct git_fetch *fetch = data;
	struct git_stream *stream = &fetch->stream;
	loop_timer_cancel(fetch->timer);
	fetch->timer = NULL;
	if (!fetch->failed && stream->failed) {
		fetch->err = stream->error;
		fetch->failed = true;
	} else if (!fetch->failed && stream->state != GIT_STREAM_ENDED) {
		explain_exit(fetch, exit);
		fetch->failed = true;
	}
	trace_event("git", 0, "%s", fetch->failed ? fetch->err.message : stream->commit);
	if (fetch->failed) {
		fetch->done(NULL, &fetch->err, fetch->data);
		return;
	}
	struct git_result result = {
		.is_head = stream->is_head,
		.files = stream->files.items,
		.file_count = stream->files.count,
	};
	memcpy(result.commit, stream->commit, sizeof(result.commit));
	fetch->done(&result, NULL, fetch->data);
}

/*
 * proc_clean_env and what reaching a repository takes: proxies, the agent with the user's keys,
 * certificates.
 */
static char **make_env(void) {
	static const char *const more[] = {
		"http_proxy",
		"HTTP_PROXY",
		"https_proxy",
		"HTTPS_PROXY",
		"all_proxy",
		"ALL_PROXY",
		"no_proxy",
		"NO_PROXY",
		"SSH_AUTH_SOCK",
		"SSL_CERT_FILE",
		"SSL_CERT_DIR",
		"XDG_CONFIG_HOME",
		"USER",
		"LOGNAME",
	};
	char **clean = proc_clean_env();
	size_t count = 0;
	while (clean[count] != NULL) {
		count++;
	}
	char **env = xcalloc(count + F2F_COUNT(more) + 1, sizeof(*env));
	for (size_t i = 0; i < count; i++) {
		env[i] = xstrdup(clean[i]);
	}
	for (size_t i = 0; i < F2F_COUNT(more); i++) {
		const char *value = getenv(more[i]);
		if (value != NULL) {
			env[count++] = xasprintf("%s=%s", more[i], value);
		}
	}
	free(clean);
	return env;
}

static int spawn(struct git_fetch *fetch, const struct git_fetch_options *options,
	const char *program, struct error *err) {
	struct sha256 key = sha256_of(options->url, strlen(options->url));
	char *copy = xasprintf("%s/%.16s", options->cache, key.hex);
	char **env = make_env();
	const char **argv = xcalloc(options->path_count + 8, sizeof(const char *));
	size_t argc = 0;
	argv[argc++] = program;
	if (options->head_allowed) {
		argv[argc++] = "--head";
	}
	argv[argc++] = copy;
	argv[argc++] = options->url;
	argv[argc++] = options->commit;
	for (size_t i = 0; i < options->path_count; i++) {
		argv[argc++] = options->paths[i];
	}
	struct proc_options child = {
		.argv = argv,
		.env = (const char *const *)env,
		.on_output = on_output,
		.on_exit = on_exit_of_child,
		.data = fetch,
	};
	int rc = proc_spawn(fetch->loop, &child, &fetch->proc, err);
	if (rc == 0) {
		proc_close_stdin(fetch->proc);
	}
	for (size_t i = 0; env[i] != NULL; i++) {
		free(env[i]);
	}
	free(env);
	free(argv);
	free(copy);
	return rc;
}

int git_fetch_start(struct loop *loop, const struct git_fetch_options *options,
	git_progress_fn progress, git_done_fn done, void *data, struct git_fetch **fetch_out,
	struct error *err) {
	char *program =
		options->program != NULL ? xstrdup(options->program) : path_find_helper("f2f-git");
	if (program == NULL) {
		return error_set(err, ERROR_ENVIRONMENT,
			"f2f-git is missing: it belongs beside f2f or in libexec/f2f");
	}
	struct git_fetch *fetch = xcalloc(1, sizeof(*fetch));
	fetch->loop = loop;
	fetch->progress = progress;
	fetch->done = done;
	fetch->data = data;
	fetch->silence_ns = options->silence_ns > 0 ? options->silence_ns : SILENCE_NS;
	fetch->heard_ns = loop_now(loop);
	git_stream_init(&fetch->stream, options->max_bytes > 0 ? options->max_bytes : MAX_BYTES);
	buf_init(&fetch->stderr_text, STDERR_MAX);
	int rc = file_make_directories(options->cache, err);
	rc = rc < 0 ? rc : spawn(fetch, options, program, err);
	if (rc < 0) {
		goto out;
	}
	fetch->timer = loop_timer_start(loop, fetch->silence_ns, on_silence, fetch);
	*fetch_out = fetch;
	fetch = NULL; // now the caller's
out:
	git_fetch_destroy(fetch);
	free(program);
	return rc;
}

void git_fetch_destroy(struct git_fetch *fetch) {
	if (fetch == NULL) {
		return;
	}
	loop_timer_cancel(fetch->timer);
	proc_destroy(fetch->proc);
	git_stream_finish(&fetch->stream);
	buf_finish(&fetch->stderr_text);
	free(fetch);
}
