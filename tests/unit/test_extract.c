#include "unit.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "core/completion.h"
#include "core/extract.h"

static size_t extract(const char *reply, struct code_block *blocks) {
	return extract_blocks(reply, strlen(reply), blocks, CODE_BLOCKS_MAX);
}

static void check_block(const struct code_block *block, const char *text, bool lean, bool closed) {
	ck_assert_uint_eq(block->length, strlen(text));
	ck_assert_mem_eq(block->data, text, strlen(text));
	ck_assert_int_eq(block->lean, lean);
	ck_assert_int_eq(block->closed, closed);
	ck_assert(block->fenced);
}

START_TEST(a_fenced_block_is_taken_whatever_its_lean_info_string) {
	struct code_block blocks[CODE_BLOCKS_MAX];
	const char *words[] = {
		"lean", "lean4", "Lean4", "", "tactics", "lean4 title", "{.lean}", "LEAN"};
	for (size_t i = 0; i < F2F_COUNT(words); i++) {
		char *reply = xasprintf("Here:\n```%s\nby simp\n```\nDone.", words[i]);
		ck_assert_uint_eq(extract(reply, blocks), 1);
		check_block(&blocks[0], "by simp\n", true, true);
		free(reply);
	}
}
END_TEST

START_TEST(blocks_of_other_languages_are_marked_as_not_lean) {
	struct code_block blocks[CODE_BLOCKS_MAX];
	ck_assert_uint_eq(
		extract("```python\nx\n```\n~~~lean\ny\n~~~\n```leanpub\nz\n```", blocks), 3);
	check_block(&blocks[0], "x\n", false, true);
	check_block(&blocks[1], "y\n", true, true);
	check_block(&blocks[2], "z\n", false, true);
}
END_TEST

START_TEST(a_longer_fence_holds_shorter_ones) {
	struct code_block blocks[CODE_BLOCKS_MAX];
	ck_assert_uint_eq(extract("````lean\na\n```\nb\n~~~\n````\n", blocks), 1);
	check_block(&blocks[0], "a\n```\nb\n~~~\n", true, true);
}
END_TEST

START_TEST(a_fence_with_an_info_string_does_not_close) {
	struct code_block blocks[CODE_BLOCKS_MAX];
	ck_assert_uint_eq(extract("```lean\na\n```lean\nb\n```\n", blocks), 1);
	check_block(&blocks[0], "a\n```lean\nb\n", true, true);
}
END_TEST

START_TEST(fences_in_lists_and_quotes_are_found) {
	struct code_block blocks[CODE_BLOCKS_MAX];
	ck_assert_uint_eq(extract("1. ```lean\n   a\n   ```\n- x\n\n      ~~~\n      b\n      "
				  "~~~\n> ```lean\n> c\n> ```",
				  blocks),
		3);
	check_block(&blocks[0], "   a\n", true, true);
	check_block(&blocks[1], "      b\n", true, true);
	check_block(&blocks[2], "> c\n", true, true);
}
END_TEST

START_TEST(an_unclosed_fence_runs_to_the_end_and_says_so) {
	struct code_block blocks[CODE_BLOCKS_MAX];
	ck_assert_uint_eq(extract("text\n```lean4\ntheorem T : 1", blocks), 1);
	check_block(&blocks[0], "theorem T : 1", true, false);
	ck_assert_uint_eq(extract("```", blocks), 1);
	check_block(&blocks[0], "", true, false);
}
END_TEST

START_TEST(carriage_returns_before_line_feeds_do_not_hide_a_fence) {
	struct code_block blocks[CODE_BLOCKS_MAX];
	ck_assert_uint_eq(extract("```lean\r\nby simp\r\n```\r\n", blocks), 1);
	check_block(&blocks[0], "by simp\r\n", true, true);
}
END_TEST

START_TEST(code_inside_a_sentence_is_no_fence) {
	struct code_block blocks[CODE_BLOCKS_MAX];
	ck_assert_uint_eq(extract("use ``` or\n```by simp``` here\n``\nx", blocks), 1);
	ck_assert(!blocks[0].fenced);
}
END_TEST

START_TEST(a_reply_without_fence_is_one_block) {
	struct code_block blocks[CODE_BLOCKS_MAX];
	ck_assert_uint_eq(extract("by simp", blocks), 1);
	ck_assert(!blocks[0].fenced && blocks[0].lean && blocks[0].length == 7);
}
END_TEST

START_TEST(of_too_many_blocks_the_last_ones_are_kept) {
	struct code_block blocks[CODE_BLOCKS_MAX];
	struct buf reply = BUF_INIT(64 * CODE_BLOCKS_MAX);
	for (int i = 0; i < CODE_BLOCKS_MAX + 7; i++) {
		buf_appendf(&reply, "```lean\n%d\n```\n", i);
	}
	ck_assert_uint_eq(extract(buf_str(&reply), blocks), CODE_BLOCKS_MAX);
	check_block(&blocks[0], "7\n", true, true);
	check_block(&blocks[CODE_BLOCKS_MAX - 1], "262\n", true, true);
	buf_finish(&reply);
}
END_TEST

static void check_think(
	const char *text, const char *answer, const char *reasoning, enum finish finish) {
	struct completion completion;
	completion_init(&completion);
	completion_take_text(&completion, xstrdup(text));
	ck_assert_str_eq(completion.text, answer);
	if (reasoning == NULL) {
		ck_assert_ptr_null(completion.reasoning);
	} else {
		ck_assert_ptr_nonnull(completion.reasoning);
		ck_assert_str_eq(completion.reasoning, reasoning);
	}
	ck_assert_int_eq(completion.finish, finish);
	completion_finish(&completion);
}

START_TEST(think_tags_become_reasoning) {
	check_think("<think>\nhm\n</think>\n\nby simp", "by simp", "hm", FINISH_STOP);
	check_think("<thinking>hm</thinking>x", "x", "hm", FINISH_STOP);
	check_think("<Reasoning>hm</Reasoning>\nx", "x", "hm", FINISH_STOP);
	check_think("no tags", "no tags", NULL, FINISH_STOP);
	check_think("", "", NULL, FINISH_STOP);
	check_think("<think></think>x", "x", NULL, FINISH_STOP);
}
END_TEST

START_TEST(everything_up_to_the_last_closing_tag_is_reasoning) {
	check_think("a</think>b</think>c", "c", "a</think>b", FINISH_STOP);
	check_think("hm, templates open the tag</think>c", "c", "hm, templates open the tag",
		FINISH_STOP);
	check_think("<think>a</think>\nx\n<think>b</think>\ny", "y", "a</think>\nx\n<think>b",
		FINISH_STOP);
}
END_TEST

START_TEST(a_thought_never_closed_leaves_no_answer) {
	check_think("<think>\nfor ever", "", "for ever", FINISH_LENGTH);
	check_think("<think>a</think>x\n<think>more", "", "a\n\nmore", FINISH_LENGTH);
}
END_TEST

START_TEST(the_word_inside_a_line_is_no_tag) {
	check_think("the <think> tag", "the <think> tag", NULL, FINISH_STOP);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("extract");
	TCase *tcase = tcase_create("extract");
	tcase_add_test(tcase, a_fenced_block_is_taken_whatever_its_lean_info_string);
	tcase_add_test(tcase, blocks_of_other_languages_are_marked_as_not_lean);
	tcase_add_test(tcase, a_longer_fence_holds_shorter_ones);
	tcase_add_test(tcase, a_fence_with_an_info_string_does_not_close);
	tcase_add_test(tcase, fences_in_lists_and_quotes_are_found);
	tcase_add_test(tcase, an_unclosed_fence_runs_to_the_end_and_says_so);
	tcase_add_test(tcase, carriage_returns_before_line_feeds_do_not_hide_a_fence);
	tcase_add_test(tcase, code_inside_a_sentence_is_no_fence);
	tcase_add_test(tcase, a_reply_without_fence_is_one_block);
	tcase_add_test(tcase, of_too_many_blocks_the_last_ones_are_kept);
	tcase_add_test(tcase, think_tags_become_reasoning);
	tcase_add_test(tcase, everything_up_to_the_last_closing_tag_is_reasoning);
	tcase_add_test(tcase, a_thought_never_closed_leaves_no_answer);
	tcase_add_test(tcase, the_word_inside_a_line_is_no_tag);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
