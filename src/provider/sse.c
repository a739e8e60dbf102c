#include "provider/sse.h"

#include <string.h>

#include "base/str.h"

static const char bom[] = "\xef\xbb\xbf";

void sse_init(struct sse *sse, sse_event_fn event, void *data) {
	*sse = (struct sse){.event = event, .data = data};
	buf_init(&sse->line, SSE_EVENT_MAX);
	buf_init(&sse->name, SSE_EVENT_MAX);
	buf_init(&sse->value, SSE_EVENT_MAX);
}

void sse_finish(struct sse *sse) {
	buf_finish(&sse->line);
	buf_finish(&sse->name);
	buf_finish(&sse->value);
}

static void dispatch(struct sse *sse) {
	if (sse->has_data && !sse->too_long) {
		sse->event(
			&(struct sse_event){
				.name = buf_str(&sse->name),
				.data = buf_str(&sse->value),
				.length = sse->value.len,
			},
			sse->data);
	}
	sse->has_data = false;
	buf_clear(&sse->name);
	buf_clear(&sse->value);
}

static void take_field(struct sse *sse, struct str name, struct str value) {
	if (str_equal(name, "data")) {
		if (sse->has_data) {
			buf_append_char(&sse->value, '\n');
		}
		sse->has_data = true;
		buf_append(&sse->value, value.data, value.len);
		sse->too_long = sse->too_long || sse->value.overflow;
	} else if (str_equal(name, "event")) {
		buf_clear(&sse->name);
		buf_append(&sse->name, value.data, value.len);
	}
}

/* A line without its end. */
static void take_line(struct sse *sse, const char *line, size_t length) {
	if (!sse->begun) {
		sse->begun = true;
		if (length >= 3 && memcmp(line, bom, 3) == 0) {
			line += 3;
			length -= 3;
		}
	}
	if (length == 0) {
		dispatch(sse);
		return;
	}
	const char *colon = memchr(line, ':', length);
	if (colon == line) {
		return; // a comment
	}
	struct str name = str_slice(line, colon != NULL ? (size_t)(colon - line) : length);
	struct str value = str_slice("", 0);
	if (colon != NULL) {
		value = str_slice(colon + 1, length - name.len - 1);
		if (value.len > 0 && value.data[0] == ' ') {
			value.data++;
			value.len--;
		}
	}
	take_field(sse, name, value);
}

/* Length of the text before the first CR or LF, or `length`. */
static size_t line_length(const char *bytes, size_t length) {
	const char *lf = memchr(bytes, '\n', length);
	size_t end = lf != NULL ? (size_t)(lf - bytes) : length;
	const char *cr = memchr(bytes, '\r', end);
	return cr != NULL ? (size_t)(cr - bytes) : end;
}

bool sse_feed(struct sse *sse, const char *bytes, size_t length) {
	size_t at = 0;
	while (at < length && !sse->too_long) {
		if (sse->after_cr) {
			sse->after_cr = false;
			if (bytes[at] == '\n') {
				at++;
				continue;
			}
		}
		size_t piece = line_length(bytes + at, length - at);
		bool ended = at + piece < length;
		if (ended && sse->line.len == 0) {
			take_line(sse, bytes + at, piece);
		} else if (!buf_append(&sse->line, bytes + at, piece)) {
			sse->too_long = true;
		} else if (ended) {
			take_line(sse, buf_str(&sse->line), sse->line.len);
			buf_clear(&sse->line);
		}
		at += piece;
		if (ended) {
			sse->after_cr = bytes[at] == '\r';
			at++;
		}
	}
	return !sse->too_long;
}

void sse_end(struct sse *sse) {
	if (sse->line.len > 0 && !sse->too_long) {
		take_line(sse, buf_str(&sse->line), sse->line.len);
		buf_clear(&sse->line);
	}
	dispatch(sse);
}
