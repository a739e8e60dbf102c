#include "unit.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "core/problem.h"
#include "lean/candidate.h"
#include "lean/check.h"
#include "lean/final_text.h"
#include "lean/statement.h"

#define HEADER "import Mathlib\nopen Nat\n"
#define PREAMBLE "/-- The answer. -/\nabbrev t_solution : Nat := sorry\n\n/-- Find it. -/\n"
#define STATEMENT "theorem t (n : Nat) (h : n = 3) : n = t_solution"

static struct problem problem_of(const char *text) {
	struct problem problem = {0};
	struct lean_statement statement = {0};
	struct error err = {0};
	ck_assert_msg(
		lean_statement_split(text, strlen(text), &statement, &err) == 0, "%s", err.message);
	lean_statement_move(&statement, &problem);
	lean_statement_finish(&statement);
	return problem;
}

static struct lean_check check_of(struct problem *problem, const char *reply) {
	struct lean_candidate candidate = {0};
	struct lean_check check = {0};
	struct candidate_result result = lean_candidate_from_reply(
		problem, LEAN_POLICY_STRICT, reply, strlen(reply), &candidate);
	ck_assert_msg(result.status == CANDIDATE_OK, "%s", result.note);
	lean_check_assemble(problem, &candidate, "0123abc", &check);
	lean_candidate_finish(&candidate);
	return check;
}

START_TEST(the_challenge_leaves_proof_and_placeholders_open) {
	struct problem problem = problem_of(HEADER "\n" PREAMBLE STATEMENT " := by sorry\n");
	struct lean_check check = check_of(&problem,
		"```lean\nabbrev t_solution : Nat := 3\n\ntheorem helper : 3 = 3 := rfl\n\n" STATEMENT
		" := by\n  exact h\n```\n");
	char *challenge = lean_final_challenge_file(&check);
	ck_assert_ptr_nonnull(strstr(challenge, "import Mathlib"));
	ck_assert_ptr_nonnull(strstr(challenge, "abbrev t_solution : Nat := sorry\n"));
	ck_assert_ptr_nonnull(strstr(challenge, STATEMENT " := sorry\n"));
	ck_assert_ptr_null(strstr(challenge, "helper"));
	ck_assert_ptr_null(strstr(challenge, "exact"));
	ck_assert_uint_eq(check.hole_count, 1);
	ck_assert_str_eq(check.holes[0], "t_solution");
	free(challenge);
	lean_check_finish(&check);
	problem_finish(&problem);
}
END_TEST

START_TEST(the_solution_is_what_was_checked_without_our_own_commands) {
	struct problem problem = problem_of(HEADER "\n" PREAMBLE STATEMENT " := by sorry\n");
	struct lean_check check = check_of(&problem,
		"```lean\nabbrev t_solution : Nat := 3\n\ntheorem helper : 3 = 3 := rfl\n\n" STATEMENT
		" := by\n  exact h\n```\n");
	char *solution = lean_final_solution_file(&check);
	ck_assert_ptr_nonnull(strstr(check.body, check.probe));
	ck_assert_ptr_nonnull(strstr(check.body, "0123abc"));
	ck_assert_ptr_null(strstr(solution, "0123abc")); // in all that f2f adds
	ck_assert_ptr_null(strstr(solution, "#print"));
	ck_assert_ptr_null(strstr(solution, "sorry"));
	ck_assert_ptr_nonnull(strstr(solution, "abbrev t_solution : Nat := 3"));
	ck_assert_ptr_nonnull(strstr(solution, "theorem helper"));
	ck_assert_ptr_nonnull(strstr(solution, STATEMENT " := by\n"));
	ck_assert_int_eq(strncmp(solution, "import Mathlib\n", 15), 0);
	free(solution);
	lean_check_finish(&check);
	problem_finish(&problem);
}
END_TEST

START_TEST(a_check_made_without_a_problem_has_no_challenge) {
	struct lean_check check = {.header = xstrdup(""), .body = xstrdup("theorem t : True := x")};
	check.append_line = 9; // more than there are
	ck_assert_ptr_null(lean_final_challenge_file(&check));
	char *solution = lean_final_solution_file(&check);
	ck_assert_str_eq(solution, check.body);
	free(solution);
	lean_check_finish(&check);
}
END_TEST

START_TEST(a_preamble_that_ends_without_a_line_end_does_not_run_into_the_statement) {
	struct problem problem = {.theorem = xstrdup("t"),
		.preamble = xstrdup("def d := 1"),
		.statement = xstrdup("theorem t : d = 1")};
	struct lean_check check = {.header = xstrdup("")};
	lean_final_challenge(&problem, &check);
	ck_assert_str_eq(check.challenge, "def d := 1\ntheorem t : d = 1 := sorry\n");
	ck_assert_uint_eq(check.hole_count, 0);
	lean_check_finish(&check);
	problem_finish(&problem);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("final_text");
	TCase *tests = tcase_create("files");
	tcase_add_test(tests, the_challenge_leaves_proof_and_placeholders_open);
	tcase_add_test(tests, the_solution_is_what_was_checked_without_our_own_commands);
	tcase_add_test(tests, a_check_made_without_a_problem_has_no_challenge);
	tcase_add_test(
		tests, a_preamble_that_ends_without_a_line_end_does_not_run_into_the_statement);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
