#include "lean/lex.h"

#include <stdint.h>
#include <string.h>

/* Reading a list of tokens once it is there. */

static const char *const openers[] = {"(", "[", "{", "⟨", "⦃", "#[", "@[", "⟦", "⟪", "⌊", "⌈"};
static const char *const closers[] = {")", "]", "}", "⟩", "⦄", "]", "]", "⟧", "⟫", "⌋", "⌉"};
static const char primed_closer[] = "]'"; // "l[i]'h": closes as the plain one does

_Static_assert(F2F_COUNT(openers) == F2F_COUNT(closers), "each bracket has its partner");

enum { BRACKETS_MAX = 512 };

void lean_tokens_finish(struct lean_tokens *tokens) {
	vec_finish(&tokens->list);
}

bool lean_token_is(const struct lean_tokens *tokens, size_t index, const char *word) {
	if (index >= tokens->list.count) {
		return false;
	}
	const struct lean_token *token = &tokens->list.items[index];
	size_t length = token->end - token->start;
	if (tokens->text[token->start] != word[0]) {
		return false;
	}
	return strlen(word) == length && memcmp(tokens->text + token->start, word, length) == 0;
}

static size_t find(const struct lean_tokens *tokens, size_t index, const char *const *words) {
	size_t i = 0;
	if (index < tokens->list.count && tokens->list.items[index].kind != LEAN_SYMBOL) {
		return F2F_COUNT(openers);
	}
	while (i < F2F_COUNT(openers) && !lean_token_is(tokens, index, words[i])) {
		i++;
	}
	return i;
}

int lean_token_depth(const struct lean_tokens *tokens, size_t index) {
	if (find(tokens, index, openers) < F2F_COUNT(openers)) {
		return 1;
	}
	bool closes = find(tokens, index, closers) < F2F_COUNT(openers) ||
		      lean_token_is(tokens, index, primed_closer);
	return closes ? -1 : 0;
}

/* A half-open interval such as Mathlib writes them, "Ico", has round against square only in words,
 * so partners must match. */
bool lean_tokens_balanced(
	const struct lean_tokens *tokens, size_t from, size_t to, size_t *bad_out) {
	size_t open[BRACKETS_MAX];
	size_t depth = 0;
	for (size_t i = from; i < to; i++) {
		int change = lean_token_depth(tokens, i);
		if (change > 0) {
			if (depth == BRACKETS_MAX) {
				*bad_out = i;
				return false;
			}
			open[depth++] = find(tokens, i, openers);
		} else if (change < 0) {
			const char *wanted = depth > 0 ? closers[open[depth - 1]] : "";
			bool primed = wanted[0] == ']' && lean_token_is(tokens, i, primed_closer);
			if (depth == 0 || (!lean_token_is(tokens, i, wanted) && !primed)) {
				*bad_out = i;
				return false;
			}
			depth--;
		}
	}
	*bad_out = to;
	return depth == 0;
}
