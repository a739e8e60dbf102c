#include "logic/expression.h"

#include <stdint.h>

#include "logic/expression_read.h"

struct finder {
	struct side_reader reader;
	struct equation *out;
	size_t max, count;
	bool listed; // a number stood before in the same breath
};

static const size_t NOWHERE = SIZE_MAX;

/* "≈": within a hundredth, or rounded to a whole number. */
static bool nearly_equal(struct rational a, struct rational b) {
	struct rational difference;
	struct rational scaled;
	if (!rational_subtract(a, b, &difference)) {
		return false;
	}
	if (difference.numerator < 0) {
		difference.numerator = -difference.numerator;
	}
	if (rational_is_integer(a) || rational_is_integer(b)) {
		struct rational half = {1, 2};
		if (rational_compare(difference, half) <= 0) {
			return true;
		}
	}
	a.numerator = a.numerator < 0 ? -a.numerator : a.numerator;
	return rational_multiply(difference, rational_of(100), &scaled) &&
	       rational_compare(scaled, a) <= 0;
}

static bool sides_agree(const struct expression *a, const struct expression *b, bool about) {
	return rational_equal(a->value, b->value) || (about && nearly_equal(a->value, b->value));
}

/* Notes whether the side just read, the last of the chain, has the value of those before. */
static void compare_last(struct equation *chain, bool about) {
	const struct expression *last = &chain->sides[chain->side_count - 1];
	for (size_t i = chain->side_count - 1; last->evaluates && i > 0; i--) {
		if (chain->sides[i - 1].evaluates) {
			chain->equal &= sides_agree(&chain->sides[i - 1], last, about);
			return;
		}
	}
}

static struct equation *open_chain(struct finder *finder) {
	struct equation *chain = &finder->out[finder->count];
	chain->side_count = 0;
	chain->equal = true;
	finder->reader.chained = false;
	return chain;
}

/* "5-10": two numbers, when no equals sign makes a difference of them. */
static bool split_range(
	struct finder *finder, struct equation *chain, const struct reading *reading) {
	struct expression *first = &chain->sides[0];
	if (!reading->glued || chain->side_count != 1 || first->operand_count != 2 ||
		first->operator_count != 1 || !first->evaluates ||
		rational_compare(first->operands[0], first->operands[1]) >= 0) {
		return false;
	}
	struct rational numbers[2] = {first->operands[0], first->operands[1]};
	size_t starts[2] = {first->start, reading->dash_end};
	size_t ends[2] = {reading->dash_start, first->end};
	for (size_t i = 0; i < 2 && finder->count < finder->max; i++) {
		struct equation *out = &finder->out[finder->count++];
		out->side_count = 1;
		out->equal = true;
		out->start = starts[i];
		out->end = ends[i];
		out->sides[0] = (struct expression){.start = starts[i],
			.end = ends[i],
			.evaluates = true,
			.value = numbers[i],
			.operands = {numbers[i]},
			.operand_count = 1};
	}
	return true;
}

/* Past parentheses around the whole equation, of which only the first half was read. */
static void trim_open(const struct lexer *lexer, struct expression *first, size_t depth) {
	for (; depth > 0; depth--) {
		struct lexer ahead = *lexer;
		struct token token;
		ahead.at = first->start;
		token_next(&ahead, &token); // the parenthesis
		token_next(&ahead, &token);
		if (token.start >= first->end) {
			return;
		}
		first->start = token.start;
	}
}

/* Counts the chain, when it has a number. */
static void close_chain(
	struct finder *finder, struct equation *chain, const struct reading *reading) {
	bool any = false;
	for (size_t i = 0; i < chain->side_count; i++) {
		any |= chain->sides[i].operand_count > 0 || chain->sides[i].too_large;
	}
	if (!any) {
		return;
	}
	finder->listed = chain->side_count == 1;
	if (split_range(finder, chain, reading)) {
		return;
	}
	chain->start = chain->sides[0].start;
	chain->end = chain->sides[chain->side_count - 1].end;
	finder->count++;
}

/* "5 / 20 * 100 = 25%": the sign is a unit when the side before says so. */
static void percent_as_unit(struct equation *chain) {
	struct expression *last = &chain->sides[chain->side_count - 1];
	struct rational hundredfold;
	if (chain->side_count < 2 || last->operator_count > 0 || !last->evaluates ||
		!rational_multiply(last->value, rational_of(100), &hundredfold)) {
		return;
	}
	const struct expression *before = last - 1;
	if (before->operator_count > 0 && before->evaluates &&
		rational_equal(before->value, hundredfold)) {
		last->value = last->operands[0] = hundredfold;
	}
}

/* Whether "is" really stood between arithmetic and its result. */
static bool soft_equal_holds(const struct side_reader *reader, const struct equation *chain) {
	const struct expression *left = &chain->sides[chain->side_count - 2];
	const struct expression *right = &chain->sides[chain->side_count - 1];
	struct lexer ahead = reader->lexer;
	if (!left->evaluates || !right->evaluates ||
		(left->operator_count > 0) == (right->operator_count > 0)) {
		return false;
	}
	if (left->operator_count == 0) {
		/* "Four times their number is 12 * 4": only a true one is surely meant. */
		return rational_equal(left->value, right->value);
	}
	ahead.at = right->end;
	for (int words = 0; words < 2; words++) { // "is 3 more than", "is 3 pears fewer than"
		struct token token;
		token_next(&ahead, &token);
		if (token_class(&token) == WORD_COMPARE || token.in_words) {
			return false;
		}
		if (token.kind != TOKEN_WORD) {
			break;
		}
	}
	return true;
}

/* Ends the chain before its last side, which begins one of its own. NULL when there is no room. */
static struct equation *split_chain(
	struct finder *finder, struct equation *chain, const struct reading *reading) {
	struct expression last = chain->sides[--chain->side_count];
	struct reading before = *reading;
	before.glued = false;
	close_chain(finder, chain, &before);
	if (finder->count == finder->max) {
		return NULL;
	}
	chain = open_chain(finder);
	chain->sides[0] = last;
	chain->side_count = 1;
	return chain;
}

/* Where the first number or word after an equals sign stands. */
static size_t operand_start(const struct side_reader *reader, const struct token *sign) {
	struct lexer ahead = reader->lexer;
	struct token token;
	bool words = side_reader_follows(reader, sign, ahead.at) == FOLLOWS_WORDS;
	do {
		token_next(&ahead, &token);
	} while (!words && token_is_word(&token));
	return token.start;
}

/* Reads the chain on from the first operand of its next side. */
static void read_chain(struct finder *finder, struct equation *chain, struct reading *reading) {
	struct side_reader *reader = &finder->reader;
	bool soft = false;
	bool about = false;
	for (;;) {
		enum side_end end = side_reader_run(reader, reading);
		side_finish(&reader->side, reading->end);
		if (reader->side.lowest == reader->side.depth && reader->side.depth > 0) {
			trim_open(&reader->lexer, reader->side.out, reader->side.depth);
		}
		chain->side_count++;
		if (chain->side_count == 1 && end == SIDE_EQUAL && finder->listed &&
			chain->sides[0].operator_count == 0) {
			chain->sides[0].evaluates = false; // "3 bags of 7 = 21"
		}
		if (reading->last.percent) {
			percent_as_unit(chain);
		}
		if (soft && !soft_equal_holds(reader, chain)) {
			chain = split_chain(finder, chain, reading);
			if (chain == NULL) {
				return;
			}
		}
		compare_last(chain, about);
		if (end == SIDE_ENDS || chain->side_count == EXPRESSION_SIDES_MAX) {
			break;
		}
		soft = end == SIDE_SOFT;
		about = reading->equal.about;
		reader->chained = true;
		reading->glued = false;
		side_begin(&reader->side, &chain->sides[chain->side_count],
			operand_start(reader, &reading->equal));
		struct token sign = reading->equal;
		if (!side_reader_operand(reader, &sign, reading)) {
			break; // "= ?"
		}
	}
	close_chain(finder, chain, reading);
}

static void begin_with_number(struct finder *finder, size_t start) {
	struct equation *chain = open_chain(finder);
	struct reading reading = {.glued = false};
	finder->reader.lexer.at = start;
	side_begin(&finder->reader.side, &chain->sides[0], start);
	side_reader_take(&finder->reader, FOLLOWS_NUMBER, &reading);
	read_chain(finder, chain, &reading);
}

/* The words from start to end are a side, or an operand of one. */
static void begin_with_words(struct finder *finder, size_t start, size_t end) {
	struct equation *chain = open_chain(finder);
	struct reading reading = {.end = end};
	finder->reader.lexer.at = end;
	side_begin(&finder->reader.side, &chain->sides[0], start);
	side_unknown(&finder->reader.side);
	read_chain(finder, chain, &reading);
}

/* An operator that does not follow a number. Returns whether it began something. */
static bool begin_with_operator(struct finder *finder, const struct token *token, size_t run,
	size_t run_end) {
	struct side_reader *reader = &finder->reader;
	bool number = side_reader_begins_number(reader, token);
	if (number && !token->space_after &&
		(run == NOWHERE || token->space_before || run_end < token->start)) {
		begin_with_number(finder, token->start);
		return true;
	}
	if (run == NOWHERE) {
		return false;
	}
	bool spaced = token->space_before == token->space_after;
	if (side_reader_follows(reader, token, token->end) != FOLLOWS_NOTHING && spaced &&
		(side_reader_equals_ahead(reader, token->end) || token->in_words ||
			token->op == '+')) {
		begin_with_words(finder, run, run_end);
		return true;
	}
	if (token->op == '-' && !token->space_before && !token->space_after) {
		struct token part; // "covid-19"
		token_next(&reader->lexer, &part);
	}
	return false;
}

/* Looks on from where the lexer stands until something has been read; false at the end. */
static bool find_next(struct finder *finder) {
	struct side_reader *reader = &finder->reader;
	reader->chained = false; // whatever was read before
	size_t run = NOWHERE; // words that may be the left side of an equals sign
	size_t run_end = 0;
	for (;;) {
		struct token token;
		token_next(&reader->lexer, &token);
		if (token.kind == TOKEN_END) {
			return false;
		}
		if (token.kind == TOKEN_NUMBER ||
			(token.kind == TOKEN_OPEN && side_reader_begins_number(reader, &token))) {
			begin_with_number(finder, token.start);
			return true;
		}
		if (token.kind == TOKEN_EQUAL && run != NOWHERE) {
			begin_with_words(finder, run, run_end);
			return true;
		}
		if (token.kind == TOKEN_OPERATOR &&
			begin_with_operator(finder, &token, run, run_end)) {
			return true;
		}
		if (token_is_word(&token) || token.in_words) {
			run = run == NOWHERE ? token.start : run;
			run_end = token.end;
		} else if (token.kind == TOKEN_OPEN && run != NOWHERE) {
			reader->lexer.at = side_reader_skip_note(reader, token.end);
		} else if (token.kind != TOKEN_CLOSE) {
			run = NOWHERE;
		}
		finder->listed &= token.kind != TOKEN_BREAK || token.character == ',';
	}
}

size_t equations_find(const char *text, size_t length, struct equation *out, size_t max) {
	struct finder finder;
	finder.reader.lexer = (struct lexer){.text = text, .length = length};
	finder.out = out;
	finder.max = max;
	finder.count = 0;
	finder.listed = false;
	while (finder.count < max && find_next(&finder)) {
	}
	return finder.count;
}
