#include "reported.h"

#include <math.h>

#include "base/json.h"
#include "core/completion.h"
#include "base/str.h"

static const struct score *score_of(
	const struct report *report, const char *subset, const char *metric) {
	for (size_t i = 0; i < report->scores.count; i++) {
		const struct score *score = &report->scores.items[i];
		if (strcmp(score->subset, subset) == 0 && strcmp(score->metric, metric) == 0) {
			return score;
		}
	}
	ck_abort_msg("no %s of %s", metric, subset);
	return NULL;
}

static int64_t outcome_count(const struct report *report, const char *words) {
	for (size_t i = 0; i < report->outcomes.count; i++) {
		if (strcmp(report->outcomes.items[i].words, words) == 0) {
			return report->outcomes.items[i].count;
		}
	}
	return 0;
}

#define CHECK_VALUE(got, expected) ck_assert_double_eq_tol(got, expected, 1e-12)

START_TEST(a_complete_run_has_a_value_and_bounds_that_meet) {
	put_run(1, "{}");
	put_problem("a", "test", "a");
	put_problem("b", "test", "r");
	put_problem("c", "test", "a");
	put_problem("d", "test", "n");
	struct report *report = built();
	ck_assert_uint_eq(report->scores.count, 1);
	const struct score *score = score_of(report, "test", "pass@1");
	CHECK_VALUE(score->value, 0.5);
	CHECK_VALUE(score->missing_as_failed, 0.5);
	CHECK_VALUE(score->missing_as_passed, 0.5);
	ck_assert(score->low < 0.5 && score->high > 0.5);
	ck_assert_int_eq(score->problems, 4);
	ck_assert_int_eq(score->samples, 4);
	ck_assert_int_eq(score->solved, 2);
	ck_assert_int_eq(score->missing + score->pending, 0);
	ck_assert(report->valid);
	ck_assert_int_eq(outcome_count(report, "accepted"), 2);
	ck_assert_int_eq(outcome_count(report, "rejected: error"), 1);
	ck_assert_int_eq(outcome_count(report, "no_code"), 1);
	report_destroy(report);
}
END_TEST

START_TEST(a_problem_without_a_sample_leaves_only_bounds) {
	put_run(1, "{}");
	put_problem("a", "test", "a");
	put_problem("b", "test", "m");
	put_problem("c", "test", "r");
	put_problem("d", "test", "-"); // never asked: missing as well
	struct report *report = built();
	const struct score *score = score_of(report, "test", "pass@1");
	ck_assert(isnan(score->value) && isnan(score->low) && isnan(score->high));
	CHECK_VALUE(score->missing_as_failed, 0.25);
	CHECK_VALUE(score->missing_as_passed, 0.75);
	ck_assert_int_eq(score->problems, 4);
	ck_assert_int_eq(score->samples, 2);
	ck_assert_int_eq(score->missing, 2);
	ck_assert_int_eq(outcome_count(report, "missing: endpoint"), 1);
	ck_assert_int_eq(outcome_count(report, "missing: not asked yet"), 1);
	ck_assert(!report->valid);
	report_destroy(report);
}
END_TEST

START_TEST(an_estimate_stands_where_enough_samples_are_left_and_bounds_beside_it) {
	put_run(4, "{}");
	put_problem("a", "test", "aarr");
	put_problem("b", "test", "arm-");
	struct report *report = built();
	const struct score *one = score_of(report, "test", "pass@1");
	CHECK_VALUE(one->value, 0.5);		   // 2/4 and 1/2
	CHECK_VALUE(one->missing_as_failed, 0.375); // 2/4 and 1/4
	CHECK_VALUE(one->missing_as_passed, 0.625); // 2/4 and 3/4
	const struct score *four = score_of(report, "test", "pass@4");
	ck_assert(isnan(four->value)); // b has two samples
	CHECK_VALUE(four->missing_as_failed, 1);
	CHECK_VALUE(four->missing_as_passed, 1);
	ck_assert_int_eq(four->missing, 2);
	report_destroy(report);
}
END_TEST

START_TEST(with_anything_pending_there_is_no_score) {
	put_run(1, "{}");
	put_problem("a", "test", "a");
	put_problem("b", "test", "p");
	struct report *report = built();
	const struct score *score = score_of(report, "test", "pass@1");
	ck_assert(isnan(score->value) && isnan(score->low) && isnan(score->high));
	ck_assert(isnan(score->missing_as_failed) && isnan(score->missing_as_passed));
	ck_assert_int_eq(score->pending, 1);
	ck_assert_int_eq(score->missing, 0);
	ck_assert_int_eq(report->pending, 1);
	ck_assert(report->valid); // pending is not missing
	report_destroy(report);
}
END_TEST

START_TEST(each_subset_has_its_row_and_all_has_one_when_there_are_two) {
	put_run(1, "{}");
	put_problem("a", "test", "a");
	put_problem("b", "valid", "r");
	put_problem("c", "valid", "p");
	struct report *report = built();
	ck_assert_uint_eq(report->scores.count, 3);
	CHECK_VALUE(score_of(report, "test", "pass@1")->value, 1); // not touched by what is pending
	ck_assert(isnan(score_of(report, "valid", "pass@1")->value));
	ck_assert_int_eq(score_of(report, "valid", "pass@1")->problems, 2);
	ck_assert_int_eq(score_of(report, "all", "pass@1")->problems, 3);
	struct sha256 names = sha256_of("b\nc\n", 4);
	ck_assert_str_eq(score_of(report, "valid", "pass@1")->names.hex, names.hex);
	report_destroy(report);
}
END_TEST

START_TEST(the_usual_k_are_those_that_the_samples_allow) {
	put_run(16, "{}");
	put_problem("a", "test", "arrrrrrrrrrrrrrr");
	struct report *report = built();
	ck_assert_uint_eq(report->scores.count, 3);
	CHECK_VALUE(score_of(report, "test", "pass@1")->value, 1.0 / 16);
	CHECK_VALUE(score_of(report, "test", "pass@8")->value, 0.5);
	CHECK_VALUE(score_of(report, "test", "pass@16")->value, 1);
	report_destroy(report);
	const int64_t ks[] = {2, 17};
	CHECK_OK(report_build(
		store, "r", &(struct report_options){.ks = ks, .k_count = 2}, &report, &err));
	ck_assert_uint_eq(report->scores.count, 2);
	CHECK_VALUE(score_of(report, "test", "pass@2")->value, 0.125);
	ck_assert(isnan(score_of(report, "test", "pass@17")->value)); // undefined, not a bound
	ck_assert(isnan(score_of(report, "test", "pass@17")->missing_as_passed));
	report_destroy(report);
}
END_TEST

static bool valid_with(const char *manifest) {
	CHECK_OK(store_begin(store, &err));
	put_run(1, manifest);
	put_problem("a", "test", "a");
	put_problem("b", "test", "m");
	put_problem("c", "test", "-");
	put_problem("d", "test", "r");
	struct report *report = built();
	bool valid = report->valid;
	report_destroy(report);
	store_rollback(store);
	return valid;
}

START_TEST(what_invalidates_a_run_is_its_own_fail_on_error) {
	ck_assert(!valid_with("{}"));
	ck_assert(!valid_with("{\"fail_on_error\":0}"));
	ck_assert(!valid_with("{\"fail_on_error\":0.49}"));
	ck_assert(valid_with("{\"fail_on_error\":0.5}"));
	ck_assert(!valid_with("{\"fail_on_error\":1}"));
	ck_assert(valid_with("{\"fail_on_error\":2}"));
}
END_TEST

START_TEST(a_run_that_set_out_for_nothing_has_no_score) {
	put_run(1, "{}");
	struct report *report = built();
	for (size_t i = 0; i < report->scores.count; i++) {
		ck_assert(isnan(report->scores.items[i].value));
		ck_assert(isnan(report->scores.items[i].missing_as_passed));
	}
	report_destroy(report);
	ck_assert_int_eq(report_build(store, "s", NULL, &report, &err), ERROR_USAGE);
	check_line(&err, "no run \"s\"");
}
END_TEST

START_TEST(samples_past_those_of_the_run_do_not_count) {
	put_run(1, "{}");
	put_problem("a", "test", "ra");
	struct report *report = built();
	const struct score *score = score_of(report, "test", "pass@1");
	CHECK_VALUE(score->value, 0);
	ck_assert_int_eq(score->missing, 0);
	ck_assert_int_eq(score->samples, 1);
	ck_assert_int_eq(report->missing, 0);
	report_destroy(report);
}
END_TEST

/* ---- Ways to write it. */

static void check_has_keys(const json_t *object, const char *const *keys, size_t count) {
	for (size_t i = 0; i < count; i++) {
		ck_assert_msg(json_object_get(object, keys[i]) != NULL, "no key %s", keys[i]);
	}
}

START_TEST(the_json_has_the_keys_of_the_contract) {
	static const char *const top[] = {"schema_version", "run", "scores", "cost"};
	static const char *const of_run[] = {"id", "model", "split", "task", "valid", "manifest"};
	static const char *const of_score[] = {"task", "split", "subset", "metric", "value", "low",
		"high", "missing_as_failed", "missing_as_passed", "problems", "samples", "solved",
		"missing", "pending"};
	static const char *const of_cost[] = {
		"prompt_tokens", "completion_tokens", "usd", "lean_cpu_s", "wall_s"};
	put_run(1, "{\"f2f\":\"x\"}");
	put_problem("a", "test", "a");
	put_problem("b", "test", "p");
	char *text = rendered("json");
	json_t *object = NULL;
	CHECK_OK(json_parse(text, strlen(text), &object, &err));
	check_has_keys(object, top, F2F_COUNT(top));
	ck_assert_int_eq(json_integer_or(object, "schema_version", 0), 1);
	const json_t *run = json_object_get(object, "run");
	check_has_keys(run, of_run, F2F_COUNT(of_run));
	ck_assert(json_is_true(json_object_get(run, "valid")));
	ck_assert_str_eq(json_string_or(json_object_get(run, "manifest"), "f2f", ""), "x");
	const json_t *score = json_array_get(json_object_get(object, "scores"), 0);
	check_has_keys(score, of_score, F2F_COUNT(of_score));
	ck_assert(json_is_null(json_object_get(score, "value")));
	ck_assert(json_is_null(json_object_get(score, "low")));
	ck_assert(json_is_null(json_object_get(score, "missing_as_failed")));
	ck_assert_int_eq(json_integer_or(score, "pending", 0), 1);
	const json_t *cost = json_object_get(object, "cost");
	check_has_keys(cost, of_cost, F2F_COUNT(of_cost));
	ck_assert(json_is_null(json_object_get(cost, "usd")));
	json_decref(object);
	free(text);
}
END_TEST

START_TEST(every_format_prints_no_number_for_what_is_not_known) {
	static const char *const formats[] = {"table", "json", "csv", "markdown"};
	put_run(1, "{}");
	put_problem("a", "test", "a");
	put_problem("b", "test", "m");
	for (size_t i = 0; i < F2F_COUNT(formats); i++) {
		char *text = rendered(formats[i]);
		ck_assert_ptr_nonnull(strstr(text, "demo"));
		ck_assert_msg(strstr(text, "nan") == NULL, "%s: %s", formats[i], text);
		free(text);
	}
	char *table = rendered("table");
	ck_assert_ptr_nonnull(strstr(table, "50.0–100.0 % with the 1 missing as failed or passed"));
	ck_assert_ptr_nonnull(strstr(table, "not valid"));
	free(table);
	ck_assert_ptr_null(report_format_find("html5"));
}
END_TEST

START_TEST(long_names_and_numbers_stay_apart_in_a_table_of_80_columns) {
	put_run(1, "{}");
	put_problem("a", "test", "a");
	struct report *report = built();
	free(report->run.model);
	report->run.model = xstrdup("openai/some-organisation/A-Prover-With-A-Long-Name|v1.5");
	report->scores.items[0].solved = 100000;
	report->scores.items[0].problems = 117000;
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	report_format_find("table")->render((const struct report *const *)&report, 1, out);
	fclose(out);
	struct str rest = str_of(text), line;
	while (str_next_line(&rest, &line)) {
		size_t columns = 0;
		for (size_t i = 0; i < line.len; i++) {
			columns += (line.data[i] & 0xc0) != 0x80;
		}
		ck_assert_msg(columns <= 80, "%.*s", STR_ARG(line));
	}
	ck_assert_ptr_nonnull(strstr(text, "100000/117000 "));
	ck_assert_ptr_nonnull(strstr(text, "problems taken as random"));
	free(text);
	out = open_memstream(&text, &length);
	report_format_find("markdown")->render((const struct report *const *)&report, 1, out);
	fclose(out);
	ck_assert_ptr_nonnull(strstr(text, "Long-Name\\|v1.5 |"));
	free(text);
	report_destroy(report);
}
END_TEST

/* A solved problem's reply: 400 tokens in. */
static void put_reply(const char *name, int64_t out, double usd, bool from_cache) {
	struct run_problem problem = {.split = "demo", .problem = name, .subset = "test"};
	struct completion completion;
	completion_init(&completion);
	completion.prompt_tokens = 400;
	completion.completion_tokens = out;
	completion.usd = usd;
	struct sample_record sample = {
		.key = {"r", "demo", name, "prove", 0},
		.outcome = OUTCOME_ACCEPTED,
		.completion = &completion,
		.from_cache = from_cache,
	};
	int64_t id = 0;
	CHECK_OK(store_run_problem_put(store, "r", &problem, &err));
	CHECK_OK(store_sample_put(store, &sample, &id, &err));
	completion_finish(&completion);
}

/* One that took 1,000 tokens; usd NAN: nobody knows. */
static void put_paid(const char *name, double usd, bool from_cache) {
	put_reply(name, 600, usd, from_cache);
}

static void put_checked(const char *name, char *lean, int64_t cpu_limit_s) {
	put_paid(name, 0, false);
	struct sample_key key = {"r", "demo", name, "prove", 0};
	struct stored_sample sample;
	struct verdict verdict = {.outcome = OUTCOME_ACCEPTED,
		.lean = lean,
		.limits = {.cpu_s = cpu_limit_s}};
	CHECK_OK(store_sample_get(store, &key, &sample, &err));
	CHECK_OK(store_verdict_put(store, sample.id, &verdict, &err));
	stored_sample_finish(&sample);
}

START_TEST(verdicts_from_before_limits_were_kept_have_none_and_not_0) {
	char old[] = "4.8.0", new[] = "4.9.0";
	put_run(1, "{}");
	struct run_record run = {.id = "r",
		.state = "finished",
		.settings = "{\"lean\":\"4.9.0\"}",
		.manifest = "{}"};
	CHECK_OK(store_run_update(store, &run, &err));
	put_checked("a", old, 0);
	put_checked("b", new, 300);
	char *table = rendered("table");
	ck_assert_msg(strstr(table, "1 verdicts by Lean 4.8.0, ?, ? CPU s, sandbox ?\n") != NULL, "%s", table);
	ck_assert_ptr_nonnull(strstr(table, "1 verdicts by Lean 4.9.0, ?, 300 CPU s, sandbox ? (its own)\n"));
	free(table);
	char *json = rendered("json");
	ck_assert_ptr_nonnull(strstr(json, "\"cpu_limit_s\":null"));
	ck_assert_ptr_nonnull(strstr(json, "\"cpu_limit_s\":300"));
	free(json);
}
END_TEST

START_TEST(tokens_that_nobody_counted_do_not_make_a_model_cheap) {
	put_run(1, "{}");
	put_paid("a", 0.5, false);
	put_reply("b", -1, 0.5, false);
	put_reply("c", -1, 0, true);
	struct report *report = built();
	ck_assert(isnan(report_solved_per_million_tokens(report)));
	ck_assert_int_eq(report->cost.uncounted, 2);
	ck_assert_int_eq(report->cost.paid_uncounted, 1);
	report_destroy(report);
	char *table = rendered("table");
	ck_assert_ptr_nonnull(strstr(table, "tokens not known of 2 replies"));
	ck_assert_ptr_null(strstr(table, "a million tokens"));
	free(table);
	char *json = rendered("json");
	ck_assert_ptr_nonnull(strstr(json, "\"uncounted\":2"));
	free(json);
}
END_TEST

START_TEST(a_reply_that_broke_off_is_none_whose_cost_is_not_known) {
	struct completion completion;
	struct sample_record sample = {
		.key = {"r", "demo", "a", "prove", 0},
		.missing = MISSING_ENDPOINT,
		.completion = &completion,
	};
	int64_t id = 0;
	put_run(1, "{}");
	completion_init(&completion);
	CHECK_OK(store_sample_put(store, &sample, &id, &err));
	struct report *report = built();
	ck_assert_int_eq(report->cost.unpriced, 0);
	ck_assert_int_eq(report->cost.uncounted, 0);
	report_destroy(report);
	sample.missing = MISSING_VERIFIER; // it came, and could not be checked
	CHECK_OK(store_sample_put(store, &sample, &id, &err));
	report = built();
	ck_assert_int_eq(report->cost.unpriced, 1);
	ck_assert_int_eq(report->cost.uncounted, 1);
	report_destroy(report);
	completion_finish(&completion);
}
END_TEST

START_TEST(what_a_solved_problem_costs_is_said_only_where_all_of_it_is_known) {
	put_run(1, "{}");
	put_paid("a", 0.25, false);
	put_paid("b", 0.25, false);
	put_problem("c", "test", "r");
	struct report *report = built();
	CHECK_VALUE(report_solved_per_usd(report), 4);
	CHECK_VALUE(report_solved_per_million_tokens(report), 1000);
	report_destroy(report);
	put_paid("d", NAN, false);
	report = built();
	ck_assert(isnan(report_solved_per_usd(report)));
	CHECK_VALUE(report_solved_per_million_tokens(report), 1000);
	report_destroy(report);
	char *table = rendered("table");
	ck_assert_ptr_nonnull(strstr(table, "cost not known of 1 replies"));
	free(table);
}
END_TEST

START_TEST(replies_of_earlier_runs_do_not_make_a_model_cheap) {
	put_run(1, "{}");
	put_paid("a", 0.5, false);
	put_paid("b", 0, true);
	struct report *report = built();
	ck_assert(isnan(report_solved_per_usd(report)));
	CHECK_VALUE(report_solved_per_million_tokens(report), 1000);
	ck_assert_int_eq(report->cost.paid_tokens, 1000);
	report_destroy(report);
	char *table = rendered("table");
	ck_assert_ptr_nonnull(strstr(table, "from the cache: 1 replies"));
	free(table);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("report");
	TCase *tests = tcase_create("report");
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_complete_run_has_a_value_and_bounds_that_meet);
	tcase_add_test(tests, a_problem_without_a_sample_leaves_only_bounds);
	tcase_add_test(tests,
		an_estimate_stands_where_enough_samples_are_left_and_bounds_beside_it);
	tcase_add_test(tests, with_anything_pending_there_is_no_score);
	tcase_add_test(tests, each_subset_has_its_row_and_all_has_one_when_there_are_two);
	tcase_add_test(tests, the_usual_k_are_those_that_the_samples_allow);
	tcase_add_test(tests, what_invalidates_a_run_is_its_own_fail_on_error);
	tcase_add_test(tests, a_run_that_set_out_for_nothing_has_no_score);
	tcase_add_test(tests, samples_past_those_of_the_run_do_not_count);
	tcase_add_test(tests, the_json_has_the_keys_of_the_contract);
	tcase_add_test(
		tests, what_a_solved_problem_costs_is_said_only_where_all_of_it_is_known);
	tcase_add_test(tests, verdicts_from_before_limits_were_kept_have_none_and_not_0);
	tcase_add_test(tests, tokens_that_nobody_counted_do_not_make_a_model_cheap);
	tcase_add_test(tests, a_reply_that_broke_off_is_none_whose_cost_is_not_known);
	tcase_add_test(tests, replies_of_earlier_runs_do_not_make_a_model_cheap);
	tcase_add_test(tests, every_format_prints_no_number_for_what_is_not_known);
	tcase_add_test(tests, long_names_and_numbers_stay_apart_in_a_table_of_80_columns);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
