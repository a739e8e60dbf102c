#include "unit.h"

#include "base/vec.h"
#include "items.h"

/* The pool, with pretended workers on a stepped clock. */

/* Numbers that are the same every time. */
struct random {
	uint64_t state;
};

static void random_seed(struct random *random, uint64_t seed) {
	random->state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
}

static size_t random_below(struct random *random, size_t limit) {
	random->state = random->state * UINT64_C(6364136223846793005) + 1442695040888963407U;
	return (size_t)(random->state >> 33) % limit;
}

/* ---- No job lost, none told twice, an end always: random pools, headers, faults. */

struct expected {
	int dies;
	int hangs;
	bool fails;
	int header;
};

static const char *random_words(struct random *random, struct expected *expected, char *text) {
	*expected = (struct expected){.header = (int)random_below(random, 4)};
	int fault = (int)random_below(random, 20);
	if (fault < 3) {
		expected->dies = 1 + (int)random_below(random, 2);
	} else if (fault < 5) {
		expected->hangs = 1 + (int)random_below(random, 2);
	}
	expected->fails = random_below(random, 4) == 0;
	sprintf(text, "takes %d dies %d hangs %d grows %d%s", 1 + (int)random_below(random, 3000),
		expected->dies, expected->hangs, (int)random_below(random, 40),
		expected->fails ? " fails" : "");
	return text;
}

static void check_outcome(const struct item *item, const struct expected *expected) {
	int faults = expected->dies + expected->hangs;
	enum reject_reason reason = faults < 2	     ? expected->fails ? REASON_ERROR : REASON_NONE
				    : expected->dies ? REASON_RESOURCES
						     : REASON_TIMEOUT;
	ck_assert_msg(item->verdict.missing == MISSING_NONE && item->verdict.reason == reason,
		"%s: %s %s, not %s", item->check.body, missing_name(item->verdict.missing),
		reject_reason_name(item->verdict.reason), reject_reason_name(reason));
	ck_assert_str_eq(item->verdict.check_hash + 64, "");
	ck_assert(!item->verdict.reused);
}

START_TEST(whatever_fails_every_job_is_told_once) {
	static const char *const headers[] = {"", "import A -- starts 2000 base 300\n",
		"import B -- starts 50 base 50\n", "import C -- starts 5000 base 500 crashes 1\n"};
	struct random random;
	random_seed(&random, (uint64_t)_i + 1);
	struct pretend pretend;
	pretend_init(&pretend, _i % 5 == 4);
	int64_t total = ((int64_t)400 + (int64_t)random_below(&random, 4000)) << 20;
	struct verifier *verifier = pretend_open(
		&pretend, (struct verifier_options){.jobs = 1 + (int)random_below(&random, 6),
				  .memory_total_bytes = total,
				  .memory_limit_bytes = total,
				  .cpu_limit_s = 10,
				  .uses_limit = 5 + (int)random_below(&random, 50)});
	size_t count = 20 + random_below(&random, 150);
	size_t left = 0;
	struct item *items = xcalloc(count, sizeof(*items));
	struct expected *expected = xcalloc(count, sizeof(*expected));
	for (size_t i = 0; i < count; i++) {
		char text[128];
		random_words(&random, &expected[i], text);
		submit(verifier, &pretend, &items[i], headers[expected[i].header], (int)i, text,
			&left);
		for (size_t steps = random_below(&random, 3); steps > 0; steps--) {
			pretend_step(&pretend, (int64_t)random_below(&random, 2000));
		}
		// a busy second: nothing is started meanwhile
		ck_assert_int_le(pretend.most_busy, verifier->options.jobs);
	}
	run(&pretend, &left, 50, 20 * HOUR_MS);
	ck_assert_uint_eq(verifier_pending(verifier), 0);
	for (size_t i = 0; i < count; i++) {
		check_outcome(&items[i], &expected[i]);
	}
	ck_assert_int_eq(pretend.not_alone, 0);
	ck_assert_int_eq(pretend.not_fresh, 0);
	struct verifier_stats stats;
	verifier_stats(verifier, &stats);
	ck_assert_int_eq(stats.queued + stats.waiting_alone + stats.busy, 0);
	verifier_close(verifier);
	ck_assert_int_eq(pretend.alive, 0);
	items_finish(items, count);
	free(items);
	free(expected);
	pretend_close(&pretend);
}
END_TEST

START_TEST(cancelling_at_any_moment_forgets_all_and_the_pool_goes_on) {
	struct random random;
	random_seed(&random, (uint64_t)_i + 77);
	struct pretend pretend;
	pretend_init(&pretend, _i % 5 == 4);
	struct verifier *verifier = pretend_open(&pretend,
		(struct verifier_options){
			.jobs = 2, .cpu_limit_s = 5, .memory_total_bytes = INT64_C(4) << 30});
	size_t left = 0;
	struct item again[40] = {0};
	for (int i = 0; i < 40; i++) {
		char text[128];
		struct expected expected;
		random_words(&random, &expected, text);
		submit(verifier, &pretend, &again[i], i % 2 == 0 ? "" : "import A\n",
			i % 3 == 0 ? 0 : i, i % 3 == 0 ? "dies 9" : text, &left);
	}
	int64_t until_ms = (int64_t)random_below(&random, 60000);
	for (int64_t ms = 0; ms < until_ms && left > 0; ms += 100) {
		pretend_step(&pretend, 100);
	}
	verifier_cancel_all(verifier);
	ck_assert_uint_eq(verifier_pending(verifier), 0);
	for (int i = 0; i < 100; i++) {
		pretend_step(&pretend, 1000);
	}
	struct item last = {0};
	left = 0;
	submit(verifier, &pretend, &last, "", 1000, "", &left);
	run(&pretend, &left, 50, HOUR_MS);
	ck_assert_int_eq(last.verdict.outcome, OUTCOME_ACCEPTED);
	for (int i = 0; i < 40; i++) {
		ck_assert_int_le(again[i].told, 1);
		verdict_finish(&again[i].verdict);
		lean_check_finish(&again[i].check);
	}
	verifier_close(verifier);
	items_finish(&last, 1);
	pretend_close(&pretend);
}
END_TEST

/* ---- Second tries. */

START_TEST(second_tries_are_gathered_and_hold_nobody_up_for_long) {
	enum { COUNT = 200 };
	struct pretend pretend;
	pretend_init(&pretend, false);
	struct verifier *verifier =
		pretend_open(&pretend, (struct verifier_options){.jobs = 4,
					       .cpu_limit_s = 100,
					       .wall_limit_s = 10,
					       .memory_total_bytes = INT64_C(8) << 30});
	struct item items[COUNT] = {0};
	size_t left = 0;
	for (int i = 0; i < COUNT; i++) {
		submit(verifier, &pretend, &items[i], "", i, i % 10 == 0 ? "hangs 2" : "takes 1000",
			&left);
	}
	int64_t start_ns = pretend.now_ns;
	run(&pretend, &left, 50, HOUR_MS);
	// 180 honest seconds and 20 first tries of 10 s by four, 20 second tries of 10 s by one.
	int64_t took_s = (pretend.now_ns - start_ns) / CLOCK_SECOND;
	ck_assert_int_le(took_s, 45 + 50 + 200 + 40);
	ck_assert_int_eq(pretend.not_alone, 0);
	struct verifier_stats stats;
	verifier_stats(verifier, &stats);
	ck_assert_int_eq(stats.second_tries, 20);
	ck_assert_int_eq(stats.faults[FAULT_TIMEOUT], 40);
	for (int i = 0; i < COUNT; i++) {
		ck_assert_int_eq(
			items[i].verdict.reason, i % 10 == 0 ? REASON_TIMEOUT : REASON_NONE);
	}
	verifier_close(verifier);
	items_finish(items, COUNT);
	pretend_close(&pretend);
}
END_TEST

/* New work all the time: a second try is not put off for ever, nor does it stop the others. */
START_TEST(a_second_try_comes_in_an_endless_stream) {
	struct pretend pretend;
	pretend_init(&pretend, false);
	struct verifier *verifier = pretend_open(&pretend,
		(struct verifier_options){.jobs = 2, .memory_total_bytes = INT64_C(8) << 30});
	struct item bad = {0};
	size_t bad_left = 0, left = 0;
	submit(verifier, &pretend, &bad, "", 0, "dies 2", &bad_left);
	VEC(struct item *) items = {0};
	for (int i = 1; bad_left > 0 && i < 10000; i++) {
		struct item *item = xcalloc(1, sizeof(*item));
		vec_push(&items, item);
		submit(verifier, &pretend, item, "", i, "takes 400", &left);
		pretend_step(&pretend, 200);
	}
	ck_assert_int_eq(bad.told, 1);
	ck_assert_int_eq(bad.verdict.reason, REASON_RESOURCES);
	run(&pretend, &left, 50, HOUR_MS);
	for (size_t i = 0; i < items.count; i++) {
		ck_assert_int_eq(items.items[i]->verdict.outcome, OUTCOME_ACCEPTED);
		items_finish(items.items[i], 1);
		free(items.items[i]);
	}
	vec_finish(&items);
	verifier_close(verifier);
	items_finish(&bad, 1);
	pretend_close(&pretend);
}
END_TEST

START_TEST(warm_workers_survive_a_second_try_where_memory_allows) {
	struct pretend pretend;
	pretend_init(&pretend, false);
	bool small = _i == 1;
	struct verifier *verifier = pretend_open(&pretend,
		(struct verifier_options){.jobs = 4,
			.memory_limit_bytes = INT64_C(1) << 30,
			.memory_total_bytes = small ? INT64_C(1200) << 20 : INT64_C(8) << 30});
	struct item items[9] = {0};
	size_t left = 0;
	for (int i = 0; i < 8; i++) {
		submit(verifier, &pretend, &items[i], "", i, "takes 500", &left);
	}
	run(&pretend, &left, 50, HOUR_MS);
	ck_assert_int_eq(pretend.alive, 4);
	submit(verifier, &pretend, &items[8], "", 8, "dies 1", &left);
	run(&pretend, &left, 50, HOUR_MS);
	ck_assert_int_eq(items[8].verdict.outcome, OUTCOME_ACCEPTED);
	ck_assert_int_eq(pretend.not_fresh, 0);
	// three were left, and the fresh one came; or only it and one more had room
	ck_assert_int_eq(pretend.alive, small ? 2 : 4);
	verifier_close(verifier);
	items_finish(items, 9);
	pretend_close(&pretend);
}
END_TEST

/* ---- Headers. */

START_TEST(one_worker_serves_two_headers_without_starting_anew_for_each_job) {
	enum { COUNT = 400 };
	struct pretend pretend;
	pretend_init(&pretend, false);
	struct verifier *verifier = pretend_open(&pretend,
		(struct verifier_options){.jobs = 1, .memory_total_bytes = INT64_C(600) << 20});
	struct item items[COUNT] = {0};
	size_t left = 0;
	for (int i = 0; i < COUNT; i++) {
		submit(verifier, &pretend, &items[i],
			i % 2 == 0 ? "import A -- starts 3000 base 400\n"
				   : "import B -- starts 3000 base 400\n",
			i, "takes 100", &left);
	}
	run(&pretend, &left, 50, HOUR_MS);
	ck_assert_int_le(pretend.starts, 12); // 40 s of work, one turn each 12 s
	ck_assert_int_le(pretend.most_alive, 1);
	// and neither waited for the other's end
	ck_assert_int_lt(items[1].told_ns, items[COUNT - 2].told_ns);
	ck_assert_int_lt(items[0].told_ns, items[COUNT - 1].told_ns);
	verifier_close(verifier);
	items_finish(items, COUNT);
	pretend_close(&pretend);
}
END_TEST

START_TEST(the_header_used_longest_ago_gives_way) {
	struct pretend pretend;
	pretend_init(&pretend, false);
	struct verifier *verifier = pretend_open(&pretend,
		(struct verifier_options){.jobs = 1, .memory_total_bytes = INT64_C(2600) << 20});
	static const char *const headers[] = {"import A -- base 300\n", "import B -- base 300\n",
		"import A -- base 300\n", "import C -- base 300\n", "import A -- base 300\n"};
	struct item items[5] = {0};
	size_t left = 0;
	int starts[5];
	for (int i = 0; i < 5; i++) {
		submit(verifier, &pretend, &items[i], headers[i], i, "", &left);
		run(&pretend, &left, 50, HOUR_MS);
		starts[i] = pretend.starts;
	}
	ck_assert_int_eq(starts[2], 2); // A was still there beside B
	ck_assert_int_eq(starts[3], 3); // C took B's room
	ck_assert_int_eq(starts[4], 3); // so A is warm
	struct verifier_stats stats;
	verifier_stats(verifier, &stats);
	ck_assert_int_eq(stats.evicted, 1);
	verifier_close(verifier);
	items_finish(items, 5);
	pretend_close(&pretend);
}
END_TEST

START_TEST(a_spare_is_ready_before_a_worker_is_replaced) {
	enum { COUNT = 200 };
	struct pretend pretend;
	pretend_init(&pretend, false);
	struct verifier *verifier = pretend_open(&pretend,
		(struct verifier_options){
			.jobs = 1, .uses_limit = 50, .memory_total_bytes = INT64_C(8) << 30});
	struct item items[COUNT] = {0};
	size_t left = 0;
	for (int i = 0; i < COUNT; i++) {
		submit(verifier, &pretend, &items[i], "import A -- starts 3000 base 500\n", i,
			"takes 200", &left);
	}
	int64_t start_ns = pretend.now_ns;
	run(&pretend, &left, 10, HOUR_MS);
	int64_t took_ms = (pretend.now_ns - start_ns) / CLOCK_MS;
	ck_assert_int_ge(pretend.starts, 4);
	ck_assert_int_le(pretend.most_busy, 1);
	// the work, the one start that had to be waited for, the steps of the clock
	ck_assert_int_le(took_ms, COUNT * 210 + 3000 + 500);
	verifier_close(verifier);
	items_finish(items, COUNT);
	pretend_close(&pretend);
}
END_TEST

/* ---- Memory. */

START_TEST(workers_are_as_many_as_the_memory_is_enough_for) {
	enum { COUNT = 300 };
	struct pretend pretend;
	pretend_init(&pretend, false);
	struct verifier *verifier = pretend_open(&pretend,
		(struct verifier_options){.jobs = 16, .memory_total_bytes = INT64_C(5) << 30});
	struct item items[COUNT] = {0};
	size_t left = 0;
	// Taken for 1.5 GiB before it is measured; it is less, or more.
	const char *header = _i == 0 ? "import A -- base 500\n" : "import A -- base 1900\n";
	for (int i = 0; i < COUNT; i++) {
		submit(verifier, &pretend, &items[i], header, i, "takes 1000", &left);
	}
	run(&pretend, &left, 50, HOUR_MS);
	ck_assert_int_eq(pretend.most_busy, _i == 0 ? 8 : 2);
	ck_assert_int_eq(verifier_jobs(verifier), _i == 0 ? 8 : 2);
	ck_assert_int_le(pretend.most_bytes, INT64_C(5) << 30);
	verifier_close(verifier);
	items_finish(items, COUNT);
	pretend_close(&pretend);
}
END_TEST

START_TEST(a_worker_larger_than_all_memory_still_runs_alone) {
	struct pretend pretend;
	pretend_init(&pretend, false);
	struct verifier *verifier = pretend_open(&pretend,
		(struct verifier_options){.jobs = 4, .memory_total_bytes = INT64_C(1) << 30});
	struct item items[3] = {0};
	size_t left = 0;
	for (int i = 0; i < 3; i++) {
		submit(verifier, &pretend, &items[i], "import A -- base 3000\n", i, "takes 900",
			&left);
	}
	run(&pretend, &left, 50, HOUR_MS);
	ck_assert_int_eq(pretend.most_alive, 1);
	verifier_close(verifier);
	items_finish(items, 3);
	pretend_close(&pretend);
}
END_TEST

START_TEST(a_worker_that_has_grown_is_replaced) {
	enum { COUNT = 60 };
	struct pretend pretend;
	pretend_init(&pretend, false);
	struct verifier *verifier = pretend_open(&pretend,
		(struct verifier_options){.jobs = 1, .memory_total_bytes = INT64_C(8) << 30});
	struct item items[COUNT] = {0};
	size_t left = 0;
	for (int i = 0; i < COUNT; i++) {
		submit(verifier, &pretend, &items[i], "", i, "takes 300 grows 100", &left);
	}
	run(&pretend, &left, 50, HOUR_MS);
	struct verifier_stats stats;
	verifier_stats(verifier, &stats);
	ck_assert_int_eq(stats.recycled, 10); // each after 600 MiB
	ck_assert_int_eq(stats.faults[FAULT_MEMORY], 0);
	verifier_close(verifier);
	items_finish(items, COUNT);
	pretend_close(&pretend);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("pool");
	TCase *tc = tcase_create("pool");
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, whatever_fails_every_job_is_told_once, 0,
		getenv("F2F_TEST_LONG") != NULL ? 2000 : 60);
	tcase_add_loop_test(tc, cancelling_at_any_moment_forgets_all_and_the_pool_goes_on, 0, 30);
	tcase_add_test(tc, second_tries_are_gathered_and_hold_nobody_up_for_long);
	tcase_add_test(tc, a_second_try_comes_in_an_endless_stream);
	tcase_add_loop_test(tc, warm_workers_survive_a_second_try_where_memory_allows, 0, 2);
	tcase_add_test(tc, one_worker_serves_two_headers_without_starting_anew_for_each_job);
	tcase_add_test(tc, the_header_used_longest_ago_gives_way);
	tcase_add_test(tc, a_spare_is_ready_before_a_worker_is_replaced);
	tcase_add_loop_test(tc, workers_are_as_many_as_the_memory_is_enough_for, 0, 2);
	tcase_add_test(tc, a_worker_larger_than_all_memory_still_runs_alone);
	tcase_add_test(tc, a_worker_that_has_grown_is_replaced);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
