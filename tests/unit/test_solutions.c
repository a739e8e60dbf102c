#include "unit.h"

#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/lines.h"
#include "base/mem.h"
#include "logic/expression.h"
#include "logic/prose.h"
#include "shared.h"

/*
 * Solutions in words that models wrote, with marks "<<16-3=13>>" that say what they meant. The
 * marks are taken out, the number after each kept, and what is read from the prose is held against
 * them. Only marks whose expression the prose holds are counted: each of their numbers, and a sign,
 * stands in the text between the mark before and this one.
 */

enum { OPERANDS_MAX = 12, MARKS_MAX = 64, EQUATIONS_MAX = 32, LINE_MAX_BYTES = 1 << 20 };

struct mark {
	struct rational operands[OPERANDS_MAX];
	char texts[OPERANDS_MAX][24]; // as they stand in the mark
	size_t operand_count;
	size_t at;     // of the number after it, in the text without marks
	size_t before; // where the mark before ended
};

struct tally {
	size_t marks, held, read, shown;
};

static bool is_number_byte(char c) {
	return (c >= '0' && c <= '9') || c == '.';
}

/* The numbers between << and =; "*.01" is how they write a per cent. */
static void parse_mark(const char *text, size_t length, struct mark *mark) {
	mark->operand_count = 0;
	for (size_t i = 0; i < length && text[i] != '=';) {
		size_t start = i;
		while (i < length && is_number_byte(text[i])) {
			i++;
		}
		if (i == start) {
			i++;
			continue;
		}
		struct rational value;
		char digits[32];
		snprintf(digits, sizeof(digits), "%s%.*s", text[start] == '.' ? "0" : "",
			(int)(i - start), text + start);
		if (i - start > 20 || mark->operand_count == OPERANDS_MAX) {
			mark->operand_count = 0;
			return;
		}
		if (text[i - 1] == '.' || !rational_parse(digits, strlen(digits), &value)) {
			mark->operand_count = 0;
			return;
		}
		if (strcmp(digits, "0.01") == 0 && mark->operand_count > 0) {
			struct rational *last = &mark->operands[mark->operand_count - 1];
			rational_divide(*last, rational_of(100), last);
			continue;
		}
		mark->operands[mark->operand_count] = value;
		snprintf(mark->texts[mark->operand_count++], sizeof(mark->texts[0]), "%.*s",
			(int)(i - start), text + start);
	}
}

/* Takes the marks out of `text`; returns how many there were. */
static size_t take_marks(const char *text, struct buf *out, struct mark *marks) {
	size_t count = 0;
	size_t before = 0;
	while (*text != '\0') {
		const char *end = strncmp(text, "<<", 2) == 0 ? strstr(text, ">>") : NULL;
		if (end == NULL || count == MARKS_MAX) {
			before = *text == '\n' ? out->len + 1 : before;
			buf_append_char(out, *text++);
			continue;
		}
		marks[count].before = before;
		marks[count].at = before = out->len;
		parse_mark(text + 2, (size_t)(end - text - 2), &marks[count]);
		text = end + 2;
		count++;
	}
	return count;
}

/* Whether a number stands in the text, commas apart and decimals of nothing aside. */
static bool holds_number(const char *text, size_t length, struct rational wanted) {
	for (size_t i = 0; i < length;) {
		char digits[32];
		size_t count = 0;
		size_t start = i;
		while (i < length && count < sizeof(digits) - 2 &&
			(is_number_byte(text[i]) || (text[i] == ',' && count > 0))) {
			if (count == 0 && text[i] == '.') {
				digits[count++] = '0';
			}
			if (text[i] != ',') {
				digits[count++] = text[i];
			}
			i++;
		}
		while (count > 0 && digits[count - 1] == '.') {
			count--;
		}
		struct rational value;
		struct rational part;
		if (count > 0 && rational_parse(digits, count, &value) &&
			(rational_equal(value, wanted) ||
				(rational_divide(value, rational_of(100), &part) &&
					rational_equal(part, wanted)))) {
			return true;
		}
		i += i == start ? 1 : 0;
	}
	return false;
}

static bool holds_sign(const char *text, size_t length) {
	static const char *const signs[] = {
		"+", "-", "*", "/", " x ", "×", "÷", "–", "−", "%", "plus", "minus", "times"};
	for (size_t i = 0; i < F2F_COUNT(signs); i++) {
		if (memmem(text, length, signs[i], strlen(signs[i])) != NULL) {
			return true;
		}
	}
	/* "700x2" */
	for (size_t i = 1; i + 1 < length; i++) {
		if (text[i] == 'x' && is_number_byte(text[i - 1])) {
			return true;
		}
	}
	return false;
}

static bool is_held(const char *text, const struct mark *mark) {
	const char *before = text + mark->before;
	size_t length = mark->at - mark->before;
	if (mark->operand_count < 2 || !holds_sign(before, length)) {
		return false;
	}
	for (size_t i = 0; i < mark->operand_count; i++) {
		if (!holds_number(before, length, mark->operands[i])) {
			return false;
		}
	}
	return true;
}

/* The number the prose goes on with, by its own digits. */
static bool number_at(const char *text, size_t at, struct rational *out) {
	char digits[32];
	size_t count = 0;
	bool minus = text[at] == '-';
	at += minus ? 1 : 0;
	for (; count < sizeof(digits) - 2; at++) {
		if (text[at] == ',' && is_number_byte(text[at + 1]) &&
			is_number_byte(text[at + 3])) {
			continue;
		}
		if (!is_number_byte(text[at])) {
			break;
		}
		if (count == 0 && text[at] == '.') {
			digits[count++] = '0';
		}
		digits[count++] = text[at];
	}
	while (count > 0 && digits[count - 1] == '.') {
		count--;
	}
	if (count == 0 || count > 19 || !rational_parse(digits, count, out)) {
		return false;
	}
	out->numerator = minus ? -out->numerator : out->numerator;
	return true;
}

static bool has_operands(const struct expression *side, const struct mark *mark) {
	if (side->operand_count != mark->operand_count) {
		return false;
	}
	for (size_t i = 0; i < side->operand_count; i++) {
		struct rational part;
		if (!rational_equal(side->operands[i], mark->operands[i]) &&
			!(rational_divide(mark->operands[i], rational_of(100), &part) &&
				rational_equal(side->operands[i], part))) {
			return false;
		}
	}
	return side->operator_count > 0 && side->evaluates;
}

/* Whether an equation of the sentence has the mark's operands on one side, and the number of the
 * prose on the next. */
static bool is_read(const struct equation *equations, size_t count, const struct mark *mark,
	struct rational value) {
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k + 1 < equations[i].side_count; k++) {
			const struct expression *result = &equations[i].sides[k + 1];
			if (has_operands(&equations[i].sides[k], mark) && result->evaluates &&
				rational_equal(result->value, value)) {
				return true;
			}
		}
	}
	return false;
}

static size_t equations_at(
	const struct prose *prose, size_t at, struct equation *out, size_t *start_out) {
	for (size_t i = 0; i < prose->sentence_count; i++) {
		const struct sentence *sentence = &prose->sentences[i];
		if (at <= prose->origin[sentence->end - 1]) {
			*start_out = i;
			return equations_find(prose->text + sentence->start,
				sentence->end - sentence->start, out, EQUATIONS_MAX);
		}
	}
	return 0;
}

static void read_solution(const char *solution, struct tally *tally, struct equation *equations) {
	struct mark *marks = xcalloc(MARKS_MAX, sizeof(*marks));
	struct buf text = BUF_INIT(LINE_MAX_BYTES);
	size_t count = take_marks(solution, &text, marks);
	struct prose prose;
	prose_read(&prose, buf_str(&text), text.len);
	for (size_t i = 0; i < count; i++) {
		struct rational value;
		tally->marks++;
		if (!is_held(buf_str(&text), &marks[i]) ||
			!number_at(buf_str(&text), marks[i].at, &value)) {
			continue;
		}
		size_t sentence = 0;
		size_t found = equations_at(&prose, marks[i].at, equations, &sentence);
		bool good = is_read(equations, found, &marks[i], value);
		tally->held++;
		tally->read += good ? 1 : 0;
		if (!good && getenv("F2F_TEST_SHOW") != NULL) {
			size_t from = marks[i].before;
			printf("# missed: %.*s\n", (int)(marks[i].at - from) + 12,
				buf_str(&text) + from);
		}
	}
	prose_finish(&prose);
	buf_finish(&text);
	free(marks);
}

START_TEST(arithmetic_of_real_solutions_is_read_as_its_writers_meant_it) {
	char *path = shared_path("solutions-in-words/gsm8k-model-solutions-300.jsonl");
	if (path == NULL) {
		return;
	}
	static const char *const models[] = {"6b_finetuning", "6b_verification",
		"175b_finetuning", "175b_verification"};
	struct equation *equations = xcalloc(EQUATIONS_MAX, sizeof(*equations));
	struct tally tally = {0};
	struct lines *lines = NULL;
	struct str line;
	ck_assert_int_eq(lines_open(path, LINE_MAX_BYTES, &lines, NULL), 0);
	while (lines_next(lines, &line, NULL) > 0) {
		json_t *problem = NULL;
		ck_assert_int_eq(json_parse(line.data, line.len, &problem, NULL), 0);
		read_solution(json_string_or(problem, "ground_truth", ""), &tally, equations);
		for (size_t i = 0; i < F2F_COUNT(models); i++) {
			const json_t *model = json_object_get(problem, models[i]);
			read_solution(json_string_or(model, "solution", ""), &tally, equations);
		}
		json_decref(problem);
	}
	lines_close(lines);
	free(equations);
	free(path);
	printf("# %zu marks, %zu with their expression in the prose, %zu of them read: %.4f\n",
		tally.marks, tally.held, tally.read, (double)tally.read / (double)tally.held);
	ck_assert(tally.held > 4000);
	ck_assert(tally.read * 100 >= tally.held * 97);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("solutions");
	TCase *tcase = tcase_create("solutions");
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, arithmetic_of_real_solutions_is_read_as_its_writers_meant_it);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
