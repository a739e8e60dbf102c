#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "generated.h"
#include "unit.h"

static int compare_texts(const void *a, const void *b) {
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The fact as rules and forms: "1(c,>)", premises in the order of their texts. */
static char *shape_of(const struct closure *closure, uint16_t fact) {
	static const char forms[] = {'c', '?', 'e', 't', 'r', 'w'}, kinds[] = {'+', '-', '*', '/'};
	if (closure->into[fact] == closure->into[fact + 1]) {
		const struct fact *axiom = &closure->facts[fact];
		char form =
			axiom->form == FACT_COMPARISON ? kinds[axiom->kind] : forms[axiom->form];
		return xasprintf("%c", form);
	}
	const struct edge *edge = &closure->edges[closure->into_edges[closure->into[fact]]];
	char *parts[EDGE_TAIL_MAX];
	for (size_t i = 0; i < edge->tail_count; i++) {
		// the first way a fact was found is from facts found before it
		ck_assert_uint_lt(edge->tail[i], fact);
		parts[i] = shape_of(closure, edge->tail[i]);
	}
	qsort(parts, edge->tail_count, sizeof(parts[0]), compare_texts);
	struct buf text = BUF_INIT(1 << 16);
	buf_appendf(&text, "%d(", edge->rule);
	for (size_t i = 0; i < edge->tail_count; i++) {
		buf_append_str(&text, parts[i]);
		free(parts[i]);
	}
	buf_append_char(&text, ')');
	return buf_detach(&text);
}

/* The proof's shape, then those of all that is no premise of anything. */
static char *problem_shape(const struct closure *closure) {
	bool *premise = xcalloc(closure->fact_count, sizeof(*premise));
	for (size_t i = 0; i < closure->edge_count; i++) {
		for (size_t j = 0; j < closure->edges[i].tail_count; j++) {
			premise[closure->edges[i].tail[j]] = true;
		}
	}
	VEC(char *) parts = {0};
	for (size_t i = 0; i < closure->fact_count; i++) {
		if (!premise[i] && i != closure->goal) {
			vec_push(&parts, shape_of(closure, (uint16_t)i));
		}
	}
	if (parts.count > 0) {
		qsort(parts.items, parts.count, sizeof(parts.items[0]), compare_texts);
	}
	struct buf text = BUF_INIT(1 << 16);
	char *goal = shape_of(closure, closure->goal);
	buf_append_str(&text, goal);
	free(goal);
	for (size_t i = 0; i < parts.count; i++) {
		buf_appendf(&text, " %s", parts.items[i]);
		free(parts.items[i]);
	}
	vec_finish(&parts);
	free(premise);
	return buf_detach(&text);
}

START_TEST(ten_thousand_problems_differ_and_so_do_their_shapes) {
	enum { PROBLEMS = 10000 };
	static const struct {
		const char *cell;
		size_t shapes;
	} cases[] = {{"base", 1000}, {"trees/both", 9000}};
	struct vocabulary *vocabulary = load();
	for (size_t i = 0; i < F2F_COUNT(cases); i++) {
		struct words_options options = cell(cases[i].cell);
		struct map *texts = map_create(), *shapes = map_create();
		for (uint64_t number = 0; number < PROBLEMS; number++) {
			struct words_problem problem = draw(vocabulary, &options, number);
			ck_assert_msg(!map_has(texts, problem.text), "%s", problem.text);
			map_set(texts, problem.text, texts);
			char *shape = problem_shape(problem.solved->closure);
			map_set(shapes, shape, shapes);
			free(shape);
			words_problem_finish(&problem);
		}
		ck_assert_uint_eq(map_count(texts), PROBLEMS);
		ck_assert_uint_ge(map_count(shapes), cases[i].shapes);
		map_destroy(texts, NULL);
		map_destroy(shapes, NULL);
	}
	vocabulary_destroy(vocabulary);
}
END_TEST

enum { NUMBERS = 21 };

static void count_numbers(const struct words_problem *problem, size_t counts[2][NUMBERS]) {
	const struct closure *closure = problem->solved->closure;
	for (size_t i = 0; i < closure->axiom_count; i++) {
		if (closure->facts[i].form != FACT_EQUALITY) {
			counts[problem->solved->shortest.in_some[i]]
			      [closure->facts[i].quantity.numerator]++;
		}
	}
}

/* The largest gap between two distributions, and half the sum of all (what the best guess from the
 * number alone gains). */
static void compare_counts(
	const size_t a[NUMBERS], const size_t b[NUMBERS], double *gap_out, double *gain_out) {
	double sums[2] = {0, 0}, below = 0;
	for (size_t i = 0; i < NUMBERS; i++) {
		sums[0] += (double)a[i];
		sums[1] += (double)b[i];
	}
	*gap_out = *gain_out = 0;
	for (size_t i = 0; i < NUMBERS; i++) {
		double difference = (double)a[i] / sums[0] - (double)b[i] / sums[1];
		below += difference;
		*gain_out += (difference < 0 ? -difference : difference) / 2;
		double gap = below < 0 ? -below : below;
		*gap_out = gap > *gap_out ? gap : *gap_out;
	}
}

START_TEST(a_number_does_not_tell_whether_it_matters) {
	// In the published problems 76 % of what does not matter is above 20, and nothing that
	// does.
	static const char *const cells[] = {"trees/none", "trees/agent", "tree/entity"};
	enum { PROBLEMS = 2000 };
	struct vocabulary *vocabulary = load();
	size_t control[2][NUMBERS] = {{0}};
	struct words_options options = cell("trees/control");
	for (uint64_t number = 0; number < PROBLEMS; number++) {
		struct words_problem problem = draw(vocabulary, &options, number);
		count_numbers(&problem, control);
		words_problem_finish(&problem);
	}
	for (int family = 0; family < 2; family++) {
		for (size_t i = 0; i < F2F_COUNT(cells); i++) {
			options = cell(cells[i]);
			options.family = family == 0 ? WORDS_DISCONNECTED : WORDS_CONNECTED;
			size_t counts[2][NUMBERS] = {{0}};
			for (uint64_t number = 0; number < PROBLEMS; number++) {
				struct words_problem problem = draw(vocabulary, &options, number);
				count_numbers(&problem, counts);
				words_problem_finish(&problem);
			}
			double gap, gain;
			compare_counts(counts[0], counts[1], &gap, &gain);
			// chance alone gives up to about 0.025 and 0.04
			ck_assert_msg(gap < 0.03 && gain < 0.05, "%s: %f, %f", cells[i], gap, gain);
			compare_counts(counts[1], control[1], &gap, &gain);
			ck_assert_msg(gap < 0.03 && gain < 0.05, "control: %f, %f", gap, gain);
		}
	}
	vocabulary_destroy(vocabulary);
}
END_TEST

START_TEST(cells_share_their_base) {
	// The same sentences in the same order, whatever stands between them.
	struct vocabulary *vocabulary = load();
	struct words_options base = cell("base");
	for (uint64_t number = 0; number < 100; number++) {
		struct words_problem plain = draw(vocabulary, &base, number);
		for (size_t i = 1; words_cell_at(i) != NULL; i++) {
			struct words_options options = cell(words_cell_at(i));
			if (options.overlap == WORDS_CONTROL) {
				continue;
			}
			options.family = number % 2 == 0 ? WORDS_DISCONNECTED : WORDS_CONNECTED;
			struct words_problem problem = draw(vocabulary, &options, number);
			struct sentences sentences;
			split(problem.text, &sentences);
			struct buf relevant = BUF_INIT(1 << 20);
			for (size_t j = 0; j < sentences.count; j++) {
				if (problem.solved->shortest.in_some[j]) {
					buf_append_str(&relevant, relevant.len > 0 ? " " : "");
					buf_append_str(&relevant, sentences.items[j]);
				}
			}
			ck_assert_str_eq(buf_str(&relevant), plain.text);
			ck_assert_str_eq(problem.question, plain.question);
			buf_finish(&relevant);
			sentences_finish(&sentences);
			words_problem_finish(&problem);
		}
		words_problem_finish(&plain);
	}
	vocabulary_destroy(vocabulary);
}
END_TEST

START_TEST(overlaps_share_structure_and_numbers) {
	struct vocabulary *vocabulary = load();
	static const char *const overlaps[] = {"trees/none", "trees/entity", "trees/agent",
		"trees/both"};
	for (uint64_t number = 0; number < 100; number++) {
		struct words_options options = cell(overlaps[0]);
		struct words_problem first = draw(vocabulary, &options, number);
		for (size_t i = 1; i < F2F_COUNT(overlaps); i++) {
			options = cell(overlaps[i]);
			struct words_problem problem = draw(vocabulary, &options, number);
			const struct program *a = &first.solved->program;
			const struct program *b = &problem.solved->program;
			ck_assert_uint_eq(a->fact_count, b->fact_count);
			for (size_t j = 0; j < a->fact_count; j++) {
				ck_assert_int_eq(a->facts[j].form, b->facts[j].form);
				ck_assert(rational_equal(
					a->facts[j].quantity, b->facts[j].quantity));
			}
			words_problem_finish(&problem);
		}
		words_problem_finish(&first);
	}
	vocabulary_destroy(vocabulary);
}
END_TEST

/* Whose goal it is: "Tobin’s landlord" is somebody of Tobin's. */
static bool is_variant_of_goal(const struct program *program, uint16_t agent) {
	const char *apostrophe = strstr(program->agents[agent], "’s ");
	for (size_t i = 0; apostrophe != NULL && i < program->goal.key_count; i++) {
		const char *name = program->agents[program->goal.keys[i].agent];
		size_t length = (size_t)(apostrophe - program->agents[agent]);
		if (strlen(name) == length &&
			memcmp(name, program->agents[agent], length) == 0) {
			return true;
		}
	}
	return false;
}

static bool is_goal_agent(const struct program *program, uint16_t agent) {
	for (size_t i = 0; i < program->goal.key_count; i++) {
		if (program->goal.keys[i].agent == agent) {
			return true;
		}
	}
	return false;
}

static bool is_goal_noun(const struct program *program, uint16_t noun) {
	for (size_t i = 0; i < program->goal.key_count; i++) {
		if (program->goal.keys[i].noun == noun) {
			return true;
		}
	}
	return false;
}

struct overlap_counts {
	size_t same_agents, variants, other_agents; // mentions in what does not matter
	size_t same_nouns, holders, other_nouns;
};

static bool is_holder(const struct vocabulary *vocabulary, const char *singular) {
	for (size_t i = 0; i < vocabulary->holders.count; i++) {
		if (strcmp(vocabulary->holders.items[i].singular, singular) == 0) {
			return true;
		}
	}
	return false;
}

static struct overlap_counts count_overlap(const struct vocabulary *vocabulary, const char *name) {
	struct overlap_counts counts = {0};
	struct words_options options = cell(name);
	for (uint64_t number = 0; number < 300; number++) {
		struct words_problem problem = draw(vocabulary, &options, number);
		const struct program *program = &problem.solved->program;
		for (size_t i = 0; i < program->fact_count; i++) {
			const struct fact *fact = &program->facts[i];
			for (size_t k = 0; !problem.solved->shortest.in_some[i] &&
					   k < fact->key_count;
				k++) {
				bool same = is_goal_agent(program, fact->keys[k].agent);
				bool variant = is_variant_of_goal(program, fact->keys[k].agent);
				counts.same_agents += same;
				counts.variants += variant;
				counts.other_agents += !same && !variant;
				bool noun = is_goal_noun(program, fact->keys[k].noun);
				counts.same_nouns += noun;
				bool holder = is_holder(vocabulary,
					program->nouns[fact->keys[k].noun].singular);
				counts.holders += holder;
				counts.other_nouns += !noun && !holder;
				// never the goal's own amount
				ck_assert(!same || !noun);
			}
		}
		words_problem_finish(&problem);
	}
	return counts;
}

START_TEST(overlaps_are_what_they_are_called) {
	struct vocabulary *vocabulary = load();
	struct overlap_counts none = count_overlap(vocabulary, "trees/none");
	ck_assert_uint_eq(none.same_agents + none.variants + none.same_nouns, 0);
	struct overlap_counts entity = count_overlap(vocabulary, "trees/entity");
	ck_assert_uint_eq(entity.same_agents + entity.variants, 0);
	ck_assert_uint_eq(entity.other_nouns, 0);
	ck_assert_uint_gt(entity.same_nouns, entity.holders);
	struct overlap_counts agent = count_overlap(vocabulary, "trees/agent");
	ck_assert_uint_eq(agent.other_agents + agent.same_nouns, 0);
	ck_assert_uint_gt(agent.same_agents, 300);
	struct overlap_counts both = count_overlap(vocabulary, "trees/both");
	ck_assert_uint_eq(both.other_agents + both.same_agents, 0);
	ck_assert_uint_eq(both.other_nouns, 0);
	ck_assert_uint_gt(both.same_nouns, both.holders);
	vocabulary_destroy(vocabulary);
}
END_TEST

/* Whether an equality speaks of this pair as the one whose difference is known. */
static bool is_asked_for(const struct closure *closure, const struct fact *comparison) {
	uint16_t a = comparison->keys[0].agent, b = comparison->keys[1].agent;
	for (size_t i = 0; i < closure->axiom_count; i++) {
		const struct fact *fact = &closure->facts[i];
		uint16_t third = fact->keys[2].agent, fourth = fact->keys[3].agent;
		if (fact->form == FACT_EQUALITY && fact->keys[2].noun == comparison->keys[0].noun &&
			((a == third && b == fourth) || (a == fourth && b == third))) {
			return true;
		}
	}
	return false;
}

/* What follows, less the comparisons that an equality's conclusion gives back. */
static size_t derived_facts(const struct closure *closure) {
	size_t count = 0;
	for (size_t i = closure->axiom_count; i < closure->fact_count; i++) {
		count += closure->facts[i].form != FACT_COMPARISON ||
			 is_asked_for(closure, &closure->facts[i]);
	}
	return count;
}

START_TEST(controls_are_as_large_as_what_they_stand_for) {
	struct vocabulary *vocabulary = load();
	static const char *const pairs[][2] = {{"axiom/none", "axiom/control"},
		{"tree/none", "tree/control"}, {"trees/none", "trees/control"}};
	for (size_t i = 0; i < F2F_COUNT(pairs); i++) {
		for (uint64_t number = 0; number < 100; number++) {
			struct words_options options = cell(pairs[i][0]);
			struct words_problem distracted = draw(vocabulary, &options, number);
			size_t derived = derived_facts(distracted.solved->closure);
			options = cell(pairs[i][1]);
			struct words_problem control = draw(vocabulary, &options, number);
			ck_assert_uint_eq(control.solved->closure->axiom_count,
				distracted.solved->closure->axiom_count);
			options.match = WORDS_MATCH_STEPS;
			struct words_problem stepped = draw(vocabulary, &options, number);
			ck_assert_uint_eq(stepped.solved->shortest.steps, derived);
			words_problem_finish(&stepped);
			words_problem_finish(&control);
			words_problem_finish(&distracted);
		}
	}
	vocabulary_destroy(vocabulary);
}
END_TEST

START_TEST(shuffling_moves_sentences_and_nothing_else) {
	struct vocabulary *vocabulary = load();
	size_t moved = 0;
	for (uint64_t number = 0; number < 200; number++) {
		struct words_options options = cell("tree/both");
		struct words_problem plain = draw(vocabulary, &options, number);
		options.shuffle = true;
		struct words_problem shuffled = draw(vocabulary, &options, number);
		moved += strcmp(plain.text, shuffled.text) != 0;
		ck_assert(rational_equal(
			solved_answer(plain.solved), solved_answer(shuffled.solved)));
		struct sentences a, b;
		split(plain.text, &a);
		split(shuffled.text, &b);
		qsort(a.items, a.count, sizeof(a.items[0]), compare_texts);
		qsort(b.items, b.count, sizeof(b.items[0]), compare_texts);
		ck_assert_uint_eq(a.count, b.count);
		for (size_t i = 0; i < a.count; i++) {
			ck_assert_str_eq(a.items[i], b.items[i]);
		}
		sentences_finish(&a);
		sentences_finish(&b);
		words_problem_finish(&plain);
		words_problem_finish(&shuffled);
	}
	ck_assert_uint_gt(moved, 190);
	vocabulary_destroy(vocabulary);
}
END_TEST

START_TEST(a_ground_question_gives_the_number_away_and_changes_nothing_else) {
	struct vocabulary *vocabulary = load();
	for (uint64_t number = 0; number < 100; number++) {
		struct words_options options = cell("trees/agent");
		struct words_problem open = draw(vocabulary, &options, number);
		options.ground = true;
		struct words_problem ground = draw(vocabulary, &options, number);
		ck_assert_str_eq(open.text, ground.text);
		ck_assert(ground.solved->program.goal_ground && !open.solved->program.goal_ground);
		char *answer = xasprintf(" %ld ", (long)solved_answer(ground.solved).numerator);
		ck_assert_ptr_nonnull(strstr(ground.question, answer));
		ck_assert_ptr_null(strstr(open.question, answer));
		ck_assert(str_ends_with(ground.question, ".") && str_ends_with(open.question, "?"));
		free(answer);
		words_problem_finish(&open);
		words_problem_finish(&ground);
	}
	vocabulary_destroy(vocabulary);
}
END_TEST

START_TEST(no_one_can_be_taken_for_another) {
	struct vocabulary *vocabulary = load();
	struct words_options options = cell("trees/none");
	for (uint64_t number = 0; number < 300; number++) {
		struct words_problem problem = draw(vocabulary, &options, number);
		const struct program *program = &problem.solved->program;
		for (size_t i = 0; i < program->agent_count; i++) {
			for (size_t j = 0; j < i; j++) {
				ck_assert_ptr_null(
					strcasestr(program->agents[i], program->agents[j]));
				ck_assert_ptr_null(
					strcasestr(program->agents[j], program->agents[i]));
				ck_assert_uint_ge(str_distance(program->agents[i],
							  program->agents[j]),
					NAME_DISTANCE);
			}
		}
		words_problem_finish(&problem);
	}
	vocabulary_destroy(vocabulary);
}
END_TEST

START_TEST(all_kinds_of_facts_and_comparisons_occur) {
	struct vocabulary *vocabulary = load();
	struct words_options options = cell("trees/none");
	size_t forms[2][FACT_PART_WHOLE + 1] = {{0}}, kinds[2][4] = {{0}}, rules[8] = {0};
	for (uint64_t number = 0; number < 1000; number++) {
		struct words_problem problem = draw(vocabulary, &options, number);
		const struct closure *closure = problem.solved->closure;
		for (size_t i = 0; i < closure->axiom_count; i++) {
			bool relevant = problem.solved->shortest.in_some[i];
			forms[relevant][closure->facts[i].form]++;
			if (closure->facts[i].form == FACT_COMPARISON) {
				kinds[relevant][closure->facts[i].kind]++;
			}
		}
		for (size_t i = 0; i < closure->edge_count; i++) {
			rules[closure->edges[i].rule]++;
		}
		words_problem_finish(&problem);
	}
	for (size_t relevant = 0; relevant < 2; relevant++) {
		for (int form = FACT_CONTAINER; form < FACT_PART_WHOLE; form++) {
			ck_assert_uint_gt(forms[relevant][form], 100);
		}
		ck_assert_uint_eq(forms[relevant][FACT_PART_WHOLE], 0);
		for (int kind = 0; kind < 4; kind++) {
			ck_assert_uint_gt(kinds[relevant][kind], 5);
		}
	}
	for (int rule = 0; rule <= RULE_PART_WHOLE; rule++) {
		ck_assert_uint_gt(rules[rule], 100);
	}
	vocabulary_destroy(vocabulary);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("cells");
	TCase *tests = tcase_create("cells");
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, ten_thousand_problems_differ_and_so_do_their_shapes);
	tcase_add_test(tests, a_number_does_not_tell_whether_it_matters);
	tcase_add_test(tests, cells_share_their_base);
	tcase_add_test(tests, overlaps_share_structure_and_numbers);
	tcase_add_test(tests, overlaps_are_what_they_are_called);
	tcase_add_test(tests, controls_are_as_large_as_what_they_stand_for);
	tcase_add_test(tests, shuffling_moves_sentences_and_nothing_else);
	tcase_add_test(tests, a_ground_question_gives_the_number_away_and_changes_nothing_else);
	tcase_add_test(tests, no_one_can_be_taken_for_another);
	tcase_add_test(tests, all_kinds_of_facts_and_comparisons_occur);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
