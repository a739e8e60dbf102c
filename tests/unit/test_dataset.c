#include "unit.h"

#include <string.h>

#include "reading.h"

#define FIXTURES TEST_SOURCE_ROOT "/tests/data/datasets"
#define NOTEQUIV "numbertheory_notequiv2i2jasqbsqdiv8"

static void use_fixtures(void) {
	setenv("F2F_DATASETS", FIXTURES, 1);
}

static void use_built_in(void) {
	unsetenv("F2F_DATASETS");
}

static struct reading read_fixture(const char *set, const char *path) {
	struct reading reading = {0};
	use_set(&reading, set);
	char *root = xasprintf("%s/%s", FIXTURES, reading.dataset->sources[0].name);
	add_file(&reading, "problems", root, path);
	free(root);
	read_set(&reading);
	ck_assert_msg(reading.rc == 0, "%s", reading.err.message);
	return reading;
}

/* Reads text of our own as the one file of v2s (an array) or v1 (lines). */
static struct reading read_text(const char *set, const char *text, size_t length) {
	struct reading reading = {0};
	use_set(&reading, set);
	add_text(&reading, "problems", "datasets/x.json", text, length);
	read_set(&reading);
	return reading;
}

static void refuses(const char *set, const char *text, const char *message) {
	struct reading reading = read_text(set, text, strlen(text));
	ck_assert_int_eq(reading.rc, ERROR_INPUT);
	ck_assert_str_eq(reading.err.message, message);
	reading_finish(&reading);
}

/* ---- Manifests. */

START_TEST(every_built_in_manifest_loads) {
	const char *name;
	size_t count = 0;
	for (; (name = dataset_name(count)) != NULL; count++) {
		struct dataset *dataset = NULL;
		struct error err = {0};
		ck_assert_msg(dataset_load(name, &dataset, &err) == 0, "%s", err.message);
		ck_assert_str_eq(dataset->name, name);
		ck_assert(dataset->source_count + dataset->member_count + dataset->built_in_count >
			  0);
		dataset_destroy(dataset);
	}
	ck_assert_uint_eq(count, 8);
}
END_TEST

START_TEST(an_unknown_split_names_the_nearest) {
	struct dataset *dataset = NULL;
	struct error err = {0};
	ck_assert_int_eq(dataset_load("v2x", &dataset, &err), ERROR_USAGE);
	ck_assert_ptr_nonnull(strstr(err.message, "unknown split \"v2x\"; did you mean v2"));
	ck_assert_int_eq(dataset_load("v1-lean", &dataset, &err), ERROR_USAGE);
	ck_assert_str_eq(err.message, "unknown split \"v1-lean\"; did you mean v1-lean4?");
	ck_assert_int_eq(dataset_load("../../etc/passwd", &dataset, &err), ERROR_USAGE);
	ck_assert_ptr_null(dataset);
}
END_TEST

START_TEST(v2_is_made_of_its_two_variants) {
	struct dataset *dataset = NULL;
	ck_assert_int_eq(dataset_load("v2", &dataset, NULL), 0);
	ck_assert_uint_eq(dataset->member_count, 2);
	ck_assert_str_eq(dataset->members[0], "v2s");
	ck_assert_str_eq(dataset->members[1], "v2c");
	ck_assert_uint_eq(dataset->source_count, 0);
	dataset_destroy(dataset);
}
END_TEST

START_TEST(a_folder_is_known_by_its_sorted_listing) {
	const struct dataset_blob blobs[] = {
		{.role = "lean", .path = "a/b.lean", .data = "two", .length = 3},
		{.role = "lean", .path = "a/a.lean", .data = "one", .length = 3},
		{.role = "lean", .path = "ab/c.lean", .data = "no", .length = 2},
	};
	struct dataset_file folder = {.path = (char *)"a"};
	struct sha256 hash;
	int64_t bytes = 0;
	ck_assert_int_eq(dataset_file_hash(&folder, blobs, 3, &hash, &bytes, NULL), 0);
	ck_assert_int_eq(bytes, 6);
	char *listing = xasprintf(
		"%s  a/a.lean\n%s  a/b.lean\n", sha256_of("one", 3).hex, sha256_of("two", 3).hex);
	ck_assert_str_eq(hash.hex, sha256_of(listing, strlen(listing)).hex);
	free(listing);
	struct dataset_file absent = {.path = (char *)"b"};
	ck_assert_int_eq(
		dataset_file_hash(&absent, blobs, 3, &hash, &bytes, NULL), ERROR_NOT_FOUND);
}
END_TEST

START_TEST(the_demo_set_is_built_in_and_every_problem_has_its_proofs) {
	struct reading reading = {0};
	use_set(&reading, "demo");
	size_t count = 0;
	struct dataset_blob *blobs = dataset_built_in(reading.dataset, &count);
	ck_assert_uint_eq(count, 1);
	vec_push(&reading.blobs, blobs[0]);
	free(blobs);
	read_set(&reading);
	ck_assert_msg(reading.rc == 0, "%s", reading.err.message);
	ck_assert_uint_ge(reading.problems.count, 20);
	for (size_t i = 0; i < reading.problems.count; i++) {
		const struct problem *problem = &reading.problems.items[i];
		ck_assert_str_eq(problem->subset, "test");
		ck_assert_str_eq(problem->theorem, problem->name);
		ck_assert_str_eq(problem->header, "");
		ck_assert_ptr_nonnull(problem->proof);
		ck_assert_ptr_nonnull(problem->informal_proof);
		ck_assert_ptr_null(problem->toolchain);
	}
	reading_finish(&reading);
}
END_TEST

/* ---- The traps, on fixtures of our own. */

START_TEST(exchanged_labels_go_by_name_and_the_files_word_is_kept) {
	struct reading reading = read_fixture("v2s", "datasets/miniF2F_v2s.json");
	const struct problem *problem = find(&reading, "f2f_sum_of_two");
	ck_assert_str_eq(problem->subset, "test");
	ck_assert_str_eq(problem->file_subset, "valid");
	problem = find(&reading, "f2f_parity");
	ck_assert_str_eq(problem->subset, "valid");
	ck_assert_str_eq(problem->file_subset, "test");
	reading_finish(&reading);
}
END_TEST

START_TEST(labels_that_upstream_repairs_are_not_exchanged_twice) {
	struct reading reading = {0};
	use_set(&reading, "v2s");
	add_file(&reading, "problems", FIXTURES "/minif2f-deepseek",
		"datasets/minif2f.jsonl"); // labelled as miniF2F does
	free(reading.dataset->layout);
	reading.dataset->layout = xstrdup("jsonl");
	read_set(&reading);
	ck_assert_int_eq(reading.rc, 0);
	ck_assert_str_eq(find(&reading, "f2f_sum_of_two")->subset, "test");
	ck_assert_str_eq(find(&reading, "f2f_sum_of_two")->file_subset, "test");
	reading_finish(&reading);
}
END_TEST

START_TEST(a_statement_ends_before_its_by_and_sorry) {
	struct reading reading = read_fixture("v2s", "datasets/miniF2F_v2s.json");
	const struct problem *problem = find(&reading, "f2f_parity"); // ends in ":= by sorry"
	ck_assert_str_eq(problem->statement, "theorem f2f_parity (n : ℕ) :\n    Even (2 * n)");
	ck_assert_ptr_null(problem->proof);
	problem = find(&reading, "f2f_sum_of_two"); // ends in ":= by"
	ck_assert_str_eq(problem->statement,
		"theorem f2f_sum_of_two (a b : ℕ) (h₀ : a = 2) (h₁ : b = 3) : a + b = 5");
	ck_assert_ptr_null(problem->proof);
	ck_assert_ptr_null(problem->informal_proof); // shipped empty
	reading_finish(&reading);
}
END_TEST

START_TEST(headers_are_kept_as_each_file_has_them) {
	struct reading json = read_fixture("v2s", "datasets/miniF2F_v2s.json");
	struct reading lines = {0};
	use_set(&lines, "v2s");
	free(lines.dataset->layout);
	lines.dataset->layout = xstrdup("jsonl");
	add_file(&lines, "problems", FIXTURES "/minif2f-v2", "datasets/miniF2F_v2s.jsonl");
	read_set(&lines);
	ck_assert_msg(lines.rc == 0, "%s", lines.err.message);
	ck_assert_ptr_nonnull(strstr(
		json.problems.items[0].header, "open BigOperators Real Nat Rat Finset Topology\n"));
	ck_assert_ptr_nonnull(strstr(
		lines.problems.items[0].header, "open BigOperators Real Nat Topology Rat\n"));
	ck_assert_str_eq(json.problems.items[0].statement, lines.problems.items[0].statement);
	reading_finish(&json);
	reading_finish(&lines);
}
END_TEST

START_TEST(the_key_with_a_space_is_the_statement_in_words) {
	struct reading reading = {0};
	use_set(&reading, "v2s");
	free(reading.dataset->layout);
	reading.dataset->layout = xstrdup("jsonl");
	add_file(&reading, "problems", FIXTURES "/minif2f-v2", "datasets/miniF2F_v2s.jsonl");
	read_set(&reading);
	ck_assert_int_eq(reading.rc, 0);
	ck_assert_str_eq(find(&reading, "f2f_sum_of_two")->informal,
		"Two and three are added. Show that it is 5.");
	reading_finish(&reading);
}
END_TEST

START_TEST(a_literal_backslash_n_in_words_is_kept) {
	struct reading reading = read_fixture("v2s", "datasets/miniF2F_v2s.json");
	ck_assert_ptr_nonnull(
		strstr(find(&reading, "f2f_parity")->informal, "even.\\nThe backslash"));
	reading_finish(&reading);
}
END_TEST

START_TEST(a_placeholder_is_preamble_and_another_theorem_name_is_kept) {
	struct reading reading = read_fixture("v2c", "datasets/miniF2F_v2c.json");
	const struct problem *problem = find(&reading, "f2f_largest_root");
	ck_assert_ptr_nonnull(
		strstr(problem->preamble, "abbrev f2f_largest_root_solution : ℝ := sorry"));
	ck_assert_str_eq(problem->statement, "theorem f2f_largest_root : IsGreatest {x : ℝ | x ^ 2 "
					     "= 4} f2f_largest_root_solution");
	problem = find(&reading, "f2f_sum_of_two");
	ck_assert_str_eq(problem->theorem, "f2f_sum_of_two_v2c");
	ck_assert_str_eq(problem->name, "f2f_sum_of_two");
	ck_assert_str_eq(problem->split, "v2c");
	reading_finish(&reading);
}
END_TEST

START_TEST(a_doc_comment_becomes_plain_words) {
	struct reading reading = read_fixture("v1", "datasets/minif2f.jsonl");
	const struct problem *problem = find(&reading, NOTEQUIV);
	ck_assert_str_eq(problem->informal, "Show that a number is not its successor.");
	ck_assert_str_eq(problem->preamble, "");
	ck_assert_str_eq(problem->subset, "valid");
	ck_assert_str_eq(problem->toolchain, "leanprover/lean4:v4.9.0");
	reading_finish(&reading);
}
END_TEST

static void add_tree_files(struct reading *reading) {
	static const char *const lean[] = {"MiniF2F/Test/f2f_largest_root.lean",
		"MiniF2F/Test/f2f_sum_of_two.lean", "MiniF2F/Valid/f2f_parity.lean",
		"MiniF2F/Valid/numbertheory_notEquiv2i2jasqbsqdiv8.lean"};
	static const char *const words[] = {"informal/test/f2f_largest_root.json",
		"informal/test/f2f_sum_of_two.json", "informal/valid/f2f_parity.json",
		"informal/valid/" NOTEQUIV ".json"};
	for (size_t i = 0; i < 4; i++) {
		add_file(reading, "lean", FIXTURES "/minif2f-lean4", lean[i]);
		add_file(reading, "informal", FIXTURES "/minif2f-informal", words[i]);
	}
}

START_TEST(a_lean_tree_and_a_folder_of_words_join_by_name_in_any_case) {
	struct reading reading = {0};
	use_set(&reading, "v1-lean4");
	add_tree_files(&reading);
	add_text(&reading, "lean", "MiniF2F/Test/notes.txt", "\xff not Lean", 10);
	read_set(&reading);
	ck_assert_msg(reading.rc == 0, "%s", reading.err.message);
	const struct problem *problem = find(&reading, NOTEQUIV);
	ck_assert_str_eq(problem->theorem, "numbertheory_notEquiv2i2jasqbsqdiv8");
	ck_assert_str_eq(problem->informal, "Show that a number is not its successor.");
	ck_assert_str_eq(problem->informal_proof, "It follows.");
	ck_assert_str_eq(problem->file_subset, "valid");
	ck_assert_ptr_nonnull(strstr(problem->header, "open BigOperators Real Nat Topology Rat\n"));
	reading_finish(&reading);
}
END_TEST

START_TEST(a_lean_tree_without_its_words_is_refused) {
	struct reading reading = {0};
	use_set(&reading, "v1-lean4");
	add_file(&reading, "lean", FIXTURES "/minif2f-lean4", "MiniF2F/Valid/f2f_parity.lean");
	read_set(&reading);
	ck_assert_int_eq(reading.rc, ERROR_INPUT);
	ck_assert_str_eq(reading.err.message,
		"MiniF2F/Valid/f2f_parity.lean: f2f_parity: no statement in words");
	reading_finish(&reading);
	reading = (struct reading){0};
	use_set(&reading, "v1-lean4");
	add_tree_files(&reading);
	static const char extra[] =
		"{\"problem_name\":\"extra\",\"informal_statement\":\"x\",\"informal_proof\":\"\"}";
	add_text(&reading, "informal", "informal/test/extra.json", extra, strlen(extra));
	read_set(&reading);
	ck_assert_int_eq(reading.rc, ERROR_INPUT);
	ck_assert_str_eq(
		reading.err.message, "informal/test/extra.json: no Lean file of this name");
	reading_finish(&reading);
}
END_TEST

/* ---- Bad input. */

#define RECORD(name, split)                                \
	"{\"name\":\"" name "\",\"split\":\"" split        \
	"\",\"informal_statement\":\"x\",\"header\":\"\"," \
	"\"formal_statement\":\"theorem t : True := by\"}"

START_TEST(truncated_json_names_the_file_and_the_line) {
	struct buf text = BUF_INIT(1 << 20);
	ck_assert_int_eq(
		file_read(FIXTURES "/minif2f-v2/datasets/miniF2F_v2s.json", &text, NULL), 0);
	for (size_t length = 0; length + 2 < text.len; length += 97) {
		struct reading reading = read_text("v2s", buf_str(&text), length);
		ck_assert_int_eq(reading.rc, ERROR_INPUT);
		ck_assert_ptr_nonnull(strstr(reading.err.message, "datasets/x.json: line "));
		reading_finish(&reading);
	}
	buf_finish(&text);
	refuses("v1", RECORD("f2f_parity", "valid") "\n{\"name\":",
		"datasets/x.json: line 2: unexpected token near end of file");
}
END_TEST

START_TEST(a_missing_key_names_the_record) {
	refuses("v2s", "[" RECORD("f2f_parity", "test") ", {\"split\":\"test\"}]",
		"datasets/x.json: record 2: no \"name\"");
	refuses("v2s", "[{\"name\":\"f2f_parity\",\"split\":\"test\",\"header\":\"\"}]",
		"datasets/x.json: record 1: f2f_parity: no \"informal_statement\" and no "
		"\"informal_prefix\"");
	refuses("v2s",
		"[{\"name\":\"f2f_parity\",\"split\":\"test\",\"informal_statement\":\"x\","
		"\"header\":3}]",
		"datasets/x.json: record 1: f2f_parity: \"header\" is not a string");
	refuses("v2s", "[7]", "datasets/x.json: record 1: not an object");
	refuses("v2s", "{}", "datasets/x.json: not an array of records");
}
END_TEST

START_TEST(names_that_repeat_or_are_strange_are_refused) {
	refuses("v2s", "[" RECORD("f2f_parity", "test") "," RECORD("f2f_parity", "test") "]",
		"datasets/x.json: record 2: f2f_parity: a second problem of this name");
	refuses("v2s",
		"[" RECORD(NOTEQUIV, "test") "," RECORD(
			"numbertheory_notEquiv2i2jasqbsqdiv8", "test") "]",
		"datasets/x.json: record 2: " NOTEQUIV ": a second problem of this name");
	refuses("v2s", "[" RECORD("a/../b", "test") "]",
		"datasets/x.json: record 1: \"name\" holds other characters than A-Z a-z 0-9 _ . - "
		"'");
	refuses("v2s", "[" RECORD("", "test") "]", "datasets/x.json: record 1: \"name\" is empty");
	refuses("v2s", "[" RECORD("somebody_else", "test") "]",
		"datasets/x.json: record 1: somebody_else: no problem of this name in "
		"datasets/minif2f-subsets.txt");
	refuses("v2s", "[" RECORD("f2f_parity", "train") "]",
		"datasets/x.json: record 1: f2f_parity: the subset is neither test nor valid");
}
END_TEST

START_TEST(ill_formed_utf8_and_nul_are_refused_with_their_line) {
	refuses("v2s", "[\n\n\"\xff\"]", "datasets/x.json: line 3: ill-formed UTF-8");
	refuses("v1", RECORD("f2f_parity", "valid") "\n{\"name\":\"\xc3\"}",
		"datasets/x.json: line 2: ill-formed UTF-8");
	struct reading reading = read_text("v2s", "[\n\0]", 4);
	ck_assert_int_eq(reading.rc, ERROR_INPUT);
	ck_assert_str_eq(reading.err.message, "datasets/x.json: line 2: a NUL byte");
	reading_finish(&reading);
	refuses("v2s", "[{\"name\":\"a\\u0000b\"}]",
		"datasets/x.json: record 1: \"name\" holds a NUL");
	reading = (struct reading){0};
	use_set(&reading, "v1-lean4");
	add_tree_files(&reading);
	((char *)reading.blobs.items[0].data)[20] = '\xff';
	read_set(&reading);
	ck_assert_int_eq(reading.rc, ERROR_INPUT);
	ck_assert_ptr_nonnull(strstr(reading.err.message,
		"MiniF2F/Test/f2f_largest_root.lean: line 3: ill-formed UTF-8"));
	reading_finish(&reading);
}
END_TEST

START_TEST(a_count_that_is_not_the_manifests_is_refused) {
	refuses("v2s", "[]", "0 problems where the set has 4");
	refuses("v2s", "[" RECORD("f2f_parity", "test") "]", "1 problems where the set has 4");
	refuses("v1", "", "0 problems where the set has 4");
	struct reading reading = {0};
	use_set(&reading, "v2s");
	add_file(&reading, "problems", FIXTURES "/minif2f-v2", "datasets/miniF2F_v2s.json");
	reading.dataset->subset_count = 3;
	read_set(&reading);
	ck_assert_int_eq(reading.rc, ERROR_INPUT);
	ck_assert_str_eq(
		reading.err.message, "2 test and 2 valid problems where the set has 3 of each");
	reading_finish(&reading);
}
END_TEST

START_TEST(a_formal_text_that_is_no_theorem_is_refused) {
	static const char text[] = "[{\"name\":\"f2f_parity\",\"split\":\"test\",\"informal_"
				   "statement\":\"x\",\"header\":\"import Mathlib\\n\","
				   "\"formal_statement\":\"axiom f2f_parity : False\"}]";
	struct reading reading = read_text("v2s", text, strlen(text));
	ck_assert_int_eq(reading.rc, ERROR_INPUT);
	ck_assert_ptr_nonnull(
		strstr(reading.err.message, "datasets/x.json: record 1: f2f_parity: "));
	reading_finish(&reading);
}
END_TEST

START_TEST(hostile_nesting_is_refused_and_does_not_overflow) {
	enum { DEPTH = 100000 };
	char *deep = xmalloc(DEPTH + 1);
	memset(deep, '[', DEPTH);
	deep[DEPTH] = '\0';
	struct reading reading = read_text("v2s", deep, DEPTH);
	ck_assert_int_eq(reading.rc, ERROR_INPUT);
	reading_finish(&reading);
	free(deep);
}
END_TEST

/* Bytes of the fixtures changed, cut and doubled at random (a fixed seed): read or refused, never
 * more. */
static void mutate(const char *set, const char *path, unsigned seed) {
	struct buf text = BUF_INIT(1 << 20);
	ck_assert_int_eq(file_read(path, &text, NULL), 0);
	for (unsigned round = 0; round < 1500; round++) {
		char *copy = xmemdup0(buf_str(&text), text.len);
		size_t length = text.len;
		for (unsigned change = 0; change <= round % 4; change++) {
			seed = seed * 1103515245 + 12345;
			size_t at = (seed >> 8) % length;
			seed = seed * 1103515245 + 12345;
			static const char bytes[] = "\"\\{}[]:,\n\0/-:=(\xff"
						    "a";
			copy[at] = bytes[(seed >> 8) % (sizeof(bytes) - 1)];
			length = round % 7 == 0 ? at + 1 : length;
		}
		struct reading reading = read_text(set, copy, length);
		ck_assert_msg(reading.rc == 0 || reading.rc == ERROR_INPUT, "%d %s", reading.rc,
			reading.err.message);
		ck_assert(reading.rc == 0 || reading.err.message[0] != '\0');
		reading_finish(&reading);
		free(copy);
	}
	buf_finish(&text);
}

START_TEST(damaged_bytes_are_read_or_refused) {
	mutate("v2s", FIXTURES "/minif2f-v2/datasets/miniF2F_v2s.json", 1);
	mutate("v2s", FIXTURES "/minif2f-v2/datasets/miniF2F_v2c.json", 2);
	mutate("v1", FIXTURES "/minif2f-deepseek/datasets/minif2f.jsonl", 3);
}
END_TEST

static TCase *cases(const char *name, void (*setup)(void)) {
	TCase *tests = tcase_create(name);
	tcase_add_checked_fixture(tests, setup, NULL);
	return tests;
}

int main(void) {
	Suite *suite = suite_create("dataset");
	TCase *built_in = cases("manifests", use_built_in);
	tcase_add_test(built_in, every_built_in_manifest_loads);
	tcase_add_test(built_in, an_unknown_split_names_the_nearest);
	tcase_add_test(built_in, v2_is_made_of_its_two_variants);
	tcase_add_test(built_in, the_demo_set_is_built_in_and_every_problem_has_its_proofs);
	tcase_add_test(built_in, a_folder_is_known_by_its_sorted_listing);
	suite_add_tcase(suite, built_in);
	TCase *traps = cases("traps", use_fixtures);
	tcase_add_test(traps, exchanged_labels_go_by_name_and_the_files_word_is_kept);
	tcase_add_test(traps, labels_that_upstream_repairs_are_not_exchanged_twice);
	tcase_add_test(traps, a_statement_ends_before_its_by_and_sorry);
	tcase_add_test(traps, headers_are_kept_as_each_file_has_them);
	tcase_add_test(traps, the_key_with_a_space_is_the_statement_in_words);
	tcase_add_test(traps, a_literal_backslash_n_in_words_is_kept);
	tcase_add_test(traps, a_placeholder_is_preamble_and_another_theorem_name_is_kept);
	tcase_add_test(traps, a_doc_comment_becomes_plain_words);
	tcase_add_test(traps, a_lean_tree_and_a_folder_of_words_join_by_name_in_any_case);
	tcase_add_test(traps, a_lean_tree_without_its_words_is_refused);
	suite_add_tcase(suite, traps);
	TCase *bad = cases("bad", use_fixtures);
	tcase_add_test(bad, truncated_json_names_the_file_and_the_line);
	tcase_add_test(bad, a_missing_key_names_the_record);
	tcase_add_test(bad, names_that_repeat_or_are_strange_are_refused);
	tcase_add_test(bad, ill_formed_utf8_and_nul_are_refused_with_their_line);
	tcase_add_test(bad, a_count_that_is_not_the_manifests_is_refused);
	tcase_add_test(bad, a_formal_text_that_is_no_theorem_is_refused);
	tcase_add_test(bad, damaged_bytes_are_read_or_refused);
	tcase_add_test(bad, hostile_nesting_is_refused_and_does_not_overflow);
	suite_add_tcase(suite, bad);
	return unit_run(suite);
}
