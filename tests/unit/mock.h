#ifndef F2F_TESTS_UNIT_MOCK_H
#define F2F_TESTS_UNIT_MOCK_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

/* f2f-mock, or a server of literal bytes, as a child that dies with the test. */
struct mock {
	pid_t pid;
	int port;
};

/** `TEST_MOCK` is the program, given by meson. */
static inline struct mock mock_start(void) {
	int out[2];
	char line[16] = "";
	ck_assert_int_eq(pipe(out), 0);
	struct mock mock = {.pid = fork()};
	if (mock.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(out[1], STDOUT_FILENO);
		close(out[0]);
		close(out[1]);
		execl(TEST_MOCK, TEST_MOCK, (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	for (size_t used = 0; used < sizeof(line) - 1 && strchr(line, '\n') == NULL;) {
		ssize_t count = read(out[0], line + used, sizeof(line) - 1 - used);
		ck_assert_int_gt(count, 0);
		used += (size_t)count;
	}
	close(out[0]);
	mock.port = (int)strtol(line, NULL, 10);
	ck_assert_int_gt(mock.port, 0);
	return mock;
}

/** Answers every connection with the bytes, whatever it is asked, and closes it. */
static inline struct mock raw_start(const char *bytes, size_t length) {
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, size), 0);
	ck_assert_int_eq(listen(listener, 16), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	struct mock mock = {.pid = fork(), .port = ntohs(address.sin_port)};
	if (mock.pid == 0) {
		char request[65536];
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGTERM, SIG_DFL); // not as Check has it
		signal(SIGPIPE, SIG_IGN);
		for (;;) {
			int fd = accept(listener, NULL, NULL);
			ssize_t got = read(fd, request, sizeof(request));
			for (size_t sent = 0; got > 0 && sent < length;) {
				ssize_t count = write(fd, bytes + sent, length - sent);
				if (count <= 0) {
					break;
				}
				sent += (size_t)count;
			}
			shutdown(fd, SHUT_WR);
			while (read(fd, request, sizeof(request)) > 0) {
			}
			close(fd);
		}
	}
	close(listener);
	return mock;
}

static inline void mock_stop(struct mock *mock) {
	kill(mock->pid, SIGTERM);
	waitpid(mock->pid, NULL, 0);
}

#endif
