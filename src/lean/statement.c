#include "lean/statement.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "core/problem.h"
#include "lean/command.h"
#include "lean/lex.h"
#include "lean/policy.h"

static unsigned line_of(const struct lean_tokens *tokens, size_t index) {
	return index < tokens->list.count ? tokens->list.items[index].line + 1 : 0;
}

static const struct lean_command *find_theorem(
	const struct lean_tokens *tokens, const struct lean_commands *commands, struct error *err) {
	if (commands->list.count == 0) {
		error_set(err, ERROR_INPUT, "no theorem in it");
		return NULL;
	}
	const struct lean_command *last = &commands->list.items[commands->list.count - 1];
	if (last->kind != LEAN_COMMAND_THEOREM) {
		error_set(err, ERROR_INPUT, "line %u: the last declaration is no theorem",
			line_of(tokens, last->keyword));
		return NULL;
	}
	return last;
}

/* Owned text of tokens from..to with what stands between them; NULL when there are none. */
static char *cut(const struct lean_tokens *tokens, size_t from, size_t to) {
	if (from >= to) {
		return NULL;
	}
	size_t start = tokens->list.items[from].start;
	return xmemdup0(tokens->text + start, tokens->list.items[to - 1].end - start);
}

/* The set's own proof: not the bare "by" and "sorry" that only say where one belongs. */
static char *cut_proof(
	const struct lean_tokens *tokens, const struct lean_signature *signature, size_t to) {
	size_t from = signature->value;
	size_t rest = lean_token_is(tokens, from, "by") ? from + 1 : from;
	rest = lean_token_is(tokens, rest, "sorry") ? rest + 1 : rest;
	return rest >= to ? NULL : cut(tokens, from, to);
}

/* Where the commands that only prepare end: a byte offset behind the last of them. */
static size_t header_end(const struct lean_tokens *tokens, const struct lean_commands *commands) {
	size_t end = 0;
	for (size_t i = 0; i < commands->list.count; i++) {
		const struct lean_command *command = &commands->list.items[i];
		if (command->kind != LEAN_COMMAND_HEADER) {
			break;
		}
		end = tokens->list.items[command->to - 1].end;
	}
	return end;
}

static int take_apart(const struct lean_tokens *tokens, const struct lean_commands *commands,
	struct lean_statement *out, struct error *err) {
	const struct lean_command *theorem = find_theorem(tokens, commands, err);
	if (theorem == NULL) {
		return ERROR_INPUT;
	}
	struct lean_signature signature = lean_signature_of(tokens, theorem);
	unsigned line = line_of(tokens, theorem->keyword);
	size_t bad = 0;
	if (signature.name == SIZE_MAX) {
		return error_set(err, ERROR_INPUT, "line %u: the theorem has no name", line);
	}
	/* miniF2F-v2's mathd_numbertheory_198 lacks its colon: Lean will say that it is broken, not
	 * we. */
	if (signature.binders >= signature.type_end || signature.colon + 1 == signature.type_end) {
		return error_set(err, ERROR_INPUT, "line %u: the theorem states no type", line);
	}
	if (!lean_tokens_balanced(tokens, 0, tokens->list.count, &bad)) {
		return error_set(err, ERROR_INPUT, "line %u: brackets do not pair",
			line_of(tokens, bad < tokens->list.count ? bad : theorem->keyword));
	}
	struct lean_refusal refusal;
	if (!lean_policy_check(LEAN_POLICY_STRICT, tokens, 0, signature.type_end, LEAN_PLACE_SET,
		    NULL, &refusal)) {
		return error_set(err, ERROR_INPUT, "line %u: \"%s\" in a statement: %s",
			refusal.line, refusal.word, refusal.why);
	}
	size_t prepared = header_end(tokens, commands);
	size_t start = tokens->list.items[theorem->keyword].start;
	size_t begin = prepared;
	while (begin < start && strchr(" \t\n", tokens->text[begin]) != NULL) {
		begin++;
	}
	*out = (struct lean_statement){
		.header = prepared > 0 ? xasprintf("%.*s\n", (int)prepared, tokens->text)
				       : xstrdup(""),
		.preamble = xmemdup0(tokens->text + begin, start - begin),
		.statement = cut(tokens, theorem->keyword, signature.type_end),
		.theorem = cut(tokens, signature.name, signature.name + 1),
		.proof = cut_proof(tokens, &signature, theorem->to),
	};
	return 0;
}

int lean_statement_split(
	const char *text, size_t length, struct lean_statement *out, struct error *err) {
	struct lean_tokens tokens = {0};
	struct lean_commands commands = {0};
	size_t bad = 0;
	size_t normal_length = 0;
	// A file that was edited elsewhere must not give other texts.
	char *normal = str_unix_lines(text, length, &normal_length);
	int rc = 0;
	const char *nul = memchr(normal, '\0', normal_length);
	if (!utf8_valid(normal, normal_length, &bad) || nul != NULL) {
		rc = error_set(err, ERROR_INPUT, "%s at byte %zu",
			nul != NULL ? "a NUL character" : "not well-formed UTF-8",
			nul != NULL ? (size_t)(nul - normal) : bad);
		goto out;
	}
	if (lean_lex(normal, normal_length, &tokens, err) != LEAN_LEX_OK) {
		rc = ERROR_INPUT;
		goto out;
	}
	lean_commands_find(&tokens, &commands);
	rc = take_apart(&tokens, &commands, out, err);
out:
	lean_commands_finish(&commands);
	lean_tokens_finish(&tokens);
	free(normal);
	return rc;
}

void lean_statement_finish(struct lean_statement *statement) {
	free(statement->header);
	free(statement->preamble);
	free(statement->statement);
	free(statement->theorem);
	free(statement->proof);
	*statement = (struct lean_statement){0};
}

static void move(char **from, char **to) {
	free(*to);
	*to = *from;
	*from = NULL;
}

void lean_statement_move(struct lean_statement *statement, struct problem *problem) {
	move(&statement->header, &problem->header);
	move(&statement->preamble, &problem->preamble);
	move(&statement->statement, &problem->statement);
	move(&statement->theorem, &problem->theorem);
	move(&statement->proof, &problem->proof);
}
