#include "lean/whole.h"

#include <string.h>

#include "base/buf.h"

enum { SHOWN_TOKENS = 8, NOTE_MAX_BYTES = 1024 };

static bool same(const struct lean_tokens *a, size_t i, const struct lean_tokens *b, size_t k) {
	const struct lean_token *x = &a->list.items[i];
	const struct lean_token *y = &b->list.items[k];
	size_t length = x->end - x->start;
	return length == y->end - y->start &&
	       memcmp(a->text + x->start, b->text + y->start, length) == 0;
}

/* A few tokens from here on, one space between them. */
static void append_run(struct buf *out, const struct lean_tokens *tokens, size_t from, size_t to) {
	buf_append_char(out, '"');
	for (size_t i = from; i < to && i < from + SHOWN_TOKENS; i++) {
		const struct lean_token *token = &tokens->list.items[i];
		size_t length = token->end - token->start;
		buf_append_str(out, i > from ? " " : "");
		buf_append(out, tokens->text + token->start, length < 64 ? length : 0);
	}
	buf_append_str(out, from + SHOWN_TOKENS < to ? " …\"" : "\"");
}

char *lean_tokens_difference(const struct lean_tokens *ours, size_t our_from, size_t our_to,
	const struct lean_tokens *theirs, size_t their_from, size_t their_to) {
	size_t i = our_from;
	size_t k = their_from;
	while (i < our_to && k < their_to && same(ours, i, theirs, k)) {
		i++;
		k++;
	}
	if (i == our_to && k == their_to) {
		return NULL;
	}
	struct buf out = BUF_INIT(NOTE_MAX_BYTES);
	size_t place = k < theirs->list.count ? k : theirs->list.count - 1;
	buf_appendf(&out, "token %zu: ", i - our_from + 1);
	append_run(&out, theirs, k, their_to);
	buf_append_str(&out, " for ");
	append_run(&out, ours, i, our_to);
	buf_appendf(&out, ", line %u", theirs->list.items[place].line + 1);
	return buf_detach(&out);
}
