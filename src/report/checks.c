#include "report/checks.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "report/report.h"

struct counting {
	struct report *report;
	struct map *broken; // "split/problem"
};

static bool same(const char *a, const char *b) {
	return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

static void count_broken(struct counting *counting, const struct newest_verdict *verdict) {
	char *name = xasprintf("%s/%s", verdict->split, verdict->problem);
	counting->report->broken.samples++;
	if (!map_has(counting->broken, name)) {
		map_set(counting->broken, name, counting);
		counting->report->broken.problems++;
	}
	free(name);
}

static int count(const struct newest_verdict *verdict, void *data) {
	struct counting *counting = data;
	struct report *report = counting->report;
	if (verdict->statement_broken) {
		count_broken(counting, verdict);
	}
	if (verdict->lean == NULL) {
		return 0; // by its text: no Lean, no limit
	}
	for (size_t i = 0; i < report->checks.count; i++) {
		struct report_checks *checks = &report->checks.items[i];
		if (same(checks->lean, verdict->lean) && same(checks->policy, verdict->policy) &&
			checks->cpu_limit_s == verdict->cpu_limit_s) {
			checks->verdicts++;
			return 0;
		}
	}
	vec_push(&report->checks, (struct report_checks){.lean = xstrdup(verdict->lean),
					  .policy = xstrdup(verdict->policy),
					  .cpu_limit_s = verdict->cpu_limit_s,
					  .verdicts = 1});
	return 0;
}

int checks_build(struct store *store, struct report *report, struct error *err) {
	struct counting counting = {report, map_create()};
	int rc = store_newest_verdicts(store, report->run.id, count, &counting, err);
	map_destroy(counting.broken, NULL);
	return rc;
}

void checks_finish(struct report *report) {
	for (size_t i = 0; i < report->checks.count; i++) {
		free(report->checks.items[i].lean);
		free(report->checks.items[i].policy);
	}
	vec_finish(&report->checks);
}

/* Whether verdicts are by the run's own settings; what a side does not know is no difference. */
static bool is_own(const struct report_checks *checks, const json_t *settings) {
	const char *lean = json_string_or(settings, "lean", NULL);
	const char *policy = json_string_or(settings, "policy", NULL);
	int64_t limit = json_integer_or(settings, "lean-cpu", 0);
	size_t length = lean != NULL ? strlen(lean) : 0;
	bool lean_fits = lean == NULL || (strncmp(lean, checks->lean, length) == 0 &&
						 strchr(" ", checks->lean[length]) != NULL);
	return lean_fits &&
	       (policy == NULL || checks->policy == NULL || strcmp(policy, checks->policy) == 0) &&
	       (limit == 0 || checks->cpu_limit_s == 0 || limit == checks->cpu_limit_s);
}

void checks_table(const struct report *report, FILE *out) {
	json_t *settings = json_loads(report->run.settings, 0, NULL);
	bool own = true;
	for (size_t i = 0; i < report->checks.count; i++) {
		own = own && is_own(&report->checks.items[i], settings);
	}
	for (size_t i = 0; i < report->checks.count && !own; i++) {
		const struct report_checks *checks = &report->checks.items[i];
		char limit[24] = "?";
		if (checks->cpu_limit_s > 0) {
			snprintf(limit, sizeof(limit), "%" PRId64, checks->cpu_limit_s);
		}
		fprintf(out, "%s%" PRId64 " verdicts by Lean %s, %s, %s CPU s%s\n",
			i == 0 ? "not all under the run's own settings:\n  " : "  ",
			checks->verdicts, checks->lean,
			checks->policy != NULL ? checks->policy : "?", limit,
			is_own(checks, settings) ? " (its own)" : "");
	}
	if (report->broken.samples > 0) {
		bool one = report->broken.problems == 1;
		fprintf(out,
			"%" PRId64 " statement%s elaborate on this Lean: %" PRId64
			" samples are missing for that,\nnot failed; type: f2f lean list "
			"--statements %s\n",
			report->broken.problems, one ? " does not" : "s do not",
			report->broken.samples, report->run.split);
	}
	json_decref(settings);
}

json_t *checks_json(const struct report *report) {
	json_t *list = json_array();
	for (size_t i = 0; i < report->checks.count; i++) {
		const struct report_checks *checks = &report->checks.items[i];
		json_array_append_new(list,
			json_pack("{s:s, s:s?, s:o, s:I}", "lean", checks->lean, "policy",
				checks->policy, "cpu_limit_s",
				checks->cpu_limit_s > 0 ? json_integer(checks->cpu_limit_s)
							: json_null(),
				"verdicts", (json_int_t)checks->verdicts));
	}
	return list;
}
