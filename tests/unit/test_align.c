#include "unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "logic/align.h"
#include "logic/solved.h"

/*
 * The gold set (tests/data/words-gold/README.md): labels that people gave to steps and proofs in
 * many styles, against those of the reader. Then the acceptance examples of
 * ../shared/spec/efficiency.md 7.2 that are about replies.
 */

static const char gold[] = TEST_SOURCE_ROOT "/tests/data/words-gold";

enum { STEPS_MAX = 200, TEXT_MAX = 1 << 20 };

struct tally {
	size_t right[STEP_LABELS]; // given and wanted
	size_t extra[STEP_LABELS]; // given, not wanted
	size_t missed[STEP_LABELS];
	size_t facts, facts_right, proofs, proofs_right, cases;
};

static struct solved *solve(const char *program) {
	struct solved *solved = NULL;
	struct error err;
	ck_assert_msg(
		solved_parse(program, strlen(program), &solved, &err) == 0, "%s", err.message);
	return solved;
}

static struct solved *solve_gold(const char *name) {
	char path[512];
	struct buf text = BUF_INIT(TEXT_MAX);
	struct error err;
	snprintf(path, sizeof(path), "%s/programs/%s.lp", gold, name);
	ck_assert_msg(file_read(path, &text, &err) == 0, "%s", err.message);
	struct solved *solved = solve(buf_str(&text));
	buf_finish(&text);
	return solved;
}

static enum step_label label_named(const char *name) {
	for (int label = 0; label < STEP_LABELS; label++) {
		if (strcmp(name, step_label_name((enum step_label)label)) == 0) {
			return (enum step_label)label;
		}
	}
	ck_abort_msg("no label %s", name);
	return STEP_LABELS;
}

/* A case of the gold set beside what was read. */
struct reading {
	const json_t *expected;
	struct solved *solved;
	struct alignment alignment;
	size_t first; // step of `text`; those of `before` are not judged
};

static void read_case(const json_t *expected, struct reading *reading) {
	const char *before = json_string_or(expected, "before", "");
	const char *text = json_string_or(expected, "text", "");
	struct buf reply = BUF_INIT(TEXT_MAX);
	buf_append_str(&reply, before);
	buf_append_str(&reply, before[0] != '\0' ? " " : "");
	size_t from = reply.len;
	buf_append_str(&reply, text);
	reading->expected = expected;
	reading->solved = solve_gold(json_string_or(expected, "program", ""));
	align_text(reading->solved, buf_str(&reply), reply.len, &reading->alignment);
	reading->first = 0;
	while (reading->first < reading->alignment.step_count &&
		reading->alignment.steps[reading->first].start < from) {
		reading->first++;
	}
	buf_finish(&reply);
}

static void reading_finish(struct reading *reading) {
	alignment_finish(&reading->alignment);
	solved_destroy(reading->solved);
}

static enum step_label wanted(const struct reading *reading, size_t i) {
	const json_t *labels = json_object_get(reading->expected, "labels");
	return label_named(json_string_value(json_array_get(labels, i)));
}

static const struct aligned_step *given(const struct reading *reading, size_t i) {
	return &reading->alignment.steps[reading->first + i];
}

static void count_fact(const struct reading *reading, size_t i, const struct aligned_step *step,
	struct tally *tally) {
	const json_t *facts = json_object_get(reading->expected, "facts");
	const char *fact = json_string_value(json_array_get(facts, i));
	if (fact == NULL) {
		return;
	}
	struct buf text = BUF_INIT(4096);
	if (step->has_fact) {
		// a comparison is the same whichever way round it was put
		fact_write(&reading->solved->program,
			step->index != CLOSURE_NONE ? &reading->solved->closure->facts[step->index]
						    : &step->fact,
			&text);
	}
	bool same = strcmp(fact, buf_str(&text)) == 0;
	tally->facts++;
	tally->facts_right += same;
	if (!same) {
		printf("# %s: %s and not %s\n", json_string_or(reading->expected, "id", "?"),
			buf_str(&text), fact);
	}
	buf_finish(&text);
}

/* longest[i][k]: how many labels the lists from i and from k on have in common, in order. */
static void compare_labels(const struct reading *reading, size_t rows, size_t columns,
	size_t longest[STEPS_MAX + 1][STEPS_MAX + 1]) {
	memset(longest, 0, sizeof(longest[0]) * (STEPS_MAX + 1));
	for (size_t i = rows; i-- > 0;) {
		for (size_t k = columns; k-- > 0;) {
			size_t skip = longest[i + 1][k] > longest[i][k + 1] ? longest[i + 1][k]
									     : longest[i][k + 1];
			longest[i][k] = wanted(reading, i) == given(reading, k)->label
						? longest[i + 1][k + 1] + 1
						: skip;
		}
	}
}

/* Labels are matched by a longest common subsequence; true when there is nothing else. */
static bool count_labels(const struct reading *reading, struct tally *tally) {
	size_t longest[STEPS_MAX + 1][STEPS_MAX + 1];
	size_t rows = json_array_size(json_object_get(reading->expected, "labels"));
	size_t columns = reading->alignment.step_count - reading->first;
	size_t i = 0;
	size_t k = 0;
	bool same = true;
	ck_assert(rows <= STEPS_MAX && columns <= STEPS_MAX);
	compare_labels(reading, rows, columns, longest);
	while (i < rows || k < columns) {
		if (i < rows && k < columns && wanted(reading, i) == given(reading, k)->label) {
			tally->right[wanted(reading, i)]++;
			count_fact(reading, i++, given(reading, k), tally);
			k++;
			continue;
		}
		same = false;
		if (k == columns || (i < rows && longest[i + 1][k] >= longest[i][k + 1])) {
			tally->missed[wanted(reading, i++)]++;
		} else {
			tally->extra[given(reading, k++)->label]++;
		}
	}
	return same;
}

static void show(const struct reading *reading) {
	printf("# %s:", json_string_or(reading->expected, "id", "?"));
	for (size_t i = reading->first; i < reading->alignment.step_count; i++) {
		printf(" %s", step_label_name(reading->alignment.steps[i].label));
	}
	char *labels = json_dumps(json_object_get(reading->expected, "labels"), 0);
	printf("; wanted %s\n", labels);
	free(labels);
}

static void check_steps(const json_t *expected, struct tally *tally) {
	struct reading reading;
	read_case(expected, &reading);
	tally->cases++;
	if (!count_labels(&reading, tally)) {
		show(&reading);
	}
	reading_finish(&reading);
}

/* "2/3", "18", NULL. */
static double fraction(const char *text) {
	char *end = NULL;
	double value = text != NULL ? strtod(text, &end) : NAN;
	return end != NULL && *end == '/' ? value / strtod(end + 1, NULL) : value;
}

static bool same_number(double a, double b) {
	return isnan(a) ? isnan(b) : fabs(a - b) < 1e-12;
}

static bool figures_right(const struct reading *reading) {
	const json_t *expected = reading->expected;
	const struct alignment *alignment = &reading->alignment;
	double answer = fraction(json_string_or(expected, "answer", NULL));
	double given_answer = alignment->has_answer ? (double)alignment->answer.numerator /
							      (double)alignment->answer.denominator
						    : NAN;
	return same_number(answer, given_answer) &&
	       alignment->answer_correct ==
		       json_is_true(json_object_get(expected, "answer_correct")) &&
	       alignment->complete == json_is_true(json_object_get(expected, "complete")) &&
	       (int64_t)alignment->model_steps == json_integer_or(expected, "model_steps", -1) &&
	       same_number(fraction(json_string_or(expected, "step_efficiency", NULL)),
		       alignment->step_efficiency);
}

static void check_proof(const json_t *expected, struct tally *tally) {
	struct reading reading;
	read_case(expected, &reading);
	bool labels = count_labels(&reading, tally);
	bool figures = figures_right(&reading);
	tally->cases++;
	tally->proofs++;
	tally->proofs_right += labels && figures;
	if (!labels) {
		show(&reading);
	}
	if (!figures) {
		const struct alignment *alignment = &reading.alignment;
		printf("# %s: answer %d %g correct %d complete %d steps %zu efficiency %g\n",
			json_string_or(expected, "id", "?"), alignment->has_answer,
			alignment->has_answer ? (double)alignment->answer.numerator /
							(double)alignment->answer.denominator
					      : NAN,
			alignment->answer_correct, alignment->complete, alignment->model_steps,
			alignment->step_efficiency);
	}
	reading_finish(&reading);
}

static void for_each_case(const char *name, void (*check)(const json_t *, struct tally *),
	struct tally *tally) {
	char path[512];
	struct buf text = BUF_INIT(8 * TEXT_MAX);
	struct error err;
	snprintf(path, sizeof(path), "%s/%s.jsonl", gold, name);
	ck_assert_msg(file_read(path, &text, &err) == 0, "%s", err.message);
	for (const char *line = buf_str(&text); *line != '\0';) {
		size_t length = strcspn(line, "\n");
		json_t *expected = NULL;
		ck_assert_msg(json_parse(line, length, &expected, &err) == 0, "%s", err.message);
		check(expected, tally);
		json_decref(expected);
		line += length + (line[length] == '\n');
	}
	buf_finish(&text);
}

static double share(size_t part, size_t rest) {
	return part + rest > 0 ? (double)part / (double)(part + rest) : NAN;
}

/* Of every label's precision and recall. */
static const double floor_share = 0.95;

START_TEST(labels_of_the_gold_set_are_given_and_found) {
	struct tally tally = {0};
	for_each_case("steps", check_steps, &tally);
	for_each_case("proofs", check_proof, &tally);
	printf("# %zu cases of the gold set\n", tally.cases);
	for (size_t i = 0; i < STEP_LABELS; i++) {
		printf("# %-16s precision %.3f recall %.3f of %zu\n",
			step_label_name((enum step_label)i), share(tally.right[i], tally.extra[i]),
			share(tally.right[i], tally.missed[i]), tally.right[i] + tally.missed[i]);
	}
	printf("# facts %zu of %zu, proofs %zu of %zu\n", tally.facts_right, tally.facts,
		tally.proofs_right, tally.proofs);
	fflush(stdout);
	ck_assert_uint_ge(tally.cases, 190);
	for (size_t i = 0; i < STEP_LABELS; i++) {
		const char *name = step_label_name((enum step_label)i);
		ck_assert_msg(share(tally.right[i], tally.extra[i]) >= floor_share, "%s", name);
		ck_assert_msg(share(tally.right[i], tally.missed[i]) >= floor_share, "%s", name);
	}
	ck_assert_double_ge(share(tally.facts_right, tally.facts - tally.facts_right), 0.95);
	ck_assert_double_ge(share(tally.proofs_right, tally.proofs - tally.proofs_right), 0.95);
}
END_TEST

static void align(const struct solved *solved, const char *text, struct alignment *out) {
	align_text(solved, text, strlen(text), out);
}

static void check_labels(
	const struct alignment *alignment, size_t count, const enum step_label *labels) {
	ck_assert_uint_eq(alignment->step_count, count);
	for (size_t i = 0; i < count; i++) {
		ck_assert_str_eq(
			step_label_name(alignment->steps[i].label), step_label_name(labels[i]));
	}
}

static const char apricots[] = "container(Marta/apricot, 14).\n"
			       "container(Pavo/cap, 41).\n"
			       "comparison(less, Tibor/apricot, Marta/apricot, 5).\n"
			       "comparison(more, Odile/cap, Pavo/cap, 6).\n"
			       "transfer(Ulla/apricot, Tibor/apricot, 3).\n"
			       "goal container(Tibor/apricot, ?).\n";

/* Example A: eight vertices, five of them in the shortest proof. */
START_TEST(one_irrelevant_step_of_three_costs_a_third) {
	struct solved *solved = solve(apricots);
	struct alignment alignment;
	align(solved,
		"1. Marta has 14 apricots.\n2. Pavo has 41 caps.\n"
		"3. Tibor has 5 apricots fewer than Marta.\n4. So Tibor has 14 - 5 = 9 apricots.\n"
		"5. Odile has 6 caps more than Pavo.\n6. So Odile has 41 + 6 = 47 caps.\n"
		"7. Tibor then gives Ulla 3 apricots.\n8. So Tibor has 9 - 3 = 6 apricots.\n"
		"The answer is 6.",
		&alignment);
	ck_assert_uint_eq(solved->shortest.steps, 2);
	ck_assert_uint_eq(solved->shortest.vertices, 5);
	ck_assert_uint_eq(alignment.model_steps, 3);
	ck_assert_uint_eq(alignment.model_vertices, 8);
	ck_assert_uint_eq(alignment.inside_steps, 2);
	ck_assert_double_eq(alignment.step_efficiency, 2.0 / 3);
	ck_assert_double_eq(alignment.vertex_efficiency, 5.0 / 8);
	ck_assert(alignment.complete && alignment.answer_correct);
	alignment_finish(&alignment);
	solved_destroy(solved);
}
END_TEST

START_TEST(either_of_two_shortest_proofs_is_efficient) {
	struct solved *solved = solve("container(Ann/nut, 8).\n"
				      "comparison(more, Ben/nut, Ann/nut, 3).\n"
				      "comparison(less, Cas/nut, Ben/nut, 3).\n"
				      "container(Cas/nut, 8).\n"
				      "goal container(Ben/nut, ?).\n");
	// in the last both are used: the second way to what Ben has is a repeat
	static const char *const texts[] = {"So Ben has 8 + 3 = 11 nuts.",
		"Ben has 3 nuts more than Cas, so Ben has 8 + 3 = 11 nuts.",
		"Ann has 8 nuts. So Ben has 11 nuts. Cas has 8 nuts. So Ben has 8 + 3 = 11 nuts."};
	for (size_t i = 0; i < F2F_COUNT(texts); i++) {
		struct alignment alignment;
		align(solved, texts[i], &alignment);
		ck_assert_uint_eq(alignment.label_counts[STEP_RELEVANT], 1);
		ck_assert_uint_eq(alignment.label_counts[STEP_REPEAT], i == 2);
		ck_assert_double_eq(alignment.step_efficiency, 1.0);
		alignment_finish(&alignment);
	}
	solved_destroy(solved);
}
END_TEST

START_TEST(wrong_arithmetic_is_not_irrelevant_and_nothing_follows_from_it) {
	static const enum step_label labels[] = {STEP_RESTATED, STEP_RESTATED,
		STEP_WRONG_ARITHMETIC, STEP_UNSUPPORTED, STEP_UNSUPPORTED};
	struct solved *solved = solve("container(Ann/nut, 8).\n"
				      "comparison(more, Ben/nut, Ann/nut, 3).\n"
				      "comparison(more, Cas/nut, Ben/nut, 2).\n"
				      "comparison(less, Dov/nut, Cas/nut, 4).\n"
				      "goal container(Dov/nut, ?).\n");
	struct alignment alignment;
	align(solved,
		"Ann has 8 nuts. Ben has 3 more nuts than Ann. So Ben has 8 + 3 = 12 nuts. "
		"So Cas has 12 + 2 = 14 nuts. So Dov has 14 - 4 = 10 nuts. The answer is 10.",
		&alignment);
	check_labels(&alignment, F2F_COUNT(labels), labels);
	ck_assert(!alignment.complete && alignment.has_answer && !alignment.answer_correct);
	ck_assert_uint_eq(alignment.model_steps, 0);
	ck_assert(isnan(alignment.step_efficiency));
	alignment_finish(&alignment);
	solved_destroy(solved);
}
END_TEST

START_TEST(a_guess_is_accurate_and_proves_nothing) {
	static const char *const guesses[] = {"6", "The answer is 6.", "#### 6", "\\boxed{6}"};
	struct solved *solved = solve(apricots);
	for (size_t i = 0; i < F2F_COUNT(guesses); i++) {
		struct alignment alignment;
		align(solved, guesses[i], &alignment);
		ck_assert(alignment.has_answer && alignment.answer_correct);
		ck_assert(!alignment.complete);
		ck_assert_uint_eq(alignment.step_count, 0);
		ck_assert_uint_eq(alignment.model_steps, 0);
		ck_assert_uint_eq(alignment.inside_steps, 0);
		ck_assert(isnan(alignment.step_efficiency));
		ck_assert(isnan(alignment.step_efficiency_lower));
		ck_assert(isnan(alignment.step_efficiency_upper));
		ck_assert(isnan(alignment.vertex_efficiency));
		for (size_t k = 0; k < ORDERS; k++) {
			ck_assert(isnan(alignment.order_distance[k]));
		}
		alignment_finish(&alignment);
	}
	solved_destroy(solved);
}
END_TEST

START_TEST(another_order_changes_the_order_distances_alone) {
	static const char *const texts[] = {
		"So Tibor has 14 - 5 = 9 apricots. So Odile has 41 + 6 = 47 caps. "
		"So Tibor then has 9 - 3 = 6 apricots. The answer is 6.",
		"So Odile has 41 + 6 = 47 caps. So Tibor has 14 - 5 = 9 apricots. "
		"So Tibor then has 9 - 3 = 6 apricots. The answer is 6."};
	struct solved *solved = solve(apricots);
	struct alignment first;
	struct alignment second;
	align(solved, texts[0], &first);
	align(solved, texts[1], &second);
	ck_assert_double_eq(first.step_efficiency, 2.0 / 3);
	ck_assert_double_eq(second.step_efficiency, first.step_efficiency);
	ck_assert_double_eq(second.vertex_efficiency, first.vertex_efficiency);
	ck_assert_uint_eq(second.inside_steps, first.inside_steps);
	ck_assert_double_eq(first.order_distance[ORDER_DEPTH_FIRST], 0);
	ck_assert_double_gt(second.order_distance[ORDER_DEPTH_FIRST], 0);
	alignment_finish(&first);
	alignment_finish(&second);
	solved_destroy(solved);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("align");
	TCase *tests = tcase_create("align");
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, labels_of_the_gold_set_are_given_and_found);
	tcase_add_test(tests, one_irrelevant_step_of_three_costs_a_third);
	tcase_add_test(tests, either_of_two_shortest_proofs_is_efficient);
	tcase_add_test(tests, wrong_arithmetic_is_not_irrelevant_and_nothing_follows_from_it);
	tcase_add_test(tests, a_guess_is_accurate_and_proves_nothing);
	tcase_add_test(tests, another_order_changes_the_order_distances_alone);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
