#include "base/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

enum { CHUNK = 1 << 16 };

struct lines {
	int fd;
	char *path;
	struct buf buf;
	size_t start; // of what has not been given out, in buf
	size_t scanned; // from start: known to hold no line feed
	int64_t buf_offset; // of buf's first byte in the file
	int64_t offset;
	int64_t number;
	size_t line_max;
	bool at_end;
};

int lines_open(const char *path, size_t line_max, struct lines **lines_out, struct error *err) {
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		return error_set_errno(err, "%s", path);
	}
	struct lines *lines = xcalloc(1, sizeof(*lines));
	lines->fd = fd;
	lines->path = xstrdup(path);
	lines->line_max = line_max;
	// One line, its end, and what was read along with it.
	buf_init(&lines->buf, line_max + 2 + CHUNK);
	*lines_out = lines;
	return 0;
}

void lines_close(struct lines *lines) {
	if (lines != NULL) {
		close(lines->fd);
		free(lines->path);
		buf_finish(&lines->buf);
		free(lines);
	}
}

static int fill(struct lines *lines, struct error *err) {
	buf_consume(&lines->buf, lines->start);
	lines->buf_offset += (int64_t)lines->start;
	lines->start = 0;
	if (lines->buf.len > lines->line_max + 1) {
		return error_set(err, ERROR_INPUT, "%s: line %lld is over %zu bytes", lines->path,
			(long long)lines->number + 1, lines->line_max);
	}
	char *room = buf_reserve(&lines->buf, CHUNK);
	ssize_t count;
	do {
		count = read(lines->fd, room, CHUNK);
	} while (count < 0 && errno == EINTR);
	if (count < 0) {
		return error_set_errno(err, "%s", lines->path);
	}
	buf_added(&lines->buf, (size_t)count);
	lines->at_end = count == 0;
	return 0;
}

static int give(
	struct lines *lines, size_t length, size_t step, struct str *line_out, struct error *err) {
	const char *data = buf_str(&lines->buf) + lines->start;
	lines->offset = lines->buf_offset + (int64_t)lines->start;
	lines->number++;
	lines->start += step;
	lines->scanned = 0;
	if (length > 0 && step > length && data[length - 1] == '\r') {
		length--;
	}
	if (length > lines->line_max) {
		return error_set(err, ERROR_INPUT, "%s: line %lld is over %zu bytes", lines->path,
			(long long)lines->number, lines->line_max);
	}
	*line_out = str_slice(data, length);
	return 1;
}

int lines_next(struct lines *lines, struct str *line_out, struct error *err) {
	for (;;) {
		size_t left = lines->buf.len - lines->start;
		const char *data = buf_str(&lines->buf) + lines->start;
		const char *newline = memchr(data + lines->scanned, '\n', left - lines->scanned);
		if (newline != NULL) {
			size_t length = (size_t)(newline - data);
			return give(lines, length, length + 1, line_out, err);
		}
		lines->scanned = left;
		if (lines->at_end) {
			return left > 0 ? give(lines, left, left, line_out, err) : 0;
		}
		int rc = fill(lines, err);
		if (rc < 0) {
			return rc;
		}
	}
}

int64_t lines_number(const struct lines *lines) {
	return lines->number;
}

int64_t lines_offset(const struct lines *lines) {
	return lines->offset;
}
