#ifndef F2F_CMD_SHOW_MISSING_H
#define F2F_CMD_SHOW_MISSING_H

#include <stdbool.h>

struct error;
struct run_record;
struct store;

/* Why there is nothing to show, and what may have been meant. Both return ERROR_USAGE. */

/** `sample` NULL: any; `filtered`: by outcome or reason, too. */
int show_no_attempt(struct store *store, const struct run_record *run, const char *problem,
	const char *sample, bool filtered, struct error *err);

int show_no_problem(
	struct store *store, const char *split, const char *problem, struct error *err);

#endif
