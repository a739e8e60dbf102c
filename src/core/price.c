#include "core/price.h"

#include <math.h>

#include "core/completion.h"

static const double million = 1e6;

double price_of(const struct price *price, const struct completion *completion) {
	if (!isnan(completion->usd)) {
		return completion->usd;
	}
	if (isnan(price->input) || isnan(price->output) || completion->prompt_tokens < 0 ||
		completion->completion_tokens < 0) {
		return NAN;
	}
	double cached = completion->cached_tokens > 0 ? (double)completion->cached_tokens : 0;
	if (cached > (double)completion->prompt_tokens) {
		cached = (double)completion->prompt_tokens;
	}
	double cached_price = isnan(price->cached_input) ? price->input : price->cached_input;
	return (((double)completion->prompt_tokens - cached) * price->input +
		       cached * cached_price +
		       (double)completion->completion_tokens * price->output) /
	       million;
}
