#include "io/http_socket.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <uv.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/vec.h"
#include "io/loop.h"

/*
 * A connection's watch outlives the transfer: curl gives a socket back after each reply and asks
 * for it again with the next request, and a new uv_poll_t costs three system calls each time.
 */
struct watch {
	uv_poll_t poll;
	struct http_sockets *sockets;
	curl_socket_t fd;
	bool kept;
};

struct http_sockets {
	struct loop *loop;
	CURLM *multi;
	struct loop_timer *timer;
	VEC(struct watch *) watches; // by descriptor; NULL: none
	http_active_fn active;
	void *data;
};

/* ---- The timer. */

static void on_timer(void *data) {
	struct http_sockets *sockets = data;
	int running = 0;
	sockets->timer = NULL;
	curl_multi_socket_action(sockets->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	sockets->active(sockets->data);
}

/* Only arms: calling back into curl from here, even for zero, recurses (curl issue 3537). */
static int set_timer(CURLM *multi, long delay_ms, void *data) {
	(void)multi;
	struct http_sockets *sockets = data;
	loop_timer_cancel(sockets->timer);
	sockets->timer = delay_ms >= 0 ? loop_timer_start(sockets->loop, delay_ms * CLOCK_MS,
						 on_timer, sockets)
				       : NULL;
	return 0;
}

/* ---- Sockets. */

static void on_ready(uv_poll_t *poll, int status, int events) {
	struct watch *watch = poll->data;
	struct http_sockets *sockets = watch->sockets;
	// An error is found, and told by its name, by whoever reads or writes next; curl's own flag
	// for it would only say that there is one.
	int flags = status < 0 ? CURL_CSELECT_IN | CURL_CSELECT_OUT : 0;
	flags |= events & UV_READABLE ? CURL_CSELECT_IN : 0;
	flags |= events & UV_WRITABLE ? CURL_CSELECT_OUT : 0;
	int running = 0;
	curl_multi_socket_action(sockets->multi, watch->fd, flags, &running);
	sockets->active(sockets->data);
}

static void free_watch(uv_handle_t *handle) {
	free(handle->data);
}

static struct watch *find_watch(const struct http_sockets *sockets, curl_socket_t fd) {
	return (size_t)fd < sockets->watches.count ? sockets->watches.items[fd] : NULL;
}

/* Before the descriptor is closed: libuv takes it out of epoll by its number. */
static void drop_watch(struct watch *watch) {
	watch->sockets->watches.items[watch->fd] = NULL;
	uv_close((uv_handle_t *)&watch->poll, free_watch);
}

static struct watch *add_watch(struct http_sockets *sockets, curl_socket_t fd) {
	struct watch *watch = xcalloc(1, sizeof(*watch));
	int domain = AF_UNSPEC;
	socklen_t length = sizeof(domain);
	watch->sockets = sockets;
	watch->fd = fd;
	watch->poll.data = watch;
	if (uv_poll_init_socket(loop_uv(sockets->loop), &watch->poll, fd) != 0) {
		free(watch);
		return NULL;
	}
	// The pairs that curl's resolver threads wake us with are closed behind our back: those are
	// not kept.
	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length);
	watch->kept = domain == AF_INET || domain == AF_INET6;
	while (sockets->watches.count <= (size_t)fd) {
		vec_push(&sockets->watches, NULL);
	}
	sockets->watches.items[fd] = watch;
	return watch;
}

static int set_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *assigned) {
	(void)easy;
	(void)assigned;
	struct http_sockets *sockets = data;
	struct watch *watch = find_watch(sockets, fd);
	if (what == CURL_POLL_REMOVE) {
		if (watch != NULL && watch->kept) {
			uv_poll_stop(&watch->poll);
		} else if (watch != NULL) {
			drop_watch(watch);
		}
		return 0;
	}
	watch = watch != NULL ? watch : add_watch(sockets, fd);
	int events =
		(what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
	return watch != NULL && uv_poll_start(&watch->poll, events, on_ready) == 0 ? 0 : -1;
}

static int close_socket(void *data, curl_socket_t fd) {
	struct http_sockets *sockets = data;
	struct watch *watch = find_watch(sockets, fd);
	if (watch != NULL) {
		drop_watch(watch);
	}
	return close(fd);
}

void http_sockets_attach(struct http_sockets *sockets, CURL *easy) {
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, sockets);
}

struct http_sockets *http_sockets_create(
	struct loop *loop, CURLM *multi, http_active_fn active, void *data) {
	struct http_sockets *sockets = xcalloc(1, sizeof(*sockets));
	sockets->loop = loop;
	sockets->multi = multi;
	sockets->active = active;
	sockets->data = data;
	curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, set_socket);
	curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, sockets);
	curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(multi, CURLMOPT_TIMERDATA, sockets);
	return sockets;
}

void http_sockets_destroy(struct http_sockets *sockets) {
	if (sockets == NULL) {
		return;
	}
	loop_timer_cancel(sockets->timer);
	for (size_t i = 0; i < sockets->watches.count; i++) {
		if (sockets->watches.items[i] != NULL) {
			drop_watch(sockets->watches.items[i]);
		}
	}
	vec_finish(&sockets->watches);
	free(sockets);
}
