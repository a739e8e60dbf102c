#include "unit.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/str.h"
#include "checks.h"
#include "served.h"
#include "verifier/kimina_wire.h"

#define FAKE TEST_SOURCE_ROOT "/tests/fake/fake_kimina.py"
#define TRUE_TEXT "theorem t : True := True.intro\n"

/* ---- Texts. */

static void expect_text(const char *header, bool lines_back, const char *begins, int shift) {
	struct lean_check check = {.header = (char *)header, .body = "theorem x\n"};
	struct kimina_text text = {0};
	struct error err = {0};
	ck_assert_msg(kimina_text_make(&check, lines_back, &text, &err) == 0, "%s", err.message);
	ck_assert_str_eq(text.text, begins);
	ck_assert_int_eq(text.shift, shift);
	free(text.text);
}

START_TEST(there_is_always_an_import_in_front) {
	expect_text("", true, "import Init\ntheorem x\n", -1);
	expect_text("", false, "import Init\ntheorem x\n", 0);
	expect_text("open Nat\n", true, "import Init\nopen Nat\ntheorem x\n", -2);
	expect_text("open Nat\n", false, "import Init\nopen Nat\ntheorem x\n", -1);
	expect_text("import A\n\nimport B\nopen Nat\n", true,
		"import A\n\nimport B\nopen Nat\ntheorem x\n", -4);
	expect_text("import A\n\nimport B\nopen Nat\n", false,
		"import A\n\nimport B\nopen Nat\ntheorem x\n", -1);
	// A comment before the imports would make all of it the body.
	expect_text("/- about\nit -/ import A\n", true, "\nimport A\ntheorem x\n", -2);
	expect_text("-- about it\nimport A\n", true, "\nimport A\ntheorem x\n", -2);
}
END_TEST

START_TEST(what_would_be_cut_elsewhere_is_not_sent) {
	static const char *const bad[] = {"a\vb", "a\fb", "a\rb", "a\x1c"
								  "b",
		"a\xc2\x85"
		"b",
		"a\xe2\x80\xa8"
		"b"};
	for (size_t i = 0; i < F2F_COUNT(bad); i++) {
		struct lean_check check = {.header = "", .body = (char *)bad[i]};
		struct kimina_text text = {0};
		struct error err = {0};
		ck_assert_int_eq(kimina_text_make(&check, true, &text, &err), ERROR_INPUT);
	}
}
END_TEST

/* ---- Against a server. */

struct bench {
	struct served served;
	struct lean_server server;
	struct lean_info lean;
	struct loop *loop;
	struct verifier *verifier;
	char log[64];
};

static void bench_serve(struct bench *bench, const char *word, const char *value) {
	*bench = (struct bench){.log = "/tmp/f2f-kimina-XXXXXX"};
	int fd = mkstemp(bench->log);
	ck_assert_int_ge(fd, 0);
	close(fd);
	const char *const argv[] = {FAKE, "--log", bench->log, word, value, NULL};
	bench->served = serve(argv);
	bench->server.url = bench->served.url;
}

static void bench_open(struct bench *bench) {
	struct error err = {0};
	ck_assert_msg(lean_server_find(&bench->server, &bench->lean, &err) == 0, "%s", err.message);
	ck_assert_str_eq(bench->lean.version, "4.9.0");
	bench->loop = loop_create(NULL);
	struct verifier_options options = {
		.backend = "kimina", .server = &bench->server, .lean = &bench->lean};
	ck_assert_msg(verifier_open(bench->loop, &options, &bench->verifier, &err) == 0, "%s",
		err.message);
}

static void bench_close(struct bench *bench) {
	verifier_close(bench->verifier);
	loop_destroy(bench->loop);
	lean_info_finish(&bench->lean);
	served_stop(&bench->served);
	unlink(bench->log);
}

/* `count` checks at once, number i with texts[i % of_texts]; the reasons are the caller's to see. */
static void ask_many(struct bench *bench, size_t count, const char *const *texts, size_t of_texts,
	struct verdict *verdicts) {
	struct lean_check *checks = xcalloc(count, sizeof(*checks));
	for (size_t i = 0; i < count; i++) {
		// each its own, or equal ones would share an answer
		char *text = xasprintf("%s-- %zu\n", texts[i % of_texts], i);
		checks[i] = check_of(
			i % 2 == 0 ? "" : "import Mathlib\nopen Nat\n", "True", text);
		free(text);
	}
	ask_all(bench->loop, bench->verifier, checks, count, verdicts);
	for (size_t i = 0; i < count; i++) {
		lean_check_finish(&checks[i]);
	}
	free(checks);
}

static void expect_one(struct bench *bench, const char *text, enum outcome outcome) {
	struct verdict verdict =
		ask_one(bench->loop, bench->verifier, "open Nat\n", "True", text);
	ck_assert_msg(verdict.outcome == outcome, "%s: %s", text, verdict.messages);
	ck_assert_str_eq(verdict.sandbox, "remote");
	ck_assert_str_eq(verdict.backend, "kimina");
	ck_assert_str_eq(verdict.lean, "4.9.0");
	verdict_finish(&verdict);
}

/* The largest number under `key` in the server's log, and in how many lines it stands. */
static int64_t largest(const struct bench *bench, const char *key, size_t *lines_out) {
	struct buf text = BUF_INIT(1 << 20);
	int64_t most = 0;
	struct str line;
	ck_assert_int_eq(file_read(bench->log, &text, NULL), 0);
	struct str rest = str_slice(buf_str(&text), text.len);
	*lines_out = 0;
	while (str_next_line(&rest, &line)) {
		json_t *object = NULL;
		ck_assert_int_eq(json_parse(line.data, line.len, &object, NULL), 0);
		int64_t value = json_integer_or(object, key, 0);
		*lines_out = value > most ? 1 : *lines_out + (value == most);
		most = value > most ? value : most;
		json_decref(object);
	}
	buf_finish(&text);
	return most;
}

START_TEST(small_batches_few_at_a_time_and_every_item_has_its_own_result) {
	enum { COUNT = 60 };
	static const char *const texts[] = {TRUE_TEXT, "theorem t : True := fake_error\n",
		"theorem t : True := by sorry\n", "theorem t : True := fake_500\n", TRUE_TEXT};
	static const enum reject_reason reasons[] = {
		REASON_NONE, REASON_ERROR, REASON_SORRY, REASON_RESOURCES, REASON_NONE};
	struct bench bench;
	struct verdict verdicts[COUNT] = {0};
	size_t requests;
	bench_serve(&bench, NULL, NULL);
	bench_open(&bench);
	ask_many(&bench, COUNT, texts, F2F_COUNT(texts), verdicts);
	for (size_t i = 0; i < COUNT; i++) {
		ck_assert_msg(verdicts[i].reason == reasons[i % F2F_COUNT(texts)] &&
				      verdicts[i].missing == MISSING_NONE,
			"%zu: %s %s", i, reject_reason_name(verdicts[i].reason),
			verdicts[i].messages);
		ck_assert_int_eq(verdicts[i].cpu_ns, VERDICT_CPU_UNKNOWN); // it does not tell
		verdict_finish(&verdicts[i]);
	}
	ck_assert_int_eq(largest(&bench, "texts", &requests), 8);
	bench_close(&bench);
}
END_TEST

START_TEST(good_batches_are_asked_once) {
	enum { COUNT = 40 };
	static const char *const texts[] = {TRUE_TEXT};
	struct bench bench;
	struct verdict verdicts[COUNT] = {0};
	size_t requests;
	bench_serve(&bench, NULL, NULL);
	bench.server.batch = 4;
	bench.server.parallel = 2;
	bench_open(&bench);
	ask_many(&bench, COUNT, texts, 1, verdicts);
	for (size_t i = 0; i < COUNT; i++) {
		ck_assert_int_eq(verdicts[i].outcome, OUTCOME_ACCEPTED);
		verdict_finish(&verdicts[i]);
	}
	ck_assert_int_le(largest(&bench, "open", &requests), 2);
	ck_assert_int_eq(largest(&bench, "texts", &requests), 4);
	ck_assert_uint_eq(requests, COUNT / 4);
	bench_close(&bench);
}
END_TEST

/* Two in one request: ids or answers exchanged, nobody gets the other's. */
START_TEST(answers_that_are_mixed_up_are_asked_again_one_by_one) {
	static const char *const words[] = {"fake_swapped_ids", "fake_swapped_answers"};
	struct bench bench;
	bench_serve(&bench, NULL, NULL);
	bench_open(&bench);
	for (size_t i = 0; i < F2F_COUNT(words); i++) {
		struct verdict verdicts[2] = {0};
		char *good = xasprintf(TRUE_TEXT "theorem %s : True := trivial\n", words[i]);
		const char *const texts[] = {good, "theorem t : True := by sorry\n"};
		ask_many(&bench, 2, texts, 2, verdicts);
		ck_assert_msg(verdicts[0].outcome == OUTCOME_ACCEPTED, "%s", verdicts[0].messages);
		ck_assert_int_eq(verdicts[1].reason, REASON_SORRY);
		verdict_finish(&verdicts[0]);
		verdict_finish(&verdicts[1]);
		free(good);
	}
	bench_close(&bench);
}
END_TEST

START_TEST(a_busy_server_and_lost_connections_are_waited_for) {
	static const char *const ways[][2] = {{"--busy", "3"}, {"--lose", "3"}};
	static const char *const texts[] = {TRUE_TEXT};
	struct bench bench;
	struct verdict verdicts[9] = {0};
	bench_serve(&bench, ways[_i][0], ways[_i][1]);
	// as found, so that the trouble is left for the checks
	bench.server.api = LEAN_SERVER_CHECK;
	bench.server.lines_back = true;
	bench.lean = (struct lean_info){.path = xstrdup("x"), .version = xstrdup("4.9.0")};
	bench.loop = loop_create(NULL);
	struct verifier_options options = {
		.backend = "kimina", .server = &bench.server, .lean = &bench.lean};
	ck_assert_int_eq(verifier_open(bench.loop, &options, &bench.verifier, NULL), 0);
	ask_many(&bench, 9, texts, 1, verdicts);
	for (size_t i = 0; i < 9; i++) {
		ck_assert_msg(verdicts[i].outcome == OUTCOME_ACCEPTED, "%s", verdicts[i].messages);
		verdict_finish(&verdicts[i]);
	}
	bench_close(&bench);
}
END_TEST

START_TEST(a_key_that_is_not_taken_ends_all_of_it_at_once) {
	struct bench bench;
	struct error err = {0};
	bench_serve(&bench, "--key", "right");
	bench.server.key = "wrong";
	ck_assert_int_eq(lean_server_find(&bench.server, &bench.lean, &err), ERROR_ENVIRONMENT);
	ck_assert_msg(strstr(err.message, "401") != NULL && strstr(err.message, "wrong") == NULL &&
			      strstr(err.message, "LEAN_SERVER_API_KEY") != NULL,
		"%s", err.message);
	bench.server.key = "right";
	bench_open(&bench);
	expect_one(&bench, TRUE_TEXT, OUTCOME_ACCEPTED);
	verifier_close(bench.verifier);
	// the key is taken away while it runs
	bench.server.key = "wrong";
	struct verifier_options options = {
		.backend = "kimina", .server = &bench.server, .lean = &bench.lean};
	ck_assert_int_eq(verifier_open(bench.loop, &options, &bench.verifier, NULL), 0);
	ck_assert_ptr_null(verifier_dead(bench.verifier));
	static const char *const texts[] = {TRUE_TEXT};
	struct verdict verdicts[50] = {0};
	ask_many(&bench, 50, texts, 1, verdicts);
	for (size_t i = 0; i < 50; i++) {
		ck_assert_int_eq(verdicts[i].missing, MISSING_VERIFIER);
		ck_assert_ptr_nonnull(strstr(verdicts[i].messages, "401"));
		verdict_finish(&verdicts[i]);
	}
	ck_assert_ptr_nonnull(verifier_dead(bench.verifier));
	bench_close(&bench);
}
END_TEST

START_TEST(an_older_server_is_found_out_and_its_lines_are_mapped) {
	static const char *const ways[] = {"--legacy", "--no-lines-back"};
	struct bench bench;
	bench_serve(&bench, ways[_i], NULL);
	bench_open(&bench);
	ck_assert_int_eq(
		bench.server.api, _i == 0 ? LEAN_SERVER_VERIFY : LEAN_SERVER_CHECK);
	ck_assert_int_eq(bench.server.lines_back, _i == 0);
	static const char *const headers[] = {"", "import Mathlib\n\nopen Nat\n"};
	for (size_t i = 0; i < F2F_COUNT(headers); i++) {
		struct verdict verdict = ask_one(bench.loop, bench.verifier, headers[i], "True",
			"\ntheorem t : True :=\n  fake_error\n");
		ck_assert_msg(strncmp(verdict.messages, "2:0: error: unknown", 19) == 0, "%s",
			verdict.messages);
		verdict_finish(&verdict);
		verdict = ask_one(bench.loop, bench.verifier, headers[i], "True", TRUE_TEXT);
		ck_assert_int_eq(verdict.outcome, OUTCOME_ACCEPTED);
		verdict_finish(&verdict);
	}
	bench_close(&bench);
}
END_TEST

START_TEST(nobody_there_is_told_with_the_address) {
	struct lean_server server = {.url = "http://user:secret@127.0.0.1:1"};
	struct lean_info lean = {0};
	struct error err = {0};
	ck_assert_int_eq(lean_server_find(&server, &lean, &err), ERROR_ENVIRONMENT);
	ck_assert_msg(strstr(err.message, "127.0.0.1:1") != NULL &&
			      strstr(err.message, "secret") == NULL,
		"%s", err.message);
}
END_TEST

static void on_never(const struct verdict *verdict, void *data) {
	ck_abort_msg("a cancelled check was told");
}

START_TEST(cancelled_checks_are_forgotten_and_the_next_one_works) {
	struct bench bench;
	struct lean_check checks[30];
	bench_serve(&bench, NULL, NULL);
	bench_open(&bench);
	for (int turns = 0; turns < 6; turns++) {
		for (int i = 0; i < 30; i++) {
			checks[i] = check_of("", "True",
				i % 3 == 0 ? "theorem t : True := fake_500\n" : TRUE_TEXT);
			verifier_submit(bench.verifier, &checks[i], on_never, NULL);
		}
		for (int i = 0; i < turns; i++) {
			loop_step(bench.loop);
		}
		verifier_cancel_all(bench.verifier);
		ck_assert_uint_eq(verifier_pending(bench.verifier), 0);
		for (int i = 0; i < 30; i++) {
			lean_check_finish(&checks[i]);
		}
	}
	expect_one(&bench, TRUE_TEXT, OUTCOME_ACCEPTED);
	bench_close(&bench);
}
END_TEST

int main(void) {
	signal(SIGPIPE, SIG_IGN);
	Suite *suite = suite_create("kimina");
	TCase *tc = tcase_create("kimina");
	tcase_set_timeout(tc, 100);
	tcase_add_test(tc, there_is_always_an_import_in_front);
	tcase_add_test(tc, what_would_be_cut_elsewhere_is_not_sent);
	tcase_add_test(tc, small_batches_few_at_a_time_and_every_item_has_its_own_result);
	tcase_add_test(tc, good_batches_are_asked_once);
	tcase_add_test(tc, answers_that_are_mixed_up_are_asked_again_one_by_one);
	tcase_add_loop_test(tc, a_busy_server_and_lost_connections_are_waited_for, 0, 2);
	tcase_add_test(tc, a_key_that_is_not_taken_ends_all_of_it_at_once);
	tcase_add_loop_test(tc, an_older_server_is_found_out_and_its_lines_are_mapped, 0, 2);
	tcase_add_test(tc, nobody_there_is_told_with_the_address);
	tcase_add_test(tc, cancelled_checks_are_forgotten_and_the_next_one_works);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
