#include "io/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <uv.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "io/loop.h"

enum {
	CONNECTIONS = 64,
	CONNECT_TIMEOUT_MS = 10000,
	REQUEST_TIMEOUT_MS = 600000,
	KEEPALIVE_IDLE_S = 30,
	KEEPALIVE_INTERVAL_S = 10,
	HEADERS_MAX = 256,
};

struct http_endpoint {
	struct loop *loop;
	CURLM *multi;
	struct http_endpoint_options options;
	char *user_agent;
	struct loop_timer *timer;
	struct http_transfer *running;
	VEC(CURL *) spare; // easy handles, with their connection state's memory
	bool finishing;	   // a look at finished transfers is deferred
};

struct http_transfer {
	struct http_endpoint *endpoint;
	struct http_transfer *next;
	struct http_transfer *previous;
	CURL *easy;
	struct curl_slist *headers;
	struct http_response response;
	http_done_fn done;
	void *data;
	int64_t started_ns;
	bool too_large;
	char message[CURL_ERROR_SIZE];
};

/* A socket of curl's, watched by libuv. */
struct watch {
	uv_poll_t poll;
	struct http_endpoint *endpoint;
	curl_socket_t socket;
};

/* ---- Bytes. */

static size_t on_body(char *bytes, size_t size, size_t count, void *data) {
	struct http_transfer *transfer = data;
	if (!buf_append(&transfer->response.body, bytes, size * count)) {
		transfer->too_large = true;
		return 0;
	}
	return size * count;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *data) {
	struct http_transfer *transfer = data;
	struct http_response *response = &transfer->response;
	struct str line = str_trim(str_slice(bytes, size * count));
	const char *colon = memchr(line.data, ':', line.len);
	if (colon == NULL) {
		// A status line: what came before belonged to another response (100 Continue).
		if (line.len >= 5 && memcmp(line.data, "HTTP/", 5) == 0) {
			struct buf body = response->body;
			response->body = (struct buf)BUF_INIT(HTTP_BODY_MAX);
			http_response_finish(response);
			response->body = body;
		}
		return size * count;
	}
	if (response->header_count >= HEADERS_MAX) {
		return size * count;
	}
	struct str value =
		str_trim(str_slice(colon + 1, (size_t)(line.data + line.len - colon - 1)));
	response->headers = xreallocarray(
		response->headers, response->header_count + 1, sizeof(*response->headers));
	response->headers[response->header_count++] = (struct http_header){
		.name = xmemdup0(line.data, (size_t)(colon - line.data)),
		.value = xmemdup0(value.data, value.len),
	};
	return size * count;
}

/* ---- The end of a transfer. */

static void transfer_free(struct http_transfer *transfer) {
	struct http_endpoint *endpoint = transfer->endpoint;
	if (transfer->previous != NULL) {
		transfer->previous->next = transfer->next;
	} else {
		endpoint->running = transfer->next;
	}
	if (transfer->next != NULL) {
		transfer->next->previous = transfer->previous;
	}
	curl_multi_remove_handle(endpoint->multi, transfer->easy);
	curl_easy_reset(transfer->easy);
	vec_push(&endpoint->spare, transfer->easy);
	curl_slist_free_all(transfer->headers);
	http_response_finish(&transfer->response);
	free(transfer);
}

static int error_of(const struct http_transfer *transfer, CURLcode code, struct error *err) {
	const char *text =
		transfer->message[0] != '\0' ? transfer->message : curl_easy_strerror(code);
	if (transfer->too_large) {
		return error_set(err, ERROR_PROTOCOL, "the reply is larger than %d MiB",
			HTTP_BODY_MAX >> 20);
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

static void transfer_done(struct http_transfer *transfer, CURLcode code) {
	http_done_fn done = transfer->done;
	void *data = transfer->data;
	if (code == CURLE_OK) {
		long status = 0;
		curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
		transfer->response.status = (int)status;
		transfer->response.elapsed_ns =
			loop_now(transfer->endpoint->loop) - transfer->started_ns;
		struct http_response response = transfer->response;
		transfer->response = (struct http_response){0};
		transfer_free(transfer);
		done(&response, NULL, data);
		http_response_finish(&response);
		return;
	}
	struct error err;
	error_of(transfer, code, &err);
	transfer_free(transfer);
	done(NULL, &err, data);
}

/* At the end of a turn: a callback may start, cancel, or destroy. */
static void finish_transfers(void *data) {
	struct http_endpoint *endpoint = data;
	endpoint->finishing = false;
	int left = 0;
	CURLMsg *message = curl_multi_info_read(endpoint->multi, &left);
	if (message == NULL) {
		return;
	}
	// One a call, then again: `done` may destroy the endpoint, and its destruction forgets
	// this.
	endpoint->finishing = true;
	loop_defer(endpoint->loop, finish_transfers, endpoint);
	if (message->msg == CURLMSG_DONE) {
		struct http_transfer *transfer = NULL;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
		transfer_done(transfer, message->data.result);
	}
}

static void look_for_finished(struct http_endpoint *endpoint) {
	if (!endpoint->finishing) {
		endpoint->finishing = true;
		loop_defer(endpoint->loop, finish_transfers, endpoint);
	}
}

/* ---- curl on the loop. */

static void on_timer(void *data) {
	struct http_endpoint *endpoint = data;
	int running = 0;
	endpoint->timer = NULL;
	curl_multi_socket_action(endpoint->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	look_for_finished(endpoint);
}

/* Only arms: calling back into curl from here, even for zero, recurses (curl issue 3537). */
static int set_timer(CURLM *multi, long delay_ms, void *data) {
	(void)multi;
	struct http_endpoint *endpoint = data;
	loop_timer_cancel(endpoint->timer);
	endpoint->timer = delay_ms >= 0
		? loop_timer_start(endpoint->loop, delay_ms * CLOCK_MS, on_timer, endpoint)
		: NULL;
	return 0;
}

static void on_ready(uv_poll_t *poll, int status, int events) {
	struct watch *watch = poll->data;
	struct http_endpoint *endpoint = watch->endpoint;
	int flags = status < 0 ? CURL_CSELECT_ERR : 0;
	flags |= events & UV_READABLE ? CURL_CSELECT_IN : 0;
	flags |= events & UV_WRITABLE ? CURL_CSELECT_OUT : 0;
	int running = 0;
	curl_multi_socket_action(endpoint->multi, watch->socket, flags, &running);
	look_for_finished(endpoint);
}

static void free_watch(uv_handle_t *handle) {
	free(handle->data);
}

static int set_socket(CURL *easy, curl_socket_t socket, int what, void *data, void *assigned) {
	(void)easy;
	struct http_endpoint *endpoint = data;
	struct watch *watch = assigned;
	if (what == CURL_POLL_REMOVE) {
		if (watch != NULL) {
			curl_multi_assign(endpoint->multi, socket, NULL);
			uv_close((uv_handle_t *)&watch->poll, free_watch);
		}
		return 0;
	}
	if (watch == NULL) {
		watch = xcalloc(1, sizeof(*watch));
		watch->endpoint = endpoint;
		watch->socket = socket;
		watch->poll.data = watch;
		if (uv_poll_init_socket(loop_uv(endpoint->loop), &watch->poll, socket) != 0) {
			free(watch);
			return -1;
		}
		curl_multi_assign(endpoint->multi, socket, watch);
	}
	int events =
		(what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
	return uv_poll_start(&watch->poll, events, on_ready) == 0 ? 0 : -1;
}

/* ---- The endpoint. */

struct http_endpoint *http_endpoint_create(
	struct loop *loop, const struct http_endpoint_options *options) {
	struct http_endpoint *endpoint = xcalloc(1, sizeof(*endpoint));
	curl_global_init(CURL_GLOBAL_DEFAULT);
	endpoint->loop = loop;
	endpoint->options = *options;
	struct http_endpoint_options *own = &endpoint->options;
	own->max_connections = own->max_connections > 0 ? own->max_connections : CONNECTIONS;
	own->connect_timeout_ms =
		own->connect_timeout_ms > 0 ? own->connect_timeout_ms : CONNECT_TIMEOUT_MS;
	own->request_timeout_ms =
		own->request_timeout_ms > 0 ? own->request_timeout_ms : REQUEST_TIMEOUT_MS;
	endpoint->user_agent = xstrdup(own->user_agent != NULL ? own->user_agent : "f2f");
	endpoint->multi = curl_multi_init();
	curl_multi_setopt(endpoint->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
	curl_multi_setopt(endpoint->multi, CURLMOPT_SOCKETDATA, endpoint);
	curl_multi_setopt(endpoint->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(endpoint->multi, CURLMOPT_TIMERDATA, endpoint);
	curl_multi_setopt(endpoint->multi, CURLMOPT_MAXCONNECTS, (long)own->max_connections);
	return endpoint;
}

void http_endpoint_destroy(struct http_endpoint *endpoint) {
	if (endpoint == NULL) {
		return;
	}
	while (endpoint->running != NULL) {
		http_cancel(endpoint->running);
	}
	for (size_t i = 0; i < endpoint->spare.count; i++) {
		curl_easy_cleanup(endpoint->spare.items[i]);
	}
	vec_finish(&endpoint->spare);
	curl_multi_cleanup(endpoint->multi); // closes connections, which takes the watches down
	loop_timer_cancel(endpoint->timer);
	loop_defer_cancel(endpoint->loop, finish_transfers, endpoint);
	free(endpoint->user_agent);
	free(endpoint);
}

static CURL *take_easy(struct http_endpoint *endpoint) {
	if (endpoint->spare.count > 0) {
		return endpoint->spare.items[--endpoint->spare.count];
	}
	CURL *easy = curl_easy_init();
	if (easy == NULL) {
		abort(); // only without memory
	}
	return easy;
}

static struct curl_slist *header_list(const struct http_request *request) {
	// "Expect:" takes curl's own away: no wait for a 100 that few servers send.
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");
	for (size_t i = 0; i < request->header_count; i++) {
		char *line =
			xasprintf("%s: %s", request->headers[i].name, request->headers[i].value);
		list = curl_slist_append(list, line);
		free(line);
	}
	return list;
}

static void set_options(struct http_transfer *transfer, const struct http_request *request) {
	const struct http_endpoint *endpoint = transfer->endpoint;
	CURL *easy = transfer->easy;
	bool https = str_starts_with(request->url, "https://");
	curl_easy_setopt(easy, CURLOPT_URL, request->url);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->message);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L); // a key never follows a redirect
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(easy, CURLOPT_USERAGENT, endpoint->user_agent);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
	curl_easy_setopt(
		easy, CURLOPT_CONNECTTIMEOUT_MS, (long)endpoint->options.connect_timeout_ms);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)endpoint->options.request_timeout_ms);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, (long)KEEPALIVE_IDLE_S);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, (long)KEEPALIVE_INTERVAL_S);
	// Over https one look-up for all and HTTP/2 where spoken; over http PIPEWAIT would hold
	// everyone for the first reply.
	curl_easy_setopt(
		easy, CURLOPT_HTTP_VERSION, https ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_PIPEWAIT, https ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
	if (strcmp(request->method, "POST") == 0) {
		curl_easy_setopt(easy, CURLOPT_POST, 1L);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, buf_str(&request->body));
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
	} else if (strcmp(request->method, "GET") != 0) {
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
	}
}

struct http_transfer *http_start(struct http_endpoint *endpoint, const struct http_request *request,
	http_done_fn done, void *data) {
	struct http_transfer *transfer = xcalloc(1, sizeof(*transfer));
	transfer->endpoint = endpoint;
	transfer->done = done;
	transfer->data = data;
	transfer->started_ns = loop_now(endpoint->loop);
	buf_init(&transfer->response.body, HTTP_BODY_MAX);
	transfer->easy = take_easy(endpoint);
	transfer->headers = header_list(request);
	set_options(transfer, request);
	transfer->next = endpoint->running;
	if (transfer->next != NULL) {
		transfer->next->previous = transfer;
	}
	endpoint->running = transfer;
	curl_multi_add_handle(endpoint->multi, transfer->easy);
	return transfer;
}

void http_cancel(struct http_transfer *transfer) {
	if (transfer != NULL) {
		transfer_free(transfer);
	}
}
