#ifndef F2F_ENGINE_CACHED_H
#define F2F_ENGINE_CACHED_H

#include <stdbool.h>

struct attempt;
struct cache_reply;
struct completion;
struct error;

/* Replies by what was asked, kept across runs. A reply belongs to the server, the model, the whole
 * request (with its seed), the template and the index of the sample: two samples of one problem are
 * never the same question, even where nothing else tells them apart. */

enum cache_mode {
	CACHE_OFF,
	CACHE_ON, // looked for, and kept
	CACHE_REFRESH, // asked for again, and kept
	CACHE_ONLY, // looked for; what is not there is missing, and nothing is sent
};

/** Whether this run looks for replies. */
bool cached_is_looked_for(enum cache_mode mode);

/**
 * The answer to what the attempt asks, which is built without what its server was found not to take:
 * the question is the same however it has to be spelled. Owned when *found_out. The key is kept in
 * the attempt, for cached_keep.
 */
int cached_find(
	struct attempt *attempt, struct cache_reply *reply_out, bool *found_out, struct error *err);

/** Whether a reply is kept, without using it. */
int cached_has(struct attempt *attempt, bool *found_out, struct error *err);

/**
 * Keeps the answer of a sample that is recorded; `completion` NULL: its outcome is all there is of
 * it. Within the store's transaction.
 */
int cached_keep(struct attempt *attempt, const struct completion *completion, struct error *err);

#endif
