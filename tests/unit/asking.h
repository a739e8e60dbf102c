#ifndef F2F_TESTS_UNIT_ASKING_H
#define F2F_TESTS_UNIT_ASKING_H

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "io/http.h"
#include "io/loop.h"
#include "mock.h"

/* One request by io/http, and what came of it. */

/* What came of one request. */
struct outcome {
	struct loop *loop;
	int done;
	int status;
	enum error_code code;
	enum http_failure failure;
	struct http_timing timing;
	bool reused;
	bool resent;
	char message[512];
	char header[256]; // the value of "Location" or "X-Test"
	struct buf body;
};

static inline void on_done(
	const struct http_response *response, const struct error *err, void *data) {
	struct outcome *outcome = data;
	outcome->done++;
	ck_assert_ptr_nonnull(response);
	ck_assert((response->failure == HTTP_FAILURE_NONE) == (err == NULL));
	outcome->failure = response->failure;
	outcome->timing = response->timing;
	outcome->reused = response->reused;
	outcome->resent = response->resent;
	if (err != NULL) {
		outcome->code = err->code;
		snprintf(outcome->message, sizeof(outcome->message), "%s", err->message);
		return;
	}
	const char *header = http_response_header(response, "LOCATION");
	header = header != NULL ? header : http_response_header(response, "x-test");
	snprintf(outcome->header, sizeof(outcome->header), "%s", header != NULL ? header : "");
	outcome->status = response->status;
	ck_assert_int_ge(response->elapsed_ns, 0);
	buf_append(&outcome->body, response->body.data, response->body.len);
}

static inline void ask_url(struct http_request *request, const char *method, const char *url) {
	http_request_init(request);
	request->method = xstrdup(method);
	request->url = xstrdup(url);
}

static inline void ask_model(
	struct http_request *request, int port, const char *model, const char *prompt) {
	char *url = xasprintf("http://127.0.0.1:%d/v1/chat/completions", port);
	ask_url(request, "POST", url);
	http_request_header(request, "Content-Type", "application/json");
	http_request_header(request, "Authorization", "Bearer sk-test");
	buf_appendf(&request->body,
		"{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}],\"seed\":"
		"1}",
		model, prompt);
	free(url);
}

static inline struct outcome run_one(
	struct http_endpoint *endpoint, struct loop *loop, struct http_request *request) {
	struct outcome outcome = {.loop = loop, .body = BUF_INIT(HTTP_BODY_MAX)};
	http_start(endpoint, request, on_done, &outcome);
	ck_assert_int_eq(outcome.done, 0);
	loop_run(loop);
	ck_assert_int_eq(outcome.done, 1);
	http_request_finish(request);
	return outcome;
}

/* One request on an endpoint of its own. */
static inline struct outcome run_model(int port, const char *model, int64_t timeout_ms) {
	struct loop *loop = loop_create(NULL);
	struct http_endpoint *endpoint = http_endpoint_create(
		loop, &(struct http_endpoint_options){.request_timeout_ms = timeout_ms});
	struct http_request request;
	ask_model(&request, port, model, "hello");
	struct outcome outcome = run_one(endpoint, loop, &request);
	http_endpoint_destroy(endpoint);
	loop_destroy(loop);
	return outcome;
}

static inline int64_t stat_of(int port, const char *key) {
	struct loop *loop = loop_create(NULL);
	struct http_endpoint *endpoint =
		http_endpoint_create(loop, &(struct http_endpoint_options){0});
	struct http_request request;
	char *url = xasprintf("http://127.0.0.1:%d/stats", port);
	ask_url(&request, "GET", url);
	free(url);
	struct outcome outcome = run_one(endpoint, loop, &request);
	json_t *stats = NULL;
	ck_assert_int_eq(json_parse(outcome.body.data, outcome.body.len, &stats, NULL), 0);
	int64_t value = json_integer_or(stats, key, -1);
	json_decref(stats);
	buf_finish(&outcome.body);
	http_endpoint_destroy(endpoint);
	loop_destroy(loop);
	return value;
}

#endif
