#include "logic/expression_read.h"

enum {
	UNIT_WORDS_MAX = 8,	 // between a number and its operator
	OPERAND_WORDS_MAX = 12,	 // a side or an operand in words
	BEFORE_NUMBER_MAX = 6,	 // between an equals sign and its number
	AFTER_OPERATOR_MAX = 4,	 // between another operator and its number
	AFTER_MINUS_MAX = 2,	 // a dash goes before a number too: "pears - so 5"
	NOTE_TOKENS_MAX = 8,	 // in parentheses after a number
	OPEN_AHEAD_MAX = 4,	 // parentheses before a number
	EQUALS_AHEAD_MAX = 120,	 // bytes from "x - 5" to its equals sign
};

enum word_class token_class(const struct token *token) {
	return token->word != NULL ? token->word->class : WORD_PLAIN;
}

bool token_is_word(const struct token *token) {
	return token->kind == TOKEN_WORD || token->kind == TOKEN_SOFT;
}

static bool is_stop(const struct token *token) {
	enum word_class class = token_class(token);
	return class == WORD_STOP || class == WORD_AND;
}

bool side_reader_begins_number(const struct side_reader *reader, const struct token *token) {
	bool minus = token->kind == TOKEN_OPERATOR && token->op == '-' && !token->in_words;
	if (token->kind != TOKEN_OPEN && !minus) {
		return token->kind == TOKEN_NUMBER;
	}
	struct lexer ahead = reader->lexer;
	struct token next;
	ahead.at = token->end;
	token_next(&ahead, &next);
	if (minus) {
		return next.kind == TOKEN_NUMBER || next.kind == TOKEN_OPEN;
	}
	for (int depth = 0; depth < OPEN_AHEAD_MAX && next.kind == TOKEN_OPEN; depth++) {
		token_next(&ahead, &next);
	}
	return next.kind == TOKEN_NUMBER || next.kind == TOKEN_OPEN ||
	       (next.kind == TOKEN_OPERATOR && next.op == '-');
}

/* Whether an equals sign comes soon, before the sentence ends. */
bool side_reader_equals_ahead(const struct side_reader *reader, size_t at) {
	const struct lexer *lexer = &reader->lexer;
	size_t end = lexer->length - at > EQUALS_AHEAD_MAX ? at + EQUALS_AHEAD_MAX : lexer->length;
	for (; at < end; at++) {
		char c = lexer->text[at];
		if (c == '=') {
			return true;
		}
		if (c == ';' || c == '?' || c == '!' || c == '|' ||
			((c == '.' || c == ',') &&
				(at + 1 == end || lexer->text[at + 1] <= ' '))) {
			return false;
		}
	}
	return false;
}

/* How many words may stand between an operator and its number. */
static size_t words_allowed(const struct token *sign) {
	if (sign->kind != TOKEN_OPERATOR) {
		return BEFORE_NUMBER_MAX;
	}
	return sign->op == '-' ? AFTER_MINUS_MAX : AFTER_OPERATOR_MAX;
}

/* "5 times as many", "3 times a day", "30 times for 20": no product. "times" is one before a number
 * or a name. */
static bool is_counting(const struct side_reader *reader, const struct token *sign,
	const struct token *next) {
	if (sign->kind != TOKEN_OPERATOR || !sign->in_words || sign->op != '*') {
		return false;
	}
	if (next->kind != TOKEN_WORD) {
		return next->kind == TOKEN_SOFT;
	}
	char first = reader->lexer.text[next->start];
	return next->word != NULL || (first >= 'a' && first <= 'z');
}

enum follows side_reader_follows(
	const struct side_reader *reader, const struct token *sign, size_t at) {
	struct lexer ahead = reader->lexer;
	struct token token;
	size_t words = 0;
	bool stopped = false;
	ahead.at = at;
	for (;; words++) {
		token_next(&ahead, &token);
		if (side_reader_begins_number(reader, &token)) {
			if (words > 0 && token.kind == TOKEN_OPERATOR) {
				break; // "Mira - 5": an operand in words
			}
			return !stopped && words <= words_allowed(sign) ? FOLLOWS_NUMBER
									: FOLLOWS_NOTHING;
		}
		if (words == 0 && is_counting(reader, sign, &token)) {
			return FOLLOWS_NOTHING;
		}
		if (!token_is_word(&token) || words == OPERAND_WORDS_MAX) {
			break;
		}
		stopped |= is_stop(&token) || token_class(&token) == WORD_COMPARE;
		stopped |= token.kind == TOKEN_SOFT && sign->kind == TOKEN_OPERATOR;
	}
	if (words == 0) {
		return FOLLOWS_NOTHING;
	}
	if (token.kind == TOKEN_EQUAL || sign->kind == TOKEN_EQUAL) {
		return FOLLOWS_WORDS;
	}
	if (token.kind == TOKEN_OPERATOR) {
		return !stopped && side_reader_equals_ahead(reader, token.end) ? FOLLOWS_WORDS
									  : FOLLOWS_NOTHING;
	}
	return reader->chained && sign->op == '+' ? FOLLOWS_WORDS : FOLLOWS_NOTHING;
}

/* "x" between numbers, and signs that are no units' dashes or slashes. */
static bool as_operator(const struct side_reader *reader, struct token *token) {
	if (token->kind == TOKEN_WORD && token_class(token) == WORD_X) {
		struct lexer ahead = reader->lexer;
		struct token next;
		ahead.at = token->end;
		token_next(&ahead, &next);
		if (!side_reader_begins_number(reader, &next)) {
			return false;
		}
		token->kind = TOKEN_OPERATOR;
		token->op = '*';
	}
	return token->kind == TOKEN_OPERATOR;
}

/* The word glued to a number or unit by a hyphen or a slash: "16-year", "pounds/truck". */
static bool is_glued_unit(const struct side_reader *reader, const struct token *token) {
	struct lexer ahead = reader->lexer;
	struct token next;
	if (token->kind != TOKEN_OPERATOR || token->in_words || token->space_after ||
		(token->op != '/' && (token->op != '-' || token->space_before))) {
		return false;
	}
	ahead.at = token->end;
	token_next(&ahead, &next);
	return next.kind == TOKEN_WORD && next.start == token->end &&
	       (next.end - next.start > 1 || token->op == '/');
}

/* Reads on from `at` until something that is not words; returns where the words end. */
static size_t skip_words(struct side_reader *reader, size_t at, size_t most) {
	struct lexer ahead = reader->lexer;
	struct token token;
	size_t end = at;
	ahead.at = at;
	for (size_t words = 0; words < most; words++) {
		token_next(&ahead, &token);
		if (!token_is_word(&token)) {
			break;
		}
		end = token.end;
	}
	return end;
}

/* "(Mira's pears)" after a number; returns where it ends, or `at` when numbers are in it. */
size_t side_reader_skip_note(const struct side_reader *reader, size_t at) {
	struct lexer ahead = reader->lexer;
	struct token token;
	ahead.at = at;
	for (size_t i = 0; i < NOTE_TOKENS_MAX; i++) {
		token_next(&ahead, &token);
		if (token.kind == TOKEN_CLOSE) {
			return token.end;
		}
		if (!token_is_word(&token)) {
			break;
		}
	}
	return at;
}

static void push_number(struct side_reader *reader, const struct token *token, bool negative) {
	if (token->overflow) {
		side_overflow(&reader->side);
	} else {
		side_number(&reader->side, token->value, negative);
	}
	if (token->variable) {
		side_operator(&reader->side, '*');
		side_unknown(&reader->side);
	}
}

void side_reader_take(struct side_reader *reader, enum follows follows, struct reading *reading) {
	struct lexer *lexer = &reader->lexer;
	reading->words = 0;
	reading->capital = false;
	if (follows == FOLLOWS_WORDS) {
		lexer->at = skip_words(reader, lexer->at, OPERAND_WORDS_MAX);
		side_unknown(&reader->side);
		reading->last = (struct token){.kind = TOKEN_WORD};
		reading->end = lexer->at;
		return;
	}
	struct token token;
	bool negative = false;
	for (size_t words = 0;;) {
		token_next(lexer, &token);
		if (token_is_word(&token) && words < BEFORE_NUMBER_MAX) {
			words++;
		} else if (token.kind == TOKEN_OPEN) {
			if (negative) {
				side_negate(&reader->side);
				negative = false;
			}
			side_open(&reader->side);
			words = BEFORE_NUMBER_MAX;
		} else if (token.kind == TOKEN_OPERATOR && token.op == '-') {
			negative = !negative;
		} else {
			break;
		}
	}
	reading->last = token;
	if (token.kind == TOKEN_NUMBER) {
		push_number(reader, &token, negative);
	} else {
		lexer->at = skip_words(reader, token.start, OPERAND_WORDS_MAX);
		side_unknown(&reader->side);
	}
	reading->end = lexer->at;
}

bool side_reader_operand(
	struct side_reader *reader, const struct token *sign, struct reading *reading) {
	enum follows follows = side_reader_follows(reader, sign, reader->lexer.at);
	if (follows == FOLLOWS_NOTHING) {
		return false;
	}
	side_reader_take(reader, follows, reading);
	return true;
}

/* "half of 10", "20% of the 50", "twice 7": whether the number multiplies what follows. */
static bool multiplies(struct side_reader *reader, const struct token *last) {
	const struct side *side = &reader->side;
	struct lexer ahead = reader->lexer;
	struct token token;
	struct token sign = {.kind = TOKEN_OPERATOR, .op = '*'};
	bool factor = last->kind == TOKEN_NUMBER && (last->factor || last->percent);
	bool fraction = factor ||
			(side->waiting_count > 0 &&
				side->waiting[side->waiting_count - 1] == '/') ||
			(last->kind == TOKEN_NUMBER && last->value.denominator != 1);
	if (!fraction) {
		return false;
	}
	token_next(&ahead, &token);
	if (last->factor && token.kind == TOKEN_NUMBER) {
		side_operator(&reader->side, '*');
		return true;
	}
	if (token_class(&token) != WORD_OF ||
		side_reader_follows(reader, &sign, token.end) == FOLLOWS_NOTHING) {
		return false;
	}
	reader->lexer.at = token.end;
	side_operator(&reader->side, '*');
	return true;
}


/* "is" or "gives" as an equals sign: only after arithmetic, or "is" after a number, and before a
 * number. */
static bool is_soft_equal(const struct side_reader *reader, const struct reading *reading,
	const struct token *token) {
	const struct side *side = &reader->side;
	bool compound = side->out->operator_count > 0;
	enum word_class class = token_class(token);
	if (token->kind != TOKEN_SOFT || side->depth > 0 || side->unknown) {
		return false;
	}
	if ((class != WORD_IS && !compound) || (class == WORD_GIVES && reading->capital)) {
		return false;
	}
	return side_reader_follows(reader, token, token->end) == FOLLOWS_NUMBER;
}

/* After a comma: "plus 5", "which is 9", "leaving 9". */
static bool goes_on_after_comma(struct side_reader *reader, const struct reading *reading) {
	struct lexer ahead = reader->lexer;
	struct token token;
	token_next(&ahead, &token);
	if (token.kind == TOKEN_OPERATOR) {
		return token.in_words &&
		       side_reader_follows(reader, &token, token.end) == FOLLOWS_NUMBER;
	}
	if (reader->side.out->operator_count == 0) {
		return false;
	}
	if (token.kind == TOKEN_WORD && token_class(&token) == WORD_PICKS_ONE) {
		token_next(&ahead, &token);
		if (!is_soft_equal(reader, reading, &token)) {
			return false;
		}
		reader->lexer.at = token.start;
		return true;
	}
	return token_class(&token) == WORD_GIVES && is_soft_equal(reader, reading, &token);
}

/* A sign or parenthesis after an operand; false when the side does not go on with it. */
static bool take_sign(struct side_reader *reader, struct reading *reading, struct token *token) {
	struct lexer *lexer = &reader->lexer;
	struct token times = {.kind = TOKEN_OPERATOR, .op = '*'};
	if (is_glued_unit(reader, token)) {
		lexer->at = skip_words(reader, token->end, 1);
		reading->words++;
		return true;
	}
	if (as_operator(reader, token)) {
		enum follows follows = side_reader_follows(reader, token, token->end);
		if (follows == FOLLOWS_NOTHING) {
			return false;
		}
		reading->glued = token->op == '-' && !token->in_words &&
				 !token->space_before && !token->space_after;
		reading->dash_start = token->start;
		reading->dash_end = token->end;
		side_operator(&reader->side, token->op);
		side_reader_take(reader, follows, reading);
		return true;
	}
	if (token->kind == TOKEN_CLOSE && reader->side.depth > 0) {
		side_close(&reader->side);
		reading->last = *token;
		reading->end = lexer->at;
		reading->words = 0;
		return true;
	}
	if (token->kind != TOKEN_OPEN) {
		return false;
	}
	if (token->start == reading->end && side_reader_begins_number(reader, token)) {
		lexer->at = token->start; // "2(3 + 4)"
		side_operator(&reader->side, '*');
		return side_reader_operand(reader, &times, reading);
	}
	size_t note = side_reader_skip_note(reader, token->end);
	lexer->at = note;
	return note > token->end;
}

/* A word after an operand; false when it is no unit. */
static bool take_word(
	const struct side_reader *reader, struct reading *reading, const struct token *token) {
	char first = reader->lexer.text[token->start];
	reading->words++;
	reading->capital |= first >= 'A' && first <= 'Z';
	return reading->words <= UNIT_WORDS_MAX && !is_stop(token);
}

enum side_end side_reader_run(struct side_reader *reader, struct reading *reading) {
	struct lexer *lexer = &reader->lexer;
	struct token times = {.kind = TOKEN_OPERATOR, .op = '*'};
	for (;;) {
		struct token token;
		if (reading->words == 0 && multiplies(reader, &reading->last)) {
			side_reader_operand(reader, &times, reading);
			continue;
		}
		token_next(lexer, &token);
		if (token.kind == TOKEN_EQUAL || is_soft_equal(reader, reading, &token)) {
			reading->equal = token;
			return token.kind == TOKEN_EQUAL ? SIDE_EQUAL : SIDE_SOFT;
		}
		bool on = false;
		if (token.kind == TOKEN_BREAK && token.character == ',') {
			on = goes_on_after_comma(reader, reading);
		} else if (take_sign(reader, reading, &token)) {
			on = true;
		} else if (token_is_word(&token) || token.in_words) {
			on = take_word(reader, reading, &token);
		}
		if (!on) {
			lexer->at = reading->end;
			return SIDE_ENDS;
		}
	}
}
