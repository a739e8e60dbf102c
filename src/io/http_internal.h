#ifndef F2F_IO_HTTP_INTERNAL_H
#define F2F_IO_HTTP_INTERNAL_H

#include <curl/curl.h>

#include "base/error.h"
#include "base/vec.h"
#include "io/http.h"

struct http_lookup;
struct http_sockets;
struct loop_timer;

enum {
	HTTP_HEADERS_MAX = 1024,
	HTTP_HEAD_BYTES_MAX = 256 * 1024,
	HTTP_CHANNEL_PLAIN = 32, // transfers of a multi handle, each with a connection of its own
	HTTP_CHANNEL_DESCRIPTORS = 2, // that each multi handle keeps open
};

/*
 * One multi handle. libcurl 7.88 turns super-linear above some 4,000 easy handles in one
 * (harness.md 3.2), so an endpoint takes another for every thousand. And for each request it goes
 * through the connections to its host until one is idle: without TLS, where each request has one,
 * that was 30 µs of 170 with a thousand of them, so there it takes one for every 32.
 */
struct http_channel {
	struct http_endpoint *endpoint;
	CURLM *multi;
	struct http_sockets *sockets;
	size_t running;
};

enum transfer_state {
	TRANSFER_SPARE,
	TRANSFER_WAITING, // for the host's addresses
	TRANSFER_RUNNING, // curl has it
	TRANSFER_ENDED, // to be reported
};

/* One request. It is used again with its easy handle, whose fixed options stay set. */
struct http_transfer {
	struct http_endpoint *endpoint;
	struct http_channel *channel; // it runs on, or ran on last
	struct http_transfer *next; // active, or spare
	struct http_transfer *previous;
	struct http_transfer *next_ready;
	bool ready; // on the list of those with something to tell
	enum transfer_state state;
	uint64_t serial; // of the request it is used for
	CURL *easy;
	struct buf head_sent; // the request's headers as text, which `sent` was made of
	struct curl_slist *sent;
	const struct http_request *request;
	bool tls;
	struct http_start_options options;
	http_done_fn done;
	void *data;
	struct loop_timer *timer;
	int64_t armed_ns; // when `timer` fires

	// The response.
	struct buf head; // its header lines
	size_t head_bytes; // with those of interim responses
	struct http_header *headers; // into head
	size_t header_count;
	size_t header_cap;
	struct buf body; // or the part that on_body has not had yet
	size_t received;
	bool head_ended; // the empty line has come
	bool head_read; // into `headers`

	// When; 0: not yet.
	int64_t started_ns;
	int64_t connecting_ns;
	int64_t sent_ns;
	int64_t first_byte_ns;
	int64_t last_byte_ns;

	int sends; // how often a connection was had to send it on
	bool opened; // a socket, since the last of these
	bool reused; // the first was on a connection that had been used
	bool resent;
	enum http_failure failure;
	CURLcode code; // curl's, once it has ended
	struct error error; // of a lookup
	char message[CURL_ERROR_SIZE];
};

struct http_endpoint {
	struct loop *loop;
	VEC(struct http_channel *) channels;
	CURLSH *share; // TLS sessions and addresses
	struct http_lookup *lookup;
	struct http_endpoint_options options;
	char *user_agent;
	struct http_transfer *active; // everything but spare
	struct http_transfer *spare;
	struct http_transfer *ready; // first of those with something to tell, in order
	struct http_transfer **ready_end;
	uint64_t serial;
	bool report_due; // finish_transfers is deferred
	bool reporting; // a callback of the caller is running
	bool doomed; // destroyed by it
	bool multiplexed;
};

/* http_transfer.c: what curl calls, and what it is told. */
struct http_transfer *http_transfer_create(struct http_endpoint *endpoint);
void http_transfer_destroy(struct http_transfer *transfer);

/** Forgets the last response. */
void http_transfer_reset(struct http_transfer *transfer);

/** What `transfer->request` wants of curl. */
void http_transfer_set_request(struct http_transfer *transfer);

/** Cuts the header lines into names and values, in place, once. */
void http_transfer_read_head(struct http_transfer *transfer);

/* http_deadline.c */

/** Sees to it that the timer fires when the nearest deadline is over. */
void http_deadline_arm(struct http_transfer *transfer);
void http_deadline_disarm(struct http_transfer *transfer);

/* http_failure.c */

/** Why it did not become a response: fills `transfer->failure` and err. */
void http_failure_tell(struct http_transfer *transfer, struct error *err);

/* http.c */

/** It has bytes to deliver, or it has ended: at the end of this turn. */
void http_transfer_ready(struct http_transfer *transfer);

/** Ends it before curl does. Never inside one of curl's callbacks. */
void http_transfer_fail(struct http_transfer *transfer, enum http_failure failure);

#endif
