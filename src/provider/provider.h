#ifndef F2F_PROVIDER_PROVIDER_H
#define F2F_PROVIDER_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "core/completion.h"
#include "io/http.h"
#include "provider/capabilities.h"

struct error;
struct problem;

/* ---- What is asked. All borrowed. */

struct model {
	const char *provider; // "openai"
	const char *name; // "gpt-x", "gold", a path for replay
	const char *base_url; // NULL: the provider's own or its variable
	const char *api_key; // NULL: none. Never logged or stored
	bool bearer; // api_key is a token, where the provider tells the two apart
	const char *extra_body; // JSON object merged into each request, or NULL
	const struct http_header *headers; // the user's own; no secret is among them
	size_t header_count;
};

struct sampling {
	double temperature; // NAN: do not send
	double top_p; // NAN: do not send
	int64_t max_tokens; // 0: do not send
	uint64_t seed; // per sample; sent where the provider has seeds
	bool send_seed;
	const char *const *stop; // texts that end a reply
	size_t stop_count;
	const char *reasoning_effort; // "none" … "max"; NULL: do not send
};

struct ask {
	const struct problem *problem; // for built-in providers
	const char *task; // "prove"
	const char *system; // NULL: none
	const char *prompt;
	int64_t sample;
	struct sampling sampling;
	size_t count; // replies to this one request; 0 and 1: one
	bool stream;
	bool logprobs; // ask for the probabilities of tokens: only to see whether they come
	const char *continuation; // of a reply that paused: completion.continuation; NULL: none
};

/* ---- What came of it. The provider only classifies; the engine decides. */

enum reply_class {
	REPLY_OK, // a completion is there
	REPLY_CONTINUE, // the model paused: ask again with the completion's continuation
	REPLY_RETRY, // transient: try again after retry_after_ms (or back off)
	REPLY_LOADING, // the server is still loading its model: ask again, for minutes
	REPLY_RATE_LIMITED, // retry, and shrink
	REPLY_QUOTA, // money or daily quota: stop, exit 75
	REPLY_REFUSED_KEY, // key, permission: stop, exit 5
	REPLY_REFUSED_MODEL, // unknown model, malformed request: stop, exit 5
	REPLY_CONTEXT, // prompt too long: outcome of the sample
	REPLY_REFUSED, // moderation: outcome of the sample
	REPLY_BROKEN, // not what the protocol allows: once more may help, often will not
	// a parameter is not supported: `capabilities` left it out or renamed it; send again
	REPLY_ADJUST,
};

struct reply {
	enum reply_class class;
	int64_t retry_after_ms; // -1: not given
	bool final; // the endpoint says that asking again will not help (x-should-retry)
	char message[256]; // one line for people, keys redacted
};

struct draft;

/** A wire format, or a built-in source of replies: one const struct a file, listed by meson. */
struct provider {
	const char *name;
	const char *summary;
	bool local; // answers without HTTP: only `answer` is set
	const char *key_env; // default variable of the key, or NULL
	const char *token_env; // of a bearer token, where that is another thing; or NULL
	const char *base_url_env; // default variable of the base URL, or NULL
	const char *base_url; // default base URL, or NULL
	const char *path; // that a base URL may lack at its end; or NULL
	bool lacks_n; // has no request for several replies
	bool lacks_seed;
	bool lacks_effort; // --reasoning-effort means nothing to it

	/* Wire formats. A request carries the key; the rest of an endpoint's requests do, too:
	 * add_headers. */
	int (*build_request)(const struct model *model, const struct ask *ask,
		const struct capabilities *capabilities, struct http_request *request_out,
		struct error *err);
	void (*add_headers)(const struct model *model, struct http_request *request);
	void (*read_body)(struct draft *draft, const json_t *body);
	void (*read_event)(struct draft *draft, const char *name, const json_t *data);
	// What a reply is the continuation of, owned; NULL: of nothing.
	char *(*lead)(const struct ask *ask);

	/* Local sources. open may fail (a replay file that cannot be read: ERROR_INPUT with file
	 * and line; gold without proofs). */
	int (*open)(const struct model *model, void **source_out, struct error *err);
	// ERROR_NOT_FOUND: has none
	int (*answer)(void *source, const struct ask *ask, struct completion *completion_out,
		struct error *err);
	void (*close)(void *source);
};

enum stream_mode { STREAM_AUTO, STREAM_ON, STREAM_OFF };

/**
 * Whether to ask for a stream. By itself for long replies: an idle stream shows that it is dead, and
 * proxies cut connections on which nothing comes.
 */
bool provider_streams(enum stream_mode mode, const struct sampling *sampling,
	const struct capabilities *capabilities);

/** By name; NULL when there is none. */
const struct provider *provider_find(const char *name);

/** Provider `index`, or NULL past the last; sorted by name. */
const struct provider *provider_at(size_t index);

/* ---- Reading a response as its bytes come. */

struct reading;

/** Borrows all three while it lives. */
struct reading *reading_create(
	const struct provider *provider, const struct model *model, const struct ask *ask);
void reading_destroy(struct reading *reading);

/**
 * Bytes of the body, in order, cut anywhere. Whether they are a stream of events or one object shows
 * from the bytes: endpoints answer one where the other was asked for. Memory is bounded by
 * HTTP_BODY_MAX. False when nothing that comes can matter any more.
 */
bool reading_feed(struct reading *reading, const char *bytes, size_t length);

/** Takes what was sent in secret out of a line for people, in place. */
void reading_mask(const struct reading *reading, char *message);

/** Whether text of a reply has come. */
bool reading_has_text(const struct reading *reading);

/**
 * The end. `response` gives status and headers, and the body where nothing was fed; NULL when the
 * transfer broke, which is REPLY_RETRY whatever came. `capabilities` learns from refusals
 * (REPLY_ADJUST) and from the shape of a reply.
 */
struct reply reading_end(struct reading *reading, const struct http_response *response,
	struct capabilities *capabilities);

/**
 * Reply `index` of those asked for, moved into *completion_out, which is initialised. After REPLY_OK
 * false for one that did not come: it has to be asked for again. Token counts and cost of the
 * response are in the first one. After any other class what there is of a reply, cut off, not split
 * from its think tags; false when there is nothing.
 */
bool reading_take(struct reading *reading, size_t index, struct completion *completion_out);

/** All of the above for one reply whose body is in `response`. */
struct reply provider_read(const struct provider *provider, const struct model *model,
	const struct ask *ask, const struct http_response *response,
	struct capabilities *capabilities, struct completion *completion_out);

#endif
