#include <math.h>
#include <stdlib.h>

#include <jansson.h>

#include "report/report.h"

static json_t *number(double value) {
	return isnan(value) ? json_null() : json_real(value);
}

static json_t *score_object(const struct report *report, const struct score *score) {
	json_t *object = json_pack("{s:s, s:s, s:s, s:s}", "task", report->run.task, "split",
		score->split, "subset", score->subset, "metric", score->metric);
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
	json_t *cost = json_pack("{s:I, s:I, s:o, s:f, s:f}", "prompt_tokens",
		(json_int_t)report->cost.prompt_tokens, "completion_tokens",
		(json_int_t)report->cost.completion_tokens, "usd", number(report->cost.usd),
		"lean_cpu_s", (double)report->cost.lean_cpu_ns / 1e9, "wall_s",
		(double)report->cost.wall_ns / 1e9);
	return json_pack("{s:i, s:o, s:o, s:o, s:o}", "schema_version", 1, "run",
		run_object(report), "scores", scores, "outcomes", outcomes, "cost", cost);
}

/* One run: its object. Several: an object a line. */
static void render(const struct report *const *reports, size_t count, FILE *out) {
	for (size_t i = 0; i < count; i++) {
		json_t *object = report_object(reports[i]);
		json_dumpf(object, out, JSON_COMPACT | JSON_REAL_PRECISION(15));
		fputc('\n', out);
		json_decref(object);
	}
}

const struct report_format report_json = {.name = "json", .render = render};
