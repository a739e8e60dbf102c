#include "logic/expression_side.h"

enum { POWER_MAX = 64 };

void side_begin(struct side *side, struct expression *out, size_t start) {
	side->out = out;
	side->value_count = side->waiting_count = side->depth = side->lowest = 0;
	side->any = side->number = side->unknown = false;
	out->start = out->end = start;
	out->evaluates = out->too_large = false;
	out->value = rational_of(0);
	out->operand_count = out->operator_count = 0;
}

void side_overflow(struct side *side) {
	side->out->too_large = true;
	side->any = side->number = true;
}

static bool power(struct rational base, struct rational exponent, struct rational *out) {
	struct rational value = rational_of(1);
	if (exponent.denominator != 1 || exponent.numerator < 0 ||
		exponent.numerator > POWER_MAX) {
		return false;
	}
	for (int64_t i = 0; i < exponent.numerator; i++) {
		if (!rational_multiply(value, base, &value)) {
			return false;
		}
	}
	*out = value;
	return true;
}

static bool apply(char op, struct rational a, struct rational b, struct rational *out) {
	switch (op) {
	case '+':
		return rational_add(a, b, out);
	case '-':
		return rational_subtract(a, b, out);
	case '*':
		return rational_multiply(a, b, out);
	case '/':
		return rational_divide(a, b, out);
	default:
		return power(a, b, out);
	}
}

/* Takes the operator on top, and its operands, for their result. */
static void reduce(struct side *side) {
	char op = side->waiting[--side->waiting_count];
	if (side->unknown || side->out->too_large) {
		return;
	}
	if (op == 'n' && side->value_count > 0) {
		struct rational *top = &side->values[side->value_count - 1];
		top->numerator = -top->numerator;
		return;
	}
	if (side->value_count < 2) {
		side->unknown = true; // an operator too many: ill-formed
		return;
	}
	struct rational *left = &side->values[side->value_count - 2];
	struct rational right = side->values[--side->value_count];
	if (op == '/' && right.numerator == 0) {
		side->unknown = true;
	} else if (!apply(op, *left, right, left)) {
		side->out->too_large = true;
	}
}

static int strength(char op) {
	switch (op) {
	case '+':
	case '-':
		return 1;
	case '*':
	case '/':
		return 2;
	case 'n':
		return 3;
	case '^':
		return 4;
	default:
		return 0; // a parenthesis
	}
}

static void wait(struct side *side, char op) {
	if (side->out->too_large) {
		return;
	}
	if (side->waiting_count == SIDE_STACK_MAX) {
		side->out->too_large = true;
		return;
	}
	side->waiting[side->waiting_count++] = op;
}

static void push(struct side *side, struct rational value) {
	if (!side->any) {
		side->lowest = side->depth;
		side->any = true;
	}
	if (side->value_count == SIDE_STACK_MAX) {
		side->out->too_large = true;
	}
	if (!side->out->too_large) {
		side->values[side->value_count++] = value;
	}
}

void side_number(struct side *side, struct rational value, bool negative) {
	struct expression *out = side->out;
	side->number = true;
	if (negative) {
		value.numerator = -value.numerator;
	}
	if (out->operand_count == EXPRESSION_OPERANDS_MAX) {
		side_overflow(side);
	} else {
		out->operands[out->operand_count++] = value;
	}
	push(side, value);
}

void side_unknown(struct side *side) {
	push(side, rational_of(0));
	side->unknown = true;
}

void side_operator(struct side *side, char op) {
	bool right = op == '^'; // 2^3^2 is 2^9
	while (side->waiting_count > 0 && !side->out->too_large) {
		int top = strength(side->waiting[side->waiting_count - 1]);
		if (top < strength(op) || (right && top == strength(op))) {
			break;
		}
		reduce(side);
	}
	wait(side, op);
	side->out->operator_count++;
}

void side_negate(struct side *side) {
	wait(side, 'n');
}

void side_open(struct side *side) {
	side->depth++;
	wait(side, '(');
}

void side_close(struct side *side) {
	side->depth--;
	side->lowest = side->depth < side->lowest ? side->depth : side->lowest;
	while (side->waiting_count > 0 && !side->out->too_large) {
		if (side->waiting[side->waiting_count - 1] == '(') {
			side->waiting_count--;
			return;
		}
		reduce(side);
	}
}

void side_finish(struct side *side, size_t end) {
	struct expression *out = side->out;
	out->end = end;
	while (side->waiting_count > 0 && !out->too_large) {
		if (side->waiting[side->waiting_count - 1] == '(') {
			side->waiting_count--;
		} else {
			reduce(side);
		}
	}
	out->too_large &= side->number; // not for parentheses around nothing
	if (out->too_large || side->unknown || side->lowest < side->depth ||
		side->value_count != 1 || out->operand_count == 0) {
		return;
	}
	out->evaluates = true;
	out->value = side->values[0];
}
