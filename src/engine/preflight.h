#ifndef F2F_ENGINE_PREFLIGHT_H
#define F2F_ENGINE_PREFLIGHT_H

#include <stddef.h>

struct error;
struct loop;
struct verifier;

/**
 * Before anything is paid for: under each header a true theorem must be accepted and a hole
 * refused, through the same path as any candidate. Runs the loop until both are known (a cold
 * `import Mathlib` takes seconds to minutes) and leaves warm workers behind. ERROR_ENVIRONMENT with
 * what Lean said when a header does not work here, ERROR_PROTOCOL when the verifier accepts a hole.
 */
int preflight_headers(struct loop *loop, struct verifier *verifier, const char *const *headers,
	size_t count, struct error *err);

#endif
