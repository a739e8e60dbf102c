#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "io/config.h"

static char folder[64];

static void set_up(void) {
	snprintf(folder, sizeof(folder), "/tmp/f2f-test-config-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
	setenv("XDG_CONFIG_HOME", folder, 1);
	ck_assert_int_eq(mkdir("f2f", 0700), 0);
}

static void tear_down(void) {
	unlink("f2f.ini");
	unlink("f2f/f2f.ini");
	rmdir("f2f");
	ck_assert_int_eq(rmdir(folder), 0);
}

static void write_text(const char *path, const char *text, size_t length) {
	ck_assert_int_eq(file_write(path, text, length, NULL), 0);
}

static void write_file(const char *path, const char *text) {
	write_text(path, text, strlen(text));
}

static struct config *load(void) {
	struct config *config = NULL;
	struct error err = {.message = ""};
	ck_assert_msg(config_load(NULL, &config, &err) == 0, "%s", err.message);
	return config;
}

/** What config_load says of a file with this text. */
static void refuse(const char *text, size_t length, const char *message) {
	struct config *config = NULL;
	struct error err = {.message = ""};
	write_text("f2f.ini", text, length);
	ck_assert_int_eq(config_load(NULL, &config, &err), ERROR_USAGE);
	ck_assert_ptr_null(config);
	ck_assert_str_eq(err.message, message);
}

START_TEST(without_files_there_is_an_empty_configuration) {
	struct config *config = load();
	ck_assert_ptr_null(config_get(config, "", "db"));
	ck_assert_ptr_null(config_origin(config, "", "db"));
	ck_assert_ptr_null(config_section(config, "model", 0));
	ck_assert_ptr_null(config_key(config, "", 0));
	config_destroy(config);
	config_destroy(NULL);
}
END_TEST

START_TEST(the_working_directory_wins_key_by_key) {
	write_file("f2f.ini", "db = here\n[model.a]\nmodel = near\n");
	write_file(
		"f2f/f2f.ini", "db = there\ncolor = never\n[model.a]\nprovider = p\nmodel = far\n");
	struct config *config = load();
	ck_assert_str_eq(config_get(config, "", "db"), "here");
	ck_assert_str_eq(config_origin(config, "", "db"), "f2f.ini:1");
	ck_assert_str_eq(config_get(config, "", "color"), "never");
	ck_assert_str_eq(config_get(config, "model.a", "model"), "near");
	ck_assert_str_eq(config_get(config, "model.a", "provider"), "p");
	ck_assert_str_eq(config_section(config, "model", 0), "a");
	ck_assert_ptr_null(config_section(config, "model", 1));
	ck_assert_str_eq(config_key(config, "model.a", 0), "model");
	ck_assert_str_eq(config_key(config, "model.a", 1), "provider");
	ck_assert_ptr_null(config_key(config, "model.a", 2));
	config_destroy(config);
}
END_TEST

START_TEST(keys_take_underscores_indents_quotes_and_either_separator) {
	write_file("f2f.ini", "\xef\xbb\xbfmax_retries = 3\r\n"
			      "; a comment\n"
			      "   # another\n"
			      "[model.x]\n"
			      "  api-key-env: \"MY KEY\"\n"
			      "  base_url = https://h/v1?a=b;c=d#e\n"
			      "empty =\n"
			      "[judge.y]\n"
			      "model=m");
	struct config *config = load();
	ck_assert_str_eq(config_get(config, "", "max-retries"), "3");
	ck_assert_str_eq(config_get(config, "model.x", "api_key_env"), "MY KEY");
	ck_assert_str_eq(config_get(config, "model.x", "base-url"), "https://h/v1?a=b;c=d#e");
	ck_assert_str_eq(config_get(config, "model.x", "empty"), "");
	ck_assert_str_eq(config_get(config, "judge.y", "model"), "m");
	ck_assert_str_eq(config_origin(config, "judge.y", "model"), "f2f.ini:9");
	ck_assert_str_eq(config_section(config, "", 1), "judge.y");
	config_destroy(config);
}
END_TEST

START_TEST(what_inih_would_cut_or_misread_is_refused_with_its_line) {
	char text[1024];
	refuse("a = 1\na = 2\n", 12, "f2f.ini:2: a is given twice, first at f2f.ini:1");
	refuse("a = 1 ; x\n", 10,
		"f2f.ini:1: a comment must stand on a line of its own (';' or '#' after a space)");
	refuse("a = \0x\n", 7, "f2f.ini:1: not UTF-8 text");
	refuse("a = \xff\n", 6, "f2f.ini:1: not UTF-8 text");
	refuse("[a\n", 3, "f2f.ini:1: a section is written [NAME]");
	refuse("[]\n", 3, "f2f.ini:1: a section is written [NAME]");
	refuse("[a] b\n", 6, "f2f.ini:1: a section is written [NAME]");
	refuse(" = 3\n", 5, "f2f.ini:1: no key before the '='");
	refuse("\n\nword\n", 7, "f2f.ini:3: expected KEY = VALUE or [SECTION]");
	int length = snprintf(text, sizeof(text), "a = %0195d", 1);
	refuse(text, (size_t)length,
		"f2f.ini:1: a line must not be longer than 198 bytes; put long values into a file "
		"of "
		"their own");
	length = snprintf(text, sizeof(text), "[%050d]", 1);
	refuse(text, (size_t)length, "f2f.ini:1: a section name must not be longer than 49 bytes");
}
END_TEST

START_TEST(the_longest_line_and_section_arrive_whole) {
	char text[1024];
	snprintf(text, sizeof(text), "[%049d]\na = %0194d\nb = 2", 7, 8);
	write_file("f2f.ini", text);
	struct config *config = load();
	const char *section = config_section(config, "", 0);
	ck_assert_uint_eq(strlen(section), 49);
	ck_assert_uint_eq(strlen(config_get(config, section, "a")), 194);
	ck_assert_str_eq(config_get(config, section, "b"), "2");
	config_destroy(config);
}
END_TEST

START_TEST(files_are_asked_from_the_nearest_to_the_farthest) {
	char dirs[256];
	snprintf(dirs, sizeof(dirs), "relative:%s/one:%s/two:", folder, folder);
	setenv("XDG_CONFIG_DIRS", dirs, 1);
	ck_assert_int_eq(file_make_directories("one/f2f", NULL), 0);
	ck_assert_int_eq(file_make_directories("two/f2f", NULL), 0);
	ck_assert_int_eq(file_make_directories("relative/f2f", NULL), 0);
	write_file("two/f2f/f2f.ini", "a = two\nb = two\nc = two\nd = two\ne = two\n");
	write_file("one/f2f/f2f.ini", "a = one\nb = one\nc = one\nd = one\n");
	write_file("relative/f2f/f2f.ini", "e = relative\n");
	write_file("f2f/f2f.ini", "a = user\nb = user\nc = user\n");
	write_file("f2f.ini", "a = here\nb = here\n");
	write_file("named.ini", "a = named\n");
	struct config *config = load();
	ck_assert_str_eq(config_get(config, "", "b"), "here");
	ck_assert_str_eq(config_get(config, "", "c"), "user");
	ck_assert_str_eq(config_get(config, "", "d"), "one");
	ck_assert_str_eq(config_get(config, "", "e"), "two");
	config_destroy(config);
	// --config stands in for the file that is here, not for the others.
	ck_assert_int_eq(config_load("named.ini", &config, NULL), 0);
	ck_assert_str_eq(config_get(config, "", "a"), "named");
	ck_assert_str_eq(config_get(config, "", "b"), "user");
	ck_assert_str_eq(config_get(config, "", "e"), "two");
	config_destroy(config);
	static const char *const made[] = {"one", "two", "relative"};
	for (size_t i = 0; i < 3; i++) {
		char path[64];
		snprintf(path, sizeof(path), "%s/f2f/f2f.ini", made[i]);
		unlink(path);
		snprintf(path, sizeof(path), "%s/f2f", made[i]);
		rmdir(path);
		rmdir(made[i]);
	}
	unlink("named.ini");
	unsetenv("XDG_CONFIG_DIRS");
}
END_TEST

START_TEST(a_file_that_was_named_must_exist) {
	struct config *config = NULL;
	struct error err = {.message = ""};
	ck_assert_int_eq(config_load("absent.ini", &config, &err), ERROR_USAGE);
	ck_assert_str_eq(err.message, "absent.ini: No such file or directory");
	ck_assert_int_eq(config_load(folder, &config, &err), ERROR_USAGE);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("config");
	TCase *tests = tcase_create("config");
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, without_files_there_is_an_empty_configuration);
	tcase_add_test(tests, the_working_directory_wins_key_by_key);
	tcase_add_test(tests, keys_take_underscores_indents_quotes_and_either_separator);
	tcase_add_test(tests, what_inih_would_cut_or_misread_is_refused_with_its_line);
	tcase_add_test(tests, the_longest_line_and_section_arrive_whole);
	tcase_add_test(tests, files_are_asked_from_the_nearest_to_the_farthest);
	tcase_add_test(tests, a_file_that_was_named_must_exist);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
