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

/* Why a transfer ended without a whole response. Words of http_failure_name are stable. */
enum http_failure {
	HTTP_FAILURE_NONE,
	HTTP_FAILURE_URL, // malformed, or neither http nor https
	HTTP_FAILURE_LOOKUP, // the host's name, or the proxy's, is not known
	HTTP_FAILURE_CONNECT, // refused, unreachable
	HTTP_FAILURE_CONNECT_TIMEOUT,
	HTTP_FAILURE_PROXY, // the proxy refused to connect
	HTTP_FAILURE_TLS_VERIFY, // its certificate is not to be trusted, or our CA file not to be read
	HTTP_FAILURE_TLS, // the handshake failed in another way
	HTTP_FAILURE_LOST, // reset, closed before the response began, or in its head
	HTTP_FAILURE_CUT, // closed within the body
	HTTP_FAILURE_IDLE_TIMEOUT,
	HTTP_FAILURE_TIMEOUT, // of the whole request
	HTTP_FAILURE_PROTOCOL, // what came is not HTTP
	HTTP_FAILURE_ENCODING, // it came packed in a way that cannot be unpacked
	HTTP_FAILURE_TOO_LARGE, // the body, unpacked
	HTTP_FAILURE_HEAD_TOO_LARGE,
};

/** "too-large"; "" for NONE. */
const char *http_failure_name(enum http_failure failure);

/* Where the time of a transfer went; -1: it did not get there. */
struct http_timing {
	int64_t queue_ns; // until connecting, or sending on a connection that was there
	int64_t connect_ns; // look-up, TCP, TLS; 0 on a connection that was there
	int64_t first_byte_ns; // from sending to the first byte of the response
	int64_t total_ns;
};

/**
 * A response as a value. `headers` keep their order; names compare without case. With a `failure`
 * it holds what came before it: status 0 and no headers when that was nothing.
 */
struct http_response {
	int status;
	struct http_header *headers;
	size_t header_count;
	struct buf body;
	int64_t elapsed_ns; // timing.total_ns
	enum http_failure failure;
	struct http_timing timing;
	size_t received; // bytes of the body, unpacked
	bool reused; // went over a connection that had been used
	bool resent; // the connection had died in the meantime, and it was sent again on a new one
};

void http_response_finish(struct http_response *response);
// the first of the name; NULL when absent
const char *http_response_header(const struct http_response *response, const char *name);
// number `index` of those of one name; NULL past the last
const char *http_response_header_at(
	const struct http_response *response, const char *name, size_t index);

/** ERROR_USAGE with why, without the URL, when nothing could ever be sent there. */
int http_url_check(const char *url, struct error *err);

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
	int max_connections; // kept for the next requests; 0: 64
	int64_t connect_timeout_ms; // look-up, TCP and TLS; 0: 10,000
	int64_t request_timeout_ms; // whole request; 0: 600,000
	const char *user_agent; // NULL: "f2f/VERSION"
};

/**
 * Called once per transfer that was not cancelled, never inside http_start, and the last time that
 * the transfer may be named. `err` is NULL exactly when response->failure is NONE; its code is
 * ERROR_NETWORK (refused, unknown host, reset, cut short), ERROR_TIMEOUT, ERROR_PROTOCOL (not HTTP,
 * over the size cap) or ERROR_USAGE (TLS verification, malformed URL: retrying cannot help). Both
 * are borrowed for the call.
 */
typedef void (*http_done_fn)(
	const struct http_response *response, const struct error *err, void *data);

/**
 * Called with bytes of a body as they come, at the end of a turn of the loop: it may start, cancel
 * (this transfer too) and destroy. `head` has status and headers. What a connection still had to
 * say before it was lost comes first, then `done`. All borrowed for the call.
 */
typedef void (*http_body_fn)(
	const struct http_response *head, const char *bytes, size_t length, void *data);

/* What one request may want besides. Zeroed is the usual. */
struct http_start_options {
	http_body_fn on_body; // of statuses 2xx, whose response->body is then empty in `done`
	int64_t idle_timeout_ms; // without a byte, from when it was sent; 0: none
	int64_t request_timeout_ms; // 0: the endpoint's
	size_t body_max; // 0: HTTP_BODY_MAX, which is the most
};

struct http_endpoint *http_endpoint_create(
	struct loop *loop, const struct http_endpoint_options *options);

/** Cancels what is running. NULL is fine. */
void http_endpoint_destroy(struct http_endpoint *endpoint);

/** Borrows `request` until done or cancel. */
struct http_transfer *http_start(struct http_endpoint *endpoint, const struct http_request *request,
	http_done_fn done, void *data);

/** The same with options, which may be NULL and are copied; `data` goes to on_body too. */
struct http_transfer *http_start_with(struct http_endpoint *endpoint,
	const struct http_request *request, const struct http_start_options *options,
	http_done_fn done, void *data);

/** Ends a transfer without calling done. NULL is fine. */
void http_cancel(struct http_transfer *transfer);

enum http_phase {
	HTTP_QUEUED, // for a connection that others share
	HTTP_CONNECTING,
	HTTP_SENT, // no byte has come yet
	HTTP_RECEIVING,
};

/** For a live view: where a transfer is, and since when (ns of the loop's clock). */
enum http_phase http_transfer_phase(const struct http_transfer *transfer, int64_t *since_ns_out);

/**
 * Raises the limit of open files to the most that the system gives. ERROR_USAGE when so many
 * connections at once are more than that allows; err says how many are.
 */
int http_raise_descriptors(int64_t connections, struct error *err);

#endif
