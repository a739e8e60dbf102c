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

/* What is rejected by the filter is not handed on: it goes with any final check, or none. */
static bool belongs(const struct report_checks *checks, const struct newest_verdict *verdict) {
	return same(checks->lean, verdict->lean) && same(checks->policy, verdict->policy) &&
	       checks->cpu_limit_s == verdict->cpu_limit_s &&
	       same(checks->sandbox, verdict->sandbox) &&
	       (checks->final_checker == NULL || verdict->final_checker == NULL ||
		       same(checks->final_checker, verdict->final_checker));
}

static struct report_checks *find_or_add(
	struct report *report, const struct newest_verdict *verdict) {
	for (size_t i = 0; i < report->checks.count; i++) {
		if (belongs(&report->checks.items[i], verdict)) {
			return &report->checks.items[i];
		}
	}
	vec_push(&report->checks, (struct report_checks){.lean = xstrdup(verdict->lean),
					  .policy = xstrdup(verdict->policy),
					  .cpu_limit_s = verdict->cpu_limit_s,
					  .sandbox = xstrdup(verdict->sandbox)});
	return &report->checks.items[report->checks.count - 1];
}

static int count(const struct newest_verdict *verdict, void *data) {
	struct counting *counting = data;
	if (verdict->statement_broken) {
		count_broken(counting, verdict);
	}
	if (verdict->lean == NULL) {
		return 0; // by its text: no Lean, no limit
	}
	struct report_checks *checks = find_or_add(counting->report, verdict);
	bool accepted = verdict->outcome == OUTCOME_ACCEPTED;
	if (checks->final_checker == NULL) {
		checks->final_checker = xstrdup(verdict->final_checker);
	}
	checks->verdicts++;
	checks->accepted += accepted;
	checks->final_checked += accepted && verdict->final_checker != NULL;
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
		free(report->checks.items[i].sandbox);
		free(report->checks.items[i].final_checker);
	}
	vec_finish(&report->checks);
}

/* A final check of all that the run wanted, by another program, or unasked. "needed" leaves it to the
 * words of each proof. */
static bool final_fits(const struct report_checks *checks, const json_t *settings) {
	const char *final = json_string_or(settings, "final", "");
	const char *checker = json_string_or(settings, "final-checker", NULL);
	if (strcmp(final, "all") == 0 && checks->final_checked < checks->accepted) {
		return false;
	}
	return checks->final_checker == NULL ||
	       (final[0] != '\0' && (checker == NULL || same(checker, checks->final_checker)));
}

/* Whether verdicts are by the run's own settings; what a side does not know is no difference. */
static bool is_own(const struct report_checks *checks, const json_t *settings) {
	const char *lean = json_string_or(settings, "lean", NULL);
	const char *policy = json_string_or(settings, "policy", NULL);
	int64_t limit = json_integer_or(settings, "lean-cpu", 0);
	size_t length = lean != NULL ? strlen(lean) : 0;
	bool lean_fits = lean == NULL || (strncmp(lean, checks->lean, length) == 0 &&
						 strchr(" ", checks->lean[length]) != NULL);
	return lean_fits && final_fits(checks, settings) &&
	       (policy == NULL || checks->policy == NULL || strcmp(policy, checks->policy) == 0) &&
	       (limit == 0 || checks->cpu_limit_s == 0 || limit == checks->cpu_limit_s);
}

static void print_checks(const struct report_checks *checks, bool own, FILE *out) {
	char limit[24] = "?";
	if (checks->cpu_limit_s > 0) {
		snprintf(limit, sizeof(limit), "%" PRId64, checks->cpu_limit_s);
	}
	fprintf(out, "  %" PRId64 " verdicts by Lean %s, %s, %s CPU s, sandbox %s%s\n",
		checks->verdicts, checks->lean, checks->policy != NULL ? checks->policy : "?", limit,
		checks->sandbox != NULL ? checks->sandbox : "?",
		own ? " (its own)" : "");
	if (checks->final_checker != NULL) {
		fprintf(out,
			"    final check by %s of %" PRId64 " of the %" PRId64 " accepted\n",
			checks->final_checker, checks->final_checked, checks->accepted);
	}
}

void checks_table(const struct report *report, FILE *out) {
	json_t *settings = json_loads(report->run.settings, 0, NULL);
	const struct report_checks *checks = report->checks.items;
	size_t count = report->checks.count;
	bool own = true;
	for (size_t i = 0; i < count; i++) {
		// The sandbox is no setting of a run: all the same, or it is told.
		own = own && is_own(&checks[i], settings) &&
		      same(checks[i].sandbox, checks[0].sandbox);
	}
	if (!own) {
		fputs("not all under the run's own settings:\n", out);
	}
	for (size_t i = 0; i < count && !own; i++) {
		print_checks(&checks[i], is_own(&checks[i], settings), out);
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
			json_pack("{s:s, s:s?, s:o, s:s?, s:s?, s:I, s:I, s:I}", "lean",
				checks->lean, "policy", checks->policy, "cpu_limit_s",
				checks->cpu_limit_s > 0 ? json_integer(checks->cpu_limit_s)
							: json_null(),
				"sandbox", checks->sandbox, "final_checker", checks->final_checker,
				"verdicts", (json_int_t)checks->verdicts, "accepted",
				(json_int_t)checks->accepted, "final_checked",
				(json_int_t)checks->final_checked));
	}
	return list;
}
