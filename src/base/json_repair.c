#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/str.h"

enum {
	JSON_DEPTH = 512,
	UNICODE_ESCAPE = 6,
	COUNTED_FROM = 1 << 20, // bytes; what is smaller cannot hold too many
	CONTAINERS_MAX = 1 << 19,
	VALUES_MAX = 1 << 22,
	REPAIRED_MAX = 128 << 20, // twice the largest reply: what is damaged grows
	NUMBER_MAX = 400, // bytes of a real; no double needs as many
};

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

/* What Python writes for numbers that JSON does not have. */
static size_t no_number(const char *cursor, const char *end) {
	static const char *const words[] = {"NaN", "Infinity", "-Infinity"};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t length = strlen(words[i]);
		if ((size_t)(end - cursor) >= length && memcmp(cursor, words[i], length) == 0) {
			return length;
		}
	}
	return 0;
}

/* A real that no double holds. */
static bool overflows(const char *start, size_t length) {
	char text[NUMBER_MAX + 1];
	if (length > NUMBER_MAX) {
		return true;
	}
	memcpy(text, start, length);
	text[length] = '\0';
	return isinf(strtod(text, NULL));
}

/* Copies a number; one that overflows 64 bits becomes a real, one that overflows a double the
 * largest of them or, written as a real, null. */
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
	if (real && overflows(start, length)) {
		*repaired = true;
		buf_append_str(out, "null");
	} else {
		buf_append(out, start, length);
	}
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
		size_t word = in_string ? 0 : no_number(cursor, end);
		if (word > 0) {
			buf_append_str(out, "null");
			*repaired = true;
			cursor += word;
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

/* Small values take many times their bytes in memory: what holds millions is refused unread. */
static int count_values(const char *bytes, size_t length, struct error *err) {
	size_t containers = 0;
	size_t values = 0;
	bool in_string = false;
	for (size_t i = 0; i < length; i++) {
		if (in_string) {
			in_string = bytes[i] != '"';
			i += bytes[i] == '\\';
			continue;
		}
		in_string = bytes[i] == '"';
		containers += bytes[i] == '{' || bytes[i] == '[';
		values += bytes[i] == ',';
	}
	return containers > CONTAINERS_MAX || values > VALUES_MAX
		       ? error_set(err, ERROR_INPUT, "more than %d values",
				 containers > CONTAINERS_MAX ? CONTAINERS_MAX : VALUES_MAX)
		       : 0;
}

int json_parse_repaired(const char *bytes, size_t length, json_t **value_out, bool *repaired_out,
	struct error *err) {
	// The common case pays for one parse and nothing else.
	json_error_t where;
	if (length >= COUNTED_FROM && count_values(bytes, length, err) < 0) {
		return ERROR_INPUT;
	}
	json_t *value = json_loadb(bytes, length, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &where);
	if (value != NULL) {
		*value_out = value;
		*repaired_out = false;
		return 0;
	}
	bool doubled = json_error_code(&where) == json_error_duplicate_key;
	bool repaired = false;
	struct buf valid = BUF_INIT(REPAIRED_MAX);
	struct buf text = BUF_INIT(REPAIRED_MAX);
	repaired = utf8_repair(&valid, bytes, length) > 0;
	int rc = repair(&text, buf_str(&valid), valid.len, &repaired, err);
	if (rc == 0 && (valid.overflow || text.overflow)) {
		rc = error_set(
			err, ERROR_INPUT, "over %d MiB of text to be repaired", REPAIRED_MAX >> 20);
	}
	if (rc == 0) {
		value = json_loadb(buf_str(&text), text.len, JSON_DECODE_ANY, &where);
		if (value == NULL) {
			rc = error_set(err, ERROR_INPUT, "line %d: %s", where.line, where.text);
		} else {
			*value_out = value;
			*repaired_out = repaired || doubled;
		}
	}
	buf_finish(&text);
	buf_finish(&valid);
	return rc;
}
