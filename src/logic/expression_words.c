#include "logic/expression_token.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"

enum { WORD_MAX = 12, LARGEST = 1000000000 };

/* Sorted, so that one letter's words stand together. */
static const struct word_entry words[] = {
	{"a", WORD_ARTICLE, 0},
	{"added", WORD_ADDED, 0},
	{"an", WORD_ARTICLE, 0},
	{"and", WORD_AND, 0},
	{"another", WORD_ONE_DOES, 0},
	{"any", WORD_PICKS_ONE, 0},
	{"are", WORD_IS, 0},
	{"as", WORD_COMPARE, 0},
	{"because", WORD_STOP, 0},
	{"becomes", WORD_GIVES, 0},
	{"but", WORD_STOP, 0},
	{"by", WORD_BY, 0},
	{"can", WORD_ONE_DOES, 0},
	{"could", WORD_ONE_DOES, 0},
	{"day", WORD_ONE_DOES, 0},
	{"divided", WORD_DIVIDED, 0},
	{"double", WORD_DOUBLE, 2},
	{"dozen", WORD_DOZEN, 12},
	{"each", WORD_PICKS_ONE, 0},
	{"eight", WORD_SMALL, 8},
	{"eighteen", WORD_SMALL, 18},
	{"eighth", WORD_FRACTION, 8},
	{"eighths", WORD_FRACTION, 8},
	{"eighty", WORD_TENS, 80},
	{"eleven", WORD_SMALL, 11},
	{"equal", WORD_IS, 0},
	{"equals", WORD_IS, 0},
	{"every", WORD_PICKS_ONE, 0},
	{"fewer", WORD_COMPARE, 0},
	{"fifteen", WORD_SMALL, 15},
	{"fifth", WORD_FRACTION, 5},
	{"fifths", WORD_FRACTION, 5},
	{"fifty", WORD_TENS, 50},
	{"five", WORD_SMALL, 5},
	{"forty", WORD_TENS, 40},
	{"four", WORD_SMALL, 4},
	{"fourteen", WORD_SMALL, 14},
	{"fourth", WORD_FRACTION, 4},
	{"fourths", WORD_FRACTION, 4},
	{"gave", WORD_STOP, 0},
	{"give", WORD_GIVES, 0},
	{"gives", WORD_GIVES, 0},
	{"giving", WORD_GIVES, 0},
	{"greater", WORD_COMPARE, 0},
	{"had", WORD_STOP, 0},
	{"half", WORD_HALF, 2},
	{"has", WORD_STOP, 0},
	{"have", WORD_STOP, 0},
	{"he", WORD_STOP, 0},
	{"higher", WORD_COMPARE, 0},
	{"hundred", WORD_SCALE, 100},
	{"i", WORD_STOP, 0},
	{"if", WORD_STOP, 0},
	{"is", WORD_IS, 0},
	{"it", WORD_STOP, 0},
	{"larger", WORD_COMPARE, 0},
	{"leaves", WORD_GIVES, 0},
	{"leaving", WORD_GIVES, 0},
	{"less", WORD_COMPARE, 0},
	{"lower", WORD_COMPARE, 0},
	{"makes", WORD_GIVES, 0},
	{"making", WORD_GIVES, 0},
	{"may", WORD_ONE_DOES, 0},
	{"might", WORD_ONE_DOES, 0},
	{"million", WORD_SCALE, 1000000},
	{"minus", WORD_MINUS, 0},
	{"more", WORD_COMPARE, 0},
	{"multiplied", WORD_MULTIPLIED, 0},
	{"must", WORD_ONE_DOES, 0},
	{"nine", WORD_SMALL, 9},
	{"nineteen", WORD_SMALL, 19},
	{"ninety", WORD_TENS, 90},
	{"no", WORD_PICKS_ONE, 0},
	{"of", WORD_OF, 0},
	{"one", WORD_SMALL, 1},
	{"or", WORD_STOP, 0},
	{"plus", WORD_PLUS, 0},
	{"quarter", WORD_FRACTION, 4},
	{"quarters", WORD_FRACTION, 4},
	{"seven", WORD_SMALL, 7},
	{"seventeen", WORD_SMALL, 17},
	{"seventy", WORD_TENS, 70},
	{"she", WORD_STOP, 0},
	{"should", WORD_ONE_DOES, 0},
	{"since", WORD_STOP, 0},
	{"six", WORD_SMALL, 6},
	{"sixteen", WORD_SMALL, 16},
	{"sixty", WORD_TENS, 60},
	{"so", WORD_STOP, 0},
	{"some", WORD_PICKS_ONE, 0},
	{"ten", WORD_SMALL, 10},
	{"tenth", WORD_FRACTION, 10},
	{"tenths", WORD_FRACTION, 10},
	{"than", WORD_COMPARE, 0},
	{"that", WORD_PICKS_ONE, 0},
	{"then", WORD_STOP, 0},
	{"there", WORD_STOP, 0},
	{"therefore", WORD_STOP, 0},
	{"they", WORD_STOP, 0},
	{"third", WORD_FRACTION, 3},
	{"thirds", WORD_FRACTION, 3},
	{"thirteen", WORD_SMALL, 13},
	{"thirty", WORD_TENS, 30},
	{"this", WORD_PICKS_ONE, 0},
	{"thousand", WORD_SCALE, 1000},
	{"three", WORD_SMALL, 3},
	{"thrice", WORD_TWICE, 3},
	{"thus", WORD_STOP, 0},
	{"times", WORD_TIMES, 0},
	{"to", WORD_TO, 0},
	{"totals", WORD_GIVES, 0},
	{"triple", WORD_DOUBLE, 3},
	{"twelve", WORD_SMALL, 12},
	{"twenty", WORD_TENS, 20},
	{"twice", WORD_TWICE, 2},
	{"two", WORD_SMALL, 2},
	{"was", WORD_IS, 0},
	{"we", WORD_STOP, 0},
	{"were", WORD_IS, 0},
	{"when", WORD_STOP, 0},
	{"which", WORD_PICKS_ONE, 0},
	{"while", WORD_STOP, 0},
	{"who", WORD_ONE_DOES, 0},
	{"would", WORD_ONE_DOES, 0},
	{"x", WORD_X, 0},
	{"yields", WORD_GIVES, 0},
	{"you", WORD_STOP, 0},
	{"zero", WORD_SMALL, 0},
};

/* For each first letter, a bit for each length of its words: most others need no search. A test
 * finds every word of the table. */
static const uint16_t lengths[26] = {
	0x00ae, 0x008c, 0x0028, 0x00e8, 0x01f0, 0x01f0, 0x00f0, 0x00dc, 0x0006,
	0x0000, 0x0000, 0x00f0, 0x04f8, 0x0154, 0x000c, 0x0010, 0x0180, 0x0000,
	0x02fc, 0x037c, 0x0000, 0x0000, 0x003c, 0x0002, 0x0048, 0x0010,
};

/* As strcmp, of the word in any case and an entry. */
static int compare(const char *text, size_t length, const char *word) {
	for (size_t i = 0; i < length; i++) {
		char c = (char)(text[i] | 0x20); // small, when it is a letter
		if (c != word[i]) {
			return c < word[i] ? -1 : 1; // the entry's end comes before any letter
		}
	}
	return word[length] == '\0' ? 0 : -1;
}

const struct word_entry *word_find(const char *text, size_t length) {
	size_t low = 0;
	size_t high = F2F_COUNT(words);
	unsigned first = length > 0 ? (unsigned)(text[0] | 0x20) - 'a' : 26;
	if (first >= 26 || length > WORD_MAX || (lengths[first] >> length & 1) == 0) {
		return NULL;
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare(text, length, words[middle].text);
		if (order == 0) {
			return &words[middle];
		}
		if (order < 0) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return NULL;
}

const struct word_entry *word_at(size_t index) {
	return index < F2F_COUNT(words) ? &words[index] : NULL;
}

static bool is_letter(char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

size_t word_next(struct lexer *lexer, bool hyphen, const char **word_out) {
	size_t at = lexer->at;
	if (hyphen && at < lexer->length && lexer->text[at] == '-') {
		at++;
	} else {
		while (at < lexer->length &&
			(lexer->text[at] == ' ' || lexer->text[at] == '\n')) {
			at++;
		}
	}
	size_t start = at;
	while (at < lexer->length && is_letter(lexer->text[at])) {
		at++;
	}
	if (at == start || (at < lexer->length && lexer->text[at] >= '0' &&
				   lexer->text[at] <= '9')) {
		return 0;
	}
	*word_out = lexer->text + start;
	lexer->at = at;
	return at - start;
}

static const struct word_entry *entry_next(struct lexer *lexer, bool hyphen) {
	const char *word = NULL;
	size_t before = lexer->at;
	size_t length = word_next(lexer, hyphen, &word);
	const struct word_entry *entry = length > 0 ? word_find(word, length) : NULL;
	if (entry == NULL) {
		lexer->at = before;
	}
	return entry;
}

/* "twenty one", "seventeen": under a hundred. */
static bool below_hundred(
	struct lexer *lexer, const struct word_entry *first, int64_t *value_out) {
	if (first == NULL || (first->class != WORD_SMALL && first->class != WORD_TENS)) {
		return false;
	}
	*value_out = first->value;
	if (first->class == WORD_TENS) {
		struct lexer ahead = *lexer;
		const struct word_entry *next = entry_next(&ahead, true);
		if (next != NULL && next->class == WORD_SMALL && next->value >= 1 &&
			next->value <= 9) {
			*value_out += next->value;
			*lexer = ahead;
		}
	}
	return true;
}

/* What may follow "three hundred": "and five", "five". Moves past it when it is there. */
static bool rest_of_number(struct lexer *lexer, int64_t scale, int64_t *value_out) {
	struct lexer ahead = *lexer;
	const struct word_entry *next = entry_next(&ahead, false);
	if (next != NULL && next->class == WORD_AND) {
		next = entry_next(&ahead, false);
	}
	int64_t value = 0;
	if (!below_hundred(&ahead, next, &value)) {
		return false;
	}
	struct lexer more = ahead;
	next = entry_next(&more, false);
	if (scale > 100 && next != NULL && next->class == WORD_SCALE && next->value == 100) {
		value *= 100;
		ahead = more;
		int64_t units = 0;
		if (rest_of_number(&ahead, 100, &units)) {
			value += units;
		}
	} else if (next != NULL && next->class == WORD_SCALE) {
		return false; // "one hundred and five thousand": two numbers, if any
	}
	*value_out = value;
	*lexer = ahead;
	return true;
}

/* Scales after a number: "hundred and five", "thousand". */
static void scaled(struct lexer *lexer, int64_t *value) {
	for (int rounds = 0; rounds < 3; rounds++) {
		struct lexer ahead = *lexer;
		const struct word_entry *scale = entry_next(&ahead, false);
		if (scale == NULL || scale->class != WORD_SCALE || *value <= 0 ||
			*value * scale->value > LARGEST) {
			return;
		}
		*value *= scale->value;
		int64_t rest = 0;
		*lexer = ahead;
		if (rest_of_number(lexer, scale->value, &rest)) {
			*value += rest;
			if (scale->value > 100) {
				return;
			}
		}
	}
}

/* "two thirds", "a quarter" before "of". */
static bool fraction_words(struct lexer *lexer, int64_t top, struct token *out) {
	struct lexer ahead = *lexer;
	const struct word_entry *part = entry_next(&ahead, true);
	if (part == NULL || part->class != WORD_FRACTION) {
		return false;
	}
	struct lexer after = ahead;
	const struct word_entry *of = entry_next(&after, false);
	if (of == NULL || of->class != WORD_OF || !rational_make(top, part->value, &out->value)) {
		return false;
	}
	*lexer = ahead;
	out->factor = true;
	return true;
}

/* "one" that picks or means people: the word before it decides, or the one after. */
static bool one_is_number(const struct lexer *lexer, size_t start) {
	size_t end = start;
	while (end > 0 && lexer->text[end - 1] == ' ') {
		end--;
	}
	size_t from = end;
	while (from > 0 && end - from <= WORD_MAX && is_letter(lexer->text[from - 1])) {
		from--;
	}
	const struct word_entry *before =
		end > from ? word_find(lexer->text + from, end - from) : NULL;
	if (before != NULL && before->class == WORD_PICKS_ONE) {
		return false;
	}
	if (before != NULL && before->class == WORD_BY && from >= 4 &&
		strncasecmp(lexer->text + from - 4, "one ", 4) == 0) {
		return false; // "one by one"
	}
	struct lexer ahead = *lexer;
	const struct word_entry *after = entry_next(&ahead, false);
	if (after == NULL) {
		// "one-sided"
		return lexer->at >= lexer->length || lexer->text[lexer->at] != '-';
	}
	return after->class != WORD_OF && after->class != WORD_ONE_DOES &&
	       after->class != WORD_BY;
}

/* "a dozen", "a hundred", "a third of". */
static bool after_article(struct lexer *lexer, struct token *out) {
	struct lexer ahead = *lexer;
	const struct word_entry *next = entry_next(&ahead, false);
	if (next == NULL) {
		return false;
	}
	if (next->class == WORD_DOZEN) {
		out->value = rational_of(next->value);
		*lexer = ahead;
		return true;
	}
	if (next->class == WORD_SCALE) {
		int64_t value = 1;
		scaled(lexer, &value);
		out->value = rational_of(value);
		return true;
	}
	if (next->class == WORD_HALF) {
		rational_make(1, 2, &out->value);
		out->factor = true;
		*lexer = ahead;
		return true;
	}
	return fraction_words(lexer, 1, out);
}

static void after_half(struct lexer *lexer, struct token *out) {
	struct lexer ahead = *lexer;
	const struct word_entry *article = entry_next(&ahead, false);
	const struct word_entry *dozen =
		article != NULL && article->class == WORD_ARTICLE ? entry_next(&ahead, false)
								  : NULL;
	if (dozen != NULL && dozen->class == WORD_DOZEN) {
		out->value = rational_of(dozen->value / 2);
		*lexer = ahead;
		return;
	}
	rational_make(1, 2, &out->value);
	out->factor = true;
}

static bool plain_number(
	struct lexer *lexer, size_t start, const struct word_entry *first, struct token *out) {
	struct lexer ahead = *lexer;
	int64_t value = 0;
	if (!below_hundred(&ahead, first, &value)) {
		return false;
	}
	if (fraction_words(&ahead, value, out)) {
		*lexer = ahead;
		return true;
	}
	size_t simple = ahead.at;
	scaled(&ahead, &value);
	struct lexer more = ahead;
	const struct word_entry *dozen = entry_next(&more, false);
	if (dozen != NULL && dozen->class == WORD_DOZEN && value <= LARGEST / 12) {
		value *= dozen->value;
		ahead = more;
	}
	if (value == 1 && ahead.at == simple && !one_is_number(&ahead, start)) {
		return false;
	}
	out->value = rational_of(value);
	*lexer = ahead;
	return true;
}

static bool number_stands_next(const struct lexer *lexer) {
	struct lexer ahead = *lexer;
	const struct word_entry *next = entry_next(&ahead, false);
	if (next != NULL) {
		return next->class == WORD_SMALL || next->class == WORD_TENS;
	}
	while (ahead.at < ahead.length && (ahead.text[ahead.at] == ' ' ||
						  ahead.text[ahead.at] == '$' ||
						  ahead.text[ahead.at] == '(')) {
		ahead.at++;
	}
	return ahead.at < ahead.length && ahead.text[ahead.at] >= '0' &&
	       ahead.text[ahead.at] <= '9';
}

bool number_words(struct lexer *lexer, size_t start, const struct word_entry *first,
	struct token *out) {
	switch (first->class) {
	case WORD_SMALL:
	case WORD_TENS:
		return plain_number(lexer, start, first, out);
	case WORD_ARTICLE:
		return after_article(lexer, out);
	case WORD_HALF:
		after_half(lexer, out);
		return true;
	case WORD_DOUBLE:
		if (!number_stands_next(lexer)) {
			return false;
		}
		// fall through
	case WORD_TWICE:
		out->value = rational_of(first->value);
		out->factor = true;
		return true;
	default:
		return false;
	}
}
