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
};

/** Limits end a run cleanly; 0: none. */
struct spend_limits {
	int64_t tokens; // prompt and completion
	double usd;
};

void spend_add(struct spend *spend, const struct completion *completion);

/**
 * Whether a limit is reached; `why` says which. One is reached, too, by a reply whose tokens or cost
 * nobody knows: it could not be kept otherwise.
 */
bool spend_is_over(
	const struct spend *spend, const struct spend_limits *limits, char *why, size_t why_size);

#endif
