#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "core/stats.h"
#include "report/checks.h"
#include "report/reason.h"
#include "report/report.h"
#include "report/report_internal.h"

/* One (split, problem) of a run. */
struct tally {
	char *split;
	char *problem;
	char *subset;
	int64_t accepted;
	int64_t known; // samples with an outcome
	int64_t pending;
	int64_t rows;
};

struct building {
	struct report *report;
	struct map *index; // "split/problem" to position + 1
	VEC(struct tally) tallies;
	VEC(struct report_group) groups; // texts borrowed from tallies
	struct map *outcomes; // words to position + 1
};

void report_destroy(struct report *report) {
	if (report == NULL) {
		return;
	}
	for (size_t i = 0; i < report->scores.count; i++) {
		free(report->scores.items[i].split);
		free(report->scores.items[i].subset);
		free(report->scores.items[i].cell);
	}
	for (size_t i = 0; i < report->outcomes.count; i++) {
		free(report->outcomes.items[i].words);
	}
	vec_finish(&report->scores);
	vec_finish(&report->outcomes);
	checks_finish(report);
	reason_report_destroy(report->reason);
	run_record_finish(&report->run);
	free(report);
}

static int add_problem(const struct run_problem *problem, void *data) {
	struct building *building = data;
	vec_push(&building->tallies, (struct tally){.split = xstrdup(problem->split),
					     .problem = xstrdup(problem->problem),
					     .subset = xstrdup(problem->subset)});
	char *key = xasprintf("%s/%s", problem->split, problem->problem);
	map_set(building->index, key, (void *)(uintptr_t)building->tallies.count);
	free(key);
	return 0;
}

static void count_outcome(
	struct building *building, const char *kind, const char *detail, int64_t count) {
	char *words = detail[0] != '\0' ? xasprintf("%s: %s", kind, detail) : xstrdup(kind);
	size_t position = (size_t)(uintptr_t)map_get(building->outcomes, words);
	if (position == 0) {
		vec_push(&building->report->outcomes, (struct outcome_count){xstrdup(words), 0});
		position = building->report->outcomes.count;
		map_set(building->outcomes, words, (void *)(uintptr_t)position);
	}
	building->report->outcomes.items[position - 1].count += count;
	free(words);
}

static int add_sample(const struct sample_state *state, void *data) {
	struct building *building = data;
	char *key = xasprintf("%s/%s", state->key.split, state->key.problem);
	size_t position = (size_t)(uintptr_t)map_get(building->index, key);
	free(key);
	if (position == 0 || state->key.sample >= building->report->run.samples) {
		return 0;
	}
	struct tally *tally = &building->tallies.items[position - 1];
	tally->rows++;
	if (state->outcome != OUTCOME_NONE) {
		tally->known++;
		tally->accepted += state->outcome == OUTCOME_ACCEPTED;
		count_outcome(building, outcome_name(state->outcome),
			reject_reason_name(state->reason), 1);
	} else if (state->missing != MISSING_NONE) {
		count_outcome(building, "missing", missing_name(state->missing), 1);
	} else {
		tally->pending++;
		count_outcome(building, "pending", "", 1);
	}
	return 0;
}

/* ---- Scores. */

static int compare_names(const void *a, const void *b) {
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool belongs(const struct tally *tally, const char *split, const char *subset) {
	return strcmp(tally->split, split) == 0 &&
	       (subset == NULL || strcmp(tally->subset, subset) == 0);
}

struct sha256 report_hash_names(const char **names, size_t count) {
	if (count > 0) {
		qsort(names, count, sizeof(*names), compare_names);
	}
	struct sha256_stream *stream = sha256_stream_create();
	for (size_t i = 0; i < count; i++) {
		sha256_stream_add(stream, names[i], strlen(names[i]));
		sha256_stream_add(stream, "\n", 1);
	}
	return sha256_stream_finish(stream);
}

static struct sha256 hash_names(
	const struct building *building, const char *split, const char *subset) {
	VEC(const char *) names = {0};
	for (size_t i = 0; i < building->tallies.count; i++) {
		if (belongs(&building->tallies.items[i], split, subset)) {
			vec_push(&names, building->tallies.items[i].problem);
		}
	}
	struct sha256 hash = report_hash_names(names.items, names.count);
	vec_finish(&names);
	return hash;
}

static void add_score(struct building *building, const char *split, const char *subset, int64_t k) {
	struct report *report = building->report;
	int64_t samples = report->run.samples;
	struct score score = {.k = k, .value = NAN, .low = NAN, .high = NAN};
	VEC(double) values = {0};
	double failed = 0, passed = 0;
	bool enough = true;
	for (size_t i = 0; i < building->tallies.count; i++) {
		const struct tally *tally = &building->tallies.items[i];
		if (!belongs(tally, split, subset)) {
			continue;
		}
		int64_t missing = samples - tally->known - tally->pending;
		score.problems++;
		score.samples += tally->known;
		score.solved += tally->accepted > 0;
		score.missing += missing;
		score.pending += tally->pending;
		enough = enough && tally->known >= k;
		vec_push(&values, stats_pass_at_k(tally->known, tally->accepted, k));
		failed += stats_pass_at_k(samples, tally->accepted, k);
		passed += stats_pass_at_k(samples, tally->accepted + missing, k);
	}
	double n = (double)score.problems;
	score.n = score.problems;
	score.missing_as_failed = score.pending > 0 || n == 0 ? NAN : failed / n;
	score.missing_as_passed = score.pending > 0 || n == 0 ? NAN : passed / n;
	if (enough && score.pending == 0 && score.problems > 0) {
		struct interval interval =
			stats_mean_interval(values.items, values.count, &score.value);
		score.low = interval.low;
		score.high = interval.high;
	}
	vec_finish(&values);
	score.split = xstrdup(split);
	score.subset = xstrdup(subset != NULL ? subset : "all");
	score.names = hash_names(building, split, subset);
	snprintf(score.metric, sizeof(score.metric), "pass@%lld", (long long)k);
	vec_push(&report->scores, score);
}

static bool has_subset(const struct building *building, const char *split, const char *subset) {
	for (size_t i = 0; i < building->tallies.count; i++) {
		if (belongs(&building->tallies.items[i], split, subset)) {
			return true;
		}
	}
	return false;
}

/* Each split's subsets, and all of it where that is not the same. */
static void add_groups(struct building *building) {
	static const char *const subsets[] = {"test", "valid"};
	struct map *splits = map_create();
	for (size_t i = 0; i < building->tallies.count; i++) {
		const char *split = building->tallies.items[i].split;
		if (map_set(splits, split, building) != NULL) {
			continue;
		}
		int there = 0;
		for (size_t s = 0; s < F2F_COUNT(subsets); s++) {
			if (has_subset(building, split, subsets[s])) {
				there++;
				vec_push(&building->groups,
					(struct report_group){split, subsets[s]});
			}
		}
		if (there != 1) {
			vec_push(&building->groups, (struct report_group){split, NULL});
		}
	}
	map_destroy(splits, NULL);
}

static size_t default_ks(int64_t samples, int64_t ks[4]) {
	size_t count = 0;
	const int64_t usual[] = {1, 8, 32};
	for (size_t i = 0; i < F2F_COUNT(usual); i++) {
		if (usual[i] < samples) {
			ks[count++] = usual[i];
		}
	}
	ks[count++] = samples;
	return count;
}

static int compare_counts(const void *a, const void *b) {
	const struct outcome_count *x = a, *y = b;
	return x->count != y->count ? (x->count < y->count ? 1 : -1) : strcmp(x->words, y->words);
}

static void add_scores(struct building *building, const struct report_options *options) {
	int64_t own[4];
	size_t own_count = default_ks(building->report->run.samples, own);
	const int64_t *ks = options->ks != NULL ? options->ks : own;
	size_t k_count = options->ks != NULL ? options->k_count : own_count;
	for (size_t i = 0; i < building->groups.count; i++) {
		const struct report_group *group = &building->groups.items[i];
		for (size_t j = 0; j < k_count; j++) {
			add_score(building, group->split, group->subset, ks[j]);
		}
	}
}

static void add_totals(struct building *building) {
	struct report *report = building->report;
	int64_t rows = 0;
	for (size_t i = 0; i < building->tallies.count; i++) {
		const struct tally *tally = &building->tallies.items[i];
		report->samples += report->run.samples;
		report->pending += tally->pending;
		report->missing += report->run.samples - tally->known - tally->pending;
		rows += tally->rows;
	}
	if (rows < report->samples) {
		count_outcome(building, "missing", "not asked yet", report->samples - rows);
	}
	if (report->outcomes.count > 0) {
		qsort(report->outcomes.items, report->outcomes.count,
			sizeof(*report->outcomes.items), compare_counts);
	}
	json_t *manifest = json_loads(report->run.manifest, 0, NULL);
	double tolerated = json_number_or(manifest, "fail_on_error", 0);
	json_decref(manifest);
	double missing = (double)report->missing;
	report->valid =
		missing == 0 || (tolerated >= 1 ? missing <= tolerated
						: missing <= tolerated * (double)report->samples);
}

static int add_all(struct building *building, struct store *store,
	const struct report_options *options, struct error *err) {
	struct report *report = building->report;
	add_groups(building);
	add_totals(building);
	if (strcmp(report->run.task, "reason") == 0) {
		return reason_report_build(store, report, options, building->groups.items,
			building->groups.count, err);
	}
	add_scores(building, options);
	return 0;
}

int report_build(struct store *store, const char *run, const struct report_options *options,
	struct report **report_out, struct error *err) {
	static const struct report_options defaults = {0};
	struct report *report = xcalloc(1, sizeof(*report));
	struct building building = {
		.report = report, .index = map_create(), .outcomes = map_create()};
	int rc = store_run_get(store, run, &report->run, err);
	if (rc == 0) {
		char *state = xstrdup(store_run_state(store, &report->run));
		free(report->run.state);
		report->run.state = state;
	}
	rc = rc < 0 ? rc : store_run_problems(store, report->run.id, add_problem, &building, err);
	rc = rc < 0 ? rc : store_samples(store, report->run.id, add_sample, &building, err);
	rc = rc < 0 ? rc : checks_build(store, report, err);
	rc = rc < 0 ? rc : store_run_cost(store, report->run.id, &report->cost, err);
	rc = rc < 0 ? rc : add_all(&building, store, options != NULL ? options : &defaults, err);
	if (rc == 0) {
		*report_out = report;
		report = NULL;
	}
	for (size_t i = 0; i < building.tallies.count; i++) {
		free(building.tallies.items[i].split);
		free(building.tallies.items[i].problem);
		free(building.tallies.items[i].subset);
	}
	vec_finish(&building.tallies);
	vec_finish(&building.groups);
	map_destroy(building.index, NULL);
	map_destroy(building.outcomes, NULL);
	report_destroy(report);
	return rc;
}

static double solved_per(const struct report *report, double amount) {
	return report->pending > 0 || !(amount > 0) ? NAN : (double)report->cost.solved / amount;
}

double report_solved_per_usd(const struct report *report) {
	const struct run_cost *cost = &report->cost;
	bool whole = cost->from_cache == 0 && cost->unpriced == 0;
	return whole ? solved_per(report, cost->usd) : NAN;
}

double report_solved_per_million_tokens(const struct report *report) {
	const struct run_cost *cost = &report->cost;
	double tokens = (double)cost->prompt_tokens + (double)cost->completion_tokens;
	return cost->uncounted == 0 ? solved_per(report, tokens / 1e6) : NAN;
}
