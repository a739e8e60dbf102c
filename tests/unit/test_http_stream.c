#include "unit.h"

#include <string.h>

#include "asking.h"
#include "base/clock.h"
#include "base/str.h"
#include "io/http.h"
#include "io/loop.h"

/* ---- A body that is told in pieces. */

struct stream {
	struct outcome outcome;
	struct http_endpoint *endpoint;
	struct http_transfer *transfer;
	struct buf text;
	int pieces;
	int status;
	size_t cancel_at; // bytes; 0: never
	size_t destroy_at;
};

static void on_stream_body(
	const struct http_response *head, const char *bytes, size_t length, void *data) {
	struct stream *stream = data;
	ck_assert_int_eq(stream->outcome.done, 0);
	ck_assert_uint_gt(length, 0);
	ck_assert_ptr_nonnull(http_response_header(head, "content-type"));
	ck_assert_uint_eq(head->body.len, 0);
	stream->status = head->status;
	stream->pieces++;
	buf_append(&stream->text, bytes, length);
	if (stream->cancel_at > 0 && stream->text.len >= stream->cancel_at) {
		stream->cancel_at = 0;
		http_cancel(stream->transfer);
		buf_append(&stream->text, bytes, 1); // still there
	}
	if (stream->destroy_at > 0 && stream->text.len >= stream->destroy_at) {
		stream->destroy_at = 0;
		http_endpoint_destroy(stream->endpoint);
		stream->endpoint = NULL;
		buf_append(&stream->text, bytes, 1);
	}
}

static void on_stream_done(
	const struct http_response *response, const struct error *err, void *data) {
	struct stream *stream = data;
	on_done(response, err, &stream->outcome);
}

static struct stream run_stream(int port, const char *model, size_t cancel_at, size_t destroy_at) {
	struct loop *loop = loop_create(NULL);
	struct stream stream = {.text = BUF_INIT(HTTP_BODY_MAX),
		.outcome = {.body = BUF_INIT(HTTP_BODY_MAX)},
		.cancel_at = cancel_at,
		.destroy_at = destroy_at};
	struct http_request request;
	stream.endpoint = http_endpoint_create(loop, &(struct http_endpoint_options){0});
	ask_model(&request, port, model, "hello");
	stream.transfer = http_start_with(stream.endpoint, &request,
		&(struct http_start_options){.on_body = on_stream_body}, on_stream_done, &stream);
	loop_run(loop);
	http_request_finish(&request);
	http_endpoint_destroy(stream.endpoint);
	loop_destroy(loop);
	return stream;
}

static void finish_stream(struct stream *stream) {
	buf_finish(&stream->text);
	buf_finish(&stream->outcome.body);
}

START_TEST(pieces_of_a_body_come_as_they_arrive_and_the_end_comes_last) {
	struct mock mock = mock_start();
	struct stream stream = run_stream(mock.port, "slow-1", 0, 0);
	ck_assert_int_eq(stream.outcome.status, 200);
	ck_assert_uint_eq(stream.outcome.body.len, 0);
	ck_assert_int_gt(stream.pieces, 5);
	ck_assert(str_ends_with(buf_str(&stream.text), "}}"));
	ck_assert_ptr_nonnull(strstr(buf_str(&stream.text), "by mock_"));
	ck_assert_int_ge(stream.outcome.timing.queue_ns, 0);
	ck_assert_int_gt(stream.outcome.timing.connect_ns, 0);
	ck_assert_int_gt(stream.outcome.timing.first_byte_ns, 0);
	ck_assert_int_gt(stream.outcome.timing.total_ns, stream.outcome.timing.first_byte_ns);
	finish_stream(&stream);
	mock_stop(&mock);
}
END_TEST

START_TEST(a_failures_body_is_collected_as_ever) {
	struct mock mock = mock_start();
	struct stream stream = run_stream(mock.port, "500", 0, 0);
	ck_assert_int_eq(stream.outcome.status, 500);
	ck_assert_ptr_nonnull(strstr(buf_str(&stream.outcome.body), "oops"));
	ck_assert_int_eq(stream.pieces, 0);
	finish_stream(&stream);
	mock_stop(&mock);
}
END_TEST

START_TEST(what_came_before_a_reset_is_told_before_the_failure) {
	struct mock mock = mock_start();
	struct stream stream = run_stream(mock.port, "reset", 0, 0);
	ck_assert_int_eq(stream.outcome.failure, HTTP_FAILURE_CUT);
	ck_assert_int_eq(stream.outcome.code, ERROR_NETWORK);
	ck_assert_int_eq(stream.status, 200);
	ck_assert_uint_gt(stream.text.len, 50);
	finish_stream(&stream);
	mock_stop(&mock);
}
END_TEST

START_TEST(a_packed_stream_is_told_unpacked) {
	struct mock mock = mock_start();
	struct stream stream = run_stream(mock.port, "gzip", 0, 0);
	ck_assert_int_eq(stream.outcome.status, 200);
	ck_assert_ptr_nonnull(strstr(buf_str(&stream.text), "by mock_"));
	finish_stream(&stream);
	mock_stop(&mock);
}
END_TEST

START_TEST(a_stream_may_be_cancelled_or_its_endpoint_ended_by_its_own_bytes) {
	struct mock mock = mock_start();
	struct stream cancelled = run_stream(mock.port, "slow-1", 40, 0);
	ck_assert_int_eq(cancelled.outcome.done, 0);
	ck_assert_uint_ge(cancelled.text.len, 41);
	finish_stream(&cancelled);
	struct stream destroyed = run_stream(mock.port, "big-4", 0, 100000);
	ck_assert_int_eq(destroyed.outcome.done, 0);
	ck_assert_uint_ge(destroyed.text.len, 100001);
	finish_stream(&destroyed);
	mock_stop(&mock);
}
END_TEST

START_TEST(the_cap_counts_all_that_was_told) {
	struct mock mock = mock_start();
	struct stream stream = run_stream(mock.port, "gzip-bomb", 0, 0);
	ck_assert_int_eq(stream.outcome.failure, HTTP_FAILURE_TOO_LARGE);
	ck_assert_uint_le(stream.text.len, HTTP_BODY_MAX);
	ck_assert_uint_gt(stream.text.len, HTTP_BODY_MAX / 2);
	finish_stream(&stream);
	mock_stop(&mock);
}
END_TEST

/* ---- Deadlines, by a clock of our own. */

static int64_t fake_now(void *data) {
	const int64_t *now = data;
	return *now;
}

/* A request that ends only when time is over. */
struct stepped {
	int64_t now_ns;
	struct loop *loop;
	struct http_endpoint *endpoint;
	struct http_request request;
	struct http_transfer *transfer;
	struct stream stream;
};

static void start_stepped(
	struct stepped *stepped, int port, const char *model, struct http_start_options options) {
	*stepped = (struct stepped){.now_ns = 1,
		.stream = {.text = BUF_INIT(HTTP_BODY_MAX),
			.outcome = {.body = BUF_INIT(HTTP_BODY_MAX)}}};
	stepped->loop =
		loop_create(&(struct loop_options){.now = fake_now, .now_data = &stepped->now_ns});
	stepped->endpoint = http_endpoint_create(stepped->loop, &(struct http_endpoint_options){0});
	ask_model(&stepped->request, port, model, "hello");
	options.on_body = on_stream_body;
	stepped->transfer = http_start_with(
		stepped->endpoint, &stepped->request, &options, on_stream_done, &stepped->stream);
}

/* Turns until the transfer is there: sockets work by the machine's time. */
static void wait_for(struct stepped *stepped, enum http_phase phase) {
	int64_t since_ns;
	while (http_transfer_phase(stepped->transfer, &since_ns) != phase) {
		stepped->now_ns++; // 0 is "never"
		loop_step(stepped->loop);
		ck_assert_int_eq(stepped->stream.outcome.done, 0);
	}
}

static void step(struct stepped *stepped, int64_t ms) {
	stepped->now_ns += ms * CLOCK_MS;
	loop_step(stepped->loop);
}

static void finish_stepped(struct stepped *stepped) {
	finish_stream(&stepped->stream);
	http_endpoint_destroy(stepped->endpoint);
	http_request_finish(&stepped->request);
	loop_destroy(stepped->loop);
}

START_TEST(silence_is_told_from_slowness) {
	struct mock mock = mock_start();
	struct stepped stepped;
	start_stepped(
		&stepped, mock.port, "hang", (struct http_start_options){.idle_timeout_ms = 30000});
	wait_for(&stepped, HTTP_SENT);
	step(&stepped, 29000);
	ck_assert_int_eq(stepped.stream.outcome.done, 0);
	step(&stepped, 2000);
	ck_assert_int_eq(stepped.stream.outcome.failure, HTTP_FAILURE_IDLE_TIMEOUT);
	ck_assert_int_eq(stepped.stream.outcome.code, ERROR_TIMEOUT);
	ck_assert_ptr_nonnull(strstr(stepped.stream.outcome.message, "30 s"));
	finish_stepped(&stepped);
	mock_stop(&mock);
}
END_TEST

START_TEST(a_byte_puts_the_idle_deadline_off_but_not_the_total_one) {
	struct mock mock = mock_start();
	struct stepped stepped;
	start_stepped(&stepped, mock.port, "slow-1",
		(struct http_start_options){.idle_timeout_ms = 30000, .request_timeout_ms = 90000});
	for (int i = 0; i < 4; i++) {
		int pieces = stepped.stream.pieces;
		while (stepped.stream.pieces < pieces + 2) {
			loop_step(stepped.loop);
		}
		ck_assert_int_eq(stepped.stream.outcome.done, 0);
		step(&stepped, 20000);
	}
	ck_assert_int_eq(stepped.stream.outcome.done, 0);
	step(&stepped, 10001);
	ck_assert_int_eq(stepped.stream.outcome.failure, HTTP_FAILURE_TIMEOUT);
	ck_assert_ptr_nonnull(strstr(stepped.stream.outcome.message, "90 s"));
	finish_stepped(&stepped);
	mock_stop(&mock);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("http_stream");
	TCase *tests = tcase_create("http_stream");
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, pieces_of_a_body_come_as_they_arrive_and_the_end_comes_last);
	tcase_add_test(tests, a_failures_body_is_collected_as_ever);
	tcase_add_test(tests, what_came_before_a_reset_is_told_before_the_failure);
	tcase_add_test(tests, a_packed_stream_is_told_unpacked);
	tcase_add_test(tests, a_stream_may_be_cancelled_or_its_endpoint_ended_by_its_own_bytes);
	tcase_add_test(tests, the_cap_counts_all_that_was_told);
	tcase_add_test(tests, silence_is_told_from_slowness);
	tcase_add_test(tests, a_byte_puts_the_idle_deadline_off_but_not_the_total_one);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
