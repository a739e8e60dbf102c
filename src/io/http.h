#ifndef F2F_IO_HTTP_H
#define F2F_IO_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct error;
struct loop;

/* ---- Types, which providers use too: they build a request and read a response, and never see a
 * socket. */

struct http_header {
	char *name;
	char *value;
};

/**
 * A request as a value: init, fill, finish. All texts owned. Values of secret headers are never
 * logged, traced or stored.
 */
struct http_request {
	char *method; // "GET", "POST"
	char *url;
	struct http_header *headers;
	size_t header_count;
	struct buf body;
};

enum { HTTP_BODY_MAX = 64 * 1024 * 1024 };

void http_request_init(struct http_request *request);
void http_request_finish(struct http_request *request);
// copies
void http_request_header(struct http_request *request, const char *name, const char *value);

/** A response as a value. `headers` keep their order; names compare without case. */
struct http_response {
	int status;
	struct http_header *headers;
	size_t header_count;
	struct buf body;
	int64_t elapsed_ns; // from start of the transfer to its last byte
};

void http_response_finish(struct http_response *response);
// NULL when absent
const char *http_response_header(const struct http_response *response, const char *name);

/**
 * Owned copy of a URL with user info and the values of key=, token=, api_key=, access_token= taken
 * out, for people and records.
 */
char *http_redact_url(const char *url);

/* ---- Transfers. */

/**
 * One endpoint: its own multi handle, connection pool and limits. Starts, completes and cancels;
 * retries are not its business.
 */
struct http_endpoint;
struct http_transfer;

struct http_endpoint_options {
	int max_connections; // 0: 64
	int64_t connect_timeout_ms; // 0: 10,000
	int64_t request_timeout_ms; // whole request; 0: 600,000
	const char *user_agent; // NULL: "f2f/VERSION"
};

/**
 * Called once per transfer that was not cancelled, never inside http_start. Exactly one of response
 * and err is NULL. err codes: ERROR_NETWORK (refused, DNS, reset, cut short), ERROR_TIMEOUT,
 * ERROR_PROTOCOL (not HTTP, over the size cap), ERROR_USAGE (TLS verification, malformed URL:
 * retrying cannot help). Both are borrowed for the call.
 */
typedef void (*http_done_fn)(
	const struct http_response *response, const struct error *err, void *data);

struct http_endpoint *http_endpoint_create(
	struct loop *loop, const struct http_endpoint_options *options);

/** Cancels what is running. NULL is fine. */
void http_endpoint_destroy(struct http_endpoint *endpoint);

/** Borrows `request` until done or cancel. */
struct http_transfer *http_start(struct http_endpoint *endpoint, const struct http_request *request,
	http_done_fn done, void *data);

/** Ends a transfer without calling done. */
void http_cancel(struct http_transfer *transfer);

#endif
