#include "provider/probe.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "provider/body.h"
#include "provider/failure.h"

enum { MODELS_LOOKED_AT = 10000, NEAREST_MAX = 500 };

/* ---- Questions to the server: spec harness.md 5.5. */

static int64_t first_count(const json_t *object, const char *const *keys, size_t count) {
	for (size_t i = 0; i < count; i++) {
		int64_t value = json_integer_or(object, keys[i], 0);
		if (value > 0) {
			return value;
		}
	}
	return 0;
}

static enum probe_finding read_models(const json_t *body, const struct model *model,
	struct capabilities *capabilities, struct buf *line) {
	static const char *const lengths[] = {"max_model_len", "context_length", "context_window"};
	const json_t *models = json_object_get(body, "data");
	models = json_is_array(models) ? models : json_object_get(body, "models");
	size_t count = json_array_size(models);
	const char *names[NEAREST_MAX];
	size_t named = 0;
	bool found = false;
	for (size_t i = 0; i < count && i < MODELS_LOOKED_AT; i++) {
		const json_t *one = json_array_get(models, i);
		const char *id = json_string_or(one, "id", json_string_or(one, "name", NULL));
		if (id != NULL && strcmp(id, model->name) == 0) {
			int64_t length = first_count(one, lengths, F2F_COUNT(lengths));
			capabilities->context_tokens =
				length > 0 ? length : capabilities->context_tokens;
			found = true;
		} else if (id != NULL && named < NEAREST_MAX) {
			names[named++] = id;
		}
	}
	buf_appendf(line, "%zu model%s", count, count == 1 ? "" : "s");
	if (found) {
		buf_appendf(line, ", %.200s among them", model->name);
	} else if (count > 0) {
		const char *near = str_nearest(model->name, names, named);
		bool only = near == NULL && count == 1 && named == 1;
		buf_appendf(line, ", not %.200s%s%.200s%s", model->name,
			near != NULL ? "; did you mean "
			: only	     ? "; there is "
				     : "",
			near != NULL ? near
			: only	     ? names[0]
				     : "",
			near != NULL ? "?" : "");
	}
	return found || count == 0 ? PROBE_YES : PROBE_NO;
}

static enum probe_finding read_health(const json_t *body, const struct model *model,
	struct capabilities *capabilities, struct buf *line) {
	(void)model, (void)capabilities;
	buf_append_str(line, json_string_or(body, "status", "ok"));
	return PROBE_YES;
}

static enum probe_finding read_props(const json_t *body, const struct model *model,
	struct capabilities *capabilities, struct buf *line) {
	(void)model;
	int64_t slots = json_integer_or(body, "total_slots", 0);
	int64_t context =
		json_integer_or(json_object_get(body, "default_generation_settings"), "n_ctx", 0);
	if (slots <= 0) {
		return PROBE_ABSENT;
	}
	capabilities->slots = slots;
	capabilities->context_tokens = context > 0 ? context : capabilities->context_tokens;
	buf_appendf(line, "%" PRId64 " at once (-j %" PRId64 "), context of %" PRId64 " tokens",
		slots, slots, context);
	return PROBE_YES;
}

static enum probe_finding read_tags(const json_t *body, const struct model *model,
	struct capabilities *capabilities, struct buf *line) {
	(void)model, (void)capabilities;
	const json_t *models = json_object_get(body, "models");
	if (!json_is_array(models)) {
		return PROBE_ABSENT;
	}
	buf_appendf(line, "%zu models on its disk", json_array_size(models));
	return PROBE_YES;
}

static enum probe_finding read_credit(const json_t *body, const struct model *model,
	struct capabilities *capabilities, struct buf *line) {
	(void)model, (void)capabilities;
	const json_t *data = json_object_get(body, "data");
	const json_t *left = json_object_get(data, "limit_remaining");
	if (!json_is_object(data)) {
		return PROBE_ABSENT;
	}
	if (json_is_number(left)) {
		buf_appendf(line, "%.2f left of the key's limit", json_number_value(left));
	} else {
		buf_append_str(line, "no limit of its own");
	}
	return json_is_number(left) && json_number_value(left) <= 0 ? PROBE_FAILED : PROBE_YES;
}

static const struct server_probe server_probes[] = {
	{.what = "models", .path = "/models", .required = true, .read = read_models},
	{.what = "health", .path = "/health", .root = true, .read = read_health},
	{.what = "slots", .path = "/props", .root = true, .read = read_props},
	{.what = "tags", .path = "/api/tags", .root = true, .read = read_tags},
	{.what = "credit", .path = "/key", .read = read_credit},
};

const struct server_probe *server_probe_at(size_t index) {
	return index < F2F_COUNT(server_probes) ? &server_probes[index] : NULL;
}

/* The scheme and host of a base URL. Owned. */
static char *host_of(const char *base) {
	const char *scheme = strstr(base, "://");
	const char *host = scheme != NULL ? scheme + 3 : base;
	return xmemdup0(base, (size_t)(host - base) + strcspn(host, "/?#"));
}

void server_probe_request(const struct server_probe *probe, const struct provider *provider,
	const struct model *model, struct http_request *request_out) {
	char *host = host_of(model->base_url);
	char *path = provider->path != NULL && !probe->root
			     ? xasprintf("%s%s", provider->path, probe->path)
			     : xstrdup(probe->path);
	request_out->method = xstrdup("GET");
	request_out->url = body_url(probe->root ? host : model->base_url, path);
	http_request_header(request_out, "Accept", "application/json");
	provider->add_headers(model, request_out);
	body_headers(model, request_out);
	free(path);
	free(host);
}

enum probe_finding server_probe_read(const struct server_probe *probe, const struct model *model,
	const struct http_response *response, struct capabilities *capabilities, struct buf *line) {
	json_t *body = NULL;
	bool repaired;
	bool good = response->status >= 200 && response->status < 300;
	int rc = response->body.len > 0 ? json_parse_repaired(response->body.data,
						  response->body.len, &body, &repaired, NULL)
					: -1;
	enum probe_finding finding = PROBE_ABSENT;
	bool empty_is_fine = probe->read == read_health;
	if (good && (rc == 0 || empty_is_fine)) {
		finding = probe->read(body, model, capabilities, line);
	} else if (probe->required && response->status != 404 && response->status != 405) {
		struct capabilities scratch = *capabilities;
		struct failure failure = failure_read(response, body);
		struct reply reply = failure_classify(&failure, response, &scratch);
		buf_append_str(line, good ? "the answer is not JSON" : reply.message);
		finding = PROBE_FAILED;
	} else if (probe->required) {
		buf_append_str(line, "the server lists no models");
		finding = PROBE_NO;
	}
	json_decref(body);
	return finding;
}

/* ---- Questions to the model. */

static bool always(const struct provider *provider) {
	(void)provider;
	return true;
}

static bool has_n(const struct provider *provider) {
	return !provider->lacks_n;
}

static bool has_seed(const struct provider *provider) {
	return !provider->lacks_seed;
}

static void prepare_nothing(struct ask *ask, int request) {
	(void)ask, (void)request;
}

static void prepare_n(struct ask *ask, int request) {
	(void)request;
	ask->count = PROBE_REPLIES;
}

static void prepare_seed(struct ask *ask, int request) {
	(void)request;
	ask->sampling.send_seed = true;
	ask->sampling.seed = 20250704;
}

static void prepare_stream(struct ask *ask, int request) {
	(void)request;
	ask->stream = true;
}

static bool is_empty(const struct completion *completion) {
	return completion->text[0] == '\0' && completion->reasoning == NULL;
}

static void prepare_logprobs(struct ask *ask, int request) {
	(void)request;
	ask->logprobs = true;
}

static enum probe_finding read_reply(const struct completion *const *replies,
	struct capabilities *capabilities, struct buf *line) {
	const struct completion *reply = replies[0];
	if (reply == NULL) {
		return PROBE_FAILED;
	}
	const char *reasoning = reasoning_field_name(capabilities->reasoning);
	buf_appendf(line, "answers%s; finish_reason %s; %s; reasoning in %s; %s",
		is_empty(reply) ? " with nothing" : "",
		reply->finish_reason != NULL ? reply->finish_reason : "absent",
		capabilities->usage == SUPPORT_YES ? "counts tokens" : "counts no tokens",
		reasoning[0] != '\0' ? reasoning : "no field seen",
		limit_field_name(capabilities->limit));
	return PROBE_YES;
}

static enum probe_finding read_n(const struct completion *const *replies,
	struct capabilities *capabilities, struct buf *line) {
	bool both = replies[0] != NULL && replies[1] != NULL;
	capabilities->n = both ? SUPPORT_YES : SUPPORT_NO;
	buf_append_str(line,
		both ? "several replies to one request" : "one reply a request, whatever n says");
	return both ? PROBE_YES : PROBE_NO;
}

static enum probe_finding read_seed(const struct completion *const *replies,
	struct capabilities *capabilities, struct buf *line) {
	if (replies[0] == NULL || replies[1] == NULL || is_empty(replies[0]) ||
		is_empty(replies[1])) {
		buf_append_str(line, "nothing came to compare");
		return PROBE_NO;
	}
	const char *first = replies[0]->reasoning != NULL ? replies[0]->reasoning : "";
	const char *second = replies[1]->reasoning != NULL ? replies[1]->reasoning : "";
	bool same = strcmp(replies[0]->text, replies[1]->text) == 0 && strcmp(first, second) == 0;
	capabilities->seed = same ? SUPPORT_YES : SUPPORT_NO;
	buf_append_str(line, same ? "the same seed gave the same text"
				  : "the same seed gave another text: runs do not repeat exactly");
	return same ? PROBE_YES : PROBE_NO;
}

static enum probe_finding read_stream(const struct completion *const *replies,
	struct capabilities *capabilities, struct buf *line) {
	if (replies[0] == NULL) {
		return PROBE_FAILED;
	}
	bool streamed = capabilities->stream == SUPPORT_YES;
	buf_append_str(line, !streamed ? "answers at once though asked to stream"
			     : capabilities->stream_usage == SUPPORT_YES
				     ? "streams, with token counts at the end"
				     : "streams, without token counts");
	return streamed ? PROBE_YES : PROBE_NO;
}

static enum probe_finding read_logprobs(const struct completion *const *replies,
	struct capabilities *capabilities, struct buf *line) {
	(void)replies;
	bool came = capabilities->logprobs == SUPPORT_YES;
	buf_append_str(line, came ? "probabilities of tokens come when asked for"
				  : "probabilities of tokens do not come when asked for");
	return came ? PROBE_YES : PROBE_NO;
}

static const struct model_probe model_probes[] = {
	{.what = "reply",
		.requests = 1,
		.applies = always,
		.prepare = prepare_nothing,
		.read = read_reply},
	{.what = "n", .requests = 1, .applies = has_n, .prepare = prepare_n, .read = read_n},
	{.what = "seed",
		.requests = 2,
		.applies = has_seed,
		.prepare = prepare_seed,
		.read = read_seed},
	{.what = "stream",
		.requests = 1,
		.applies = always,
		.prepare = prepare_stream,
		.read = read_stream},
	{.what = "logprobs",
		.requests = 1,
		.applies = has_n,
		.prepare = prepare_logprobs,
		.read = read_logprobs},
};

const struct model_probe *model_probe_at(size_t index) {
	return index < F2F_COUNT(model_probes) ? &model_probes[index] : NULL;
}
