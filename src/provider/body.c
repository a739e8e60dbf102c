#include "provider/body.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"

static int check_extra(const json_t *extra, const struct capabilities *capabilities,
	const char *const *ours, size_t count, struct error *err) {
	if (!json_is_object(extra)) {
		return error_set(err, ERROR_USAGE, "not a JSON object");
	}
	for (size_t i = 0; i < count; i++) {
		if (json_object_get(extra, ours[i]) != NULL) {
			return error_set(err, ERROR_USAGE, "\"%s\" cannot be set", ours[i]);
		}
	}
	for (size_t i = 0; i < PARAMETER_COUNT; i++) {
		const char *name = parameter_name((enum parameter)i);
		const json_t *value = json_object_get(extra, name);
		if (capabilities_drops(capabilities, (enum parameter)i) && value != NULL &&
			!json_is_null(value)) {
			return error_set(
				err, ERROR_USAGE, "the endpoint does not take \"%s\"", name);
		}
	}
	return 0;
}

int body_begin(struct body *body, struct http_request *request, const struct model *model,
	const struct capabilities *capabilities, const char *const *ours, size_t count,
	struct error *err) {
	*body = (struct body){.out = &request->body};
	buf_append_char(body->out, '{');
	if (model->extra_body == NULL) {
		return 0;
	}
	int rc = json_parse(model->extra_body, strlen(model->extra_body), &body->extra, err);
	rc = rc < 0 ? rc : check_extra(body->extra, capabilities, ours, count, err);
	if (rc < 0) {
		error_prefix(err, "extra-body");
	}
	return rc;
}

bool body_member(struct body *body, const char *key) {
	if (json_object_get(body->extra, key) != NULL) {
		return false;
	}
	// Pieces, not formats, here and below: every request is made of these.
	buf_append_str(body->out, body->any ? ",\"" : "\"");
	buf_append_str(body->out, key);
	buf_append_str(body->out, "\":");
	body->any = true;
	return true;
}

void body_text(struct body *body, const char *key, const char *value) {
	if (body_member(body, key)) {
		json_append_string(body->out, value, strlen(value));
	}
}

void body_integer(struct body *body, const char *key, int64_t value) {
	if (body_member(body, key)) {
		buf_appendf(body->out, "%" PRId64, value);
	}
}

void body_real(struct body *body, const char *key, double value) {
	if (!isnan(value) && body_member(body, key)) {
		char text[32];
		double again;
		snprintf(text, sizeof(text), "%.15g", value); // 0.7, not 0.69999999999999996
		bool exact = str_to_double(text, &again) && again >= value && again <= value;
		if (exact) {
			buf_append_str(body->out, text);
		} else {
			buf_appendf(body->out, "%.17g", value);
		}
	}
}

void body_texts(struct body *body, const char *key, const char *const *values, size_t count) {
	if (count > 0 && body_member(body, key)) {
		for (size_t i = 0; i < count; i++) {
			buf_append_char(body->out, i > 0 ? ',' : '[');
			json_append_string(body->out, values[i], strlen(values[i]));
		}
		buf_append_char(body->out, ']');
	}
}

void body_message(struct body *body, const char *role, const char *content) {
	buf_append_str(body->out, "{\"role\":\"");
	buf_append_str(body->out, role);
	buf_append_str(body->out, "\",\"content\":");
	json_append_string(body->out, content, strlen(content));
	buf_append_char(body->out, '}');
}

int body_end(struct body *body, struct error *err) {
	const char *key;
	json_t *value;
	json_object_foreach(body->extra, key, value) {
		if (!json_is_null(value)) {
			buf_append_str(body->out, body->any ? "," : "");
			body->any = true;
			json_append_string(body->out, key, strlen(key));
			buf_append_char(body->out, ':');
			json_append(body->out, value, false);
		}
	}
	buf_append_char(body->out, '}');
	return body->out->overflow
		       ? error_set(err, ERROR_INPUT, "the request is over %d bytes", HTTP_BODY_MAX)
		       : 0;
}

void body_finish(struct body *body) {
	json_decref(body->extra);
	body->extra = NULL;
}

void body_sampling(
	struct body *body, const struct ask *ask, const struct capabilities *capabilities) {
	const struct sampling *sampling = &ask->sampling;
	bool sent[PARAMETER_COUNT];
	for (size_t i = 0; i < PARAMETER_COUNT; i++) {
		sent[i] = !capabilities_drops(capabilities, (enum parameter)i);
	}
	body_real(body, "temperature", sent[PARAMETER_TEMPERATURE] ? sampling->temperature : NAN);
	body_real(body, "top_p", sent[PARAMETER_TOP_P] ? sampling->top_p : NAN);
	// One limit is enough, under whatever name: the user's counts.
	if (sampling->max_tokens > 0 && json_object_get(body->extra, "max_tokens") == NULL &&
		json_object_get(body->extra, "max_completion_tokens") == NULL) {
		body_integer(body, limit_field_name(capabilities->limit), sampling->max_tokens);
	}
	if (sampling->send_seed && sent[PARAMETER_SEED]) {
		body_integer(body, "seed", (int64_t)sampling->seed);
	}
	if (sent[PARAMETER_STOP]) {
		body_texts(body, "stop", sampling->stop, sampling->stop_count);
	}
	if (ask->count > 1 && sent[PARAMETER_N]) {
		body_integer(body, "n", (int64_t)ask->count);
	}
	if (sampling->reasoning_effort != NULL && sent[PARAMETER_REASONING_EFFORT]) {
		body_text(body, "reasoning_effort", sampling->reasoning_effort);
	}
	if (ask->stream && sent[PARAMETER_STREAM] && body_member(body, "stream")) {
		buf_append_str(body->out, "true");
		if (sent[PARAMETER_STREAM_OPTIONS] && body_member(body, "stream_options")) {
			buf_append_str(body->out, "{\"include_usage\":true}");
		}
	}
}

/*
 * Where a base URL has a query (some gateways put a version there), the path goes before it; what
 * the base ends in already is not said twice.
 */
char *body_url(const char *base, const char *path) {
	size_t length = strcspn(base, "?#");
	const char *query = base + length;
	while (length > 0 && base[length - 1] == '/') {
		length--;
	}
	size_t shared = strlen(path);
	while (shared > 0 && ((path[shared] != '/' && path[shared] != '\0') || length < shared ||
				     strncmp(base + length - shared, path, shared) != 0)) {
		shared--;
	}
	return xasprintf("%.*s%s%s", (int)length, base, path + shared, query);
}

void body_bearer(const struct model *model, struct http_request *request) {
	if (model->api_key != NULL && model->api_key[0] != '\0') {
		char *bearer = xasprintf("Bearer %s", model->api_key);
		http_request_header(request, "Authorization", bearer);
		explicit_bzero(bearer, strlen(bearer));
		free(bearer);
	}
}

void body_headers(const struct model *model, struct http_request *request) {
	for (size_t i = 0; i < model->header_count; i++) {
		http_request_header(request, model->headers[i].name, model->headers[i].value);
	}
}

void body_post(struct http_request *request, const struct model *model, const char *path,
	const struct ask *ask) {
	request->method = xstrdup("POST");
	request->url = body_url(model->base_url, path);
	http_request_header(request, "Content-Type", "application/json");
	// What answers one where the other was asked for is read all the same.
	http_request_header(
		request, "Accept", ask->stream ? "text/event-stream" : "application/json");
	// Empty: a large body is sent at once, without waiting to be invited.
	http_request_header(request, "Expect", "");
	body_headers(model, request);
}
