#ifndef F2F_CMD_RECHECK_H
#define F2F_CMD_RECHECK_H

#include <stdbool.h>

struct error;
struct options;

/**
 * Checks a run's stored replies and prints its scores (with --json: a line per verdict). `given`
 * has the rows of LEAN_OPTIONS; `pending`: only what has no outcome yet. 0, an exit status, or an
 * error.
 */
int recheck_run(struct options *given, const char *id, bool pending, struct error *err);

#endif
