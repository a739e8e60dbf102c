#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/buf.h"
#include "base/mem.h"
#include "logic/align.h"
#include "logic/solved.h"

/* Replies that nobody would write: their labels are clear, and what they cost grows with their
 * length alone. */

enum { MEGABYTE = 1 << 20, TEXT_MAX = 8 * MEGABYTE };

static const char program[] = "container(Bo/plum, 7).\n"
			      "comparison(more, Ula/plum, Bo/plum, 5).\n"
			      "comparison(times, Ed/plum, Ula/plum, 2).\n"
			      "goal container(Ed/plum, ?).\n";

static struct solved *solved;

static void set_up(void) {
	struct error err;
	ck_assert_msg(
		solved_parse(program, strlen(program), &solved, &err) == 0, "%s", err.message);
}

static void tear_down(void) {
	solved_destroy(solved);
	solved = NULL;
}

/* What every reading must be, whatever was read. */
static void check_reading(const struct alignment *alignment, size_t length) {
	size_t count = 0;
	for (size_t i = 0; i < STEP_LABELS; i++) {
		count += alignment->label_counts[i];
	}
	ck_assert_uint_eq(count, alignment->step_count);
	ck_assert_uint_le(alignment->step_count, ALIGN_STEPS_MAX + 1);
	for (size_t i = 0; i < alignment->step_count; i++) {
		const struct aligned_step *step = &alignment->steps[i];
		ck_assert_uint_le(step->start, step->end);
		ck_assert_uint_le(step->end, length);
	}
}

/* An exact copy, so that the sanitizers see the first byte read past it. */
static void align(const char *text, size_t length, struct alignment *out) {
	char *copy = xmalloc(length > 0 ? length : 1);
	memcpy(copy, text, length);
	align_text(solved, copy, length, out);
	free(copy);
	check_reading(out, length);
}

static void check_labels(const char *text, size_t length, const char *expected) {
	struct alignment alignment;
	struct buf labels = BUF_INIT(65536);
	align(text, length, &alignment);
	for (size_t i = 0; i < alignment.step_count; i++) {
		buf_appendf(&labels, "%s%s", i > 0 ? " " : "",
			step_label_name(alignment.steps[i].label));
	}
	ck_assert_msg(strcmp(buf_str(&labels), expected) == 0, "\"%.200s\" is %s, not %s", text,
		buf_str(&labels), expected);
	buf_finish(&labels);
	alignment_finish(&alignment);
}

#define CHECK(text, expected) check_labels((text), sizeof(text) - 1, (expected))

START_TEST(a_number_of_400_digits_is_no_fact) {
	static const char *const around[][2] = {
		{"Bo has ", " plums."},
		{"Ula has ", " - 5 = 12 plums."},
		{"Ula has 7 + ", " = 12 plums."},
	};
	char digits[401];
	memset(digits, '9', 400);
	digits[400] = '\0';
	for (size_t i = 0; i < F2F_COUNT(around); i++) {
		struct alignment said;
		struct buf sentence = BUF_INIT(4096);
		buf_appendf(&sentence, "%s%s%s", around[i][0], digits, around[i][1]);
		align(buf_str(&sentence), sentence.len, &said);
		ck_assert_uint_eq(said.step_count, 1);
		ck_assert_msg(said.steps[0].label < STEP_RESTATED, "%s is %s",
			buf_str(&sentence), step_label_name(said.steps[0].label));
		alignment_finish(&said);
		buf_finish(&sentence);
	}
	struct alignment alignment;
	struct buf text = BUF_INIT(4096);
	buf_appendf(&text, "The answer is %s.", digits);
	align(buf_str(&text), text.len, &alignment);
	ck_assert(!alignment.has_answer && !alignment.answer_correct);
	alignment_finish(&alignment);
	buf_finish(&text);
}
END_TEST

START_TEST(no_text_has_no_steps_and_no_answer) {
	static const char *const texts[] = {"", " ", "\n\n\n", "\r", "...", "\xef\xbb\xbf", "?"};
	for (size_t i = 0; i < F2F_COUNT(texts); i++) {
		struct alignment alignment;
		align(texts[i], strlen(texts[i]), &alignment);
		ck_assert_uint_eq(alignment.step_count, 0);
		ck_assert(!alignment.has_answer && !alignment.complete);
		ck_assert_uint_eq(alignment.model_steps, 0);
		alignment_finish(&alignment);
	}
}
END_TEST

START_TEST(nuls_and_wrong_encodings_hide_nothing_that_can_be_read) {
	CHECK("\0\0Bo has 7 plums.\0\0", "restated");
	CHECK("Bo has 7 plums.\0Ula has 7 + 5 = 12 plums.", "restated relevant");
	CHECK("\xff\xfe Bo has 7 plums.", "restated");
	CHECK("Ula has 7 + 5 = 12 plums \xe9t\xe9.", "relevant");
	CHECK("\x80\x80\x80 Ula has 7 + 5 = 12 plums.\x80", "relevant");
	CHECK("\xc3\nUla has 7 + 5 = 12 plums.\n\xe2\x88", "relevant");
	CHECK("\xf0\x9f\x8d\x91 Ula has 7 + 5 = 12 plums \xf0\x9f\x8d\x91", "relevant");
}
END_TEST

static double cpu_seconds(void) {
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6;
}

/* CPU time of reading `unit` again and again, `length` bytes in all. */
static double cost(const char *unit, const char *between, size_t length) {
	struct alignment alignment;
	struct buf text = BUF_INIT(TEXT_MAX);
	while (text.len + strlen(unit) + strlen(between) <= length) {
		buf_appendf(&text, "%s%s", unit, between);
	}
	double start = cpu_seconds();
	align_text(solved, buf_str(&text), text.len, &alignment);
	double seconds = cpu_seconds() - start;
	check_reading(&alignment, text.len);
	alignment_finish(&alignment);
	buf_finish(&text);
	return seconds;
}

static const char *const units[] = {"9", "((((", "a", "Bo has 1. ", "Bo has 1, ", "Bo ", "Bo's ",
	"he ", "is the answer ", "answer is ", "# ", "\\boxed{", "\\frac{", "{", "}", "$", "$$",
	"\\[", "\\(", "|", "*", "_", "**", "`", "[", "](", "<", "<b>", "&", "1 + ", "1 = ", "= ",
	"- ", "1,", "1.", ".", ". ", "?", ";", ": ", "\"", "'", "\xe2\x80\x99", "\xc3\x97", "\x80",
	"1. ", "(1) ", "Step 1: ", "and ", "than ", "each ", "twice ", "half of ", "one hundred ",
	"minus ", "Bo and Ula ", "Ula has 7 + 5 = 12 plums and ", "Bo and Ula have 19 plums ",
	"Since Bo has 7 plums, ", "so Ula has 12, ", "7 + 5 = 12 ", "(7 + 5) * 2 = 24, ",
	"Ula has 7 plums + 5 plums = 12 plums. ", "\\text{Bo}", "\\begin{aligned}", "\\\\ ",
	"> ", "\t", "\r", "```", "~~~", "if ", "let x be ", "%", "/", "^", "1/", "1/2 "};

/* What costs more than its length does would use up the test's whole time. */
START_TEST(a_long_text_of_anything_is_read) {
	static const char *const ways[] = {"", "\n"};
	double slowest = 0;
	const char *worst = "";
	for (size_t i = 0; i < F2F_COUNT(units); i++) {
		for (size_t k = 0; k < F2F_COUNT(ways); k++) {
			double seconds = cost(units[i], ways[k], MEGABYTE / 4);
			worst = seconds > slowest ? units[i] : worst;
			slowest = seconds > slowest ? seconds : slowest;
		}
	}
	printf("# slowest 256 KiB: \"%s\", %.3f s of CPU\n", worst, slowest);
	fflush(stdout);
}
END_TEST

START_TEST(a_megabyte_on_one_line_is_read) {
	static const char *const lines[] = {"9", "((((", "a", "Bo has 1. ", "Bo has 1, ", "= ",
		"(1) ", "is the answer ", "Ula has 7 + 5 = 12 plums and "};
	for (size_t i = 0; i < F2F_COUNT(lines); i++) {
		(void)cost(lines[i], "", MEGABYTE);
	}
}
END_TEST

START_TEST(more_steps_or_bytes_than_are_read_are_said_to_be_unread) {
	struct alignment alignment;
	struct buf text = BUF_INIT(TEXT_MAX);
	for (size_t i = 0; i < 100000; i++) {
		buf_appendf(&text, "Bo has 7 plums.\n");
	}
	align(buf_str(&text), text.len, &alignment);
	ck_assert(alignment.truncated_text);
	ck_assert_uint_eq(alignment.step_count, ALIGN_STEPS_MAX + 1);
	ck_assert_uint_eq(alignment.label_counts[STEP_UNPARSED], 1);
	alignment_finish(&alignment);
	buf_clear(&text);
	for (size_t i = 0; i < ALIGN_TEXT_MAX; i++) {
		buf_append_char(&text, 'a');
	}
	buf_append_str(&text, ". Bo has 7 plums.");
	align(buf_str(&text), text.len, &alignment);
	ck_assert(alignment.truncated_text);
	ck_assert_uint_eq(alignment.label_counts[STEP_RESTATED], 0);
	ck_assert_uint_eq(alignment.label_counts[STEP_UNPARSED], 1);
	alignment_finish(&alignment);
	buf_finish(&text);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("align_input");
	TCase *tests = tcase_create("align_input");
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, a_number_of_400_digits_is_no_fact);
	tcase_add_test(tests, no_text_has_no_steps_and_no_answer);
	tcase_add_test(tests, nuls_and_wrong_encodings_hide_nothing_that_can_be_read);
	tcase_add_test(tests, a_long_text_of_anything_is_read);
	tcase_add_test(tests, a_megabyte_on_one_line_is_read);
	tcase_add_test(tests, more_steps_or_bytes_than_are_read_are_said_to_be_unread);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
