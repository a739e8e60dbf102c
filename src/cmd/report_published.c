#include "cmd/report_published.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/vec.h"
#include "core/problem.h"
#include "logic/generate.h"
#include "logic/published.h"
#include "logic/solved.h"
#include "store/store.h"

enum { CELLS_MAX = 64 };

/* One cell's sums; the first is of all cells. */
struct row {
	const char *cell;
	int64_t problems;
	int64_t right;
	double precision;
	double recall;
	double precision_conclusions;
	double matched; // share of steps
	int64_t exact;
};

struct right_answer {
	char *split;
	char *problem;
	char *cell;
	int64_t sample;
};

struct table {
	struct store *store;
	struct run_record run;
	bool reasoning;
	struct row rows[CELLS_MAX];
	size_t row_count;
	VEC(struct right_answer) answers;
	const struct right_answer *answer; // the one that is read
	struct error *err;
};

static struct row *row_of(struct table *table, const char *cell) {
	for (size_t i = 1; i < table->row_count; i++) {
		if (cell != NULL && strcmp(table->rows[i].cell, cell) == 0) {
			return &table->rows[i];
		}
	}
	return NULL;
}

static int take_sample(const struct aligned_sample *sample, void *data) {
	struct table *table = data;
	struct row *row = row_of(table, sample->cell);
	table->rows[0].problems++;
	if (row != NULL) {
		row->problems++;
	}
	if (sample->outcome == OUTCOME_ACCEPTED) {
		struct right_answer answer = {
			.split = xstrdup(sample->key.split),
			.problem = xstrdup(sample->key.problem),
			.cell = xstrdup(sample->cell),
			.sample = sample->key.sample,
		};
		vec_push(&table->answers, answer);
	}
	return 0;
}

static void add(struct row *row, const struct published_match *match) {
	row->right++;
	row->precision += match->precision_all;
	row->recall += match->recall;
	row->precision_conclusions += match->precision_conclusions;
	row->exact += match->exact ? 1 : 0;
	row->matched += match->step_count > 0
				? (double)match->matched_steps / (double)match->step_count
				: 0;
}

static int read_attempt(const struct stored_attempt *attempt, void *data) {
	struct table *table = data;
	const char *text = table->reasoning ? attempt->reasoning : attempt->reply;
	struct problem problem = {0};
	struct solved *solved = NULL;
	int rc = store_problem_get(table->store, table->answer->split, table->answer->problem,
		&problem, table->err);
	if (rc == 0 && problem.program != NULL) {
		rc = solved_parse(problem.program, strlen(problem.program), &solved, table->err);
	}
	if (rc == 0 && solved != NULL) {
		struct published_reference *reference = published_reference_create(solved);
		struct published_match match;
		size_t count = 0;
		const struct published_sentence *sentences =
			published_reference_sentences(reference, &count);
		published_align(sentences, count, text != NULL ? text : "",
			text != NULL ? strlen(text) : 0, &match);
		add(&table->rows[0], &match);
		struct row *row = row_of(table, table->answer->cell);
		if (row != NULL) {
			add(row, &match);
		}
		published_match_finish(&match);
		published_reference_destroy(reference);
	}
	solved_destroy(solved);
	problem_finish(&problem);
	return rc;
}

static double mean(const struct row *row, double sum) {
	return row->right > 0 ? sum / (double)row->right : 0;
}

static void print_table(const struct table *table) {
	printf("run %s: the published matcher, means over right answers\n", table->run.id);
	printf("cell           precision  recall  conclusions  matched  exact  right\n");
	for (size_t i = 0; i < table->row_count; i++) {
		const struct row *row = &table->rows[i];
		if (row->problems == 0) {
			continue;
		}
		if (row->right == 0) {
			printf("%-13s          –       –            –        –      –  0/%" PRId64
			       "\n",
				row->cell, row->problems);
			continue;
		}
		printf("%-13s %10.3f %7.3f %12.3f %8.3f %6" PRId64 "  %" PRId64 "/%" PRId64 "\n",
			row->cell, mean(row, row->precision), mean(row, row->recall),
			mean(row, row->precision_conclusions), mean(row, row->matched), row->exact,
			row->right, row->problems);
	}
	printf("precision: of all steps; conclusions: of those that matched one. For comparing\n"
	       "with the paper's tables: see f2f help report for our own reading\n");
}

static json_t *defined(const struct row *row, double sum) {
	return row->right > 0 ? json_real(mean(row, sum)) : json_null();
}

static void print_json(const struct table *table) {
	json_t *rows = json_array();
	for (size_t i = 0; i < table->row_count; i++) {
		const struct row *row = &table->rows[i];
		if (row->problems > 0) {
			json_t *object = json_object();
			json_object_set_new(object, "cell", json_string(row->cell));
			json_object_set_new(object, "samples", json_integer(row->problems));
			json_object_set_new(object, "right", json_integer(row->right));
			json_object_set_new(object, "precision", defined(row, row->precision));
			json_object_set_new(object, "recall", defined(row, row->recall));
			json_object_set_new(object, "precision_conclusions",
				defined(row, row->precision_conclusions));
			json_object_set_new(object, "matched", defined(row, row->matched));
			json_object_set_new(object, "exact", json_integer(row->exact));
			json_array_append_new(rows, object);
		}
	}
	json_t *all = json_pack("{s:i, s:s, s:s, s:o}", "schema_version", 1, "run", table->run.id,
		"aligner", "published", "cells", rows);
	json_dumpf(all, stdout, JSON_COMPACT | JSON_REAL_PRECISION(12));
	putchar('\n');
	json_decref(all);
}

static void finish(struct table *table) {
	for (size_t i = 0; i < table->answers.count; i++) {
		free(table->answers.items[i].split);
		free(table->answers.items[i].problem);
		free(table->answers.items[i].cell);
	}
	vec_finish(&table->answers);
	run_record_finish(&table->run);
}

static int gather(struct table *table, const char *run, const char *proof_text) {
	int rc = store_run_get(table->store, run, &table->run, table->err);
	if (rc < 0) {
		return rc;
	}
	if (strcmp(table->run.task, "reason") != 0) {
		return error_set(table->err, ERROR_USAGE,
			"run %s is not of word problems: --aligner reads proofs in words",
			table->run.id);
	}
	json_t *settings = json_loads(table->run.settings, 0, NULL);
	const char *own = json_string_or(settings, "proof_text", "answer");
	proof_text = proof_text != NULL ? proof_text : own;
	table->reasoning = strcmp(proof_text, "reasoning") == 0;
	rc = store_alignments(
		table->store, table->run.id, proof_text, take_sample, table, table->err);
	json_decref(settings);
	return rc;
}

int report_published(struct store *store, const char *run, const char *proof_text, bool json,
	struct error *err) {
	struct table table = {
		.store = store, .err = err, .rows = {{.cell = "all"}}, .row_count = 1};
	for (size_t i = 0; table.row_count < CELLS_MAX && words_cell_at(i) != NULL; i++) {
		table.rows[table.row_count++] = (struct row){.cell = words_cell_at(i)};
	}
	int rc = gather(&table, run, proof_text);
	for (size_t i = 0; i < table.answers.count && rc == 0; i++) {
		const struct right_answer *answer = &table.answers.items[i];
		struct sample_key key = {
			table.run.id, answer->split, answer->problem, "reason", answer->sample};
		table.answer = answer;
		rc = store_attempt_read(store, &key, read_attempt, &table, err);
	}
	if (rc == 0 && json) {
		print_json(&table);
	} else if (rc == 0) {
		print_table(&table);
	}
	finish(&table);
	return rc;
}
