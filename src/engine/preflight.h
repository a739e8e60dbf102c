#ifndef F2F_ENGINE_PREFLIGHT_H
#define F2F_ENGINE_PREFLIGHT_H

#include <stddef.h>

struct error;
struct loop;
struct verifier;

/**
 * Before anything is paid for: every header passes its self-test (verifier_prepare), through the same
 * path as any candidate. Runs the loop until all are known (a cold `import Mathlib` takes seconds to
 * minutes) and leaves warm workers behind. ERROR_ENVIRONMENT names the header, Lean and what went
 * wrong: it does not work here, or it accepts a cheat.
 */
int preflight_headers(struct loop *loop, struct verifier *verifier, const char *const *headers,
	size_t count, struct error *err);

#endif
