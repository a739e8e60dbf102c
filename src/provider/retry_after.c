#include "provider/retry_after.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "base/json.h"
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

/* ---- In a body. */

/* The number at its beginning, and what stands behind it; false: there is none. */
static bool read_number(const char *text, double *number_out, const char **end_out) {
	size_t length = strspn(text, "0123456789.");
	char digits[32];
	if (length == 0 || length >= sizeof(digits)) {
		return false;
	}
	memcpy(digits, text, length);
	digits[length] = '\0';
	*end_out = text + length;
	return str_to_double(digits, number_out);
}

/* What a unit is in ms; 0: that is none. */
static double unit_ms(const char *name, size_t length) {
	static const struct {
		const char *name;
		double ms;
	} units[] = {{"ms", 1}, {"s", 1e3}, {"sec", 1e3}, {"secs", 1e3}, {"second", 1e3},
		{"seconds", 1e3}, {"m", 60e3}, {"min", 60e3}, {"minute", 60e3}, {"minutes", 60e3},
		{"h", 3600e3}, {"hour", 3600e3}, {"hours", 3600e3}, {"d", 86400e3},
		{"day", 86400e3}, {"days", 86400e3}};
	for (size_t i = 0; i < F2F_COUNT(units); i++) {
		if (strlen(units[i].name) == length &&
			strncasecmp(units[i].name, name, length) == 0) {
			return units[i].ms;
		}
	}
	return 0;
}

/* "34s", "6m0s", "1.5 seconds"; -1: no time. */
static int64_t read_span(const char *text) {
	double sum = 0;
	bool any = false;
	double number;
	const char *unit;
	while (read_number(text, &number, &unit)) {
		unit += *unit == ' ';
		size_t length =
			strspn(unit, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
		double ms = unit_ms(unit, length);
		if (ms <= 0) {
			break;
		}
		sum += number * ms;
		any = true;
		text = unit + length;
	}
	return any ? clamp_ms(sum) : -1;
}

int64_t retry_after_details(const json_t *details) {
	for (size_t i = 0; i < json_array_size(details); i++) {
		int64_t wait_ms =
			read_span(json_string_or(json_array_get(details, i), "retryDelay", ""));
		if (wait_ms >= 0) {
			return wait_ms;
		}
	}
	return -1;
}

int64_t retry_after_words(const char *message) {
	static const char *const words[] = {"try again in ", "retry in ", "retry after "};
	for (size_t i = 0; i < F2F_COUNT(words); i++) {
		const char *at = strcasestr(message, words[i]);
		int64_t wait_ms = at != NULL ? read_span(at + strlen(words[i])) : -1;
		if (wait_ms >= 0) {
			return wait_ms;
		}
	}
	return -1;
}
