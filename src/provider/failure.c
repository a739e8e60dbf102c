#include "provider/failure.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "provider/retry_after.h"

/* ---- Reading. */

bool failure_in_body(const json_t *body) {
	const json_t *error = json_object_get(body, "error");
	return (error != NULL && !json_is_null(error) && !json_is_false(error)) ||
	       strcmp(json_string_or(body, "type", ""), "error") == 0 ||
	       (json_object_get(body, "detail") != NULL &&
		       json_object_get(body, "choices") == NULL);
}

/*
 * {"detail":[{"loc":["body","seed"],"msg":"Extra inputs are not
 * permitted","type":"extra_forbidden"}]}
 */
static void read_detail(const json_t *detail, struct failure *failure) {
	if (json_is_string(detail)) {
		failure->message = json_string_value(detail);
		return;
	}
	const json_t *first = json_is_array(detail) ? json_array_get(detail, 0) : detail;
	const json_t *where = json_object_get(first, "loc");
	const json_t *last = json_array_get(where, json_array_size(where) - 1);
	failure->message = json_string_or(first, "msg", json_string_or(first, "message", ""));
	failure->code = json_string_or(first, "type", "");
	failure->param = json_is_string(last) ? json_string_value(last) : "";
}

static void read_object(const json_t *error, struct failure *failure) {
	const json_t *code = json_object_get(error, "code");
	const json_t *metadata = json_object_get(error, "metadata");
	const json_t *details = json_object_get(error, "details");
	failure->message = json_string_or(error, "message", "");
	failure->type = json_string_or(error, "type", "");
	failure->code = json_string_or(error, "code", json_string_or(details, "error_code", ""));
	failure->param = json_string_or(error, "param", "");
	failure->moderated = json_object_get(metadata, "reasons") != NULL ||
			     json_object_get(metadata, "flagged_input") != NULL;
	int64_t number = json_is_integer(code) ? json_integer_value(code) : 0;
	if (json_is_string(code) && !str_to_int64(json_string_value(code), &number)) {
		number = 0;
	}
	if (failure->status < 300 && number >= 300 && number < 600) {
		failure->status = (int)number;
	}
}

struct failure failure_read(const struct http_response *response, const json_t *body) {
	struct failure failure = {
		.status = response->status, .message = "", .code = "", .type = "", .param = ""};
	const json_t *error = json_object_get(body, "error");
	if (json_is_object(error)) {
		read_object(error, &failure);
	} else if (json_is_string(error)) {
		failure.message = json_string_value(error);
	} else if (json_object_get(body, "detail") != NULL) {
		read_detail(json_object_get(body, "detail"), &failure);
	} else if (json_is_object(body)) {
		read_object(body, &failure); // older vLLM: the error is the body itself
	}
	return failure;
}

/* ---- Telling. */

static bool is_key_byte(char c) {
	return isalnum((unsigned char)c) || c == '-' || c == '_' || c == '*';
}

/*
 * What looks like a key: a known beginning, what follows "Bearer ", or letters and digits in a row
 * that no word has.
 */
static bool looks_secret(
	const char *word, size_t length, const char *before, size_t before_length) {
	static const char *const beginnings[] = {
		"sk-", "sk_", "gsk_", "hf_", "key-", "pk-", "xai-", "AIza"};
	for (size_t i = 0; i < F2F_COUNT(beginnings); i++) {
		if (length >= 8 && strncmp(word, beginnings[i], strlen(beginnings[i])) == 0) {
			return true;
		}
	}
	if (before_length >= 7 && strncasecmp(before + before_length - 7, "bearer ", 7) == 0) {
		return length >= 8;
	}
	size_t digits = 0;
	for (size_t i = 0; i < length; i++) {
		if (word[i] == '-' || word[i] == '_') {
			return false; // names of models are long too
		}
		digits += isdigit((unsigned char)word[i]) != 0;
	}
	return length >= 24 && digits >= 3;
}

static void append_redacted(struct buf *out, const char *text) {
	for (const char *at = text; *at != '\0' && !out->overflow;) {
		size_t length = 0;
		while (is_key_byte(at[length])) {
			length++;
		}
		if (length > 0) {
			bool secret = looks_secret(at, length, text, (size_t)(at - text));
			buf_append(out, secret ? "[key]" : at, secret ? 5 : length);
			at += length;
			continue;
		}
		bool space = (unsigned char)*at <= ' ' || *at == 0x7f;
		if (!space) {
			buf_append_char(out, *at);
		} else if (out->len > 0 && out->data[out->len - 1] != ' ') {
			buf_append_char(out, ' ');
		}
		at++;
	}
}

void failure_message(struct reply *reply, const char *format, ...) {
	char text[1024];
	struct buf line = BUF_INIT(2 * sizeof(text));
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	append_redacted(&line, text);
	size_t length = line.len;
	if (length >= sizeof(reply->message)) {
		length = sizeof(reply->message) - 1;
	}
	size_t bad;
	if (length > 0 && !utf8_valid(line.data, length, &bad)) {
		length = bad; // cut inside a character
	}
	memcpy(reply->message, buf_str(&line), length);
	reply->message[length] = '\0';
	buf_finish(&line);
}

/* A page of a proxy, without its tags. */
static void append_page(char *out, size_t size, const char *page, size_t length) {
	size_t used = 0;
	bool in_tag = false;
	for (size_t i = 0; i < length && used + 1 < size; i++) {
		if (page[i] == '<') {
			in_tag = true;
		}
		if (!in_tag && page[i] != '\0') {
			out[used++] = page[i];
		}
		if (page[i] == '>' && in_tag) {
			in_tag = false;
			out[used++] = ' ';
		}
	}
	out[used] = '\0';
}

static void describe(
	const struct failure *failure, const struct http_response *response, struct reply *reply) {
	char page[160] = "";
	const char *message = failure->message;
	if (message[0] == '\0' && response->body.len > 0) {
		append_page(page, sizeof(page), response->body.data, response->body.len);
		message = page;
	}
	bool coded = failure->code[0] != '\0' && strstr(message, failure->code) == NULL;
	failure_message(reply, "HTTP %d%s%s%s%s%s", failure->status, message[0] != '\0' ? ": " : "",
		message, coded ? " (" : "", coded ? failure->code : "", coded ? ")" : "");
}

/* ---- Classifying. */

static bool any_word(const char *text, const char *const *words, size_t count) {
	for (size_t i = 0; i < count; i++) {
		if (strcasestr(text, words[i]) != NULL) {
			return true;
		}
	}
	return false;
}

static bool is_named(const struct failure *failure, const char *const *names, size_t count) {
	return any_word(failure->code, names, count) || any_word(failure->type, names, count);
}

static bool is_context(const struct failure *failure) {
	static const char *const names[] = {"context_length", "exceed_context"};
	static const char *const words[] = {"context length", "context size", "context window",
		"maximum model length", "prompt is too long", "prompt too long",
		"input is too long"};
	return is_named(failure, names, F2F_COUNT(names)) ||
	       any_word(failure->message, words, F2F_COUNT(words));
}

/* Room for the answer that no prompt would leave: a setting, not a fact about one problem. */
static bool is_answer_too_long(const struct failure *failure) {
	return (strstr(failure->message, "max_tokens") != NULL ||
		       strstr(failure->message, "max_completion_tokens") != NULL) &&
	       strcasestr(failure->message, "too large") != NULL;
}

static bool is_moderation(const struct failure *failure) {
	static const char *const names[] = {
		"content_filter", "content_policy", "moderation", "invalid_prompt"};
	return failure->moderated || is_named(failure, names, F2F_COUNT(names));
}

static bool is_quota(const struct failure *failure) {
	static const char *const names[] = {"insufficient_quota", "billing", "enforced_spend_limit",
		"insufficient_credits", "insufficient_balance"};
	return is_named(failure, names, F2F_COUNT(names));
}

static bool is_unsupported(const struct failure *failure) {
	static const char *const names[] = {"unsupported_parameter", "unsupported_value",
		"unknown_parameter", "extra_forbidden"};
	static const char *const words[] = {"unsupported parameter", "unsupported value",
		"not supported with this model", "unrecognized request argument",
		"unknown parameter"};
	return is_named(failure, names, F2F_COUNT(names)) ||
	       any_word(failure->message, words, F2F_COUNT(words));
}

/*
 * Some errors name the parameter in their message only: "Unsupported parameter: 'max_tokens' is not
 * …".
 */
static bool is_about(const struct failure *failure, const char *param) {
	if (failure->param[0] != '\0') {
		return strcmp(failure->param, param) == 0;
	}
	char *quoted = xasprintf("'%s'", param);
	const char *first = strchr(failure->message, '\'');
	char *bare = xasprintf(": %s", param); // "Unrecognized request argument supplied: seed"
	bool about = (first != NULL && str_starts_with(first, quoted)) ||
		     str_ends_with(failure->message, bare);
	free(quoted);
	free(bare);
	return about;
}

/* True also when another reply has brought the change already: this request left before it. */
static bool adjust(const struct failure *failure, struct provider_state *state) {
	const struct {
		const char *param;
		bool *flag;
	} parameters[] = {
		{"max_tokens", &state->max_completion_tokens},
		{"temperature", &state->drop_temperature},
		{"top_p", &state->drop_top_p},
		{"seed", &state->drop_seed},
	};
	for (size_t i = 0; i < F2F_COUNT(parameters); i++) {
		if (is_about(failure, parameters[i].param)) {
			state->adjustments += !*parameters[i].flag;
			*parameters[i].flag = true;
			return true;
		}
	}
	return false;
}

static enum reply_class classify_request(
	const struct failure *failure, struct provider_state *state) {
	if (is_answer_too_long(failure)) {
		return REPLY_REFUSED_MODEL;
	}
	if (is_context(failure)) {
		return REPLY_CONTEXT;
	}
	if (is_moderation(failure)) {
		return REPLY_REFUSED;
	}
	if (is_quota(failure)) {
		return REPLY_QUOTA;
	}
	return is_unsupported(failure) && adjust(failure, state) ? REPLY_ADJUST
								 : REPLY_REFUSED_MODEL;
}

/* spec: harness.md 5.4 */
static enum reply_class classify(
	const struct failure *failure, int64_t wait_ms, struct provider_state *state) {
	static const char *const busy[] = {"overloaded", "busy", "rate_limit", "rate limit"};
	switch (failure->status) {
	case 401:
		return REPLY_REFUSED_KEY;
	case 403:
		return is_moderation(failure) ? REPLY_REFUSED : REPLY_REFUSED_KEY;
	case 402: // with a wait it is a budget of requests in flight
		return wait_ms >= 0 ? REPLY_RATE_LIMITED : REPLY_QUOTA;
	case 408:
	case 409:
	case 425:
		return REPLY_RETRY;
	case 429:
		return is_quota(failure) ? REPLY_QUOTA : REPLY_RATE_LIMITED;
	case 529:
		return REPLY_RATE_LIMITED;
	default:
		break;
	}
	if (failure->status >= 500) {
		if (is_context(failure)) {
			return REPLY_CONTEXT; // older llama.cpp
		}
		bool shrink =
			failure->status == 503 && any_word(failure->message, busy, F2F_COUNT(busy));
		return shrink ? REPLY_RATE_LIMITED : REPLY_RETRY;
	}
	if (failure->status >= 300) {
		return classify_request(failure, state);
	}
	// An error in a reply that HTTP calls a success, without a status of its own: generation broke off.
	if (is_context(failure)) {
		return REPLY_CONTEXT;
	}
	if (is_moderation(failure)) {
		return REPLY_REFUSED;
	}
	if (is_quota(failure)) {
		return REPLY_QUOTA;
	}
	return is_named(failure, busy, F2F_COUNT(busy)) ? REPLY_RATE_LIMITED : REPLY_RETRY;
}

struct reply failure_classify(const struct failure *failure, const struct http_response *response,
	struct provider_state *state) {
	struct reply reply = {.retry_after_ms = retry_after_ms(response)};
	reply.class = classify(failure, reply.retry_after_ms, state);
	const char *location = http_response_header(response, "location");
	if (failure->status >= 300 && failure->status < 400 && location != NULL) {
		// Not followed: the key would go along.
		char *url = http_redact_url(location);
		failure_message(&reply,
			"HTTP %d: the endpoint has moved to %s; give that as --base-url",
			failure->status, url);
		free(url);
		return reply;
	}
	describe(failure, response, &reply);
	return reply;
}
