#ifndef F2F_CMD_HELP_H
#define F2F_CMD_HELP_H

#include <stdbool.h>
#include <stdio.h>

struct command;

/** All commands and the global options, 80 columns. */
void help_main(FILE *out);

/**
 * One command's usage, text and options, rendered from its tables, 80 columns; rare options only by
 * name, unless `all`.
 */
void help_command(FILE *out, const struct command *command, bool all);

/** "f2f 0.1.0 (1a2b3c4d5e6f)". */
void help_version(FILE *out);

/**
 * The version, and the commit it was built from ("unknown" outside git, ending in "-dirty" when the
 * tree had changes): for the manifest of a run.
 */
const char *build_version(void);
const char *build_commit(void);

#endif
