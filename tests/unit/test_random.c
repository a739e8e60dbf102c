#include <stdint.h>

#include "logic/random.h"
#include "unit.h"

START_TEST(numbers_are_those_of_splitmix64) {
	// The published generator's first values from the states 0 and 1234567.
	static const uint64_t zero[] = {
		0xe220a8397b1dcdafu, 0x6e789e6aa1b965f4u, 0x06c45d188009454fu};
	struct random random = random_seed(0);
	for (size_t i = 0; i < sizeof(zero) / sizeof(zero[0]); i++) {
		ck_assert_uint_eq(random_next(&random), zero[i]);
	}
	static const uint64_t other[] = {6457827717110365317u, 3203168211198807973u,
		9817491932198370423u, 4593380528125082431u, 16408922859458223821u};
	random = random_seed(1234567);
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		ck_assert_uint_eq(random_next(&random), other[i]);
	}
}
END_TEST

START_TEST(streams_never_change) {
	// Kept from the first version: a change here changes every problem ever generated.
	struct random random = random_stream(1, "base", 0);
	ck_assert_uint_eq(random_next(&random), 0x54f57997955e674eu);
	random = random_stream(7, "trees/both", 9999);
	ck_assert_uint_eq(random_next(&random), 0x80c41820c722bcd4u);
	ck_assert_uint_eq(random_below(&random, 19), 2);
	ck_assert_int_eq(random_between(&random, -5, 1000), 666);
}
END_TEST

START_TEST(streams_with_another_seed_name_or_number_differ) {
	struct random streams[] = {random_stream(1, "base", 2), random_stream(2, "base", 1),
		random_stream(1, "base", 1), random_stream(1, "tree0", 1), random_stream(0, "", 0),
		random_stream(1, "", 0), random_stream(0, "", 1)};
	uint64_t first[sizeof(streams) / sizeof(streams[0])];
	for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
		first[i] = random_next(&streams[i]);
		for (size_t j = 0; j < i; j++) {
			ck_assert_uint_ne(first[i], first[j]);
		}
	}
}
END_TEST

START_TEST(a_bound_gives_every_value_about_equally_often) {
	enum { BOUND = 19, DRAWS = 190000 };
	size_t counts[BOUND] = {0};
	struct random random = random_stream(3, "counts", 0);
	for (size_t i = 0; i < DRAWS; i++) {
		counts[random_below(&random, BOUND)]++;
	}
	for (size_t i = 0; i < BOUND; i++) {
		ck_assert_uint_gt(counts[i], DRAWS / BOUND * 95 / 100);
		ck_assert_uint_lt(counts[i], DRAWS / BOUND * 105 / 100);
	}
}
END_TEST

START_TEST(a_bound_near_the_limit_has_no_bias_to_the_low_half) {
	// Taking next % bound would give the low third of this range twice as often as the rest.
	uint64_t bound = UINT64_C(3) << 62;
	size_t low = 0;
	struct random random = random_seed(5);
	for (size_t i = 0; i < 30000; i++) {
		low += random_below(&random, bound) < bound / 3;
	}
	ck_assert_uint_gt(low, 9600);
	ck_assert_uint_lt(low, 10400);
}
END_TEST

START_TEST(ranges_hold_both_ends_and_nothing_else) {
	struct random random = random_seed(9);
	bool seen[5] = {false};
	for (size_t i = 0; i < 1000; i++) {
		int64_t value = random_between(&random, -2, 2);
		ck_assert(value >= -2 && value <= 2);
		seen[value + 2] = true;
	}
	for (size_t i = 0; i < 5; i++) {
		ck_assert(seen[i]);
	}
	ck_assert_int_eq(random_between(&random, INT64_MAX, INT64_MAX), INT64_MAX);
	ck_assert_int_eq(random_between(&random, INT64_MIN, INT64_MIN), INT64_MIN);
	(void)random_between(&random, INT64_MIN, INT64_MAX);
	ck_assert_uint_eq(random_below(&random, 1), 0);
}
END_TEST

START_TEST(a_coin_falls_on_both_sides) {
	struct random random = random_seed(11);
	size_t heads = 0;
	for (size_t i = 0; i < 10000; i++) {
		heads += random_coin(&random);
	}
	ck_assert_uint_gt(heads, 4800);
	ck_assert_uint_lt(heads, 5200);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("random");
	TCase *tests = tcase_create("random");
	tcase_add_test(tests, numbers_are_those_of_splitmix64);
	tcase_add_test(tests, streams_never_change);
	tcase_add_test(tests, streams_with_another_seed_name_or_number_differ);
	tcase_add_test(tests, a_bound_gives_every_value_about_equally_often);
	tcase_add_test(tests, a_bound_near_the_limit_has_no_bias_to_the_low_half);
	tcase_add_test(tests, ranges_hold_both_ends_and_nothing_else);
	tcase_add_test(tests, a_coin_falls_on_both_sides);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
