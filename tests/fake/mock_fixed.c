#include "mock_mode.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"

/* ---- Errors. */

static const char *kind_of(int status) {
	static const struct {
		int status;
		const char *kind;
	} kinds[] = {{400, "invalid_request_error"}, {401, "authentication_error"},
		{402, "billing_error"}, {403, "permission_error"}, {404, "not_found_error"},
		{413, "request_too_large"}, {429, "rate_limit_error"}, {529, "overloaded_error"}};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].status == status) {
			return kinds[i].kind;
		}
	}
	return "api_error";
}

/* The value of "message" in one of our own literal bodies. */
static struct str message_of(const char *body) {
	static const char key[] = "\"message\":\"";
	const char *start = strstr(body, key);
	if (start == NULL) {
		return str_of("something broke");
	}
	start += sizeof(key) - 1;
	return str_slice(start, strcspn(start, "\""));
}

void mock_fail(const struct mock_request *request, struct mock_answer *answer, int status,
	const char *headers, const char *body) {
	if (request->api != MOCK_MESSAGES || !str_starts_with(body, "{")) {
		const char *type = body[0] == '<' ? "text/html" : "application/json";
		mock_whole(answer, status, type, headers, body, strlen(body));
		return;
	}
	struct str message = message_of(body);
	bool money = strstr(body, "insufficient_quota") != NULL;
	char *own = xasprintf(
		"{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":\"%.*s\"%s},"
		"\"request_id\":\"req_mock\"}",
		kind_of(status), STR_ARG(message),
		money ? ",\"details\":{\"error_code\":\"enforced_spend_limit_reached\"}" : "");
	mock_whole(answer, status, "application/json", headers, own, strlen(own));
	free(own);
}

/* ---- Fixed answers. */

struct fixed {
	const char *mode;
	int64_t times; // then plain; 0: always
	int status;
	const char *headers;
	const char *body;
};

#define TEXT_ERROR(text) \
	"{\"error\":{\"message\":\"" text "\",\"type\":\"mock\",\"param\":null,\"code\":null}}"

static const struct fixed fixed[] = {
	{"400", 0, 400, "", TEXT_ERROR("no such field")},
	{"401", 0, 401, "", TEXT_ERROR("Incorrect API key provided: sk-mock-1234567890")},
	{"402", 0, 402, "", "{\"error\":{\"code\":402,\"message\":\"Insufficient credits\"}}"},
	{"403-moderation", 0, 403, "",
		"{\"error\":{\"code\":403,\"message\":\"flagged\",\"metadata\":{\"reasons\":[\"x\"]"
		"}}}"},
	{"404", 0, 404, "",
		"{\"error\":{\"message\":\"The model does not "
		"exist\",\"code\":\"model_not_found\"}}"},
	{"429-after-1", 1, 429, "Retry-After: 1\r\n", TEXT_ERROR("Rate limit reached")},
	{"429-ms", 1, 429, "retry-after-ms: 20\r\n", TEXT_ERROR("Rate limit reached")},
	{"429-99999", 0, 429, "Retry-After: 99999\r\n", TEXT_ERROR("Rate limit reached")},
	{"quota", 0, 429, "",
		"{\"error\":{\"message\":\"You exceeded your current "
		"quota\",\"type\":\"insufficient_quota\",\"param\":null,"
		"\"code\":\"insufficient_quota\"}}"},
	{"context", 0, 400, "",
		"{\"error\":{\"message\":\"This model's maximum context length is 16 "
		"tokens\",\"type\":\"invalid_request_error\","
		"\"param\":\"messages\",\"code\":\"context_length_exceeded\"}}"},
	{"500-once", 1, 500, "", TEXT_ERROR("oops")},
	{"500-twice", 2, 500, "", TEXT_ERROR("oops")},
	{"500", 0, 500, "", TEXT_ERROR("oops")},
	{"html-502", 1, 502, "",
		"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"},
	{"503-loading", 2, 503, "",
		"{\"error\":{\"code\":503,\"message\":\"Loading "
		"model\",\"type\":\"unavailable_error\"}}"},
	{"529", 1, 529, "",
		"{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":"
		"\"Overloaded\"}}"},
	{"error-200", 1, 200, "",
		"{\"id\":\"x\",\"error\":{\"code\":502,\"message\":\"upstream died\"}}"},
	{"error-string", 1, 500, "", "{\"error\":\"something broke\"}"},
	{"empty", 1, 200, "", ""},
	{"truncated-json", 1, 200, "",
		"{\"id\":\"x\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assis"},
};

/* ---- Completions in other shapes. */

static const struct shape {
	const char *mode;
	const char *content; // as it stands between quotes in JSON; NULL: null
	const char *reasoning;
	const char *reasoning_key;
	const char *refusal;
	const char *finish;
	enum mock_usage usage;
	bool unknown_fields;
} shapes[] = {
	{.mode = "null-content", .finish = "length", .usage = MOCK_USAGE_NONE},
	{.mode = "length", .content = "```lean4\\nby\\n  simp [", .finish = "length"},
	{.mode = "reasoning", .content = "by rfl", .reasoning = "hm", .reasoning_key = "reasoning"},
	{.mode = "reasoning-content",
		.content = "by rfl",
		.reasoning = "hm",
		.reasoning_key = "reasoning_content"},
	{.mode = "think", .content = "<think>hm</think>by rfl"},
	{.mode = "unclosed-think", .content = "<think>hm by rfl"},
	{.mode = "no-usage", .content = "by rfl", .usage = MOCK_USAGE_NONE},
	{.mode = "usage", .content = "by rfl", .usage = MOCK_USAGE_FULL},
	{.mode = "unknown-fields", .content = "by rfl", .unknown_fields = true},
	{.mode = "refusal", .refusal = "I cannot help", .finish = "refusal"},
	{.mode = "bad-utf8", .content = "by \xff rfl"},
	{.mode = "surrogate", .content = "by \\ud800 rfl"},
	{.mode = "nul", .content = "by \\u0000 rfl"},
	{.mode = "hostile-text", .content = "by \xff \\ud800 \\udc00\\ud83d \\u0000 \xc3 rfl"},
};

static void answer_shape(
	const struct shape *shape, const struct mock_request *request, struct mock_answer *answer) {
	bool refused = strcmp(shape->mode, "refusal") == 0;
	bool messages = request->api == MOCK_MESSAGES;
	struct mock_choice choice = {
		.content = refused && messages ? "" : shape->content,
		.length = shape->content != NULL ? strlen(shape->content) : 0,
		.literal = true,
		.reasoning = shape->reasoning,
		.reasoning_key = shape->reasoning_key,
		.refusal = messages ? NULL : shape->refusal,
		.finish = shape->finish == NULL || (refused && !messages) ? "stop" : shape->finish,
	};
	struct mock_completion completion = {.choices = &choice,
		.count = 1,
		.usage = shape->usage,
		.unknown_fields = shape->unknown_fields};
	mock_complete(request, &completion, MOCK_STREAM_EVENTS, answer);
}

/* Three, of which the first by index is not a proof. */
static void shuffled(const struct mock_request *request, struct mock_answer *answer) {
	static const struct mock_choice choices[] = {
		{.index = 2, .content = "c", .length = 1, .finish = "stop"},
		{.index = 0, .content = "a", .length = 1, .finish = "stop"},
		{.index = 1, .content = "b", .length = 1, .finish = "stop"},
	};
	struct mock_completion completion = {.choices = choices, .count = 3};
	mock_complete(request, &completion, MOCK_STREAM_EVENTS, answer);
}

static void date_in_a_second(const struct mock_request *request, struct mock_answer *answer) {
	if (request->nth > 1) {
		mock_plain(request, answer);
		return;
	}
	char header[96];
	time_t then = (time_t)(clock_utc() / CLOCK_SECOND) + 1;
	struct tm tm;
	gmtime_r(&then, &tm);
	strftime(header, sizeof(header), "Retry-After: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
	mock_fail(request, answer, 429, header, TEXT_ERROR("Rate limit reached"));
}

static void redirect(const struct mock_request *request, struct mock_answer *answer) {
	// The same server by another name: it would see who follows.
	char header[128];
	snprintf(header, sizeof(header), "Location: http://localhost:%d/stolen\r\n", request->port);
	mock_whole(answer, 307, "text/plain", header, "", 0);
}

bool mock_fixed_answer(
	const char *mode, const struct mock_request *request, struct mock_answer *answer) {
	static const struct {
		const char *mode;
		void (*answer)(const struct mock_request *request, struct mock_answer *answer);
	} others[] = {
		{"429-date", date_in_a_second}, {"redirect", redirect}, {"shuffled", shuffled}};
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (strcmp(others[i].mode, mode) == 0) {
			others[i].answer(request, answer);
			return true;
		}
	}
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		const struct fixed *row = &fixed[i];
		if (strcmp(row->mode, mode) != 0) {
			continue;
		}
		if (row->times > 0 && request->nth > row->times) {
			mock_plain(request, answer);
		} else {
			mock_fail(request, answer, row->status, row->headers, row->body);
		}
		return true;
	}
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		if (strcmp(shapes[i].mode, mode) == 0) {
			answer_shape(&shapes[i], request, answer);
			return true;
		}
	}
	return false;
}

void mock_print_fixed(FILE *out) {
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		fprintf(out, "%s\tstatus %d, %s\n", fixed[i].mode, fixed[i].status,
			fixed[i].times == 0   ? "always"
			: fixed[i].times == 1 ? "once"
					      : "twice");
	}
	fprintf(out, "429-date\tstatus 429 once, Retry-After in a second, as a date\n"
		     "redirect\tstatus 307 to this server by another name\n"
		     "shuffled\tthree choices in the order 2, 0, 1\n");
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		fprintf(out, "%s\ta completion of this shape\n", shapes[i].mode);
	}
}
