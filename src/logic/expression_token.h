#ifndef F2F_LOGIC_EXPRESSION_TOKEN_H
#define F2F_LOGIC_EXPRESSION_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "logic/rational.h"

/* What expression.c reads: numbers, operators and words, one at a time. */

enum token_kind {
	TOKEN_END,
	TOKEN_BREAK,	// punctuation: no expression goes on past it
	TOKEN_WORD,	// a name, a unit, anything else
	TOKEN_NUMBER,	// in digits or words
	TOKEN_OPERATOR, // + - * / ^, whatever it was written as
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_EQUAL, // = or ≈
	TOKEN_SOFT,  // "is", "gives", an arrow: an equals sign in the right place, else a word
};

/* What is known of a word. */
enum word_class {
	WORD_PLAIN,
	WORD_SMALL,    // 0 … 19; the value is in the table
	WORD_TENS,     // 20 … 90
	WORD_SCALE,    // hundred, thousand, million
	WORD_FRACTION, // third, quarters: what "two" before and "of" after make a number
	WORD_HALF,
	WORD_TWICE,  // a number of its own, and a factor before another
	WORD_DOUBLE, // a factor before a number, else a verb
	WORD_DOZEN,
	WORD_ARTICLE,
	WORD_AND,
	WORD_OF,
	WORD_BY,
	WORD_TO,
	WORD_X,
	WORD_PLUS,
	WORD_MINUS,
	WORD_TIMES,
	WORD_DIVIDED,	 // before "by"
	WORD_MULTIPLIED, // before "by"
	WORD_ADDED,	 // before "to"
	WORD_STOP,	 // begins something else: no unit has it
	WORD_PICKS_ONE,	 // "no", "each": "one" after it is no number
	WORD_ONE_DOES,	 // "can", "another": "one" before it is no number
	WORD_COMPARE,	 // "more", "fewer": "is 3 more" is no result
	WORD_IS,
	WORD_GIVES,
};

struct word_entry {
	const char *text;
	enum word_class class;
	int32_t value;
};

/** NULL for a word that is not in the table. ASCII case does not matter. */
const struct word_entry *word_find(const char *text, size_t length);

/** The table, a word an index; NULL past its end. */
const struct word_entry *word_at(size_t index);

struct token {
	enum token_kind kind;
	size_t start, end;
	char op; // + - * / ^
	bool in_words; // an operator written as a word
	bool space_before, space_after;
	const struct word_entry *word; // of a word, and of a soft equals sign; may be NULL
	struct rational value;
	bool overflow;	// a number too large for one
	bool percent;	// value is already a hundredth
	bool factor;	// "half", "twice": multiplies a number that follows
	bool variable;	// "2x": what it says is not known
	bool about;	// ≈
	char character; // of a break
};

struct lexer {
	const char *text;
	size_t length;
	size_t at;
};

/* A character outside ASCII that means something here. Others are letters. */
struct symbol {
	char bytes[4];
	char means; // an ASCII character; 0: nothing but a space
	int8_t top, bottom;
};

/** The symbol whose bytes stand at `where`, or NULL. */
const struct symbol *symbol_find(const struct lexer *lexer, size_t where);

/** Reads the next token, moving on. TOKEN_END for ever at the end. */
void token_next(struct lexer *lexer, struct token *out);

/** Reads a number in words whose first word, an entry of the table, ends at lexer->at; moves past
 * it. False, moving nothing, when the words make no number. */
bool number_words(struct lexer *lexer, size_t start, const struct word_entry *first,
	struct token *out);

/** The word at lexer->at or after spaces (or a hyphen, when `hyphen`), moving past it; length 0
 * and nothing moved when something else stands there. */
size_t word_next(struct lexer *lexer, bool hyphen, const char **word_out);

#endif
