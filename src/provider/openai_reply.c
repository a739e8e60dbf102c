#include "provider/openai_reply.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "provider/retry_after.h"

enum { BODY_SHOWN = 120 };

/* What an error body says, whichever of the shapes in circulation it has. Borrowed from the
 * JSON. */
struct complaint {
	const char *message;
	const char *type;
	const char *code;
	const char *param;
	int status; // an integer "code"; 0: none
};

static struct complaint read_complaint(const json_t *body) {
	struct complaint complaint = {.message = "", .type = "", .code = "", .param = ""};
	const json_t *error = json_object_get(body, "error");
	if (json_is_string(error)) {
		complaint.message = json_string_value(error);
	} else if (json_is_object(error)) {
		complaint.message = json_string_or(error, "message", "");
		complaint.type = json_string_or(error, "type", "");
		complaint.code = json_string_or(error, "code", "");
		complaint.param = json_string_or(error, "param", "");
		complaint.status = (int)json_integer_or(error, "code", 0);
	} else {
		complaint.message =
			json_string_or(body, "detail", json_string_or(body, "message", ""));
	}
	return complaint;
}

static bool mentions(const struct complaint *complaint, const char *word) {
	return strcasestr(complaint->code, word) != NULL ||
	       strcasestr(complaint->type, word) != NULL ||
	       strcasestr(complaint->message, word) != NULL;
}

/* A parameter this endpoint does not take: dropped or renamed, and asked again. */
static bool adjust(const struct complaint *complaint, struct provider_state *state) {
	if (!mentions(complaint, "unsupported") && !mentions(complaint, "not supported") &&
		!mentions(complaint, "unrecognized")) {
		return false;
	}
	const char *param = complaint->param[0] != '\0' ? complaint->param : complaint->message;
	if (strstr(param, "max_tokens") != NULL) {
		state->max_completion_tokens = true;
	} else if (strstr(param, "temperature") != NULL) {
		state->drop_temperature = true;
	} else if (strstr(param, "top_p") != NULL) {
		state->drop_top_p = true;
	} else if (strstr(param, "seed") != NULL) {
		state->drop_seed = true;
	} else {
		return false;
	}
	state->adjustments++;
	return true;
}

static bool is_context(const struct complaint *complaint) {
	return mentions(complaint, "context_length") || mentions(complaint, "exceed_context") ||
		mentions(complaint, "maximum context") || mentions(complaint, "context length") ||
		mentions(complaint, "context window");
}

static bool is_quota(const struct complaint *complaint) {
	return mentions(complaint, "insufficient_quota") || mentions(complaint, "billing") ||
	       mentions(complaint, "credit");
}

static enum reply_class classify(int status, const struct complaint *complaint, int64_t retry_after,
	struct provider_state *state) {
	switch (status) {
	case 400:
	case 413:
	case 422:
		if (is_context(complaint)) {
			return REPLY_CONTEXT;
		}
		if (mentions(complaint, "content_filter") ||
			mentions(complaint, "content_policy")) {
			return REPLY_REFUSED;
		}
		return status == 400 && adjust(complaint, state) ? REPLY_ADJUST
								 : REPLY_REFUSED_MODEL;
	case 401:
		return REPLY_REFUSED_KEY;
	case 403:
		return mentions(complaint, "moderation") || mentions(complaint, "flagged")
			       ? REPLY_REFUSED
			       : REPLY_REFUSED_KEY;
	case 402:
		return retry_after >= 0 ? REPLY_RATE_LIMITED : REPLY_QUOTA;
	case 408:
	case 409:
		return REPLY_RETRY;
	case 429:
		return is_quota(complaint) ? REPLY_QUOTA : REPLY_RATE_LIMITED;
	case 529:
		return REPLY_RATE_LIMITED;
	default:
		return status >= 500 ? REPLY_RETRY : REPLY_REFUSED_MODEL;
	}
}

static struct reply failed(enum reply_class class, int64_t retry_after, const char *format, ...)
	F2F_PRINTF(3, 4);

static struct reply failed(enum reply_class class, int64_t retry_after, const char *format, ...) {
	struct reply reply = {.class = class, .retry_after_ms = retry_after};
	va_list args;
	va_start(args, format);
	vsnprintf(reply.message, sizeof(reply.message), format, args);
	va_end(args);
	for (char *c = reply.message; *c != '\0'; c++) {
		*c = (unsigned char)*c < 0x20 ? ' ' : *c;
	}
	return reply;
}

static struct reply read_failure(const struct http_response *response, int status,
	const json_t *body, struct provider_state *state) {
	struct complaint complaint = read_complaint(body);
	int64_t wait = retry_after_ms(response);
	enum reply_class class = classify(status, &complaint, wait, state);
	if (complaint.message[0] != '\0') {
		return failed(class, wait, "status %d: %s", status, complaint.message);
	}
	size_t shown = response->body.len < BODY_SHOWN ? response->body.len : BODY_SHOWN;
	return failed(class, wait, "status %d%s%.*s", status, shown > 0 ? ": " : "", (int)shown,
		buf_str(&response->body));
}

/* ---- A completion. */

static void read_usage(const json_t *body, struct completion *completion) {
	const json_t *usage = json_object_get(body, "usage");
	completion->prompt_tokens = json_integer_or(usage, "prompt_tokens", -1);
	completion->completion_tokens = json_integer_or(usage, "completion_tokens", -1);
	completion->reasoning_tokens = json_integer_or(
		json_object_get(usage, "completion_tokens_details"), "reasoning_tokens", -1);
	completion->cached_tokens = json_integer_or(
		json_object_get(usage, "prompt_tokens_details"), "cached_tokens", -1);
	completion->usd = json_number_or(usage, "cost", NAN);
}

static void read_finish(const json_t *choice, struct completion *completion) {
	const char *word = json_string_or(choice, "finish_reason", NULL);
	completion->finish_reason = xstrdup(word);
	if (word == NULL || strcmp(word, "stop") == 0 || strcmp(word, "eos") == 0) {
		completion->finish = FINISH_STOP;
	} else if (strcmp(word, "length") == 0) {
		completion->finish = FINISH_LENGTH;
	} else if (strcmp(word, "content_filter") == 0) {
		completion->finish = FINISH_REFUSED;
	} else {
		completion->finish = FINISH_OTHER;
	}
}

/* Content is a string, null, or an array of parts. Owned. */
static char *read_content(const json_t *message) {
	const json_t *content = json_object_get(message, "content");
	if (json_is_string(content)) {
		return xmemdup0(json_string_value(content), json_string_length(content));
	}
	struct buf text = BUF_INIT(HTTP_BODY_MAX);
	size_t i;
	json_t *part;
	json_array_foreach(content, i, part) {
		const char *type = json_string_or(part, "type", "text");
		if (strcmp(type, "text") == 0 || strcmp(type, "output_text") == 0) {
			buf_append_str(&text, json_string_or(part, "text", ""));
		}
	}
	return buf_detach(&text);
}

static const json_t *first_choice(const json_t *body) {
	const json_t *choices = json_object_get(body, "choices");
	const json_t *first = json_array_get(choices, 0);
	size_t i;
	json_t *choice;
	json_array_foreach(choices, i, choice) {
		if (json_integer_or(choice, "index", 0) == 0) {
			return choice;
		}
	}
	return first;
}

static void read_message(const json_t *message, struct completion *completion) {
	const char *reasoning = json_string_or(message, "reasoning_content", "");
	if (reasoning[0] == '\0') {
		reasoning = json_string_or(message, "reasoning", "");
	}
	const char *refusal = json_string_or(message, "refusal", "");
	if (reasoning[0] != '\0') {
		completion->reasoning = xstrdup(reasoning);
	}
	completion_take_text(completion, read_content(message));
	if (refusal[0] != '\0' && completion->text[0] == '\0') {
		completion->finish = FINISH_REFUSED;
		free(completion->text);
		completion->text = xstrdup(refusal);
	}
}

static struct reply read_completion(
	const struct http_response *response, const json_t *body, struct completion *completion) {
	const json_t *choice = first_choice(body);
	const json_t *message = json_object_get(choice, "message");
	if (!json_is_object(message)) {
		return failed(REPLY_RETRY, -1, "a reply without a message: %.*s",
			(int)(response->body.len < BODY_SHOWN ? response->body.len : BODY_SHOWN),
			buf_str(&response->body));
	}
	const char *id = http_response_header(response, "x-request-id");
	completion->model = xstrdup(json_string_or(body, "model", NULL));
	completion->fingerprint = xstrdup(json_string_or(body, "system_fingerprint", NULL));
	completion->request_id = xstrdup(id != NULL ? id : json_string_or(body, "id", NULL));
	read_usage(body, completion);
	read_finish(choice, completion);
	read_message(message, completion);
	// A choice can fail after the reply began: OpenRouter says so in it.
	if (json_is_object(json_object_get(choice, "error")) && completion->text[0] == '\0') {
		return failed(REPLY_RETRY, -1, "%s",
			json_string_or(
				json_object_get(choice, "error"), "message", "error in a choice"));
	}
	return (struct reply){.class = REPLY_OK, .retry_after_ms = -1};
}

struct reply openai_read_response(const struct http_response *response,
	struct provider_state *state, struct completion *completion_out) {
	json_t *body = NULL;
	bool repaired = false;
	struct error err;
	int rc = json_parse_repaired(
		buf_str(&response->body), response->body.len, &body, &repaired, &err);
	struct reply reply;
	if (response->status != 200) {
		reply = read_failure(response, response->status, body, state);
	} else if (rc < 0 || !json_is_object(body)) {
		reply = failed(REPLY_RETRY, -1, "not a JSON object: %s", rc < 0 ? err.message : "");
	} else if (json_object_get(body, "error") != NULL &&
		   !json_is_null(json_object_get(body, "error"))) {
		// An error inside a 200: its own code is the status.
		struct complaint complaint = read_complaint(body);
		int status =
			complaint.status >= 400 && complaint.status < 600 ? complaint.status : 500;
		reply = read_failure(response, status, body, state);
	} else {
		reply = read_completion(response, body, completion_out);
		completion_out->repaired = repaired;
	}
	json_decref(body);
	return reply;
}
