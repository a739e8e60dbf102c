#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "report/report.h"
#include "report/text.h"

enum { WIDTH = 80 };

/* Columns of UTF-8 text whose characters are one column wide, as all of ours here are. */
static int columns(const char *text) {
	int count = 0;
	for (; *text != '\0'; text++) {
		count += ((unsigned char)*text & 0xc0) != 0x80;
	}
	return count;
}

static void cell(FILE *out, const char *text, int width) {
	int space = width - columns(text);
	fprintf(out, "%s%*s", text, space > 0 ? space : 1, "");
}

static void render_outcomes(const struct report *report, FILE *out) {
	int used = 0;
	for (size_t i = 0; i < report->outcomes.count; i++) {
		char text[128];
		snprintf(text, sizeof(text), "%s %" PRId64, report->outcomes.items[i].words,
			report->outcomes.items[i].count);
		int length = columns(text);
		if (used > 0 && used + 2 + length > WIDTH) {
			fputs(",\n", out);
			used = 0;
		} else if (used > 0) {
			fputs(", ", out);
			used += 2;
		}
		fputs(text, out);
		used += length;
	}
	fputc('\n', out);
}

static void render_score(const struct score *score, FILE *out) {
	char value[SCORE_TEXT], interval[SCORE_TEXT], bounds[SCORE_TEXT], solved[SCORE_TEXT];
	score_value_text(score, value);
	score_interval_text(score, interval);
	score_bounds_text(score, bounds);
	snprintf(solved, sizeof(solved), "%" PRId64 "/%" PRId64, score->solved, score->problems);
	cell(out, score->split, 11);
	cell(out, score->subset, 7);
	cell(out, score->metric, 10);
	cell(out, value, 9);
	cell(out, interval, 15);
	cell(out, solved, 10);
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

static void render_one(const struct report *report, FILE *out) {
	const struct run_record *run = &report->run;
	char *of = xasprintf("run %s: %s,", run->id, run->model);
	char *what = xasprintf("%s on %s, %s%s", run->task, run->split, run->state,
		report->valid ? "" : ", not valid");
	bool fits = columns(of) + 1 + columns(what) <= WIDTH;
	fprintf(out, "%s%s%s\n", of, fits ? " " : "\n  ", what);
	free(what);
	free(of);
	cell(out, "split", 11);
	cell(out, "subset", 7);
	cell(out, "metric", 10);
	cell(out, "score", 9);
	cell(out, "95 %", 15);
	cell(out, "solved", 10);
	fputs("names\n", out);
	for (size_t i = 0; i < report->scores.count; i++) {
		render_score(&report->scores.items[i], out);
	}
	render_outcomes(report, out);
	if (any_interval(report)) {
		fputs("95 %: with problems taken as random; names: hash of the problems' names\n",
			out);
	}
	if (report->pending > 0) {
		fprintf(out,
			"%" PRId64 " stored and not checked yet: no score; type: f2f verify %s\n",
			report->pending, run->id);
	}
	if (report->cost.completion_tokens > 0) {
		fprintf(out, "tokens: %" PRId64 " in, %" PRId64 " out", report->cost.prompt_tokens,
			report->cost.completion_tokens);
		if (!isnan(report->cost.usd)) {
			fprintf(out, ", %.4f USD", report->cost.usd);
		}
		fputc('\n', out);
	}
	fprintf(out, "Lean: %.1f CPU s; wall: %.1f s\n", (double)report->cost.lean_cpu_ns / 1e9,
		(double)report->cost.wall_ns / 1e9);
}

static void render(const struct report *const *reports, size_t count, FILE *out) {
	for (size_t i = 0; i < count; i++) {
		if (i > 0) {
			fputc('\n', out);
		}
		render_one(reports[i], out);
	}
}

const struct report_format report_table = {.name = "table", .render = render};
