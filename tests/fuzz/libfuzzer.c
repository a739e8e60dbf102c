#include "fuzz.h"

/* The name that clang's -fsanitize=fuzzer looks for. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
	fuzz_one(bytes, length);
	return 0;
}
