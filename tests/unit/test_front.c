#include "unit.h"

#include "base/error.h"
#include "base/file.h"
#include "items.h"
#include "lean/check.h"
#include "scratch.h"
#include "verifier/memory.h"
#include "verifier/reuse.h"

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

START_TEST(what_a_final_check_compared_is_part_of_what_is_equal) {
	struct lean_info lean = {.path = (char *)"/lean", .version = (char *)"4.9.0"};
	struct verifier_options options = {.lean = &lean, .policy = "strict"};
	struct lean_check check = {.header = (char *)"",
		.body = (char *)"theorem t : s = 2 := rfl\n",
		.theorem = (char *)"t",
		.challenge = (char *)"abbrev s := 2\n"};
	struct lean_check other = check;
	other.challenge = (char *)"abbrev s := sorry\n";
	struct sha256 filter = check_hash(&options, NULL, &check);
	struct sha256 final = check_hash(&options, "export 1", &check);
	ck_assert_str_eq(filter.hex, check_hash(&options, NULL, &other).hex);
	ck_assert_str_ne(filter.hex, final.hex);
	ck_assert_str_ne(final.hex, check_hash(&options, "export 1", &other).hex);
	ck_assert_str_ne(final.hex, check_hash(&options, "leanchecker 1", &check).hex);
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

/* ---- What decides a verdict. */

START_TEST(a_hash_takes_in_all_that_decides_and_not_the_nonce) {
	char path[] = "/opt/lean", version[] = "4.9.0", other[] = "other";
	struct lean_info lean = {.path = path, .version = version};
	struct verifier_options options = {.lean = &lean, .policy = "strict", .cpu_limit_s = 300};
	struct lean_check check = check_of("", "True", "theorem t : True := True.intro\n");
	struct lean_check twin = check_of("", "True", "theorem t : True := True.intro\n");
	ck_assert_str_ne(check.body, twin.body);
	struct sha256 hash = check_hash(&options, NULL, &check);
	ck_assert_str_eq(hash.hex, check_hash(&options, NULL, &twin).hex);
	char **texts[] = {&lean.path, &lean.version, &lean.commit, &lean.lean_path, &lean.mathlib};
	for (size_t i = 0; i < F2F_COUNT(texts); i++) {
		char *before = *texts[i];
		*texts[i] = other;
		ck_assert_str_ne(check_hash(&options, NULL, &check).hex, hash.hex);
		*texts[i] = before;
	}
	options.policy = "permissive";
	ck_assert_str_ne(check_hash(&options, NULL, &check).hex, hash.hex);
	options.policy = "strict";
	options.cpu_limit_s = 60;
	ck_assert_str_ne(check_hash(&options, NULL, &check).hex, hash.hex);
	options.cpu_limit_s = 300;
	lean_check_finish(&twin);
	twin = check_of("open Nat\n", "True", "theorem t : True := True.intro\n");
	ck_assert_str_ne(check_hash(&options, NULL, &twin).hex, hash.hex);
	lean_check_finish(&twin);
	twin = check_of("", "True", "theorem t : True := trivial\n");
	ck_assert_str_ne(check_hash(&options, NULL, &twin).hex, hash.hex);
	lean_check_finish(&twin);
	lean_check_finish(&check);
}
END_TEST

START_TEST(what_is_remembered_is_bounded) {
	struct reuse *reuse = reuse_create(3, 1 << 20);
	char text[] = "said";
	for (int i = 0; i < 5; i++) {
		char hash[8];
		snprintf(hash, sizeof(hash), "h%d", i);
		reuse_put(reuse, hash,
			&(struct verdict){.outcome = OUTCOME_ACCEPTED, .messages = text});
	}
	ck_assert_ptr_null(reuse_get(reuse, "h1"));
	ck_assert_ptr_nonnull(reuse_get(reuse, "h2"));
	ck_assert_str_eq(reuse_get(reuse, "h4")->messages, "said");
	reuse_destroy(reuse);
	reuse = reuse_create(100, 4096); // each takes a few hundred bytes
	char *large = xmalloc(3001);
	memset(large, 'x', 3000);
	large[3000] = '\0';
	reuse_put(reuse, "small", &(struct verdict){.outcome = OUTCOME_ACCEPTED, .messages = text});
	reuse_put(
		reuse, "large", &(struct verdict){.outcome = OUTCOME_ACCEPTED, .messages = large});
	reuse_put(reuse, "more", &(struct verdict){.outcome = OUTCOME_ACCEPTED, .messages = large});
	ck_assert_ptr_null(reuse_get(reuse, "small"));
	ck_assert_ptr_null(reuse_get(reuse, "large"));
	ck_assert_ptr_nonnull(reuse_get(reuse, "more"));
	free(large);
	reuse_destroy(reuse);
}
END_TEST

/* ---- Memory. */

static void put(const char *root, const char *path, const char *text) {
	char *full = xasprintf("%s%s", root, path);
	char *folder = xmemdup0(full, (size_t)(path_base(full) - full - 1));
	struct error err = {0};
	ck_assert_msg(file_make_directories(folder, &err) == 0, "%s", err.message);
	ck_assert_msg(file_write(full, text, strlen(text), &err) == 0, "%s", err.message);
	free(folder);
	free(full);
}

START_TEST(memory_is_what_the_kernel_and_every_group_above_us_leave) {
	const char *root = "."; // a folder of its own
	scratch_enter();
	ck_assert_int_eq(memory_available_below(root), INT64_C(2) << 30); // it tells nothing
	put(root, "/proc/meminfo", "MemTotal: 9999 kB\nMemAvailable:    4000 kB\n");
	ck_assert_int_eq(memory_available_below(root), 4000 * 1024);
	put(root, "/proc/self/cgroup", "4:memory:/a/b\n1:cpu:/x\n0::/s/t.scope\n");
	ck_assert_int_eq(memory_available_below(root), 4000 * 1024);
	put(root, "/sys/fs/cgroup/s/t.scope/memory.max", "max\n");
	put(root, "/sys/fs/cgroup/s/t.scope/memory.current", "100\n");
	put(root, "/sys/fs/cgroup/s/memory.max", "3000000\n");
	put(root, "/sys/fs/cgroup/s/memory.current", "1000000\n");
	put(root, "/sys/fs/cgroup/s/memory.stat", "anon 5\ninactive_file 500000\nfile 7\n");
	ck_assert_int_eq(memory_available_below(root), 2500000);
	put(root, "/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "900000\n");
	put(root, "/sys/fs/cgroup/memory/a/memory.usage_in_bytes", "800000\n");
	ck_assert_int_eq(memory_available_below(root), 100000);
	put(root, "/sys/fs/cgroup/memory/memory.limit_in_bytes", "700000\n"); // of all
	put(root, "/sys/fs/cgroup/memory/memory.usage_in_bytes", "800000\n");
	ck_assert_int_eq(memory_available_below(root), 0);
	scratch_leave();
}
END_TEST

int main(void) {
	Suite *suite = suite_create("front");
	TCase *tc = tcase_create("front");
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, what_a_final_check_compared_is_part_of_what_is_equal);
	tcase_add_test(tc, a_header_serves_only_after_its_self_test);
	tcase_add_test(tc, a_header_that_did_not_work_once_is_tried_again_some_times);
	tcase_add_test(tc, equal_checks_share_an_answer_and_each_gets_its_own);
	tcase_add_loop_test(tc, time_outs_and_faults_are_nobody_elses, 0, 2);
	tcase_add_test(tc, thousands_of_equal_checks_under_a_bad_header_end);
	tcase_add_test(tc, a_hash_takes_in_all_that_decides_and_not_the_nonce);
	tcase_add_test(tc, what_is_remembered_is_bounded);
	tcase_add_test(tc, memory_is_what_the_kernel_and_every_group_above_us_leave);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
