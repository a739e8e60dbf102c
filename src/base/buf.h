#ifndef F2F_BASE_BUF_H
#define F2F_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/**
 * A growable byte string with a maximum from birth. `data` is NULL or NUL-terminated at `len` (and
 * may hold NULs before). Appending beyond `max` appends nothing, sets `overflow`, and makes every
 * later append do nothing: a run of appends is checked once.
 */
struct buf {
	char *data;
	size_t len;
	size_t cap;
	size_t max;
	bool overflow;
};

#define BUF_INIT(maximum) {.data = NULL, .len = 0, .cap = 0, .max = (maximum), .overflow = false}

void buf_init(struct buf *buf, size_t max);

/** Frees the bytes; the buf can be used again with the same maximum. A zeroed buf is fine. */
void buf_finish(struct buf *buf);

/** Forgets the contents and the overflow, keeps the memory. */
void buf_clear(struct buf *buf);

bool buf_append(struct buf *buf, const void *bytes, size_t length);
bool buf_append_str(struct buf *buf, const char *text);
bool buf_append_char(struct buf *buf, char c);
bool buf_appendf(struct buf *buf, const char *format, ...) F2F_PRINTF(2, 3);

/** Cuts to `length` bytes (not more than there are). */
void buf_truncate(struct buf *buf, size_t length);

/** Drops the first `length` bytes. */
void buf_consume(struct buf *buf, size_t length);

/** Room for `length` more bytes at data + len; NULL over the maximum. Follow with buf_added. */
char *buf_reserve(struct buf *buf, size_t length);
void buf_added(struct buf *buf, size_t length);

/** Borrowed, NUL-terminated, never NULL, until the next change. */
const char *buf_str(const struct buf *buf);

/** Owned, NUL-terminated, never NULL; the buf is empty afterwards. */
char *buf_detach(struct buf *buf);

#endif
