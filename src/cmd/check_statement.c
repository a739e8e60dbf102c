#include "cmd/check_statement.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "core/problem.h"
#include "lean/command.h"
#include "lean/lex.h"
#include "lean/statement.h"

enum { TEXT_MAX_BYTES = 64 << 20, NAMES_SHOWN = 6, NAMES_MAX = 400 };

/* One theorem of the file. Offsets in bytes, from the end of what stands before it. */
struct stated {
	size_t start;
	size_t end;
	struct lean_token name;
	bool open; // no proof, or only a hole
};

struct statements {
	VEC(struct stated) list;
};

static bool is_open(
	const struct lean_tokens *tokens, const struct lean_signature *signature, size_t to) {
	size_t at = signature->assigned && !signature->equations ? signature->value : to;
	at += lean_token_is(tokens, at, "by");
	at += lean_token_is(tokens, at, "sorry");
	return !signature->equations && at >= to;
}

static void find_theorems(const struct lean_tokens *tokens, struct statements *out) {
	struct lean_commands commands = {0};
	size_t end = 0;
	lean_commands_find(tokens, &commands);
	for (size_t i = 0; i < commands.list.count; i++) {
		const struct lean_command *command = &commands.list.items[i];
		struct lean_signature signature = lean_signature_of(tokens, command);
		size_t start = end;
		end = tokens->list.items[command->to - 1].end;
		if (command->kind == LEAN_COMMAND_THEOREM && signature.name != SIZE_MAX) {
			struct stated stated = {start, end, tokens->list.items[signature.name],
				is_open(tokens, &signature, command->to)};
			vec_push(&out->list, stated);
		}
	}
	lean_commands_finish(&commands);
}

static bool is_called(const char *text, const struct lean_token *token, const char *name) {
	size_t length = token->end - token->start;
	return strlen(name) == length && memcmp(text + token->start, name, length) == 0;
}

static void append_names(
	struct buf *out, const char *text, const struct statements *statements, bool only_open) {
	size_t count = 0;
	for (size_t i = 0; i < statements->list.count; i++) {
		const struct stated *stated = &statements->list.items[i];
		if (only_open && !stated->open) {
			continue;
		}
		if (count++ < NAMES_SHOWN) {
			buf_appendf(out, "%s%.*s", count > 1 ? ", " : "",
				(int)(stated->name.end - stated->name.start),
				text + stated->name.start);
		}
	}
	if (count > NAMES_SHOWN) {
		buf_append_str(out, ", …");
	}
}

/* *chosen_out: index of the theorem that is asked for; of none when the file states none. */
static int choose(const char *text, const struct statements *statements, const char *name,
	size_t *chosen_out, struct error *err) {
	size_t count = statements->list.count;
	size_t open = 0;
	for (size_t i = 0; i < count; i++) {
		open += statements->list.items[i].open;
		if (name != NULL && is_called(text, &statements->list.items[i].name, name)) {
			*chosen_out = i;
			return 0;
		}
	}
	struct buf names = BUF_INIT(NAMES_MAX);
	append_names(&names, text, statements, name == NULL);
	int rc = 0;
	if (name != NULL) {
		rc = error_set(err, ERROR_USAGE, "no theorem \"%s\"%s%s", name,
			count > 0 ? "; there are " : "", buf_str(&names));
	} else if (open > 1) {
		rc = error_set(err, ERROR_USAGE,
			"%zu statements stand open (%s); say which: --theorem NAME", open,
			buf_str(&names));
	}
	buf_finish(&names);
	*chosen_out = count - 1;
	return rc;
}

/* The text up to the end of the chosen theorem, without other open ones before it. */
static void cut(
	const char *text, const struct statements *statements, size_t chosen, struct buf *out) {
	size_t from = 0;
	for (size_t i = 0; i < chosen; i++) {
		const struct stated *stated = &statements->list.items[i];
		if (stated->open) {
			buf_append(out, text + from, stated->start - from);
			from = stated->end;
		}
	}
	buf_append(out, text + from, statements->list.items[chosen].end - from);
	buf_append_char(out, '\n');
}

int check_statement_read(const char *text, size_t length, const char *name,
	struct problem *problem_out, struct error *err) {
	struct lean_tokens tokens = {0};
	struct statements statements = {0};
	struct lean_statement statement = {0};
	struct buf chosen = BUF_INIT(TEXT_MAX_BYTES);
	size_t normal_length = 0;
	char *normal = str_unix_lines(text, length, &normal_length);
	int rc = 0;
	size_t at = 0;
	// What cannot be lexed is told by the split, with its line.
	bool fit = strlen(normal) == normal_length &&
		   lean_lex(normal, normal_length, &tokens, NULL) == LEAN_LEX_OK;
	if (fit) {
		find_theorems(&tokens, &statements);
		rc = choose(normal, &statements, name, &at, err);
	}
	if (rc == 0 && statements.list.count > 0) {
		cut(normal, &statements, at, &chosen);
	}
	bool part = statements.list.count > 0 && (name != NULL || at > 0);
	struct str source =
		part ? str_slice(buf_str(&chosen), chosen.len) : str_slice(normal, normal_length);
	rc = rc < 0 ? rc : lean_statement_split(source.data, source.len, &statement, err);
	if (rc == 0) {
		*problem_out = (struct problem){0};
		lean_statement_move(&statement, problem_out);
	}
	lean_statement_finish(&statement);
	lean_tokens_finish(&tokens);
	vec_finish(&statements.list);
	free(normal);
	buf_finish(&chosen);
	return rc;
}
