#include "engine/serve.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/http.h"
#include "io/loop.h"
#include "io/proc.h"

enum {
	LIMIT_S = 600,
	ASK_EVERY_MS = 250,
	ASK_LIMIT_MS = 5000,
	TOLD_EVERY_S = 30,
	WORDS_MAX = 4096,
	WORDS_SHOWN = 600,
	STATUS_OK = 200,
	STATUS_KEY = 401,
	STATUS_FORBIDDEN = 403,
	STATUS_UNAVAILABLE = 503,
};

struct serve {
	struct loop *loop;
	struct proc *proc; // NULL: not started, or gone
	FILE *log;
	struct buf words; // the end of what it said
	char *ended; // how, once it has
	/* While it is waited for. */
	struct http_endpoint *endpoint;
	struct http_request health; // llama.cpp lists its model while it still loads it
	struct http_request models;
	struct http_transfer *transfer;
	struct loop_timer *timer;
	int64_t started_ns;
	int64_t limit_ns;
	int64_t told_ns;
	const char *command;
	const char *by;
	const char *const *env;
	bool first; // it was not asked yet
	int signo; // that ended the waiting
	int rc;
	struct error *err;
};

/* ---- The process. */

static void on_output(enum proc_stream stream, const char *bytes, size_t length, void *data) {
	struct serve *serve = data;
	(void)stream;
	if (serve->log != NULL && length > 0) {
		fwrite(bytes, 1, length, serve->log);
		fflush(serve->log);
	}
	if (length > WORDS_MAX) {
		bytes += length - WORDS_MAX;
		length = WORDS_MAX;
	}
	if (serve->words.len + length > WORDS_MAX) {
		buf_consume(&serve->words, serve->words.len + length - WORDS_MAX);
	}
	buf_append(&serve->words, bytes, length);
}

/* The last lines, as one. */
static char *last_words(const struct serve *serve) {
	struct str text = str_trim(str_slice(serve->words.data, serve->words.len));
	if (text.len > WORDS_SHOWN) {
		text = str_slice(text.data + text.len - WORDS_SHOWN, WORDS_SHOWN);
		const char *line = memchr(text.data, '\n', text.len);
		size_t cut = line != NULL ? (size_t)(line + 1 - text.data) : 0;
		text = str_slice(text.data + cut, text.len - cut);
	}
	char *words = xmemdup0(text.data, text.len);
	for (char *c = words; *c != '\0'; c++) {
		*c = *c == '\n' || *c == '\r' ? ' ' : *c;
	}
	return words;
}

static void give_up(struct serve *serve, const char *why) {
	if (serve->rc == 0) {
		char *words = last_words(serve);
		serve->rc = error_set(serve->err, ERROR_ENVIRONMENT, "serve: %s%s%s", why,
			words[0] != '\0' ? ": " : "", words);
		free(words);
	}
	loop_stop(serve->loop);
}

static void on_exit_of(const struct proc_exit *exit, void *data) {
	struct serve *serve = data;
	char *words = last_words(serve);
	char how[64];
	snprintf(how, sizeof(how),
		exit->signal != 0 ? "ended by signal %d" : "ended with status %d",
		exit->signal != 0 ? exit->signal : exit->status);
	free(serve->ended);
	serve->ended = xasprintf("the server %s%s%s", how, words[0] != '\0' ? ": " : "", words);
	free(words);
	proc_destroy(serve->proc);
	serve->proc = NULL;
	if (serve->endpoint != NULL) {
		buf_clear(&serve->words); // they are in `ended`
		give_up(serve, serve->ended);
	}
}

static void spawn(struct serve *serve) {
	const char *const argv[] = {"/bin/sh", "-c", serve->command, NULL};
	struct proc_options options = {
		.argv = argv,
		.env = serve->env,
		.kept = true,
		.on_output = on_output,
		.on_exit = on_exit_of,
		.data = serve,
	};
	struct error err;
	log_info("starting the server%s%s%s: %s", serve->by != NULL ? " that " : "",
		serve->by != NULL ? serve->by : "", serve->by != NULL ? " names" : "",
		serve->command);
	if (proc_spawn(serve->loop, &options, &serve->proc, &err) < 0) {
		give_up(serve, err.message);
		return;
	}
	proc_close_stdin(serve->proc);
}

/* ---- Waiting for it. */

static void ask(void *data);

static void ask_again(struct serve *serve) {
	int64_t waited_ns = loop_now(serve->loop) - serve->started_ns;
	if (waited_ns > serve->limit_ns) {
		char why[96];
		snprintf(why, sizeof(why), "no answer at its base URL after %lld s",
			(long long)(waited_ns / CLOCK_SECOND));
		give_up(serve, why);
		return;
	}
	if (waited_ns - serve->told_ns > TOLD_EVERY_S * CLOCK_SECOND) {
		serve->told_ns = waited_ns;
		log_info("waiting for the server, %lld s so far",
			(long long)(waited_ns / CLOCK_SECOND));
	}
	serve->timer = loop_timer_start(serve->loop, ASK_EVERY_MS * CLOCK_MS, ask, serve);
}

static void on_models(const struct http_response *response, const struct error *err, void *data) {
	struct serve *serve = data;
	serve->transfer = NULL;
	// A key that is wrong is found out, and said better, by the first request.
	if (err == NULL && (response->status == STATUS_OK || response->status == STATUS_KEY ||
				   response->status == STATUS_FORBIDDEN)) {
		loop_stop(serve->loop);
		return;
	}
	ask_again(serve);
}

static void on_health(const struct http_response *response, const struct error *err, void *data) {
	struct serve *serve = data;
	serve->transfer = NULL;
	// Not where one answers, if only that it is loading, or listens and is silent: that is a
	// server, and another would not get its port.
	if (serve->first && err != NULL && response->failure != HTTP_FAILURE_TIMEOUT) {
		spawn(serve);
	}
	serve->first = false;
	if (serve->rc < 0) {
		return;
	}
	if (err != NULL || response->status == STATUS_UNAVAILABLE) {
		ask_again(serve);
		return;
	}
	serve->transfer = http_start(serve->endpoint, &serve->models, on_models, serve);
}

static void ask(void *data) {
	struct serve *serve = data;
	serve->timer = NULL;
	serve->transfer = http_start(serve->endpoint, &serve->health, on_health, serve);
}

static void stop_waiting(struct serve *serve, int signo) {
	if (serve->rc == 0) {
		serve->rc = error_set(serve->err, ERROR_CANCELLED, "interrupted");
		serve->signo = signo;
	}
	loop_stop(serve->loop);
}

static void on_interrupt(void *data) {
	stop_waiting(data, SIGINT);
}

static void on_terminate(void *data) {
	stop_waiting(data, SIGTERM);
}

static void make_requests(struct serve *serve, const struct serve_options *options) {
	struct str base = str_of(options->base_url);
	while (base.len > 0 && base.data[base.len - 1] == '/') {
		base.len--;
	}
	bool versioned = base.len > 3 && memcmp(base.data + base.len - 3, "/v1", 3) == 0;
	http_request_init(&serve->health);
	http_request_init(&serve->models);
	serve->health.method = xstrdup("GET");
	serve->health.url =
		xasprintf("%.*s/health", (int)(versioned ? base.len - 3 : base.len), base.data);
	serve->models.method = xstrdup("GET");
	serve->models.url = xasprintf("%.*s/models", (int)base.len, base.data);
	if (options->api_key != NULL) {
		char *value = xasprintf("Bearer %s", options->api_key);
		http_request_header(&serve->models, "Authorization", value);
		explicit_bzero(value, strlen(value));
		free(value);
	}
}

static void wait_for_answer(struct serve *serve, const struct serve_options *options) {
	serve->endpoint = http_endpoint_create(
		serve->loop, &(struct http_endpoint_options){.request_timeout_ms = ASK_LIMIT_MS});
	make_requests(serve, options);
	struct loop_signal *interrupt = loop_signal_add(serve->loop, SIGINT, on_interrupt, serve);
	struct loop_signal *terminate = loop_signal_add(serve->loop, SIGTERM, on_terminate, serve);
	ask(serve);
	loop_run(serve->loop);
	loop_signal_remove(interrupt);
	loop_signal_remove(terminate);
	loop_timer_cancel(serve->timer);
	serve->timer = NULL;
	http_cancel(serve->transfer);
	serve->transfer = NULL;
	http_endpoint_destroy(serve->endpoint);
	http_request_finish(&serve->health);
	http_request_finish(&serve->models);
	serve->endpoint = NULL;
	serve->err = NULL;
}

int serve_start(struct loop *loop, const struct serve_options *options, struct serve **serve_out,
	int *signo_out, struct error *err) {
	struct serve *serve = xcalloc(1, sizeof(*serve));
	*serve = (struct serve){
		.loop = loop,
		.started_ns = loop_now(loop),
		.limit_ns = options->limit_ns > 0 ? options->limit_ns : LIMIT_S * CLOCK_SECOND,
		.command = options->command,
		.by = options->by,
		.env = options->env,
		.first = true,
		.err = err,
	};
	buf_init(&serve->words, WORDS_MAX);
	serve->log = options->log != NULL ? fopen(options->log, "ae") : NULL;
	if (options->log != NULL && serve->log == NULL) {
		log_warn("%s: %s; what the server says is not kept", options->log, strerror(errno));
	}
	wait_for_answer(serve, options);
	int rc = serve->rc;
	*signo_out = serve->signo;
	if (rc < 0 || serve->proc == NULL) {
		if (rc == 0) {
			char *url = http_redact_url(options->base_url);
			log_info("%s answers already: it is used, and left running", url);
			free(url);
		}
		serve_stop(serve);
		serve = NULL;
	}
	if (rc == 0) {
		*serve_out = serve;
	}
	return rc;
}

const char *serve_ended(const struct serve *serve) {
	return serve != NULL ? serve->ended : NULL;
}

void serve_stop(struct serve *serve) {
	if (serve == NULL) {
		return;
	}
	proc_destroy(serve->proc);
	if (serve->log != NULL) {
		fclose(serve->log);
	}
	buf_finish(&serve->words);
	free(serve->ended);
	free(serve);
}
