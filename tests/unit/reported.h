#ifndef F2F_TESTS_UNIT_REPORTED_H
#define F2F_TESTS_UNIT_REPORTED_H

#include "database.h"

#include <stdio.h>

#include "report/report.h"
#include "store/store.h"

/* One run in a store of the test's own, and what is reported of it. */

static struct error err;
static char *path;
static struct store *store;

#define CHECK_OK(call) ck_assert_msg((call) == 0, "%s", err.message)

static inline void set_up(void) {
	folder_set_up();
	path = in_folder("f2f.db");
	CHECK_OK(store_open(path, &(struct store_options){.mode = DB_WRITE}, &store, &err));
}

static inline void tear_down(void) {
	store_close(store);
	free(path);
	folder_tear_down();
}

static inline void put_run_with(int64_t samples, const char *settings, const char *manifest) {
	struct run_record run = {
		.id = "r",
		.created_ns = 1,
		.state = "finished",
		.model = "openai/m",
		.split = "demo",
		.subset = "all",
		.task = "prove",
		.samples = samples,
		.settings = (char *)settings,
		.manifest = (char *)manifest,
	};
	CHECK_OK(store_run_insert(store, &run, &err));
}

static inline void put_run(int64_t samples, const char *manifest) {
	put_run_with(samples, "{\"seed\":1}", manifest);
}

/* A problem with one letter a sample: a accepted, r rejected, n no code, m missing, p pending,
 * '-' never asked. */
static inline void put_problem(const char *name, const char *subset, const char *samples) {
	struct run_problem problem = {.split = "demo", .problem = name, .subset = subset};
	CHECK_OK(store_run_problem_put(store, "r", &problem, &err));
	for (int64_t i = 0; samples[i] != '\0'; i++) {
		struct sample_record sample = {
			.key = {"r", "demo", name, "prove", i},
			.outcome = samples[i] == 'a'   ? OUTCOME_ACCEPTED
				   : samples[i] == 'r' ? OUTCOME_REJECTED
				   : samples[i] == 'n' ? OUTCOME_NO_CODE
						       : OUTCOME_NONE,
			.reason = samples[i] == 'r' ? REASON_ERROR : REASON_NONE,
			.missing = samples[i] == 'm' ? MISSING_ENDPOINT : MISSING_NONE,
		};
		int64_t id = 0;
		if (samples[i] != '-') {
			CHECK_OK(store_sample_put(store, &sample, &id, &err));
		}
	}
}

static inline struct report *built(void) {
	struct report *report = NULL;
	CHECK_OK(report_build(store, "latest", NULL, &report, &err));
	return report;
}

static inline char *rendered(const char *format) {
	struct report *report = built();
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	report_format_find(format)->render((const struct report *const *)&report, 1, out);
	fclose(out);
	report_destroy(report);
	return text;
}

#endif
