#include <stdlib.h>

#include "base/clock.h"
#include "engine/limiter.h"
#include "unit.h"

static const int64_t minute_ns = 60 * CLOCK_SECOND;

/* Answers `count` requests, keeping the window full while it lasts. */
static void answer(struct limiter *limiter, int64_t now_ns, int count) {
	int64_t wait_ns;
	for (int i = 0; i < count; i++) {
		while (limiter_ask(limiter, now_ns, 0, &wait_ns) == LIMITER_FREE) {
			limiter_start(limiter, now_ns, 0);
		}
		limiter_end(limiter, now_ns, LIMITER_OK, 0, 0);
	}
}

START_TEST(the_window_doubles_until_something_is_turned_away) {
	struct limiter *limiter = limiter_create(&(struct limiter_options){.most = 1000});
	ck_assert_int_eq(limiter_window(limiter), 20);
	answer(limiter, 1, 20);
	ck_assert_int_eq(limiter_window(limiter), 40);
	answer(limiter, 2, 40);
	ck_assert_int_eq(limiter_window(limiter), 80);
	limiter_end(limiter, 3, LIMITER_TOO_FAST, 0, 0);
	ck_assert_int_eq(limiter_window(limiter), 64);
	answer(limiter, 4, 64);
	ck_assert_int_eq(limiter_window(limiter), 67);
	limiter_destroy(limiter);
}
END_TEST

START_TEST(one_episode_cuts_once_and_the_next_one_again) {
	struct limiter *limiter =
		limiter_create(&(struct limiter_options){.start = 100, .most = 100});
	int64_t now_ns = CLOCK_SECOND;
	for (int i = 0; i < 100; i++) {
		limiter_start(limiter, now_ns, 0);
	}
	for (int i = 0; i < 50; i++) {
		limiter_end(limiter, now_ns + i, LIMITER_TOO_FAST, 0, -1);
	}
	ck_assert_int_eq(limiter_window(limiter), 80);
	now_ns += 15 * CLOCK_SECOND;
	limiter_end(limiter, now_ns, LIMITER_TOO_FAST, 0, -1);
	ck_assert_int_eq(limiter_window(limiter), 64);
	limiter_destroy(limiter);
}
END_TEST

START_TEST(the_window_never_closes_and_never_passes_its_limit) {
	struct limiter *limiter = limiter_create(&(struct limiter_options){.start = 3, .most = 4});
	int64_t now_ns = CLOCK_SECOND;
	for (int i = 0; i < 40; i++) {
		limiter_start(limiter, now_ns, 0);
		limiter_end(limiter, now_ns, LIMITER_TOO_FAST, 0, -1);
		now_ns += minute_ns;
		ck_assert_int_ge(limiter_window(limiter), 1);
	}
	ck_assert_int_eq(limiter_window(limiter), 1);
	answer(limiter, now_ns, 100);
	ck_assert_int_eq(limiter_window(limiter), 4);
	limiter_destroy(limiter);
}
END_TEST

START_TEST(a_round_that_did_not_need_the_window_does_not_widen_it) {
	struct limiter *limiter = limiter_create(&(struct limiter_options){.most = 1000});
	for (int i = 0; i < 200; i++) {
		limiter_start(limiter, i, 0);
		limiter_end(limiter, i, LIMITER_OK, 0, 0);
	}
	ck_assert_int_eq(limiter_window(limiter), 20);
	limiter_destroy(limiter);
}
END_TEST

START_TEST(failures_leave_the_window_alone) {
	struct limiter *limiter = limiter_create(&(struct limiter_options){.most = 1000});
	for (int i = 0; i < 200; i++) {
		limiter_start(limiter, i, 0);
		limiter_end(limiter, i, LIMITER_FAILED, 0, -1);
	}
	ck_assert_int_eq(limiter_window(limiter), 20);
	ck_assert_int_eq(limiter_in_flight(limiter), 0);
	limiter_destroy(limiter);
}
END_TEST

START_TEST(a_hold_lasts_as_long_as_the_longest) {
	struct limiter *limiter = limiter_create(&(struct limiter_options){0});
	int64_t wait_ns = 0;
	limiter_hold(limiter, 100);
	limiter_hold(limiter, 50);
	ck_assert_int_eq(limiter_ask(limiter, 40, 0, &wait_ns), LIMITER_HOLD);
	ck_assert_int_eq(wait_ns, 60);
	ck_assert_int_eq(limiter_held_until(limiter, 40), 100);
	ck_assert_int_eq(limiter_ask(limiter, 100, 0, &wait_ns), LIMITER_FREE);
	ck_assert_int_eq(limiter_held_until(limiter, 100), 0);
	limiter_destroy(limiter);
}
END_TEST

enum { STARTS_MAX = 4096 };

/* The most that any minute saw, with starts as early as the limiter lets them. */
static int64_t busiest_minute(int64_t rpm, int64_t tpm, int64_t reserved, int64_t used) {
	struct limiter *limiter = limiter_create(
		&(struct limiter_options){.start = 1000, .most = 1000, .rpm = rpm, .tpm = tpm});
	int64_t *starts = calloc(STARTS_MAX, sizeof(*starts));
	int count = 0;
	int64_t now_ns = CLOCK_SECOND;
	int64_t end_ns = now_ns + 5 * minute_ns;
	while (now_ns < end_ns && count < STARTS_MAX) {
		int64_t wait_ns = 0;
		if (limiter_ask(limiter, now_ns, reserved, &wait_ns) == LIMITER_FREE) {
			limiter_start(limiter, now_ns, reserved);
			limiter_end(limiter, now_ns, LIMITER_OK, reserved, used);
			starts[count++] = now_ns;
		} else {
			ck_assert_int_gt(wait_ns, 0);
			now_ns += wait_ns;
		}
	}
	int64_t most = 0;
	for (int first = 0, last = 0; last < count; last++) {
		while (starts[last] - starts[first] >= minute_ns) {
			first++;
		}
		most = last - first + 1 > most ? last - first + 1 : most;
	}
	ck_assert_int_gt(count, 0);
	free(starts);
	limiter_destroy(limiter);
	return most;
}

START_TEST(no_minute_sees_more_requests_than_the_limit_and_few_less) {
	static const int64_t limits[] = {1, 2, 7, 10, 60, 100, 500};
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		int64_t most = busiest_minute(limits[i], 0, 0, 0);
		ck_assert_int_le(most, limits[i]);
		ck_assert_int_ge(most * 100, limits[i] * 90);
	}
}
END_TEST

START_TEST(no_minute_sees_more_tokens_than_the_limit) {
	// What was reserved and not used is given back: only use counts in the end.
	ck_assert_int_le(busiest_minute(0, 10000, 1000, 1000) * 1000, 10000);
	ck_assert_int_ge(busiest_minute(0, 10000, 1000, 1000) * 1000, 9000);
	ck_assert_int_le(busiest_minute(0, 10000, 1000, 100) * 100, 10500);
	ck_assert_int_ge(busiest_minute(0, 10000, 1000, 100) * 100, 9000);
}
END_TEST

START_TEST(a_request_over_the_whole_limit_starts_once_and_is_paid_back) {
	struct limiter *limiter =
		limiter_create(&(struct limiter_options){.most = 10, .tpm = 1000});
	int64_t wait_ns = 0;
	int64_t now_ns = CLOCK_SECOND;
	ck_assert_int_eq(limiter_ask(limiter, now_ns, 5000, &wait_ns), LIMITER_FREE);
	limiter_start(limiter, now_ns, 5000);
	ck_assert_int_eq(limiter_ask(limiter, now_ns, 10, &wait_ns), LIMITER_TOKENS);
	ck_assert_int_gt(wait_ns, 4 * minute_ns);
	limiter_end(limiter, now_ns, LIMITER_OK, 5000, 20);
	ck_assert_int_eq(limiter_ask(limiter, now_ns, 10, &wait_ns), LIMITER_FREE);
	limiter_destroy(limiter);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("limiter");
	TCase *tests = tcase_create("limiter");
	tcase_add_test(tests, the_window_doubles_until_something_is_turned_away);
	tcase_add_test(tests, one_episode_cuts_once_and_the_next_one_again);
	tcase_add_test(tests, the_window_never_closes_and_never_passes_its_limit);
	tcase_add_test(tests, a_round_that_did_not_need_the_window_does_not_widen_it);
	tcase_add_test(tests, failures_leave_the_window_alone);
	tcase_add_test(tests, a_hold_lasts_as_long_as_the_longest);
	tcase_add_test(tests, no_minute_sees_more_requests_than_the_limit_and_few_less);
	tcase_add_test(tests, no_minute_sees_more_tokens_than_the_limit);
	tcase_add_test(tests, a_request_over_the_whole_limit_starts_once_and_is_paid_back);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
