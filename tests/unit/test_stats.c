#include "unit.h"

#include <math.h>

#include "base/mem.h"
#include "core/stats.h"

/* Reference values: pass@k and Wilson by exact rational arithmetic, t by tables. */

START_TEST(pass_at_k_agrees_with_exact_fractions) {
	ck_assert_double_eq(stats_pass_at_k(32, 1, 32), 1);
	ck_assert_double_eq_tol(stats_pass_at_k(8192, 3, 1024), 0.33011, 5e-6);
	ck_assert_double_eq_tol(stats_pass_at_k(1024, 1, 32), 0.03125, 1e-12);
	ck_assert_double_eq(stats_pass_at_k(64, 0, 32), 0);
	ck_assert_double_eq_tol(stats_pass_at_k(5, 2, 2), 0.7, 1e-12);     // 1 - C(3,2)/C(5,2)
	ck_assert_double_eq_tol(stats_pass_at_k(8, 3, 1), 3.0 / 8, 1e-12); // k = 1 is the share
	ck_assert_double_eq_tol(stats_pass_at_k(10, 4, 5), 41.0 / 42, 1e-12);
}
END_TEST

START_TEST(pass_at_k_is_undefined_with_too_few_samples) {
	ck_assert_double_nan(stats_pass_at_k(2, 0, 5));
	ck_assert_double_nan(stats_pass_at_k(2, 2, 5));
	ck_assert_double_nan(stats_pass_at_k(0, 0, 1));
	ck_assert_double_nan(stats_pass_at_k(4, 1, 0));
}
END_TEST

START_TEST(pass_at_k_of_many_samples_neither_overflows_nor_loses_its_digits) {
	// 1 - (1 - 1/n)(1 - 1/(n-1))…: with one success in n it is k/n
	ck_assert_double_eq_tol(stats_pass_at_k(1000000, 1, 3), 3e-6, 1e-17);
	ck_assert_double_eq(stats_pass_at_k(1000000, 999999, 2), 1);
	double last = 0;
	for (int64_t k = 1; k <= 1024; k *= 2) {
		double value = stats_pass_at_k(1024, 7, k);
		ck_assert(value > last && value <= 1);
		last = value;
	}
}
END_TEST

START_TEST(wilson_intervals_of_244_problems_are_the_published_ones) {
	static const struct {
		double solved, low, high;
	} rows[] = {
		{122, 43.8, 56.2},
		{139, 50.7, 63.0},
		{200, 76.7, 86.3},
		{233, 92.1, 97.5},
		{240, 95.9, 99.4},
		{244, 98.5, 100},
	};
	for (size_t i = 0; i < F2F_COUNT(rows); i++) {
		struct interval interval = stats_wilson(rows[i].solved, 244);
		ck_assert_double_eq_tol(100 * interval.low, rows[i].low, 0.05);
		ck_assert_double_eq_tol(100 * interval.high, rows[i].high, 0.05);
	}
}
END_TEST

START_TEST(wilson_ends_are_exact_and_never_leave_the_unit_interval) {
	ck_assert_double_eq(stats_wilson(0, 244).low, 0);
	ck_assert_double_gt(stats_wilson(0, 244).high, 0);
	ck_assert_double_eq(stats_wilson(244, 244).high, 1);
	ck_assert_double_lt(stats_wilson(244, 244).low, 1);
	ck_assert_double_eq(stats_wilson(0, 0).low, 0);
	ck_assert_double_eq(stats_wilson(0, 0).high, 1);
	ck_assert_double_eq_tol(stats_wilson(1, 1).low, 0.206549314377, 1e-9);
}
END_TEST

START_TEST(quantiles_of_student_t_agree_with_tables) {
	static const struct {
		int64_t df;
		double t;
	} rows[] = {{1, 12.7062}, {2, 4.3027}, {9, 2.2622}, {20, 2.0860}, {21, 2.0796},
		{29, 2.0452}, {30, 2.0423}, {60, 2.0003}, {120, 1.9799}, {243, 1.9698},
		{1000000, 1.95997}};
	for (size_t i = 0; i < F2F_COUNT(rows); i++) {
		ck_assert_double_eq_tol(stats_t975(rows[i].df), rows[i].t, 6e-5);
	}
}
END_TEST

START_TEST(one_verdict_a_problem_gets_a_wilson_interval) {
	const double values[] = {1, 0, 1, 1, 0, 0, 1, 0};
	double mean;
	struct interval interval = stats_mean_interval(values, F2F_COUNT(values), &mean);
	struct interval wilson = stats_wilson(4, 8);
	ck_assert_double_eq(mean, 0.5);
	ck_assert_double_eq(interval.low, wilson.low);
	ck_assert_double_eq(interval.high, wilson.high);
}
END_TEST

START_TEST(several_samples_a_problem_get_a_t_interval_over_problems) {
	const double values[] = {0.25, 0.5, 0.75, 0.5};
	double mean;
	struct interval interval = stats_mean_interval(values, F2F_COUNT(values), &mean);
	// sd 0.204124, SE 0.102062, t(3) 3.182446
	ck_assert_double_eq_tol(mean, 0.5, 1e-12);
	ck_assert_double_eq_tol(interval.low, 0.5 - 0.324804, 1e-5);
	ck_assert_double_eq_tol(interval.high, 0.5 + 0.324804, 1e-5);
}
END_TEST

START_TEST(near_an_end_the_interval_is_wilson_with_the_effective_size) {
	double values[244];
	for (size_t i = 0; i < 244; i++) {
		values[i] = i < 200 ? 1 : 0.75;
	}
	double mean;
	struct interval interval = stats_mean_interval(values, 244, &mean);
	ck_assert_double_eq_tol(mean, 0.954918, 1e-6);
	ck_assert(interval.low < mean && mean < interval.high && interval.high <= 1);
	// p(1-p)/SE² = 1132.4: narrower than 244 coin tosses would give
	struct interval wilson = stats_wilson(mean * 1132.38, 1132.38);
	ck_assert_double_eq_tol(interval.low, wilson.low, 1e-5);
	ck_assert_double_eq_tol(interval.high, wilson.high, 1e-5);
}
END_TEST

START_TEST(equal_values_do_not_make_a_score_certain) {
	static const double levels[] = {0.03125, 0.5, 0.96875};
	for (size_t i = 0; i < F2F_COUNT(levels); i++) {
		const double values[] = {levels[i], levels[i], levels[i], levels[i], levels[i]};
		double mean;
		struct interval interval = stats_mean_interval(values, F2F_COUNT(values), &mean);
		ck_assert_double_eq(mean, levels[i]);
		ck_assert(interval.low < mean && mean < interval.high);
		ck_assert(interval.low >= 0 && interval.high <= 1);
	}
}
END_TEST

START_TEST(intervals_of_next_to_nothing_say_next_to_nothing) {
	double mean;
	struct interval interval = stats_mean_interval(NULL, 0, &mean);
	ck_assert_double_nan(mean);
	ck_assert(interval.low == 0 && interval.high == 1);
	const double one[] = {0.5};
	interval = stats_mean_interval(one, 1, &mean);
	ck_assert_double_eq(mean, 0.5);
	ck_assert(interval.low < 0.1 && interval.high > 0.9);
}
END_TEST

START_TEST(paired_differences_get_a_t_interval_over_problems) {
	// mean 0.2, deviations ±0.1: SE 0.1/sqrt(3)·… = sqrt(0.02/2/3) = 0.057735; t(2) = 4.302653
	const double differences[] = {0.1, 0.2, 0.3};
	double mean;
	struct interval interval = stats_paired_interval(differences, 3, &mean);
	ck_assert_double_eq_tol(mean, 0.2, 1e-12);
	ck_assert_double_eq_tol(interval.low, 0.2 - 4.302653 * 0.0577350269, 1e-6);
	ck_assert_double_eq_tol(interval.high, 0.2 + 4.302653 * 0.0577350269, 1e-6);
	const double wide[] = {-1, 1};
	interval = stats_paired_interval(wide, 2, &mean);
	ck_assert(mean == 0 && interval.low == -1 && interval.high == 1);
}
END_TEST

START_TEST(equal_differences_do_not_make_a_comparison_certain) {
	double mean;
	const double none[] = {0, 0, 0, 0};
	struct interval interval = stats_paired_interval(none, 4, &mean);
	struct interval half = stats_wilson(2, 4);
	ck_assert_double_eq(mean, 0);
	ck_assert_double_eq_tol(interval.low, 2 * half.low - 1, 1e-12);
	ck_assert_double_eq_tol(interval.high, 2 * half.high - 1, 1e-12);
	const double all[] = {-1, -1, -1};
	interval = stats_paired_interval(all, 3, &mean);
	ck_assert(mean == -1 && interval.low == -1 && interval.high > -0.5);
	const double one[] = {0.25};
	interval = stats_paired_interval(one, 1, &mean);
	ck_assert(mean == 0.25 && interval.low < -0.5 && interval.high > 0.8);
	interval = stats_paired_interval(NULL, 0, &mean);
	ck_assert_double_nan(mean);
	ck_assert(interval.low == -1 && interval.high == 1);
}
END_TEST

START_TEST(a_median_lies_in_the_middle_of_the_sorted_values) {
	double odd[] = {9, 1, 5}, even[] = {4, 1, 2, 40};
	ck_assert_double_eq(stats_median(odd, 3), 5);
	ck_assert_double_eq(stats_median(even, 4), 3);
	ck_assert_double_nan(stats_median(NULL, 0));
}
END_TEST

int main(void) {
	Suite *suite = suite_create("stats");
	TCase *tcase = tcase_create("stats");
	tcase_add_test(tcase, pass_at_k_agrees_with_exact_fractions);
	tcase_add_test(tcase, pass_at_k_is_undefined_with_too_few_samples);
	tcase_add_test(tcase, pass_at_k_of_many_samples_neither_overflows_nor_loses_its_digits);
	tcase_add_test(tcase, wilson_intervals_of_244_problems_are_the_published_ones);
	tcase_add_test(tcase, wilson_ends_are_exact_and_never_leave_the_unit_interval);
	tcase_add_test(tcase, quantiles_of_student_t_agree_with_tables);
	tcase_add_test(tcase, one_verdict_a_problem_gets_a_wilson_interval);
	tcase_add_test(tcase, several_samples_a_problem_get_a_t_interval_over_problems);
	tcase_add_test(tcase, near_an_end_the_interval_is_wilson_with_the_effective_size);
	tcase_add_test(tcase, equal_values_do_not_make_a_score_certain);
	tcase_add_test(tcase, intervals_of_next_to_nothing_say_next_to_nothing);
	tcase_add_test(tcase, paired_differences_get_a_t_interval_over_problems);
	tcase_add_test(tcase, equal_differences_do_not_make_a_comparison_certain);
	tcase_add_test(tcase, a_median_lies_in_the_middle_of_the_sorted_values);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
