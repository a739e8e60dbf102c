#ifndef F2F_VERIFIER_SELFTEST_H
#define F2F_VERIFIER_SELFTEST_H

#include <stdbool.h>
#include <stddef.h>

struct lean_check;
struct verdict;

/**
 * What a (Lean, backend, header) has to show before its word counts: a true theorem is accepted,
 * and cheats that go past the text filter are refused as what they are. One check after another;
 * pure, and plain data: zeroed is a fresh one.
 */
struct selftest {
	size_t step;
	bool compiled_refused; // a proof that trusts compiled code was refused for its axioms
};

/** The check to ask next; owned. False when all have passed. */
bool selftest_next(const struct selftest *test, const char *header, struct lean_check *check_out);

/**
 * Takes the verdict on that check, and goes on. False when it is not what it has to be: *why_out
 * (owned) says what was asked and what came.
 */
bool selftest_take(struct selftest *test, const struct verdict *verdict, char **why_out);

#endif
