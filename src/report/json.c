#include <math.h>
#include <stdlib.h>

#include <jansson.h>

#include "report/checks.h"
#include "report/reason.h"
#include "report/report.h"

static json_t *number(double value) {
	return isnan(value) ? json_null() : json_real(value);
}

static json_t *score_object(const struct report *report, const struct score *score) {
	json_t *object = json_pack("{s:s, s:s, s:s, s:s}", "task", report->run.task, "split",
		score->split, "subset", score->subset, "metric", score->metric);
	if (score->cell != NULL) {
		json_object_set_new(object, "cell", json_string(score->cell));
		json_object_set_new(object, "n", json_integer(score->n));
	}
	json_object_set_new(object, "value", number(score->value));
	json_object_set_new(object, "low", number(score->low));
	json_object_set_new(object, "high", number(score->high));
	json_object_set_new(object, "missing_as_failed", number(score->missing_as_failed));
	json_object_set_new(object, "missing_as_passed", number(score->missing_as_passed));
	json_object_set_new(object, "problems", json_integer(score->problems));
	json_object_set_new(object, "samples", json_integer(score->samples));
	json_object_set_new(object, "solved", json_integer(score->solved));
	json_object_set_new(object, "missing", json_integer(score->missing));
	json_object_set_new(object, "pending", json_integer(score->pending));
	json_object_set_new(object, "random", json_string("problems"));
	json_object_set_new(object, "names_sha256", json_string(score->names.hex));
	return object;
}

static json_t *run_object(const struct report *report) {
	const struct run_record *run = &report->run;
	json_t *manifest = json_loads(run->manifest, 0, NULL);
	json_t *settings = json_loads(run->settings, 0, NULL);
	json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:b}", "id", run->id, "model", run->model,
		"split", run->split, "task", run->task, "valid", report->valid);
	json_object_set_new(object, "manifest", manifest != NULL ? manifest : json_object());
	json_object_set_new(object, "settings", settings != NULL ? settings : json_object());
	json_object_set_new(object, "state", json_string(run->state));
	json_object_set_new(object, "subset", json_string(run->subset));
	json_object_set_new(object, "samples", json_integer(run->samples));
	json_object_set_new(object, "created_ns", json_integer(run->created_ns));
	return object;
}

static json_t *baselines_array(const struct report *report) {
	json_t *baselines = json_array();
	for (size_t i = 0; i < report->reason->cells.count; i++) {
		const struct reason_cell *cell = &report->reason->cells.items[i];
		const struct score *score = reason_score(report, cell, REASON_EFFICIENCY);
		json_array_append_new(baselines,
			json_pack("{s:s, s:s, s:s, s:i, s:o, s:I}", "split", score->split, "subset",
				score->subset, "cell", score->cell, "efficient", 1, "exhaustive",
				number(cell->exhaustive), "problems",
				(json_int_t)cell->exhaustive_problems));
	}
	return baselines;
}

static json_t *reason_object(const struct report *report) {
	const struct reason_report *reason = report->reason;
	json_t *labels = json_object(), *orders = json_object();
	for (size_t i = 0; i < ALIGNMENT_LABELS; i++) {
		json_object_set_new(labels, reason_label_name(i), number(reason->labels[i]));
	}
	for (size_t i = 0; i < ALIGNMENT_ORDERS; i++) {
		json_object_set_new(orders, reason_order_name(i),
			json_pack("{s:o, s:o}", "distance", number(reason->order_distance[i]),
				"chance", number(reason->order_chance[i])));
	}
	json_t *tokens = json_pack("{s:o, s:o}", "median", number(reason->median_tokens),
		"per_theorem", number(reason->tokens_per_theorem));
	return json_pack("{s:s, s:s, s:s?, s:s?, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o}",
		"proof_text", reason->proof_text, "run_proof_text", reason->run_proof_text, "shots",
		reason->shots, "aligner", reason->aligner, "texts", (json_int_t)reason->texts,
		"right", (json_int_t)reason->right, "unread", (json_int_t)reason->unread, "steps",
		(json_int_t)reason->steps, "labels", labels, "orders", orders, "tokens", tokens,
		"truncated", number(reason->truncated), "baselines", baselines_array(report));
}

static json_t *comparison_object(const struct report *first, const struct report *second) {
	struct reason_comparison comparison = reason_compare(first, second);
	return json_pack("{s:s, s:s, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "with", first->run.id,
		"metric", "step_efficiency", "problems", (json_int_t)comparison.common, "n",
		(json_int_t)comparison.n, "first", number(comparison.first), "second",
		number(comparison.second), "difference", number(comparison.difference), "low",
		number(comparison.low), "high", number(comparison.high));
}

static json_t *report_object(const struct report *report) {
	json_t *scores = json_array();
	for (size_t i = 0; i < report->scores.count; i++) {
		json_array_append_new(scores, score_object(report, &report->scores.items[i]));
	}
	json_t *outcomes = json_object();
	for (size_t i = 0; i < report->outcomes.count; i++) {
		json_object_set_new(outcomes, report->outcomes.items[i].words,
			json_integer(report->outcomes.items[i].count));
	}
	const struct run_cost *spent = &report->cost;
	json_t *cost = json_pack("{s:I, s:I, s:o, s:o, s:f}", "prompt_tokens",
		(json_int_t)report->cost.prompt_tokens, "completion_tokens",
		(json_int_t)report->cost.completion_tokens, "usd", number(report->cost.usd),
		"lean_cpu_s",
		number(spent->unmeasured == 0 ? (double)spent->lean_cpu_ns / 1e9 : NAN), "wall_s",
		(double)report->cost.wall_ns / 1e9);
	json_object_set_new(cost, "from_cache", json_integer(report->cost.from_cache));
	json_object_set_new(cost, "unpriced", json_integer(report->cost.unpriced));
	json_object_set_new(cost, "uncounted", json_integer(report->cost.uncounted));
	json_object_set_new(cost, "solved", json_integer(report->cost.solved));
	json_object_set_new(cost, "solved_per_usd", number(report_solved_per_usd(report)));
	json_object_set_new(cost, "solved_per_million_tokens",
		number(report_solved_per_million_tokens(report)));
	json_object_set_new(cost, "requests", json_integer(report->cost.requests));
	json_object_set_new(cost, "lost_requests", json_integer(report->cost.lost_requests));
	json_t *object = json_pack("{s:i, s:o, s:o, s:o, s:o}", "schema_version", 1, "run",
		run_object(report), "scores", scores, "outcomes", outcomes, "cost", cost);
	if (report->reason == NULL) {
		json_object_set_new(object, "checks", checks_json(report));
		json_object_set_new(object, "broken_statements",
			json_pack("{s:I, s:I}", "problems", (json_int_t)report->broken.problems,
				"samples", (json_int_t)report->broken.samples));
	}
	if (report->reason != NULL) {
		json_object_set_new(object, "reason", reason_object(report));
	}
	return object;
}

/* One run: its object. Several: an object a line, those of word problems compared with the first
 * of them. */
static void render(const struct report *const *reports, size_t count, FILE *out) {
	const struct report *first = NULL;
	for (size_t i = 0; i < count; i++) {
		json_t *object = report_object(reports[i]);
		if (reports[i]->reason != NULL && first != NULL) {
			json_object_set_new(
				object, "comparison", comparison_object(first, reports[i]));
		}
		first = first == NULL && reports[i]->reason != NULL ? reports[i] : first;
		json_dumpf(object, out, JSON_COMPACT | JSON_REAL_PRECISION(15));
		fputc('\n', out);
		json_decref(object);
	}
}

const struct report_format report_json = {.name = "json", .render = render};
