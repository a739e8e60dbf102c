#include "cmd/show_missing.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "core/problem.h"
#include "dataset/dataset.h"
#include "store/store.h"

struct names {
	const char *wanted;
	bool found;
	VEC(char *) items;
};

static void take(struct names *names, const char *name) {
	names->found = names->found || strcmp(name, names->wanted) == 0;
	vec_push(&names->items, xstrdup(name));
}

static int take_of_run(const struct run_problem *problem, void *data) {
	take(data, problem->problem);
	return 0;
}

static int take_of_set(const struct problem *problem, void *data) {
	take(data, problem->name);
	return 0;
}

static const char *nearest(const struct names *names) {
	return str_nearest(
		names->wanted, (const char *const *)names->items.items, names->items.count);
}

static void names_finish(struct names *names) {
	for (size_t i = 0; i < names->items.count; i++) {
		free(names->items.items[i]);
	}
	vec_finish(&names->items);
}

/* The problem is one of the run's: then it is the sample, or what is asked of it. */
static int no_sample(const struct run_record *run, const char *problem, const char *sample,
	bool filtered, struct error *err) {
	int64_t number = 0;
	if (sample != NULL && (!str_to_int64(sample, &number) || number < 0)) {
		return error_set(
			err, ERROR_USAGE, "\"%s\" is no sample: they count from 0", sample);
	}
	if (sample != NULL && number >= run->samples) {
		return error_set(err, ERROR_USAGE,
			"no sample %s in run %s: it has %" PRId64 " a problem, counted from 0",
			sample, run->id, run->samples);
	}
	return error_set(err, ERROR_USAGE,
		filtered ? "run %s has no attempt at %s that ended so"
			 : "run %s has no attempt at %s yet; the same f2f eval goes on",
		run->id, problem);
}

int show_no_attempt(struct store *store, const struct run_record *run, const char *problem,
	const char *sample, bool filtered, struct error *err) {
	struct names names = {.wanted = problem};
	int rc = store_run_problems(store, run->id, take_of_run, &names, err);
	const char *near = nearest(&names);
	if (rc == 0 && names.found) {
		rc = no_sample(run, problem, sample, filtered, err);
	} else if (rc == 0 && near != NULL) {
		rc = error_set(err, ERROR_USAGE, "no problem \"%s\" in run %s; did you mean %s?",
			problem, run->id, near);
	} else if (rc == 0) {
		rc = error_set(err, ERROR_USAGE,
			"no problem \"%s\" in run %s; type: f2f show %s --random 10", problem,
			run->id, run->id);
	}
	names_finish(&names);
	return rc;
}

int show_no_problem(
	struct store *store, const char *split, const char *problem, struct error *err) {
	struct dataset *dataset = NULL;
	struct names names = {.wanted = problem};
	int rc = dataset_load(split, &dataset, err);
	if (rc < 0) {
		return rc;
	}
	const char *member = dataset->member_count > 0 ? dataset->members[0] : NULL;
	rc = member == NULL ? store_problems(store, split, NULL, take_of_set, &names, err) : 0;
	const char *near = nearest(&names);
	if (member != NULL) {
		rc = error_set(err, ERROR_USAGE, "%s is made of several sets; type: f2f show %s/%s",
			split, member, problem);
	} else if (rc == 0 && names.items.count == 0) {
		rc = error_set(err, ERROR_USAGE, "%s has not been pulled yet; type: f2f pull %s",
			split, split);
	} else if (rc == 0) {
		rc = error_set(err, ERROR_USAGE, "no problem \"%s\" in %s%s%s%s", problem, split,
			near != NULL ? "; did you mean " : "", near != NULL ? near : "",
			near != NULL ? "?" : "");
	}
	names_finish(&names);
	dataset_destroy(dataset);
	return rc;
}
