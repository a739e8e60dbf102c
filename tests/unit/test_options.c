#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "cmd/options.h"
#include "io/config.h"

/* The rules of resolving, on a table with every kind; tests/cli has the command line itself. */

static const struct option table[] = {
	{"samples", 'n', OPTION_COUNT, "N", "how many"},
	{"temperature", 0, OPTION_NUMBER, "T", "how hot"},
	{"tag", 0, OPTION_LIST, "TAG", "what it is called"},
	{"no-verify", 0, OPTION_FLAG, NULL, "do not check"},
	{"format", 0, OPTION_TEXT, "table|json", "how it looks"},
	{0},
};

static struct options *options;

static void set_up(void) {
	options = xcalloc(1, sizeof(*options));
	for (const struct option *row = table; row->name != NULL; row++) {
		vec_push(&options->table, row);
	}
	for (const struct option *row = options_global; row->name != NULL; row++) {
		vec_push(&options->table, row);
	}
	setenv("F2F_CONFIG", "/dev/null", 1);
}

static void tear_down(void) {
	options_destroy(options);
	options = NULL;
}

static void give(const char *name, const char *text) {
	options_add(options, options_row(options, name, NULL), text, "--line");
}

static void resolve(void) {
	struct error err = {.message = ""};
	ck_assert_msg(options_resolve(options, &err) == 0, "%s", err.message);
}

static void refuse(const char *message) {
	struct error err = {.message = ""};
	ck_assert_int_eq(options_resolve(options, &err), ERROR_USAGE);
	ck_assert_str_eq(err.message, message);
}

START_TEST(what_is_not_given_is_the_fallback) {
	resolve();
	ck_assert(!option_given(options, "samples"));
	ck_assert_int_eq(option_count(options, "samples", 7), 7);
	ck_assert_double_eq(option_number(options, "temperature", 0.5), 0.5);
	ck_assert_ptr_null(option_item(options, "tag", 0));
	ck_assert(!option_flag(options, "no-verify"));
	ck_assert_str_eq(option_text(options, "format", "table"), "table");
	ck_assert_ptr_null(option_origin(options, "format"));
	ck_assert_ptr_null(option_argument(options, 0));
	ck_assert_ptr_nonnull(options_config(options));
}
END_TEST

START_TEST(the_environment_gives_every_kind) {
	setenv("F2F_SAMPLES", "12", 1);
	setenv("F2F_TEMPERATURE", "1e-1", 1);
	setenv("F2F_TAG", " a, b,,c ", 1);
	setenv("F2F_NO_VERIFY", "Yes", 1);
	setenv("F2F_FORMAT", "json", 1);
	resolve();
	ck_assert_int_eq(option_count(options, "samples", 7), 12);
	ck_assert_double_eq(option_number(options, "temperature", 0.5), 0.1);
	ck_assert_str_eq(option_item(options, "tag", 0), "a");
	ck_assert_str_eq(option_item(options, "tag", 1), "b");
	ck_assert_str_eq(option_item(options, "tag", 2), "c");
	ck_assert_ptr_null(option_item(options, "tag", 3));
	ck_assert(option_flag(options, "no-verify"));
	ck_assert_str_eq(option_text(options, "format", "table"), "json");
	ck_assert_str_eq(option_origin(options, "samples"), "F2F_SAMPLES");
}
END_TEST

START_TEST(a_flag_is_also_set_by_its_opposite) {
	setenv("F2F_VERIFY", "0", 1);
	setenv("F2F_NO_QUIET", "1", 1);
	resolve();
	ck_assert(option_flag(options, "no-verify"));
	ck_assert(option_given(options, "quiet"));
	ck_assert(!option_flag(options, "quiet"));
}
END_TEST

START_TEST(a_list_on_the_line_replaces_that_of_the_environment) {
	setenv("F2F_TAG", "x,y", 1);
	give("tag", "a,b");
	give("tag", "c");
	resolve();
	ck_assert_str_eq(option_item(options, "tag", 0), "a,b");
	ck_assert_str_eq(option_item(options, "tag", 1), "c");
	ck_assert_ptr_null(option_item(options, "tag", 2));
}
END_TEST

START_TEST(the_last_on_the_line_wins) {
	give("samples", "1");
	give("samples", "2");
	give("no-verify", "1");
	give("no-verify", "0");
	resolve();
	ck_assert_int_eq(option_count(options, "samples", 7), 2);
	ck_assert(!option_flag(options, "no-verify"));
}
END_TEST

START_TEST(numbers_are_checked_wherever_they_come_from) {
	static const char *const bad[] = {
		"", "x", "1x", "-1", "1.5", "99999999999999999999", " 1", "0x10"};
	const char *text = bad[_i];
	char message[256];
	give("samples", text);
	snprintf(message, sizeof(message), "--samples: \"%s\" is not a whole number", text);
	refuse(message);
}
END_TEST

START_TEST(a_real_number_is_finite_and_decimal) {
	static const char *const bad[] = {"", "x", "nan", "inf", "1e999", "1,5"};
	const char *text = bad[_i];
	char message[256];
	give("temperature", text);
	snprintf(message, sizeof(message), "--temperature: \"%s\" is not a number", text);
	refuse(message);
}
END_TEST

START_TEST(a_real_number_is_none_below_0_and_no_eternity) {
	static const char *const bad[] = {"-1", "-0.001", "1e10", "1e300"};
	const char *text = bad[_i];
	char message[256];
	give("temperature", text);
	snprintf(message, sizeof(message),
		"--temperature: \"%s\" is not between 0 and 1000000000", text);
	refuse(message);
}
END_TEST

START_TEST(a_bad_number_of_the_environment_names_its_variable) {
	setenv("F2F_SAMPLES", "many", 1);
	refuse("--samples (from F2F_SAMPLES): \"many\" is not a whole number");
}
END_TEST

START_TEST(the_database_is_given_or_in_the_data_directory) {
	ck_assert_int_eq(chdir("/"), 0);
	setenv("HOME", "/home/u", 1);
	unsetenv("XDG_DATA_HOME");
	resolve();
	char *path = options_database(options);
	ck_assert_str_eq(path, "/home/u/.local/share/f2f/f2f.db");
	free(path);
	setenv("XDG_DATA_HOME", "relative", 1);
	path = options_database(options);
	ck_assert_str_eq(path, "/home/u/.local/share/f2f/f2f.db");
	free(path);
	setenv("XDG_DATA_HOME", "/data", 1);
	path = options_database(options);
	ck_assert_str_eq(path, "/data/f2f/f2f.db");
	free(path);
	give("db", "~/x.db");
	path = options_database(options);
	ck_assert_str_eq(path, "/home/u/x.db");
	free(path);
}
END_TEST

START_TEST(in_a_checkout_the_database_lies_under_results) {
	ck_assert_int_eq(chdir(TEST_SOURCE_ROOT), 0);
	resolve();
	char *path = options_database(options);
	ck_assert_str_eq(path, "results/f2f.db");
	free(path);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("options");
	TCase *tests = tcase_create("options");
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, what_is_not_given_is_the_fallback);
	tcase_add_test(tests, the_environment_gives_every_kind);
	tcase_add_test(tests, a_flag_is_also_set_by_its_opposite);
	tcase_add_test(tests, a_list_on_the_line_replaces_that_of_the_environment);
	tcase_add_test(tests, the_last_on_the_line_wins);
	tcase_add_loop_test(tests, numbers_are_checked_wherever_they_come_from, 0, 8);
	tcase_add_loop_test(tests, a_real_number_is_finite_and_decimal, 0, 6);
	tcase_add_loop_test(tests, a_real_number_is_none_below_0_and_no_eternity, 0, 4);
	tcase_add_test(tests, a_bad_number_of_the_environment_names_its_variable);
	tcase_add_test(tests, the_database_is_given_or_in_the_data_directory);
	tcase_add_test(tests, in_a_checkout_the_database_lies_under_results);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
