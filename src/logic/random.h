#ifndef F2F_LOGIC_RANDOM_H
#define F2F_LOGIC_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * A small generator whose numbers are the same on every machine and for ever: splitmix64 (Steele,
 * Lea, Flood 2014).
 */
struct random {
	uint64_t state;
};

struct random random_seed(uint64_t seed);

/** A stream of its own for (seed, text, number): what one problem draws never moves another's. */
struct random random_stream(uint64_t seed, const char *name, uint64_t number);
uint64_t random_next(struct random *random);
uint64_t random_below(struct random *random, uint64_t bound); // 0 … bound − 1, without bias
int64_t random_between(struct random *random, int64_t low, int64_t high); // both included
bool random_coin(struct random *random);

#endif
