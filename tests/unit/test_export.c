#include "unit.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "lean/checker_words.h"
#include "lean/export_judge.h"

/* A proposition P with one proof, a definition d, and the theorem t : P, in lean4export's format. */
#define META                                                                                       \
	"{\"meta\":{\"exporter\":{\"name\":\"x\",\"version\":\"3.1.0\"},\"format\":{"              \
	"\"version\":\"3.1.0\"},\"lean\":{\"githash\":\"\",\"version\":\"4.30.0\"}}}\n"
#define NAMES                                                                                      \
	"{\"in\":1,\"str\":{\"pre\":0,\"str\":\"P\"}}\n"                                           \
	"{\"in\":2,\"str\":{\"pre\":0,\"str\":\"t\"}}\n"                                           \
	"{\"in\":3,\"str\":{\"pre\":1,\"str\":\"mk\"}}\n"                                          \
	"{\"in\":4,\"str\":{\"pre\":1,\"str\":\"rec\"}}\n"                                         \
	"{\"in\":5,\"str\":{\"pre\":0,\"str\":\"d\"}}\n"                                           \
	"{\"in\":6,\"str\":{\"pre\":0,\"str\":\"oracle\"}}\n"                                      \
	"{\"in\":7,\"num\":{\"i\":7,\"pre\":5}}\n"                                                 \
	"{\"in\":8,\"str\":{\"pre\":0,\"str\":\"u\"}}\n"                                           \
	"{\"il\":1,\"succ\":0}\n{\"il\":2,\"param\":8}\n{\"il\":3,\"max\":[1,2]}\n"                \
	"{\"il\":4,\"imax\":[1,2]}\n"
#define TERMS                                                                                      \
	"{\"ie\":0,\"sort\":0}\n"                                                                  \
	"{\"const\":{\"name\":1,\"us\":[]},\"ie\":1}\n"
#define INDUCTIVE                                                                                  \
	"{\"inductive\":{\"ctors\":[{\"cidx\":0,\"induct\":1,\"isUnsafe\":false,"                  \
	"\"levelParams\":[],\"name\":3,\"numFields\":0,\"numParams\":0,\"type\":1}],\"recs\":[{"   \
	"\"all\":[1],\"isUnsafe\":false,\"k\":true,\"levelParams\":[8],\"name\":4,"                \
	"\"numIndices\":0,\"numMinors\":1,\"numMotives\":1,\"numParams\":0,\"rules\":[{\"ctor\":3," \
	"\"nfields\":0,\"rhs\":1}],\"type\":1}],\"types\":[{\"all\":[1],\"ctors\":[3],"            \
	"\"isRec\":false,\"isReflexive\":false,\"isUnsafe\":false,\"levelParams\":[],\"name\":1,"  \
	"\"numIndices\":0,\"numNested\":0,\"numParams\":0,\"type\":0}]}}\n"
#define MORE                                                                                       \
	"{\"const\":{\"name\":3,\"us\":[]},\"ie\":2}\n"                                            \
	"{\"ie\":3,\"natVal\":\"5\"}\n"                                                            \
	"{\"app\":{\"arg\":3,\"fn\":1},\"ie\":4}\n"                                                \
	"{\"ie\":5,\"lam\":{\"binderInfo\":\"default\",\"body\":2,\"name\":8,\"type\":1}}\n"
#define DEF                                                                                        \
	"{\"def\":{\"all\":[5],\"hints\":\"abbrev\",\"levelParams\":[],\"name\":5,"                \
	"\"safety\":\"safe\",\"type\":1,\"value\":2}}\n"
#define DEF_USE "{\"const\":{\"name\":5,\"us\":[]},\"ie\":6}\n"
#define ORACLE                                                                                     \
	"{\"axiom\":{\"isUnsafe\":false,\"levelParams\":[],\"name\":6,\"type\":1}}\n"              \
	"{\"const\":{\"name\":6,\"us\":[]},\"ie\":7}\n"
#define PROOF                                                                                      \
	"{\"thm\":{\"all\":[2],\"levelParams\":[],\"name\":2,\"type\":1,\"value\":2}}\n"
#define STATES_D                                                                                   \
	"{\"thm\":{\"all\":[2],\"levelParams\":[],\"name\":2,\"type\":6,\"value\":2}}\n"

#define BASE  META NAMES TERMS INDUCTIVE MORE DEF DEF_USE
#define WHOLE BASE PROOF

static int read_in_pieces(
	struct export_file *file, const char *text, size_t piece, struct error *err) {
	size_t length = strlen(text);
	int rc = 0;
	for (size_t at = 0; at < length && rc == 0; at += piece) {
		rc = export_file_add(file, text + at, length - at < piece ? length - at : piece, err);
	}
	return rc < 0 ? rc : export_file_end(file, err);
}

static struct checker_word judge(const char *challenge, const char *solution, const char *hole) {
	struct export_nodes nodes;
	struct export_file files[2];
	struct error err = {0};
	struct checker_word word = {0};
	export_nodes_init(&nodes, 1 << 24);
	export_file_init(&files[0], &nodes);
	export_file_init(&files[1], &nodes);
	ck_assert_msg(read_in_pieces(&files[1], solution, 7, &err) == 0, "%s", err.message);
	ck_assert_msg(read_in_pieces(&files[0], challenge, 100000, &err) == 0, "%s", err.message);
	struct export_question question = {.challenge = &files[0],
		.solution = &files[1],
		.theorem = "t",
		.holes = &hole,
		.hole_count = hole != NULL ? 1 : 0};
	export_judge(&question, &word);
	export_file_finish(&files[0]);
	export_file_finish(&files[1]);
	export_nodes_finish(&nodes);
	return word;
}

static const struct judged {
	const char *challenge;
	const char *solution;
	const char *hole;
	enum final_outcome outcome;
	enum reject_reason reason;
} judged[] = {
	{WHOLE, WHOLE, NULL, FINAL_ACCEPTED, REASON_NONE},
	// in another order, with other numbers, and helpers
	{META NAMES TERMS INDUCTIVE MORE PROOF, BASE ORACLE PROOF, NULL, FINAL_ACCEPTED, REASON_NONE},
	{WHOLE, BASE, NULL, FINAL_REJECTED, REASON_ABSENT},
	{BASE, WHOLE, NULL, FINAL_FAILED, REASON_NONE},
	// an axiom, under the proof or under what it uses
	{WHOLE,
		BASE ORACLE
		"{\"thm\":{\"all\":[2],\"levelParams\":[],\"name\":2,\"type\":1,\"value\":7}}\n",
		NULL, FINAL_REJECTED, REASON_AXIOMS},
	{WHOLE,
		META NAMES TERMS INDUCTIVE MORE DEF DEF_USE
		"{\"axiom\":{\"isUnsafe\":false,\"levelParams\":[],\"name\":6,\"type\":1}}\n"
		"{\"const\":{\"name\":6,\"us\":[]},\"ie\":7}\n"
		"{\"opaque\":{\"all\":[7],\"isUnsafe\":false,\"levelParams\":[],\"name\":7,\"type\":1,"
		"\"value\":7}}\n{\"const\":{\"name\":7,\"us\":[]},\"ie\":8}\n"
		"{\"thm\":{\"all\":[2],\"levelParams\":[],\"name\":2,\"type\":1,\"value\":8}}\n",
		NULL, FINAL_REJECTED, REASON_AXIOMS},
	// another kind, other universes, another type
	{WHOLE,
		BASE "{\"def\":{\"all\":[2],\"hints\":\"abbrev\",\"levelParams\":[],\"name\":2,"
		     "\"safety\":\"safe\",\"type\":1,\"value\":2}}\n",
		NULL, FINAL_REJECTED, REASON_ABSENT},
	{WHOLE, BASE "{\"axiom\":{\"isUnsafe\":false,\"levelParams\":[],\"name\":2,\"type\":1}}\n",
		NULL, FINAL_REJECTED, REASON_ABSENT},
	{WHOLE,
		BASE "{\"thm\":{\"all\":[2],\"levelParams\":[8],\"name\":2,\"type\":1,\"value\":2}}\n",
		NULL, FINAL_REJECTED, REASON_STATEMENT},
	{WHOLE,
		BASE "{\"thm\":{\"all\":[2],\"levelParams\":[],\"name\":2,\"type\":4,\"value\":2}}\n",
		NULL, FINAL_REJECTED, REASON_STATEMENT},
	// the same words, another definition under them
	{BASE STATES_D, BASE STATES_D, NULL, FINAL_ACCEPTED, REASON_NONE},
	{BASE STATES_D,
		META NAMES TERMS INDUCTIVE MORE
		"{\"def\":{\"all\":[5],\"hints\":\"abbrev\",\"levelParams\":[],\"name\":5,"
		"\"safety\":\"safe\",\"type\":1,\"value\":5}}\n" DEF_USE STATES_D,
		NULL, FINAL_REJECTED, REASON_STATEMENT},
	{BASE STATES_D,
		META NAMES TERMS INDUCTIVE MORE
		"{\"def\":{\"all\":[5],\"hints\":{\"regular\":1},\"levelParams\":[],\"name\":5,"
		"\"safety\":\"safe\",\"type\":1,\"value\":2}}\n" DEF_USE STATES_D,
		NULL, FINAL_REJECTED, REASON_STATEMENT},
	// but a placeholder may be filled, by the same type
	{BASE STATES_D,
		META NAMES TERMS INDUCTIVE MORE
		"{\"def\":{\"all\":[5],\"hints\":\"abbrev\",\"levelParams\":[],\"name\":5,"
		"\"safety\":\"safe\",\"type\":1,\"value\":5}}\n" DEF_USE STATES_D,
		"d", FINAL_ACCEPTED, REASON_NONE},
	{BASE STATES_D,
		META NAMES TERMS INDUCTIVE MORE
		"{\"def\":{\"all\":[5],\"hints\":\"abbrev\",\"levelParams\":[],\"name\":5,"
		"\"safety\":\"safe\",\"type\":4,\"value\":5}}\n" DEF_USE STATES_D,
		"d", FINAL_REJECTED, REASON_STATEMENT},
	{BASE STATES_D,
		META NAMES TERMS INDUCTIVE MORE
		"{\"opaque\":{\"all\":[5],\"isUnsafe\":false,\"levelParams\":[],\"name\":5,"
		"\"type\":1,\"value\":2}}\n" DEF_USE STATES_D,
		"d", FINAL_REJECTED, REASON_STATEMENT},
	// unsafe, in what the proof uses
	{WHOLE,
		META NAMES TERMS INDUCTIVE MORE
		"{\"def\":{\"all\":[5],\"hints\":\"abbrev\",\"levelParams\":[],\"name\":5,"
		"\"safety\":\"unsafe\",\"type\":1,\"value\":2}}\n" DEF_USE
		"{\"thm\":{\"all\":[2],\"levelParams\":[],\"name\":2,\"type\":1,\"value\":6}}\n",
		NULL, FINAL_REJECTED, REASON_FORBIDDEN},
};

START_TEST(statement_and_axioms_decide) {
	const struct judged *row = &judged[_i];
	struct checker_word word = judge(row->challenge, row->solution, row->hole);
	ck_assert_msg(word.outcome == row->outcome && word.reason == row->reason,
		"row %d is %s %s: %s", _i, final_outcome_name(word.outcome),
		reject_reason_name(word.reason), word.text);
}
END_TEST

START_TEST(sorry_is_an_axiom_by_its_own_name) {
	static const char renamed[] = META
		"{\"in\":1,\"str\":{\"pre\":0,\"str\":\"sorryAx\"}}\n"
		"{\"in\":2,\"str\":{\"pre\":0,\"str\":\"t\"}}\n"
		"{\"ie\":0,\"sort\":0}\n"
		"{\"axiom\":{\"isUnsafe\":false,\"levelParams\":[],\"name\":1,\"type\":0}}\n"
		"{\"const\":{\"name\":1,\"us\":[]},\"ie\":1}\n"
		"{\"thm\":{\"all\":[2],\"levelParams\":[],\"name\":2,\"type\":0,\"value\":1}}\n";
	struct checker_word word = judge(renamed, renamed, NULL);
	ck_assert_int_eq(word.outcome, FINAL_REJECTED);
	ck_assert_int_eq(word.reason, REASON_SORRY);
}
END_TEST

/* What the format does not say. */
static const char *const unreadable[] = {
	"",
	"\n",
	"{}\n",
	"{\"meta\":{\"format\":{\"version\":\"3.0.0\"}}}\n",
	"{\"meta\":{\"format\":{\"version\":\"4.1.0\"}}}\n",
	NAMES,
	META "{\"in\":2,\"str\":{\"pre\":0,\"str\":\"a\"}}\n", // out of turn
	META "{\"in\":0,\"str\":{\"pre\":0,\"str\":\"a\"}}\n",
	META "{\"in\":-1,\"str\":{\"pre\":0,\"str\":\"a\"}}\n",
	META "{\"in\":1,\"str\":{\"pre\":1,\"str\":\"a\"}}\n", // forward
	META "{\"in\":1,\"str\":{\"pre\":0,\"str\":\"a\",\"x\":1}}\n",
	META "{\"in\":1,\"in\":1,\"str\":{\"pre\":0,\"str\":\"a\"}}\n",
	META "{\"in\":1,\"str\":{\"pre\":0,\"str\":5}}\n",
	META "{\"ie\":0,\"natVal\":\"5\\u0000x\"}\n",
	META "{\"in\":1,\"other\":{\"pre\":0,\"str\":\"a\"}}\n",
	META "{\"il\":1,\"succ\":1}\n",
	META "{\"il\":1,\"max\":[0]}\n",
	META "{\"ie\":1,\"sort\":0}\n",
	META "{\"ie\":0,\"natVal\":\"05\"}\n",
	META "{\"ie\":0,\"natVal\":\"-5\"}\n",
	META "{\"ie\":0,\"natVal\":5}\n",
	META "{\"fvar\":0,\"ie\":0}\n",
	META META,
	META NAMES TERMS "nonsense\n",
	META NAMES TERMS DEF, // names what was not declared
	BASE PROOF PROOF, // twice
	BASE DEF,
	META NAMES TERMS INDUCTIVE MORE "{\"const\":{\"name\":2,\"us\":[]},\"ie\":6}\n"
	"{\"thm\":{\"all\":[2],\"levelParams\":[],\"name\":2,\"type\":1,\"value\":6}}\n", // itself
	BASE "{\"thm\":{\"all\":[2],\"levelParams\":[],\"name\":0,\"type\":1,\"value\":2}}\n",
	BASE "{\"thm\":{\"all\":[2],\"levelParams\":[],\"name\":2,\"type\":1}}\n",
	BASE "{\"thm\":{\"all\":[2],\"extra\":1,\"levelParams\":[],\"name\":2,\"type\":1,"
	     "\"value\":2}}\n",
	BASE "{\"axiom\":{\"isUnsafe\":0,\"levelParams\":[],\"name\":2,\"type\":1}}\n",
	BASE "{\"thm\":{\"all\":[2],\"levelParams\":[],\"name\":2,\"type\":1,\"value\":2}}", // cut
	WHOLE "{\"thm\"",
};

START_TEST(what_the_format_does_not_say_is_refused) {
	for (size_t piece = 1; piece < 200; piece += 37) {
		struct export_nodes nodes;
		struct export_file file;
		struct error err = {0};
		export_nodes_init(&nodes, 1 << 24);
		export_file_init(&file, &nodes);
		int rc = read_in_pieces(&file, unreadable[_i], piece, &err);
		ck_assert_msg(rc == ERROR_INPUT, "row %d: %s", _i, unreadable[_i]);
		ck_assert_ptr_nonnull(strstr(err.message, "export"));
		export_file_finish(&file);
		export_nodes_finish(&nodes);
	}
}
END_TEST

START_TEST(a_store_that_is_full_refuses) {
	struct export_nodes nodes;
	struct export_file file;
	struct error err = {0};
	export_nodes_init(&nodes, 40000);
	export_file_init(&file, &nodes);
	int rc = export_file_add(&file, META, strlen(META), &err);
	for (int i = 1; i < 5000 && rc == 0; i++) {
		char *line = xasprintf("{\"in\":%d,\"str\":{\"pre\":%d,\"str\":\"n%d\"}}\n", i, i - 1, i);
		rc = export_file_add(&file, line, strlen(line), &err);
		free(line);
	}
	ck_assert_int_eq(rc, ERROR_INPUT);
	ck_assert_ptr_nonnull(strstr(err.message, "larger than can be held"));
	export_file_finish(&file);
	export_nodes_finish(&nodes);
}
END_TEST

START_TEST(depth_costs_no_stack) {
	struct buf text = BUF_INIT(64 << 20);
	buf_append_str(&text, META NAMES TERMS INDUCTIVE "{\"const\":{\"name\":3,\"us\":[]},\"ie\":2}\n");
	int count = 50000;
	for (int i = 3; i < count; i++) {
		buf_appendf(&text, "{\"app\":{\"arg\":%d,\"fn\":2},\"ie\":%d}\n", i - 1, i);
	}
	buf_appendf(&text,
		"{\"thm\":{\"all\":[2],\"levelParams\":[],\"name\":2,\"type\":1,\"value\":%d}}\n",
		count - 1);
	struct checker_word word = judge(buf_str(&text), buf_str(&text), NULL);
	ck_assert_msg(word.outcome == FINAL_ACCEPTED, "%s", word.text);
	buf_finish(&text);
}
END_TEST

START_TEST(names_are_told_apart_by_their_parts) {
	struct export_nodes nodes;
	export_nodes_init(&nodes, 1 << 20);
	uint32_t dotted = export_name(&nodes, "a.b");
	uint32_t quoted = export_name(&nodes, "«a.b»");
	ck_assert_uint_ne(dotted, quoted);
	ck_assert_uint_eq(dotted, export_name(&nodes, "a.«b»"));
	ck_assert_uint_eq(export_name(&nodes, ""), EXPORT_NODE_NIL);
	char *text = export_name_text(&nodes, dotted);
	ck_assert_str_eq(text, "a.b");
	free(text);
	export_nodes_finish(&nodes);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("export");
	TCase *tests = tcase_create("exports");
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, statement_and_axioms_decide, 0, (int)F2F_COUNT(judged));
	tcase_add_test(tests, sorry_is_an_axiom_by_its_own_name);
	tcase_add_loop_test(
		tests, what_the_format_does_not_say_is_refused, 0, (int)F2F_COUNT(unreadable));
	tcase_add_test(tests, a_store_that_is_full_refuses);
	tcase_add_test(tests, depth_costs_no_stack);
	tcase_add_test(tests, names_are_told_apart_by_their_parts);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
