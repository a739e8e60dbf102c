#ifndef F2F_REPORT_REASON_TEXT_H
#define F2F_REPORT_REASON_TEXT_H

#include <stddef.h>
#include <stdio.h>

struct report;

/* Reports of word problems as text. */

/** In 80 columns: a row a cell, then what the texts consist of. */
void reason_table(const struct report *report, FILE *out);
void reason_markdown(const struct report *report, FILE *out);

/** Each report of word problems against the first of them; nothing where there is only one. */
void reason_comparisons(const struct report *const *reports, size_t count, FILE *out);

#endif
