#include "reported.h"

#include "base/json.h"

/* What a run's verdicts rest on, and what they took. */

/* A verdict on the problem's only sample. */
static void put_verdict(const char *problem, const struct verdict *verdict) {
	struct sample_key key = {"r", "demo", problem, "prove", 0};
	struct stored_sample sample;
	CHECK_OK(store_sample_get(store, &key, &sample, &err));
	CHECK_OK(store_verdict_put(store, sample.id, verdict, &err));
	stored_sample_finish(&sample);
}

static json_t *rendered_json(void) {
	char *text = rendered("json");
	json_t *object = NULL;
	CHECK_OK(json_parse(text, strlen(text), &object, &err));
	free(text);
	return object;
}

START_TEST(time_that_nobody_measured_is_no_number) {
	struct verdict verdict = {.outcome = OUTCOME_ACCEPTED, .cpu_ns = 300000000};
	put_run(1, "{}");
	put_problem("a", "test", "a");
	put_problem("b", "test", "a");
	put_verdict("a", &verdict);
	json_t *object = rendered_json();
	ck_assert_double_eq_tol(
		json_number_or(json_object_get(object, "cost"), "lean_cpu_s", 0), 0.3, 1e-12);
	json_decref(object);
	verdict.cpu_ns = VERDICT_CPU_UNKNOWN;
	put_verdict("b", &verdict);
	object = rendered_json();
	ck_assert(json_is_null(json_object_get(json_object_get(object, "cost"), "lean_cpu_s")));
	json_decref(object);
	char *table = rendered("table");
	ck_assert_ptr_nonnull(strstr(table, "Lean: 0.3 CPU s, and what 1 checks by a server took"));
	free(table);
}
END_TEST

static void expect_table(const char *words, bool there) {
	char *table = rendered("table");
	ck_assert_msg((strstr(table, words) != NULL) == there, "%s", table);
	free(table);
}

START_TEST(verdicts_without_the_final_check_that_the_run_wanted_are_told) {
	struct verdict verdict = {.outcome = OUTCOME_ACCEPTED,
		.lean = "4.9.0",
		.sandbox = "bwrap",
		.final = FINAL_ACCEPTED,
		.final_checker = "comparator 1"};
	put_run_with(1, "{\"final\":\"all\",\"final-checker\":\"comparator 1\"}", "{}");
	put_problem("a", "test", "a");
	put_problem("b", "test", "r");
	put_verdict("a", &verdict);
	struct verdict rejected = {.outcome = OUTCOME_REJECTED,
		.reason = REASON_ERROR,
		.lean = "4.9.0",
		.sandbox = "bwrap"};
	put_verdict("b", &rejected);
	expect_table("own settings", false); // what the filter refuses is not handed on
	verdict.final = FINAL_NONE;
	verdict.final_checker = NULL;
	put_verdict("a", &verdict);
	expect_table("not all under the run's own settings", true);
	json_t *object = rendered_json();
	const json_t *checks = json_array_get(json_object_get(object, "checks"), 0);
	ck_assert_int_eq(json_integer_or(checks, "accepted", -1), 1);
	ck_assert_int_eq(json_integer_or(checks, "final_checked", -1), 0);
	ck_assert_str_eq(json_string_or(checks, "sandbox", ""), "bwrap");
	json_decref(object);
	verdict.final = FINAL_ACCEPTED;
	verdict.final_checker = "safeverify 2";
	put_verdict("a", &verdict);
	expect_table("final check by safeverify 2 of 1 of the 1 accepted", true);
}
END_TEST

START_TEST(verdicts_of_different_sandboxes_are_told_apart) {
	struct verdict verdict = {
		.outcome = OUTCOME_ACCEPTED, .lean = "4.9.0", .sandbox = "bwrap"};
	put_run(1, "{}");
	put_problem("a", "test", "a");
	put_problem("b", "test", "a");
	put_verdict("a", &verdict);
	put_verdict("b", &verdict);
	expect_table("own settings", false);
	verdict.sandbox = "none";
	put_verdict("b", &verdict);
	expect_table("1 verdicts by Lean 4.9.0, ?, ? CPU s, sandbox none", true);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("report_checks");
	TCase *tests = tcase_create("report_checks");
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, time_that_nobody_measured_is_no_number);
	tcase_add_test(tests, verdicts_without_the_final_check_that_the_run_wanted_are_told);
	tcase_add_test(tests, verdicts_of_different_sandboxes_are_told_apart);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
