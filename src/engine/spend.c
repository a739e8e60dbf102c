#include "engine/spend.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "core/completion.h"

/* Ten times 0.01 is less than 0.1. */
#define HAIR 1e-9

void spend_add(struct spend *spend, const struct completion *completion) {
	spend->prompt_tokens += completion->prompt_tokens > 0 ? completion->prompt_tokens : 0;
	spend->completion_tokens +=
		completion->completion_tokens > 0 ? completion->completion_tokens : 0;
	bool counted = completion->prompt_tokens >= 0 && completion->completion_tokens >= 0;
	int64_t tokens = counted ? completion->prompt_tokens + completion->completion_tokens : 0;
	spend->uncounted += !counted;
	spend->counted += counted;
	spend->most_tokens = tokens > spend->most_tokens ? tokens : spend->most_tokens;
	if (isnan(completion->usd)) {
		spend->unpriced++;
	} else {
		spend->usd += completion->usd;
		spend->priced++;
		spend->most_usd = fmax(spend->most_usd, completion->usd);
	}
}

struct spend_share spend_expect(const struct spend *spend, struct spend_share request) {
	request.tokens = request.tokens > spend->most_tokens ? request.tokens : spend->most_tokens;
	if (spend->priced > 0) {
		request.usd = fmax(request.usd, spend->most_usd); // the number, where one is NAN
	}
	return request;
}

bool spend_has_room(const struct spend *spend, const struct spend_limits *limits,
	const struct spend_share *held, const struct spend_share *request) {
	int64_t tokens = spend->prompt_tokens + spend->completion_tokens + held->tokens;
	if (held->requests == 0) {
		return true;
	}
	if (limits->tokens > 0 &&
		(spend->counted == 0 || tokens + request->tokens > limits->tokens)) {
		return false;
	}
	// A cost that is not a number is more than any limit.
	return limits->usd <= 0 || (spend->priced > 0 && spend->usd + held->usd + request->usd <=
								 limits->usd * (1 + HAIR));
}

bool spend_is_over(
	const struct spend *spend, const struct spend_limits *limits, char *why, size_t why_size) {
	int64_t tokens = spend->prompt_tokens + spend->completion_tokens;
	if (limits->tokens > 0 && tokens >= limits->tokens) {
		snprintf(why, why_size,
			"%" PRId64 " tokens are used, and --token-limit is %" PRId64
			"; the same command with a higher limit goes on",
			tokens, limits->tokens);
		return true;
	}
	if (limits->tokens > 0 && spend->uncounted > 0) {
		snprintf(why, why_size,
			"the endpoint does not say how many tokens a reply takes, so --token-limit "
			"cannot be kept: go on without it");
		return true;
	}
	if (limits->usd > 0 && spend->usd >= limits->usd * (1 - HAIR)) {
		snprintf(why, why_size,
			"%.4f USD are spent, and --cost-limit is %.4f; the same command with a "
			"higher limit goes on",
			spend->usd, limits->usd);
		return true;
	}
	if (limits->usd > 0 && spend->unpriced > 0) {
		snprintf(why, why_size,
			"nobody knows what %" PRId64 " of the run's replies cost, so --cost-limit "
			"cannot be kept: go on without it (--token-limit needs no prices), or give "
			"price-input and price-output in the model's section and --fresh",
			spend->unpriced);
		return true;
	}
	return false;
}
