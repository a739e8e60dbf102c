#include "lean/whole.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

enum { PROOF_MAX_BYTES = 8 << 20, COLUMN_MAX = 500 };

/* Whether a line after the first begins at column 0 with a token: there Lean could read a command.
 */
static bool begins_at_margin(const struct lean_tokens *tokens, size_t from, size_t to) {
	for (size_t i = from + 1; i < to; i++) {
		const struct lean_token *token = &tokens->list.items[i];
		if (token->first && token->column == 0) {
			return true;
		}
	}
	return false;
}

static bool has_long_literal(const struct lean_tokens *tokens, size_t from, size_t to) {
	for (size_t i = from; i < to; i++) {
		const struct lean_token *token = &tokens->list.items[i];
		if ((token->kind == LEAN_STRING || token->kind == LEAN_RAW) &&
			memchr(tokens->text + token->start, '\n', token->end - token->start) !=
				NULL) {
			return true;
		}
	}
	return false;
}

/*
 * "… := by constructor" with the next tactic under "constructor": our statement may end in another
 * column than the model's, so the block gets lines of its own, at the column it had. NULL when the
 * layout does not hang on the first line.
 */
static char *hanging_block(const struct lean_tokens *tokens, size_t from, size_t to) {
	if (from + 1 >= to || !lean_token_is(tokens, from, "by")) {
		return NULL;
	}
	const struct lean_token *first = &tokens->list.items[from + 1];
	if (first->line != tokens->list.items[from].line || first->column > COLUMN_MAX) {
		return NULL;
	}
	for (size_t i = from + 2; i < to; i++) {
		const struct lean_token *token = &tokens->list.items[i];
		if (token->first && token->column == first->column) {
			return xasprintf("by\n%*s%.*s", (int)first->column, "",
				(int)(tokens->list.items[to - 1].end - first->start),
				tokens->text + first->start);
		}
	}
	return NULL;
}

char *lean_proof_text(const struct lean_tokens *tokens, size_t from, size_t to) {
	size_t start = tokens->list.items[from].start;
	size_t end = tokens->list.items[to - 1].end;
	if (!begins_at_margin(tokens, from, to)) {
		char *block = hanging_block(tokens, from, to);
		return block != NULL ? block : xmemdup0(tokens->text + start, end - start);
	}
	if (has_long_literal(tokens, from, to)) {
		return NULL;
	}
	struct buf out = BUF_INIT(PROOF_MAX_BYTES);
	for (size_t i = start; i < end; i++) {
		buf_append_char(&out, tokens->text[i]);
		if (tokens->text[i] == '\n' && tokens->text[i + 1] != '\n') {
			buf_append_str(&out, "  ");
		}
	}
	return buf_detach(&out);
}

bool lean_proof_joins(const struct lean_tokens *tokens, size_t from) {
	const struct lean_token *token = &tokens->list.items[from];
	const char *text = tokens->text + token->start;
	size_t length = token->end - token->start;
	return text[0] == '|' || (length >= 5 && memcmp(text, "where", 5) == 0);
}

struct candidate_result lean_candidate_refuse(
	enum reject_reason reason, const char *word, unsigned line, const char *why) {
	struct candidate_result result = {.status = CANDIDATE_REJECTED, .reason = reason};
	snprintf(result.note, sizeof(result.note), "\"%s\", line %u: %s", word, line, why);
	return result;
}
