#include "logic/rational.h"

#include <inttypes.h>

#include "base/buf.h"

/* Wide enough for the product of two numerators; not ISO C, which __extension__ admits. */
__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 unsigned_wide;

static uint64_t common_divisor(uint64_t a, uint64_t b) {
	while (b != 0) {
		uint64_t rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

/* Values are kept above INT64_MIN, so that each has a negative. */
static bool reduced(wide numerator, wide denominator, struct rational *out) {
	if (denominator == 0) {
		return false;
	}
	if (denominator < 0) {
		numerator = -numerator;
		denominator = -denominator;
	}
	unsigned_wide a = numerator < 0 ? (unsigned_wide)-numerator
					    : (unsigned_wide)numerator;
	unsigned_wide b = (unsigned_wide)denominator;
	if (b >> 64 != 0 || a >> 64 != 0) { // rare: products of large numbers
		unsigned_wide x = a;
		unsigned_wide y = b;
		while (y != 0) {
			unsigned_wide rest = x % y;
			x = y;
			y = rest;
		}
		if (x <= 1) {
			return false;
		}
		a /= x;
		b /= x;
	}
	if (a > INT64_MAX || b > INT64_MAX) {
		return false;
	}
	uint64_t divisor = common_divisor((uint64_t)a, (uint64_t)b);
	int64_t top = (int64_t)((uint64_t)a / divisor);
	*out = (struct rational){numerator < 0 ? -top : top, (int64_t)((uint64_t)b / divisor)};
	return true;
}

bool rational_make(int64_t numerator, int64_t denominator, struct rational *out) {
	return reduced(numerator, denominator, out);
}

struct rational rational_of(int64_t value) {
	return (struct rational){value, 1};
}

bool rational_add(struct rational a, struct rational b, struct rational *out) {
	if (a.denominator == 1 && b.denominator == 1) {
		return reduced((wide)a.numerator + b.numerator, 1, out);
	}
	return reduced((wide)a.numerator * b.denominator +
			       (wide)b.numerator * a.denominator,
		(wide)a.denominator * b.denominator, out);
}

bool rational_subtract(struct rational a, struct rational b, struct rational *out) {
	b.numerator = -b.numerator;
	return rational_add(a, b, out);
}

bool rational_multiply(struct rational a, struct rational b, struct rational *out) {
	return reduced((wide)a.numerator * b.numerator,
		(wide)a.denominator * b.denominator, out);
}

bool rational_divide(struct rational a, struct rational b, struct rational *out) {
	return reduced((wide)a.numerator * b.denominator,
		(wide)a.denominator * b.numerator, out);
}

bool rational_equal(struct rational a, struct rational b) {
	return a.numerator == b.numerator && a.denominator == b.denominator;
}

int rational_compare(struct rational a, struct rational b) {
	wide left = (wide)a.numerator * b.denominator;
	wide right = (wide)b.numerator * a.denominator;
	return left < right ? -1 : left > right;
}

bool rational_is_integer(struct rational a) {
	return a.denominator == 1;
}

static bool add_digit(uint64_t *value, char c) {
	if (*value > (INT64_MAX - 9) / 10) {
		return false;
	}
	*value = *value * 10 + (uint64_t)(c - '0');
	return true;
}

/* Digits from *at on into *value_out; false when there are none or too many. */
static bool digits(const char *text, size_t length, size_t *at, uint64_t *value_out) {
	size_t start = *at;
	uint64_t value = 0;
	while (*at < length && text[*at] >= '0' && text[*at] <= '9') {
		if (!add_digit(&value, text[*at])) {
			return false;
		}
		(*at)++;
	}
	*value_out = value;
	return *at > start;
}

bool rational_parse(const char *text, size_t length, struct rational *out) {
	size_t at = 0;
	bool negative = length > 0 && text[0] == '-';
	at += negative ? 1 : 0;
	uint64_t top = 0;
	uint64_t bottom = 1;
	if (!digits(text, length, &at, &top)) {
		return false;
	}
	if (at < length && text[at] == '/') {
		at++;
		if (!digits(text, length, &at, &bottom)) {
			return false;
		}
	} else if (at < length && text[at] == '.') {
		size_t start = ++at;
		while (at < length && text[at] >= '0' && text[at] <= '9') {
			if (bottom > INT64_MAX / 10 || !add_digit(&top, text[at])) {
				return false;
			}
			bottom *= 10;
			at++;
		}
		if (at == start) {
			return false;
		}
	}
	int64_t numerator = (int64_t)top;
	return at == length &&
	       rational_make(negative ? -numerator : numerator, (int64_t)bottom, out);
}

void rational_append(struct buf *out, struct rational a) {
	buf_appendf(out, "%" PRId64, a.numerator);
	if (a.denominator != 1) {
		buf_appendf(out, "/%" PRId64, a.denominator);
	}
}
