/* Chat completions as OpenAI, vLLM, llama.cpp, Ollama and OpenRouter serve them. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "provider/openai_reply.h"

static void add_message(json_t *messages, const char *role, const char *content) {
	json_array_append_new(messages, json_pack("{s:s, s:s}", "role", role, "content", content));
}

static void add_sampling(
	json_t *body, const struct sampling *sampling, const struct provider_state *state) {
	if (!isnan(sampling->temperature) && !state->drop_temperature) {
		json_object_set_new(body, "temperature", json_real(sampling->temperature));
	}
	if (!isnan(sampling->top_p) && !state->drop_top_p) {
		json_object_set_new(body, "top_p", json_real(sampling->top_p));
	}
	if (sampling->max_tokens > 0) {
		json_object_set_new(body,
			state->max_completion_tokens ? "max_completion_tokens" : "max_tokens",
			json_integer(sampling->max_tokens));
	}
	if (sampling->send_seed && !state->drop_seed) {
		json_object_set_new(body, "seed", json_integer((json_int_t)sampling->seed));
	}
}

static int merge_extra(json_t *body, const char *extra_body, struct error *err) {
	json_t *extra = NULL;
	int rc = json_parse(extra_body, strlen(extra_body), &extra, err);
	if (rc == 0) {
		json_object_update(body, extra);
		json_decref(extra);
	}
	return rc;
}

static int build_request(const struct model *model, const struct ask *ask,
	const struct provider_state *state, struct http_request *request_out, struct error *err) {
	json_t *messages = json_array();
	json_t *body = json_pack("{s:s, s:o}", "model", model->name, "messages", messages);
	if (ask->system != NULL) {
		add_message(messages, "system", ask->system);
	}
	add_message(messages, "user", ask->prompt);
	add_sampling(body, &ask->sampling, state);
	int rc = model->extra_body != NULL ? merge_extra(body, model->extra_body, err) : 0;
	if (rc == 0) {
		json_append(&request_out->body, body, false);
		request_out->method = xstrdup("POST");
		request_out->url = xasprintf("%s%schat/completions", model->base_url,
			str_ends_with(model->base_url, "/") ? "" : "/");
		http_request_header(request_out, "Content-Type", "application/json");
		http_request_header(request_out, "Accept", "application/json");
	}
	if (rc == 0 && model->api_key != NULL) {
		char *value = xasprintf("Bearer %s", model->api_key);
		http_request_header(request_out, "Authorization", value);
		free(value);
	}
	json_decref(body);
	return rc;
}

const struct provider provider_openai = {
	.name = "openai",
	.summary = "chat completions: OpenAI, vLLM, llama.cpp, Ollama, OpenRouter",
	.key_env = "OPENAI_API_KEY",
	.base_url_env = "OPENAI_BASE_URL",
	.base_url = "https://api.openai.com/v1",
	.build_request = build_request,
	.read_response = openai_read_response,
};
