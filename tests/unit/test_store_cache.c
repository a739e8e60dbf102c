#include "stored.h"

#include <math.h>

#include "core/completion.h"
#include "store/store_internal.h"

static const char run_id[] = "20260101-000000-aaaa";

/* A stored sample with this completion (NULL: none). */
static int64_t put_sample(
	int64_t number, const struct completion *completion, enum outcome outcome) {
	int64_t id = 0;
	struct sample_record sample = {
		.key = {run_id, "demo", "p", "prove", number},
		.completion = completion,
		.outcome = outcome,
		.note = "too long",
		.attempts = 1,
	};
	CHECK_OK(store_sample_put(store, &sample, &id, &err));
	return id;
}

static struct completion a_reply(void) {
	return (struct completion){
		.text = "by \xf0\x9f\x98\x80 rfl",
		.reasoning = "hm",
		.finish_reason = "length",
		.finish = FINISH_LENGTH,
		.repaired = true,
		.model = "m-1",
		.fingerprint = "fp",
		.request_id = "req",
		.prompt_tokens = 3,
		.completion_tokens = 0,
		.reasoning_tokens = -1,
		.cached_tokens = 1,
		.usd = 0.25,
	};
}

static const struct cache_place here = {"k1", "http://h/v1", "openai/m"};

START_TEST(a_reply_comes_back_as_it_was_and_uses_are_counted) {
	put_run(run_id, 1);
	struct completion reply = a_reply();
	CHECK_OK(store_cache_put(
		store, &here, put_sample(0, &reply, OUTCOME_NONE), &reply.finish, &err));
	struct cache_reply got;
	bool found = false;
	for (int i = 0; i < 2; i++) {
		CHECK_OK(store_cache_get(store, "k1", &got, &found, &err));
		ck_assert(found);
		ck_assert_str_eq(got.completion->text, reply.text);
		ck_assert_str_eq(got.completion->reasoning, "hm");
		ck_assert_str_eq(got.completion->finish_reason, "length");
		ck_assert_int_eq(got.completion->finish, FINISH_LENGTH);
		ck_assert(got.completion->repaired);
		ck_assert_str_eq(got.completion->model, "m-1");
		ck_assert_str_eq(got.completion->fingerprint, "fp");
		ck_assert_str_eq(got.completion->request_id, "req");
		ck_assert_int_eq(got.completion->prompt_tokens, 3);
		ck_assert_int_eq(got.completion->completion_tokens, 0);
		ck_assert_int_eq(got.completion->reasoning_tokens, -1);
		ck_assert_int_eq(got.completion->cached_tokens, 1);
		ck_assert_double_eq(got.completion->usd, 0.25);
		cache_reply_finish(&got);
	}
	check_query("SELECT uses, used_ns > 0 FROM reply_cache", "2|1");
	CHECK_OK(store_cache_get(store, "k2", &got, &found, &err));
	ck_assert(!found);
}
END_TEST

START_TEST(an_answer_without_a_reply_keeps_its_outcome) {
	put_run(run_id, 1);
	CHECK_OK(store_cache_put(store, &here, put_sample(0, NULL, OUTCOME_CONTEXT), NULL, &err));
	struct cache_reply got;
	bool found = false;
	CHECK_OK(store_cache_get(store, "k1", &got, &found, &err));
	ck_assert(found);
	ck_assert_ptr_null(got.completion);
	ck_assert_int_eq(got.outcome, OUTCOME_CONTEXT);
	ck_assert_str_eq(got.note, "too long");
	cache_reply_finish(&got);
}
END_TEST

START_TEST(a_kept_reply_is_replaced_outlives_its_run_and_is_gone_with_its_text) {
	put_run(run_id, 1);
	struct completion reply = a_reply();
	CHECK_OK(store_cache_put(
		store, &here, put_sample(0, &reply, OUTCOME_NONE), &reply.finish, &err));
	reply.text = "another";
	CHECK_OK(store_cache_put(
		store, &here, put_sample(1, &reply, OUTCOME_NONE), &reply.finish, &err));
	CHECK_OK(db_exec(store->db, "DELETE FROM run", &err));
	struct cache_reply got;
	bool found = false;
	CHECK_OK(store_cache_get(store, "k1", &got, &found, &err));
	ck_assert(found);
	ck_assert_str_eq(got.completion->text, "another");
	cache_reply_finish(&got);
	CHECK_OK(db_exec(store->db, "DELETE FROM text", &err));
	CHECK_OK(store_cache_get(store, "k1", &got, &found, &err));
	ck_assert(!found);
}
END_TEST

static int add_group(const struct cache_group *group, void *data) {
	buf_appendf(data, "%s %s %d %d;", group->model, group->endpoint, (int)group->replies,
		(int)group->bytes);
	return 0;
}

START_TEST(groups_are_counted_and_pruned_by_model_and_by_age) {
	put_run(run_id, 1);
	struct completion reply = a_reply();
	int64_t id = put_sample(0, &reply, OUTCOME_NONE);
	const struct cache_place places[] = {
		here, {"k2", "http://h/v1", "openai/m"}, {"k3", "http://h/v1", "openai/n"}};
	for (size_t i = 0; i < F2F_COUNT(places); i++) {
		CHECK_OK(store_cache_put(store, &places[i], id, &reply.finish, &err));
	}
	struct buf text = BUF_INIT(1000);
	CHECK_OK(store_cache_groups(store, add_group, &text, &err));
	ck_assert_str_eq(buf_str(&text), "openai/m http://h/v1 2 26;openai/n http://h/v1 1 13;");
	buf_finish(&text);
	int64_t removed = -1;
	CHECK_OK(store_cache_prune(store, NULL, 1, &removed, &err));
	ck_assert_int_eq(removed, 0);
	CHECK_OK(store_cache_prune(store, "openai/n", INT64_MAX, &removed, &err));
	ck_assert_int_eq(removed, 1);
	CHECK_OK(store_cache_prune(store, NULL, INT64_MAX, &removed, &err));
	ck_assert_int_eq(removed, 2);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("store_cache");
	TCase *tests = tcase_create("store_cache");
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_reply_comes_back_as_it_was_and_uses_are_counted);
	tcase_add_test(tests, an_answer_without_a_reply_keeps_its_outcome);
	tcase_add_test(tests, a_kept_reply_is_replaced_outlives_its_run_and_is_gone_with_its_text);
	tcase_add_test(tests, groups_are_counted_and_pruned_by_model_and_by_age);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
