#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "provider/body.h"
#include "provider/choices.h"
#include "provider/draft.h"
#include "provider/provider.h"

/* Chat completions as OpenAI defined them and most servers speak them: spec harness.md 5.1, 5.3. */

static int build_request(const struct model *model, const struct ask *ask,
	const struct capabilities *capabilities, struct http_request *request_out,
	struct error *err) {
	static const char *const ours[] = {"messages", "model", "n", "stream"};
	struct body body;
	int rc = body_begin(&body, request_out, model, capabilities, ours, F2F_COUNT(ours), err);
	if (rc == 0) {
		body_text(&body, "model", model->name);
		body_member(&body, "messages");
		buf_append_char(body.out, '[');
		if (ask->system != NULL) {
			body_message(&body, "system", ask->system);
			buf_append_char(body.out, ',');
		}
		body_message(&body, "user", ask->prompt);
		buf_append_char(body.out, ']');
		body_sampling(&body, ask, capabilities);
		if (ask->logprobs && body_member(&body, "logprobs")) {
			buf_append_str(body.out, "true");
		}
		rc = body_end(&body, err);
	}
	if (rc == 0) {
		body_post(request_out, model, "/chat/completions", ask);
		body_bearer(model, request_out);
	}
	body_finish(&body);
	return rc;
}

/* Reasoning has two spellings; some servers fill both with the same text. */
static void read_reasoning(
	struct draft *draft, struct draft_choice *choice, const json_t *message) {
	static const struct {
		const char *key;
		enum reasoning_field field;
	} fields[] = {
		{"reasoning_content", REASONING_CONTENT},
		{"reasoning", REASONING_PLAIN},
	};
	for (size_t i = 0; i < F2F_COUNT(fields); i++) {
		const json_t *value = json_object_get(message, fields[i].key);
		if (json_is_string(value) && json_string_length(value) > 0 &&
			(draft->reasoning == REASONING_UNKNOWN ||
				draft->reasoning == fields[i].field)) {
			draft->reasoning = fields[i].field;
			draft_append(draft, &choice->reasoning, value);
			return;
		}
	}
}

/* A message, or a piece of one. */
static void read_message(struct draft *draft, struct draft_choice *choice, const json_t *message) {
	read_reasoning(draft, choice, message);
	draft_append_content(draft, &choice->text, json_object_get(message, "content"));
	draft_append(draft, &choice->refusal, json_object_get(message, "refusal"));
}

static bool read_choice(struct draft *draft, struct draft_choice *choice, const json_t *from) {
	const json_t *message = json_object_get(from, "message");
	if (!json_is_object(message)) {
		return false;
	}
	read_message(draft, choice, message);
	return true;
}

/* Some put a whole message into their last event: it counts where no piece came. */
static bool read_delta(struct draft *draft, struct draft_choice *choice, const json_t *from) {
	const json_t *delta = json_object_get(from, "delta");
	if (!json_is_object(delta) && choice->text.len == 0) {
		delta = json_object_get(from, "message");
	}
	read_message(draft, choice, delta);
	return true;
}

static void read_body(struct draft *draft, const json_t *body) {
	choices_read_body(draft, body, read_choice);
}

static void read_event(struct draft *draft, const char *name, const json_t *data) {
	choices_read_event(draft, name, data, read_delta);
}

const struct provider provider_openai = {
	.name = "openai",
	.summary = "chat completions: OpenAI, vLLM, llama.cpp, Ollama, OpenRouter",
	.key_env = "OPENAI_API_KEY",
	.base_url_env = "OPENAI_BASE_URL",
	.base_url = "https://api.openai.com/v1",
	.build_request = build_request,
	.add_headers = body_bearer,
	.read_body = read_body,
	.read_event = read_event,
};
