#include "unit.h"

#include <math.h>
#include <string.h>

#include "base/asset.h"
#include "base/buf.h"
#include "base/mem.h"
#include "core/problem.h"
#include "core/prompt.h"

#define FRONT "---\nid: p\nversion: 3\n---\n"

static const char preamble[] = "abbrev a : Nat := sorry\n";
static const char statement[] = "theorem t : 1 = {{name}}";
static const char informal[] = "words {{informal}}";

static struct problem problem_in_full(void) {
	return (struct problem){
		.name = (char *)"n",
		.theorem = (char *)"t",
		.header = (char *)"import H\n",
		.preamble = (char *)preamble,
		.statement = (char *)statement,
		.informal = (char *)informal,
	};
}

static void check_renders(const char *text, const struct problem *problem, const char *expected) {
	struct prompt prompt;
	struct error err;
	struct buf out = BUF_INIT(1 << 16);
	ck_assert_msg(prompt_parse(text, strlen(text), &prompt, &err) == 0, "%s", err.message);
	ck_assert_msg(prompt_render(&prompt, problem, &out, &err) == 0, "%s", err.message);
	ck_assert_str_eq(buf_str(&out), expected);
	buf_finish(&out);
	prompt_finish(&prompt);
}

static void check_refused(const char *text, const char *message) {
	struct prompt prompt;
	struct error err;
	ck_assert_int_eq(prompt_parse(text, strlen(text), &prompt, &err), ERROR_INPUT);
	ck_assert_str_eq(err.message, message);
}

START_TEST(front_matter_gives_what_it_says_and_nothing_else) {
	static const char text[] = "---\nid: x\nversion: 7\ntemperature: 0.5\nmax_tokens: 99\n"
				   "system: one: two\n  three\n---\nhello\n";
	struct prompt prompt;
	ck_assert_int_eq(prompt_parse(text, strlen(text), &prompt, NULL), 0);
	ck_assert_str_eq(prompt.id, "x");
	ck_assert_int_eq(prompt.version, 7);
	ck_assert_double_eq(prompt.temperature, 0.5);
	ck_assert(isnan(prompt.top_p));
	ck_assert_int_eq(prompt.max_tokens, 99);
	ck_assert_str_eq(prompt.system, "one: two\nthree");
	ck_assert_str_eq(prompt.text, "hello");
	ck_assert_str_eq(prompt.hash.hex, sha256_of(text, strlen(text)).hex);
	prompt_finish(&prompt);
}
END_TEST

START_TEST(names_become_the_problems_texts_which_are_not_read_again) {
	struct problem problem = problem_in_full();
	check_renders(FRONT
		"{{informal}}|{{ header }}{{preamble}}{{statement}}|{{name}}|{{theorem}}",
		&problem,
		"words {{informal}}|import H\nabbrev a : Nat := sorry\ntheorem t : 1 = {{name}} := "
		"by|n|t");
}
END_TEST

START_TEST(a_block_is_left_out_with_its_lines_when_the_text_is_missing) {
	static const char text[] =
		FRONT "a\n{{#informal}}\nIn words: {{informal}}\n{{/informal}}\nb";
	struct problem problem = problem_in_full();
	check_renders(text, &problem, "a\nIn words: words {{informal}}\nb");
	problem.informal = NULL;
	check_renders(text, &problem, "a\nb");
	problem.informal = (char *)"";
	check_renders(text, &problem, "a\nb");
	check_renders(FRONT "x{{#informal}} y{{/informal}}.", &problem, "x.");
}
END_TEST

START_TEST(blocks_nest_and_a_hidden_one_hides_what_is_in_it) {
	struct problem problem = problem_in_full();
	problem.informal = NULL;
	check_renders(FRONT "1{{#informal}}2{{#header}}3{{informal}}{{/header}}4{{/informal}}5",
		&problem, "15");
	check_renders(
		FRONT "1{{#header}}2{{#informal}}3{{/informal}}4{{/header}}5", &problem, "1245");
}
END_TEST

START_TEST(a_placeholder_is_a_sorry_in_the_preamble_and_not_in_a_name) {
	static const char text[] = FRONT "{{#placeholder}}fill{{/placeholder}}.";
	struct problem problem = problem_in_full();
	check_renders(text, &problem, "fill.");
	problem.preamble = (char *)"def a : Nat :=sorry";
	check_renders(text, &problem, "fill.");
	problem.preamble = (char *)"/-- not_sorry, sorryful -/\n";
	check_renders(text, &problem, ".");
	problem.preamble = NULL;
	check_renders(text, &problem, ".");
}
END_TEST

START_TEST(a_text_that_the_problem_has_not_is_an_error_and_nothing_is_appended) {
	struct problem problem = problem_in_full();
	struct prompt prompt;
	struct error err;
	struct buf out = BUF_INIT(64);
	static const char text[] = FRONT "before {{statement}}";
	problem.statement = NULL;
	buf_append_str(&out, "kept");
	ck_assert_int_eq(prompt_parse(text, strlen(text), &prompt, &err), 0);
	ck_assert_int_eq(prompt_render(&prompt, &problem, &out, &err), ERROR_INPUT);
	ck_assert_str_eq(err.message, "n has no {{statement}}");
	ck_assert_str_eq(buf_str(&out), "kept");
	buf_finish(&out);
	prompt_finish(&prompt);
}
END_TEST

START_TEST(faults_name_their_line) {
	check_refused(
		FRONT "a\n{{infromal}}", "line 6: no name \"infromal\"; did you mean informal?");
	check_refused(FRONT "\n\n{{informal\n}}", "line 7: {{ without }}");
	check_refused(FRONT "{{informal", "line 5: {{ without }}");
	check_refused(FRONT "{{}}", "line 5: no name \"\"");
	check_refused(FRONT "{{/header}}", "line 5: {{/header}} closes no block that is open");
	check_refused(FRONT "{{#header}}{{#name}}{{/header}}{{/name}}",
		"line 5: {{/header}} closes no block that is open");
	check_refused(FRONT "{{#header}}x", "{{#header}} is never closed");
	check_refused(FRONT "{{placeholder}}",
		"line 5: \"placeholder\" is only for blocks: {{#placeholder}}");
	check_refused("hello", "line 1: front matter between lines of --- is missing");
	check_refused(
		"---\nid: x\nversion: 1\n", "line 1: the front matter is never closed by ---");
	check_refused("---\nid: x\n---\nhello", "the front matter has no \"version\"");
	check_refused("---\nid: x\ntemprature: 1\n---\n",
		"line 3: no front matter \"temprature\"; did you mean temperature?");
	check_refused("---\ntemperature: warm\n---\n",
		"line 2: temperature \"warm\" is not a number from 0 to 2");
	check_refused(
		"---\nversion: 0\n---\n", "line 2: version \"0\" is not a whole number above 0");
	check_refused(
		"---\nid: x\n more\n---\n", "line 3: only the system message goes on over lines");
	check_refused("---\nid: x\nid: y\n---\n", "line 3: id is given twice");
	check_refused("---\nid\n---\n", "line 2: not \"key: value\"");
	check_refused(FRONT "  \n", "there is no text after the front matter");
	check_refused(FRONT "\xff", "not UTF-8 text");
}
END_TEST

START_TEST(deep_nesting_and_any_cut_of_a_prompt_are_survived) {
	struct buf deep = BUF_INIT(1 << 16);
	struct prompt prompt;
	struct error err;
	buf_append_str(&deep, FRONT);
	for (int i = 0; i < 1000; i++) {
		buf_append_str(&deep, "{{#header}}");
	}
	ck_assert_int_eq(prompt_parse(deep.data, deep.len, &prompt, &err), ERROR_INPUT);
	buf_finish(&deep);
	const struct asset *asset = asset_find("prompts/prove.md");
	for (size_t cut = 0; cut < asset->size; cut++) {
		char *text = xmemdup0(asset->data, cut);
		if (prompt_parse(text, cut, &prompt, NULL) == 0) {
			prompt_finish(&prompt);
		}
		free(text);
	}
}
END_TEST

START_TEST(the_built_in_prompt_shows_the_file_and_asks_for_answers_only_where_there_are_holes) {
	const struct asset *asset = asset_find("prompts/prove.md");
	struct prompt prompt;
	struct error err;
	struct buf out = BUF_INIT(1 << 16);
	struct problem problem = problem_in_full();
	ck_assert_ptr_nonnull(asset);
	ck_assert_msg(
		prompt_parse(asset->data, asset->size, &prompt, &err) == 0, "%s", err.message);
	ck_assert_int_eq(prompt_render(&prompt, &problem, &out, &err), 0);
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "words"));
	ck_assert_ptr_nonnull(
		strstr(buf_str(&out), "```lean4\nimport H\nabbrev a : Nat := sorry\ntheorem t : "));
	ck_assert_ptr_nonnull(strstr(buf_str(&out), ":= by\n  sorry\n```"));
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "closed form"));
	buf_clear(&out);
	problem.informal = NULL;
	problem.preamble = (char *)"";
	ck_assert_int_eq(prompt_render(&prompt, &problem, &out, &err), 0);
	ck_assert_ptr_null(strstr(buf_str(&out), "words"));
	ck_assert_ptr_null(strstr(buf_str(&out), "closed form"));
	ck_assert_ptr_null(strstr(buf_str(&out), "{{#"));
	buf_finish(&out);
	prompt_finish(&prompt);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("prompt");
	TCase *tests = tcase_create("prompt");
	tcase_add_test(tests, front_matter_gives_what_it_says_and_nothing_else);
	tcase_add_test(tests, names_become_the_problems_texts_which_are_not_read_again);
	tcase_add_test(tests, a_block_is_left_out_with_its_lines_when_the_text_is_missing);
	tcase_add_test(tests, blocks_nest_and_a_hidden_one_hides_what_is_in_it);
	tcase_add_test(tests, a_placeholder_is_a_sorry_in_the_preamble_and_not_in_a_name);
	tcase_add_test(tests, a_text_that_the_problem_has_not_is_an_error_and_nothing_is_appended);
	tcase_add_test(tests, faults_name_their_line);
	tcase_add_test(tests, deep_nesting_and_any_cut_of_a_prompt_are_survived);
	tcase_add_test(tests,
		the_built_in_prompt_shows_the_file_and_asks_for_answers_only_where_there_are_holes);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
