#ifndef F2F_LOGIC_EXPRESSION_H
#define F2F_LOGIC_EXPRESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "logic/rational.h"

/*
 * Arithmetic as people write it in prose: "16 - 5 = 11", "16 pears − 5 pears = 11 pears",
 * "x = 2 + 3 × 4 = 14", "11 = 16 minus 5", "$1,234.50 / 2", "\frac{3}{4} of 20", "three plus four".
 * The text is first seen through prose.h (no Markdown, no LaTeX), but operators may be Unicode.
 */

enum { EXPRESSION_OPERANDS_MAX = 16, EXPRESSION_SIDES_MAX = 8 };

/* One side of an equation: what stands between two equals signs. */
struct expression {
	size_t start, end; // bytes in the text
	// it has a number (a side that is only words, "x" or "Bo's pears", has none)
	bool evaluates;
	struct rational value;
	struct rational operands[EXPRESSION_OPERANDS_MAX]; // numbers, in the order they stand
	size_t operand_count; // 1: a bare number
	size_t operator_count;
	bool too_large; // more operands than fit, or overflow: evaluates is false
};

/** A chain "a = b = c"; a bare expression or number is a chain of one side. */
struct equation {
	size_t start, end;
	struct expression sides[EXPRESSION_SIDES_MAX]; // those from side_count on are not set
	size_t side_count;
	// all sides that evaluate have one value, or are near enough after "≈". "1 hour = 60
	// minutes" is not equal: only a side with an operator is arithmetic
	bool equal;
};

/**
 * Equations in text[0 .. length), left to right, at most `max`; returns how many (the rest are not
 * looked for). Bare numbers count ("Bo has 11 plums": one equation with one side with one operand).
 * Number words to ninety-nine thousand, "half", "twice" and "a dozen" are numbers; "one of", "no
 * one" and ordinals are not. Units between numbers and operators are skipped ("16 pears - 5
 * pears"). Precedence is the usual one, division exact, unary minus allowed, "20% of 50" and "1/2
 * of 10" are products. Never reads past length; linear in it.
 */
size_t equations_find(const char *text, size_t length, struct equation *out, size_t max);

#endif
