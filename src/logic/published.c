#include "logic/published.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"

/* What the released matcher takes an equation to be: both sides, evaluated. */
struct equation {
	bool valid; // both sides have a value, the same
	int64_t value;
};

struct piece {
	const char *text; // lower case
	size_t length;
};

static bool is_digit(char c) {
	return c >= '0' && c <= '9';
}

static bool is_space(char c) {
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_arithmetic(char c) {
	return is_digit(c) || is_space(c) || (c != '\0' && strchr("+-*/()", c) != NULL);
}

/* An unsigned integer, moving *at past its digits; false on overflow. */
static bool read_integer(struct piece text, size_t *at, int64_t *value_out) {
	int64_t value = 0;
	bool fits = true;
	for (; *at < text.length && is_digit(text.text[*at]); ++*at) {
		fits = fits && !__builtin_mul_overflow(value, 10, &value) &&
		       !__builtin_add_overflow(value, text.text[*at] - '0', &value);
	}
	*value_out = value;
	return fits;
}

static bool apply(char operator, int64_t *value, int64_t operand) {
	switch (operator) {
	case '+':
		return !__builtin_add_overflow(*value, operand, value);
	case '-':
		return !__builtin_sub_overflow(*value, operand, value);
	case '*':
		return !__builtin_mul_overflow(*value, operand, value);
	default:
		if (operand == 0) {
			return false;
		}
		// floor; the operand is unsigned
		*value = *value / operand - (*value % operand < 0 ? 1 : 0);
		return true;
	}
}

/* Strictly from left to right, parentheses dropped. */
static bool evaluate(struct piece side, int64_t *value_out) {
	char operator = '+'; // NUL: one is due
	int64_t value = 0;
	for (size_t i = 0; i < side.length;) {
		char c = side.text[i];
		int64_t operand = 0;
		if (is_space(c) || c == '(' || c == ')') {
			i++;
		} else if (!is_digit(c)) {
			if (operator != '\0') {
				return false;
			}
			operator = c;
			i++;
		} else if (operator == '\0' || !read_integer(side, &i, &operand) ||
			   !apply(operator, &value, operand)) {
			return false;
		} else {
			operator = '\0';
		}
	}
	*value_out = value;
	return operator == '\0';
}

/* The next equation from *at on, which moves past it; false at the end. */
static bool next_equation(struct piece text, size_t *at, struct equation *out) {
	while (*at < text.length) {
		size_t start = *at;
		while (*at < text.length && is_arithmetic(text.text[*at])) {
			++*at;
		}
		struct piece left = {text.text + start, *at - start};
		size_t right = *at + 1;
		while (right < text.length && is_space(text.text[right])) {
			right++;
		}
		if (left.length > 0 && right < text.length && text.text[*at] == '=' &&
			is_digit(text.text[right])) {
			int64_t value = 0;
			bool fits = read_integer(text, &right, &value);
			*at = right;
			out->valid = fits && evaluate(left, &out->value) && out->value == value;
			return true;
		}
		++*at;
	}
	return false;
}

static bool is_listed(struct piece step, const char *const *names, size_t count) {
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(names[i]);
		char *lower = xmemdup0(names[i], length);
		for (size_t j = 0; j < length; j++) {
			lower[j] += lower[j] >= 'A' && lower[j] <= 'Z' ? 'a' - 'A' : 0;
		}
		bool found = memmem(step.text, step.length, lower, length) != NULL;
		free(lower);
		if (found) {
			return true;
		}
	}
	return false;
}

/* The next step: what stands after "digits, dot, white space", wherever that is, up to a line that
 * begins with "digits, dot". */
static bool next_step(struct piece text, size_t *at, struct piece *step_out) {
	size_t digits = 0;
	for (size_t i = *at; i + 1 < text.length; i++) {
		if (is_digit(text.text[i])) {
			digits++;
			continue;
		}
		bool found = digits > 0 && text.text[i] == '.' && is_space(text.text[i + 1]);
		digits = 0;
		if (!found) {
			continue;
		}
		size_t start = i + 1;
		while (start < text.length && is_space(text.text[start])) {
			start++;
		}
		size_t end = start;
		for (; end < text.length; end++) {
			size_t next = end + 1;
			while (text.text[end] == '\n' && next < text.length &&
				is_digit(text.text[next])) {
				next++;
			}
			if (next > end + 1 && next < text.length && text.text[next] == '.') {
				break;
			}
		}
		*step_out = (struct piece){text.text + start, end - start};
		*at = end;
		return true;
	}
	return false;
}

struct alignment {
	const struct published_sentence *reference;
	const struct equation *equations; // the first one of each sentence
	size_t count;
	bool *found; // by sentence
	VEC(size_t) matches;
	struct published_match match;
};

static void align_step(struct alignment *alignment, struct piece step) {
	struct published_match *match = &alignment->match;
	VEC(int64_t) values = {0};
	struct equation equation;
	for (size_t at = 0; next_equation(step, &at, &equation);) {
		if (equation.valid) {
			vec_push(&values, equation.value);
		}
	}
	size_t before = alignment->matches.count;
	for (size_t i = 0; i < alignment->count; i++) {
		const struct published_sentence *sentence = &alignment->reference[i];
		bool equal = false;
		for (size_t j = 0; j < values.count && alignment->equations[i].valid; j++) {
			equal = equal || values.items[j] == alignment->equations[i].value;
		}
		if (equal && sentence->conclusion &&
			(sentence->agent_count == 0 ||
				is_listed(step, sentence->agents, sentence->agent_count)) &&
			is_listed(step, sentence->forms, sentence->form_count)) {
			vec_push(&alignment->matches, i);
			alignment->found[i] = true;
		}
	}
	size_t found = alignment->matches.count - before;
	if (found == 0) {
		vec_push(&alignment->matches, PUBLISHED_UNMATCHED);
	}
	match->step_count++;
	match->matched_steps += found > 0 ? 1 : 0;
	match->ambiguous_steps += found > 1 ? 1 : 0;
	vec_finish(&values);
}

static void measure(struct alignment *alignment) {
	struct published_match *match = &alignment->match;
	size_t matched = 0;
	size_t relevant = 0;
	size_t found = 0;
	bool same = true;
	for (size_t i = 0; i < alignment->matches.count; i++) {
		matched += alignment->matches.items[i] != PUBLISHED_UNMATCHED ? 1 : 0;
	}
	for (size_t i = 0; i < alignment->count; i++) {
		if (alignment->reference[i].conclusion && alignment->reference[i].relevant) {
			same = same && relevant < alignment->matches.count &&
			       alignment->matches.items[relevant] == i;
			found += alignment->found[i] ? 1 : 0;
			relevant++;
		}
	}
	match->matches = alignment->matches.items;
	match->match_count = alignment->matches.count;
	match->exact = same && relevant == match->match_count;
	match->recall = relevant > 0 ? (double)found / (double)relevant : 0;
	match->precision_conclusions = matched > 0 ? (double)found / (double)matched : 0;
	match->precision_all =
		match->match_count > 0 ? (double)found / (double)match->match_count : 0;
}

void published_align(const struct published_sentence *reference, size_t count, const char *text,
	size_t length, struct published_match *out) {
	struct equation *equations = xcalloc(count + 1, sizeof(*equations));
	struct alignment alignment = {
		.reference = reference,
		.equations = equations,
		.count = count,
		.found = xcalloc(count + 1, sizeof(*alignment.found)),
	};
	for (size_t i = 0; i < count; i++) {
		size_t at = 0;
		struct piece sentence = {reference[i].text, strlen(reference[i].text)};
		(void)next_equation(sentence, &at, &equations[i]);
	}
	char *lower = xmemdup0(text, length);
	for (size_t i = 0; i < length; i++) {
		lower[i] += lower[i] >= 'A' && lower[i] <= 'Z' ? 'a' - 'A' : 0;
	}
	struct piece whole = {lower, length};
	struct piece step;
	for (size_t at = 0; next_step(whole, &at, &step);) {
		align_step(&alignment, step);
	}
	measure(&alignment);
	*out = alignment.match;
	free(equations);
	free(alignment.found);
	free(lower);
}

void published_match_finish(struct published_match *match) {
	free(match->matches);
	*match = (struct published_match){0};
}
