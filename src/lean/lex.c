#include "lean/lex.h"

#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "base/str.h"
#include "lean/letters.h"

enum { INTERPOLATION_MAX = 32 };

/* Symbols of more than one character, the longest first where one begins another. Which ones exist
 * matters in three places only: where ":=" and "=>" are told from their parts, and where a token
 * ends in a character that could begin a comment or a literal
 * ("<-", "|-", "//", "⁻¹'", "''"). */
static const char *const long_symbols[] = {
	"<|>",
	"<;>",
	"<$>",
	"<*>",
	">>=",
	"...",
	"|>.",
	"&&&",
	"|||",
	"^^^",
	"<<<",
	">>>",
	":=",
	"=>",
	"->",
	"<-",
	"..",
	"::",
	"<=",
	">=",
	"!=",
	"==",
	"&&",
	"||",
	"|>",
	"<|",
	"|-",
	"//",
	"''",
	"++",
	"#[",
	"@[",
	"⁻¹",
};

/* Operators of core and Mathlib that end in a prime: "∑' n, f n", "l[i]'h", "f ∘' g". */
static const char *const primed_symbols[] = {"]'", "⁻¹'", "×'", "Σ'", "∏'", "∑'", "∘'", "⊕'"};

struct lexer {
	struct lean_tokens *out;
	struct error *err;
	const char *text;
	size_t length;
	size_t at;
	unsigned line;
	unsigned column;
	unsigned column16;
	bool first;
	size_t open_braces[INTERPOLATION_MAX]; // braces open inside each interpolated string's code
	size_t interpolations;
	enum lean_lex_status status;
};

static char peek(const struct lexer *lexer, size_t ahead) {
	size_t at = lexer->at + ahead;
	return at < lexer->length ? lexer->text[at] : '\0';
}

static bool looking_at(const struct lexer *lexer, const char *word) {
	if (lexer->at >= lexer->length || lexer->text[lexer->at] != word[0]) {
		return false;
	}
	size_t length = strlen(word);
	return lexer->length - lexer->at >= length &&
	       memcmp(lexer->text + lexer->at, word, length) == 0;
}

/* The code point at byte `at`, and where the next one begins. */
static uint32_t code_point(const struct lexer *lexer, size_t at, size_t *next_out) {
	if (at >= lexer->length) {
		*next_out = at;
		return 0;
	}
	if ((unsigned char)lexer->text[at] < 0x80) {
		*next_out = at + 1;
		return (unsigned char)lexer->text[at];
	}
	const char *cursor = lexer->text + at;
	uint32_t c = utf8_next(&cursor, lexer->text + lexer->length);
	*next_out = (size_t)(cursor - lexer->text);
	return c;
}

/* One code point onwards, keeping count of lines and columns. */
static void step(struct lexer *lexer) {
	size_t next = 0;
	uint32_t c = code_point(lexer, lexer->at, &next);
	lexer->at = next;
	lexer->column++;
	lexer->column16 += c > 0xffff ? 2 : 1;
	if (c == '\n') {
		lexer->line++;
		lexer->column = lexer->column16 = 0;
		lexer->first = true;
	}
}

static void step_to(struct lexer *lexer, size_t at) {
	while (lexer->at < at) {
		step(lexer);
	}
}

static void fail(
	struct lexer *lexer, enum lean_lex_status status, unsigned line, const char *what) {
	if (lexer->status == LEAN_LEX_OK) {
		lexer->status = status;
		error_set(lexer->err, ERROR_INPUT, "line %u: %s", line + 1, what);
	}
}

static void stray(struct lexer *lexer, const char *what) {
	fail(lexer, LEAN_LEX_STRAY, lexer->line, what);
}

static struct lean_token begin(const struct lexer *lexer, enum lean_token_kind kind) {
	return (struct lean_token){
		.kind = kind,
		.start = lexer->at,
		.line = lexer->line,
		.column = lexer->column,
		.column16 = lexer->column16,
		.first = lexer->first,
	};
}

static void finish(struct lexer *lexer, struct lean_token token) {
	token.end = lexer->at;
	lexer->first = false;
	vec_push(&lexer->out->list, token);
}

/*
 * Whether the last token is an operator that touches this place. Notation may hold tokens we do not
 * know, such as Mathlib's "∘'": a comment or a character literal that touches an operator could be
 * half of one, and code would hide behind it.
 */
static bool touches_operator(const struct lexer *lexer) {
	size_t count = lexer->out->list.count;
	if (count == 0) {
		return false;
	}
	const struct lean_token *last = &lexer->out->list.items[count - 1];
	if (last->kind != LEAN_SYMBOL || last->end != lexer->at) {
		return false;
	}
	static const char *const harmless[] = {
		"(", ")", "[", "]", "{", "}", ",", ";", "⟨", "⟩", ":=", "=>", "<;>", "·"};
	for (size_t i = 0; i < F2F_COUNT(harmless); i++) {
		if (lean_token_is(lexer->out, count - 1, harmless[i])) {
			return false;
		}
	}
	return true;
}

static void skip_block_comment(struct lexer *lexer) {
	unsigned line = lexer->line;
	/* Versions disagree whether these open a doc comment or are a whole comment. */
	if (looking_at(lexer, "/--/") || looking_at(lexer, "/-!/")) {
		stray(lexer, "a comment that Lean versions read differently");
		return;
	}
	size_t depth = 1;
	step_to(lexer, lexer->at + 2);
	while (depth > 0 && lexer->at < lexer->length) {
		if (looking_at(lexer, "-/")) {
			depth--;
			step_to(lexer, lexer->at + 2);
		} else if (looking_at(lexer, "/-")) {
			depth++;
			step_to(lexer, lexer->at + 2);
		} else {
			step(lexer);
		}
	}
	if (depth > 0) {
		fail(lexer, LEAN_LEX_UNCLOSED, line, "unclosed comment");
	}
}

static bool skip_comment(struct lexer *lexer) {
	bool block = looking_at(lexer, "/-");
	if (!block && !looking_at(lexer, "--")) {
		return false;
	}
	if (touches_operator(lexer)) {
		stray(lexer, "a comment that touches an operator");
		return true;
	}
	if (block) {
		skip_block_comment(lexer);
	} else {
		/* The column there does not matter: a line end follows, or nothing. */
		const char *start = lexer->text + lexer->at;
		const char *end = memchr(start, '\n', lexer->length - lexer->at);
		lexer->at = end != NULL ? (size_t)(end - lexer->text) : lexer->length;
	}
	return true;
}

static void skip_escape(struct lexer *lexer) {
	step(lexer);
	if (lexer->at < lexer->length) {
		step(lexer);
	}
}

/* The literal rest of a string whose opening mark has been read; stops behind `"`, or behind `{`
 * when code follows. */
static void read_string_piece(struct lexer *lexer, struct lean_token token, bool interpolated) {
	while (lexer->at < lexer->length) {
		char c = peek(lexer, 0);
		if (c == '\\') {
			skip_escape(lexer);
			continue;
		}
		step(lexer);
		if (c == '"') {
			finish(lexer, token);
			return;
		}
		if (c == '{' && interpolated) {
			if (lexer->interpolations == INTERPOLATION_MAX) {
				stray(lexer, "interpolated strings nested too deeply");
				return;
			}
			lexer->open_braces[lexer->interpolations++] = 0;
			finish(lexer, token);
			return;
		}
	}
	fail(lexer, LEAN_LEX_UNCLOSED, token.line, "unclosed string");
}

static void read_string(struct lexer *lexer) {
	size_t count = lexer->out->list.count;
	bool interpolated = false;
	if (count > 0) {
		const struct lean_token *last = &lexer->out->list.items[count - 1];
		interpolated = last->kind == LEAN_IDENT && last->end == lexer->at &&
			       lexer->text[last->end - 1] == '!';
	}
	struct lean_token token = begin(lexer, LEAN_STRING);
	step(lexer);
	read_string_piece(lexer, token, interpolated);
}

/* r"…" and r#"…"#; false when this r begins a name. */
static bool read_raw_string(struct lexer *lexer) {
	size_t hashes = 0;
	while (peek(lexer, 1 + hashes) == '#') {
		hashes++;
	}
	if (peek(lexer, 0) != 'r' || peek(lexer, 1 + hashes) != '"') {
		return false;
	}
	struct lean_token token = begin(lexer, LEAN_RAW);
	step_to(lexer, lexer->at + hashes + 2);
	size_t run = 0;
	bool quoted = false;
	while (lexer->at < lexer->length) {
		char c = peek(lexer, 0);
		step(lexer);
		run = c == '#' && quoted ? run + 1 : 0;
		quoted = c == '"' || (c == '#' && quoted);
		if (quoted && run == hashes) {
			finish(lexer, token);
			return true;
		}
	}
	fail(lexer, LEAN_LEX_UNCLOSED, token.line, "unclosed raw string");
	return true;
}

static bool skip_hex(struct lexer *lexer, int digits) {
	for (int i = 0; i < digits; i++) {
		if (peek(lexer, 0) == '\0' ||
			strchr("0123456789abcdefABCDEF", peek(lexer, 0)) == NULL) {
			return false;
		}
		step(lexer);
	}
	return true;
}

/* What Lean takes for one character behind a backslash, and nothing more: what follows is code. */
static bool skip_char_escape(struct lexer *lexer) {
	step(lexer);
	char c = peek(lexer, 0);
	if (c == '\0' || strchr("\\\"'rntxu", c) == NULL) {
		return false;
	}
	step(lexer);
	return c == 'x' ? skip_hex(lexer, 2) : c == 'u' ? skip_hex(lexer, 4) : true;
}

static void read_char(struct lexer *lexer) {
	struct lean_token token = begin(lexer, LEAN_CHAR);
	if (touches_operator(lexer)) {
		stray(lexer, "a quote that touches an operator");
		return;
	}
	step(lexer);
	bool whole = true;
	if (peek(lexer, 0) == '\\') {
		whole = skip_char_escape(lexer);
	} else if (lexer->at < lexer->length) {
		step(lexer);
	}
	if (!whole || peek(lexer, 0) != '\'') {
		fail(lexer, lexer->at >= lexer->length ? LEAN_LEX_UNCLOSED : LEAN_LEX_STRAY,
			token.line, "a quote that opens no character");
		return;
	}
	step(lexer);
	finish(lexer, token);
}

static void skip_quoted_part(struct lexer *lexer) {
	unsigned line = lexer->line;
	while (lexer->at < lexer->length && !looking_at(lexer, "»") && peek(lexer, 0) != '\n') {
		step(lexer);
	}
	if (!looking_at(lexer, "»")) {
		fail(lexer, lexer->at >= lexer->length ? LEAN_LEX_UNCLOSED : LEAN_LEX_STRAY, line,
			"unclosed name in guillemets");
		return;
	}
	step(lexer);
}

/* A name with its dots: "h.end" is one token, as in Lean, and holds no keyword. */
static void read_name(struct lexer *lexer, struct lean_token token) {
	for (;;) {
		size_t next = 0;
		if (looking_at(lexer, "«")) {
			skip_quoted_part(lexer);
		} else {
			while (lean_letter_rest(code_point(lexer, lexer->at, &next)) &&
				next > lexer->at) {
				step(lexer);
			}
		}
		if (peek(lexer, 0) != '.' || lexer->status != LEAN_LEX_OK) {
			break;
		}
		uint32_t after = code_point(lexer, lexer->at + 1, &next);
		if (!lean_letter_first(after) && after != 0xab) {
			break;
		}
		step(lexer);
	}
	if (lexer->status == LEAN_LEX_OK) {
		finish(lexer, token);
	}
}

static bool is_digit(char c) {
	return c >= '0' && c <= '9';
}

static void read_number(struct lexer *lexer) {
	size_t count = lexer->out->list.count;
	/* "h.1.2" projects twice: after a dot there are no fractions. */
	bool field = count > 0 && lexer->out->list.items[count - 1].end == lexer->at &&
		     lean_token_is(lexer->out, count - 1, ".");
	struct lean_token token = begin(lexer, LEAN_NUMBER);
	if (peek(lexer, 0) == '0' && peek(lexer, 1) != '\0' &&
		strchr("xXbBoO", peek(lexer, 1)) != NULL) {
		step(lexer);
		step(lexer);
		while (peek(lexer, 0) != '\0' &&
			strchr("0123456789abcdefABCDEF_", peek(lexer, 0)) != NULL) {
			step(lexer);
		}
		finish(lexer, token);
		return;
	}
	while (is_digit(peek(lexer, 0))) {
		step(lexer);
	}
	if (!field && peek(lexer, 0) == '.' && is_digit(peek(lexer, 1))) {
		step(lexer);
		while (is_digit(peek(lexer, 0))) {
			step(lexer);
		}
	}
	size_t sign = peek(lexer, 1) == '-' || peek(lexer, 1) == '+' ? 2 : 1;
	if (!field && (peek(lexer, 0) == 'e' || peek(lexer, 0) == 'E') &&
		is_digit(peek(lexer, sign))) {
		step_to(lexer, lexer->at + sign);
		while (is_digit(peek(lexer, 0))) {
			step(lexer);
		}
	}
	finish(lexer, token);
}

static void read_hash(struct lexer *lexer) {
	struct lean_token token = begin(lexer, LEAN_HASH);
	step(lexer);
	read_name(lexer, token);
}

/*
 * Length of an operator with its prime; 0 when there is none here, or when a Lean that does not know
 * the operator could read a character instead, and so place what follows differently: the prime
 * would open it, one character on it would close. "l[i]'h'" is the same either way.
 */
static size_t primed_length(const struct lexer *lexer) {
	for (size_t i = 0; i < F2F_COUNT(primed_symbols); i++) {
		if (!looking_at(lexer, primed_symbols[i])) {
			continue;
		}
		size_t length = strlen(primed_symbols[i]);
		size_t next = 0;
		size_t after = 0;
		uint32_t inside = code_point(lexer, lexer->at + length, &next);
		uint32_t behind = code_point(lexer, next, &after);
		if (inside != '\\' && inside != '\'' && behind != '\'') {
			return length;
		}
		uint32_t rest = code_point(lexer, after, &next);
		return lean_letter_first(inside) && behind == '\'' && !lean_letter_rest(rest) &&
				       rest != '"' && rest != '.'
			       ? length
			       : 0;
	}
	return 0;
}

static void read_symbol(struct lexer *lexer) {
	struct lean_token token = begin(lexer, LEAN_SYMBOL);
	size_t primed = primed_length(lexer);
	if (primed > 0) {
		step_to(lexer, lexer->at + primed);
		finish(lexer, token);
		return;
	}
	for (size_t i = 0; i < F2F_COUNT(long_symbols); i++) {
		if (looking_at(lexer, long_symbols[i])) {
			step_to(lexer, lexer->at + strlen(long_symbols[i]));
			finish(lexer, token);
			return;
		}
	}
	size_t next = 0;
	if (!lean_letter_symbol(code_point(lexer, lexer->at, &next))) {
		stray(lexer, "a character that is no part of Lean");
		return;
	}
	step(lexer);
	finish(lexer, token);
}

/* Braces inside the code of an interpolated string: the one that closes it goes back to the string.
 */
static bool read_brace(struct lexer *lexer) {
	if (lexer->interpolations == 0) {
		return false;
	}
	size_t *open = &lexer->open_braces[lexer->interpolations - 1];
	if (peek(lexer, 0) == '{') {
		(*open)++;
		return false;
	}
	if (peek(lexer, 0) != '}') {
		return false;
	}
	if (*open > 0) {
		(*open)--;
		return false;
	}
	lexer->interpolations--;
	struct lean_token token = begin(lexer, LEAN_STRING);
	step(lexer);
	read_string_piece(lexer, token, true);
	return true;
}

static bool skip_space(struct lexer *lexer) {
	char c = peek(lexer, 0);
	if (c == ' ' || c == '\n' || c == '\t' || (c == '\r' && peek(lexer, 1) == '\n')) {
		step(lexer);
		return true;
	}
	return false;
}

static void read_token(struct lexer *lexer) {
	size_t next = 0;
	char c = peek(lexer, 0);
	uint32_t point = code_point(lexer, lexer->at, &next);
	if (read_brace(lexer) || read_raw_string(lexer)) {
		return;
	}
	if (c == '"') {
		read_string(lexer);
	} else if (c == '\'' && peek(lexer, 1) != '\'') {
		read_char(lexer);
	} else if (is_digit(c)) {
		read_number(lexer);
	} else if (c == '#' && peek(lexer, 1) > 0 &&
		   lean_letter_first((unsigned char)peek(lexer, 1))) {
		read_hash(lexer);
	} else if (lean_letter_first(point) || point == 0xab) {
		read_name(lexer, begin(lexer, LEAN_IDENT));
	} else {
		read_symbol(lexer);
	}
}

enum lean_lex_status lean_lex(
	const char *text, size_t length, struct lean_tokens *out, struct error *err) {
	*out = (struct lean_tokens){.text = text, .length = length};
	struct lexer lexer = {
		.out = out, .err = err, .text = text, .length = length, .first = true};
	while (lexer.status == LEAN_LEX_OK && lexer.at < length) {
		if (!skip_space(&lexer) && !skip_comment(&lexer)) {
			read_token(&lexer);
		}
	}
	if (lexer.interpolations > 0) {
		fail(&lexer, LEAN_LEX_UNCLOSED, lexer.line, "unclosed interpolated string");
	}
	return lexer.status;
}
