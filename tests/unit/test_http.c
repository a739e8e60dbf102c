#include "unit.h"

#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "asking.h"
#include "io/http.h"
#include "io/http_lookup.h"
#include "io/loop.h"

static struct outcome run_raw(const char *bytes, size_t length) {
	struct mock mock = raw_start(bytes, length);
	struct outcome outcome = run_model(mock.port, "x", 5000);
	mock_stop(&mock);
	return outcome;
}

/* ---- What is sent and what comes back. */

START_TEST(a_request_arrives_as_it_is_and_its_reply_comes_back) {
	struct mock mock = mock_start();
	struct outcome outcome = run_model(mock.port, "echo", 0);
	ck_assert_int_eq(outcome.status, 200);
	ck_assert_ptr_nonnull(
		strstr(buf_str(&outcome.body), "{\\\"model\\\":\\\"echo\\\",\\\"messages\\\""));
	buf_finish(&outcome.body);
	outcome = run_model(mock.port, "echo-headers", 0);
	const char *headers = buf_str(&outcome.body);
	ck_assert_ptr_nonnull(strstr(headers, "Authorization: Bearer sk-test\\n"));
	ck_assert_ptr_nonnull(strstr(headers, "User-Agent: f2f/"));
	ck_assert_ptr_nonnull(strstr(headers, "Accept-Encoding: "));
	ck_assert_ptr_null(strstr(headers, "Expect"));
	buf_finish(&outcome.body);
	mock_stop(&mock);
}
END_TEST

START_TEST(a_status_that_tells_of_a_failure_is_a_response_all_the_same) {
	struct mock mock = mock_start();
	struct outcome outcome = run_model(mock.port, "500", 0);
	ck_assert_int_eq(outcome.status, 500);
	ck_assert_ptr_nonnull(strstr(buf_str(&outcome.body), "oops"));
	buf_finish(&outcome.body);
	mock_stop(&mock);
}
END_TEST

START_TEST(replies_in_pieces_and_packed_are_made_whole) {
	static const char *const models[] = {"chunked", "gzip", "slow-1"};
	struct mock mock = mock_start();
	for (size_t i = 0; i < F2F_COUNT(models); i++) {
		struct outcome outcome = run_model(mock.port, models[i], 0);
		ck_assert_msg(outcome.status == 200, "%s: %s", models[i], outcome.message);
		ck_assert(str_ends_with(buf_str(&outcome.body), "}}"));
		ck_assert_ptr_nonnull(strstr(buf_str(&outcome.body), "by mock_"));
		buf_finish(&outcome.body);
	}
	mock_stop(&mock);
}
END_TEST

START_TEST(a_redirect_is_told_and_not_followed) {
	struct mock mock = mock_start();
	struct outcome outcome = run_model(mock.port, "redirect", 0);
	ck_assert_int_eq(outcome.status, 307);
	ck_assert(str_ends_with(outcome.header, "/stolen"));
	ck_assert_int_eq(stat_of(mock.port, "stolen"), 0);
	ck_assert_int_eq(stat_of(mock.port, "requests"), 1);
	buf_finish(&outcome.body);
	mock_stop(&mock);
}
END_TEST

START_TEST(headers_of_an_interim_response_are_not_the_responses) {
	static const char bytes[] =
		"HTTP/1.1 100 Continue\r\nX-Test: no\r\n\r\nHTTP/1.1 200 OK\r\nX-Other: a\r\n"
		"X-Test:  yes: it is \t\r\nContent-Length: 2\r\n\r\nok";
	struct outcome outcome = run_raw(bytes, sizeof(bytes) - 1);
	ck_assert_int_eq(outcome.status, 200);
	ck_assert_str_eq(outcome.header, "yes: it is");
	ck_assert_str_eq(buf_str(&outcome.body), "ok");
	buf_finish(&outcome.body);
}
END_TEST

/* ---- Failures. */

START_TEST(lost_connections_are_network_errors) {
	static const char *const models[] = {"reset", "close"};
	struct mock mock = mock_start();
	for (size_t i = 0; i < F2F_COUNT(models); i++) {
		struct outcome outcome = run_model(mock.port, models[i], 0);
		ck_assert_msg(outcome.code == ERROR_NETWORK, "%s: %d %s", models[i],
			(int)outcome.code, outcome.message);
	}
	mock_stop(&mock);
	struct outcome outcome = run_model(mock.port, "plain", 0);
	ck_assert_int_eq(outcome.code, ERROR_NETWORK);
	ck_assert_str_ne(outcome.message, "");
}
END_TEST

START_TEST(what_does_not_end_in_time_is_a_timeout) {
	static const char *const models[] = {"hang", "slow-1000", "delay-100000"};
	struct mock mock = mock_start();
	for (size_t i = 0; i < F2F_COUNT(models); i++) {
		// Not heard out: the last one would have answered.
		struct outcome outcome = run_model(mock.port, models[i], 100);
		ck_assert_int_eq(outcome.code, ERROR_TIMEOUT);
		ck_assert_int_eq(outcome.failure, HTTP_FAILURE_TIMEOUT);
	}
	mock_stop(&mock);
}
END_TEST

START_TEST(replies_over_the_cap_are_refused_packed_or_not) {
	static const char *const models[] = {"big-65", "gzip-bomb"};
	struct mock mock = mock_start();
	for (size_t i = 0; i < F2F_COUNT(models); i++) {
		struct outcome outcome = run_model(mock.port, models[i], 0);
		ck_assert_int_eq(outcome.code, ERROR_PROTOCOL);
		ck_assert_str_eq(outcome.message, "the reply is larger than 64 MiB");
	}
	struct outcome outcome = run_model(mock.port, "big-8", 0);
	ck_assert_int_eq(outcome.status, 200);
	ck_assert_uint_gt(outcome.body.len, 8 << 20);
	buf_finish(&outcome.body);
	mock_stop(&mock);
}
END_TEST

START_TEST(what_is_not_http_is_a_protocol_error) {
	static const struct {
		const char *bytes;
		enum error_code code;
	} cases[] = {
		{"SSH-2.0-OpenSSH_9.2\r\n", ERROR_PROTOCOL},
		{"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!",
			ERROR_PROTOCOL},
		{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", ERROR_NETWORK},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", ERROR_NETWORK},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", ERROR_PROTOCOL},
		{"HTTP/1.1 200 OK\r\nContent-Len", ERROR_NETWORK},
		{"", ERROR_NETWORK},
	};
	for (size_t i = 0; i < F2F_COUNT(cases); i++) {
		struct outcome outcome = run_raw(cases[i].bytes, strlen(cases[i].bytes));
		ck_assert_msg(outcome.code == cases[i].code, "%s: %d %d %s", cases[i].bytes,
			outcome.status, (int)outcome.code, outcome.message);
		buf_finish(&outcome.body);
	}
}
END_TEST

START_TEST(endless_headers_are_refused) {
	struct buf bytes = BUF_INIT(1 << 22);
	buf_append_str(&bytes, "HTTP/1.1 200 OK\r\n");
	for (int i = 0; i < 60000; i++) {
		buf_appendf(&bytes, "X-Test-%d: 1\r\n", i);
	}
	struct outcome outcome = run_raw(bytes.data, bytes.len);
	ck_assert_int_eq(outcome.code, ERROR_PROTOCOL);
	buf_finish(&bytes);
}
END_TEST

START_TEST(urls_that_can_never_work_are_usage_errors) {
	static const char *const urls[] = {
		"ftp://127.0.0.1/x", "http://", "nonsense://x/", "http://127.0.0.1:99999/"};
	struct loop *loop = loop_create(NULL);
	struct http_endpoint *endpoint =
		http_endpoint_create(loop, &(struct http_endpoint_options){0});
	for (size_t i = 0; i < F2F_COUNT(urls); i++) {
		struct http_request request;
		ask_url(&request, "GET", urls[i]);
		struct outcome outcome = run_one(endpoint, loop, &request);
		ck_assert_msg(outcome.code == ERROR_USAGE, "%s: %d %s", urls[i], (int)outcome.code,
			outcome.message);
	}
	http_endpoint_destroy(endpoint);
	loop_destroy(loop);
}
END_TEST

START_TEST(a_connection_that_closes_as_it_is_used_again_is_asked_anew_in_silence) {
	struct mock mock = mock_start();
	struct loop *loop = loop_create(NULL);
	struct http_endpoint *endpoint =
		http_endpoint_create(loop, &(struct http_endpoint_options){0});
	for (int i = 0; i < 4; i++) {
		struct http_request request;
		ask_model(&request, mock.port, "stale", "hello");
		struct outcome outcome = run_one(endpoint, loop, &request);
		ck_assert_msg(outcome.status == 200, "%d: %s", i, outcome.message);
		buf_finish(&outcome.body);
	}
	http_endpoint_destroy(endpoint);
	loop_destroy(loop);
	ck_assert_int_ge(stat_of(mock.port, "requests"), 7);
	mock_stop(&mock);
}
END_TEST

/* ---- Many at once. */

static void run_wave(struct http_endpoint *endpoint, struct loop *loop, int port, const char *model,
	size_t count) {
	struct http_request *requests = xcalloc(count, sizeof(*requests));
	struct outcome *outcomes = xcalloc(count, sizeof(*outcomes));
	for (size_t i = 0; i < count; i++) {
		char prompt[32];
		snprintf(prompt, sizeof(prompt), "hello %zu", i);
		buf_init(&outcomes[i].body, HTTP_BODY_MAX);
		ask_model(&requests[i], port, model, prompt);
		http_start(endpoint, &requests[i], on_done, &outcomes[i]);
	}
	loop_run(loop);
	for (size_t i = 0; i < count; i++) {
		ck_assert_int_eq(outcomes[i].done, 1);
		ck_assert_msg(outcomes[i].status == 200, "%zu: %s", i, outcomes[i].message);
		buf_finish(&outcomes[i].body);
		http_request_finish(&requests[i]);
	}
	free(requests);
	free(outcomes);
}

/* Until all are under way, and none can have been answered. */
static void hold(struct http_endpoint *endpoint, struct loop *loop, int port, size_t count) {
	struct http_transfer **transfers = xcalloc(count, sizeof(struct http_transfer *));
	struct outcome outcome = {.body = BUF_INIT(HTTP_BODY_MAX)};
	struct http_request request;
	ask_model(&request, port, "hang", "hello");
	for (size_t i = 0; i < count; i++) {
		transfers[i] = http_start(endpoint, &request, on_done, &outcome);
	}
	while (stat_of(port, "in_flight") < (int64_t)count) {
		loop_step(loop);
	}
	for (size_t i = 0; i < count; i++) {
		http_cancel(transfers[i]);
	}
	ck_assert_int_eq(outcome.done, 0);
	http_request_finish(&request);
	free(transfers);
}

START_TEST(many_run_at_once_and_the_next_wave_uses_their_connections) {
	struct mock mock = mock_start();
	struct loop *loop = loop_create(NULL);
	struct http_endpoint *endpoint =
		http_endpoint_create(loop, &(struct http_endpoint_options){.max_connections = 200});
	hold(endpoint, loop, mock.port, 200);
	run_wave(endpoint, loop, mock.port, "delay-300", 200);
	ck_assert_int_eq(stat_of(mock.port, "in_flight_max"), 200);
	int64_t connections = stat_of(mock.port, "connections");
	run_wave(endpoint, loop, mock.port, "plain", 200);
	run_wave(endpoint, loop, mock.port, "plain", 200);
	// Those of stat_of itself.
	ck_assert_int_le(stat_of(mock.port, "connections"), connections + 1);
	ck_assert_int_eq(stat_of(mock.port, "requests"), 800);
	http_endpoint_destroy(endpoint);
	loop_destroy(loop);
	mock_stop(&mock);
}
END_TEST

START_TEST(a_cancelled_request_is_never_heard_of_and_the_others_go_on) {
	struct mock mock = mock_start();
	struct loop *loop = loop_create(NULL);
	struct http_endpoint *endpoint =
		http_endpoint_create(loop, &(struct http_endpoint_options){0});
	struct http_request hang, plain;
	struct outcome hung = {.body = BUF_INIT(1024)};
	ask_model(&hang, mock.port, "hang", "hello");
	struct http_transfer *transfer = http_start(endpoint, &hang, on_done, &hung);
	ask_model(&plain, mock.port, "delay-20", "hello");
	struct outcome other = {.body = BUF_INIT(HTTP_BODY_MAX)};
	http_start(endpoint, &plain, on_done, &other);
	for (int i = 0; i < 10; i++) {
		loop_step(loop);
	}
	http_cancel(transfer);
	http_request_finish(&hang);
	loop_run(loop);
	ck_assert_int_eq(hung.done, 0);
	ck_assert_int_eq(other.status, 200);
	buf_finish(&other.body);
	http_request_finish(&plain);
	http_endpoint_destroy(endpoint);
	loop_destroy(loop);
	mock_stop(&mock);
}
END_TEST

/* Requests that end at the same time: the first to be told may end the endpoint. */
struct pack {
	struct http_endpoint *endpoint;
	int done;
	bool destroy;
};

static void on_first(const struct http_response *response, const struct error *err, void *data) {
	struct pack *pack = data;
	(void)response;
	(void)err;
	pack->done++;
	if (pack->destroy) {
		http_endpoint_destroy(pack->endpoint);
		pack->endpoint = NULL;
	}
}

START_TEST(a_callback_may_end_the_endpoint_or_it_ends_with_requests_under_way) {
	struct mock mock = mock_start();
	for (int round = 0; round < 3; round++) {
		struct loop *loop = loop_create(NULL);
		struct pack pack = {.destroy = round == 0};
		struct http_request requests[8];
		pack.endpoint = http_endpoint_create(loop, &(struct http_endpoint_options){0});
		for (int i = 0; i < 8; i++) {
			ask_model(&requests[i], mock.port, "delay-10", "hello");
			http_start(pack.endpoint, &requests[i], on_first, &pack);
		}
		if (round == 0) {
			loop_run(loop);
			ck_assert_int_eq(pack.done, 1);
		} else {
			for (int i = 0; i < (round == 1 ? 0 : 20); i++) {
				loop_step(loop);
			}
			http_endpoint_destroy(pack.endpoint);
			loop_run(loop);
			ck_assert_int_le(pack.done, 8);
		}
		for (int i = 0; i < 8; i++) {
			http_request_finish(&requests[i]);
		}
		loop_destroy(loop);
	}
	mock_stop(&mock);
}
END_TEST

/* ---- Names. */

START_TEST(only_named_hosts_over_plain_http_are_looked_up) {
	unsetenv("http_proxy");
	unsetenv("all_proxy");
	unsetenv("ALL_PROXY");
	ck_assert(http_lookup_needed("http://model.example:8000/v1"));
	ck_assert(http_lookup_needed("HTTP://u:p@host/"));
	ck_assert(!http_lookup_needed("https://model.example/v1"));
	ck_assert(!http_lookup_needed("http://10.0.0.7:8000/v1"));
	ck_assert(!http_lookup_needed("http://[::1]:8000/v1"));
	ck_assert(!http_lookup_needed("http://localhost:8000/v1"));
	ck_assert(!http_lookup_needed("http://"));
	setenv("http_proxy", "http://proxy:3128", 1);
	ck_assert(!http_lookup_needed("http://model.example:8000/v1"));
	ck_assert(http_lookup_is_loopback("http://LOCALHOST/"));
	ck_assert(http_lookup_is_loopback("https://127.0.0.1:1/"));
	ck_assert(http_lookup_is_loopback("http://[::1]:80/"));
	ck_assert(http_lookup_is_loopback("http://[::1]"));
	ck_assert(!http_lookup_is_loopback("http://[::1].example/"));
	ck_assert(!http_lookup_is_loopback("http://[::1]@example/"));
	ck_assert(!http_lookup_is_loopback("http://[::1]:80@example/"));
	ck_assert(!http_lookup_is_loopback("http://localhost.example/"));
	ck_assert(!http_lookup_is_loopback("http://127.example/"));
	ck_assert(!http_lookup_is_loopback("nonsense"));
}
END_TEST

struct heard {
	int count;
	bool failed;
};

static void on_heard(const struct error *err, void *data) {
	struct heard *heard = data;
	heard->count++;
	heard->failed = err != NULL;
}

START_TEST(a_name_is_looked_up_once_and_again_when_forgotten) {
	static const char url[] = "http://localhost:8000/v1";
	struct loop *loop = loop_create(NULL);
	struct heard heard = {0};
	struct http_lookup *lookup = http_lookup_create(loop, on_heard, &heard);
	ck_assert_ptr_null(http_lookup_known(lookup, url));
	http_lookup_start(lookup, url);
	http_lookup_start(lookup, url);
	ck_assert_int_eq(heard.count, 0);
	loop_run(loop);
	ck_assert_int_eq(heard.count, 1);
	ck_assert(!heard.failed);
	const struct curl_slist *known = http_lookup_known(lookup, url);
	ck_assert(str_starts_with(known->data, "localhost:8000:"));
	ck_assert(strstr(known->data, "127.0.0.1") != NULL || strstr(known->data, "[::1]") != NULL);
	ck_assert_ptr_null(http_lookup_known(lookup, "http://localhost:8001/v1"));
	http_lookup_forget(lookup);
	ck_assert_ptr_null(http_lookup_known(lookup, url));
	http_lookup_start(lookup, url);
	http_lookup_destroy(lookup); // with a question under way
	loop_run(loop);
	ck_assert_int_eq(heard.count, 1);
	loop_destroy(loop);
}
END_TEST

START_TEST(a_proxy_of_the_environment_is_not_asked_for_this_machine) {
	struct mock mock = mock_start();
	setenv("http_proxy", "http://127.0.0.1:9", 1);
	struct outcome outcome = run_model(mock.port, "plain", 0);
	ck_assert_int_eq(outcome.status, 200);
	buf_finish(&outcome.body);
	mock_stop(&mock);
}
END_TEST

START_TEST(urls_for_people_hold_no_secrets) {
	static const struct {
		const char *url;
		const char *shown;
	} cases[] = {
		{"http://h/v1", "http://h/v1"},
		{"https://user:pass@h:8/v1", "https://h:8/v1"},
		{"http://h/v1?api_key=abc&x=1&TOKEN=q", "http://h/v1?api_key=***&x=1&TOKEN=***"},
		{"http://h/v1?version=2#key=abc", "http://h/v1?version=2"},
		{"http://h/a@b?keys=1", "http://h/a@b?keys=1"},
	};
	for (size_t i = 0; i < F2F_COUNT(cases); i++) {
		char *shown = http_redact_url(cases[i].url);
		ck_assert_str_eq(shown, cases[i].shown);
		free(shown);
	}
}
END_TEST

int main(void) {
	Suite *suite = suite_create("http");
	TCase *tests = tcase_create("http");
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_request_arrives_as_it_is_and_its_reply_comes_back);
	tcase_add_test(tests, a_status_that_tells_of_a_failure_is_a_response_all_the_same);
	tcase_add_test(tests, replies_in_pieces_and_packed_are_made_whole);
	tcase_add_test(tests, a_redirect_is_told_and_not_followed);
	tcase_add_test(tests, headers_of_an_interim_response_are_not_the_responses);
	tcase_add_test(tests, lost_connections_are_network_errors);
	tcase_add_test(tests, what_does_not_end_in_time_is_a_timeout);
	tcase_add_test(tests, replies_over_the_cap_are_refused_packed_or_not);
	tcase_add_test(tests, what_is_not_http_is_a_protocol_error);
	tcase_add_test(tests, endless_headers_are_refused);
	tcase_add_test(tests, urls_that_can_never_work_are_usage_errors);
	tcase_add_test(
		tests, a_connection_that_closes_as_it_is_used_again_is_asked_anew_in_silence);
	tcase_add_test(tests, many_run_at_once_and_the_next_wave_uses_their_connections);
	tcase_add_test(tests, a_cancelled_request_is_never_heard_of_and_the_others_go_on);
	tcase_add_test(tests, a_callback_may_end_the_endpoint_or_it_ends_with_requests_under_way);
	tcase_add_test(tests, only_named_hosts_over_plain_http_are_looked_up);
	tcase_add_test(tests, a_name_is_looked_up_once_and_again_when_forgotten);
	tcase_add_test(tests, a_proxy_of_the_environment_is_not_asked_for_this_machine);
	tcase_add_test(tests, urls_for_people_hold_no_secrets);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
