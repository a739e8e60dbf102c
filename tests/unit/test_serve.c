#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "engine/serve.h"
#include "io/loop.h"
#include "mock.h"

/* A port where nobody listens. It stays bound to the end of the test, so that nobody else is given it; a
 * server may listen there all the same, with SO_REUSEADDR. */
static int held_port(void) {
	int one = 1;
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int held = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(setsockopt(held, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)), 0);
	ck_assert_int_eq(bind(held, (struct sockaddr *)&address, size), 0);
	ck_assert_int_eq(getsockname(held, (struct sockaddr *)&address, &size), 0);
	return ntohs(address.sin_port);
}

static bool listens(int port) {
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)port)};
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool connected = connect(client, (struct sockaddr *)&address, sizeof(address)) == 0;
	close(client);
	return connected;
}

/* Starts `command`, whose %d is the port. */
static int start(struct loop *loop, const char *command, int port, int64_t limit_ns,
	struct serve **serve_out, struct error *err) {
	char *url = xasprintf("http://127.0.0.1:%d/v1", port);
	struct serve_options options = {
		.command = command, .base_url = url, .api_key = "k", .limit_ns = limit_ns};
	int signo = -1;
	int rc = serve_start(loop, &options, serve_out, &signo, err);
	ck_assert_int_eq(signo, 0);
	free(url);
	return rc;
}

START_TEST(a_server_is_started_waited_for_while_it_loads_and_ended) {
	struct loop *loop = loop_create(NULL);
	struct serve *serve = NULL;
	struct error err;
	int port = held_port();
	char *command = xasprintf("'%s' --port %d --loading 2 & wait", TEST_MOCK, port);
	ck_assert_int_eq(start(loop, command, port, 0, &serve, &err), 0);
	ck_assert_ptr_nonnull(serve);
	ck_assert_ptr_null(serve_ended(serve));
	ck_assert(listens(port));
	serve_stop(serve);
	loop_destroy(loop);
	// It and what the shell left behind: nothing listens as soon as the last of them is dead.
	while (listens(port)) {
	}
	free(command);
}
END_TEST

START_TEST(a_server_that_is_there_is_used_and_left_alone) {
	struct mock mock = mock_start();
	struct loop *loop = loop_create(NULL);
	struct serve *serve = NULL;
	struct error err;
	ck_assert_int_eq(start(loop, "exit 9", mock.port, 0, &serve, &err), 0);
	ck_assert_ptr_null(serve);
	serve_stop(serve);
	loop_destroy(loop);
	ck_assert(listens(mock.port));
	mock_stop(&mock);
}
END_TEST

START_TEST(a_server_that_listens_and_is_silent_is_waited_for_and_no_other_started) {
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, size), 0);
	ck_assert_int_eq(listen(listener, 4), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	struct loop *loop = loop_create(NULL);
	struct serve *serve = NULL;
	struct error err;
	int rc = start(loop, "echo started; exit 9", ntohs(address.sin_port), CLOCK_MS, &serve,
		&err);
	ck_assert_int_eq(rc, ERROR_ENVIRONMENT);
	ck_assert_msg(strstr(err.message, "no answer at its base URL") != NULL, "%s", err.message);
	loop_destroy(loop);
	close(listener);
}
END_TEST

START_TEST(a_server_that_ends_first_is_told_with_its_last_words) {
	struct loop *loop = loop_create(NULL);
	struct serve *serve = NULL;
	struct error err;
	int rc = start(
		loop, "echo first; echo out of memory >&2; exit 3", held_port(), 0, &serve, &err);
	ck_assert_int_eq(rc, ERROR_ENVIRONMENT);
	ck_assert_msg(strstr(err.message, "ended with status 3") != NULL, "%s", err.message);
	ck_assert_msg(strstr(err.message, "out of memory") != NULL, "%s", err.message);
	ck_assert_ptr_null(serve);
	loop_destroy(loop);
}
END_TEST

START_TEST(a_server_that_never_answers_is_given_up) {
	struct loop *loop = loop_create(NULL);
	struct serve *serve = NULL;
	struct error err;
	int rc = start(loop, "echo loading weights; cat /dev/zero >/dev/null", held_port(),
		CLOCK_MS, &serve, &err);
	ck_assert_int_eq(rc, ERROR_ENVIRONMENT);
	ck_assert_msg(strstr(err.message, "no answer at its base URL") != NULL, "%s", err.message);
	loop_destroy(loop);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("serve");
	TCase *tests = tcase_create("serve");
	tcase_set_timeout(tests, 60); // a silent server is heard out
	tcase_add_test(tests, a_server_is_started_waited_for_while_it_loads_and_ended);
	tcase_add_test(tests, a_server_that_is_there_is_used_and_left_alone);
	tcase_add_test(
		tests, a_server_that_listens_and_is_silent_is_waited_for_and_no_other_started);
	tcase_add_test(tests, a_server_that_ends_first_is_told_with_its_last_words);
	tcase_add_test(tests, a_server_that_never_answers_is_given_up);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
