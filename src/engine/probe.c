#include "engine/probe.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "io/http.h"
#include "io/loop.h"

enum {
	LINE_MAX_BYTES = 4096,
	TOKENS = 8,
	ADJUSTMENTS_MAX = 8,
	TRIES = 3,
	WAIT_MS = 1000,
	WAIT_MAX_MS = 10000,
};

static const char question[] = "What is 2 + 2? Answer with the number alone.";

struct probe {
	const struct probe_options *options;
	struct http_endpoint *endpoint;
	struct capabilities capabilities;
	struct buf line;
	// Of the request in flight:
	const struct server_probe *server; // NULL: a question to the model
	enum probe_finding finding;
	bool unreachable;
	struct reading *reading;
	struct reply reply;
};

static void say(struct probe *probe, enum probe_finding finding, const char *what) {
	if (finding != PROBE_ABSENT) {
		probe->options->said(finding, what, buf_str(&probe->line), probe->options->data);
	}
	buf_clear(&probe->line);
}

static void on_response(const struct http_response *response, const struct error *err, void *data) {
	struct probe *probe = data;
	if (err != NULL) {
		buf_append_str(&probe->line, err->message);
		probe->finding = PROBE_FAILED;
		probe->unreachable = true;
		probe->reply = (struct reply){.class = REPLY_RETRY, .retry_after_ms = -1};
	} else if (probe->server != NULL) {
		probe->finding = server_probe_read(probe->server, &probe->options->model, response,
			&probe->capabilities, &probe->line);
	} else {
		probe->reply = reading_end(probe->reading, response, &probe->capabilities);
	}
	loop_stop(probe->options->loop);
}

static void send_and_wait(struct probe *probe, const struct http_request *request) {
	probe->unreachable = false;
	http_start(probe->endpoint, request, on_response, probe);
	loop_run(probe->options->loop);
}

/* ---- The server. */

/* False when it cannot be reached at all. */
static bool ask_server(struct probe *probe, const struct server_probe *server) {
	struct http_request request;
	http_request_init(&request);
	server_probe_request(server, probe->options->provider, &probe->options->model, &request);
	probe->server = server;
	send_and_wait(probe, &request);
	http_request_finish(&request);
	bool reached = !probe->unreachable;
	if (reached || server->required) {
		say(probe, probe->finding, reached ? server->what : "endpoint");
	}
	buf_clear(&probe->line);
	return reached || !server->required;
}

/* ---- The model. */

static void on_wait_over(void *data) {
	struct probe *probe = data;
	loop_stop(probe->options->loop);
}

static void wait(struct probe *probe) {
	int64_t wait_ms = probe->reply.retry_after_ms >= 0 ? probe->reply.retry_after_ms : WAIT_MS;
	wait_ms = wait_ms < WAIT_MAX_MS ? wait_ms : WAIT_MAX_MS;
	loop_timer_start(probe->options->loop, wait_ms * CLOCK_MS, on_wait_over, probe);
	loop_run(probe->options->loop);
}

static bool may_pass(enum reply_class class) {
	return class == REPLY_RETRY || class == REPLY_LOADING || class == REPLY_RATE_LIMITED ||
	       class == REPLY_BROKEN;
}

/* One request to the model, until it is answered or refused. False with a line when it cannot be. */
static bool ask_once(struct probe *probe, const struct ask *ask) {
	const struct probe_options *options = probe->options;
	struct error err;
	int tries = 0;
	int adjustments = 0;
	for (;;) {
		struct http_request request;
		http_request_init(&request);
		if (options->provider->build_request(
			    &options->model, ask, &probe->capabilities, &request, &err) < 0) {
			buf_append_str(&probe->line, err.message);
			http_request_finish(&request);
			return false;
		}
		reading_destroy(probe->reading);
		probe->reading = reading_create(options->provider, &options->model, ask);
		probe->server = NULL;
		buf_clear(&probe->line);
		send_and_wait(probe, &request);
		http_request_finish(&request);
		bool adjusted =
			probe->reply.class == REPLY_ADJUST && adjustments++ < ADJUSTMENTS_MAX;
		bool again = may_pass(probe->reply.class) && ++tries < TRIES;
		if (!adjusted && !again) {
			break;
		}
		if (again) {
			wait(probe);
		}
	}
	if (probe->reply.class == REPLY_OK || probe->reply.class == REPLY_CONTINUE) {
		buf_clear(&probe->line);
		return true;
	}
	if (probe->line.len == 0) {
		buf_append_str(&probe->line, probe->reply.message);
	}
	return false;
}

/* False when the model cannot be asked at all. */
static bool ask_model(struct probe *probe, const struct model_probe *model) {
	struct completion replies[PROBE_REPLIES];
	const struct completion *came[PROBE_REPLIES] = {NULL};
	size_t count = 0;
	bool asked = true;
	for (int i = 0; asked && i < model->requests; i++) {
		struct ask ask = {.prompt = question,
			.sampling = {.temperature = 1, .top_p = NAN, .max_tokens = TOKENS}};
		model->prepare(&ask, i);
		asked = ask_once(probe, &ask);
		for (size_t k = 0; asked && k < (ask.count > 0 ? ask.count : 1); k++) {
			completion_init(&replies[count]);
			came[count] = reading_take(probe->reading, k, &replies[count])
					      ? &replies[count]
					      : NULL;
			count++;
		}
	}
	enum probe_finding finding =
		asked ? model->read(came, &probe->capabilities, &probe->line) : PROBE_NO;
	finding = model_probe_at(0) == model && !asked ? PROBE_FAILED : finding;
	say(probe, finding, model->what);
	for (size_t i = 0; i < count; i++) {
		completion_finish(&replies[i]);
	}
	return finding != PROBE_FAILED;
}

static void report_changes(struct probe *probe) {
	struct buf list = BUF_INIT(LINE_MAX_BYTES);
	capabilities_changes(&probe->capabilities, &list);
	for (size_t i = 0; i < list.len; i++) {
		if (strchr("[]\"", list.data[i]) == NULL) {
			buf_append_char(&probe->line, list.data[i]);
			buf_append_str(&probe->line, list.data[i] == ',' ? " " : "");
		}
	}
	buf_finish(&list);
	say(probe, probe->line.len > 0 ? PROBE_NO : PROBE_ABSENT, "parameters");
}

bool endpoint_probe(const struct probe_options *options, struct capabilities *capabilities_out) {
	struct probe probe = {.options = options, .line = BUF_INIT(LINE_MAX_BYTES)};
	bool reached = true;
	bool answered = false;
	probe.endpoint = http_endpoint_create(options->loop,
		&(struct http_endpoint_options){.request_timeout_ms = options->timeout_ms});
	for (size_t i = 0; reached && server_probe_at(i) != NULL; i++) {
		reached = ask_server(&probe, server_probe_at(i));
	}
	for (size_t i = 0; reached && model_probe_at(i) != NULL; i++) {
		if (model_probe_at(i)->applies(options->provider)) {
			reached = ask_model(&probe, model_probe_at(i));
			answered = answered || reached;
		}
	}
	if (answered) {
		report_changes(&probe);
		*capabilities_out = probe.capabilities;
	}
	reading_destroy(probe.reading);
	http_endpoint_destroy(probe.endpoint);
	buf_finish(&probe.line);
	return answered;
}
