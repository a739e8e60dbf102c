#include <inttypes.h>
#include <stdio.h>

#include "report/report.h"
#include "report/text.h"

static void render(const struct report *const *reports, size_t count, FILE *out) {
	fputs("| run | model | task | split | subset | metric | score | 95 % | missing as "
	      "failed–passed | solved | missing | pending |\n"
	      "|---|---|---|---|---|---|---|---|---|---|---|---|\n",
		out);
	for (size_t i = 0; i < count; i++) {
		const struct report *report = reports[i];
		for (size_t j = 0; j < report->scores.count; j++) {
			const struct score *score = &report->scores.items[j];
			char value[SCORE_TEXT], interval[SCORE_TEXT], bounds[SCORE_TEXT];
			score_value_text(score, value);
			score_interval_text(score, interval);
			score_bounds_text(score, bounds);
			fprintf(out,
				"| %s | %s | %s | %s | %s | %s | %s | %s | %s | %" PRId64
				"/%" PRId64 " | %" PRId64 " | %" PRId64 " |\n",
				report->run.id, report->run.model, report->run.task, score->split,
				score->subset, score->metric, value, interval, bounds,
				score->solved, score->problems, score->missing, score->pending);
		}
	}
}

const struct report_format report_markdown = {.name = "markdown", .render = render};
