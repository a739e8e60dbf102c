#include "base/sha256.h"

#include <stdlib.h>

#include <openssl/evp.h>

#include "base/mem.h"

enum { DIGEST_BYTES = 32 };

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

struct sha256 sha256_of(const void *bytes, size_t length) {
	unsigned char digest[EVP_MAX_MD_SIZE];
	if (EVP_Digest(bytes, length, digest, NULL, EVP_sha256(), NULL) != 1) {
		abort();
	}
	return to_hex(digest);
}

struct sha256_stream {
	EVP_MD_CTX *context;
};

struct sha256_stream *sha256_stream_create(void) {
	struct sha256_stream *stream = xcalloc(1, sizeof(*stream));
	stream->context = EVP_MD_CTX_new();
	if (stream->context == NULL ||
		EVP_DigestInit_ex(stream->context, EVP_sha256(), NULL) != 1) {
		abort();
	}
	return stream;
}

void sha256_stream_add(struct sha256_stream *stream, const void *bytes, size_t length) {
	if (EVP_DigestUpdate(stream->context, bytes, length) != 1) {
		abort();
	}
}

struct sha256 sha256_stream_finish(struct sha256_stream *stream) {
	unsigned char digest[EVP_MAX_MD_SIZE];
	if (EVP_DigestFinal_ex(stream->context, digest, NULL) != 1) {
		abort();
	}
	EVP_MD_CTX_free(stream->context);
	free(stream);
	return to_hex(digest);
}
