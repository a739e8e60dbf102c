#include "cmd/model_endpoint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/str.h"
#include "base/vec.h"
#include "cmd/cmd.h"
#include "cmd/env_file.h"
#include "cmd/model_headers.h"
#include "cmd/trust.h"
#include "cmd/options.h"
#include "cmd/private_file.h"
#include "io/config.h"

enum { KEY_MAX = 16384 };

static const char *first_set(const char *a, const char *b, const char *c) {
	return a != NULL ? a : b != NULL ? b : c;
}

static char *variable(const char *name) {
	const char *value = name != NULL ? getenv(name) : NULL;
	return value != NULL && value[0] != '\0' ? xstrdup(value) : NULL;
}

/* ---- The key: only ever the name of what holds it is given. */

/* A file that others can read is no place for a key. */
static int read_key_at(const char *path, char **key_out, struct error *err) {
	char text[KEY_MAX];
	size_t length = 0;
	int rc = private_file_read(path, "key file", text, sizeof(text), &length, err);
	if (rc < 0) {
		return rc;
	}
	struct str key = str_trim(str_slice(text, length));
	if (key.len == 0) {
		rc = error_set(err, ERROR_USAGE, "key file %s is empty", path);
	} else {
		*key_out = xmemdup0(key.data, key.len);
	}
	explicit_bzero(text, sizeof(text));
	return rc;
}

static int read_key(
	const struct options *options, const char *given, char **key_out, struct error *err) {
	(void)options;
	char *path = options_expand_home(given);
	int rc = read_key_at(path, key_out, err);
	free(path);
	return rc;
}

/* What systemd hands to a service: LoadCredential=NAME:… is a file in a folder of its own. */
static int read_credential(
	const struct options *options, const char *name, char **key_out, struct error *err) {
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	if (folder == NULL || folder[0] != '/') {
		return error_set(err, ERROR_USAGE,
			"api-key-credential = %s: not run by systemd with LoadCredential=%s:FILE",
			name, name);
	}
	if (name[0] == '\0' || strchr(name, '/') != NULL || name[0] == '.') {
		return error_set(err, ERROR_USAGE, "api-key-credential = %s is no name", name);
	}
	char *path = xasprintf("%s/%s", folder, name);
	int rc = read_key(options, path, key_out, err);
	free(path);
	return rc;
}

/* A key where a name belongs would be printed, and has been: by ps, by the shell's history. */
static bool is_variable_name(const char *name) {
	size_t length =
		strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
	return length > 0 && name[length] == '\0' && (name[0] < '0' || name[0] > '9');
}

static int key_of_variable(
	const struct options *options, const char *name, char **key_out, struct error *err) {
	if (!is_variable_name(name)) {
		return error_set(err, ERROR_USAGE,
			"api-key-env takes the name of a variable that holds the key (such as "
			"OPENAI_API_KEY), never the key itself; if that was one, consider it known "
			"and make another");
	}
	int rc = env_file_variable(options, name, key_out, err);
	if (rc == 0 && *key_out == NULL) {
		const char *file = option_text(options, "env-file", NULL);
		rc = error_set(err, ERROR_USAGE,
			"the variable %s, which holds the key, is not set%s%s", name,
			file != NULL ? ", and not in " : "", file != NULL ? file : "");
	}
	return rc;
}

/* Where a key was found, and by whose word. */
struct key_place {
	const char *name; // of a variable, a file, a credential
	const char *origin; // where a file that nobody named says so; NULL: it does not
	bool variable;
	bool given; // by an option, or its variable
};

/* An option, then the section in this order, then the provider's own variable. */
static int find_key(const struct options *options, const char *section,
	struct resolved_model *model, struct key_place *place, struct error *err) {
	static int (*const readers[])(const struct options *, const char *, char **,
		struct error *) = {key_of_variable, read_key, read_credential};
	static const char *const keys[] = {"api-key-env", "api-key-file", "api-key-credential"};
	const struct config *config = options_config(options);
	char *unused = NULL;
	int rc = env_file_variable(options, NULL, &unused, err); // said, needed or not
	place->name = option_text(options, "api-key-env", NULL);
	if (rc == 0 && place->name != NULL) {
		place->origin = trust_unasked(options, "api-key-env");
		place->given = place->origin == NULL;
		place->variable = true;
		rc = key_of_variable(options, place->name, &model->api_key, err);
	}
	for (size_t i = 0; rc == 0 && section != NULL && place->name == NULL && i < F2F_COUNT(keys);
		i++) {
		place->name = config_get(config, section, keys[i]);
		place->origin = config_unasked(config, section, keys[i]);
		place->variable = readers[i] == key_of_variable;
		rc = place->name != NULL ? readers[i](options, place->name, &model->api_key, err)
					 : 0;
		if (rc < 0) {
			error_prefix(err, "%s", config_origin(config, section, keys[i]));
		}
	}
	if (rc == 0 && place->name == NULL) {
		place->name = model->provider->key_env;
		rc = env_file_variable(options, place->name, &model->api_key, err);
	}
	if (rc == 0 && model->api_key == NULL && model->provider->token_env != NULL &&
		place->name == model->provider->key_env) {
		place->name = model->provider->token_env;
		rc = env_file_variable(options, place->name, &model->api_key, err);
	}
	return rc;
}

static bool is_providers_own(const struct resolved_model *model, const char *name) {
	const char *const names[] = {model->provider->key_env, model->provider->token_env};
	for (size_t i = 0; i < F2F_COUNT(names); i++) {
		if (names[i] != NULL && strcmp(names[i], name) == 0) {
			return true;
		}
	}
	return false;
}

static void forget_key(struct resolved_model *model) {
	if (model->api_key != NULL) {
		explicit_bzero(model->api_key, strlen(model->api_key));
	}
	free(model->api_key);
	model->api_key = NULL;
}

/* url_origin: where a file that nobody named chose the address. hosted: it is the provider's. */
static int take_key(const struct options *options, const char *section, const char *url_origin,
	bool hosted, struct resolved_model *model, struct error *err) {
	struct key_place place = {0};
	bool send = true;
	int rc = find_key(options, section, model, &place, err);
	model->bearer = model->api_key != NULL && model->provider->token_env != NULL &&
			strcmp(place.name, model->provider->token_env) == 0;
	if (rc == 0 && model->api_key != NULL && strpbrk(model->api_key, "\r\n") != NULL) {
		rc = error_set(err, ERROR_USAGE, "the key in %s holds a line break", place.name);
	}
	if (rc < 0 || model->api_key == NULL || (hosted && is_providers_own(model, place.name))) {
		return rc;
	}
	char *key = xasprintf("the key in %s", place.name);
	rc = trust_way(
		&(struct trust_way){
			.key = key,
			.key_origin = place.origin,
			.key_variable = place.variable,
			.key_given = place.given,
			.urls = (const char *const *)model->base_urls,
			.url_count = model->base_url_count,
			.url_origin = url_origin,
		},
		&send, err);
	free(key);
	if (!send) {
		forget_key(model);
	}
	return rc;
}

bool model_key_is_place(const char *key, const char *value) {
	return secret_name(key, strlen(key)) ? false
	       : strcmp(key, "api-key-env") == 0 || strcmp(key, "api_key_env") == 0
		       ? is_variable_name(value)
		       : true;
}

const char *model_key_state(const struct options *options, const char *key, const char *value) {
	if (secret_name(key, strlen(key))) {
		return "no place for a key; see f2f help config";
	}
	if (!str_starts_with(key, "api-key-") && !str_starts_with(key, "api_key_")) {
		return NULL;
	}
	const char *kind = key + strlen("api-key-");
	const char *state;
	char *found = NULL;
	int rc;
	if (strcmp(kind, "env") == 0) {
		rc = is_variable_name(value) ? env_file_variable(options, value, &found, NULL) : 0;
		state = !is_variable_name(value) ? "no name of a variable"
			: rc < 0
				? "not set, and --env-file is not to be read, or readable by others"
			: found != NULL ? "set"
					: "not set";
	} else {
		rc = strcmp(kind, "file") == 0 ? read_key(options, value, &found, NULL)
					       : read_credential(options, value, &found, NULL);
		state = rc == 0 ? "set" : "not to be read, or readable by others";
	}
	if (found != NULL) {
		explicit_bzero(found, strlen(found));
		free(found);
	}
	return state;
}

static int check_extra_body(const char *text, struct error *err) {
	json_t *value = NULL;
	int rc = json_parse(text, strlen(text), &value, err);
	if (rc < 0) {
		error_prefix(err, "extra-body");
		err->code = ERROR_USAGE;
		return ERROR_USAGE;
	}
	bool object = json_is_object(value);
	json_decref(value);
	return object ? 0 : error_set(err, ERROR_USAGE, "extra-body is not a JSON object");
}

/* ---- Where it is. */

/* One URL, or several servers of the same model: "URL, URL". */
static int take_urls(const char *text, struct resolved_model *model, struct error *err) {
	VEC(char *) list = {0};
	while (text != NULL && *text != '\0') {
		size_t length = strcspn(text, ", \t");
		if (length > 0) {
			vec_push(&list, xmemdup0(text, length));
		}
		text += length + (text[length] != '\0');
	}
	model->base_urls = list.items;
	model->base_url_count = list.count;
	model->base_url = list.count > 0 ? xstrdup(list.items[0]) : NULL;
	for (size_t i = 0; i < list.count; i++) {
		struct error why;
		if (http_url_check(list.items[i], &why) < 0) {
			char *shown = http_redact_url(list.items[i]);
			int rc = error_set(
				err, ERROR_USAGE, "--base-url %s: %s", shown, why.message);
			free(shown);
			return rc;
		}
	}
	return list.count > 0 ? 0
			      : error_set(err, ERROR_USAGE,
					"%s needs --base-url (http://127.0.0.1:8000/v1, say)",
					model->label);
}

static int take_number(const struct config *config, const char *section, const char *key,
	double *number_out, struct error *err) {
	const char *text = config_get(config, section, key);
	if (text != NULL && (!str_to_double(text, number_out) || *number_out < 0)) {
		return error_set(err, ERROR_USAGE, "%s: %s = \"%s\" is not a number of 0 or more",
			config_origin(config, section, key), key, text);
	}
	return 0;
}

/* Of requests or tokens: a part of one would be none, and none is no limit. */
static int take_count(const struct config *config, const char *section, const char *key,
	int64_t *count_out, struct error *err) {
	const char *text = config_get(config, section, key);
	if (text != NULL && (!str_to_int64(text, count_out) || *count_out < 0)) {
		return error_set(err, ERROR_USAGE, "%s: %s = \"%s\" is not a whole number",
			config_origin(config, section, key), key, text);
	}
	return 0;
}

/* What the section says of the endpoint's limits and prices. */
static int take_terms(const struct config *config, const char *section,
	struct resolved_model *model, struct error *err) {
	const struct {
		const char *key;
		int64_t *count;
	} counts[] = {{"rpm", &model->rpm}, {"tpm", &model->tpm},
		{"connections", &model->connections}, {"choices", &model->choices}};
	const struct {
		const char *key;
		double *number;
	} prices[] = {{"price-input", &model->price.input},
		{"price-cached-input", &model->price.cached_input},
		{"price-output", &model->price.output}};
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < F2F_COUNT(counts); i++) {
		rc = take_count(config, section, counts[i].key, counts[i].count, err);
	}
	for (size_t i = 0; rc == 0 && i < F2F_COUNT(prices); i++) {
		rc = take_number(config, section, prices[i].key, prices[i].number, err);
	}
	model->serve = xstrdup(config_get(config, section, "serve"));
	model->serve_by = xstrdup(config_unasked(config, section, "serve"));
	return rc;
}

/* In no line, trace or error from now on. */
static void hide(const struct resolved_model *model) {
	struct secrets secrets = {0};
	secrets_add(&secrets, model->api_key);
	for (size_t i = 0; i < model->base_url_count; i++) {
		secrets_add_url(&secrets, model->base_urls[i]);
	}
	for (size_t i = 0; i < secrets.count; i++) {
		log_hide(secrets.items[i]);
	}
	secrets_finish(&secrets);
}

int model_endpoint(const struct options *options, const char *section, struct resolved_model *model,
	struct error *err) {
	const struct config *config = options_config(options);
	const char *url_origin = trust_unasked(options, "base-url");
	if (url_origin == NULL && section != NULL &&
		option_text(options, "base-url", NULL) == NULL) {
		url_origin = config_unasked(config, section, "base-url");
	}
	char *from_variable = variable(model->provider->base_url_env);
	const char *urls = first_set(option_text(options, "base-url", NULL),
		section != NULL ? config_get(config, section, "base-url") : NULL,
		first_set(from_variable, model->provider->base_url, NULL));
	bool hosted = urls != NULL && urls == model->provider->base_url;
	int rc = take_urls(urls, model, err);
	if (rc == 0 && section != NULL) {
		rc = trust_section(options, section, (const char *const *)model->base_urls,
			model->base_url_count, err);
	}
	free(from_variable);
	const char *extra = first_set(option_text(options, "extra-body", NULL),
		section != NULL ? config_get(config, section, "extra-body") : NULL, NULL);
	model->extra_body = xstrdup(extra);
	rc = rc == 0 && extra != NULL ? check_extra_body(extra, err) : rc;
	rc = rc == 0 && section != NULL ? take_terms(config, section, model, err) : rc;
	rc = rc < 0 ? rc : take_key(options, section, url_origin, hosted, model, err);
	hide(model);
	rc = rc < 0 ? rc : model_headers(options, section, model, err);
	if (rc == 0 && hosted && model->api_key == NULL) {
		rc = error_set(err, ERROR_USAGE,
			"%s needs a key: set %s, or give --base-url for a local server",
			model->label, model->provider->key_env);
	}
	return rc;
}
