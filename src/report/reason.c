#include "report/reason.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "core/problem.h"
#include "core/stats.h"
#include "report/report.h"
#include "report/report_internal.h"

static const char *const metrics[REASON_METRICS] = {"efficiency", "accuracy", "complete",
	"coverage", "step_efficiency", "step_efficiency_lower", "step_efficiency_upper",
	"vertex_efficiency"};

/* As the columns of table alignment. */
static const char *const labels[ALIGNMENT_LABELS] = {"unparsed", "ambiguous", "wrong_arithmetic",
	"unsupported", "restated", "repeat", "unlisted", "irrelevant", "relevant"};
static const char *const orders[ALIGNMENT_ORDERS] = {"depth_first", "breadth_first", "efficient"};

/* Of one problem: its samples' values of a metric, and how many samples count. */
struct part {
	double sum;
	int64_t count;
};

struct tally {
	char *split;
	char *problem;
	char *subset;
	char *cell;    // "" where the set has none
	int64_t known; // samples with an outcome
	int64_t pending;
	int64_t right;
	int64_t shortest_steps;
	double exhaustive;
	struct part parts[REASON_METRICS];
};

struct building {
	struct report *report;
	struct reason_report *reason;
	const struct report_options *options;
	struct store *store;
	struct error *err;
	struct map *index; // "split/problem" to position + 1
	VEC(struct tally) tallies;
	VEC(const char *) cells; // in the order of reports; borrowed
	VEC(double) tokens;	 // of right answers
	int64_t known;
	int64_t truncated;
	int64_t labels[ALIGNMENT_LABELS];
	struct part distances[ALIGNMENT_ORDERS];
	struct part chances[ALIGNMENT_ORDERS];
	double theorem_tokens; // of right answers with at least one theorem
	int64_t theorems;
};

void reason_report_destroy(struct reason_report *reason) {
	if (reason == NULL) {
		return;
	}
	for (size_t i = 0; i < reason->problems.count; i++) {
		free(reason->problems.items[i].key);
	}
	vec_finish(&reason->problems);
	vec_finish(&reason->cells);
	free(reason->proof_text);
	free(reason->run_proof_text);
	free(reason->shots);
	free(reason->aligner);
	free(reason);
}

const struct score *reason_score(
	const struct report *report, const struct reason_cell *cell, enum reason_metric metric) {
	return &report->scores.items[cell->scores + metric];
}

const char *reason_label_name(size_t label) {
	return labels[label];
}

const char *reason_order_name(size_t order) {
	return orders[order];
}

/* ---- What is stored. */

/* What deriving everything would get; not known where the set has gone meanwhile. */
static int find_baseline(struct building *building, struct tally *tally) {
	const struct report_words *words = building->options->words;
	tally->exhaustive = NAN;
	if (words == NULL) {
		return 0;
	}
	struct problem problem;
	int rc = store_problem_get(
		building->store, tally->split, tally->problem, &problem, building->err);
	if (rc == ERROR_NOT_FOUND) {
		return 0;
	}
	if (rc == 0) {
		if (problem.program != NULL) {
			tally->exhaustive = words->exhaustive(problem.program);
		}
		problem_finish(&problem);
	}
	return rc;
}

static int add_problem(const struct run_problem *problem, void *data) {
	struct building *building = data;
	vec_push(&building->tallies,
		(struct tally){.split = xstrdup(problem->split),
			.problem = xstrdup(problem->problem),
			.subset = xstrdup(problem->subset),
			.cell = xstrdup(problem->cell != NULL ? problem->cell : "")});
	char *key = xasprintf("%s/%s", problem->split, problem->problem);
	map_set(building->index, key, (void *)(uintptr_t)building->tallies.count);
	free(key);
	return 0;
}

static void add_part(struct part *part, double value) {
	if (!isnan(value)) {
		part->sum += value;
		part->count++;
	}
}

static void add_right_text(struct building *building, const struct aligned_sample *sample) {
	const struct alignment_record *alignment = sample->alignment;
	building->reason->right++;
	if (sample->completion_tokens >= 0) {
		vec_push(&building->tokens, (double)sample->completion_tokens);
	}
	if (alignment == NULL) {
		building->reason->unread++;
		return;
	}
	for (size_t i = 0; i < ALIGNMENT_ORDERS; i++) {
		add_part(&building->distances[i], alignment->order_distance[i]);
		add_part(&building->chances[i], alignment->order_chance[i]);
	}
	if (sample->completion_tokens >= 0 && alignment->model_steps > 0) {
		building->theorem_tokens += (double)sample->completion_tokens;
		building->theorems += alignment->model_steps;
	}
}

static void add_text(struct building *building, const struct alignment_record *alignment) {
	struct reason_report *reason = building->reason;
	reason->texts++;
	for (size_t i = 0; i < ALIGNMENT_LABELS; i++) {
		building->labels[i] += alignment->labels[i];
		reason->steps += alignment->labels[i];
	}
	bool others = reason->aligner != NULL && strcmp(reason->aligner, alignment->aligner) != 0;
	if (reason->aligner == NULL || others) {
		free(reason->aligner);
		reason->aligner = xstrdup(others ? "several" : alignment->aligner);
	}
}

/* One known sample's values. A proof whose efficiency is not defined cannot be credited with one:
 * the headline has 0 for it. */
static void add_values(struct tally *tally, bool right, const struct alignment_record *alignment) {
	bool complete = alignment != NULL && alignment->complete;
	struct part *parts = tally->parts;
	double step = right && complete ? alignment->step_efficiency : NAN;
	add_part(&parts[REASON_EFFICIENCY], isnan(step) ? 0 : step);
	add_part(&parts[REASON_ACCURACY], right);
	add_part(&parts[REASON_COMPLETE], complete);
	if (right) {
		add_part(&parts[REASON_COVERAGE], complete);
	}
	if (right && complete) {
		add_part(&parts[REASON_STEP], step);
		add_part(&parts[REASON_STEP_LOWER], alignment->step_efficiency_lower);
		add_part(&parts[REASON_STEP_UPPER], alignment->step_efficiency_upper);
		add_part(&parts[REASON_VERTEX], alignment->vertex_efficiency);
	}
}

static int add_sample(const struct aligned_sample *sample, void *data) {
	struct building *building = data;
	char *key = xasprintf("%s/%s", sample->key.split, sample->key.problem);
	size_t position = (size_t)(uintptr_t)map_get(building->index, key);
	free(key);
	if (position == 0 || sample->key.sample >= building->report->run.samples) {
		return 0;
	}
	struct tally *tally = &building->tallies.items[position - 1];
	if (sample->outcome == OUTCOME_NONE) {
		tally->pending += sample->missing == MISSING_NONE;
		return 0;
	}
	bool right = sample->outcome == OUTCOME_ACCEPTED;
	tally->known++;
	tally->right += right;
	building->known++;
	building->truncated += sample->outcome == OUTCOME_TRUNCATED;
	if (sample->alignment != NULL) {
		tally->shortest_steps = sample->alignment->shortest_steps;
		add_text(building, sample->alignment);
	}
	if (right) {
		add_right_text(building, sample);
	}
	add_values(tally, right, sample->alignment);
	return 0;
}

/* ---- Scores. */

/* What the problems of a cell come to. */
struct summing {
	VEC(double) values;
	VEC(const char *) names;
	struct part failed; // means with what is missing counted as failed, as passed
	struct part passed;
	bool enough; // each problem has a sample
};

static bool belongs(
	const struct tally *tally, const struct report_group *group, const char *cell) {
	return strcmp(tally->split, group->split) == 0 &&
	       (group->subset == NULL || strcmp(tally->subset, group->subset) == 0) &&
	       (cell == NULL || strcmp(tally->cell, cell) == 0);
}

static void sum_problem(struct summing *summing, const struct tally *tally,
	enum reason_metric metric, struct score *score, int64_t samples) {
	const struct part *part = &tally->parts[metric];
	int64_t missing = samples - tally->known - tally->pending;
	score->problems++;
	score->samples += tally->known;
	score->solved += tally->right > 0;
	score->missing += missing;
	score->pending += tally->pending;
	summing->enough = summing->enough && tally->known > 0;
	vec_push(&summing->names, tally->problem);
	if (part->count > 0) {
		vec_push(&summing->values, part->sum / (double)part->count);
	}
	// Where only right answers count, one that failed changes nothing.
	int64_t failing = part->count + (metric < REASON_COVERAGE ? missing : 0);
	int64_t passing = part->count + missing;
	if (failing > 0) {
		add_part(&summing->failed, part->sum / (double)failing);
	}
	if (passing > 0) {
		add_part(&summing->passed, (part->sum + (double)missing) / (double)passing);
	}
}

static double mean_of(const struct part *part) {
	return part->count > 0 ? part->sum / (double)part->count : NAN;
}

/* Whether the metric says anything: a text that no right answer has says nothing of proofs. */
static bool is_read(const struct reason_report *reason, enum reason_metric metric) {
	return metric == REASON_ACCURACY || reason->texts > 0 || reason->right == 0;
}

static void add_score(struct building *building, const struct report_group *group,
	const char *cell, enum reason_metric metric) {
	struct score score = {.value = NAN,
		.low = NAN,
		.high = NAN,
		.missing_as_failed = NAN,
		.missing_as_passed = NAN,
		.k = metric == REASON_EFFICIENCY && cell == NULL};
	struct summing summing = {.enough = true};
	for (size_t i = 0; i < building->tallies.count; i++) {
		const struct tally *tally = &building->tallies.items[i];
		if (belongs(tally, group, cell)) {
			sum_problem(&summing, tally, metric, &score, building->report->run.samples);
		}
	}
	score.n = (int64_t)summing.values.count;
	if (score.pending == 0 && is_read(building->reason, metric)) {
		score.missing_as_failed = mean_of(&summing.failed);
		score.missing_as_passed = mean_of(&summing.passed);
		if (summing.enough && summing.values.count > 0) {
			struct interval interval = stats_mean_interval(
				summing.values.items, summing.values.count, &score.value);
			score.low = interval.low;
			score.high = interval.high;
		}
	}
	score.split = xstrdup(group->split);
	score.subset = xstrdup(group->subset != NULL ? group->subset : "all");
	score.cell = xstrdup(cell == NULL ? "all" : cell);
	score.names = report_hash_names(summing.names.items, summing.names.count);
	snprintf(score.metric, sizeof(score.metric), "%s", metrics[metric]);
	vec_push(&building->report->scores, score);
	vec_finish(&summing.values);
	vec_finish(&summing.names);
}

/* `cell` NULL: all of them. */
static void add_cell(
	struct building *building, const struct report_group *group, const char *cell) {
	struct reason_cell row = {.scores = building->report->scores.count};
	struct part exhaustive = {0};
	bool there = false;
	for (size_t i = 0; i < building->tallies.count; i++) {
		const struct tally *tally = &building->tallies.items[i];
		if (belongs(tally, group, cell)) {
			there = true;
			add_part(&exhaustive, tally->exhaustive);
		}
	}
	if (!there) {
		return;
	}
	row.exhaustive = mean_of(&exhaustive);
	row.exhaustive_problems = exhaustive.count;
	for (int i = 0; i < REASON_METRICS; i++) {
		add_score(building, group, cell, (enum reason_metric)i);
	}
	vec_push(&building->reason->cells, row);
}

/* ---- All of it. */

/* Cells in the order of the generator, then others as they come. */
static void find_cells(struct building *building) {
	const struct report_words *words = building->options->words;
	struct map *seen = map_create();
	const char *cell;
	for (size_t i = 0; words != NULL && (cell = words->cell_at(i)) != NULL; i++) {
		map_set(seen, cell, building);
		vec_push(&building->cells, cell);
	}
	for (size_t i = 0; i < building->tallies.count; i++) {
		cell = building->tallies.items[i].cell;
		if (cell[0] != '\0' && map_set(seen, cell, building) == NULL) {
			vec_push(&building->cells, cell);
		}
	}
	map_destroy(seen, NULL);
}

static int compare_problems(const void *a, const void *b) {
	const struct reason_problem *x = a, *y = b;
	return strcmp(x->key, y->key);
}

static void add_problems(struct building *building) {
	struct reason_report *reason = building->reason;
	for (size_t i = 0; i < building->tallies.count; i++) {
		const struct tally *tally = &building->tallies.items[i];
		vec_push(&reason->problems,
			(struct reason_problem){
				.key = xasprintf("%s/%s", tally->split, tally->problem),
				.step_efficiency = mean_of(&tally->parts[REASON_STEP]),
				.shortest_steps = tally->shortest_steps});
	}
	if (reason->problems.count > 0) {
		qsort(reason->problems.items, reason->problems.count,
			sizeof(*reason->problems.items), compare_problems);
	}
}

static double ratio(double of, double by) {
	return by > 0 ? of / by : NAN;
}

static void add_measures(struct building *building) {
	struct reason_report *reason = building->reason;
	for (size_t i = 0; i < ALIGNMENT_LABELS; i++) {
		reason->labels[i] = ratio((double)building->labels[i], (double)reason->steps);
	}
	for (size_t i = 0; i < ALIGNMENT_ORDERS; i++) {
		reason->order_distance[i] = mean_of(&building->distances[i]);
		reason->order_chance[i] = mean_of(&building->chances[i]);
	}
	reason->median_tokens = stats_median(building->tokens.items, building->tokens.count);
	reason->tokens_per_theorem =
		ratio(building->theorem_tokens, (double)building->theorems);
	reason->truncated = ratio((double)building->truncated, (double)building->known);
}

/* What the run's settings say of its texts. */
static void read_settings(struct building *building) {
	struct reason_report *reason = building->reason;
	json_t *settings = json_loads(building->report->run.settings, 0, NULL);
	reason->run_proof_text = xstrdup(json_string_or(settings, "proof_text", "answer"));
	reason->proof_text = xstrdup(building->options->proof_text != NULL
					     ? building->options->proof_text
					     : reason->run_proof_text);
	reason->shots = xstrdup(json_string_or(settings, "shots", NULL));
	json_decref(settings);
}

int reason_report_build(struct store *store, struct report *report,
	const struct report_options *options, const struct report_group *groups,
	size_t group_count, struct error *err) {
	report->reason = xcalloc(1, sizeof(*report->reason));
	struct building building = {.report = report,
		.reason = report->reason,
		.options = options,
		.store = store,
		.err = err,
		.index = map_create()};
	read_settings(&building);
	int rc = store_run_problems(store, report->run.id, add_problem, &building, err);
	for (size_t i = 0; rc == 0 && i < building.tallies.count; i++) {
		rc = find_baseline(&building, &building.tallies.items[i]);
	}
	rc = rc < 0 ? rc : store_alignments(store, report->run.id, report->reason->proof_text,
				   add_sample, &building, err);
	find_cells(&building);
	for (size_t i = 0; rc == 0 && i < group_count; i++) {
		add_cell(&building, &groups[i], NULL);
		for (size_t j = 0; j < building.cells.count; j++) {
			add_cell(&building, &groups[i], building.cells.items[j]);
		}
	}
	add_problems(&building);
	add_measures(&building);
	for (size_t i = 0; i < building.tallies.count; i++) {
		free(building.tallies.items[i].split);
		free(building.tallies.items[i].problem);
		free(building.tallies.items[i].subset);
		free(building.tallies.items[i].cell);
	}
	vec_finish(&building.tallies);
	vec_finish(&building.cells);
	vec_finish(&building.tokens);
	map_destroy(building.index, NULL);
	return rc;
}
