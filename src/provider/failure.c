#include "provider/failure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "provider/retry_after.h"

/* ---- Reading. */

/* Some always send the field, and leave it empty beside a reply. */
static bool is_empty(const json_t *error, const json_t *body) {
	bool blank = (json_is_string(error) && json_string_length(error) == 0) ||
		     (json_is_object(error) && json_object_size(error) == 0);
	return error == NULL || json_is_null(error) || json_is_false(error) ||
	       (blank && json_array_size(json_object_get(body, "choices")) > 0);
}

/* Google's come in a list of one. */
const json_t *failure_unwrapped(const json_t *body) {
	const json_t *only = json_array_size(body) == 1 ? json_array_get(body, 0) : NULL;
	return json_object_get(only, "error") != NULL ? only : body;
}

bool failure_in_body(const json_t *body) {
	const json_t *error = json_object_get(body, "error");
	return !is_empty(error, body) || strcmp(json_string_or(body, "type", ""), "error") == 0 ||
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
	failure->code = json_string_or(error, "code",
		json_string_or(details, "error_code", json_string_or(error, "reason", "")));
	failure->param = json_string_or(error, "param", "");
	failure->moderated = json_object_get(metadata, "reasons") != NULL ||
			     json_object_get(metadata, "flagged_input") != NULL;
	failure->wait_ms = retry_after_details(details);
	int64_t number = json_is_integer(code) ? json_integer_value(code) : 0;
	if (json_is_string(code) && !str_to_int64(json_string_value(code), &number)) {
		number = 0;
	}
	if (failure->status < 300 && number >= 300 && number < 600) {
		failure->status = (int)number;
	}
}

struct failure failure_read(const struct http_response *response, const json_t *body) {
	struct failure failure = {.status = response->status,
		.message = "",
		.code = "",
		.type = "",
		.param = "",
		.wait_ms = -1};
	body = failure_unwrapped(body);
	const json_t *error = json_object_get(body, "error");
	if (json_is_object(error)) {
		read_object(error, &failure);
	} else if (json_is_string(error)) {
		failure.message = json_string_value(error);
		failure.code = json_string_or(body, "code", "");
	} else if (json_object_get(body, "detail") != NULL) {
		read_detail(json_object_get(body, "detail"), &failure);
	} else if (json_is_object(body)) {
		read_object(body, &failure); // older vLLM: the error is the body itself
	}
	return failure;
}

/* ---- What a failure is about. */

enum trait {
	TRAIT_CONTEXT = 1,
	TRAIT_ANSWER_TOO_LONG = 2, // room for the answer that no prompt would leave: a setting
	TRAIT_MODERATION = 4,
	TRAIT_QUOTA = 8,
	TRAIT_UNSUPPORTED = 16,
	TRAIT_LOADING = 32,
	TRAIT_BUSY = 64,
	TRAIT_WAIT = 128, // it says how long to wait
	TRAIT_RETRY = 256, // it says that asking again helps
	TRAIT_FINAL = 512, // it says that it does not
	TRAIT_ERROR_WORD = 1024, // its type says that the fault is on its side
	TRAIT_KEY = 2048,
	TRAIT_MODEL = 4096,
};

/* Words of the code or type, and of the message, by trait. */
static const struct {
	enum trait trait;
	const char *names[16];
	const char *words[20];
} vocabulary[] = {
	{TRAIT_CONTEXT, {"context_length", "exceed_context"},
		{"context length", "context size", "context window", "maximum model length",
			"prompt is too long", "prompt too long", "input is too long",
			"input length and `max_tokens` exceed"}},
	{TRAIT_MODERATION,
		{"content_filter", "content_policy", "moderation", "invalid_prompt",
			"responsible_ai"},
		{"flagged by moderation", "content management policy", "usage polic"}},
	{TRAIT_QUOTA,
		{"insufficient_quota", "billing", "enforced_spend_limit", "insufficient_credits",
			"insufficient_balance", "insufficient_funds", "quota_exceeded",
			"exceeded_current_quota", "not_enough_balance", "credit_limit",
			"payment_required", "arrearage"},
		{"credit balance is too low", "exceeded your current quota", "insufficient balance",
			"insufficient credit", "spend limit", "spending limit",
			"key limit exceeded", "available credits", "purchase more credits",
			"balance is insufficient", "not enough balance",
			"check your plan and billing", "check your billing", "call volume quota",
			"quota will be replenished", "account is in good standing",
			"billing to be enabled", "余额不足", "欠费"}},
	{TRAIT_UNSUPPORTED,
		{"unsupported_parameter", "unsupported_value", "unknown_parameter",
			"extra_forbidden"},
		{"unsupported parameter", "unsupported value", "not support",
			"unrecognized request argument", "unknown parameter", "unknown field",
			"extra inputs are not permitted", "extra fields not permitted",
			"unexpected keyword"}},
	{TRAIT_LOADING, {"model_loading"},
		{"loading model", "model is loading", "is currently loading", "warming up",
			"starting up"}},
	{TRAIT_BUSY,
		{"overloaded", "rate_limit", "server_busy", "capacity", "resource_exhausted",
			"slow_down"},
		{"overloaded", "busy", "rate limit", "too many requests", "at capacity"}},
	{TRAIT_ERROR_WORD, {"api_error", "server_error", "internal_error", "timeout_error"},
		{"internal server error"}},
	{TRAIT_KEY, {"authentication_error", "permission_error", "invalid_api_key"}, {NULL}},
	{TRAIT_MODEL,
		{"not_found_error", "model_not_found", "invalid_request_error",
			"request_too_large"},
		{NULL}},
};

/* A limit by the day comes back tomorrow: nobody waits for that in memory. */
enum { DAILY_WAIT_MS = 10 * 60 * 1000 };

static bool any_word(const char *text, const char *const *words, size_t count) {
	for (size_t i = 0; i < count && words[i] != NULL; i++) {
		if (strcasestr(text, words[i]) != NULL) {
			return true;
		}
	}
	return false;
}

static bool is_daily(const struct failure *failure, int64_t wait_ms) {
	static const char *const words[] = {"per day", "per-day", "daily", "(RPD)", "(TPD)",
		"per week", "weekly", "per month", "per-month", "/ month", "monthly"};
	return any_word(failure->message, words, F2F_COUNT(words)) &&
	       (wait_ms < 0 || wait_ms >= DAILY_WAIT_MS);
}

/* Messages about the rate speak of quotas too: they count only where nothing says "later". */
static unsigned words_traits(const struct failure *failure, int64_t wait_ms, size_t row) {
	bool rate = (wait_ms >= 0 && wait_ms < DAILY_WAIT_MS) ||
		    strstr(failure->code, "rate_limit") != NULL;
	if ((vocabulary[row].trait == TRAIT_QUOTA && rate) ||
		!any_word(failure->message, vocabulary[row].words,
			F2F_COUNT(vocabulary[row].words))) {
		return 0;
	}
	return vocabulary[row].trait;
}

static unsigned traits_of(
	const struct failure *failure, const struct http_response *response, int64_t wait_ms) {
	unsigned traits = failure->moderated ? TRAIT_MODERATION : 0;
	for (size_t i = 0; i < F2F_COUNT(vocabulary); i++) {
		const char *const *names = vocabulary[i].names;
		if (any_word(failure->code, names, F2F_COUNT(vocabulary[i].names)) ||
			any_word(failure->type, names, F2F_COUNT(vocabulary[i].names))) {
			traits |= vocabulary[i].trait;
		}
		traits |= words_traits(failure, wait_ms, i);
	}
	bool limit = strstr(failure->message, "max_tokens") != NULL ||
		     strstr(failure->message, "max_completion_tokens") != NULL;
	if (limit && strcasestr(failure->message, "too large") != NULL) {
		traits |= TRAIT_ANSWER_TOO_LONG;
	}
	traits |= wait_ms >= 0 ? TRAIT_WAIT : 0;
	traits |= is_daily(failure, wait_ms) ? TRAIT_QUOTA : 0;
	const char *again = http_response_header(response, "x-should-retry");
	if (again != NULL) {
		traits |= strcasecmp(again, "true") == 0    ? TRAIT_RETRY
			  : strcasecmp(again, "false") == 0 ? TRAIT_FINAL
							    : 0;
	}
	return traits;
}

/* ---- Parameters. */

/* Where a message speaks of a field: in quotes, before a colon at its start, or behind one at its
 * end ("Unrecognized request argument supplied: seed"). */
static const char *find_field(const char *message, const char *field) {
	size_t length = strlen(field);
	for (const char *at = strstr(message, field); at != NULL; at = strstr(at + 1, field)) {
		char before = at > message ? at[-1] : '\0';
		char after = at[length];
		bool quoted = strchr("'\"`", before) != NULL && before != '\0' &&
			      (after == before || after == '.' || after == '[');
		bool first = at == message && (after == ':' || after == '.');
		bool last = at - message >= 2 && at[-1] == ' ' && at[-2] == ':' &&
			    (after == '\0' || after == ',' || after == '.');
		if (quoted || first || last) {
			return at;
		}
	}
	return NULL;
}

/* The field that is not taken: as the error names it, or the first that its message names. */
static bool adjust(const struct failure *failure, struct capabilities *capabilities) {
	if (failure->param[0] != '\0') {
		return capabilities_refuse(capabilities, failure->param);
	}
	const char *names[PARAMETER_COUNT + 2];
	size_t count = 0;
	for (size_t i = 0; i < PARAMETER_COUNT; i++) {
		names[count++] = parameter_name((enum parameter)i);
	}
	names[count++] = limit_field_name(LIMIT_MAX_TOKENS);
	names[count++] = limit_field_name(LIMIT_MAX_COMPLETION_TOKENS);
	const char *first = NULL;
	const char *name = NULL;
	for (size_t i = 0; i < count; i++) {
		const char *at = find_field(failure->message, names[i]);
		if (at != NULL && (first == NULL || at < first)) {
			first = at;
			name = names[i];
		}
	}
	return name != NULL && capabilities_refuse(capabilities, name);
}

/* ---- Classifying: spec harness.md 5.4. The first row that fits counts. */

enum { ANY_STATUS = 1000 };

static const struct {
	int low, high; // of HTTP's status, both included
	unsigned traits; // all of them
	enum reply_class class;
} rules[] = {
	{401, 401, TRAIT_QUOTA, REPLY_QUOTA},
	{401, 401, 0, REPLY_REFUSED_KEY},
	{402, 402, TRAIT_WAIT, REPLY_RATE_LIMITED}, // a budget of requests in flight
	{402, 402, 0, REPLY_QUOTA},
	{403, 403, TRAIT_MODERATION, REPLY_REFUSED},
	{403, 403, TRAIT_QUOTA, REPLY_QUOTA},
	{403, 403, TRAIT_WAIT | TRAIT_BUSY, REPLY_RATE_LIMITED},
	{403, 403, 0, REPLY_REFUSED_KEY},
	{408, 409, 0, REPLY_RETRY},
	{425, 425, 0, REPLY_RETRY},
	{429, 429, TRAIT_QUOTA, REPLY_QUOTA},
	{429, 429, TRAIT_FINAL, REPLY_QUOTA},
	{429, 429, 0, REPLY_RATE_LIMITED},
	{529, 529, 0, REPLY_RATE_LIMITED},
	{500, 599, TRAIT_CONTEXT, REPLY_CONTEXT}, // older llama.cpp
	{503, 503, TRAIT_LOADING, REPLY_LOADING},
	{503, 503, TRAIT_BUSY, REPLY_RATE_LIMITED},
	{500, 599, 0, REPLY_RETRY},
	{300, 499, TRAIT_RETRY, REPLY_RETRY},
	{300, 499, TRAIT_ANSWER_TOO_LONG, REPLY_REFUSED_MODEL},
	{300, 499, TRAIT_CONTEXT, REPLY_CONTEXT},
	{300, 499, TRAIT_MODERATION, REPLY_REFUSED},
	{300, 499, TRAIT_QUOTA, REPLY_QUOTA},
	{300, 499, TRAIT_UNSUPPORTED, REPLY_ADJUST}, // if something can be done about it
	{300, 499, 0, REPLY_REFUSED_MODEL},
	// An error in a reply that HTTP calls a success: generation broke off.
	{0, ANY_STATUS, TRAIT_CONTEXT, REPLY_CONTEXT},
	{0, ANY_STATUS, TRAIT_MODERATION, REPLY_REFUSED},
	{0, ANY_STATUS, TRAIT_QUOTA, REPLY_QUOTA},
	{0, ANY_STATUS, TRAIT_BUSY, REPLY_RATE_LIMITED},
	{0, ANY_STATUS, TRAIT_ERROR_WORD, REPLY_RETRY},
	{0, ANY_STATUS, TRAIT_KEY, REPLY_REFUSED_KEY},
	{0, ANY_STATUS, TRAIT_UNSUPPORTED, REPLY_ADJUST},
	{0, ANY_STATUS, TRAIT_MODEL, REPLY_REFUSED_MODEL},
	{0, ANY_STATUS, 0, REPLY_RETRY},
};

static enum reply_class classify(
	const struct failure *failure, unsigned traits, struct capabilities *capabilities) {
	for (size_t i = 0; i < F2F_COUNT(rules); i++) {
		if (failure->status < rules[i].low || failure->status > rules[i].high ||
			(traits & rules[i].traits) != rules[i].traits) {
			continue;
		}
		if (rules[i].class == REPLY_ADJUST && !adjust(failure, capabilities)) {
			return REPLY_REFUSED_MODEL;
		}
		return rules[i].class;
	}
	return REPLY_BROKEN;
}

/* Headers first, then what the body says in a field, then what it says in words. */
static int64_t wait_of(const struct failure *failure, const struct http_response *response) {
	int64_t wait_ms = retry_after_ms(response);
	wait_ms = wait_ms >= 0 ? wait_ms : failure->wait_ms;
	return wait_ms >= 0 ? wait_ms : retry_after_words(failure->message);
}

struct reply failure_classify(const struct failure *failure, const struct http_response *response,
	struct capabilities *capabilities) {
	struct reply reply = {.retry_after_ms = wait_of(failure, response)};
	unsigned traits = traits_of(failure, response, reply.retry_after_ms);
	reply.class = classify(failure, traits, capabilities);
	reply.final = (traits & TRAIT_FINAL) != 0;
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
	failure_describe(failure, response, &reply);
	return reply;
}
