#ifndef F2F_CMD_OUTPUT_H
#define F2F_CMD_OUTPUT_H

#include <stdbool.h>

struct error;

/* What main does with the standard streams around a command. */

/** Descriptors 0 to 2 taken, SIGPIPE and SIGUSR1 ignored, text counted as UTF-8. First thing in main. */
void output_start(void);

/**
 * The one line on stderr, with control characters made visible, and with `json` the object on
 * stdout.
 */
void output_error(const struct error *err, const char *command, bool json);

/**
 * Flushes stdout. A write that failed turns `status` 0 into 1 and is said; a reader that went away
 * is neither. Returns the status.
 */
int output_finish(int status);

#endif
