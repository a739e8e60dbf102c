#ifndef F2F_LEAN_LEX_H
#define F2F_LEAN_LEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"

struct error;

enum lean_token_kind {
	LEAN_IDENT, // names and keywords, dots included: "theorem", "h.end", "Nat.succ", "simp?",
	// "«a b».c"
	LEAN_HASH, // "#check": a hash sign with the word right behind it
	LEAN_NUMBER, // 12, 0xff, 1.5e3
	LEAN_STRING, // with its quotes; of an interpolated one each literal piece
	LEAN_RAW, // r"…", r#"…"#
	LEAN_CHAR, // 'a', '\n'
	LEAN_SYMBOL, // everything else, longest match
};

/** A token outside comments. Offsets in bytes; line and column count from 0, the column in code
 * points (Lean's messages) and in UTF-16 units (the language server's). */
struct lean_token {
	enum lean_token_kind kind;
	size_t start;
	size_t end;
	unsigned line;
	unsigned column;
	unsigned column16;
	bool first; // first on its line, comments aside
};

enum lean_lex_status {
	LEAN_LEX_OK,
	LEAN_LEX_UNCLOSED, // the text ends inside a comment, string, «name» or character
	LEAN_LEX_STRAY, // a character that no Lean token can hold
};

/** Tokens of one text, which is borrowed. */
struct lean_tokens {
	const char *text;
	size_t length;
	VEC(struct lean_token) list;
};

/**
 * Split well-formed UTF-8 into Lean 4 tokens; comments, doc comments included, are left out.
 * Whatever the status, `out` holds the tokens up to the place that `err` names, and wants
 * lean_tokens_finish. The code inside an interpolated string's braces is tokens.
 */
enum lean_lex_status lean_lex(
	const char *text, size_t length, struct lean_tokens *out, struct error *err);
void lean_tokens_finish(struct lean_tokens *tokens);

/** Whether token `index` exists and reads exactly `word`. */
bool lean_token_is(const struct lean_tokens *tokens, size_t index, const char *word);

/**
 * +1 for a token that opens a bracket, -1 for one that closes, else 0. Which bracket it is does not
 * matter to those who count.
 */
int lean_token_depth(const struct lean_tokens *tokens, size_t index);

/** Whether all brackets from `from` up to `to` pair; else *bad_out is the token that does not, or
 * `to` when one stays open. */
bool lean_tokens_balanced(
	const struct lean_tokens *tokens, size_t from, size_t to, size_t *bad_out);

#endif
