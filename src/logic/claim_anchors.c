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

static char before(const struct claim_reader *reader, size_t at) {
	while (at > 0 && reader->text[at - 1] == ' ') {
		at--;
	}
	return at > 0 ? reader->text[at - 1] : '\0';
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
	for (size_t i = 0; i < reader->length; i++) {
		char open = reader->text[i];
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
			!operator_sign(before(reader, i)) &&
			!operator_sign(after(reader, end + 1))) {
			blank(reader, i, end + 1);
		}
	}
}

static bool ratio_word(const struct claim_reader *reader, size_t token) {
	const uint32_t ratios = WORD_TWICE | WORD_HALF;
	const struct token *word = &reader->tokens[token];
	if ((word->classes & ratios) == 0 || token + 1 >= reader->token_count) {
		return false;
	}
	const struct token *next = &reader->tokens[token + 1];
	size_t gap = next->start - word->end;
	return gap <= 2 && ((next->classes & (WORD_AS | WORD_QUANTITY)) != 0 ||
				   next->agent != LEXICON_NONE ||
				   (next->end - next->start == 3 &&
					   memcmp(reader->text + next->start, "the", 3) == 0) ||
				   (next->end - next->start == 2 &&
					   memcmp(reader->text + next->start, "of", 2) == 0 &&
					   token + 2 < reader->token_count &&
					   reader->tokens[token + 2].agent != LEXICON_NONE));
}

static void add_anchor(struct claim_reader *reader, struct anchor anchor) {
	size_t at = reader->anchor_count++;
	while (at > 0 && reader->anchors[at - 1].start > anchor.start) {
		reader->anchors[at] = reader->anchors[at - 1];
		at--;
	}
	reader->anchors[at] = anchor;
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
		if (ratio_word(reader, i) && reader->anchor_count < READER_EQUATIONS_MAX) {
			add_anchor(reader, (struct anchor){token->start, token->end, NULL, i});
			blank(reader, token->start, token->end);
		}
	}
	blank_brackets(reader);
	reader->equation_count = equations_find(
		reader->text, reader->length, reader->equations, READER_EQUATIONS_MAX);
	for (size_t i = 0; i < reader->equation_count; i++) {
		const struct equation *equation = &reader->equations[i];
		add_anchor(reader, (struct anchor){equation->start, equation->end, equation, 0});
	}
}
