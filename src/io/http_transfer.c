#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "io/http_internal.h"
#include "io/http_lookup.h"
#include "io/loop.h"

enum {
	KEEPALIVE_IDLE_S = 30,
	KEEPALIVE_INTERVAL_S = 10,
	BODY_KEPT = 1 << 20, // memory that a spare transfer may hold on to
	HEADERS_KEPT = 64,
};

/* ---- Bytes. None of these may call back into curl. */

static void note_byte(struct http_transfer *transfer) {
	transfer->last_byte_ns = loop_now(transfer->endpoint->loop);
	if (transfer->first_byte_ns == 0) {
		transfer->first_byte_ns = transfer->last_byte_ns;
	}
}

static size_t on_body(char *bytes, size_t size, size_t count, void *data) {
	struct http_transfer *transfer = data;
	size_t length = size * count;
	note_byte(transfer);
	if (length > transfer->options.body_max - transfer->received) {
		transfer->failure = HTTP_FAILURE_TOO_LARGE;
		return 0;
	}
	transfer->received += length;
	buf_append(&transfer->body, bytes, length);
	if (transfer->options.on_body != NULL) {
		http_transfer_ready(transfer);
	}
	return length;
}

/*
 * What we unpack is what we asked for. curl would unpack zstd too, with a window of up to 128 MiB
 * that the sender chooses.
 */
static bool is_unpackable(struct str line) {
	static const char name[] = "content-encoding:";
	struct str value = str_slice(line.data, line.len);
	if (line.len < sizeof(name) - 1 || strncasecmp(line.data, name, sizeof(name) - 1) != 0) {
		return true;
	}
	value = str_trim(str_slice(line.data + sizeof(name) - 1, line.len - sizeof(name) + 1));
	static const char *const known[] = {"gzip", "x-gzip", "deflate", "identity", ""};
	for (size_t i = 0; i < F2F_COUNT(known); i++) {
		if (strlen(known[i]) == value.len &&
			strncasecmp(known[i], value.data, value.len) == 0) {
			return true;
		}
	}
	return false;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *data) {
	struct http_transfer *transfer = data;
	size_t length = size * count;
	struct str line = str_slice(bytes, length);
	note_byte(transfer);
	transfer->head_bytes += length;
	if (transfer->head_bytes > HTTP_HEAD_BYTES_MAX) {
		transfer->failure = HTTP_FAILURE_HEAD_TOO_LARGE;
		return 0;
	}
	if (length >= 5 && memcmp(bytes, "HTTP/", 5) == 0) {
		buf_clear(&transfer->head); // what came before belonged to another (100 Continue)
		transfer->head_ended = false;
	} else if (transfer->head_ended) {
		// A trailer, behind the body: nobody reads those.
	} else if (str_trim(line).len == 0) {
		transfer->head_ended = true;
	} else if (!is_unpackable(line)) {
		// Not in curl's own place for a line: it writes over that.
		struct str shown = str_trim(line);
		transfer->failure = HTTP_FAILURE_ENCODING;
		error_set(&transfer->error, ERROR_PROTOCOL,
			"the reply is packed in a way that was not asked for: %.*s",
			(int)(shown.len < 80 ? shown.len : 80), shown.data);
		return 0;
	} else {
		buf_append(&transfer->head, bytes, length);
	}
	return length;
}

void http_transfer_read_head(struct http_transfer *transfer) {
	char *line = transfer->head.data;
	char *end = line != NULL ? line + transfer->head.len : NULL;
	if (transfer->head_read) {
		return;
	}
	transfer->head_read = true;
	transfer->header_count = 0;
	while (line < end) {
		char *line_end = memchr(line, '\n', (size_t)(end - line));
		line_end = line_end != NULL ? line_end : end;
		*line_end = '\0'; // a NUL stands at end already
		char *colon = strchr(line, ':');
		if (colon != NULL && transfer->header_count == HTTP_HEADERS_MAX) {
			transfer->failure = HTTP_FAILURE_HEAD_TOO_LARGE;
			return;
		}
		if (colon != NULL) {
			*colon = '\0';
			struct str value = str_trim(str_of(colon + 1));
			char *start = colon + 1 + (value.data - (colon + 1));
			start[value.len] = '\0';
			if (transfer->header_count == transfer->header_cap) {
				transfer->header_cap = transfer->header_cap * 2 + 16;
				transfer->headers = xreallocarray(transfer->headers,
					transfer->header_cap, sizeof(*transfer->headers));
			}
			transfer->headers[transfer->header_count++] =
				(struct http_header){line, start};
		}
		line = line_end + 1;
	}
}

/* ---- Connections. */

static void note_connecting(struct http_transfer *transfer) {
	if (transfer->connecting_ns == 0 || transfer->sent_ns != 0) {
		transfer->connecting_ns = loop_now(transfer->endpoint->loop);
		transfer->sent_ns = 0;
		http_deadline_arm(transfer);
	}
}

static int on_lookup_start(void *resolver, void *reserved, void *data) {
	(void)resolver;
	(void)reserved;
	note_connecting(data);
	return 0;
}

static int on_socket(void *data, curl_socket_t fd, curlsocktype purpose) {
	(void)purpose;
	struct http_transfer *transfer = data;
	transfer->opened = true;
	note_connecting(transfer);
	fcntl(fd, F_SETFD, FD_CLOEXEC); // no child of ours holds a connection open
	return CURL_SOCKOPT_OK;
}

/*
 * A connection is there and the request goes out on it. Where a kept connection dies just as it is
 * used, curl sends again by itself, up to five times, on whatever it has kept. Once is what may be
 * billed twice, so the second time has to be on a new one: http.c sees to that.
 */
static int on_send(void *data, char *remote, char *local, int remote_port, int local_port) {
	(void)remote;
	(void)local;
	(void)remote_port;
	(void)local_port;
	struct http_transfer *transfer = data;
	bool on_new = transfer->opened;
	transfer->opened = false;
	if (transfer->sends == 0) {
		transfer->reused = !on_new;
	} else if (transfer->sends > 1 || (!on_new && !transfer->endpoint->multiplexed)) {
		return CURL_PREREQFUNC_ABORT;
	} else {
		transfer->resent = true;
	}
	transfer->sends++;
	transfer->sent_ns = loop_now(transfer->endpoint->loop);
	if (transfer->options.idle_timeout_ms > 0) {
		http_deadline_arm(transfer);
	}
	return CURL_PREREQFUNC_OK;
}

/* ---- A transfer. */

/* libcurl, unlike its tool, reads neither variable, and Debian's has a file built in. */
static void set_authorities(CURL *easy) {
	static const char *const names[] = {"CURL_CA_BUNDLE", "SSL_CERT_FILE"};
	for (size_t i = 0; i < F2F_COUNT(names); i++) {
		const char *file = getenv(names[i]);
		if (file != NULL && file[0] != '\0') {
			curl_easy_setopt(easy, CURLOPT_CAINFO, file);
			return;
		}
	}
	const char *folder = getenv("SSL_CERT_DIR");
	if (folder != NULL && folder[0] != '\0') {
		curl_easy_setopt(easy, CURLOPT_CAPATH, folder);
	}
}

static void set_callbacks(struct http_transfer *transfer) {
	CURL *easy = transfer->easy;
	curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->message);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_socket);
	curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION, on_lookup_start);
	curl_easy_setopt(easy, CURLOPT_RESOLVER_START_DATA, transfer);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_send);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
}

struct http_transfer *http_transfer_create(struct http_endpoint *endpoint) {
	struct http_transfer *transfer = xcalloc(1, sizeof(*transfer));
	CURL *easy = curl_easy_init();
	if (easy == NULL) {
		abort(); // only without memory
	}
	transfer->endpoint = endpoint;
	transfer->easy = easy;
	buf_init(&transfer->head_sent, HTTP_HEAD_BYTES_MAX);
	buf_init(&transfer->head, HTTP_HEAD_BYTES_MAX);
	buf_init(&transfer->body, HTTP_BODY_MAX);
	set_callbacks(transfer);
	curl_easy_setopt(easy, CURLOPT_SHARE, endpoint->share);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L); // a key never follows a redirect
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L); // a proxy's
	curl_easy_setopt(easy, CURLOPT_USERAGENT, endpoint->user_agent);
	// Ours is the one that counts; curl shares its own out among several addresses.
	curl_easy_setopt(
		easy, CURLOPT_CONNECTTIMEOUT_MS, (long)endpoint->options.connect_timeout_ms);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, (long)KEEPALIVE_IDLE_S);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, (long)KEEPALIVE_INTERVAL_S);
	set_authorities(easy);
	return transfer;
}

void http_transfer_destroy(struct http_transfer *transfer) {
	curl_easy_cleanup(transfer->easy);
	curl_slist_free_all(transfer->sent);
	if (transfer->head_sent.len > 0) {
		explicit_bzero(transfer->head_sent.data, transfer->head_sent.len); // a key
	}
	buf_finish(&transfer->head_sent);
	buf_finish(&transfer->head);
	buf_finish(&transfer->body);
	free(transfer->headers);
	free(transfer);
}

void http_transfer_reset(struct http_transfer *transfer) {
	buf_clear(&transfer->head);
	buf_clear(&transfer->body);
	if (transfer->body.cap > BODY_KEPT) {
		buf_finish(&transfer->body);
	}
	if (transfer->header_cap > HEADERS_KEPT) {
		free(transfer->headers);
		transfer->headers = NULL;
		transfer->header_cap = 0;
	}
	transfer->head_bytes = transfer->header_count = transfer->received = 0;
	transfer->head_ended = transfer->head_read = false;
	transfer->connecting_ns = transfer->sent_ns = 0;
	transfer->first_byte_ns = transfer->last_byte_ns = 0;
	transfer->sends = 0;
	transfer->opened = transfer->reused = transfer->resent = false;
	transfer->failure = HTTP_FAILURE_NONE;
	transfer->code = CURLE_OK;
	transfer->error.message[0] = '\0';
	transfer->message[0] = '\0';
}

/* Requests to one endpoint carry the same headers: curl's list is made once. */
static void set_headers(struct http_transfer *transfer) {
	const struct http_request *request = transfer->request;
	struct buf text = BUF_INIT(HTTP_HEAD_BYTES_MAX);
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

void http_transfer_set_request(struct http_transfer *transfer) {
	const struct http_request *request = transfer->request;
	CURL *easy = transfer->easy;
	bool https = strncasecmp(request->url, "https://", 8) == 0;
	bool post = strcmp(request->method, "POST") == 0;
	transfer->tls = https;
	set_headers(transfer);
	curl_easy_setopt(easy, CURLOPT_URL, request->url);
	// Over https one look-up for all and HTTP/2 where spoken; over http PIPEWAIT would hold
	// everyone for the first reply.
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
		https ? (long)CURL_HTTP_VERSION_2TLS : (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_PIPEWAIT, https ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 0L);
	curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)transfer->options.body_max);
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
