#include "unit.h"

#include <dirent.h>
#include <sys/stat.h>

#include "base/str.h"
#include "finals.h"

#define TRUE_CHALLENGE "theorem t : True := sorry\n"
#define TRUE_PROOF "theorem t : True := True.intro\n"
#define FILLED "theorem t : a = b := by decide\n"

/* Every test of a table runs over all of these. */
static const struct way {
	const char *checker;
	const char *sandbox;
	bool sees; // statement and axioms
} ways[] = {
	{"safeverify", "bwrap", true},
	{"comparator", "bwrap", true},
	{"leanchecker", "bwrap", false},
	{"export", "bwrap", true},
	{"safeverify", "none", true},
};

static void open_way(struct finals *finals, int way, struct final_options options) {
	struct error err = {0};
	finals_prepare(finals, ways[way].sandbox, NULL);
	options.checker = ways[way].checker;
	ck_assert_msg(finals_open(finals, options, &err) == 0, "%s", err.message);
}

static void expect(struct finals *finals, const char *challenge, const char *solution,
	enum final_outcome outcome, enum reject_reason reason) {
	struct final_result result = finals_ask(finals, challenge, solution);
	ck_assert_msg(result.outcome == outcome && result.reason == reason,
		"%s is %s %s, not %s %s: %s", solution, final_outcome_name(result.outcome),
		reject_reason_name(result.reason), final_outcome_name(outcome),
		reject_reason_name(reason), result.messages);
	final_result_finish(&result);
}

START_TEST(a_proof_of_the_challenge_is_accepted) {
	struct finals finals;
	open_way(&finals, _i, (struct final_options){0});
	ck_assert(str_starts_with(final_name(finals.final), ways[_i].checker));
	ck_assert_ptr_nonnull(strstr(final_name(finals.final), " sha256:"));
	struct final_result result = finals_ask(&finals, TRUE_CHALLENGE, TRUE_PROOF);
	ck_assert_msg(result.outcome == FINAL_ACCEPTED, "%s", result.messages);
	ck_assert_ptr_nonnull(strstr(result.messages, "Lean 4.9.0 has known kernel holes"));
	ck_assert_int_eq(strstr(result.messages, "not looked at: ") == NULL, ways[_i].sees);
	ck_assert(result.cpu_ns > 0);
	final_result_finish(&result);
	expect(&finals, TRUE_CHALLENGE, "theorem helper : True := trivial\n\n" TRUE_PROOF,
		FINAL_ACCEPTED, REASON_NONE);
	finals_close(&finals);
}
END_TEST

/* What got past a filter. */
static const struct cheat {
	const char *challenge;
	const char *solution;
	enum reject_reason reason; // by a checker that sees statement and axioms
	bool by_all; // leanchecker too
} cheats[] = {
	{TRUE_CHALLENGE, "theorem t : True := sorry\n", REASON_SORRY, false},
	{"theorem t : 1 = 2 := sorry\n", "axiom o : 1 = 2\n\ntheorem t : 1 = 2 := o\n",
		REASON_AXIOMS, false},
	{"theorem t : 1 = 2 := sorry\n", TRUE_PROOF, REASON_STATEMENT, false},
	{TRUE_CHALLENGE, "theorem u : True := True.intro\n", REASON_ABSENT, false},
	{TRUE_CHALLENGE, "def t : True := True.intro\n", REASON_ABSENT, false},
	{"def d : Nat := 1\ntheorem t : d = 1 := sorry\n",
		"def d : Nat := 2\ntheorem t : d = 1 := by decide\n", REASON_STATEMENT, false},
	{TRUE_CHALLENGE, TRUE_PROOF "-- fake_kernel\n", REASON_ERROR, true},
	{TRUE_CHALLENGE, "theorem t : True := fake_error\n", REASON_ERROR, true},
};

START_TEST(what_got_past_the_filter_is_refused_for_its_reason) {
	struct finals finals;
	open_way(&finals, _i, (struct final_options){0});
	for (size_t i = 0; i < F2F_COUNT(cheats); i++) {
		bool seen = ways[_i].sees || cheats[i].by_all;
		expect(&finals, cheats[i].challenge, cheats[i].solution,
			seen ? FINAL_REJECTED : FINAL_ACCEPTED,
			seen ? cheats[i].reason : REASON_NONE);
	}
	finals_close(&finals);
}
END_TEST

START_TEST(what_kernels_treat_specially_is_not_declared_anew) {
	struct finals finals;
	struct error err = {0};
	finals_prepare(&finals, "bwrap", "lean4export");
	ck_assert_msg(finals_open(&finals, (struct final_options){0}, &err) == 0, "%s", err.message);
	struct final_result result = finals_ask(&finals, TRUE_CHALLENGE, TRUE_PROOF);
	ck_assert_int_eq(result.outcome, FINAL_ACCEPTED);
	ck_assert_ptr_nonnull(strstr(result.messages, "not looked at: imports; without leanchecker"));
	final_result_finish(&result);
	result = finals_ask(&finals, "theorem t : a = b := sorry\n",
		"axiom eagerReduce : a\n\ntheorem t : a = b := by exact eagerReduce\n");
	ck_assert_msg(result.outcome == FINAL_REJECTED && result.reason == REASON_STATEMENT, "%s %s",
		reject_reason_name(result.reason), result.messages);
	final_result_finish(&result);
	finals_close(&finals);
}
END_TEST

START_TEST(a_placeholder_may_be_filled_and_nothing_else_may_differ) {
	static const char challenge[] =
		"abbrev a : Nat := sorry\ndef b : Nat := 2\ntheorem t : a = b := sorry\n";
	struct finals finals;
	open_way(&finals, _i, (struct final_options){0});
	struct final_asked asked = {.loop = finals.loop};
	for (int fill = 0; fill < 2; fill++) {
		struct lean_check check = finals_check(challenge,
			fill == 0 ? "abbrev a : Nat := 8\ndef b : Nat := 2\n" FILLED
				  : "abbrev a : Nat := 8\ndef b : Nat := 9\n" FILLED);
		check.holes = xcalloc(1, sizeof(*check.holes));
		check.holes[0] = xstrdup("a");
		check.hole_count = 1;
		struct final_ask ask = {.asked = &asked};
		asked.left = 1;
		final_submit(finals.final, &check, on_final_asked, &ask);
		loop_run(finals.loop);
		enum final_outcome wanted = fill == 0 || !ways[_i].sees ? FINAL_ACCEPTED : FINAL_REJECTED;
		ck_assert_msg(ask.result.outcome == wanted, "%d: %s", fill, ask.result.messages);
		final_result_finish(&ask.result);
		lean_check_finish(&check);
	}
	finals_close(&finals);
}
END_TEST

/* What the candidate's own text makes of it. */
static const struct trouble {
	const char *word;
	enum final_outcome outcome;
	enum reject_reason reason;
	bool compiles; // only for a checker that reads compiled files
	bool writes; // where f2f reads an export, what is no export ends it
} troubles[] = {
	{"fake_c_crash", FINAL_FAILED, REASON_RESOURCES, false, false},
	{"fake_c_silent", FINAL_FAILED, REASON_NONE, false, false},
	{"fake_c_liar", FINAL_FAILED, REASON_NONE, false, true},
	{"fake_c_garbage", FINAL_FAILED, REASON_NONE, false, false},
	{"fake_c_flood", FINAL_FAILED, REASON_RESOURCES, false, true},
	{"fake_c_status", FINAL_FAILED, REASON_NONE, false, true},
	{"fake_c_late", FINAL_FAILED, REASON_NONE, false, true},
	{"fake_o_error", FINAL_REJECTED, REASON_ERROR, true, false},
	{"fake_o_crash", FINAL_FAILED, REASON_RESOURCES, true, false},
	{"fake_o_none", FINAL_REJECTED, REASON_ABSENT, true, false},
	{"fake_o_link", FINAL_REJECTED, REASON_FORBIDDEN, true, false},
	{"fake_o_pipe", FINAL_REJECTED, REASON_FORBIDDEN, true, false},
	{"fake_o_folder", FINAL_REJECTED, REASON_FORBIDDEN, true, false},
	{"fake_o_empty", FINAL_REJECTED, REASON_FORBIDDEN, true, false},
	{"fake_o_many", FINAL_FAILED, REASON_RESOURCES, true, false},
};

START_TEST(trouble_never_ends_accepted_and_the_next_check_works) {
	struct finals finals;
	open_way(&finals, _i, (struct final_options){0});
	bool replay_only = strcmp(ways[_i].checker, "leanchecker") == 0;
	for (size_t i = 0; i < F2F_COUNT(troubles); i++) {
		const struct trouble *trouble = &troubles[i];
		if (trouble->compiles && strcmp(ways[_i].checker, "comparator") == 0) {
			continue;
		}
		if (replay_only && strcmp(trouble->word, "fake_c_late") == 0) {
			continue; // it may say more: it says what it replays
		}
		bool ended = trouble->writes && strcmp(ways[_i].checker, "export") == 0;
		enum reject_reason reason = ended ? REASON_RESOURCES : trouble->reason;
		char *solution = xasprintf(TRUE_PROOF "-- %s\n", trouble->word);
		struct final_result result = finals_ask(&finals, TRUE_CHALLENGE, solution);
		ck_assert_msg(result.outcome == trouble->outcome && result.reason == reason &&
				      result.caused == (result.outcome == FINAL_FAILED &&
							       reason != REASON_NONE),
			"%s: %s %s %s: %s", ways[_i].checker, trouble->word,
			final_outcome_name(result.outcome), reject_reason_name(result.reason),
			result.messages);
		free(solution);
		final_result_finish(&result);
	}
	expect(&finals, TRUE_CHALLENGE, TRUE_PROOF, FINAL_ACCEPTED, REASON_NONE);
	finals_close(&finals);
}
END_TEST

START_TEST(what_hangs_is_ended_twice_and_the_next_check_works) {
	static const char *const words[] = {"fake_c_hang", "fake_o_hang"};
	struct finals finals;
	open_way(&finals, _i, (struct final_options){0});
	expect(&finals, TRUE_CHALLENGE, TRUE_PROOF, FINAL_ACCEPTED, REASON_NONE);
	for (size_t i = 0; i < F2F_COUNT(words); i++) {
		if (i == 1 && strcmp(ways[_i].checker, "comparator") == 0) {
			continue;
		}
		char *solution = xasprintf(TRUE_PROOF "-- %s\n", words[i]);
		struct final_result result = finals_ask(&finals, TRUE_CHALLENGE, solution);
		ck_assert_int_eq(result.outcome, FINAL_FAILED);
		ck_assert_int_eq(result.reason, REASON_TIMEOUT);
		ck_assert(result.caused);
		ck_assert_ptr_nonnull(strstr(result.messages, "twice, the second time alone"));
		final_result_finish(&result);
		free(solution);
	}
	expect(&finals, TRUE_CHALLENGE, TRUE_PROOF, FINAL_ACCEPTED, REASON_NONE);
	finals_close(&finals);
}
END_TEST

START_TEST(a_challenge_that_does_not_compile_is_our_fault) {
	struct finals finals;
	open_way(&finals, _i, (struct final_options){0});
	struct final_result result =
		finals_ask(&finals, "theorem t : True := fake_error\n", TRUE_PROOF);
	ck_assert_msg(result.outcome == FINAL_FAILED && !result.caused, "%s", result.messages);
	final_result_finish(&result);
	finals_close(&finals);
}
END_TEST

START_TEST(many_at_a_time_each_get_their_own_word) {
	enum { COUNT = 12 };
	struct finals finals;
	open_way(&finals, _i, (struct final_options){.jobs = 4});
	struct final_asked asked = {.loop = finals.loop, .left = COUNT};
	struct lean_check checks[COUNT];
	struct final_ask asks[COUNT];
	for (int i = 0; i < COUNT; i++) {
		const char *word = i % 3 == 0 ? "fake_kernel" : i % 3 == 1 ? "" : "fake_c_crash";
		char *solution = xasprintf(TRUE_PROOF "-- %d %s\n", i, word);
		checks[i] = finals_check(TRUE_CHALLENGE, solution);
		asks[i] = (struct final_ask){.asked = &asked};
		final_submit(finals.final, &checks[i], on_final_asked, &asks[i]);
		free(solution);
	}
	loop_run(finals.loop);
	for (int i = 0; i < COUNT; i++) {
		enum final_outcome wanted = i % 3 == 0   ? FINAL_REJECTED
					    : i % 3 == 1 ? FINAL_ACCEPTED
							 : FINAL_FAILED;
		ck_assert_msg(asks[i].result.outcome == wanted, "%d: %s", i, asks[i].result.messages);
		final_result_finish(&asks[i].result);
		lean_check_finish(&checks[i]);
	}
	finals_close(&finals);
}
END_TEST

/* ---- The checker itself is no good. */

static void write_program(const struct finals *finals, const char *name, const char *text) {
	char *path = path_join(finals->folder, name);
	struct error err = {0};
	ck_assert_msg(file_write(path, text, strlen(text), &err) == 0, "%s", err.message);
	ck_assert_int_eq(chmod(path, 0755), 0);
	free(path);
}

static const char *const bad_checkers[] = {
	"#!/bin/sh\necho 'SafeVerify check passed.' >&2\n", // accepts all
	"#!/bin/sh\nexit 0\n",
	"#!/bin/sh\nexit 1\n",
	"#!/bin/sh\nkill -9 $$\n",
	"#!/bin/sh\necho 't used disallowed axioms. #[x]' >&2; exit 1\n", // refuses all
	"not a program\n",
};

START_TEST(a_checker_that_fails_its_self_test_serves_nobody) {
	struct finals finals;
	struct error err = {0};
	finals_prepare(&finals, "bwrap", "");
	write_program(&finals, "safe_verify", bad_checkers[_i]);
	ck_assert_msg(finals_open(&finals, (struct final_options){.checker = "safeverify"}, &err) ==
			      0,
		"%s", err.message);
	for (int i = 0; i < 2; i++) { // the second is answered from what is known
		struct final_result result = finals_ask(&finals, TRUE_CHALLENGE, TRUE_PROOF);
		ck_assert_msg(result.outcome == FINAL_FAILED && !result.caused, "%s",
			result.messages);
		ck_assert_ptr_nonnull(strstr(result.messages, "self-test"));
		final_result_finish(&result);
	}
	finals_close(&finals);
}
END_TEST

START_TEST(nothing_installed_is_said_before_anything_runs) {
	struct finals finals;
	struct error err = {0};
	finals_prepare(&finals, "bwrap", "");
	ck_assert_int_eq(finals_open(&finals, (struct final_options){0}, &err), ERROR_ENVIRONMENT);
	ck_assert_ptr_nonnull(strstr(err.message, "f2f doctor"));
	ck_assert_int_eq(finals_open(&finals, (struct final_options){.checker = "leanchecker"}, &err),
		ERROR_ENVIRONMENT);
	ck_assert_int_eq(finals_open(&finals, (struct final_options){.checker = "nonsense"}, &err),
		ERROR_USAGE);
	ck_assert_int_eq(
		finals_open(&finals, (struct final_options){.checker = "/nowhere/comparator"}, &err),
		ERROR_ENVIRONMENT);
	finals_close(&finals);
}
END_TEST

START_TEST(auto_takes_the_strongest_that_can_be_used) {
	static const struct {
		const char *here;
		bool statement;
		const char *taken; // NULL: none
	} rows[] = {
		{NULL, false, "comparator"},
		{"comparator safe_verify lake landrun", false, "safeverify"}, // no lean4export
		{"comparator safe_verify", true, "safeverify"},
		{"leanchecker comparator", false, "leanchecker"},
		{"leanchecker lean4export", true, "export"},
		{"leanchecker", true, NULL}, // it does not look at the statement
	};
	for (size_t i = 0; i < F2F_COUNT(rows); i++) {
		struct finals finals;
		struct error err = {0};
		finals_prepare(&finals, "bwrap", rows[i].here);
		int rc = finals_open(
			&finals, (struct final_options){.statement = rows[i].statement}, &err);
		if (rows[i].taken != NULL) {
			ck_assert_msg(rc == 0, "%s", err.message);
			ck_assert_msg(str_starts_with(final_name(finals.final), rows[i].taken),
				"%zu: %s", i, final_name(finals.final));
		} else {
			ck_assert_int_eq(rc, ERROR_ENVIRONMENT);
		}
		finals_close(&finals);
	}
}
END_TEST

START_TEST(a_relative_path_is_from_where_f2f_was_started) {
	struct finals finals;
	struct error err = {0};
	finals_prepare(&finals, "bwrap", "safe_verify");
	char before[4096];
	ck_assert_ptr_nonnull(getcwd(before, sizeof(before)));
	ck_assert_int_eq(chdir(finals.folder), 0);
	int rc = finals_open(&finals, (struct final_options){.checker = "./safe_verify"}, &err);
	ck_assert_int_eq(chdir(before), 0);
	ck_assert_msg(rc == 0, "%s", err.message);
	expect(&finals, TRUE_CHALLENGE, TRUE_PROOF, FINAL_ACCEPTED, REASON_NONE);
	finals_close(&finals);
}
END_TEST

START_TEST(comparator_never_runs_as_root) {
	struct finals finals;
	struct error err = {0};
	finals_prepare(&finals, "none", NULL);
	int rc = finals_open(&finals, (struct final_options){.checker = "comparator"}, &err);
	ck_assert_int_eq(rc, geteuid() == 0 ? ERROR_ENVIRONMENT : 0);
	ck_assert(rc == 0 || strstr(err.message, "root") != NULL);
	finals_close(&finals);
}
END_TEST

START_TEST(what_is_found_says_what_it_sees) {
	struct finals finals;
	struct final_finding finding;
	finals_prepare(&finals, "bwrap", "leanchecker comparator");
	for (size_t i = 0; final_find(i, &finals.lean, NULL, &finding); i++) {
		bool there = strcmp(finding.name, "leanchecker") == 0 ||
			     strcmp(finding.name, "comparator") == 0;
		ck_assert_int_eq(finding.program != NULL, there);
		ck_assert_int_eq(
			finding.trouble != NULL, strcmp(finding.name, "comparator") == 0);
		ck_assert(finding.checks[0] != '\0' && finding.blind[0] != '\0');
		final_finding_finish(&finding);
	}
	finals_close(&finals);
}
END_TEST

/* ---- Nothing is left. */

static int folders_left(const char *parent) {
	DIR *dir = opendir(parent);
	struct dirent *entry;
	int count = 0;
	while ((entry = readdir(dir)) != NULL) {
		count += str_starts_with(entry->d_name, "f2f-final-");
	}
	closedir(dir);
	return count;
}

START_TEST(folders_are_removed_even_those_that_were_closed_to_us) {
	char folder[] = "/tmp/f2f-finaltmp-XXXXXX";
	ck_assert_ptr_nonnull(mkdtemp(folder));
	setenv("TMPDIR", folder, 1);
	struct finals finals;
	open_way(&finals, _i, (struct final_options){0});
	expect(&finals, TRUE_CHALLENGE, TRUE_PROOF "-- fake_o_closed\n", FINAL_ACCEPTED, REASON_NONE);
	finals_close(&finals);
	ck_assert_int_eq(rmdir(folder), 0); // empty
	unsetenv("TMPDIR");
}
END_TEST

START_TEST(a_cancelled_check_calls_nobody_and_leaves_nothing) {
	char folder[] = "/tmp/f2f-finaltmp-XXXXXX"; // others use /tmp meanwhile
	ck_assert_ptr_nonnull(mkdtemp(folder));
	setenv("TMPDIR", folder, 1);
	struct finals finals;
	open_way(&finals, _i, (struct final_options){0});
	struct lean_check check = finals_check(TRUE_CHALLENGE, TRUE_PROOF);
	final_submit(finals.final, &check, on_final_asked, NULL); // would crash
	for (int i = 0; i < 20; i++) {
		loop_step(finals.loop);
		usleep(2000);
	}
	final_cancel_all(finals.final);
	lean_check_finish(&check);
	expect(&finals, TRUE_CHALLENGE, TRUE_PROOF, FINAL_ACCEPTED, REASON_NONE);
	finals_close(&finals);
	ck_assert_int_eq(folders_left(folder), 0);
	ck_assert_int_eq(rmdir(folder), 0);
	unsetenv("TMPDIR");
}
END_TEST

int main(void) {
	Suite *suite = suite_create("final");
	TCase *tests = tcase_create("final check");
	int count = (int)F2F_COUNT(ways);
	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, a_proof_of_the_challenge_is_accepted, 0, count);
	tcase_add_loop_test(tests, what_got_past_the_filter_is_refused_for_its_reason, 0, count);
	tcase_add_test(tests, what_kernels_treat_specially_is_not_declared_anew);
	tcase_add_loop_test(tests, a_placeholder_may_be_filled_and_nothing_else_may_differ, 0, count);
	tcase_add_loop_test(tests, trouble_never_ends_accepted_and_the_next_check_works, 0, count);
	tcase_add_loop_test(tests, what_hangs_is_ended_twice_and_the_next_check_works, 0, count);
	tcase_add_loop_test(tests, a_challenge_that_does_not_compile_is_our_fault, 0, count);
	tcase_add_loop_test(tests, many_at_a_time_each_get_their_own_word, 0, count);
	tcase_add_loop_test(tests, a_checker_that_fails_its_self_test_serves_nobody, 0,
		(int)F2F_COUNT(bad_checkers));
	tcase_add_test(tests, nothing_installed_is_said_before_anything_runs);
	tcase_add_test(tests, auto_takes_the_strongest_that_can_be_used);
	tcase_add_test(tests, a_relative_path_is_from_where_f2f_was_started);
	tcase_add_test(tests, comparator_never_runs_as_root);
	tcase_add_test(tests, what_is_found_says_what_it_sees);
	tcase_add_loop_test(tests, folders_are_removed_even_those_that_were_closed_to_us, 0, 1);
	tcase_add_loop_test(tests, a_cancelled_check_calls_nobody_and_leaves_nothing, 0, count);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
