#include "cmd/word_problems.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"
#include "unit.h"

/* What reports are told of logic programs. */

START_TEST(the_baseline_is_the_shortest_proof_over_all_that_is_derived) {
	// Tobin 9, Oda 47, Tobin 6: the shortest proof does without Oda
	ck_assert_double_eq_tol(
		word_problems.exhaustive("container(Mira/pear, 14).\n"
					 "container(Pavel/hat, 41).\n"
					 "comparison(less, Tobin/pear, Mira/pear, 5).\n"
					 "comparison(more, Oda/hat, Pavel/hat, 6).\n"
					 "transfer(Ula/pear, Tobin/pear, 3).\n"
					 "goal container(Tobin/pear, ?).\n"),
		2.0 / 3, 1e-12);
}
END_TEST

START_TEST(a_program_without_a_proof_has_no_baseline) {
	static const char *const programs[] = {"", "nonsense", "container(Mira/pear, 14).\n",
		"container(Mira/pear, 14).\ngoal container(Oda/hat, ?).\n",
		"container(A/pear, 1).\ncontainer(A/pear, 2).\ngoal container(A/pear, ?).\n",
		// its goal is stated: nothing is derived
		"container(Mira/pear, 14).\ngoal container(Mira/pear, ?).\n"};
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		ck_assert_msg(isnan(word_problems.exhaustive(programs[i])), "%s", programs[i]);
	}
}
END_TEST

START_TEST(cells_begin_with_base_and_end) {
	ck_assert_str_eq(word_problems.cell_at(0), "base");
	ck_assert_str_eq(word_problems.cell_at(1), "axiom/none");
	ck_assert_ptr_null(word_problems.cell_at(16));
}
END_TEST

int main(void) {
	Suite *suite = suite_create("word_problems");
	TCase *tests = tcase_create("word_problems");
	tcase_add_test(tests, the_baseline_is_the_shortest_proof_over_all_that_is_derived);
	tcase_add_test(tests, a_program_without_a_proof_has_no_baseline);
	tcase_add_test(tests, cells_begin_with_base_and_end);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
