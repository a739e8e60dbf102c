#include "mock_mode.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "base/mem.h"
#include "base/str.h"

/* Connections and bytes that are not as they should be. */

enum { MIB = 1 << 20 };

/* The usual body, for answers whose head or end is unusual. Owned. */
static struct buf plain_body(const struct mock_request *request) {
	struct mock_request whole = *request;
	struct mock_answer plain = {.wire = BUF_INIT(MOCK_WIRE_MAX)};
	whole.stream = false;
	mock_plain(&whole, &plain);
	const char *end = memmem(plain.wire.data, plain.wire.len, "\r\n\r\n", 4);
	buf_consume(&plain.wire, (size_t)(end + 4 - plain.wire.data));
	return plain.wire;
}

static void add(struct mock_answer *answer, const char *text) {
	buf_append_str(&answer->wire, text);
}

static void send_all(struct mock_answer *answer) {
	mock_step(answer, MOCK_SEND, answer->wire.len, 0, 0);
}

/* ---- Ends. */

/* Announces the whole body, sends half. */
static void half_body(const struct mock_request *request, struct mock_answer *answer) {
	struct buf body = plain_body(request);
	mock_head(answer, 200, "application/json", "", body.len);
	buf_append(&answer->wire, body.data, body.len / 2);
	send_all(answer);
	buf_finish(&body);
}

static void cut(const struct mock_request *request, struct mock_answer *answer) {
	half_body(request, answer);
	mock_step(answer, MOCK_CLOSE, 0, 0, 0);
}

static void rst(const struct mock_request *request, struct mock_answer *answer) {
	half_body(request, answer);
	// The reset would overtake the bytes.
	mock_step(answer, MOCK_PAUSE, 0, 0, 20);
	mock_step(answer, MOCK_RESET, 0, 0, 0);
}

static void cut_once(const struct mock_request *request, struct mock_answer *answer) {
	if (request->nth > 1) {
		mock_plain(request, answer);
	} else {
		rst(request, answer);
	}
}

static void half_close(const struct mock_request *request, struct mock_answer *answer) {
	half_body(request, answer);
	mock_step(answer, MOCK_HALF_CLOSE, 0, 0, 0);
	mock_step(answer, MOCK_HANG, 0, 0, 0);
}

static void stall(const struct mock_request *request, struct mock_answer *answer) {
	half_body(request, answer);
	mock_step(answer, MOCK_HANG, 0, 0, 0);
}

static void hang(const struct mock_request *request, struct mock_answer *answer) {
	(void)request;
	mock_step(answer, MOCK_HANG, 0, 0, 0);
}

static void just_close(const struct mock_request *request, struct mock_answer *answer) {
	(void)request;
	mock_step(answer, MOCK_CLOSE, 0, 0, 0);
}

static void just_reset(const struct mock_request *request, struct mock_answer *answer) {
	(void)request;
	mock_step(answer, MOCK_RESET, 0, 0, 0);
}

static void stale(const struct mock_request *request, struct mock_answer *answer) {
	if (request->on_connection > 1) {
		mock_step(answer, MOCK_CLOSE, 0, 0, 0);
	} else {
		mock_plain(request, answer);
	}
}

static void stale_reset(const struct mock_request *request, struct mock_answer *answer) {
	if (request->on_connection > 1) {
		mock_step(answer, MOCK_RESET, 0, 0, 0);
	} else {
		mock_plain(request, answer);
	}
}

/* ---- Heads. */

static void http10(const struct mock_request *request, struct mock_answer *answer) {
	struct buf body = plain_body(request);
	add(answer, "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n");
	buf_append(&answer->wire, body.data, body.len);
	send_all(answer);
	mock_step(answer, MOCK_CLOSE, 0, 0, 0);
	buf_finish(&body);
}

static void garbage(const struct mock_request *request, struct mock_answer *answer) {
	(void)request;
	add(answer, "HTTP/1.1 two hundred OK\r\nContent-Length: 0\r\n\r\n");
	send_all(answer);
	mock_step(answer, MOCK_CLOSE, 0, 0, 0);
}

static void not_http(const struct mock_request *request, struct mock_answer *answer) {
	(void)request;
	add(answer, "SSH-2.0-OpenSSH_9.2\r\n");
	send_all(answer);
	mock_step(answer, MOCK_CLOSE, 0, 0, 0);
}

static void half_head(const struct mock_request *request, struct mock_answer *answer) {
	(void)request;
	add(answer, "HTTP/1.1 200 OK\r\nContent-Ty");
	send_all(answer);
	mock_step(answer, MOCK_CLOSE, 0, 0, 0);
}

static void endless_headers(const struct mock_request *request, struct mock_answer *answer) {
	(void)request;
	add(answer, "HTTP/1.1 200 OK\r\n");
	size_t start = answer->wire.len;
	for (int i = 0; i < 256; i++) {
		add(answer, "X-Mock-Endless: 0123456789abcdef0123456789abcdef\r\n");
	}
	mock_step(answer, MOCK_FLOOD, answer->wire.len, start, 0);
}

static void endless_body(const struct mock_request *request, struct mock_answer *answer) {
	(void)request;
	mock_head(answer, 200, "application/json", "Transfer-Encoding: chunked\r\n", SIZE_MAX);
	send_all(answer);
	size_t head = answer->wire.len;
	char *filling = xmalloc(MIB);
	memset(filling, 'x', MIB);
	mock_chunk(answer, filling, MIB);
	free(filling);
	mock_step(answer, MOCK_FLOOD, answer->wire.len, head, 0);
}

static void interim(const struct mock_request *request, struct mock_answer *answer) {
	struct buf body = plain_body(request);
	add(answer, "HTTP/1.1 103 Early Hints\r\nX-Test: no\r\n\r\n");
	mock_whole(answer, 200, "application/json", "X-Test: yes\r\nX-Test: two\r\n", body.data,
		body.len);
	buf_finish(&body);
}

static void wrong_length(const struct mock_request *request, struct mock_answer *answer) {
	struct buf body = plain_body(request);
	mock_head(answer, 200, "application/json", "", body.len - 9);
	buf_append(&answer->wire, body.data, body.len);
	send_all(answer);
	buf_finish(&body);
}

/* ---- Bodies. */

static void chunked(const struct mock_request *request, struct mock_answer *answer) {
	struct buf body = plain_body(request);
	mock_head(answer, 200, "application/json", "Transfer-Encoding: chunked\r\n", SIZE_MAX);
	for (size_t at = 0; at < body.len; at += 7) { // cuts words and characters
		mock_chunk(answer, body.data + at, body.len - at < 7 ? body.len - at : 7);
	}
	mock_chunk(answer, "", 0);
	send_all(answer);
	buf_finish(&body);
}

static void bad_chunk(const struct mock_request *request, struct mock_answer *answer) {
	(void)request;
	mock_head(answer, 200, "application/json", "Transfer-Encoding: chunked\r\n", SIZE_MAX);
	add(answer, "5\r\nhello\r\nzz\r\n");
	send_all(answer);
	mock_step(answer, MOCK_CLOSE, 0, 0, 0);
}

static void pack(struct buf *body) {
	z_stream stream = {0};
	struct buf packed = BUF_INIT(MOCK_WIRE_MAX);
	deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	size_t bound = deflateBound(&stream, body->len);
	stream.next_in = (unsigned char *)body->data;
	stream.avail_in = (unsigned)body->len;
	stream.next_out = (unsigned char *)buf_reserve(&packed, bound);
	stream.avail_out = (unsigned)bound;
	deflate(&stream, Z_FINISH);
	buf_added(&packed, stream.total_out);
	deflateEnd(&stream);
	buf_finish(body);
	*body = packed;
}

static void send_packed(struct buf *body, struct mock_answer *answer) {
	pack(body);
	mock_whole(answer, 200, "application/json", "Content-Encoding: gzip\r\n", body->data,
		body->len);
	buf_finish(body);
}

static void gzip(const struct mock_request *request, struct mock_answer *answer) {
	struct buf body = plain_body(request);
	send_packed(&body, answer);
}

static void bad_gzip(const struct mock_request *request, struct mock_answer *answer) {
	struct buf body = plain_body(request);
	mock_whole(
		answer, 200, "application/json", "Content-Encoding: gzip\r\n", body.data, body.len);
	buf_finish(&body);
}

static void zstd(const struct mock_request *request, struct mock_answer *answer) {
	struct buf body = plain_body(request);
	mock_whole(
		answer, 200, "application/json", "Content-Encoding: zstd\r\n", body.data, body.len);
	buf_finish(&body);
}

/* A completion whose content, or whole JSON, has this many bytes. */
static struct buf filled(
	const struct mock_request *request, size_t content, size_t whole, char fill) {
	struct buf body = BUF_INIT(MOCK_WIRE_MAX);
	struct mock_request plain = *request;
	struct mock_choice choice = {.finish = "stop", .content = ""};
	struct mock_completion completion = {
		.choices = &choice, .count = 1, .usage = MOCK_USAGE_NONE};
	plain.stream = false;
	if (whole > 0) {
		mock_complete_json(&plain, &completion, &body);
		content = whole - body.len;
		buf_clear(&body);
	}
	char *text = xmalloc(content + 1);
	memset(text, fill, content);
	text[content] = '\0';
	choice.content = text;
	choice.length = content;
	mock_complete_json(&plain, &completion, &body);
	free(text);
	return body;
}

static void gzip_bomb(const struct mock_request *request, struct mock_answer *answer) {
	struct buf body = filled(request, (size_t)256 * MIB, 0, ' ');
	send_packed(&body, answer);
}

static void deep(const struct mock_request *request, struct mock_answer *answer) {
	(void)request;
	struct buf body = BUF_INIT(MIB);
	for (int i = 0; i < 4096; i++) {
		buf_append_char(&body, '[');
	}
	mock_whole(answer, 200, "application/json", "", body.data, body.len);
	buf_finish(&body);
}

static void big_number(const struct mock_request *request, struct mock_answer *answer) {
	(void)request;
	static const char body[] =
		"{\"created\":123456789012345678901234567890,\"choices\":[{\"index\":0,\"message\":"
		"{"
		"\"role\":\"assistant\",\"content\":\"by rfl\"},\"finish_reason\":\"stop\"}]}";
	mock_whole(answer, 200, "application/json", "", body, sizeof(body) - 1);
}

/* ---- By name. */

static const struct mode {
	const char *name;
	void (*answer)(const struct mock_request *request, struct mock_answer *answer);
	const char *what;
} modes[] = {
	{"bad-chunk", bad_chunk, "a chunk whose size is no number"},
	{"bad-gzip", bad_gzip, "says gzip and is not"},
	{"big-number", big_number, "an integer that fits no register"},
	{"chunked", chunked, "chunks of seven bytes"},
	{"close", just_close, "closes without a byte"},
	{"cut-once", cut_once, "rst, once"},
	{"deep", deep, "4,096 arrays in one another, unclosed"},
	{"endless-body", endless_body, "chunks for ever"},
	{"endless-headers", endless_headers, "headers for ever"},
	{"garbage", garbage, "a status line without a status"},
	{"gzip", gzip, "packed"},
	{"gzip-bomb", gzip_bomb, "256 MiB in 1 MiB"},
	{"half-close", half_close, "half of the announced bytes, then no more, and stays"},
	{"half-head", half_head, "closes within a header"},
	{"hang", hang, "never answers"},
	{"http10", http10, "HTTP/1.0 without a length: the end is the end"},
	{"interim", interim, "103 before the response; a header twice"},
	{"not-http", not_http, "greets like an SSH server"},
	{"reset", cut, "half of the announced bytes, then closes"},
	{"rst", rst, "half of the announced bytes, then resets"},
	{"rst-head", just_reset, "resets without a byte"},
	{"stale", stale, "closes from a connection's second request on"},
	{"stale-reset", stale_reset, "resets from a connection's second request on"},
	{"stall", stall, "half of the announced bytes, then silence"},
	{"wrong-length", wrong_length, "more bytes than announced"},
	{"zstd", zstd, "packed in a way nobody asked for"},
};

static bool answer_numbered(
	const char *mode, const struct mock_request *request, struct mock_answer *answer) {
	int64_t delay = mock_mode_number(mode, "delay-");
	int64_t slow = mock_mode_number(mode, "slow-");
	int64_t big = mock_mode_number(mode, "big-");
	int64_t whole = mock_mode_number(mode, "body-");
	struct buf body = BUF_INIT(0);
	if (delay >= 0) {
		mock_step(answer, MOCK_PAUSE, 0, 0, delay);
		mock_plain(request, answer);
	} else if (slow >= 0) {
		body = plain_body(request);
		mock_head(answer, 200, "application/json", "", body.len);
		size_t head = answer->wire.len;
		buf_append(&answer->wire, body.data, body.len);
		mock_step(answer, MOCK_SEND, head + 1, 0, 0);
		mock_step(answer, MOCK_PAUSE, 0, 0, slow);
		mock_step(answer, MOCK_SEND, answer->wire.len, 1, slow);
	} else if ((big >= 0 && big <= 512) || (whole >= 1 && whole <= 512)) {
		body = filled(request, big >= 0 ? (size_t)big * MIB : 0,
			big >= 0 ? 0 : (size_t)whole * MIB, 'x');
		mock_whole(answer, 200, "application/json", "", body.data, body.len);
	} else {
		return false;
	}
	buf_finish(&body);
	return true;
}

bool mock_broken_answer(
	const char *mode, const struct mock_request *request, struct mock_answer *answer) {
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(modes[i].name, mode) == 0) {
			modes[i].answer(request, answer);
			return true;
		}
	}
	return answer_numbered(mode, request, answer);
}

void mock_print_broken(FILE *out) {
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		fprintf(out, "%s\t%s\n", modes[i].name, modes[i].what);
	}
	fprintf(out, "delay-N\tplain after N ms\n"
		     "slow-N\tplain, a byte each N ms\n"
		     "big-N\tN MiB of content\n"
		     "body-N\ta body of exactly N MiB\n");
}
