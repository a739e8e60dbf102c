#include "io/http_lookup.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <uv.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/loop.h"

enum { FRESH_SECONDS = 60, HOST_MAX = 256, ENTRY_MAX = 4096 };

/* libuv's part, which may outlive ours. */
struct question {
	uv_getaddrinfo_t request;
	struct http_lookup *lookup; // NULL: nobody waits any more
	int refused; // libuv did not take it, for this reason
};

struct http_lookup {
	struct loop *loop;
	http_lookup_fn done;
	void *data;
	char *authority; // "host:port" that `addresses` are of
	struct curl_slist *addresses;
	int64_t stale_ns;
	struct question *question; // under way
};

/* ---- URLs. */

/* The host, without user and port; false when the URL is not plain http or has no usable host. */
static bool host_of(const char *url, char *host, char *port) {
	if (strncasecmp(url, "http://", 7) != 0) {
		return false;
	}
	const char *start = url + 7;
	size_t length = strcspn(start, "/?#");
	const char *at = memrchr(start, '@', length);
	const char *name = at != NULL ? at + 1 : start;
	const char *end = start + length;
	if (name < end && *name == '[') {
		return false; // numeric
	}
	const char *colon = memchr(name, ':', (size_t)(end - name));
	size_t name_length = (size_t)((colon != NULL ? colon : end) - name);
	size_t port_length = colon != NULL ? (size_t)(end - colon - 1) : 0;
	if (name_length == 0 || name_length >= HOST_MAX || port_length > 5) {
		return false;
	}
	memcpy(host, name, name_length);
	host[name_length] = '\0';
	memcpy(port, port_length > 0 ? colon + 1 : "80", port_length > 0 ? port_length : 2);
	port[port_length > 0 ? port_length : 2] = '\0';
	return true;
}

static bool is_numeric(const char *host) {
	return host[strspn(host, "0123456789.")] == '\0';
}

static bool is_local(const char *host) {
	return str_equal_nocase(host, "localhost") || str_ends_with(host, ".localhost") ||
	       (is_numeric(host) && str_starts_with(host, "127."));
}

static bool has_proxy(void) {
	static const char *const names[] = {"http_proxy", "all_proxy", "ALL_PROXY"};
	for (size_t i = 0; i < F2F_COUNT(names); i++) {
		const char *value = getenv(names[i]);
		if (value != NULL && value[0] != '\0') {
			return true;
		}
	}
	return false;
}

bool http_lookup_needed(const char *url) {
	char host[HOST_MAX];
	char port[8];
	return host_of(url, host, port) && !is_numeric(host) && !is_local(host) && !has_proxy();
}

bool http_lookup_is_loopback(const char *url) {
	const char *scheme = strstr(url, "://");
	char host[HOST_MAX];
	char port[8];
	if (scheme == NULL) {
		return false;
	}
	const char *start = scheme + 3;
	size_t length = strcspn(start, "/?#");
	if (str_starts_with(start, "[::1]") && memchr(start, '@', length) == NULL) {
		return length == 5 || start[5] == ':';
	}
	char *plain = xasprintf("http%s", scheme);
	bool local = host_of(plain, host, port) && is_local(host);
	free(plain);
	return local;
}

/* ---- Asking. */

static void take_addresses(struct http_lookup *lookup, const struct addrinfo *list) {
	struct buf entry = BUF_INIT(ENTRY_MAX);
	char text[64];
	buf_appendf(&entry, "%s:", lookup->authority);
	size_t before = entry.len;
	for (const struct addrinfo *one = list; one != NULL; one = one->ai_next) {
		bool six = one->ai_family == AF_INET6;
		if (getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof(text), NULL, 0,
			    NI_NUMERICHOST) == 0) {
			buf_appendf(&entry, "%s%s%s%s", entry.len > before ? "," : "",
				six ? "[" : "", text, six ? "]" : "");
		}
	}
	curl_slist_free_all(lookup->addresses);
	lookup->addresses = curl_slist_append(NULL, buf_str(&entry));
	lookup->stale_ns = loop_now(lookup->loop) + FRESH_SECONDS * CLOCK_SECOND;
	buf_finish(&entry);
}

/* Ends the question. */
static void take_answer(struct question *question, int status, const struct addrinfo *list) {
	struct http_lookup *lookup = question->lookup;
	free(question);
	if (lookup == NULL) {
		return;
	}
	struct error err;
	lookup->question = NULL;
	if (status == 0 && list != NULL) {
		take_addresses(lookup, list);
		lookup->done(NULL, lookup->data);
		return;
	}
	if (status == UV_EINVAL) {
		error_set(&err, ERROR_USAGE, "the URL's host is no name that can be looked up");
	} else {
		error_set(&err, ERROR_NETWORK, "%s cannot be looked up: %s", lookup->authority,
			uv_strerror(status));
	}
	lookup->done(&err, lookup->data);
}

static void on_answer(uv_getaddrinfo_t *request, int status, struct addrinfo *list) {
	take_answer(request->data, status, list);
	uv_freeaddrinfo(list);
}

static void on_refused(void *data) {
	struct question *question = data;
	take_answer(question, question->refused, NULL);
}

static void ask(struct http_lookup *lookup, const char *host, const char *port) {
	struct question *question = xcalloc(1, sizeof(*question));
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
	question->lookup = lookup;
	question->request.data = question;
	lookup->question = question;
	question->refused = uv_getaddrinfo(
		loop_uv(lookup->loop), &question->request, on_answer, host, port, &hints);
	if (question->refused != 0) { // such as bytes that are no text
		loop_defer(lookup->loop, on_refused, question);
	}
}

static bool authority_of(const char *url, char *host, char *port, char *authority, size_t size) {
	if (!host_of(url, host, port)) {
		return false;
	}
	snprintf(authority, size, "%s:%s", host, port);
	return true;
}

struct curl_slist *http_lookup_known(struct http_lookup *lookup, const char *url) {
	char host[HOST_MAX];
	char port[8];
	char authority[HOST_MAX + 8];
	bool known = lookup->addresses != NULL && loop_now(lookup->loop) < lookup->stale_ns &&
		     authority_of(url, host, port, authority, sizeof(authority)) &&
		     strcmp(lookup->authority, authority) == 0;
	return known ? lookup->addresses : NULL;
}

void http_lookup_start(struct http_lookup *lookup, const char *url) {
	char host[HOST_MAX];
	char port[8];
	char authority[HOST_MAX + 8];
	if (lookup->question != NULL ||
		!authority_of(url, host, port, authority, sizeof(authority))) {
		return;
	}
	free(lookup->authority);
	lookup->authority = xstrdup(authority);
	lookup->stale_ns = 0;
	ask(lookup, host, port);
}

void http_lookup_forget(struct http_lookup *lookup) {
	lookup->stale_ns = 0;
}

struct http_lookup *http_lookup_create(struct loop *loop, http_lookup_fn done, void *data) {
	struct http_lookup *lookup = xcalloc(1, sizeof(*lookup));
	lookup->loop = loop;
	lookup->done = done;
	lookup->data = data;
	return lookup;
}

void http_lookup_destroy(struct http_lookup *lookup) {
	if (lookup == NULL) {
		return;
	}
	if (lookup->question != NULL) {
		lookup->question->lookup = NULL;
		if (lookup->question->refused == 0) {
			uv_cancel((uv_req_t *)&lookup->question->request);
		}
	}
	curl_slist_free_all(lookup->addresses);
	free(lookup->authority);
	free(lookup);
}
