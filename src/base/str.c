#include "base/str.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct str str_of(const char *text) {
	return (struct str){text, strlen(text)};
}

struct str str_slice(const char *data, size_t len) {
	return (struct str){data, len};
}

bool str_equal(struct str a, const char *b) {
	return strlen(b) == a.len && memcmp(a.data, b, a.len) == 0;
}

static bool is_space(char c) {
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str text) {
	while (text.len > 0 && is_space(text.data[0])) {
		text.data++;
		text.len--;
	}
	while (text.len > 0 && is_space(text.data[text.len - 1])) {
		text.len--;
	}
	return text;
}

bool str_next_line(struct str *rest, struct str *line_out) {
	if (rest->len == 0) {
		return false;
	}
	const char *newline = memchr(rest->data, '\n', rest->len);
	size_t length = newline != NULL ? (size_t)(newline - rest->data) : rest->len;
	size_t step = newline != NULL ? length + 1 : length;
	*line_out = str_slice(rest->data, length);
	if (newline != NULL && length > 0 && line_out->data[length - 1] == '\r') {
		line_out->len--;
	}
	rest->data += step;
	rest->len -= step;
	return true;
}

char *str_unix_lines(const char *data, size_t length, size_t *length_out) {
	char *copy = xmalloc(length + 1);
	size_t at = 0;
	for (size_t i = 0; i < length; i++) {
		if (data[i] != '\r' || i + 1 == length || data[i + 1] != '\n') {
			copy[at++] = data[i];
		}
	}
	copy[at] = '\0';
	*length_out = at;
	return copy;
}

bool str_starts_with(const char *text, const char *prefix) {
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool str_ends_with(const char *text, const char *suffix) {
	size_t length = strlen(text);
	size_t tail = strlen(suffix);
	return length >= tail && memcmp(text + length - tail, suffix, tail) == 0;
}

static char fold(char c) {
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool str_equal_nocase(const char *a, const char *b) {
	while (*a != '\0' && fold(*a) == fold(*b)) {
		a++;
		b++;
	}
	return fold(*a) == fold(*b);
}

bool str_to_int64(const char *text, int64_t *value_out) {
	const char *digits = text[0] == '-' ? text + 1 : text;
	if (digits[0] < '0' || digits[0] > '9') {
		return false;
	}
	char *end = NULL;
	errno = 0;
	long long value = strtoll(text, &end, 10);
	if (errno != 0 || *end != '\0') {
		return false;
	}
	*value_out = value;
	return true;
}

bool str_to_double(const char *text, double *value_out) {
	if (text[0] == '\0' || strspn(text, "+-.0123456789eE") != strlen(text)) {
		return false;
	}
	char *end = NULL;
	errno = 0;
	double value = strtod(text, &end);
	if (end == text || *end != '\0' || !isfinite(value)) {
		return false;
	}
	*value_out = value;
	return true;
}
