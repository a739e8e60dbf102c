#ifndef F2F_LOGIC_EXPRESSION_SIDE_H
#define F2F_LOGIC_EXPRESSION_SIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "logic/expression.h"
#include "logic/rational.h"

enum { SIDE_STACK_MAX = 64 };

/* One side while it is read: operators wait on a stack until a weaker one comes. */
struct side {
	struct expression *out;
	struct rational values[SIDE_STACK_MAX];
	char waiting[SIDE_STACK_MAX]; // + - * / ^, ( and n for a minus of one operand
	size_t value_count, waiting_count;
	size_t depth, lowest; // open parentheses; the fewest since the first operand
	bool any;	      // an operand of some kind has been read
	bool number;	      // and one was a number
	bool unknown;	      // so that it has no value: words, a division by zero
};

void side_begin(struct side *side, struct expression *out, size_t start);

/** A number; `negative` when a minus stands directly before it. */
void side_number(struct side *side, struct rational value, bool negative);
void side_overflow(struct side *side);
void side_unknown(struct side *side); // an operand that is not a number
void side_operator(struct side *side, char op);
void side_negate(struct side *side); // of what comes
void side_open(struct side *side);
void side_close(struct side *side); // depth > 0

/** Parentheses open at the end are taken as around the whole equation, or the side has no value. */
void side_finish(struct side *side, size_t end);

#endif
