#include "provider/retry_after.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/http.h"

/* Long enough to mean "not today" and short enough to add to any clock. */
#define WAIT_MAX_MS (INT64_C(366) * 24 * 3600 * 1000)

static int64_t clamp_ms(double ms) {
	return ms <= 0 ? 0 : ms >= (double)WAIT_MAX_MS ? WAIT_MAX_MS : (int64_t)ms;
}

static int month_of(const char *name) {
	static const char *const months[] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	for (size_t i = 0; i < F2F_COUNT(months); i++) {
		if (strcmp(name, months[i]) == 0) {
			return (int)i;
		}
	}
	return -1;
}

/*
 * "Sun, 06 Nov 1994 08:49:37 GMT": the one form that is still sent. strptime would go by the
 * locale.
 */
static bool read_date(const char *text, int64_t *utc_s_out) {
	struct tm tm = {0};
	char month[4] = "";
	int end = 0;
	int fields = sscanf(text, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n", &tm.tm_mday,
		month, &tm.tm_year, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &end);
	tm.tm_mon = month_of(month);
	if (fields != 6 || end == 0 || text[end] != '\0' || tm.tm_mon < 0 || tm.tm_year < 1970) {
		return false;
	}
	tm.tm_year -= 1900;
	*utc_s_out = timegm(&tm);
	return true;
}

int64_t retry_after_ms(const struct http_response *response) {
	const char *text = http_response_header(response, "retry-after-ms");
	double number;
	if (text != NULL && str_to_double(text, &number)) {
		return clamp_ms(number);
	}
	text = http_response_header(response, "retry-after");
	if (text == NULL) {
		return -1;
	}
	if (str_to_double(text, &number)) {
		return clamp_ms(number * 1000);
	}
	int64_t until;
	int64_t now;
	if (!read_date(text, &until)) {
		return -1;
	}
	const char *date = http_response_header(response, "date");
	if (date == NULL || !read_date(date, &now)) {
		now = clock_utc() / CLOCK_SECOND;
	}
	return clamp_ms((double)(until - now) * 1000);
}
