#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/checks.h"
#include "report/reason_text.h"
#include "report/report.h"
#include "report/text.h"

static void render_outcomes(const struct report *report, FILE *out) {
	struct text_list list = {0};
	for (size_t i = 0; i < report->outcomes.count; i++) {
		char text[128];
		snprintf(text, sizeof(text), "%s %" PRId64, report->outcomes.items[i].words,
			report->outcomes.items[i].count);
		text_list_add(&list, text, out);
	}
	fputc('\n', out);
}

static void render_score(const struct score *score, FILE *out) {
	char value[SCORE_TEXT], interval[SCORE_TEXT], bounds[SCORE_TEXT], solved[SCORE_TEXT];
	score_value_text(score, value);
	score_interval_text(score, interval);
	score_bounds_text(score, bounds);
	snprintf(solved, sizeof(solved), "%" PRId64 "/%" PRId64, score->solved, score->problems);
	text_cell(out, score->split, 11);
	text_cell(out, score->subset, 7);
	text_cell(out, score->metric, 10);
	text_cell(out, value, 9);
	text_cell(out, interval, 15);
	text_cell(out, solved, 10);
	fprintf(out, "%.8s\n", score->names.hex);
	if (bounds[0] != '\0') {
		fprintf(out, "%-28s%s with the %" PRId64 " missing as failed or passed\n", "",
			bounds, score->missing);
	}
}

static bool any_interval(const struct report *report) {
	bool any = false;
	for (size_t i = 0; i < report->scores.count; i++) {
		any = any || !isnan(report->scores.items[i].value);
	}
	return any;
}

static void render_heading(const struct report *report, FILE *out) {
	const struct run_record *run = &report->run;
	char *of = xasprintf("run %s: %s,", run->id, run->model);
	char *what = xasprintf("%s on %s, %s%s", run->task, run->split, run->state,
		report->valid ? "" : ", not valid");
	bool fits = text_columns(of) + 1 + text_columns(what) <= TEXT_WIDTH;
	fprintf(out, "%s%s%s\n", of, fits ? " " : "\n  ", what);
	free(what);
	free(of);
}

static void render_scores(const struct report *report, FILE *out) {
	text_cell(out, "split", 11);
	text_cell(out, "subset", 7);
	text_cell(out, "metric", 10);
	text_cell(out, "score", 9);
	text_cell(out, "95 %", 15);
	text_cell(out, "solved", 10);
	fputs("names\n", out);
	for (size_t i = 0; i < report->scores.count; i++) {
		render_score(&report->scores.items[i], out);
	}
	render_outcomes(report, out);
	if (any_interval(report)) {
		fputs("95 %: with problems taken as random; names: hash of the problems' names\n",
			out);
	}
}

/* What it took to solve a problem. */
static void render_rates(const struct report *report, FILE *out) {
	double per_million = report_solved_per_million_tokens(report);
	double per_usd = report_solved_per_usd(report);
	if (isnan(per_million) && isnan(per_usd)) {
		return;
	}
	fprintf(out, "solved: %" PRId64, report->cost.solved);
	if (!isnan(per_million)) {
		fprintf(out, ", %.3g a million tokens", per_million);
	}
	if (!isnan(per_usd)) {
		fprintf(out, ", %.3g a dollar", per_usd);
	}
	fputc('\n', out);
}

/* Sums of what is known, and what they leave out. */
static void render_cost(const struct report *report, FILE *out) {
	const struct run_cost *cost = &report->cost;
	bool counted = cost->prompt_tokens > 0 || cost->completion_tokens > 0;
	if (counted) {
		fprintf(out, "tokens: %" PRId64 " in, %" PRId64 " out", cost->prompt_tokens,
			cost->completion_tokens);
	}
	if (!isnan(cost->usd)) {
		fprintf(out, "%s%.4f USD", counted ? ", " : "cost: ", cost->usd);
	}
	if (counted || !isnan(cost->usd)) {
		fputc('\n', out);
		render_rates(report, out);
	}
	if (cost->from_cache > 0) {
		fprintf(out, "from the cache: %" PRId64 " replies, paid for by earlier runs\n",
			cost->from_cache);
	}
	if (counted && cost->uncounted > 0) {
		fprintf(out, "tokens not known of %" PRId64 " replies: not in the sum\n",
			cost->uncounted);
	}
	if (!isnan(cost->usd) && cost->unpriced > 0) {
		fprintf(out, "cost not known of %" PRId64 " replies: not in the sum\n",
			cost->unpriced);
	}
}

static void render_one(const struct report *report, FILE *out) {
	render_heading(report, out);
	if (report->reason != NULL) {
		reason_table(report, out);
		render_outcomes(report, out);
	} else {
		render_scores(report, out);
	}
	checks_table(report, out);
	if (report->pending > 0) {
		fprintf(out,
			"%" PRId64 " stored and not checked yet: no score; type: f2f verify %s%s\n",
			report->pending, report->run.id,
			strcmp(report->run.state, "interrupted") == 0 ? ", or the same eval again"
								      : "");
	}
	if (report->cost.lost_requests > 0) {
		fprintf(out,
			"%" PRId64 " of %" PRId64 " requests left no reply behind (killed or "
			"cancelled): they may have been billed\n",
			report->cost.lost_requests, report->cost.requests);
	}
	render_cost(report, out);
	if (report->reason == NULL && report->cost.unmeasured == 0) {
		fprintf(out, "Lean: %.1f CPU s; ", (double)report->cost.lean_cpu_ns / 1e9);
	} else if (report->reason == NULL) {
		fprintf(out,
			"Lean: %.1f CPU s, and what %" PRId64 " checks by a server took; ",
			(double)report->cost.lean_cpu_ns / 1e9, report->cost.unmeasured);
	}
	fprintf(out, "wall: %.1f s\n", (double)report->cost.wall_ns / 1e9);
}

static void render(const struct report *const *reports, size_t count, FILE *out) {
	for (size_t i = 0; i < count; i++) {
		if (i > 0) {
			fputc('\n', out);
		}
		render_one(reports[i], out);
	}
	reason_comparisons(reports, count, out);
}

const struct report_format report_table = {.name = "table", .render = render};
