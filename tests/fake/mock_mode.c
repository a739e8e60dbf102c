#include "mock_mode.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

/* ---- The usual. */

static void say_as(const struct mock_request *request, const char *content, enum mock_stream stream,
	struct mock_answer *answer) {
	struct mock_choice choice = {
		.content = content, .length = strlen(content), .finish = "stop"};
	struct mock_completion completion = {.choices = &choice, .count = 1};
	mock_complete(request, &completion, stream, answer);
}

void mock_say(const struct mock_request *request, const char *content, struct mock_answer *answer) {
	say_as(request, content, MOCK_STREAM_EVENTS, answer);
}

/* Choice 0 is what the request alone would get; the others differ. */
static char *proof_of(const struct mock_request *request, int64_t index) {
	uint64_t hash = mock_request_hash(request);
	if (index > 0) {
		char digits[24];
		snprintf(digits, sizeof(digits), "%" PRId64, index);
		hash = mock_fnv(hash, digits);
	}
	return xasprintf("```lean4\nby mock_%016" PRIx64 "\n```", hash);
}

/* So many choices, last first; in a stream they take turns. */
static void several(const struct mock_request *request, int64_t count, enum mock_stream stream,
	struct mock_answer *answer) {
	count = count < 1 ? 1 : count > 128 ? 128 : count;
	struct mock_choice *choices = xcalloc((size_t)count, sizeof(*choices));
	char **texts = xcalloc((size_t)count, sizeof(*texts));
	for (int64_t i = 0; i < count; i++) {
		int64_t index = count - 1 - i;
		texts[i] = proof_of(request, index);
		choices[i] = (struct mock_choice){.index = index,
			.content = texts[i],
			.length = strlen(texts[i]),
			.finish = "stop"};
	}
	struct mock_completion completion = {.choices = choices, .count = (size_t)count};
	mock_complete(request, &completion, stream, answer);
	for (int64_t i = 0; i < count; i++) {
		free(texts[i]);
	}
	free(texts);
	free(choices);
}

void mock_plain_as(
	const struct mock_request *request, enum mock_stream stream, struct mock_answer *answer) {
	several(request, request->api == MOCK_MESSAGES ? 1 : request->n, stream, answer);
}

void mock_plain(const struct mock_request *request, struct mock_answer *answer) {
	mock_plain_as(request, MOCK_STREAM_EVENTS, answer);
}

int64_t mock_mode_number(const char *mode, const char *prefix) {
	int64_t number;
	return str_starts_with(mode, prefix) && str_to_int64(mode + strlen(prefix), &number) &&
			       number >= 0
		       ? number
		       : -1;
}

/* ---- A prover. */

/*
 * The last line that begins with theorem or lemma, up to the last ":=" after it; white space
 * squeezed. Owned; NULL: none.
 */
static char *statement_of(const char *prompt) {
	const char *start = NULL;
	const char *end = NULL;
	for (const char *line = prompt; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (str_starts_with(line, "theorem ") || str_starts_with(line, "lemma ")) {
			start = line;
		}
	}
	for (const char *at = start; at != NULL && (at = strstr(at, ":=")) != NULL; at++) {
		const char *after = at + 2 + strspn(at + 2, " \t\n");
		end = str_starts_with(after, "by") ? at : end;
	}
	if (end == NULL) {
		return NULL;
	}
	struct buf out = BUF_INIT((size_t)(end - start) + 1);
	for (const char *c = start; c < end; c++) {
		bool space = isspace((unsigned char)*c);
		if (!space) {
			buf_append_char(&out, *c);
		} else if (out.len > 0 && out.data[out.len - 1] != ' ') {
			buf_append_char(&out, ' ');
		}
	}
	while (out.len > 0 && out.data[out.len - 1] == ' ') {
		buf_truncate(&out, out.len - 1);
	}
	return buf_detach(&out);
}

/*
 * With h = FNV-1a 64 of the squeezed statement and a line feed: the tactic is number h % 8, the
 * layout number (h / 8) % 6: 0 the proof in a fence; 1 the whole theorem in a fence; 2 the bare
 * proof; 3 thoughts in think tags, then the whole theorem; 4 prose, a draft in a fence, then the
 * whole theorem in a fence; 5 prose only, no code.
 */
static void prove(const struct mock_request *request, struct mock_answer *answer) {
	static const char *const tactics[] = {
		"rfl", "decide", "simp", "omega", "norm_num", "linarith", "nlinarith", "trivial"};
	char *statement = statement_of(request->prompt);
	if (statement == NULL) {
		mock_say(request, "I see no theorem.", answer);
		return;
	}
	uint64_t hash = mock_fnv(mock_fnv_start, statement);
	const char *tactic = tactics[hash % 8];
	char *content = NULL;
	switch (hash / 8 % 6) {
	case 0:
		content = xasprintf("```lean4\nby\n  %s\n```", tactic);
		break;
	case 1:
		content = xasprintf("```lean4\n%s := by\n  %s\n```", statement, tactic);
		break;
	case 2:
		content = xasprintf("by\n  %s\n", tactic);
		break;
	case 3:
		content = xasprintf("<think>\nMaybe ring?\n```lean4\nby "
				    "ring\n```\n</think>\n```lean4\n%s := by\n  %s\n```",
			statement, tactic);
		break;
	case 4:
		content = xasprintf("First a draft:\n\n```lean4\n%s := by\n  sorry\n```\n\nNow the "
				    "proof:\n\n```lean4\n"
				    "%s := by\n  %s\n```\nIt uses one tactic.",
			statement, statement, tactic);
		break;
	default:
		content = xstrdup("I believe that this holds, but I cannot prove it.");
		break;
	}
	mock_say(request, content, answer);
	free(content);
	free(statement);
}

/* ---- Modes. */

static void echo(const struct mock_request *request, struct mock_answer *answer) {
	mock_say(request, request->raw, answer);
}

static void echo_headers(const struct mock_request *request, struct mock_answer *answer) {
	struct buf lines = BUF_INIT(1 << 20);
	for (const char *c = request->headers; *c != '\0'; c++) {
		if (*c != '\r') {
			buf_append_char(&lines, *c);
		}
	}
	mock_say(request, buf_str(&lines), answer);
	buf_finish(&lines);
}

static void n_shuffled(const struct mock_request *request, struct mock_answer *answer) {
	several(request, request->n > 1 ? request->n : 4, MOCK_STREAM_EVENTS, answer);
}

static void n_ignored(const struct mock_request *request, struct mock_answer *answer) {
	several(request, 1, MOCK_STREAM_EVENTS, answer);
}

static void n_fewer(const struct mock_request *request, struct mock_answer *answer) {
	several(request, request->n / 2, MOCK_STREAM_EVENTS, answer);
}

static void unsupported(
	const struct mock_request *request, struct mock_answer *answer, const char *param) {
	if (json_object_get(request->body, param) == NULL) {
		mock_plain(request, answer);
		return;
	}
	char *body = xasprintf(
		"{\"error\":{\"message\":\"Unsupported parameter: '%s' is not supported with this "
		"model.\",\"type\":\"invalid_request_error\",\"param\":\"%s\","
		"\"code\":\"unsupported_parameter\"}}",
		param, param);
	mock_fail(request, answer, 400, "", body);
	free(body);
}

static void no_max_tokens(const struct mock_request *request, struct mock_answer *answer) {
	unsupported(request, answer, "max_tokens");
}

static void no_temperature(const struct mock_request *request, struct mock_answer *answer) {
	unsupported(request, answer, "temperature");
}

/* Some models only stream; so no test of streams passes without one. */
static void stream_only(const struct mock_request *request, enum mock_stream stream, int64_t times,
	struct mock_answer *answer) {
	if (!request->stream) {
		mock_fail(request, answer, 400, "",
			"{\"error\":{\"message\":\"This model only supports stream mode.\","
			"\"type\":\"invalid_request_error\",\"param\":\"stream\",\"code\":null}}");
		return;
	}
	bool as_told = times == 0 || request->nth <= times;
	mock_plain_as(request, as_told ? stream : MOCK_STREAM_EVENTS, answer);
}

static void sse(const struct mock_request *request, struct mock_answer *answer) {
	stream_only(request, MOCK_STREAM_EVENTS, 0, answer);
}

static void sse_bytes(const struct mock_request *request, struct mock_answer *answer) {
	stream_only(request, MOCK_STREAM_BYTES, 0, answer);
}

static void sse_lines(const struct mock_request *request, struct mock_answer *answer) {
	stream_only(request, MOCK_STREAM_LINES, 0, answer);
}

static void sse_error(const struct mock_request *request, struct mock_answer *answer) {
	stream_only(request, MOCK_STREAM_ERROR, 1, answer);
}

static void sse_cut(const struct mock_request *request, struct mock_answer *answer) {
	stream_only(request, MOCK_STREAM_CUT, 1, answer);
}

static void sse_halt(const struct mock_request *request, struct mock_answer *answer) {
	stream_only(request, MOCK_STREAM_HALT, 1, answer);
}

static void sse_two(const struct mock_request *request, struct mock_answer *answer) {
	if (!request->stream) {
		stream_only(request, MOCK_STREAM_EVENTS, 0, answer);
		return;
	}
	several(request, request->n > 2 ? request->n : 2, MOCK_STREAM_EVENTS, answer);
}

/* Asks for its own words to be sent back; then it goes on where it stopped. */
static void pause_turn(const struct mock_request *request, struct mock_answer *answer) {
	const json_t *messages = json_object_get(request->body, "messages");
	const json_t *last = json_array_get(messages, json_array_size(messages) - 1);
	const char *role = json_string_value(json_object_get(last, "role"));
	bool goes_on = role != NULL && strcmp(role, "assistant") == 0;
	const char *text = goes_on ? "  mock_rest\n```" : "```lean4\nby\n";
	struct mock_choice choice = {
		.content = text, .length = strlen(text), .finish = goes_on ? "stop" : "pause_turn"};
	struct mock_completion completion = {.choices = &choice, .count = 1};
	mock_complete(request, &completion, MOCK_STREAM_EVENTS, answer);
}

static const struct mode {
	const char *name;
	void (*answer)(const struct mock_request *request, struct mock_answer *answer);
	const char *what;
} modes[] = {
	{"echo", echo, "the request's body as content"},
	{"echo-headers", echo_headers, "the request's headers as content"},
	{"limited", mock_plain, "plain within --rpm and --tpm, else 429"},
	{"n-fewer", n_fewer, "half as many choices as asked for"},
	{"n-ignored", n_ignored, "one choice whatever n says"},
	{"n-shuffled", n_shuffled, "n choices (4 without n), the last first"},
	{"pause-turn", pause_turn, "stops with pause_turn, goes on when sent its words back"},
	{"plain", mock_plain, "```lean4 by mock_HASH ```, HASH of model, prompt, seed"},
	{"prove", prove, "a proof for the last theorem of the prompt, see mock_mode.c"},
	{"sse", sse, "a stream; an error when none is asked for, as with all sse-…"},
	{"sse-bytes", sse_bytes, "a stream, each byte a chunk and a packet of its own"},
	{"sse-cut", sse_cut, "once: a stream that ends politely in the middle"},
	{"sse-error", sse_error, "once: a stream with an error event in the middle"},
	{"sse-halt", sse_halt, "once: a stream that falls silent in the middle"},
	{"sse-lines", sse_lines, "a stream with CR LF, comments, several data lines, a BOM"},
	{"sse-two", sse_two, "a stream of two choices that take turns"},
	{"unsupported-max-tokens", no_max_tokens, "400 when max_tokens is sent"},
	{"unsupported-temperature", no_temperature, "400 when temperature is sent"},
};

/* ---- The fifty: harness.md 5.8. */

static const struct behaviour {
	const char *mode;
	const char *provider;
	const char *options; // of f2f eval, for what is expected
	int exit;
	const char *outcome; // "pending"; "missing:endpoint"; "none": nothing is recorded
	int attempts; // a sample
	const char *what;
} behaviours[] = {
	{"plain", "openai", "", 0, "pending", 1, "plain"},
	{"delay-50", "openai", "", 0, "pending", 1, "a delay of N ms: delay-N"},
	{"n-shuffled", "openai", "", 0, "pending", 1, "n=4, choices shuffled"},
	{"n-ignored", "openai", "-n 4", 0, "pending", 1, "n ignored: the rest is asked for"},
	{"n-fewer", "openai", "-n 4", 0, "pending", 1, "fewer choices than n: likewise"},
	{"null-content", "openai", "", 0, "truncated", 1, "content null, finish_reason length"},
	{"reasoning-content", "openai", "", 0, "pending", 1, "reasoning in reasoning_content"},
	{"reasoning", "openai", "", 0, "pending", 1, "reasoning in reasoning"},
	{"think", "openai", "", 0, "pending", 1, "think tags in the content"},
	{"unclosed-think", "openai", "", 0, "truncated", 1, "a think tag that is not closed"},
	{"no-usage", "openai", "", 0, "pending", 1, "no usage: tokens unknown, not zero"},
	{"usage", "openai", "", 0, "pending", 1, "usage with details and cost"},
	{"unknown-fields", "openai", "", 0, "pending", 1, "fields nobody knows"},
	{"unsupported-max-tokens", "openai", "", 0, "pending", 2, "400 unsupported max_tokens"},
	{"context", "openai", "", 0, "context", 1, "400 context length exceeded"},
	{"401", "openai", "", 5, "none", 0, "401: the endpoint is stopped"},
	{"402", "openai", "", 75, "none", 0, "402: no credit, stopped"},
	{"404", "openai", "", 5, "none", 0, "404: unknown model, stopped"},
	{"429-after-1", "openai", "", 0, "pending", 2, "429 with Retry-After in seconds"},
	{"429-date", "openai", "", 0, "pending", 2, "429 with Retry-After as a date"},
	{"429-ms", "openai", "", 0, "pending", 2, "429 with retry-after-ms"},
	{"quota", "openai", "", 75, "none", 0, "429 quota: not retried"},
	{"429-99999", "openai", "", 75, "none", 0, "Retry-After 99999: not waited for"},
	{"500-twice", "openai", "", 0, "pending", 3, "500 twice, then well"},
	{"503-loading", "openai", "", 0, "pending", 3, "503 loading twice, then well"},
	{"529", "openai", "", 0, "pending", 2, "529 overloaded once"},
	{"error-200", "openai", "", 0, "pending", 2, "an error in a 200 body once"},
	{"error-string", "openai", "", 0, "pending", 2, "500 with the error as a string once"},
	{"html-502", "openai", "", 0, "pending", 2, "502 with a page of HTML once"},
	{"empty", "openai", "", 0, "pending", 2, "an empty body once"},
	{"truncated-json", "openai", "", 0, "pending", 2, "JSON that ends early once"},
	{"cut-once", "openai", "", 0, "pending", 2,
		"content-length too long, reset in mid-body once"},
	{"hang", "openai", "--max-retries 2 --request-timeout 0.3", 75, "missing:endpoint", 3,
		"accepts, never answers"},
	{"slow-1000", "openai", "--max-retries 2 --request-timeout 0.3", 75, "missing:endpoint", 3,
		"a byte a second"},
	{"gzip", "openai", "", 0, "pending", 1, "gzip"},
	{"chunked", "openai", "", 0, "pending", 1, "chunked"},
	{"sse-bytes", "openai", "--stream on", 0, "pending", 1, "a stream split at every byte"},
	{"sse-lines", "openai", "--stream on", 0, "pending", 1,
		"a stream with CR LF, comments, data on several lines"},
	{"sse-error", "openai", "--stream on", 0, "pending", 2, "an error in mid-stream once"},
	{"sse-cut", "openai", "--stream on", 0, "pending", 2, "a stream without DONE once"},
	{"sse-two", "openai", "--stream on", 0, "pending", 1, "a stream of n=2, interleaved"},
	{"sse", "openai", "--stream on", 0, "pending", 1, "a stream with a usage chunk"},
	{"sse", "anthropic", "--stream on", 0, "pending", 1, "messages: all events, with pings"},
	{"sse-error", "anthropic", "--stream on", 0, "pending", 2, "messages: an error event once"},
	{"refusal", "openai", "", 0, "refused", 1, "a refusal (pause-turn: is sent back)"},
	{"hostile-text", "openai", "", 0, "rejected", 1,
		"invalid UTF-8, lone surrogates, NUL: repaired and flagged"},
	{"body-64", "openai", "", 0, "no_code", 1, "a body of exactly 64 MiB"},
	{"redirect", "openai", "", 5, "none", 0, "a redirect to another host: not followed"},
	{"stale", "openai", "", 0, "pending", 1, "closes kept connections as they are used again"},
	{"limited", "openai", "--rpm 600", 0, "pending", 1, "an enforced bucket (--rpm, --tpm)"},
};

enum { BEHAVIOURS = sizeof(behaviours) / sizeof(behaviours[0]) };

static const char *resolve(const char *mode) {
	int64_t number;
	mode = str_starts_with(mode, "mock/") ? mode + 5 : mode;
	bool numbered = str_to_int64(mode, &number) && number >= 1 && number <= BEHAVIOURS;
	return numbered ? behaviours[number - 1].mode : mode;
}

bool mock_mode_is_limited(const char *mode) {
	return strcmp(resolve(mode), "limited") == 0;
}

void mock_mode_answer(
	const char *mode, const struct mock_request *request, struct mock_answer *answer) {
	mode = resolve(mode);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(modes[i].name, mode) == 0) {
			modes[i].answer(request, answer);
			return;
		}
	}
	if (!mock_broken_answer(mode, request, answer) &&
		!mock_fixed_answer(mode, request, answer)) {
		mock_fail(request, answer, 404, "",
			"{\"error\":{\"message\":\"no such mock\",\"code\":\"model_not_found\"}}");
	}
}

void mock_print_behaviours(FILE *out) {
	for (int i = 0; i < BEHAVIOURS; i++) {
		const struct behaviour *row = &behaviours[i];
		fprintf(out, "%d\t%s\t%s\t%s\t%d\t%s\t%d\t%s\n", i + 1, row->mode, row->provider,
			row->options, row->exit, row->outcome, row->attempts, row->what);
	}
}

void mock_print_modes(FILE *out) {
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		fprintf(out, "%s\t%s\n", modes[i].name, modes[i].what);
	}
	mock_print_broken(out);
	mock_print_fixed(out);
}
