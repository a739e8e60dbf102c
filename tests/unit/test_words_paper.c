#include "unit.h"

#include <zlib.h>

#include "logic/solved.h"
#include "reading.h"
#include "shared.h"

/* The efficiency paper's layout: a fixture of our own, and the real thing where it is. */

static struct reading reading;

static void set_up(void) {
	reading = (struct reading){0};
	use_set(&reading, "words-paper");
}

static void tear_down(void) {
	reading_finish(&reading);
}

static void read_fixture(void) {
	add_file(&reading, "problems", TEST_SOURCE_ROOT "/tests/data/words-paper", "two.json");
	read_set(&reading);
	ck_assert_msg(reading.rc == 0, "%s", reading.err.message);
}

static const struct problem *problem_called(const char *name) {
	for (size_t i = 0; i < reading.problems.count; i++) {
		if (strcmp(reading.problems.items[i].name, name) == 0) {
			return &reading.problems.items[i];
		}
	}
	ck_abort_msg("no %s", name);
	return NULL;
}

START_TEST(each_problem_comes_in_every_cell_of_both_families) {
	read_fixture();
	ck_assert_uint_eq(reading.problems.count, 55);
	ck_assert_str_eq(reading.problems.items[0].name, "p0001-base");
	const struct problem *base = problem_called("p0001-base");
	ck_assert_str_eq(base->cell, "base");
	ck_assert_ptr_null(base->family);
	ck_assert_str_eq(base->informal, "Mira has 14 pears. Tobin has 5 pears fewer than Mira. "
					 "How many pears does Tobin have?");
	ck_assert_str_eq(base->answer, "9");
	ck_assert_str_eq(base->subset, "test");
	const struct problem *both = problem_called("p0002-connected-trees-both");
	ck_assert_str_eq(both->cell, "trees/both");
	ck_assert_str_eq(both->family, "connected");
	ck_assert_str_eq(problem_called("p0002-disconnected-tree-control")->cell, "tree/control");
	ck_assert_str_eq(problem_called("p0002-disconnected-axiom-entity")->family, "disconnected");
	problem_called("p0001-disconnected-trees-none");
	problem_called("p0001-disconnected-trees-agent");
}
END_TEST

START_TEST(sentences_become_a_program_that_says_what_they_say) {
	read_fixture();
	const struct problem *problem = problem_called("p0002-disconnected-tree-none");
	ck_assert_str_eq(problem->program, "noun(bag, bags).\n"
					   "noun(plum, plums).\n"
					   "noun(pear, pears).\n"
					   "noun(hat, hats).\n"
					   "noun(fruit, fruits).\n"
					   "container(Ula/bag, 3).\n"
					   "rate(Ula/bag, plum, 4).\n"
					   "container(Eli/pear, 20).\n"
					   "transfer(Gus/pear, Eli/pear, 6).\n"
					   "container(Pavel/hat, 41).\n"
					   "comparison(more, Oda/hat, Pavel/hat, 6).\n"
					   "goal whole(fruit, Ula/plum, Eli/pear, ?).\n");
	ck_assert_str_eq(problem->answer, "26");
	for (size_t i = 0; i < reading.problems.count; i++) {
		const char *program = reading.problems.items[i].program;
		struct solved *solved = NULL;
		ck_assert_int_eq(
			solved_parse(program, strlen(program), &solved, &reading.err), 0);
		solved_destroy(solved);
	}
}
END_TEST

START_TEST(what_cannot_be_scored_by_is_left_out_and_said) {
	read_fixture();
	static const char *const said[] = {
		"p0001-disconnected-axiom-none: answer: 9 follows, the file says 10\n",
		"p0001-disconnected-tree-control: steps: the shortest proof has 1 steps, the "
		"file's 0\n",
		"p0001-connected-axiom-entity: unread: not one statement of amounts: \"Pears are a "
		"fruit that Pavel likes.\"\n",
		"p0001-connected-tree-entity: unread: \"Pavel has 41 hats.\": not read as the file "
		"labels it\n",
		"p0001-connected-axiom-control: unreachable: the goal does not follow",
		"p0001-connected-tree-agent: ambiguous: both container(Tobin/pear, ",
		"p0001-connected-trees-agent: ambiguous: both container(",
	};
	const char *text = buf_str(&reading.omissions);
	for (size_t i = 0; i < F2F_COUNT(said); i++) {
		ck_assert_msg(strstr(text, said[i]) != NULL, "%s is not in\n%s", said[i], text);
	}
	size_t lines = 0;
	for (const char *c = text; *c != '\0'; c++) {
		lines += *c == '\n';
	}
	ck_assert_uint_eq(lines, F2F_COUNT(said));
}
END_TEST

/* The text as one gzip member, as the set's file. */
static void add_packed(const char *text, size_t length) {
	struct buf packed = BUF_INIT(16 << 20);
	z_stream stream = {0};
	ck_assert_int_eq(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, 0), Z_OK);
	size_t bound = deflateBound(&stream, length);
	stream.next_in = (Bytef *)(uintptr_t)text;
	stream.avail_in = (uInt)length;
	stream.next_out = (Bytef *)buf_reserve(&packed, bound);
	stream.avail_out = (uInt)bound;
	ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
	buf_added(&packed, bound - stream.avail_out);
	deflateEnd(&stream);
	add_text(&reading, "problems", "test500.json.gz", packed.data, packed.len);
	buf_finish(&packed);
}

START_TEST(a_packed_file_is_read_as_the_plain_one) {
	struct buf text = BUF_INIT(1 << 20);
	const char *path = TEST_SOURCE_ROOT "/tests/data/words-paper/two.json";
	ck_assert_int_eq(file_read(path, &text, &reading.err), 0);
	add_packed(text.data, text.len);
	buf_finish(&text);
	read_set(&reading);
	ck_assert_msg(reading.rc == 0, "%s", reading.err.message);
	ck_assert_uint_eq(reading.problems.count, 55);
	ck_assert_str_eq(problem_called("p0001-base")->answer, "9");
}
END_TEST

static void check_refused(const char *text, const char *words) {
	tear_down();
	set_up();
	add_text(&reading, "problems", "p.json", text, strlen(text));
	read_set(&reading);
	ck_assert_int_eq(reading.rc, ERROR_INPUT);
	ck_assert_msg(strstr(reading.err.message, words) != NULL, "%s: %s", text,
		reading.err.message);
}

#define SENTENCE(text, inst) "{\"text\": \"" text "\", \"inst\": " inst "}"
#define NAMES "{\"agents\": [\"Mira\"], \"entities\": [[\"pear\", \"pears\"]]}"
#define BASE(body, question)                                                                       \
	"[{\"base\": {\"problembody\": [" body "], \"question\": " question                        \
	", \"rt\": [], \"answer\": 1}}]"

START_TEST(what_is_not_the_layout_is_refused_with_its_place) {
	check_refused("{}", "p.json: not an array");
	check_refused("[{]", "p.json: ");
	check_refused("[1]", "p.json: problem 1: \"base\" is not an object");
	check_refused("[{\"base\": 1}]", "problem 1: \"base\" is not an object");
	check_refused("[{\"base\": {}}]", "problem 1: p0001-base: \"answer\" is not an integer");
	check_refused("[{\"base\": {\"answer\": \"9\"}}]", "\"answer\" is not an integer");
	check_refused("[{\"base\": {\"answer\": 9}}]", "\"problembody\" is not an array");
	check_refused(BASE("3", SENTENCE("Q?", NAMES)),
		"p0001-base: problembody: sentence 1: a sentence is not an object");
	check_refused(BASE("{\"inst\": " NAMES "}", SENTENCE("Q?", NAMES)), "\"text\"");
	check_refused(BASE(SENTENCE("Mira has 1 pear.", "{}"), SENTENCE("Q?", NAMES)),
		"\"agents\" is not an array");
	check_refused(BASE(SENTENCE("x", "{\"agents\": [3], \"entities\": []}"), "1"),
		"\"agents\" holds what is no name");
	check_refused(BASE(SENTENCE("x", "{\"agents\": [], \"entities\": [[\"pear\"]]}"), "1"),
		"\"entities\" holds what is no pair of singular and plural");
	check_refused(
		BASE(SENTENCE("x", NAMES), "\"Q?\""), "question: a sentence is not an object");
	check_refused(BASE("", SENTENCE("Q?", NAMES)), "\"disconnected\" is not an object");
	check_refused("[{\"base\": {\"answer\": 9, \"problembody\": [], \"rt\": 7}}]",
		"\"rt\" is not an array");
	check_refused("[\xff]", "p.json: line 1: ill-formed UTF-8");
}
END_TEST

START_TEST(a_problem_without_end_is_refused) {
	struct buf text = BUF_INIT(1 << 20);
	buf_append_str(&text, "[{\"base\": {\"answer\": 9, \"rt\": [], \"problembody\": [1");
	for (int i = 0; i < 1000; i++) {
		buf_append_str(&text, ", 1");
	}
	buf_append_str(&text, "]}}]");
	check_refused(buf_str(&text), "\"problembody\" has more than 1000 items");
	buf_finish(&text);
}
END_TEST

static size_t count_in(const char *family, const char *cell) {
	size_t count = 0;
	for (size_t i = 0; i < reading.problems.count; i++) {
		const struct problem *problem = &reading.problems.items[i];
		const char *own = problem->family != NULL ? problem->family : "";
		count += strcmp(own, family) == 0 && strcmp(problem->cell, cell) == 0;
	}
	return count;
}

/* The reader holds the label against the exact optimum: whatever is not left out agrees. */
START_TEST(in_every_sound_cell_the_shortest_proof_is_as_long_as_labelled) {
	char *path = shared_path("words-paper/sample40.json.gz");
	if (path == NULL) {
		return;
	}
	struct buf text = BUF_INIT(16 << 20);
	ck_assert_int_eq(file_read(path, &text, &reading.err), 0);
	add_text(&reading, "problems", path, text.data, text.len);
	buf_finish(&text);
	free(path);
	read_set(&reading);
	ck_assert_msg(reading.rc == 0, "%s", reading.err.message);
	static const char *const families[] = {"disconnected", "connected"};
	static const char *const cells[] = {"axiom/none", "axiom/entity", "axiom/agent",
		"axiom/both", "axiom/control", "tree/none", "tree/entity", "tree/agent",
		"tree/both", "tree/control", "trees/none", "trees/entity", "trees/agent",
		"trees/both", "trees/control"};
	size_t inconsistent = 0;
	ck_assert_uint_eq(count_in("", "base"), 40);
	for (size_t i = 0; i < F2F_COUNT(families); i++) {
		for (size_t j = 0; j < F2F_COUNT(cells); j++) {
			size_t count = count_in(families[i], cells[j]);
			if (i == 1 && strstr(cells[j], "/agent") != NULL) {
				inconsistent += 40 - count;
			} else {
				ck_assert_msg(count == 40, "%s %s: %zu\n%s", families[i], cells[j],
					count, buf_str(&reading.omissions));
			}
		}
	}
	printf("# words-paper: %zu problems, %zu of connected agent overlap left out\n",
		reading.problems.count, inconsistent);
	ck_assert_uint_gt(inconsistent, 20);
	ck_assert_ptr_nonnull(strstr(buf_str(&reading.omissions), "contradictory: "));
	ck_assert_ptr_nonnull(strstr(buf_str(&reading.omissions), "ambiguous: "));
	ck_assert_ptr_null(strstr(buf_str(&reading.omissions), "unread: "));
	ck_assert_ptr_null(strstr(buf_str(&reading.omissions), "steps: "));
}
END_TEST

int main(void) {
	Suite *suite = suite_create("words_paper");
	TCase *tests = tcase_create("words_paper");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, each_problem_comes_in_every_cell_of_both_families);
	tcase_add_test(tests, sentences_become_a_program_that_says_what_they_say);
	tcase_add_test(tests, what_cannot_be_scored_by_is_left_out_and_said);
	tcase_add_test(tests, a_packed_file_is_read_as_the_plain_one);
	tcase_add_test(tests, what_is_not_the_layout_is_refused_with_its_place);
	tcase_add_test(tests, a_problem_without_end_is_refused);
	tcase_add_test(tests, in_every_sound_cell_the_shortest_proof_is_as_long_as_labelled);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
