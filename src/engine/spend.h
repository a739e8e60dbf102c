#ifndef F2F_ENGINE_SPEND_H
#define F2F_ENGINE_SPEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct completion;

/* What a run has used of its endpoint, earlier sessions included. */

struct spend {
	int64_t prompt_tokens;
	int64_t completion_tokens; // reasoning included
	int64_t uncounted; // replies that took nobody knows how many
	double usd; // of the replies whose cost is known
	int64_t unpriced; // replies that cost something unknown
	int64_t counted; // of this session: replies whose tokens are known
	int64_t priced; // and whose cost is
	int64_t most_tokens; // one of them took
	double most_usd;
};

/** What a request may use, or what all that are under way may. */
struct spend_share {
	int64_t requests;
	int64_t tokens;
	double usd; // NAN of a request: not known beforehand
};

/** Limits end a run cleanly; 0: none. */
struct spend_limits {
	int64_t tokens; // prompt and completion
	double usd;
};

void spend_add(struct spend *spend, const struct completion *completion);

/** At least what the dearest reply so far took: what is said beforehand is an estimate. */
struct spend_share spend_expect(const struct spend *spend, struct spend_share request);

/**
 * Whether a request may go out beside those under way without a limit being passed. Alone it always
 * may: so a limit is passed by one request at most. Until a first reply has shown that what limits is
 * told at all, there is one at a time.
 */
bool spend_has_room(const struct spend *spend, const struct spend_limits *limits,
	const struct spend_share *held, const struct spend_share *request);

/**
 * Whether a limit is reached; `why` says which. One is reached, too, by a reply whose tokens or cost
 * nobody knows: it could not be kept otherwise.
 */
bool spend_is_over(
	const struct spend *spend, const struct spend_limits *limits, char *why, size_t why_size);

#endif
