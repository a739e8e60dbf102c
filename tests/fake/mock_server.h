#ifndef F2F_TESTS_FAKE_MOCK_SERVER_H
#define F2F_TESTS_FAKE_MOCK_SERVER_H

#include <signal.h>

#include "mock_answer.h"

/*
 * HTTP/1.x on 127.0.0.1 for f2f-mock, over epoll: nothing is made regular on the way out, since what
 * is irregular is what it is for.
 */
struct mock_server;

/* What the server is for. All run inside mock_server_run. */
struct mock_handler {
	// fills the answer; request and its texts are borrowed for the call
	void (*answer)(struct mock_request *request, struct mock_answer *answer, void *data);
	// an answer has gone out, or its connection
	void (*over)(const struct mock_answer *answer, void *data);
	void (*idle)(void *data); // before each sleep
	void *data;
};

/** Port 0: a free one. NULL when the port cannot be had. */
struct mock_server *mock_server_create(int port, const struct mock_handler *handler);
void mock_server_destroy(struct mock_server *server);

int mock_server_port(const struct mock_server *server);
int64_t mock_server_connections(const struct mock_server *server); // accepted so far

/**
 * Until `*ended` is set, by a signal that is blocked but for the time of waiting, whose mask is
 * `waiting`: so that it cannot come just before.
 */
void mock_server_run(
	struct mock_server *server, const volatile int *ended, const sigset_t *waiting);

#endif
