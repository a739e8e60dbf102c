#include "cmd/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "cmd/cmd.h"
#include "cmd/model_endpoint.h"
#include "io/config.h"

void resolved_model_finish(struct resolved_model *model) {
	free(model->label);
	free(model->name);
	free(model->base_url);
	for (size_t i = 0; i < model->base_url_count; i++) {
		free(model->base_urls[i]);
	}
	free(model->base_urls);
	free(model->serve);
	free(model->serve_by);
	if (model->api_key != NULL) {
		explicit_bzero(model->api_key, strlen(model->api_key));
	}
	free(model->api_key);
	free(model->extra_body);
	for (size_t i = 0; i < model->header_count; i++) {
		free(model->headers[i].name);
		free(model->headers[i].value);
	}
	free(model->headers);
	free(model->reasoning_effort);
	free(model->stream);
	free(model->prompt);
	free(model->toolchain);
	*model = (struct resolved_model){0};
}

struct model model_view(const struct resolved_model *model) {
	return (struct model){
		.provider = model->provider->name,
		.name = model->name,
		.base_url = model->base_url,
		.api_key = model->api_key,
		.bearer = model->bearer,
		.extra_body = model->extra_body,
		.headers = model->headers,
		.header_count = model->header_count,
	};
}

static int unknown_model(const struct options *options, const char *given, struct error *err) {
	VEC(const char *) names = {0};
	vec_push(&names, "builtin/gold");
	vec_push(&names, "builtin/tactics");
	const char *section;
	for (size_t i = 0; (section = config_section(options_config(options), "model", i)) != NULL;
		i++) {
		vec_push(&names, section);
	}
	const char *near = str_nearest(given, names.items, names.count);
	if (near == NULL &&
		(str_equal_nocase(given, "gold") || str_equal_nocase(given, "tactics"))) {
		near = str_equal_nocase(given, "gold") ? "builtin/gold" : "builtin/tactics";
	}
	int rc = near != NULL ? error_set(err, ERROR_USAGE, "no model \"%s\"; did you mean %s?",
					given, near)
			      : error_set(err, ERROR_USAGE,
					"no model \"%s\": give PROVIDER/NAME (openai/gpt-x with "
					"--base-url) or a [model.%s] section in "
					"f2f.ini; type: f2f list models",
					given, given);
	vec_finish(&names);
	return rc;
}

static int find_provider(
	const char *name, size_t length, struct resolved_model *model, struct error *err) {
	char *copy = xmemdup0(name, length);
	model->provider = provider_find(copy);
	int rc = 0;
	if (model->provider == NULL) {
		VEC(const char *) names = {0};
		const struct provider *provider;
		for (size_t i = 0; (provider = provider_at(i)) != NULL; i++) {
			vec_push(&names, provider->name);
		}
		const char *near = str_nearest(copy, names.items, names.count);
		rc = error_set(err, ERROR_USAGE, "no provider \"%s\"%s%s%s; type: f2f list models",
			copy, near != NULL ? "; did you mean " : "", near != NULL ? near : "",
			near != NULL ? "?" : "");
		vec_finish(&names);
	}
	free(copy);
	return rc;
}

static bool is_section(const struct options *options, const char *name) {
	const char *section;
	for (size_t i = 0; (section = config_section(options_config(options), "model", i)) != NULL;
		i++) {
		if (strcmp(section, name) == 0) {
			return true;
		}
	}
	return false;
}

/* A word of the section that is one of a few. */
static int take_word(const struct config *config, const char *section, const char *key,
	const char *const *words, size_t count, char **word_out, struct error *err) {
	const char *given = config_get(config, section, key);
	for (size_t i = 0; given != NULL && i < count; i++) {
		if (strcmp(given, words[i]) == 0) {
			*word_out = xstrdup(given);
			return 0;
		}
	}
	if (given == NULL) {
		return 0;
	}
	const char *near = str_nearest(given, words, count);
	return error_set(err, ERROR_USAGE, "%s: %s = \"%s\" is none of its words%s%s%s",
		config_origin(config, section, key), key, given,
		near != NULL ? "; did you mean " : "", near != NULL ? near : "",
		near != NULL ? "?" : "");
}

static int take_section(const struct options *options, const char *section, const char *given,
	struct resolved_model *model, struct error *err) {
	static const char *const efforts[] = {
		"none", "minimal", "low", "medium", "high", "xhigh", "max"};
	static const char *const streams[] = {"auto", "on", "off"};
	const struct config *config = options_config(options);
	const char *provider = config_get(config, section, "provider");
	const char *name = config_get(config, section, "model");
	provider = provider != NULL ? provider : "openai";
	int rc = find_provider(provider, strlen(provider), model, err);
	model->name = xstrdup(name != NULL ? name : given);
	model->prompt = xstrdup(config_get(config, section, "prompt"));
	model->toolchain = xstrdup(config_get(config, section, "toolchain"));
	rc = rc < 0 ? rc
		    : take_word(config, section, "reasoning-effort", efforts, F2F_COUNT(efforts),
			      &model->reasoning_effort, err);
	return rc < 0 ? rc
		      : take_word(config, section, "stream", streams, F2F_COUNT(streams),
				&model->stream, err);
}

int model_resolve(const struct options *options, const char *given,
	struct resolved_model *model_out, struct error *err) {
	struct resolved_model model = {.price = PRICE_UNKNOWN};
	char *section = is_section(options, given) ? xasprintf("model.%s", given) : NULL;
	const char *slash = strchr(given, '/');
	int rc = 0;
	if (section != NULL) {
		rc = take_section(options, section, given, &model, err);
	} else if (slash != NULL && slash != given && slash[1] != '\0') {
		rc = find_provider(given, (size_t)(slash - given), &model, err);
		model.name = xstrdup(slash + 1);
	} else {
		rc = unknown_model(options, given, err);
	}
	if (rc < 0) {
		goto out;
	}
	model.label = xasprintf("%s/%s", model.provider->name, model.name);
	if (!model.provider->local) {
		rc = model_endpoint(options, section, &model, err);
	}
	if (rc == 0) {
		*model_out = model;
		model = (struct resolved_model){0};
	}
out:
	free(section);
	resolved_model_finish(&model);
	return rc;
}
