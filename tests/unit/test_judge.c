#include "unit.h"

#include "shared.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "core/problem.h"
#include "core/verdict.h"
#include "lean/axioms.h"
#include "lean/candidate.h"
#include "lean/check.h"
#include "lean/statement.h"

/* As if our goal stood on line 0, a proof on lines 1 and 2 and our own commands began at line 4. */
static struct verdict judge(struct lean_answer *answer) {
	char probe[] = "f2f_probe_k7";
	const struct lean_check check = {
		.probe = probe, .theirs_line = 1, .proof_line = 1, .append_line = 4};
	struct verdict verdict = {0};
	lean_judge(&check, answer, &verdict);
	lean_answer_finish(answer);
	return verdict;
}

static void add(
	struct lean_answer *answer, enum lean_severity severity, int line, const char *text) {
	lean_answer_add(answer, severity, line, 2, text, strlen(text));
}

static void expect(struct lean_answer *answer, enum reject_reason reason) {
	struct verdict verdict = judge(answer);
	ck_assert_str_eq(reject_reason_name(verdict.reason), reject_reason_name(reason));
	ck_assert_int_eq(
		verdict.outcome, reason == REASON_NONE ? OUTCOME_ACCEPTED : OUTCOME_REJECTED);
	ck_assert_int_eq(verdict.missing, MISSING_NONE);
	verdict_finish(&verdict);
}

static const char good[] =
	"'f2f_probe_k7' depends on axioms: [propext,\n Classical.choice,\n Quot.sound]";

START_TEST(a_clean_answer_with_allowed_axioms_is_accepted) {
	struct lean_answer answer = {.complete = true};
	add(&answer, LEAN_WARNING, 1, "unused variable");
	add(&answer, LEAN_INFORMATION, 9, good);
	struct verdict verdict = judge(&answer);
	ck_assert_int_eq(verdict.outcome, OUTCOME_ACCEPTED);
	ck_assert_uint_eq(verdict.axiom_count, 3);
	ck_assert_str_eq(verdict.axioms[1], "Classical.choice");
	ck_assert_str_eq(verdict.messages, "1:2: warning: unused variable\n");
	verdict_finish(&verdict);
	answer = (struct lean_answer){.complete = true};
	add(&answer, LEAN_INFORMATION, 9, "'f2f_probe_k7' does not depend on any axioms\n");
	expect(&answer, REASON_NONE);
}
END_TEST

START_TEST(what_is_too_long_to_keep_is_cut_and_said_to_be) {
	struct lean_answer answer = {.complete = true};
	struct buf text = BUF_INIT(1 << 20);
	for (int i = 0; i < 50000; i++) {
		buf_append_str(&text, "é");
	}
	add(&answer, LEAN_ERROR, 1, "first");
	add(&answer, LEAN_ERROR, 1, buf_str(&text));
	add(&answer, LEAN_ERROR, 2, "last");
	struct verdict verdict = judge(&answer);
	size_t length = strlen(verdict.messages), bad;
	ck_assert(str_starts_with(verdict.messages, "1:2: error: first\n1:2: error: éé"));
	ck_assert(utf8_valid(verdict.messages, length, &bad));
	ck_assert_uint_gt(length, 65000);
	ck_assert_uint_le(length, (64 << 10) + 128);
	ck_assert(str_ends_with(verdict.messages, " bytes of 2 messages]\n"));
	verdict_finish(&verdict);
	// Many small ones: none of them in the middle is left out without a word.
	answer = (struct lean_answer){.complete = true};
	for (int i = 0; i < 5000; i++) {
		add(&answer, LEAN_ERROR, 1, "a message of some length");
	}
	verdict = judge(&answer);
	ck_assert_ptr_nonnull(strstr(verdict.messages, "[left out: "));
	verdict_finish(&verdict);
	buf_finish(&text);
}
END_TEST

START_TEST(silence_is_no_proof) {
	struct lean_answer answer = {.complete = true};
	expect(&answer, REASON_ABSENT);
	answer = (struct lean_answer){.complete = true};
	add(&answer, LEAN_INFORMATION, 9, "'T' does not depend on any axioms");
	expect(&answer, REASON_ABSENT);
}
END_TEST

START_TEST(what_is_incomplete_foreign_or_unknown_is_never_accepted) {
	struct lean_answer answer = {.complete = false};
	add(&answer, LEAN_INFORMATION, 9, good);
	expect(&answer, REASON_ABSENT);
	answer = (struct lean_answer){.complete = true, .foreign = true};
	add(&answer, LEAN_INFORMATION, 9, good);
	expect(&answer, REASON_ABSENT);
	answer = (struct lean_answer){.complete = true};
	add(&answer, LEAN_UNKNOWN, 1, "?");
	add(&answer, LEAN_INFORMATION, 9, good);
	expect(&answer, REASON_ABSENT);
}
END_TEST

START_TEST(an_error_is_the_reason_before_holes_and_axioms) {
	struct lean_answer answer = {.complete = true};
	add(&answer, LEAN_ERROR, 2, "unsolved goals\n⊢ False\n");
	add(&answer, LEAN_WARNING, 1, "declaration uses 'sorry'");
	add(&answer, LEAN_INFORMATION, 9, "'f2f_probe_k7' depends on axioms: [sorryAx]");
	struct verdict verdict = judge(&answer);
	ck_assert_int_eq(verdict.reason, REASON_ERROR);
	ck_assert_str_eq(verdict.messages,
		"2:2: error: unsolved goals\n⊢ False\n1:2: warning: declaration uses 'sorry'\n");
	verdict_finish(&verdict);
	answer = (struct lean_answer){.complete = true};
	add(&answer, LEAN_ERROR, -3, "unknown package 'Mathlib'");
	expect(&answer, REASON_ERROR);
}
END_TEST

START_TEST(an_error_in_our_own_commands_means_that_the_theorem_is_absent) {
	struct lean_answer answer = {.complete = true};
	add(&answer, LEAN_ERROR, 5, "unknown identifier 'T'");
	add(&answer, LEAN_INFORMATION, 9, "'f2f_probe_k7' depends on axioms: [sorryAx]");
	expect(&answer, REASON_ABSENT);
}
END_TEST

START_TEST(a_statement_that_is_broken_by_itself_is_no_failure_of_the_model) {
	struct lean_answer answer = {.complete = true};
	add(&answer, LEAN_ERROR, 0, "unknown identifier 'Real.foo'");
	add(&answer, LEAN_ERROR, 1, "unknown identifier 'Real.foo'");
	add(&answer, LEAN_ERROR, 5, "unknown constant '_f2f_type_k7'");
	struct verdict verdict = judge(&answer);
	ck_assert_int_eq(verdict.outcome, OUTCOME_NONE);
	ck_assert_int_eq(verdict.reason, REASON_NONE);
	ck_assert_int_eq(verdict.missing, MISSING_VERIFIER);
	ck_assert_msg(strstr(verdict.messages, "the statement is broken") != NULL, "%s",
		verdict.messages);
	ck_assert_msg(strstr(verdict.messages, "Real.foo") != NULL, "%s", verdict.messages);
	verdict_finish(&verdict);
}
END_TEST

START_TEST(an_answer_that_breaks_the_statement_is_the_models_own) {
	char probe[] = "f2f_probe_k7";
	const struct lean_check check = {
		.probe = probe, .filled = true, .goal_line = 1, .theirs_line = 2, .append_line = 4};
	struct lean_answer answer = {.complete = true};
	struct verdict verdict = {0};
	add(&answer, LEAN_ERROR, 0, "type mismatch");
	add(&answer, LEAN_ERROR, 1, "unknown identifier 't_solution'");
	lean_judge(&check, &answer, &verdict);
	ck_assert_int_eq(verdict.missing, MISSING_NONE);
	ck_assert_int_eq(verdict.reason, REASON_ERROR);
	lean_answer_finish(&answer);
	verdict_finish(&verdict);
}
END_TEST

START_TEST(a_proof_that_rests_on_our_goal_rests_on_an_axiom) {
	struct lean_answer answer = {.complete = true};
	add(&answer, LEAN_INFORMATION, 9,
		"'f2f_probe_k7' depends on axioms: [propext, _f2f_hole_k7]");
	expect(&answer, REASON_AXIOMS);
}
END_TEST

START_TEST(the_name_of_our_hole_is_told_without_its_chance) {
	struct lean_answer answer = {.complete = true};
	add(&answer, LEAN_INFORMATION, 9,
		"'f2f_probe_k7' depends on axioms: [_f2f_hole_k7, _f2f_holes, propext]");
	struct verdict verdict = judge(&answer);
	ck_assert_uint_eq(verdict.axiom_count, 3);
	ck_assert_str_eq(verdict.axioms[0], "_f2f_hole");
	ck_assert_str_eq(verdict.axioms[1], "_f2f_holes");
	verdict_finish(&verdict);
}
END_TEST

START_TEST(holes_are_seen_in_axioms_and_in_warnings_of_any_wording) {
	static const char *const warnings[] = {
		"declaration uses 'sorry'", "declaration uses `sorry`", "declaration uses sorry"};
	for (size_t i = 0; i < F2F_COUNT(warnings); i++) {
		struct lean_answer answer = {.complete = true};
		add(&answer, LEAN_WARNING, 1, warnings[i]);
		add(&answer, LEAN_INFORMATION, 9, good);
		expect(&answer, REASON_SORRY);
	}
	struct lean_answer answer = {.complete = true};
	add(&answer, LEAN_INFORMATION, 9, "'f2f_probe_k7' depends on axioms: [propext, sorryAx]");
	expect(&answer, REASON_SORRY);
}
END_TEST

START_TEST(axioms_are_allowed_by_name_only) {
	static const char *const lists[] = {"[Lean.ofReduceBool]", "[propext, oracle]",
		"[«propext»]", "[T.native_decide.ax_1]", "[Quot.sound, «a, propext», propext]",
		"[_private.Main.0.oracle]", "[propext,\n «Classical.choice»]", "[Propext]"};
	for (size_t i = 0; i < F2F_COUNT(lists); i++) {
		char *text = xasprintf("'f2f_probe_k7' depends on axioms: %s", lists[i]);
		struct lean_answer answer = {.complete = true};
		add(&answer, LEAN_INFORMATION, 9, text);
		expect(&answer, REASON_AXIOMS);
		free(text);
	}
}
END_TEST

START_TEST(wordings_we_do_not_know_refuse) {
	static const char *const texts[] = {"'f2f_probe_k7' depends on axioms: [propext",
		"'f2f_probe_k7' depends on axioms: []",
		"'f2f_probe_k7' depends on axioms: [propext] and more",
		"'f2f_probe_k7' uses axioms: [propext]",
		"'f2f_probe_k7' depends on axioms: [propext,, Quot.sound]",
		"'f2f_probe_k7' depends on axioms: [a b]",
		"'f2f_probe_k7' depends on axioms: [propext, propext]",
		"'f2f_probe_k7' depends on axioms: [«propext]",
		"'f2f_probe_k7' depends on axioms: [propext], [oracle]",
		"'f2f_probe_k7' depends on axioms: {propext}",
		"'f2f_probe_k7' does not depend on any axioms, or so it seems",
		"hello f2f_probe_k7", "'f2f_probe_k7x' does not depend on any axioms",
		"'f2f_probe_k7' depends on axioms:\n", "f2f_probe_k7"};
	for (size_t i = 0; i < F2F_COUNT(texts); i++) {
		struct lean_answer answer = {.complete = true};
		add(&answer, LEAN_INFORMATION, 9, texts[i]);
		expect(&answer, REASON_ABSENT);
	}
}
END_TEST

START_TEST(a_forged_axiom_line_refuses) {
	struct lean_answer answer = {.complete = true};
	add(&answer, LEAN_INFORMATION, 9, "'f2f_probe_k7' does not depend on any axioms");
	add(&answer, LEAN_INFORMATION, 9, "'f2f_probe_k7' does not depend on any axioms");
	expect(&answer, REASON_ABSENT);
	answer = (struct lean_answer){.complete = true};
	add(&answer, LEAN_INFORMATION, 1, "'f2f_probe_k7' does not depend on any axioms");
	expect(&answer, REASON_ABSENT);
}
END_TEST

START_TEST(both_wordings_and_all_quotes_are_read) {
	static const char *const texts[] = {"'n' depends on axioms: [a.b, «c, d]».e]",
		"`n` depends on axioms:\n[a.b,\n «c, d]».e]\n",
		"‘n’ depends on axioms: [ a.b , «c, d]».e ]"};
	for (size_t i = 0; i < 2; i++) {
		struct lean_axioms axioms;
		ck_assert_int_eq(lean_axioms_read(texts[i], "n", &axioms), LEAN_AXIOMS_READ);
		ck_assert_uint_eq(axioms.list.count, 2);
		ck_assert_str_eq(axioms.list.items[0], "a.b");
		ck_assert_str_eq(axioms.list.items[1], "«c, d]».e");
		lean_axioms_finish(&axioms);
	}
}
END_TEST

START_TEST(names_of_outcomes_are_read_back) {
	for (int i = OUTCOME_NONE; i <= OUTCOME_CONTEXT; i++) {
		enum outcome outcome = OUTCOME_NONE;
		ck_assert(outcome_from_name(outcome_name((enum outcome)i), &outcome));
		ck_assert_int_eq(outcome, i);
	}
	for (int i = REASON_NONE; i <= REASON_RESOURCES; i++) {
		enum reject_reason reason = REASON_NONE;
		ck_assert(reject_reason_from_name(
			reject_reason_name((enum reject_reason)i), &reason));
		ck_assert_int_eq(reason, i);
	}
	enum missing missing = MISSING_NONE;
	ck_assert(missing_from_name("verifier", &missing) && missing == MISSING_VERIFIER);
	ck_assert(!missing_from_name("lost", &missing) && !missing_from_name(NULL, &missing));
}
END_TEST

/* A real Lean, where there is one: F2F_LEAN, else in PATH. Owned. */
static char *find_lean(void) {
	const char *given = getenv("F2F_LEAN");
	char *path = path_find_program(given != NULL && given[0] != '\0' ? given : "lean");
	if (path == NULL) {
		printf("# skipped: no lean here (F2F_LEAN, PATH)\n");
		fflush(stdout);
	}
	return path;
}

static void read_output(const char *lean, const char *file, struct buf *out) {
	int pipes[2];
	ck_assert_int_eq(pipe(pipes), 0);
	pid_t child = fork();
	if (child == 0) {
		dup2(pipes[1], STDOUT_FILENO);
		dup2(pipes[1], STDERR_FILENO);
		execl(lean, lean, file, (char *)NULL);
		_exit(127);
	}
	close(pipes[1]);
	ck_assert_int_eq(file_read_fd(pipes[0], "lean", out, NULL), 0);
	close(pipes[0]);
	int status = 0;
	waitpid(child, &status, 0);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) != 127);
}

/* The text form of batch mode, enough for these tests: "FILE:LINE:COLUMN: error: …", the rest is
 * information of our commands. */
static void read_messages(const char *file, struct str text, const struct lean_check *of,
	int header_lines, struct lean_answer *answer) {
	struct str line;
	size_t name = strlen(file);
	while (str_next_line(&text, &line)) {
		int row = 0;
		int column = 0;
		char word[16] = "";
		char *copy = xmemdup0(line.data, line.len);
		if (strncmp(copy, file, name) == 0 &&
			sscanf(copy + name, ":%d:%d: %15[a-z]:", &row, &column, word) == 3) {
			add(answer, strcmp(word, "error") == 0 ? LEAN_ERROR : LEAN_WARNING,
				row - 1 - header_lines, strrchr(copy, ':'));
		} else if (answer->count == 0 || strstr(copy, "axioms") != NULL) {
			add(answer, LEAN_INFORMATION, (int)of->append_line, copy);
		}
		free(copy);
	}
}

static enum reject_reason ask_lean(const char *lean, const struct problem *problem,
	const struct lean_candidate *candidate, char **output_out) {
	struct lean_check asked;
	struct lean_answer answer = {.complete = true};
	struct verdict verdict = {0};
	struct buf output = BUF_INIT(1 << 20);
	char file[] = "/tmp/f2f-judge-XXXXXX.lean";
	int fd = mkstemps(file, 5);
	ck_assert_int_ge(fd, 0);
	lean_check_assemble(problem, candidate, "k7", &asked);
	ck_assert_int_eq(asked.header[0], '\0');
	ck_assert_int_eq((int)write(fd, asked.body, strlen(asked.body)), (int)strlen(asked.body));
	close(fd);
	read_output(lean, file, &output);
	unlink(file);
	read_messages(file, str_slice(buf_str(&output), output.len), &asked, 0, &answer);
	lean_judge(&asked, &answer, &verdict);
	enum reject_reason reason = verdict.reason;
	verdict_finish(&verdict);
	lean_answer_finish(&answer);
	lean_check_finish(&asked);
	*output_out = buf_detach(&output);
	return reason;
}

static struct problem problem_of(const char *text) {
	struct problem problem = {0};
	struct lean_statement statement = {0};
	struct error err = {0};
	ck_assert_msg(
		lean_statement_split(text, strlen(text), &statement, &err) == 0, "%s", err.message);
	lean_statement_move(&statement, &problem);
	return problem;
}

static void check_with_lean(
	const char *lean, const char *statement, const char *reply, bool accepted) {
	struct problem problem = problem_of(statement);
	struct lean_candidate candidate = {0};
	struct candidate_result result = lean_candidate_from_reply(
		&problem, LEAN_POLICY_STRICT, reply, strlen(reply), &candidate);
	ck_assert_msg(result.status == CANDIDATE_OK, "%s: %s", reply, result.note);
	char *output = NULL;
	enum reject_reason reason = ask_lean(lean, &problem, &candidate, &output);
	ck_assert_msg((reason == REASON_NONE) == accepted, "%s\n%s", reply, output);
	free(output);
	lean_candidate_finish(&candidate);
	problem_finish(&problem);
}

/* Submitted past the text filter, as a candidate nobody looked at. */
START_TEST(lean_and_the_judge_refuse_holes_and_axioms_by_themselves) {
	static const struct {
		const char *helpers;
		const char *proof;
	} past[] = {
		{"", "sorry"},
		{"", "sorryAx _ true"},
		{"axiom oracle : False", "oracle.elim"},
		{"constant oracle : False", "oracle.elim"},
		{"", "rfl\n#exit"},
		{"", "by exact (sorry)\nnamespace Dup\ntheorem T : True := trivial"},
		{"variable (h : (1 : Nat) = 2)", "h"},
		{"", "rfl\n/-"},
	};
	char *lean = find_lean();
	struct problem problem = problem_of("theorem T : (1 : Nat) = 2");
	for (size_t i = 0; lean != NULL && i < F2F_COUNT(past); i++) {
		struct lean_candidate candidate = {
			.proof = xstrdup(past[i].proof), .helpers = xstrdup(past[i].helpers)};
		char *output = NULL;
		ck_assert_msg(ask_lean(lean, &problem, &candidate, &output) != REASON_NONE,
			"%s\n%s", past[i].proof, output);
		free(output);
		lean_candidate_finish(&candidate);
	}
	problem_finish(&problem);
	free(lean);
}
END_TEST

START_TEST(lean_accepts_honest_proofs_of_every_shape_of_statement) {
	static const char *const pairs[][2] = {
		{"theorem T : 1 = 1", "by rfl"},
		{"theorem T (n : Nat) (h : n = 1) : n + 1 = 2", "by rw [h]"},
		{"theorem T (n : Nat) (h : n = 1) : n + 1 = 2", "```lean\nrw [h]\n```"},
		{"theorem T (p : Prop) : p ∨ ¬ p", "```\nClassical.em p\n```"},
		{"theorem T.{u} {α : Type u} [Inhabited α] (a : α) : ∃ b : α, b = a",
			"theorem T (α : Type) (a : α) : ∃ b : α, b = a := ⟨a, rfl⟩"},
		{"theorem T (a : α) : a = a", "by exact rfl"},
		{"theorem T : ∀ n : Nat, n = n",
			"theorem T : ∀ n : Nat, n = n\n  | 0 => rfl\n  | n+1 => rfl"},
		{"theorem T (h : 1 = 1) (h : 2 = 2) :\n  let a := 1\n  let b := a\n  a = b",
			"by exact rfl"},
		{"theorem T (x : Nat) (h : x = 1 := by simp) : x = x", "by exact rfl"},
		{"theorem T (_ : 1 = 1) x : x = 1 → x = 1", "fun h => h"},
		{"def two := 2\n/-- words -/\ntheorem T : two = 2", "by exact rfl"},
		{"/-- words -/\ntheorem T : 2 = 2", "```lean\ntheorem help (n : Nat) : n = n := "
						    "rfl\ntheorem T : 2 = 2 := help 2\n```"},
		{"theorem T : (1, 2) = (1, 2) ∧ 'a' = 'a'", "⟨rfl, rfl⟩"},
	};
	char *lean = find_lean();
	for (size_t i = 0; lean != NULL && i < F2F_COUNT(pairs); i++) {
		check_with_lean(lean, pairs[i][0], pairs[i][1], true);
	}
	free(lean);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("judge");
	TCase *tcase = tcase_create("judge");
	tcase_set_timeout(tcase, 100);
	tcase_add_test(tcase, a_clean_answer_with_allowed_axioms_is_accepted);
	tcase_add_test(tcase, what_is_too_long_to_keep_is_cut_and_said_to_be);
	tcase_add_test(tcase, silence_is_no_proof);
	tcase_add_test(tcase, what_is_incomplete_foreign_or_unknown_is_never_accepted);
	tcase_add_test(tcase, an_error_is_the_reason_before_holes_and_axioms);
	tcase_add_test(tcase, an_error_in_our_own_commands_means_that_the_theorem_is_absent);
	tcase_add_test(tcase, a_statement_that_is_broken_by_itself_is_no_failure_of_the_model);
	tcase_add_test(tcase, an_answer_that_breaks_the_statement_is_the_models_own);
	tcase_add_test(tcase, a_proof_that_rests_on_our_goal_rests_on_an_axiom);
	tcase_add_test(tcase, the_name_of_our_hole_is_told_without_its_chance);
	tcase_add_test(tcase, holes_are_seen_in_axioms_and_in_warnings_of_any_wording);
	tcase_add_test(tcase, axioms_are_allowed_by_name_only);
	tcase_add_test(tcase, wordings_we_do_not_know_refuse);
	tcase_add_test(tcase, a_forged_axiom_line_refuses);
	tcase_add_test(tcase, both_wordings_and_all_quotes_are_read);
	tcase_add_test(tcase, names_of_outcomes_are_read_back);
	tcase_add_test(tcase, lean_and_the_judge_refuse_holes_and_axioms_by_themselves);
	tcase_add_test(tcase, lean_accepts_honest_proofs_of_every_shape_of_statement);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
