#include <stdio.h>

#include "base/buf.h"
#include "base/mem.h"
#include "generated.h"
#include "logic/align.h"
#include "logic/verbalise.h"
#include "unit.h"

/* Our own proofs in words, read back: nothing may be lost, doubted or misread. */

static void check_labels(
	const struct words_problem *problem, const struct alignment *alignment, const char *text) {
	static const enum step_label never[] = {STEP_UNPARSED, STEP_AMBIGUOUS,
		STEP_WRONG_ARITHMETIC, STEP_UNSUPPORTED, STEP_REPEAT, STEP_UNLISTED};
	for (size_t i = 0; i < F2F_COUNT(never); i++) {
		ck_assert_msg(alignment->label_counts[never[i]] == 0, "%s in\n%s",
			step_label_name(never[i]), text);
	}
	ck_assert_msg(alignment->answer_correct && alignment->complete, "%s", text);
	ck_assert_uint_eq(
		alignment->label_counts[STEP_RELEVANT], problem->solved->shortest.steps);
}

static void check_proof(const struct words_problem *problem, enum proof_extent extent) {
	struct buf text = BUF_INIT(1 << 20);
	verbalise_proof(problem->solved, extent, &text);
	size_t said = 0;
	for (size_t i = 0; i < text.len; i++) {
		said += text.data[i] == '\n';
	}
	struct alignment alignment;
	align_text(problem->solved, text.data, text.len, &alignment);
	check_labels(problem, &alignment, buf_str(&text));
	// each sentence but the answer is one step
	ck_assert_uint_eq(alignment.label_counts[STEP_RESTATED] +
				  alignment.label_counts[STEP_RELEVANT] +
				  alignment.label_counts[STEP_IRRELEVANT],
		said - 1);
	if (extent == PROOF_SHORTEST) {
		ck_assert_uint_eq(alignment.label_counts[STEP_IRRELEVANT], 0);
		ck_assert_double_eq(alignment.step_efficiency, 1.0);
		ck_assert_double_eq(alignment.vertex_efficiency, 1.0);
	} else {
		ck_assert_uint_eq(alignment.label_counts[STEP_RESTATED],
			problem->solved->closure->axiom_count);
	}
	alignment_finish(&alignment);
	buf_finish(&text);
}

START_TEST(ten_thousand_shortest_proofs_are_read_back) {
	struct vocabulary *vocabulary = load();
	struct words_options options = cell("trees/both");
	for (uint64_t number = 0; number < 10000; number++) {
		struct words_problem problem = draw(vocabulary, &options, number);
		check_proof(&problem, PROOF_SHORTEST);
		words_problem_finish(&problem);
	}
	vocabulary_destroy(vocabulary);
}
END_TEST

START_TEST(ten_thousand_proofs_of_every_cell_and_order_are_read_back) {
	struct vocabulary *vocabulary = load();
	size_t count = 0;
	for (size_t i = 0; words_cell_at(i) != NULL; i++) {
		for (uint64_t number = 0; number < 640; number++) {
			struct words_options options = cell(words_cell_at(i));
			options.seed = 2;
			options.family = number % 2 == 0 ? WORDS_DISCONNECTED : WORDS_CONNECTED;
			options.shuffle = number % 4 < 2;
			struct words_problem problem = draw(vocabulary, &options, number);
			check_proof(&problem, PROOF_SHORTEST);
			check_proof(&problem, PROOF_EXHAUSTIVE);
			words_problem_finish(&problem);
			count++;
		}
	}
	printf("# %zu problems read back, shortest and exhaustive\n", count);
	fflush(stdout);
	ck_assert_uint_ge(count, 10000);
	vocabulary_destroy(vocabulary);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("readback");
	TCase *tests = tcase_create("readback");
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, ten_thousand_shortest_proofs_are_read_back);
	tcase_add_test(tests, ten_thousand_proofs_of_every_cell_and_order_are_read_back);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
