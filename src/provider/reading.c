#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/str.h"
#include "core/reply_line.h"
#include "provider/draft.h"
#include "provider/failure.h"
#include "provider/provider.h"
#include "provider/sse.h"

/* A response on its way: one object, or a stream of events, into drafts and then completions. */

enum {
	SNIFF_BYTES = 6, // enough to tell "event:" from any other beginning
};

enum kind {
	KIND_UNKNOWN,
	KIND_WHOLE,
	KIND_EVENTS,
};

struct reading {
	const struct provider *provider;
	const struct model *model;
	const struct ask *ask;
	enum kind kind;
	struct buf body; // of a whole, or what has come before the kind is known
	struct sse sse;
	struct draft draft;
	struct secrets secrets;
	bool ok; // reading_end said so: replies are whole
};

static void on_event(const struct sse_event *event, void *data) {
	struct reading *reading = data;
	struct draft *draft = &reading->draft;
	json_t *value = NULL;
	bool repaired = false;
	if (draft->error != NULL || draft->broken != NULL) {
		return; // what comes after a failure is not listened to
	}
	struct str text = str_trim(str_slice(event->data, event->length));
	if (text.len == 0) {
		return; // keeps the connection alive
	}
	if (str_equal(text, "[DONE]")) {
		draft->done = true;
		return;
	}
	if (json_parse_repaired(event->data, event->length, &value, &repaired, NULL) < 0) {
		draft_break(draft, "an event of the stream is not JSON");
		return;
	}
	draft->repaired = draft->repaired || repaired;
	reading->provider->read_event(draft, event->name, value);
	json_decref(value);
}

struct reading *reading_create(
	const struct provider *provider, const struct model *model, const struct ask *ask) {
	struct reading *reading = xcalloc(1, sizeof(*reading));
	*reading = (struct reading){.provider = provider, .model = model, .ask = ask};
	buf_init(&reading->body, HTTP_BODY_MAX);
	sse_init(&reading->sse, on_event, reading);
	draft_init(&reading->draft, ask->count);
	secrets_add(&reading->secrets, model->api_key);
	if (model->base_url != NULL) {
		secrets_add_url(&reading->secrets, model->base_url);
	}
	return reading;
}

void reading_destroy(struct reading *reading) {
	if (reading != NULL) {
		buf_finish(&reading->body);
		sse_finish(&reading->sse);
		draft_finish(&reading->draft);
		secrets_finish(&reading->secrets);
		free(reading);
	}
}

/* What the first bytes are of; KIND_UNKNOWN: too few to tell. */
static enum kind sniff(const char *bytes, size_t length) {
	static const char *const fields[] = {":", "data:", "event:", "id:", "retry:"};
	size_t at = length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	while (at < length && isspace((unsigned char)bytes[at])) {
		at++;
	}
	size_t left = length - at;
	for (size_t i = 0; i < F2F_COUNT(fields); i++) {
		size_t field = strlen(fields[i]);
		if (left >= field && strncmp(bytes + at, fields[i], field) == 0) {
			return KIND_EVENTS;
		}
	}
	return left >= SNIFF_BYTES || (left > 0 && strchr("{[<", bytes[at]) != NULL) ? KIND_WHOLE
										     : KIND_UNKNOWN;
}

static bool feed_events(struct reading *reading, const char *bytes, size_t length) {
	if (!sse_feed(&reading->sse, bytes, length)) {
		draft_break(&reading->draft, "an event of the stream is too long to be one");
	}
	const struct draft *draft = &reading->draft;
	return draft->error == NULL && draft->broken == NULL && !draft->overflow;
}

bool reading_feed(struct reading *reading, const char *bytes, size_t length) {
	if (reading->kind == KIND_EVENTS) {
		return feed_events(reading, bytes, length);
	}
	bool fits = buf_append(&reading->body, bytes, length);
	if (reading->kind == KIND_UNKNOWN) {
		reading->kind = sniff(buf_str(&reading->body), reading->body.len);
		if (reading->kind == KIND_EVENTS) {
			feed_events(reading, buf_str(&reading->body), reading->body.len);
			buf_finish(&reading->body);
		}
	}
	return fits;
}

bool reading_has_text(const struct reading *reading) {
	for (size_t i = 0; i < reading->draft.wanted; i++) {
		const struct draft_choice *choice = &reading->draft.choices[i];
		if (choice->text.len > 0 || choice->reasoning.len > 0 || choice->refusal.len > 0) {
			return true;
		}
	}
	return false;
}

/* ---- The end. */

static struct reply broken(enum reply_class class, const char *why) {
	struct reply reply = {.class = class, .retry_after_ms = -1};
	failure_message(&reply, "%s", why);
	return reply;
}

/* Which replies are whole: what does not say that it ended did not, unless the whole did. */
static size_t count_whole(struct draft *draft) {
	size_t count = 0;
	for (size_t i = 0; i < draft->wanted; i++) {
		const struct draft_choice *choice = &draft->choices[i];
		count += choice->seen && (choice->finish_reason != NULL || draft->done);
	}
	return count;
}

static struct reply judge(struct reading *reading, const struct http_response *response,
	struct capabilities *capabilities) {
	struct draft *draft = &reading->draft;
	if (draft->overflow) {
		return broken(REPLY_BROKEN, "the reply's text is over 64 MiB");
	}
	if (draft->error != NULL && count_whole(draft) == 0) {
		struct failure failure = failure_read(response, draft->error);
		return failure_classify(&failure, response, capabilities);
	}
	if (count_whole(draft) == 0) {
		bool begun = reading_has_text(reading);
		return broken(
			draft->broken != NULL && !draft->interrupted ? REPLY_BROKEN : REPLY_RETRY,
			draft->broken != NULL	      ? draft->broken
			: begun			      ? "the stream ended in the middle of a reply"
			: draft->choices[0].seen      ? "the stream ended before a reply"
			: reading->kind == KIND_WHOLE ? "the reply holds no choice"
						      : "the stream holds no reply");
	}
	reading->ok = true;
	bool paused = draft->paused && draft->blocks != NULL;
	return (struct reply){.class = paused ? REPLY_CONTINUE : REPLY_OK, .retry_after_ms = -1};
}

/* A shape that showed itself in a good reply. */
static void learn(const struct reading *reading, struct capabilities *capabilities) {
	const struct draft *draft = &reading->draft;
	bool counted = draft->completion_tokens >= 0;
	enum support *usage =
		reading->kind == KIND_EVENTS ? &capabilities->stream_usage : &capabilities->usage;
	*usage = counted ? SUPPORT_YES : *usage == SUPPORT_YES ? SUPPORT_YES : SUPPORT_NO;
	if (reading->ask->stream) {
		capabilities->stream = reading->kind == KIND_EVENTS ? SUPPORT_YES : SUPPORT_NO;
	}
	if (reading->ask->logprobs) {
		capabilities->logprobs = draft->logprobs ? SUPPORT_YES : SUPPORT_NO;
	}
	if (draft->reasoning != REASONING_UNKNOWN) {
		capabilities->reasoning = draft->reasoning;
	}
}

/* An object without its end, or nothing at all: something between us and the server gave up. */
static bool is_cut(const struct buf *body) {
	struct str text = str_trim(str_slice(buf_str(body), body->len));
	return text.len == 0 || (text.data[0] == '{' && text.data[text.len - 1] != '}');
}

/* A mark of the encoding at its beginning is no part of it. */
static int parse_body(
	struct reading *reading, const struct buf *bytes, json_t **body_out, struct error *err) {
	size_t mark = bytes->len >= 3 && memcmp(bytes->data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	return json_parse_repaired(
		bytes->data + mark, bytes->len - mark, body_out, &reading->draft.repaired, err);
}

static struct reply end_whole(struct reading *reading, const struct http_response *response,
	struct capabilities *capabilities) {
	json_t *body = NULL;
	struct error err = {0};
	bool success = response->status >= 200 && response->status < 300;
	int rc = response->body.len == 0 ? error_set(&err, ERROR_INPUT, "nothing")
					 : parse_body(reading, &response->body, &body, &err);
	struct reply reply;
	if (!success) {
		struct failure failure = failure_read(response, body);
		reply = failure_classify(&failure, response, capabilities);
	} else if (rc < 0) {
		reply = broken(is_cut(&response->body) ? REPLY_RETRY : REPLY_BROKEN, "");
		failure_message(&reply, "HTTP %d with a body that is not JSON: %s",
			response->status, err.message);
	} else {
		reading->provider->read_body(&reading->draft, failure_unwrapped(body));
		reply = judge(reading, response, capabilities);
	}
	json_decref(body);
	return reply;
}

static void read_id(struct draft *draft, const struct http_response *response) {
	static const char *const headers[] = {"x-request-id", "request-id", "x-generation-id"};
	for (size_t i = 0; i < F2F_COUNT(headers); i++) {
		const char *id = http_response_header(response, headers[i]);
		size_t bad;
		if (id != NULL && id[0] != '\0' && utf8_valid(id, strlen(id), &bad)) {
			free(draft->id);
			draft->id = xasprintf("%.256s", id);
			return;
		}
	}
}

/* The key itself, and what else was sent in secret, should the other side say it back. */
static bool redact(const struct reading *reading, char *text) {
	return secrets_mask_reply(&reading->secrets, text);
}

/* A message is cut to its size: what begins like the key at its end is the key. */
void reading_mask(const struct reading *reading, char *message) {
	secrets_mask(&reading->secrets, message);
	secrets_mask_end(&reading->secrets, message);
	secret_mask_forms(message);
}

struct reply reading_end(struct reading *reading, const struct http_response *response,
	struct capabilities *capabilities) {
	if (response == NULL) {
		return broken(REPLY_RETRY, "the transfer broke off");
	}
	struct http_response view = *response;
	if (reading->kind == KIND_UNKNOWN && reading->body.len == 0 && response->body.len > 0) {
		// Not fed: read in place, unless it is a stream that came as a whole.
		reading->kind = sniff(response->body.data, response->body.len);
		if (reading->kind == KIND_EVENTS) {
			feed_events(reading, response->body.data, response->body.len);
		}
	} else if (reading->body.len > 0) {
		view.body = reading->body;
	}
	read_id(&reading->draft, response);
	struct reply reply;
	if (reading->kind != KIND_EVENTS) {
		reading->kind = KIND_WHOLE;
		reply = end_whole(reading, &view, capabilities);
	} else {
		sse_end(&reading->sse);
		view.body = (struct buf){0}; // its events say what there is to say
		bool success = response->status >= 200 && response->status < 300;
		if (success) {
			reply = judge(reading, &view, capabilities);
		} else {
			struct failure failure = failure_read(&view, reading->draft.error);
			reply = failure_classify(&failure, &view, capabilities);
		}
	}
	if (reading->ok) {
		learn(reading, capabilities);
	}
	reading_mask(reading, reply.message);
	return reply;
}

/* ---- Completions. */

/* Names are short, and may hold a part of it. */
static void redact_name(const struct reading *reading, char *name) {
	redact(reading, name);
	secrets_mask_pieces(&reading->secrets, name);
}

static void take_names(struct reading *reading, struct completion *completion) {
	struct draft *draft = &reading->draft;
	redact_name(reading, draft->id);
	redact_name(reading, draft->model);
	redact_name(reading, draft->fingerprint);
	completion->request_id = xstrdup(draft->id);
	completion->model = xstrdup(draft->model);
	completion->fingerprint = xstrdup(draft->fingerprint);
}

static void take_counts(struct draft *draft, struct completion *completion) {
	completion->prompt_tokens = draft->prompt_tokens;
	completion->completion_tokens = draft->completion_tokens;
	completion->reasoning_tokens = draft->reasoning_tokens;
	completion->cached_tokens = draft->cached_tokens;
	completion->usd = draft->usd;
	// Once, whatever number of replies shares them: sums over replies are true.
	draft->prompt_tokens = draft->completion_tokens = -1;
	draft->reasoning_tokens = draft->cached_tokens = -1;
	draft->usd = NAN;
}

static void take_texts(struct reading *reading, struct draft_choice *choice, bool whole,
	struct completion *completion) {
	bool refused = choice->refusal.len > 0;
	char *text =
		buf_detach(choice->text.len == 0 && refused ? &choice->refusal : &choice->text);
	char *lead = reading->provider->lead != NULL && text[0] != '\0'
			     ? reading->provider->lead(reading->ask)
			     : NULL;
	if (lead != NULL) {
		char *joined = xasprintf("%s%s", lead, text);
		free(text);
		text = joined;
	}
	free(lead);
	if (choice->reasoning.len > 0) {
		completion->reasoning = buf_detach(&choice->reasoning);
	}
	bool masked = redact(reading, text);
	masked = redact(reading, completion->reasoning) || masked;
	completion->repaired = masked || reading->draft.repaired;
	completion->finish = !whole    ? FINISH_OTHER
			     : refused ? FINISH_REFUSED
				       : finish_of_reason(completion->finish_reason);
	if (whole) {
		completion_take_text(completion, text);
	} else {
		free(completion->text);
		completion->text = text;
	}
}

bool reading_take(struct reading *reading, size_t index, struct completion *completion_out) {
	struct draft *draft = &reading->draft;
	if (index >= draft->wanted) {
		return false;
	}
	struct draft_choice *choice = &draft->choices[index];
	bool whole = reading->ok && choice->seen && (choice->finish_reason != NULL || draft->done);
	bool partial = !reading->ok && (choice->text.len > 0 || choice->reasoning.len > 0 ||
					       choice->refusal.len > 0);
	if (!whole && !partial) {
		return false;
	}
	completion_finish(completion_out);
	completion_init(completion_out);
	redact_name(reading, choice->finish_reason);
	completion_out->finish_reason = choice->finish_reason;
	choice->finish_reason = NULL;
	take_names(reading, completion_out);
	take_counts(draft, completion_out);
	take_texts(reading, choice, whole, completion_out);
	if (whole && draft->paused && draft->blocks != NULL) {
		completion_out->continuation = json_dumps(draft->blocks, JSON_COMPACT);
	}
	choice->seen = false;
	return true;
}

struct reply provider_read(const struct provider *provider, const struct model *model,
	const struct ask *ask, const struct http_response *response,
	struct capabilities *capabilities, struct completion *completion_out) {
	struct reading *reading = reading_create(provider, model, ask);
	struct reply reply = reading_end(reading, response, capabilities);
	reading_take(reading, 0, completion_out);
	reading_destroy(reading);
	return reply;
}
