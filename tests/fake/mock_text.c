#include "mock_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mock_stream.h"

uint64_t mock_request_hash(const struct mock_request *request) {
	return mock_fnv(
		mock_fnv(mock_fnv(mock_fnv_start, request->model), request->prompt), request->seed);
}

/* ---- Whole. */

void mock_add_content(struct buf *out, const struct mock_choice *choice) {
	if (choice->content == NULL) {
		buf_append_str(out, "null");
		return;
	}
	buf_append_char(out, '"');
	if (choice->literal) {
		buf_append(out, choice->content, choice->length);
	} else {
		mock_escape(out, choice->content, choice->length);
	}
	buf_append_char(out, '"');
}

void mock_add_text(struct buf *out, const char *text) {
	buf_append_char(out, '"');
	mock_escape(out, text, strlen(text));
	buf_append_char(out, '"');
}

void mock_add_head(const struct mock_request *request, const char *object, struct buf *out) {
	buf_appendf(out,
		"{\"id\":\"mock-%016" PRIx64 "\",\"object\":\"%s\",\"created\":0,\"model\":",
		mock_request_hash(request), object);
	mock_add_text(out, request->model);
}

void mock_add_usage(const struct mock_request *request, const struct mock_completion *completion,
	struct buf *out) {
	if (completion->usage == MOCK_USAGE_FULL) {
		buf_append_str(out, "{\"prompt_tokens\":100,\"completion_tokens\":50,"
				    "\"total_tokens\":150,\"cost\":0.125,"
				    "\"prompt_tokens_details\":{\"cached_tokens\":30},"
				    "\"completion_tokens_details\":{\"reasoning_tokens\":20}}");
		return;
	}
	size_t asked = strlen(request->prompt) / 4;
	size_t written = 0;
	for (size_t i = 0; i < completion->count; i++) {
		written += completion->choices[i].length / 4;
	}
	buf_appendf(out, "{\"prompt_tokens\":%zu,\"completion_tokens\":%zu,\"total_tokens\":%zu}",
		asked, written, asked + written);
}

static void add_message(struct buf *out, const struct mock_choice *choice, bool unknown) {
	buf_append_str(out, "\"message\":{\"role\":\"assistant\",\"content\":");
	mock_add_content(out, choice);
	if (choice->reasoning != NULL) {
		buf_appendf(out, ",\"%s\":", choice->reasoning_key);
		mock_add_text(out, choice->reasoning);
	}
	if (choice->refusal != NULL) {
		buf_append_str(out, ",\"refusal\":");
		mock_add_text(out, choice->refusal);
	}
	buf_appendf(out, "%s}", unknown ? ",\"y\":[]" : "");
}

static void add_openai(const struct mock_request *request, const struct mock_completion *completion,
	struct buf *out) {
	bool chat = request->api == MOCK_CHAT;
	mock_add_head(request, chat ? "chat.completion" : "text_completion", out);
	if (completion->unknown_fields) {
		buf_append_str(out, ",\"a\":[1,{\"b\":null}]");
	}
	buf_append_str(out, ",\"choices\":[");
	for (size_t i = 0; i < completion->count; i++) {
		const struct mock_choice *choice = &completion->choices[i];
		buf_appendf(out, "%s{\"index\":%" PRId64 ",%s", i > 0 ? "," : "", choice->index,
			completion->unknown_fields ? "\"x\":1," : "");
		if (chat) {
			add_message(out, choice, completion->unknown_fields);
		} else {
			buf_append_str(out, "\"text\":");
			mock_add_content(out, choice);
			buf_append_str(out, ",\"logprobs\":null");
		}
		buf_appendf(out, ",\"finish_reason\":\"%s\"}", choice->finish);
	}
	buf_append_char(out, ']');
	if (completion->usage != MOCK_USAGE_NONE) {
		buf_append_str(out, ",\"usage\":");
		mock_add_usage(request, completion, out);
	}
	buf_append_char(out, '}');
}

const char *mock_stop_reason(const char *finish) {
	static const char *const words[][2] = {{"stop", "end_turn"}, {"length", "max_tokens"},
		{"refusal", "refusal"}, {"content_filter", "refusal"},
		{"pause_turn", "pause_turn"}};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i][0], finish) == 0) {
			return words[i][1];
		}
	}
	return "end_turn";
}

void mock_add_messages_usage(const struct mock_request *request,
	const struct mock_completion *completion, struct buf *out) {
	bool full = completion->usage == MOCK_USAGE_FULL;
	buf_appendf(out,
		"{\"input_tokens\":%zu,\"cache_creation_input_tokens\":0,"
		"\"cache_read_input_tokens\":%d,\"output_tokens\":%zu}",
		full ? 70 : strlen(request->prompt) / 4, full ? 30 : 0,
		full ? 50 : completion->choices[0].length / 4);
}

static void add_messages(const struct mock_request *request,
	const struct mock_completion *completion, struct buf *out) {
	const struct mock_choice *choice = &completion->choices[0];
	buf_appendf(out,
		"{\"id\":\"msg_%016" PRIx64
		"\",\"type\":\"message\",\"role\":\"assistant\",\"model\":",
		mock_request_hash(request));
	mock_add_text(out, request->model);
	buf_append_str(out, ",\"content\":[");
	if (choice->reasoning != NULL) {
		buf_append_str(out, "{\"type\":\"thinking\",\"thinking\":");
		mock_add_text(out, choice->reasoning);
		buf_append_str(out, ",\"signature\":\"bW9jaw==\"},"
				    "{\"type\":\"redacted_thinking\",\"data\":\"bW9jaw==\"}");
	}
	if (choice->content != NULL) {
		buf_appendf(out,
			"%s{\"type\":\"text\",\"text\":", choice->reasoning != NULL ? "," : "");
		mock_add_content(out, choice);
		buf_append_char(out, '}');
	}
	buf_appendf(out, "],\"stop_reason\":\"%s\",\"stop_sequence\":null%s",
		mock_stop_reason(choice->finish),
		completion->unknown_fields ? ",\"a\":[1,{\"b\":null}]" : "");
	if (completion->usage != MOCK_USAGE_NONE) {
		buf_append_str(out, ",\"usage\":");
		mock_add_messages_usage(request, completion, out);
	}
	buf_append_char(out, '}');
}

void mock_complete_json(const struct mock_request *request,
	const struct mock_completion *completion, struct buf *out) {
	if (request->api == MOCK_MESSAGES) {
		add_messages(request, completion, out);
	} else {
		add_openai(request, completion, out);
	}
}

void mock_complete(const struct mock_request *request, const struct mock_completion *completion,
	enum mock_stream stream, struct mock_answer *answer) {
	if (request->stream) {
		mock_stream(request, completion, stream, answer);
		return;
	}
	struct buf body = BUF_INIT(MOCK_WIRE_MAX);
	mock_complete_json(request, completion, &body);
	mock_whole(answer, 200, "application/json", "", body.data, body.len);
	buf_finish(&body);
}
