#include "provider/retry_after.h"

#include <time.h>

#include "base/clock.h"
#include "base/str.h"
#include "io/http.h"

static const double longest_ms = 1e12; // more than any budget, still an integer

static int64_t clamp(double ms) {
	return ms < 0 ? 0 : ms > longest_ms ? (int64_t)longest_ms : (int64_t)ms;
}

int64_t retry_after_ms(const struct http_response *response) {
	const char *ms = http_response_header(response, "retry-after-ms");
	double value = 0;
	if (ms != NULL && str_to_double(ms, &value)) {
		return clamp(value);
	}
	const char *text = http_response_header(response, "retry-after");
	if (text == NULL) {
		return -1;
	}
	if (str_to_double(text, &value)) {
		return clamp(value * 1000);
	}
	struct tm when = {0};
	const char *end = strptime(text, "%a, %d %b %Y %H:%M:%S", &when);
	if (end == NULL) {
		return -1;
	}
	double now_s = (double)(clock_utc() / CLOCK_SECOND);
	return clamp(((double)timegm(&when) - now_s) * 1000);
}
