#ifndef F2F_VERIFIER_REUSE_H
#define F2F_VERIFIER_REUSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/sha256.h"

struct lean_check;
struct verdict;
struct verifier_options;

/* Equal checks are answered once. */

/**
 * What decides a verdict: toolchain, project, header, text (without our nonce), policy, limits, and
 * with a final check (`final` names it, NULL: none) which, and against what.
 * Equal hashes may share a verdict, also between runs.
 */
struct sha256 check_hash(const struct verifier_options *options, const char *final,
	const struct lean_check *check);

/** Whether a verdict answers equal checks too: only what Lean itself said does. */
bool verdict_may_be_reused(const struct verdict *verdict);

/** The latest verdicts by hash, not more than `max` and not more than `max_bytes` of text. */
struct reuse;

struct reuse *reuse_create(size_t max, size_t max_bytes);
void reuse_destroy(struct reuse *reuse);

/** Borrowed until the next reuse_put; NULL when it is not known. */
const struct verdict *reuse_get(const struct reuse *reuse, const char *hash);

/** Copies it; forgets the oldest ones to make room. */
void reuse_put(struct reuse *reuse, const char *hash, const struct verdict *verdict);

#endif
