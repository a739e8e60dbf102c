#include "unit.h"

#include "base/error.h"
#include "items.h"

/* What stands before the pool: headers that have to show what they are worth, and equal checks. */

/* ---- The self-test. */

static void on_prepared(const struct error *err, void *data) {
	struct error *copy = data;
	*copy = err != NULL ? *err : (struct error){.message = "good"};
}

static struct error prepare(
	struct verifier *verifier, struct pretend *pretend, const char *header) {
	struct error err = {0};
	verifier_prepare(verifier, header, on_prepared, &err);
	ck_assert_str_eq(err.message, "");
	for (int i = 0; i < 100000 && err.message[0] == '\0'; i++) {
		pretend_step(pretend, 50);
	}
	return err;
}

START_TEST(a_header_serves_only_after_its_self_test) {
	struct pretend pretend;
	pretend_init(&pretend, false);
	struct verifier *verifier = pretend_open(&pretend,
		(struct verifier_options){.jobs = 2, .memory_total_bytes = INT64_C(8) << 30});
	struct error err = prepare(verifier, &pretend, "import A");
	ck_assert_str_eq(err.message, "good");
	err = prepare(verifier, &pretend, "import B -- lies\nopen Nat");
	ck_assert_int_eq(err.code, ERROR_ENVIRONMENT);
	ck_assert_str_eq(err.message, "Lean 4.9.0 (pretend) is not to be trusted under the header "
				      "\"import B -- lies\": a hole (sorry) is accepted");
	err = prepare(verifier, &pretend, "import C -- deaf");
	ck_assert_msg(strstr(err.message,
			      "\"import C -- deaf\": a true theorem is refused (error)") != NULL,
		"%s", err.message);
	struct item items[4] = {0};
	size_t left = 0;
	submit(verifier, &pretend, &items[0], "import A\n", 0, "", &left);
	submit(verifier, &pretend, &items[1], "import B -- lies\nopen Nat\n", 1, "", &left);
	submit(verifier, &pretend, &items[2], "import D -- lies\n", 2, "", &left); // unannounced
	submit(verifier, &pretend, &items[3], "import E -- refuses 9\n", 3, "", &left);
	run(&pretend, &left, 50, HOUR_MS);
	ck_assert_int_eq(items[0].verdict.outcome, OUTCOME_ACCEPTED);
	for (int i = 1; i < 4; i++) {
		ck_assert_int_eq(items[i].verdict.missing, MISSING_VERIFIER);
	}
	ck_assert_msg(strstr(items[3].verdict.messages, "unknown package") != NULL, "%s",
		items[3].verdict.messages);
	ck_assert_int_eq(pretend.asked, 1); // no candidate under the others
	verifier_close(verifier);
	items_finish(items, 4);
	pretend_close(&pretend);
}
END_TEST

START_TEST(a_header_that_did_not_work_once_is_tried_again_some_times) {
	struct pretend pretend;
	pretend_init(&pretend, false);
	struct verifier *verifier = pretend_open(&pretend,
		(struct verifier_options){.jobs = 1, .memory_total_bytes = INT64_C(8) << 30});
	const char *header = "import A -- refuses 2\n";
	ck_assert_str_ne(prepare(verifier, &pretend, header).message, "good");
	ck_assert_str_ne(prepare(verifier, &pretend, header).message, "good");
	ck_assert_str_eq(prepare(verifier, &pretend, header).message, "good");
	header = "import B -- refuses 99\n";
	for (int i = 0; i < 6; i++) {
		ck_assert_str_ne(prepare(verifier, &pretend, header).message, "good");
	}
	ck_assert_int_eq(pretend.starts, 3 + 3);
	verifier_close(verifier);
	pretend_close(&pretend);
}
END_TEST

/* ---- Equal checks. */

START_TEST(equal_checks_share_an_answer_and_each_gets_its_own) {
	enum { COUNT = 30 };
	struct pretend pretend;
	pretend_init(&pretend, false);
	struct verifier *verifier = pretend_open(&pretend,
		(struct verifier_options){.jobs = 2, .memory_total_bytes = INT64_C(8) << 30});
	struct item items[COUNT] = {0};
	size_t left = 0;
	for (int i = 0; i < COUNT - 5; i++) {
		submit(verifier, &pretend, &items[i], i % 5 == 4 ? "open Nat\n" : "", i % 2,
			i % 3 == 0 ? "fails" : "takes 500", &left);
	}
	run(&pretend, &left, 50, HOUR_MS);
	for (int i = COUNT - 5; i < COUNT; i++) { // and later
		submit(verifier, &pretend, &items[i], i % 5 == 4 ? "open Nat\n" : "", i % 2,
			i % 3 == 0 ? "fails" : "takes 500", &left);
	}
	run(&pretend, &left, 50, HOUR_MS);
	ck_assert_int_eq(pretend.asked, 8);
	int fresh = 0;
	for (int i = 0; i < COUNT; i++) {
		const struct verdict *verdict = &items[i].verdict;
		fresh += !verdict->reused;
		ck_assert_int_eq(verdict->reason, i % 3 == 0 ? REASON_ERROR : REASON_NONE);
		ck_assert(!verdict->reused || verdict->cpu_ns == 0);
		ck_assert_str_eq(verdict->backend, "pretend");
		ck_assert_int_eq(verdict->limits.cpu_s, 300);
		for (int j = 0; j < i; j++) {
			bool equal = i % 2 == j % 2 && (i % 3 == 0) == (j % 3 == 0) &&
				     (i % 5 == 4) == (j % 5 == 4);
			ck_assert_int_eq(
				strcmp(verdict->check_hash, items[j].verdict.check_hash) == 0,
				equal);
		}
	}
	ck_assert_int_eq(fresh, 8);
	struct verifier_stats stats;
	verifier_stats(verifier, &stats);
	ck_assert_int_eq(stats.reused, COUNT - 8);
	verifier_close(verifier);
	items_finish(items, COUNT);
	pretend_close(&pretend);
}
END_TEST

START_TEST(time_outs_and_faults_are_nobody_elses) {
	enum { COUNT = 4 };
	struct pretend pretend;
	pretend_init(&pretend, false);
	struct verifier *verifier = pretend_open(&pretend,
		(struct verifier_options){
			.jobs = 2, .wall_limit_s = 5, .memory_total_bytes = INT64_C(8) << 30});
	struct item items[COUNT] = {0};
	size_t left = 0;
	for (int i = 0; i < COUNT; i++) {
		submit(verifier, &pretend, &items[i], "", 0, _i == 0 ? "dies 3" : "hangs 3", &left);
	}
	run(&pretend, &left, 50, HOUR_MS);
	// The first has two faults, the second one and then an answer: that serves the others.
	int rejected = 0, fresh = 0;
	for (int i = 0; i < COUNT; i++) {
		rejected +=
			items[i].verdict.reason == (_i == 0 ? REASON_RESOURCES : REASON_TIMEOUT);
		fresh += !items[i].verdict.reused;
	}
	ck_assert_int_eq(rejected, 1);
	ck_assert_int_eq(fresh, 2);
	verifier_close(verifier);
	items_finish(items, COUNT);
	pretend_close(&pretend);
}
END_TEST

START_TEST(thousands_of_equal_checks_under_a_bad_header_end) {
	enum { COUNT = 20000 };
	struct pretend pretend;
	pretend_init(&pretend, false);
	struct verifier *verifier = pretend_open(&pretend,
		(struct verifier_options){.jobs = 2, .memory_total_bytes = INT64_C(8) << 30});
	struct item *items = xcalloc(COUNT, sizeof(*items));
	size_t left = 0;
	for (int i = 0; i < COUNT; i++) {
		submit(verifier, &pretend, &items[i], "import A -- lies\n", 0, "", &left);
	}
	run(&pretend, &left, 50, HOUR_MS);
	ck_assert_int_eq(items[COUNT / 2].verdict.missing, MISSING_VERIFIER);
	verifier_close(verifier);
	items_finish(items, COUNT);
	free(items);
	pretend_close(&pretend);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("front");
	TCase *tc = tcase_create("front");
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_header_serves_only_after_its_self_test);
	tcase_add_test(tc, a_header_that_did_not_work_once_is_tried_again_some_times);
	tcase_add_test(tc, equal_checks_share_an_answer_and_each_gets_its_own);
	tcase_add_loop_test(tc, time_outs_and_faults_are_nobody_elses, 0, 2);
	tcase_add_test(tc, thousands_of_equal_checks_under_a_bad_header_end);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
