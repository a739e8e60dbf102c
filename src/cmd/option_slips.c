#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/str.h"
#include "cmd/options.h"
#include "io/config.h"

extern char **environ;

/* Slips of the pen in the environment and in f2f.ini, which would otherwise just have no effect. */

/* Variables that are no twin of an option. */
static const char *const other_variables[] = {
	"F2F_COMPARATOR",
	"F2F_DATASETS",
	"F2F_LANDRUN",
	"F2F_LEAN",
	"F2F_LEAN4EXPORT",
	"F2F_LEANCHECKER",
	"F2F_LEAN_PROJECT",
	"F2F_NANODA",
	"F2F_SAFEVERIFY",
	"F2F_TRACE",
};

/* Keys of [model.NAME]. */
static const char *const model_keys[] = {
	"api-key-credential",
	"api-key-env",
	"api-key-file",
	"base-url",
	"choices",
	"connections",
	"extra-body",
	"header",
	"model",
	"price-cached-input",
	"price-input",
	"price-output",
	"prompt",
	"provider",
	"reasoning-effort",
	"rpm",
	"serve",
	"stream",
	"toolchain",
	"tpm",
};

struct names {
	VEC(char *) list;
};

static void names_finish(struct names *names) {
	for (size_t i = 0; i < names->list.count; i++) {
		free(names->list.items[i]);
	}
	vec_finish(&names->list);
}

static void add_rows(struct names *names, const struct option *rows) {
	for (; rows != NULL && rows->name != NULL; rows++) {
		vec_push(&names->list, xstrdup(rows->name));
		if (rows->kind == OPTION_FLAG) {
			vec_push(&names->list, option_opposite(rows->name));
		}
	}
}

/** Of all commands: a variable that is set for one is no slip in another. */
static void add_options(struct names *names) {
	add_rows(names, options_global);
	for (size_t i = 0; command_at(i) != NULL; i++) {
		add_rows(names, command_at(i)->options);
	}
}

static bool has(const struct names *names, const char *name) {
	for (size_t i = 0; i < names->list.count; i++) {
		if (str_distance(name, names->list.items[i]) == 0) {
			return true;
		}
	}
	return false;
}

/** The one that is a single slip away, or NULL: others share the prefix F2F_ with us. */
static const char *one_off(const struct names *names, const char *name) {
	for (size_t i = 0; i < names->list.count; i++) {
		if (str_distance(name, names->list.items[i]) == 1) {
			return names->list.items[i];
		}
	}
	return NULL;
}

void options_warn_environment(void) {
	struct names names = {0};
	for (char **entry = environ; *entry != NULL; entry++) {
		if (!str_starts_with(*entry, "F2F_") || strchr(*entry, '=') == NULL) {
			continue;
		}
		if (names.list.count == 0) {
			add_options(&names);
			for (size_t i = 0; i < names.list.count; i++) {
				char *variable = option_variable(names.list.items[i]);
				free(names.list.items[i]);
				names.list.items[i] = variable;
			}
			for (size_t i = 0; i < F2F_COUNT(other_variables); i++) {
				vec_push(&names.list, xstrdup(other_variables[i]));
			}
		}
		char *variable = xmemdup0(*entry, strcspn(*entry, "="));
		const char *near = has(&names, variable) ? NULL : one_off(&names, variable);
		if (near != NULL) {
			log_warn("%s is not a variable of f2f; did you mean %s?", variable, near);
		}
		free(variable);
	}
	names_finish(&names);
}

static void warn_of_keys(
	const struct config *config, const char *section, const struct names *names) {
	const char *key;
	for (size_t i = 0; (key = config_key(config, section, i)) != NULL; i++) {
		if (has(names, key)) {
			continue;
		}
		if (secret_name(key, strlen(key))) {
			log_warn("%s: \"%s\" is no place for a key, and not read; api-key-env, "
				 "api-key-file or api-key-credential name one (f2f help config)",
				config_origin(config, section, key), key);
			continue;
		}
		const char *near =
			str_nearest(key, (const char *const *)names->list.items, names->list.count);
		log_warn("%s: \"%s\" is not a key of f2f%s%s%s",
			config_origin(config, section, key), key,
			near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
			near != NULL ? "\"?" : "");
	}
}

void options_warn_config(const struct config *config) {
	struct names general = {0}, model = {0};
	if (config_key(config, "", 0) != NULL) {
		add_options(&general);
		warn_of_keys(config, "", &general);
	}
	for (size_t i = 0; i < F2F_COUNT(model_keys); i++) {
		vec_push(&model.list, xstrdup(model_keys[i]));
	}
	const char *section;
	for (size_t i = 0; (section = config_section(config, "", i)) != NULL; i++) {
		if (str_starts_with(section, "model.")) {
			warn_of_keys(config, section, &model);
		} else if (!str_starts_with(section, "judge.")) {
			log_warn("%s: f2f knows no section [%s]; a model is written [model.NAME]",
				config_origin(config, section, config_key(config, section, 0)),
				section);
		}
	}
	names_finish(&general);
	names_finish(&model);
}
