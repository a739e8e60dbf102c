#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "base/str.h"
#include "base/vec.h"
#include "cmd/cmd.h"
#include "cmd/model.h"
#include "io/config.h"

extern char **environ;

/* What a model's own server inherits: all (it has its caches, its graphics cards, its libraries
 * from there) but what is a key of somebody else. */

/* Fetching the model needs one. */
static const char *const kept[] = {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"};

static bool among(const char *const *names, size_t count, const char *name, size_t length) {
	for (size_t i = 0; i < count; i++) {
		if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0) {
			return true;
		}
	}
	return false;
}

static bool is_named(const struct config *config, const char *name, size_t length) {
	const char *section;
	for (size_t i = 0; (section = config_section(config, "", i)) != NULL; i++) {
		const char *variable = config_get(config, section, "api-key-env");
		if (variable != NULL && among(&variable, 1, name, length)) {
			return true;
		}
	}
	return false;
}

/** Keys are known by their name, by who uses them, or by being the one in use. */
static bool is_key(
	const struct options *options, const struct resolved_model *model, const char *entry) {
	size_t length = strcspn(entry, "=");
	const char *value = entry[length] == '=' ? entry + length + 1 : "";
	const char *given = option_text(options, "api-key-env", NULL);
	const char *lean = option_text(options, "lean-key-env", NULL);
	if (model->api_key != NULL && strcmp(value, model->api_key) == 0) {
		return true;
	}
	if ((given != NULL && among(&given, 1, entry, length)) ||
		(lean != NULL && among(&lean, 1, entry, length))) {
		return true;
	}
	if (is_named(options_config(options), entry, length)) {
		return true;
	}
	return !among(kept, F2F_COUNT(kept), entry, length) &&
	       (secret_name(entry, length) ||
		       among((const char *const[]){"CREDENTIALS_DIRECTORY"}, 1, entry, length));
}

char **model_server_env(const struct options *options, const struct resolved_model *model) {
	VEC(char *) env = {0};
	for (char **entry = environ; *entry != NULL; entry++) {
		if (!is_key(options, model, *entry)) {
			vec_push(&env, *entry);
		}
	}
	vec_push(&env, NULL);
	return env.items;
}
