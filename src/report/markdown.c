#include <inttypes.h>
#include <stdio.h>

#include "report/report.h"
#include "report/text.h"

/* A name may hold what would end the cell or the row. */
static void cell(FILE *out, const char *text) {
	fputs(" ", out);
	for (; *text != '\0'; text++) {
		if (*text == '|' || *text == '\\') {
			fputc('\\', out);
		}
		fputc((unsigned char)*text < 0x20 ? ' ' : *text, out);
	}
	fputs(" |", out);
}

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
			const char *const texts[] = {report->run.id, report->run.model,
				report->run.task, score->split, score->subset, score->metric,
				value, interval, bounds};
			fputs("|", out);
			for (size_t t = 0; t < F2F_COUNT(texts); t++) {
				cell(out, texts[t]);
			}
			fprintf(out, " %" PRId64 "/%" PRId64 " | %" PRId64 " | %" PRId64 " |\n",
				score->solved, score->problems, score->missing, score->pending);
		}
	}
}

const struct report_format report_markdown = {.name = "markdown", .render = render};
