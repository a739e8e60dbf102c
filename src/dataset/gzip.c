#include "dataset/gzip.h"

#include <limits.h>
#include <stdint.h>

#include <zlib.h>

#include "base/buf.h"
#include "base/error.h"

enum { STEP = 1 << 18, GZIP_ONLY = 16 + MAX_WBITS };

bool gzip_is(const char *bytes, size_t length) {
	return length >= 2 && (unsigned char)bytes[0] == 0x1f && (unsigned char)bytes[1] == 0x8b;
}

/* zlib counts in 32 bits: what is to be read next. */
static void feed(z_stream *stream, const char **bytes, size_t *length) {
	uInt size = *length < INT_MAX ? (uInt)*length : INT_MAX;
	stream->next_in = (Bytef *)(uintptr_t)*bytes;
	stream->avail_in = size;
	*bytes += size;
	*length -= size;
}

/* One call of inflate; *end_out when a member has ended. */
static int step(z_stream *stream, struct buf *out, bool *end_out, struct error *err) {
	size_t room = out->max - out->len;
	char extra = 0; // with the buf full, one more byte tells what just fits from what does not
	size_t want = room < STEP ? room : STEP;
	char *target = want > 0 ? buf_reserve(out, want) : &extra;
	size_t size = want > 0 ? want : 1;
	stream->next_out = (Bytef *)target;
	stream->avail_out = (uInt)size;
	int code = inflate(stream, Z_NO_FLUSH);
	size_t got = size - stream->avail_out;
	if (want == 0 && got > 0) {
		return error_set(
			err, ERROR_INPUT, "holds more than %zu MB", out->max / 1000 / 1000);
	}
	if (want > 0) {
		buf_added(out, got);
	}
	*end_out = code == Z_STREAM_END;
	if (code == Z_OK || code == Z_STREAM_END) {
		return 0;
	}
	return error_set(err, ERROR_INPUT, "%s",
		code == Z_BUF_ERROR ? "the gzip file is cut short" : "the gzip file is damaged");
}

int gzip_expand(const char *bytes, size_t length, struct buf *out, struct error *err) {
	z_stream stream = {0};
	if (inflateInit2(&stream, GZIP_ONLY) != Z_OK) {
		return error_set(err, ERROR_SYSTEM, "zlib: out of memory");
	}
	int rc = 0;
	bool end = false;
	while (rc == 0 && (!end || stream.avail_in > 0 || length > 0)) {
		if (stream.avail_in == 0 && length > 0) {
			feed(&stream, &bytes, &length);
		}
		if (end) {
			inflateReset(&stream); // another member
		}
		rc = step(&stream, out, &end, err);
	}
	inflateEnd(&stream);
	return rc;
}
