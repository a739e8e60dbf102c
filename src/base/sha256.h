#ifndef F2F_BASE_SHA256_H
#define F2F_BASE_SHA256_H

#include <stddef.h>

enum { SHA256_HEX = 65 }; // 64 lower-case hex digits and a NUL

/* Our content address: texts, files, settings. */
struct sha256 {
	char hex[SHA256_HEX];
};

struct sha256 sha256_of(const void *bytes, size_t length);

/**
 * For input in pieces: the same as hashing them joined. `finish` frees; `digest` may be called
 * once.
 */
struct sha256_stream;
struct sha256_stream *sha256_stream_create(void);
void sha256_stream_add(struct sha256_stream *stream, const void *bytes, size_t length);
struct sha256 sha256_stream_finish(struct sha256_stream *stream);

#endif
