#ifndef F2F_PROVIDER_RETRY_AFTER_H
#define F2F_PROVIDER_RETRY_AFTER_H

#include <stdint.h>

struct http_response;

/**
 * How long a response asks to wait, in ms: retry-after-ms, then Retry-After in seconds (fractions
 * occur), then its HTTP date. -1: not.
 */
int64_t retry_after_ms(const struct http_response *response);

#endif
