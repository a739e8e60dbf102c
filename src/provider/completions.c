#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "core/extract.h"
#include "provider/body.h"
#include "provider/choices.h"
#include "provider/draft.h"
#include "provider/provider.h"

/*
 * Legacy completions: a text that the model goes on with, spec harness.md 5.2. Provers that were
 * never tuned for chat are asked this way, with prompts that end inside a Lean block.
 */

/* What the endpoint would use by itself is 16. */
enum { TOKENS_DEFAULT = 2048 };

static int build_request(const struct model *model, const struct ask *ask,
	const struct capabilities *capabilities, struct http_request *request_out,
	struct error *err) {
	static const char *const ours[] = {
		"best_of", "echo", "model", "n", "prompt", "stream", "suffix"};
	struct body body;
	int rc = ask->sampling.reasoning_effort != NULL
			 ? error_set(err, ERROR_USAGE,
				   "completions has no --reasoning-effort: the prompt decides")
			 : 0;
	if (rc < 0) {
		return rc;
	}
	rc = body_begin(&body, request_out, model, capabilities, ours, F2F_COUNT(ours), err);
	if (rc == 0) {
		char *prompt = ask->system != NULL && ask->system[0] != '\0'
				       ? xasprintf("%s\n\n%s", ask->system, ask->prompt)
				       : xstrdup(ask->prompt);
		struct ask bounded = *ask;
		if (bounded.sampling.max_tokens <= 0) {
			bounded.sampling.max_tokens = TOKENS_DEFAULT;
		}
		body_text(&body, "model", model->name);
		body_text(&body, "prompt", prompt);
		body_sampling(&body, &bounded, capabilities);
		if (ask->logprobs) {
			body_integer(&body, "logprobs", 1);
		}
		rc = body_end(&body, err);
		free(prompt);
	}
	if (rc == 0) {
		body_post(request_out, model, "/completions", ask);
		body_bearer(model, request_out);
	}
	body_finish(&body);
	return rc;
}

/*
 * Where the prompt ends inside a code block, the reply goes on in it: without the block's beginning
 * it could not be told where the code starts.
 */
static char *lead(const struct ask *ask) {
	struct code_block blocks[CODE_BLOCKS_MAX];
	size_t length = strlen(ask->prompt);
	size_t count = extract_blocks(ask->prompt, length, blocks, CODE_BLOCKS_MAX);
	if (count == 0 || !blocks[count - 1].fenced || blocks[count - 1].closed) {
		return NULL;
	}
	const char *start = blocks[count - 1].data;
	if (start > ask->prompt) {
		start--; // the line feed that ends the fence's own line
	}
	while (start > ask->prompt && start[-1] != '\n') {
		start--;
	}
	return xstrdup(start);
}

static bool read_choice(struct draft *draft, struct draft_choice *choice, const json_t *from) {
	const json_t *text = json_object_get(from, "text");
	draft_append(draft, &choice->text, text);
	return json_is_string(text) || json_is_null(text);
}

static void read_body(struct draft *draft, const json_t *body) {
	choices_read_body(draft, body, read_choice);
}

static void read_event(struct draft *draft, const char *name, const json_t *data) {
	choices_read_event(draft, name, data, read_choice);
}

const struct provider provider_completions = {
	.name = "completions",
	.summary = "legacy completions: base models and provers that go on with a text",
	.key_env = "OPENAI_API_KEY",
	.base_url_env = "OPENAI_BASE_URL",
	.lacks_effort = true,
	.build_request = build_request,
	.add_headers = body_bearer,
	.read_body = read_body,
	.read_event = read_event,
	.lead = lead,
};
