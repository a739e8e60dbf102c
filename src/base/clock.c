#include "base/clock.h"

#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

static int64_t read_clock(clockid_t id) {
	struct timespec now;
	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * CLOCK_SECOND + now.tv_nsec;
}

int64_t clock_now(void) {
	return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_utc(void) {
	return read_clock(CLOCK_REALTIME);
}

char *clock_format_utc(int64_t utc_ns, char *buffer) {
	time_t seconds = (time_t)(utc_ns / CLOCK_SECOND);
	struct tm parts;
	gmtime_r(&seconds, &parts);
	strftime(buffer, 21, "%Y-%m-%dT%H:%M:%SZ", &parts);
	return buffer;
}

void clock_random(void *bytes, unsigned length) {
	// Up to 256 bytes are never short and never interrupted.
	if (length > 256 || getrandom(bytes, length, 0) != (ssize_t)length) {
		abort();
	}
}
