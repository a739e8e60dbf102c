#ifndef F2F_LOGIC_EXPRESSION_READ_H
#define F2F_LOGIC_EXPRESSION_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "logic/expression_side.h"
#include "logic/expression_token.h"

/* Reading one side of an equation. */

struct side_reader {
	struct lexer lexer;
	struct side side;
	bool chained; // an equals sign stands before
};

/* What may come after an operator or an equals sign. */
enum follows {
	FOLLOWS_NOTHING,
	FOLLOWS_NUMBER,
	FOLLOWS_WORDS, // an operand without a value
};

/* How a side ended. */
enum side_end {
	SIDE_ENDS,  // nothing goes on
	SIDE_EQUAL, // an equals sign, which has been passed
	SIDE_SOFT,  // "is" or "gives", which has been passed, and a number follows
};

/* Where the reading of a side stands. */
struct reading {
	struct token last;	     // the last operand or closing parenthesis
	size_t end;		     // of it
	size_t words;		     // since it
	bool capital;		     // one of them is a name
	bool glued;		     // a minus without spaces, as in a range
	size_t dash_start, dash_end; // it
	struct token equal;	     // the sign that ended the side
};

enum word_class token_class(const struct token *token);
bool token_is_word(const struct token *token);

/** Whether a number, a parenthesis with one, or a minus with either starts at `token`. */
bool side_reader_begins_number(const struct side_reader *reader, const struct token *token);

/** Whether an equals sign comes soon after `at`, before the sentence ends. */
bool side_reader_equals_ahead(const struct side_reader *reader, size_t at);

/** What comes after `sign` (an operator, an equals sign, or nothing), which ends at `at`. */
enum follows side_reader_follows(
	const struct side_reader *reader, const struct token *sign, size_t at);

/** Where the words of a note in parentheses that opened before `at` end; `at` when it has more. */
size_t side_reader_skip_note(const struct side_reader *reader, size_t at);

/** Reads the operand after `sign`, or nothing and returns false. */
bool side_reader_operand(
	struct side_reader *reader, const struct token *sign, struct reading *reading);

/** The same when it is known that something follows. */
void side_reader_take(struct side_reader *reader, enum follows follows, struct reading *reading);

/** Reads on after an operand, to where the side ends; the lexer stands behind its last operand. */
enum side_end side_reader_run(struct side_reader *reader, struct reading *reading);

#endif
