#include "mock_answer.h"

#include <assert.h>
#include <string.h>

const uint64_t mock_fnv_start = 14695981039346656037u;

uint64_t mock_fnv(uint64_t hash, const char *text) {
	for (const char *c = text; *c != '\0'; c++) {
		hash = (hash ^ (unsigned char)*c) * 1099511628211u;
	}
	return (hash ^ '\n') * 1099511628211u;
}

void mock_escape(struct buf *out, const char *text, size_t length) {
	size_t plain = 0;
	for (size_t i = 0; i <= length; i++) {
		unsigned char c = i < length ? (unsigned char)text[i] : 0;
		if (i < length && c >= 0x20 && c != '"' && c != '\\') {
			continue;
		}
		buf_append(out, text + plain, i - plain);
		plain = i + 1;
		if (i == length) {
			return;
		}
		if (c == '"' || c == '\\') {
			buf_append_char(out, '\\');
			buf_append_char(out, (char)c);
		} else if (c == '\n') {
			buf_append_str(out, "\\n");
		} else {
			buf_appendf(out, "\\u%04x", (unsigned)c);
		}
	}
}

void mock_step(struct mock_answer *answer, enum mock_step_kind kind, size_t end, size_t piece,
	int64_t ms) {
	assert(answer->step_count < MOCK_STEPS_MAX);
	answer->steps[answer->step_count++] =
		(struct mock_step){.kind = kind, .end = end, .piece = piece, .ms = ms};
}

static const char *phrase_of(int status) {
	switch (status) {
	case 200:
		return "OK";
	case 307:
		return "Temporary Redirect";
	case 400:
		return "Bad Request";
	case 401:
		return "Unauthorized";
	case 404:
		return "Not Found";
	case 429:
		return "Too Many Requests";
	case 500:
		return "Internal Server Error";
	case 503:
		return "Service Unavailable";
	default:
		return "As It Is";
	}
}

void mock_head(struct mock_answer *answer, int status, const char *type, const char *headers,
	size_t length) {
	answer->status = status;
	buf_appendf(&answer->wire, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\n%s", status,
		phrase_of(status), type, headers);
	if (length != SIZE_MAX) {
		buf_appendf(&answer->wire, "Content-Length: %zu\r\n", length);
	}
	buf_append_str(&answer->wire, "\r\n");
}

void mock_whole(struct mock_answer *answer, int status, const char *type, const char *headers,
	const char *body, size_t length) {
	mock_head(answer, status, type, headers, length);
	buf_append(&answer->wire, body, length);
	mock_step(answer, MOCK_SEND, answer->wire.len, 0, 0);
}

void mock_chunk(struct mock_answer *answer, const char *bytes, size_t length) {
	buf_appendf(&answer->wire, "%zx\r\n", length);
	buf_append(&answer->wire, bytes, length);
	buf_append_str(&answer->wire, "\r\n");
}
