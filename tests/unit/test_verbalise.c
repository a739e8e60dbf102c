#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "generated.h"
#include "logic/verbalise.h"
#include "unit.h"

static struct solved *solve(const char *program) {
	struct solved *solved = NULL;
	struct error err;
	ck_assert_msg(
		solved_parse(program, strlen(program), &solved, &err) == 0, "%s", err.message);
	return solved;
}

static void check_proof(const char *program, enum proof_extent extent, const char *expected) {
	struct solved *solved = solve(program);
	struct buf text = BUF_INIT(1 << 16);
	size_t derived = verbalise_proof(solved, extent, &text), said = 0;
	ck_assert_str_eq(buf_str(&text), expected);
	for (const char *at = expected; (at = strstr(at, ". So ")) != NULL; at++) {
		said++;
	}
	ck_assert_uint_eq(derived, said);
	buf_finish(&text);
	solved_destroy(solved);
}

START_TEST(a_proof_restates_what_it_uses_and_concludes_as_soon_as_it_can) {
	const char *program = "container(Mira/pear, 14).\n"
			      "container(Pavel/hat, 41).\n"
			      "comparison(less, Tobin/pear, Mira/pear, 5).\n"
			      "comparison(more, Oda/hat, Pavel/hat, 6).\n"
			      "transfer(Ula/pear, Tobin/pear, 3).\n"
			      "goal container(Tobin/pear, ?).\n";
	check_proof(program, PROOF_SHORTEST,
		"1. Mira has 14 pears.\n"
		"2. Tobin has 5 fewer pears than Mira.\n"
		"3. So Tobin has 14 - 5 = 9 pears.\n"
		"4. Tobin then gives 3 pears to Ula.\n"
		"5. So Tobin now has 9 - 3 = 6 pears.\n"
		"The answer is 6.\n");
	check_proof(program, PROOF_EXHAUSTIVE,
		"1. Mira has 14 pears.\n"
		"2. Pavel has 41 hats.\n"
		"3. Tobin has 5 fewer pears than Mira.\n"
		"4. So Tobin has 14 - 5 = 9 pears.\n"
		"5. Oda has 6 more hats than Pavel.\n"
		"6. So Oda has 41 + 6 = 47 hats.\n"
		"7. Tobin then gives 3 pears to Ula.\n"
		"8. So Tobin now has 9 - 3 = 6 pears.\n"
		"The answer is 6.\n");
}
END_TEST

START_TEST(rates_and_sums_are_put_into_words) {
	check_proof("noun(knife, knives).\n"
		    "container(Eli/box, 3).\n"
		    "transfer(Eli/box, Hal/box, 2).\n"
		    "rate(Eli/box, knife, 4).\n"
		    "container(Fay/cherry, 1).\n"
		    "container(Gus/cherry, 2).\n"
		    "goal whole(thing, Eli/knife, Fay/cherry, Gus/cherry, ?).\n",
		PROOF_SHORTEST,
		"1. Eli has 3 boxes.\n"
		"2. Hal then gives 2 boxes to Eli.\n"
		"3. So Eli now has 3 + 2 = 5 boxes.\n"
		"4. Eli has 4 knives per box.\n"
		"5. So Eli has 5 * 4 = 20 knives.\n"
		"6. Fay has 1 cherry.\n"
		"7. Gus has 2 cherries.\n"
		"8. So Eli, Fay and Gus have 20 + 1 + 2 = 23 things in total.\n"
		"The answer is 23.\n");
	check_proof("container(Eli/pear, 3).\ncontainer(Eli/plum, 2).\n"
		    "goal whole(fruit, Eli/pear, Eli/plum, ?).\n",
		PROOF_SHORTEST,
		"1. Eli has 3 pears.\n"
		"2. Eli has 2 plums.\n"
		"3. So Eli has 3 + 2 = 5 fruits in total.\n"
		"The answer is 5.\n");
}
END_TEST

START_TEST(equalities_are_put_into_words) {
	const char *program = "container(A/nut, 8).\n"
			      "container(C/nut, 9).\n"
			      "container(D/nut, 5).\n"
			      "equality(more, B/nut, A/nut, more, C/nut, D/nut).\n"
			      "goal container(B/nut, ?).\n";
	const char *proof = "1. A has 8 nuts.\n"
			    "2. C has 9 nuts.\n"
			    "3. D has 5 nuts.\n"
			    "4. So C has 9 - 5 = 4 more nuts than D.\n"
			    "5. B is ahead of A in nuts by the same number as C is ahead of D.\n"
			    "6. So B has 8 + 4 = 12 nuts.\n"
			    "The answer is 12.\n";
	check_proof(program, PROOF_SHORTEST, proof);
	// and not that B has 4 more than A, which the equality asks for but nothing needs
	check_proof(program, PROOF_EXHAUSTIVE, proof);
	check_proof("container(B/nut, 8).\n"
		    "comparison(more, C/nut, D/nut, 3).\n"
		    "equality(less, A/nut, B/nut, less, D/nut, C/nut).\n"
		    "goal container(A/nut, ?).\n",
		PROOF_SHORTEST,
		"1. B has 8 nuts.\n"
		"2. C has 3 more nuts than D.\n"
		"3. B is ahead of A in nuts by the same number as C is ahead of D.\n"
		"4. So A has 8 - 3 = 5 nuts.\n"
		"The answer is 5.\n");
}
END_TEST

START_TEST(ratios_and_fractions_are_put_into_words) {
	check_proof("container(A/nut, 12).\n"
		    "comparison(times, B/nut, A/nut, 3).\n"
		    "comparison(fraction, C/nut, B/nut, 4).\n"
		    "comparison(times, C/nut, D/nut, 3).\n"
		    "goal container(D/nut, ?).\n",
		PROOF_SHORTEST,
		"1. A has 12 nuts.\n"
		"2. B has 3 times as many nuts as A.\n"
		"3. So B has 12 * 3 = 36 nuts.\n"
		"4. C has 1/4 as many nuts as B.\n"
		"5. So C has 36 / 4 = 9 nuts.\n"
		"6. C has 3 times as many nuts as D.\n"
		"7. So D has 9 / 3 = 3 nuts.\n"
		"The answer is 3.\n");
	check_proof("container(A/nut, 3).\n"
		    "comparison(fraction, B/nut, A/nut, 4).\n"
		    "comparison(times, C/nut, B/nut, 1/3).\n"
		    "comparison(less, D/nut, C/nut, 2).\n"
		    "comparison(more, E/nut, D/nut, 1/2).\n"
		    "goal container(E/nut, ?).\n",
		PROOF_SHORTEST,
		"1. A has 3 nuts.\n"
		"2. B has 1/4 as many nuts as A.\n"
		"3. So B has 3 / 4 = 3/4 nuts.\n"
		"4. C has 1/3 times as many nuts as B.\n"
		"5. So C has (3/4) * (1/3) = 1/4 nuts.\n"
		"6. D has 2 fewer nuts than C.\n"
		"7. So D has 1/4 - 2 = -7/4 nuts.\n"
		"8. E has 1/2 more nuts than D.\n"
		"9. So E has -7/4 + 1/2 = -5/4 nuts.\n"
		"The answer is -5/4.\n");
}
END_TEST

START_TEST(comparisons_can_be_the_goal) {
	check_proof("container(Ann/nut, 4).\ncontainer(Ben/nut, 9).\n"
		    "goal comparison(more, Ben/nut, Ann/nut, ?).\n",
		PROOF_SHORTEST,
		"1. Ann has 4 nuts.\n"
		"2. Ben has 9 nuts.\n"
		"3. So Ben has 9 - 4 = 5 more nuts than Ann.\n"
		"The answer is 5.\n");
	check_proof("container(Ann/nut, 4).\ncontainer(Ben/pear, 8).\n"
		    "goal comparison(times, Ben/pear, Ann/nut, ?).\n",
		PROOF_SHORTEST,
		"1. Ann has 4 nuts.\n"
		"2. Ben has 8 pears.\n"
		"3. So Ben has 8 / 4 = 2 times as many pears as Ann has nuts.\n"
		"The answer is 2.\n");
}
END_TEST

START_TEST(a_goal_that_is_stated_needs_no_step) {
	check_proof("container(Ann/nut, 4).\ncontainer(Ben/nut, 9).\ngoal container(Ann/nut, 4).\n",
		PROOF_SHORTEST, "1. Ann has 4 nuts.\nThe answer is 4.\n");
}
END_TEST

START_TEST(facts_and_steps_are_sentences_by_themselves) {
	struct solved *solved = solve("container(Ann/nut, 1).\n"
				      "comparison(more, Ben/nut, Ann/nut, 1).\n"
				      "goal container(Ben/nut, ?).\n");
	struct buf text = BUF_INIT(1 << 16);
	verbalise_fact(solved, 0, &text);
	verbalise_fact(solved, 1, &text);
	verbalise_fact(solved, solved->closure->goal, &text);
	verbalise_step(solved, solved->shortest.edges[0], &text);
	ck_assert_str_eq(buf_str(&text), "Ann has 1 nut.Ben has 1 more nut than Ann.Ben has 2 nuts."
					 "Ben has 1 + 1 = 2 nuts.");
	buf_finish(&text);
	solved_destroy(solved);
}
END_TEST

START_TEST(a_buffer_that_is_too_small_overflows_and_no_more) {
	struct solved *solved = solve("container(Ann/nut, 1).\ngoal container(Ann/nut, ?).\n");
	struct buf text = BUF_INIT(10);
	verbalise_proof(solved, PROOF_SHORTEST, &text);
	ck_assert(text.overflow);
	buf_finish(&text);
	solved_destroy(solved);
}
END_TEST

/* "… 14 - 5 = 9 pears.": a op b, or a sum. Plain arithmetic, to be right without any reader. */
static void check_arithmetic(const char *line) {
	const char *at = line + strcspn(line, ".") + 1; // past the number of the sentence
	at += strcspn(at, "0123456789");
	long value = strtol(at, (char **)&at, 10);
	while (strncmp(at, " = ", 3) != 0) {
		char operator = at[1];
		long operand = strtol(at + 3, (char **)&at, 10);
		ck_assert(operator != '/' || value % operand == 0);
		value = operator == '+'	  ? value + operand
			: operator == '-' ? value - operand
			: operator == '*' ? value * operand
					  : value / operand;
	}
	ck_assert_msg(value == strtol(at + 3, NULL, 10), "%s", line);
}

START_TEST(proofs_of_generated_problems_hold_and_have_their_length) {
	struct vocabulary *vocabulary = load();
	for (size_t i = 0; words_cell_at(i) != NULL; i++) {
		for (uint64_t number = 0; number < 100; number++) {
			struct words_options options = cell(words_cell_at(i));
			options.shuffle = number % 2 == 0;
			struct words_problem problem = draw(vocabulary, &options, number);
			struct buf text = BUF_INIT(1 << 20);
			verbalise_proof(problem.solved, PROOF_SHORTEST, &text);
			struct str rest = str_slice(text.data, text.len), line;
			size_t said = 0, concluded = 0;
			while (str_next_line(&rest, &line) && line.data[0] != 'T') {
				char *sentence = xmemdup0(line.data, line.len);
				said++;
				if (strstr(sentence, ". So ") != NULL) {
					concluded++;
					check_arithmetic(sentence);
				}
				free(sentence);
			}
			ck_assert_uint_eq(concluded, problem.solved->shortest.steps);
			ck_assert_uint_eq(said, problem.solved->shortest.vertices);
			buf_finish(&text);
			words_problem_finish(&problem);
		}
	}
	vocabulary_destroy(vocabulary);
}
END_TEST

static size_t conclusions(const struct solved *solved, enum proof_extent extent) {
	struct buf text = BUF_INIT(1 << 20);
	verbalise_proof(solved, extent, &text);
	size_t count = 0;
	for (const char *at = buf_str(&text); (at = strstr(at, ". So ")) != NULL; at++) {
		count++;
	}
	buf_finish(&text);
	return count;
}

START_TEST(the_exhaustive_proof_is_longer_only_where_there_are_distractors) {
	struct vocabulary *vocabulary = load();
	size_t longer = 0;
	for (uint64_t number = 0; number < 200; number++) {
		static const char *const same[] = {"base", "axiom/both", "trees/control"};
		for (size_t i = 0; i < F2F_COUNT(same); i++) {
			struct words_options options = cell(same[i]);
			struct words_problem problem = draw(vocabulary, &options, number);
			ck_assert_uint_eq(conclusions(problem.solved, PROOF_EXHAUSTIVE),
				problem.solved->shortest.steps);
			words_problem_finish(&problem);
		}
		struct words_options options = cell("tree/none");
		struct words_problem problem = draw(vocabulary, &options, number);
		longer += conclusions(problem.solved, PROOF_EXHAUSTIVE) >
			  problem.solved->shortest.steps;
		words_problem_finish(&problem);
	}
	ck_assert_uint_eq(longer, 200);
	vocabulary_destroy(vocabulary);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("verbalise");
	TCase *tests = tcase_create("verbalise");
	tcase_add_test(tests, a_proof_restates_what_it_uses_and_concludes_as_soon_as_it_can);
	tcase_add_test(tests, rates_and_sums_are_put_into_words);
	tcase_add_test(tests, equalities_are_put_into_words);
	tcase_add_test(tests, ratios_and_fractions_are_put_into_words);
	tcase_add_test(tests, comparisons_can_be_the_goal);
	tcase_add_test(tests, a_goal_that_is_stated_needs_no_step);
	tcase_add_test(tests, facts_and_steps_are_sentences_by_themselves);
	tcase_add_test(tests, a_buffer_that_is_too_small_overflows_and_no_more);
	tcase_add_test(tests, proofs_of_generated_problems_hold_and_have_their_length);
	tcase_add_test(tests, the_exhaustive_proof_is_longer_only_where_there_are_distractors);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
