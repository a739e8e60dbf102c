#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "cmd/env_file.h"

/* The text of a file of variables: what KEY is in it, or which line is wrong. */

static char *find(const char *text, size_t length) {
	char *value = NULL;
	struct error err = {.message = ""};
	char *copy = xmemdup0(text, length);
	ck_assert_msg(
		env_file_find(copy, length, "KEY", &value, &err) == 0, "%s: %s", text, err.message);
	free(copy);
	return value;
}

static void is(const char *text, const char *wanted) {
	char *value = find(text, strlen(text));
	if (wanted == NULL) {
		ck_assert_msg(value == NULL, "%s: %s", text, value);
	} else {
		ck_assert_msg(value != NULL && strcmp(value, wanted) == 0, "%s: %s", text,
			value != NULL ? value : "none");
	}
	free(value);
}

static void refuse(const char *text, size_t length, const char *message) {
	char *value = NULL;
	struct error err = {.message = ""};
	ck_assert_int_eq(env_file_find(text, length, "KEY", &value, &err), ERROR_USAGE);
	ck_assert_ptr_null(value);
	ck_assert_str_eq(err.message, message);
}

START_TEST(lines_are_read_as_a_shell_reads_them) {
	is("KEY=value", "value");
	is("KEY=value\r\nOTHER=x\r\n", "value");
	is("\xef\xbb\xbfKEY=value\n", "value");
	is("\n  \n# KEY=no\n  export \t KEY=value  \n", "value");
	is("exportKEY=value\nKEYS=x\nXKEY=y\nkey=z\n", NULL);
	is("KEY=a=b=#c\n", "a=b=#c");
	is("KEY=value # about it\n", "value");
	is("KEY=va lue\t#x\n", "va lue");
	is("KEY=one\nKEY=two\n", "two");
	is("", NULL);
}
END_TEST

START_TEST(quotes_keep_what_is_in_them) {
	is("KEY='a # $b \\n \"c\" '\n", "a # $b \\n \"c\" ");
	is("KEY=\"a # $b \\n \\\"c\\\" \\$d \\\\ \\`e\" # said\n", "a # $b \\n \"c\" $d \\ `e");
	is("KEY=\"\\\"\"", "\"");
	is("KEY=$(rm -rf /) `date` ${HOME}\n", "$(rm -rf /) `date` ${HOME}");
	is("KEY=it's\n", "it's");
}
END_TEST

START_TEST(empty_is_not_set) {
	is("KEY=", NULL);
	is("KEY=   \n", NULL);
	is("KEY=''\n", NULL);
	is("KEY=\"\"\n", NULL);
	is("KEY=# nothing\n", NULL);
	is("KEY=one\nKEY=\n", NULL);
}
END_TEST

START_TEST(a_line_that_is_none_is_named_by_its_number_alone) {
	static const struct {
		const char *text, *message;
	} cases[] = {
		{"sk-secret", "line 1 is not NAME=VALUE"},
		{"KEY=x\n\nsecret word\n", "line 3 is not NAME=VALUE"},
		{"=secret", "line 1 is not NAME=VALUE"},
		{"KEY =secret", "line 1 is not NAME=VALUE"},
		{"1KEY=secret", "line 1 is not NAME=VALUE"},
		{"export\n", "line 1 is not NAME=VALUE"},
		{"export KEY\n", "line 1 is not NAME=VALUE"},
		{"KEY='secret", "line 1 has a quote that is not closed"},
		{"KEY=\"secret\\\"", "line 1 has a quote that is not closed"},
		{"KEY='", "line 1 has a quote that is not closed"},
		{"OTHER='a' b\n", "line 1 has something behind its closing quote"},
		{"KEY='a''b'\n", "line 1 has something behind its closing quote"},
		{"KEY=a\x1b[1m\n", "line 1 holds a byte that no key has"},
		{"KEY=a\rb\n", "line 1 holds a byte that no key has"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		refuse(cases[i].text, strlen(cases[i].text), cases[i].message);
	}
	refuse("KEY=a\0b\n", 8, "line 1 holds a byte that no key has");
}
END_TEST

int main(void) {
	Suite *suite = suite_create("env_file");
	TCase *tests = tcase_create("env_file");
	tcase_add_test(tests, lines_are_read_as_a_shell_reads_them);
	tcase_add_test(tests, quotes_keep_what_is_in_them);
	tcase_add_test(tests, empty_is_not_set);
	tcase_add_test(tests, a_line_that_is_none_is_named_by_its_number_alone);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
