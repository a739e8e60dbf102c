#ifndef F2F_LOGIC_BITS_H
#define F2F_LOGIC_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sets of small numbers as words of 64 bits; the caller knows how many words. */

static inline bool bits_has(const uint64_t *bits, size_t bit) {
	return (bits[bit / 64] >> (bit % 64) & 1) != 0;
}

static inline void bits_set(uint64_t *bits, size_t bit) {
	bits[bit / 64] |= (uint64_t)1 << (bit % 64);
}

static inline void bits_clear(uint64_t *bits, size_t bit) {
	bits[bit / 64] &= ~((uint64_t)1 << (bit % 64));
}

static inline void bits_or(uint64_t *bits, const uint64_t *other, size_t words) {
	for (size_t i = 0; i < words; i++) {
		bits[i] |= other[i];
	}
}

/* Whether every bit of `part` is in `whole` or in `also`. */
static inline bool bits_within(
	const uint64_t *part, const uint64_t *whole, const uint64_t *also, size_t words) {
	for (size_t i = 0; i < words; i++) {
		if ((part[i] & ~(whole[i] | also[i])) != 0) {
			return false;
		}
	}
	return true;
}

static inline size_t bits_count_without(
	const uint64_t *bits, const uint64_t *without, size_t words) {
	size_t count = 0;
	for (size_t i = 0; i < words; i++) {
		count += (size_t)__builtin_popcountll(bits[i] & ~without[i]);
	}
	return count;
}

#endif
