#ifndef F2F_TESTS_FUZZ_FUZZ_H
#define F2F_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/** One input of foreign bytes. Each target defines it; aborts when a promise of the code under test does not hold. */
void fuzz_one(const uint8_t *bytes, size_t length);

#endif
