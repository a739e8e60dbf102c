#include "engine/pull_plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/pull_local.h"
#include "engine/sets.h"
#include "io/http.h"
#include "store/store.h"

enum { NAMES_MAX = 4096 };

static int add_set(struct pull_plan *plan, const char *name, struct error *err) {
	for (size_t i = 0; i < plan->sets.count; i++) {
		if (strcmp(plan->sets.items[i].dataset->name, name) == 0) {
			return 0;
		}
	}
	struct dataset *dataset = NULL;
	int rc = dataset_load(name, &dataset, err);
	if (rc < 0) {
		return rc;
	}
	if (dataset->member_count == 0) {
		struct pull_set set = {.dataset = dataset};
		vec_push(&plan->sets, set);
		return 0;
	}
	for (size_t i = 0; rc == 0 && i < dataset->member_count; i++) {
		rc = add_set(plan, dataset->members[i], err);
	}
	dataset_destroy(dataset);
	return rc;
}

static bool is_published(const struct dataset *dataset) {
	for (size_t i = 0; i < dataset->source_count; i++) {
		if (dataset->sources[i].unpublished != NULL) {
			return false;
		}
	}
	return true;
}

/* What would only fail is left out: it has to be named. */
static int add_all_with_sources(struct pull_plan *plan, struct error *err) {
	int rc = 0;
	const char *name;
	for (size_t i = 0; rc == 0 && (name = dataset_name(i)) != NULL; i++) {
		struct dataset *dataset = NULL;
		rc = dataset_load(name, &dataset, err);
		if (rc == 0 && dataset->source_count > 0 && is_published(dataset)) {
			rc = add_set(plan, name, err);
		}
		dataset_destroy(dataset);
	}
	return rc;
}

struct pull_source *pull_plan_source(
	struct pull_plan *plan, const struct dataset_source *manifest) {
	for (size_t i = 0; i < plan->sources.count; i++) {
		const struct dataset_source *known = plan->sources.items[i].manifest;
		if (strcmp(known->name, manifest->name) == 0 &&
			strcmp(known->commit, manifest->commit) == 0) {
			return &plan->sources.items[i];
		}
	}
	struct pull_source source = {
		.manifest = manifest, .url = manifest->url, .local = BUF_INIT(PULL_LOCAL_MAX)};
	vec_push(&plan->sources, source);
	return &plan->sources.items[plan->sources.count - 1];
}

static void add_sources(struct pull_plan *plan) {
	for (size_t i = 0; i < plan->sets.count; i++) {
		const struct dataset *dataset = plan->sets.items[i].dataset;
		for (size_t j = 0; j < dataset->source_count; j++) {
			pull_plan_source(plan, &dataset->sources[j]);
		}
	}
}

static void add_paths(struct pull_plan *plan, const struct dataset_source *manifest) {
	struct pull_source *source = pull_plan_source(plan, manifest);
	for (size_t i = 0; i < manifest->file_count; i++) {
		bool known = false;
		for (size_t j = 0; j < source->paths.count; j++) {
			known = known ||
				strcmp(source->paths.items[j], manifest->files[i].path) == 0;
		}
		if (!known) {
			vec_push(&source->paths, manifest->files[i].path);
		}
	}
}

/*
 * "v2s=…" names a source when what stands before the sign could be one: URLs may hold '=' too, but
 * after a '/' or ':'.
 */
static size_t source_length(const char *from) {
	size_t length = strcspn(from, "=/:@?");
	return from[length] == '=' && length > 0 ? length : 0;
}

static void source_names(const struct pull_plan *plan, struct buf *out) {
	for (size_t i = 0; i < plan->sources.count; i++) {
		buf_appendf(out, "%s%s", i > 0 ? ", " : "", plan->sources.items[i].manifest->name);
	}
}

static int no_such_source(const struct pull_plan *plan, const char *name, struct error *err) {
	struct buf names = BUF_INIT(NAMES_MAX);
	source_names(plan, &names);
	int rc = names.len > 0 ? error_set(err, ERROR_USAGE,
					 "--from: no source \"%s\" here; there is: %s", name,
					 buf_str(&names))
			       : error_set(err, ERROR_USAGE, "--from: nothing here has a source");
	buf_finish(&names);
	return rc;
}

static int set_url(struct pull_source *source, const char *url, struct error *err) {
	if (url[0] == '\0') {
		return error_set(err, ERROR_USAGE, "--from: no URL for %s", source->manifest->name);
	}
	if (source->from) {
		return error_set(
			err, ERROR_USAGE, "--from: two URLs for %s", source->manifest->name);
	}
	source->url = url;
	source->from = true;
	return 0;
}

static int apply_from(struct pull_plan *plan, const char *from, struct error *err) {
	size_t length = source_length(from);
	if (length == 0) {
		if (plan->sources.count == 1) {
			return set_url(&plan->sources.items[0], from, err);
		}
		struct buf names = BUF_INIT(NAMES_MAX);
		source_names(plan, &names);
		int rc = error_set(err, ERROR_USAGE,
			"--from %s: say which source it stands for: SOURCE=URL with %s", from,
			names.len > 0 ? buf_str(&names) : "a set that has one");
		buf_finish(&names);
		return rc;
	}
	char *name = xmemdup0(from, length);
	int rc = ERROR_NOT_FOUND;
	for (size_t i = 0; i < plan->sources.count; i++) {
		struct pull_source *source = &plan->sources.items[i];
		if (strcmp(source->manifest->name, name) == 0) {
			rc = set_url(source, from + length + 1, err);
		}
	}
	if (rc == ERROR_NOT_FOUND) {
		rc = no_such_source(plan, name, err);
	}
	free(name);
	return rc;
}

/*
 * The hash that the store would hold if all files were what the manifest says; false when it does
 * not say.
 */
static bool manifest_hash(const struct dataset *dataset, struct sha256 *hash_out) {
	VEC(struct set_file) files = {0};
	bool known = true;
	for (size_t i = 0; i < dataset->source_count; i++) {
		for (size_t j = 0; j < dataset->sources[i].file_count; j++) {
			const struct dataset_file *file = &dataset->sources[i].files[j];
			known = known && file->sha256 != NULL;
			struct set_file one = {.path = file->path, .sha256 = file->sha256};
			vec_push(&files, one);
		}
	}
	if (known) {
		*hash_out = sets_hash(files.items, files.count);
	}
	vec_finish(&files);
	return known;
}

/* `given`: a file of the user's own, which is looked at even when the set is there. */
static int look_up(struct store *store, struct pull_set *set, bool force, bool given,
	struct error *err) {
	struct set_record record = {0};
	bool found = false;
	int rc = store_set_get(store, set->dataset->name, &record, &found, err);
	if (rc < 0) {
		return rc;
	}
	struct sha256 hash;
	bool same = found;
	if (found && manifest_hash(set->dataset, &hash)) {
		same = strcmp(hash.hex, record.hash) == 0;
	}
	if (found) {
		set->there = xstrdup(record.hash);
		set->problems = record.problems;
		set_record_finish(&record);
	}
	set->needed = set->dataset->source_count > 0 && (force || !same || given);
	return 0;
}

int pull_plan_make(const struct pull_options *options, struct pull_plan *plan, struct error *err) {
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < options->set_count; i++) {
		rc = add_set(plan, options->sets[i], err);
	}
	if (rc == 0 && options->set_count == 0) {
		rc = add_all_with_sources(plan, err);
	}
	if (rc < 0) {
		return rc;
	}
	add_sources(plan);
	for (size_t i = 0; rc == 0 && i < options->from_count; i++) {
		rc = apply_from(plan, options->from[i], err);
	}
	for (size_t i = 0; rc == 0 && i < plan->sets.count; i++) {
		struct pull_set *set = &plan->sets.items[i];
		bool given = !is_published(set->dataset) &&
			     pull_plan_source(plan, &set->dataset->sources[0])->from;
		rc = look_up(options->store, set, options->force, given, err);
		for (size_t j = 0; rc == 0 && set->needed && j < set->dataset->source_count; j++) {
			add_paths(plan, &set->dataset->sources[j]);
		}
	}
	for (size_t i = 0; i < plan->sources.count; i++) {
		plan->sources.items[i].shown = http_redact_url(plan->sources.items[i].url);
	}
	return rc;
}

void pull_plan_finish(struct pull_plan *plan) {
	for (size_t i = 0; i < plan->sources.count; i++) {
		git_fetch_destroy(plan->sources.items[i].fetch);
		vec_finish(&plan->sources.items[i].paths);
		free(plan->sources.items[i].shown);
		free(plan->sources.items[i].file.path);
		buf_finish(&plan->sources.items[i].local);
	}
	for (size_t i = 0; i < plan->sets.count; i++) {
		dataset_destroy(plan->sets.items[i].dataset);
		free(plan->sets.items[i].there);
	}
	vec_finish(&plan->sources);
	vec_finish(&plan->sets);
}
