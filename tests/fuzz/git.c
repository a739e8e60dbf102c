#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "io/git_stream.h"

enum { BUDGET = 1000 };

/* In two pieces, wherever they are cut: never more bytes than allowed, and a failure always says why. */
void fuzz_one(const uint8_t *bytes, size_t length) {
	size_t cut = length > 0 ? bytes[0] % length : 0;
	struct git_stream stream;
	struct error err = {0};
	size_t total = 0;
	git_stream_init(&stream, BUDGET);
	int rc = git_stream_feed(&stream, (const char *)bytes, cut, NULL, &err);
	if (rc == 0) {
		rc = git_stream_feed(&stream, (const char *)bytes + cut, length - cut, NULL, &err);
	}
	for (size_t i = 0; i < stream.files.count; i++) {
		total += stream.files.items[i].length;
	}
	if (total > BUDGET || (rc == 0) != (err.message[0] == '\0')) {
		abort();
	}
	git_stream_finish(&stream);
}
