#ifndef F2F_BASE_CLOCK_H
#define F2F_BASE_CLOCK_H

#include <stdint.h>

#define CLOCK_MS INT64_C(1000000)
#define CLOCK_SECOND INT64_C(1000000000)

/** Monotonic nanoseconds, for durations and deadlines. */
int64_t clock_now(void);

/** Nanoseconds since 1970 UTC, for records. */
int64_t clock_utc(void);

/** "2026-11-23T16:05:01Z"; buffer of at least 21 bytes; returns it. */
char *clock_format_utc(int64_t utc_ns, char *buffer);

/** Random bytes from the kernel, for ids and names that a candidate must not guess. */
void clock_random(void *bytes, unsigned length);

#endif
