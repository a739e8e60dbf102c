#include "stored.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>

#include "core/completion.h"
#include "core/problem.h"
#include "store/store_internal.h"

/* ---- Things to store. */

static struct sample_record sample_of(const char *problem, int64_t sample) {
	return (struct sample_record){
		.key = {"20260101-000000-aaaa", "demo", problem, "prove", sample},
		.prompt = "Prove it.",
		.candidate = "theorem t : True := trivial",
		.attempts = 1,
		.elapsed_ns = 5,
	};
}

static int64_t put_sample(const struct sample_record *sample) {
	int64_t id = 0;
	CHECK_OK(store_sample_put(store, sample, &id, &err));
	ck_assert_int_gt(id, 0);
	return id;
}

static struct verdict verdict_of(enum outcome outcome, enum reject_reason reason) {
	static char *axioms[] = {"propext", "Quot\"sound"};
	return (struct verdict){
		.outcome = outcome,
		.reason = reason,
		.axioms = axioms,
		.axiom_count = 2,
		.messages = "1:1: error: no",
		.cpu_ns = 10,
		.elapsed_ns = 20,
		.backend = "lsp",
		.lean = "4.9.0",
		.policy = "strict",
		.sandbox = "none",
	};
}

static const struct set_record demo = {
	.name = "demo", .version = "1", .hash = "abc", .problems = 3, .pulled_ns = 7};

static const struct set_file files[] = {
	{"main", "https://host/x", "0123", "b.json", "ff", 12},
	{"main", "https://host/x", "0123", "a.json", "ee", 11},
};

static const struct problem problems[] = {
	{.split = "demo",
		.name = "zebra",
		.subset = "test",
		.file_subset = "valid",
		.statement = "theorem zebra : True",
		.header = "",
		.preamble = ""},
	{.split = "demo", .name = "ape", .subset = "valid", .file_subset = "test"},
	{.split = "demo", .name = "bee", .subset = "test", .informal = "Is 1 = 1?"},
};

static void put_demo(void) {
	CHECK_OK(store_set_replace(
		store, &demo, files, F2F_COUNT(files), problems, F2F_COUNT(problems), &err));
}

static int add_name(const struct problem *problem, void *data) {
	buf_appendf(data, "%s ", problem->name);
	return 0;
}

static void check_problems(const char *subset, const char *expected) {
	struct buf names = BUF_INIT(1000);
	CHECK_OK(store_problems(store, "demo", subset, add_name, &names, &err));
	ck_assert_str_eq(buf_str(&names), expected);
	buf_finish(&names);
}

static int add_path(const struct set_file *file, void *data) {
	buf_appendf(data, "%s %s %lld, ", file->path, file->commit, (long long)file->bytes);
	return 0;
}

/* ---- Tests. */

START_TEST(a_store_of_a_newer_schema_is_refused_and_stays) {
	store_close(store);
	store = NULL;
	foreign_exec(path, "PRAGMA user_version = 1000");
	struct buf before = bytes_of(path);
	struct store *none = NULL;
	ck_assert_int_eq(store_open(path, &(struct store_options){.mode = DB_WRITE}, &none, &err),
		ERROR_USAGE);
	check_line(&err, "newer f2f");
	check_same_bytes(path, &before);
}
END_TEST

START_TEST(a_text_is_stored_once_and_comes_back) {
	struct sha256 one, two;
	char *text = NULL;
	CHECK_OK(store_text_put(store, "a\0b", 3, &one, &err));
	CHECK_OK(store_text_put(store, "a\0b", 3, &two, &err));
	ck_assert_str_eq(one.hex, two.hex);
	check_query("SELECT count(*) FROM text", "1");
	CHECK_OK(store_text_get(store, one.hex, &text, &err));
	ck_assert_int_eq(memcmp(text, "a\0b", 4), 0);
	free(text);
	CHECK_OK(store_text_put(store, "", 0, &one, &err));
	CHECK_OK(store_text_get(store, one.hex, &text, &err));
	ck_assert_str_eq(text, "");
	free(text);
	ck_assert_int_eq(store_text_get(store, "beef", &text, &err), ERROR_NOT_FOUND);
}
END_TEST

START_TEST(a_set_keeps_its_order_and_both_words_for_subsets) {
	put_demo();
	check_problems(NULL, "zebra ape bee ");
	check_problems("test", "zebra bee ");
	check_problems("valid", "ape ");
	check_problems("file:test", "ape bee "); // the file says nothing of bee
	check_problems("file:valid", "zebra ");
	check_problems("other", "");
	struct buf paths = BUF_INIT(1000);
	CHECK_OK(store_set_files(store, "demo", add_path, &paths, &err));
	ck_assert_str_eq(buf_str(&paths), "a.json 0123 11, b.json 0123 12, ");
	buf_finish(&paths);
}
END_TEST

START_TEST(a_set_that_is_replaced_is_replaced_whole) {
	put_demo();
	struct set_record newer = {
		.name = "demo", .version = "2", .hash = "def", .problems = 1, .pulled_ns = 8};
	CHECK_OK(store_set_replace(store, &newer, files, 1, &problems[1], 1, &err));
	check_problems(NULL, "ape ");
	check_query("SELECT count(*) FROM dataset_file", "1");
	struct set_record set;
	bool found = false;
	CHECK_OK(store_set_get(store, "demo", &set, &found, &err));
	ck_assert(found);
	ck_assert_str_eq(set.version, "2");
	ck_assert_str_eq(set.hash, "def");
	ck_assert_int_eq(set.problems, 1);
	ck_assert_int_eq(set.pulled_ns, 8);
	set_record_finish(&set);
	CHECK_OK(store_set_get(store, "other", &set, &found, &err));
	ck_assert(!found);
}
END_TEST

START_TEST(a_set_that_cannot_be_stored_leaves_the_one_before) {
	put_demo();
	const struct problem twice[] = {problems[0], problems[0]};
	ck_assert_int_eq(store_set_replace(store, &demo, files, 1, twice, 2, &err), ERROR_DATABASE);
	check_problems(NULL, "zebra ape bee ");
	check_query("SELECT count(*) FROM dataset_file", "2");
	put_demo(); // and no transaction is left open
}
END_TEST

START_TEST(a_problem_comes_back_with_what_it_has_and_has_not) {
	put_demo();
	struct problem problem;
	CHECK_OK(store_problem_get(store, "demo", "zebra", &problem, &err));
	ck_assert_str_eq(problem.statement, "theorem zebra : True");
	ck_assert_str_eq(problem.header, "");
	ck_assert_ptr_null(problem.informal);
	problem_finish(&problem);
	ck_assert_int_eq(store_problem_get(store, "demo", "zebr", &problem, &err), ERROR_NOT_FOUND);
	check_line(&err, "zebr");
}
END_TEST

/* ---- Runs. */

static void check_run(const char *wanted, const char *expected) {
	struct run_record run;
	CHECK_OK(store_run_get(store, wanted, &run, &err));
	ck_assert_str_eq(run.id, expected);
	run_record_finish(&run);
}

static void check_no_run(const char *wanted, const char *part) {
	struct run_record run;
	ck_assert_int_eq(store_run_get(store, wanted, &run, &err), ERROR_USAGE);
	check_line(&err, part);
}

START_TEST(a_run_is_found_by_id_by_its_beginning_and_as_the_latest) {
	check_no_run("latest", "no runs yet");
	put_run("20260102-000000-bbbb", 20);
	put_run("20260101-000000-aaaa", 10);
	put_run("20260102-000000-bbbbb", 5); // another begins with the first one's id
	check_run("20260101-000000-aaaa", "20260101-000000-aaaa");
	check_run("20260101", "20260101-000000-aaaa");
	check_run("20260102-000000-bbbb", "20260102-000000-bbbb");
	check_run("latest", "20260102-000000-bbbb");
	check_no_run("2026", "begins 3 runs: 20260102-000000-bbbb, 20260101-000000-aaaa");
	check_no_run("20260101-000000-aaab", "did you mean 20260101-000000-aaaa?");
	check_no_run("zzz", "no run \"zzz\"; type: f2f runs");
	check_no_run("", "");
}
END_TEST

START_TEST(a_run_is_updated_and_keeps_its_words) {
	put_run("20260101-000000-aaaa", 10);
	put_run("20260102-000000-bbbb", 20);
	struct run_record run;
	CHECK_OK(store_run_get(store, "latest", &run, &err));
	ck_assert_str_eq(run.id, "20260102-000000-bbbb");
	ck_assert_int_eq(run.finished_ns, 0);
	char *state = run.state;
	run.state = "finished";
	run.finished_ns = 99;
	run.wall_ns = 5;
	CHECK_OK(store_run_update(store, &run, &err));
	run.state = "nonsense";
	ck_assert_int_eq(store_run_update(store, &run, &err), ERROR_DATABASE);
	run.state = state;
	run_record_finish(&run);
	check_query("SELECT state, finished_ns, wall_ns FROM run ORDER BY id",
		"running|NULL|0;finished|99|5");
}
END_TEST

static int add_run_problem(const struct run_problem *problem, void *data) {
	buf_appendf(data, "%s/%s:%s", problem->split, problem->problem, problem->subset);
	if (problem->cell != NULL) {
		buf_appendf(data, ":%s:%s", problem->cell, problem->family);
	}
	buf_append_char(data, ' ');
	return 0;
}

START_TEST(what_a_run_set_out_for_is_kept_once) {
	put_run("r", 1);
	struct run_problem a = {.split = "demo", .problem = "a", .subset = "test"};
	struct run_problem b = {.split = "demo",
		.problem = "b",
		.subset = "valid",
		.cell = "tree/both",
		.family = "connected"};
	CHECK_OK(store_run_problem_put(store, "r", &a, &err));
	CHECK_OK(store_run_problem_put(store, "r", &a, &err));
	CHECK_OK(store_run_problem_put(store, "r", &b, &err));
	struct buf text = BUF_INIT(1000);
	CHECK_OK(store_run_problems(store, "r", add_run_problem, &text, &err));
	ck_assert_str_eq(buf_str(&text), "demo/a:test demo/b:valid:tree/both:connected ");
	buf_finish(&text);
	ck_assert_int_lt(store_run_problem_put(store, "none", &a, &err), 0);
}
END_TEST

/* ---- Samples and verdicts. */

START_TEST(a_missing_sample_is_replaced_and_an_outcome_is_not) {
	put_run("20260101-000000-aaaa", 1);
	struct sample_record sample = sample_of("a", 0);
	sample.candidate = NULL;
	sample.missing = MISSING_ENDPOINT;
	sample.note = "refused";
	sample.wait_ns = 3;
	int64_t first = put_sample(&sample);
	sample.missing = MISSING_NONE;
	sample.note = NULL;
	sample.outcome = OUTCOME_NO_CODE;
	ck_assert_int_eq(put_sample(&sample), first);
	check_query("SELECT count(*), outcome, missing, note, attempts, wait_ns FROM sample",
		"1|no_code|NULL|NULL|2|6");
	sample.outcome = OUTCOME_NONE;
	sample.missing = MISSING_ENDPOINT;
	int64_t id = 0;
	ck_assert_int_eq(store_sample_put(store, &sample, &id, &err), ERROR_DATABASE);
	check_line(&err, "has an outcome already");
	check_query("SELECT outcome, missing FROM sample", "no_code|NULL");
}
END_TEST

START_TEST(a_sample_comes_back_with_its_reply_and_its_counts) {
	put_run("20260101-000000-aaaa", 1);
	struct sample_record sample = sample_of("a", 1);
	struct completion completion;
	completion_init(&completion);
	free(completion.text);
	completion.text = xstrdup("");
	completion.reasoning = xstrdup("hm");
	completion.prompt_tokens = 0;
	completion.completion_tokens = 12;
	sample.completion = &completion;
	put_sample(&sample);
	completion_finish(&completion);
	struct stored_sample stored;
	CHECK_OK(store_sample_get(store, &sample.key, &stored, &err));
	ck_assert_str_eq(stored.reply, "");
	ck_assert_int_eq(stored.outcome, OUTCOME_NONE);
	stored_sample_finish(&stored);
	check_query("SELECT prompt_tokens, completion_tokens, cached_tokens, usd FROM sample",
		"0|12|NULL|NULL");
	sample.key.sample = 0;
	ck_assert_int_eq(store_sample_get(store, &sample.key, &stored, &err), ERROR_NOT_FOUND);
	check_line(&err, "demo/a");
}
END_TEST

START_TEST(a_sample_of_no_run_or_with_two_facts_is_refused) {
	struct sample_record sample = sample_of("a", 0);
	int64_t id = 0;
	ck_assert_int_lt(store_sample_put(store, &sample, &id, &err), 0);
	put_run("20260101-000000-aaaa", 1);
	sample.outcome = OUTCOME_REJECTED; // without a reason
	ck_assert_int_lt(store_sample_put(store, &sample, &id, &err), 0);
	sample.reason = REASON_ERROR;
	sample.missing = MISSING_VERIFIER;
	ck_assert_int_lt(store_sample_put(store, &sample, &id, &err), 0);
	check_query("SELECT count(*) FROM sample", "0");
}
END_TEST

START_TEST(twin_rows_share_texts_and_count_once_in_costs) {
	put_run("20260101-000000-aaaa", 1);
	struct sample_record sample = sample_of("a", 0);
	struct completion completion;
	completion_init(&completion);
	free(completion.text);
	completion.text = xstrdup("reply");
	completion.prompt_tokens = 3;
	completion.completion_tokens = 4;
	completion.usd = 0.5;
	sample.completion = &completion;
	int64_t first = put_sample(&sample);
	sample.key.problem = "b";
	sample.shared_with = first;
	int64_t second = put_sample(&sample);
	completion_finish(&completion);
	struct verdict verdict = verdict_of(OUTCOME_ACCEPTED, REASON_NONE);
	CHECK_OK(store_verdict_put(store, first, &verdict, &err));
	CHECK_OK(store_verdict_put(store, second, &verdict, &err));
	struct run_cost cost;
	CHECK_OK(store_run_cost(store, "20260101-000000-aaaa", &cost, &err));
	ck_assert_int_eq(cost.prompt_tokens, 3);
	ck_assert_int_eq(cost.completion_tokens, 4);
	ck_assert(cost.usd == 0.5);
	ck_assert_int_eq(cost.lean_cpu_ns, 10);
	check_query("SELECT count(*) FROM text", "4"); // prompt, reply, candidate, messages
	check_query("SELECT shared_with = (SELECT min(id) FROM sample) FROM sample WHERE problem = "
		    "'b'",
		"1");
}
END_TEST

START_TEST(a_cost_may_be_asked_for_by_what_a_person_types) {
	put_run("20260101-000000-aaaa", 1);
	struct sample_record sample = sample_of("a", 0);
	struct completion completion;
	completion_init(&completion);
	free(completion.text);
	completion.text = xstrdup("reply");
	completion.completion_tokens = 4;
	sample.completion = &completion;
	put_sample(&sample);
	completion_finish(&completion);
	struct run_cost cost;
	CHECK_OK(store_run_cost(store, "latest", &cost, &err));
	ck_assert_int_eq(cost.completion_tokens, 4);
	ck_assert(isnan(cost.usd));
}
END_TEST

static int take_state(const struct sample_state *state, void *data) {
	*(struct sample_state *)data = *state;
	return 0;
}

START_TEST(a_verdict_is_added_and_the_newest_counts) {
	put_run("20260101-000000-aaaa", 1);
	struct sample_record sample = sample_of("a", 0);
	int64_t id = put_sample(&sample);
	struct verdict verdict = verdict_of(OUTCOME_NONE, REASON_NONE);
	verdict.missing = MISSING_VERIFIER;
	CHECK_OK(store_verdict_put(store, id, &verdict, &err));
	verdict = verdict_of(OUTCOME_REJECTED, REASON_TIMEOUT);
	CHECK_OK(store_verdict_put(store, id, &verdict, &err));
	verdict = verdict_of(OUTCOME_ACCEPTED, REASON_NONE);
	CHECK_OK(store_verdict_put(store, id, &verdict, &err));
	check_query("SELECT outcome, reason, missing, axioms FROM verdict ORDER BY id",
		"NULL|NULL|verifier|[\"propext\",\"Quot\\\"sound\"];"
		"rejected|timeout|NULL|[\"propext\",\"Quot\\\"sound\"];"
		"accepted|NULL|NULL|[\"propext\",\"Quot\\\"sound\"]");
	struct sample_state state;
	CHECK_OK(store_samples(store, "20260101-000000-aaaa", take_state, &state, &err));
	ck_assert_int_eq(state.id, id);
	ck_assert_int_eq(state.outcome, OUTCOME_ACCEPTED);
	ck_assert_int_eq(state.reason, REASON_NONE);
	ck_assert_int_eq(state.missing, MISSING_NONE);
	ck_assert_int_lt(store_verdict_put(store, id + 1, &verdict, &err), 0);
}
END_TEST

START_TEST(a_word_of_another_program_is_said_and_not_guessed) {
	put_run("20260101-000000-aaaa", 1);
	struct sample_record sample = sample_of("a", 0);
	put_sample(&sample);
	foreign_exec(path, "PRAGMA ignore_check_constraints = ON;"
			   "UPDATE sample SET outcome = 'perhaps'");
	struct sample_state state;
	ck_assert_int_eq(store_samples(store, "20260101-000000-aaaa", take_state, &state, &err),
		ERROR_DATABASE);
	check_line(&err, "does not know");
}
END_TEST

/* ---- Processes. */

/* A child that does `work` and then waits to be killed. */
static pid_t child_after(void (*work)(void)) {
	int ready[2];
	char byte;
	ck_assert_int_eq(pipe(ready), 0);
	pid_t child = fork();
	if (child == 0) {
		work();
		(void)!write(ready[1], "x", 1);
		for (;;) {
			pause();
		}
	}
	close(ready[1]);
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return child;
}

static void kill_and_wait(pid_t child) {
	kill(child, SIGKILL);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
}

static void work_lock(void) {
	CHECK_OK(store_run_lock(opened(DB_WRITE), "one", &err));
}

START_TEST(a_run_is_claimed_by_one_process_and_freed_by_its_death) {
	pid_t child = child_after(work_lock);
	ck_assert_int_eq(store_run_lock(store, "one", &err), ERROR_BUSY);
	check_line(&err, "another f2f works on run one");
	CHECK_OK(store_run_lock(store, "two", &err));
	kill_and_wait(child);
	CHECK_OK(store_run_lock(store, "one", &err));
	CHECK_OK(store_run_lock(store, "one", &err)); // ours already
}
END_TEST

START_TEST(two_stores_of_one_process_exclude_each_other_too) {
	struct store *other = opened(DB_WRITE);
	CHECK_OK(store_run_lock(other, "one", &err));
	ck_assert_int_eq(store_run_lock(store, "one", &err), ERROR_BUSY);
	store_close(other);
	CHECK_OK(store_run_lock(store, "one", &err));
}
END_TEST

static void work_samples(void) {
	store = opened(DB_WRITE);
	put_run("20260101-000000-aaaa", 1);
	for (int64_t i = 0; i < 200; i++) {
		struct sample_record sample = sample_of("a", i);
		CHECK_OK(store_begin(store, &err));
		struct verdict verdict = verdict_of(OUTCOME_REJECTED, REASON_ERROR);
		CHECK_OK(store_verdict_put(store, put_sample(&sample), &verdict, &err));
		if (i % 10 == 9 && i != 199) {
			CHECK_OK(store_commit(store, &err));
		}
	}
}

START_TEST(a_kill_loses_nothing_that_was_committed) {
	store_close(store);
	store = NULL;
	kill_and_wait(child_after(work_samples));
	store = opened(DB_WRITE);
	CHECK_OK(store_check(store, &err));
	check_query("SELECT count(*), count(outcome) FROM sample", "190|190");
	check_query("SELECT count(*) FROM verdict", "190");
	check_query("SELECT count(*) FROM sample LEFT JOIN text ON text.id = prompt "
		    "WHERE content IS NULL",
		"0");
}
END_TEST

START_TEST(a_rollback_forgets_and_a_second_begin_is_the_first) {
	CHECK_OK(store_begin(store, &err));
	CHECK_OK(store_begin(store, &err));
	put_run("r", 1);
	store_rollback(store);
	store_rollback(store);
	check_query("SELECT count(*) FROM run", "0");
	CHECK_OK(store_commit(store, &err));
	CHECK_OK(store_begin(store, &err));
	put_run("r", 1);
	put_demo(); // a set inside it belongs to it
	store_rollback(store);
	check_query("SELECT count(*) FROM run", "0");
	check_query("SELECT count(*) FROM problem", "0");
}
END_TEST

START_TEST(findings_are_replaced_by_split_and_signal) {
	static const struct finding_record two[] = {
		{"ape", "contradictory", "error", "record", "1 and 2", "left out"},
		{"bee", "steps", "warning", "formal", NULL, "odd"},
	};
	CHECK_OK(store_findings_replace(store, "demo", "inconsistent", two, 2, &err));
	CHECK_OK(store_findings_replace(store, "demo", "numbers", two, 1, &err));
	CHECK_OK(store_findings_replace(store, "other", "inconsistent", two, 1, &err));
	CHECK_OK(store_findings_replace(store, "demo", "inconsistent", &two[1], 1, &err));
	check_query("SELECT split, signal, problem, class, severity, place, evidence, text "
		    "FROM finding ORDER BY 1, 2",
		"demo|inconsistent|bee|steps|warning|formal|NULL|odd;"
		"demo|numbers|ape|contradictory|error|record|1 and 2|left out;"
		"other|inconsistent|ape|contradictory|error|record|1 and 2|left out");
	struct finding_record odd = two[0];
	odd.severity = "fatal";
	ck_assert_int_lt(store_findings_replace(store, "demo", "inconsistent", &odd, 1, &err), 0);
	check_query("SELECT count(*) FROM finding", "3");
}
END_TEST

START_TEST(a_word_that_is_none_does_not_get_in_by_any_way) {
	put_run("20260101-000000-aaaa", 1);
	struct sample_record sample = sample_of("p", 0);
	int64_t id = put_sample(&sample);
	struct verdict verdict = verdict_of(OUTCOME_REJECTED, REASON_ERROR);
	CHECK_OK(store_verdict_put(store, id, &verdict, &err));
	static const char *const writes[] = {
		"UPDATE sample SET outcome = 'solved'",
		"UPDATE sample SET reason = 'bad luck'",
		"UPDATE sample SET missing = 'mind'",
		"UPDATE sample SET outcome = 'accepted', missing = 'endpoint'",
		"UPDATE sample SET sample = -1",
		"UPDATE verdict SET outcome = 'no_code'",
		"UPDATE verdict SET reason = ''",
		"UPDATE verdict SET missing = 'x', outcome = NULL",
		"INSERT INTO reply_cache (key, endpoint, model, reply, finish, repaired, "
		"created_ns, "
		"used_ns) VALUES ('k', 'e', 'm', 'r', 'ended', 0, 0, 0)",
	};
	for (size_t i = 0; i < F2F_COUNT(writes); i++) {
		ck_assert_msg(db_exec(store->db, writes[i], &err) < 0, "%s", writes[i]);
		check_line(&err, "CHECK");
	}
}
END_TEST

int main(void) {
	Suite *suite = suite_create("store");
	TCase *tests = tcase_create("store");
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_store_of_a_newer_schema_is_refused_and_stays);
	tcase_add_test(tests, a_text_is_stored_once_and_comes_back);
	tcase_add_test(tests, a_set_keeps_its_order_and_both_words_for_subsets);
	tcase_add_test(tests, a_set_that_is_replaced_is_replaced_whole);
	tcase_add_test(tests, a_set_that_cannot_be_stored_leaves_the_one_before);
	tcase_add_test(tests, a_problem_comes_back_with_what_it_has_and_has_not);
	tcase_add_test(tests, a_run_is_found_by_id_by_its_beginning_and_as_the_latest);
	tcase_add_test(tests, a_run_is_updated_and_keeps_its_words);
	tcase_add_test(tests, what_a_run_set_out_for_is_kept_once);
	tcase_add_test(tests, a_missing_sample_is_replaced_and_an_outcome_is_not);
	tcase_add_test(tests, a_sample_comes_back_with_its_reply_and_its_counts);
	tcase_add_test(tests, a_sample_of_no_run_or_with_two_facts_is_refused);
	tcase_add_test(tests, twin_rows_share_texts_and_count_once_in_costs);
	tcase_add_test(tests, a_cost_may_be_asked_for_by_what_a_person_types);
	tcase_add_test(tests, a_verdict_is_added_and_the_newest_counts);
	tcase_add_test(tests, a_word_of_another_program_is_said_and_not_guessed);
	tcase_add_test(tests, a_run_is_claimed_by_one_process_and_freed_by_its_death);
	tcase_add_test(tests, two_stores_of_one_process_exclude_each_other_too);
	tcase_add_test(tests, a_kill_loses_nothing_that_was_committed);
	tcase_add_test(tests, a_rollback_forgets_and_a_second_begin_is_the_first);
	tcase_add_test(tests, findings_are_replaced_by_split_and_signal);
	tcase_add_test(tests, a_word_that_is_none_does_not_get_in_by_any_way);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
