#ifndef F2F_VERIFIER_SANDBOX_CHECK_H
#define F2F_VERIFIER_SANDBOX_CHECK_H

#include <stdbool.h>

struct error;
struct sandbox;

/* A property, such as "no network", whether it holds, and if not, what was seen. Borrowed. */
typedef void (*sandbox_found_fn)(const char *property, bool good, const char *text, void *data);

/**
 * Tries every property of a sandbox with children that try to break it, and tells each. `secret` is
 * the text of a variable that was in our environment when the sandbox was opened. Takes about a
 * second. Fails only when a child cannot be started.
 */
int sandbox_check(struct sandbox *sandbox, const char *secret, sandbox_found_fn found, void *data,
	struct error *err);

#endif
