#include "report/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "cmd/cmd.h"

static const struct option options[] = {
	{"k", 'k', OPTION_LIST, "K",
		"pass@K for these K only (default 1, 8, 32 and the run's samples); repeatable"},
	{"csv", 0, OPTION_FLAG, NULL, "comma-separated values"},
	{"markdown", 0, OPTION_FLAG, NULL, "a Markdown table"},
	{"json", 0, OPTION_FLAG, NULL, "a JSON object a run"},
	{0},
};

static int read_ks(
	const struct options *given, int64_t **ks_out, size_t *count_out, struct error *err) {
	size_t count = 0;
	while (option_item(given, "k", count) != NULL) {
		count++;
	}
	int64_t *ks = count > 0 ? xcalloc(count, sizeof(*ks)) : NULL;
	for (size_t i = 0; i < count; i++) {
		if (!str_to_int64(option_item(given, "k", i), &ks[i]) || ks[i] < 1) {
			int rc = error_set(err, ERROR_USAGE, "--k %s is not a whole number from 1",
				option_item(given, "k", i));
			free(ks);
			return rc;
		}
	}
	*ks_out = ks;
	*count_out = count;
	return 0;
}

static int run(struct options *given, struct error *err) {
	size_t count = 0;
	while (option_argument(given, count) != NULL) {
		count++;
	}
	if (count == 0) {
		return error_set(
			err, ERROR_USAGE, "give one or more RUNs, or latest; type: f2f runs");
	}
	const char *format = option_flag(given, "json") ? "json" : option_flag(given, "csv") ? "csv"
		: option_flag(given, "markdown") ? "markdown" : "table";
	char *database = options_database(given);
	struct store *store = NULL;
	struct report **reports = xcalloc(count, sizeof(struct report *));
	int64_t *ks = NULL;
	size_t k_count = 0;
	int rc = read_ks(given, &ks, &k_count, err);
	rc = rc < 0 ? rc
		    : store_open(
			      database, &(struct store_options){.mode = DB_READ_ONLY}, &store, err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		rc = report_build(store, option_argument(given, i), ks, k_count, &reports[i], err);
	}
	if (rc == 0) {
		report_format_find(format)->render(
			(const struct report *const *)reports, count, stdout);
	}
	for (size_t i = 0; i < count; i++) {
		report_destroy(reports[i]);
	}
	free(ks);
	free(reports);
	store_close(store);
	free(database);
	return rc;
}

const struct command cmd_report = {
	.name = "report",
	.synopsis = "RUN…",
	.summary = "scores of runs: table, JSON, CSV, Markdown",
	.about = "Prints the scores of one or more runs with their 95 % intervals (problems are "
		 "what is taken as random), the "
		 "bounds that missing samples leave open, and how often each outcome occurred. RUN "
		 "is an id, the beginning of "
		 "one, or latest.\n"
		 "\n"
		 "Examples:\n"
		 "  f2f report latest\n"
		 "  f2f report 20261123-160501-4f2a --json\n",
	.options = options,
	.run = run,
};
