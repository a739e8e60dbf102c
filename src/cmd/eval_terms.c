#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "cmd/cmd.h"
#include "cmd/eval_run.h"
#include "io/http.h"

/* On what terms an endpoint is asked: how fast, from the cache or not, for how much money. */

enum { CONNECTIONS_START = 20, CONNECTIONS_MOST = 100 };

static enum cache_mode cache_mode(const struct options *options) {
	// A new run that is wanted although an old one could go on wants new replies.
	const char *word =
		option_text(options, "cache", option_flag(options, "fresh") ? "refresh" : "on");
	return strcmp(word, "off") == 0	      ? CACHE_OFF
	       : strcmp(word, "refresh") == 0 ? CACHE_REFRESH
	       : strcmp(word, "only") == 0    ? CACHE_ONLY
					      : CACHE_ON;
}

/* A number that is given is meant; else it is found out how many go well. */
static int take_connections(
	const struct eval *eval, struct engine_options *engine, struct error *err) {
	int64_t given = option_count(eval->options, "max-connections", eval->model.connections);
	given = given < INT_MAX ? given : INT_MAX;
	engine->connections = given > 0 ? (int)given : CONNECTIONS_MOST;
	engine->connections_start = given > 0 ? (int)given : CONNECTIONS_START;
	if (eval->model.provider->local) {
		return 0;
	}
	int64_t servers = eval->model.base_url_count > 0 ? (int64_t)eval->model.base_url_count : 1;
	int rc = http_raise_descriptors(engine->connections * servers, err);
	if (rc < 0) {
		error_prefix(err, "connections");
	}
	return rc;
}

static int take_spent(const struct eval *eval, struct engine_options *engine, struct error *err) {
	struct run_cost cost;
	int rc = store_run_cost(eval->store, eval->run.id, &cost, err);
	if (rc == 0) {
		engine->requests = cost.requests;
		engine->spent = (struct spend){
			.completion_tokens = cost.paid_tokens,
			.uncounted = cost.paid_uncounted,
			.usd = isnan(cost.usd) ? 0 : cost.usd,
			.unpriced = cost.unpriced,
		};
	}
	return rc;
}

int eval_terms(const struct eval *eval, struct engine_options *engine, struct error *err) {
	const struct options *options = eval->options;
	const struct resolved_model *model = &eval->model;
	engine->label = model->label;
	engine->base_urls = (const char *const *)model->base_urls;
	engine->base_url_count = model->base_url_count;
	engine->rpm = option_count(options, "rpm", model->rpm);
	engine->tpm = option_count(options, "tpm", model->tpm);
	engine->price = model->price;
	engine->choices = eval->choices;
	engine->cache = model->provider->local ? CACHE_OFF : cache_mode(options);
	engine->limits = (struct spend_limits){
		.tokens = option_count(options, "token-limit", 0),
		.usd = option_number(options, "cost-limit", 0),
	};
	engine->sample_limit_ns =
		(int64_t)(option_number(options, "sample-time-limit", 0) * (double)CLOCK_SECOND);
	if (engine->sample_limit_ns > 0) {
		engine->retry.budget_ns = engine->sample_limit_ns;
	}
	int rc = take_connections(eval, engine, err);
	// A dry run has no run yet.
	bool none = model->provider->local || eval->run.id == NULL;
	return rc < 0 || none ? rc : take_spent(eval, engine, err);
}
