#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "logic/order.h"
#include "logic/program.h"
#include "logic/solved.h"
#include "unit.h"

#define NEAR 1e-12
#define OF(...) ((const uint16_t[]){__VA_ARGS__}), F2F_COUNT(((const uint16_t[]){__VA_ARGS__}))

static struct solved *solve(const char *text) {
	struct solved *solved = NULL;
	struct error err;
	int rc = solved_parse(text, strlen(text), &solved, &err);
	ck_assert_msg(rc == 0, "%s", err.message);
	return solved;
}

static uint16_t amount(const struct solved *solved, const char *agent, uint16_t version) {
	for (uint16_t i = 0; i < solved->closure->fact_count; i++) {
		const struct fact *fact = &solved->closure->facts[i];
		if (fact->form == FACT_CONTAINER && fact->keys[0].version == version &&
			strcmp(solved->program.agents[fact->keys[0].agent], agent) == 0) {
			return i;
		}
	}
	ck_abort_msg("%s has no amount", agent);
}

static void expect_order(size_t (*order)(const struct solved *, uint16_t **),
	const struct solved *solved, const uint16_t *expected, size_t count) {
	uint16_t *facts = NULL;
	ck_assert_uint_eq(order(solved, &facts), count);
	ck_assert_mem_eq(facts, expected, count * sizeof(*facts));
	free(facts);
}

START_TEST(a_distance_is_edits_over_the_longer_length) {
	// kitten, sitting: two exchanged, one added
	const uint16_t kitten[] = {'k', 'i', 't', 't', 'e', 'n'};
	const uint16_t sitting[] = {'s', 'i', 't', 't', 'i', 'n', 'g'};
	ck_assert_double_eq_tol(order_edit_distance(kitten, 6, sitting, 7), 3.0 / 7, NEAR);
	ck_assert_double_eq_tol(order_edit_distance(sitting, 7, kitten, 6), 3.0 / 7, NEAR);
	ck_assert_double_eq_tol(order_edit_distance(OF(1, 2, 3), OF(1, 2, 3)), 0, NEAR);
	ck_assert_double_eq_tol(order_edit_distance(OF(1, 2), OF(2, 1)), 1, NEAR);
	ck_assert_double_eq_tol(order_edit_distance(OF(1, 2, 3), OF(2, 3, 1)), 2.0 / 3, NEAR);
	ck_assert_double_eq_tol(order_edit_distance(OF(5), OF(1, 2, 3, 4)), 1, NEAR);
	ck_assert_double_eq_tol(order_edit_distance(OF(7, 7, 7), OF(7)), 2.0 / 3, NEAR);
	ck_assert_double_eq_tol(order_edit_distance(NULL, 0, OF(1, 2)), 1, NEAR);
	ck_assert_double_eq_tol(order_edit_distance(OF(1, 2), NULL, 0), 1, NEAR);
	ck_assert_double_eq_tol(order_edit_distance(NULL, 0, NULL, 0), 0, NEAR);
}
END_TEST

START_TEST(a_common_subsequence_is_of_numbers_not_of_their_digits) {
	const uint16_t a[] = {'a', 'b', 'c', 'b', 'd', 'a', 'b'};
	const uint16_t b[] = {'b', 'd', 'c', 'a', 'b', 'a'};
	ck_assert_uint_eq(order_common(a, 7, b, 6), 4);
	ck_assert_uint_eq(order_common(b, 6, a, 7), 4);
	ck_assert_uint_eq(order_common(OF(12), OF(1, 2)), 0);
	ck_assert_uint_eq(order_common(OF(3, 3, 3), OF(3, 3)), 2);
	ck_assert_uint_eq(order_common(OF(1, 2, 3), OF(3, 2, 1)), 1);
	ck_assert_uint_eq(order_common(NULL, 0, OF(1)), 0);
	ck_assert_uint_eq(order_common(OF(1), NULL, 0), 0);
}
END_TEST

START_TEST(chance_is_the_mean_over_shuffles_and_always_the_same) {
	const uint16_t kept[] = {1, 2, 3, 4, 5, 6, 7, 8};
	uint16_t a[8];
	memcpy(a, kept, sizeof(a));
	double chance = order_chance(a, 8, kept, 8);
	ck_assert_mem_eq(a, kept, sizeof(a));
	ck_assert_double_eq(chance, order_chance(a, 8, kept, 8));
	// far from 0, and an order cannot be worse than 1
	ck_assert(chance > 0.6 && chance < 0.95);
	// of two, half of the shuffles are right and the others wrong in both
	double two = order_chance(OF(1, 2), OF(1, 2));
	ck_assert(two > 0.3 && two < 0.7);
	// what has no order keeps its distance
	ck_assert_double_eq_tol(order_chance(OF(4), OF(4, 8)), 0.5, NEAR);
	ck_assert_double_eq_tol(order_chance(OF(4, 4, 4), OF(4)), 2.0 / 3, NEAR);
	ck_assert_double_eq_tol(order_chance(NULL, 0, OF(4, 8)), 1, NEAR);
	ck_assert_double_eq_tol(order_chance(NULL, 0, NULL, 0), 0, NEAR);
}
END_TEST

START_TEST(the_orders_of_the_worked_example) {
	struct solved *solved = solve("container(Mira/pear, 14).\n"
				      "container(Pavel/hat, 41).\n"
				      "comparison(less, Tobin/pear, Mira/pear, 5).\n"
				      "comparison(more, Oda/hat, Pavel/hat, 6).\n"
				      "transfer(Ula/pear, Tobin/pear, 3).\n"
				      "goal container(Tobin/pear, ?).\n");
	uint16_t nine = amount(solved, "Tobin", 0);
	uint16_t six = amount(solved, "Tobin", 1);
	uint16_t hats = amount(solved, "Oda", 0);
	expect_order(order_depth_first, solved, OF(nine, hats, six));
	expect_order(order_breadth_first, solved, OF(nine, hats, six));
	expect_order(order_efficient, solved, OF(nine, six));
	ck_assert_double_eq_tol(
		order_edit_distance(OF(nine, six), OF(nine, hats, six)), 1.0 / 3, NEAR);
	ck_assert_double_eq_tol(order_edit_distance(OF(nine, six), OF(nine, six)), 0, NEAR);
	solved_destroy(solved);
}
END_TEST

START_TEST(depth_goes_down_a_chain_where_breadth_goes_along) {
	struct solved *solved = solve("container(A/nut, 1).\n"
				      "comparison(more, B/nut, A/nut, 1).\n"
				      "comparison(more, C/nut, B/nut, 1).\n"
				      "container(X/pin, 1).\n"
				      "comparison(more, Y/pin, X/pin, 1).\n"
				      "goal container(C/nut, ?).\n");
	uint16_t b = amount(solved, "B", 0);
	uint16_t c = amount(solved, "C", 0);
	uint16_t y = amount(solved, "Y", 0);
	expect_order(order_depth_first, solved, OF(b, c, y));
	expect_order(order_breadth_first, solved, OF(b, y, c));
	expect_order(order_efficient, solved, OF(b, c));
	solved_destroy(solved);
}
END_TEST

START_TEST(a_fact_waits_for_the_last_of_its_premises) {
	struct solved *solved = solve("comparison(more, C/nut, B/nut, 1).\n"
				      "comparison(more, B/nut, A/nut, 1).\n"
				      "comparison(more, D/nut, A/nut, 4).\n"
				      "container(A/nut, 1).\n"
				      "goal whole(nut, C/nut, D/nut, ?).\n");
	uint16_t b = amount(solved, "B", 0);
	uint16_t c = amount(solved, "C", 0);
	uint16_t d = amount(solved, "D", 0);
	uint16_t sum = solved->closure->goal;
	expect_order(order_depth_first, solved, OF(b, c, d, sum));
	expect_order(order_breadth_first, solved, OF(b, d, c, sum));
	expect_order(order_efficient, solved, OF(b, c, d, sum));
	solved_destroy(solved);
}
END_TEST

START_TEST(the_efficient_order_never_puts_a_conclusion_before_its_premises) {
	// Depth first reaches Cas by the long way, which the shortest proof does not take.
	struct solved *solved = solve("container(Ann/nut, 1).\n"
				      "comparison(more, Ben/nut, Ann/nut, 1).\n"
				      "comparison(more, Cas/nut, Ben/nut, 1).\n"
				      "comparison(more, Dov/nut, Ann/nut, 4).\n"
				      "comparison(less, Cas/nut, Dov/nut, 2).\n"
				      "goal whole(nut, Cas/nut, Dov/nut, ?).\n");
	uint16_t cas = amount(solved, "Cas", 0);
	uint16_t dov = amount(solved, "Dov", 0);
	uint16_t *all = NULL;
	ck_assert_uint_eq(order_depth_first(solved, &all), 4);
	ck_assert_uint_eq(all[1], cas);
	free(all);
	expect_order(order_efficient, solved, OF(dov, cas, solved->closure->goal));
	solved_destroy(solved);
}
END_TEST

START_TEST(a_goal_that_is_stated_has_an_empty_efficient_order) {
	struct solved *solved = solve("container(Ann/nut, 1).\n"
				      "comparison(more, Ben/nut, Ann/nut, 1).\n"
				      "goal container(Ann/nut, ?).\n");
	uint16_t *facts = NULL;
	ck_assert_uint_eq(order_efficient(solved, &facts), 0);
	free(facts);
	expect_order(order_depth_first, solved, OF(amount(solved, "Ben", 0)));
	solved_destroy(solved);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("order");
	TCase *cases = tcase_create("order");
	tcase_add_test(cases, a_distance_is_edits_over_the_longer_length);
	tcase_add_test(cases, a_common_subsequence_is_of_numbers_not_of_their_digits);
	tcase_add_test(cases, chance_is_the_mean_over_shuffles_and_always_the_same);
	tcase_add_test(cases, the_orders_of_the_worked_example);
	tcase_add_test(cases, depth_goes_down_a_chain_where_breadth_goes_along);
	tcase_add_test(cases, a_fact_waits_for_the_last_of_its_premises);
	tcase_add_test(
		cases, the_efficient_order_never_puts_a_conclusion_before_its_premises);
	tcase_add_test(cases, a_goal_that_is_stated_has_an_empty_efficient_order);
	suite_add_tcase(suite, cases);
	return unit_run(suite);
}
