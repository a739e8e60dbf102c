#include "io/http.h"

#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/trace.h"
#include "base/vec.h"
#include "io/http_lookup.h"
#include "io/http_socket.h"
#include "io/loop.h"

enum {
	CONNECTIONS = 64,
	CONNECT_TIMEOUT_MS = 10000,
	REQUEST_TIMEOUT_MS = 600000,
	KEEPALIVE_IDLE_S = 30,
	KEEPALIVE_INTERVAL_S = 10,
	HEADERS_MAX = 256,
	HEAD_BYTES_MAX = 256 * 1024,
	BODY_KEPT = 1 << 20, // memory that a spare transfer may hold on to
	MULTIPLEXED_CONNECTIONS = 8, // each carries a hundred requests: libraries.md, "Measured"
};

enum transfer_state {
	TRANSFER_SPARE,
	TRANSFER_WAITING, // for the host's addresses
	TRANSFER_RUNNING, // curl has it
	TRANSFER_FAILED, // before curl had it; to be reported
};

/* One request. It is used again with its easy handle, whose fixed options stay set. */
struct http_transfer {
	struct http_endpoint *endpoint;
	struct http_transfer *next;
	struct http_transfer *previous;
	enum transfer_state state;
	CURL *easy;
	struct buf head_sent; // the request's headers as text, which `sent` was made of
	struct curl_slist *sent;
	const struct http_request *request;
	struct buf head; // the response's header lines
	struct http_header headers[HEADERS_MAX]; // into head
	struct buf body;
	http_done_fn done;
	void *data;
	int64_t started_ns;
	bool head_ended; // the empty line has come
	bool too_large;
	struct error failure;
	char message[CURL_ERROR_SIZE];
};

struct http_endpoint {
	struct loop *loop;
	CURLM *multi;
	struct http_sockets *sockets;
	struct http_lookup *lookup;
	struct http_endpoint_options options;
	char *user_agent;
	struct http_transfer *active; // everything but spare
	struct http_transfer *spare;
	bool report_due; // finish_transfers is deferred
	bool reporting; // a `done` is running
	bool doomed; // destroyed by it
	bool multiplexed;
};

/* ---- Bytes. */

static size_t on_body(char *bytes, size_t size, size_t count, void *data) {
	struct http_transfer *transfer = data;
	if (!buf_append(&transfer->body, bytes, size * count)) {
		transfer->too_large = true;
		return 0;
	}
	return size * count;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *data) {
	struct http_transfer *transfer = data;
	if (size * count >= 5 && memcmp(bytes, "HTTP/", 5) == 0) {
		buf_clear(&transfer->head); // what came before belonged to another (100 Continue)
		transfer->head_ended = false;
	} else if (str_trim(str_slice(bytes, size * count)).len == 0) {
		transfer->head_ended = true;
	} else if (!buf_append(&transfer->head, bytes, size * count)) {
		transfer->too_large = true;
		return 0;
	}
	return size * count;
}

/* Cuts the header lines into names and values, in place. */
static size_t read_headers(struct http_transfer *transfer) {
	size_t count = 0;
	char *line = transfer->head.data;
	char *end = line != NULL ? line + transfer->head.len : NULL;
	while (line < end && count < HEADERS_MAX) {
		char *line_end = memchr(line, '\n', (size_t)(end - line));
		line_end = line_end != NULL ? line_end : end;
		*line_end = '\0'; // a NUL stands at end already
		char *colon = strchr(line, ':');
		if (colon != NULL) {
			*colon = '\0';
			struct str value = str_trim(str_of(colon + 1));
			char *start = colon + 1 + (value.data - (colon + 1));
			start[value.len] = '\0';
			transfer->headers[count++] = (struct http_header){line, start};
		}
		line = line_end + 1;
	}
	return count;
}

/* ---- The end of a transfer. */

static void unlink_transfer(struct http_transfer *transfer) {
	struct http_endpoint *endpoint = transfer->endpoint;
	if (transfer->previous != NULL) {
		transfer->previous->next = transfer->next;
	} else {
		endpoint->active = transfer->next;
	}
	if (transfer->next != NULL) {
		transfer->next->previous = transfer->previous;
	}
	transfer->next = transfer->previous = NULL;
	if (transfer->state == TRANSFER_RUNNING) {
		curl_multi_remove_handle(endpoint->multi, transfer->easy);
	}
}

static void make_spare(struct http_transfer *transfer) {
	struct http_endpoint *endpoint = transfer->endpoint;
	buf_clear(&transfer->head);
	buf_clear(&transfer->body);
	if (transfer->body.cap > BODY_KEPT) {
		buf_finish(&transfer->body);
	}
	transfer->state = TRANSFER_SPARE;
	transfer->next = endpoint->spare;
	endpoint->spare = transfer;
}

static void destroy_transfer(struct http_transfer *transfer) {
	curl_easy_cleanup(transfer->easy);
	curl_slist_free_all(transfer->sent);
	if (transfer->head_sent.len > 0) {
		explicit_bzero(transfer->head_sent.data, transfer->head_sent.len); // a key
	}
	buf_finish(&transfer->head_sent);
	buf_finish(&transfer->head);
	buf_finish(&transfer->body);
	free(transfer);
}

static int error_of(const struct http_transfer *transfer, CURLcode code, struct error *err) {
	const char *text =
		transfer->message[0] != '\0' ? transfer->message : curl_easy_strerror(code);
	if (code == CURLE_OK) {
		return error_set(err, ERROR_NETWORK, "the connection ended within the headers");
	}
	if (transfer->too_large) {
		return error_set(err, ERROR_PROTOCOL, "the reply is larger than %d MiB",
			HTTP_BODY_MAX >> 20);
	}
	if (code == CURLE_UNSUPPORTED_PROTOCOL &&
		strncasecmp(transfer->request->url, "http", 4) == 0) {
		return error_set(err, ERROR_PROTOCOL, "%s", text); // what it answers is not HTTP
	}
	switch (code) {
	case CURLE_OPERATION_TIMEDOUT:
		return error_set(err, ERROR_TIMEOUT, "%s", text);
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CIPHER:
		return error_set(err, ERROR_USAGE, "%s", text);
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_BAD_CONTENT_ENCODING:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
		return error_set(err, ERROR_PROTOCOL, "%s", text);
	default:
		return error_set(err, ERROR_NETWORK, "%s", text);
	}
}

/* HTTP/2 is known from the first reply: from then on a few connections carry everything. */
static void note_version(struct http_transfer *transfer) {
	struct http_endpoint *endpoint = transfer->endpoint;
	long version = 0;
	curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_VERSION, &version);
	if (!endpoint->multiplexed && version == CURL_HTTP_VERSION_2_0) {
		endpoint->multiplexed = true;
		curl_multi_setopt(endpoint->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
			(long)MULTIPLEXED_CONNECTIONS);
	}
}

static void report(struct http_transfer *transfer, CURLcode code) {
	struct http_endpoint *endpoint = transfer->endpoint;
	struct error err = transfer->failure;
	int64_t elapsed_ns = loop_now(endpoint->loop) - transfer->started_ns;
	bool failed = transfer->state == TRANSFER_FAILED;
	long status = 0;
	// curl lets a reply pass whose headers never ended.
	if (!failed && code == CURLE_OK && transfer->head_ended) {
		note_version(transfer);
		curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	} else if (!failed) {
		error_of(transfer, code, &err);
		failed = true;
	}
	if (code == CURLE_COULDNT_CONNECT) {
		http_lookup_forget(endpoint->lookup);
	}
	unlink_transfer(transfer);
	struct http_response response = {
		.status = (int)status,
		.headers = transfer->headers,
		.header_count = failed ? 0 : read_headers(transfer),
		.body = transfer->body,
		.elapsed_ns = elapsed_ns,
	};
	trace_event("request", 0, "%ld, %zu bytes, %lld ms%s%s", status, transfer->body.len,
		(long long)(elapsed_ns / 1000000), failed ? ": " : "", failed ? err.message : "");
	transfer->done(failed ? NULL : &response, failed ? &err : NULL, transfer->data);
	make_spare(transfer);
}

static struct http_transfer *find_failed(const struct http_endpoint *endpoint) {
	struct http_transfer *transfer = endpoint->active;
	while (transfer != NULL && transfer->state != TRANSFER_FAILED) {
		transfer = transfer->next;
	}
	return transfer;
}

static void destroy_endpoint(struct http_endpoint *endpoint);

/* At the end of a turn: a callback may start, cancel, or destroy. */
static void finish_transfers(void *data) {
	struct http_endpoint *endpoint = data;
	struct http_transfer *transfer;
	CURLMsg *message;
	int left = 0;
	endpoint->report_due = false;
	endpoint->reporting = true;
	while (!endpoint->doomed &&
		(message = curl_multi_info_read(endpoint->multi, &left)) != NULL) {
		if (message->msg == CURLMSG_DONE) {
			curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
			report(transfer, message->data.result);
		}
	}
	while (!endpoint->doomed && (transfer = find_failed(endpoint)) != NULL) {
		report(transfer, CURLE_OK);
	}
	endpoint->reporting = false;
	if (endpoint->doomed) {
		destroy_endpoint(endpoint);
	}
}

static void report_later(void *data) {
	struct http_endpoint *endpoint = data;
	if (!endpoint->report_due) {
		endpoint->report_due = true;
		loop_defer(endpoint->loop, finish_transfers, endpoint);
	}
}

/* ---- The beginning of one. */

static void run_transfer(struct http_transfer *transfer, struct curl_slist *addresses) {
	curl_easy_setopt(transfer->easy, CURLOPT_RESOLVE, addresses);
	transfer->state = TRANSFER_RUNNING;
	if (curl_multi_add_handle(transfer->endpoint->multi, transfer->easy) != CURLM_OK) {
		abort(); // only without memory
	}
}

static void on_lookup(const struct error *err, void *data) {
	struct http_endpoint *endpoint = data;
	for (struct http_transfer *transfer = endpoint->active; transfer != NULL;
		transfer = transfer->next) {
		if (transfer->state != TRANSFER_WAITING) {
			continue;
		}
		if (err != NULL) {
			transfer->state = TRANSFER_FAILED;
			transfer->failure = *err;
			report_later(endpoint);
		} else {
			run_transfer(transfer,
				http_lookup_known(endpoint->lookup, transfer->request->url));
		}
	}
}

static struct http_transfer *create_transfer(struct http_endpoint *endpoint) {
	struct http_transfer *transfer = xcalloc(1, sizeof(*transfer));
	CURL *easy = curl_easy_init();
	if (easy == NULL) {
		abort(); // only without memory
	}
	transfer->endpoint = endpoint;
	transfer->easy = easy;
	buf_init(&transfer->head_sent, HEAD_BYTES_MAX);
	buf_init(&transfer->head, HEAD_BYTES_MAX);
	buf_init(&transfer->body, HTTP_BODY_MAX);
	http_sockets_attach(endpoint->sockets, easy);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->message);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L); // a key never follows a redirect
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(easy, CURLOPT_USERAGENT, endpoint->user_agent);
	curl_easy_setopt(
		easy, CURLOPT_CONNECTTIMEOUT_MS, (long)endpoint->options.connect_timeout_ms);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)endpoint->options.request_timeout_ms);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, (long)KEEPALIVE_IDLE_S);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, (long)KEEPALIVE_INTERVAL_S);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
	return transfer;
}

static struct http_transfer *take_transfer(struct http_endpoint *endpoint) {
	struct http_transfer *transfer = endpoint->spare;
	if (transfer == NULL) {
		return create_transfer(endpoint);
	}
	endpoint->spare = transfer->next;
	return transfer;
}

/* Requests to one endpoint carry the same headers: curl's list is made once. */
static void set_headers(struct http_transfer *transfer, const struct http_request *request) {
	struct buf text = BUF_INIT(HEAD_BYTES_MAX);
	for (size_t i = 0; i < request->header_count; i++) {
		const struct http_header *header = &request->headers[i];
		// Without a value it takes curl's own header away.
		buf_appendf(&text, "%s:%s%s\n", header->name, header->value[0] != '\0' ? " " : "",
			header->value);
	}
	if (transfer->sent == NULL || strcmp(buf_str(&text), buf_str(&transfer->head_sent)) != 0) {
		// "Expect:" too: no wait for a 100 that few servers send.
		struct curl_slist *list = curl_slist_append(NULL, "Expect:");
		struct str rest = str_slice(buf_str(&text), text.len);
		struct str line;
		while (str_next_line(&rest, &line)) {
			char *copy = xmemdup0(line.data, line.len);
			list = curl_slist_append(list, copy);
			explicit_bzero(copy, line.len);
			free(copy);
		}
		curl_slist_free_all(transfer->sent);
		transfer->sent = list;
		curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, list);
		buf_clear(&transfer->head_sent);
		buf_append(&transfer->head_sent, buf_str(&text), text.len);
	}
	if (text.len > 0) {
		explicit_bzero(text.data, text.len);
	}
	buf_finish(&text);
}

static void set_request(struct http_transfer *transfer, const struct http_request *request) {
	CURL *easy = transfer->easy;
	bool https = strncasecmp(request->url, "https://", 8) == 0;
	bool post = strcmp(request->method, "POST") == 0;
	set_headers(transfer, request);
	curl_easy_setopt(easy, CURLOPT_URL, request->url);
	// Over https one look-up for all and HTTP/2 where spoken; over http PIPEWAIT would hold
	// everyone for the first reply.
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
		https ? (long)CURL_HTTP_VERSION_2TLS : (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_PIPEWAIT, https ? 1L : 0L);
	// A proxy of the environment is for the world outside.
	curl_easy_setopt(easy, CURLOPT_NOPROXY, http_lookup_is_loopback(request->url) ? "*" : NULL);
	if (post) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, buf_str(&request->body));
	} else {
		curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	}
	bool named = !post && strcmp(request->method, "GET") != 0;
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, named ? request->method : NULL);
}

struct http_transfer *http_start(struct http_endpoint *endpoint, const struct http_request *request,
	http_done_fn done, void *data) {
	struct http_transfer *transfer = take_transfer(endpoint);
	transfer->request = request;
	transfer->done = done;
	transfer->data = data;
	transfer->started_ns = loop_now(endpoint->loop);
	transfer->head_ended = false;
	transfer->too_large = false;
	transfer->message[0] = '\0';
	set_request(transfer, request);
	transfer->previous = NULL;
	transfer->next = endpoint->active;
	if (transfer->next != NULL) {
		transfer->next->previous = transfer;
	}
	endpoint->active = transfer;
	struct curl_slist *addresses = NULL;
	if (http_lookup_needed(request->url)) {
		addresses = http_lookup_known(endpoint->lookup, request->url);
		if (addresses == NULL) {
			transfer->state = TRANSFER_WAITING;
			http_lookup_start(endpoint->lookup, request->url);
			return transfer;
		}
	}
	run_transfer(transfer, addresses);
	return transfer;
}

void http_cancel(struct http_transfer *transfer) {
	if (transfer != NULL) {
		unlink_transfer(transfer);
		make_spare(transfer);
	}
}

/* ---- The endpoint. */

struct http_endpoint *http_endpoint_create(
	struct loop *loop, const struct http_endpoint_options *options) {
	struct http_endpoint *endpoint = xcalloc(1, sizeof(*endpoint));
	struct http_endpoint_options *own = &endpoint->options;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	endpoint->loop = loop;
	*own = *options;
	own->max_connections = own->max_connections > 0 ? own->max_connections : CONNECTIONS;
	own->connect_timeout_ms =
		own->connect_timeout_ms > 0 ? own->connect_timeout_ms : CONNECT_TIMEOUT_MS;
	own->request_timeout_ms =
		own->request_timeout_ms > 0 ? own->request_timeout_ms : REQUEST_TIMEOUT_MS;
	endpoint->user_agent =
		xstrdup(own->user_agent != NULL ? own->user_agent : "f2f/" F2F_VERSION);
	endpoint->multi = curl_multi_init();
	endpoint->sockets = http_sockets_create(loop, endpoint->multi, report_later, endpoint);
	endpoint->lookup = http_lookup_create(loop, on_lookup, endpoint);
	curl_multi_setopt(endpoint->multi, CURLMOPT_MAXCONNECTS, (long)own->max_connections);
	return endpoint;
}

static void destroy_endpoint(struct http_endpoint *endpoint) {
	http_lookup_destroy(endpoint->lookup);
	while (endpoint->spare != NULL) {
		struct http_transfer *next = endpoint->spare->next;
		destroy_transfer(endpoint->spare);
		endpoint->spare = next;
	}
	curl_multi_cleanup(endpoint->multi); // closes connections, which takes their watches down
	http_sockets_destroy(endpoint->sockets);
	loop_defer_cancel(endpoint->loop, finish_transfers, endpoint);
	free(endpoint->user_agent);
	free(endpoint);
	curl_global_cleanup();
}

void http_endpoint_destroy(struct http_endpoint *endpoint) {
	if (endpoint == NULL) {
		return;
	}
	while (endpoint->active != NULL) {
		http_cancel(endpoint->active);
	}
	if (endpoint->reporting) {
		endpoint->doomed = true; // by a `done`: what called it comes back here
		return;
	}
	destroy_endpoint(endpoint);
}
