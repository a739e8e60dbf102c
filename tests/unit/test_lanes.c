#include "unit.h"

#include "base/clock.h"
#include "engine/lanes.h"
#include "io/loop.h"

/* Which server gets the next request. Nothing is sent: the servers' replies are told. */

static struct loop *loop;
static struct lanes lanes;

static void open_lanes(size_t count, int connections) {
	static const char *const urls[] = {
		"http://127.0.0.1:1/v1", "http://127.0.0.1:2/v1", "http://127.0.0.1:3/v1"};
	loop = loop_create(NULL);
	struct engine_options options = {
		.loop = loop,
		.base_urls = urls,
		.base_url_count = count,
		.connections = connections,
		.connections_start = connections,
	};
	lanes_open(&lanes, &options);
}

static void close_lanes(void) {
	lanes_close(&lanes);
	loop_destroy(loop);
}

static struct lane *choose(
	int64_t now_ns, const struct lane *avoid, enum lanes_wait *why_out, int64_t *wait_ns_out) {
	struct lane *lane = lanes_choose(&lanes, now_ns, 0, avoid, why_out, wait_ns_out);
	if (lane != NULL) {
		limiter_start(lane->limiter, now_ns, 0);
	}
	return lane;
}

static void answer(struct lane *lane, int64_t now_ns) {
	limiter_end(lane->limiter, now_ns, LIMITER_OK, 0, 0);
	lane_answered(lane);
}

static void refuse(struct lane *lane, int64_t now_ns) {
	limiter_end(lane->limiter, now_ns, LIMITER_FAILED, 0, -1);
	lane_failed(&lanes, lane, now_ns);
}

START_TEST(the_least_busy_one_is_next_and_a_full_one_is_not) {
	enum lanes_wait why;
	int64_t wait_ns;
	open_lanes(2, 2);
	struct lane *first = choose(1, NULL, &why, &wait_ns);
	struct lane *second = choose(1, NULL, &why, &wait_ns);
	ck_assert_ptr_ne(first, second);
	ck_assert_ptr_nonnull(choose(1, NULL, &why, &wait_ns));
	ck_assert_ptr_nonnull(choose(1, NULL, &why, &wait_ns));
	ck_assert_ptr_null(choose(1, NULL, &why, &wait_ns));
	ck_assert_int_eq(why, LANES_BUSY);
	answer(second, 2);
	ck_assert_ptr_eq(choose(2, NULL, &why, &wait_ns), second);
	close_lanes();
}
END_TEST

START_TEST(the_one_that_just_failed_is_taken_only_when_no_other_is_free) {
	enum lanes_wait why;
	int64_t wait_ns;
	open_lanes(2, 1);
	struct lane *bad = &lanes.items[0];
	ck_assert_ptr_eq(choose(1, bad, &why, &wait_ns), &lanes.items[1]);
	ck_assert_ptr_eq(choose(1, bad, &why, &wait_ns), bad);
	close_lanes();
}
END_TEST

START_TEST(one_that_fails_fast_does_not_attract_the_traffic) {
	enum lanes_wait why;
	int64_t wait_ns;
	open_lanes(2, 50);
	struct lane *bad = &lanes.items[0];
	int to_bad = 0;
	int64_t now_ns = CLOCK_SECOND;
	// A second of requests, each a millisecond after the other: the good one takes 40 ms, the
	// bad one fails at once.
	struct lane *good[1000];
	for (int i = 0; i < 1000; i++, now_ns += CLOCK_MS) {
		if (i >= 40 && good[i - 40] != NULL) {
			answer(good[i - 40], now_ns);
		}
		struct lane *lane = choose(now_ns, NULL, &why, &wait_ns);
		ck_assert_ptr_nonnull(lane);
		to_bad += lane == bad;
		good[i] = lane == bad ? NULL : lane;
		if (lane == bad) {
			refuse(lane, now_ns);
		}
	}
	ck_assert_int_ge(to_bad, 1);
	ck_assert_int_le(to_bad, 5);
	close_lanes();
}
END_TEST

START_TEST(down_lasts_longer_each_time_and_one_request_finds_out) {
	enum lanes_wait why;
	int64_t wait_ns;
	int64_t now_ns = CLOCK_SECOND;
	open_lanes(2, 20);
	struct lane *bad = &lanes.items[0];
	lane_close(&lanes, &lanes.items[1], ENGINE_REFUSED, "401");
	struct lane *under_way[20];
	for (int i = 0; i < 20; i++) {
		under_way[i] = choose(now_ns, NULL, &why, &wait_ns);
		ck_assert_ptr_eq(under_way[i], bad);
	}
	for (int i = 0; i < 20; i++) {
		refuse(bad, now_ns); // twenty at once are one down time, not twenty
	}
	for (int64_t seconds = 1; seconds <= 64; seconds *= 2) {
		ck_assert_ptr_null(choose(now_ns, NULL, &why, &wait_ns));
		ck_assert_int_eq(why, LANES_DOWN);
		ck_assert_int_eq(wait_ns, (seconds < 60 ? seconds : 60) * CLOCK_SECOND);
		now_ns += wait_ns;
		ck_assert_ptr_eq(choose(now_ns, NULL, &why, &wait_ns), bad);
		ck_assert_ptr_null(choose(now_ns, NULL, &why, &wait_ns));
		ck_assert_int_eq(why, LANES_BUSY);
		refuse(bad, now_ns);
	}
	now_ns += 60 * CLOCK_SECOND;
	ck_assert_ptr_eq(choose(now_ns, NULL, &why, &wait_ns), bad);
	answer(bad, now_ns); // it is back, and has it all again
	ck_assert_ptr_eq(choose(now_ns, NULL, &why, &wait_ns), bad);
	ck_assert_ptr_eq(choose(now_ns, NULL, &why, &wait_ns), bad);
	close_lanes();
}
END_TEST

START_TEST(failing_over_goes_only_to_one_that_does_well) {
	open_lanes(3, 5);
	struct lane *lane = lanes.items;
	ck_assert(lanes_has_other(&lanes, &lane[0], 1));
	lane_failed(&lanes, &lane[1], 1);
	ck_assert(lanes_has_other(&lanes, &lane[0], 1));
	limiter_hold(lane[2].limiter, CLOCK_SECOND);
	ck_assert(!lanes_has_other(&lanes, &lane[0], 1));
	ck_assert(lanes_has_other(&lanes, &lane[0], CLOCK_SECOND));
	lane_close(&lanes, &lane[2], ENGINE_QUOTA, "402");
	ck_assert(!lanes_has_other(&lanes, &lane[0], CLOCK_SECOND));
	lane_answered(&lane[1]);
	ck_assert(lanes_has_other(&lanes, &lane[0], CLOCK_SECOND));
	close_lanes();
}
END_TEST

START_TEST(a_lane_that_is_alone_is_never_down) {
	enum lanes_wait why;
	int64_t wait_ns;
	open_lanes(1, 5);
	for (int i = 0; i < 100; i++) {
		lane_failed(&lanes, lanes.items, 1);
	}
	ck_assert_ptr_eq(choose(1, NULL, &why, &wait_ns), lanes.items);
	close_lanes();
}
END_TEST

START_TEST(with_all_closed_there_is_no_lane_and_the_last_close_says_so) {
	enum lanes_wait why;
	int64_t wait_ns;
	open_lanes(2, 5);
	ck_assert(lane_close(&lanes, &lanes.items[0], ENGINE_REFUSED, "401"));
	ck_assert(lane_close(&lanes, &lanes.items[0], ENGINE_REFUSED, "again"));
	ck_assert_str_eq(lanes.items[0].closed_why, "401");
	ck_assert(!lane_close(&lanes, &lanes.items[1], ENGINE_QUOTA, "402"));
	ck_assert_ptr_null(choose(1, NULL, &why, &wait_ns));
	ck_assert_int_eq(why, LANES_CLOSED);
	close_lanes();
}
END_TEST

START_TEST(of_several_that_cannot_the_first_to_be_free_says_when) {
	enum lanes_wait why;
	int64_t wait_ns;
	open_lanes(2, 1);
	limiter_hold(lanes.items[0].limiter, 9 * CLOCK_SECOND);
	limiter_hold(lanes.items[1].limiter, 4 * CLOCK_SECOND);
	ck_assert_ptr_null(choose(CLOCK_SECOND, NULL, &why, &wait_ns));
	ck_assert_int_eq(why, LANES_HELD);
	ck_assert_int_eq(wait_ns, 3 * CLOCK_SECOND);
	close_lanes();
}
END_TEST

int main(void) {
	Suite *suite = suite_create("lanes");
	TCase *tests = tcase_create("lanes");
	tcase_add_test(tests, the_least_busy_one_is_next_and_a_full_one_is_not);
	tcase_add_test(tests, the_one_that_just_failed_is_taken_only_when_no_other_is_free);
	tcase_add_test(tests, one_that_fails_fast_does_not_attract_the_traffic);
	tcase_add_test(tests, down_lasts_longer_each_time_and_one_request_finds_out);
	tcase_add_test(tests, failing_over_goes_only_to_one_that_does_well);
	tcase_add_test(tests, a_lane_that_is_alone_is_never_down);
	tcase_add_test(tests, with_all_closed_there_is_no_lane_and_the_last_close_says_so);
	tcase_add_test(tests, of_several_that_cannot_the_first_to_be_free_says_when);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
