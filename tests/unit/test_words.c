#include "unit.h"

#include "reading.h"
#include "stored.h"

#include "core/problem.h"
#include "dataset/dataset.h"
#include "engine/sets.h"
#include "logic/solved.h"

/* The set "words", made by the program itself. */

static void read_words(struct reading *reading) {
	*reading = (struct reading){0};
	use_set(reading, "words");
	read_set(reading);
	ck_assert_msg(reading->rc == 0, "%s", reading->err.message);
}

START_TEST(every_problem_has_a_program_whose_answer_it_says) {
	struct reading reading;
	read_words(&reading);
	ck_assert_uint_eq(reading.problems.count, 2800);
	for (size_t i = 0; i < reading.problems.count; i++) {
		const struct problem *problem = &reading.problems.items[i];
		struct solved *solved = NULL;
		struct buf answer = BUF_INIT(100);
		int rc = solved_parse(
			problem->program, strlen(problem->program), &solved, &err);
		ck_assert_msg(rc == 0, "%s: %s", problem->name, err.message);
		rational_append(&answer, solved_answer(solved));
		ck_assert_str_eq(buf_str(&answer), problem->answer);
		ck_assert_str_eq(problem->subset, "test");
		ck_assert_int_eq(problem->informal[strlen(problem->informal) - 1], '?');
		buf_finish(&answer);
		solved_destroy(solved);
	}
	reading_finish(&reading);
}
END_TEST

static const struct problem *problem_called(const struct reading *reading, const char *name) {
	for (size_t i = 0; i < reading->problems.count; i++) {
		if (strcmp(reading->problems.items[i].name, name) == 0) {
			return &reading->problems.items[i];
		}
	}
	ck_abort_msg("no %s", name);
	return NULL;
}

START_TEST(names_say_cell_and_family) {
	struct reading reading;
	read_words(&reading);
	const struct problem *problem = problem_called(&reading, "trees-both-017");
	ck_assert_str_eq(problem->cell, "trees/both");
	ck_assert_str_eq(problem->family, "disconnected");
	problem = problem_called(&reading, "connected-trees-both-017");
	ck_assert_str_eq(problem->cell, "trees/both");
	ck_assert_str_eq(problem->family, "connected");
	ck_assert_str_ne(problem->informal, problem_called(&reading, "trees-both-017")->informal);
	ck_assert_ptr_null(problem_called(&reading, "base-099")->family);
	ck_assert_ptr_null(problem_called(&reading, "axiom-control-000")->family);
	reading_finish(&reading);
}
END_TEST

START_TEST(the_set_is_the_same_each_time) {
	struct reading one, two;
	read_words(&one);
	read_words(&two);
	for (size_t i = 0; i < one.problems.count; i++) {
		const struct problem *a = &one.problems.items[i], *b = &two.problems.items[i];
		ck_assert_str_eq(a->name, b->name);
		ck_assert_str_eq(a->informal, b->informal);
		ck_assert_str_eq(a->program, b->program);
	}
	reading_finish(&one);
	reading_finish(&two);
}
END_TEST

START_TEST(the_set_is_stored_once_and_again_when_it_is_another) {
	bool stored = false;
	int64_t count = 0;
	struct dataset *dataset = NULL;
	CHECK_OK(dataset_load("words", &dataset, &err));
	CHECK_OK(sets_ensure_builtin(store, "words", &err));
	check_query("SELECT count(*), count(DISTINCT cell), count(family) FROM problem",
		"2800|16|2400");
	check_query("SELECT path FROM dataset_file ORDER BY path",
		"datasets/words/names.txt;datasets/words/nouns.txt;"
		"datasets/words/templates.txt;generator");
	CHECK_OK(sets_put_builtin(store, dataset, &stored, &count, &err));
	ck_assert(!stored);
	ck_assert_int_eq(count, 2800);
	// As a generator of another version would have left it.
	foreign_exec(path, "UPDATE dataset SET hash = 'other'");
	foreign_exec(path, "DELETE FROM problem WHERE position > 9");
	CHECK_OK(sets_put_builtin(store, dataset, &stored, &count, &err));
	ck_assert(stored);
	check_query("SELECT count(*) FROM problem", "2800");
	dataset_destroy(dataset);
}
END_TEST

START_TEST(the_generators_version_and_seed_are_part_of_the_sets_identity) {
	struct dataset *dataset = NULL;
	CHECK_OK(dataset_load("words", &dataset, &err));
	ck_assert_str_eq(dataset_identity(dataset), "generator 1, seed 20251125, shuffled");
	dataset_destroy(dataset);
	CHECK_OK(dataset_load("demo", &dataset, &err));
	ck_assert_ptr_null(dataset_identity(dataset));
	dataset_destroy(dataset);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("words");
	TCase *tests = tcase_create("words");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, every_problem_has_a_program_whose_answer_it_says);
	tcase_add_test(tests, names_say_cell_and_family);
	tcase_add_test(tests, the_set_is_the_same_each_time);
	tcase_add_test(tests, the_set_is_stored_once_and_again_when_it_is_another);
	tcase_add_test(tests, the_generators_version_and_seed_are_part_of_the_sets_identity);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
