#include "unit.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "core/problem.h"
#include "provider/provider.h"
#include "reply.h"

static struct completion read_completion(const char *body) {
	struct capabilities state = {0};
	struct completion completion;
	struct reply reply = read_bytes(200, "", body, strlen(body), &state, &completion);
	ck_assert_msg(reply.class == REPLY_OK, "%d: %s", (int)reply.class, reply.message);
	ck_assert_int_eq(reply.retry_after_ms, -1);
	return completion;
}

/* ---- Completions. */

START_TEST(a_plain_reply_gives_its_text_and_nothing_that_was_not_said) {
	struct completion c =
		read_completion(REPLY("{\"role\":\"assistant\",\"content\":\"by simp\"}", ""));
	ck_assert_str_eq(c.text, "by simp");
	ck_assert_str_eq(c.finish_reason, "stop");
	ck_assert_int_eq(c.finish, FINISH_STOP);
	ck_assert_str_eq(c.request_id, "c1");
	ck_assert_ptr_null(c.reasoning);
	ck_assert_ptr_null(c.model);
	ck_assert_int_eq(c.prompt_tokens, -1);
	ck_assert_int_eq(c.completion_tokens, -1);
	ck_assert_int_eq(c.reasoning_tokens, -1);
	ck_assert_int_eq(c.cached_tokens, -1);
	ck_assert(isnan(c.usd));
	ck_assert(!c.repaired);
	completion_finish(&c);
}
END_TEST

START_TEST(usage_cost_and_names_are_taken_where_they_are_given) {
	struct completion c = read_completion(REPLY("{\"content\":\"x\"}",
		",\"model\":\"m-1\",\"system_fingerprint\":\"fp\",\"new\":{\"a\":[1]},\"usage\":{"
		"\"prompt_tokens\":11,"
		"\"completion_tokens\":22,\"total_tokens\":33,\"cost\":0.25,\"prompt_tokens_"
		"details\":{\"cached_tokens\":4},"
		"\"completion_tokens_details\":{\"reasoning_tokens\":7}}"));
	ck_assert_str_eq(c.model, "m-1");
	ck_assert_str_eq(c.fingerprint, "fp");
	ck_assert_int_eq(c.prompt_tokens, 11);
	ck_assert_int_eq(c.completion_tokens, 22);
	ck_assert_int_eq(c.reasoning_tokens, 7);
	ck_assert_int_eq(c.cached_tokens, 4);
	ck_assert_double_eq(c.usd, 0.25);
	completion_finish(&c);
	c = read_completion(REPLY("{\"content\":\"x\"}",
		",\"usage\":{\"prompt_tokens\":-1,\"completion_tokens\":null,\"cost\":-2}"));
	ck_assert_int_eq(c.prompt_tokens, -1);
	ck_assert_int_eq(c.completion_tokens, -1);
	ck_assert(isnan(c.usd));
	completion_finish(&c);
}
END_TEST

START_TEST(the_choice_with_index_0_is_taken_wherever_it_stands) {
	struct completion c =
		read_completion("{\"choices\":[{\"index\":1,\"message\":{\"content\":\"b\"}},"
				"{\"index\":0,\"message\":{\"content\":\"a\"}}]}");
	ck_assert_str_eq(c.text, "a");
	ck_assert_ptr_null(c.finish_reason);
	ck_assert_int_eq(c.finish, FINISH_STOP);
	completion_finish(&c);
	c = read_completion("{\"choices\":[{\"message\":{\"content\":\"only\"}}]}");
	ck_assert_str_eq(c.text, "only");
	completion_finish(&c);
}
END_TEST

START_TEST(reasoning_is_kept_apart_in_all_its_spellings) {
	static const char *const messages[] = {
		REPLY("{\"content\":\"by rfl\",\"reasoning_content\":\"hm\"}", ""),
		REPLY("{\"content\":\"by rfl\",\"reasoning\":\"hm\"}", ""),
		REPLY("{\"content\":\"by rfl\",\"reasoning_content\":null,\"reasoning\":\"hm\"}",
			""),
		REPLY("{\"content\":\"by rfl\",\"reasoning_content\":\"\",\"reasoning\":\"hm\"}",
			""),
		REPLY("{\"content\":\"<think>\\nhm\\n</think>\\n\\nby rfl\"}", ""),
		REPLY("{\"content\":\"hm</think>by rfl\"}", ""),
	};
	for (size_t i = 0; i < F2F_COUNT(messages); i++) {
		struct completion c = read_completion(messages[i]);
		ck_assert_str_eq(c.text, "by rfl");
		ck_assert_str_eq(c.reasoning, "hm");
		completion_finish(&c);
	}
}
END_TEST

START_TEST(a_reply_that_ends_while_thinking_is_cut_off) {
	struct completion c = read_completion(REPLY("{\"content\":\"<think>and so on\"}", ""));
	ck_assert_str_eq(c.text, "");
	ck_assert_int_eq(c.finish, FINISH_LENGTH);
	completion_finish(&c);
	c = read_completion(
		"{\"choices\":[{\"index\":0,\"message\":{\"content\":null,\"reasoning\":\"hm\"},"
		"\"finish_reason\":\"length\"}]}");
	ck_assert_str_eq(c.text, "");
	ck_assert_int_eq(c.finish, FINISH_LENGTH);
	ck_assert_str_eq(c.reasoning, "hm");
	completion_finish(&c);
}
END_TEST

START_TEST(refusals_and_filters_are_refusals_and_unknown_ends_are_kept) {
	struct completion c =
		read_completion(REPLY("{\"content\":null,\"refusal\":\"I cannot\"}", ""));
	ck_assert_int_eq(c.finish, FINISH_REFUSED);
	ck_assert_str_eq(c.text, "I cannot");
	completion_finish(&c);
	c = read_completion(
		"{\"choices\":[{\"index\":0,\"message\":{\"content\":\"x\",\"refusal\":null},"
		"\"finish_reason\":\"content_filter\"}]}");
	ck_assert_int_eq(c.finish, FINISH_REFUSED);
	completion_finish(&c);
	c = read_completion("{\"choices\":[{\"index\":0,\"message\":{\"content\":\"x\"},\"finish_"
			    "reason\":\"tool_calls\"}]}");
	ck_assert_int_eq(c.finish, FINISH_OTHER);
	ck_assert_str_eq(c.finish_reason, "tool_calls");
	completion_finish(&c);
}
END_TEST

START_TEST(content_in_parts_is_joined) {
	struct completion c = read_completion(
		REPLY("{\"content\":[{\"type\":\"text\",\"text\":\"by "
		      "\"},{\"type\":\"image\"},{\"type\":\"text\",\"text\":\"simp\"}]}",
			""));
	ck_assert_str_eq(c.text, "by simp");
	completion_finish(&c);
}
END_TEST

START_TEST(a_mark_of_the_encoding_and_an_empty_error_beside_a_reply_say_nothing) {
	static const char *const bodies[] = {
		"\xef\xbb\xbf" REPLY("{\"content\":\"by simp\"}", ""),
		REPLY("{\"content\":\"by simp\"}", ",\"error\":\"\""),
		REPLY("{\"content\":\"by simp\"}", ",\"error\":{}"),
		REPLY("{\"content\":\"by simp\"}", ",\"error\":null"),
	};
	for (size_t i = 0; i < F2F_COUNT(bodies); i++) {
		struct completion c = read_completion(bodies[i]);
		ck_assert_str_eq(c.text, "by simp");
		completion_finish(&c);
	}
}
END_TEST

START_TEST(ill_formed_text_is_repaired_and_said_so) {
	static const char *const bodies[] = {
		REPLY("{\"content\":\"a\xff\"}", ""),
		REPLY("{\"content\":\"a\\ud800\"}", ""),
		REPLY("{\"content\":\"a\\u0000\"}", ""),
	};
	for (size_t i = 0; i < F2F_COUNT(bodies); i++) {
		struct completion c = read_completion(bodies[i]);
		ck_assert_str_eq(c.text, "a\xef\xbf\xbd");
		ck_assert(c.repaired);
		completion_finish(&c);
	}
}
END_TEST

START_TEST(the_request_id_of_the_headers_comes_first) {
	static const char body[] = REPLY("{\"content\":\"x\"}", "");
	struct capabilities state = {0};
	struct completion completion;
	read_bytes(200, "X-Request-Id: req-7", body, strlen(body), &state, &completion);
	ck_assert_str_eq(completion.request_id, "req-7");
	completion_finish(&completion);
}
END_TEST

/* ---- Requests. */

static const struct sampling all_sampling = {
	.temperature = 0.7, .top_p = 0.95, .max_tokens = 100, .seed = 5, .send_seed = true};
static const struct sampling no_sampling = {.temperature = NAN, .top_p = NAN};

static void check_body(const char *extra, const struct sampling *sampling,
	const struct capabilities *state, const char *expected) {
	struct model model = {
		.provider = "openai", .name = "m", .base_url = "http://h/v1", .extra_body = extra};
	struct ask ask = {.prompt = "say \"hi\"\n∀", .sampling = *sampling};
	struct http_request request;
	struct error err = {0};
	http_request_init(&request);
	ck_assert_msg(
		provider_find("openai")->build_request(&model, &ask, state, &request, &err) == 0,
		"%s", err.message);
	ck_assert_str_eq(buf_str(&request.body), expected);
	http_request_finish(&request);
}

#define MESSAGES \
	"{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"say \\\"hi\\\"\\n∀\"}]"

START_TEST(a_request_holds_what_was_set_and_nothing_else) {
	struct capabilities state = {0};
	check_body(NULL, &no_sampling, &state, MESSAGES "}");
	check_body(NULL, &all_sampling, &state,
		MESSAGES ",\"temperature\":0.7,\"top_p\":0.95,\"max_tokens\":100,\"seed\":5}");
}
END_TEST

START_TEST(the_users_own_body_wins_and_a_null_takes_away) {
	struct capabilities state = {0};
	check_body("{\"temperature\":null,\"top_k\":20,\"seed\":9,\"a\":{\"b\":[1]}}",
		&all_sampling, &state,
		MESSAGES
		",\"top_p\":0.95,\"max_tokens\":100,\"top_k\":20,\"seed\":9,\"a\":{\"b\":[1]}}");
}
END_TEST

START_TEST(the_users_own_body_may_not_change_what_is_asked) {
	static const char *const bodies[] = {"{\"messages\":[]}", "{\"stream\":true}", "{\"n\":4}",
		"{\"model\":\"x\"}", "[]", "{"};
	for (size_t i = 0; i < F2F_COUNT(bodies); i++) {
		struct model model = {
			.name = "m", .base_url = "http://h/v1", .extra_body = bodies[i]};
		struct ask ask = {.prompt = "x", .sampling = no_sampling};
		struct capabilities state = {0};
		struct http_request request;
		struct error err = {0};
		http_request_init(&request);
		ck_assert_int_lt(provider_find("openai")->build_request(
					 &model, &ask, &state, &request, &err),
			0);
		ck_assert(str_starts_with(err.message, "extra-body: "));
		http_request_finish(&request);
	}
}
END_TEST

START_TEST(urls_are_joined_once_and_a_query_stays_at_the_end) {
	static const struct {
		const char *base;
		const char *url;
	} cases[] = {
		{"http://h/v1", "http://h/v1/chat/completions"},
		{"http://h/v1//", "http://h/v1/chat/completions"},
		{"http://h/v1/chat/completions", "http://h/v1/chat/completions"},
		{"http://h/v1/?api-version=2", "http://h/v1/chat/completions?api-version=2"},
	};
	for (size_t i = 0; i < F2F_COUNT(cases); i++) {
		struct model model = {
			.name = "m", .base_url = cases[i].base, .api_key = i == 0 ? "sk-1" : NULL};
		struct ask ask = {.system = "be brief", .prompt = "x", .sampling = no_sampling};
		struct capabilities state = {0};
		struct http_request request;
		bool authorized = false;
		http_request_init(&request);
		ck_assert_int_eq(provider_find("openai")->build_request(
					 &model, &ask, &state, &request, NULL),
			0);
		ck_assert_str_eq(request.url, cases[i].url);
		ck_assert_str_eq(request.method, "POST");
		ck_assert_ptr_nonnull(strstr(buf_str(&request.body),
			"[{\"role\":\"system\",\"content\":\"be brief\"},{"));
		for (size_t h = 0; h < request.header_count; h++) {
			if (strcmp(request.headers[h].name, "Authorization") == 0) {
				authorized = true;
				ck_assert_str_eq(request.headers[h].value, "Bearer sk-1");
			}
		}
		ck_assert_int_eq(authorized, i == 0);
		http_request_finish(&request);
	}
}
END_TEST

START_TEST(a_parameter_that_is_not_supported_is_dropped_or_renamed) {
	static const struct {
		int status;
		const char *body;
		const char *then; // all_sampling's part of the next request
	} cases[] = {
		{400,
			ERROR("\"message\":\"Unsupported parameter: 'max_tokens' is not supported "
			      "with this model. Use 'max_completion_tokens' "
			      "instead.\",\"param\":\"max_tokens\",\"code\":\"unsupported_"
			      "parameter\""),
			",\"temperature\":0.7,\"top_p\":0.95,\"max_completion_tokens\":100,"
			"\"seed\":5}"},
		{400,
			ERROR("\"message\":\"Unsupported value: 'temperature' does not support "
			      "0.7\",\"param\":\"temperature\",\"code\":\"unsupported_value\""),
			",\"top_p\":0.95,\"max_tokens\":100,\"seed\":5}"},
		{400,
			ERROR("\"message\":\"Unsupported parameter: 'top_p' is not supported with "
			      "this model.\""),
			",\"temperature\":0.7,\"max_tokens\":100,\"seed\":5}"},
		{400, ERROR("\"message\":\"Unrecognized request argument supplied: seed\""),
			",\"temperature\":0.7,\"top_p\":0.95,\"max_tokens\":100}"},
		{422,
			"{\"detail\":[{\"loc\":[\"body\",\"seed\"],\"msg\":\"Extra inputs are not "
			"permitted\",\"type\":\"extra_forbidden\"}]}",
			",\"temperature\":0.7,\"top_p\":0.95,\"max_tokens\":100}"},
	};
	for (size_t i = 0; i < F2F_COUNT(cases); i++) {
		struct capabilities state = {0};
		struct completion completion;
		for (int again = 0; again < 2; again++) {
			// The second left before the first came back: it is asked again too, and counts once.
			struct reply reply = read_bytes(cases[i].status, "", cases[i].body,
				strlen(cases[i].body), &state, &completion);
			ck_assert_msg(reply.class == REPLY_ADJUST, "%s: %d", cases[i].body,
				(int)reply.class);
			ck_assert_uint_eq(state.adjustments, 1);
			completion_finish(&completion);
		}
		char *expected = xasprintf("%s%s", MESSAGES, cases[i].then);
		check_body(NULL, &all_sampling, &state, expected);
		free(expected);
	}
}
END_TEST

/* ---- Built in. */

static const char name[] = "n";
static const char header[] = "import H\n";
static const char statement[] = "theorem n : 1 = 1";
static const char proof[] = "by\n  rfl";

static char *answer_of(const char *model_name, int64_t sample, bool with_proof, int *rc_out) {
	struct problem problem = {
		.name = (char *)name,
		.header = (char *)header,
		.statement = (char *)statement,
		.proof = with_proof ? (char *)proof : NULL,
	};
	struct model model = {.provider = "builtin", .name = model_name};
	struct ask ask = {.problem = &problem, .sample = sample};
	struct completion completion;
	const struct provider *provider = provider_find("builtin");
	void *source = NULL;
	completion_init(&completion);
	ck_assert_int_eq(provider->open(&model, &source, NULL), 0);
	*rc_out = provider->answer(source, &ask, &completion, NULL);
	provider->close(source);
	char *text = xstrdup(completion.text);
	completion_finish(&completion);
	return text;
}

START_TEST(gold_is_the_sets_own_proof_in_a_whole_file) {
	int rc;
	char *text = answer_of("gold", 0, true, &rc);
	ck_assert_str_eq(text, "```lean4\nimport H\ntheorem n : 1 = 1 := by\n  rfl\n```\n");
	free(text);
	free(answer_of("gold", 0, false, &rc));
	ck_assert_int_eq(rc, ERROR_NOT_FOUND);
}
END_TEST

START_TEST(tactics_differ_by_sample_and_begin_again) {
	int rc;
	char *first = answer_of("tactics", 0, false, &rc);
	char *second = answer_of("tactics", 1, false, &rc);
	ck_assert_str_eq(first, "```lean4\nimport H\ntheorem n : 1 = 1 := by\n  rfl\n```\n");
	ck_assert_str_ne(first, second);
	free(second);
	bool again = false;
	for (int64_t sample = 2; sample < 100 && !again; sample++) {
		char *text = answer_of("tactics", sample, false, &rc);
		again = strcmp(text, first) == 0;
		free(text);
	}
	ck_assert(again);
	free(first);
}
END_TEST

START_TEST(unknown_names_are_refused_with_the_nearest) {
	struct model model = {.provider = "builtin", .name = "tactic"};
	struct error err;
	void *source = NULL;
	ck_assert_int_eq(provider_find("builtin")->open(&model, &source, &err), ERROR_USAGE);
	ck_assert_str_eq(err.message, "no model \"builtin/tactic\"; did you mean builtin/tactics?");
	ck_assert_ptr_null(provider_find("opnai"));
	for (size_t i = 0; provider_at(i + 1) != NULL; i++) {
		ck_assert_int_lt(strcmp(provider_at(i)->name, provider_at(i + 1)->name), 0);
	}
}
END_TEST

/* ---- Hostile bytes. */

static void survive(const char *bytes, size_t length, int status) {
	struct capabilities state = {0};
	struct completion completion;
	struct reply reply =
		read_bytes(status, "Retry-After: 1", bytes, length, &state, &completion);
	ck_assert_int_le(reply.class, REPLY_ADJUST);
	ck_assert_ptr_nonnull(completion.text);
	completion_finish(&completion);
}

START_TEST(every_cut_and_many_damages_of_a_reply_are_survived) {
	static const char body[] =
		REPLY("{\"content\":[{\"text\":\"<think>a</"
		      "think>b\\u0000\\ud800\"}],\"refusal\":null,\"reasoning\":\"r\"}",
			",\"usage\":{\"prompt_tokens\":99999999999999999999,\"cost\":1e999},"
			"\"error\":null,\"detail\":{\"msg\":1}");
	static const int statuses[] = {200, 400, 429, 503};
	uint32_t random = 12345;
	for (size_t cut = 0; cut < sizeof(body); cut++) {
		survive(body, cut, statuses[cut % F2F_COUNT(statuses)]);
	}
	for (int round = 0; round < 3000; round++) {
		char damaged[sizeof(body)];
		memcpy(damaged, body, sizeof(body));
		for (int i = 0; i < 1 + round % 6; i++) {
			random = random * 1664525u + 1013904223u;
			damaged[(random >> 8) % (sizeof(body) - 1)] = (char)(random >> 24);
		}
		survive(damaged, sizeof(body) - 1, statuses[(size_t)round % F2F_COUNT(statuses)]);
	}
}
END_TEST

START_TEST(a_deep_or_huge_reply_is_survived) {
	struct buf body = BUF_INIT(1 << 24);
	for (int i = 0; i < 100000; i++) {
		buf_append_str(&body, "{\"error\":[");
	}
	survive(body.data, body.len, 200);
	survive(body.data, body.len, 500);
	buf_clear(&body);
	buf_append_str(&body, "{\"choices\":[{\"message\":{\"content\":\"");
	for (int i = 0; i < 1 << 20; i++) {
		buf_append_str(&body, "</think>");
	}
	buf_append_str(&body, "\"}}]}");
	survive(body.data, body.len, 200);
	buf_finish(&body);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("provider");
	TCase *tests = tcase_create("provider");
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_plain_reply_gives_its_text_and_nothing_that_was_not_said);
	tcase_add_test(tests, usage_cost_and_names_are_taken_where_they_are_given);
	tcase_add_test(tests, the_choice_with_index_0_is_taken_wherever_it_stands);
	tcase_add_test(tests, reasoning_is_kept_apart_in_all_its_spellings);
	tcase_add_test(tests, a_reply_that_ends_while_thinking_is_cut_off);
	tcase_add_test(tests, refusals_and_filters_are_refusals_and_unknown_ends_are_kept);
	tcase_add_test(tests, content_in_parts_is_joined);
	tcase_add_test(tests, a_mark_of_the_encoding_and_an_empty_error_beside_a_reply_say_nothing);
	tcase_add_test(tests, ill_formed_text_is_repaired_and_said_so);
	tcase_add_test(tests, the_request_id_of_the_headers_comes_first);
	tcase_add_test(tests, a_request_holds_what_was_set_and_nothing_else);
	tcase_add_test(tests, the_users_own_body_wins_and_a_null_takes_away);
	tcase_add_test(tests, the_users_own_body_may_not_change_what_is_asked);
	tcase_add_test(tests, urls_are_joined_once_and_a_query_stays_at_the_end);
	tcase_add_test(tests, a_parameter_that_is_not_supported_is_dropped_or_renamed);
	tcase_add_test(tests, gold_is_the_sets_own_proof_in_a_whole_file);
	tcase_add_test(tests, tactics_differ_by_sample_and_begin_again);
	tcase_add_test(tests, unknown_names_are_refused_with_the_nearest);
	tcase_add_test(tests, every_cut_and_many_damages_of_a_reply_are_survived);
	tcase_add_test(tests, a_deep_or_huge_reply_is_survived);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
