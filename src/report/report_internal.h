#ifndef F2F_REPORT_REPORT_INTERNAL_H
#define F2F_REPORT_REPORT_INTERNAL_H

#include <stddef.h>

#include "base/sha256.h"

struct error;
struct report;
struct report_options;
struct store;

/* What build.c and reason.c share. */

/** What gets scores of its own. Borrowed. */
struct report_group {
	const char *split;
	const char *subset; // NULL: all
};

/** Of the names, which it sorts, a line each. */
struct sha256 report_hash_names(const char **names, size_t count);

/** Fills report->reason and appends to report->scores; the run and its totals are there. */
int reason_report_build(struct store *store, struct report *report,
	const struct report_options *options, const struct report_group *groups,
	size_t group_count, struct error *err);

#endif
