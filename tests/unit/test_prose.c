#include "unit.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "logic/prose.h"

struct row {
	const char *reply;
	const char *sentences; // joined by " | "; " || " where a paragraph begins
};

/* What every reading must be: offsets that rise and stay inside, bytes that are the reply's own
 * unless they stand for LaTeX or white space, sentences in order, trimmed, with something in
 * them. */
static void check_reading(const struct prose *prose, const char *reply, size_t length) {
	ck_assert_uint_eq(strlen(prose->text), prose->length);
	ck_assert_uint_eq(prose->origin[prose->length], length);
	size_t last = 0;
	for (size_t i = 0; i < prose->length; i++) {
		size_t origin = prose->origin[i];
		char c = prose->text[i];
		ck_assert(origin >= last && origin < length);
		last = origin;
		ck_assert((unsigned char)c >= ' ' || c == '\n');
		if (c == reply[origin] || c == ' ' || c == '\n') {
			continue;
		}
		bool latex = reply[origin] == '\\' || reply[origin] == '{' ||
			     reply[origin] == '}' || c == '/';
		ck_assert_msg(latex, "byte %zu is %d, and %d in the reply", i, c, reply[origin]);
	}
	size_t end = 0;
	size_t paragraph = 0;
	for (size_t i = 0; i < prose->sentence_count; i++) {
		const struct sentence *sentence = &prose->sentences[i];
		ck_assert(sentence->start >= end && sentence->start < sentence->end);
		ck_assert(sentence->end <= prose->length && sentence->paragraph >= paragraph);
		end = sentence->end;
		paragraph = sentence->paragraph;
		char first = prose->text[sentence->start];
		char final = prose->text[end - 1];
		ck_assert(first != ' ' && first != '\n' && final != ' ' && final != '\n');
		size_t from = 0;
		size_t to = 0;
		prose_span(prose, sentence->start, sentence->end, &from, &to);
		ck_assert(from < to && to <= length);
	}
}

static void read(struct prose *prose, const char *reply, size_t length) {
	char *exact = xmalloc(length > 0 ? length : 1);
	memcpy(exact, reply, length);
	prose_read(prose, exact, length);
	check_reading(prose, exact, length);
	free(exact);
}

static void check_rows(const struct row *rows, size_t count) {
	for (size_t i = 0; i < count; i++) {
		struct prose prose;
		struct buf out = BUF_INIT(65536);
		read(&prose, rows[i].reply, strlen(rows[i].reply));
		for (size_t k = 0; k < prose.sentence_count; k++) {
			const struct sentence *s = &prose.sentences[k];
			if (k > 0) {
				bool same = s->paragraph == prose.sentences[k - 1].paragraph;
				buf_append_str(&out, same ? " | " : " || ");
			}
			buf_append(&out, prose.text + s->start, s->end - s->start);
		}
		ck_assert_msg(strcmp(buf_str(&out), rows[i].sentences) == 0,
			"\"%s\" was cut as \"%s\", not \"%s\"", rows[i].reply, buf_str(&out),
			rows[i].sentences);
		buf_finish(&out);
		prose_finish(&prose);
	}
}

#define CHECK_ROWS(...)                                                                            \
	do {                                                                                       \
		static const struct row rows_[] = {__VA_ARGS__};                                   \
		check_rows(rows_, F2F_COUNT(rows_));                                               \
	} while (0)

START_TEST(sentences_end_at_stops_and_not_at_other_dots) {
	CHECK_ROWS({"Bo has 5. Ula has 3.", "Bo has 5. | Ula has 3."},
		{"Mr. Bo has 3.5 pears.", "Mr. Bo has 3.5 pears."},
		{"So? Yes! Good.", "So? | Yes! | Good."}, {"Use 1.2.3 here.", "Use 1.2.3 here."},
		{"J. Bo has 5.", "J. Bo has 5."}, {"No. 5 is Bo.", "No. 5 is Bo."},
		{"Is it? No. Bo has 5.", "Is it? | No. | Bo has 5."},
		{"At 8 a.m. he ate, e.g. Pears.", "At 8 a.m. he ate, e.g. Pears."},
		{"5 oz. of it", "5 oz. of it"},
		{"He ate 5 oz. Then more.", "He ate 5 oz. | Then more."},
		{"He said \"So.\" Then", "He said \"So.\" | Then"}, {"well... so", "well... so"},
		{"one; two", "one; | two"}, {"14 - 5 = ? so 9", "14 - 5 = ? so 9"}, {"", ""},
		{"...", ""}, {"“So.” Then", "“So.” | Then"});
}
END_TEST

START_TEST(lines_end_sentences_unless_they_merely_wrap) {
	CHECK_ROWS({"Bo has 5\nUla has 3", "Bo has 5 || Ula has 3"},
		{"Bo has\n5 pears", "Bo has\n5 pears"},
		{"Bo has 5\nand Ula 3", "Bo has 5\nand Ula 3"},
		{"Bo has 5,\nUla 3", "Bo has 5,\nUla 3"}, {"14 - 5\n= 9", "14 - 5\n= 9"},
		{"14 +\n5", "14 +\n5"}, {"14\n× 5", "14\n× 5"},
		{"Tobin's pears:\n14 - 5 = 9", "Tobin's pears:\n14 - 5 = 9"},
		{"First:\nBo has 5", "First: || Bo has 5"}, {"Bo has 5\n\nand", "Bo has 5 || and"},
		{"Bo has 5.\r\nUla has 3.\r\n", "Bo has 5. || Ula has 3."},
		{"The answer is\n9.", "The answer is\n9."},
		{"14 + 5\n+ 60 = 79", "14 + 5\n+ 60 = 79"}, {"14\n- 5 = 9", "14\n- 5 = 9"},
		{"14\n- 14 - 5 = 9\n- 9 - 3 = 6", "14 || 14 - 5 = 9 || 9 - 3 = 6"},
		{"- 5 = 5\n- 9 = 9", "5 = 5 || 9 = 9"});
}
END_TEST

START_TEST(list_marks_begin_sentences_and_go) {
	CHECK_ROWS({"1. Bo has 5\n2. Ula has 3", "Bo has 5 || Ula has 3"},
		{"1) Bo has 5\n(2) Ula has 3", "Bo has 5 || Ula has 3"},
		{"- Bo\n* Ula\n• Mira\n+ Ed", "Bo || Ula || Mira || Ed"},
		{"a) Bo\n(b) Ula\n(iv) Ed", "Bo || Ula || Ed"},
		{"Step 3: Bo\nStep 4 - Ula\nStep 5\nEd", "Bo || Ula || Ed"},
		{"**Step 1:** Bo\n**Step 2: Ula**\n### Step 3\nEd", "Bo || Ula || Ed"},
		{"**1.** Bo\n**2. Ula**\n3.Mira", "Bo || Ula || Mira"},
		{"  - 1. **Bo** has 5", "Bo has 5"}, {"Step 3 is next", "Step 3 is next"},
		{"(14) - 5 = 9", "(14) - 5 = 9"}, {"3.5 pears", "3.5 pears"},
		{"Bo has 5,\n- Ula has 3", "Bo has 5, || Ula has 3"}, {"\\item Bo", "Bo"},
		{"12. Bo has 2. Ula", "Bo has 2. | Ula"}, {"1234. Bo", "1234. | Bo"});
}
END_TEST

START_TEST(items_inside_a_line_count_when_they_run_on_from_one) {
	CHECK_ROWS({"1. Bo has 5. 2. Ula has 3. 3. Ed", "Bo has 5. || Ula has 3. || Ed"},
		{"Steps: 1. Bo has 5. 2. Ula has 3.", "Steps: || Bo has 5. || Ula has 3."},
		{"(1) Bo has 5. (2) Ula has 3.", "Bo has 5. || Ula has 3."},
		{"Bo has 5. 2. Ula has 3.", "Bo has 5. | 2. | Ula has 3."},
		{"Bo has 1. Ula has 2. Ed", "Bo has 1. | Ula has 2. | Ed"},
		{"1. Bo has 2. Ula has 3.", "Bo has 2. | Ula has 3."},
		{"1. Bo has 5. 3. Ula", "Bo has 5. | 3. | Ula"});
}
END_TEST

START_TEST(markdown_goes_and_its_words_stay) {
	CHECK_ROWS({"**Bo** has *five* `pears`", "Bo has five pears"},
		{"__Bo__ has _five_ ~~six~~ ***pears***", "Bo has five six pears"},
		{"# Bo\nhas 5", "Bo || has 5"}, {"> Bo has 5\n> pears", "Bo has 5\npears"},
		{"```\n14 - 5 = 9\n```\nSo", "14 - 5 = 9 || So"}, {"Bo\n---\nUla", "Bo || Ula"},
		{"| Bo | 5 |\n|----|---|\n| Ula | 3 |", "Bo | 5 || Ula | 3"},
		{"3 * 4 = 12, 3*4*2", "3 * 4 = 12, 3*4*2"}, {"2**3 and 2 ** 3", "2**3 and 2 ** 3"},
		{"16 - 5 = **11**", "16 - 5 = 11"},
		{"16 - 5 = **11 pears**.", "16 - 5 = 11 pears."}, {"14 ~~ 9", "14 ~~ 9"},
		{"a_b and = ___", "a_b and = ___"}, {"*Bo", "*Bo"},
		{"(*Bo*) “so” ‘it’", "(Bo) “so” ‘it’"}, {"Bo<br>Ula<b>5</b>", "Bo || Ula5"},
		{"see [this](https://a.b/c) now", "see [this now"}, {"5 < 6 > 3", "5 < 6 > 3"},
		{"5\\* and 6\\_", "5* and 6_"},
		{"a\tb\001c\x7f"
		 "d",
			"a b c d"});
}
END_TEST

START_TEST(latex_becomes_what_it_means) {
	CHECK_ROWS({"\\(14 - 5 = 9\\)", "14 - 5 = 9"}, {"$14 - 5$ is $9$", "14 - 5 is 9"},
		{"It costs $5 and $10.", "It costs 5 and 10."},
		{"3 \\times 4 \\cdot 2 \\div 6", "3 × 4 · 2 ÷ 6"},
		{"\\frac{3}{4} of \\dfrac{\\frac{1}{2}}{3}", "(3)/(4) of ((1)/(2))/(3)"},
		{"\\frac12", "1/2"}, {"\\text{Bo} = \\boxed{9}", "Bo = 9"},
		{"\\mathrm{Bo}\\,\\textbf{has}\\;\\quad 5", "Bo has 5"},
		{"5\\% of \\$20 \\& \\#3", "5% of 20 & #3"},
		{"\\left(3 + 4\\right) \\approx 7", "(3 + 4) ≈ 7"}, {"1{,}234", "1,234"},
		{"\\begin{align}x &= 14 - 5 \\\\ &= 9 \\\\ y &= 3\\end{align}",
			"x = 14 - 5 = 9 | y = 3"},
		{"\\begin{array}{cc}1 & 2\\\\3 & 4\\end{array}", "1 | 2 | 3 | 4"},
		{"x = 9 \\tag{1}", "x = 9"}, {"\\alpha + 5", "alpha + 5"},
		{"\\\\(14 - 5\\\\)", "14 - 5"}, {"{a: 5}", "{a: 5}"}, {"a & b", "a & b"},
		{"\\sqrt{9}", "s9"});
}
END_TEST

START_TEST(displayed_maths_stays_in_its_sentence) {
	CHECK_ROWS({"So Bo has\n\n\\[\n14 - 5 = 9\n\\]\n\npears. Ula",
			   "So Bo has 14 - 5 = 9 pears. | Ula"},
		{"Bo:\n$$14 - 5 = 9$$\nUla", "Bo: 14 - 5 = 9 || Ula"},
		{"Good.\n\\[14 - 5 = 9\\]", "Good. || 14 - 5 = 9"},
		{"\\[14 - 5 = 9\\text{ nuts}\\]\n\\[1 + 2\\]", "14 - 5 = 9 nuts || 1 + 2"},
		{"\\[14 - 5\n\nBo\n\nUla has", "14 - 5 || Bo || Ula has"});
}
END_TEST

START_TEST(spans_are_those_of_the_reply) {
	const char *reply = "So **Bo** has $14 \\times 5$ \\frac{1}{2} pears.";
	struct prose prose;
	read(&prose, reply, strlen(reply));
	ck_assert_str_eq(prose.text, "So Bo has 14 × 5 (1)/(2) pears.");
	static const struct {
		const char *plain, *original;
	} rows[] = {{"Bo", "Bo"}, {"14 × 5", "14 \\times 5"}, {"×", "\\times"},
		{"(1)/(2)", "\\frac{1}{2}"}, {"pears.", "pears."}, {"So Bo", "So **Bo"}};
	for (size_t i = 0; i < F2F_COUNT(rows); i++) {
		size_t from = 0;
		size_t to = 0;
		size_t at = (size_t)(strstr(prose.text, rows[i].plain) - prose.text);
		prose_span(&prose, at, at + strlen(rows[i].plain), &from, &to);
		struct buf span = BUF_INIT(256);
		buf_append(&span, reply + from, to - from);
		if (strcmp(rows[i].plain, "×") == 0) {
			ck_assert(strncmp(buf_str(&span), "\\times", 6) == 0);
		} else {
			ck_assert_str_eq(buf_str(&span), rows[i].original);
		}
		buf_finish(&span);
	}
	prose_finish(&prose);
}
END_TEST

static uint64_t next_random(uint64_t *state) {
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

START_TEST(any_bytes_map_back_to_where_they_came_from) {
	static const char *const pieces[] = {"\\frac{", "}{", "}", "{", "\\[", "\\]", "$$", "$",
		"\\times", "\\text{", "\n", "\n\n", " ", "1. ", "2. ", "- ", "**", "*", "_", "~~",
		"`", "```\n", "|", "# ", "> ", "Bo has 5", ". ", "; ", "\\\\", "&", "\\begin{a}",
		"\\end{a}", "\\tag{", "<b>", "](http", ")", "Step 3: ", "\xe2", "\xff", "×", "",
		"14 - 5 = 9", "\\item ", "\\", "Mr. ", "? ", ":\n", "\r\n", "\\sqrt{"};
	uint64_t state = 0x9e3779b97f4a7c15;
	for (int round = 0; round < 4000; round++) {
		struct buf reply = BUF_INIT(1 << 16);
		for (uint64_t i = next_random(&state) % 40; i > 0; i--) {
			uint64_t piece = next_random(&state) % (F2F_COUNT(pieces) + 1);
			if (piece == F2F_COUNT(pieces)) {
				buf_append_char(&reply, (char)next_random(&state));
			} else {
				buf_append_str(&reply, pieces[piece]);
			}
		}
		struct prose prose;
		read(&prose, buf_str(&reply), reply.len);
		prose_finish(&prose);
		buf_finish(&reply);
	}
}
END_TEST

START_TEST(a_megabyte_of_anything_is_read_in_one_go) {
	static const char *const pieces[] = {"(", "\\frac{", "{", "}", "*a ", "*", "_", "\\[ ",
		"$$ ", "1. ", ". 1. a", "a\n", "\n", ". ", "<a", "[a](http", "\\", "\\tag{", "|",
		"`", "> ", "- ", "#", "~~", "&", "\\begin{", "\\\\", ".", "? ", "Step 1 ", "*a* ",
		" *a", "(1)", "\\[a\n", "\"", "a.a."};
	enum { SIZE = 1 << 20 };
	for (size_t i = 0; i < F2F_COUNT(pieces); i++) {
		struct buf reply = BUF_INIT(SIZE + 64);
		struct prose prose;
		while (reply.len < SIZE) {
			buf_append_str(&reply, pieces[i]);
		}
		prose_read(&prose, reply.data, reply.len);
		ck_assert(prose.length <= reply.len + 16);
		prose_finish(&prose);
		buf_finish(&reply);
	}
}
END_TEST

START_TEST(a_finished_reading_is_empty_and_can_be_finished_again) {
	struct prose prose;
	read(&prose, "Bo", 2);
	prose_finish(&prose);
	prose_finish(&prose);
	ck_assert(prose.text == NULL && prose.sentences == NULL && prose.length == 0);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("prose");
	TCase *tcase = tcase_create("prose");
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, sentences_end_at_stops_and_not_at_other_dots);
	tcase_add_test(tcase, lines_end_sentences_unless_they_merely_wrap);
	tcase_add_test(tcase, list_marks_begin_sentences_and_go);
	tcase_add_test(tcase, items_inside_a_line_count_when_they_run_on_from_one);
	tcase_add_test(tcase, markdown_goes_and_its_words_stay);
	tcase_add_test(tcase, latex_becomes_what_it_means);
	tcase_add_test(tcase, displayed_maths_stays_in_its_sentence);
	tcase_add_test(tcase, spans_are_those_of_the_reply);
	tcase_add_test(tcase, any_bytes_map_back_to_where_they_came_from);
	tcase_add_test(tcase, a_megabyte_of_anything_is_read_in_one_go);
	tcase_add_test(tcase, a_finished_reading_is_empty_and_can_be_finished_again);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
