// Its EVP functions fetch an implementation and allocate a context each time: for texts of a
// kilobyte that is half the work. These do neither.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "base/sha256.h"

#include <stdlib.h>

#include <openssl/sha.h>

#include "base/mem.h"

enum { DIGEST_BYTES = SHA256_DIGEST_LENGTH };

static struct sha256 to_hex(const unsigned char digest[DIGEST_BYTES]) {
	static const char digits[] = "0123456789abcdef";
	struct sha256 sum;
	for (size_t i = 0; i < DIGEST_BYTES; i++) {
		sum.hex[2 * i] = digits[digest[i] >> 4];
		sum.hex[2 * i + 1] = digits[digest[i] & 15];
	}
	sum.hex[2 * (size_t)DIGEST_BYTES] = '\0';
	return sum;
}

struct sha256_stream {
	SHA256_CTX context;
};

static void begin(struct sha256_stream *stream) {
	if (SHA256_Init(&stream->context) != 1) {
		abort();
	}
}

static struct sha256 end(struct sha256_stream *stream) {
	unsigned char digest[DIGEST_BYTES];
	if (SHA256_Final(digest, &stream->context) != 1) {
		abort();
	}
	return to_hex(digest);
}

void sha256_stream_add(struct sha256_stream *stream, const void *bytes, size_t length) {
	if (SHA256_Update(&stream->context, bytes, length) != 1) {
		abort();
	}
}

struct sha256 sha256_of(const void *bytes, size_t length) {
	struct sha256_stream stream;
	begin(&stream);
	sha256_stream_add(&stream, bytes, length);
	return end(&stream);
}

struct sha256_stream *sha256_stream_create(void) {
	struct sha256_stream *stream = xcalloc(1, sizeof(*stream));
	begin(stream);
	return stream;
}

struct sha256 sha256_stream_finish(struct sha256_stream *stream) {
	struct sha256 sum = end(stream);
	free(stream);
	return sum;
}
