#include "engine/rehearsal.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "core/prompt.h"
#include "engine/cached.h"
#include "engine/group.h"
#include "engine/run_internal.h"
#include "io/http.h"
#include "store/store.h"

enum { PROMPT_MAX = 4 * 1024 * 1024 };

struct stage {
	const struct engine_options *options;
	struct engine engine;
	int shown;
	size_t most; // samples a request may ask for
	size_t asked; // by the present one
	void (*each)(const struct plan_item *item, const struct ask *ask,
		const struct http_request *request, void *data);
	void *data;
	struct rehearsal *out;
};

static int show(struct stage *stage, struct attempt *attempt, struct error *err) {
	const struct engine_options *options = stage->options;
	struct ask ask = attempt_question(attempt);
	struct http_request request;
	int rc = 0;
	if (stage->most > 1) {
		ask.count = 1 + plan_beside(options->plan, &attempt->item);
		ask.count = ask.count < stage->most ? ask.count : stage->most;
	}
	http_request_init(&request);
	if (!options->provider->local) {
		rc = options->provider->build_request(&stage->engine.lanes.items[0].model, &ask,
			&stage->engine.capabilities, &request, err);
	}
	if (rc == 0) {
		stage->shown--;
		stage->each(&attempt->item, &ask, options->provider->local ? NULL : &request,
			stage->data);
	}
	http_request_finish(&request);
	return rc;
}

static int count(struct stage *stage, struct attempt *attempt, struct error *err) {
	const struct engine_options *options = stage->options;
	struct rehearsal *out = stage->out;
	if (options->provider->local) {
		out->local++;
		return 0;
	}
	bool found = false;
	int rc = cached_has(attempt, &found, err);
	if (found || (rc == 0 && options->cache == CACHE_ONLY)) {
		out->cached += found;
		return rc;
	}
	out->replies++;
	if (stage->asked > 0 && stage->asked < stage->most) {
		stage->asked++;
		return rc;
	}
	stage->asked = 1;
	int64_t bytes = (int64_t)attempt->prompt.len;
	if (options->prompt != NULL && options->prompt->system != NULL) {
		bytes += (int64_t)strlen(options->prompt->system);
	}
	out->requests++;
	out->prompt_bytes += bytes;
	out->prompts_longest = bytes > out->prompts_longest ? bytes : out->prompts_longest;
	return rc;
}

static int rehearse_item(
	struct stage *stage, const struct plan_item *item, bool beside, struct error *err) {
	const struct engine_options *options = stage->options;
	struct attempt attempt = {.engine = &stage->engine, .item = *item};
	if (!item->ask) {
		stage->out->checks_stored++;
		return 0;
	}
	attempt.seed = attempt_seed(&attempt);
	buf_init(&attempt.prompt, PROMPT_MAX);
	int rc = store_problem_get(
		options->store, item->split, item->problem, &attempt.problem, err);
	if (rc == 0 && options->prompt != NULL) {
		rc = prompt_render(options->prompt, &attempt.problem, &attempt.prompt, err);
	}
	if (rc < 0) {
		error_prefix(err, "%s", item->problem);
	}
	rc = rc < 0 ? rc : count(stage, &attempt, err);
	rc = rc < 0 || stage->shown == 0 || beside ? rc : show(stage, &attempt, err);
	if (attempt.request_built) {
		http_request_finish(&attempt.request);
	}
	problem_finish(&attempt.problem);
	buf_finish(&attempt.prompt);
	return rc;
}

int rehearse(const struct engine_options *options, int shown,
	void (*each)(const struct plan_item *item, const struct ask *ask,
		const struct http_request *request, void *data),
	void *data, struct rehearsal *out, struct error *err) {
	struct stage stage = {
		.options = options,
		.engine = {.options = options, .capabilities = options->capabilities},
		.shown = shown,
		.each = each,
		.data = data,
		.out = out,
	};
	*out = (struct rehearsal){0};
	if (!options->provider->local) {
		lanes_open(&stage.engine.lanes, options);
	}
	stage.most = group_most(&stage.engine);
	struct plan_item item;
	int rc = 0;
	while (rc == 0 && plan_next(options->plan, &item)) {
		struct plan_item next;
		stage.asked = 0;
		rc = rehearse_item(&stage, &item, false, err);
		for (size_t i = 1; rc == 0 && item.ask && i < stage.most &&
				   plan_next_beside(options->plan, &item, &next);
			i++) {
			rc = rehearse_item(&stage, &next, true, err);
		}
	}
	lanes_close(&stage.engine.lanes);
	free(stage.engine.cache_url);
	return rc;
}
