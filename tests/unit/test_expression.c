#include "unit.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "logic/expression.h"
#include "logic/expression_token.h"

enum { MANY = 64 };

struct row {
	const char *text;
	const char *read; // as written by describe
};

/* "value(operands)" a side, "?" for no value, "large"; sides joined by =, unequal ones with a !,
 * equations by ;. A bare number stands for itself. */
static void describe(struct buf *out, const struct equation *equations, size_t count) {
	for (size_t i = 0; i < count; i++) {
		const struct equation *equation = &equations[i];
		buf_append_str(out, i > 0 ? "; " : "");
		for (size_t k = 0; k < equation->side_count; k++) {
			const struct expression *side = &equation->sides[k];
			buf_append_str(out, k > 0 ? " = " : "");
			if (side->evaluates) {
				rational_append(out, side->value);
			} else {
				buf_append_str(out, side->too_large ? "large" : "?");
			}
			if (side->evaluates && side->operator_count == 0) {
				continue;
			}
			for (size_t n = 0; n < side->operand_count; n++) {
				buf_append_str(out, n == 0 ? "(" : " ");
				rational_append(out, side->operands[n]);
			}
			buf_append_str(out, side->operand_count > 0 ? ")" : "");
		}
		buf_append_str(out, equation->equal ? "" : "!");
	}
}

static void check_spans(const struct equation *equations, size_t count, size_t length) {
	size_t last = 0;
	for (size_t i = 0; i < count; i++) {
		const struct equation *equation = &equations[i];
		ck_assert_msg(equation->start >= last && equation->start < equation->end,
			"equation %zu is %zu .. %zu after %zu", i, equation->start, equation->end,
			last);
		ck_assert(equation->end <= length && equation->side_count > 0);
		last = equation->start;
		for (size_t k = 0; k < equation->side_count; k++) {
			const struct expression *side = &equation->sides[k];
			ck_assert(side->start >= last && side->start < side->end);
			ck_assert(side->operand_count <= EXPRESSION_OPERANDS_MAX);
			last = side->end;
		}
		ck_assert_uint_eq(equation->sides[0].start, equation->start);
		ck_assert_uint_eq(equation->end, last);
	}
}

static size_t find(const char *text, size_t length, struct equation *out, size_t max) {
	char *exact = xmalloc(length > 0 ? length : 1); // so that a byte too far is seen
	memcpy(exact, text, length);
	size_t count = equations_find(exact, length, out, max);
	free(exact);
	check_spans(out, count, length);
	return count;
}

static void check_rows(const struct row *rows, size_t count) {
	struct equation *equations = xcalloc(MANY, sizeof(*equations));
	for (size_t i = 0; i < count; i++) {
		struct buf out = BUF_INIT(65536);
		size_t found = find(rows[i].text, strlen(rows[i].text), equations, MANY);
		describe(&out, equations, found);
		ck_assert_msg(strcmp(buf_str(&out), rows[i].read) == 0,
			"\"%s\" was read as \"%s\", not \"%s\"", rows[i].text, buf_str(&out),
			rows[i].read);
		buf_finish(&out);
	}
	free(equations);
}

#define CHECK_ROWS(...)                                                                            \
	do {                                                                                       \
		static const struct row rows_[] = {__VA_ARGS__};                                   \
		check_rows(rows_, F2F_COUNT(rows_));                                               \
	} while (0)

START_TEST(every_usual_operator_is_read) {
	CHECK_ROWS({"16 - 5 = 11", "11(16 5) = 11"}, {"16-5=11", "11(16 5) = 11"},
		{"16 − 5 = 11", "11(16 5) = 11"}, {"22 – 7 = 15", "15(22 7) = 15"},
		{"3 × 4 = 12", "12(3 4) = 12"}, {"3 · 4 = 12", "12(3 4) = 12"},
		{"3 ✕ 4 = 12", "12(3 4) = 12"}, {"3 * 4 = 12", "12(3 4) = 12"},
		{"3 x 4 = 12", "12(3 4) = 12"}, {"700x2= 1400", "1400(700 2) = 1400"},
		{"12 ÷ 4 = 3", "3(12 4) = 3"}, {"12 / 4 = 3", "3(12 4) = 3"},
		{"12 ∕ 4 = 3", "3(12 4) = 3"}, {"14 plus 9 = 23", "23(14 9) = 23"},
		{"14 minus 5 = 9", "9(14 5) = 9"}, {"3 times 7 = 21", "21(3 7) = 21"},
		{"3 multiplied by 7 = 21", "21(3 7) = 21"},
		{"21 divided by 7 = 3", "3(21 7) = 3"}, {"5 added to 14 = 19", "19(5 14) = 19"},
		{"2^3 = 8", "8(2 3) = 8"}, {"14 + -5 = 9", "9(14 -5) = 9"});
}
END_TEST

START_TEST(precedence_is_the_usual_one_and_division_exact) {
	CHECK_ROWS({"x = 2 + 3 × 4 = 14", "? = 14(2 3 4) = 14"},
		{"(2 + 3) * 4 = 20", "20(2 3 4) = 20"}, {"20 - 5 - 5 = 10", "10(20 5 5) = 10"},
		{"24 / 4 / 2 = 3", "3(24 4 2) = 3"}, {"7 / 2 = 3.5", "7/2(7 2) = 7/2"},
		{"2 * -(3 + 4)", "-14(2 3 4)"}, {"2(3 + 4) = 14", "14(2 3 4) = 14"},
		{"((14 - 5) * 2) = 18", "18(14 5 2) = 18"}, {"5 / 0 = 5", "?(5 0) = 5"},
		{"2^3^2", "512(2 3 2)"});
}
END_TEST

START_TEST(numbers_are_read_as_they_are_written) {
	CHECK_ROWS({"1,234 + 1 = 1,235", "1235(1234 1) = 1235"},
		{"1,234,567 and 12,34", "1234567; 12; 34"}, {"3, 4 and 14,9", "3; 4; 14; 9"},
		{"3.5 + .5 = 4", "4(7/2 1/2) = 4"}, {"That is 66.", "66"},
		{"$1,234.50 / 2", "2469/4(2469/2 2)"}, {"$90 - $180 = $-90", "-90(90 180) = -90"},
		{"-5 + 3 = -2", "-2(-5 3) = -2"}, {"2 1/2 cups", "5/2"}, {"2½ cups", "5/2"},
		{"version 1.2.3 at 10:30", ""}, {"the 1st, the 22nd, the second of them", ""},
		{"B12 and covid-19", ""}, {"84 / 12 = 7 dozen", "7(84 12) = 7"},
		{"$400 000 + $1 000", "401000(400000 1000)"}, {"5 120", "5; 120"},
		{"5 thousand", "5000"});
}
END_TEST

START_TEST(numbers_in_words_reach_ninety_nine_thousand) {
	CHECK_ROWS({"three plus four", "7(3 4)"}, {"twenty-one pears", "21"},
		{"Twenty one pears", "21"}, {"one hundred and five", "105"},
		{"two hundred thirty-four", "234"}, {"a hundred", "100"},
		{"ninety-nine thousand nine hundred and ninety-nine", "99999"},
		{"two and three", "2; 3"}, {"a dozen", "12"}, {"two dozen", "24"},
		{"half a dozen", "6"}, {"one pear", "1"}, {"no one has one of them", ""},
		{"each one, every one, that one", ""}, {"one by one, one can see", ""},
		{"hundreds of pears", ""}, {"someone's fourth pear", ""},
		{"zero pears plus nineteen", "19(0 19)"});
}
END_TEST

START_TEST(every_word_of_the_table_is_found) {
	const struct word_entry *entry = NULL;
	size_t count = 0;
	for (; (entry = word_at(count)) != NULL; count++) {
		ck_assert_msg(word_find(entry->text, strlen(entry->text)) == entry,
			"\"%s\" is not found", entry->text);
	}
	ck_assert(count > 100);
	ck_assert(word_find("ON", 2) == NULL && word_find("ones", 4) == NULL);
	ck_assert(word_find("ONE", 3) != NULL);
}
END_TEST

START_TEST(parts_and_multiples_are_products) {
	CHECK_ROWS({"half of 10 is 5", "5(1/2 10) = 5"}, {"1/2 of 10 = 5", "5(1 2 10) = 5"},
		{"(3)/(4) of 20", "15(3 4 20)"}, {"20% of 50 = 10", "10(1/5 50) = 10"},
		{"30% * 30 = 9", "9(3/10 30) = 9"}, {"twice 7 is 14", "14(2 7) = 14"},
		{"double 7 = 14", "14(2 7) = 14"}, {"triple 7", "21(3 7)"},
		{"two-thirds of 12 = 8", "8(2/3 12) = 8"}, {"a third of 12", "4(1/3 12)"},
		{"half of the 14 pears", "7(1/2 14)"}, {"half as many", "1/2"},
		{"twice as many as Bo", "2"}, {"to double it", ""},
		{"1/2 of the pears = 7", "?(1 2) = 7"},
		{"Half of Bo's pears is 40/2 = 20", "1/2; 20(40 2) = 20"},
		{"5 / 20 * 100 = 25%", "25(5 20 100) = 25"}, {"5 / 20 = 25%", "1/4(5 20) = 1/4"},
		{"3 times a day", "3"}, {"3 times a day * 5 days = 15", "15(3 5) = 15"},
		{"30 times for a total of 30 - 9 = 21", "30; 21(30 9) = 21"},
		{"the times it rang is 4 + 12 = 16", "16(4 12) = 16"},
		{"3 times Mira = 42", "?(3) = 42"}, {"2x = 10", "?(2) = 10"});
}
END_TEST

START_TEST(units_stand_between_numbers_and_signs) {
	CHECK_ROWS({"16 plums - 5 plums = 11 plums", "11(16 5) = 11"},
		{"16 pears − 5 pears = 11 pears", "11(16 5) = 11"},
		{"7 bags * 3 nuts per bag = 21 nuts", "21(7 3) = 21"},
		{"8 packs of cloths * $5 per pack of cloths = $40", "40(8 5) = 40"},
		{"6000 pounds / 2000 pounds/truck = 3 trucks", "3(6000 2000) = 3"},
		{"40 nickels x $0.10/nickel = $4.0", "4(40 1/10) = 4"},
		{"1600g + 1000g = 2600g", "2600(1600 1000) = 2600"},
		{"14 (Mira's) - 5 (Tobin's) = 9", "9(14 5) = 9"},
		{"Mira (14) - Tobin (5) = 9", "9(14 5) = 9"},
		{"Mira’s 14 pears + Tobin’s 5 pears = 19", "19(14 5) = 19"},
		{"14 pears, plus 5 more", "19(14 5)"}, {"Bo has 11 plums", "11"});
}
END_TEST

START_TEST(chains_keep_their_sides_in_words) {
	CHECK_ROWS({"Tobin = Mira - 5 = 14 - 5 = 9", "? = ?(5) = 9(14 5) = 9"},
		{"x = 16 - 5 = 11", "? = 11(16 5) = 11"}, {"11 = 16 - 5", "11 = 11(16 5)"},
		{"Mira + Tobin = 14 + 9 = 23", "? = 23(14 9) = 23"},
		{"Mira's pears = 14", "? = 14"}, {"(14 - 5 = 9)", "9(14 5) = 9"},
		{"2 * (3 + 4 = 14", "?(2 3 4) = 14"},
		{"5 fewer than Mira (14) → 14 − 5 = 9", "5; 14; 9(14 5) = 9"},
		{"plums = bags × plums per bag = 7 × 3 = 21", "? = ? = 21(7 3) = 21"},
		{"9 pears (14 - 5 = 9)", "9; 9(14 5) = 9"}, {"x + 5 = 14", "?(5) = 14"},
		{"7 bags with 3 nuts each is 7 * 3 = 21", "7; 3; 21(7 3) = 21"},
		{"[ {a{b} = 14", "? = 14"}, {"16 - 5 = ?", "11(16 5)"},
		{"16 - 5 =", "11(16 5)"}, {"16 - 5 = ___", "11(16 5) = ?"},
		{"14 - 5 == 9", "9(14 5) = 9"}, {"so 14 + 5 = 19, 19 + 2 = 21",
							"19(14 5) = 19; 21(19 2) = 21"},
		{"1=1=1=1=1=1=1=1=1=1", "1 = 1 = 1 = 1 = 1 = 1 = 1 = 1; 1 = 1"},
		{"She sells 3 bags of 7 = 21 nuts", "3; ?(7) = 21"}, {"x = y", ""});
}
END_TEST

START_TEST(is_and_gives_are_equals_signs_after_arithmetic_only) {
	CHECK_ROWS({"14 minus 5 is 9", "9(14 5) = 9"}, {"6 + 9 equals 15", "15(6 9) = 15"},
		{"6 + 9 is equal to 15", "15(6 9) = 15"}, {"14 - 5 gives 9", "9(14 5) = 9"},
		{"11 is 16 minus 5", "11 = 11(16 5)"}, {"14 - 5 → 9", "9(14 5) = 9"},
		{"14 minus 5, which is 9", "9(14 5) = 9"},
		{"3 * 7 nuts, making 21 nuts", "21(3 7) = 21"},
		{"If 14 - 5 is 3 more than 6", "9(14 5); 3; 6"}, {"14 is 14", "14; 14"},
		{"From 14 + 5 pears she gives 3", "19(14 5); 3"},
		{"From 14 + 5 pears Mira gives 3", "19(14 5); 3"},
		{"Bo has 5 is 3", "5; 3"},
		{"Four times their number is 12*4=48", "4; 48(12 4) = 48"}, {"14 → 9", "14; 9"});
}
END_TEST

START_TEST(unequal_sides_are_seen) {
	CHECK_ROWS({"16 - 5 = 12", "11(16 5) = 12!"}, {"14 - 5 is 8", "9(14 5) = 8!"},
		{"200 / 3 = 66.67", "200/3(200 3) = 6667/100!"},
		{"200 / 3 ≈ 66.67", "200/3(200 3) = 6667/100"},
		{"14 - 5 ~~ 9", "9(14 5) = 9"}, {"10 / 3 ≈ 3", "10/3(10 3) = 3"},
		{"10 / 3 ≈ 4", "10/3(10 3) = 4!"}, {"x = 9 = 14 - 4", "? = 9 = 10(14 4)!"});
}
END_TEST

START_TEST(hyphens_ranges_and_dashes_are_no_subtraction) {
	CHECK_ROWS({"a 16-year old and a 5-pack", "16; 5"}, {"5-10 pears", "5; 10"},
		{"3–4 days", "3; 4"}, {"He needs 16-5 pears", "11(16 5)"},
		{"Mira has 14 pears - so Tobin has 9", "14; 9"}, {"14 -- 5", "14; 5"},
		{"14 — 5", "14; 5"}, {"The price - 5 dollars", "5"},
		{"5 times as many as 3", "5; 3"}, {"3 times a day", "3"},
		{"5 and/or 6", "5; 6"}, {"5 < 6", "5; 6"}, {"- 5 pears", "5"},
		{"14 pears. - 5", "14; 5"});
}
END_TEST

START_TEST(what_is_too_large_is_said_to_be) {
	struct buf text = BUF_INIT(1 << 20);
	struct equation equations[4];
	for (int i = 0; i < 400; i++) {
		buf_append_char(&text, '7');
	}
	buf_append_str(&text, " + 1 = 8");
	size_t count = find(text.data, text.len, equations, 4);
	ck_assert_uint_eq(count, 1);
	ck_assert(equations[0].sides[0].too_large && !equations[0].sides[0].evaluates);
	ck_assert_uint_eq(equations[0].side_count, 2);
	ck_assert(equations[0].equal);
	buf_finish(&text);
	CHECK_ROWS({"9999999999 * 9999999999 = 5", "large(9999999999 9999999999) = 5"},
		{"1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1 = 17",
			"large(1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1) = 17"},
		{"7.1234567890123456789", "large"}, {"2^99", "large(2 99)"});
}
END_TEST

START_TEST(a_megabyte_of_anything_is_read_in_one_go) {
	static const char *const pieces[] = {"(", "1+", "=", "- ", "x ", "x - 5 ", "1 ", "2(",
		"twenty ", "half of ", "(a ", "1 is ", "~", "one hundred and ", "5, plus ", ",000",
		"5/", "3 bags of ", "1 (a) ", "x = ", "\xe2\x88", ".", "-", "5-"};
	enum { SIZE = 1 << 20 };
	struct equation *equations = xcalloc(MANY, sizeof(*equations));
	for (size_t i = 0; i < F2F_COUNT(pieces); i++) {
		struct buf text = BUF_INIT(SIZE + 64);
		while (text.len < SIZE) {
			buf_append_str(&text, pieces[i]);
		}
		find(text.data, text.len, equations, MANY);
		/* With nothing kept the whole text is walked through. */
		size_t from = 0;
		struct equation one;
		for (int rounds = 0; rounds < 1000 && equations_find(text.data + from,
						      text.len - from, &one, 1) > 0;
			rounds++) {
			from += one.end;
		}
		buf_finish(&text);
	}
	free(equations);
}
END_TEST

START_TEST(no_more_than_asked_for_are_found_and_nothing_in_nothing) {
	struct equation equations[3];
	ck_assert_uint_eq(find("1, 2, 3, 4", 10, equations, 3), 3);
	ck_assert_uint_eq(find("5-10", 4, equations, 1), 1);
	ck_assert_uint_eq(find("3 is 4", 6, equations, 1), 1);
	ck_assert_uint_eq(find("", 0, equations, 3), 0);
	ck_assert_uint_eq(find("16 - 5 = 11", 11, equations, 0), 0);
	ck_assert_uint_eq(find("16 - 5 = 11", 6, equations, 3), 1);
	ck_assert_uint_eq(equations[0].side_count, 1);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("expression");
	TCase *tcase = tcase_create("expression");
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, every_usual_operator_is_read);
	tcase_add_test(tcase, precedence_is_the_usual_one_and_division_exact);
	tcase_add_test(tcase, numbers_are_read_as_they_are_written);
	tcase_add_test(tcase, numbers_in_words_reach_ninety_nine_thousand);
	tcase_add_test(tcase, every_word_of_the_table_is_found);
	tcase_add_test(tcase, parts_and_multiples_are_products);
	tcase_add_test(tcase, units_stand_between_numbers_and_signs);
	tcase_add_test(tcase, chains_keep_their_sides_in_words);
	tcase_add_test(tcase, is_and_gives_are_equals_signs_after_arithmetic_only);
	tcase_add_test(tcase, unequal_sides_are_seen);
	tcase_add_test(tcase, hyphens_ranges_and_dashes_are_no_subtraction);
	tcase_add_test(tcase, what_is_too_large_is_said_to_be);
	tcase_add_test(tcase, a_megabyte_of_anything_is_read_in_one_go);
	tcase_add_test(tcase, no_more_than_asked_for_are_found_and_nothing_in_nothing);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
