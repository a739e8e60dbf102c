#ifndef F2F_REPORT_REPORT_H
#define F2F_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/sha256.h"
#include "base/vec.h"
#include "store/store.h"

struct error;

/* One number and what it rests on. Problems are what is taken as random; NAN is "not known" and
 * prints as such, never as 0. */
struct score {
	char *split;
	char *subset; // "test", "valid", "all"
	char metric[32];
	int64_t k;
	// NAN while anything is pending, or when some problem has fewer than k samples
	double value;
	double low;   // 95 % interval of value
	double high;
	double missing_as_failed; // NAN while anything is pending
	double missing_as_passed;
	int64_t problems;
	int64_t samples; // that have an outcome
	int64_t solved;	 // problems with an accepted sample
	int64_t missing; // samples, those never asked included
	int64_t pending;
	struct sha256 names; // of the sorted names of its problems
};

/* How often each outcome occurs among a run's samples; words as stored, "rejected: error",
 * "missing: endpoint", "pending". */
struct outcome_count {
	char *words;
	int64_t count;
};

/** A read-only view of one run's results. */
struct report {
	struct run_record run;
	VEC(struct score) scores;
	VEC(struct outcome_count) outcomes;
	struct run_cost cost;
	int64_t samples; // that the run set out for
	int64_t missing;
	int64_t pending;
	bool valid; // not too much is missing, by the run's own --fail-on-error
};

/**
 * `ks` are the k of pass@k that are wanted; NULL: 1, the run's samples, and what of 8 and 32 lies
 * between. Owned.
 */
int report_build(struct store *store, const char *run, const int64_t *ks, size_t k_count,
	struct report **report_out, struct error *err);
void report_destroy(struct report *report);

/** A way to write reports: one const struct a file, listed by meson. */
struct report_format {
	const char *name; // "table", "json", "csv", "markdown"
	void (*render)(const struct report *const *reports, size_t count, FILE *out);
};

/** NULL when there is none. */
const struct report_format *report_format_find(const char *name);

#endif
