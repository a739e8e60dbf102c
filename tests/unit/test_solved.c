#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "logic/closure.h"
#include "logic/program.h"
#include "logic/shortest.h"
#include "logic/solved.h"
#include "unit.h"

/* The examples of ../shared/spec/efficiency.md 7.2 that need no text of a model, by number. */

static struct solved *solve(const char *text) {
	struct solved *solved = NULL;
	struct error err;
	int rc = solved_parse(text, strlen(text), &solved, &err);
	ck_assert_msg(rc == 0, "%s", rc == 0 ? "" : err.message);
	ck_assert(solved->shortest.proved && solved->shortest.relevance_proved);
	return solved;
}

static void expect_answer(const struct solved *solved, int64_t answer, size_t steps) {
	struct rational number = solved_answer(solved);
	ck_assert_int_eq(number.numerator, answer);
	ck_assert_int_eq(number.denominator, 1);
	ck_assert_uint_eq(solved->shortest.steps, steps);
	ck_assert_uint_eq(solved->shortest.edge_count, steps);
}

/* The n-th stated fact: "none", "some" or "all" of the shortest proofs have it. */
static void expect_relevant(const struct solved *solved, size_t fact, const char *expected) {
	const char *found = solved->shortest.in_all[fact]    ? "all"
			    : solved->shortest.in_some[fact] ? "some"
							     : "none";
	ck_assert_msg(strcmp(found, expected) == 0, "fact %zu is in %s", fact, found);
}

static uint16_t amount(struct solved *solved, const char *agent, const char *noun) {
	struct key key = {.agent = program_agent(&solved->program, agent),
		.noun = program_noun(&solved->program, noun, NULL)};
	uint16_t at = closure_amount(solved->closure, key);
	ck_assert_uint_ne(at, CLOSURE_NONE);
	return at;
}

static size_t within(const struct solved *solved, const uint16_t *facts, size_t count) {
	bool *allowed = xcalloc(solved->closure->fact_count, sizeof(*allowed));
	bool proved = false;
	for (size_t i = 0; i < count; i++) {
		allowed[facts[i]] = true;
	}
	size_t steps = shortest_within(solved->closure, allowed, SHORTEST_NODES, &proved);
	ck_assert(proved);
	free(allowed);
	return steps;
}

START_TEST(example_1_two_steps_and_five_vertices) {
	struct solved *solved = solve("container(Mira/pear, 14).\n"
				      "comparison(less, Tobin/pear, Mira/pear, 5).\n"
				      "transfer(Ula/pear, Tobin/pear, 3).\n"
				      "container(Pavel/hat, 41).\n"
				      "comparison(more, Oda/hat, Pavel/hat, 6).\n"
				      "goal container(Tobin/pear, ?).\n");
	expect_answer(solved, 6, 2);
	ck_assert_uint_eq(solved->shortest.vertices, 5);
	for (size_t i = 0; i < solved->closure->axiom_count; i++) {
		expect_relevant(solved, i, i < 3 ? "all" : "none");
	}
	uint16_t hats = amount(solved, "Oda", "hat");
	uint16_t before = amount(solved, "Tobin", "pear");
	uint16_t goal = solved->closure->goal;
	expect_relevant(solved, hats, "none");
	// a model that derives t1, z1 and t2 has a set of 3, and of 8 with what is stated: 2/3, 5/8
	ck_assert_uint_eq(within(solved, (uint16_t[]){before, hats, goal}, 3), 2);
	ck_assert_uint_eq(solved->closure->fact_count, 8);
	// and without t1 there is no proof
	ck_assert_uint_eq(within(solved, (uint16_t[]){hats, goal}, 2), 0);
	solved_destroy(solved);
}
END_TEST

START_TEST(example_3_both_of_two_equal_proofs_are_relevant) {
	struct solved *solved = solve("container(Ann/nut, 8).\n"
				      "comparison(more, Ben/nut, Ann/nut, 3).\n"
				      "comparison(less, Cas/nut, Ben/nut, 3).\n"
				      "container(Cas/nut, 8).\n"
				      "goal container(Ben/nut, ?).\n");
	expect_answer(solved, 11, 1);
	ck_assert_uint_eq(solved->shortest.vertices, 3);
	for (size_t i = 0; i < 4; i++) {
		expect_relevant(solved, i, "some");
	}
	expect_relevant(solved, solved->closure->goal, "all");
	ck_assert_uint_eq(within(solved, &solved->closure->goal, 1), 1);
	solved_destroy(solved);
}
END_TEST

#define SHARED                                                                                     \
	"container(Ann/nut, 8).\n"                                                                 \
	"comparison(more, Ben/nut, Ann/nut, 3).\n"                                                 \
	"comparison(more, Cas/nut, Ben/nut, 2).\n"                                                 \
	"comparison(less, Dov/nut, Ben/nut, 4).\n"                                                 \
	"goal whole(nut, Cas/nut, Dov/nut, ?).\n"

START_TEST(example_4_a_shared_sub_proof_is_paid_once) {
	struct solved *solved = solve(SHARED);
	expect_answer(solved, 20, 4);
	ck_assert_uint_eq(solved->shortest.vertices, 8);
	ck_assert_int_eq(
		solved->closure->facts[amount(solved, "Ben", "nut")].quantity.numerator, 11);
	ck_assert_int_eq(
		solved->closure->facts[amount(solved, "Cas", "nut")].quantity.numerator, 13);
	ck_assert_int_eq(
		solved->closure->facts[amount(solved, "Dov", "nut")].quantity.numerator, 7);
	solved_destroy(solved);
}
END_TEST

static void expect_refused(const char *text, const char *state, const char *why) {
	struct solved *solved = NULL;
	struct error err;
	ck_assert_int_eq(solved_parse(text, strlen(text), &solved, &err), ERROR_INPUT);
	ck_assert_ptr_null(solved);
	ck_assert_msg(strstr(err.message, state) != NULL && strstr(err.message, why) != NULL,
		"%s", err.message);
}

START_TEST(example_5_a_contradiction_is_refused_with_both_values) {
	expect_refused(SHARED "container(Ben/nut, 12).\n", "ambiguous",
		"both container(Ben/nut, 12) and container(Ben/nut, 11)");
	// where the goal's own number is not in doubt, too
	expect_refused(SHARED "container(Eli/nut, 1).\ncomparison(more, Fay/nut, Eli/nut, 1).\n"
			      "container(Fay/nut, 3).\n",
		"contradictory", "container(Fay/nut, 3)");
	expect_refused(SHARED "comparison(more, Fay/nut, Fay/nut, 2).\n", "contradictory",
		"compared with itself");
	expect_refused(SHARED "comparison(more, Eli/nut, Fay/nut, 2).\n"
			      "comparison(more, Fay/nut, Eli/nut, 2).\n",
		"contradictory", "Eli/nut");
}
END_TEST

START_TEST(what_else_is_refused_says_why) {
	expect_refused("container(Ann/nut, 8).\ngoal container(Ben/nut, ?).\n", "unreachable",
		"the goal does not follow: container(Ben/nut, ?)");
	expect_refused("container(Ann/nut, 8).\ncomparison(more, Ben/nut, Ann/nut, 3).\n"
		       "goal container(Ben/nut, 12).\n",
		"false", "container(Ben/nut, 11)");
	expect_refused("container(Ann/nut, 9000000000000000000).\n"
		       "comparison(more, Ben/nut, Ann/nut, 900000000000000000).\n"
		       "goal container(Ben/nut, ?).\n",
		"too large", "64 bits");
	expect_refused("", "goal", "");
	solved_destroy(NULL);
}
END_TEST

START_TEST(example_6_a_statement_is_about_the_time_it_stands_at) {
	struct solved *before = solve("container(Eli/nut, 9).\n"
				      "comparison(more, Fay/nut, Eli/nut, 2).\n"
				      "transfer(Gus/nut, Eli/nut, 4).\n"
				      "goal container(Fay/nut, ?).\n");
	expect_answer(before, 11, 1);
	expect_relevant(before, 2, "none");
	solved_destroy(before);
	struct solved *after = solve("container(Eli/nut, 9).\n"
				     "transfer(Gus/nut, Eli/nut, 4).\n"
				     "comparison(more, Fay/nut, Eli/nut, 2).\n"
				     "goal container(Fay/nut, ?).\n");
	expect_answer(after, 7, 2);
	expect_relevant(after, 1, "all");
	solved_destroy(after);
}
END_TEST

START_TEST(example_7_a_rate_after_a_transfer) {
	struct solved *solved = solve("container(Eli/bag, 3).\n"
				      "transfer(Eli/bag, Hal/bag, 2).\n"
				      "rate(Eli/bag, nut, 4).\n"
				      "goal container(Eli/nut, ?).\n");
	expect_answer(solved, 20, 2);
	ck_assert_uint_eq(solved->shortest.vertices, 5);
	solved_destroy(solved);
}
END_TEST

START_TEST(a_ground_goal_is_proved_whichever_way_round_it_is_put) {
	static const char *const goals[] = {"goal comparison(more, Ben/nut, Ann/nut, 3).",
		"goal comparison(less, Ann/nut, Ben/nut, 3).",
		"goal comparison(less, Ben/nut, Ann/nut, -3).",
		"goal comparison(times, Ben/nut, Ann/nut, 2.5).",
		"goal comparison(fraction, Ann/nut, Ben/nut, 5/2).",
		"goal whole(nut, Ben/nut, Ann/nut, 7)."};
	for (size_t i = 0; i < F2F_COUNT(goals); i++) {
		char *text =
			xasprintf("container(Ann/nut, 2).\ncontainer(Ben/nut, 5).\n%s", goals[i]);
		struct solved *solved = solve(text);
		ck_assert_uint_eq(solved->shortest.steps, 1);
		ck_assert_uint_eq(solved->shortest.vertices, 3);
		solved_destroy(solved);
		free(text);
	}
}
END_TEST

int main(void) {
	Suite *suite = suite_create("solved");
	TCase *cases = tcase_create("solved");
	tcase_add_test(cases, example_1_two_steps_and_five_vertices);
	tcase_add_test(cases, example_3_both_of_two_equal_proofs_are_relevant);
	tcase_add_test(cases, example_4_a_shared_sub_proof_is_paid_once);
	tcase_add_test(cases, example_5_a_contradiction_is_refused_with_both_values);
	tcase_add_test(cases, what_else_is_refused_says_why);
	tcase_add_test(cases, example_6_a_statement_is_about_the_time_it_stands_at);
	tcase_add_test(cases, example_7_a_rate_after_a_transfer);
	tcase_add_test(cases, a_ground_goal_is_proved_whichever_way_round_it_is_put);
	suite_add_tcase(suite, cases);
	return unit_run(suite);
}
