#include <string.h>

#include "logic/claim_internal.h"

/* Which numbers of a sentence are amounts. */

static bool digit(char c) {
	return c >= '0' && c <= '9';
}

static void blank(struct claim_reader *reader, size_t start, size_t end) {
	memset(reader->text + start, ' ', end - start);
}

/* Blanks digits from `at` on, with what joins them: "steps 1, 2 and 3", "fact #4". */
static void blank_references(struct claim_reader *reader, size_t at) {
	size_t end = at;
	bool any = false;
	while (end < reader->length) {
		char c = reader->text[end];
		size_t left = reader->length - end;
		if (digit(c)) {
			size_t start = end;
			while (end < reader->length && digit(reader->text[end])) {
				end++;
			}
			// "fact 3 pears" is odd, "step 2 = 5" is no reference
			any = true;
			blank(reader, start, end);
		} else if (strchr(" #(),[]", c) != NULL) {
			end++;
		} else if (any && left > 4 && memcmp(&reader->text[end], "and ", 4) == 0) {
			end += 4;
		} else {
			break;
		}
	}
}

static char after(const struct claim_reader *reader, size_t at) {
	while (at < reader->length && reader->text[at] == ' ') {
		at++;
	}
	return at < reader->length ? reader->text[at] : '\0';
}

static bool operator_sign(char c) {
	return c != '\0' && (strchr("+-*/=x", c) != NULL || (unsigned char)c >= 0x80);
}

/* "(1)", "(2, 3)", "[4]": where no expression has them. */
static void blank_brackets(struct claim_reader *reader) {
	char last = '\0';   // no space
	char before = '\0'; // and the one before that
	for (size_t i = 0; i < reader->length; i++) {
		char open = reader->text[i];
		before = last;
		last = open != ' ' ? open : last;
		if (open != '(' && open != '[') {
			continue;
		}
		char close = open == '(' ? ')' : ']';
		size_t end = i + 1;
		bool any = false;
		while (end < reader->length && (digit(reader->text[end]) ||
						       strchr(" ,#&", reader->text[end]) != NULL)) {
			any = any || digit(reader->text[end]);
			end++;
		}
		if (any && end < reader->length && reader->text[end] == close && end - i <= 12 &&
			!operator_sign(before) && !operator_sign(after(reader, end + 1))) {
			blank(reader, i, end + 1);
			last = before;
		}
	}
}

static bool is_word(const struct claim_reader *reader, size_t token, const char *word) {
	const struct token *at = &reader->tokens[token];
	size_t length = strlen(word);
	return token < reader->token_count && at->end - at->start == length &&
	       memcmp(reader->text + at->start, word, length) == 0;
}

enum ratio { RATIO_NONE, RATIO_COMPARES, RATIO_PHRASE };

/*
 * "twice as many as Mira", "half of Mira's", "a third as many" compare; "half of that" only says
 * where a number comes from. "half of 10" is left to the expressions.
 */
static enum ratio ratio_word(const struct claim_reader *reader, size_t token) {
	const struct token *word = &reader->tokens[token];
	if ((word->classes & (WORD_TWICE | WORD_HALF)) == 0 || token + 1 >= reader->token_count) {
		return RATIO_NONE;
	}
	bool ordinal = (word->classes & WORD_HALF) != 0 && !is_word(reader, token, "half") &&
		       !is_word(reader, token, "Half");
	if (ordinal && (token == 0 || !(is_word(reader, token - 1, "a") ||
					      is_word(reader, token - 1, "one") ||
					      is_word(reader, token - 1, "A") ||
					      is_word(reader, token - 1, "One")))) {
		return RATIO_NONE;
	}
	const struct token *next = &reader->tokens[token + 1];
	if (next->start - word->end > 2) {
		return RATIO_NONE;
	}
	bool of = is_word(reader, token + 1, "of");
	size_t after_of = token + (of ? 2 : 1);
	if (is_word(reader, after_of, "that") || is_word(reader, after_of, "this") ||
		is_word(reader, after_of, "it")) {
		return RATIO_PHRASE;
	}
	bool name = after_of < reader->token_count &&
		    reader->tokens[after_of].agent != LEXICON_NONE;
	bool direct = (next->classes & (WORD_AS | WORD_QUANTITY)) != 0 ||
		      is_word(reader, token + 1, "the");
	return name || direct ? RATIO_COMPARES : RATIO_NONE;
}

/* How many times, or of a fraction how many parts. */
static int64_t ratio_number(const struct claim_reader *reader, size_t token) {
	static const struct {
		const char *word;
		int64_t number;
	} numbers[] = {{"third", 3}, {"quarter", 4}, {"fourth", 4}, {"fifth", 5}, {"sixth", 6},
		{"eighth", 8}, {"tenth", 10}, {"thrice", 3}, {"triple", 3}, {"Thrice", 3},
		{"triples", 3}};
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (is_word(reader, token, numbers[i].word)) {
			return numbers[i].number;
		}
	}
	return 2;
}

static void add_anchor(struct claim_reader *reader, struct anchor anchor) {
	size_t at = reader->anchor_count++;
	while (at > 0 && reader->anchors[at - 1].start > anchor.start) {
		reader->anchors[at] = reader->anchors[at - 1];
		at--;
	}
	reader->anchors[at] = anchor;
}

/* "Cleo = 13 and Dag = 7": two equations, not a chain. */
static void part_equations(struct claim_reader *reader) {
	for (size_t i = 0; i + 1 < reader->token_count; i++) {
		const struct token *joint = &reader->tokens[i];
		const struct token *name = joint + 1;
		if ((joint->classes & WORD_AND) != 0 && name->agent != LEXICON_NONE &&
			after(reader, name->end) == '=') {
			blank(reader, joint->start, joint->end);
			reader->text[joint->start] = ';';
		}
	}
}

void reader_find_anchors(struct claim_reader *reader) {
	reader->anchor_count = 0;
	for (size_t i = 0; i < reader->token_count; i++) {
		const struct token *token = &reader->tokens[i];
		char next = after(reader, token->end);
		if ((token->classes & WORD_REFERENCE) != 0 &&
			(digit(next) || strchr("#([", next != '\0' ? next : ' ') != NULL)) {
			blank_references(reader, token->end);
		}
		enum ratio ratio = ratio_word(reader, i);
		if (ratio == RATIO_COMPARES && reader->anchor_count < READER_EQUATIONS_MAX) {
			add_anchor(reader, (struct anchor){
						   .start = token->start,
						   .end = token->end,
						   .token = i,
						   .ratio = ratio_number(reader, i),
					   });
		}
		if (ratio != RATIO_NONE) {
			bool one = i > 0 && is_word(reader, i - 1, "one");
			blank(reader, one ? reader->tokens[i - 1].start : token->start,
				token->end);
		}
	}
	blank_brackets(reader);
	part_equations(reader);
	reader->equation_count = equations_find(
		reader->text, reader->length, reader->equations, READER_EQUATIONS_MAX);
	for (size_t i = 0; i < reader->equation_count; i++) {
		const struct equation *equation = &reader->equations[i];
		add_anchor(reader, (struct anchor){
					   .start = equation->start,
					   .end = equation->end,
					   .equation = equation,
				   });
	}
}
