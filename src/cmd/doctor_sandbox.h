#ifndef F2F_CMD_DOCTOR_SANDBOX_H
#define F2F_CMD_DOCTOR_SANDBOX_H

#include <stdbool.h>

struct lean_info;
struct options;

/* `fix` is NULL when there is nothing to mend. Borrowed. */
typedef void (*doctor_found_fn)(bool good, const char *text, const char *fix, void *data);

/**
 * Opens the sandbox that these options ask for, around this Lean (NULL: around none), and tries each
 * of its properties.
 */
void doctor_sandbox(
	struct options *options, const struct lean_info *lean, doctor_found_fn found, void *data);

#endif
