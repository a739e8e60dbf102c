#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "logic/program.h"
#include "unit.h"

static struct program parse(const char *text) {
	struct program program;
	struct error err;
	int rc = program_parse(text, strlen(text), &program, &err);
	ck_assert_msg(rc == 0, "%s", rc == 0 ? "" : err.message);
	return program;
}

static char *write(const struct program *program) {
	struct buf text = BUF_INIT(1 << 22);
	program_write(program, &text);
	ck_assert(!text.overflow);
	return buf_detach(&text);
}

static bool same_key(const struct program *a, struct key x, const struct program *b, struct key y) {
	return strcmp(a->agents[x.agent], b->agents[y.agent]) == 0 &&
	       strcmp(a->nouns[x.noun].singular, b->nouns[y.noun].singular) == 0 &&
	       strcmp(a->nouns[x.noun].plural, b->nouns[y.noun].plural) == 0 &&
	       x.version == y.version;
}

/* Names may be numbered in another order. */
static bool same_fact(const struct program *a, const struct fact *x, const struct program *b,
	const struct fact *y) {
	bool same = x->form == y->form && x->kind == y->kind && x->other_kind == y->other_kind &&
		    x->key_count == y->key_count && rational_equal(x->quantity, y->quantity);
	for (size_t i = 0; same && i < x->key_count; i++) {
		same = same_key(a, x->keys[i], b, y->keys[i]);
	}
	return same && (x->form != FACT_PART_WHOLE ||
			       strcmp(a->nouns[x->whole].singular,
				       b->nouns[y->whole].singular) == 0);
}

static void expect_round_trip(const struct program *program) {
	char *text = write(program);
	struct program again = parse(text);
	ck_assert_uint_eq(again.fact_count, program->fact_count);
	for (size_t i = 0; i < again.fact_count; i++) {
		ck_assert_msg(same_fact(program, &program->facts[i], &again, &again.facts[i]),
			"fact %zu of\n%s", i, text);
	}
	ck_assert_msg(same_fact(program, &program->goal, &again, &again.goal), "%s", text);
	ck_assert(program->goal_ground == again.goal_ground);
	char *second = write(&again);
	ck_assert_str_eq(text, second);
	program_finish(&again);
	free(second);
	free(text);
}

START_TEST(every_form_is_written_as_it_is_read) {
	static const char text[] =
		"noun(pear, pears).\n"
		"noun(nut, nuts).\n"
		"noun(bag, bags).\n"
		"noun(ox, oxen).\n"
		"container(Mira/pear, 14).\n"
		"container(\"Mira, the (1/2) @home? #\\\"1\\\" \\\\\"/pear, -3/4).\n"
		"comparison(less, Tobin/pear, Mira/pear, 5).\n"
		"comparison(fraction, Tobin’s boss/ox, Mira/ox, 1/2).\n"
		"equality(more, A/nut, B/nut, less, C/nut, D/nut).\n"
		"equality(times, A/nut, B/nut, fraction, C/nut, D/nut).\n"
		"transfer(Ula/pear, Tobin/pear, 3).\n"
		"transfer(Tobin/pear, Ula/pear@7, 0).\n"
		"rate(Eli/bag, nut@2, 4).\n"
		"container(Tobin/pear@1, 9).\n"
		"container(Tobin/pear, 9).\n"
		"goal whole(fruit, Mira/pear, Tobin/pear@0, 12).\n";
	struct program program = parse(text);
	char *written = write(&program);
	// the whole's noun is new with the goal
	char *expected = xasprintf("%.*snoun(fruit, fruits).\n%s",
		(int)(strstr(text, "container") - text), text, strstr(text, "container"));
	ck_assert_str_eq(written, expected);
	ck_assert(program.goal_ground);
	ck_assert_str_eq(program.nouns[program.facts[3].keys[0].noun].plural, "oxen");
	ck_assert_uint_eq(program.facts[7].keys[0].version, 1);
	ck_assert_uint_eq(program.facts[7].keys[1].version, 7);
	ck_assert_uint_eq(program.facts[10].keys[0].version, 2);
	ck_assert_uint_eq(program.goal.keys[1].version, 0);
	expect_round_trip(&program);
	program_finish(&program);
	free(expected);
	free(written);
}
END_TEST

START_TEST(layout_does_not_matter) {
	struct program tight = parse("goal container(Tobin/pear,?)\ncontainer(Mira/pear,14)\n"
				     "transfer(Tobin/pear,Mira/pear,3)");
	struct program wide = parse("# a comment\r\nnoun ( pear , pears )\r\n \t container ( Mira "
				    "/ pears , 14 ) .  # and another\r\n"
				    "transfer( Tobin/ pear ,\tMira /pear,3.0 ).\r\n"
				    "  goal  container(Tobin/pear, ? ) . \r\n\n");
	ck_assert_uint_eq(tight.fact_count, 2);
	ck_assert_uint_eq(wide.fact_count, 2);
	for (size_t i = 0; i < 2; i++) {
		ck_assert(same_fact(&tight, &tight.facts[i], &wide, &wide.facts[i]));
	}
	// a goal asks about the end, also when it is written first
	ck_assert_uint_eq(tight.goal.keys[0].version, 1);
	ck_assert(same_fact(&tight, &tight.goal, &wide, &wide.goal));
	ck_assert(!tight.goal_ground && !wide.goal_ground);
	expect_round_trip(&tight);
	program_finish(&tight);
	program_finish(&wide);
}
END_TEST

START_TEST(a_noun_that_is_another_ones_plural_stays_itself) {
	struct program program = parse("noun(glass, glasses).\nnoun(glasses, glasses).\n"
				       "container(A/glasses, 1).\ncontainer(A/glass, 2).\n"
				       "goal container(A/glass, ?).\n");
	ck_assert_uint_ne(program.facts[0].keys[0].noun, program.facts[1].keys[0].noun);
	expect_round_trip(&program);
	program_finish(&program);
}
END_TEST

START_TEST(plurals_are_formed_regularly) {
	static const char *const words[][2] = {{"pear", "pears"}, {"cherry", "cherries"},
		{"toy", "toys"}, {"box", "boxes"}, {"peach", "peaches"}, {"dish", "dishes"},
		{"glass", "glasses"}, {"y", "ys"}, {"", "s"}, {"pear tree", "pear trees"}};
	for (size_t i = 0; i < F2F_COUNT(words); i++) {
		char *plural = noun_plural(words[i][0]);
		ck_assert_str_eq(plural, words[i][1]);
		free(plural);
	}
}
END_TEST

/* A name of anything that a name may be made of. */
static const char *random_name(uint32_t *state, char *name) {
	static const char *const pieces[] = {"a", "Bo", " ", "/", "@", "\"", "\\", "(", ")", ",",
		"#", "?", ".", "’s", "\t", "goal ", "noun(", "3", "-", "é", "\f", "\v"};
	name[0] = '\0';
	for (size_t i = 0, count = 1 + (*state >> 9) % 6; i < count; i++) {
		*state = *state * 1664525u + 1013904223u;
		strcat(name, pieces[(*state >> 16) % F2F_COUNT(pieces)]);
	}
	return name;
}

START_TEST(any_names_survive_the_readable_form) {
	uint32_t state = 1;
	char name[64];
	for (int round = 0; round < 2000; round++) {
		struct program program;
		program_init(&program);
		for (int i = 0; i < 5; i++) {
			(void)program_agent(&program, random_name(&state, name));
			(void)program_noun(&program, random_name(&state, name), NULL);
		}
		for (int i = 0; i < 6; i++) {
			state = state * 1664525u + 1013904223u;
			uint32_t draw = state >> 8;
			struct fact fact = {.form = (enum fact_form)(draw % 5),
				.key_count = draw % 5 == 2 ? 4 : draw % 5 == 0 ? 1 : 2};
			fact.quantity.denominator = 1;
			for (size_t k = 0; k < fact.key_count; k++) {
				fact.keys[k].agent =
					(uint16_t)((draw + k * 3) % program.agent_count);
				fact.keys[k].noun = (uint16_t)((draw >> 3) % program.noun_count);
			}
			bool same_agent = fact.keys[0].agent == fact.keys[1].agent;
			if (fact.form == FACT_RATE) {
				fact.keys[1].agent = fact.keys[0].agent;
				fact.keys[1].noun = (uint16_t)((fact.keys[0].noun + 1) %
							       program.noun_count);
			}
			program_date(&program, &fact);
			if ((fact.form != FACT_TRANSFER || !same_agent) &&
				(fact.form != FACT_RATE || program.noun_count > 1)) {
				program_add(&program, &fact);
			}
		}
		program.goal = (struct fact){
			.form = FACT_PART_WHOLE, .key_count = 2, .quantity = {0, 1}};
		program.goal.keys[1].agent = (uint16_t)(program.agent_count - 1);
		program_date(&program, &program.goal);
		expect_round_trip(&program);
		program_finish(&program);
	}
}
END_TEST

static void expect_error(const char *text, size_t length, const char *message) {
	struct program program;
	memset(&program, 0x5a, sizeof(program));
	struct program before = program;
	struct error err = {0};
	int rc = program_parse(text, length, &program, &err);
	ck_assert_msg(rc == ERROR_INPUT, "accepted, for %s", message);
	ck_assert_msg(strstr(err.message, message) != NULL, "\"%s\" is not in \"%s\"", message,
		err.message);
	ck_assert_mem_eq(&program, &before, sizeof(program));
}

START_TEST(errors_name_the_line_and_the_reason) {
#define GOAL "goal container(A/n, ?).\n"
	static const struct {
		const char *text;
		const char *message;
	} wrong[] = {
		{"", "no goal"},
		{"container(A/n, 1).\n", "no goal"},
		{GOAL GOAL, "line 2: a second goal"},
		{GOAL "\n# fine\ncontains(A/n, 1).", "line 4: expected container, comparison"},
		{GOAL "container(A/n, 1). x", "line 2: unexpected text at \"x\""},
		{GOAL "container(A/n, 1", "line 2: expected \")\" at its end"},
		{GOAL "container(A/n 1)", "line 2: expected \",\""},
		{GOAL "container(A, 1)", "line 2: expected \"/\" at \", 1)\""},
		{GOAL "container(/n, 1)", "line 2: expected a name"},
		{GOAL "container(A/, 1)", "line 2: expected a name"},
		{GOAL "container(\"\"/n, 1)", "line 2: an empty name"},
		{GOAL "container(\"A/n, 1)", "line 2: a quote is not closed"},
		{GOAL "container(\"A\\", "line 2: a quote is not closed"},
		{GOAL "container(A/n, ?)", "line 2: expected a number"},
		{GOAL "container(A/n, one)", "line 2: expected a number of at most 18 digits at "
					     "\"one)\""},
		{GOAL "container(A/n, 1/0)", "line 2: expected a number"},
		{GOAL "container(A/n, 1e5)", "line 2: expected"},
		{GOAL "container(A/n, --1)", "line 2: expected a number"},
		{GOAL "container(A/n@, 1)", "line 2: expected a version"},
		{GOAL "container(A/n@-1, 1)", "line 2: expected a version"},
		{GOAL "container(A/n@4097, 1)", "line 2: a version over 4096"},
		{GOAL "container(A/n@99999999999999999999, 1)", "line 2: a version over 4096"},
		{GOAL "comparison(fewer, A/n, B/n, 1)",
			"line 2: expected more, less, times or fraction at \"fewer"},
		{GOAL "comparison(times, A/n, B/n, 0)", "line 2: a ratio of 0"},
		{GOAL "comparison(fraction, A/n, B/n, 0.00)", "line 2: a ratio of 0"},
		{GOAL "comparison(more, A/n, 1)", "line 2: expected \"/\""},
		{GOAL "equality(more, A/n, B/n, times, C/n, D/n)",
			"line 2: an equality is of two differences or of two ratios"},
		{GOAL "equality(more, A/n, B/n, more, C/n, D/n, 1)", "line 2: expected \")\""},
		{GOAL "transfer(A/n, B/m, 1)",
			"line 2: a transfer is of one noun between two agents"},
		{GOAL "transfer(A/n, A/n, 1)",
			"line 2: a transfer is of one noun between two agents"},
		{GOAL "rate(A/n, n, 1)", "line 2: a rate is between two nouns"},
		{GOAL "rate(A/n, B/m, 1)", "line 2: expected \",\""},
		{GOAL "whole(n, A/n, B/n, 1)", "line 2: a whole can only be a goal"},
		{GOAL "noun(n, ns)", "line 2: a noun is declared twice, or after its first use"},
		{GOAL "noun(m)", "line 2: expected \",\""},
		{"goal transfer(A/n, B/n, 1)", "line 1: a goal is a container, a comparison or "
					       "a whole"},
		{"goal whole(n, A/n, ?)", "line 1: a whole of less than 2 parts"},
		{"goal whole(n, A/n, A/n, A/n, A/n, A/n, A/n, A/n, A/n, A/n, ?)",
			"line 1: more than 8 parts"},
		{"goal", "line 1: expected"},
		{"goal noun(a, b)", "line 1: expected container"},
		{"\xef\xbb\xbf" GOAL, "line 1: expected container"},
		{GOAL "container(\xff/n, 1)", "not UTF-8"},
	};
	for (size_t i = 0; i < F2F_COUNT(wrong); i++) {
		expect_error(wrong[i].text, strlen(wrong[i].text), wrong[i].message);
	}
}
END_TEST

/* `count` lines of the format, which takes the line's number. */
static char *lines(const char *format, size_t count) {
	struct buf text = BUF_INIT(1 << 24);
	for (size_t i = 0; i < count; i++) {
		for (const char *at = format; *at != '\0'; at++) {
			if (*at == '%') {
				buf_appendf(&text, "%zu", i);
			} else {
				buf_append_char(&text, *at);
			}
		}
		buf_append_char(&text, '\n');
	}
	return buf_detach(&text);
}

START_TEST(hostile_programs_are_refused_in_time) {
	static const struct {
		const char *format;
		size_t count;
		const char *message;
	} many[] = {
		{"container(A/n, %).", 70000, "line 4097: more than 4096 facts"},
		{"container(A%/n, 1).", 70000, "line 4097: more than 4096"},
		{"container(A/n%, 1).", 70000, "line 4097: more than 4096"},
		{"noun(n%, m%).", 70000, "line 4097: more than 4096 nouns"},
		{"transfer(A/n, B/n, 1).", 70000, "line 4097: more than 4096 facts"},
		{"equality(more, A%/n, B%/n, more, C%/n, D%/n).", 70000, "more than 4096 agents"},
		{"# comment %", 70000, "no goal"},
		{"", 70000, "no goal"},
	};
	for (size_t i = 0; i < F2F_COUNT(many); i++) {
		char *text = lines(many[i].format, many[i].count);
		expect_error(text, strlen(text), many[i].message);
		free(text);
	}
	static const char *const fills[] = {"x", "(", "\"", "\\", "container(", " ", "1", "é", "#"};
	for (size_t i = 0; i < F2F_COUNT(fills); i++) {
		struct buf text = BUF_INIT(1 << 22);
		while (text.len < 1 << 20) {
			buf_append_str(&text, fills[i]);
		}
		expect_error(text.data, text.len, "line 1: longer than 8192 bytes");
		buf_truncate(&text, 8000);
		struct program program;
		struct error err;
		ck_assert_int_eq(
			program_parse(text.data, text.len, &program, &err), ERROR_INPUT);
		buf_finish(&text);
	}
	expect_error("container(A\0B/n, 1).", 20, "line 1: a NUL byte");
	expect_error("\0", 1, "line 1: a NUL byte");
	expect_error("goal container(A/n, ?).\n\0\n", 26, "line 2: a NUL byte");
	char *digits = xmalloc(401);
	memset(digits, '9', 400);
	digits[400] = '\0';
	static const char *const numbers[] = {"container(A/n, D)", "container(A/n, 1/D)",
		"container(A/n, 0.D)", "container(A/n, -D)", "container(A/n@D, 1)"};
	for (size_t i = 0; i < F2F_COUNT(numbers); i++) {
		const char *at = strchr(numbers[i], 'D');
		char *text =
			xasprintf("%.*s%s%s", (int)(at - numbers[i]), numbers[i], digits, at + 1);
		expect_error(text, strlen(text), i == 4 ? "line 1: a version over" :
							  "line 1: expected a number");
		free(text);
	}
	// a name of 400 bytes is too long; the reason is cut, not overrun
	char *text = xasprintf("container(%s/n, 1).", digits);
	expect_error(text, strlen(text), "line 1: a name is too long");
	free(text);
	text = xasprintf("container(\"%s\"/n, 1).", digits);
	expect_error(text, strlen(text), "line 1: a name is too long");
	free(text);
	free(digits);
}
END_TEST

START_TEST(the_largest_program_is_read_and_written) {
	char *facts = lines("transfer(A/n, B/n, %).", 4096);
	char *text = xasprintf("%sgoal container(A/n, ?).\n", facts);
	struct program program = parse(text);
	ck_assert_uint_eq(program.fact_count, PROGRAM_FACTS_MAX);
	ck_assert_uint_eq(program.goal.keys[0].version, 4096);
	expect_round_trip(&program);
	program_finish(&program);
	free(text);
	free(facts);
}
END_TEST

START_TEST(cut_short_anywhere_it_is_an_error_or_a_program) {
	static const char text[] =
		"noun(pear, pears).\ncontainer(\"Mira \\\"x\\\"\"/pear@1, -14/3).\n"
		"equality(more, A/nut, B/nut, less, C/nut, D/nut).\n"
		"rate(Eli/bag, nut@2, 4.25).\ngoal whole(fruit, A/nut, B/nut, ?).\n";
	size_t read = 0;
	for (size_t length = 0; length <= sizeof(text) - 1; length++) {
		struct program program;
		struct error err;
		char *copy = xmalloc(length + 1); // of its exact size, for the sanitizer
		memcpy(copy, text, length);
		copy = xrealloc(copy, length > 0 ? length : 1);
		if (program_parse(copy, length, &program, &err) == 0) {
			read++;
			program_finish(&program);
		}
		free(copy);
	}
	ck_assert_uint_eq(read, 3); // with and without dot and line end
}
END_TEST

int main(void) {
	Suite *suite = suite_create("program");
	TCase *cases = tcase_create("program");
	tcase_set_timeout(cases, 30);
	tcase_add_test(cases, every_form_is_written_as_it_is_read);
	tcase_add_test(cases, layout_does_not_matter);
	tcase_add_test(cases, a_noun_that_is_another_ones_plural_stays_itself);
	tcase_add_test(cases, plurals_are_formed_regularly);
	tcase_add_test(cases, any_names_survive_the_readable_form);
	tcase_add_test(cases, errors_name_the_line_and_the_reason);
	tcase_add_test(cases, hostile_programs_are_refused_in_time);
	tcase_add_test(cases, the_largest_program_is_read_and_written);
	tcase_add_test(cases, cut_short_anywhere_it_is_an_error_or_a_program);
	suite_add_tcase(suite, cases);
	return unit_run(suite);
}
