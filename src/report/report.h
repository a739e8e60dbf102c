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
struct reason_report;

/* One number and what it rests on. Problems are what is taken as random; NAN is "not known" and
 * prints as such, never as 0. */
struct score {
	char *split;
	char *subset; // "test", "valid", "all"
	// of word problems: "trees/both", "all" for all of them; NULL with other tasks
	char *cell;
	char metric[32];
	int64_t k; // of pass@k; of word problems 1 for the headline, else 0
	// NAN while anything is pending, or when some problem has fewer than k samples (with k 0:
	// none), or when no problem counts
	double value;
	double low;   // 95 % interval of value
	double high;
	double missing_as_failed; // NAN while anything is pending
	double missing_as_passed;
	int64_t problems;
	int64_t n;	 // problems that value is the mean of
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

/* Verdicts that count and rest on the same. Texts owned. */
struct report_checks {
	char *lean;
	char *policy; // NULL: not known
	int64_t cpu_limit_s; // 0: not known
	char *sandbox; // NULL: not known
	char *final_checker; // NULL: none of them was handed on
	int64_t verdicts;
	int64_t accepted;
	int64_t final_checked; // of the accepted: a final check accepted them too
};

/** Statements that do not elaborate on the Lean that was asked: what hangs on them is missing. */
struct report_broken {
	int64_t problems;
	int64_t samples;
};

/** A read-only view of one run's results. */
struct report {
	struct run_record run;
	VEC(struct score) scores;
	VEC(struct outcome_count) outcomes;
	VEC(struct report_checks) checks; // those by text alone are left out
	struct report_broken broken;
	struct reason_report *reason; // reason.h; NULL unless the run's task is "reason"
	struct run_cost cost;
	int64_t samples; // that the run set out for
	int64_t missing;
	int64_t pending;
	bool valid; // not too much is missing, by the run's own --fail-on-error
};

/**
 * Problems with an accepted sample for a dollar, and for a million tokens. NAN while nothing was used
 * or something is pending, or where a reply's cost or tokens are not known; in dollars also when a
 * reply was paid by an earlier run: a part of the cost would make the model look cheaper than it is.
 */
double report_solved_per_usd(const struct report *report);
double report_solved_per_million_tokens(const struct report *report);

/** What this layer cannot know about word problems. */
struct report_words {
	/**
	 * What the proof that derives everything gets, shortest steps / its steps; NAN when the
	 * program has no such proof.
	 */
	double (*exhaustive)(const char *program);
	const char *(*cell_at)(size_t index); // in the order of reports; NULL at the end
};

/** Zeroed: the defaults. Borrowed. */
struct report_options {
	// the k of pass@k that are wanted; NULL: 1, the run's samples, and what of 8 and 32 lies
	// between
	const int64_t *ks;
	size_t k_count;
	const char *proof_text; // "answer", "reasoning"; NULL: the run's own
	const struct report_words *words; // NULL: no baselines, cells in order of appearance
};

/** `options` NULL: the defaults. Owned. */
int report_build(struct store *store, const char *run, const struct report_options *options,
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
