#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "report/reason.h"
#include "report/report.h"

/* RFC 4180: quoted only where needed. */
static void field(FILE *out, const char *text) {
	if (strpbrk(text, ",\"\r\n") == NULL) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text != '\0'; text++) {
		if (*text == '"') {
			fputc('"', out);
		}
		fputc(*text, out);
	}
	fputc('"', out);
}

static void number(FILE *out, double value) {
	fputc(',', out);
	if (!isnan(value)) {
		fprintf(out, "%.6f", value);
	}
}

static void render(const struct report *const *reports, size_t count, FILE *out) {
	fputs("run,model,task,split,subset,metric,value,low,high,missing_as_failed,missing_as_"
	      "passed,problems,samples,"
	      "solved,missing,pending,valid,cell,n,proof_text\r\n",
		out);
	for (size_t i = 0; i < count; i++) {
		const struct report *report = reports[i];
		for (size_t j = 0; j < report->scores.count; j++) {
			const struct score *score = &report->scores.items[j];
			const char *const texts[] = {report->run.id, report->run.model,
				report->run.task, score->split, score->subset, score->metric};
			for (size_t t = 0; t < F2F_COUNT(texts); t++) {
				fputs(t > 0 ? "," : "", out);
				field(out, texts[t]);
			}
			number(out, score->value);
			number(out, score->low);
			number(out, score->high);
			number(out, score->missing_as_failed);
			number(out, score->missing_as_passed);
			fprintf(out,
				",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64
				",%s,",
				score->problems, score->samples, score->solved, score->missing,
				score->pending, report->valid ? "true" : "false");
			field(out, score->cell != NULL ? score->cell : "");
			fprintf(out, ",%" PRId64 ",%s\r\n", score->n,
				report->reason != NULL ? report->reason->proof_text : "");
		}
	}
}

const struct report_format report_csv = {.name = "csv", .render = render};
