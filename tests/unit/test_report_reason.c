#include "reasoned.h"

/* Scores of word problems; the figures are worked out by hand beside each. */

/* ---- Scores. */

START_TEST(the_headline_counts_every_problem_and_failures_as_0) {
	put_words_run("r", 1, "{}");
	put_five("r");
	struct report *report = built("r", NULL);
	check_score(report, "all", "efficiency", (1 + 0.5 + 0.75) / 5, 5);
	check_score(report, "trees/both", "efficiency", 1.5 / 4, 4);
	check_score(report, "base", "efficiency", 0.75, 1);
	check_score(report, "all", "accuracy", 0.8, 5);
	check_score(report, "trees/both", "accuracy", 0.75, 4);
	check_score(report, "all", "complete", 0.8, 5); // a, b, d and e
	const struct score *score = score_of(report, "all", "efficiency");
	CHECK_VALUE(score->missing_as_failed, 0.45);
	CHECK_VALUE(score->missing_as_passed, 0.45);
	ck_assert_int_eq(score->solved, 4);
	ck_assert_int_eq(score->problems, 5);
	ck_assert_int_eq(score->samples, 5);
	ck_assert_int_eq(score->k, 1); // what --min-score looks at
	ck_assert_int_eq(score_of(report, "base", "efficiency")->k, 0);
	ck_assert_int_eq(score_of(report, "all", "accuracy")->k, 0);
	report_destroy(report);
}
END_TEST

START_TEST(the_rest_is_over_right_answers_with_a_complete_proof) {
	put_words_run("r", 1, "{}");
	put_five("r");
	struct report *report = built("r", NULL);
	check_score(report, "all", "coverage", 0.75, 4);
	check_score(report, "trees/both", "coverage", 2.0 / 3, 3);
	check_score(report, "all", "step_efficiency", 2.25 / 3, 3);
	check_score(report, "trees/both", "step_efficiency", 0.75, 2);
	check_score(report, "all", "step_efficiency_lower", (1 + 0.375 + 0.75) / 3, 3);
	check_score(report, "all", "step_efficiency_upper", 2.25 / 3, 3);
	check_score(report, "all", "vertex_efficiency", 2.25 / 3, 3);
	ck_assert_int_eq(score_of(report, "all", "step_efficiency")->problems, 5);
	report_destroy(report);
}
END_TEST

START_TEST(accuracy_has_the_interval_of_wilson) {
	put_words_run("r", 1, "{}");
	put_five("r");
	struct report *report = built("r", NULL);
	const struct score *score = score_of(report, "all", "accuracy");
	// 4 of 5: (0.8 + z²/10 ± z·sqrt(0.16/5 + z²/100)) / (1 + z²/5), z² = 3.8414588
	ck_assert_double_eq_tol(score->low, 0.375535, 1e-5);
	ck_assert_double_eq_tol(score->high, 0.963776, 1e-5);
	report_destroy(report);
}
END_TEST

START_TEST(cells_come_in_the_generators_order_and_unknown_ones_last) {
	put_words_run("r", 1, "{}");
	put_five("r");
	put_in_cell("r", "f", "more");
	put_in_cell("r", "g", NULL); // in none, but in "all"
	put_in_cell("r", "h", "axiom/none");
	struct report *report = built("r", NULL);
	static const char *const expected[] = {"all", "base", "axiom/none", "trees/both", "more"};
	ck_assert_uint_eq(report->reason->cells.count, F2F_COUNT(expected));
	for (size_t i = 0; i < F2F_COUNT(expected); i++) {
		const struct reason_cell *cell = &report->reason->cells.items[i];
		ck_assert_str_eq(
			reason_score(report, cell, REASON_EFFICIENCY)->cell, expected[i]);
		ck_assert_str_eq(
			reason_score(report, cell, REASON_VERTEX)->metric, "vertex_efficiency");
	}
	ck_assert_int_eq(score_of(report, "all", "accuracy")->problems, 8);
	ck_assert_uint_eq(report->scores.count, F2F_COUNT(expected) * REASON_METRICS);
	report_destroy(report);
}
END_TEST

START_TEST(what_nobody_reached_is_not_known_rather_than_0) {
	put_words_run("r", 1, "{}");
	put_in_cell("r", "a", "base");
	put_in_cell("r", "b", "base");
	put_proof("r", "a", 0, OUTCOME_REJECTED, chatter());
	put_outcome("r", "b", 0, OUTCOME_TRUNCATED, MISSING_NONE);
	struct report *report = built("r", NULL);
	check_score(report, "base", "efficiency", 0, 2);
	check_score(report, "base", "accuracy", 0, 2);
	check_score(report, "base", "complete", 0, 2);
	static const char *const unknown[] = {"coverage", "step_efficiency",
		"step_efficiency_lower", "step_efficiency_upper", "vertex_efficiency"};
	for (size_t i = 0; i < F2F_COUNT(unknown); i++) {
		check_unknown(report, "base", unknown[i], 0);
		ck_assert(isnan(score_of(report, "base", unknown[i])->missing_as_failed));
		ck_assert(isnan(score_of(report, "base", unknown[i])->missing_as_passed));
	}
	CHECK_VALUE(report->reason->truncated, 0.5);
	ck_assert(isnan(report->reason->median_tokens));
	ck_assert(isnan(report->reason->order_distance[0]));
	CHECK_VALUE(report->reason->labels[0], 1);
	report_destroy(report);
}
END_TEST

START_TEST(samples_are_averaged_within_their_problem_first) {
	put_words_run("r", 2, "{}");
	put_in_cell("r", "a", "base");
	put_in_cell("r", "b", "base");
	put_proof("r", "a", 0, OUTCOME_ACCEPTED, proof_of(3, 0));  // 1
	put_proof("r", "a", 1, OUTCOME_ACCEPTED, proof_of(6, 0));  // 1/2
	put_proof("r", "b", 0, OUTCOME_ACCEPTED, proof_of(12, 0)); // 1/4
	put_proof("r", "b", 1, OUTCOME_REJECTED, chatter());
	put_proof("r", "b", 2, OUTCOME_ACCEPTED, proof_of(3, 0)); // not of this run
	struct report *report = built("r", NULL);
	check_score(report, "all", "efficiency", (0.75 + 0.125) / 2, 2);
	check_score(report, "all", "accuracy", 0.75, 2);
	check_score(report, "all", "step_efficiency", (0.75 + 0.25) / 2, 2); // not 1.75 / 3
	check_score(report, "all", "coverage", 1, 2);
	ck_assert_int_eq(score_of(report, "all", "accuracy")->samples, 4);
	report_destroy(report);
}
END_TEST

/* ---- What is missing. */

START_TEST(with_anything_missing_there_are_bounds) {
	put_words_run("r", 2, "{}");
	put_in_cell("r", "a", "base");
	put_in_cell("r", "b", "base");
	put_proof("r", "a", 0, OUTCOME_ACCEPTED, proof_of(6, 0));
	put_proof("r", "a", 1, OUTCOME_ACCEPTED, proof_of(6, 0));
	put_proof("r", "b", 0, OUTCOME_ACCEPTED, proof_of(12, 0));
	put_outcome("r", "b", 1, OUTCOME_NONE, MISSING_ENDPOINT);
	struct report *report = built("r", NULL);
	const struct score *score = score_of(report, "all", "efficiency");
	CHECK_VALUE(score->value, (0.5 + 0.25) / 2);
	CHECK_VALUE(score->missing_as_failed, (0.5 + 0.125) / 2);
	CHECK_VALUE(score->missing_as_passed, (0.5 + 0.625) / 2);
	ck_assert_int_eq(score->missing, 1);
	ck_assert_int_eq(score->samples, 3);
	score = score_of(report, "all", "accuracy");
	CHECK_VALUE(score->missing_as_failed, 0.75);
	CHECK_VALUE(score->missing_as_passed, 1);
	// over right answers alone: a failure changes nothing, a success of b makes it (1/4 + 1) /
	// 2
	score = score_of(report, "all", "step_efficiency");
	CHECK_VALUE(score->missing_as_failed, 0.375);
	CHECK_VALUE(score->missing_as_passed, (0.5 + 0.625) / 2);
	ck_assert(!report->valid);
	report_destroy(report);
}
END_TEST

START_TEST(a_problem_without_a_sample_leaves_only_bounds) {
	put_words_run("r", 1, "{}");
	put_in_cell("r", "a", "base");
	put_in_cell("r", "b", "base"); // never asked
	put_proof("r", "a", 0, OUTCOME_ACCEPTED, proof_of(6, 0));
	struct report *report = built("r", NULL);
	check_unknown(report, "all", "efficiency", 1);
	CHECK_VALUE(score_of(report, "all", "efficiency")->missing_as_failed, 0.25);
	CHECK_VALUE(score_of(report, "all", "efficiency")->missing_as_passed, 0.75);
	CHECK_VALUE(score_of(report, "all", "step_efficiency")->missing_as_failed, 0.5);
	CHECK_VALUE(score_of(report, "all", "step_efficiency")->missing_as_passed, 0.75);
	ck_assert_int_eq(report->missing, 1);
	report_destroy(report);
}
END_TEST

START_TEST(when_all_is_missing_the_bounds_say_nothing) {
	put_words_run("r", 1, "{}");
	put_in_cell("r", "a", "base");
	put_in_cell("r", "b", "base");
	put_outcome("r", "a", 0, OUTCOME_NONE, MISSING_ENDPOINT);
	struct report *report = built("r", NULL);
	for (size_t i = 0; i < report->scores.count; i++) {
		const struct score *score = &report->scores.items[i];
		ck_assert(isnan(score->value) && isnan(score->low));
		ck_assert_int_eq(score->missing, 2);
		ck_assert_msg(score->missing_as_passed == 1, "%s", score->metric);
	}
	CHECK_VALUE(score_of(report, "all", "accuracy")->missing_as_failed, 0);
	ck_assert(isnan(score_of(report, "all", "coverage")->missing_as_failed));
	ck_assert(isnan(report->reason->truncated));
	report_destroy(report);
}
END_TEST

START_TEST(with_anything_pending_its_cell_has_no_score) {
	put_words_run("r", 1, "{}");
	put_five("r");
	put_in_cell("r", "f", "base");
	put_outcome("r", "f", 0, OUTCOME_NONE, MISSING_NONE);
	struct report *report = built("r", NULL);
	check_unknown(report, "all", "efficiency", 5);
	check_unknown(report, "base", "step_efficiency", 1);
	ck_assert(isnan(score_of(report, "base", "efficiency")->missing_as_passed));
	ck_assert_int_eq(score_of(report, "base", "efficiency")->pending, 1);
	check_score(report, "trees/both", "efficiency", 1.5 / 4, 4);
	report_destroy(report);
}
END_TEST

START_TEST(a_run_that_set_out_for_nothing_has_no_scores) {
	put_words_run("r", 1, "{}");
	struct report *report = built("r", NULL);
	ck_assert_uint_eq(report->scores.count, 0);
	ck_assert_uint_eq(report->reason->cells.count, 0);
	ck_assert(isnan(report->reason->labels[0]));
	report_destroy(report);
}
END_TEST

/* ---- The two texts. */

START_TEST(each_text_has_figures_of_its_own) {
	put_words_run("r", 1, "{\"proof_text\":\"reasoning\",\"shots\":\"efficient\"}");
	put_in_cell("r", "a", "base");
	put_in_cell("r", "b", "base");
	struct alignment_record thought = proof_of(12, 0);
	thought.proof_text = "reasoning";
	thought.aligner = "f2f/2";
	int64_t id = put_outcome("r", "a", 0, OUTCOME_ACCEPTED, MISSING_NONE);
	CHECK_OK(store_alignment_put(store, id, &thought, &err));
	struct alignment_record said = proof_of(3, 0);
	CHECK_OK(store_alignment_put(store, id, &said, &err));
	put_proof("r", "b", 0, OUTCOME_ACCEPTED, proof_of(6, 0)); // thought nothing
	struct report *report = built("r", NULL);
	ck_assert_str_eq(report->reason->proof_text, "reasoning");
	ck_assert_str_eq(report->reason->aligner, "f2f/2");
	ck_assert_str_eq(report->reason->shots, "efficient");
	check_score(report, "all", "efficiency", 0.25 / 2, 2);
	check_score(report, "all", "coverage", 0.5, 2);
	ck_assert_int_eq(report->reason->unread, 1);
	report_destroy(report);
	report = built("r", "answer");
	ck_assert_str_eq(report->reason->proof_text, "answer");
	ck_assert_str_eq(report->reason->run_proof_text, "reasoning");
	check_score(report, "all", "efficiency", 0.75, 2);
	ck_assert_int_eq(report->reason->unread, 0);
	report_destroy(report);
}
END_TEST

START_TEST(a_text_that_was_never_read_says_nothing_of_proofs) {
	put_words_run("r", 1, "{}");
	put_five("r");
	struct report *report = built("r", "reasoning");
	check_score(report, "all", "accuracy", 0.8, 5);
	check_unknown(report, "all", "efficiency", 5);
	check_unknown(report, "all", "complete", 5);
	check_unknown(report, "all", "coverage", 4);
	ck_assert(isnan(score_of(report, "all", "efficiency")->missing_as_failed));
	ck_assert_ptr_null(report->reason->aligner);
	report_destroy(report);
}
END_TEST

/* ---- What the texts consist of. */

START_TEST(labels_orders_and_tokens_are_those_of_the_texts) {
	put_words_run("r", 1, "{}");
	put_five("r");
	struct report *report = built("r", NULL);
	const struct reason_report *reason = report->reason;
	// steps: a 3, b 3 + 3 + 2 unread, c 1 unread, d 3 + 1, e 3 + 1: 20
	ck_assert_int_eq(reason->steps, 20);
	ck_assert_int_eq(reason->texts, 5);
	ck_assert_int_eq(reason->right, 4);
	CHECK_VALUE(reason->labels[0], 3.0 / 20);
	CHECK_VALUE(reason->labels[7], 5.0 / 20);
	CHECK_VALUE(reason->labels[8], 12.0 / 20);
	double sum = 0;
	for (size_t i = 0; i < ALIGNMENT_LABELS; i++) {
		sum += reason->labels[i];
	}
	CHECK_VALUE(sum, 1);
	CHECK_VALUE(reason->order_distance[0], 0.25);
	CHECK_VALUE(reason->order_chance[1], 0.75);
	ck_assert(isnan(reason->order_distance[2])); // in no text
	CHECK_VALUE(reason->median_tokens, 100);
	CHECK_VALUE(reason->tokens_per_theorem, 300.0 / (3 + 6 + 4)); // c derives nothing
	CHECK_VALUE(reason->truncated, 0);
	report_destroy(report);
}
END_TEST

START_TEST(the_exhaustive_baseline_is_over_all_problems_of_its_cell) {
	struct problem problems[] = {
		{.split = "words", .name = "a", .subset = "test", .program = "0.5"},
		{.split = "words", .name = "b", .subset = "test", .program = "0.25"},
		{.split = "words", .name = "c", .subset = "test", .program = "none"},
		{.split = "words", .name = "e", .subset = "test", .program = "1"},
	};
	struct set_record set = {.name = "words", .version = "1", .hash = "h", .problems = 4};
	CHECK_OK(store_set_replace(
		store, &set, NULL, 0, problems, F2F_COUNT(problems), &err));
	put_words_run("r", 1, "{}");
	put_five("r"); // d is in no set any more
	struct report *report = built("r", NULL);
	const struct reason_cell *cells = report->reason->cells.items;
	CHECK_VALUE(cells[0].exhaustive, 1.75 / 3);
	ck_assert_int_eq(cells[0].exhaustive_problems, 3);
	CHECK_VALUE(cells[1].exhaustive, 1);
	CHECK_VALUE(cells[2].exhaustive, 0.375);
	report_destroy(report);
	CHECK_OK(report_build(store, "r", NULL, &report, &err));
	ck_assert(isnan(report->reason->cells.items[0].exhaustive));
	report_destroy(report);
}
END_TEST

/* ---- Two runs. */

START_TEST(two_runs_are_compared_where_both_hold_a_proof) {
	put_words_run("q", 1, "{}");
	put_five("q"); // a 1, b 1/2, e 3/4
	put_words_run("r", 1, "{}");
	static const char *const names[] = {"a", "b", "c", "e", "x"};
	static const int64_t steps[] = {6, 12, 3, 4, 3};
	for (size_t i = 0; i < F2F_COUNT(names); i++) {
		put_in_cell("r", names[i], "base");
		put_proof("r", names[i], 0, OUTCOME_ACCEPTED, proof_of(steps[i], 0));
	}
	struct report *first = built("q", NULL), *second = built("r", NULL);
	struct reason_comparison comparison = reason_compare(first, second);
	ck_assert_int_eq(comparison.common, 4); // a, b, c and e
	ck_assert_int_eq(comparison.n, 3);	 // c has no proof in the first
	CHECK_VALUE(comparison.first, 0.75);
	CHECK_VALUE(comparison.second, 0.5);
	CHECK_VALUE(comparison.difference, -0.25); // -1/2, -1/4, 0: SE = 0.25 / sqrt(3)
	ck_assert_double_eq_tol(comparison.low, -0.25 - 4.302653 * 0.14433757, 1e-6);
	ck_assert_double_eq_tol(comparison.high, -0.25 + 4.302653 * 0.14433757, 1e-6);
	report_destroy(first);
	report_destroy(second);
}
END_TEST

START_TEST(a_name_that_means_another_problem_is_not_compared) {
	put_words_run("q", 1, "{}");
	put_in_cell("q", "a", "base");
	put_proof("q", "a", 0, OUTCOME_ACCEPTED, proof_of(3, 0));
	put_words_run("r", 1, "{}");
	put_in_cell("r", "a", "base");
	struct alignment_record other = proof_of(4, 0);
	other.shortest_steps = 4;
	put_proof("r", "a", 0, OUTCOME_ACCEPTED, other);
	struct report *first = built("q", NULL), *second = built("r", NULL);
	struct reason_comparison comparison = reason_compare(first, second);
	ck_assert_int_eq(comparison.common, 0);
	ck_assert(isnan(comparison.difference) && isnan(comparison.low));
	report_destroy(first);
	report_destroy(second);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("report_reason");
	TCase *tests = tcase_create("report_reason");
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, the_headline_counts_every_problem_and_failures_as_0);
	tcase_add_test(tests, the_rest_is_over_right_answers_with_a_complete_proof);
	tcase_add_test(tests, accuracy_has_the_interval_of_wilson);
	tcase_add_test(tests, cells_come_in_the_generators_order_and_unknown_ones_last);
	tcase_add_test(tests, what_nobody_reached_is_not_known_rather_than_0);
	tcase_add_test(tests, samples_are_averaged_within_their_problem_first);
	tcase_add_test(tests, with_anything_missing_there_are_bounds);
	tcase_add_test(tests, a_problem_without_a_sample_leaves_only_bounds);
	tcase_add_test(tests, when_all_is_missing_the_bounds_say_nothing);
	tcase_add_test(tests, with_anything_pending_its_cell_has_no_score);
	tcase_add_test(tests, a_run_that_set_out_for_nothing_has_no_scores);
	tcase_add_test(tests, each_text_has_figures_of_its_own);
	tcase_add_test(tests, a_text_that_was_never_read_says_nothing_of_proofs);
	tcase_add_test(tests, labels_orders_and_tokens_are_those_of_the_texts);
	tcase_add_test(tests, the_exhaustive_baseline_is_over_all_problems_of_its_cell);
	tcase_add_test(tests, two_runs_are_compared_where_both_hold_a_proof);
	tcase_add_test(tests, a_name_that_means_another_problem_is_not_compared);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
