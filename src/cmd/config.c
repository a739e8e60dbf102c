#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "cmd/cmd.h"
#include "cmd/model_endpoint.h"
#include "cmd/options.h"
#include "io/config.h"
#include "io/http.h"
#include "io/term.h"

/* Every setting as it would be taken, and who says so. Rows are JSON objects with "name", "value"
 * (null: not set), "origin", and "default" where help names one. */

/** Owned: what help says of the default, up to where that ends; NULL: nothing. */
static char *default_of(const struct option *row) {
	const char *at = row->help != NULL ? strstr(row->help, "default") : NULL;
	if (at == NULL) {
		return NULL;
	}
	at += strlen("default");
	at += strspn(at, ": ");
	// "auto (default), lsp" has it before
	size_t length = strcspn(at, ");");
	return length > 0 ? xmemdup0(at, length) : NULL;
}

/** Of all commands that have it; NULL where they differ. Owned. */
static char *common_default(const char *name, const struct option *row) {
	char *common = default_of(row);
	for (size_t i = 0; command_at(i) != NULL; i++) {
		const struct option *other = command_at(i)->options;
		for (; other != NULL && other->name != NULL; other++) {
			char *own = strcmp(other->name, name) == 0 ? default_of(other) : NULL;
			bool differs = strcmp(other->name, name) == 0 &&
				       (own == NULL || common == NULL || strcmp(own, common) != 0);
			free(own);
			if (differs) {
				free(common);
				common = NULL;
			}
		}
	}
	return common;
}

/** What is printed of a value: addresses without their secrets. Owned. */
static char *shown(const char *value) {
	char *text = strstr(value, "://") != NULL ? http_redact_url(value) : xstrdup(value);
	log_mask(text);
	return text;
}

static json_t *new_row(json_t *rows, const char *name, const char *value, const char *origin) {
	char *text = value != NULL ? shown(value) : NULL;
	json_t *row = json_pack("{s:s, s:s?, s:s}", "name", name, "value", text, "origin", origin);
	json_array_append_new(rows, row);
	free(text);
	return row;
}

/** All items of a list, as f2f.ini has them. Owned; NULL when there is none. */
static char *value_of(const struct options *options, const struct option *row) {
	struct buf text = BUF_INIT(1 << 20);
	for (size_t i = 0; i < options->values.count; i++) {
		const struct option_value *value = &options->values.items[i];
		if (value->option != row) {
			continue;
		}
		if (row->kind != OPTION_LIST) {
			buf_clear(&text); // the last one counts
		}
		buf_appendf(&text, "%s%s", text.len > 0 ? "," : "",
			row->kind != OPTION_FLAG	? value->text
			: strcmp(value->text, "1") == 0 ? "yes"
							: "no");
	}
	char *copy = option_given(options, row->name) ? xstrdup(buf_str(&text)) : NULL;
	buf_finish(&text);
	return copy;
}

static int compare_rows(const void *a, const void *b) {
	const struct option *const *one = a, *const *other = b;
	return strcmp((*one)->name, (*other)->name);
}

static bool is_setting(const struct option *row) {
	static const char *const none[] = {"all", "config", "help", "origin", "version"};
	for (size_t i = 0; i < F2F_COUNT(none); i++) {
		if (strcmp(none[i], row->name) == 0) {
			return strcmp(row->name, "config") == 0;
		}
	}
	return true;
}

static void add_database(const struct options *options, json_t *row) {
	char *path = options_database(options);
	json_object_set_new(row, "default", json_string(path));
	free(path);
}

static void add_settings(const struct options *options, json_t *rows) {
	VEC(const struct option *) sorted = {0};
	for (size_t i = 0; i < options->table.count; i++) {
		if (is_setting(options->table.items[i])) {
			vec_push(&sorted, options->table.items[i]);
		}
	}
	qsort(sorted.items, sorted.count, sizeof(sorted.items[0]), compare_rows);
	for (size_t i = 0; i < sorted.count; i++) {
		const struct option *row = sorted.items[i];
		const char *origin = option_origin(options, row->name);
		char *value = value_of(options, row);
		char *fallback =
			row->kind == OPTION_FLAG ? xstrdup("no") : common_default(row->name, row);
		if (value != NULL && str_ends_with(row->name, "key-env") &&
			!model_key_is_place("api-key-env", value)) {
			free(value);
			value = xstrdup("(hidden)"); // a key where its name belongs
		}
		json_t *object =
			new_row(rows, row->name, value, origin != NULL ? origin : "default");
		if (fallback != NULL) {
			json_object_set_new(object, "default", json_string(fallback));
		}
		if (strcmp(row->name, "db") == 0 && value == NULL) {
			add_database(options, object);
		}
		free(fallback);
		free(value);
	}
	vec_finish(&sorted);
}

/** Of a key only where it is, and whether it is there. */
static void add_key_state(
	const struct options *options, json_t *row, const char *key, const char *value) {
	const char *state = model_key_state(options, key, value);
	if (state == NULL) {
		return;
	}
	if (!model_key_is_place(key, value)) {
		json_object_set_new(row, "value", json_string("(hidden)"));
	}
	json_object_set_new(row, "state", json_string(state));
}

static json_t *section_rows(const struct options *options, const char *section) {
	const struct config *config = options_config(options);
	json_t *rows = json_array();
	const char *key;
	for (size_t i = 0; (key = config_key(config, section, i)) != NULL; i++) {
		const char *value = config_get(config, section, key);
		json_t *row = new_row(rows, key, value, config_origin(config, section, key));
		add_key_state(options, row, key, value);
	}
	return rows;
}

/* ---- For people: what f2f.ini would say, defaults as comments; or a table with origins. */

static void print_row(const json_t *row, bool origins, int width) {
	const char *name = json_string_or(row, "name", "");
	const char *value = json_string_or(row, "value", NULL);
	const char *fallback = json_string_or(row, "default", NULL);
	const char *state = json_string_or(row, "state", NULL);
	if (origins) {
		printf("%-*s  %s = %s%s%s%s\n", width, json_string_or(row, "origin", ""), name,
			value != NULL	   ? value
			: fallback != NULL ? fallback
					   : "",
			state != NULL ? "  (" : "", state != NULL ? state : "",
			state != NULL ? ")" : "");
	} else if (value != NULL) {
		if (state != NULL) {
			printf("# %s\n", state);
		}
		printf("%s = %s\n", name, value);
	} else {
		printf("# %s =%s%s\n", name, fallback != NULL ? " " : "",
			fallback != NULL ? fallback : "");
	}
}

static void widen(const json_t *rows, int *width) {
	size_t i;
	json_t *row;
	json_array_foreach(rows, i, row) {
		int columns = term_columns(json_string_or(row, "origin", ""));
		*width = columns > *width ? columns : *width;
	}
}

static void print_text(const json_t *settings, const json_t *sections, bool origins) {
	int width = 0;
	size_t i;
	const char *name;
	json_t *row, *rows;
	widen(settings, &width);
	json_object_foreach((json_t *)sections, name, rows) {
		widen(rows, &width);
	}
	json_array_foreach(settings, i, row) {
		print_row(row, origins, width);
	}
	json_object_foreach((json_t *)sections, name, rows) {
		printf("\n[%s]\n", name);
		json_array_foreach(rows, i, row) {
			print_row(row, origins, width);
		}
	}
}

static void print_json(json_t *settings, json_t *sections) {
	struct buf out = BUF_INIT(1 << 24);
	json_t *object = json_pack(
		"{s:i, s:O, s:O}", "schema_version", 1, "settings", settings, "sections", sections);
	json_append(&out, object, false);
	puts(buf_str(&out));
	json_decref(object);
	buf_finish(&out);
}

static int run(struct options *options, struct error *err) {
	if (option_argument(options, 0) != NULL) {
		return error_set(err, ERROR_USAGE,
			"config takes no arguments; options of any command may stand behind it");
	}
	json_t *settings = json_array(), *sections = json_object();
	const struct config *config = options_config(options);
	const char *section;
	add_settings(options, settings);
	for (size_t i = 0; (section = config_section(config, "", i)) != NULL; i++) {
		json_object_set_new(sections, section, section_rows(options, section));
	}
	if (option_flag(options, "json")) {
		print_json(settings, sections);
	} else {
		print_text(settings, sections, option_flag(options, "origin"));
	}
	json_decref(settings);
	json_decref(sections);
	return 0;
}

static const struct option options_config_command[] = {
	{"origin", 0, OPTION_FLAG, NULL, "where each value comes from"},
	{"json", 0, OPTION_FLAG, NULL, "one JSON object, with origins and defaults"},
	{0},
};

const struct command cmd_config = {
	.name = "config",
	.synopsis = "[--origin] [OPTION…]",
	.summary = "every setting as it would be taken, and where from",
	.about = "Prints every setting: options of all commands, then the sections of f2f.ini. "
		 "Lines with a # are defaults. Options of any command may be given, and show what "
		 "they would change. Of keys only the place is shown, and whether one is there.\n"
		 "\n"
		 "The first that says something counts: the command line; the option's variable "
		 "(--max-retries: F2F_MAX_RETRIES); --config FILE, or else ./f2f.ini; "
		 "$XDG_CONFIG_HOME/f2f/f2f.ini (~/.config); f2f/f2f.ini in each of "
		 "$XDG_CONFIG_DIRS (/etc/xdg); the default.\n"
		 "\n"
		 "Examples:\n"
		 "  f2f config --origin\n"
		 "  f2f config --json --max-retries 3\n",
	.options = options_config_command,
	.takes_all = true,
	.run = run,
};
