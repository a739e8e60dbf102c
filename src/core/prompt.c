#include "core/prompt.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "core/problem.h"

enum { PROMPT_BYTES_MAX = 1 << 20, DEPTH_MAX = 8, TAG_NAME_MAX = 32 };

/* ---- What the names stand for. */

/* The problem's preamble asks for more than a proof when it has a hole of its own: v2c's `abbrev
 * X_solution : T := sorry`. */
static bool has_placeholder(const char *preamble) {
	static const char word[] = "sorry";
	for (const char *at = preamble; at != NULL && (at = strstr(at, word)) != NULL; at++) {
		char after = at[sizeof(word) - 1];
		bool begins = at == preamble || strchr(" \t\r\n=(", at[-1]) != NULL;
		if (begins && (after == '\0' || strchr(" \t\r\n)", after) != NULL)) {
			return true;
		}
	}
	return false;
}

enum name_id {
	NAME_HEADER,
	NAME_INFORMAL,
	NAME_NAME,
	NAME_PLACEHOLDER,
	NAME_PREAMBLE,
	NAME_SHOTS,
	NAME_STATEMENT,
	NAME_THEOREM,
	NAME_COUNT,
};

static const char *const names[NAME_COUNT] = {
	[NAME_HEADER] = "header",
	[NAME_INFORMAL] = "informal",
	[NAME_NAME] = "name",
	[NAME_PLACEHOLDER] = "placeholder",
	[NAME_PREAMBLE] = "preamble",
	[NAME_SHOTS] = "shots",
	[NAME_STATEMENT] = "statement",
	[NAME_THEOREM] = "theorem",
};

/* NULL when this problem has none. */
static const char *value_of(
	const struct problem *problem, const char *shots, enum name_id name) {
	switch (name) {
	case NAME_HEADER:
		return problem->header;
	case NAME_INFORMAL:
		return problem->informal;
	case NAME_NAME:
		return problem->name;
	case NAME_PLACEHOLDER:
		return has_placeholder(problem->preamble) ? problem->preamble : NULL;
	case NAME_PREAMBLE:
		return problem->preamble;
	case NAME_SHOTS:
		return shots;
	case NAME_STATEMENT:
		return problem->statement;
	case NAME_THEOREM:
		return problem->theorem;
	case NAME_COUNT:
		break;
	}
	return NULL;
}

/* ---- Pieces of a template. */

enum piece_kind {
	PIECE_TEXT,
	PIECE_VALUE, // {{name}}
	PIECE_OPEN, // {{#name}}: what follows counts when the problem has it, and it is not empty
	PIECE_CLOSE, // {{/name}}
};

struct piece {
	enum piece_kind kind;
	struct str text; // PIECE_TEXT
	enum name_id name;
};

struct scanner {
	const char *start;
	const char *at;
	const char *end;
	int first_line; // in the file
};

static int line_of(const struct scanner *scanner, const char *at) {
	int line = scanner->first_line;
	for (const char *c = scanner->start; c < at; c++) {
		line += *c == '\n';
	}
	return line;
}

static int find_name(struct str word, enum name_id *name_out) {
	for (size_t i = 0; i < NAME_COUNT; i++) {
		if (str_equal(word, names[i])) {
			*name_out = (enum name_id)i;
			return 0;
		}
	}
	return ERROR_NOT_FOUND;
}

static int unknown_name(struct scanner *scanner, struct str word, struct error *err) {
	char copy[TAG_NAME_MAX + 1] = "";
	int line = line_of(scanner, word.data);
	if (word.len <= TAG_NAME_MAX) {
		memcpy(copy, word.data, word.len);
		copy[word.len] = '\0';
	}
	const char *near = str_nearest(copy, names, NAME_COUNT);
	return error_set(err, ERROR_INPUT, "line %d: no name \"%.*s\"%s%s%s", line,
		word.len <= TAG_NAME_MAX ? (int)word.len : TAG_NAME_MAX, word.data,
		near != NULL ? "; did you mean " : "", near != NULL ? near : "",
		near != NULL ? "?" : "");
}

/* A block's tag on a line of its own takes the line with it. `tag` to `*next` is the tag. */
static const char *skip_own_line(const struct scanner *scanner, const char *tag, const char *next) {
	if (tag != scanner->start && tag[-1] != '\n') {
		return next;
	}
	const char *after = next;
	while (after < scanner->end && (*after == ' ' || *after == '\t' || *after == '\r')) {
		after++;
	}
	if (after == scanner->end) {
		return after;
	}
	return *after == '\n' ? after + 1 : next;
}

static int next_tag(struct scanner *scanner, struct piece *piece_out, struct error *err) {
	const char *tag = scanner->at;
	size_t left = (size_t)(scanner->end - tag);
	const char *close = memmem(tag, left, "}}", 2);
	const char *line_end = memchr(tag, '\n', left);
	if (close == NULL || (line_end != NULL && line_end < close)) {
		return error_set(err, ERROR_INPUT, "line %d: {{ without }}", line_of(scanner, tag));
	}
	struct str word = str_trim(str_slice(tag + 2, (size_t)(close - tag) - 2));
	struct piece piece = {.kind = PIECE_VALUE};
	const char *next = close + 2;
	if (word.len > 0 && (word.data[0] == '#' || word.data[0] == '/')) {
		piece.kind = word.data[0] == '#' ? PIECE_OPEN : PIECE_CLOSE;
		word = str_trim(str_slice(word.data + 1, word.len - 1));
		next = skip_own_line(scanner, tag, next);
	}
	if (find_name(word, &piece.name) < 0) {
		return unknown_name(scanner, word, err);
	}
	if (piece.kind == PIECE_VALUE && piece.name == NAME_PLACEHOLDER) {
		return error_set(err, ERROR_INPUT,
			"line %d: \"placeholder\" is only for blocks: {{#placeholder}}",
			line_of(scanner, tag));
	}
	scanner->at = next;
	*piece_out = piece;
	return 0;
}

/* 1: a piece; 0: the end; negative: an error. */
static int next_piece(struct scanner *scanner, struct piece *piece_out, struct error *err) {
	if (scanner->at == scanner->end) {
		return 0;
	}
	size_t left = (size_t)(scanner->end - scanner->at);
	const char *tag = strstr(scanner->at, "{{"); // a NUL stands at end
	if (tag == scanner->at) {
		int rc = next_tag(scanner, piece_out, err);
		return rc < 0 ? rc : 1;
	}
	size_t length = tag != NULL ? (size_t)(tag - scanner->at) : left;
	*piece_out = (struct piece){.kind = PIECE_TEXT, .text = str_slice(scanner->at, length)};
	scanner->at += length;
	return 1;
}

/* ---- Rendering. */

struct blocks {
	enum name_id open[DEPTH_MAX];
	size_t depth;
	size_t hidden; // depth of the outermost block that is left out; 0: none is
};

static int open_block(struct blocks *blocks, enum name_id name, bool shown,
	const struct scanner *scanner, struct error *err) {
	if (blocks->depth == DEPTH_MAX) {
		return error_set(err, ERROR_INPUT, "line %d: blocks nested deeper than %d",
			line_of(scanner, scanner->at), DEPTH_MAX);
	}
	blocks->open[blocks->depth++] = name;
	if (!shown && blocks->hidden == 0) {
		blocks->hidden = blocks->depth;
	}
	return 0;
}

static int close_block(struct blocks *blocks, enum name_id name, const struct scanner *scanner,
	struct error *err) {
	if (blocks->depth == 0 || blocks->open[blocks->depth - 1] != name) {
		return error_set(err, ERROR_INPUT, "line %d: {{/%s}} closes no block that is open",
			line_of(scanner, scanner->at), names[name]);
	}
	if (blocks->hidden == blocks->depth) {
		blocks->hidden = 0;
	}
	blocks->depth--;
	return 0;
}

static int append_value(const struct problem *problem, const char *shots, enum name_id name,
	struct buf *out, struct error *err) {
	const char *value = value_of(problem, shots, name);
	if (value == NULL) {
		return error_set(err, ERROR_INPUT, "%s has no {{%s}}", problem->name, names[name]);
	}
	buf_append_str(out, value);
	if (name == NAME_STATEMENT) {
		buf_append_str(out, " := by");
	}
	return 0;
}

/* problem NULL: only look whether the template is well formed. */
static int walk(const char *text, int first_line, const struct problem *problem,
	const char *shots, struct buf *out, struct error *err) {
	struct scanner scanner = {text, text, text + strlen(text), first_line};
	struct blocks blocks = {0};
	struct piece piece = {0};
	int rc;
	while ((rc = next_piece(&scanner, &piece, err)) > 0) {
		bool shown = problem != NULL && blocks.hidden == 0;
		switch (piece.kind) {
		case PIECE_TEXT:
			rc = 0;
			if (shown) {
				buf_append(out, piece.text.data, piece.text.len);
			}
			break;
		case PIECE_VALUE:
			rc = shown ? append_value(problem, shots, piece.name, out, err) : 0;
			break;
		case PIECE_OPEN: {
			const char *value =
				problem != NULL ? value_of(problem, shots, piece.name) : "";
			rc = open_block(&blocks, piece.name, value != NULL && value[0] != '\0',
				&scanner, err);
			break;
		}
		case PIECE_CLOSE:
			rc = close_block(&blocks, piece.name, &scanner, err);
			break;
		}
		if (rc < 0) {
			return rc;
		}
	}
	if (rc == 0 && blocks.depth > 0) {
		rc = error_set(err, ERROR_INPUT, "{{#%s}} is never closed",
			names[blocks.open[blocks.depth - 1]]);
	}
	return rc;
}

int prompt_render(const struct prompt *prompt, const struct problem *problem, struct buf *out,
	struct error *err) {
	size_t before = out->len;
	int rc = walk(prompt->text, 1, problem, prompt->shots, out, err);
	if (rc == 0 && out->overflow) {
		rc = error_set(err, ERROR_INPUT, "%s: the prompt is over %zu bytes", problem->name,
			out->max);
	}
	if (rc < 0) {
		buf_truncate(out, before);
	}
	return rc;
}

/* ---- Front matter. */

static int take_number(struct str value, const char *key, double low, double high,
	double *number_out, struct error *err) {
	char *copy = xmemdup0(value.data, value.len);
	double number;
	bool good = str_to_double(copy, &number) && number >= low && number <= high;
	int rc = good ? 0
		      : error_set(err, ERROR_INPUT, "%s \"%s\" is not a number from %g to %g", key,
				copy, low, high);
	if (good) {
		*number_out = number;
	}
	free(copy);
	return rc;
}

static int take_integer(
	struct str value, const char *key, int64_t *integer_out, struct error *err) {
	char *copy = xmemdup0(value.data, value.len);
	int64_t integer;
	bool good = str_to_int64(copy, &integer) && integer > 0;
	int rc = good ? 0
		      : error_set(err, ERROR_INPUT, "%s \"%s\" is not a whole number above 0", key,
				copy);
	if (good) {
		*integer_out = integer;
	}
	free(copy);
	return rc;
}

static int take_text(struct str value, const char *key, char **text_out, struct error *err) {
	if (*text_out != NULL) {
		return error_set(err, ERROR_INPUT, "%s is given twice", key);
	}
	if (value.len == 0) {
		return error_set(err, ERROR_INPUT, "%s is empty", key);
	}
	*text_out = xmemdup0(value.data, value.len);
	return 0;
}

static int take_field(struct prompt *prompt, struct str key, struct str value, struct error *err) {
	static const char *const keys[] = {
		"id", "version", "temperature", "top_p", "max_tokens", "system"};
	if (str_equal(key, "id")) {
		return take_text(value, "id", &prompt->id, err);
	}
	if (str_equal(key, "version")) {
		return take_integer(value, "version", &prompt->version, err);
	}
	if (str_equal(key, "temperature")) {
		return take_number(value, "temperature", 0, 2, &prompt->temperature, err);
	}
	if (str_equal(key, "top_p")) {
		return take_number(value, "top_p", 0, 1, &prompt->top_p, err);
	}
	if (str_equal(key, "max_tokens")) {
		return take_integer(value, "max_tokens", &prompt->max_tokens, err);
	}
	if (str_equal(key, "system")) {
		return take_text(value, "system", &prompt->system, err);
	}
	char *copy = xmemdup0(key.data, key.len);
	const char *near = str_nearest(copy, keys, F2F_COUNT(keys));
	int rc = error_set(err, ERROR_INPUT, "no front matter \"%.40s\"%s%s%s", copy,
		near != NULL ? "; did you mean " : "", near != NULL ? near : "",
		near != NULL ? "?" : "");
	free(copy);
	return rc;
}

/* An indented line goes on with the system message. */
static int take_line(struct prompt *prompt, struct str line, bool in_system, struct error *err) {
	if (line.len > 0 && (line.data[0] == ' ' || line.data[0] == '\t')) {
		struct str more = str_trim(line);
		if (!in_system) {
			return error_set(
				err, ERROR_INPUT, "only the system message goes on over lines");
		}
		char *joined = xasprintf("%s\n%.*s", prompt->system, STR_ARG(more));
		free(prompt->system);
		prompt->system = joined;
		return 0;
	}
	const char *colon = memchr(line.data, ':', line.len);
	if (colon == NULL) {
		return error_set(err, ERROR_INPUT, "not \"key: value\"");
	}
	size_t key_length = (size_t)(colon - line.data);
	return take_field(prompt, str_trim(str_slice(line.data, key_length)),
		str_trim(str_slice(colon + 1, line.len - key_length - 1)), err);
}

static int take_front_matter(
	struct prompt *prompt, struct str *rest, int *line_out, struct error *err) {
	struct str line;
	bool in_system = false;
	int number = 1;
	if (!str_next_line(rest, &line) || !str_equal(str_trim(line), "---")) {
		return error_set(
			err, ERROR_INPUT, "line 1: front matter between lines of --- is missing");
	}
	while (str_next_line(rest, &line)) {
		number++;
		if (str_equal(str_trim(line), "---") && line.data[0] == '-') {
			*line_out = number;
			return 0;
		}
		if (str_trim(line).len == 0) {
			continue;
		}
		bool indented = line.data[0] == ' ' || line.data[0] == '\t';
		bool had_system = prompt->system != NULL;
		int rc = take_line(prompt, line, in_system, err);
		if (rc < 0) {
			error_prefix(err, "line %d", number);
			return rc;
		}
		in_system = indented || (!had_system && prompt->system != NULL);
	}
	return error_set(err, ERROR_INPUT, "line 1: the front matter is never closed by ---");
}

static int parse(const char *text, size_t length, struct prompt *prompt, struct error *err) {
	struct str rest = str_slice(text, length);
	size_t bad;
	int lines = 0;
	if (length > PROMPT_BYTES_MAX) {
		return error_set(err, ERROR_INPUT, "over %d bytes", PROMPT_BYTES_MAX);
	}
	if (!utf8_valid(text, length, &bad) || memchr(text, '\0', length) != NULL) {
		return error_set(err, ERROR_INPUT, "not UTF-8 text");
	}
	int rc = take_front_matter(prompt, &rest, &lines, err);
	if (rc < 0) {
		return rc;
	}
	if (prompt->id == NULL || prompt->version == 0) {
		return error_set(err, ERROR_INPUT, "the front matter has no \"%s\"",
			prompt->id == NULL ? "id" : "version");
	}
	// White space around the text is how the file is written, not what is asked.
	struct str body = str_trim(rest);
	if (body.len == 0) {
		return error_set(err, ERROR_INPUT, "there is no text after the front matter");
	}
	prompt->text = xmemdup0(body.data, body.len);
	for (const char *c = rest.data; c < body.data; c++) {
		lines += *c == '\n';
	}
	return walk(prompt->text, lines + 1, NULL, NULL, NULL, err);
}

int prompt_parse(const char *text, size_t length, struct prompt *prompt_out, struct error *err) {
	struct prompt prompt = {.temperature = NAN, .top_p = NAN};
	int rc = parse(text, length, &prompt, err);
	if (rc < 0) {
		prompt_finish(&prompt);
		return rc;
	}
	prompt.hash = sha256_of(text, length);
	*prompt_out = prompt;
	return 0;
}

void prompt_finish(struct prompt *prompt) {
	free(prompt->id);
	free(prompt->system);
	free(prompt->text);
	free(prompt->shots);
	*prompt = (struct prompt){0};
}
