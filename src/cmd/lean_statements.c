#include "cmd/lean_statements.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "cmd/cmd.h"
#include "cmd/lean_setup.h"
#include "cmd/show_print.h"
#include "cmd/verdict_json.h"
#include "dataset/dataset.h"
#include "engine/plan.h"
#include "engine/preflight.h"
#include "engine/sets.h"
#include "engine/statements.h"
#include "io/loop.h"
#include "store/store.h"

/* Everything it holds. */
struct listing {
	const struct options *options;
	struct store *store;
	struct dataset *dataset;
	const char **splits;
	size_t split_count;
	struct loop *loop;
	struct lean_info lean;
	struct verifier *verifier;
	json_t *rows;
	size_t counts[STATEMENT_UNDECIDED + 1];
	size_t known;
};

static const char *subset_of(const struct options *given) {
	const char *subset = option_text(given, "subset", "all");
	return strcmp(subset, "all") == 0 ? NULL : subset;
}

static int prepare(struct listing *listing, const char *split, struct error *err) {
	int rc = dataset_load(split, &listing->dataset, err);
	if (rc < 0) {
		return rc;
	}
	size_t count = listing->dataset->member_count;
	listing->split_count = count > 0 ? count : 1;
	listing->splits = xcalloc(listing->split_count, sizeof(*listing->splits));
	for (size_t i = 0; i < listing->split_count; i++) {
		listing->splits[i] =
			count > 0 ? listing->dataset->members[i] : listing->dataset->name;
	}
	char *database = options_database(listing->options);
	rc = store_open(database, &(struct store_options){.mode = DB_WRITE}, &listing->store, err);
	free(database);
	for (size_t i = 0; rc == 0 && i < listing->split_count; i++) {
		rc = sets_ensure_builtin(listing->store, listing->splits[i], err);
	}
	return rc;
}

/* The set's Lean, tried under every header of its statements. */
static int open_verifier(struct listing *listing, struct error *err) {
	struct plan_options options = {
		.splits = listing->splits,
		.split_count = listing->split_count,
		.subset = subset_of(listing->options),
		.samples = 1,
	};
	struct plan *plan = NULL;
	char *by = xasprintf("set %s", listing->dataset->name);
	struct lean_wish wish = {listing->dataset->toolchain, by, false};
	struct lean_terms terms = lean_setup_terms(listing->options);
	VEC(const char *) headers = {0};
	listing->loop = loop_create(NULL);
	int rc = plan_create(listing->store, &options, &plan, err);
	for (size_t i = 0; rc == 0 && i < plan_header_count(plan); i++) {
		vec_push(&headers, plan_header(plan, i));
	}
	if (rc == 0 && headers.count == 0) {
		rc = error_set(
			err, ERROR_USAGE, "%s has no formal statements", listing->dataset->name);
	}
	rc = rc < 0 ? rc : lean_setup_find(listing->options, &wish, &listing->lean, err);
	rc = rc < 0 ? rc
		    : lean_setup_open(listing->options, listing->loop, &listing->lean, &terms,
			      &listing->verifier, err);
	rc = rc < 0 ? rc
		    : preflight_headers(
			      listing->loop, listing->verifier, headers.items, headers.count, err);
	vec_finish(&headers);
	plan_destroy(plan);
	free(by);
	return rc;
}

static json_t *lines_of(const char *text) {
	json_t *lines = json_array();
	struct str rest = str_of(text != NULL ? text : ""), line;
	while (str_next_line(&rest, &line)) {
		json_t *value = json_stringn(line.data, line.len);
		json_array_append_new(lines, value != NULL ? value : json_string("?"));
	}
	return lines;
}

static void told(const struct statement_told *told, void *data) {
	struct listing *listing = data;
	listing->counts[told->state]++;
	listing->known += told->known;
	json_array_append_new(listing->rows,
		json_pack("{s:s, s:s, s:s, s:o, s:b, s:o}", "split", told->split, "problem",
			told->problem, "state", statement_state_name(told->state), "messages",
			lines_of(told->messages), "known", told->known, "cpu_s",
			verdict_json_cpu(told->cpu_ns)));
	if (told->state != STATEMENT_SOUND) {
		log_debug(
			"%s/%s: %s", told->split, told->problem, statement_state_name(told->state));
	}
}

/* By split and problem: answers come in any order. */
static int by_name(const void *a, const void *b) {
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
	static const char *const keys[] = {"split", "problem"};
	for (size_t i = 0; i < F2F_COUNT(keys); i++) {
		int order = strcmp(json_string_value(json_object_get(x, keys[i])),
			json_string_value(json_object_get(y, keys[i])));
		if (order != 0) {
			return order;
		}
	}
	return 0;
}

static void sort_rows(struct listing *listing) {
	size_t count = json_array_size(listing->rows);
	VEC(json_t *) rows = {0};
	for (size_t i = 0; i < count; i++) {
		vec_push(&rows, json_incref(json_array_get(listing->rows, i)));
	}
	if (count > 0) {
		qsort(rows.items, count, sizeof(*rows.items), by_name);
	}
	json_array_clear(listing->rows);
	for (size_t i = 0; i < count; i++) {
		json_array_append_new(listing->rows, rows.items[i]);
	}
	vec_finish(&rows);
}

static void print_row(const json_t *row) {
	const char *state = json_string_value(json_object_get(row, "state"));
	const json_t *messages = json_object_get(row, "messages");
	const json_t *message;
	size_t i;
	if (strcmp(state, "sound") == 0) {
		return;
	}
	printf("%-10s %s/%s\n", state, json_string_value(json_object_get(row, "split")),
		json_string_value(json_object_get(row, "problem")));
	json_array_foreach(messages, i, message) {
		fputs("    ", stdout);
		show_text(json_string_value(message), 4);
		putchar('\n');
	}
}

static void print(const struct listing *listing) {
	char *lean = lean_info_label(&listing->lean);
	const size_t *counts = listing->counts;
	if (option_flag(listing->options, "json")) {
		json_t *object = json_pack("{s:i, s:s, s:s, s:s?, s:I, s:I, s:I, s:O}",
			"schema_version", 1, "split", listing->dataset->name, "lean", lean,
			"mathlib", listing->lean.mathlib, "sound", (json_int_t)counts[STATEMENT_SOUND], "broken",
			(json_int_t)counts[STATEMENT_BROKEN], "undecided",
			(json_int_t)counts[STATEMENT_UNDECIDED], "statements", listing->rows);
		verdict_json_line(object);
	} else {
		for (size_t i = 0; i < json_array_size(listing->rows); i++) {
			print_row(json_array_get(listing->rows, i));
		}
		printf("%s on Lean %s: %zu sound, %zu broken, %zu undecided",
			listing->dataset->name, lean, counts[STATEMENT_SOUND],
			counts[STATEMENT_BROKEN], counts[STATEMENT_UNDECIDED]);
		if (listing->known > 0) {
			printf(" (%zu known before; --again asks)", listing->known);
		}
		putchar('\n');
	}
	free(lean);
}

static void finish(struct listing *listing) {
	verifier_close(listing->verifier);
	loop_destroy(listing->loop);
	lean_info_finish(&listing->lean);
	dataset_destroy(listing->dataset);
	free(listing->splits);
	store_close(listing->store);
	json_decref(listing->rows);
}

int lean_statements(const struct options *given, const char *split, struct error *err) {
	struct listing listing = {.options = given, .rows = json_array()};
	int stopped = 0;
	int rc = prepare(&listing, split, err);
	rc = rc < 0 ? rc : open_verifier(&listing, err);
	if (rc == 0) {
		struct statements_options options = {
			.loop = listing.loop,
			.store = listing.store,
			.verifier = listing.verifier,
			.lean = &listing.lean,
			.splits = listing.splits,
			.split_count = listing.split_count,
			.subset = subset_of(given),
			.again = option_flag(given, "again"),
			.told = told,
			.data = &listing,
		};
		rc = statements_check(&options, &stopped, err);
	}
	if (rc == 0 && stopped == 0 && json_array_size(listing.rows) == 0) {
		rc = error_set(err, ERROR_USAGE, "%s has no formal statements", split);
	}
	if (rc == 0) {
		sort_rows(&listing);
		print(&listing);
		rc = stopped == SIGTERM			       ? 143
		     : stopped != 0			       ? 130
		     : listing.counts[STATEMENT_UNDECIDED] > 0 ? 4
							       : 0;
	}
	finish(&listing);
	return rc;
}
