#include <assert.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "cmd/options.h"
#include "io/config.h"

/* The accessors of cmd.h, over values that options_resolve has checked. */

const struct option *options_row(
	const struct options *options, const char *name, bool *negated_out) {
	const struct option *opposite = NULL;
	for (size_t i = 0; i < options->table.count; i++) {
		const struct option *row = options->table.items[i];
		if (strcmp(row->name, name) == 0) {
			if (negated_out != NULL) {
				*negated_out = false;
			}
			return row;
		}
		bool opposed =
			(str_starts_with(name, "no-") && strcmp(name + 3, row->name) == 0) ||
			(str_starts_with(row->name, "no-") && strcmp(row->name + 3, name) == 0);
		if (row->kind == OPTION_FLAG && opposed) {
			opposite = row;
		}
	}
	if (opposite != NULL && negated_out != NULL) {
		*negated_out = true;
	}
	return opposite;
}

void options_add(struct options *options, const struct option *option, const char *text,
	const char *origin) {
	struct option_value value = {
		.option = option, .text = xstrdup(text), .origin = xstrdup(origin)};
	vec_push(&options->values, value);
}

/**
 * The last value wins; NULL when it was not given. Asking for an option that the command does not
 * have is a mistake of ours.
 */
static const struct option_value *find(const struct options *options, const char *name) {
	bool negated = false;
	const struct option *row = options_row(options, name, &negated);
	assert(row != NULL && !negated);
	for (size_t i = options->values.count; i > 0; i--) {
		if (options->values.items[i - 1].option == row) {
			return &options->values.items[i - 1];
		}
	}
	return NULL;
}

bool options_set(const struct options *options, const char *name) {
	for (size_t i = options->values.count; i > 0; i--) {
		const struct option_value *value = &options->values.items[i - 1];
		if (strcmp(value->option->name, name) == 0) {
			return strcmp(value->text, "1") == 0;
		}
	}
	return false;
}

bool options_want_json(const struct options *options, int argc, char *const *argv) {
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--json") == 0) {
			return true;
		}
	}
	return options_set(options, "json");
}

bool option_given(const struct options *options, const char *name) {
	return find(options, name) != NULL;
}

bool option_flag(const struct options *options, const char *name) {
	const struct option_value *value = find(options, name);
	return value != NULL && strcmp(value->text, "1") == 0;
}

const char *option_text(const struct options *options, const char *name, const char *fallback) {
	const struct option_value *value = find(options, name);
	return value != NULL ? value->text : fallback;
}

long long option_count(const struct options *options, const char *name, long long fallback) {
	const struct option_value *value = find(options, name);
	int64_t number = 0;
	return value != NULL && str_to_int64(value->text, &number) ? number : fallback;
}

double option_number(const struct options *options, const char *name, double fallback) {
	const struct option_value *value = find(options, name);
	double number = 0;
	return value != NULL && str_to_double(value->text, &number) ? number : fallback;
}

const char *option_item(const struct options *options, const char *name, size_t index) {
	const struct option *row = options_row(options, name, NULL);
	assert(row != NULL && row->kind == OPTION_LIST);
	for (size_t i = 0; i < options->values.count; i++) {
		if (options->values.items[i].option == row && index-- == 0) {
			return options->values.items[i].text;
		}
	}
	return NULL;
}

const char *option_origin(const struct options *options, const char *name) {
	const struct option_value *value = find(options, name);
	return value != NULL ? value->origin : NULL;
}

int option_one_of(const struct options *options, const char *const *names, size_t count,
	const char **name_out, struct error *err) {
	const char *found = NULL;
	bool typed = false;
	for (size_t i = 0; i < count; i++) {
		if (!option_flag(options, names[i])) {
			continue;
		}
		bool here = str_starts_with(option_origin(options, names[i]), "-");
		if (found != NULL && here == typed) {
			return error_set(err, ERROR_USAGE, "--%s and --%s: give one of them", found,
				names[i]);
		}
		if (found == NULL || here) {
			found = names[i];
			typed = here;
		}
	}
	*name_out = found;
	return 0;
}

const char *option_argument(const struct options *options, size_t index) {
	return index < options->arguments.count ? options->arguments.items[index] : NULL;
}

int option_arguments_end(const struct options *options, size_t most, struct error *err) {
	const char *extra = option_argument(options, most);
	return extra == NULL ? 0
			     : error_set(err, ERROR_USAGE,
				       "%s does not know what to do with \"%s\"; type: f2f help %s",
				       options->command->name, extra, options->command->name);
}

const struct config *options_config(const struct options *options) {
	assert(options->config != NULL);
	return options->config;
}

/** Borrowed from the environment or the user database; NULL when neither knows. */
static const char *home_directory(void) {
	const char *home = getenv("HOME");
	if (home != NULL && home[0] == '/') {
		return home;
	}
	const struct passwd *user = getpwuid(getuid());
	return user != NULL && user->pw_dir[0] == '/' ? user->pw_dir : NULL;
}

char *options_expand_home(const char *path) {
	const char *home = str_starts_with(path, "~/") ? home_directory() : NULL;
	return home != NULL ? path_join(home, path + 2) : xstrdup(path);
}

char *options_database(const struct options *options) {
	const char *given = option_text(options, "db", NULL);
	const char *home = home_directory();
	if (given != NULL) {
		return options_expand_home(given);
	}
	if (file_is_directory("datasets/demo") && file_exists("src/cmd/cmd.h")) {
		return xstrdup("results/f2f.db");
	}
	const char *xdg = getenv("XDG_DATA_HOME");
	if (xdg != NULL && xdg[0] == '/') {
		return path_join(xdg, "f2f/f2f.db");
	}
	return home != NULL ? path_join(home, ".local/share/f2f/f2f.db") : xstrdup("f2f.db");
}
