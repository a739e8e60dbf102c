#include "engine/cached.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/sha256.h"
#include "core/completion.h"
#include "core/prompt.h"
#include "engine/run_internal.h"
#include "store/store.h"

enum { KEY_TEXT_MAX = 16 << 20 };

/* A new number whenever a key of the same question changes. */
#define KEY_VERSION "f2f reply 1"

bool cached_is_looked_for(enum cache_mode mode) {
	return mode == CACHE_ON || mode == CACHE_ONLY;
}

static int make_key(struct attempt *attempt, struct error *err) {
	static const struct capabilities nothing_known;
	const struct engine_options *options = attempt->engine->options;
	const struct model *model = &attempt->engine->lanes.items[0].model;
	struct ask ask = attempt_question(attempt);
	struct http_request request;
	ask.stream = false; // a way to send, not a question
	http_request_init(&request);
	int rc = options->provider->build_request(model, &ask, &nothing_known, &request, err);
	if (rc == 0) {
		char *url = http_redact_url(request.url);
		struct buf text = BUF_INIT(KEY_TEXT_MAX);
		buf_appendf(&text, KEY_VERSION "\n%s\n%s\n%s\n%s\n%" PRId64 "\n",
			options->provider->name, url, model->name,
			options->prompt != NULL ? options->prompt->hash.hex : "",
			attempt->item.sample);
		buf_append(&text, buf_str(&request.body), request.body.len);
		attempt->cache_key = sha256_of(buf_str(&text), text.len);
		buf_finish(&text);
		free(url);
	}
	http_request_finish(&request);
	return rc;
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
	char *url = http_redact_url(attempt->engine->lanes.items[0].model.base_url);
	struct cache_place place = {
		.key = attempt->cache_key.hex, .endpoint = url, .model = options->label};
	int rc = store_cache_put(options->store, &place, attempt->sample_id,
		completion != NULL ? &completion->finish : NULL, err);
	free(url);
	return rc;
}
