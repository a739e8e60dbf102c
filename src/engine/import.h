#ifndef F2F_ENGINE_IMPORT_H
#define F2F_ENGINE_IMPORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/sha256.h"
#include "lean/policy.h"

struct error;
struct reply_line;
struct run_record;
struct store;

/**
 * Replies that were made elsewhere, on their way into a run: collected first, each found its
 * problem, then stored all or none.
 */
struct import;

/** ERROR_ENVIRONMENT when the set was never pulled. `split` is borrowed. */
int import_create(
	struct store *store, const char *split, struct import **import_out, struct error *err);
void import_destroy(struct import *import);

/**
 * Takes over what `line` owns, also on failure. Its name is looked for as it is written, through
 * the sets' aliases, in any case, and as the name of the theorem. A name of no problem, or of
 * another split, is only counted. ERROR_INPUT for a sample that was there before; `where` (borrowed
 * for the call) names the place for that message.
 */
int import_add(
	struct import *import, struct reply_line *line, const char *where, struct error *err);

size_t import_count(const struct import *import);
size_t import_repaired(const struct import *import); // replies whose text was not UTF-8
size_t import_elsewhere(const struct import *import); // of another split
int64_t import_samples(const struct import *import); // the highest sample, and one

/** Names of no problem, in order; NULL past the last. */
const char *import_unknown(const struct import *import, size_t index);

/** The subset that all replies belong to, or NULL. Borrowed. */
const char *import_subset(const struct import *import);

/** Of all replies and what they answer, whatever files they came in. */
struct sha256 import_hash(struct import *import);

/**
 * The run, its problems (those of run->subset; "all": every one) and the replies that answer them,
 * in one transaction. `policy` says what their text may hold. *stored_out: replies; those outside
 * the subset are left out.
 */
int import_store(struct import *import, const struct run_record *run, enum lean_policy policy,
	size_t *stored_out, struct error *err);

#endif
