#ifndef F2F_CORE_PRICE_H
#define F2F_CORE_PRICE_H

struct completion;

/** What a model's tokens cost, in US dollars a million; NAN: not known. */
struct price {
	double input;
	double cached_input; // NAN: as input
	double output; // reasoning included
};

#define PRICE_UNKNOWN \
	{ .input = NAN, .cached_input = NAN, .output = NAN }

/**
 * Dollars that one reply cost: what the endpoint says, else tokens by price. NAN when neither is
 * known: never 0 for what may have cost something.
 */
double price_of(const struct price *price, const struct completion *completion);

#endif
