#include "engine/import.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/vec.h"
#include "core/problem.h"
#include "core/reply_line.h"
#include "dataset/reader.h"
#include "engine/record.h"
#include "engine/sets.h"
#include "store/store.h"

/* A problem of the set, as far as replies need it. */
struct target {
	char *name;
	char *subset;
	char *cell;
	char *family;
	int64_t unnumbered; // replies so far that do not say which sample they are
};

struct item {
	const struct target *target;
	int64_t sample;
	char *where;
	struct completion completion;
};

struct import {
	struct store *store;
	const char *split;
	VEC(struct target *) targets;
	struct map *by_name; // lower case → struct target
	struct map *taken; // "NAME\nSAMPLE" → where
	VEC(struct item) items;
	VEC(char *) unknown;
	size_t elsewhere;
	size_t repaired;
	int64_t samples;
};

static char *lower(const char *text) {
	char *copy = xstrdup(text);
	for (char *c = copy; *c != '\0'; c++) {
		*c = (char)tolower((unsigned char)*c);
	}
	return copy;
}

static int add_target(const struct problem *problem, void *data) {
	struct import *import = data;
	struct target *target = xcalloc(1, sizeof(*target));
	target->name = xstrdup(problem->name);
	target->subset = xstrdup(problem->subset);
	target->cell = xstrdup(problem->cell);
	target->family = xstrdup(problem->family);
	vec_push(&import->targets, target);
	char *key = lower(problem->name);
	map_set(import->by_name, key, target);
	free(key);
	return 0;
}

/* A theorem's name counts where no problem is called that. */
static int add_theorem(const struct problem *problem, void *data) {
	struct import *import = data;
	char *name = lower(problem->name);
	char *theorem = problem->theorem != NULL ? lower(problem->theorem) : NULL;
	if (theorem != NULL && !map_has(import->by_name, theorem)) {
		map_set(import->by_name, theorem, map_get(import->by_name, name));
	}
	free(theorem);
	free(name);
	return 0;
}

int import_create(
	struct store *store, const char *split, struct import **import_out, struct error *err) {
	int rc = sets_ensure_builtin(store, split, err);
	if (rc < 0) {
		return rc;
	}
	struct import *import = xcalloc(1, sizeof(*import));
	import->store = store;
	import->split = split;
	import->by_name = map_create();
	import->taken = map_create();
	rc = store_problems(store, split, NULL, add_target, import, err);
	rc = rc < 0 ? rc : store_problems(store, split, NULL, add_theorem, import, err);
	if (rc < 0) {
		import_destroy(import);
		return rc;
	}
	*import_out = import;
	return 0;
}

void import_destroy(struct import *import) {
	if (import == NULL) {
		return;
	}
	for (size_t i = 0; i < import->targets.count; i++) {
		free(import->targets.items[i]->name);
		free(import->targets.items[i]->subset);
		free(import->targets.items[i]->cell);
		free(import->targets.items[i]->family);
		free(import->targets.items[i]);
	}
	for (size_t i = 0; i < import->items.count; i++) {
		free(import->items.items[i].where);
		completion_finish(&import->items.items[i].completion);
	}
	for (size_t i = 0; i < import->unknown.count; i++) {
		free(import->unknown.items[i]);
	}
	vec_finish(&import->targets);
	vec_finish(&import->items);
	vec_finish(&import->unknown);
	map_destroy(import->by_name, NULL);
	map_destroy(import->taken, NULL);
	free(import);
}

static struct target *find_target(const struct import *import, const char *name) {
	char *written = lower(name);
	char *alias = lower(reader_alias(name));
	struct target *target = map_get(import->by_name, written);
	if (target == NULL) {
		target = map_get(import->by_name, alias);
	}
	free(written);
	free(alias);
	return target;
}

static int add_item(struct import *import, struct target *target, struct reply_line *line,
	const char *where, struct error *err) {
	int64_t sample = line->sample >= 0 ? line->sample : target->unnumbered++;
	char *key = xasprintf("%s\n%" PRId64, target->name, sample);
	const char *before = map_get(import->taken, key);
	int rc = 0;
	if (before != NULL) {
		rc = error_set(err, ERROR_INPUT,
			"%s: sample %" PRId64 " of %s was given by %s already", where, sample,
			target->name, before);
	} else {
		struct item item = {
			.target = target,
			.sample = sample,
			.where = xstrdup(where),
			.completion = line->completion,
		};
		line->completion = (struct completion){0};
		map_set(import->taken, key, item.where);
		import->repaired += item.completion.repaired;
		vec_push(&import->items, item);
		import->samples = sample >= import->samples ? sample + 1 : import->samples;
	}
	free(key);
	return rc;
}

int import_add(
	struct import *import, struct reply_line *line, const char *where, struct error *err) {
	int rc = 0;
	if (line->split != NULL && strcmp(line->split, import->split) != 0) {
		import->elsewhere++;
	} else {
		struct target *target = find_target(import, line->name);
		if (target == NULL) {
			vec_push(&import->unknown, xstrdup(line->name));
		} else {
			rc = add_item(import, target, line, where, err);
		}
	}
	reply_line_finish(line);
	return rc;
}

size_t import_count(const struct import *import) {
	return import->items.count;
}

size_t import_repaired(const struct import *import) {
	return import->repaired;
}

size_t import_elsewhere(const struct import *import) {
	return import->elsewhere;
}

int64_t import_samples(const struct import *import) {
	return import->samples;
}

const char *import_unknown(const struct import *import, size_t index) {
	return index < import->unknown.count ? import->unknown.items[index] : NULL;
}

const char *import_subset(const struct import *import) {
	const char *subset = NULL;
	for (size_t i = 0; i < import->items.count; i++) {
		const char *own = import->items.items[i].target->subset;
		if (own == NULL || (subset != NULL && strcmp(subset, own) != 0)) {
			return NULL;
		}
		subset = own;
	}
	return subset;
}

static int by_problem(const void *a, const void *b) {
	const struct item *left = a;
	const struct item *right = b;
	int order = strcmp(left->target->name, right->target->name);
	return order != 0 ? order : (left->sample > right->sample) - (left->sample < right->sample);
}

static void sort_items(struct import *import) {
	if (import->items.count > 0) {
		qsort(import->items.items, import->items.count, sizeof(*import->items.items),
			by_problem);
	}
}

struct sha256 import_hash(struct import *import) {
	struct sha256_stream *stream = sha256_stream_create();
	sort_items(import);
	for (size_t i = 0; i < import->items.count; i++) {
		const struct item *item = &import->items.items[i];
		const struct completion *completion = &item->completion;
		struct sha256 text = sha256_of(completion->text, strlen(completion->text));
		char *line = xasprintf("%s\n%" PRId64 "\n%s\n%s\n", item->target->name,
			item->sample, text.hex,
			completion->finish_reason != NULL ? completion->finish_reason : "");
		sha256_stream_add(stream, line, strlen(line));
		free(line);
	}
	return sha256_stream_finish(stream);
}

/* ---- Storing. */

static bool is_in(const char *subset, const struct target *target) {
	return strcmp(subset, "all") == 0 ||
	       (target->subset != NULL && strcmp(subset, target->subset) == 0);
}

static int store_item(const struct import *import, const struct run_record *run,
	enum lean_policy policy, const struct item *item, struct error *err) {
	struct problem problem = {0};
	struct recorded recorded = {0};
	int rc = store_problem_get(import->store, import->split, item->target->name, &problem, err);
	if (rc < 0) {
		return rc;
	}
	struct record_context context = {
		.store = import->store,
		.key = {.run = run->id,
			.split = import->split,
			.problem = item->target->name,
			.stage = run->task,
			.sample = item->sample},
		.problem = &problem,
		.policy = policy,
	};
	struct record_reply reply = {
		.completion = &item->completion,
		.note = item->completion.repaired ? "the text was not UTF-8 and was repaired"
						  : NULL,
	};
	rc = record_reply(&context, &reply, &recorded, err);
	if (rc == 0) {
		lean_candidate_finish(&recorded.candidate);
	}
	problem_finish(&problem);
	return rc;
}

int import_store(struct import *import, const struct run_record *run, enum lean_policy policy,
	size_t *stored_out, struct error *err) {
	struct store *store = import->store;
	size_t stored = 0;
	sort_items(import);
	int rc = store_begin(store, err);
	rc = rc < 0 ? rc : store_run_insert(store, run, err);
	for (size_t i = 0; rc == 0 && i < import->targets.count; i++) {
		const struct target *target = import->targets.items[i];
		if (is_in(run->subset, target)) {
			struct run_problem problem = {
				.split = import->split,
				.problem = target->name,
				.subset = target->subset != NULL ? target->subset : "",
				.cell = target->cell,
				.family = target->family,
			};
			rc = store_run_problem_put(store, run->id, &problem, err);
		}
	}
	for (size_t i = 0; rc == 0 && i < import->items.count; i++) {
		const struct item *item = &import->items.items[i];
		if (is_in(run->subset, item->target)) {
			rc = store_item(import, run, policy, item, err);
			stored++;
		}
	}
	rc = rc < 0 ? rc : store_commit(store, err);
	if (rc < 0) {
		store_rollback(store);
		return rc;
	}
	*stored_out = stored;
	return 0;
}
