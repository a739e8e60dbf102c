#ifndef F2F_REPORT_CHECKS_H
#define F2F_REPORT_CHECKS_H

#include <stdio.h>

#include <jansson.h>

struct error;
struct report;
struct store;

/* What a run's verdicts rest on. */

/** Fills report->checks and report->broken. */
int checks_build(struct store *store, struct report *report, struct error *err);
void checks_finish(struct report *report);

/**
 * Lines for the table: verdicts under other settings than the run's own, or of several; statements
 * that do not elaborate. Nothing where there is nothing to say.
 */
void checks_table(const struct report *report, FILE *out);

/** An array: which Lean, policy, limit, sandbox and final check gave how many verdicts. Owned. */
json_t *checks_json(const struct report *report);

#endif
