#include "unit.h"

#include <string.h>

#include "base/mem.h"
#include "provider/sse.h"

/* Events written down as NAME<DATA>; literal bytes in. */

static void write_event(const struct sse_event *event, void *data) {
	struct buf *out = data;
	buf_append_str(out, event->name);
	buf_append_char(out, '<');
	buf_append(out, event->data, event->length);
	buf_append_char(out, '>');
	ck_assert_int_eq(event->data[event->length], '\0');
}

/* The events of a stream that comes in pieces of `step` bytes. */
static char *events_of(const char *bytes, size_t length, size_t step) {
	struct buf out = BUF_INIT(1 << 20);
	struct sse sse;
	sse_init(&sse, write_event, &out);
	for (size_t at = 0; at < length; at += step) {
		size_t count = length - at < step ? length - at : step;
		char *piece = xmalloc(count);
		memcpy(piece, bytes + at, count);
		ck_assert(sse_feed(&sse, piece, count));
		free(piece);
	}
	sse_end(&sse);
	sse_finish(&sse);
	return buf_detach(&out);
}

static const struct {
	const char *bytes;
	const char *events;
} streams[] = {
	{"", ""},
	{"\n\n\n", ""},
	{"data: a\n\ndata: b\n\n", "<a><b>"},
	{"data: a\r\n\r\ndata: b\r\n\r\n", "<a><b>"},
	{"data: a\r\rdata: b\r\r", "<a><b>"},
	{"data: a\r\n\ndata: b\n\r\n", "<a><b>"},
	{"data: a\n\r\ndata: b\r\r\n", "<a><b>"},
	{"data:a\n\ndata:  b\n\n", "<a>< b>"},
	{"data: a\ndata: b\ndata:\ndata: c\n\n", "<a\nb\n\nc>"},
	{"data\n\n", "<>"},
	{"data:\n\n", "<>"},
	{": comment\n\n:\n\ndata: a\n: in between\ndata: b\n\n", "<a\nb>"},
	{": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\ndata: a\n\n", "<a>"},
	{"event: ping\ndata: {}\n\n", "ping<{}>"},
	{"event: ping\n\ndata: a\n\n", "<a>"},
	{"event: x\nevent: y\ndata: a\n\ndata: b\n\n", "y<a><b>"},
	{"id: 7\nretry: 10\nnonsense\nfoo: bar\ndata: a\n\n", "<a>"},
	{"\xef\xbb\xbf"
	 "data: a\n\n",
		"<a>"},
	{"\xef\xbb\xbf"
	 "\xef\xbb\xbf"
	 "data: a\n\ndata: b\n\n",
		"<b>"},
	{"data: a\n\n\xef\xbb\xbf"
	 "data: b\n\n",
		"<a>"},
	{"data: a\n\ndata: b", "<a><b>"},
	{"data: a\n\ndata: b\n", "<a><b>"},
	{"data: a\n\ndata: b\r\n", "<a><b>"},
	{"data: ∀ x, x = x 🙂\n\n", "<∀ x, x = x 🙂>"},
	{"data: \xff\xe2\x88\n\n", "<\xff\xe2\x88>"},
	{"Data: a\n\n data: b\n\ndata : c\n\n", ""},
	{"data: a: b\n\n", "<a: b>"},
};

START_TEST(a_stream_gives_the_same_events_however_it_is_cut) {
	const char *bytes = streams[_i].bytes;
	size_t length = strlen(bytes);
	for (size_t step = 1; step <= length + 1; step++) {
		char *events = events_of(bytes, length, step);
		ck_assert_msg(strcmp(events, streams[_i].events) == 0, "\"%s\" by %zu: \"%s\"",
			bytes, step, events);
		free(events);
	}
}
END_TEST

START_TEST(each_two_pieces_make_the_whole) {
	static const char bytes[] =
		"\xef\xbb\xbf: hi\r\nevent: a\r\ndata: ∀\r\ndata: b\r\n\r\ndata: c\r\r\n";
	for (size_t cut = 0; cut < sizeof(bytes); cut++) {
		struct buf out = BUF_INIT(1 << 10);
		struct sse sse;
		sse_init(&sse, write_event, &out);
		sse_feed(&sse, bytes, cut);
		sse_feed(&sse, bytes + cut, sizeof(bytes) - 1 - cut);
		sse_end(&sse);
		sse_finish(&sse);
		ck_assert_str_eq(buf_str(&out), "a<∀\nb><c>");
		buf_finish(&out);
	}
}
END_TEST

START_TEST(an_event_is_given_as_soon_as_its_blank_line_came) {
	struct buf out = BUF_INIT(1 << 10);
	struct sse sse;
	sse_init(&sse, write_event, &out);
	sse_feed(&sse, "data: a\r\n\r", 10);
	ck_assert_str_eq(buf_str(&out), "<a>");
	sse_feed(&sse, "\ndata: b\n", 9);
	ck_assert_str_eq(buf_str(&out), "<a>");
	sse_feed(&sse, "\n", 1);
	ck_assert_str_eq(buf_str(&out), "<a><b>");
	sse_finish(&sse);
	buf_finish(&out);
}
END_TEST

START_TEST(nuls_are_bytes_like_any_other) {
	char *events = events_of("data: a\0b\n\n", 11, 3);
	ck_assert(memcmp(events, "<a\0b>", 6) == 0);
	free(events);
}
END_TEST

/* One line without end, and one event of many lines. */
static void overflow(const char *piece) {
	struct buf out = BUF_INIT(1 << 10);
	struct sse sse;
	size_t fed = 0;
	sse_init(&sse, write_event, &out);
	sse_feed(&sse, "data: a\n\n", 9);
	while (sse_feed(&sse, piece, strlen(piece))) {
		fed += strlen(piece);
		ck_assert_uint_le(fed, 2 * (size_t)SSE_EVENT_MAX);
	}
	ck_assert(!sse_feed(&sse, "\n\ndata: c\n\n", 11));
	sse_end(&sse);
	ck_assert_str_eq(buf_str(&out), "<a>");
	ck_assert_uint_le(sse.line.len, SSE_EVENT_MAX);
	ck_assert_uint_le(sse.value.len, SSE_EVENT_MAX);
	sse_finish(&sse);
	buf_finish(&out);
}

START_TEST(what_never_ends_is_given_up_in_bounded_memory) {
	char line[4096];
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\0';
	overflow(line);
	memcpy(line, "data: ", 6);
	line[sizeof(line) - 2] = '\n';
	overflow(line);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("sse");
	TCase *tests = tcase_create("sse");
	tcase_add_loop_test(tests, a_stream_gives_the_same_events_however_it_is_cut, 0,
		(int)F2F_COUNT(streams));
	tcase_add_test(tests, each_two_pieces_make_the_whole);
	tcase_add_test(tests, an_event_is_given_as_soon_as_its_blank_line_came);
	tcase_add_test(tests, nuls_are_bytes_like_any_other);
	tcase_add_test(tests, what_never_ends_is_given_up_in_bounded_memory);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
