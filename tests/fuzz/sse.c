#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "provider/sse.h"

/* The events of a stream are the same whether it comes at once, in single bytes, or in two pieces. */

enum { WRITTEN_MAX = 1 << 22 };

static void write_event(const struct sse_event *event, void *data) {
	buf_append(data, event->name, strlen(event->name));
	buf_append_char(data, '<');
	buf_append(data, event->data, event->length);
	buf_append_char(data, '>');
}

static struct buf events_of(const uint8_t *bytes, size_t length, size_t first, size_t step) {
	struct buf out = BUF_INIT(WRITTEN_MAX);
	struct sse sse;
	sse_init(&sse, write_event, &out);
	for (size_t at = 0; at < length;) {
		size_t count = at == 0 && first > 0 ? first : step;
		count = count < length - at ? count : length - at;
		sse_feed(&sse, (const char *)bytes + at, count);
		at += count;
	}
	sse_end(&sse);
	sse_finish(&sse);
	return out;
}

void fuzz_one(const uint8_t *bytes, size_t length) {
	size_t half = length > 0 ? bytes[0] % length : 0;
	struct buf whole = events_of(bytes, length, 0, length > 0 ? length : 1);
	struct buf single = events_of(bytes, length, 0, 1);
	struct buf pair = events_of(bytes, length, half, length > 0 ? length : 1);
	if (whole.len != single.len || memcmp(buf_str(&whole), buf_str(&single), whole.len) != 0 ||
		whole.len != pair.len || memcmp(buf_str(&whole), buf_str(&pair), whole.len) != 0) {
		abort();
	}
	buf_finish(&whole);
	buf_finish(&single);
	buf_finish(&pair);
}
