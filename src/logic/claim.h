#ifndef F2F_LOGIC_CLAIM_H
#define F2F_LOGIC_CLAIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "logic/expression.h"
#include "logic/lexicon.h"
#include "logic/program.h"

struct error;

/* What sentences claim, before it is looked up what facts they can mean. */

enum claim_form {
	CLAIM_AMOUNT,	  // agents[0] has quantity of noun
	CLAIM_COMPARISON, // agents[0] against agents[1]
	CLAIM_TRANSFER,	  // agents[0] receives from agents[1]; either may be NONE
	CLAIM_RATE,	  // agents[0] has quantity of noun in each other_noun
	CLAIM_TOTAL,	  // agents together; none: "they", or everybody asked about
	CLAIM_EQUALITY,	  // agents[0 .. 4): the first two differ as the last two do
	CLAIM_EQUATION,	  // an equation that names nobody and nothing
	CLAIM_ANSWER,	  // "The answer is 6."
	CLAIM_UNPARSED,
};

enum claim_subject {
	SUBJECT_NAMED,
	SUBJECT_PRONOUN, // he, she: one of soft[]
	SUBJECT_NONE,	 // goes without saying: perhaps soft[0]
};

enum { CLAIM_AGENTS_MAX = FACT_KEYS_MAX };

struct claim {
	size_t start, end; // bytes in the text that was read
	enum claim_form form;
	enum comparison_kind kind;
	bool either_way;	// "the difference between": no order
	enum claim_subject subject;
	uint16_t agents[CLAIM_AGENTS_MAX];
	size_t agent_count;
	uint16_t others[CLAIM_AGENTS_MAX]; // who else is named in the clause
	size_t other_count;
	uint16_t soft[CLAIM_AGENTS_MAX]; // who could be meant, the likeliest first
	size_t soft_count;
	size_t soft_near; // how many of soft[] were spoken of together, last
	bool stranger;	     // its subject is nobody of the program
	uint16_t noun;	     // or LEXICON_NONE
	uint16_t other_noun; // or LEXICON_NONE
	uint16_t soft_noun;  // of the sentence before, or LEXICON_NONE
	bool unknown_noun;   // counts something that is not in the program
	bool has_quantity;
	struct rational quantity;
	bool computed; // by an equation with an operator, or one that says a = a
	bool equal;    // its sides agree
	bool now;      // "now", "left": after what happened last
	bool each;     // "have 9 each": so has every one of others[]
	bool answer;   // "the answer is"
	struct rational operands[EXPRESSION_OPERANDS_MAX]; // when computed
	size_t operand_count;
};

/** Reads sentences one after the other, remembering who and what was spoken of. */
struct claim_reader;

struct claim_reader *claim_reader_create(const struct program *program);
void claim_reader_destroy(struct claim_reader *reader);

typedef VEC(struct claim) claim_list;

/** Appends what text[start .. end) claims, in order: nothing for questions and announcements. */
void claim_read(struct claim_reader *reader, const char *text, size_t start, size_t end,
	claim_list *claims);

/**
 * One sentence of a problem's statement as the fact it states, its agents and nouns among those of
 * `names`; versions are left 0 (program_date it). ERROR_INPUT when it is not one statement.
 */
int claim_read_statement(const struct program *names, const char *text, size_t length,
	struct fact *fact_out, struct error *err);

/**
 * A question ("How many pears does Tobin have?") or a sentence to be proved, as a goal. Of a total
 * the parts' nouns are set to the whole's: the caller knows better. *ground_out: it gives the
 * number.
 */
int claim_read_goal(const struct program *names, const char *text, size_t length,
	struct fact *fact_out, bool *ground_out, struct error *err);

#endif
