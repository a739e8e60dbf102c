#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/vec.h"
#include "logic/published.h"
#include "shared.h"
#include "unit.h"

#define NAMES(...) .agents = (const char *const[]){__VA_ARGS__},                                   \
	.agent_count = F2F_COUNT(((const char *const[]){__VA_ARGS__}))
#define FORMS(...) .forms = (const char *const[]){__VA_ARGS__},                                    \
	.form_count = F2F_COUNT(((const char *const[]){__VA_ARGS__}))

static const struct published_sentence bo = {.text = "So Bo has 16 - 5 = 11 plums.",
	NAMES("Bo"), FORMS("plum", "plums"), .conclusion = true, .relevant = true};
static const struct published_sentence of_all = {
	.text = "If Bo, Cy and Di sum up the fruits that they have, they have 6 + 9 + 12 = 27.",
	FORMS("fruit", "fruits"), .conclusion = true, .relevant = true};
static const struct published_sentence large = {.text = "So Bo has 1200 + 34 = 1234 plums.",
	NAMES("Bo"), FORMS("plum", "plums"), .conclusion = true, .relevant = true};
static const struct published_sentence product = {.text = "So Bo has 4 * 3 = 12 plums.",
	NAMES("Bo"), FORMS("plum", "plums"), .conclusion = true, .relevant = true};
static const struct published_sentence precedence = {.text = "So Bo has 2 + 3 * 4 = 14 plums.",
	NAMES("Bo"), FORMS("plum", "plums"), .conclusion = true, .relevant = true};

static struct published_match align(
	const struct published_sentence *reference, size_t count, const char *text) {
	struct published_match match;
	published_align(reference, count, text, strlen(text), &match);
	return match;
}

static bool matches(const struct published_sentence *sentence, const char *wording) {
	char *text = xasprintf("1. %s", wording);
	struct published_match match = align(sentence, 1, text);
	ck_assert_uint_eq(match.step_count, 1);
	bool matched = match.matched_steps == 1;
	published_match_finish(&match);
	free(text);
	return matched;
}

START_TEST(paraphrases_match_or_not_as_they_did) {
	static const struct {
		const struct published_sentence *sentence;
		const char *wording;
		bool matches;
	} probes[] = {
		{&bo, "Bo has 16 - 5 = 11 plums.", true},
		{&bo, "Bo has 16-5=11 plums.", true},
		{&bo, "Bo has $16 - 5 = 11$ plums.", true},
		{&bo, "BO HAS (16 - 5) = 11 PLUMS.", true},
		{&bo, "Bo has 16 plums - 5 plums = 11 plums.", false},
		{&bo, "Bo has 11 plums.", false},
		{&bo, "Bo has 11 = 16 - 5 plums.", false},
		{&bo, "Bo has x = 16 - 5 = 11 plums.", false},
		{&bo, "Bo has 16 − 5 = 11 plums.", false},
		{&product, "Bo has 4 * 3 = 12 plums.", true},
		{&product, "Bo has 4 × 3 = 12 plums.", false},
		{&product, "Bo has 4 x 3 = 12 plums.", false},
		{&bo, "Bo has 16 minus 5 = 11 plums.", false},
		{&bo, "Bo has 16 - 5 = **11** plums.", false},
		{&large, "Bo has 1200 + 34 = 1234 plums.", true},
		{&large, "Bo has 1,200 + 34 = 1,234 plums.", false},
		{&bo, "He has 16 - 5 = 11 plums.", false},
		{&precedence, "Bo has 2 + 3 * 4 = 14 plums.", false},
		{&of_all, "Together they have 6 + 9 + 12 = 27 fruits.", true},
		{&of_all, "Together they have 6 + 9 + 12 = 27 plums.", false},
		// what it should not have matched
		{&bo, "Bo has 20 - 9 = 11 plums.", true},
		{&bo, "Bo has 11 = 11 plums.", true},
		{&bo, "Cy has about 16 - 5 = 11 plums.", true},
		{&bo, "Cy, who saw a bobcat, has 16 - 5 = 11 plums.", true},
		{&bo, "Bo’s uncle has 16 - 5 = 11 plums.", true},
	};
	for (size_t i = 0; i < F2F_COUNT(probes); i++) {
		ck_assert_msg(matches(probes[i].sentence, probes[i].wording) == probes[i].matches,
			"%s", probes[i].wording);
	}
}
END_TEST

START_TEST(sums_are_evaluated_strictly_from_left_to_right) {
	static const struct {
		const char *sum;
		bool matches;
	} sums[] = {
		{"2 + 3 * 2 + 1 = 11", true},
		{"23 / 2 = 11", true},
		{"(2 - 24) / 2 + 22 = 11", true},
		{"2 - 3 / 2 + 12 = 11", true}, // floor of -1/2
		{"- 11 = 11", false},
		{"11 + = 11", false},
		{"1 1 = 11", false},
		{"11 / 0 = 11", false},
		{"11 - - 0 = 11", false},
		{"16 - 5 == 11", false},
		{"16 - 5 = 11.5", true}, // the integer before the point
		{"16 - 5 =\t11", true},
		{"16 - 6 = 10, 16 - 5 = 11", true},
		{"99999999999999999999 - 5 = 11", false},
		{"9223372036854775807 + 1 = 11", false},
		{"16 - 5 = 18446744073709551627", false}, // 2^64 + 11
		{"= 11", false},
		{"", false},
	};
	for (size_t i = 0; i < F2F_COUNT(sums); i++) {
		char *wording = xasprintf("Bo has %s plums", sums[i].sum);
		ck_assert_msg(matches(&bo, wording) == sums[i].matches, "%s", wording);
		free(wording);
	}
}
END_TEST

static size_t steps_of(const char *text) {
	struct published_match match = align(&bo, 1, text);
	size_t count = match.step_count;
	ck_assert_uint_eq(match.match_count, count); // one sentence: never two matches
	published_match_finish(&match);
	return count;
}

START_TEST(steps_are_what_follows_a_number_and_a_dot) {
	ck_assert_uint_eq(steps_of("1. One\n2. Two\n10. Three"), 3);
	ck_assert_uint_eq(steps_of("Let us see.\n1. One\nmore of one\n2. Two"), 2);
	ck_assert_uint_eq(steps_of("- One\n- Two"), 0);
	ck_assert_uint_eq(steps_of("Step 1: One\nStep 2: Two"), 0);
	ck_assert_uint_eq(steps_of("1) One\n2) Two"), 0);
	ck_assert_uint_eq(steps_of("1.One\n2.Two"), 0);
	ck_assert_uint_eq(steps_of("Bo has 16 - 5 = 11. Then 4"), 1);
	ck_assert_uint_eq(steps_of(""), 0);
	ck_assert_uint_eq(steps_of("1."), 0);
	ck_assert_uint_eq(steps_of("1. "), 1);
	ck_assert_uint_eq(steps_of("1. One\n  2. Not at the line's start"), 1);
	// a step begins inside a line, and what was before it is lost
	struct published_match match = align(&bo, 1, "Bo has 16 - 5 = 11 plums of 12. Then 4");
	ck_assert_uint_eq(match.step_count, 1);
	ck_assert_uint_eq(match.matched_steps, 0);
	published_match_finish(&match);
	// the last step swallows the rest
	match = align(&bo, 1, "1. Now\n\nThe answer: Bo has 16 - 5 = 11 plums");
	ck_assert_uint_eq(match.matched_steps, 1);
	published_match_finish(&match);
}
END_TEST

START_TEST(the_measures_of_the_worked_example) {
	// spec/efficiency.md 1.4, example A: t1, z1, t1, a remark, t2
	const struct published_sentence reference[] = {
		{.text = "Mira has 14 pears.", NAMES("Mira"), FORMS("pear", "pears"),
			.relevant = true},
		{.text = "So Tobin has 14 - 5 = 9 pears.", NAMES("Tobin"), FORMS("pear", "pears"),
			.conclusion = true, .relevant = true},
		{.text = "So Oda has 41 + 6 = 47 hats.", NAMES("Oda"), FORMS("hat", "hats"),
			.conclusion = true},
		{.text = "So Tobin has 9 - 3 = 6 pears.", NAMES("Tobin"), FORMS("pear", "pears"),
			.conclusion = true, .relevant = true},
	};
	struct published_match match = align(reference, F2F_COUNT(reference),
		"1. Tobin has 14 - 5 = 9 pears.\n2. Oda has 41 + 6 = 47 hats.\n"
		"3. Again, Tobin has 14 - 5 = 9 pears.\n4. Fruit is good.\n"
		"5. Tobin has 9 - 3 = 6 pears.\n");
	const size_t expected[] = {1, 2, 1, PUBLISHED_UNMATCHED, 3};
	ck_assert_uint_eq(match.match_count, F2F_COUNT(expected));
	ck_assert_mem_eq(match.matches, expected, sizeof(expected));
	ck_assert_uint_eq(match.step_count, 5);
	ck_assert_uint_eq(match.matched_steps, 4);
	ck_assert_uint_eq(match.ambiguous_steps, 0);
	ck_assert_double_eq_tol(match.precision_all, 2.0 / 5, 1e-12);
	ck_assert_double_eq_tol(match.precision_conclusions, 2.0 / 4, 1e-12);
	ck_assert_double_eq_tol(match.recall, 1, 1e-12);
	ck_assert(!match.exact);
	published_match_finish(&match);
	match = align(reference, F2F_COUNT(reference),
		"1. Tobin has 14 - 5 = 9 pears.\n2. Tobin has 9 - 3 = 6 pears.\n");
	ck_assert(match.exact);
	ck_assert_double_eq_tol(match.precision_all, 1, 1e-12);
	published_match_finish(&match);
	match = align(reference, F2F_COUNT(reference), "1. Tobin has 9 - 3 = 6 pears.");
	ck_assert(!match.exact);
	ck_assert_double_eq_tol(match.recall, 0.5, 1e-12);
	published_match_finish(&match);
	match = align(reference, F2F_COUNT(reference), "The answer is 6.");
	ck_assert(!match.exact);
	ck_assert_double_eq_tol(match.precision_all + match.recall, 0, 1e-12);
	ck_assert_double_eq_tol(match.precision_conclusions, 0, 1e-12);
	published_match_finish(&match);
}
END_TEST

START_TEST(a_step_that_could_be_two_conclusions_is_both) {
	const struct published_sentence reference[] = {bo,
		{.text = "So Boris has 8 + 3 = 11 plums.", NAMES("Boris"), FORMS("plum", "plums"),
			.conclusion = true}};
	struct published_match match = align(reference, 2, "1. Boris has 8 + 3 = 11 plums.");
	const size_t expected[] = {0, 1};
	ck_assert_uint_eq(match.match_count, 2);
	ck_assert_mem_eq(match.matches, expected, sizeof(expected));
	ck_assert_uint_eq(match.matched_steps, 1);
	ck_assert_uint_eq(match.ambiguous_steps, 1);
	published_match_finish(&match);
}
END_TEST

START_TEST(hostile_text_is_only_text) {
	enum { LONG = 1 << 20 };
	char *text = xmalloc(LONG + 1);
	static const char *const patterns[] = {"1. ", "\n1.", "(((", "1+", "= 1 ", "\n", "1", " ",
		"\n2. Bo 1+10=11 plums", "\xff\xfe. = 1"};
	for (size_t i = 0; i < F2F_COUNT(patterns); i++) {
		size_t length = strlen(patterns[i]);
		for (size_t at = 0; at < LONG; at++) {
			text[at] = patterns[i][at % length];
		}
		struct published_match match;
		published_align(&bo, 1, text, LONG, &match);
		ck_assert_uint_le(match.step_count, LONG / 4);
		published_match_finish(&match);
	}
	memset(text, 0, LONG);
	memcpy(text, "1. ", 3);
	memcpy(text + LONG - 24, "Bo has 16-5=11 plums", 20);
	struct published_match match;
	published_align(&bo, 1, text, LONG, &match);
	ck_assert_uint_eq(match.matched_steps, 1);
	published_match_finish(&match);
	published_align(NULL, 0, "1. One", 6, &match);
	ck_assert_uint_eq(match.match_count, 1);
	ck_assert(!match.exact);
	published_match_finish(&match);
	free(text);
}
END_TEST

/* What the published layout's reference proofs give when they are read as a model's text. */
struct tally {
	size_t proofs;
	size_t unambiguous;
	size_t conclusions;
	size_t matched;
};

struct names {
	VEC(const char *) items;
};

static void add_names(struct names *names, const json_t *list) {
	size_t i = 0;
	const json_t *item = NULL;
	json_array_foreach(list, i, item) {
		if (json_is_array(item)) {
			add_names(names, item);
		} else {
			vec_push(&names->items, json_string_value(item));
		}
	}
}

static void add_proof(const json_t *leaf, struct tally *tally) {
	const json_t *proof = json_object_get(leaf, "rt");
	size_t count = json_array_size(proof);
	struct published_sentence *reference = xcalloc(count, sizeof(*reference));
	struct names *names = xcalloc(2 * count, sizeof(*names));
	struct buf text = BUF_INIT(1 << 20);
	size_t conclusions = 0;
	for (size_t i = 0; i < count; i++) {
		const json_t *sentence = json_array_get(proof, i);
		const json_t *inst = json_object_get(sentence, "inst");
		add_names(&names[2 * i], json_object_get(inst, "agents"));
		add_names(&names[2 * i + 1], json_object_get(inst, "entities"));
		reference[i] = (struct published_sentence){
			.text = json_string_or(sentence, "text", ""),
			.agents = names[2 * i].items.items,
			.agent_count = names[2 * i].items.count,
			.forms = names[2 * i + 1].items.items,
			.form_count = names[2 * i + 1].items.count,
			.conclusion =
				strcmp(json_string_or(sentence, "type", ""), "conclusion") == 0,
			.relevant = json_is_true(json_object_get(sentence, "relevant")),
		};
		conclusions += reference[i].conclusion ? 1 : 0;
		buf_appendf(&text, "%zu. %s\n", i + 1, reference[i].text);
	}
	struct published_match match;
	published_align(reference, count, buf_str(&text), text.len, &match);
	ck_assert_uint_eq(match.step_count, count);
	tally->proofs++;
	tally->unambiguous += match.ambiguous_steps == 0 ? 1 : 0;
	tally->conclusions += conclusions;
	tally->matched += match.matched_steps;
	ck_assert_double_eq_tol(match.recall, 1, 1e-12);
	published_match_finish(&match);
	for (size_t i = 0; i < 2 * count; i++) {
		vec_finish(&names[i].items);
	}
	buf_finish(&text);
	free(names);
	free(reference);
}

static json_t *read_sample(void) {
	char *path = shared_path("words-paper/sample40.json.gz");
	if (path == NULL) {
		return NULL;
	}
	struct buf text = BUF_INIT(1 << 28);
	struct error err;
	json_t *problems = NULL;
	ck_assert(shared_gunzip(path, &text));
	ck_assert_msg(json_parse(text.data, text.len, &problems, &err) == 0, "%s", err.message);
	buf_finish(&text);
	free(path);
	return problems;
}

START_TEST(reference_proofs_match_themselves) {
	static const char *const families[] = {"disconnected", "connected"};
	static const char *const sizes[] = {"simple", "complex", "more_complex"};
	static const char *const settings[] = {"no_overlap", "entity_overlap", "agent_overlap",
		"agent_entity_overlap", "control"};
	json_t *problems = read_sample();
	struct tally base = {0};
	size_t i = 0;
	const json_t *problem = NULL;
	json_array_foreach(problems, i, problem) {
		add_proof(json_object_get(problem, "base"), &base);
	}
	printf("# base: %zu of %zu conclusions, %zu of %zu proofs unambiguous\n", base.matched,
		base.conclusions, base.unambiguous, base.proofs);
	ck_assert_uint_eq(base.matched, base.conclusions);
	for (size_t at = 0; at < 10 && problems != NULL; at++) {
		struct tally tally = {0};
		json_array_foreach(problems, i, problem) {
			const json_t *family = json_object_get(problem, families[at / 5]);
			for (size_t size = 0; size < 3; size++) {
				const json_t *cell = json_object_get(family, sizes[size]);
				add_proof(json_object_get(cell, settings[at % 5]), &tally);
			}
		}
		printf("# %s, %s: %zu of %zu conclusions, %zu of %zu proofs unambiguous\n",
			families[at / 5], settings[at % 5], tally.matched, tally.conclusions,
			tally.unambiguous, tally.proofs);
		ck_assert_uint_eq(tally.matched, tally.conclusions);
		ck_assert_uint_ge(tally.unambiguous * 100, tally.proofs * 85);
	}
	fflush(stdout);
	json_decref(problems);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("published_matcher");
	TCase *cases = tcase_create("published_matcher");
	tcase_set_timeout(cases, 60);
	tcase_add_test(cases, paraphrases_match_or_not_as_they_did);
	tcase_add_test(cases, sums_are_evaluated_strictly_from_left_to_right);
	tcase_add_test(cases, steps_are_what_follows_a_number_and_a_dot);
	tcase_add_test(cases, the_measures_of_the_worked_example);
	tcase_add_test(cases, a_step_that_could_be_two_conclusions_is_both);
	tcase_add_test(cases, hostile_text_is_only_text);
	tcase_add_test(cases, reference_proofs_match_themselves);
	suite_add_tcase(suite, cases);
	return unit_run(suite);
}
