#include "lean/ours.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
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

enum { BLOCKS_MAX = 64, NAME_MAX_BYTES = 64 << 10 };

/* Blocks that the preamble leaves open: the token that names each namespace, SIZE_MAX for others. */
static size_t open_blocks(const struct lean_tokens *tokens, size_t blocks[BLOCKS_MAX]) {
	struct lean_commands commands;
	size_t depth = 0;
	lean_commands_find(tokens, &commands);
	for (size_t i = 0; i < commands.list.count; i++) {
		const struct lean_command *command = &commands.list.items[i];
		size_t keyword = command->keyword;
		bool scoped = lean_token_is(tokens, keyword, "namespace");
		bool block = scoped || lean_token_is(tokens, keyword, "section") ||
			     lean_token_is(tokens, keyword, "mutual");
		if (block && depth < BLOCKS_MAX) {
			blocks[depth++] =
				scoped && keyword + 1 < command->to ? keyword + 1 : SIZE_MAX;
		} else if (lean_token_is(tokens, keyword, "end") && depth > 0) {
			depth--;
		}
	}
	lean_commands_finish(&commands);
	return depth;
}

char *lean_root_name(const struct problem *problem, const char *name) {
	static const char root[] = "_root_.";
	struct buf out = BUF_INIT(NAME_MAX_BYTES);
	const char *preamble = problem->preamble != NULL ? problem->preamble : "";
	if (str_starts_with(name, root)) {
		return xstrdup(name + strlen(root));
	}
	struct lean_tokens tokens;
	size_t blocks[BLOCKS_MAX];
	lean_lex(preamble, strlen(preamble), &tokens, NULL);
	size_t depth = open_blocks(&tokens, blocks);
	for (size_t i = 0; i < depth; i++) {
		if (blocks[i] != SIZE_MAX) {
			const struct lean_token *token = &tokens.list.items[blocks[i]];
			buf_append(&out, preamble + token->start, token->end - token->start);
			buf_append_char(&out, '.');
		}
	}
	buf_append_str(&out, name);
	lean_tokens_finish(&tokens);
	return buf_detach(&out);
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
	buf_appendf(body, " :=\n  _f2f_hole_%s _\n\n", nonce);
	lean_tokens_finish(&tokens);
}

/*
 * The type ascription makes Lean compare the two types, and leaves nothing of ours in the term: the
 * function that turns our goal into its type is only read. It stands in the header, where universes
 * that nobody names become parameters; today's Lean calls them an error in a definition's value.
 * Names go by the root, so that nothing opened or declared before can stand in for them. Elaborates
 * on Lean 4 of July 2021 as well as on today's.
 */
void lean_probe_append(struct buf *body, const struct problem *problem, const char *nonce) {
	struct lean_tokens tokens;
	char *own = xasprintf("f2f_probe_%s", nonce);
	char *probe = lean_root_name(problem, own);
	char *name = lean_root_name(problem, problem->theorem);
	struct lean_signature signature = read_statement(problem->statement, &tokens);
	struct str levels = universes(problem->statement, &tokens, &signature);
	buf_appendf(body,
		"theorem %s%.*s : @_root_.Eq _\n"
		"    (@_root_.%s%.*s : (fun (_f2f_p : Prop) (_ : _f2f_p) => _f2f_p) _"
		" @_f2f_goal_%s%.*s)\n"
		"    @_root_.%s%.*s :=\n"
		"  @_root_.rfl _ @_root_.%s%.*s\n",
		own, STR_ARG(levels), name, STR_ARG(levels), nonce, STR_ARG(levels), name,
		STR_ARG(levels), name, STR_ARG(levels));
	buf_appendf(body, "#print axioms %s\n", probe);
	lean_tokens_finish(&tokens);
	free(name);
	free(probe);
	free(own);
}

bool lean_probe_yields(const struct problem *problem, const char *sign) {
	struct buf body = BUF_INIT(1 << 20);
	struct lean_tokens ours;
	size_t length = strlen(sign);
	bool found = false;
	lean_probe_append(&body, problem, "0");
	lean_lex(buf_str(&body), body.len, &ours, NULL);
	for (size_t i = 0; i < ours.list.count && !found; i++) {
		const struct lean_token *token = &ours.list.items[i];
		found = length >= token->end - token->start && length <= body.len - token->start &&
			memcmp(ours.text + token->start, sign, length) == 0;
	}
	lean_tokens_finish(&ours);
	buf_finish(&body);
	return found;
}
