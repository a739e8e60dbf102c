#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/asset.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "dataset/dataset.h"
#include "io/config.h"
#include "io/term.h"
#include "provider/provider.h"
#include "verifier/verifier.h"

/* Rows are JSON objects with "name" and "summary", and whatever else is known of a kind. */

static void add_row(json_t *rows, const char *name, const char *summary) {
	json_array_append_new(rows, json_pack("{s:s, s:s}", "name", name, "summary", summary));
}

static void add_assets(json_t *rows, const char *folder) {
	const struct asset *asset;
	size_t length = strlen(folder);
	for (size_t i = 0; (asset = asset_at(i)) != NULL; i++) {
		if (str_starts_with(asset->path, folder) &&
			strchr(asset->path + length, '/') == NULL &&
			str_ends_with(asset->path, ".md")) {
			char *name = xmemdup0(
				asset->path + length, strlen(asset->path) - length - strlen(".md"));
			add_row(rows, name, asset->path);
			free(name);
		}
	}
}

/** Only what is there: json_pack would write null. */
static void set_text(json_t *row, const char *key, const char *text) {
	if (text != NULL && text[0] != '\0') {
		json_object_set_new(row, key, json_string(text));
	}
}

static json_t *split_row(const struct dataset *dataset) {
	// 0: as many as the file has that somebody pulls
	json_t *count = dataset->count > 0 ? json_integer(dataset->count) : json_null();
	json_t *row = json_pack("{s:s, s:s, s:s, s:o}", "name", dataset->name, "summary",
		dataset->title, "task", dataset->task, "problems", count);
	set_text(row, "version", dataset->version);
	set_text(row, "toolchain", dataset->toolchain);
	json_t *members = json_array();
	for (size_t i = 0; i < dataset->member_count; i++) {
		json_array_append_new(members, json_string(dataset->members[i]));
	}
	json_object_set_new(row, "members", members);
	return row;
}

static int list_splits(const struct options *options, json_t *rows, struct error *err) {
	const char *name;
	for (size_t i = 0; (name = dataset_name(i)) != NULL; i++) {
		struct dataset *dataset = NULL;
		int rc = dataset_load(name, &dataset, err);
		if (rc < 0) {
			return rc;
		}
		json_array_append_new(rows, split_row(dataset));
		dataset_destroy(dataset);
	}
	return 0;
}

static int list_prompts(const struct options *options, json_t *rows, struct error *err) {
	add_assets(rows, "prompts/");
	return 0;
}

static int list_protocols(const struct options *options, json_t *rows, struct error *err) {
	add_assets(rows, "prompts/protocols/");
	return 0;
}

static void add_sections(const struct options *options, json_t *rows, const char *prefix) {
	const struct config *config = options_config(options);
	const char *name;
	for (size_t i = 0; (name = config_section(config, prefix, i)) != NULL; i++) {
		char *section = xasprintf("%s.%s", prefix, name);
		const char *provider = config_get(config, section, "provider");
		const char *model = config_get(config, section, "model");
		const char *first = config_origin(config, section, config_key(config, section, 0));
		char *summary = xasprintf("%s%s%s (%s)", provider != NULL ? provider : "",
			provider != NULL ? "/" : "", model != NULL ? model : name, first);
		add_row(rows, name, summary);
		set_text(json_array_get(rows, json_array_size(rows) - 1), "provider", provider);
		free(summary);
		free(section);
	}
}

static int list_models(const struct options *options, json_t *rows, struct error *err) {
	add_sections(options, rows, "model");
	const struct provider *provider;
	for (size_t i = 0; (provider = provider_at(i)) != NULL; i++) {
		char *name = xasprintf("%s/…", provider->name);
		add_row(rows, name, provider->summary);
		set_text(json_array_get(rows, json_array_size(rows) - 1), "provider",
			provider->name);
		free(name);
	}
	return 0;
}

static int list_backends(const struct options *options, json_t *rows, struct error *err) {
	const char *name, *summary = "";
	for (size_t i = 0; (name = verifier_backend(i, &summary)) != NULL; i++) {
		add_row(rows, name, summary);
	}
	return 0;
}

static int list_judges(const struct options *options, json_t *rows, struct error *err) {
	add_sections(options, rows, "judge");
	return 0;
}

static const struct kind {
	const char *name;
	int (*list)(const struct options *options, json_t *rows, struct error *err);
} kinds[] = {
	{"splits", list_splits},
	{"models", list_models},
	{"prompts", list_prompts},
	{"protocols", list_protocols},
	{"backends", list_backends},
	{"judges", list_judges},
};

static int find_kind(const char *name, const struct kind **kind_out, struct error *err) {
	const char *names[F2F_COUNT(kinds)];
	for (size_t i = 0; i < F2F_COUNT(kinds); i++) {
		if (name != NULL && strcmp(kinds[i].name, name) == 0) {
			*kind_out = &kinds[i];
			return 0;
		}
		names[i] = kinds[i].name;
	}
	if (name == NULL) {
		return error_set(err, ERROR_USAGE,
			"list what? One of splits, models, prompts, protocols, backends, judges");
	}
	const char *near = str_nearest(name, names, F2F_COUNT(names));
	return error_set(err, ERROR_USAGE, "cannot list \"%s\"%s%s%s", name,
		near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
		near != NULL ? "\"?" : "");
}

static void print_table(const json_t *rows) {
	int width = 0;
	size_t i;
	json_t *row;
	json_array_foreach(rows, i, row) {
		int columns = term_columns(json_string_or(row, "name", ""));
		width = columns > width ? columns : width;
	}
	json_array_foreach(rows, i, row) {
		const char *name = json_string_or(row, "name", "");
		printf("%s%*s  %s\n", name, width - term_columns(name), "",
			json_string_or(row, "summary", ""));
	}
}

static void print_json(const char *kind, json_t *rows) {
	struct buf out = BUF_INIT(1 << 24);
	json_t *object = json_pack("{s:i, s:O}", "schema_version", 1, kind, rows);
	json_append(&out, object, false);
	puts(buf_str(&out));
	json_decref(object);
	buf_finish(&out);
}

static int run(struct options *options, struct error *err) {
	const struct kind *kind = NULL;
	int rc = find_kind(option_argument(options, 0), &kind, err);
	if (rc < 0) {
		return rc;
	}
	if (option_argument(options, 1) != NULL) {
		return error_set(err, ERROR_USAGE, "list takes one kind of thing at a time");
	}
	json_t *rows = json_array();
	rc = kind->list(options, rows, err);
	if (rc == 0 && option_flag(options, "json")) {
		print_json(kind->name, rows);
	} else if (rc == 0) {
		if (json_array_size(rows) == 0) {
			log_info("there are no %s yet", kind->name);
		}
		print_table(rows);
	}
	json_decref(rows);
	return rc;
}

static const struct option options_list[] = {
	{"json", 0, OPTION_FLAG, NULL, "one JSON object on stdout"},
	{0},
};

const struct command cmd_list = {
	.name = "list",
	.synopsis = "splits|models|prompts|protocols|backends|judges [--json]",
	.summary = "problem sets, models, prompts, protocols, Lean backends, judges",
	.about =
		"Lists what can be named in the other commands: problem sets (splits), models that "
		"f2f.ini or the program itself defines, prompts, protocols, the ways to talk to "
		"Lean "
		"(backends), and judges.\n"
		"\n"
		"Examples:\n"
		"  f2f list splits\n"
		"  f2f list models --json\n",
	.options = options_list,
	.run = run,
};
