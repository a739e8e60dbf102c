#include "cmd/env_file.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/private_file.h"
#include "cmd/trust.h"

enum { FILE_MAX = 1 << 16 };

/* What is wrong with a line; NULL: nothing. */
static const char *const no_name = "is not NAME=VALUE";
static const char *const open_quote = "has a quote that is not closed";
static const char *const behind_quote = "has something behind its closing quote";
static const char *const control = "holds a byte that no key has";

static bool is_name(struct str name) {
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];
		bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
		if (!letter && (i == 0 || c < '0' || c > '9')) {
			return false;
		}
	}
	return name.len > 0;
}

static const char *check_rest(struct str rest) {
	rest = str_trim(rest);
	return rest.len == 0 || rest.data[0] == '#' ? NULL : behind_quote;
}

/* As a shell would read it, but for what it would put in the place of $NAME and `command`: a key may
 * hold such signs. `out` has room for the text. */
static const char *read_quoted(struct str text, char *out, size_t *length_out) {
	char quote = text.data[0];
	size_t at = 1, length = 0;
	for (; at < text.len && text.data[at] != quote; at++) {
		bool escaped = quote == '"' && text.data[at] == '\\' && at + 1 < text.len &&
			       strchr("\"\\$`", text.data[at + 1]) != NULL;
		at += escaped;
		out[length++] = text.data[at];
	}
	if (at >= text.len) {
		return open_quote;
	}
	*length_out = length;
	return check_rest(str_slice(text.data + at + 1, text.len - at - 1));
}

static const char *read_value(struct str text, char *out, size_t *length_out) {
	text = str_trim(text);
	if (text.len > 0 && (text.data[0] == '"' || text.data[0] == '\'')) {
		return read_quoted(text, out, length_out);
	}
	size_t length = 0;
	// A comment begins with a sign behind a blank, or instead of a value.
	while (length < text.len &&
		!(text.data[length] == '#' && (length == 0 || text.data[length - 1] == ' ' ||
						      text.data[length - 1] == '\t'))) {
		length++;
	}
	text = str_trim(str_slice(text.data, length));
	memcpy(out, text.data, text.len);
	*length_out = text.len;
	return NULL;
}

static bool has_control(struct str line) {
	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.data[i];
		if ((c < ' ' && c != '\t') || c == 0x7f) {
			return true;
		}
	}
	return false;
}

/* NULL when the line is fine; of a line that is about `name` the value is in `out`. */
static const char *read_line(
	struct str line, const char *name, char *out, size_t *length_out, bool *is_it_out) {
	line = str_trim(line);
	*is_it_out = false;
	if (line.len == 0 || line.data[0] == '#') {
		return NULL;
	}
	if (has_control(line)) {
		return control;
	}
	if (line.len > 7 && memcmp(line.data, "export", 6) == 0 &&
		(line.data[6] == ' ' || line.data[6] == '\t')) {
		line = str_trim(str_slice(line.data + 7, line.len - 7));
	}
	const char *equals = memchr(line.data, '=', line.len);
	size_t length = equals != NULL ? (size_t)(equals - line.data) : 0;
	if (!is_name(str_slice(line.data, length))) {
		return no_name;
	}
	*is_it_out = name != NULL && str_equal(str_slice(line.data, length), name);
	return read_value(str_slice(equals + 1, line.len - length - 1), out, length_out);
}

int env_file_find(
	const char *text, size_t length, const char *name, char **value_out, struct error *err) {
	static const char mark[] = "\xef\xbb\xbf"; // that some editors begin files with
	struct str rest = str_slice(text, length);
	if (length >= 3 && memcmp(text, mark, 3) == 0) {
		rest = str_slice(text + 3, length - 3);
	}
	char *out = xcalloc(1, length + 1);
	char *value = NULL;
	struct str line;
	int rc = 0;
	for (int number = 1; rc == 0 && str_next_line(&rest, &line); number++) {
		size_t used = 0;
		bool is_it = false;
		const char *wrong = read_line(line, name, out, &used, &is_it);
		if (wrong != NULL) {
			rc = error_set(err, ERROR_USAGE, "line %d %s", number, wrong);
		} else if (is_it) {
			if (value != NULL) {
				explicit_bzero(value, strlen(value));
			}
			free(value);
			value = used > 0 ? xmemdup0(out, used) : NULL;
		}
	}
	explicit_bzero(out, length + 1);
	free(out);
	if (rc < 0 && value != NULL) {
		explicit_bzero(value, strlen(value));
		free(value);
		value = NULL;
	}
	*value_out = value;
	return rc;
}

static int find_in_file(const char *given, const char *name, char **value_out, struct error *err) {
	char *path = options_expand_home(given);
	char *text = xcalloc(1, FILE_MAX);
	size_t length = 0;
	int rc = private_file_read(path, "env file", text, FILE_MAX, &length, err);
	if (rc == 0) {
		rc = env_file_find(text, length, name, value_out, err);
		if (rc < 0) {
			error_prefix(err, "env file %s", path);
		}
	}
	explicit_bzero(text, FILE_MAX);
	free(text);
	free(path);
	return rc;
}

int env_file_variable(
	const struct options *options, const char *name, char **value_out, struct error *err) {
	const char *file = option_text(options, "env-file", NULL);
	const char *set = name != NULL ? getenv(name) : NULL;
	*value_out = NULL;
	if (set != NULL && set[0] != '\0') {
		*value_out = xstrdup(set);
		return 0;
	}
	const char *origin = file != NULL ? trust_unasked(options, "env-file") : NULL;
	if (origin != NULL) {
		return error_set(err, ERROR_USAGE,
			"%s: env-file in the working directory's file, which nobody named; if it "
			"is "
			"meant, type: --env-file %s",
			origin, file);
	}
	return file != NULL ? find_in_file(file, name, value_out, err) : 0;
}
