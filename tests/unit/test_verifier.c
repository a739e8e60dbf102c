#include "unit.h"

#include <dirent.h>
#include <signal.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/sha256.h"
#include "checks.h"
#include "stuck.h"

#define TRUE_TEXT "theorem t : True := True.intro\n"
#define FAKE TEST_SOURCE_ROOT "/tests/fake/fake_lean.py"

/* Ways to reach the stand-in: a row each, every test runs over all of them. */
static const struct way {
	const char *backend;
	const char *program; // "old" in the name: July 2021
} ways[] = {{"lsp", "lean"}, {"lsp", "lean-old"}, {"batch", "lean"}, {"batch", "lean-old"}};

/* Where the stand-in lies under its two names, and what is known of it: found out once, because each
 * look is a start of Python. */
static struct world {
	char folder[64];
	struct lean_info leans[2];
} world = {.folder = "/tmp/f2f-verifier-XXXXXX"};

/* Outside of any test. */
static void world_open(void) {
	bool fine = mkdtemp(world.folder) != NULL;
	for (int i = 0; i < 2 && fine; i++) {
		char *path = path_join(world.folder, ways[i].program);
		struct error err = {.message = "symlink"};
		fine = symlink(FAKE, path) == 0 &&
		       lean_find(path, NULL, NULL, &world.leans[i], &err) == 0;
		free(path);
		if (!fine) {
			printf("Bail out! %s\n", err.message);
			exit(1);
		}
	}
}

static void world_close(void) {
	for (int i = 0; i < 2; i++) {
		char *path = path_join(world.folder, ways[i].program);
		unlink(path);
		free(path);
		lean_info_finish(&world.leans[i]);
	}
	rmdir(world.folder);
}

struct bench {
	const char *folder;
	const struct lean_info *lean;
	struct stuck_clock clock;
	struct loop *loop;
	struct verifier *verifier;
};

static void bench_open(struct bench *bench, int way, struct verifier_options options) {
	*bench = (struct bench){.folder = world.folder, .lean = &world.leans[way % 2]};
	struct error err = {0};
	bench->loop = stuck_loop(&bench->clock, bench->folder, 1);
	options.backend = ways[way].backend;
	options.lean = bench->lean;
	options.cpu_limit_s = options.cpu_limit_s > 0 ? options.cpu_limit_s : 20;
	options.wall_limit_s = STUCK_LIMIT_S;
	options.jobs = options.jobs > 0 ? options.jobs : 2;
	ck_assert_msg(verifier_open(bench->loop, &options, &bench->verifier, &err) == 0, "%s",
		err.message);
}

/* Processes whose command line names this folder: the stand-in and its children. */
static int processes_of(const char *folder) {
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int count = 0;
	while ((entry = readdir(proc)) != NULL) {
		char path[300];
		char text[4096];
		snprintf(path, sizeof(path), "/proc/%.200s/cmdline", entry->d_name);
		FILE *in = entry->d_name[0] >= '0' && entry->d_name[0] <= '9' ? fopen(path, "re")
									      : NULL;
		if (in == NULL) {
			continue;
		}
		size_t length = fread(text, 1, sizeof(text), in);
		fclose(in);
		count += memmem(text, length, folder, strlen(folder)) != NULL;
	}
	closedir(proc);
	return count;
}

/* Killing is done; dying takes the kernel a moment. */
static void wait_for_none(const char *folder) {
	int64_t deadline = clock_now() + 60 * CLOCK_SECOND;
	while (processes_of(folder) > 0 && clock_now() < deadline) {
		usleep(5000);
	}
	ck_assert_int_eq(processes_of(folder), 0);
}

static void bench_close(struct bench *bench) {
	verifier_close(bench->verifier);
	stuck_end(&bench->clock);
	loop_destroy(bench->loop);
	wait_for_none(bench->folder);
}

static void expect(struct bench *bench, const char *type, const char *text, enum outcome outcome,
	enum reject_reason reason) {
	struct verdict verdict = ask_one(bench->loop, bench->verifier, "", type, text);
	ck_assert_msg(verdict.outcome == outcome && verdict.reason == reason &&
			      verdict.missing == MISSING_NONE,
		"%s is %s %s %s: %s", text, outcome_name(verdict.outcome),
		reject_reason_name(verdict.reason), missing_name(verdict.missing),
		verdict.messages);
	ck_assert_ptr_nonnull(verdict.lean);
	ck_assert_str_eq(verdict.sandbox, "bwrap");
	verdict_finish(&verdict);
}

static void expect_next_is_fine(struct bench *bench) {
	expect(bench, "True", TRUE_TEXT, OUTCOME_ACCEPTED, REASON_NONE);
	expect(bench, "False", "theorem t : False := True.intro\n", OUTCOME_REJECTED, REASON_ERROR);
}

START_TEST(verdicts_follow_what_lean_says) {
	struct bench bench;
	bench_open(&bench, _i, (struct verifier_options){0});
	expect(&bench, "True", TRUE_TEXT, OUTCOME_ACCEPTED, REASON_NONE);
	expect(&bench, "False", "theorem t : False := True.intro\n", OUTCOME_REJECTED,
		REASON_ERROR);
	expect(&bench, "True", "theorem t : True := fake_error\n", OUTCOME_REJECTED, REASON_ERROR);
	expect(&bench, "1 = 1", "theorem t : 1 = 1 := by sorry\n", OUTCOME_REJECTED, REASON_SORRY);
	expect(&bench, "1 = 2", "axiom mine : 1 = 2\ntheorem t : 1 = 2 := mine\n", OUTCOME_REJECTED,
		REASON_AXIOMS);
	expect(&bench, "True", TRUE_TEXT "#exit\n", OUTCOME_REJECTED, REASON_ABSENT);
	expect(&bench, "True", "theorem other : True := True.intro\n", OUTCOME_REJECTED,
		REASON_ABSENT);
	bench_close(&bench);
}
END_TEST

START_TEST(a_score_can_be_known_from_the_text) {
	struct bench bench;
	bench_open(&bench, _i, (struct verifier_options){0});
	for (int i = 0; i < 8; i++) {
		char *type = xasprintf("%d + %d = %d", i, i, 2 * i);
		char *text = xasprintf("theorem t : %s := by rfl\n", type);
		char *rule = xasprintf(": %s\nby rfl", type);
		bool accepted = sha256_of(rule, strlen(rule)).hex[0] < '8';
		expect(&bench, type, text, accepted ? OUTCOME_ACCEPTED : OUTCOME_REJECTED,
			accepted ? REASON_NONE : REASON_ERROR);
		free(type);
		free(text);
		free(rule);
	}
	bench_close(&bench);
}
END_TEST

START_TEST(a_proof_that_kills_its_worker_twice_is_rejected) {
	struct bench bench;
	bench_open(&bench, _i, (struct verifier_options){0});
	expect(&bench, "True", "theorem t : True := fake_crash\n", OUTCOME_REJECTED,
		REASON_RESOURCES);
	expect_next_is_fine(&bench);
	bench_close(&bench);
}
END_TEST

START_TEST(garbage_in_the_protocol_is_never_accepted) {
	struct bench bench;
	bench_open(&bench, _i, (struct verifier_options){0});
	struct verdict verdict = ask_one(bench.loop, bench.verifier, "", "True",
		TRUE_TEXT "-- \ntheorem u : True := by exact fake_garbage\n");
	ck_assert_int_eq(verdict.outcome, OUTCOME_REJECTED);
	verdict_finish(&verdict);
	expect_next_is_fine(&bench);
	bench_close(&bench);
}
END_TEST

START_TEST(a_worker_that_leaves_early_has_not_answered) {
	struct bench bench;
	bench_open(&bench, _i, (struct verifier_options){0});
	struct verdict verdict =
		ask_one(bench.loop, bench.verifier, "", "True", "theorem t : True := fake_close\n");
	ck_assert_int_eq(verdict.outcome, OUTCOME_REJECTED);
	verdict_finish(&verdict);
	expect_next_is_fine(&bench);
	bench_close(&bench);
}
END_TEST

START_TEST(endless_output_is_cut) {
	struct bench bench;
	bench_open(&bench, _i, (struct verifier_options){.output_limit_bytes = 1 << 20});
	expect(&bench, "True", "theorem t : True := fake_flood\n", OUTCOME_REJECTED,
		REASON_RESOURCES);
	expect_next_is_fine(&bench);
	bench_close(&bench);
}
END_TEST

START_TEST(memory_over_the_limit_is_the_proofs_fault) {
	struct bench bench;
	bench_open(&bench, _i, (struct verifier_options){.memory_limit_bytes = 100 << 20});
	struct verdict verdict =
		ask_one(bench.loop, bench.verifier, "", "True", "theorem t : True := fake_oom\n");
	ck_assert_int_eq(verdict.outcome, OUTCOME_REJECTED);
	ck_assert_int_eq(verdict.reason, REASON_RESOURCES);
	ck_assert_msg(strstr(verdict.messages, "memory: ") != NULL, "%s", verdict.messages);
	verdict_finish(&verdict);
	expect_next_is_fine(&bench);
	bench_close(&bench);
}
END_TEST

START_TEST(a_silent_proof_meets_the_wall_clock) {
	struct bench bench;
	bench_open(&bench, _i, (struct verifier_options){0});
	expect(&bench, "True", "theorem t : True := fake_hang\n", OUTCOME_REJECTED, REASON_TIMEOUT);
	expect_next_is_fine(&bench);
	bench_close(&bench);
}
END_TEST

START_TEST(a_busy_proof_meets_the_cpu_limit) {
	struct bench bench;
	bench_open(&bench, _i, (struct verifier_options){.cpu_limit_s = 1});
	expect(&bench, "True", "theorem t : True := fake_cpu\n", OUTCOME_REJECTED, REASON_TIMEOUT);
	expect_next_is_fine(&bench);
	bench_close(&bench);
}
END_TEST

START_TEST(a_header_that_lean_refuses_is_our_trouble) {
	struct bench bench;
	bench_open(&bench, _i, (struct verifier_options){.start_limit_s = 20});
	struct verdict verdict =
		ask_one(bench.loop, bench.verifier, "import Nowhere\n", "True", TRUE_TEXT);
	ck_assert_int_eq(verdict.outcome, OUTCOME_NONE);
	ck_assert_int_eq(verdict.missing, MISSING_VERIFIER);
	ck_assert_msg(strstr(verdict.messages, "Nowhere") != NULL, "%s", verdict.messages);
	verdict_finish(&verdict);
	expect_next_is_fine(&bench);
	bench_close(&bench);
}
END_TEST

START_TEST(what_a_proof_starts_dies_with_the_verifier) {
	struct bench bench;
	bench_open(&bench, _i, (struct verifier_options){0});
	struct verdict verdict = ask_one(bench.loop, bench.verifier, "", "True",
		TRUE_TEXT "theorem u : True := by exact fake_child\n");
	verdict_finish(&verdict);
	bench_close(&bench); // looks for processes
}
END_TEST

/* In a session of its own, forked twice, deaf to SIGTERM: in both kinds of sandbox. */
START_TEST(what_escapes_from_a_proof_dies_with_its_worker) {
	struct bench bench;
	bench_open(
		&bench, 2 * (_i / 2), (struct verifier_options){.sandbox = _i % 2 ? "none" : NULL});
	struct verdict verdict = ask_one(bench.loop, bench.verifier, "", "True",
		TRUE_TEXT "theorem u : True := by exact fake_escape\n");
	verdict_finish(&verdict);
	bench_close(&bench); // looks for processes
}
END_TEST

START_TEST(processes_without_end_are_the_proofs_fault) {
	struct bench bench;
	bench_open(&bench, _i, (struct verifier_options){.task_limit = 30});
	struct verdict verdict =
		ask_one(bench.loop, bench.verifier, "", "True", "theorem t : True := fake_forks\n");
	ck_assert_int_eq(verdict.outcome, OUTCOME_REJECTED);
	ck_assert_int_eq(verdict.reason, REASON_RESOURCES);
	ck_assert_msg(strstr(verdict.messages, "processes: ") != NULL, "%s", verdict.messages);
	verdict_finish(&verdict);
	expect_next_is_fine(&bench);
	bench_close(&bench);
}
END_TEST

START_TEST(many_checks_over_two_headers_all_get_their_verdict) {
	enum { COUNT = 24 };
	struct bench bench;
	bench_open(&bench, _i, (struct verifier_options){.uses_limit = 9});
	struct lean_check checks[COUNT];
	struct verdict verdicts[COUNT] = {0};
	for (int i = 0; i < COUNT; i++) {
		// each its own, or one would answer for others
		char *text = xasprintf("%s-- %d\n",
			i % 11 == 7  ? "theorem t : True := fake_crash\n"
			: i % 3 == 0 ? "theorem t : True := fake_error\n"
				     : TRUE_TEXT,
			i);
		checks[i] = check_of(i % 2 == 0 ? "" : "import Mathlib\nopen Nat\n", "True", text);
		free(text);
	}
	ask_all(bench.loop, bench.verifier, checks, COUNT, verdicts);
	for (int i = 0; i < COUNT; i++) {
		enum reject_reason reason = i % 11 == 7	 ? REASON_RESOURCES
					    : i % 3 == 0 ? REASON_ERROR
							 : REASON_NONE;
		ck_assert_msg(verdicts[i].reason == reason && verdicts[i].missing == MISSING_NONE,
			"%d: %s %s", i, reject_reason_name(verdicts[i].reason),
			verdicts[i].messages);
		verdict_finish(&verdicts[i]);
		lean_check_finish(&checks[i]);
	}
	ck_assert_int_eq(verifier_pending(bench.verifier), 0);
	bench_close(&bench);
}
END_TEST

START_TEST(one_warm_worker_serves_200_checks) {
	enum { COUNT = 200 };
	struct bench bench;
	bench_open(&bench, _i, (struct verifier_options){.jobs = 1});
	struct lean_check checks[COUNT];
	struct verdict verdicts[COUNT] = {0};
	for (int i = 0; i < COUNT; i++) {
		char *text = xasprintf(TRUE_TEXT "-- %d\n", i);
		checks[i] = check_of("", "True", text);
		free(text);
	}
	expect(&bench, "True", TRUE_TEXT, OUTCOME_ACCEPTED, REASON_NONE);
	struct verifier_stats before, after;
	verifier_stats(bench.verifier, &before);
	ask_all(bench.loop, bench.verifier, checks, COUNT, verdicts);
	verifier_stats(bench.verifier, &after);
	// Where a start takes long there is a spare beside it, which has nothing to do.
	ck_assert_int_eq(after.warm - before.warm, COUNT);
	for (int i = 0; i < COUNT; i++) {
		ck_assert_int_eq(verdicts[i].outcome, OUTCOME_ACCEPTED);
		verdict_finish(&verdicts[i]);
		lean_check_finish(&checks[i]);
	}
	bench_close(&bench);
}
END_TEST

static void on_closing(const struct verdict *verdict, void *data) {
	struct bench *bench = data;
	verifier_close(bench->verifier);
	bench->verifier = NULL;
	loop_stop(bench->loop);
}

START_TEST(a_verifier_may_be_closed_from_its_own_callback) {
	struct bench bench;
	bench_open(&bench, _i, (struct verifier_options){0});
	struct lean_check checks[4];
	for (int i = 0; i < 4; i++) {
		// two that are equal, and two that are not
		checks[i] = check_of("", "True",
			i < 2	 ? TRUE_TEXT
			: i == 2 ? TRUE_TEXT "\n"
				 : TRUE_TEXT "-- 3\n");
		verifier_submit(bench.verifier, &checks[i], on_closing, &bench);
	}
	loop_run(bench.loop);
	ck_assert_ptr_null(bench.verifier);
	for (int i = 0; i < 4; i++) {
		lean_check_finish(&checks[i]);
	}
	bench_close(&bench);
}
END_TEST

static void on_never(const struct verdict *verdict, void *data) {
	ck_abort_msg("a cancelled check was told");
}

START_TEST(cancelled_checks_are_forgotten_and_the_next_one_works) {
	struct bench bench;
	bench_open(&bench, _i, (struct verifier_options){0});
	stuck_end(&bench.clock); // they are to hang until they are cancelled
	struct lean_check hang = check_of("", "True", "theorem t : True := fake_hang\n");
	for (int i = 0; i < 5; i++) {
		verifier_submit(bench.verifier, &hang, on_never, NULL);
	}
	for (int i = 0; i < 50; i++) {
		loop_step(bench.loop);
		usleep(4000);
	}
	verifier_cancel_all(bench.verifier);
	ck_assert_int_eq(verifier_pending(bench.verifier), 0);
	expect_next_is_fine(&bench);
	lean_check_finish(&hang);
	bench_close(&bench);
}
END_TEST

START_TEST(a_missing_lean_says_what_to_type) {
	struct lean_info lean = {0};
	struct error err = {0};
	ck_assert_int_eq(
		lean_find("/nowhere/bin/lean", NULL, NULL, &lean, &err), ERROR_ENVIRONMENT);
	ck_assert_ptr_nonnull(strstr(err.message, "/nowhere/bin/lean"));
	ck_assert_int_eq(lean_find("/bin/true", NULL, NULL, &lean, &err), ERROR_ENVIRONMENT);
	ck_assert_ptr_null(lean.path);
}
END_TEST

START_TEST(versions_of_both_ages_are_read) {
	struct bench bench;
	bench_open(&bench, 0, (struct verifier_options){0});
	ck_assert_str_eq(bench.lean->version, "4.9.0");
	ck_assert_str_eq(bench.lean->commit, "8f9843a4a5fe");
	ck_assert(bench.lean->json && !bench.lean->old);
	bench_close(&bench);
	bench_open(&bench, 1, (struct verifier_options){0});
	ck_assert_str_eq(bench.lean->version, "4.0.0");
	ck_assert_ptr_null(bench.lean->commit);
	ck_assert(!bench.lean->json && bench.lean->old);
	bench_close(&bench);
}
END_TEST

START_TEST(an_unknown_backend_names_the_nearest) {
	struct lean_info lean = {0};
	struct loop *loop = loop_create(NULL);
	struct verifier *verifier = NULL;
	struct error err = {0};
	struct verifier_options options = {.backend = "bach", .lean = &lean};
	ck_assert_int_eq(verifier_open(loop, &options, &verifier, &err), ERROR_USAGE);
	ck_assert_ptr_nonnull(strstr(err.message, "batch"));
	loop_destroy(loop);
}
END_TEST

int main(void) {
	signal(SIGPIPE, SIG_IGN); // as main does
	Suite *suite = suite_create("verifier");
	TCase *tc = tcase_create("verifier");
	int all = (int)F2F_COUNT(ways);
	// 1 to 3: where the words do not matter, one old and one new Lean are enough.
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, verdicts_follow_what_lean_says, 0, all);
	tcase_add_loop_test(tc, a_score_can_be_known_from_the_text, 0, all);
	tcase_add_loop_test(tc, a_proof_that_kills_its_worker_twice_is_rejected, 1, 3);
	tcase_add_loop_test(tc, garbage_in_the_protocol_is_never_accepted, 0, all);
	tcase_add_loop_test(tc, a_worker_that_leaves_early_has_not_answered, 1, 3);
	tcase_add_loop_test(tc, endless_output_is_cut, 1, 3);
	tcase_add_loop_test(tc, memory_over_the_limit_is_the_proofs_fault, 1, 3);
	tcase_add_loop_test(tc, a_silent_proof_meets_the_wall_clock, 1, 3);
	tcase_add_loop_test(tc, a_busy_proof_meets_the_cpu_limit, 1, 3);
	tcase_add_loop_test(tc, a_header_that_lean_refuses_is_our_trouble, 0, all);
	tcase_add_loop_test(tc, what_a_proof_starts_dies_with_the_verifier, 1, 3);
	tcase_add_loop_test(tc, what_escapes_from_a_proof_dies_with_its_worker, 0, 4);
	tcase_add_loop_test(tc, processes_without_end_are_the_proofs_fault, 1, 3);
	tcase_add_loop_test(tc, many_checks_over_two_headers_all_get_their_verdict, 1, 3);
	tcase_add_loop_test(tc, one_warm_worker_serves_200_checks, 0, 2);
	tcase_add_loop_test(tc, a_verifier_may_be_closed_from_its_own_callback, 1, 3);
	tcase_add_loop_test(tc, cancelled_checks_are_forgotten_and_the_next_one_works, 1, 3);
	tcase_add_test(tc, a_missing_lean_says_what_to_type);
	tcase_add_test(tc, versions_of_both_ages_are_read);
	tcase_add_test(tc, an_unknown_backend_names_the_nearest);
	suite_add_tcase(suite, tc);
	world_open();
	int status = unit_run(suite);
	world_close();
	return status;
}
