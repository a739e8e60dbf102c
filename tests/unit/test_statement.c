#include "unit.h"

#include "shared.h"

#include "base/json.h"
#include "base/str.h"
#include "core/problem.h"
#include "lean/statement.h"

static struct lean_statement split(const char *text) {
	struct lean_statement out = {0};
	struct error err = {0};
	ck_assert_msg(lean_statement_split(text, strlen(text), &out, &err) == 0, "%s: %s", text,
		err.message);
	return out;
}

static void check_fields(const char *text, const char *header, const char *preamble,
	const char *statement, const char *theorem, const char *proof) {
	struct lean_statement out = split(text);
	ck_assert_str_eq(out.header, header);
	ck_assert_str_eq(out.preamble, preamble);
	ck_assert_str_eq(out.statement, statement);
	ck_assert_str_eq(out.theorem, theorem);
	if (proof == NULL) {
		ck_assert_ptr_null(out.proof);
	} else {
		ck_assert_ptr_nonnull(out.proof);
		ck_assert_str_eq(out.proof, proof);
	}
	lean_statement_finish(&out);
}

static void check_error(const char *text, const char *message) {
	struct lean_statement out = {0};
	struct error err = {0};
	ck_assert_int_eq(lean_statement_split(text, strlen(text), &out, &err), ERROR_INPUT);
	ck_assert_msg(strstr(err.message, message) != NULL, "%s", err.message);
	ck_assert_ptr_null(out.statement);
}

START_TEST(a_theorem_is_taken_apart_whatever_its_ending) {
	static const char *const endings[] = {"", " :=", " := by", " := by sorry", " := sorry",
		" := by\n  sorry\n", "  :=  by  -- here\n", "\n\n"};
	for (size_t i = 0; i < F2F_COUNT(endings); i++) {
		char *text = xasprintf("theorem t (n : Nat) : n = n%s", endings[i]);
		check_fields(text, "", "", "theorem t (n : Nat) : n = n", "t", NULL);
		free(text);
	}
	check_fields("lemma t : 1 = 1 := rfl\n", "", "", "lemma t : 1 = 1", "t", "rfl");
	check_fields("theorem t : 1 = 1 := by\n  rfl -- yes\n", "", "", "theorem t : 1 = 1", "t",
		"by\n  rfl");
}
END_TEST

START_TEST(header_doc_comment_and_placeholders_stand_apart) {
	check_fields(
		"import Mathlib\nset_option maxHeartbeats 0\n\nopen Nat Real\n\n/-- words := -/\n"
		"abbrev t_solution : Set ℝ := sorry\n\ntheorem t (x : ℝ) : x ∈ t_solution := by",
		"import Mathlib\nset_option maxHeartbeats 0\n\nopen Nat Real\n",
		"/-- words := -/\nabbrev t_solution : Set ℝ := sorry\n\n",
		"theorem t (x : ℝ) : x ∈ t_solution", "t", NULL);
}
END_TEST

START_TEST(the_assignments_inside_a_statement_do_not_end_it) {
	check_fields("theorem t (h : a = 1 := by simp) :\n  let b := 2\n  let c := b\n  b = c := "
		     "by sorry",
		"", "", "theorem t (h : a = 1 := by simp) :\n  let b := 2\n  let c := b\n  b = c",
		"t", NULL);
	check_fields("theorem t : (let b := 2; b) = 2 := by let c := 1; rfl", "", "",
		"theorem t : (let b := 2; b) = 2", "t", "by let c := 1; rfl");
	check_fields("theorem t.{u} (α : Type u) : { x := 1 : P } = p := rfl", "", "",
		"theorem t.{u} (α : Type u) : { x := 1 : P } = p", "t", "rfl");
}
END_TEST

START_TEST(equations_are_a_proof) {
	check_fields("theorem t : ∀ n : Nat, n = n\n  | 0 => rfl\n  | n+1 => rfl\n", "", "",
		"theorem t : ∀ n : Nat, n = n", "t", "| 0 => rfl\n  | n+1 => rfl");
	check_fields("theorem t (x : ℝ) :\n  |x| = 1 := by simp", "", "",
		"theorem t (x : ℝ) :\n  |x| = 1", "t", "by simp");
}
END_TEST

START_TEST(line_ends_of_other_systems_give_the_same_text) {
	check_fields("open Nat\r\n\r\ntheorem t :\r\n  1 = 1 := by\r\n", "open Nat\n", "",
		"theorem t :\n  1 = 1", "t", NULL);
}
END_TEST

START_TEST(what_is_no_statement_is_refused_with_its_line) {
	check_error("", "no theorem");
	check_error("def x := 1", "line 1: the last declaration is no theorem");
	check_error("theorem t : 1 = 1 := rfl\n#eval 1", "line 2");
	check_error("theorem t : := rfl", "states no type");
	check_error("theorem t := rfl", "states no type");
	check_error("theorem t (x : Nat : x = x := rfl", "brackets");
	check_error("/- theorem t : 1 = 1", "unclosed comment");
	check_error("open Nat\ntheorem t : 1 = Т", "line 2: a character");
	check_error("theorem t : \xff = 1", "UTF-8");
}
END_TEST

START_TEST(a_set_cannot_bring_in_what_changes_the_check) {
	check_error("axiom oops : False\ntheorem t : 1 = 1 := by", "line 1: \"axiom\"");
	check_error("macro \"x\" : term => `(1)\ntheorem t : 1 = 1 := by", "\"macro\"");
	check_error("import Evil\ntheorem t : 1 = 1 := by", "\"import\"");
	check_error("#exit\ntheorem t : 1 = 1 := by", "#exit");
	check_error(
		"set_option debug.skipKernelTC true\ntheorem t : 1 = 1 := by", "not on the list");
	check_error("set_option warn.sorry false\ntheorem t : 1 = 1 := by", "not on the list");
	check_error("open Lean Elab\ntheorem t : 1 = 1 := by", "internals");
}
END_TEST

/* One record of a set: header and doc comment where they are, then the formal text. */
static void check_record(const json_t *record, size_t *placeholders) {
	struct buf text = BUF_INIT(1 << 20);
	const char *name = json_string_or(record, "name", "");
	const char *formal = json_string_or(record, "formal_statement", "");
	buf_append_str(&text, json_string_or(record, "header", ""));
	buf_append_str(&text, json_string_or(record, "informal_prefix", ""));
	buf_append_str(&text, formal);
	struct lean_statement out = split(buf_str(&text));
	ck_assert_msg(strcmp(out.theorem, name) == 0 || strcmp(out.theorem, "imo_1966_p5_v2c") == 0,
		"%s", name);
	ck_assert_msg(out.proof == NULL, "%s: %s", name, out.proof);
	ck_assert(str_starts_with(out.header, "import Mathlib\nimport Aesop\n"));
	ck_assert(strstr(formal, out.statement) != NULL);
	*placeholders += strstr(out.preamble, "abbrev") != NULL;
	lean_statement_finish(&out);
	buf_finish(&text);
}

static void check_set(const char *name, bool lines, size_t placeholders_wanted) {
	char *path = shared_path(name);
	if (path == NULL) {
		return;
	}
	struct buf text = BUF_INIT(16 << 20);
	ck_assert_int_eq(file_read(path, &text, NULL), 0);
	struct str rest = str_slice(text.data, text.len);
	struct str line;
	size_t count = 0;
	size_t placeholders = 0;
	json_t *value = NULL;
	struct error err;
	while (lines && str_next_line(&rest, &line)) {
		ck_assert_int_eq(json_parse(line.data, line.len, &value, &err), 0);
		check_record(value, &placeholders);
		json_decref(value);
		count++;
	}
	if (!lines) {
		ck_assert_int_eq(json_parse(text.data, text.len, &value, &err), 0);
		for (; count < json_array_size(value); count++) {
			check_record(json_array_get(value, count), &placeholders);
		}
		json_decref(value);
	}
	ck_assert_uint_eq(count, 488);
	ck_assert_uint_eq(placeholders, placeholders_wanted);
	buf_finish(&text);
	free(path);
}

START_TEST(every_statement_of_the_json_sets_is_taken_apart) {
	check_set("minif2f-v2/datasets/miniF2F_v2s.json", false, 0);
	check_set("minif2f-v2/datasets/miniF2F_v2s.jsonl", true, 0);
	check_set("minif2f-v2/datasets/miniF2F_v2c.json", false, 16);
	check_set("minif2f-v2/datasets/miniF2F_v2c.jsonl", true, 16);
	check_set("minif2f-deepseek/minif2f.jsonl", true, 0);
}
END_TEST

static void check_file(const char *name, const char *text, size_t length, void *data) {
	size_t *count = data;
	if (strstr(name, "/Valid/") == NULL && strstr(name, "/Test/") == NULL) {
		return; // lists of imports
	}
	(*count)++;
	struct lean_statement out = {0};
	struct error err = {0};
	ck_assert_msg(
		lean_statement_split(text, length, &out, &err) == 0, "%s: %s", name, err.message);
	ck_assert_msg(out.proof == NULL, "%s: %s", name, out.proof);
	char *file = xasprintf("%s.lean", out.theorem);
	ck_assert_str_eq(file, path_base(name));
	free(file);
	lean_statement_finish(&out);
}

START_TEST(every_file_of_the_lean_tree_is_taken_apart) {
	char *path = shared_path("minif2f-lean4/tree.tar.gz");
	if (path != NULL) {
		size_t count = 0;
		shared_tar_each(path, ".lean", check_file, &count);
		ck_assert_uint_eq(count, 488);
	}
	free(path);
}
END_TEST

START_TEST(the_parts_move_into_a_problem) {
	struct problem problem = {.header = xstrdup("old")};
	struct lean_statement out = split("open Nat\ntheorem t : 1 = 1 := rfl");
	lean_statement_move(&out, &problem);
	ck_assert_str_eq(problem.header, "open Nat\n");
	ck_assert_str_eq(problem.theorem, "t");
	ck_assert_str_eq(problem.proof, "rfl");
	ck_assert_ptr_null(out.statement);
	struct problem copy;
	problem_copy(&problem, &copy);
	problem_finish(&problem);
	ck_assert_str_eq(copy.statement, "theorem t : 1 = 1");
	ck_assert_ptr_null(copy.informal);
	problem_finish(&copy);
	lean_statement_finish(&out);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("statement");
	TCase *tcase = tcase_create("statement");
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_theorem_is_taken_apart_whatever_its_ending);
	tcase_add_test(tcase, header_doc_comment_and_placeholders_stand_apart);
	tcase_add_test(tcase, the_assignments_inside_a_statement_do_not_end_it);
	tcase_add_test(tcase, equations_are_a_proof);
	tcase_add_test(tcase, line_ends_of_other_systems_give_the_same_text);
	tcase_add_test(tcase, what_is_no_statement_is_refused_with_its_line);
	tcase_add_test(tcase, a_set_cannot_bring_in_what_changes_the_check);
	tcase_add_test(tcase, every_statement_of_the_json_sets_is_taken_apart);
	tcase_add_test(tcase, every_file_of_the_lean_tree_is_taken_apart);
	tcase_add_test(tcase, the_parts_move_into_a_problem);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
