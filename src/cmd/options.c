#include "cmd/options.h"

#include <popt.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/config.h"

enum { NEGATED = 1 << 16 }; // popt's value of "--no-x" is that of "--x" plus this

const struct option options_global[] = {
	{"db", 0, OPTION_TEXT, "FILE", "the database of problem sets, runs and results"},
	{"config", 0, OPTION_TEXT, "FILE", "read this instead of ./f2f.ini"},
	{"color", 0, OPTION_TEXT, "auto|always|never", "colour on the terminal (default auto)"},
	{"progress", 0, OPTION_TEXT, "auto|plain|none", "how to show progress (default auto)"},
	{"quiet", 'q', OPTION_FLAG, NULL, "say nothing but errors and the result"},
	{"verbose", 'v', OPTION_FLAG, NULL, "say more on stderr"},
	{"help", 'h', OPTION_FLAG, NULL, "show help and exit"},
	{"version", 'V', OPTION_FLAG, NULL, "show version and commit and exit"},
	{0},
};

static void add_rows(struct options *options, const struct option *rows) {
	for (; rows != NULL && rows->name != NULL; rows++) {
		vec_push(&options->table, rows);
	}
}

/** Of several commands' rows with one name that one which takes most values. */
static void add_others(struct options *options, const struct option *rows) {
	for (; rows != NULL && rows->name != NULL; rows++) {
		const struct option **known = NULL;
		for (size_t i = 0; i < options->table.count && known == NULL; i++) {
			if (strcmp(options->table.items[i]->name, rows->name) == 0) {
				known = &options->table.items[i];
			}
		}
		if (known == NULL) {
			vec_push(&options->table, rows);
		} else if ((*known)->value != NULL && rows->value != NULL &&
			   strlen(rows->value) > strlen((*known)->value)) {
			*known = rows;
		}
	}
}

/* ---- Before popt: '_' for '-', and where the command is. */

static const struct option *row_of_letter(const struct options *options, char letter) {
	for (size_t i = 0; i < options->table.count; i++) {
		if (options->table.items[i]->letter == letter) {
			return options->table.items[i];
		}
	}
	return NULL;
}

static bool takes_value(const struct option *row) {
	return row != NULL && row->kind != OPTION_FLAG;
}

/** Whether the word after this one, an option, is its value. */
static bool wants_next(const struct options *options, const char *word) {
	if (word[1] == '-') {
		return strchr(word, '=') == NULL &&
		       takes_value(options_row(options, word + 2, NULL));
	}
	for (const char *letter = word + 1; *letter != '\0'; letter++) {
		if (takes_value(row_of_letter(options, *letter))) {
			return letter[1] == '\0';
		}
	}
	return false;
}

static bool is_option(const char *word) {
	return word[0] == '-' && word[1] != '\0';
}

/** Owned copy of a word that is no value: '_' becomes '-' in the name of a long option. */
static char *normalised(const char *word) {
	char *copy = xstrdup(word);
	if (copy[0] == '-' && copy[1] == '-') {
		for (char *c = copy; *c != '\0' && *c != '='; c++) {
			*c = *c == '_' ? '-' : *c;
		}
	}
	return copy;
}

static void words_finish(char **words, size_t count) {
	for (size_t i = 0; i < count; i++) {
		free(words[i]);
	}
	free(words);
}

/**
 * Owned copies of argv, names normalised by the options known so far; *first_out is the first word
 * that is no option, or argc.
 */
static char **normalise(
	const struct options *options, int argc, char *const *argv, int *first_out) {
	char **words = xcalloc((size_t)argc + 1, sizeof(*words));
	bool value = false, rest = false;
	*first_out = argc;
	for (int i = 0; i < argc; i++) {
		bool is_name = i > 0 && !value && !rest;
		bool is_value = value;
		value = false;
		words[i] = is_name ? normalised(argv[i]) : xstrdup(argv[i]);
		if (i == 0 || is_value) {
			continue;
		}
		if (is_name && strcmp(words[i], "--") == 0) {
			rest = true;
		} else if (is_name && is_option(words[i])) {
			value = wants_next(options, words[i]);
		} else if (*first_out == argc) {
			*first_out = i;
		}
	}
	return words;
}

/* ---- popt. */

static struct poptOption *popt_table(const struct options *options, char ***names_out) {
	size_t count = options->table.count;
	struct poptOption *table = xcalloc(2 * count + 1, sizeof(*table));
	char **names = xcalloc(count + 1, sizeof(*names));
	size_t rows = 0;
	for (size_t i = 0; i < count; i++) {
		const struct option *row = options->table.items[i];
		bool flag = row->kind == OPTION_FLAG;
		table[rows++] = (struct poptOption){.longName = row->name,
			.shortName = row->letter,
			.argInfo = flag ? POPT_ARG_NONE : POPT_ARG_STRING,
			.val = (int)i + 1};
		names[i] = option_opposite(row->name);
		if (flag && options_row(options, names[i], NULL) == row) {
			table[rows++] = (struct poptOption){.longName = names[i],
				.argInfo = POPT_ARG_NONE,
				.val = NEGATED + (int)i + 1};
		}
	}
	*names_out = names;
	return table;
}

/** Asked for by everybody who comes from another tool; its value is never repeated. */
static bool is_key_option(const char *name) {
	static const char *const names[] = {
		"api-key", "apikey", "api-token", "auth-token", "key", "openai-api-key", "token"};
	for (size_t i = 0; i < F2F_COUNT(names); i++) {
		if (strcmp(name, names[i]) == 0) {
			return true;
		}
	}
	return false;
}

static int unknown_option(const struct options *options, const char *word, struct error *err) {
	size_t dashes = strspn(word, "-");
	size_t length = strcspn(word, "=");
	char *name = xmemdup0(word + dashes, length - (dashes < length ? dashes : length));
	VEC(const char *) names = {0};
	for (size_t i = 0; i < options->table.count; i++) {
		vec_push(&names, options->table.items[i]->name);
	}
	const char *near = str_nearest(name, names.items, names.count);
	vec_finish(&names);
	bool key = is_key_option(name);
	free(name);
	if (key) {
		return error_set(err, ERROR_USAGE,
			"there is no %.*s: everybody on a machine can read command lines; put the "
			"key into a variable and give its name (--api-key-env NAME), or into a "
			"file of mode 600 (api-key-file = PATH in f2f.ini)",
			(int)length, word);
	}
	const char *command = options->command != NULL ? options->command->name : NULL;
	if (near != NULL) {
		return error_set(err, ERROR_USAGE, "unknown option %.*s; did you mean --%s?",
			(int)length, word, near);
	}
	return error_set(err, ERROR_USAGE,
		"unknown option %.*s; \"f2f help%s%s\" lists the options", (int)length, word,
		command != NULL ? " " : "", command != NULL ? command : "");
}

static int popt_failed(
	const struct options *options, poptContext context, int code, struct error *err) {
	const char *word = poptBadOption(context, POPT_BADOPTION_NOALIAS);
	int length = (int)strcspn(word, "=");
	switch (code) {
	case POPT_ERROR_BADOPT:
		return unknown_option(options, word, err);
	case POPT_ERROR_NOARG:
		return error_set(err, ERROR_USAGE, "option %.*s needs a value", length, word);
	case POPT_ERROR_UNWANTEDARG:
		return error_set(err, ERROR_USAGE, "option %.*s takes no value", length, word);
	default:
		return error_set(
			err, ERROR_USAGE, "option %.*s: %s", length, word, poptStrerror(code));
	}
}

/** `words` without the command's name. */
static int parse_line(struct options *options, char *const *words, int count, struct error *err) {
	char **names = NULL;
	struct poptOption *table = popt_table(options, &names);
	poptContext context = poptGetContext("f2f", count, (const char **)words, table, 0);
	int code;
	while ((code = poptGetNextOpt(context)) > 0) {
		const struct option *row = options->table.items[(code & (NEGATED - 1)) - 1];
		char *text = poptGetOptArg(context);
		char *origin = xasprintf("--%s", row->name);
		options_add(options, row,
			text != NULL		? text
			: (code & NEGATED) != 0 ? "0"
						: "1",
			origin);
		free(origin);
		free(text);
	}
	int rc = code < -1 ? popt_failed(options, context, code, err) : 0;
	const char **rest = rc == 0 ? poptGetArgs(context) : NULL;
	for (; rest != NULL && *rest != NULL; rest++) {
		vec_push(&options->arguments, xstrdup(*rest));
	}
	poptFreeContext(context);
	words_finish(names, options->table.count);
	free(table);
	return rc;
}

int options_parse(int argc, char *const *argv, struct options **options_out, struct error *err) {
	struct options *options = xcalloc(1, sizeof(*options));
	*options_out = options;
	int first = 0, rc = 0;
	add_rows(options, options_global);
	char **words = normalise(options, argc, argv, &first);
	if (first < argc) {
		rc = command_need(words[first], &options->command, err);
	}
	words_finish(words, (size_t)argc);
	if (rc < 0) {
		return rc;
	}
	options->table.count = 0;
	if (options->command != NULL) {
		add_rows(options, options->command->options);
	}
	add_rows(options, options_global);
	for (size_t i = 0; options->command != NULL && options->command->takes_all; i++) {
		if (command_at(i) == NULL) {
			break;
		}
		add_others(options, command_at(i)->options);
	}
	int unused = 0;
	words = normalise(options, argc, argv, &unused);
	if (first < argc) {
		free(words[first]);
		memmove(&words[first], &words[first + 1], (size_t)(argc - first) * sizeof(*words));
	}
	int count = first < argc ? argc - 1 : argc;
	rc = parse_line(options, words, count, err);
	words_finish(words, (size_t)count);
	return rc;
}

void options_destroy(struct options *options) {
	if (options == NULL) {
		return;
	}
	for (size_t i = 0; i < options->values.count; i++) {
		free(options->values.items[i].text);
		free(options->values.items[i].origin);
	}
	words_finish(options->arguments.items, options->arguments.count);
	vec_finish(&options->values);
	vec_finish(&options->table);
	config_destroy(options->config);
	free(options);
}
