#include <inttypes.h>
#include <stdio.h>

#include "report/reason_text.h"
#include "report/report.h"
#include "report/text.h"

static void render_scores(const struct report *const *reports, size_t count, FILE *out) {
	fputs("| run | model | task | split | subset | metric | score | 95 % | missing as "
	      "failed–passed | solved | missing | pending |\n"
	      "|---|---|---|---|---|---|---|---|---|---|---|---|\n",
		out);
	for (size_t i = 0; i < count; i++) {
		const struct report *report = reports[i];
		for (size_t j = 0; report->reason == NULL && j < report->scores.count; j++) {
			const struct score *score = &report->scores.items[j];
			char value[SCORE_TEXT], interval[SCORE_TEXT], bounds[SCORE_TEXT];
			score_value_text(score, value);
			score_interval_text(score, interval);
			score_bounds_text(score, bounds);
			const char *const texts[] = {report->run.id, report->run.model,
				report->run.task, score->split, score->subset, score->metric,
				value, interval, bounds};
			fputs("|", out);
			for (size_t t = 0; t < F2F_COUNT(texts); t++) {
				markdown_cell(out, texts[t]);
			}
			fprintf(out, " %" PRId64 "/%" PRId64 " | %" PRId64 " | %" PRId64 " |\n",
				score->solved, score->problems, score->missing, score->pending);
		}
	}
}

static void render(const struct report *const *reports, size_t count, FILE *out) {
	bool lean = count == 0;
	for (size_t i = 0; i < count; i++) {
		lean = lean || reports[i]->reason == NULL;
	}
	if (lean) {
		render_scores(reports, count, out);
	}
	for (size_t i = 0; i < count; i++) {
		if (reports[i]->reason != NULL) {
			fputs(lean || i > 0 ? "\n" : "", out);
			reason_markdown(reports[i], out);
		}
	}
	reason_comparisons(reports, count, out);
}

const struct report_format report_markdown = {.name = "markdown", .render = render};
