#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

int json_parse(const char *bytes, size_t length, json_t **value_out, struct error *err) {
	json_error_t where;
	json_t *value = json_loadb(
		bytes, length, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, &where);
	if (value == NULL) {
		return error_set(err, ERROR_INPUT, "line %d: %s", where.line, where.text);
	}
	*value_out = value;
	return 0;
}

int json_need_string(
	const json_t *object, const char *key, const char **value_out, struct error *err) {
	json_t *value = json_object_get(object, key);
	if (value == NULL) {
		return error_set(err, ERROR_INPUT, "no \"%s\"", key);
	}
	if (!json_is_string(value)) {
		return error_set(err, ERROR_INPUT, "\"%s\" is not a string", key);
	}
	if (strlen(json_string_value(value)) != json_string_length(value)) {
		return error_set(err, ERROR_INPUT, "\"%s\" holds a NUL", key);
	}
	*value_out = json_string_value(value);
	return 0;
}

const char *json_string_or(const json_t *object, const char *key, const char *fallback) {
	json_t *value = json_object_get(object, key);
	return json_is_string(value) ? json_string_value(value) : fallback;
}

int64_t json_integer_or(const json_t *object, const char *key, int64_t fallback) {
	json_t *value = json_object_get(object, key);
	return json_is_integer(value) ? json_integer_value(value) : fallback;
}

double json_number_or(const json_t *object, const char *key, double fallback) {
	json_t *value = json_object_get(object, key);
	return json_is_number(value) ? json_number_value(value) : fallback;
}

static int append_chunk(const char *bytes, size_t length, void *data) {
	return buf_append(data, bytes, length) ? 0 : -1;
}

void json_append(struct buf *out, const json_t *value, bool sorted) {
	json_dump_callback(value, append_chunk, out,
		JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15) | (sorted ? JSON_SORT_KEYS : 0));
}

/* Most of any text: appended in runs. */
static bool is_plain(char c) {
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

void json_append_string(struct buf *out, const char *text, size_t length) {
	buf_append_char(out, '"');
	const char *end = text + length;
	for (const char *cursor = text; cursor < end;) {
		const char *start = cursor;
		while (cursor < end && is_plain(*cursor)) {
			cursor++;
		}
		if (cursor > start) {
			buf_append(out, start, (size_t)(cursor - start));
			continue;
		}
		uint32_t c = utf8_next(&cursor, end);
		if (c == '"' || c == '\\') {
			buf_append_char(out, '\\');
			buf_append_char(out, (char)c);
		} else if (c == '\n') {
			buf_append_str(out, "\\n");
		} else if (c < 0x20) {
			buf_appendf(out, "\\u%04x", (unsigned)c);
		} else if (cursor - start == 1 && (unsigned char)*start >= 0x80) {
			buf_append_str(out, "\xef\xbf\xbd");
		} else {
			buf_append(out, start, (size_t)(cursor - start));
		}
	}
	buf_append_char(out, '"');
}
