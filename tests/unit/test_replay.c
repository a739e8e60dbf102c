#include "unit.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "core/problem.h"
#include "provider/provider.h"

/* Owned: a file of this process with the text. */
static char *write_replies(const char *text) {
	char *path = xasprintf("/tmp/f2f-test-replay-%d", (int)getpid());
	ck_assert_int_eq(file_write(path, text, strlen(text), NULL), 0);
	return path;
}

/* The open file goes on without its name. */
static void *open_replies(const char *text) {
	char *path = write_replies(text);
	struct model model = {.provider = "replay", .name = path};
	struct error err;
	void *source = NULL;
	ck_assert_msg(provider_find("replay")->open(&model, &source, &err) == 0, "%s", err.message);
	unlink(path);
	free(path);
	return source;
}

static struct completion ask_for(
	void *source, const char *split, const char *name, int64_t sample, int *rc_out) {
	struct problem problem = {.split = xstrdup(split), .name = xstrdup(name)};
	struct ask ask = {.problem = &problem, .sample = sample};
	struct completion completion;
	completion_init(&completion);
	*rc_out = provider_find("replay")->answer(source, &ask, &completion, NULL);
	problem_finish(&problem);
	return completion;
}

static void check_text(
	void *source, const char *split, const char *name, int64_t sample, const char *expected) {
	int rc;
	struct completion completion = ask_for(source, split, name, sample, &rc);
	ck_assert_int_eq(rc, expected != NULL ? 0 : ERROR_NOT_FOUND);
	ck_assert_str_eq(completion.text, expected != NULL ? expected : "");
	completion_finish(&completion);
}

static void check_refused(const char *text, const char *message) {
	char *path = write_replies(text);
	struct model model = {.provider = "replay", .name = path};
	struct error err;
	void *source = NULL;
	ck_assert_int_eq(provider_find("replay")->open(&model, &source, &err), ERROR_INPUT);
	char *expected = xasprintf("%s%s", path, message);
	ck_assert_str_eq(err.message, expected);
	free(expected);
	unlink(path);
	free(path);
}

START_TEST(replies_are_found_by_name_and_sample) {
	void *source = open_replies("{\"id\":\"a\",\"sample\":1,\"text\":\"a1\"}\r\n\n{\"id\":"
				    "\"a\",\"sample\":0,\"text\":\"a0\"}\n"
				    "{\"id\":\"b\",\"sample\":0,\"text\":\"b0\"}");
	check_text(source, "v1", "a", 0, "a0");
	check_text(source, "v1", "a", 1, "a1");
	check_text(source, NULL, "b", 0, "b0");
	check_text(source, "v1", "a", 2, NULL);
	check_text(source, "v1", "A", 0, NULL);
	provider_find("replay")->close(source);
}
END_TEST

START_TEST(samples_that_are_not_numbered_count_in_order) {
	void *source = open_replies("{\"id\":\"a\",\"text\":\"0\"}\n{\"id\":\"b\",\"text\":\"b\"}"
				    "\n{\"id\":\"a\",\"text\":\"1\"}\n");
	check_text(source, "v1", "a", 0, "0");
	check_text(source, "v1", "a", 1, "1");
	check_text(source, "v1", "b", 0, "b");
	provider_find("replay")->close(source);
}
END_TEST

START_TEST(an_id_with_its_split_is_for_that_split_alone) {
	void *source = open_replies(
		"{\"id\":\"v2c/a\",\"text\":\"c\"}\n{\"id\":\"a\",\"text\":\"any\"}\n");
	check_text(source, "v2c", "a", 0, "c");
	check_text(source, "v2s", "a", 0, "any");
	provider_find("replay")->close(source);
}
END_TEST

START_TEST(a_count_that_cannot_be_true_is_none) {
	void *source = open_replies("{\"id\":\"a\",\"text\":\"\",\"usage\":{\"prompt_tokens\":"
				    "9223372036854775807,\"completion_tokens\":-3}}\n");
	int rc;
	struct completion completion = ask_for(source, "v1", "a", 0, &rc);
	ck_assert_int_eq(rc, 0);
	ck_assert_int_eq(completion.prompt_tokens, -1);
	ck_assert_int_eq(completion.completion_tokens, -1);
	completion_finish(&completion);
	provider_find("replay")->close(source);
}
END_TEST

START_TEST(ends_usage_thoughts_and_damage_are_kept) {
	void *source = open_replies("{\"id\":\"a\",\"text\":\"<think>hm</think>by "
				    "\\ud800\",\"finish_reason\":\"length\","
				    "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}\n{"
				    "\"id\":\"b\",\"text\":null}\n");
	int rc;
	struct completion completion = ask_for(source, "v1", "a", 0, &rc);
	ck_assert_int_eq(rc, 0);
	ck_assert_str_eq(completion.text, "by \xef\xbf\xbd");
	ck_assert_str_eq(completion.reasoning, "hm");
	ck_assert_str_eq(completion.finish_reason, "length");
	ck_assert_int_eq(completion.finish, FINISH_LENGTH);
	ck_assert_int_eq(completion.prompt_tokens, 3);
	ck_assert_int_eq(completion.completion_tokens, 4);
	ck_assert(completion.repaired);
	completion_finish(&completion);
	check_text(source, "v1", "b", 0, "");
	provider_find("replay")->close(source);
}
END_TEST

START_TEST(bad_lines_are_refused_with_file_and_line) {
	check_refused("{\"id\":\"a\",\"text\":\"x\"}\n{\"id\":\"a\"\n",
		": line 2: line 1: '}' expected near end of file");
	check_refused("{\"text\":\"x\"}\n", ": line 1: no \"id\"");
	check_refused("{\"id\":\"a\"}\n", ": line 1: no \"text\"");
	check_refused("{\"id\":\"a\",\"text\":7}\n", ": line 1: \"text\" is not a string");
	check_refused("{\"id\":\"a\",\"text\":\"\",\"sample\":1048576}",
		": line 1: \"sample\" is not a whole number from 0 to 1048575");
	check_refused("{\"id\":\"a\",\"text\":\"\",\"sample\":9223372036854775807}",
		": line 1: \"sample\" is not a whole number from 0 to 1048575");
	check_refused("{\"id\":\"a\",\"text\":\"\",\"sample\":-1}\n",
		": line 1: \"sample\" is not a whole number from 0 to 1048575");
	check_refused("{\"id\":\"a\",\"text\":\"\",\"sample\":1.5}\n",
		": line 1: \"sample\" is not a whole number from 0 to 1048575");
	check_refused("{\"id\":\"v1/\",\"text\":\"\"}\n",
		": line 1: \"id\" is \"v1/\", neither NAME nor SPLIT/NAME");
	check_refused("\n[]\n", ": line 2: not a JSON object");
	check_refused("{\"id\":\"a\",\"text\":\"\"}\n{\"id\":\"a\",\"sample\":0,\"text\":\"\"}\n",
		": line 2: a, sample 0, was given on line 1 already");
	check_refused("\n\n", " holds no reply");
}
END_TEST

START_TEST(a_file_that_is_not_there_is_named) {
	struct model model = {.provider = "replay", .name = "/nonexistent/replies.jsonl"};
	struct error err;
	void *source = NULL;
	ck_assert_int_eq(provider_find("replay")->open(&model, &source, &err), ERROR_NOT_FOUND);
	ck_assert_str_eq(err.message, "/nonexistent/replies.jsonl: No such file or directory");
}
END_TEST

START_TEST(a_line_longer_than_any_read_is_whole_again) {
	size_t length = 300000;
	char *long_text = xmalloc(length + 1);
	memset(long_text, 'x', length);
	long_text[length] = '\0';
	char *text = xasprintf("{\"id\":\"z\",\"text\":\"\"}\n{\"id\":\"a\",\"text\":\"%s\"}\n"
			       "{\"id\":\"b\",\"text\":\"b\"}\n",
		long_text);
	void *source = open_replies(text);
	check_text(source, "v1", "a", 0, long_text);
	free(long_text);
	check_text(source, "v1", "b", 0, "b");
	provider_find("replay")->close(source);
	free(text);
}
END_TEST

START_TEST(a_file_that_shrinks_meanwhile_is_an_error) {
	char *path = write_replies("{\"id\":\"a\",\"text\":\"x\"}\n");
	struct model model = {.provider = "replay", .name = path};
	void *source = NULL;
	ck_assert_int_eq(provider_find("replay")->open(&model, &source, NULL), 0);
	ck_assert_int_eq(truncate(path, 5), 0);
	int rc;
	struct completion completion = ask_for(source, "v1", "a", 0, &rc);
	ck_assert_int_eq(rc, ERROR_INPUT);
	completion_finish(&completion);
	provider_find("replay")->close(source);
	unlink(path);
	free(path);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("replay");
	TCase *tests = tcase_create("replay");
	tcase_add_test(tests, replies_are_found_by_name_and_sample);
	tcase_add_test(tests, samples_that_are_not_numbered_count_in_order);
	tcase_add_test(tests, an_id_with_its_split_is_for_that_split_alone);
	tcase_add_test(tests, a_count_that_cannot_be_true_is_none);
	tcase_add_test(tests, ends_usage_thoughts_and_damage_are_kept);
	tcase_add_test(tests, bad_lines_are_refused_with_file_and_line);
	tcase_add_test(tests, a_file_that_is_not_there_is_named);
	tcase_add_test(tests, a_line_longer_than_any_read_is_whole_again);
	tcase_add_test(tests, a_file_that_shrinks_meanwhile_is_an_error);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
