#include "lean/letters.h"

#include <stddef.h>

#include "base/mem.h"

struct range {
	uint32_t low;
	uint32_t high;
};

/* Letters besides ASCII: Latin with marks (Lean since 2024), Greek without λ Π Σ, letter-like,
 * script and double-struck. */
static const struct range letters[] = {
	{0xc0, 0xd6},
	{0xd8, 0xf6},
	{0xf8, 0x17f},
	{0x391, 0x39f},
	{0x3a1, 0x3a2},
	{0x3a4, 0x3ba},
	{0x3bc, 0x3fb},
	{0x1f00, 0x1ffe},
	{0x2100, 0x214f},
	{0x1d49c, 0x1d59f},
};

/* Sub- and superscript letters and digits that only continue a name. */
static const struct range subscripts[] = {
	{0x2080, 0x2089},
	{0x2090, 0x209c},
	{0x1d62, 0x1d6a},
	{0x2c7c, 0x2c7c},
};

/* Signs of core and Mathlib notation. No space, no control, no direction mark, no letter of another
 * script. */
static const struct range symbols[] = {
	{0xa1, 0xa7},
	{0xa9, 0xac},
	{0xae, 0xae},
	{0xb0, 0xb4},
	{0xb6, 0xbf},
	{0xd7, 0xd7},
	{0xf7, 0xf7},
	{0x2b0, 0x2df},
	{0x2e0, 0x2ff},
	{0x3a0, 0x3a0},
	{0x3a3, 0x3a3},
	{0x3bb, 0x3bb},
	{0x1543, 0x1543},
	{0x15ee, 0x15ee},
	{0x1601, 0x1601},
	{0x1d2c, 0x1d61},
	{0x1d6b, 0x1dbf},
	{0x2010, 0x2027},
	{0x2030, 0x205e},
	{0x2070, 0x207f},
	{0x208a, 0x208e},
	{0x2150, 0x215f},
	{0x2190, 0x23ff},
	{0x25a0, 0x27ff},
	{0x2900, 0x2bff},
	{0x1d400, 0x1d49b},
	{0x1d5a0, 0x1d7ff},
};

static bool in(const struct range *ranges, size_t count, uint32_t c) {
	for (size_t i = 0; i < count; i++) {
		if (c >= ranges[i].low && c <= ranges[i].high) {
			return true;
		}
	}
	return false;
}

static bool ascii_letter(uint32_t c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool lean_letter_first(uint32_t c) {
	return c < 0x80 ? ascii_letter(c) : in(letters, F2F_COUNT(letters), c);
}

bool lean_letter_rest(uint32_t c) {
	if (c < 0x80) {
		return ascii_letter(c) || (c >= '0' && c <= '9') || c == '\'' || c == '!' ||
		       c == '?';
	}
	return in(letters, F2F_COUNT(letters), c) || in(subscripts, F2F_COUNT(subscripts), c);
}

bool lean_letter_symbol(uint32_t c) {
	if (c < 0x80) {
		return c > ' ' && c < 0x7f && !ascii_letter(c) && !(c >= '0' && c <= '9');
	}
	/* "→ₗ", "≃ₐ": a subscript where no name goes on belongs to an operator. */
	return in(symbols, F2F_COUNT(symbols), c) || in(subscripts, F2F_COUNT(subscripts), c);
}
