#ifndef F2F_LEAN_STATEMENT_H
#define F2F_LEAN_STATEMENT_H

#include <stddef.h>

struct error;
struct problem;

/**
 * A formal text taken apart at its last theorem: the fields of the same name in struct problem.
 * Texts owned. Joined as header + preamble + statement + " := " + proof they are what Lean sees.
 */
struct lean_statement {
	char *header; // leading import, set_option, open lines, with their newlines; "" when there
		// are none
	char *preamble; // doc comments, placeholders, declarations between header and theorem, as
		// written; "" when none
	char *statement; // "theorem NAME binders : type", no trailing white space
	char *theorem; // NAME
	char *proof; // the text after ":="; NULL when there is none, or only `by`, `sorry` or `by
		// sorry`
};

/**
 * Take `text` apart: optional header, anything declared, and as its last declaration a theorem or
 * lemma with or without `:=`,
 * `:= by`, `sorry` or a proof. Line ends become LF. ERROR_INPUT names the line: text that the lexer
 * cannot place, no theorem, no type, words in header or preamble that could change what is checked
 * (axiom, macro …).
 */
int lean_statement_split(
	const char *text, size_t length, struct lean_statement *out, struct error *err);
void lean_statement_finish(struct lean_statement *statement);

/**
 * Moves the parts into a problem (replacing what is there), for adapters that hold header and
 * statement in one text. Header and doc comment that come in fields of their own are joined before
 * splitting: header + informal_prefix + formal_statement.
 */
void lean_statement_move(struct lean_statement *statement, struct problem *problem);

#endif
