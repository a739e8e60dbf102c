#include "cmd/run_report.h"

#include <stddef.h>

#include "cmd/word_problems.h"
#include "report/report.h"

int run_report_print(struct store *store, const char *run, const char *format,
	void (*look)(const struct report *report, void *data), void *data, struct error *err) {
	struct report *report = NULL;
	const struct report_options options = {.words = &word_problems};
	int rc = report_build(store, run, &options, &report, err);
	if (rc == 0) {
		const struct report *const reports[] = {report};
		if (format != NULL) {
			report_format_find(format)->render(reports, 1, stdout);
		}
		if (look != NULL) {
			look(report, data);
		}
	}
	report_destroy(report);
	return rc;
}

int run_report_table(struct store *store, const char *run, struct error *err) {
	return run_report_print(store, run, "table", NULL, NULL, err);
}
