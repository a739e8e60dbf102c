#include "logic/random.h"

#include <assert.h>

static uint64_t mix(uint64_t z) {
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

struct random random_seed(uint64_t seed) {
	return (struct random){.state = seed};
}

struct random random_stream(uint64_t seed, const char *name, uint64_t number) {
	uint64_t hash = 0xcbf29ce484222325u; // FNV-1a
	for (const char *c = name; *c != '\0'; c++) {
		hash = (hash ^ (unsigned char)*c) * 0x100000001b3u;
	}
	// Mixed one after the other: seeds, names and numbers that are near one another must give
	// streams that have nothing to do with one another.
	uint64_t state = mix(seed + 0x9e3779b97f4a7c15u);
	state = mix((state ^ hash) + 0x9e3779b97f4a7c15u);
	state = mix((state ^ number) + 0x9e3779b97f4a7c15u);
	return random_seed(state);
}

uint64_t random_next(struct random *random) {
	random->state += 0x9e3779b97f4a7c15u;
	return mix(random->state);
}

uint64_t random_below(struct random *random, uint64_t bound) {
	assert(bound > 0);
	// The lowest 2^64 mod bound values would come once too often.
	uint64_t low = (0 - bound) % bound;
	uint64_t value;
	do {
		value = random_next(random);
	} while (value < low);
	return value % bound;
}

int64_t random_between(struct random *random, int64_t low, int64_t high) {
	assert(low <= high);
	uint64_t span = (uint64_t)high - (uint64_t)low;
	uint64_t offset = span == UINT64_MAX ? random_next(random) : random_below(random, span + 1);
	return (int64_t)((uint64_t)low + offset);
}

bool random_coin(struct random *random) {
	return (random_next(random) >> 63) != 0;
}
