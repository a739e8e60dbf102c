#include "unit.h"

#include <math.h>

#include "base/str.h"
#include "streams.h"

/* Chat completions and legacy completions, streamed: literal bytes, cut in every way. */

#define DELTA(members)                                                                 \
	"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"model\":\"m-1\"," \
	"\"choices\":[{\"index\":0,\"delta\":{" members "},\"finish_reason\":null}]}\n\n"
#define END(reason) \
	"data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" reason "\"}]}\n\n"
#define DONE "data: [DONE]\n\n"

static const struct streamed {
	const char *bytes;
	enum reply_class class;
	const char *text;
	const char *reasoning; // "": none
	enum finish finish;
	const char *says; // part of the message
} streams[] = {
	{DELTA("\"role\":\"assistant\",\"content\":\"\"") DELTA("\"content\":\"by \"")
			DELTA("\"content\":\"simp\"") END("stop") DONE,
		REPLY_OK, "by simp", "", FINISH_STOP, ""},
	{DELTA("\"content\":\"by simp\"") END("length") DONE, REPLY_OK, "by simp", "",
		FINISH_LENGTH, ""},
	{DELTA("\"content\":\"by simp\"") END("stop"), REPLY_OK, "by simp", "", FINISH_STOP, ""},
	{DELTA("\"content\":\"by simp\"") DONE, REPLY_OK, "by simp", "", FINISH_STOP, ""},
	{DELTA("\"content\":\"by simp\"") "data:[DONE] \n", REPLY_OK, "by simp", "", FINISH_STOP,
		""},
	{DELTA("\"role\":\"assistant\"") DELTA("\"reasoning_content\":\"so \"")
			DELTA("\"reasoning_content\":\"what\",\"content\":null")
				DELTA("\"content\":\"rfl\"") END("stop") DONE,
		REPLY_OK, "rfl", "so what", FINISH_STOP, ""},
	{DELTA("\"reasoning\":\"hm\",\"content\":\"\"") DELTA("\"content\":\"rfl\"") END("stop")
			DONE,
		REPLY_OK, "rfl", "hm", FINISH_STOP, ""},
	{DELTA("\"reasoning\":\"hm\",\"reasoning_content\":\"hm\"") DELTA("\"content\":\"rfl\"")
			END("stop") DONE,
		REPLY_OK, "rfl", "hm", FINISH_STOP, ""},
	{DELTA("\"content\":\"<thi\"") DELTA("\"content\":\"nk>hm</thi\"")
			DELTA("\"content\":\"nk>\\nrfl\"") END("stop") DONE,
		REPLY_OK, "rfl", "hm", FINISH_STOP, ""},
	{DELTA("\"content\":\"<think>hm\"") END("stop") DONE, REPLY_OK, "", "hm", FINISH_LENGTH,
		""},
	{DELTA("\"refusal\":\"I will \"") DELTA("\"refusal\":\"not\"") END("stop") DONE, REPLY_OK,
		"I will not", "", FINISH_REFUSED, ""},
	{DELTA("\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"f\"}}]") END("tool_calls")
			DONE,
		REPLY_OK, "", "", FINISH_OTHER, ""},
	{"data: {\"choices\":[{\"index\":0,\"delta\":null,\"finish_reason\":\"stop\"}]}\n\n" DONE,
		REPLY_OK, "", "", FINISH_STOP, ""},
	// A server that goes by another number, and one whose last event is the whole message.
	{"data: {\"choices\":[{\"index\":3,\"delta\":{\"content\":\"a\"}}]}\n\n"
	 "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"z\"}}]}\n\n"
	 "data: {\"choices\":[{\"index\":3,\"delta\":{\"content\":\"b\"},\"finish_reason\":"
	 "\"stop\"}]}\n\n",
		REPLY_OK, "ab", "", FINISH_STOP, ""},
	// Several where one was asked for, the last first.
	{"data: {\"choices\":[{\"index\":3,\"delta\":{\"content\":\"d\"},\"finish_reason\":"
	 "\"length\"}]}\n\n"
	 "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":"
	 "\"stop\"}]}\n\n"
	 "data: {\"choices\":[{\"index\":3,\"delta\":{\"content\":\"D\"}}]}\n\n" DONE,
		REPLY_OK, "a", "", FINISH_STOP, ""},
	{DELTA("\"content\":\"rfl\"") "data: "
				      "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"rfl\"}"
				      ","
				      "\"finish_reason\":\"stop\"}]}\n\n",
		REPLY_OK, "rfl", "", FINISH_STOP, ""},
	{"data: {\"choices\":[{\"index\":0,\"message\":{\"content\":\"rfl\"},\"finish_reason\":"
	 "\"stop\"}]}\n\n",
		REPLY_OK, "rfl", "", FINISH_STOP, ""},
	// Not a stream at all, though one was asked for.
	{"{\"choices\":[{\"index\":0,\"message\":{\"content\":\"rfl\"},\"finish_reason\":\"stop\"}"
	 "]}",
		REPLY_OK, "rfl", "", FINISH_STOP, ""},
	{"\n {\"error\":{\"message\":\"no\",\"code\":429}}", REPLY_RATE_LIMITED, "", "",
		FINISH_STOP, "HTTP 429: no"},
	// Failures: what came is kept.
	{DELTA("\"content\":\"by si\""), REPLY_RETRY, "by si", "", FINISH_OTHER, "in the middle"},
	{DELTA("\"content\":\"by si\"") "data: {\"choices\":[{\"index\":0,\"del", REPLY_BROKEN,
		"by si", "", FINISH_OTHER, "not JSON"},
	{DELTA("\"content\":\"by\"") "data: "
				     "{\"error\":{\"code\":502,\"message\":\"upstream\"}}"
				     "\n\n" DELTA("\"content\":\"simp\"") END("stop") DONE,
		REPLY_RETRY, "by", "", FINISH_OTHER, "HTTP 502: upstream"},
	{DELTA("\"content\":\"by\"") "data: {\"error\":{\"code\":429,\"message\":\"slow "
				     "down\"},\"choices\":[{"
				     "\"index\":0,\"delta\":{\"content\":\"\"},\"finish_reason\":"
				     "\"error\"}]}"
				     "\n\n",
		REPLY_RATE_LIMITED, "by", "", FINISH_OTHER, "slow down"},
	{DELTA("\"content\":\"by\"") "event: error\ndata: {\"message\":\"cuda\"}\n\n", REPLY_RETRY,
		"by", "", FINISH_OTHER, "cuda"},
	{DELTA("\"content\":\"by\"") END("error"), REPLY_RETRY, "by", "", FINISH_OTHER,
		"ended in an error"},
	{DELTA("\"content\":\"by\"") END("abort") DONE, REPLY_RETRY, "by", "", FINISH_OTHER,
		"ended in an error"},
	{": ping\n\n: ping\n\n", REPLY_RETRY, "", "", FINISH_STOP, "no reply"},
	{DONE, REPLY_RETRY, "", "", FINISH_STOP, "no reply"},
	{"data: []\n\n", REPLY_BROKEN, "", "", FINISH_STOP, "not a JSON object"},
	{"data: oops\n\n", REPLY_BROKEN, "", "", FINISH_STOP, "not JSON"},
	{"event: error\ndata: {\"error\":\"no such model\",\"code\":404}\n\n", REPLY_RETRY, "", "",
		FINISH_STOP, "no such model"},
};

static void check(const struct streamed *streamed, size_t step) {
	struct fed fed;
	feed(&fed, "openai", 1, 200, streamed->bytes, strlen(streamed->bytes), step);
	ck_assert_msg(fed.reply.class == streamed->class, "\"%s\" by %zu: class %d: %s",
		streamed->bytes, step, (int)fed.reply.class, fed.reply.message);
	ck_assert_msg(
		strstr(fed.reply.message, streamed->says) != NULL, "\"%s\"", fed.reply.message);
	ck_assert_msg(strcmp(fed.completion.text, streamed->text) == 0, "\"%s\" by %zu: \"%s\"",
		streamed->bytes, step, fed.completion.text);
	ck_assert_str_eq(fed.completion.reasoning != NULL ? fed.completion.reasoning : "",
		streamed->reasoning);
	ck_assert_msg(fed.completion.finish == streamed->finish, "\"%s\": finish %d",
		streamed->bytes, (int)fed.completion.finish);
	ck_assert(!fed.completion.repaired);
	fed_finish(&fed);
}

START_TEST(a_stream_ends_the_same_however_it_is_cut) {
	for (size_t step = 0; step < 40; step++) {
		check(&streams[_i], step);
	}
}
END_TEST

START_TEST(counts_come_in_an_event_without_choices_and_may_grow) {
	static const char bytes[] = DELTA("\"content\":\"∀ x\"") END(
		"stop") "data: "
			"{\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}"
			"\n\n"
			"data: "
			"{\"id\":\"c1\",\"system_fingerprint\":\"fp\",\"choices\":[],\"usage\":{"
			"\"prompt_tokens\":3,\"completion_tokens\":9,\"cost\":0.5,"
			"\"completion_tokens_details\":{\"reasoning_tokens\":4}},\"obfuscation\":"
			"\"xx\"}\n\n" DONE;
	struct fed fed;
	feed(&fed, "openai", 1, 200, bytes, strlen(bytes), 1);
	ck_assert_int_eq(fed.reply.class, REPLY_OK);
	ck_assert_str_eq(fed.completion.text, "∀ x");
	ck_assert_int_eq(fed.completion.prompt_tokens, 3);
	ck_assert_int_eq(fed.completion.completion_tokens, 9);
	ck_assert_int_eq(fed.completion.reasoning_tokens, 4);
	ck_assert_double_eq(fed.completion.usd, 0.5);
	ck_assert_str_eq(fed.completion.request_id, "c1");
	ck_assert_str_eq(fed.completion.model, "m-1");
	ck_assert_str_eq(fed.completion.fingerprint, "fp");
	ck_assert_int_eq(fed.capabilities.stream, SUPPORT_YES);
	ck_assert_int_eq(fed.capabilities.stream_usage, SUPPORT_YES);
	fed_finish(&fed);
}
END_TEST

START_TEST(replies_of_one_request_come_interleaved_and_each_gets_its_own) {
	static const char bytes[] =
		"data: {\"choices\":[{\"index\":2,\"delta\":{\"content\":\"c\"}}]}\n\n"
		"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n"
		"data: {\"choices\":[{\"index\":2,\"delta\":{\"content\":\"C\"}},{\"index\":0,"
		"\"delta\":{\"content\":\"A\"},\"finish_reason\":\"stop\"}]}\n\n"
		"data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"half\"}}]}\n\n"
		"data: {\"choices\":[{\"index\":7,\"delta\":{\"content\":\"stray\"},\"finish_"
		"reason\":\"stop\"}]}\n\n"
		"data: {\"choices\":[{\"index\":2,\"delta\":{},\"finish_reason\":\"length\"}]}\n\n"
		"data: "
		"{\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":9}}\n\n";
	struct fed fed;
	feed(&fed, "openai", 3, 200, bytes, strlen(bytes), 5);
	ck_assert_int_eq(fed.reply.class, REPLY_OK);
	ck_assert(fed.taken);
	ck_assert_str_eq(fed.completion.text, "aA");
	ck_assert_int_eq(fed.completion.completion_tokens, 9);
	// The one that did not end has to be asked for again.
	ck_assert(!reading_take(fed.reading, 1, &fed.completion));
	ck_assert(reading_take(fed.reading, 2, &fed.completion));
	ck_assert_str_eq(fed.completion.text, "cC");
	ck_assert_int_eq(fed.completion.finish, FINISH_LENGTH);
	ck_assert_int_eq(fed.completion.completion_tokens, -1);
	ck_assert(!reading_take(fed.reading, 2, &fed.completion));
	ck_assert(!reading_take(fed.reading, 3, &fed.completion));
	fed_finish(&fed);
}
END_TEST

/* Bodies of several replies, and which of three they fill. */
static const struct {
	const char *bytes;
	const char *texts[3]; // NULL: to be asked for again
} several[] = {
	{"{\"choices\":[{\"index\":2,\"message\":{\"content\":\"c\"}},{\"index\":0,\"message\":{"
	 "\"content\":\"a\"}},{\"index\":1,\"message\":{\"content\":\"b\"}}]}",
		{"a", "b", "c"}},
	{"{\"choices\":[{\"index\":0,\"message\":{\"content\":\"a\"}}]}", {"a", NULL, NULL}},
	{"{\"choices\":[{\"index\":2,\"message\":{\"content\":\"c\"}}]}", {NULL, NULL, "c"}},
	{"{\"choices\":[{\"index\":0,\"message\":{\"content\":\"a\"}},{\"index\":0,\"message\":{"
	 "\"content\":\"b\"}}]}",
		{"a", "b", NULL}},
	{"{\"choices\":[{\"message\":{\"content\":\"a\"}},{\"message\":{\"content\":\"b\"}},{"
	 "\"message\":{\"content\":\"c\"}},{\"message\":{\"content\":\"d\"}}]}",
		{"a", "b", "c"}},
	{"{\"choices\":[{\"index\":1,\"message\":{\"content\":\"b\"}},{\"index\":9,\"message\":{"
	 "\"content\":\"x\"}},null,7]}",
		{"x", "b", NULL}},
	{"{\"choices\":[{\"index\":0,\"message\":{\"content\":\"a\"},\"finish_reason\":\"error\"},"
	 "{\"index\":1,\"message\":{\"content\":\"b\"}},{\"index\":2}]}",
		{NULL, "b", NULL}},
};

START_TEST(choices_are_placed_by_index_and_missing_ones_are_told) {
	struct fed fed;
	feed(&fed, "openai", 3, 200, several[_i].bytes, strlen(several[_i].bytes), 0);
	ck_assert_msg(fed.reply.class == REPLY_OK, "%s", fed.reply.message);
	for (size_t i = 0; i < 3; i++) {
		const char *expected = several[_i].texts[i];
		bool taken = i == 0 ? fed.taken : reading_take(fed.reading, i, &fed.completion);
		ck_assert_msg(taken == (expected != NULL), "%s: %zu", several[_i].bytes, i);
		if (taken) {
			ck_assert_str_eq(fed.completion.text, expected);
		}
	}
	fed_finish(&fed);
}
END_TEST

START_TEST(a_transfer_that_broke_off_leaves_what_came) {
	struct fed fed = {.ask = {.prompt = "p", .stream = true}, .model = {.name = "m"}};
	static const char bytes[] = DELTA("\"reasoning\":\"hm\"") DELTA("\"content\":\"by\"");
	completion_init(&fed.completion);
	fed.reading = reading_create(provider_find("openai"), &fed.model, &fed.ask);
	ck_assert(!reading_has_text(fed.reading));
	reading_feed(fed.reading, bytes, strlen(bytes));
	ck_assert(reading_has_text(fed.reading));
	fed.reply = reading_end(fed.reading, NULL, &fed.capabilities);
	ck_assert_int_eq(fed.reply.class, REPLY_RETRY);
	ck_assert(reading_take(fed.reading, 0, &fed.completion));
	ck_assert_str_eq(fed.completion.text, "by");
	ck_assert_str_eq(fed.completion.reasoning, "hm");
	ck_assert_ptr_null(fed.completion.finish_reason);
	fed_finish(&fed);
}
END_TEST

START_TEST(ill_formed_text_in_a_stream_is_repaired_and_said_so) {
	static const char *const pieces[] = {"a\\ud800", "a\\u0000", "a\xff"};
	for (size_t i = 0; i < F2F_COUNT(pieces); i++) {
		char *bytes = xasprintf("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":"
					"\"%s\"}}]}\n\n%s",
			pieces[i], END("stop"));
		struct fed fed;
		feed(&fed, "openai", 1, 200, bytes, strlen(bytes), 3);
		ck_assert_int_eq(fed.reply.class, REPLY_OK);
		ck_assert_str_eq(fed.completion.text, "a\xef\xbf\xbd");
		ck_assert(fed.completion.repaired);
		fed_finish(&fed);
		free(bytes);
	}
}
END_TEST

START_TEST(a_key_that_is_said_back_is_not_kept) {
	static const char bytes[] =
		"{\"id\":\"sk-0123456789abcdefgh\",\"model\":\"m "
		"sk-0123456789abcdefgh\",\"choices\":"
		"[{\"index\":0,\"message\":{\"content\":\"got sk-0123456789abcdefgh!\"},"
		"\"finish_reason\":\"sk-0123456789abcdefgh\"}]}";
	struct fed fed;
	feed(&fed, "openai", 1, 200, bytes, strlen(bytes), 0);
	ck_assert_str_eq(fed.completion.text, "got [key]!");
	ck_assert(fed.completion.repaired);
	ck_assert_str_eq(fed.completion.model, "m [key]");
	ck_assert_str_eq(fed.completion.request_id, "[key]");
	ck_assert_str_eq(fed.completion.finish_reason, "[key]");
	fed_finish(&fed);
	static const char failure[] = "{\"error\":\"who is sk-0123456789abcdefgh?\"}";
	feed(&fed, "openai", 1, 401, failure, strlen(failure), 4);
	ck_assert_int_eq(fed.reply.class, REPLY_REFUSED_KEY);
	ck_assert_ptr_null(strstr(fed.reply.message, "0123"));
	fed_finish(&fed);
}
END_TEST

START_TEST(token_counts_that_cannot_be_are_not_known) {
	static const char *const counts[] = {"-1", "\"7\"", "null", "1.5", "1e999", "NaN",
		"99999999999999999999", "9223372036854775807", "[]"};
	for (size_t i = 0; i < F2F_COUNT(counts); i++) {
		char *bytes =
			xasprintf("{\"choices\":[{\"index\":0,\"message\":{\"content\":\"x\"}}"
				  "],\"usage\":{\"prompt_tokens\":%s,\"completion_tokens\":2.0,"
				  "\"cost\":%s}}",
				counts[i], i == 3 ? "1e300" : counts[i]);
		struct fed fed;
		feed(&fed, "openai", 1, 200, bytes, strlen(bytes), 0);
		ck_assert_msg(fed.reply.class == REPLY_OK, "%s: %s", counts[i], fed.reply.message);
		ck_assert_str_eq(fed.completion.text, "x");
		ck_assert_int_eq(fed.completion.prompt_tokens, -1);
		ck_assert_int_eq(fed.completion.completion_tokens, 2);
		ck_assert_msg(isnan(fed.completion.usd), "%s: %f", counts[i], fed.completion.usd);
		fed_finish(&fed);
		free(bytes);
	}
}
END_TEST

/* ---- Legacy completions. */

START_TEST(a_legacy_completion_is_read_whole_and_streamed) {
	static const char whole[] =
		"{\"object\":\"text_completion\",\"choices\":[{\"index\":1,\"text\":\"b\"},{"
		"\"index\":"
		"0,\"text\":\"a\",\"finish_reason\":\"length\",\"logprobs\":null}],\"usage\":{"
		"\"completion_tokens\":4}}";
	static const char streamed[] =
		"data: {\"choices\":[{\"index\":0,\"text\":\"a\",\"finish_reason\":null}]}\n\n"
		"data: {\"choices\":[{\"index\":0,\"text\":\"\",\"finish_reason\":\"length\"}],"
		"\"usage\":{\"completion_tokens\":4}}\n\ndata: [DONE]\n\n";
	for (size_t step = 0; step < 9; step++) {
		struct fed fed;
		const char *bytes = step % 2 == 0 ? whole : streamed;
		feed(&fed, "completions", 1, 200, bytes, strlen(bytes), step);
		ck_assert_msg(fed.reply.class == REPLY_OK, "%s", fed.reply.message);
		ck_assert_str_eq(fed.completion.text, "a");
		ck_assert_int_eq(fed.completion.finish, FINISH_LENGTH);
		ck_assert_int_eq(fed.completion.completion_tokens, 4);
		fed_finish(&fed);
	}
}
END_TEST

START_TEST(what_goes_on_in_the_prompts_block_is_read_with_its_beginning) {
	static const char bytes[] = "{\"choices\":[{\"index\":0,\"text\":\"  rfl\\n```\\nDone.\","
				    "\"finish_reason\":\"stop\"}]}";
	static const struct {
		const char *prompt;
		const char *text;
	} cases[] = {
		{"Go on:\n```lean4\ntheorem t : 1 = 1 := by\n",
			"```lean4\ntheorem t : 1 = 1 := by\n  rfl\n```\nDone."},
		{"```lean4\n", "```lean4\n  rfl\n```\nDone."},
		{"```lean\nexample\n```\nNow you:\n~~~lean4\n", "~~~lean4\n  rfl\n```\nDone."},
		{"```lean\nexample\n```\nNow you: ", "  rfl\n```\nDone."},
		{"Prove it.", "  rfl\n```\nDone."},
	};
	for (size_t i = 0; i < F2F_COUNT(cases); i++) {
		struct model model = {.provider = "completions", .name = "m"};
		struct ask ask = {.prompt = cases[i].prompt};
		struct capabilities capabilities = {0};
		struct completion completion;
		struct http_response response = {.status = 200, .body = BUF_INIT(1 << 16)};
		completion_init(&completion);
		buf_append_str(&response.body, bytes);
		struct reply reply = provider_read(provider_find("completions"), &model, &ask,
			&response, &capabilities, &completion);
		ck_assert_int_eq(reply.class, REPLY_OK);
		ck_assert_str_eq(completion.text, cases[i].text);
		completion_finish(&completion);
		buf_finish(&response.body);
	}
}
END_TEST

int main(void) {
	Suite *suite = suite_create("streams");
	TCase *tests = tcase_create("streams");
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(
		tests, a_stream_ends_the_same_however_it_is_cut, 0, (int)F2F_COUNT(streams));
	tcase_add_test(tests, counts_come_in_an_event_without_choices_and_may_grow);
	tcase_add_test(tests, replies_of_one_request_come_interleaved_and_each_gets_its_own);
	tcase_add_loop_test(tests, choices_are_placed_by_index_and_missing_ones_are_told, 0,
		(int)F2F_COUNT(several));
	tcase_add_test(tests, a_transfer_that_broke_off_leaves_what_came);
	tcase_add_test(tests, ill_formed_text_in_a_stream_is_repaired_and_said_so);
	tcase_add_test(tests, a_key_that_is_said_back_is_not_kept);
	tcase_add_test(tests, token_counts_that_cannot_be_are_not_known);
	tcase_add_test(tests, a_legacy_completion_is_read_whole_and_streamed);
	tcase_add_test(tests, what_goes_on_in_the_prompts_block_is_read_with_its_beginning);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
