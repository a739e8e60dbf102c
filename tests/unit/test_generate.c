#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "generated.h"
#include "unit.h"

/* Every combination of cell, family, match and shuffle. */
static void each_options(
	void (*check)(const struct vocabulary *, const struct words_options *, void *),
	void *data) {
	struct vocabulary *vocabulary = load();
	const char *name;
	for (size_t i = 0; (name = words_cell_at(i)) != NULL; i++) {
		for (int bits = 0; bits < 8; bits++) {
			struct words_options options = cell(name);
			options.seed = 17;
			options.family = (bits & 1) != 0 ? WORDS_CONNECTED : WORDS_DISCONNECTED;
			options.match = (bits & 2) != 0 ? WORDS_MATCH_STEPS : WORDS_MATCH_AXIOMS;
			options.shuffle = (bits & 4) != 0;
			if (options.match == WORDS_MATCH_AXIOMS ||
				options.overlap == WORDS_CONTROL) {
				check(vocabulary, &options, data);
			}
		}
	}
	vocabulary_destroy(vocabulary);
}

START_TEST(cells_have_names_that_are_read_back) {
	size_t count = 0;
	for (; words_cell_at(count) != NULL; count++) {
		enum words_size size;
		enum words_overlap overlap;
		ck_assert(words_cell_parse(words_cell_at(count), &size, &overlap));
		ck_assert_str_eq(words_cell_name(size, overlap), words_cell_at(count));
	}
	ck_assert_uint_eq(count, 16);
	enum words_size size;
	enum words_overlap overlap;
	ck_assert(!words_cell_parse("base/none", &size, &overlap));
	ck_assert(!words_cell_parse("", &size, &overlap));
	ck_assert_str_eq(words_cell_name(WORDS_BASE, WORDS_BOTH), "base");
}
END_TEST

static void check_sound(
	const struct vocabulary *vocabulary, const struct words_options *options, void *data) {
	for (uint64_t number = 0; number < 200; number++) {
		struct words_problem problem = draw(vocabulary, options, number);
		const struct solved *solved = problem.solved;
		ck_assert_str_eq(problem.cell, words_cell_name(options->size, options->overlap));
		ck_assert_int_eq(solved->closure->state, CLOSURE_SOUND);
		ck_assert(solved->shortest.proved && solved->shortest.relevance_proved);
		size_t irrelevant = solved->closure->axiom_count - relevant_axioms(&problem);
		if (options->size == WORDS_BASE || options->overlap == WORDS_CONTROL) {
			ck_assert_uint_eq(irrelevant, 0);
		} else if (options->size == WORDS_AXIOM) {
			ck_assert_uint_eq(irrelevant, 1);
		} else {
			size_t trees = options->size == WORDS_TREES ? 3 : 1;
			// connected trees leave out the amount that they share with the base
			ck_assert_uint_ge(irrelevant, options->family == WORDS_CONNECTED
							      ? 2 * trees
							      : 3 * trees);
			ck_assert_uint_le(irrelevant, 5 * trees);
		}
		words_problem_finish(&problem);
	}
	(*(size_t *)data)++;
}

START_TEST(every_problem_of_every_cell_is_sound_and_of_its_size) {
	size_t cells = 0;
	each_options(check_sound, &cells);
	ck_assert_uint_eq(cells, (16 + 3) * 4);
}
END_TEST

static void check_numbers(
	const struct vocabulary *vocabulary, const struct words_options *options, void *data) {
	for (uint64_t number = 0; number < 50; number++) {
		struct words_problem problem = draw(vocabulary, options, number);
		const struct closure *closure = problem.solved->closure;
		for (size_t i = 0; i < closure->fact_count; i++) {
			const struct fact *fact = &closure->facts[i];
			bool stated = i < closure->axiom_count;
			if (fact->form == FACT_EQUALITY ||
				(!stated && fact->form == FACT_COMPARISON)) {
				continue;
			}
			ck_assert(rational_is_integer(fact->quantity));
			ck_assert_int_ge(fact->quantity.numerator, 2);
			ck_assert_int_le(fact->quantity.numerator, stated ? 20 : 1000);
		}
		words_problem_finish(&problem);
	}
}

START_TEST(stated_numbers_are_2_to_20_and_others_2_to_1000) {
	each_options(check_numbers, NULL);
}
END_TEST

/* Renders every template that can say the fact; true when one of them is the sentence. */
static bool says(const struct vocabulary *vocabulary, const struct program *program,
	const struct fact *fact, const char *sentence) {
	static const enum template_form comparisons[] = {
		TEMPLATE_MORE, TEMPLATE_LESS, TEMPLATE_TIMES, TEMPLATE_FRACTION};
	static const enum template_form forms[] = {[FACT_CONTAINER] = TEMPLATE_CONTAINER,
		[FACT_EQUALITY] = TEMPLATE_EQUALITY, [FACT_TRANSFER] = TEMPLATE_TRANSFER,
		[FACT_RATE] = TEMPLATE_RATE};
	enum template_form form = fact->form == FACT_COMPARISON ? comparisons[fact->kind]
								: forms[fact->form];
	char number[32];
	snprintf(number, sizeof(number), "%ld", (long)fact->quantity.numerator);
	const char *words[SLOTS] = {[SLOT_NUMBER] = number};
	for (size_t i = 0; i < fact->key_count; i++) {
		words[SLOT_AGENT + i] = program->agents[fact->keys[i].agent];
	}
	words[SLOT_NOUNS] = program->nouns[fact->keys[0].noun].plural;
	if (form == TEMPLATE_RATE) {
		words[SLOT_NOUNS] = program->nouns[fact->keys[1].noun].plural;
		words[SLOT_HOLDER] = program->nouns[fact->keys[0].noun].singular;
	}
	bool found = false;
	for (size_t i = 0; i < vocabulary->templates[form].count; i++) {
		struct buf text = BUF_INIT(4096);
		template_write(&vocabulary->templates[form].items[i], words, &text);
		found = found || strcmp(buf_str(&text), sentence) == 0;
		buf_finish(&text);
	}
	return found;
}

static void check_says(
	const struct vocabulary *vocabulary, const struct words_options *options, void *data) {
	for (uint64_t number = 0; number < 50; number++) {
		struct words_problem problem = draw(vocabulary, options, number);
		const struct program *program = &problem.solved->program;
		struct sentences sentences;
		split(problem.text, &sentences);
		ck_assert_uint_eq(sentences.count, program->fact_count);
		for (size_t i = 0; i < sentences.count; i++) {
			ck_assert_msg(says(vocabulary, program, &program->facts[i],
					      sentences.items[i]),
				"%s", sentences.items[i]);
			// and time is that of the place in the text
			struct program before = *program;
			before.fact_count = i;
			struct fact dated = program->facts[i];
			program_date(&before, &dated);
			ck_assert(fact_equal(&dated, &program->facts[i]));
		}
		sentences_finish(&sentences);
		words_problem_finish(&problem);
	}
}

START_TEST(the_text_says_the_program_fact_by_fact) {
	each_options(check_says, NULL);
}
END_TEST

START_TEST(the_readable_program_gives_the_same_problem) {
	struct vocabulary *vocabulary = load();
	for (size_t i = 0; words_cell_at(i) != NULL; i++) {
		struct words_options options = cell(words_cell_at(i));
		for (uint64_t number = 0; number < 50; number++) {
			struct words_problem problem = draw(vocabulary, &options, number);
			struct buf text = BUF_INIT(1 << 20);
			program_write(&problem.solved->program, &text);
			struct solved *again = NULL;
			struct error err;
			ck_assert_msg(solved_parse(text.data, text.len, &again, &err) == 0, "%s",
				err.message);
			ck_assert(rational_equal(
				solved_answer(again), solved_answer(problem.solved)));
			ck_assert_uint_eq(again->shortest.steps, problem.solved->shortest.steps);
			solved_destroy(again);
			buf_finish(&text);
			words_problem_finish(&problem);
		}
	}
	vocabulary_destroy(vocabulary);
}
END_TEST

START_TEST(problems_never_change) {
	// Kept from version 1 of the generator and its words: if these change, WORDS_VERSION has
	// to.
	struct vocabulary *vocabulary = load();
	struct words_options options = cell("base");
	struct words_problem problem = draw(vocabulary, &options, 3);
	ck_assert_str_eq(problem.text,
		"Rosalind has 9 hamsters. "
		"Rainer then gives Rosalind 19 hamsters. "
		"Vasilis has 12 more hamsters than Rosalind. "
		"Vasilis then gives Jennifer 9 hamsters.");
	ck_assert_str_eq(problem.question,
		"How many hamsters does Vasilis own now?");
	words_problem_finish(&problem);
	options = cell("tree/agent");
	options.seed = 20260101;
	options.family = WORDS_CONNECTED;
	options.shuffle = options.ground = true;
	problem = draw(vocabulary, &options, 9999);
	ck_assert_str_eq(problem.text,
		"Guido’s colleague has 20 teapots more than Guido’s roommate. "
		"Mauro is ahead of Mohammed in teapots by the same number as Ebenezer is ahead of "
		"Valentin. "
		"Guido’s roommate has 5 teapots more than Valentin. "
		"Bedrich is the owner of 18 teapots. "
		"Valentin owns 6 teapots. "
		"Guido’s employer then gives Guido’s colleague 5 teapots. "
		"Compared with Guido, Mauro has 4 more teapots. "
		"Ebenezer has 10 teapots. "
		"Compared with Bedrich, Mohammed has 12 more teapots.");
	ck_assert_str_eq(problem.question,
		"Prove that Guido has 30 teapots.");
	words_problem_finish(&problem);
	ck_assert_str_eq(WORDS_VERSION, "1");
	vocabulary_destroy(vocabulary);
}
END_TEST

START_TEST(a_problem_does_not_depend_on_those_before_it) {
	struct vocabulary *vocabulary = load(), *other = load();
	struct words_options options = cell("trees/both");
	struct words_problem late = draw(vocabulary, &options, 41);
	for (uint64_t number = 0; number <= 41; number++) {
		struct words_problem problem = draw(other, &options, number);
		ck_assert((strcmp(problem.text, late.text) == 0) == (number == 41));
		words_problem_finish(&problem);
	}
	options.seed = 2;
	struct words_problem seeded = draw(vocabulary, &options, 41);
	ck_assert_str_ne(seeded.text, late.text);
	words_problem_finish(&seeded);
	words_problem_finish(&late);
	vocabulary_destroy(vocabulary);
	vocabulary_destroy(other);
}
END_TEST

START_TEST(a_vocabulary_that_is_too_small_is_an_error) {
	struct vocabulary *vocabulary = load();
	struct words_options options = cell("trees/none");
	size_t *const counts[] = {&vocabulary->names.count, &vocabulary->topics.count};
	for (size_t i = 0; i < F2F_COUNT(counts); i++) {
		size_t all = *counts[i];
		*counts[i] = 1;
		struct words_problem problem = {0};
		struct error err;
		ck_assert_int_eq(words_generate(vocabulary, &options, 0, &problem, &err),
			ERROR_INPUT);
		ck_assert_str_eq(
			err.message, "no problem in 100 tries: the vocabulary is too small");
		ck_assert_ptr_null(problem.text);
		*counts[i] = all;
	}
	vocabulary_destroy(vocabulary);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("generate");
	TCase *tests = tcase_create("generate");
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, cells_have_names_that_are_read_back);
	tcase_add_test(tests, every_problem_of_every_cell_is_sound_and_of_its_size);
	tcase_add_test(tests, stated_numbers_are_2_to_20_and_others_2_to_1000);
	tcase_add_test(tests, the_text_says_the_program_fact_by_fact);
	tcase_add_test(tests, the_readable_program_gives_the_same_problem);
	tcase_add_test(tests, problems_never_change);
	tcase_add_test(tests, a_problem_does_not_depend_on_those_before_it);
	tcase_add_test(tests, a_vocabulary_that_is_too_small_is_an_error);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
