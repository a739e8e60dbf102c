#ifndef F2F_REPORT_REASON_H
#define F2F_REPORT_REASON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "store/store.h"

struct report;
struct score;

/* Results of word problems: how often the answer is right, and how long the proof in words is. */

/* The scores of each cell, in this order. Those before REASON_COVERAGE are over all problems,
 * what fails counting 0; coverage is over right answers, the rest over those of them whose text
 * holds a complete proof. */
enum reason_metric {
	REASON_EFFICIENCY, // right, complete, and shortest steps / own steps
	REASON_ACCURACY,
	REASON_COMPLETE, // the text holds a proof, whatever the answer
	REASON_COVERAGE,
	REASON_STEP,
	REASON_STEP_LOWER, // steps that could not be read taken as detours
	REASON_STEP_UPPER, // and as nothing
	REASON_VERTEX,
	REASON_METRICS,
};

/** A row of the table: a cell of one split and subset. */
struct reason_cell {
	size_t scores; // where its REASON_METRICS scores begin in report->scores
	double exhaustive; // mean of what the proof that derives everything gets; NAN: not known
	int64_t exhaustive_problems; // problems that this is the mean of
};

/** A problem, for comparisons. Owned. */
struct reason_problem {
	char *key;		// "split/problem"
	double step_efficiency; // mean of its right samples with a complete proof; NAN: none
	int64_t shortest_steps; // 0: not known
};

struct reason_report {
	char *proof_text;     // "answer", "reasoning": the text these figures are about
	char *run_proof_text; // the text the run itself went by
	char *shots;	      // NULL: the run does not say
	char *aligner;	      // NULL: nothing was read
	VEC(struct reason_cell) cells;
	VEC(struct reason_problem) problems; // sorted by key
	int64_t texts;	// that were read
	int64_t unread; // right answers without this text
	// Of the texts read: shares of their steps, as logic/align.h's enum step_label; NAN when
	// there is none.
	int64_t steps;
	double labels[ALIGNMENT_LABELS];
	// Of right answers; NAN when there is none.
	int64_t right;
	double order_distance[ALIGNMENT_ORDERS];
	double order_chance[ALIGNMENT_ORDERS];
	double median_tokens;
	double tokens_per_theorem;
	double truncated; // share of the samples that have an outcome
};

void reason_report_destroy(struct reason_report *reason);

const struct score *reason_score(
	const struct report *report, const struct reason_cell *cell, enum reason_metric metric);
const char *reason_label_name(size_t label);
const char *reason_order_name(size_t order);

/** Step efficiency of two runs on the problems that both solved with a complete proof. */
struct reason_comparison {
	int64_t common; // problems that both set out for
	int64_t n;	// those of them that both solved so
	double first;	// means over the n; NAN when n is 0
	double second;
	double difference; // second - first, and its 95 % interval
	double low;
	double high;
};

/** Both must be reports of word problems. */
struct reason_comparison reason_compare(const struct report *first, const struct report *second);

#endif
