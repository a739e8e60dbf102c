#include "unit.h"

#include <string.h>
#include <sys/resource.h>

#include "asking.h"
#include "base/clock.h"
#include "base/str.h"
#include "io/http.h"
#include "io/loop.h"

/* What goes wrong on the way, each with a reason of its own. */

static struct outcome run_url(const char *url, const struct http_start_options *options) {
	struct loop *loop = loop_create(NULL);
	struct http_endpoint *endpoint =
		http_endpoint_create(loop, &(struct http_endpoint_options){0});
	struct outcome outcome = {.body = BUF_INIT(HTTP_BODY_MAX)};
	struct http_request request;
	ask_url(&request, "GET", url);
	http_start_with(endpoint, &request, options, on_done, &outcome);
	loop_run(loop);
	ck_assert_int_eq(outcome.done, 1);
	http_request_finish(&request);
	http_endpoint_destroy(endpoint);
	loop_destroy(loop);
	return outcome;
}

static struct outcome run_faulty(int port, const char *model, size_t body_max) {
	struct loop *loop = loop_create(NULL);
	struct http_endpoint *endpoint =
		http_endpoint_create(loop, &(struct http_endpoint_options){0});
	struct outcome outcome = {.body = BUF_INIT(HTTP_BODY_MAX)};
	struct http_request request;
	ask_model(&request, port, model, "hello");
	http_start_with(endpoint, &request, &(struct http_start_options){.body_max = body_max},
		on_done, &outcome);
	loop_run(loop);
	ck_assert_int_eq(outcome.done, 1);
	http_request_finish(&request);
	http_endpoint_destroy(endpoint);
	loop_destroy(loop);
	return outcome;
}

START_TEST(each_fault_has_its_own_name) {
	static const struct {
		const char *model;
		enum http_failure failure;
		enum error_code code;
	} cases[] = {
		{"close", HTTP_FAILURE_LOST, ERROR_NETWORK},
		{"rst-head", HTTP_FAILURE_LOST, ERROR_NETWORK},
		{"half-head", HTTP_FAILURE_LOST, ERROR_NETWORK},
		{"reset", HTTP_FAILURE_CUT, ERROR_NETWORK},
		{"rst", HTTP_FAILURE_CUT, ERROR_NETWORK},
		{"half-close", HTTP_FAILURE_CUT, ERROR_NETWORK},
		{"not-http", HTTP_FAILURE_PROTOCOL, ERROR_PROTOCOL},
		{"garbage", HTTP_FAILURE_PROTOCOL, ERROR_PROTOCOL},
		{"bad-chunk", HTTP_FAILURE_PROTOCOL, ERROR_PROTOCOL},
		{"bad-gzip", HTTP_FAILURE_ENCODING, ERROR_PROTOCOL},
		{"zstd", HTTP_FAILURE_ENCODING, ERROR_PROTOCOL},
		{"endless-headers", HTTP_FAILURE_HEAD_TOO_LARGE, ERROR_PROTOCOL},
		{"endless-body", HTTP_FAILURE_TOO_LARGE, ERROR_PROTOCOL},
		{"big-2", HTTP_FAILURE_TOO_LARGE, ERROR_PROTOCOL},
		{"gzip-bomb", HTTP_FAILURE_TOO_LARGE, ERROR_PROTOCOL},
	};
	struct mock mock = mock_start();
	for (size_t i = 0; i < F2F_COUNT(cases); i++) {
		struct outcome outcome = run_faulty(mock.port, cases[i].model, 1 << 20);
		ck_assert_msg(outcome.failure == cases[i].failure, "%s: %s: %s", cases[i].model,
			http_failure_name(outcome.failure), outcome.message);
		ck_assert_int_eq(outcome.code, cases[i].code);
		ck_assert_str_ne(outcome.message, "");
	}
	mock_stop(&mock);
}
END_TEST

START_TEST(what_is_odd_and_still_http_is_read) {
	static const char *const models[] = {
		"http10", "interim", "wrong-length", "chunked", "gzip", "delay-1", "body-1"};
	struct mock mock = mock_start();
	for (size_t i = 0; i < F2F_COUNT(models); i++) {
		struct outcome outcome = run_faulty(mock.port, models[i], 1 << 20);
		ck_assert_msg(outcome.status == 200, "%s: %s", models[i], outcome.message);
		buf_finish(&outcome.body);
	}
	mock_stop(&mock);
}
END_TEST

START_TEST(a_bomb_takes_no_memory) {
	struct mock mock = mock_start();
	struct rusage before, after;
	run_faulty(mock.port, "big-2", 1 << 20);
	getrusage(RUSAGE_SELF, &before);
	for (int i = 0; i < 3; i++) {
		struct outcome outcome = run_faulty(mock.port, "gzip-bomb", 1 << 20);
		ck_assert_str_eq(outcome.message, "the reply is larger than 1 MiB");
	}
	getrusage(RUSAGE_SELF, &after);
	ck_assert_int_lt(after.ru_maxrss - before.ru_maxrss, 8 * 1024);
	mock_stop(&mock);
}
END_TEST

/* A label over 63 bytes is no name: no server is asked for it, who might be slow or not there. */
#define NO_NAME "nothing-nothing-nothing-nothing-nothing-nothing-nothing-nothing-nothing.invalid"

START_TEST(names_that_nobody_knows_and_ports_where_nobody_listens) {
	static const struct {
		const char *url;
		enum http_failure failure;
		enum error_code code;
	} cases[] = {
		{"http://" NO_NAME "/v1", HTTP_FAILURE_LOOKUP, ERROR_NETWORK},
		{"https://" NO_NAME "/v1", HTTP_FAILURE_LOOKUP, ERROR_NETWORK},
		{"http://127.0.0.1:1/", HTTP_FAILURE_CONNECT, ERROR_NETWORK},
		{"https://127.0.0.1:1/", HTTP_FAILURE_CONNECT, ERROR_NETWORK},
		{"ftp://127.0.0.1/", HTTP_FAILURE_URL, ERROR_USAGE},
		{"http://\xff\xfe.invalid/v1", HTTP_FAILURE_URL, ERROR_USAGE},
	};
	for (size_t i = 0; i < F2F_COUNT(cases); i++) {
		struct outcome outcome = run_url(cases[i].url, NULL);
		ck_assert_msg(outcome.failure == cases[i].failure, "%s: %s: %s", cases[i].url,
			http_failure_name(outcome.failure), outcome.message);
		ck_assert_int_eq(outcome.code, cases[i].code);
		ck_assert_int_eq(outcome.timing.first_byte_ns, -1);
		ck_assert_int_ge(outcome.timing.total_ns, 0);
	}
}
END_TEST

START_TEST(an_endpoint_may_go_before_it_hears_that_its_host_is_no_name) {
	struct loop *loop = loop_create(NULL);
	struct http_endpoint *endpoint =
		http_endpoint_create(loop, &(struct http_endpoint_options){0});
	struct outcome outcome = {.body = BUF_INIT(HTTP_BODY_MAX)};
	struct http_request request;
	ask_url(&request, "GET", "http://\xff/");
	http_start(endpoint, &request, on_done, &outcome);
	http_endpoint_destroy(endpoint);
	loop_run(loop);
	ck_assert_int_eq(outcome.done, 0);
	http_request_finish(&request);
	loop_destroy(loop);
}
END_TEST

START_TEST(https_to_a_server_without_tls_says_so) {
	static const char bytes[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
	struct mock mock = raw_start(bytes, sizeof(bytes) - 1);
	char *url = xasprintf("https://127.0.0.1:%d/", mock.port);
	struct outcome outcome = run_url(url, NULL);
	ck_assert_int_eq(outcome.failure, HTTP_FAILURE_TLS);
	ck_assert_int_eq(outcome.code, ERROR_USAGE);
	ck_assert_ptr_nonnull(strstr(outcome.message, "http://"));
	free(url);
	mock_stop(&mock);
}
END_TEST

START_TEST(headers_are_kept_all_of_them_or_none) {
	struct buf bytes = BUF_INIT(1 << 20);
	buf_append_str(&bytes, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n");
	for (int i = 0; i < 1100; i++) {
		buf_appendf(&bytes, "A: %d\r\n", i);
	}
	buf_append_str(&bytes, "\r\n");
	struct mock mock = raw_start(bytes.data, bytes.len);
	char *url = xasprintf("http://127.0.0.1:%d/", mock.port);
	struct outcome outcome = run_url(url, NULL);
	ck_assert_int_eq(outcome.failure, HTTP_FAILURE_HEAD_TOO_LARGE);
	free(url);
	buf_finish(&bytes);
	mock_stop(&mock);
}
END_TEST

START_TEST(a_line_of_the_head_that_never_ends_is_a_head_that_is_too_large) {
	struct buf bytes = BUF_INIT(1 << 20);
	buf_append_str(&bytes, "HTTP/1.1 200 OK\r\nX: ");
	for (int i = 0; i < 50000; i++) {
		buf_append_str(&bytes, "0123456789");
	}
	struct mock mock = raw_start(bytes.data, bytes.len);
	char *url = xasprintf("http://127.0.0.1:%d/", mock.port);
	struct outcome outcome = run_url(url, NULL);
	ck_assert_msg(outcome.failure == HTTP_FAILURE_HEAD_TOO_LARGE, "%s: %s",
		http_failure_name(outcome.failure), outcome.message);
	free(url);
	buf_finish(&bytes);
	mock_stop(&mock);
}
END_TEST

START_TEST(a_packing_that_was_not_asked_for_is_named) {
	static const char *const names[] = {"br", "zstd", "gzip, gzip"};
	for (size_t i = 0; i < F2F_COUNT(names); i++) {
		char *bytes = xasprintf("HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\n"
					"Content-Length: 2\r\n\r\n{}",
			names[i]);
		struct mock mock = raw_start(bytes, strlen(bytes));
		char *url = xasprintf("http://127.0.0.1:%d/", mock.port);
		struct outcome outcome = run_url(url, NULL);
		ck_assert_int_eq(outcome.failure, HTTP_FAILURE_ENCODING);
		ck_assert_int_eq(outcome.code, ERROR_PROTOCOL);
		ck_assert_msg(strstr(outcome.message, names[i]) != NULL, "%s", outcome.message);
		free(url);
		free(bytes);
		mock_stop(&mock);
	}
}
END_TEST

static void on_headers(const struct http_response *response, const struct error *err, void *data) {
	int *done = data;
	ck_assert_ptr_null(err);
	ck_assert_str_eq(http_response_header(response, "x-test"), "yes");
	ck_assert_str_eq(http_response_header_at(response, "X-Test", 1), "two");
	ck_assert_ptr_null(http_response_header_at(response, "x-test", 2));
	ck_assert_ptr_null(http_response_header(response, "x-absent"));
	*done = 1;
}

START_TEST(a_header_that_comes_twice_is_kept_twice) {
	struct mock mock = mock_start();
	struct loop *loop = loop_create(NULL);
	struct http_endpoint *endpoint =
		http_endpoint_create(loop, &(struct http_endpoint_options){0});
	struct http_request request;
	int done = 0;
	ask_model(&request, mock.port, "interim", "hello");
	http_start(endpoint, &request, on_headers, &done);
	loop_run(loop);
	ck_assert_int_eq(done, 1);
	http_request_finish(&request);
	http_endpoint_destroy(endpoint);
	loop_destroy(loop);
	mock_stop(&mock);
}
END_TEST

/* ---- Kept connections that die. */

static void keep(struct http_endpoint *endpoint, struct loop *loop, int port, const char *model,
	size_t count) {
	struct http_request requests[8];
	struct outcome outcomes[8];
	ck_assert_uint_le(count, F2F_COUNT(requests));
	for (size_t i = 0; i < count; i++) {
		outcomes[i] = (struct outcome){.body = BUF_INIT(HTTP_BODY_MAX)};
		ask_model(&requests[i], port, model, "hello");
		http_start(endpoint, &requests[i], on_done, &outcomes[i]);
	}
	loop_run(loop);
	for (size_t i = 0; i < count; i++) {
		ck_assert_msg(outcomes[i].status == 200, "%s", outcomes[i].message);
		buf_finish(&outcomes[i].body);
		http_request_finish(&requests[i]);
	}
}

/* With many kept, each of which dies as it is used: one more request on a new one, never three. */
START_TEST(a_dying_connection_costs_one_more_request_and_not_several) {
	static const char *const models[] = {"stale", "stale-reset"};
	for (size_t i = 0; i < F2F_COUNT(models); i++) {
		struct mock mock = mock_start();
		struct loop *loop = loop_create(NULL);
		struct http_endpoint *endpoint =
			http_endpoint_create(loop, &(struct http_endpoint_options){0});
		keep(endpoint, loop, mock.port, models[i], 8);
		for (int round = 0; round < 4; round++) {
			int64_t before = stat_of(mock.port, "requests");
			struct http_request request;
			ask_model(&request, mock.port, models[i], "hello");
			struct outcome outcome = run_one(endpoint, loop, &request);
			ck_assert_msg(outcome.status == 200, "%s: %s", models[i], outcome.message);
			ck_assert(outcome.resent && outcome.reused);
			ck_assert_int_eq(stat_of(mock.port, "requests"), before + 2);
			buf_finish(&outcome.body);
		}
		http_endpoint_destroy(endpoint);
		loop_destroy(loop);
		mock_stop(&mock);
	}
}
END_TEST

START_TEST(a_request_that_was_lost_on_a_new_connection_is_not_sent_again) {
	static const char *const models[] = {"close", "rst-head", "reset", "half-head"};
	struct mock mock = mock_start();
	for (size_t i = 0; i < F2F_COUNT(models); i++) {
		int64_t before = stat_of(mock.port, "requests");
		struct outcome outcome = run_faulty(mock.port, models[i], 0);
		ck_assert(!outcome.resent);
		ck_assert_int_eq(stat_of(mock.port, "requests"), before + 1);
	}
	mock_stop(&mock);
}
END_TEST

/* ---- Deadlines, by a clock of our own. */

static int64_t fake_now(void *data) {
	const int64_t *now = data;
	return *now;
}

static struct outcome run_stepped(
	const char *scheme, int port, const char *model, enum http_phase phase, int64_t idle_ms) {
	int64_t now_ns = 1;
	int64_t since_ns;
	struct loop *loop =
		loop_create(&(struct loop_options){.now = fake_now, .now_data = &now_ns});
	struct http_endpoint *endpoint =
		http_endpoint_create(loop, &(struct http_endpoint_options){0});
	struct outcome outcome = {.body = BUF_INIT(HTTP_BODY_MAX)};
	struct http_request request;
	ask_model(&request, port, model, "hello");
	free(request.url);
	request.url = xasprintf("%s://127.0.0.1:%d/v1/chat/completions", scheme, port);
	struct http_transfer *transfer = http_start_with(endpoint, &request,
		&(struct http_start_options){.idle_timeout_ms = idle_ms}, on_done, &outcome);
	while (outcome.done == 0 && http_transfer_phase(transfer, &since_ns) != phase) {
		now_ns++;
		loop_step(loop);
	}
	for (int i = 0; i < 100 && outcome.done == 0; i++) {
		now_ns += 7 * CLOCK_SECOND;
		loop_step(loop);
	}
	ck_assert_int_eq(outcome.done, 1);
	http_request_finish(&request);
	http_endpoint_destroy(endpoint);
	loop_destroy(loop);
	return outcome;
}

START_TEST(each_deadline_has_its_own_name_and_time) {
	static const struct {
		const char *scheme;
		const char *model;
		enum http_phase phase;
		int64_t idle_ms;
		enum http_failure failure;
		int64_t least_s;
		int64_t most_s;
	} cases[] = {
		// f2f-mock waits for the end of a head that TLS will never send.
		{"https", "plain", HTTP_CONNECTING, 0, HTTP_FAILURE_CONNECT_TIMEOUT, 10, 15},
		{"http", "hang", HTTP_SENT, 30000, HTTP_FAILURE_IDLE_TIMEOUT, 30, 36},
		{"http", "stall", HTTP_RECEIVING, 30000, HTTP_FAILURE_IDLE_TIMEOUT, 30, 36},
		{"http", "hang", HTTP_SENT, 0, HTTP_FAILURE_TIMEOUT, 600, 610},
		{"http", "stall", HTTP_RECEIVING, 0, HTTP_FAILURE_TIMEOUT, 600, 610},
	};
	struct mock mock = mock_start();
	for (size_t i = 0; i < F2F_COUNT(cases); i++) {
		struct outcome outcome = run_stepped(cases[i].scheme, mock.port, cases[i].model,
			cases[i].phase, cases[i].idle_ms);
		ck_assert_msg(outcome.failure == cases[i].failure, "%zu: %s: %s", i,
			http_failure_name(outcome.failure), outcome.message);
		ck_assert_int_eq(outcome.code, ERROR_TIMEOUT);
		ck_assert_int_ge(outcome.timing.total_ns / CLOCK_SECOND, cases[i].least_s);
		ck_assert_int_le(outcome.timing.total_ns / CLOCK_SECOND, cases[i].most_s);
	}
	mock_stop(&mock);
}
END_TEST

/* ---- Many. */

START_TEST(more_than_one_multi_handle_takes_are_taken_by_two) {
	enum { COUNT = 1300 };
	struct error err;
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	// Where so many files may not be open: as many as may, though they need one handle only.
	size_t count = limit.rlim_max < 2 * COUNT ? limit.rlim_max / 2 : COUNT;
	ck_assert_msg(http_raise_descriptors((int)count, &err) == 0, "%s", err.message);
	struct mock mock = mock_start();
	struct loop *loop = loop_create(NULL);
	struct http_endpoint *endpoint = http_endpoint_create(
		loop, &(struct http_endpoint_options){.max_connections = (int)count});
	struct http_request request;
	struct outcome outcome = {.body = BUF_INIT(HTTP_BODY_MAX)};
	struct http_transfer *transfers[COUNT];
	ask_model(&request, mock.port, "hang", "hello");
	for (size_t i = 0; i < count; i++) {
		transfers[i] = http_start(endpoint, &request, on_done, &outcome);
	}
	int64_t since_ns;
	for (size_t i = 0; i < count;) {
		loop_step(loop);
		while (i < count && http_transfer_phase(transfers[i], &since_ns) == HTTP_SENT) {
			i++;
		}
	}
	for (size_t i = 0; i < count; i += 2) {
		http_cancel(transfers[i]);
	}
	struct http_request plain;
	ask_model(&plain, mock.port, "plain", "hello");
	struct outcome other = {.body = BUF_INIT(HTTP_BODY_MAX)};
	http_start(endpoint, &plain, on_done, &other);
	while (other.done == 0) {
		loop_step(loop);
	}
	ck_assert_int_eq(other.status, 200);
	ck_assert_int_eq(outcome.done, 0);
	buf_finish(&other.body);
	http_endpoint_destroy(endpoint);
	http_request_finish(&plain);
	http_request_finish(&request);
	loop_run(loop);
	loop_destroy(loop);
	mock_stop(&mock);
}
END_TEST

START_TEST(more_connections_than_files_may_be_open_are_refused_with_the_number) {
	struct error err;
	struct rlimit limit = {.rlim_cur = 500, .rlim_max = 1000};
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(http_raise_descriptors(700, &err), 0);
	getrlimit(RLIMIT_NOFILE, &limit);
	ck_assert_uint_eq(limit.rlim_cur, 1000);
	ck_assert_int_eq(http_raise_descriptors(900, &err), ERROR_USAGE);
	ck_assert_ptr_nonnull(strstr(err.message, "1000"));
	ck_assert_ptr_nonnull(strstr(err.message, "700"));
}
END_TEST

int main(void) {
	Suite *suite = suite_create("http_faults");
	TCase *tests = tcase_create("http_faults");
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, each_fault_has_its_own_name);
	tcase_add_test(tests, what_is_odd_and_still_http_is_read);
	tcase_add_test(tests, a_bomb_takes_no_memory);
	tcase_add_test(tests, names_that_nobody_knows_and_ports_where_nobody_listens);
	tcase_add_test(tests, an_endpoint_may_go_before_it_hears_that_its_host_is_no_name);
	tcase_add_test(tests, https_to_a_server_without_tls_says_so);
	tcase_add_test(tests, headers_are_kept_all_of_them_or_none);
	tcase_add_test(tests, a_line_of_the_head_that_never_ends_is_a_head_that_is_too_large);
	tcase_add_test(tests, a_packing_that_was_not_asked_for_is_named);
	tcase_add_test(tests, a_header_that_comes_twice_is_kept_twice);
	tcase_add_test(tests, a_dying_connection_costs_one_more_request_and_not_several);
	tcase_add_test(tests, a_request_that_was_lost_on_a_new_connection_is_not_sent_again);
	tcase_add_test(tests, each_deadline_has_its_own_name_and_time);
	tcase_add_test(tests, more_than_one_multi_handle_takes_are_taken_by_two);
	tcase_add_test(tests, more_connections_than_files_may_be_open_are_refused_with_the_number);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
