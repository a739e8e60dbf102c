#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "cmd/options.h"
#include "io/config.h"

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

char *option_opposite(const char *name) {
	return str_starts_with(name, "no-") ? xstrdup(name + 3) : xasprintf("no-%s", name);
}

/* ---- Checks. */

/* No option means a number below 0, and none a larger one: seconds of it are still ns of 64 bits. */
static const double NUMBER_MAX = 1e9;

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
	       strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789-:|_") == strlen(value);
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

static int bad_value(
	const struct option_value *value, const char *what, const char *more, struct error *err) {
	// "--jobs: …" from the line, "--jobs (from F2F_JOBS): …" from elsewhere.
	bool line = value->origin[0] == '-';
	return error_set(err, ERROR_USAGE, "--%s%s%s%s: \"%s\" is %s%s", value->option->name,
		line ? "" : " (from ", line ? "" : value->origin, line ? "" : ")", value->text,
		what, more);
}

static int check_value(const struct option_value *value, struct error *err) {
	const struct option *row = value->option;
	int64_t whole = 0;
	double real = 0;
	switch (row->kind) {
	case OPTION_FLAG:
	case OPTION_LIST:
		return 0;
	case OPTION_TEXT:
		return !is_choice(row->value) || among(row->value, value->text)
			       ? 0
			       : bad_value(value, "not one of ", row->value, err);
	case OPTION_COUNT:
		return str_to_int64(value->text, &whole) && whole >= 0
			       ? 0
			       : bad_value(value, "not a whole number", "", err);
	case OPTION_NUMBER:
		if (!str_to_double(value->text, &real)) {
			return bad_value(value, "not a number", "", err);
		}
		return real >= 0 && real <= NUMBER_MAX
			       ? 0
			       : bad_value(value, "not between 0 and 1000000000", "", err);
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
	char *opposite = option_opposite(row->name);
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
