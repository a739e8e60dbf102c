#include "logic/expression_token.h"

#include <string.h>

#include "base/mem.h"

enum { DIGITS_MAX = 18 };

static bool is_digit(char c) {
	return c >= '0' && c <= '9';
}

static bool is_ascii_letter(char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char at(const struct lexer *lexer, size_t where) {
	return where < lexer->length ? lexer->text[where] : '\0';
}

static size_t symbol_length(const struct symbol *symbol) {
	return strlen(symbol->bytes);
}

/* A letter of a word: bytes that are no symbol's, and an apostrophe inside. */
static size_t letter_length(const struct lexer *lexer, size_t where) {
	char c = at(lexer, where);
	if (is_ascii_letter(c)) {
		return 1;
	}
	if ((unsigned char)c < 0x80) {
		return 0;
	}
	return symbol_find(lexer, where) == NULL ? 1 : 0;
}

static size_t apostrophe_length(const struct lexer *lexer, size_t where) {
	if (at(lexer, where) == '\'') {
		return 1;
	}
	return where + 3 <= lexer->length && memcmp(lexer->text + where, "\xe2\x80\x99", 3) == 0
		       ? 3
		       : 0;
}

/* Letters, digits after them, apostrophes and dots between letters ("a.m."). */
static size_t word_end(const struct lexer *lexer, size_t where) {
	for (;;) {
		while (where < lexer->length && is_ascii_letter(lexer->text[where])) {
			where++;
		}
		size_t step = letter_length(lexer, where);
		if (step == 0 && is_digit(at(lexer, where))) {
			step = 1;
		}
		if (step == 0 && at(lexer, where) == '_') {
			step = 1;
		}
		if (step == 0) {
			size_t mark = apostrophe_length(lexer, where);
			mark = mark == 0 && at(lexer, where) == '.' ? 1 : mark;
			if (mark > 0 && letter_length(lexer, where + mark) > 0) {
				step = mark;
			} else if (mark > 0 && at(lexer, where) != '.') {
				return where + mark; // "the girls' 5"
			}
		}
		if (step == 0) {
			return where;
		}
		where += step;
	}
}

static size_t space_length(const struct lexer *lexer, size_t where) {
	char c = at(lexer, where);
	if (where >= lexer->length || is_ascii_letter(c)) {
		return 0;
	}
	if ((c > 0 && c <= ' ') || c == '\0' || c == '$' || c == '"' || c == '`' || c == '\'') {
		return 1; // a currency sign says nothing here
	}
	const struct symbol *symbol = (unsigned char)c >= 0x80 ? symbol_find(lexer, where) : NULL;
	return symbol != NULL && (symbol->means == ' ' || symbol->means == '$')
		       ? symbol_length(symbol)
		       : 0;
}

static void skip_spaces(struct lexer *lexer) {
	for (size_t step = space_length(lexer, lexer->at); step > 0;
		step = space_length(lexer, lexer->at)) {
		lexer->at += step;
	}
}

/* Digits into value; more than fit are passed over and set `overflow`. */
struct digits {
	int64_t value;
	size_t count; // without leading zeros
	bool overflow;
};

static void take_digit(struct digits *digits, char c) {
	if (digits->count > 0 || c != '0') {
		digits->count++;
	}
	if (digits->count > DIGITS_MAX) {
		digits->overflow = true;
		return;
	}
	digits->value = digits->value * 10 + (c - '0');
}

static size_t take_digits(struct lexer *lexer, struct digits *digits) {
	size_t start = lexer->at;
	while (is_digit(at(lexer, lexer->at))) {
		take_digit(digits, lexer->text[lexer->at++]);
	}
	return lexer->at - start;
}

static size_t digit_run(const struct lexer *lexer, size_t where, size_t limit) {
	size_t count = 0;
	while (count < limit && is_digit(at(lexer, where + count))) {
		count++;
	}
	return count;
}

/* "1,234,567": groups of exactly three, whose last is not followed by another kind of group. */
static bool grouped(const struct lexer *lexer, size_t where) {
	size_t groups = 0;
	while (at(lexer, where) == ',' && digit_run(lexer, where + 1, 4) == 3 && groups < 100) {
		where += 4;
		groups++;
	}
	return groups > 0 && !(at(lexer, where) == ',' && is_digit(at(lexer, where + 1)));
}

/* "350 000": only noughts, for "5 120" may be two numbers. */
static void take_thousands(struct lexer *lexer, struct digits *digits) {
	while (lexer->length - lexer->at >= 4 && memcmp(lexer->text + lexer->at, " 000", 4) == 0 &&
		!is_digit(at(lexer, lexer->at + 4))) {
		lexer->at++;
		take_digits(lexer, digits);
	}
}

static void take_whole(struct lexer *lexer, struct digits *digits) {
	size_t count = take_digits(lexer, digits);
	if (count > 0 && count <= 3) {
		take_thousands(lexer, digits);
	}
	if (count == 0 || count > 3 || !grouped(lexer, lexer->at)) {
		return;
	}
	while (at(lexer, lexer->at) == ',' && digit_run(lexer, lexer->at + 1, 4) == 3) {
		lexer->at++;
		take_digits(lexer, digits);
	}
}

/* " 1/2" after a whole number. */
static bool take_mixed(struct lexer *lexer, int64_t whole, struct rational *out) {
	size_t where = lexer->at;
	if (at(lexer, where) != ' ') {
		return false;
	}
	size_t top = digit_run(lexer, where + 1, 3);
	size_t slash = where + 1 + top;
	size_t bottom = at(lexer, slash) == '/' ? digit_run(lexer, slash + 1, 3) : 0;
	struct rational part;
	if (top < 1 || top > 2 || bottom < 1 || bottom > 2 ||
		!rational_parse(lexer->text + where + 1, top + 1 + bottom, &part) ||
		rational_compare(part, rational_of(1)) >= 0 || part.numerator == 0 ||
		!rational_add(rational_of(whole), part, out)) {
		return false;
	}
	lexer->at = slash + 1 + bottom;
	return true;
}

static bool is_ordinal(const struct lexer *lexer, size_t where) {
	static const char *const endings[] = {"st", "nd", "rd", "th"};
	if (letter_length(lexer, where + 2) > 0 || is_digit(at(lexer, where + 2))) {
		return false;
	}
	for (size_t i = 0; i < F2F_COUNT(endings); i++) {
		if ((at(lexer, where) | 0x20) == endings[i][0] &&
			(at(lexer, where + 1) | 0x20) == endings[i][1]) {
			return true;
		}
	}
	return false;
}

/* "2x", "3y": a letter that is no unit's. */
static bool is_variable(const struct lexer *lexer, size_t where) {
	char c = at(lexer, where);
	return is_ascii_letter(c) && strchr("xyznabpqr", c | 0x20) != NULL &&
	       letter_length(lexer, where + 1) == 0 && !is_digit(at(lexer, where + 1)) &&
	       apostrophe_length(lexer, where + 1) == 0;
}

/* "5 x 3", "5x3": the letter is a sign. */
static bool x_is_times(const struct lexer *lexer, size_t where) {
	struct lexer ahead = *lexer;
	ahead.at = where + 1;
	if ((at(lexer, where) | 0x20) != 'x') {
		return false;
	}
	skip_spaces(&ahead);
	char c = at(&ahead, ahead.at);
	return is_digit(c) || c == '(' ||
	       ((c == '.' || c == '-') && is_digit(at(&ahead, ahead.at + 1)));
}

/* What stands glued to a number: %, a scale word, a letter. */
static void number_tail(struct lexer *lexer, struct token *out) {
	char c = at(lexer, lexer->at);
	const struct symbol *symbol =
		(unsigned char)c >= 0x80 ? symbol_find(lexer, lexer->at) : NULL;
	if (c == '%') {
		lexer->at++;
		out->percent = rational_divide(out->value, rational_of(100), &out->value);
		out->overflow |= !out->percent;
	} else if (symbol != NULL && symbol->means == '#') {
		struct rational part;
		rational_make(symbol->top, symbol->bottom, &part);
		out->overflow |= !rational_add(out->value, part, &out->value);
		lexer->at += symbol_length(symbol);
	} else if (is_variable(lexer, lexer->at) && !x_is_times(lexer, lexer->at)) {
		lexer->at++;
		out->variable = true;
	} else if (c == ' ') {
		const char *word = NULL;
		struct lexer ahead = *lexer;
		size_t length = word_next(&ahead, false, &word);
		const struct word_entry *entry = length > 3 ? word_find(word, length) : NULL;
		if (entry != NULL && entry->class == WORD_SCALE) {
			out->overflow |= !rational_multiply(
				out->value, rational_of(entry->value), &out->value);
			*lexer = ahead;
		} else if (length == 7 && word_find(word, length) == NULL &&
			   strncmp(word, "percent", 7) == 0) {
			*lexer = ahead;
			out->percent =
				rational_divide(out->value, rational_of(100), &out->value);
			out->overflow |= !out->percent;
		}
	}
}

/* A number in digits, or what only looks like one: "1st", "10:30", "1.2.3". */
static void read_digits(struct lexer *lexer, struct token *out) {
	struct digits digits = {0};
	size_t start = lexer->at;
	take_whole(lexer, &digits);
	out->kind = TOKEN_NUMBER;
	if (is_ordinal(lexer, lexer->at)) {
		lexer->at += 2;
		out->kind = TOKEN_WORD;
		return;
	}
	int64_t whole = digits.value;
	int64_t scale = 1;
	size_t decimals = 0;
	if (at(lexer, lexer->at) == '.' && is_digit(at(lexer, lexer->at + 1))) {
		lexer->at++;
		decimals = take_digits(lexer, &digits);
		for (size_t i = 0; i < decimals && i <= DIGITS_MAX; i++) {
			scale = i < DIGITS_MAX ? scale * 10 : 0;
		}
	}
	char mark = at(lexer, lexer->at);
	if ((mark == '.' || mark == ':') && is_digit(at(lexer, lexer->at + 1)) &&
		(decimals > 0 || mark == ':')) {
		while (is_digit(at(lexer, lexer->at)) || ((at(lexer, lexer->at) == '.' ||
								  at(lexer, lexer->at) == ':') &&
								 is_digit(at(lexer,
									 lexer->at + 1)))) {
			lexer->at++;
		}
		out->kind = TOKEN_WORD;
		return;
	}
	out->value = rational_of(digits.value);
	out->overflow = digits.overflow ||
			(scale != 1 && !rational_make(digits.value, scale, &out->value));
	if (!out->overflow && decimals == 0 && lexer->at - start <= 6 &&
		take_mixed(lexer, whole, &out->value)) {
		return;
	}
	number_tail(lexer, out);
}

static void operator_words(struct lexer *lexer, struct token *out) {
	const char *word = NULL;
	struct lexer ahead = *lexer;
	size_t length = 0;
	const struct word_entry *next = NULL;
	enum word_class wanted = out->word->class == WORD_ADDED ? WORD_TO : WORD_BY;
	switch (out->word->class) {
	case WORD_PLUS:
		out->op = '+';
		break;
	case WORD_MINUS:
		out->op = '-';
		break;
	case WORD_TIMES:
		out->op = '*';
		break;
	default:
		length = word_next(&ahead, false, &word);
		next = length > 0 ? word_find(word, length) : NULL;
		if (next == NULL || next->class != wanted) {
			return;
		}
		*lexer = ahead;
		out->op = out->word->class == WORD_ADDED ? '+' : '*';
		out->op = out->word->class == WORD_DIVIDED ? '/' : out->op;
		break;
	}
	out->kind = TOKEN_OPERATOR;
	out->in_words = true;
}

static void read_word(struct lexer *lexer, struct token *out) {
	size_t start = lexer->at;
	bool times = start > 0 && is_digit(lexer->text[start - 1]) && x_is_times(lexer, start);
	lexer->at = times ? start + 1 : word_end(lexer, start); // "5x3"
	out->kind = TOKEN_WORD;
	out->word = word_find(lexer->text + start, lexer->at - start);
	if (out->word == NULL) {
		return;
	}
	switch (out->word->class) {
	case WORD_SMALL:
	case WORD_TENS:
	case WORD_ARTICLE:
	case WORD_HALF:
	case WORD_TWICE:
	case WORD_DOUBLE:
		if (number_words(lexer, start, out->word, out)) {
			out->kind = TOKEN_NUMBER;
		}
		break;
	case WORD_PLUS:
	case WORD_MINUS:
	case WORD_TIMES:
	case WORD_DIVIDED:
	case WORD_MULTIPLIED:
	case WORD_ADDED:
		operator_words(lexer, out);
		break;
	case WORD_IS:
	case WORD_GIVES:
		out->kind = TOKEN_SOFT;
		break;
	default:
		break;
	}
}

static void set_operator(struct token *out, char op) {
	out->kind = TOKEN_OPERATOR;
	out->op = op;
}

static void set_break(struct token *out, char character) {
	out->kind = TOKEN_BREAK;
	out->character = character;
}

/* Signs that may be two characters long. The first has been passed. */
static void read_pair(struct lexer *lexer, struct token *out, char c) {
	char next = at(lexer, lexer->at);
	bool twice = next == c;
	set_break(out, c);
	if (c == '=' && next == '>') {
		out->kind = TOKEN_SOFT;
		lexer->at++;
	} else if (c == '=') {
		out->kind = TOKEN_EQUAL;
		lexer->at += twice ? 1 : 0;
	} else if (c == '~' && (twice || next == '=')) {
		out->kind = TOKEN_EQUAL;
		out->about = true;
		lexer->at++;
	} else if (c == '*' && twice) {
		set_operator(out, '^');
		lexer->at++;
	} else if (c == '-' && next == '>') {
		out->kind = TOKEN_SOFT;
		lexer->at++;
	} else if (c == '-' && twice) {
		lexer->at++;
	} else if (c == ':' && next == '=') {
		out->kind = TOKEN_EQUAL;
		lexer->at++;
	} else if (next == '=' && (c == '!' || c == '<' || c == '>')) {
		lexer->at++;
	} else if (c == '*' || c == '-') {
		set_operator(out, c);
	}
}

static void read_symbol(struct lexer *lexer, const struct symbol *symbol, struct token *out) {
	lexer->at += symbol_length(symbol);
	switch (symbol->means) {
	case '#':
		out->kind = TOKEN_NUMBER;
		rational_make(symbol->top, symbol->bottom, &out->value);
		break;
	case '+':
	case '-':
	case '*':
	case '/':
		set_operator(out, symbol->means);
		break;
	case '=':
	case '~':
		out->kind = TOKEN_EQUAL;
		out->about = symbol->means == '~';
		break;
	case '>':
		out->kind = TOKEN_SOFT;
		break;
	default:
		set_break(out, '?');
		break;
	}
}

static void read_sign(struct lexer *lexer, struct token *out) {
	char c = lexer->text[lexer->at++];
	switch (c) {
	case '(':
	case '[':
	case '{':
		out->kind = TOKEN_OPEN;
		break;
	case ')':
	case ']':
	case '}':
		out->kind = TOKEN_CLOSE;
		break;
	case '+':
	case '/':
	case '^':
		set_operator(out, c);
		break;
	case '=':
	case '~':
	case '*':
	case '-':
	case ':':
	case '!':
	case '<':
	case '>':
		read_pair(lexer, out, c);
		break;
	case '_':
	case '%':
	case '&':
		out->kind = TOKEN_WORD;
		break;
	default:
		set_break(out, c);
		break;
	}
}

/* White space, or the last byte of a no-break space. */
static bool is_blank(char c) {
	return (c >= 0 && c <= ' ') || c == '\xa0' || c == '\xaf';
}

static bool symbol_is_space(const struct lexer *lexer, size_t where) {
	const struct symbol *symbol = symbol_find(lexer, where);
	return symbol != NULL && symbol->means == ' ';
}

void token_next(struct lexer *lexer, struct token *out) {
	skip_spaces(lexer);
	// a lone ~ before a number says "about": nothing
	while (at(lexer, lexer->at) == '~' && at(lexer, lexer->at + 1) != '~' &&
		at(lexer, lexer->at + 1) != '=') {
		lexer->at++;
		skip_spaces(lexer);
	}
	*out = (struct token){.start = lexer->at};
	out->space_before = lexer->at == 0 || is_blank(lexer->text[lexer->at - 1]);
	char c = at(lexer, lexer->at);
	const struct symbol *symbol =
		(unsigned char)c >= 0x80 ? symbol_find(lexer, lexer->at) : NULL;
	if (lexer->at >= lexer->length) {
		out->kind = TOKEN_END;
	} else if (is_digit(c)) {
		read_digits(lexer, out);
	} else if (c == '.' && is_digit(at(lexer, lexer->at + 1)) &&
		   (lexer->at == 0 || !is_digit(lexer->text[lexer->at - 1]))) {
		read_digits(lexer, out);
	} else if (symbol != NULL) {
		read_symbol(lexer, symbol, out);
	} else if (letter_length(lexer, lexer->at) > 0) {
		read_word(lexer, out);
	} else {
		read_sign(lexer, out);
	}
	out->end = lexer->at;
	out->space_after = is_blank(at(lexer, lexer->at)) || symbol_is_space(lexer, lexer->at);
}
