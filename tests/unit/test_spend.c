#include "unit.h"

#include <math.h>
#include <string.h>

#include "core/completion.h"
#include "core/price.h"
#include "engine/spend.h"

static struct completion counted(int64_t prompt, int64_t cached, int64_t out) {
	struct completion completion;
	completion_init(&completion);
	completion.prompt_tokens = prompt;
	completion.cached_tokens = cached;
	completion.completion_tokens = out;
	return completion;
}

START_TEST(a_price_is_dollars_a_million_and_cached_tokens_have_their_own) {
	struct price price = {.input = 2, .cached_input = 0.5, .output = 8};
	struct completion completion = counted(1000000, 400000, 500000);
	ck_assert_double_eq_tol(price_of(&price, &completion), 1.2 + 0.2 + 4.0, 1e-9);
	price.cached_input = NAN;
	ck_assert_double_eq_tol(price_of(&price, &completion), 2.0 + 4.0, 1e-9);
	completion.cached_tokens = 5000000; // more than there are: not less than nothing
	price.cached_input = 0;
	ck_assert_double_eq_tol(price_of(&price, &completion), 4.0, 1e-9);
	completion.usd = 0.125; // who sends the bill knows best
	ck_assert_double_eq(price_of(&price, &completion), 0.125);
	completion_finish(&completion);
}
END_TEST

START_TEST(what_is_not_known_is_never_nothing) {
	struct price price = PRICE_UNKNOWN;
	struct completion completion = counted(10, -1, 10);
	ck_assert(isnan(price_of(&price, &completion)));
	price.input = 1;
	ck_assert(isnan(price_of(&price, &completion)));
	price.output = 1;
	ck_assert(!isnan(price_of(&price, &completion)));
	completion.prompt_tokens = -1;
	ck_assert(isnan(price_of(&price, &completion)));
	completion_finish(&completion);
}
END_TEST

START_TEST(limits_are_reached_by_tokens_by_dollars_and_by_not_knowing) {
	struct spend spend = {0};
	struct completion completion = counted(70, -1, 30);
	char why[512];
	ck_assert(!spend_is_over(&spend, &(struct spend_limits){0}, why, sizeof(why)));
	completion.usd = 0.5;
	spend_add(&spend, &completion);
	ck_assert_int_eq(spend.prompt_tokens + spend.completion_tokens, 100);
	ck_assert(!spend_is_over(&spend, &(struct spend_limits){.tokens = 101}, why, sizeof(why)));
	ck_assert(spend_is_over(&spend, &(struct spend_limits){.tokens = 100}, why, sizeof(why)));
	ck_assert_ptr_nonnull(strstr(why, "--token-limit is 100"));
	ck_assert(!spend_is_over(&spend, &(struct spend_limits){.usd = 0.51}, why, sizeof(why)));
	ck_assert(spend_is_over(&spend, &(struct spend_limits){.usd = 0.5}, why, sizeof(why)));
	completion.usd = NAN;
	spend_add(&spend, &completion);
	ck_assert(spend_is_over(&spend, &(struct spend_limits){.usd = 99}, why, sizeof(why)));
	ck_assert_ptr_nonnull(strstr(why, "price-input"));
	completion.prompt_tokens = completion.completion_tokens = -1; // not told: no tokens less
	spend_add(&spend, &completion);
	ck_assert_int_eq(spend.prompt_tokens + spend.completion_tokens, 200);
	ck_assert(spend_is_over(&spend, &(struct spend_limits){.tokens = 999}, why, sizeof(why)));
	ck_assert_ptr_nonnull(strstr(why, "does not say how many tokens"));
	ck_assert(!spend_is_over(&spend, &(struct spend_limits){0}, why, sizeof(why)));
	completion_finish(&completion);
}
END_TEST

START_TEST(what_is_in_flight_counts_before_it_has_come) {
	struct spend spend = {0};
	struct spend_limits limits = {.tokens = 1000, .usd = 0.1};
	struct spend_share none = {0};
	struct spend_share one = spend_expect(
		&spend, (struct spend_share){.requests = 1, .tokens = 300, .usd = NAN});
	// The first one goes alone: nobody knows yet whether tokens and cost are told.
	ck_assert(spend_has_room(&spend, &limits, &none, &one));
	ck_assert(!spend_has_room(&spend, &limits, &one, &one));
	struct completion completion = counted(100, -1, 0);
	completion.usd = 0.01;
	spend_add(&spend, &completion);
	one = spend_expect(&spend, one);
	ck_assert_double_eq(one.usd, 0.01);
	ck_assert_int_eq(one.tokens, 300);
	struct spend_share three = {.requests = 3, .tokens = 600, .usd = 0.03};
	ck_assert(spend_has_room(&spend, &limits, &three, &one));
	three.tokens = 601;
	ck_assert(!spend_has_room(&spend, &limits, &three, &one));
	three = (struct spend_share){.requests = 8, .tokens = 0, .usd = 0.08};
	ck_assert(spend_has_room(&spend, &limits, &three, &one));
	three.usd = 0.081;
	ck_assert(!spend_has_room(&spend, &limits, &three, &one));
	ck_assert(spend_has_room(&spend, &(struct spend_limits){0}, &three, &one));
	// What it took beside the estimate is what is expected next.
	completion.completion_tokens = 900;
	completion.usd = 0.05;
	spend_add(&spend, &completion);
	one = spend_expect(&spend, one);
	ck_assert_int_eq(one.tokens, 1000);
	ck_assert_double_eq(one.usd, 0.05);
	ck_assert(spend_has_room(&spend, &limits, &none, &one)); // alone always
	completion_finish(&completion);
}
END_TEST

START_TEST(ten_times_a_cent_is_a_tenth) {
	struct spend spend = {0};
	struct completion completion = counted(1, -1, 1);
	char why[512];
	completion.usd = 0.01;
	for (int i = 0; i < 10; i++) {
		ck_assert(!spend_is_over(
			&spend, &(struct spend_limits){.usd = 0.1}, why, sizeof(why)));
		spend_add(&spend, &completion);
	}
	ck_assert(spend_is_over(&spend, &(struct spend_limits){.usd = 0.1}, why, sizeof(why)));
	completion_finish(&completion);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("spend");
	TCase *tests = tcase_create("spend");
	tcase_add_test(tests, a_price_is_dollars_a_million_and_cached_tokens_have_their_own);
	tcase_add_test(tests, what_is_not_known_is_never_nothing);
	tcase_add_test(tests, limits_are_reached_by_tokens_by_dollars_and_by_not_knowing);
	tcase_add_test(tests, what_is_in_flight_counts_before_it_has_come);
	tcase_add_test(tests, ten_times_a_cent_is_a_tenth);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
