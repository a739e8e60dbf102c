#ifndef F2F_IO_HTTP_LOOKUP_H
#define F2F_IO_HTTP_LOOKUP_H

#include <stdbool.h>

#include <curl/curl.h>

struct error;
struct http_lookup;
struct loop;

/**
 * One look-up for all requests to a named host over plain http. Without it a thousand requests
 * started at once are a thousand look-ups in a thousand threads (libcurl 7.88; libraries.md,
 * "Measured"). Over https one connection is waited for instead (PIPEWAIT).
 */
typedef void (*http_lookup_fn)(const struct error *err, void *data);

struct http_lookup *http_lookup_create(struct loop *loop, http_lookup_fn done, void *data);
void http_lookup_destroy(struct http_lookup *lookup);

/** Whether this URL's host has to be looked up at all: named, plain http, no proxy that does it. */
bool http_lookup_needed(const char *url);

/** Addresses of the URL's host for CURLOPT_RESOLVE, borrowed until they change; NULL: not known. */
struct curl_slist *http_lookup_known(struct http_lookup *lookup, const char *url);

/** Looks the URL's host up, unless that is under way; `done` is never called inside this call. */
void http_lookup_start(struct http_lookup *lookup, const char *url);

/** A connection failed: ask again next time. */
void http_lookup_forget(struct http_lookup *lookup);

/** Whether a URL's host is this machine, which no proxy need be asked for. */
bool http_lookup_is_loopback(const char *url);

#endif
