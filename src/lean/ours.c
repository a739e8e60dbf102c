#include "lean/ours.h"

#include <stdint.h>
#include <string.h>

#include "core/problem.h"
#include "lean/command.h"
#include "lean/lex.h"

/* "open Nat in": the prefixes of a statement that decide how it is read. Attributes and doc
 * comments stay with the theorem: "@[simp]" on an axiom would hand it to every proof. */
static void append_scopes(struct buf *body, struct str tail) {
	static const char *const scopes[] = {"open", "set_option", "variable", "universe"};
	struct lean_tokens tokens;
	lean_lex(tail.data, tail.len, &tokens, NULL);
	size_t from = SIZE_MAX;
	for (size_t i = 0; i < tokens.list.count; i++) {
		for (size_t k = 0; k < F2F_COUNT(scopes) && from == SIZE_MAX; k++) {
			from = lean_token_is(&tokens, i, scopes[k]) ? i : SIZE_MAX;
		}
		if (from != SIZE_MAX && lean_token_is(&tokens, i, "in")) {
			size_t start = tokens.list.items[from].start;
			buf_append(body, tail.data + start, tokens.list.items[i].end - start);
			buf_append_char(body, '\n');
			from = SIZE_MAX;
		}
	}
	lean_tokens_finish(&tokens);
}

/* The tokens of a statement and the parts of its signature. */
static struct lean_signature read_statement(const char *text, struct lean_tokens *tokens_out) {
	lean_lex(text, strlen(text), tokens_out, NULL);
	struct lean_command command = {.to = tokens_out->list.count};
	return lean_signature_of(tokens_out, &command);
}

/* ".{u, v}" when the statement names its universes: then both sides must be as general. */
static struct str universes(const char *text, const struct lean_tokens *tokens,
	const struct lean_signature *signature) {
	size_t first = signature->name + 1;
	if (signature->name == SIZE_MAX || signature->binders <= first) {
		return str_of("");
	}
	size_t start = tokens->list.items[first].start;
	return str_slice(text + start, tokens->list.items[signature->binders - 1].end - start);
}

void lean_goal_append(
	struct buf *body, const struct problem *problem, struct str tail, const char *nonce) {
	struct lean_tokens tokens;
	const char *text = problem->statement;
	struct lean_signature signature = read_statement(text, &tokens);
	struct str levels = universes(text, &tokens, &signature);
	buf_appendf(body, "axiom _f2f_hole_%s (p : Prop) : p\n", nonce);
	append_scopes(body, tail);
	buf_appendf(body, "theorem _f2f_goal_%s%.*s", nonce, STR_ARG(levels));
	if (signature.name != SIZE_MAX && signature.binders < tokens.list.count) {
		/* At the columns it has in the statement, so that layout means the same. */
		const struct lean_token *first = &tokens.list.items[signature.binders];
		buf_appendf(body, "\n%*s%s", (int)(first->column < 999 ? first->column : 999), "",
			text + first->start);
	}
	buf_appendf(body,
		" :=\n  _f2f_hole_%s _\ndef _f2f_type_%s%.*s : Prop :=\n"
		"  (fun (p : Prop) (_ : p) => p) _ @_f2f_goal_%s%.*s\n\n",
		nonce, nonce, STR_ARG(levels), nonce, STR_ARG(levels));
	lean_tokens_finish(&tokens);
}

/*
 * The type ascription makes Lean compare the two types, and leaves nothing of ours in the term; when
 * it fails, `have` holds sorryAx. Names go by the root, so that nothing opened or declared before
 * can stand in for them. Elaborates on Lean 4 of July 2021 as well as on today's.
 */
void lean_probe_append(struct buf *body, const struct problem *problem, const char *nonce) {
	struct lean_tokens tokens;
	const char *name = problem->theorem;
	struct lean_signature signature = read_statement(problem->statement, &tokens);
	struct str levels = universes(problem->statement, &tokens, &signature);
	buf_appendf(body,
		"theorem f2f_probe_%s%.*s : @_root_.Eq _ @_root_.%s%.*s @_root_.%s%.*s :=\n", nonce,
		STR_ARG(levels), name, STR_ARG(levels), name, STR_ARG(levels));
	buf_appendf(body,
		"  have _h := (@_root_.%s%.*s : _f2f_type_%s%.*s)\n"
		"  @_root_.rfl _ @_root_.%s%.*s\n"
		"#print axioms f2f_probe_%s\n",
		name, STR_ARG(levels), nonce, STR_ARG(levels), name, STR_ARG(levels), nonce);
	lean_tokens_finish(&tokens);
}
