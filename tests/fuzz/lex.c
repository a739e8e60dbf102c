#include "fuzz.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/str.h"
#include "lean/lex.h"

/* Tokens lie in order inside the text, and a failure always says where. */
void fuzz_one(const uint8_t *bytes, size_t length) {
	struct lean_tokens tokens;
	struct error err = {0};
	size_t bad = 0;
	if (!utf8_valid((const char *)bytes, length, &bad)) {
		return;
	}
	enum lean_lex_status status = lean_lex((const char *)bytes, length, &tokens, &err);
	size_t at = 0;
	unsigned line = 0;
	for (size_t i = 0; i < tokens.list.count; i++) {
		const struct lean_token *token = &tokens.list.items[i];
		if (token->start < at || token->end <= token->start || token->end > length ||
			token->line < line || token->column16 < token->column) {
			abort();
		}
		at = token->end;
		line = token->line;
	}
	if ((status == LEAN_LEX_OK) != (err.message[0] == '\0')) {
		abort();
	}
	lean_tokens_finish(&tokens);
}
