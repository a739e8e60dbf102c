#include "unit.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "engine/retry.h"
#include "engine/settings.h"

static const int64_t second = INT64_C(1000000000);

START_TEST(a_wait_is_a_random_share_of_a_doubling_capped_span) {
	struct retry_policy policy = RETRY_POLICY_DEFAULT;
	ck_assert_int_eq(retry_wait(&policy, 1, 0, -1, 0.5), second / 4);
	ck_assert_int_eq(retry_wait(&policy, 2, 0, -1, 0.5), second / 2);
	ck_assert_int_eq(retry_wait(&policy, 4, 0, -1, 0.5), 2 * second);
	policy.max_attempts = 1000;
	ck_assert_int_eq(retry_wait(&policy, 100, 0, -1, 0.5), 30 * second);
	ck_assert_int_eq(retry_wait(&policy, 1, 0, -1, 0.0), 0);
}
END_TEST

START_TEST(a_retry_after_is_the_least_wait) {
	struct retry_policy policy = RETRY_POLICY_DEFAULT;
	ck_assert_int_eq(retry_wait(&policy, 1, 0, 3000, 0.9), 3 * second);
	ck_assert_int_eq(retry_wait(&policy, 1, 0, 0, 0.5), second / 4);
}
END_TEST

START_TEST(giving_up_comes_with_attempts_time_or_a_hopeless_retry_after) {
	struct retry_policy policy = RETRY_POLICY_DEFAULT;
	ck_assert_int_eq(retry_wait(&policy, 8, 0, -1, 0.5), -1);
	ck_assert_int_eq(retry_wait(&policy, 1, 900 * second, -1, 0.5), -1);
	ck_assert_int_eq(retry_wait(&policy, 1, 0, 99999 * INT64_C(1000), 0.5), -1);
	policy.max_attempts = 1;
	ck_assert_int_eq(retry_wait(&policy, 1, 0, 10, 0.5), -1);
}
END_TEST

START_TEST(a_server_that_goes_away_has_its_minute_however_long_the_request_had_run) {
	struct retry_record record = {0};
	int64_t asked = 1000 * second;
	record.tries = 1;
	retry_failed(&record, asked, RETRY_REPLY); // it was lost after 300 s
	ck_assert_int_eq(record.since_ns, asked);
	record.tries = 2;
	retry_failed(&record, asked + 300 * second, RETRY_UNREACHABLE);
	ck_assert(!retry_is_hopeless(&record, RETRY_UNREACHABLE, asked + 301 * second));
	retry_failed(&record, asked + 330 * second, RETRY_UNREACHABLE);
	ck_assert(!retry_is_hopeless(&record, RETRY_UNREACHABLE, asked + 359 * second));
	ck_assert(retry_is_hopeless(&record, RETRY_UNREACHABLE, asked + 360 * second));
	retry_failed(&record, asked + 400 * second, RETRY_REPLY); // it is back, and goes again
	retry_failed(&record, asked + 410 * second, RETRY_UNREACHABLE);
	ck_assert(!retry_is_hopeless(&record, RETRY_UNREACHABLE, asked + 411 * second));
	ck_assert_int_eq(record.since_ns, asked);
}
END_TEST

START_TEST(what_cannot_be_read_is_asked_for_three_times) {
	struct retry_record record = {.tries = 2};
	ck_assert(!retry_is_hopeless(&record, RETRY_BROKEN, 0));
	ck_assert(!retry_is_hopeless(&record, RETRY_REPLY, 0));
	record.tries = 3;
	ck_assert(retry_is_hopeless(&record, RETRY_BROKEN, 0));
	ck_assert(!retry_is_hopeless(&record, RETRY_REPLY, 0));
}
END_TEST

static char *rendered(double temperature, int64_t samples, const char *lean) {
	struct settings *settings = settings_create();
	settings_text(settings, "model", "openai/x");
	settings_number(settings, "temperature", temperature);
	settings_integer(settings, "samples", samples);
	if (lean != NULL) {
		settings_text(settings, "lean", lean);
	}
	char *text = settings_render(settings);
	settings_destroy(settings);
	return text;
}

static int difference(char *before, char *after, const char *expected) {
	struct buf out = BUF_INIT(1000);
	int count = settings_difference(before, after, &out);
	ck_assert_str_eq(buf_str(&out), expected);
	buf_finish(&out);
	free(before);
	free(after);
	return count;
}

START_TEST(settings_differ_by_value_and_say_which) {
	ck_assert_int_eq(difference(rendered(0.5, 1, "4.9.0"), rendered(0.5, 1, "4.9.0"), ""), 0);
	ck_assert_int_eq(difference(rendered(0.5, 1, NULL), rendered(NAN, 8, NULL),
				 "samples 1 → 8, temperature 0.5 → none"), 2);
	ck_assert_int_eq(difference(rendered(0.5, 1, "4.9.0"), rendered(0.5, 1, "4.15.0"),
				 "lean 4.9.0 → 4.15.0"),
		1);
}
END_TEST

START_TEST(a_run_that_was_not_checked_is_the_same_when_it_is) {
	ck_assert_int_eq(difference(rendered(0.5, 1, NULL), rendered(0.5, 1, "4.9.0"), ""), 0);
	ck_assert_int_eq(difference(rendered(0.5, 1, "4.9.0"), rendered(0.5, 1, NULL), ""), 0);
	char *before = rendered(0.5, 1, "4.9.0");
	char *after = rendered(0.5, 1, NULL);
	char *merged = settings_merge(before, after);
	ck_assert_str_eq(merged, before);
	free(merged);
	free(before);
	free(after);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("engine");
	TCase *tcase = tcase_create("engine");
	tcase_add_test(tcase, a_wait_is_a_random_share_of_a_doubling_capped_span);
	tcase_add_test(tcase, a_retry_after_is_the_least_wait);
	tcase_add_test(tcase, giving_up_comes_with_attempts_time_or_a_hopeless_retry_after);
	tcase_add_test(
		tcase, a_server_that_goes_away_has_its_minute_however_long_the_request_had_run);
	tcase_add_test(tcase, what_cannot_be_read_is_asked_for_three_times);
	tcase_add_test(tcase, settings_differ_by_value_and_say_which);
	tcase_add_test(tcase, a_run_that_was_not_checked_is_the_same_when_it_is);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
