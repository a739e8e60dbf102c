#include "reasoned.h"

#include "base/json.h"
#include "base/str.h"

/* Reports of word problems, written in each format. */

static char *rendered(const char *format, const struct report *const *reports, size_t count) {
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	report_format_find(format)->render(reports, count, out);
	fclose(out);
	return text;
}

static char *rendered_one(const char *format, const char *proof_text) {
	struct report *report = built("r", proof_text);
	char *text = rendered(format, (const struct report *const *)&report, 1);
	report_destroy(report);
	return text;
}

static json_t *parsed(const char *text) {
	json_t *object = NULL;
	CHECK_OK(json_parse(text, strlen(text), &object, &err));
	return object;
}

static const json_t *row_of(const json_t *object, const char *cell, const char *metric) {
	size_t i;
	json_t *row;
	json_array_foreach(json_object_get(object, "scores"), i, row) {
		if (strcmp(json_string_or(row, "cell", ""), cell) == 0 &&
			strcmp(json_string_or(row, "metric", ""), metric) == 0) {
			return row;
		}
	}
	ck_abort_msg("no row %s of %s", metric, cell);
	return NULL;
}

START_TEST(the_json_has_a_row_for_each_metric_and_cell) {
	static const char *const keys[] = {"task", "split", "subset", "metric", "cell", "value",
		"low", "high", "missing_as_failed", "missing_as_passed", "problems", "samples", "n",
		"solved", "missing", "pending"};
	put_words_run("r", 1, "{\"proof_text\":\"answer\",\"shots\":\"exhaustive\"}");
	put_five("r");
	char *text = rendered_one("json", NULL);
	json_t *object = parsed(text);
	const json_t *row = row_of(object, "trees/both", "efficiency");
	for (size_t i = 0; i < F2F_COUNT(keys); i++) {
		ck_assert_msg(json_object_get(row, keys[i]) != NULL, "no key %s", keys[i]);
	}
	ck_assert_str_eq(json_string_or(row, "task", ""), "reason");
	CHECK_VALUE(json_number_or(row, "value", NAN), 0.375);
	const json_t *reason = json_object_get(object, "reason");
	ck_assert_str_eq(json_string_or(reason, "proof_text", ""), "answer");
	ck_assert_str_eq(json_string_or(reason, "shots", ""), "exhaustive");
	ck_assert_str_eq(json_string_or(reason, "aligner", ""), "f2f/1");
	CHECK_VALUE(json_number_or(json_object_get(reason, "labels"), "irrelevant", NAN), 0.25);
	const json_t *orders = json_object_get(reason, "orders");
	CHECK_VALUE(json_number_or(json_object_get(orders, "depth_first"), "distance", NAN), 0.25);
	CHECK_VALUE(json_number_or(json_object_get(orders, "breadth_first"), "chance", NAN), 0.75);
	ck_assert(json_is_null(
		json_object_get(json_object_get(orders, "efficient"), "distance")));
	CHECK_VALUE(json_number_or(json_object_get(reason, "tokens"), "median", NAN), 100);
	CHECK_VALUE(json_number_or(reason, "truncated", NAN), 0);
	const json_t *baseline = json_array_get(json_object_get(reason, "baselines"), 1);
	ck_assert_str_eq(json_string_or(baseline, "cell", ""), "base");
	ck_assert_int_eq(json_integer_or(baseline, "efficient", 0), 1);
	ck_assert(json_is_null(json_object_get(baseline, "exhaustive")));
	json_decref(object);
	free(text);
}
END_TEST

START_TEST(every_format_prints_no_number_for_what_is_not_known) {
	static const char *const formats[] = {"table", "json", "csv", "markdown"};
	put_words_run("r", 1, "{}");
	put_in_cell("r", "a", "base");
	put_in_cell("r", "b", "trees/both");
	put_proof("r", "a", 0, OUTCOME_REJECTED, chatter());
	for (size_t i = 0; i < F2F_COUNT(formats); i++) {
		char *text = rendered_one(formats[i], NULL);
		ck_assert_msg(strstr(text, "nan") == NULL, "%s: %s", formats[i], text);
		ck_assert_ptr_nonnull(strstr(text, "trees/both"));
		free(text);
	}
	char *text = rendered_one("table", NULL);
	ck_assert_ptr_nonnull(strstr(text, "\nbase          0.0 0–80     0.0 0–80     –"));
	ck_assert_ptr_nonnull(strstr(text, "\ntrees/both    –            –            –"));
	ck_assert_ptr_nonnull(
		strstr(text, "0.0–100.0    0.0–100.0    with 1 missing as failed–passed"));
	ck_assert_ptr_nonnull(strstr(text, "not valid"));
	free(text);
	text = rendered_one("json", NULL);
	json_t *object = parsed(text);
	const json_t *row = row_of(object, "base", "step_efficiency");
	ck_assert(json_is_null(json_object_get(row, "value")));
	ck_assert_int_eq(json_integer_or(row, "n", -1), 0);
	json_decref(object);
	free(text);
	text = rendered_one("csv", NULL);
	ck_assert_ptr_nonnull(
		strstr(text, "step_efficiency,,,,,,1,1,0,0,0,false,base,0,answer\r\n"));
	free(text);
}
END_TEST

static void check_80_columns(const char *text) {
	struct str rest = str_of(text), line;
	while (str_next_line(&rest, &line)) {
		size_t columns = 0;
		for (size_t i = 0; i < line.len; i++) {
			columns += (line.data[i] & 0xc0) != 0x80;
		}
		ck_assert_msg(columns <= 80, "%.*s", STR_ARG(line));
	}
}

START_TEST(the_table_has_80_columns_whatever_the_figures) {
	put_words_run("r", 1, "{\"proof_text\":\"reasoning\",\"shots\":\"exhaustive\"}");
	put_five("r");
	struct report *report = built("r", "answer");
	for (size_t i = 0; i < report->scores.count; i++) {
		struct score *score = &report->scores.items[i];
		score->value = score->high = 1;
		score->low = 0.9976;
		score->missing_as_failed = score->missing_as_passed = 1;
		score->missing = score->problems = 1600;
		free(score->cell);
		score->cell = xstrdup(i == 0 ? "all" : "trees/control");
	}
	for (size_t i = 0; i < report->reason->cells.count; i++) {
		report->reason->cells.items[i].exhaustive = 1;
	}
	char *text = rendered("table", (const struct report *const *)&report, 1);
	check_80_columns(text);
	ck_assert_ptr_nonnull(strstr(text, "trees/control 100.0 99–100 "));
	ck_assert_ptr_nonnull(strstr(text, "100.0 (100.0) [100–100] 100.0 100.0 1600\n"));
	ck_assert_ptr_nonnull(strstr(text,
		"proofs read in the answer (the run itself goes by the reasoning),\n"
		"shots: exhaustive, reader: f2f/1\n"));
	free(text);
	report_destroy(report);
}
END_TEST

START_TEST(the_table_says_what_was_read_and_what_it_consists_of) {
	put_words_run("r", 1, "{\"shots\":\"0\"}");
	put_five("r");
	char *text = rendered_one("table", NULL);
	check_80_columns(text);
	static const char *const parts[] = {"proofs read in the answer, shots: none, reader: f2f/1",
		"step (vertex) [bounds]", "trees/both    37.5 ", "75.0 (75.0) [69–75]",
		"the 20 steps of 5 texts:", "relevant 60.0 %, irrelevant 25.0 %", "unparsed 15.0 %",
		"depth_first 0.25 (0.75)", "efficient – (–)", "median 100, 23.1 a theorem",
		"accepted 4, rejected: error 1"};
	for (size_t i = 0; i < F2F_COUNT(parts); i++) {
		ck_assert_msg(strstr(text, parts[i]) != NULL, "no \"%s\" in\n%s", parts[i], text);
	}
	ck_assert_ptr_null(strstr(text, "Lean"));
	free(text);
	text = rendered_one("markdown", NULL);
	ck_assert_ptr_nonnull(strstr(text, "| trees/both | 37.5 "));
	ck_assert_ptr_null(strstr(text, "| metric |"));
	free(text);
}
END_TEST

START_TEST(several_runs_are_each_compared_with_the_first) {
	put_words_run("q", 1, "{}");
	put_five("q");
	put_words_run("r", 1, "{}");
	put_five("r");
	put_run("p", 1); // a run of proofs between them is not compared
	struct report *reports[] = {built("q", NULL), built("p", NULL), built("r", NULL)};
	const struct report *const *borrowed = (const struct report *const *)reports;
	char *text = rendered("table", borrowed, 3);
	check_80_columns(text);
	ck_assert_ptr_nonnull(strstr(text, "q, then r:\n"));
	ck_assert_ptr_nonnull(strstr(text, "3 of 5 problems"));
	ck_assert_ptr_nonnull(strstr(text, "75.0 %, 75.0 %, difference +0.0 (95 %: -"));
	free(text);
	text = rendered("json", borrowed, 3);
	struct str rest = str_of(text), line = {0};
	while (str_next_line(&rest, &line)) {
	}
	json_t *object = NULL; // of the last line
	CHECK_OK(json_parse((const char *)line.data, line.len, &object, &err));
	const json_t *comparison = json_object_get(object, "comparison");
	ck_assert_str_eq(json_string_or(comparison, "with", ""), "q");
	ck_assert_int_eq(json_integer_or(comparison, "n", 0), 3);
	CHECK_VALUE(json_number_or(comparison, "difference", NAN), 0);
	json_decref(object);
	free(text);
	text = rendered("markdown", borrowed, 3);
	ck_assert_ptr_nonnull(strstr(text, "q, then r:\n"));
	ck_assert_ptr_nonnull(strstr(text, "| run | model | task |"));
	free(text);
	for (size_t i = 0; i < F2F_COUNT(reports); i++) {
		report_destroy(reports[i]);
	}
}
END_TEST

int main(void) {
	Suite *suite = suite_create("reason_formats");
	TCase *tests = tcase_create("reason_formats");
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, the_json_has_a_row_for_each_metric_and_cell);
	tcase_add_test(tests, every_format_prints_no_number_for_what_is_not_known);
	tcase_add_test(tests, the_table_has_80_columns_whatever_the_figures);
	tcase_add_test(tests, the_table_says_what_was_read_and_what_it_consists_of);
	tcase_add_test(tests, several_runs_are_each_compared_with_the_first);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
