#include "engine/cached.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/sha256.h"
#include "core/completion.h"
#include "core/prompt.h"
#include "engine/run_internal.h"
#include "store/store.h"

/* A new number whenever a key of the same question changes. */
#define KEY_VERSION "f2f reply 1"

bool cached_is_looked_for(enum cache_mode mode) {
	return mode == CACHE_ON || mode == CACHE_ONLY;
}

/* The user's own are part of the question; no name begins like a body. */
static void add_headers(struct sha256_stream *stream, const struct model *model) {
	for (size_t i = 0; i < model->header_count; i++) {
		char *line = xasprintf(
			"%s: %s\n", model->headers[i].name, model->headers[i].value);
		sha256_stream_add(stream, line, strlen(line));
		free(line);
	}
}

static int make_key(struct attempt *attempt, struct error *err) {
	static const struct capabilities nothing_known;
	struct engine *engine = attempt->engine;
	const struct engine_options *options = engine->options;
	const struct model *model = &engine->lanes.items[0].model;
	struct http_request *request = &attempt->request;
	struct ask ask = attempt_question(attempt);
	ask.stream = false; // a way to send, not a question
	http_request_init(request);
	attempt->request_built = true;
	attempt->request_plain = true;
	int rc = options->provider->build_request(model, &ask, &nothing_known, request, err);
	if (rc < 0) {
		return rc;
	}
	if (engine->cache_url == NULL) {
		engine->cache_url = http_redact_url(request->url); // of all of them
	}
	struct sha256_stream *stream = sha256_stream_create();
	char number[32];
	snprintf(number, sizeof(number), "%" PRId64, attempt->item.sample);
	const char *parts[] = {KEY_VERSION, options->provider->name, engine->cache_url, model->name,
		options->prompt != NULL ? options->prompt->hash.hex : "", number};
	for (size_t i = 0; i < F2F_COUNT(parts); i++) {
		sha256_stream_add(stream, parts[i], strlen(parts[i]));
		sha256_stream_add(stream, "\n", 1);
	}
	if (options->choices > 1) {
		// Which request it came with is part of it; no header begins so.
		snprintf(number, sizeof(number), "n=%" PRId64 "\n", options->choices);
		sha256_stream_add(stream, number, strlen(number));
	}
	add_headers(stream, model);
	sha256_stream_add(stream, buf_str(&request->body), request->body.len);
	attempt->cache_key = sha256_stream_finish(stream);
	return 0;
}

int cached_find(struct attempt *attempt, struct cache_reply *reply_out, bool *found_out,
	struct error *err) {
	*found_out = false;
	int rc = make_key(attempt, err);
	if (rc < 0 || !cached_is_looked_for(attempt->engine->options->cache)) {
		return rc;
	}
	return store_cache_get(
		attempt->engine->options->store, attempt->cache_key.hex, reply_out, found_out, err);
}

int cached_has(struct attempt *attempt, bool *found_out, struct error *err) {
	*found_out = false;
	int rc = make_key(attempt, err);
	if (rc < 0 || !cached_is_looked_for(attempt->engine->options->cache)) {
		return rc;
	}
	return store_cache_has(
		attempt->engine->options->store, attempt->cache_key.hex, found_out, err);
}

int cached_keep(struct attempt *attempt, const struct completion *completion, struct error *err) {
	const struct engine_options *options = attempt->engine->options;
	if (options->cache == CACHE_OFF || attempt->from_cache ||
		attempt->cache_key.hex[0] == '\0') {
		return 0;
	}
	struct cache_place place = {.key = attempt->cache_key.hex,
		.endpoint = attempt->engine->cache_endpoint,
		.model = options->label};
	return store_cache_put(options->store, &place, attempt->sample_id,
		completion != NULL ? &completion->finish : NULL, err);
}
