#include "mock_log.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/str.h"

static bool is_secret(struct str name) {
	static const char *const names[] = {
		"authorization", "x-api-key", "api-key", "cookie", "proxy-authorization"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i]) == name.len &&
			strncasecmp(names[i], name.data, name.len) == 0) {
			return true;
		}
	}
	return false;
}

static void add_headers(struct buf *out, const char *headers) {
	struct str rest = str_of(headers);
	struct str line;
	bool first = true;
	while (str_next_line(&rest, &line)) {
		const char *colon = memchr(line.data, ':', line.len);
		if (colon == NULL) {
			continue;
		}
		struct str name = str_slice(line.data, (size_t)(colon - line.data));
		struct str value = str_trim(str_slice(colon + 1, line.len - name.len - 1));
		buf_append_str(out, first ? "[\"" : ",[\"");
		mock_escape(out, name.data, name.len);
		buf_append_str(out, "\",\"");
		if (is_secret(name)) {
			buf_append_str(out, value.len > 0 ? "***" : "");
		} else {
			mock_escape(out, value.data, value.len);
		}
		buf_append_str(out, "\"]");
		first = false;
	}
}

static uint64_t hash_bytes(const char *bytes, size_t length) {
	uint64_t hash = mock_fnv_start;
	for (size_t i = 0; i < length; i++) {
		hash = (hash ^ (unsigned char)bytes[i]) * 1099511628211u;
	}
	return hash;
}

static void add_text(struct buf *out, const char *key, const char *text) {
	buf_appendf(out, ",\"%s\":\"", key);
	mock_escape(out, text, strlen(text));
	buf_append_char(out, '"');
}

void mock_log(FILE *out, const struct mock_request *request, const char *mode, int status) {
	static const char *const apis[] = {"chat", "completions", "messages"};
	struct buf line = BUF_INIT(1 << 22);
	buf_appendf(&line, "{\"ms\":%" PRId64, clock_now() / CLOCK_MS);
	add_text(&line, "method", request->method);
	add_text(&line, "path", request->path);
	buf_append_str(&line, ",\"headers\":[");
	add_headers(&line, request->headers);
	buf_appendf(&line, "],\"body\":\"%016" PRIx64 "\",\"bytes\":%zu,\"status\":%d",
		hash_bytes(request->raw, request->raw_length), request->raw_length, status);
	if (request->model != NULL) {
		add_text(&line, "api", apis[request->api]);
		add_text(&line, "mode", mode);
		add_text(&line, "model", request->model);
		buf_appendf(&line, ",\"prompt\":\"%016" PRIx64 "\"",
			hash_bytes(request->prompt, strlen(request->prompt)));
		add_text(&line, "seed", request->seed);
		buf_appendf(&line, ",\"n\":%" PRId64 ",\"stream\":%s,\"nth\":%" PRId64, request->n,
			request->stream ? "true" : "false", request->nth);
	}
	buf_append_str(&line, "}\n");
	fwrite(line.data, 1, line.len, out);
	buf_finish(&line);
}
