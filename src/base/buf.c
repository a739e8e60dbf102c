#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { BUF_FIRST = 256 };

void buf_init(struct buf *buf, size_t max) {
	*buf = (struct buf)BUF_INIT(max);
}

void buf_finish(struct buf *buf) {
	free(buf->data);
	buf_init(buf, buf->max);
}

void buf_clear(struct buf *buf) {
	buf->overflow = false;
	buf_truncate(buf, 0);
}

char *buf_reserve(struct buf *buf, size_t length) {
	if (buf->overflow || length > buf->max || buf->len > buf->max - length) {
		buf->overflow = true;
		return NULL;
	}
	size_t need = buf->len + length + 1;
	if (need > buf->cap) {
		size_t cap = buf->cap > 0 ? buf->cap : BUF_FIRST;
		while (cap < need) {
			cap += cap / 2;
		}
		buf->data = xrealloc(buf->data, cap);
		buf->cap = cap;
		buf->data[buf->len] = '\0';
	}
	return buf->data + buf->len;
}

void buf_added(struct buf *buf, size_t length) {
	buf->len += length;
	buf->data[buf->len] = '\0';
}

bool buf_append(struct buf *buf, const void *bytes, size_t length) {
	char *room = buf_reserve(buf, length);
	if (room == NULL) {
		return false;
	}
	if (length > 0) {
		memcpy(room, bytes, length);
	}
	buf_added(buf, length);
	return true;
}

bool buf_append_str(struct buf *buf, const char *text) {
	return buf_append(buf, text, strlen(text));
}

bool buf_append_char(struct buf *buf, char c) {
	return buf_append(buf, &c, 1);
}

bool buf_appendf(struct buf *buf, const char *format, ...) {
	// Once is enough where it fits into what there is.
	char *spare = buf->data != NULL ? buf->data + buf->len : NULL;
	size_t size = spare != NULL ? buf->cap - buf->len : 0;
	va_list args;
	va_start(args, format);
	int length = vsnprintf(spare, size, format, args);
	va_end(args);
	char *room = length < 0 ? NULL : buf_reserve(buf, (size_t)length);
	if (room == NULL) {
		buf_truncate(buf, buf->len); // what was tried
		return false;
	}
	if ((size_t)length >= size) {
		va_start(args, format);
		vsnprintf(room, (size_t)length + 1, format, args);
		va_end(args);
	}
	buf_added(buf, (size_t)length);
	return true;
}

void buf_truncate(struct buf *buf, size_t length) {
	if (length <= buf->len && buf->data != NULL) {
		buf->len = length;
		buf->data[length] = '\0';
	}
}

void buf_consume(struct buf *buf, size_t length) {
	if (buf->data == NULL || length == 0) {
		return;
	}
	if (length > buf->len) {
		length = buf->len;
	}
	memmove(buf->data, buf->data + length, buf->len - length + 1);
	buf->len -= length;
}

const char *buf_str(const struct buf *buf) {
	return buf->data != NULL ? buf->data : "";
}

char *buf_detach(struct buf *buf) {
	char *text = buf->data != NULL ? buf->data : xmemdup0("", 0);
	buf_init(buf, buf->max);
	return text;
}
