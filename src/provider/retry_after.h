#ifndef F2F_PROVIDER_RETRY_AFTER_H
#define F2F_PROVIDER_RETRY_AFTER_H

#include <stdint.h>

#include <jansson.h>

struct http_response;

/**
 * How long the endpoint asks us to wait, in ms from now: `retry-after-ms`, else `Retry-After` as
 * seconds (a fraction is fine) or as a date, which is read against the response's own Date so that
 * a wrong clock on either side does not matter. Never below 0; -1 when it says nothing that can be
 * read.
 */
int64_t retry_after_ms(const struct http_response *response);

/** Google's field for it, in the list of an error's details: {"retryDelay":"34s"}. -1: none. */
int64_t retry_after_details(const json_t *details);

/** In words: "try again in 7m12.5s", "retry after 26 seconds". -1: none. */
int64_t retry_after_words(const char *message);

#endif
