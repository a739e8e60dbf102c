#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "core/reply_line.h"
#include "provider/failure.h"
#include "provider/provider.h"

/* Chat completions as OpenAI defined them and most servers speak them: spec harness.md 5.1, 5.4. */

/* ---- Requests. */

struct writer {
	struct buf *out;
	const json_t *extra; // NULL: none
	bool any;
};

/* Starts a member; false when the user's own body has this key and wins. */
static bool member(struct writer *writer, const char *key) {
	if (json_object_get(writer->extra, key) != NULL) {
		return false;
	}
	buf_appendf(writer->out, "%s\"%s\":", writer->any ? "," : "{", key);
	writer->any = true;
	return true;
}

static void add_real(struct writer *writer, const char *key, double value, bool dropped) {
	if (!isnan(value) && !dropped && member(writer, key)) {
		char text[32];
		double again;
		snprintf(text, sizeof(text), "%.15g", value); // 0.7, not 0.69999999999999996
		bool exact = str_to_double(text, &again) && again >= value && again <= value;
		buf_appendf(writer->out, exact ? "%.15g" : "%.17g", value);
	}
}

static void add_message(struct buf *out, const char *role, const char *content) {
	buf_appendf(out, "{\"role\":\"%s\",\"content\":", role);
	json_append_string(out, content, strlen(content));
	buf_append_char(out, '}');
}

/* A null in the user's body takes a parameter away instead of sending it. */
static void add_extra(struct writer *writer) {
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)writer->extra, key, value) {
		if (!json_is_null(value)) {
			buf_append_char(writer->out, writer->any ? ',' : '{');
			writer->any = true;
			json_append_string(writer->out, key, strlen(key));
			buf_append_char(writer->out, ':');
			json_append(writer->out, value, false);
		}
	}
}

static void write_body(const struct model *model, const struct ask *ask,
	const struct provider_state *state, const json_t *extra, struct buf *out) {
	struct writer writer = {.out = out, .extra = extra};
	member(&writer, "model");
	json_append_string(out, model->name, strlen(model->name));
	member(&writer, "messages");
	buf_append_char(out, '[');
	if (ask->system != NULL) {
		add_message(out, "system", ask->system);
		buf_append_char(out, ',');
	}
	add_message(out, "user", ask->prompt);
	buf_append_char(out, ']');
	add_real(&writer, "temperature", ask->sampling.temperature, state->drop_temperature);
	add_real(&writer, "top_p", ask->sampling.top_p, state->drop_top_p);
	const char *limit = state->max_completion_tokens ? "max_completion_tokens" : "max_tokens";
	if (ask->sampling.max_tokens > 0 && member(&writer, limit)) {
		buf_appendf(out, "%" PRId64, ask->sampling.max_tokens);
	}
	if (ask->sampling.send_seed && !state->drop_seed && member(&writer, "seed")) {
		buf_appendf(out, "%" PRIu64, ask->sampling.seed);
	}
	add_extra(&writer);
	buf_append_char(out, '}');
}

static int read_extra(const char *text, json_t **extra_out, struct error *err) {
	// What a request is made of, and what would change the form of its reply.
	static const char *const ours[] = {"messages", "model", "n", "stream"};
	json_t *extra = NULL;
	int rc = json_parse(text, strlen(text), &extra, err);
	if (rc == 0 && !json_is_object(extra)) {
		rc = error_set(err, ERROR_USAGE, "not a JSON object");
	}
	for (size_t i = 0; rc == 0 && i < F2F_COUNT(ours); i++) {
		if (json_object_get(extra, ours[i]) != NULL) {
			rc = error_set(err, ERROR_USAGE, "\"%s\" cannot be set", ours[i]);
		}
	}
	if (rc < 0) {
		json_decref(extra);
		error_prefix(err, "extra-body");
		return rc;
	}
	*extra_out = extra;
	return 0;
}

/* Where a base URL has a query (some gateways put a version there), the path goes before it. */
static char *make_url(const char *base, const char *path) {
	size_t length = strcspn(base, "?#");
	const char *query = base + length;
	while (length > 0 && base[length - 1] == '/') {
		length--;
	}
	size_t path_length = strlen(path);
	bool whole = length >= path_length &&
		     strncmp(base + length - path_length, path, path_length) == 0;
	return xasprintf("%.*s%s%s", (int)length, base, whole ? "" : path, query);
}

static int build_request(const struct model *model, const struct ask *ask,
	const struct provider_state *state, struct http_request *request_out, struct error *err) {
	json_t *extra = NULL;
	int rc = model->extra_body != NULL ? read_extra(model->extra_body, &extra, err) : 0;
	if (rc < 0) {
		return rc;
	}
	write_body(model, ask, state, extra, &request_out->body);
	json_decref(extra);
	if (request_out->body.overflow) {
		return error_set(err, ERROR_INPUT, "the request is over %d bytes", HTTP_BODY_MAX);
	}
	request_out->method = xstrdup("POST");
	request_out->url = make_url(model->base_url, "/chat/completions");
	http_request_header(request_out, "Content-Type", "application/json");
	http_request_header(request_out, "Accept", "application/json");
	// Empty: a large body is sent at once, without waiting to be invited.
	http_request_header(request_out, "Expect", "");
	if (model->api_key != NULL && model->api_key[0] != '\0') {
		char *bearer = xasprintf("Bearer %s", model->api_key);
		http_request_header(request_out, "Authorization", bearer);
		explicit_bzero(bearer, strlen(bearer));
		free(bearer);
	}
	return 0;
}

/* ---- Responses. */

static char *copy_or_null(const char *text) {
	return text != NULL && text[0] != '\0' ? xstrdup(text) : NULL;
}

/* Choices may come in any order; one was asked for. */
static const json_t *first_choice(const json_t *body) {
	const json_t *choices = json_object_get(body, "choices");
	for (size_t i = 0; i < json_array_size(choices); i++) {
		const json_t *choice = json_array_get(choices, i);
		if (json_integer_or(choice, "index", -1) == 0) {
			return choice;
		}
	}
	return json_array_get(choices, 0);
}

/* A string, or parts of which the texts count; NULL when there is none. Owned. */
static char *content_text(const json_t *content) {
	if (json_is_string(content)) {
		return xmemdup0(json_string_value(content), json_string_length(content));
	}
	struct buf text = BUF_INIT(HTTP_BODY_MAX);
	for (size_t i = 0; i < json_array_size(content); i++) {
		buf_append_str(&text, json_string_or(json_array_get(content, i), "text", ""));
	}
	if (text.len == 0) {
		buf_finish(&text);
		return NULL;
	}
	return buf_detach(&text);
}

static int64_t count_or_unknown(const json_t *object, const char *key) {
	int64_t count = json_integer_or(object, key, -1);
	return count >= 0 ? count : -1;
}

static void read_usage(const json_t *usage, struct completion *completion) {
	completion->prompt_tokens = count_or_unknown(usage, "prompt_tokens");
	completion->completion_tokens = count_or_unknown(usage, "completion_tokens");
	completion->reasoning_tokens = count_or_unknown(
		json_object_get(usage, "completion_tokens_details"), "reasoning_tokens");
	completion->cached_tokens =
		count_or_unknown(json_object_get(usage, "prompt_tokens_details"), "cached_tokens");
	double usd = json_number_or(usage, "cost", NAN);
	completion->usd = usd >= 0 ? usd : NAN;
}

static void read_message(const json_t *choice, struct completion *completion) {
	const json_t *message = json_object_get(choice, "message");
	const char *reason = json_string_or(choice, "finish_reason", NULL);
	const char *refusal = json_string_or(message, "refusal", "");
	const char *reasoning = json_string_or(message, "reasoning_content", "");
	if (reasoning[0] == '\0') {
		reasoning = json_string_or(message, "reasoning", "");
	}
	completion->finish_reason = copy_or_null(reason);
	completion->finish =
		refusal[0] != '\0' ? FINISH_REFUSED : finish_of_reason(completion->finish_reason);
	completion->reasoning = copy_or_null(reasoning);
	char *text = content_text(json_object_get(message, "content"));
	if (text == NULL || (text[0] == '\0' && refusal[0] != '\0')) {
		free(text);
		text = xstrdup(refusal);
	}
	completion_take_text(completion, text);
}

static void read_identity(
	const struct http_response *response, const json_t *body, struct completion *completion) {
	static const char *const headers[] = {"x-request-id", "request-id", "x-generation-id"};
	const char *id = NULL;
	for (size_t i = 0; id == NULL && i < F2F_COUNT(headers); i++) {
		id = http_response_header(response, headers[i]);
	}
	completion->request_id = copy_or_null(id != NULL ? id : json_string_or(body, "id", NULL));
	completion->model = copy_or_null(json_string_or(body, "model", NULL));
	completion->fingerprint = copy_or_null(json_string_or(body, "system_fingerprint", NULL));
}

static struct reply retry(const char *why) {
	struct reply reply = {.class = REPLY_RETRY, .retry_after_ms = -1};
	failure_message(&reply, "%s", why);
	return reply;
}

static struct reply read_body(const struct http_response *response, const json_t *body,
	bool repaired, struct provider_state *state, struct completion *completion) {
	const json_t *choice = first_choice(body);
	if (!json_is_object(body)) {
		return retry("the reply is not a JSON object");
	}
	if (failure_in_body(body) || failure_in_body(choice)) {
		struct failure failure =
			failure_read(response, failure_in_body(body) ? body : choice);
		return failure_classify(&failure, response, state);
	}
	if (!json_is_object(choice)) {
		return retry("the reply holds no choice");
	}
	if (strcmp(json_string_or(choice, "finish_reason", ""), "error") == 0) {
		return retry("generation ended in an error");
	}
	if (!json_is_object(json_object_get(choice, "message"))) {
		return retry("the reply's choice holds no message");
	}
	completion_finish(completion);
	completion_init(completion);
	completion->repaired = repaired;
	read_message(choice, completion);
	read_usage(json_object_get(body, "usage"), completion);
	read_identity(response, body, completion);
	return (struct reply){.class = REPLY_OK, .retry_after_ms = -1};
}

static struct reply read_response(const struct http_response *response,
	struct provider_state *state, struct completion *completion_out) {
	json_t *body = NULL;
	bool repaired = false;
	struct error err = {0};
	struct reply reply;
	bool success = response->status >= 200 && response->status < 300;
	int rc = response->body.len == 0 ? error_set(&err, ERROR_INPUT, "nothing")
					 : json_parse_repaired(response->body.data,
						   response->body.len, &body, &repaired, &err);
	if (!success) {
		struct failure failure = failure_read(response, body);
		reply = failure_classify(&failure, response, state);
	} else if (rc < 0) {
		reply = retry("");
		failure_message(&reply, "HTTP %d with a body that is not JSON: %s",
			response->status, err.message);
	} else {
		reply = read_body(response, body, repaired, state, completion_out);
	}
	json_decref(body);
	return reply;
}

const struct provider provider_openai = {
	.name = "openai",
	.summary = "chat completions: OpenAI, vLLM, llama.cpp, Ollama, OpenRouter",
	.key_env = "OPENAI_API_KEY",
	.base_url_env = "OPENAI_BASE_URL",
	.base_url = "https://api.openai.com/v1",
	.build_request = build_request,
	.read_response = read_response,
};
