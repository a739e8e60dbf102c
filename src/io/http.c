#include "io/http.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/trace.h"
#include "io/http_internal.h"
#include "io/http_lookup.h"
#include "io/http_socket.h"
#include "io/loop.h"

enum {
	CONNECTIONS = 64,
	CONNECT_TIMEOUT_MS = 10000,
	REQUEST_TIMEOUT_MS = 600000,
	CHANNEL_TLS = 1024, // transfers: of them all, a few connections carry what they can
	MULTIPLEXED_CONNECTIONS = 8, // each carries a hundred requests: libraries.md, "Measured"
};

/* ---- Channels. */

static void drain(void *data);

static struct http_channel *add_channel(struct http_endpoint *endpoint, size_t room) {
	struct http_channel *channel = xcalloc(1, sizeof(*channel));
	size_t kept = (size_t)endpoint->options.max_connections;
	channel->endpoint = endpoint;
	channel->multi = curl_multi_init();
	channel->sockets = http_sockets_create(endpoint->loop, channel->multi, drain, channel);
	curl_multi_setopt(channel->multi, CURLMOPT_MAXCONNECTS,
		(long)(kept < room ? kept : room));
	if (endpoint->multiplexed) {
		curl_multi_setopt(channel->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
			(long)MULTIPLEXED_CONNECTIONS);
	}
	vec_push(&endpoint->channels, channel);
	return channel;
}

/* The first with room: so the later ones fall idle first, and kept connections are used. */
static struct http_channel *take_channel(struct http_endpoint *endpoint, size_t room) {
	for (size_t i = 0; i < endpoint->channels.count; i++) {
		if (endpoint->channels.items[i]->running < room) {
			return endpoint->channels.items[i];
		}
	}
	return add_channel(endpoint, room);
}

static void enter_channel(struct http_transfer *transfer) {
	struct http_channel *channel = take_channel(transfer->endpoint,
		transfer->tls ? (size_t)CHANNEL_TLS : (size_t)HTTP_CHANNEL_PLAIN);
	if (transfer->channel != channel) {
		transfer->channel = channel;
		http_sockets_attach(channel->sockets, transfer->easy);
	}
	transfer->state = TRANSFER_RUNNING;
	channel->running++;
	if (curl_multi_add_handle(channel->multi, transfer->easy) != CURLM_OK) {
		abort(); // only without memory
	}
}

static void leave_channel(struct http_transfer *transfer) {
	if (transfer->state == TRANSFER_RUNNING) {
		transfer->channel->running--;
		curl_multi_remove_handle(transfer->channel->multi, transfer->easy);
	}
}

/* HTTP/2 is known from the first reply: from then on a few connections carry everything. */
static void note_version(struct http_transfer *transfer) {
	struct http_endpoint *endpoint = transfer->endpoint;
	long version = 0;
	curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_VERSION, &version);
	if (endpoint->multiplexed || version != CURL_HTTP_VERSION_2_0) {
		return;
	}
	endpoint->multiplexed = true;
	for (size_t i = 0; i < endpoint->channels.count; i++) {
		curl_multi_setopt(endpoint->channels.items[i]->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
			(long)MULTIPLEXED_CONNECTIONS);
	}
}

/* ---- Those with something to tell, in order. */

static void tell_ready(void *data);

void http_transfer_ready(struct http_transfer *transfer) {
	struct http_endpoint *endpoint = transfer->endpoint;
	if (!transfer->ready) {
		transfer->ready = true;
		transfer->next_ready = NULL;
		*endpoint->ready_end = transfer;
		endpoint->ready_end = &transfer->next_ready;
	}
	if (!endpoint->report_due) {
		endpoint->report_due = true;
		loop_defer(endpoint->loop, tell_ready, endpoint);
	}
}

static void unready(struct http_transfer *transfer) {
	struct http_endpoint *endpoint = transfer->endpoint;
	if (!transfer->ready) {
		return;
	}
	struct http_transfer **link = &endpoint->ready;
	while (*link != transfer) {
		link = &(*link)->next_ready;
	}
	*link = transfer->next_ready;
	if (endpoint->ready_end == &transfer->next_ready) {
		endpoint->ready_end = link;
	}
	transfer->ready = false;
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
	unready(transfer);
	http_deadline_disarm(transfer);
	leave_channel(transfer);
}

static void make_spare(struct http_transfer *transfer) {
	struct http_endpoint *endpoint = transfer->endpoint;
	http_transfer_reset(transfer);
	transfer->serial = 0;
	transfer->state = TRANSFER_SPARE;
	transfer->next = endpoint->spare;
	endpoint->spare = transfer;
}

static void end_transfer(struct http_transfer *transfer) {
	leave_channel(transfer);
	http_deadline_disarm(transfer);
	transfer->state = TRANSFER_ENDED;
	http_transfer_ready(transfer);
}

void http_transfer_fail(struct http_transfer *transfer, enum http_failure failure) {
	transfer->failure = failure;
	end_transfer(transfer);
}

/*
 * A kept connection died before a byte of the response came, which servers do just as we send: once
 * more, on a new one, and nobody hears of it.
 */
static bool send_again(struct http_transfer *transfer) {
	bool lost = transfer->code == CURLE_SEND_ERROR || transfer->code == CURLE_RECV_ERROR ||
		    transfer->code == CURLE_GOT_NOTHING ||
		    transfer->code == CURLE_ABORTED_BY_CALLBACK;
	if (!lost || transfer->failure != HTTP_FAILURE_NONE || transfer->first_byte_ns != 0 ||
		!transfer->reused || transfer->sends != 1) {
		return false;
	}
	leave_channel(transfer);
	transfer->code = CURLE_OK;
	transfer->message[0] = '\0';
	if (!transfer->endpoint->multiplexed) {
		curl_easy_setopt(transfer->easy, CURLOPT_FRESH_CONNECT, 1L);
	}
	enter_channel(transfer);
	return true;
}

/* After curl has been given something to do. */
static void drain(void *data) {
	struct http_channel *channel = data;
	struct http_transfer *transfer;
	CURLMsg *message;
	int left = 0;
	while ((message = curl_multi_info_read(channel->multi, &left)) != NULL) {
		if (message->msg != CURLMSG_DONE) {
			continue;
		}
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
		transfer->code = message->data.result;
		if (transfer->code == CURLE_COULDNT_CONNECT) {
			http_lookup_forget(channel->endpoint->lookup);
		}
		if (!send_again(transfer)) {
			end_transfer(transfer);
		}
	}
}

/* ---- Telling. */

static int64_t between(int64_t from_ns, int64_t to_ns) {
	return from_ns != 0 && to_ns != 0 ? to_ns - from_ns : -1;
}

static struct http_timing timing_of(const struct http_transfer *transfer) {
	int64_t ready = transfer->connecting_ns != 0 ? transfer->connecting_ns : transfer->sent_ns;
	bool there = transfer->connecting_ns == 0 && transfer->sent_ns != 0;
	return (struct http_timing){
		.queue_ns = between(transfer->started_ns, ready),
		.connect_ns = there ? 0 : between(transfer->connecting_ns, transfer->sent_ns),
		.first_byte_ns = between(transfer->sent_ns, transfer->first_byte_ns),
		.total_ns = loop_now(transfer->endpoint->loop) - transfer->started_ns,
	};
}

/* The response so far, without its body. */
static struct http_response head_of(struct http_transfer *transfer) {
	long status = 0;
	if (transfer->head_ended) {
		curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
		http_transfer_read_head(transfer);
	}
	struct http_timing timing = timing_of(transfer);
	return (struct http_response){
		.status = (int)status,
		.headers = transfer->headers,
		.header_count = transfer->head_ended ? transfer->header_count : 0,
		.elapsed_ns = timing.total_ns,
		.timing = timing,
		.received = transfer->received,
		.reused = transfer->reused,
		.resent = transfer->resent,
	};
}

static bool is_streamed(const struct http_transfer *transfer, int status) {
	return transfer->options.on_body != NULL && status >= 200 && status < 300;
}

/* False when the caller has ended the transfer or the endpoint meanwhile. */
static bool deliver(struct http_transfer *transfer) {
	struct http_endpoint *endpoint = transfer->endpoint;
	struct http_response head = head_of(transfer);
	if (transfer->body.len == 0 || !is_streamed(transfer, head.status)) {
		return true;
	}
	// Taken out: whoever cancels within the call still holds bytes of it.
	uint64_t serial = transfer->serial;
	struct buf bytes = transfer->body;
	buf_init(&transfer->body, HTTP_BODY_MAX);
	transfer->options.on_body(&head, bytes.data, bytes.len, transfer->data);
	bool alive = !endpoint->doomed && transfer->serial == serial;
	if (alive) {
		buf_clear(&bytes);
		transfer->body = bytes;
	} else {
		buf_finish(&bytes);
	}
	return alive;
}

static void report(struct http_transfer *transfer) {
	struct error err;
	struct http_response response = head_of(transfer);
	// curl lets a reply pass whose headers never ended.
	bool failed = transfer->failure != HTTP_FAILURE_NONE || transfer->code != CURLE_OK ||
		      !transfer->head_ended;
	if (failed) {
		http_failure_tell(transfer, &err);
	} else {
		note_version(transfer);
	}
	response.failure = transfer->failure;
	response.body = transfer->body;
	trace_event("request", 0, "%d, %zu bytes, %lld ms%s%s%s%s", response.status,
		transfer->received, (long long)(response.elapsed_ns / 1000000),
		transfer->resent ? ", sent again" : "", failed ? ", " : "",
		http_failure_name(transfer->failure), failed ? err.message : "");
	unlink_transfer(transfer);
	transfer->done(&response, failed ? &err : NULL, transfer->data);
	make_spare(transfer);
}

static void destroy_endpoint(struct http_endpoint *endpoint);

/* At the end of a turn: a callback may start, cancel, or destroy. */
static void tell_ready(void *data) {
	struct http_endpoint *endpoint = data;
	struct http_transfer *transfer;
	endpoint->report_due = false;
	endpoint->reporting = true;
	while (!endpoint->doomed && (transfer = endpoint->ready) != NULL) {
		unready(transfer);
		if (deliver(transfer) && transfer->state == TRANSFER_ENDED) {
			report(transfer);
		}
	}
	endpoint->reporting = false;
	if (endpoint->doomed) {
		destroy_endpoint(endpoint);
	}
}

/* ---- The beginning of one. */

static void run_transfer(struct http_transfer *transfer, struct curl_slist *addresses) {
	curl_easy_setopt(transfer->easy, CURLOPT_RESOLVE, addresses);
	enter_channel(transfer);
}

static void on_lookup(const struct error *err, void *data) {
	struct http_endpoint *endpoint = data;
	for (struct http_transfer *transfer = endpoint->active; transfer != NULL;
		transfer = transfer->next) {
		if (transfer->state != TRANSFER_WAITING) {
			continue;
		}
		if (err != NULL) {
			transfer->error = *err;
			http_transfer_fail(transfer, err->code == ERROR_USAGE
							     ? HTTP_FAILURE_URL
							     : HTTP_FAILURE_LOOKUP);
		} else {
			run_transfer(transfer,
				http_lookup_known(endpoint->lookup, transfer->request->url));
		}
	}
}

static struct http_transfer *take_transfer(struct http_endpoint *endpoint) {
	struct http_transfer *transfer = endpoint->spare;
	if (transfer == NULL) {
		transfer = http_transfer_create(endpoint);
	} else {
		endpoint->spare = transfer->next;
	}
	transfer->serial = ++endpoint->serial;
	transfer->previous = NULL;
	transfer->next = endpoint->active;
	if (transfer->next != NULL) {
		transfer->next->previous = transfer;
	}
	endpoint->active = transfer;
	return transfer;
}

static void set_options(struct http_transfer *transfer, const struct http_start_options *options) {
	static const struct http_start_options usual = {0};
	struct http_start_options *own = &transfer->options;
	*own = options != NULL ? *options : usual;
	if (own->request_timeout_ms <= 0) {
		own->request_timeout_ms = transfer->endpoint->options.request_timeout_ms;
	}
	if (own->body_max == 0 || own->body_max > HTTP_BODY_MAX) {
		own->body_max = HTTP_BODY_MAX;
	}
}

struct http_transfer *http_start_with(struct http_endpoint *endpoint,
	const struct http_request *request, const struct http_start_options *options,
	http_done_fn done, void *data) {
	struct http_transfer *transfer = take_transfer(endpoint);
	transfer->request = request;
	transfer->done = done;
	transfer->data = data;
	transfer->started_ns = loop_now(endpoint->loop);
	set_options(transfer, options);
	http_transfer_set_request(transfer);
	struct curl_slist *addresses = NULL;
	bool lookup = http_lookup_needed(request->url);
	if (lookup) {
		addresses = http_lookup_known(endpoint->lookup, request->url);
	}
	if (lookup && addresses == NULL) {
		transfer->state = TRANSFER_WAITING;
		transfer->connecting_ns = transfer->started_ns;
		http_lookup_start(endpoint->lookup, request->url);
	} else {
		run_transfer(transfer, addresses);
	}
	http_deadline_arm(transfer);
	return transfer;
}

struct http_transfer *http_start(struct http_endpoint *endpoint, const struct http_request *request,
	http_done_fn done, void *data) {
	return http_start_with(endpoint, request, NULL, done, data);
}

void http_cancel(struct http_transfer *transfer) {
	if (transfer != NULL) {
		unlink_transfer(transfer);
		make_spare(transfer);
	}
}

enum http_phase http_transfer_phase(const struct http_transfer *transfer, int64_t *since_ns_out) {
	const struct {
		enum http_phase phase;
		int64_t since_ns;
	} phases[] = {
		{HTTP_RECEIVING, transfer->first_byte_ns},
		{HTTP_SENT, transfer->sent_ns},
		{HTTP_CONNECTING, transfer->connecting_ns},
		{HTTP_QUEUED, transfer->started_ns},
	};
	size_t i = 0;
	while (i + 1 < sizeof(phases) / sizeof(phases[0]) && phases[i].since_ns == 0) {
		i++;
	}
	*since_ns_out = phases[i].since_ns;
	return phases[i].phase;
}

/* ---- The endpoint. */

struct http_endpoint *http_endpoint_create(
	struct loop *loop, const struct http_endpoint_options *options) {
	struct http_endpoint *endpoint = xcalloc(1, sizeof(*endpoint));
	struct http_endpoint_options *own = &endpoint->options;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	endpoint->loop = loop;
	endpoint->ready_end = &endpoint->ready;
	*own = *options;
	own->max_connections = own->max_connections > 0 ? own->max_connections : CONNECTIONS;
	own->connect_timeout_ms =
		own->connect_timeout_ms > 0 ? own->connect_timeout_ms : CONNECT_TIMEOUT_MS;
	own->request_timeout_ms =
		own->request_timeout_ms > 0 ? own->request_timeout_ms : REQUEST_TIMEOUT_MS;
	endpoint->user_agent =
		xstrdup(own->user_agent != NULL ? own->user_agent : "f2f/" F2F_VERSION);
	endpoint->share = curl_share_init();
	curl_share_setopt(endpoint->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
	curl_share_setopt(endpoint->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
	endpoint->lookup = http_lookup_create(loop, on_lookup, endpoint);
	return endpoint;
}

static void destroy_endpoint(struct http_endpoint *endpoint) {
	http_lookup_destroy(endpoint->lookup);
	while (endpoint->spare != NULL) {
		struct http_transfer *next = endpoint->spare->next;
		http_transfer_destroy(endpoint->spare);
		endpoint->spare = next;
	}
	for (size_t i = 0; i < endpoint->channels.count; i++) {
		struct http_channel *channel = endpoint->channels.items[i];
		curl_multi_cleanup(
			channel->multi); // closes connections, which takes their watches down
		http_sockets_destroy(channel->sockets);
		free(channel);
	}
	vec_finish(&endpoint->channels);
	curl_share_cleanup(endpoint->share);
	loop_defer_cancel(endpoint->loop, tell_ready, endpoint);
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
		endpoint->doomed = true; // by a callback: what called it comes back here
		return;
	}
	destroy_endpoint(endpoint);
}
