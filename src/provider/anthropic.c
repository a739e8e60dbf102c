#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "provider/body.h"
#include "provider/draft.h"
#include "provider/failure.h"
#include "provider/provider.h"

/* Anthropic's messages, which some other servers speak too: spec harness.md 5.6. */

/* The endpoint insists on a limit; its older models refuse a larger one. */
enum { TOKENS_DEFAULT = 4096 };

/* ---- Requests. */

static int write_effort(struct body *body, const char *effort, struct error *err) {
	if (effort == NULL) {
		return 0;
	}
	bool off = strcmp(effort, "none") == 0;
	const char *key = off ? "thinking" : "output_config";
	if (!body_member(body, key)) {
		return error_set(err, ERROR_USAGE,
			"extra-body sets \"%s\", and --reasoning-effort would: give one of them",
			key);
	}
	buf_append_str(body->out, off ? "{\"type\":\"disabled\"}" : "{\"effort\":");
	if (!off) {
		const char *word = strcmp(effort, "minimal") == 0 ? "low" : effort;
		json_append_string(body->out, word, strlen(word));
		buf_append_char(body->out, '}');
	}
	return 0;
}

static int write_body(struct body *body, const struct model *model, const struct ask *ask,
	const struct capabilities *capabilities, struct error *err) {
	const struct sampling *sampling = &ask->sampling;
	bool temperature = !capabilities_drops(capabilities, PARAMETER_TEMPERATURE);
	if (sampling->temperature > 1) {
		return error_set(err, ERROR_USAGE, "anthropic takes a temperature from 0 to 1");
	}
	body_text(body, "model", model->name);
	body_integer(body, "max_tokens",
		sampling->max_tokens > 0 ? sampling->max_tokens : TOKENS_DEFAULT);
	if (ask->system != NULL && ask->system[0] != '\0') {
		body_text(body, "system", ask->system);
	}
	body_member(body, "messages");
	buf_append_char(body->out, '[');
	body_message(body, "user", ask->prompt);
	if (ask->continuation != NULL) {
		buf_appendf(
			body->out, ",{\"role\":\"assistant\",\"content\":%s}", ask->continuation);
	}
	buf_append_char(body->out, ']');
	body_real(body, "temperature", temperature ? sampling->temperature : NAN);
	body_real(body, "top_p",
		capabilities_drops(capabilities, PARAMETER_TOP_P) ? NAN : sampling->top_p);
	body_texts(body, "stop_sequences", sampling->stop, sampling->stop_count);
	if (ask->stream && !capabilities_drops(capabilities, PARAMETER_STREAM) &&
		body_member(body, "stream")) {
		buf_append_str(body->out, "true");
	}
	int rc = write_effort(body, sampling->reasoning_effort, err);
	return rc < 0 ? rc : body_end(body, err);
}

static void add_headers(const struct model *model, struct http_request *request) {
	if (model->bearer) {
		body_bearer(model, request);
	} else if (model->api_key != NULL && model->api_key[0] != '\0') {
		http_request_header(request, "x-api-key", model->api_key);
	}
	http_request_header(request, "anthropic-version", "2023-06-01");
}

static int build_request(const struct model *model, const struct ask *ask,
	const struct capabilities *capabilities, struct http_request *request_out,
	struct error *err) {
	static const char *const ours[] = {"messages", "model", "n", "seed", "stream", "system"};
	struct body body;
	int rc = body_begin(&body, request_out, model, capabilities, ours, F2F_COUNT(ours), err);
	rc = rc < 0 ? rc : write_body(&body, model, ask, capabilities, err);
	if (rc == 0) {
		body_post(request_out, model, "/v1/messages", ask);
		add_headers(model, request_out);
	}
	body_finish(&body);
	return rc;
}

/* ---- Responses. */

/* Input is told in three parts; a stream tells it at the start, and output growing. */
static void read_usage(struct draft *draft, const json_t *usage) {
	int64_t input = draft_count(usage, "input_tokens");
	int64_t written = draft_count(usage, "cache_creation_input_tokens");
	int64_t cached = draft_count(usage, "cache_read_input_tokens");
	int64_t output = draft_count(usage, "output_tokens");
	if (input >= 0) {
		draft->prompt_tokens =
			input + (written > 0 ? written : 0) + (cached > 0 ? cached : 0);
		draft->cached_tokens = cached;
	}
	if (output >= 0) {
		draft->completion_tokens = output;
	}
	const json_t *details = json_object_get(usage, "output_tokens_details");
	int64_t thinking = draft_count(details, "thinking_tokens");
	thinking = thinking >= 0 ? thinking : draft_count(details, "reasoning_tokens");
	if (thinking >= 0) {
		draft->reasoning_tokens = thinking;
	}
}

static void read_message(struct draft *draft, const json_t *message) {
	draft_keep(&draft->id, message, "id");
	draft_keep(&draft->model, message, "model");
	read_usage(draft, json_object_get(message, "usage"));
}

static void read_stop(struct draft *draft, struct draft_choice *choice, const json_t *from) {
	draft_finish_reason(choice, json_object_get(from, "stop_reason"));
	draft->paused = strcmp(json_string_or(from, "stop_reason", ""), "pause_turn") == 0;
}

static void read_thinking(struct draft *draft, struct draft_choice *choice, const json_t *text) {
	if (json_is_string(text) && json_string_length(text) > 0) {
		draft->reasoning = REASONING_THINKING;
		draft_append(draft, &choice->reasoning, text);
	}
}

static void read_block(struct draft *draft, struct draft_choice *choice, const json_t *block) {
	const char *type = json_string_or(block, "type", "");
	if (strcmp(type, "text") == 0) {
		draft_append(draft, &choice->text, json_object_get(block, "text"));
	} else if (strcmp(type, "thinking") == 0) {
		read_thinking(draft, choice, json_object_get(block, "thinking"));
	}
}

static void read_body(struct draft *draft, const json_t *body) {
	const json_t *content = json_object_get(body, "content");
	if (!json_is_object(body)) {
		draft_break(draft, "the reply is not a JSON object");
		return;
	}
	if (failure_in_body(body)) {
		draft_fail(draft, body);
		return;
	}
	read_message(draft, body);
	if (!json_is_array(content) && !json_is_string(content)) {
		draft_break(draft, "the reply holds no content");
		return;
	}
	struct draft_choice *choice = draft_choice_at(draft, 0);
	draft_append(draft, &choice->text, json_is_string(content) ? content : NULL);
	for (size_t i = 0; i < json_array_size(content); i++) {
		read_block(draft, choice, json_array_get(content, i));
	}
	read_stop(draft, choice, body);
	if (json_array_size(content) > 0) {
		draft->blocks = json_incref((json_t *)content);
	}
	draft->done = true;
}

/* ---- Streams. A block is kept as it would have come at once, for a model that pauses. */

static void begin_block(struct draft *draft, struct draft_choice *choice, const json_t *data) {
	const json_t *block = json_object_get(data, "content_block");
	read_block(draft, choice, block);
	if (json_is_object(block)) {
		draft->blocks = draft->blocks != NULL ? draft->blocks : json_array();
		json_array_append_new(draft->blocks, json_deep_copy(block));
	}
	buf_clear(&draft->piece);
	buf_clear(&draft->signature);
}

static void end_block(struct draft *draft) {
	json_t *block = json_array_get(draft->blocks, json_array_size(draft->blocks) - 1);
	const char *type = json_string_or(block, "type", "");
	const char *key = strcmp(type, "thinking") == 0 ? "thinking" : "text";
	if (draft->piece.len > 0 && json_object_get(block, "input") != NULL) {
		json_t *input = NULL;
		bool repaired = false;
		if (json_parse_repaired(
			    draft->piece.data, draft->piece.len, &input, &repaired, NULL) == 0) {
			json_object_set_new(block, "input", input);
		}
	} else if (draft->piece.len > 0) {
		char *whole =
			xasprintf("%s%s", json_string_or(block, key, ""), buf_str(&draft->piece));
		json_object_set_new(block, key, json_string(whole));
		free(whole);
	}
	if (draft->signature.len > 0) {
		json_object_set_new(block, "signature", json_string(buf_str(&draft->signature)));
	}
	buf_clear(&draft->piece);
	buf_clear(&draft->signature);
}

static void read_delta(struct draft *draft, struct draft_choice *choice, const json_t *delta) {
	const char *type = json_string_or(delta, "type", "");
	if (strcmp(type, "text_delta") == 0) {
		draft_append(draft, &choice->text, json_object_get(delta, "text"));
		draft_append(draft, &draft->piece, json_object_get(delta, "text"));
	} else if (strcmp(type, "thinking_delta") == 0) {
		read_thinking(draft, choice, json_object_get(delta, "thinking"));
		draft_append(draft, &draft->piece, json_object_get(delta, "thinking"));
	} else if (strcmp(type, "signature_delta") == 0) {
		draft_append(draft, &draft->signature, json_object_get(delta, "signature"));
	} else if (strcmp(type, "input_json_delta") == 0) {
		draft_append(draft, &draft->piece, json_object_get(delta, "partial_json"));
	}
}

static void read_event(struct draft *draft, const char *name, const json_t *data) {
	const char *type = json_string_or(data, "type", name);
	struct draft_choice *choice = &draft->choices[0];
	if (!json_is_object(data)) {
		draft_break(draft, "an event of the stream is not a JSON object");
	} else if (strcmp(type, "error") == 0 || json_is_object(json_object_get(data, "error"))) {
		draft_fail(draft, data);
	} else if (strcmp(type, "message_start") == 0) {
		choice->seen = true;
		read_message(draft, json_object_get(data, "message"));
	} else if (strcmp(type, "content_block_start") == 0) {
		choice->seen = true;
		begin_block(draft, choice, data);
	} else if (strcmp(type, "content_block_delta") == 0) {
		choice->seen = true;
		read_delta(draft, choice, json_object_get(data, "delta"));
	} else if (strcmp(type, "content_block_stop") == 0) {
		end_block(draft);
	} else if (strcmp(type, "message_delta") == 0) {
		choice->seen = true;
		read_stop(draft, choice, json_object_get(data, "delta"));
		read_usage(draft, json_object_get(data, "usage"));
	} else if (strcmp(type, "message_stop") == 0) {
		draft->done = choice->seen;
	}
	// Pings, and what a later version may send, are passed over.
}

const struct provider provider_anthropic = {
	.name = "anthropic",
	.summary = "messages: Anthropic, and servers that speak its format",
	.key_env = "ANTHROPIC_API_KEY",
	.token_env = "ANTHROPIC_AUTH_TOKEN",
	.base_url_env = "ANTHROPIC_BASE_URL",
	.base_url = "https://api.anthropic.com",
	.path = "/v1",
	.lacks_n = true,
	.lacks_seed = true,
	.build_request = build_request,
	.add_headers = add_headers,
	.read_body = read_body,
	.read_event = read_event,
};
