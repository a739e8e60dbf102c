#include "stored.h"

#include "core/problem.h"
#include "engine/plan.h"

/* What a plan takes of a set. */

static const char *const splits[] = {"words"};

struct shape {
	const char *name;
	const char *cell;
	const char *family;
};

/* Both families; base and controls are of both. One cell has fewer problems than the others. */
static const struct shape shapes[] = {
	{"base-0", "base", NULL},
	{"both-0", "trees/both", "disconnected"},
	{"connected-both-0", "trees/both", "connected"},
	{"control-0", "trees/control", NULL},
	{"base-1", "base", NULL},
	{"both-1", "trees/both", "disconnected"},
	{"connected-both-1", "trees/both", "connected"},
	{"both-2", "trees/both", "disconnected"},
	{"base-2", "base", NULL},
	{"base-3", "base", NULL},
};

static void put_words(void) {
	struct problem problems[F2F_COUNT(shapes)];
	memset(problems, 0, sizeof(problems));
	for (size_t i = 0; i < F2F_COUNT(shapes); i++) {
		problems[i] = (struct problem){.split = "words",
			.name = (char *)shapes[i].name,
			.subset = "test",
			.cell = (char *)shapes[i].cell,
			.family = (char *)shapes[i].family};
	}
	struct set_record set = {.name = "words", .version = "1", .hash = "ab", .pulled_ns = 1};
	CHECK_OK(store_set_replace(store, &set, NULL, 0, problems, F2F_COUNT(problems), &err));
}

static struct plan_options words_options(void) {
	return (struct plan_options){.splits = splits, .split_count = 1, .samples = 1};
}

static int add_name(const struct run_problem *problem, void *data) {
	buf_appendf(data, "%s ", problem->problem);
	return 0;
}

static void check_plan(const struct plan_options *options, const char *expected) {
	struct plan *plan = NULL;
	struct buf names = BUF_INIT(4096);
	CHECK_OK(plan_create(store, options, &plan, &err));
	plan_each_problem(plan, add_name, &names);
	ck_assert_str_eq(buf_str(&names), expected);
	ck_assert(plan_has_cells(plan));
	plan_destroy(plan);
	buf_finish(&names);
}

static void check_refused(const struct plan_options *options, const char *words) {
	struct plan *plan = NULL;
	ck_assert_int_eq(plan_create(store, options, &plan, &err), ERROR_USAGE);
	ck_assert_msg(strstr(err.message, words) != NULL, "%s", err.message);
}

START_TEST(a_limit_takes_as_many_of_each_cell_as_it_can) {
	put_words();
	struct plan_options options = words_options();
	options.family = "disconnected";
	options.limit = 3;
	check_plan(&options, "base-0 both-0 control-0 ");
	options.limit = 2;
	check_plan(&options, "base-0 both-0 ");
	options.limit = 5;
	check_plan(&options, "base-0 both-0 control-0 base-1 both-1 ");
	options.limit = 6; // the controls have no more
	check_plan(&options, "base-0 both-0 control-0 base-1 both-1 base-2 ");
	options.limit = 100;
	check_plan(&options,
		"base-0 both-0 control-0 base-1 both-1 both-2 base-2 base-3 ");
}
END_TEST

START_TEST(a_family_is_its_own_problems_and_those_of_both) {
	put_words();
	struct plan_options options = words_options();
	options.family = "connected";
	check_plan(&options, "base-0 connected-both-0 control-0 base-1 connected-both-1 base-2 "
			     "base-3 ");
	options.family = NULL;
	options.limit = 4;
	check_plan(&options, "base-0 both-0 control-0 base-1 ");
}
END_TEST

START_TEST(cells_asked_for_are_the_ones_taken) {
	put_words();
	static const char *const cells[] = {"Trees/Control", "trees/both"};
	struct plan_options options = words_options();
	options.family = "disconnected";
	options.cells = cells;
	options.cell_count = 2;
	check_plan(&options, "both-0 control-0 both-1 both-2 ");
	options.limit = 3;
	check_plan(&options, "both-0 control-0 both-1 ");
}
END_TEST

START_TEST(a_cell_or_problem_that_is_not_there_is_said_with_the_nearest) {
	put_words();
	static const char *const cells[] = {"trees/both", "trees/contrl"};
	struct plan_options options = words_options();
	options.cells = cells;
	options.cell_count = 2;
	check_refused(&options, "no cell \"trees/contrl\" in words, subset all; did you mean "
				"trees/control?");
	static const char *const only[] = {"base-0", "bsae-1"};
	options = words_options();
	options.only = only;
	options.only_count = 2;
	options.limit = 1;
	check_refused(&options, "no problem \"bsae-1\" in words, subset all; did you mean base-1?");
	options.subset = "valid";
	options.only_count = 0;
	check_refused(&options, "no problem of words is in subset valid");
}
END_TEST

START_TEST(a_choice_that_leaves_nothing_is_an_error) {
	put_words();
	static const char *const only[] = {"connected-both-0"};
	struct plan_options options = words_options();
	options.only = only;
	options.only_count = 1;
	check_plan(&options, "connected-both-0 ");
	options.family = "disconnected";
	check_refused(&options, "no problem of words has name, cell and family (disconnected)");
}
END_TEST

START_TEST(a_problem_asked_for_twice_is_planned_once) {
	put_words();
	static const char *const only[] = {"base-0", "BASE-0"};
	struct plan_options options = words_options();
	options.only = only;
	options.only_count = 2;
	check_plan(&options, "base-0 ");
}
END_TEST

START_TEST(a_limit_of_a_set_without_cells_is_its_first_problems) {
	struct problem problems[] = {{.split = "words", .name = "zebra", .subset = "test"},
		{.split = "words", .name = "ape", .subset = "test"},
		{.split = "words", .name = "bee", .subset = "test"}};
	struct set_record set = {.name = "words", .version = "1", .hash = "ab", .pulled_ns = 1};
	CHECK_OK(store_set_replace(store, &set, NULL, 0, problems, F2F_COUNT(problems), &err));
	struct plan_options options = words_options();
	options.limit = 2;
	options.family = "disconnected";
	struct plan *plan = NULL;
	struct buf names = BUF_INIT(4096);
	CHECK_OK(plan_create(store, &options, &plan, &err));
	plan_each_problem(plan, add_name, &names);
	ck_assert_str_eq(buf_str(&names), "zebra ape ");
	ck_assert(!plan_has_cells(plan));
	plan_destroy(plan);
	buf_finish(&names);
	static const char *const cells[] = {"base"};
	options.cells = cells;
	options.cell_count = 1;
	check_refused(&options, "no cell \"base\" in words");
}
END_TEST

int main(void) {
	Suite *suite = suite_create("plan");
	TCase *tests = tcase_create("plan");
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_limit_takes_as_many_of_each_cell_as_it_can);
	tcase_add_test(tests, a_family_is_its_own_problems_and_those_of_both);
	tcase_add_test(tests, cells_asked_for_are_the_ones_taken);
	tcase_add_test(tests, a_cell_or_problem_that_is_not_there_is_said_with_the_nearest);
	tcase_add_test(tests, a_choice_that_leaves_nothing_is_an_error);
	tcase_add_test(tests, a_problem_asked_for_twice_is_planned_once);
	tcase_add_test(tests, a_limit_of_a_set_without_cells_is_its_first_problems);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
