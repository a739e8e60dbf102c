#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/str.h"

enum { JSON_DEPTH = 512, UNICODE_ESCAPE = 6 };

/* The value of a \uXXXX at `text`, or -1. */
static int escape_value(const char *text, const char *end) {
	if (end - text < UNICODE_ESCAPE || text[0] != '\\' || text[1] != 'u') {
		return -1;
	}
	int value = 0;
	for (int i = 2; i < UNICODE_ESCAPE; i++) {
		if (!isxdigit((unsigned char)text[i])) {
			return -1;
		}
		int digit = isdigit((unsigned char)text[i]) ? text[i] - '0'
							    : (text[i] | 0x20) - 'a' + 10;
		value = value * 16 + digit;
	}
	return value;
}

/* Copies one escape at `cursor`, replacing what jansson refuses; returns where to go on. */
static const char *copy_escape(
	struct buf *out, const char *cursor, const char *end, bool *repaired) {
	int value = escape_value(cursor, end);
	if (value < 0) {
		size_t length = end - cursor < 2 ? (size_t)(end - cursor) : 2;
		buf_append(out, cursor, length);
		return cursor + length;
	}
	bool high = value >= 0xd800 && value <= 0xdbff;
	bool low = value >= 0xdc00 && value <= 0xdfff;
	int next = high ? escape_value(cursor + UNICODE_ESCAPE, end) : -1;
	if (high && next >= 0xdc00 && next <= 0xdfff) {
		buf_append(out, cursor, 2 * (size_t)UNICODE_ESCAPE);
		return cursor + 2 * UNICODE_ESCAPE;
	}
	if (high || low || value == 0) {
		buf_append_str(out, "\\ufffd");
		*repaired = true;
	} else {
		buf_append(out, cursor, UNICODE_ESCAPE);
	}
	return cursor + UNICODE_ESCAPE;
}

/* Copies a number; one that overflows 64 bits becomes a real, one that overflows a double the
 * largest of them. */
static const char *copy_number(
	struct buf *out, const char *cursor, const char *end, bool *repaired) {
	const char *start = cursor;
	bool real = false;
	while (cursor < end &&
		(isdigit((unsigned char)*cursor) || strchr("+-.eE", *cursor) != NULL) &&
		*cursor != '\0') {
		real = real || *cursor == '.' || *cursor == 'e' || *cursor == 'E';
		cursor++;
	}
	size_t length = (size_t)(cursor - start);
	size_t digits = length - (start[0] == '-');
	if (!real && digits >= 19) {
		*repaired = true;
		if (digits > 300) {
			buf_append_str(out, start[0] == '-' ? "-1e300" : "1e300");
		} else {
			buf_append(out, start, length);
			buf_append_str(out, ".0");
		}
		return cursor;
	}
	buf_append(out, start, length);
	return cursor;
}

static int repair(
	struct buf *out, const char *bytes, size_t length, bool *repaired, struct error *err) {
	bool in_string = false;
	int depth = 0;
	const char *end = bytes + length;
	for (const char *cursor = bytes; cursor < end;) {
		char c = *cursor;
		if (in_string && c == '\\') {
			cursor = copy_escape(out, cursor, end, repaired);
			continue;
		}
		if (!in_string && (isdigit((unsigned char)c) || c == '-')) {
			cursor = copy_number(out, cursor, end, repaired);
			continue;
		}
		if (c == '"') {
			in_string = !in_string;
		} else if (!in_string && (c == '{' || c == '[')) {
			if (++depth > JSON_DEPTH) {
				return error_set(
					err, ERROR_INPUT, "nested deeper than %d", JSON_DEPTH);
			}
		} else if (!in_string && (c == '}' || c == ']')) {
			depth--;
		} else if (in_string && (unsigned char)c < 0x20) {
			// Raw control characters are not JSON, but they are what some servers send.
			buf_appendf(out, "\\u%04x", c == '\0' ? 0xfffd : (unsigned)c);
			*repaired = true;
			cursor++;
			continue;
		}
		buf_append_char(out, c);
		cursor++;
	}
	return 0;
}

int json_parse_repaired(const char *bytes, size_t length, json_t **value_out, bool *repaired_out,
	struct error *err) {
	// The common case pays for one parse and nothing else.
	json_error_t where;
	json_t *value = json_loadb(bytes, length, JSON_DECODE_ANY, &where);
	if (value != NULL) {
		*value_out = value;
		*repaired_out = false;
		return 0;
	}
	bool repaired = false;
	struct buf valid = BUF_INIT(length * 3 + 1);
	struct buf text = BUF_INIT(length * 18 + 16);
	repaired = utf8_repair(&valid, bytes, length) > 0;
	int rc = repair(&text, buf_str(&valid), valid.len, &repaired, err);
	if (rc == 0) {
		value = json_loadb(buf_str(&text), text.len, JSON_DECODE_ANY, &where);
		if (value == NULL) {
			rc = error_set(err, ERROR_INPUT, "line %d: %s", where.line, where.text);
		} else {
			*value_out = value;
			*repaired_out = repaired;
		}
	}
	buf_finish(&text);
	buf_finish(&valid);
	return rc;
}
