#include "mock_parse.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

enum { HEAD_MAX = 256 * 1024, BODY_MAX = 72 * 1024 * 1024 };

/* The value of a header in `head`, up to its line's end; NULL: none. */
static const char *find_header(const char *head, size_t length, const char *name) {
	size_t name_length = strlen(name);
	const char *end = head + length;
	for (const char *line = head; line < end;) {
		const char *line_end = memchr(line, '\n', (size_t)(end - line));
		if ((size_t)(end - line) > name_length && line[name_length] == ':' &&
			strncasecmp(line, name, name_length) == 0) {
			const char *value = line + name_length + 1;
			return value + strspn(value, " \t");
		}
		line = line_end != NULL ? line_end + 1 : end;
	}
	return NULL;
}

static bool says(const char *value, const char *word) {
	return value != NULL && strncasecmp(value, word, strlen(word)) == 0;
}

/* Takes the frames off a chunked body, in place; false: more is to come. */
static bool join_chunks(char *body, size_t length, size_t *joined_out, size_t *used_out) {
	size_t at = 0, joined = 0;
	// First only whether it is whole: joining twice would not do.
	for (int round = 0; round < 2; round++) {
		at = joined = 0;
		for (;;) {
			char *line_end = at < length ? memchr(body + at, '\n', length - at) : NULL;
			if (line_end == NULL) {
				return false;
			}
			size_t size = strtoul(body + at, NULL, 16);
			size_t start = (size_t)(line_end - body) + 1;
			if (size > BODY_MAX || start + size + 2 > length) {
				return false;
			}
			if (round == 1) {
				memmove(body + joined, body + start, size);
			}
			joined += size;
			at = start + size + 2;
			if (size == 0) {
				break;
			}
		}
	}
	*joined_out = joined;
	*used_out = at;
	return true;
}

static enum mock_parse_state find_head(struct mock_parse *parse, const struct buf *in) {
	const char *end = in->len > 0 ? memmem(in->data, in->len, "\r\n\r\n", 4) : NULL;
	if (end == NULL) {
		return in->len > HEAD_MAX ? MOCK_PARSE_BAD : MOCK_PARSE_MORE;
	}
	size_t head = (size_t)(end - in->data) + 4;
	const char *length = find_header(in->data, head, "content-length");
	parse->chunked = says(find_header(in->data, head, "transfer-encoding"), "chunked");
	parse->body = length != NULL ? strtoul(length, NULL, 10) : 0;
	if (parse->body > BODY_MAX) {
		return MOCK_PARSE_BAD;
	}
	parse->head = head;
	return MOCK_PARSE_WHOLE;
}

/* "POST /path HTTP/1.1", cut in place. */
static bool cut_line(char *line, struct mock_parsed *out) {
	char *path = strchr(line, ' ');
	char *version = path != NULL ? strchr(path + 1, ' ') : NULL;
	if (version == NULL) {
		return false;
	}
	*path = *version = '\0';
	out->method = line;
	out->path = path + 1;
	out->http10 = str_starts_with(version + 1, "HTTP/1.0");
	return str_starts_with(version + 1, "HTTP/1.");
}

enum mock_parse_state mock_parse(
	struct mock_parse *parse, struct buf *in, struct mock_parsed *parsed_out) {
	if (parse->head == 0) {
		enum mock_parse_state state = find_head(parse, in);
		if (state != MOCK_PARSE_WHOLE) {
			return state;
		}
	}
	struct mock_parsed parsed = {
		.body_length = parse->body, .length = parse->head + parse->body};
	bool invite = says(find_header(in->data, parse->head, "expect"), "100");
	char *body = in->data + parse->head;
	size_t used = 0;
	bool whole = parse->chunked
			     ? join_chunks(body, in->len - parse->head, &parsed.body_length, &used)
			     : in->len >= parsed.length;
	if (!whole) {
		bool say = invite && !parse->invited;
		parse->invited = true;
		return say ? MOCK_PARSE_CONTINUE : MOCK_PARSE_MORE;
	}
	parsed.length = parse->chunked ? parse->head + used : parsed.length;
	parsed.close = says(find_header(in->data, parse->head, "connection"), "close");
	char *line_end = strstr(in->data, "\r\n");
	in->data[parse->head - 2] = '\0';
	*line_end = '\0';
	parsed.headers = line_end + 2 < body - 2 ? line_end + 2 : "";
	parsed.body = body;
	if (!cut_line(in->data, &parsed)) {
		return MOCK_PARSE_BAD;
	}
	*parse = (struct mock_parse){0};
	*parsed_out = parsed;
	return MOCK_PARSE_WHOLE;
}
