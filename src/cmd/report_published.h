#ifndef F2F_CMD_REPORT_PUBLISHED_H
#define F2F_CMD_REPORT_PUBLISHED_H

#include <stdbool.h>

struct error;
struct store;

/**
 * Prints what the efficiency paper's own matcher makes of a run's proofs in words, a row a cell:
 * means over right answers, as its tables have them. proof_text NULL: the run's own.
 */
int report_published(struct store *store, const char *run, const char *proof_text, bool json,
	struct error *err);

#endif
