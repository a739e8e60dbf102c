#include "unit.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "reply.h"

struct failing {
	int status;
	const char *headers;
	const char *body;
	enum reply_class class;
	int64_t wait_ms;
	const char *says; // part of the message
};

static const struct failing failures[] = {
	{400, "",
		ERROR("\"message\":\"This model's maximum context length is 4096 "
		      "tokens\",\"code\":\"context_length_exceeded\""),
		REPLY_CONTEXT, -1, "4096"},
	{400, "",
		ERROR("\"code\":400,\"type\":\"exceed_context_size_error\",\"message\":\"the "
		      "request exceeds\""),
		REPLY_CONTEXT, -1, "exceeds"},
	{500, "",
		ERROR("\"code\":500,\"message\":\"the request exceeds the available context "
		      "size\""),
		REPLY_CONTEXT, -1, ""},
	{400, "",
		"{\"object\":\"error\",\"message\":\"maximum context length is 10\",\"code\":400}",
		REPLY_CONTEXT, -1, ""},
	{400, "",
		ERROR("\"message\":\"'max_tokens' is too large: 9000. This model's maximum context "
		      "length is 4096 tokens\""),
		REPLY_REFUSED_MODEL, -1, "9000"},
	{400, "", ERROR("\"message\":\"bad\",\"code\":\"content_policy_violation\""), REPLY_REFUSED,
		-1, "bad"},
	{400, "", ERROR("\"message\":\"no such field\""), REPLY_REFUSED_MODEL, -1,
		"HTTP 400: no such field"},
	{401, "", ERROR("\"message\":\"Incorrect API key provided: sk-abcd1234efgh\""),
		REPLY_REFUSED_KEY, -1, "provided: [key]"},
	{401, "", "{\"error\":\"Unauthorized\"}", REPLY_REFUSED_KEY, -1, "Unauthorized"},
	{403, "", "{\"detail\":\"Not authenticated\"}", REPLY_REFUSED_KEY, -1, "Not authenticated"},
	{403, "", ERROR("\"code\":403,\"message\":\"flagged\",\"metadata\":{\"reasons\":[\"x\"]}"),
		REPLY_REFUSED, -1, "flagged"},
	{402, "", ERROR("\"code\":402,\"message\":\"Insufficient credits\""), REPLY_QUOTA, -1,
		"credits"},
	{402, "Retry-After: 2", ERROR("\"message\":\"in flight\""), REPLY_RATE_LIMITED, 2000, ""},
	{404, "",
		ERROR("\"message\":\"The model `x` does not exist\",\"code\":\"model_not_found\""),
		REPLY_REFUSED_MODEL, -1, "model_not_found"},
	{405, "", "", REPLY_REFUSED_MODEL, -1, "HTTP 405"},
	{413, "", "", REPLY_REFUSED_MODEL, -1, ""},
	{422, "",
		"{\"detail\":[{\"loc\":[\"body\",\"messages\"],\"msg\":\"field "
		"required\",\"type\":\"missing\"}]}",
		REPLY_REFUSED_MODEL, -1, "field required"},
	{408, "", "", REPLY_RETRY, -1, ""},
	{409, "", "", REPLY_RETRY, -1, ""},
	{429, "Retry-After: 1.5",
		ERROR("\"message\":\"Rate limit\",\"code\":\"rate_limit_exceeded\""),
		REPLY_RATE_LIMITED, 1500, ""},
	{429, "retry-after-ms: 250\nRetry-After: 9", "{}", REPLY_RATE_LIMITED, 250, ""},
	{429, "Retry-After: Sun, 06 Nov 1994 08:49:47 GMT\nDate: Sun, 06 Nov 1994 08:49:37 GMT", "",
		REPLY_RATE_LIMITED, 10000, ""},
	{429, "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT", "", REPLY_RATE_LIMITED, 0, ""},
	{429, "Retry-After: -4", "", REPLY_RATE_LIMITED, 0, ""},
	{429, "Retry-After: soon", "", REPLY_RATE_LIMITED, -1, ""},
	{429, "Retry-After: 99999", "", REPLY_RATE_LIMITED, 99999000, ""},
	{429, "Retry-After: 1e300", "", REPLY_RATE_LIMITED, INT64_C(366) * 24 * 3600 * 1000, ""},
	{429, "",
		ERROR("\"message\":\"You exceeded your current "
		      "quota\",\"type\":\"insufficient_quota\",\"code\":null"),
		REPLY_QUOTA, -1, "quota"},
	{429, "", ERROR("\"message\":\"x\",\"code\":\"billing_hard_limit_reached\""), REPLY_QUOTA,
		-1, ""},
	{429, "",
		ERROR("\"message\":\"x\",\"details\":{\"error_code\":\"enforced_spend_limit_"
		      "reached\"}"),
		REPLY_QUOTA, -1, ""},
	// What speaks of billing where the rate is meant, and what is over for today.
	{429, "",
		ERROR("\"message\":\"Rate limit reached for x in organization org-1 on tokens per "
		      "min (TPM): Limit 1. Add a payment method: https://h/account/"
		      "billing\",\"type\":\"tokens\",\"code\":\"rate_limit_exceeded\""),
		REPLY_RATE_LIMITED, -1, "per min"},
	{429, "Retry-After: 7", ERROR("\"message\":\"You exceeded your current quota\""),
		REPLY_RATE_LIMITED, 7000, "quota"},
	{429, "", ERROR("\"message\":\"Limit 50 on requests per day (RPD)\""), REPLY_QUOTA, -1,
		"per day"},
	{429, "Retry-After: 3", ERROR("\"message\":\"Limit 50 on requests per day\""),
		REPLY_RATE_LIMITED, 3000, "per day"},
	{429, "Retry-After: 40000", ERROR("\"message\":\"free-models-per-day\""), REPLY_QUOTA,
		40000000, "per-day"},
	{429, "x-should-retry: false", ERROR("\"message\":\"no\""), REPLY_QUOTA, -1, "no"},
	{429, "x-should-retry: perhaps", "", REPLY_RATE_LIMITED, -1, "429"},
	{400, "x-should-retry: true", ERROR("\"message\":\"odd\""), REPLY_RETRY, -1, "odd"},
	{401, "x-should-retry: true", ERROR("\"message\":\"key\""), REPLY_REFUSED_KEY, -1, "key"},
	{400, "",
		"{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":"
		"\"Your credit balance is too low to access the API\"},\"request_id\":\"r\"}",
		REPLY_QUOTA, -1, "credit balance"},
	{400, "",
		"{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":"
		"\"prompt is too long: 3 tokens > 2 maximum\"}}",
		REPLY_CONTEXT, -1, "too long"},
	{403, "",
		"{\"type\":\"error\",\"error\":{\"type\":\"permission_error\",\"message\":\"no\"}}",
		REPLY_REFUSED_KEY, -1, "no"},
	{402, "", "{\"type\":\"error\",\"error\":{\"type\":\"billing_error\",\"message\":\"pay\"}}",
		REPLY_QUOTA, -1, "pay"},
	{400, "", ERROR("\"message\":7,\"code\":[],\"type\":{},\"param\":false"),
		REPLY_REFUSED_MODEL, -1, "HTTP 400"},
	{400, "", ERROR("\"message\":\"Unsupported parameter: 'logit_bias'\""), REPLY_REFUSED_MODEL,
		-1, "logit_bias"},
	{503, "", ERROR("\"message\":\"The model is overloaded\""), REPLY_RATE_LIMITED, -1,
		"overloaded"},
	{503, "", ERROR("\"code\":503,\"message\":\"No provider available\""), REPLY_RETRY, -1,
		"provider"},
	{503, "", "{\"error\":\"model is loading\"}", REPLY_LOADING, -1, "loading"},
	{500, "x-should-retry: false", ERROR("\"message\":\"oops\""), REPLY_RETRY, -1, "oops"},
	{200, "", "{\"type\":\"error\",\"error\":{\"type\":\"not_found_error\",\"message\":\"m\"}}",
		REPLY_REFUSED_MODEL, -1, "m"},
	{500, "", ERROR("\"message\":\"oops\""), REPLY_RETRY, -1, "oops"},
	{502, "", "<html><head><title>502 Bad Gateway</title></head>\n<body></body></html>",
		REPLY_RETRY, -1, "HTTP 502: 502 Bad Gateway"},
	{503, "",
		ERROR("\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\""),
		REPLY_LOADING, -1, "Loading"},
	{503, "", "{\"error\":\"server busy, please try again\"}", REPLY_RATE_LIMITED, -1, "busy"},
	{504, "", "", REPLY_RETRY, -1, ""},
	{529, "",
		"{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":"
		"\"Overloaded\"}}",
		REPLY_RATE_LIMITED, -1, "Overloaded"},
	{307, "Location: https://u:secret@elsewhere.example/v1?key=abc", "", REPLY_REFUSED_MODEL,
		-1, "https://elsewhere.example/v1?key="},
	// Money, in the words of many.
	{403, "", ERROR("\"code\":403,\"message\":\"Key limit exceeded (total limit)\""),
		REPLY_QUOTA, -1, "Key limit"},
	{429, "",
		ERROR("\"message\":\"Your account is suspended, please check your plan and billing "
		      "details\",\"type\":\"exceeded_current_quota_error\""),
		REPLY_QUOTA, -1, "suspended"},
	{403, "",
		"{\"code\":\"The caller does not have permission\",\"error\":\"Your team has "
		"either "
		"used all available credits or reached its monthly spending limit.\"}",
		REPLY_QUOTA, -1, "credits"},
	{412, "",
		ERROR("\"code\":\"PRECONDITION_FAILED\",\"message\":\"Account x is suspended, "
		      "possibly due to reaching the monthly spending limit\""),
		REPLY_QUOTA, -1, "suspended"},
	{403, "",
		"{\"code\":30001,\"message\":\"Sorry, your account balance is "
		"insufficient\",\"data\":"
		"null}",
		REPLY_QUOTA, -1, "balance"},
	{403, "",
		"{\"code\":403,\"reason\":\"NOT_ENOUGH_BALANCE\",\"message\":\"no\",\"metadata\":{}"
		"}",
		REPLY_QUOTA, -1, "NOT_ENOUGH"},
	{429, "",
		ERROR("\"code\":\"1113\",\"message\":"
		      "\"\xe4\xbd\x99\xe9\xa2\x9d\xe4\xb8\x8d\xe8\xb6\xb3"
		      "\xe6\x88\x96\xe6\x97\xa0\""),
		REPLY_QUOTA, -1, "1113"},
	{400, "", ERROR("\"code\":\"Arrearage\",\"message\":\"Access denied\""), REPLY_QUOTA, -1,
		"denied"},
	{401, "", ERROR("\"code\":401,\"type\":\"insufficient_quota\",\"message\":\"no more\""),
		REPLY_QUOTA, -1, "no more"},
	{429, "", "{\"message\":\"Monthly quota exceeded\"}", REPLY_QUOTA, -1, "Monthly"},
	{429, "",
		"{\"message\":\"You are using a Trial key, which is limited to 1000 API calls / "
		"month.\"}",
		REPLY_QUOTA, -1, "Trial"},
	{403, "",
		ERROR("\"code\":\"403\",\"message\":\"Out of call volume quota. Please retry after "
		      "7 "
		      "days.\""),
		REPLY_QUOTA, INT64_C(7) * 24 * 3600 * 1000, "quota"},
	{403, "", "[{\"error\":{\"code\":403,\"message\":\"requires billing to be enabled\"}}]",
		REPLY_QUOTA, -1, "HTTP 403: requires"},
	// How long to wait, told by the body.
	{429, "",
		"[{\"error\":{\"code\":429,\"message\":\"You exceeded your current quota, please "
		"check "
		"your plan and billing details.\",\"status\":\"RESOURCE_EXHAUSTED\",\"details\":[{"
		"\"@type\":\"x\"},{\"@type\":\"RetryInfo\",\"retryDelay\":\"34.5s\"}]}}]",
		REPLY_RATE_LIMITED, 34500, "current quota"},
	{429, "", ERROR("\"message\":\"Rate limit reached. Please try again in 7m12.5s. See h\""),
		REPLY_RATE_LIMITED, 432500, "again"},
	{429, "", ERROR("\"message\":\"Please retry after 26 seconds.\""), REPLY_RATE_LIMITED,
		26000, "26"},
	{429, "", ERROR("\"message\":\"Please try again in 250ms.\""), REPLY_RATE_LIMITED, 250, ""},
	{429, "Retry-After: 2", ERROR("\"message\":\"Please try again in 9s.\""),
		REPLY_RATE_LIMITED, 2000, ""},
	{429, "", ERROR("\"message\":\"Please try again in a while, retry after lunch\""),
		REPLY_RATE_LIMITED, -1, "lunch"},
	{403, "Retry-After: 3", "{\"message\":\"You have exceeded a secondary rate limit\"}",
		REPLY_RATE_LIMITED, 3000, "secondary"},
	{200, "", "", REPLY_RETRY, -1, "not JSON"},
	{200, "", "{\"choices\":[{\"index\":0,\"mess", REPLY_RETRY, -1, "not JSON"},
	{200, "", "<html>hi</html>", REPLY_BROKEN, -1, "not JSON"},
	{200, "", "[]", REPLY_BROKEN, -1, "not a JSON object"},
	{200, "", "{\"choices\":[]}", REPLY_RETRY, -1, "no choice"},
	{200, "", "{\"choices\":[{\"index\":0}]}", REPLY_BROKEN, -1, "no message"},
	{200, "", "{\"choices\":[null]}", REPLY_RETRY, -1, "no choice"},
	{200, "", ERROR("\"code\":429,\"message\":\"upstream\""), REPLY_RATE_LIMITED, -1,
		"upstream"},
	{200, "", ERROR("\"code\":\"502\",\"message\":\"upstream\""), REPLY_RETRY, -1, "HTTP 502"},
	{200, "", ERROR("\"code\":401,\"message\":\"key\""), REPLY_REFUSED_KEY, -1, ""},
	{200, "", ERROR("\"message\":\"broke off\""), REPLY_RETRY, -1, "broke off"},
	{200, "", "{\"error\":\"text\"}", REPLY_RETRY, -1, "text"},
	{200, "",
		"{\"choices\":[{\"index\":0,\"finish_reason\":\"error\",\"message\":{\"content\":"
		"\"half\"}}]}",
		REPLY_RETRY, -1, ""},
	{200, "",
		"{\"choices\":[{\"index\":0,\"message\":{\"content\":\"half\"},\"error\":{\"code\":"
		"500,\"message\":\"died\"}}]}",
		REPLY_RETRY, -1, "died"},
};

START_TEST(each_way_to_fail_gets_its_class_its_wait_and_a_line_for_people) {
	const struct failing *failing = &failures[_i];
	struct capabilities state = {0};
	struct completion completion;
	struct reply reply = read_bytes(failing->status, failing->headers, failing->body,
		strlen(failing->body), &state, &completion);
	ck_assert_msg(reply.class == failing->class, "%d %s: class %d: %s", failing->status,
		failing->body, (int)reply.class, reply.message);
	ck_assert_msg(reply.retry_after_ms == failing->wait_ms, "%s: %lld", failing->headers,
		(long long)reply.retry_after_ms);
	ck_assert_msg(strstr(reply.message, failing->says) != NULL, "no \"%s\" in \"%s\"",
		failing->says, reply.message);
	ck_assert_msg(reply.message[0] != '\0' && strchr(reply.message, '\n') == NULL, "\"%s\"",
		reply.message);
	ck_assert_ptr_null(strstr(reply.message, "secret"));
	// What came before generation broke off is kept.
	ck_assert_str_eq(completion.text, strstr(failing->body, "half") != NULL ? "half" : "");
	ck_assert_uint_eq(state.adjustments, 0);
	ck_assert_int_eq(reply.final, strstr(failing->headers, "retry: false") != NULL);
	completion_finish(&completion);
}
END_TEST

START_TEST(what_looks_like_a_key_is_not_shown_and_names_of_models_are) {
	static const struct {
		const char *said;
		const char *shown;
	} cases[] = {
		{"key sk-proj-abcDEF123 is bad", "key [key] is bad"},
		{"Authorization: Bearer abcdefgh1", "Authorization: Bearer [key]"},
		{"token 0123456789abcdef0123456789abcdef", "token [key]"},
		{"no model Llama-4-Maverick-17B-128E-Instruct-FP8",
			"no model Llama-4-Maverick-17B-128E-Instruct-FP8"},
	};
	for (size_t i = 0; i < F2F_COUNT(cases); i++) {
		char *body = xasprintf(ERROR("\"message\":\"%s\""), cases[i].said);
		struct capabilities state = {0};
		struct completion completion;
		struct reply reply = read_bytes(404, "", body, strlen(body), &state, &completion);
		ck_assert_msg(strstr(reply.message, cases[i].shown) != NULL, "%s", reply.message);
		completion_finish(&completion);
		free(body);
	}
}
END_TEST

START_TEST(a_long_message_is_cut_between_characters) {
	struct buf body = BUF_INIT(1 << 16);
	buf_append_str(&body, "{\"error\":\"x");
	for (int i = 0; i < 500; i++) {
		buf_append_str(&body, "∀");
	}
	buf_append_str(&body, "\"}");
	struct capabilities state = {0};
	struct completion completion;
	struct reply reply = read_bytes(500, "", body.data, body.len, &state, &completion);
	size_t bad;
	ck_assert_uint_gt(strlen(reply.message), 240);
	ck_assert(utf8_valid(reply.message, strlen(reply.message), &bad));
	completion_finish(&completion);
	buf_finish(&body);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("failure");
	TCase *tests = tcase_create("failure");
	tcase_add_loop_test(tests, each_way_to_fail_gets_its_class_its_wait_and_a_line_for_people,
		0, (int)F2F_COUNT(failures));
	tcase_add_test(tests, what_looks_like_a_key_is_not_shown_and_names_of_models_are);
	tcase_add_test(tests, a_long_message_is_cut_between_characters);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
