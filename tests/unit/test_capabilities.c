#include "unit.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "provider/probe.h"

static char *changes_of(const struct capabilities *capabilities) {
	struct buf out = BUF_INIT(1 << 16);
	capabilities_changes(capabilities, &out);
	return buf_detach(&out);
}

START_TEST(a_refused_field_is_left_out_and_counts_once) {
	struct capabilities c = {0};
	ck_assert(capabilities_refuse(&c, "temperature"));
	ck_assert(capabilities_refuse(&c, "temperature"));
	ck_assert(capabilities_refuse(&c, "stream_options.include_usage"));
	ck_assert(!capabilities_refuse(&c, "messages[0].content"));
	ck_assert(!capabilities_refuse(&c, "temp"));
	ck_assert(!capabilities_refuse(&c, ""));
	ck_assert(capabilities_drops(&c, PARAMETER_TEMPERATURE));
	ck_assert(capabilities_drops(&c, PARAMETER_STREAM_OPTIONS));
	ck_assert(!capabilities_drops(&c, PARAMETER_STREAM));
	ck_assert_uint_eq(c.adjustments, 2);
	char *changes = changes_of(&c);
	ck_assert_str_eq(changes, "[\"temperature is left out\",\"stream_options is left out\"]");
	free(changes);
}
END_TEST

START_TEST(the_limit_is_renamed_both_ways_and_not_for_ever) {
	struct capabilities c = {0};
	ck_assert(capabilities_refuse(&c, "max_tokens"));
	ck_assert_int_eq(c.limit, LIMIT_MAX_COMPLETION_TOKENS);
	// A request that had left before.
	ck_assert(capabilities_refuse(&c, "max_tokens"));
	ck_assert_int_eq(c.limit, LIMIT_MAX_COMPLETION_TOKENS);
	ck_assert_uint_eq(c.adjustments, 1);
	char *changes = changes_of(&c);
	ck_assert_str_eq(changes, "[\"max_tokens is sent as max_completion_tokens\"]");
	free(changes);
	ck_assert(!capabilities_refuse(&c, "max_completion_tokens"));
	c = (struct capabilities){.limit = LIMIT_MAX_COMPLETION_TOKENS};
	ck_assert(capabilities_refuse(&c, "max_completion_tokens"));
	ck_assert_int_eq(c.limit, LIMIT_MAX_TOKENS);
	ck_assert(!capabilities_refuse(&c, "max_tokens"));
}
END_TEST

START_TEST(what_is_known_survives_being_written_down) {
	struct capabilities c = {.stream = SUPPORT_YES,
		.stream_usage = SUPPORT_NO,
		.n = SUPPORT_YES,
		.reasoning = REASONING_PLAIN,
		.context_tokens = 4096,
		.slots = 3};
	struct capabilities again;
	capabilities_refuse(&c, "max_tokens");
	capabilities_refuse(&c, "seed");
	capabilities_refuse(&c, "top_p");
	struct buf first = BUF_INIT(1 << 16);
	struct buf second = BUF_INIT(1 << 16);
	capabilities_write(&c, &first);
	ck_assert_int_eq(capabilities_read(buf_str(&first), &again, NULL), 0);
	capabilities_write(&again, &second);
	ck_assert_str_eq(buf_str(&first), buf_str(&second));
	ck_assert(capabilities_drops(&again, PARAMETER_SEED));
	ck_assert_int_eq(again.limit, LIMIT_MAX_COMPLETION_TOKENS);
	ck_assert_int_eq(again.slots, 3);
	ck_assert_int_eq(capabilities_read("{\"stream\":\"maybe\",\"slots\":-4,\"dropped\":[7,"
					   "\"color\"],\"limit_refused\":3}",
				 &again, NULL),
		0);
	ck_assert_int_eq(again.stream, SUPPORT_UNKNOWN);
	ck_assert_int_eq(again.slots, 0);
	ck_assert_uint_eq(again.dropped, 0);
	ck_assert_int_lt(capabilities_read("{", &again, NULL), 0);
	buf_finish(&first);
	buf_finish(&second);
}
END_TEST

START_TEST(streams_are_for_long_replies_and_where_they_are_taken) {
	struct sampling little = {.max_tokens = 4096};
	struct sampling much = {.max_tokens = 4097};
	struct capabilities c = {0};
	ck_assert(!provider_streams(STREAM_AUTO, &little, &c));
	ck_assert(provider_streams(STREAM_AUTO, &much, &c));
	ck_assert(provider_streams(STREAM_ON, &little, &c));
	ck_assert(!provider_streams(STREAM_OFF, &much, &c));
	c.stream = SUPPORT_NO;
	ck_assert(!provider_streams(STREAM_AUTO, &much, &c));
	ck_assert(provider_streams(STREAM_ON, &much, &c));
	capabilities_refuse(&c, "stream");
	ck_assert(!provider_streams(STREAM_ON, &much, &c));
}
END_TEST

/* ---- Server probes. */

static const struct {
	const char *what;
	int status;
	const char *body;
	enum probe_finding finding;
	const char *line;
	int64_t context;
	int64_t slots;
} answers[] = {
	{"models", 200, "{\"data\":[{\"id\":\"a\"},{\"id\":\"m\",\"max_model_len\":8192}]}",
		PROBE_YES, "2 models, m among them", 8192, 0},
	{"models", 200, "{\"data\":[{\"id\":\"m\",\"context_length\":100}]}", PROBE_YES,
		"1 model, m among them", 100, 0},
	{"models", 200, "{\"data\":[{\"id\":\"mm\"}]}", PROBE_NO, "1 model, not m", 0, 0},
	{"models", 200, "{\"data\":[{\"id\":\"other\"}]}", PROBE_NO, "not m; there is other", 0, 0},
	{"models", 200, "{\"data\":[{}]}", PROBE_NO, "1 model, not m", 0, 0},
	{"models", 200, "{\"data\":[{\"id\":7}]}", PROBE_NO, "1 model, not m", 0, 0},
	{"models", 200, "{\"data\":7}", PROBE_YES, "0 models", 0, 0},
	{"models", 200, "<html>", PROBE_FAILED, "not JSON", 0, 0},
	{"models", 401, "{\"error\":\"who is sk-abcdefgh1234\"}", PROBE_FAILED, "who is [key]", 0,
		0},
	{"models", 404, "", PROBE_NO, "lists no models", 0, 0},
	{"health", 200, "", PROBE_YES, "ok", 0, 0},
	{"health", 200, "{\"status\":\"fine\"}", PROBE_YES, "fine", 0, 0},
	{"health", 503, "{}", PROBE_ABSENT, "", 0, 0},
	{"slots", 200, "{\"total_slots\":4,\"default_generation_settings\":{\"n_ctx\":2048}}",
		PROBE_YES, "4 at once", 2048, 4},
	{"slots", 200, "{\"total_slots\":\"4\"}", PROBE_ABSENT, "", 0, 0},
	{"slots", 404, "{}", PROBE_ABSENT, "", 0, 0},
	{"tags", 200, "{\"models\":[{},{}]}", PROBE_YES, "2 models", 0, 0},
	{"tags", 200, "[]", PROBE_ABSENT, "", 0, 0},
	{"credit", 200, "{\"data\":{\"limit_remaining\":1.5}}", PROBE_YES, "1.50", 0, 0},
	{"credit", 200, "{\"data\":{\"limit_remaining\":0}}", PROBE_FAILED, "0.00", 0, 0},
	{"credit", 200, "{\"data\":{\"limit_remaining\":null}}", PROBE_YES, "no limit", 0, 0},
};

static const struct server_probe *probe_called(const char *what) {
	for (size_t i = 0; server_probe_at(i) != NULL; i++) {
		if (strcmp(server_probe_at(i)->what, what) == 0) {
			return server_probe_at(i);
		}
	}
	return NULL;
}

START_TEST(a_server_says_what_it_is_or_knows_nothing_of_the_question) {
	struct model model = {.name = "m", .base_url = "http://h/v1"};
	struct capabilities capabilities = {0};
	struct buf line = BUF_INIT(1 << 12);
	struct http_response response = {
		.status = answers[_i].status, .body = BUF_INIT(HTTP_BODY_MAX)};
	buf_append_str(&response.body, answers[_i].body);
	enum probe_finding finding = server_probe_read(
		probe_called(answers[_i].what), &model, &response, &capabilities, &line);
	ck_assert_msg(finding == answers[_i].finding, "%s: %d: %s", answers[_i].body, (int)finding,
		buf_str(&line));
	ck_assert_msg(strstr(buf_str(&line), answers[_i].line) != NULL, "\"%s\"", buf_str(&line));
	ck_assert_int_eq(capabilities.context_tokens, answers[_i].context);
	ck_assert_int_eq(capabilities.slots, answers[_i].slots);
	buf_finish(&response.body);
	buf_finish(&line);
}
END_TEST

START_TEST(a_probe_goes_to_the_same_host_with_the_key_of_its_format) {
	static const struct {
		const char *provider;
		const char *base;
		const char *what;
		const char *url;
		const char *header;
	} cases[] = {
		{"openai", "http://h:1/v1/", "models", "http://h:1/v1/models", "Authorization"},
		{"openai", "http://h:1/api/v1?x=1", "health", "http://h:1/health", "Authorization"},
		{"anthropic", "https://h", "models", "https://h/v1/models", "x-api-key"},
		{"anthropic", "https://h/v1", "models", "https://h/v1/models", "x-api-key"},
		{"completions", "http://h/v1", "slots", "http://h/props", "Authorization"},
	};
	for (size_t i = 0; i < F2F_COUNT(cases); i++) {
		struct model model = {.name = "m", .base_url = cases[i].base, .api_key = "k"};
		struct http_request request;
		bool sent = false;
		http_request_init(&request);
		server_probe_request(probe_called(cases[i].what), provider_find(cases[i].provider),
			&model, &request);
		ck_assert_str_eq(request.url, cases[i].url);
		ck_assert_str_eq(request.method, "GET");
		for (size_t h = 0; h < request.header_count; h++) {
			sent = sent || strcmp(request.headers[h].name, cases[i].header) == 0;
		}
		ck_assert(sent);
		http_request_finish(&request);
	}
}
END_TEST

/* ---- Foreign JSON. */

static const struct {
	const char *bytes;
	const char *written; // NULL: refused
	bool repaired;
} foreign[] = {
	{"{\"a\":1}", "{\"a\":1}", false},
	{"{\"a\":NaN,\"b\":[-Infinity,Infinity]}", "{\"a\":null,\"b\":[null,null]}", true},
	{"{\"a\":\"NaN\",\"b\":1e999}", "{\"a\":\"NaN\",\"b\":null}", true},
	{"{\"a\":1,\"a\":2}", "{\"a\":2}", true},
	{"{\"a\":12345678901234567890}", "{\"a\":1.23456789012346e19}", true},
	{"{\"a\":NaNs}", NULL, false},
	{"{\"a\":-}", NULL, false},
};

START_TEST(what_is_no_json_by_the_letter_is_repaired_and_said_so) {
	json_t *value = NULL;
	bool repaired = false;
	int rc = json_parse_repaired(
		foreign[_i].bytes, strlen(foreign[_i].bytes), &value, &repaired, NULL);
	ck_assert_int_eq(rc == 0, foreign[_i].written != NULL);
	if (rc == 0) {
		struct buf out = BUF_INIT(1 << 12);
		json_append(&out, value, false);
		ck_assert_str_eq(buf_str(&out), foreign[_i].written);
		ck_assert_int_eq(repaired, foreign[_i].repaired);
		buf_finish(&out);
	}
	json_decref(value);
}
END_TEST

START_TEST(millions_of_values_are_refused_unread) {
	struct buf bytes = BUF_INIT(HTTP_BODY_MAX);
	json_t *value = NULL;
	bool repaired = false;
	buf_append_char(&bytes, '[');
	for (int i = 0; i < 1 << 20; i++) {
		buf_append_str(&bytes, "[],");
	}
	buf_append_str(&bytes, "[]]");
	ck_assert_int_lt(json_parse_repaired(bytes.data, bytes.len, &value, &repaired, NULL), 0);
	// As many brackets within a text are a text.
	buf_clear(&bytes);
	buf_append_str(&bytes, "{\"a\":\"");
	for (int i = 0; i < 1 << 20; i++) {
		buf_append_str(&bytes, "[]\\\",");
	}
	buf_append_str(&bytes, "\"}");
	ck_assert_int_eq(json_parse_repaired(bytes.data, bytes.len, &value, &repaired, NULL), 0);
	json_decref(value);
	buf_finish(&bytes);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("capabilities");
	TCase *tests = tcase_create("capabilities");
	tcase_add_test(tests, a_refused_field_is_left_out_and_counts_once);
	tcase_add_test(tests, the_limit_is_renamed_both_ways_and_not_for_ever);
	tcase_add_test(tests, what_is_known_survives_being_written_down);
	tcase_add_test(tests, streams_are_for_long_replies_and_where_they_are_taken);
	tcase_add_loop_test(tests, a_server_says_what_it_is_or_knows_nothing_of_the_question, 0,
		(int)F2F_COUNT(answers));
	tcase_add_test(tests, a_probe_goes_to_the_same_host_with_the_key_of_its_format);
	tcase_add_loop_test(tests, what_is_no_json_by_the_letter_is_repaired_and_said_so, 0,
		(int)F2F_COUNT(foreign));
	tcase_add_test(tests, millions_of_values_are_refused_unread);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
