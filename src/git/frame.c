#include "git/frame.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"

static bool send_bytes(struct frame *frame, const char *bytes, size_t length) {
	while (length > 0) {
		ssize_t sent = write(frame->fd, bytes, length);
		if (sent < 0 && errno == EINTR) {
			continue;
		}
		if (sent <= 0) {
			return false;
		}
		bytes += sent;
		length -= (size_t)sent;
	}
	return true;
}

static bool send_line(struct frame *frame, struct buf *line) {
	bool sent = send_bytes(frame, buf_str(line), line->len);
	buf_finish(line);
	return sent;
}

bool frame_progress(
	struct frame *frame, uint64_t received, uint64_t total, uint64_t bytes, bool force) {
	int64_t now = clock_now();
	if (!force && frame->last_ns != 0 && now - frame->last_ns < CLOCK_SECOND / 10) {
		return true;
	}
	frame->last_ns = now;
	struct buf line = BUF_INIT(128);
	buf_appendf(
		&line, "progress %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", received, total, bytes);
	return send_line(frame, &line);
}

bool frame_commit(struct frame *frame, const char *hex, bool is_head) {
	struct buf line = BUF_INIT(128);
	buf_appendf(&line, "commit %s %s\n", hex, is_head ? "head" : "pinned");
	return send_line(frame, &line);
}

bool frame_file(struct frame *frame, const char *path, const void *bytes, size_t length) {
	struct buf line = BUF_INIT(128);
	buf_appendf(&line, "file %zu %zu\n", strlen(path), length);
	return send_line(frame, &line) && send_bytes(frame, path, strlen(path)) &&
	       send_bytes(frame, bytes, length);
}

bool frame_restart(struct frame *frame) {
	return send_bytes(frame, "restart\n", 8);
}

bool frame_end(struct frame *frame) {
	return send_bytes(frame, "end\n", 4);
}

/*
 * libgit2 quotes the URL in some of its messages: its user info must not reach a terminal or a log.
 */
static void append_redacted(struct buf *line, const char *text) {
	while (*text != '\0') {
		const char *start = strstr(text, "://");
		if (start == NULL) {
			break;
		}
		start += 3;
		size_t authority = strcspn(start, "/ '\"\t\r\n");
		const char *at = memrchr(start, '@', authority);
		buf_append(line, text, (size_t)(start - text));
		text = at != NULL ? at + 1 : start;
	}
	buf_append_str(line, text);
}

bool frame_error(struct frame *frame, const struct error *err) {
	struct buf line = BUF_INIT(sizeof(err->message) + 64);
	buf_appendf(&line, "error %d ", (int)err->code);
	append_redacted(&line, err->message);
	for (size_t i = 0; i < line.len; i++) {
		if ((unsigned char)line.data[i] < ' ') {
			line.data[i] = ' ';
		}
	}
	buf_append_char(&line, '\n');
	return send_line(frame, &line);
}
