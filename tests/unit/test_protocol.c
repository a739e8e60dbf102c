/* One suite for every way to reach Lean: the same faults of a protocol, each with what has to come
 * of it. The stand-ins go wrong where a text asks them to (tests/fake/faults.py). After each, the
 * next check has to work. Hangs, floods and children are the pool's own tests. */

#include "unit.h"

#include <signal.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "checks.h"
#include "served.h"
#include "stuck.h"

#define TRUE_TEXT "theorem t : True := True.intro\n"
#define FAKES TEST_SOURCE_ROOT "/tests/fake/"

enum way { LSP, LSP_OLD, BATCH, BATCH_OLD, REPL, KIMINA, KIMINA_OLD, WAYS };

static const struct {
	const char *backend;
	const char *program; // "old" in the name: July 2021
} ways[WAYS] = {
	[LSP] = {"lsp", "lean"},
	[LSP_OLD] = {"lsp", "lean-old"},
	[BATCH] = {"batch", "lean"},
	[BATCH_OLD] = {"batch", "lean-old"},
	[REPL] = {"repl", "lean"},
	[KIMINA] = {"kimina", "lean"},
	[KIMINA_OLD] = {"kimina", "lean-old"}, // before 2.0
};

/* What may come of a check. NEVER: the fault is not one that this way can have. */
enum end { NEVER, ACCEPTED, ERROR, SORRY, AXIOMS, ABSENT, RESOURCES, TIMEOUT, MISSING };

static const char *end_of(const struct verdict *verdict) {
	return verdict->missing != MISSING_NONE		? "missing"
	       : verdict->outcome == OUTCOME_ACCEPTED	? "accepted"
	       : verdict->outcome == OUTCOME_REJECTED	? reject_reason_name(verdict->reason)
							: "nothing";
}

static const char *const end_names[] = {
	[NEVER] = "never",
	[ACCEPTED] = "accepted",
	[ERROR] = "error",
	[SORRY] = "sorry",
	[AXIOMS] = "axioms",
	[ABSENT] = "absent",
	[RESOURCES] = "resources",
	[TIMEOUT] = "timeout",
	[MISSING] = "missing",
};

struct bench {
	char folder[64];
	char *program;
	char *repl;
	struct lean_info lean;
	struct stuck_clock clock;
	struct loop *loop;
	struct verifier *verifier;
	struct served served;
	struct lean_server server;
};

static void bench_open(struct bench *bench, int way, struct verifier_options options) {
	struct error err = {0};
	*bench = (struct bench){.folder = "/tmp/f2f-protocol-XXXXXX"};
	ck_assert_ptr_nonnull(mkdtemp(bench->folder));
	bench->program = path_join(bench->folder, ways[way].program);
	bench->repl = path_join(bench->folder, "repl");
	ck_assert_int_eq(symlink(FAKES "fake_lean.py", bench->program), 0);
	ck_assert_int_eq(symlink(FAKES "fake_repl.py", bench->repl), 0);
	if (way >= KIMINA) {
		const char *const argv[] = {
			FAKES "fake_kimina.py", way == KIMINA_OLD ? "--legacy" : NULL, NULL};
		bench->served = serve(argv);
		bench->server = (struct lean_server){.url = bench->served.url};
		options.server = &bench->server;
		ck_assert_msg(lean_server_find(&bench->server, &bench->lean, &err) == 0, "%s",
			err.message);
	} else {
		ck_assert_msg(lean_find(bench->program, NULL, NULL, &bench->lean, &err) == 0, "%s",
			err.message);
	}
	bench->loop = stuck_loop(&bench->clock, bench->folder, 1);
	options.backend = ways[way].backend;
	options.repl = way == REPL ? bench->repl : NULL;
	options.lean = &bench->lean;
	options.cpu_limit_s = 20;
	options.wall_limit_s = STUCK_LIMIT_S;
	options.jobs = 1;
	ck_assert_msg(verifier_open(bench->loop, &options, &bench->verifier, &err) == 0, "%s",
		err.message);
}

static void bench_close(struct bench *bench) {
	verifier_close(bench->verifier);
	stuck_end(&bench->clock);
	loop_destroy(bench->loop);
	lean_info_finish(&bench->lean);
	if (bench->served.pid != 0) {
		served_stop(&bench->served);
	}
	unlink(bench->program);
	unlink(bench->repl);
	rmdir(bench->folder);
	free(bench->program);
	free(bench->repl);
}

static void expect(struct bench *bench, const char *header, const char *type, const char *text,
	const char *end) {
	struct verdict verdict = ask_one(bench->loop, bench->verifier, header, type, text);
	ck_assert_msg(strcmp(end_of(&verdict), end) == 0, "%s: %s, not %s: %s", text,
		end_of(&verdict), end, verdict.messages);
	verdict_finish(&verdict);
}

static void expect_next_works(struct bench *bench) {
	expect(bench, "", "True", TRUE_TEXT, "accepted");
	expect(bench, "", "False", "theorem t : False := True.intro\n", "error");
}

/* ---- What Lean says. */

static const struct {
	const char *type;
	const char *text;
	enum end end;
} plain[] = {
	{"True", TRUE_TEXT, ACCEPTED},
	{"False", "theorem t : False := True.intro\n", ERROR},
	{"True", "theorem t : True := fake_error\n", ERROR},
	{"1 = 1", "theorem t : 1 = 1 := by sorry\n", SORRY},
	{"1 = 2", "axiom mine : 1 = 2\ntheorem t : 1 = 2 := mine\n", AXIOMS},
	{"True", TRUE_TEXT "#exit\n", ABSENT},
	{"True", "theorem other : True := True.intro\n", ABSENT},
	{"True", "theorem t : True := -- 𝔸 α \"q\\\" \t…\n  True.intro\n", ACCEPTED},
};

START_TEST(verdicts_follow_what_lean_says) {
	struct bench bench;
	bench_open(&bench, _i, (struct verifier_options){0});
	for (size_t i = 0; i < F2F_COUNT(plain); i++) {
		expect(&bench, i % 2 == 0 ? "" : "import Mathlib\nopen Nat\n", plain[i].type,
			plain[i].text, end_names[plain[i].end]);
	}
	bench_close(&bench);
}
END_TEST

/* Candidates share a worker, and nothing else. */
START_TEST(what_one_text_declares_is_gone_for_the_next) {
	struct bench bench;
	bench_open(&bench, _i, (struct verifier_options){0});
	expect(&bench, "", "False", "axiom leak : False\ntheorem t : False := leak\n", "axioms");
	expect(&bench, "", "False", "theorem t : False := by exact @leak\n", "error");
	expect(&bench, "", "True", "theorem other : True := True.intro\n", "absent");
	bench_close(&bench);
}
END_TEST

START_TEST(errors_are_placed_in_the_proof) {
	struct bench bench;
	bench_open(&bench, _i, (struct verifier_options){0});
	struct verdict verdict = ask_one(bench.loop, bench.verifier, "import Mathlib\nopen Nat\n",
		"True", "\ntheorem t : True :=\n  fake_error\n");
	ck_assert_msg(strncmp(verdict.messages, "2:0: error: unknown", 19) == 0, "%s",
		verdict.messages);
	verdict_finish(&verdict);
	bench_close(&bench);
}
END_TEST

/* ---- Headers. */

START_TEST(a_header_that_is_refused_is_our_trouble) {
	struct bench bench;
	bench_open(&bench, _i, (struct verifier_options){.start_limit_s = 30});
	struct verdict verdict =
		ask_one(bench.loop, bench.verifier, "import Nowhere\n", "True", TRUE_TEXT);
	ck_assert_str_eq(end_of(&verdict), "missing");
	// That server keeps the header's messages to itself: its self-test tells that something is
	// wrong.
	ck_assert_msg(_i >= KIMINA || strstr(verdict.messages, "Nowhere") != NULL, "%s",
		verdict.messages);
	verdict_finish(&verdict);
	expect_next_works(&bench);
	bench_close(&bench);
}
END_TEST

START_TEST(a_header_may_take_its_time) {
	struct bench bench;
	bench_open(&bench, _i, (struct verifier_options){.start_limit_s = 30});
	expect(&bench, "import Lean.Late\n", "True", TRUE_TEXT, "accepted");
	expect_next_works(&bench);
	bench_close(&bench);
}
END_TEST

/* ---- Faults: what comes of a good text that asks for one. */

static const struct fault_row {
	const char *word;
	enum end ends[WAYS]; // lsp, of 2021, batch, of 2021, repl, kimina, before 2.0
} faults[] = {
	{"unknown_severity", {ABSENT, ABSENT, RESOURCES, RESOURCES, ABSENT, ABSENT, ABSENT}},
	{"no_probe", {ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT}},
	{"two_probes", {ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT}},
	{"forged_axioms", {ABSENT, ABSENT, ABSENT, NEVER, ABSENT, ABSENT, ABSENT}},
	// The text output of 2021 has no mark on information: all that is not the probe's refuses.
	{"nul", {ACCEPTED, ACCEPTED, ACCEPTED, RESOURCES, ACCEPTED, ACCEPTED, ACCEPTED}},
	{"megabytes", {ACCEPTED, ACCEPTED, ACCEPTED, RESOURCES, ACCEPTED, ACCEPTED, ACCEPTED}},
	{"ill_formed", {ACCEPTED, ACCEPTED, RESOURCES, RESOURCES, ACCEPTED, ACCEPTED, ACCEPTED}},
	{"surrogate", {ACCEPTED, ACCEPTED, RESOURCES, RESOURCES, ACCEPTED, ACCEPTED, ACCEPTED}},
	{"drip", {ACCEPTED, ACCEPTED, ACCEPTED, ACCEPTED, ACCEPTED, NEVER, NEVER}},
	{"before", {RESOURCES, RESOURCES, RESOURCES, RESOURCES, RESOURCES, NEVER, NEVER}},
	{"inside", {RESOURCES, RESOURCES, RESOURCES, RESOURCES, RESOURCES, NEVER, NEVER}},
	{"after", {RESOURCES, RESOURCES, RESOURCES, ABSENT, RESOURCES, NEVER, NEVER}},
	{"twice", {RESOURCES, RESOURCES, ABSENT, ABSENT, RESOURCES, NEVER, NEVER}},
	{"cut", {RESOURCES, RESOURCES, RESOURCES, RESOURCES, RESOURCES, NEVER, NEVER}},
	{"crlf", {RESOURCES, RESOURCES, ACCEPTED, ACCEPTED, RESOURCES, NEVER, NEVER}},
	{"part", {TIMEOUT, NEVER, TIMEOUT, NEVER, TIMEOUT, NEVER, NEVER}},
	{"other_version", {RESOURCES, RESOURCES, NEVER, NEVER, NEVER, NEVER, NEVER}},
	{"other_document", {RESOURCES, RESOURCES, NEVER, NEVER, NEVER, NEVER, NEVER}},
	{"old_version", {TIMEOUT, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER}},
	{"no_diagnostics", {TIMEOUT, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER}},
	{"endless", {TIMEOUT, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER}},
	{"fatal", {RESOURCES, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER}},
	{"negative_line", {RESOURCES, RESOURCES, NEVER, NEVER, NEVER, NEVER, NEVER}},
	{"no_place", {RESOURCES, RESOURCES, NEVER, NEVER, NEVER, NEVER, NEVER}},
	{"number_id", {RESOURCES, RESOURCES, NEVER, NEVER, NEVER, NEVER, NEVER}},
	{"short_length", {RESOURCES, RESOURCES, NEVER, NEVER, NEVER, NEVER, NEVER}},
	{"long_length", {RESOURCES, RESOURCES, NEVER, NEVER, NEVER, NEVER, NEVER}},
	{"giant_length", {RESOURCES, RESOURCES, NEVER, NEVER, NEVER, NEVER, NEVER}},
	{"wrong_env", {NEVER, NEVER, NEVER, NEVER, RESOURCES, NEVER, NEVER}},
	{"skipped_env", {NEVER, NEVER, NEVER, NEVER, RESOURCES, NEVER, NEVER}},
	{"no_env", {NEVER, NEVER, NEVER, NEVER, RESOURCES, MISSING, MISSING}},
	{"unknown_keys", {NEVER, NEVER, NEVER, NEVER, ACCEPTED, ACCEPTED, ACCEPTED}},
	{"listed_hole", {NEVER, NEVER, NEVER, NEVER, SORRY, SORRY, SORRY}},
	{"message", {NEVER, NEVER, NEVER, NEVER, ERROR, ERROR, ERROR}},
	{"unknown_environment", {NEVER, NEVER, NEVER, NEVER, RESOURCES, MISSING, MISSING}},
	{"silent", {NEVER, NEVER, NEVER, NEVER, TIMEOUT, NEVER, NEVER}},
	{"forgets", {NEVER, NEVER, NEVER, NEVER, RESOURCES, NEVER, NEVER}},
	{"500", {NEVER, NEVER, NEVER, NEVER, NEVER, RESOURCES, RESOURCES}},
	{"500_once", {NEVER, NEVER, NEVER, NEVER, NEVER, ACCEPTED, ACCEPTED}},
	{"server_error", {NEVER, NEVER, NEVER, NEVER, NEVER, RESOURCES, RESOURCES}},
	{"timed_out", {NEVER, NEVER, NEVER, NEVER, NEVER, TIMEOUT, NEVER}},
	{"timed_out_once", {NEVER, NEVER, NEVER, NEVER, NEVER, ACCEPTED, ACCEPTED}},
	{"header_timed_out", {NEVER, NEVER, NEVER, NEVER, NEVER, MISSING, MISSING}},
	{"left_out", {NEVER, NEVER, NEVER, NEVER, NEVER, MISSING, MISSING}},
	{"twice_there", {NEVER, NEVER, NEVER, NEVER, NEVER, MISSING, MISSING}},
	{"extra", {NEVER, NEVER, NEVER, NEVER, NEVER, MISSING, MISSING}},
	{"both", {NEVER, NEVER, NEVER, NEVER, NEVER, MISSING, MISSING}},
	{"neither", {NEVER, NEVER, NEVER, NEVER, NEVER, MISSING, MISSING}},
	{"not_json", {NEVER, NEVER, NEVER, NEVER, NEVER, MISSING, MISSING}},
	{"huge", {NEVER, NEVER, NEVER, NEVER, NEVER, RESOURCES, NEVER}},
	{"cut_body", {NEVER, NEVER, NEVER, NEVER, NEVER, MISSING, NEVER}},
};

/* All on one verifier: after each fault the next one is the check that has to work. */
START_TEST(a_fault_has_its_outcome_and_the_next_check_works) {
	struct bench bench;
	// Closed in everywhere but here, where processes are many and started often.
	bench_open(&bench, _i, (struct verifier_options){.sandbox = "none"});
	for (size_t i = 0; i < F2F_COUNT(faults); i++) {
		if (faults[i].ends[_i] == NEVER) {
			continue;
		}
		char *text = xasprintf(TRUE_TEXT "theorem fake_%s : True := trivial\n", faults[i].word);
		expect(&bench, "", "True", text, end_names[faults[i].ends[_i]]);
		free(text);
		expect(&bench, "", "True", TRUE_TEXT, "accepted");
	}
	expect_next_works(&bench);
	bench_close(&bench);
}
END_TEST

int main(void) {
	signal(SIGPIPE, SIG_IGN); // as main does
	Suite *suite = suite_create("protocol");
	TCase *tc = tcase_create("protocol");
	tcase_set_timeout(tc, 100);
	tcase_add_loop_test(tc, verdicts_follow_what_lean_says, 0, WAYS);
	tcase_add_loop_test(tc, what_one_text_declares_is_gone_for_the_next, 0, WAYS);
	tcase_add_loop_test(tc, errors_are_placed_in_the_proof, 0, WAYS);
	tcase_add_loop_test(tc, a_header_that_is_refused_is_our_trouble, 0, WAYS);
	tcase_add_loop_test(tc, a_header_may_take_its_time, 0, WAYS);
	tcase_add_loop_test(tc, a_fault_has_its_outcome_and_the_next_check_works, 0, WAYS);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
