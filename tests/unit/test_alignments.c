#include "stored.h"

#include <math.h>

#include "core/completion.h"
#include "core/problem.h"

/* Alignments of replies, and what word problems bring into the store. */

static int64_t put_sample(const char *problem, const char *stage, enum missing missing) {
	struct completion completion;
	completion_init(&completion);
	free(completion.text);
	completion.text = xstrdup("The answer is 9.");
	completion.completion_tokens = 40;
	struct sample_record sample = {
		.key = {"r", "words", problem, stage, 0},
		.missing = missing,
		.completion = missing == MISSING_NONE ? &completion : NULL,
		.attempts = 1,
	};
	int64_t id = 0;
	CHECK_OK(store_sample_put(store, &sample, &id, &err));
	completion_finish(&completion);
	return id;
}

static void put_words_run(void) {
	struct run_record run = {.id = "r", .state = "running", .model = "m", .split = "words",
		.subset = "test", .task = "reason", .samples = 1, .settings = "{}",
		.manifest = "{}"};
	CHECK_OK(store_run_insert(store, &run, &err));
	struct run_problem one = {.split = "words", .problem = "trees-both-000", .subset = "test",
		.cell = "trees/both", .family = "disconnected"};
	struct run_problem two = {.split = "words", .problem = "base-000", .subset = "test",
		.cell = "base"};
	CHECK_OK(store_run_problem_put(store, "r", &one, &err));
	CHECK_OK(store_run_problem_put(store, "r", &two, &err));
}

/* Every number another one, so that two that were exchanged are seen. */
static const struct alignment_record whole = {
	.proof_text = "answer",
	.aligner = "f2f/1",
	.answer = "9/2",
	.answer_correct = true,
	.complete = true,
	.shortest_steps = 1,
	.shortest_vertices = 2,
	.model_steps = 3,
	.model_vertices = 4,
	.inside_steps = 5,
	.step_efficiency = 0.1,
	.step_efficiency_lower = 0.2,
	.step_efficiency_upper = 0.3,
	.vertex_efficiency = 0.4,
	.order_distance = {0.5, 0.6, 0.7},
	.order_chance = {0.8, 0.9, 1.0},
	.labels = {10, 11, 12, 13, 14, 15, 16, 17, 18},
};

static int describe(const struct aligned_sample *sample, void *data) {
	struct buf *out = data;
	buf_appendf(out, "%s %s %lld", sample->key.problem,
		sample->cell != NULL ? sample->cell : "-", (long long)sample->completion_tokens);
	const struct alignment_record *one = sample->alignment;
	if (one != NULL) {
		buf_appendf(out, " %s %s %s %d%d %d %d %d %d %d", one->proof_text, one->aligner,
			one->answer != NULL ? one->answer : "-", one->answer_correct, one->complete,
			(int)one->shortest_steps, (int)one->shortest_vertices,
			(int)one->model_steps, (int)one->model_vertices, (int)one->inside_steps);
		buf_appendf(out, " %g %g %g %g", one->step_efficiency, one->step_efficiency_lower,
			one->step_efficiency_upper, one->vertex_efficiency);
		for (int i = 0; i < ALIGNMENT_ORDERS; i++) {
			buf_appendf(out, " %g/%g", one->order_distance[i], one->order_chance[i]);
		}
		for (int i = 0; i < ALIGNMENT_LABELS; i++) {
			buf_appendf(out, " %d", (int)one->labels[i]);
		}
	}
	buf_appendf(out, "; ");
	return 0;
}

static void check_alignments(const char *proof_text, const char *expected) {
	struct buf text = BUF_INIT(4096);
	CHECK_OK(store_alignments(store, "r", proof_text, describe, &text, &err));
	ck_assert_str_eq(buf_str(&text), expected);
	buf_finish(&text);
}

START_TEST(an_alignment_comes_back_with_its_sample) {
	put_words_run();
	int64_t id = put_sample("trees-both-000", "reason", MISSING_NONE);
	CHECK_OK(store_alignment_put(store, id, &whole, &err));
	check_alignments("answer", "trees-both-000 trees/both 40 answer f2f/1 9/2 11 1 2 3 4 5 "
				   "0.1 0.2 0.3 0.4 0.5/0.8 0.6/0.9 0.7/1 "
				   "10 11 12 13 14 15 16 17 18; ");
	check_query("SELECT unparsed, \"repeat\", relevant, order_efficient_chance FROM alignment",
		"10|15|18|1.0");
}
END_TEST

START_TEST(what_is_not_defined_is_null_and_comes_back_as_nan) {
	put_words_run();
	struct alignment_record none = {
		.proof_text = "reasoning",
		.aligner = "f2f/1",
		.step_efficiency = NAN,
		.step_efficiency_lower = NAN,
		.step_efficiency_upper = NAN,
		.vertex_efficiency = NAN,
		.order_distance = {NAN, NAN, NAN},
		.order_chance = {NAN, NAN, NAN},
	};
	int64_t id = put_sample("base-000", "reason", MISSING_NONE);
	CHECK_OK(store_alignment_put(store, id, &none, &err));
	check_query("SELECT answer, step_efficiency, order_efficient FROM alignment",
		"NULL|NULL|NULL");
	check_alignments("reasoning",
		"base-000 base 40 reasoning f2f/1 - 00 0 0 0 0 0 "
		"nan nan nan nan nan/nan nan/nan nan/nan 0 0 0 0 0 0 0 0 0; ");
}
END_TEST

START_TEST(every_sample_that_reasons_is_given_aligned_or_not) {
	put_words_run();
	int64_t id = put_sample("trees-both-000", "reason", MISSING_NONE);
	put_sample("base-000", "reason", MISSING_ENDPOINT);
	put_sample("elsewhere", "reason", MISSING_NONE);
	put_sample("trees-both-000", "prove", MISSING_NONE);
	CHECK_OK(store_alignment_put(store, id, &whole, &err));
	check_alignments("reasoning",
		"trees-both-000 trees/both 40; base-000 base -1; elsewhere - 40; ");
}
END_TEST

START_TEST(the_aligner_that_wrote_last_counts_and_the_others_stay) {
	put_words_run();
	int64_t id = put_sample("base-000", "reason", MISSING_NONE);
	struct alignment_record newer = whole;
	newer.aligner = "f2f/2";
	CHECK_OK(store_alignment_put(store, id, &whole, &err));
	CHECK_OK(store_alignment_put(store, id, &newer, &err));
	check_query("SELECT count(*) FROM alignment", "2");
	struct buf text = BUF_INIT(4096);
	CHECK_OK(store_alignments(store, "r", "answer", describe, &text, &err));
	ck_assert_ptr_nonnull(strstr(buf_str(&text), " f2f/2 "));
	ck_assert_ptr_null(strstr(buf_str(&text), " f2f/1 "));
	buf_clear(&text);
	CHECK_OK(store_alignment_put(store, id, &whole, &err));
	check_query("SELECT count(*) FROM alignment", "2");
	CHECK_OK(store_alignments(store, "r", "answer", describe, &text, &err));
	ck_assert_ptr_nonnull(strstr(buf_str(&text), " f2f/1 "));
	buf_finish(&text);
}
END_TEST

START_TEST(an_alignment_of_no_sample_or_of_another_text_is_refused) {
	put_words_run();
	ck_assert_int_lt(store_alignment_put(store, 99, &whole, &err), 0);
	int64_t id = put_sample("base-000", "reason", MISSING_NONE);
	struct alignment_record odd = whole;
	odd.proof_text = "both";
	ck_assert_int_lt(store_alignment_put(store, id, &odd, &err), 0);
	check_query("SELECT count(*) FROM alignment", "0");
}
END_TEST

START_TEST(a_word_problem_comes_back_with_its_program) {
	struct set_record set = {.name = "words", .version = "1", .hash = "ab", .pulled_ns = 1};
	struct problem problems[] = {
		{.split = "words", .name = "trees-both-000", .subset = "test",
			.informal = "Mira has 14 pears.", .cell = "trees/both",
			.family = "connected", .program = "container(Mira/pear, 14).\n",
			.answer = "14"},
		{.split = "words", .name = "base-000", .subset = "test", .cell = "base"},
	};
	CHECK_OK(store_set_replace(store, &set, NULL, 0, problems, F2F_COUNT(problems), &err));
	struct problem problem;
	CHECK_OK(store_problem_get(store, "words", "trees-both-000", &problem, &err));
	ck_assert_str_eq(problem.cell, "trees/both");
	ck_assert_str_eq(problem.family, "connected");
	ck_assert_str_eq(problem.program, "container(Mira/pear, 14).\n");
	ck_assert_str_eq(problem.answer, "14");
	problem_finish(&problem);
	CHECK_OK(store_problem_get(store, "words", "base-000", &problem, &err));
	ck_assert_str_eq(problem.cell, "base");
	ck_assert_ptr_null(problem.family);
	ck_assert_ptr_null(problem.program);
	ck_assert_ptr_null(problem.answer);
	problem_finish(&problem);
	problems[1].family = "other";
	ck_assert_int_lt(store_set_replace(
				 store, &set, NULL, 0, problems, F2F_COUNT(problems), &err),
		0);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("alignments");
	TCase *tests = tcase_create("alignments");
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, an_alignment_comes_back_with_its_sample);
	tcase_add_test(tests, what_is_not_defined_is_null_and_comes_back_as_nan);
	tcase_add_test(tests, every_sample_that_reasons_is_given_aligned_or_not);
	tcase_add_test(tests, the_aligner_that_wrote_last_counts_and_the_others_stay);
	tcase_add_test(tests, an_alignment_of_no_sample_or_of_another_text_is_refused);
	tcase_add_test(tests, a_word_problem_comes_back_with_its_program);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
