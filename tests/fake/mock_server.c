#include "mock_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/vec.h"
#include "mock_parse.h"
#include "mock_timer.h"

enum { IN_MAX = 80 * 1024 * 1024, READ_SIZE = 64 * 1024, EVENTS = 256, IN_KEPT = 1 << 20 };

struct connection {
	struct mock_server *server;
	struct connection *next; // all, or those to be freed
	struct connection *previous;
	int fd;
	struct buf in;
	struct mock_parse parse;
	struct mock_answer answer;
	struct mock_timer timer;
	size_t step;
	size_t sent;
	bool answering;
	bool writing; // EPOLLOUT is wanted
	bool http10;
	bool closed;
	int64_t requests;
};

struct mock_server {
	struct mock_handler handler;
	struct mock_timers timers;
	struct connection *connections;
	struct connection *dead; // closed in this turn: epoll may still name them
	int listener;
	int epoll;
	int port;
	int64_t accepted;
};

/* ---- Connections. */

static void watch(struct connection *connection, bool writing) {
	if (connection->writing != writing) {
		connection->writing = writing;
		struct epoll_event event = {
			.events = EPOLLIN | EPOLLRDHUP | (writing ? EPOLLOUT : 0u),
			.data.ptr = connection};
		epoll_ctl(connection->server->epoll, EPOLL_CTL_MOD, connection->fd, &event);
	}
}

static void close_connection(struct connection *connection) {
	struct mock_server *server = connection->server;
	if (connection->closed) {
		return;
	}
	connection->closed = true;
	if (connection->answering) {
		server->handler.over(&connection->answer, server->handler.data);
	}
	mock_timer_stop(&server->timers, &connection->timer);
	close(connection->fd);
	if (connection->previous != NULL) {
		connection->previous->next = connection->next;
	} else {
		server->connections = connection->next;
	}
	if (connection->next != NULL) {
		connection->next->previous = connection->previous;
	}
	connection->next = server->dead;
	server->dead = connection;
}

static void reset_connection(struct connection *connection) {
	struct linger linger = {.l_onoff = 1, .l_linger = 0};
	setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close_connection(connection);
}

static void free_dead(struct mock_server *server) {
	while (server->dead != NULL) {
		struct connection *next = server->dead->next;
		buf_finish(&server->dead->in);
		buf_finish(&server->dead->answer.wire);
		free(server->dead);
		server->dead = next;
	}
}

/* ---- Answers, step by step. */

enum progress { GOES_ON, WAITS, OVER };

/* Up to `end`: false when the socket takes no more now, or is gone. */
static bool send_up_to(struct connection *connection, size_t end) {
	while (connection->sent < end) {
		ssize_t count =
			send(connection->fd, connection->answer.wire.data + connection->sent,
				end - connection->sent, MSG_NOSIGNAL);
		if (count < 0 && errno == EINTR) {
			continue;
		}
		if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			watch(connection, true);
			return false;
		}
		if (count < 0) {
			close_connection(connection);
			return false;
		}
		connection->sent += (size_t)count;
	}
	return true;
}

static void rest(struct connection *connection, int64_t ms) {
	mock_timer_start(
		&connection->server->timers, &connection->timer, clock_now() + ms * CLOCK_MS);
}

static enum progress send_step(struct connection *connection, const struct mock_step *step) {
	size_t left = step->end - connection->sent;
	size_t piece = step->piece > 0 && step->piece < left ? step->piece : left;
	if (!send_up_to(connection, connection->sent + piece)) {
		return WAITS;
	}
	if (connection->sent < step->end) {
		rest(connection, step->ms);
		return WAITS;
	}
	connection->step++;
	return GOES_ON;
}

static enum progress take_step(struct connection *connection) {
	const struct mock_step *step = &connection->answer.steps[connection->step];
	switch (step->kind) {
	case MOCK_SEND:
		return send_step(connection, step);
	case MOCK_PAUSE:
		connection->step++;
		rest(connection, step->ms);
		return WAITS;
	case MOCK_FLOOD:
		if (send_up_to(connection, step->end)) {
			connection->sent = step->piece;
			rest(connection, 0); // others have their turn
		}
		return WAITS;
	case MOCK_HANG:
		return WAITS;
	case MOCK_HALF_CLOSE:
		shutdown(connection->fd, SHUT_WR);
		connection->step++;
		return GOES_ON;
	case MOCK_CLOSE:
		close_connection(connection);
		return WAITS;
	case MOCK_RESET:
		reset_connection(connection);
		return WAITS;
	}
	return OVER;
}

static void serve(struct connection *connection);

static void go_on(struct connection *connection) {
	struct mock_server *server = connection->server;
	while (connection->answering && connection->step < connection->answer.step_count) {
		if (take_step(connection) == WAITS) {
			return;
		}
	}
	if (!connection->answering) {
		return;
	}
	connection->answering = false;
	server->handler.over(&connection->answer, server->handler.data);
	if (connection->http10) {
		close_connection(connection);
		return;
	}
	if (connection->answer.wire.cap > IN_KEPT) {
		buf_finish(&connection->answer.wire);
	}
	serve(connection); // what was sent ahead
}

/* ---- Requests. */

static void answer(struct connection *connection, const struct mock_parsed *parsed) {
	struct mock_server *server = connection->server;
	struct mock_answer *own = &connection->answer;
	struct mock_request request = {
		.method = parsed->method,
		.path = parsed->path,
		.headers = parsed->headers,
		.raw = parsed->body,
		.raw_length = parsed->body_length,
		.on_connection = ++connection->requests,
		.http10 = parsed->http10,
		.port = server->port,
	};
	buf_clear(&own->wire);
	own->step_count = 0;
	own->status = 0;
	own->counted = false;
	connection->http10 = parsed->http10 || parsed->close;
	connection->step = connection->sent = 0;
	connection->answering = true;
	server->handler.answer(&request, own, server->handler.data);
}

static void serve(struct connection *connection) {
	struct mock_parsed parsed;
	if (connection->closed || connection->answering) {
		return;
	}
	enum mock_parse_state state = mock_parse(&connection->parse, &connection->in, &parsed);
	if (state == MOCK_PARSE_CONTINUE) {
		static const char go[] = "HTTP/1.1 100 Continue\r\n\r\n";
		if (send(connection->fd, go, sizeof(go) - 1, MSG_NOSIGNAL) < 0) {
			close_connection(connection);
		}
		return;
	}
	if (state == MOCK_PARSE_BAD) {
		reset_connection(connection);
		return;
	}
	if (state == MOCK_PARSE_MORE) {
		return;
	}
	answer(connection, &parsed);
	buf_consume(&connection->in, parsed.length);
	if (connection->in.len == 0 && connection->in.cap > IN_KEPT) {
		buf_finish(&connection->in);
	}
	go_on(connection);
}

static void read_more(struct connection *connection) {
	char *room = buf_reserve(&connection->in, READ_SIZE);
	ssize_t count = room != NULL ? recv(connection->fd, room, READ_SIZE, 0) : 0;
	if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
		return;
	}
	if (count <= 0) {
		close_connection(connection);
		return;
	}
	buf_added(&connection->in, (size_t)count);
	serve(connection);
}

static void accept_all(struct mock_server *server) {
	for (;;) {
		int one = 1;
		int fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0) {
			return;
		}
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		struct connection *connection = xcalloc(1, sizeof(*connection));
		connection->server = server;
		connection->fd = fd;
		connection->timer.data = connection;
		buf_init(&connection->in, IN_MAX);
		buf_init(&connection->answer.wire, MOCK_WIRE_MAX);
		connection->next = server->connections;
		if (connection->next != NULL) {
			connection->next->previous = connection;
		}
		server->connections = connection;
		server->accepted++;
		struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = connection};
		epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event);
	}
}

/* ---- The server. */

static void on_timer(void *data) {
	go_on(data);
}

static void on_event(struct mock_server *server, const struct epoll_event *event) {
	struct connection *connection = event->data.ptr;
	if (connection == NULL) {
		accept_all(server);
		return;
	}
	if (!connection->closed && (event->events & (EPOLLERR | EPOLLHUP)) != 0) {
		close_connection(connection);
	}
	if (!connection->closed && (event->events & EPOLLOUT) != 0) {
		watch(connection, false);
		go_on(connection);
	}
	if (!connection->closed && (event->events & (EPOLLIN | EPOLLRDHUP)) != 0) {
		read_more(connection);
	}
}

void mock_server_run(
	struct mock_server *server, const volatile int *ended, const sigset_t *waiting) {
	struct epoll_event events[EVENTS];
	while (!*ended) {
		server->handler.idle(server->handler.data);
		int wait_ms = mock_timers_run(&server->timers, on_timer);
		int count = epoll_pwait(server->epoll, events, EVENTS, wait_ms, waiting);
		for (int i = 0; i < count; i++) {
			on_event(server, &events[i]);
		}
		free_dead(server);
	}
}

struct mock_server *mock_server_create(int port, const struct mock_handler *handler) {
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	int one = 1;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (struct sockaddr *)&address, length) != 0 ||
		listen(listener, 4096) != 0 ||
		getsockname(listener, (struct sockaddr *)&address, &length) != 0) {
		close(listener);
		return NULL;
	}
	struct mock_server *server = xcalloc(1, sizeof(*server));
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
	server->handler = *handler;
	server->listener = listener;
	server->port = ntohs(address.sin_port);
	server->epoll = epoll_create1(EPOLL_CLOEXEC);
	epoll_ctl(server->epoll, EPOLL_CTL_ADD, listener, &event);
	return server;
}

void mock_server_destroy(struct mock_server *server) {
	while (server->connections != NULL) {
		close_connection(server->connections);
	}
	free_dead(server);
	mock_timers_finish(&server->timers);
	close(server->epoll);
	close(server->listener);
	free(server);
}

int mock_server_port(const struct mock_server *server) {
	return server->port;
}

int64_t mock_server_connections(const struct mock_server *server) {
	return server->accepted;
}
