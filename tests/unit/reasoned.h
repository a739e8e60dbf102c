#ifndef F2F_TESTS_UNIT_REASONED_H
#define F2F_TESTS_UNIT_REASONED_H

#include "stored.h"

#include <math.h>
#include <stdio.h>

#include "core/completion.h"
#include "core/problem.h"
#include "report/reason.h"
#include "report/report.h"

/* Runs of word problems, filled by hand, and their reports. */

static inline void put_words_run(const char *id, int64_t samples, const char *settings) {
	struct run_record run = {.id = (char *)id,
		.created_ns = 1,
		.state = "finished",
		.model = "openai/m",
		.split = "words",
		.subset = "test",
		.task = "reason",
		.samples = samples,
		.settings = (char *)settings,
		.manifest = "{}"};
	CHECK_OK(store_run_insert(store, &run, &err));
}

static inline void put_in_cell(const char *run, const char *name, const char *cell) {
	struct run_problem problem = {
		.split = "words", .problem = name, .subset = "test", .cell = cell};
	CHECK_OK(store_run_problem_put(store, run, &problem, &err));
}

static inline int64_t put_outcome(const char *run, const char *name, int64_t sample,
	enum outcome outcome, enum missing missing) {
	struct completion completion;
	completion_init(&completion);
	completion.completion_tokens = 100 + 10 * sample;
	struct sample_record record = {
		.key = {run, "words", name, "reason", sample},
		.outcome = outcome,
		.reason = outcome == OUTCOME_REJECTED ? REASON_ERROR : REASON_NONE,
		.missing = missing,
		.completion = missing == MISSING_NONE ? &completion : NULL,
		.attempts = 1,
	};
	int64_t id = 0;
	CHECK_OK(store_sample_put(store, &record, &id, &err));
	completion_finish(&completion);
	return id;
}

/* A text that holds a proof of `own` steps where 3 would do, and `unread` steps more. */
static inline struct alignment_record proof_of(int64_t own, int64_t unread) {
	return (struct alignment_record){
		.proof_text = "answer",
		.aligner = "f2f/1",
		.answer_correct = true,
		.complete = true,
		.shortest_steps = 3,
		.shortest_vertices = 6,
		.model_steps = own,
		.model_vertices = 2 * own,
		.inside_steps = 3,
		.step_efficiency = 3.0 / (double)own,
		.step_efficiency_lower = 3.0 / (double)(own + unread),
		.step_efficiency_upper = 3.0 / (double)own,
		.vertex_efficiency = 6.0 / (2.0 * (double)own),
		.order_distance = {0.25, 0.5, NAN},
		.order_chance = {0.75, 0.75, NAN},
		.labels = {[0] = unread, [7] = own - 3, [8] = 3},
	};
}

/* One without a proof: a single step that could not be read. */
static inline struct alignment_record chatter(void) {
	return (struct alignment_record){
		.proof_text = "answer",
		.aligner = "f2f/1",
		.shortest_steps = 3,
		.shortest_vertices = 6,
		.step_efficiency = NAN,
		.step_efficiency_lower = NAN,
		.step_efficiency_upper = NAN,
		.vertex_efficiency = NAN,
		.order_distance = {NAN, NAN, NAN},
		.order_chance = {NAN, NAN, NAN},
		.labels = {[0] = 1},
	};
}

static inline void put_proof(const char *run, const char *name, int64_t sample,
	enum outcome outcome, struct alignment_record alignment) {
	int64_t id = put_outcome(run, name, sample, outcome, MISSING_NONE);
	CHECK_OK(store_alignment_put(store, id, &alignment, &err));
}

/* trees/both: a right in 3 steps (1), b right in 6 with 2 unread (1/2; lower 3/8), c right without
 * a proof, d wrong but with a proof in 4; base: e right in 4 (3/4). */
static inline void put_five(const char *run) {
	put_in_cell(run, "b", "trees/both");
	put_in_cell(run, "a", "trees/both");
	put_in_cell(run, "c", "trees/both");
	put_in_cell(run, "d", "trees/both");
	put_in_cell(run, "e", "base");
	put_proof(run, "a", 0, OUTCOME_ACCEPTED, proof_of(3, 0));
	put_proof(run, "b", 0, OUTCOME_ACCEPTED, proof_of(6, 2));
	put_proof(run, "c", 0, OUTCOME_ACCEPTED, chatter());
	put_proof(run, "d", 0, OUTCOME_REJECTED, proof_of(4, 0));
	put_proof(run, "e", 0, OUTCOME_ACCEPTED, proof_of(4, 0));
}

static inline const char *cell_at(size_t index) {
	static const char *const cells[] = {"base", "axiom/none", "trees/both"};
	return index < F2F_COUNT(cells) ? cells[index] : NULL;
}

/* A stand-in for the solver: a program is its baseline. */
static inline double exhaustive(const char *program) {
	return strcmp(program, "none") == 0 ? NAN : strtod(program, NULL);
}

static const struct report_words words = {.exhaustive = exhaustive, .cell_at = cell_at};

static inline struct report *built(const char *run, const char *proof_text) {
	struct report_options options = {.proof_text = proof_text, .words = &words};
	struct report *report = NULL;
	CHECK_OK(report_build(store, run, &options, &report, &err));
	return report;
}

static inline const struct score *score_of(
	const struct report *report, const char *cell, const char *metric) {
	for (size_t i = 0; i < report->scores.count; i++) {
		const struct score *score = &report->scores.items[i];
		if (strcmp(score->cell, cell) == 0 && strcmp(score->metric, metric) == 0) {
			return score;
		}
	}
	ck_abort_msg("no %s of %s", metric, cell);
	return NULL;
}

#define CHECK_VALUE(got, expected) ck_assert_double_eq_tol(got, expected, 1e-12)

static inline void check_score(const struct report *report, const char *cell, const char *metric,
	double value, int64_t n) {
	const struct score *score = score_of(report, cell, metric);
	ck_assert_msg(fabs(score->value - value) < 1e-12, "%s of %s: %f, not %f", metric, cell,
		score->value, value);
	ck_assert_msg(score->low <= value && value <= score->high, "%s of %s", metric, cell);
	ck_assert_int_eq(score->n, n);
}

static inline void check_unknown(
	const struct report *report, const char *cell, const char *metric, int64_t n) {
	const struct score *score = score_of(report, cell, metric);
	ck_assert_msg(isnan(score->value) && isnan(score->low) && isnan(score->high),
		"%s of %s: %f", metric, cell, score->value);
	ck_assert_int_eq(score->n, n);
}

#endif
