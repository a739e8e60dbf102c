#include "dataset/json_split.h"

#include <string.h>

#include "base/error.h"

static bool is_space(char c) {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip(struct str *rest, size_t count) {
	rest->data += count;
	rest->len -= count;
}

static void skip_space(struct str *rest) {
	while (rest->len > 0 && is_space(rest->data[0])) {
		skip(rest, 1);
	}
}

int json_split_begin(const char *text, size_t length, size_t element_max,
	struct json_split *split_out, struct error *err) {
	struct str rest = str_slice(text, length);
	skip_space(&rest);
	if (rest.len == 0 || rest.data[0] != '[') {
		return error_set(err, ERROR_INPUT, "not an array");
	}
	skip(&rest, 1);
	*split_out = (struct json_split){.rest = rest, .element_max = element_max};
	return 0;
}

/* Bytes up to the comma or bracket that ends the element; the text's length when none does. */
static size_t element_length(struct str text) {
	size_t depth = 0;
	bool quoted = false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		if (quoted) {
			i += c == '\\';
			quoted = c != '"';
		} else if (c == '"') {
			quoted = true;
		} else if (c == '[' || c == '{') {
			depth++;
		} else if (depth == 0 && (c == ',' || c == ']' || c == '}')) {
			return i;
		} else if (c == ']' || c == '}') {
			depth--;
		}
	}
	return text.len;
}

static int check_end(struct json_split *split, struct error *err) {
	skip(&split->rest, 1);
	skip_space(&split->rest);
	return split->rest.len == 0
		       ? 0
		       : error_set(err, ERROR_INPUT, "more text after the array");
}

int json_split_next(
	struct json_split *split, struct str *element_out, bool *found_out, struct error *err) {
	*found_out = false;
	skip_space(&split->rest);
	if (split->rest.len > 0 && split->rest.data[0] == ']') {
		return check_end(split, err);
	}
	if (split->count > 0) {
		if (split->rest.len == 0 || split->rest.data[0] != ',') {
			return error_set(err, ERROR_INPUT, "the array ends too soon");
		}
		skip(&split->rest, 1);
		skip_space(&split->rest);
	}
	size_t length = element_length(split->rest);
	if (length == split->rest.len) {
		return error_set(err, ERROR_INPUT, "the array ends too soon");
	}
	struct str element = str_trim(str_slice(split->rest.data, length));
	if (element.len == 0) {
		return error_set(err, ERROR_INPUT, "an element is missing");
	}
	if (element.len > split->element_max) {
		return error_set(err, ERROR_INPUT, "element %zu has more than %zu bytes",
			split->count + 1, split->element_max);
	}
	skip(&split->rest, length);
	split->count++;
	*element_out = element;
	*found_out = true;
	return 0;
}
