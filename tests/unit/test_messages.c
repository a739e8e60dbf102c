#include "unit.h"

#include <math.h>
#include <string.h>

#include "base/str.h"
#include "streams.h"

/* The messages format: requests, whole replies, streams. Literal bytes. */

/* ---- Requests. */

struct asked {
	struct http_request request;
	struct error err;
	int rc;
};

static void build(struct asked *asked, const struct model *model, const struct ask *ask,
	const struct capabilities *capabilities) {
	http_request_init(&asked->request);
	asked->err = (struct error){0};
	asked->rc = provider_find("anthropic")
			    ->build_request(model, ask, capabilities, &asked->request, &asked->err);
}

static const char *header_of(const struct http_request *request, const char *name) {
	for (size_t i = 0; i < request->header_count; i++) {
		if (str_equal_nocase(request->headers[i].name, name)) {
			return request->headers[i].value;
		}
	}
	return "";
}

static const struct sampling none = {.temperature = NAN, .top_p = NAN};
static const char *const stops[] = {"```", "\n\n"};

START_TEST(a_request_always_has_a_limit_and_never_a_seed) {
	struct model model = {.name = "c", .base_url = "https://h", .api_key = "k"};
	struct ask ask = {.prompt = "hi", .sampling = none};
	struct capabilities capabilities = {0};
	struct asked asked;
	ask.sampling.send_seed = true;
	build(&asked, &model, &ask, &capabilities);
	ck_assert_str_eq(buf_str(&asked.request.body),
		"{\"model\":\"c\",\"max_tokens\":4096,\"messages\":[{\"role\":\"user\",\"content\":"
		"\"hi\"}]}");
	ck_assert_str_eq(asked.request.url, "https://h/v1/messages");
	ck_assert_str_eq(header_of(&asked.request, "x-api-key"), "k");
	ck_assert_str_eq(header_of(&asked.request, "anthropic-version"), "2023-06-01");
	ck_assert_str_eq(header_of(&asked.request, "Authorization"), "");
	ck_assert_str_eq(header_of(&asked.request, "Accept"), "application/json");
	http_request_finish(&asked.request);
}
END_TEST

START_TEST(a_request_holds_all_that_was_set) {
	struct model model = {.name = "c",
		.base_url = "https://h/v1/",
		.api_key = "t",
		.bearer = true,
		.extra_body = "{\"thinking\":{\"type\":\"adaptive\"},\"top_k\":5}"};
	struct ask ask = {.prompt = "hi",
		.system = "be brief",
		.stream = true,
		.count = 4,
		.sampling = {.temperature = 0.5,
			.top_p = 0.9,
			.max_tokens = 100,
			.stop = stops,
			.stop_count = 2,
			.reasoning_effort = "high"}};
	struct capabilities capabilities = {0};
	struct asked asked;
	build(&asked, &model, &ask, &capabilities);
	ck_assert_str_eq(buf_str(&asked.request.body),
		"{\"model\":\"c\",\"max_tokens\":100,\"system\":\"be brief\",\"messages\":[{"
		"\"role\":\"user\",\"content\":\"hi\"}],\"temperature\":0.5,\"top_p\":0.9,"
		"\"stop_sequences\":[\"```\",\"\\n\\n\"],\"stream\":true,\"output_config\":{"
		"\"effort\":\"high\"},\"thinking\":{\"type\":\"adaptive\"},\"top_k\":5}");
	ck_assert_str_eq(asked.request.url, "https://h/v1/messages");
	ck_assert_str_eq(header_of(&asked.request, "Authorization"), "Bearer t");
	ck_assert_str_eq(header_of(&asked.request, "x-api-key"), "");
	ck_assert_str_eq(header_of(&asked.request, "Accept"), "text/event-stream");
	http_request_finish(&asked.request);
}
END_TEST

START_TEST(no_effort_is_no_thinking_and_two_sources_of_it_are_refused) {
	struct model model = {.name = "c", .base_url = "https://h"};
	struct ask ask = {.prompt = "hi", .sampling = none};
	struct capabilities capabilities = {0};
	struct asked asked;
	ask.sampling.reasoning_effort = "none";
	build(&asked, &model, &ask, &capabilities);
	ck_assert_ptr_nonnull(
		strstr(buf_str(&asked.request.body), "\"thinking\":{\"type\":\"disabled\"}"));
	http_request_finish(&asked.request);
	model.extra_body = "{\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}}";
	build(&asked, &model, &ask, &capabilities);
	ck_assert_int_eq(asked.rc, ERROR_USAGE);
	ck_assert_ptr_nonnull(strstr(asked.err.message, "thinking"));
	http_request_finish(&asked.request);
	model.extra_body = NULL;
	ask.sampling.reasoning_effort = NULL;
	ask.sampling.temperature = 1.2;
	build(&asked, &model, &ask, &capabilities);
	ck_assert_int_eq(asked.rc, ERROR_USAGE);
	http_request_finish(&asked.request);
}
END_TEST

START_TEST(what_a_model_said_before_it_paused_is_sent_back) {
	struct model model = {.name = "c", .base_url = "https://h"};
	struct ask ask = {.prompt = "hi",
		.sampling = none,
		.continuation = "[{\"type\":\"text\",\"text\":\"so\"}]"};
	struct capabilities capabilities = {0};
	struct asked asked;
	build(&asked, &model, &ask, &capabilities);
	ck_assert_ptr_nonnull(strstr(buf_str(&asked.request.body),
		"\"messages\":[{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\","
		"\"content\":[{\"type\":\"text\",\"text\":\"so\"}]}]"));
	http_request_finish(&asked.request);
}
END_TEST

/* ---- Replies. */

#define START                                                                                  \
	"event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\"," \
	"\"type\":\"message\",\"role\":\"assistant\",\"model\":\"c-1\",\"content\":[],"          \
	"\"stop_reason\":null,\"usage\":{\"input_tokens\":10,\"cache_creation_input_tokens\":20," \
	"\"cache_read_input_tokens\":30,\"output_tokens\":1}}}\n\n"                             \
	"event: ping\ndata: {\"type\": \"ping\"}\n\n"
#define BLOCK(index, type, key)                                                      \
	"event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":" \
	index ",\"content_block\":{\"type\":\"" type "\",\"" key "\":\"\"}}\n\n"
#define DELTA(index, type, key, text)                                                \
	"event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":" \
	index ",\"delta\":{\"type\":\"" type "\",\"" key "\":\"" text "\"}}\n\n"
#define STOP(index)                                                                \
	"event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":" \
	index "}\n\n"
#define END(reason)                                                                \
	"event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"" \
	reason "\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":15}}\n\n"
#define LAST "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
#define WHOLE(content, reason)                                                             \
	"{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"c-1\","   \
	"\"content\":" content ",\"stop_reason\":\"" reason "\",\"stop_sequence\":null,"     \
	"\"usage\":{\"input_tokens\":10,\"cache_creation_input_tokens\":20,\"cache_read_"    \
	"input_tokens\":30,\"output_tokens\":15}}"

static const struct read_one {
	const char *bytes;
	enum reply_class class;
	const char *text;
	const char *reasoning;
	enum finish finish;
	const char *finish_reason; // "": none
	const char *says;
} replies[] = {
	{WHOLE("[{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":\"s\"},{\"type\":"
	       "\"redacted_thinking\",\"data\":\"x\"},{\"type\":\"text\",\"text\":\"by \"},{"
	       "\"type\":\"text\",\"text\":\"simp\"}]",
		 "end_turn"),
		REPLY_OK, "by simp", "hm", FINISH_STOP, "end_turn", ""},
	{WHOLE("[]", "refusal"), REPLY_OK, "", "", FINISH_REFUSED, "refusal", ""},
	{WHOLE("[{\"type\":\"text\",\"text\":\"half\"}]", "max_tokens"), REPLY_OK, "half", "",
		FINISH_LENGTH, "max_tokens", ""},
	{WHOLE("[{\"type\":\"text\",\"text\":\"half\"}]", "model_context_window_exceeded"),
		REPLY_OK, "half", "", FINISH_LENGTH, "model_context_window_exceeded", ""},
	{WHOLE("[{\"type\":\"text\",\"text\":\"a\"}]", "stop_sequence"), REPLY_OK, "a", "",
		FINISH_STOP, "stop_sequence", ""},
	{WHOLE("[{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{}}]", "tool_use"),
		REPLY_OK, "", "", FINISH_OTHER, "tool_use", ""},
	{WHOLE("[]", "pause_turn"), REPLY_OK, "", "", FINISH_OTHER, "pause_turn", ""},
	{WHOLE("\"plain\"", "end_turn"), REPLY_OK, "plain", "", FINISH_STOP, "end_turn", ""},
	{WHOLE("null", "end_turn"), REPLY_BROKEN, "", "", FINISH_STOP, "", "no content"},
	{WHOLE("[null,7,{\"type\":8},{\"type\":\"text\",\"text\":9}]", "end_turn"), REPLY_OK, "",
		"", FINISH_STOP, "end_turn", ""},
	{"{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"},"
	 "\"request_id\":\"r\"}",
		REPLY_RATE_LIMITED, "", "", FINISH_STOP, "", "Overloaded"},
	{START BLOCK("0", "thinking", "thinking") DELTA("0", "thinking_delta", "thinking", "h")
			DELTA("0", "thinking_delta", "thinking", "m")
				DELTA("0", "signature_delta", "signature", "sig") STOP("0")
					BLOCK("1", "text", "text")
						DELTA("1", "text_delta", "text", "by ") DELTA(
							"1", "text_delta", "text", "simp")
							STOP("1") END("end_turn") LAST,
		REPLY_OK, "by simp", "hm", FINISH_STOP, "end_turn", ""},
	{START BLOCK("0", "text", "text") DELTA("0", "text_delta", "text", "a")
			"event: brand_new\ndata: {\"type\":\"brand_new\",\"x\":[1]}\n\n"
			"event: ping\ndata: {\"type\":\"ping\"}\n\n"
			"event: content_block_delta\ndata: {\"type\":\"content_block_delta\","
			"\"index\":0,\"delta\":{\"type\":\"new_delta\",\"text\":\"no\"}}\n\n" STOP("0")
				END("max_tokens") LAST,
		REPLY_OK, "a", "", FINISH_LENGTH, "max_tokens", ""},
	{START BLOCK("0", "text", "text") DELTA("0", "text_delta", "text", "a") STOP("0")
			END("refusal") LAST,
		REPLY_OK, "a", "", FINISH_REFUSED, "refusal", ""},
	{START BLOCK("0", "text", "text") DELTA("0", "text_delta", "text", "a") STOP("0")
			END("end_turn"),
		REPLY_OK, "a", "", FINISH_STOP, "end_turn", ""},
	{START BLOCK("0", "text", "text") DELTA("0", "text_delta", "text", "ha"), REPLY_RETRY, "ha",
		"", FINISH_OTHER, "", "in the middle"},
	{START, REPLY_RETRY, "", "", FINISH_STOP, "", "before a reply"},
	{LAST, REPLY_RETRY, "", "", FINISH_STOP, "", "no reply"},
	{START BLOCK("0", "text", "text") DELTA("0", "text_delta", "text", "ha")
			"event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_"
			"error\",\"message\":\"Overloaded\"}}\n\n",
		REPLY_RATE_LIMITED, "ha", "", FINISH_OTHER, "", "Overloaded"},
	{START "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\","
	       "\"message\":\"Internal\"}}\n\n",
		REPLY_RETRY, "", "", FINISH_STOP, "", "Internal"},
	{"event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"authentication_error\","
	 "\"message\":\"bad key\"}}\n\n",
		REPLY_REFUSED_KEY, "", "", FINISH_STOP, "", "bad key"},
};

START_TEST(a_message_is_read_whole_and_streamed_however_it_is_cut) {
	const struct read_one *one = &replies[_i];
	for (size_t step = 0; step < 24; step++) {
		struct fed fed;
		feed(&fed, "anthropic", 1, 200, one->bytes, strlen(one->bytes), step);
		ck_assert_msg(fed.reply.class == one->class, "\"%s\": class %d: %s", one->bytes,
			(int)fed.reply.class, fed.reply.message);
		ck_assert_msg(strstr(fed.reply.message, one->says) != NULL, "\"%s\"",
			fed.reply.message);
		ck_assert_str_eq(fed.completion.text, one->text);
		const char *reasoning = fed.completion.reasoning;
		ck_assert_str_eq(reasoning != NULL ? reasoning : "", one->reasoning);
		const char *reason = fed.completion.finish_reason;
		ck_assert_str_eq(reason != NULL ? reason : "", one->finish_reason);
		ck_assert_int_eq(fed.completion.finish, one->finish);
		if (one->class == REPLY_OK) {
			ck_assert_int_eq(fed.completion.prompt_tokens, 60);
			ck_assert_int_eq(fed.completion.cached_tokens, 30);
			ck_assert_int_eq(fed.completion.completion_tokens, 15);
			ck_assert_str_eq(fed.completion.model, "c-1");
			ck_assert_str_eq(fed.completion.request_id, "msg_1");
		}
		fed_finish(&fed);
	}
}
END_TEST

/* The same pause, at once and streamed. */
START_TEST(a_pause_comes_with_what_has_to_be_sent_back) {
	static const char *const pauses[] = {
		WHOLE("[{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":\"sig\"},{"
		      "\"type\":\"server_tool_use\",\"id\":\"t\",\"input\":{\"q\":\"x\"}},{\"type\":"
		      "\"text\",\"text\":\"so\"}]",
			"pause_turn"),
		START BLOCK("0", "thinking", "thinking") DELTA("0", "thinking_delta", "thinking",
			"hm") DELTA("0", "signature_delta", "signature", "sig") STOP("0")
			"event: content_block_start\ndata: {\"type\":\"content_block_start\","
			"\"index\":1,\"content_block\":{\"type\":\"server_tool_use\",\"id\":\"t\","
			"\"input\":{}}}\n\n" DELTA("1", "input_json_delta", "partial_json",
				"{\\\"q\\\":") DELTA("1", "input_json_delta", "partial_json",
				"\\\"x\\\"}") STOP("1") BLOCK("2", "text", "text")
				DELTA("2", "text_delta", "text", "s")
					DELTA("2", "text_delta", "text", "o") STOP("2")
						END("pause_turn") LAST,
	};
	for (size_t i = 0; i < F2F_COUNT(pauses); i++) {
		struct fed fed;
		feed(&fed, "anthropic", 1, 200, pauses[i], strlen(pauses[i]), 7);
		ck_assert_msg(fed.reply.class == REPLY_CONTINUE, "%s", fed.reply.message);
		ck_assert_str_eq(fed.completion.text, "so");
		const char *sent = fed.completion.continuation;
		ck_assert_ptr_nonnull(sent);
		ck_assert_msg(strstr(sent, "\"thinking\":\"hm\"") != NULL, "%s", sent);
		ck_assert_msg(strstr(sent, "\"signature\":\"sig\"") != NULL, "%s", sent);
		ck_assert_msg(strstr(sent, "\"input\":{\"q\":\"x\"}") != NULL, "%s", sent);
		ck_assert_msg(strstr(sent, "\"text\":\"so\"") != NULL, "%s", sent);
		fed_finish(&fed);
	}
}
END_TEST

START_TEST(what_was_said_before_and_after_a_pause_is_one_reply) {
	struct completion first, more;
	completion_init(&first);
	completion_init(&more);
	free(first.text);
	free(more.text);
	first.text = xstrdup("a");
	first.finish = FINISH_OTHER;
	first.finish_reason = xstrdup("pause_turn");
	first.continuation = xstrdup("[]");
	first.prompt_tokens = 3;
	first.completion_tokens = 4;
	more.text = xstrdup("b");
	more.reasoning = xstrdup("r");
	more.finish_reason = xstrdup("end_turn");
	more.completion_tokens = 5;
	more.usd = 0.5;
	first.cached_tokens = 2;
	more.cached_tokens = 1;
	completion_join(&first, &more);
	ck_assert_str_eq(first.text, "ab");
	ck_assert_str_eq(first.reasoning, "r");
	ck_assert_str_eq(first.finish_reason, "end_turn");
	ck_assert_int_eq(first.finish, FINISH_STOP);
	// What only one of them tells is no sum: it would be a part of the cost.
	ck_assert_int_eq(first.prompt_tokens, -1);
	ck_assert_int_eq(first.completion_tokens, 9);
	ck_assert_int_eq(first.cached_tokens, 3);
	ck_assert_double_nan(first.usd);
	ck_assert_ptr_null(first.continuation);
	ck_assert_ptr_null(more.text);
	completion_finish(&first);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("messages");
	TCase *tests = tcase_create("messages");
	tcase_add_test(tests, a_request_always_has_a_limit_and_never_a_seed);
	tcase_add_test(tests, a_request_holds_all_that_was_set);
	tcase_add_test(tests, no_effort_is_no_thinking_and_two_sources_of_it_are_refused);
	tcase_add_test(tests, what_a_model_said_before_it_paused_is_sent_back);
	tcase_add_loop_test(tests, a_message_is_read_whole_and_streamed_however_it_is_cut, 0,
		(int)F2F_COUNT(replies));
	tcase_add_test(tests, a_pause_comes_with_what_has_to_be_sent_back);
	tcase_add_test(tests, what_was_said_before_and_after_a_pause_is_one_reply);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
