#include "unit.h"

#include "shared.h"

#include "base/json.h"
#include "base/map.h"
#include "base/str.h"
#include "core/problem.h"
#include "lean/candidate.h"
#include "lean/check.h"
#include "lean/statement.h"

static struct problem problem_of(const char *text) {
	struct problem problem = {0};
	struct lean_statement statement = {0};
	struct error err = {0};
	ck_assert_msg(
		lean_statement_split(text, strlen(text), &statement, &err) == 0, "%s", err.message);
	lean_statement_move(&statement, &problem);
	lean_statement_finish(&statement);
	return problem;
}

/* DeepSeek's JSONL by name. */
static struct map *load_v1(void) {
	char *path = shared_path("minif2f-deepseek/minif2f.jsonl");
	struct map *map = map_create();
	struct buf text = BUF_INIT(16 << 20);
	if (path == NULL) {
		return map;
	}
	ck_assert_int_eq(file_read(path, &text, NULL), 0);
	struct str rest = str_slice(text.data, text.len);
	struct str line;
	while (str_next_line(&rest, &line)) {
		json_t *value = NULL;
		ck_assert_int_eq(json_parse(line.data, line.len, &value, NULL), 0);
		char *formal = xasprintf("%s%s%s", json_string_or(value, "header", ""),
			json_string_or(value, "informal_prefix", ""),
			json_string_or(value, "formal_statement", ""));
		struct problem *problem = xcalloc(1, sizeof(*problem));
		*problem = problem_of(formal);
		map_set(map, json_string_or(value, "name", ""), problem);
		free(formal);
		json_decref(value);
	}
	buf_finish(&text);
	free(path);
	return map;
}

static void free_problem(void *value) {
	problem_finish(value);
	free(value);
}

struct tally {
	struct map *problems;
	size_t differing;
};

static void take_published(const char *name, const char *text, size_t length, void *data) {
	struct tally *tally = data;
	char *key = xmemdup0(path_base(name), strlen(path_base(name)) - strlen(".lean"));
	const struct problem *problem = map_get(tally->problems, key);
	ck_assert_msg(problem != NULL, "%s", name);
	struct lean_candidate candidate = {0};
	struct candidate_result result =
		lean_candidate_from_reply(problem, LEAN_POLICY_STRICT, text, length, &candidate);
	ck_assert_msg(result.status == CANDIDATE_OK, "%s: %d %s %s", name, result.status,
		reject_reason_name(result.reason), result.note);
	ck_assert_msg(!result.truncated, "%s", name);
	ck_assert(strstr(text, candidate.proof) != NULL);
	ck_assert_msg(result.note[0] == '\0', "%s: %s", name, result.note);
	if (candidate.difference != NULL) {
		tally->differing++;
		printf("# %s: %s\n", key, candidate.difference);
	}
	lean_candidate_finish(&candidate);
	free(key);
}

START_TEST(every_published_proof_is_taken_and_none_refused) {
	char *path = shared_path("published-proofs/deepseek-prover-v2.tar.gz");
	struct tally tally = {.problems = load_v1()};
	if (path != NULL && map_count(tally.problems) > 0) {
		ck_assert_uint_eq(shared_tar_each(path, ".lean", take_published, &tally), 438);
		ck_assert_uint_eq(tally.differing, 9);
	}
	map_destroy(tally.problems, free_problem);
	free(path);
}
END_TEST

static const char *const shown[] = {"ok", "no_code", "rejected"};

static void check_reply(const struct problem *problem, const char *name, const char *reply,
	enum candidate_status status, enum reject_reason reason) {
	struct lean_candidate candidate = {0};
	struct candidate_result result = lean_candidate_from_reply(
		problem, LEAN_POLICY_STRICT, reply, strlen(reply), &candidate);
	ck_assert_msg(result.status == status &&
			      (status != CANDIDATE_REJECTED || result.reason == reason),
		"%s: %s %s: %s", name, shown[result.status], reject_reason_name(result.reason),
		result.note);
	ck_assert_msg(status != CANDIDATE_REJECTED || result.note[0] != '\0', "%s", name);
	ck_assert(status == CANDIDATE_OK || candidate.proof == NULL);
	lean_candidate_finish(&candidate);
}

/* Takes a reply that must be good, and compares its pieces. NULL: not looked at. */
static void check_taken(
	const char *statement, const char *reply, const char *helpers, const char *proof) {
	struct problem problem = problem_of(statement);
	struct lean_candidate candidate = {0};
	struct candidate_result result = lean_candidate_from_reply(
		&problem, LEAN_POLICY_STRICT, reply, strlen(reply), &candidate);
	ck_assert_msg(result.status == CANDIDATE_OK, "%s: %s %s: %s", reply, shown[result.status],
		reject_reason_name(result.reason), result.note);
	ck_assert_str_eq(candidate.proof, proof);
	if (helpers != NULL) {
		ck_assert_str_eq(candidate.helpers, helpers);
	}
	lean_candidate_finish(&candidate);
	problem_finish(&problem);
}

static const char one[] = "theorem t : 1 = 1";

START_TEST(honest_proofs_pass) {
	check_taken(one, "```lean\ntheorem t : 1 = 1 := rfl\n```", "", "rfl");
	check_taken(one, "```lean\nlemma t : 1 = 1 := rfl\n```", "", "rfl");
	check_taken(one, "theorem t : 1 = 1 := Classical.byContradiction fun h' => h' rfl", "",
		"Classical.byContradiction fun h' => h' rfl");
	check_taken(one,
		"```lean\ntheorem t : 1 = 1 := by\n  -- no sorry here\n  exact foo \"sorry\" /- "
		"axiom -/\n```",
		"", "by\n  -- no sorry here\n  exact foo \"sorry\"");
	check_taken(one,
		"```lean\ntheorem t : 1 = 1 := by\n  open Nat in simp\n  set_option maxRecDepth "
		"900 in rfl\n```",
		"", "by\n  open Nat in simp\n  set_option maxRecDepth 900 in rfl");
	check_taken(
		"open Nat\ntheorem t : 1 = 1", "open Nat in\ntheorem t : 1 = 1 := rfl", "", "rfl");
	check_taken(one,
		"theorem t : 1 = 1 := by\n  have h₁' : α → ℕ := fun x ↦ x.end.1.2\n  exact ⟨h₁', "
		"by decide⟩",
		"", "by\n  have h₁' : α → ℕ := fun x ↦ x.end.1.2\n  exact ⟨h₁', by decide⟩");
	check_taken(one,
		"theorem t : 1 = 1 := by\n  simp [h.prefix, List.Sublist.local]\n  linarith only "
		"[constant]",
		"", "by\n  simp [h.prefix, List.Sublist.local]\n  linarith only [constant]");
}
END_TEST

START_TEST(a_long_proof_is_taken_whole) {
	struct buf reply = BUF_INIT(1 << 20);
	buf_append_str(&reply, "theorem t : 1 = 1 := by");
	for (int i = 0; i < 500; i++) {
		buf_appendf(&reply, "\n  have h%d : %d = %d := rfl", i, i, i);
	}
	check_taken(one, buf_str(&reply), "", buf_str(&reply) + strlen("theorem t : 1 = 1 := "));
	buf_finish(&reply);
}
END_TEST

START_TEST(helpers_are_kept_and_other_preparations_dropped) {
	check_taken("open Nat\ntheorem t : 1 = 1",
		"```lean\nimport Mathlib\nopen Nat Foo\n\nnoncomputable section\n\n/-- doc "
		"-/\nlemma a (n : ℕ) : n = n := by\n  rfl\n\n"
		"noncomputable def b : ℝ := 2\n#check b\n\ntheorem t : 1 = 1 := by\n  "
		"simp\n\nend\n#print axioms t\n```",
		"open Foo in\nlemma a (n : ℕ) : n = n := by\n  rfl\n\n"
		"open Foo in\nnoncomputable def b : ℝ := 2",
		"open Foo in by\n  simp");
	struct problem problem = problem_of("open Nat\ntheorem t : 1 = 1");
	struct lean_candidate candidate;
	const char *reply = "import Foo\nset_option maxRecDepth 4000 in\ntheorem t : 1 = 1 := rfl";
	struct candidate_result result = lean_candidate_from_reply(
		&problem, LEAN_POLICY_STRICT, reply, strlen(reply), &candidate);
	ck_assert_int_eq(result.status, CANDIDATE_OK);
	ck_assert_str_eq(result.note, "left out: import Foo");
	ck_assert_str_eq(candidate.options, "set_option maxRecDepth 4000 in\n");
	lean_candidate_finish(&candidate);
	problem_finish(&problem);
}
END_TEST

START_TEST(bare_proofs_are_taken_with_or_without_by) {
	check_taken(one, "by rfl", "", "by rfl");
	check_taken(one, "```lean\n:= by\n  rfl\n```", "", "by\n  rfl");
	check_taken(one, "```lean\n  simp\n  rfl\n```", "", "by\n  simp\n  rfl");
	check_taken(one, "```lean\nsimp\nrfl\n```", "", "by\n  simp\n  rfl");
	check_taken(one, "```\nfun x => rfl\n```", "", "fun x => rfl");
	check_taken(one, "```tactics\nNat.le_refl _\n```", "", "Nat.le_refl _");
	check_taken(one, "norm_num", "", "by\n  norm_num");
	check_taken(one, "  simp\n  rfl", "", "by\n  simp\n  rfl");
	check_taken(one, "```lean\ncases h with\n| inl h => simp\n| inr h => rfl\n```", "",
		"by\n  cases h with\n  | inl h => simp\n  | inr h => rfl");
	check_taken(one, "```lean\nby\nsimp\n```", "", "by\n  simp");
}
END_TEST

START_TEST(a_block_that_hangs_on_its_first_line_keeps_its_columns) {
	check_taken(one, "theorem t : 1 = 1 := by simp\n                        rfl", "",
		"by\n                        simp\n                        rfl");
	check_taken(one, "theorem t : 1 = 1 := by simp\n  <;> rfl", "", "by simp\n  <;> rfl");
}
END_TEST

START_TEST(the_last_declaration_of_the_theorem_counts) {
	check_taken(one,
		"```lean\ntheorem t : 1 = 1 := foo\n```\nBetter:\n```lean\ntheorem t : 1 = 1 := "
		"bar\n```\n```lean\n"
		"#check t\n```\n```lean\nsimp\n```",
		"", "bar");
	check_taken(one, "theorem t : 1 = 1 := foo\n\ntheorem t : 1 = 1 := bar", "", "bar");
	check_taken(one, "```python\ntheorem t\n```\n```lean\nsimp\n```", "", "by\n  simp");
}
END_TEST

START_TEST(code_without_fence_is_found_between_prose) {
	check_taken(one, "I'd prove it so:\n\ntheorem t : 1 = 1 := by\n  rfl\n\nThis isn't hard.",
		"", "by\n  rfl");
	check_taken(one, "theorem t : 1 = 1 := by\n  simp\n\n  rfl", "", "by\n  simp\n\n  rfl");
}
END_TEST

START_TEST(what_a_reply_sets_for_its_own_effort_is_kept_and_linters_are_dropped) {
	struct problem problem = problem_of("set_option maxHeartbeats 0\ntheorem t : 1 = 1");
	struct lean_candidate candidate;
	const char *reply = "set_option linter.all false\nset_option maxHeartbeats 9 in\n"
			    "set_option linter.foo false in\nset_option maxRecDepth 9 in\n"
			    "theorem t : 1 = 1 := rfl";
	struct candidate_result result = lean_candidate_from_reply(
		&problem, LEAN_POLICY_STRICT, reply, strlen(reply), &candidate);
	ck_assert_msg(result.status == CANDIDATE_OK, "%s", result.note);
	ck_assert_str_eq(candidate.options, "set_option maxRecDepth 9 in\n");
	lean_candidate_finish(&candidate);
	problem_finish(&problem);
}
END_TEST

START_TEST(a_huge_reply_is_read_in_linear_time) {
	static const char *const pieces[] = {"a\n\n", "```\n```\n", "theorem t\n\nx\n\n",
		"open A B\n", "lemma t.a : b := c\n", "(", "/-", "| a => b\n"};
	struct problem problem = problem_of("open Nat\ntheorem t : 1 = 1");
	for (size_t i = 0; i < F2F_COUNT(pieces); i++) {
		struct buf reply = BUF_INIT(4 << 20);
		buf_append_str(&reply, "theorem t : 1 = 1 := by\n");
		while (reply.len < 1 << 20) {
			buf_append_str(&reply, pieces[i]);
		}
		struct lean_candidate candidate = {0};
		lean_candidate_from_reply(
			&problem, LEAN_POLICY_STRICT, reply.data, reply.len, &candidate);
		lean_candidate_finish(&candidate);
		buf_finish(&reply);
	}
	problem_finish(&problem);
}
END_TEST

START_TEST(prose_is_no_code) {
	struct problem problem = problem_of(one);
	const char *const replies[] = {"", " \n", "I cannot prove this.",
		"We don't know that t holds.", "```python\nprint(1)\n```",
		"```lean\ntheorem other : 1 = 1 := rfl\n```", "```lean\n```",
		"The theorem t is easy."};
	for (size_t i = 0; i < F2F_COUNT(replies); i++) {
		check_reply(&problem, replies[i], replies[i], CANDIDATE_NO_CODE, REASON_NONE);
	}
	problem_finish(&problem);
}
END_TEST

START_TEST(code_that_stops_in_the_middle_says_so) {
	struct problem problem = problem_of(one);
	const char *const replies[] = {"```lean\ntheorem t : 1 = 1 := by\n  simp [",
		"```lean\ntheorem t : 1 = 1 := by\n  /- hm", "```lean\ntheorem t : 1 = 1",
		"```lean\ntheorem t : 1 = 1 := by\n  simp"};
	for (size_t i = 0; i < F2F_COUNT(replies); i++) {
		struct lean_candidate candidate = {0};
		struct candidate_result result = lean_candidate_from_reply(
			&problem, LEAN_POLICY_STRICT, replies[i], strlen(replies[i]), &candidate);
		ck_assert_msg(result.truncated, "%s", replies[i]);
		lean_candidate_finish(&candidate);
	}
	problem_finish(&problem);
}
END_TEST

START_TEST(another_statement_is_recorded_token_by_token) {
	struct problem problem = problem_of("theorem t (a b : Nat) : a ≤ b");
	struct lean_candidate candidate;
	const char *reply = "```lean\ntheorem t (a b : Nat) -- words\n  : a < b := rfl\n```";
	struct candidate_result result = lean_candidate_from_reply(
		&problem, LEAN_POLICY_STRICT, reply, strlen(reply), &candidate);
	ck_assert_int_eq(result.status, CANDIDATE_OK);
	ck_assert_str_eq(candidate.difference, "token 9: \"< b\" for \"≤ b\", line 2");
	lean_candidate_finish(&candidate);
	problem_finish(&problem);
}
END_TEST

static void check_fill(
	const char *answer, enum candidate_status status, enum reject_reason reason) {
	struct problem problem = problem_of(
		"abbrev t_solution : Set ℝ := sorry\n\ntheorem t (x : ℝ) (h : 0 ≤ 1 + 2 * x) :\n"
		"  4 * x ^ 2 / (1 - Real.sqrt (1 + 2 * x)) ^ 2 < 2 * x + 9 ↔ x ∈ t_solution");
	char *reply = xasprintf("```lean\nabbrev t_solution : Set ℝ := %s\n\ntheorem t (x : ℝ) : x "
				"∈ t_solution := by\n  simp\n```",
		answer);
	check_reply(&problem, answer, reply, status, reason);
	free(reply);
	problem_finish(&problem);
}

START_TEST(answers_in_closed_form_fill_a_placeholder) {
	check_fill("{x | -1/2 ≤ x ∧ x < 45/8 ∧ x ≠ 0}", CANDIDATE_OK, REASON_NONE);
	check_fill("Set.Icc (Real.pi / 4) (7 * Real.pi / 4)", CANDIDATE_OK, REASON_NONE);
	check_fill("{1, 2, 3}", CANDIDATE_OK, REASON_NONE);
	check_fill("{(1, 1), (16, 2)}", CANDIDATE_OK, REASON_NONE);
	check_fill("{x : ℝ | ∃ k : ℤ, x = Real.pi / 4 + k * Real.pi / 2 ∨ x = (2 * k + 1) * π / 6}",
		CANDIDATE_OK, REASON_NONE);
	check_fill("9 * √2 / 32", CANDIDATE_OK, REASON_NONE);
	check_fill(
		"fun a b => 0 < a ∧ b ^ 2 < a ^ 2 ∧ a ^ 2 < 3 * b ^ 2", CANDIDATE_OK, REASON_NONE);
	check_fill("{f | (∀ z, f z = 0) ∨ ∃ c, ∀ z, f z = 2 * z + c}", CANDIDATE_OK, REASON_NONE);
	check_fill("Set.Ico (-1/2) (45/8) \\ {0}", CANDIDATE_OK, REASON_NONE);
}
END_TEST

START_TEST(the_question_is_no_answer) {
	check_fill("{x | 4 * x ^ 2 / (1 - Real.sqrt (1 + 2 * x)) ^ 2 < 2 * x + 9}",
		CANDIDATE_REJECTED, REASON_STATEMENT);
	check_fill("{x | 2 * x + 9 > x * 4 * x / (1 - √(1 + 2 * x)) ^ 2}", CANDIDATE_REJECTED,
		REASON_STATEMENT);
	check_fill("{y | ∃ x, y = x ∧ 4 * x ^ 2 / (1 - √(1 + 2 * x)) ^ 2 < 2 * x + 9}",
		CANDIDATE_REJECTED, REASON_STATEMENT);
	check_fill("{f | ∀ a b, f (2 * a) + 2 * f b = f (f (a + b))}", CANDIDATE_REJECTED,
		REASON_STATEMENT);
	check_fill("helper", CANDIDATE_REJECTED, REASON_STATEMENT);
	check_fill("by exact foo", CANDIDATE_REJECTED, REASON_STATEMENT);
	check_fill("sorry", CANDIDATE_REJECTED, REASON_SORRY);
	check_fill("{x | P.holds x}", CANDIDATE_REJECTED, REASON_STATEMENT);
	check_fill("Classical.choose foo", CANDIDATE_REJECTED, REASON_STATEMENT);
	check_fill("(1", CANDIDATE_REJECTED, REASON_STATEMENT);
	check_fill("fun x y => x ^ y = y ^ x", CANDIDATE_REJECTED, REASON_STATEMENT);
}
END_TEST

START_TEST(a_placeholder_left_open_is_a_hole) {
	struct problem problem =
		problem_of("abbrev t_solution : ℕ := sorry\ntheorem t : 1 = t_solution");
	check_reply(&problem, "bare", "by rfl", CANDIDATE_REJECTED, REASON_SORRY);
	check_reply(&problem, "not there", "theorem t : 1 = t_solution := rfl", CANDIDATE_REJECTED,
		REASON_SORRY);
	check_reply(&problem, "nothing", "abbrev t_solution : ℕ\ntheorem t : 1 = t_solution := rfl",
		CANDIDATE_REJECTED, REASON_SORRY);
	problem_finish(&problem);
}
END_TEST

START_TEST(a_check_holds_our_statement_and_the_models_proof) {
	struct problem problem = problem_of("open Nat\n\nabbrev t_solution : ℕ := sorry\n\n/-- "
					    "words -/\ntheorem t (a : ℕ) :\n  a = a");
	const char *reply = "abbrev t_solution : ℕ := 1 + 1\nlemma l : 1 = 1 := rfl\ntheorem t (b "
			    ": ℕ) : b = b := by\n  rfl\n";
	struct lean_candidate candidate;
	struct lean_check check;
	struct candidate_result result = lean_candidate_from_reply(
		&problem, LEAN_POLICY_STRICT, reply, strlen(reply), &candidate);
	ck_assert_msg(result.status == CANDIDATE_OK, "%s", result.note);
	lean_check_assemble(&problem, &candidate, "abc", &check);
	ck_assert_str_eq(check.header, "open Nat\n");
	ck_assert_str_eq(check.body,
		"noncomputable abbrev t_solution : ℕ := 1 + 1\n\n"
		"axiom _f2f_hole_abc (p : Prop) : p\n"
		"theorem _f2f_goal_abc\n          (a : ℕ) :\n  a = a :=\n  _f2f_hole_abc _\n"
		"\n"
		"lemma l : 1 = 1 := rfl\n\n/-- words -/\ntheorem t (a : ℕ) :\n  a = a := by\n  "
		"rfl\n\n"
		"theorem f2f_probe_abc : @_root_.Eq _\n"
		"    (@_root_.t : (fun (_f2f_p : Prop) (_ : _f2f_p) => _f2f_p) _ "
		"@_f2f_goal_abc)\n"
		"    @_root_.t :=\n"
		"  @_root_.rfl _ @_root_.t\n#print axioms f2f_probe_abc\n");
	ck_assert(check.filled);
	ck_assert_uint_eq(check.goal_line, 2);
	ck_assert_uint_eq(check.theirs_line, 8);
	ck_assert_uint_eq(check.proof_line, 12);
	ck_assert_uint_eq(check.append_line, 15);
	ck_assert_str_eq(check.probe, "f2f_probe_abc");
	char *text = lean_candidate_text(&candidate);
	ck_assert_str_eq(text, "-- answer 1\n1 + 1\n\nlemma l : 1 = 1 := rfl\n\nby\n  rfl\n");
	free(text);
	lean_check_finish(&check);
	lean_candidate_finish(&candidate);
	problem_finish(&problem);
}
END_TEST

START_TEST(line_ends_of_other_systems_make_no_other_candidate) {
	static const char *const texts[] = {
		"```lean\ntheorem t : 1 = 1 := by\n  have h : 2 = 2 := by\n    rfl\n  rfl\n```\n",
		"theorem t : 1 = 1 := by\n  -- why\n  rfl\n", "by\n  skip\n  rfl\n"};
	struct problem problem = problem_of("theorem t : 1 = 1 := by sorry");
	for (size_t i = 0; i < F2F_COUNT(texts); i++) {
		struct buf other = BUF_INIT(1000);
		for (const char *c = texts[i]; *c != '\0'; c++) {
			buf_append_str(&other, *c == '\n' ? "\r" : "");
			buf_append_char(&other, *c);
		}
		struct lean_candidate first = {0}, second = {0};
		ck_assert_int_eq(lean_candidate_from_reply(&problem, LEAN_POLICY_STRICT, texts[i],
					 strlen(texts[i]), &first)
					 .status,
			CANDIDATE_OK);
		ck_assert_int_eq(lean_candidate_from_reply(&problem, LEAN_POLICY_STRICT,
					 buf_str(&other), other.len, &second)
					 .status,
			CANDIDATE_OK);
		ck_assert_str_eq(first.proof, second.proof);
		ck_assert_ptr_null(strchr(second.proof, '\r'));
		lean_candidate_finish(&first);
		lean_candidate_finish(&second);
		buf_finish(&other);
	}
	problem_finish(&problem);
}
END_TEST

/* A file that opens so many namespaces and has so many helpers. */
static enum candidate_status status_of_many(int opens, int helpers) {
	struct problem problem = problem_of(one);
	struct lean_candidate candidate = {0};
	struct buf text = BUF_INIT(1 << 20);
	for (int i = 0; i < opens; i++) {
		buf_appendf(&text, "open Namespace%d.Of.Some.Length\n", i);
	}
	for (int i = 0; i < helpers; i++) {
		buf_appendf(&text, "theorem helper%d : 2 = 2 := rfl\n", i);
	}
	buf_appendf(&text, "%s := rfl\n", one);
	struct candidate_result result = lean_candidate_from_reply(
		&problem, LEAN_POLICY_STRICT, buf_str(&text), text.len, &candidate);
	if (result.status == CANDIDATE_OK) {
		ck_assert_uint_gt(strlen(candidate.proof), (size_t)opens * 30);
		ck_assert_uint_gt(strlen(candidate.helpers), (size_t)helpers * opens * 30);
	} else {
		ck_assert_ptr_nonnull(strstr(result.note, "more stands before the theorem"));
	}
	lean_candidate_finish(&candidate);
	buf_finish(&text);
	problem_finish(&problem);
	return result.status;
}

/* Cut in the middle it would be another proof that is tried. */
START_TEST(more_than_can_be_taken_over_is_refused_and_not_cut) {
	ck_assert_int_eq(status_of_many(100, 100), CANDIDATE_OK);
	ck_assert_int_eq(status_of_many(200, 0), CANDIDATE_REJECTED);
	ck_assert_int_eq(status_of_many(100, 3000), CANDIDATE_REJECTED);
}
END_TEST

/* A Lean server would cut the text there, so it is not sent: a comment that holds one must not take
 * the proof out of the count. */
START_TEST(what_others_take_for_a_line_end_is_refused_in_comments_too) {
	struct problem problem = problem_of("theorem t : 1 = 1 := by sorry");
	static const char *const bad[] = {
		"\v", "\f", "\x1c", "\x1d", "\x1e", "\r", "\r\r\n", "\xc2\x85"};
	for (size_t i = 0; i < F2F_COUNT(bad); i++) {
		char *text = xasprintf("by\n  rfl -- a%sb\n", bad[i]);
		struct lean_candidate candidate = {0};
		struct candidate_result result = lean_candidate_from_reply(
			&problem, LEAN_POLICY_PERMISSIVE, text, strlen(text), &candidate);
		ck_assert_int_eq(result.status, CANDIDATE_REJECTED);
		ck_assert_int_eq(result.reason, REASON_FORBIDDEN);
		free(text);
	}
	problem_finish(&problem);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("candidate");
	TCase *tcase = tcase_create("candidate");
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, every_published_proof_is_taken_and_none_refused);
	tcase_add_test(tcase, honest_proofs_pass);
	tcase_add_test(tcase, a_long_proof_is_taken_whole);
	tcase_add_test(tcase, helpers_are_kept_and_other_preparations_dropped);
	tcase_add_test(tcase, bare_proofs_are_taken_with_or_without_by);
	tcase_add_test(tcase, a_block_that_hangs_on_its_first_line_keeps_its_columns);
	tcase_add_test(tcase, the_last_declaration_of_the_theorem_counts);
	tcase_add_test(tcase, code_without_fence_is_found_between_prose);
	tcase_add_test(tcase, what_a_reply_sets_for_its_own_effort_is_kept_and_linters_are_dropped);
	tcase_add_test(tcase, a_huge_reply_is_read_in_linear_time);
	tcase_add_test(tcase, prose_is_no_code);
	tcase_add_test(tcase, code_that_stops_in_the_middle_says_so);
	tcase_add_test(tcase, another_statement_is_recorded_token_by_token);
	tcase_add_test(tcase, answers_in_closed_form_fill_a_placeholder);
	tcase_add_test(tcase, the_question_is_no_answer);
	tcase_add_test(tcase, a_placeholder_left_open_is_a_hole);
	tcase_add_test(tcase, a_check_holds_our_statement_and_the_models_proof);
	tcase_add_test(tcase, more_than_can_be_taken_over_is_refused_and_not_cut);
	tcase_add_test(tcase, line_ends_of_other_systems_make_no_other_candidate);
	tcase_add_test(tcase, what_others_take_for_a_line_end_is_refused_in_comments_too);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
