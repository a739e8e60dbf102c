#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "cmd/options.h"
#include "io/config.h"

extern char **environ;

/* Variables that are no twin of an option. */
static const char *const other_variables[] = {
	"F2F_LEAN",
	"F2F_LEAN_PROJECT",
	"F2F_TRACE",
};

char *option_variable(const char *name) {
	char *variable = xasprintf("F2F_%s", name);
	for (char *c = variable; *c != '\0'; c++) {
		if (*c == '-') {
			*c = '_';
		} else if (*c >= 'a' && *c <= 'z') {
			*c = (char)(*c - 'a' + 'A');
		}
	}
	return variable;
}

/* ---- Checks. */

static bool truth(const char *text, bool *value_out) {
	static const char *const words[] = {"0", "1", "no", "yes", "false", "true", "off", "on"};
	for (size_t i = 0; i < F2F_COUNT(words); i++) {
		if (str_equal_nocase(text, words[i])) {
			*value_out = i % 2 == 1;
			return true;
		}
	}
	return false;
}

/** "auto|always|never" is a choice; "FILE" and "PROVIDER/NAME" are not. */
static bool is_choice(const char *value) {
	return value != NULL && strchr(value, '|') != NULL &&
	       strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789-|") == strlen(value);
}

static bool among(const char *choices, const char *text) {
	size_t length = strlen(text);
	for (const char *rest = choices; *rest != '\0';) {
		size_t word = strcspn(rest, "|");
		if (word == length && memcmp(rest, text, length) == 0) {
			return true;
		}
		rest += word + (rest[word] == '|');
	}
	return false;
}

static int check_value(const struct option_value *value, struct error *err) {
	const struct option *row = value->option;
	// "--jobs: …" from the line, "--jobs (from F2F_JOBS): …" from elsewhere.
	bool line = value->origin[0] == '-';
	const char *before = line ? "" : " (from ", *origin = line ? "" : value->origin,
		   *after = line ? "" : ")";
	int64_t whole = 0;
	double real = 0;
	switch (row->kind) {
	case OPTION_FLAG:
	case OPTION_LIST:
		return 0;
	case OPTION_TEXT:
		if (!is_choice(row->value) || among(row->value, value->text)) {
			return 0;
		}
		return error_set(err, ERROR_USAGE, "--%s%s%s%s: \"%s\" is not one of %s", row->name,
			before, origin, after, value->text, row->value);
	case OPTION_COUNT:
		if (str_to_int64(value->text, &whole) && whole >= 0) {
			return 0;
		}
		return error_set(err, ERROR_USAGE, "--%s%s%s%s: \"%s\" is not a whole number",
			row->name, before, origin, after, value->text);
	case OPTION_NUMBER:
		if (str_to_double(value->text, &real)) {
			return 0;
		}
		return error_set(err, ERROR_USAGE, "--%s%s%s%s: \"%s\" is not a number", row->name,
			before, origin, after, value->text);
	}
	return 0;
}

/* ---- Values from elsewhere. */

static bool given(const struct options *options, const struct option *row) {
	for (size_t i = 0; i < options->values.count; i++) {
		if (options->values.items[i].option == row) {
			return true;
		}
	}
	return false;
}

static void add_items(
	struct options *options, const struct option *row, const char *text, const char *origin) {
	while (*text != '\0') {
		size_t length = strcspn(text, ",");
		struct str item = str_trim(str_slice(text, length));
		if (item.len > 0) {
			char *copy = xmemdup0(item.data, item.len);
			options_add(options, row, copy, origin);
			free(copy);
		}
		text += length + (text[length] == ',');
	}
}

/** `opposite`: the text is about "no-x" where the row is "x", or the other way round. */
static int add_text(struct options *options, const struct option *row, const char *text,
	const char *origin, bool opposite, struct error *err) {
	bool value = false;
	if (row->kind == OPTION_LIST) {
		add_items(options, row, text, origin);
	} else if (row->kind != OPTION_FLAG) {
		options_add(options, row, text, origin);
	} else if (truth(text, &value)) {
		options_add(options, row, value != opposite ? "1" : "0", origin);
	} else {
		return error_set(err, ERROR_USAGE, "--%s (from %s): \"%s\" is neither yes nor no",
			row->name, origin, text);
	}
	return 0;
}

static int add_environment(struct options *options, const struct option *row, const char *name,
	bool opposite, struct error *err) {
	char *variable = option_variable(name);
	const char *text = getenv(variable);
	int rc = 0;
	// Empty is how shells and unit files unset a variable.
	if (text != NULL && text[0] != '\0') {
		rc = add_text(options, row, text, variable, opposite, err);
	}
	free(variable);
	return rc;
}

static int add_config(struct options *options, const struct option *row, const char *name,
	bool opposite, struct error *err) {
	const char *text = options->config != NULL ? config_get(options->config, "", name) : NULL;
	if (text == NULL) {
		return 0;
	}
	return add_text(
		options, row, text, config_origin(options->config, "", name), opposite, err);
}

/**
 * The environment first, then the configuration; each by the option's name, then a flag's opposite.
 */
static int add_row(struct options *options, const struct option *row, struct error *err) {
	char *opposite = str_starts_with(row->name, "no-") ? xstrdup(row->name + 3)
							   : xasprintf("no-%s", row->name);
	bool flag = row->kind == OPTION_FLAG && options_row(options, opposite, NULL) == row;
	int (*const sources[])(struct options *, const struct option *, const char *, bool,
		struct error *) = {add_environment, add_config};
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < F2F_COUNT(sources) && !given(options, row); i++) {
		rc = sources[i](options, row, row->name, false, err);
		if (rc == 0 && flag && !given(options, row)) {
			rc = sources[i](options, row, opposite, true, err);
		}
	}
	free(opposite);
	return rc;
}

/**
 * --help and --version are asked for on the line alone: F2F_VERSION is a likely variable of a
 * container.
 */
static bool line_only(const struct option *row) {
	return strcmp(row->name, "help") == 0 || strcmp(row->name, "version") == 0;
}

int options_resolve(struct options *options, struct error *err) {
	const struct option *config = options_row(options, "config", NULL);
	int rc = add_row(options, config, err);
	if (rc == 0) {
		rc = config_load(option_text(options, "config", NULL), &options->config, err);
	}
	for (size_t i = 0; rc == 0 && i < options->table.count; i++) {
		const struct option *row = options->table.items[i];
		if (!given(options, row) && !line_only(row) && row != config) {
			rc = add_row(options, row, err);
		}
	}
	for (size_t i = 0; rc == 0 && i < options->values.count; i++) {
		rc = check_value(&options->values.items[i], err);
	}
	return rc;
}

/* ---- Slips in the environment. */

struct names {
	VEC(char *) items;
};

static void add_twins(struct names *names, const struct option *rows) {
	for (; rows != NULL && rows->name != NULL; rows++) {
		vec_push(&names->items, option_variable(rows->name));
		if (rows->kind == OPTION_FLAG) {
			char *opposite = str_starts_with(rows->name, "no-")
						 ? xstrdup(rows->name + 3)
						 : xasprintf("no-%s", rows->name);
			vec_push(&names->items, option_variable(opposite));
			free(opposite);
		}
	}
}

static void warn_of(const struct names *names, const char *variable) {
	const char *near = NULL;
	for (size_t i = 0; i < names->items.count; i++) {
		size_t distance = str_distance(variable, names->items.items[i]);
		if (distance == 0) {
			return;
		}
		if (distance == 1) {
			near = names->items.items[i];
		}
	}
	if (near != NULL) {
		log_warn("%s is not a variable of f2f; did you mean %s?", variable, near);
	}
}

void options_warn_environment(void) {
	struct names names = {0};
	for (char **entry = environ; *entry != NULL; entry++) {
		if (!str_starts_with(*entry, "F2F_") || strchr(*entry, '=') == NULL) {
			continue;
		}
		if (names.items.count == 0) {
			add_twins(&names, options_global);
			for (size_t i = 0; command_at(i) != NULL; i++) {
				add_twins(&names, command_at(i)->options);
			}
			for (size_t i = 0; i < F2F_COUNT(other_variables); i++) {
				vec_push(&names.items, xstrdup(other_variables[i]));
			}
		}
		char *variable = xmemdup0(*entry, strcspn(*entry, "="));
		warn_of(&names, variable);
		free(variable);
	}
	for (size_t i = 0; i < names.items.count; i++) {
		free(names.items.items[i]);
	}
	vec_finish(&names.items);
}
