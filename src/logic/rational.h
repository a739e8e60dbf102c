#ifndef F2F_LOGIC_RATIONAL_H
#define F2F_LOGIC_RATIONAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* Exact numbers, in lowest terms with a positive denominator. Operations return false, and leave
 * *out alone, when the result does not fit 64 bits or a divisor is zero. */
struct rational {
	int64_t numerator;
	int64_t denominator;
};

bool rational_make(int64_t numerator, int64_t denominator, struct rational *out);
struct rational rational_of(int64_t value); // not INT64_MIN
bool rational_add(struct rational a, struct rational b, struct rational *out);
bool rational_subtract(struct rational a, struct rational b, struct rational *out);
bool rational_multiply(struct rational a, struct rational b, struct rational *out);
bool rational_divide(struct rational a, struct rational b, struct rational *out);

bool rational_equal(struct rational a, struct rational b);
int rational_compare(struct rational a, struct rational b); // exact: no overflow
bool rational_is_integer(struct rational a);

/** Whole text: "17", "-3", "3/4", "2.50". False on anything else, overflow included. */
bool rational_parse(const char *text, size_t length, struct rational *out);

/** Appends "17" or "3/4". */
void rational_append(struct buf *out, struct rational a);

#endif
