#ifndef F2F_PROVIDER_PROVIDER_H
#define F2F_PROVIDER_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/completion.h"
#include "io/http.h"

struct error;
struct problem;

/* ---- What is asked. All borrowed. */

struct model {
	const char *provider; // "openai"
	const char *name;     // "gpt-x", "gold", a path for replay
	const char *base_url; // NULL: the provider's own or its variable
	const char *api_key;  // NULL: none. Never logged or stored
	const char *extra_body; // JSON object merged into each request, or NULL
};

struct sampling {
	double temperature; // NAN: do not send
	double top_p;	    // NAN: do not send
	int64_t max_tokens; // 0: do not send
	uint64_t seed;	    // per sample; sent where the provider has seeds
	bool send_seed;
};

struct ask {
	const struct problem *problem; // for built-in providers
	const char *task;	       // "prove"
	const char *system;	       // NULL: none
	const char *prompt;
	int64_t sample;
	struct sampling sampling;
};

/* ---- What came of it. The provider only classifies; the engine decides. */

enum reply_class {
	REPLY_OK,	    // completion is filled
	REPLY_RETRY,	    // transient: try again after retry_after_ms (or back off)
	REPLY_RATE_LIMITED, // retry, and shrink
	REPLY_QUOTA,	    // money or daily quota: stop, exit 75
	REPLY_REFUSED_KEY,  // key, permission: stop, exit 5
	REPLY_REFUSED_MODEL, // unknown model, malformed request: stop, exit 5
	REPLY_CONTEXT,	    // prompt too long: outcome of the sample
	REPLY_REFUSED,	    // moderation: outcome of the sample
	// a parameter is not supported: drop or rename it (provider state) and send again once
	REPLY_ADJUST,
};

struct reply {
	enum reply_class class;
	int64_t retry_after_ms; // -1: not given
	char message[256];	// one line for people, keys redacted
};

/* Parameters that an endpoint was found not to take. */
struct provider_state {
	bool drop_temperature;
	bool drop_top_p;
	bool drop_seed;
	bool max_completion_tokens; // send max_tokens under its newer name
	unsigned adjustments;	    // how many were made; the engine stops at 4
};

/** A wire format, or a built-in source of replies: one const struct a file, listed by meson. */
struct provider {
	const char *name;
	const char *summary;
	bool local;		// answers without HTTP: only `answer` is set
	const char *key_env;	// default variable of the key, or NULL
	const char *base_url_env; // default variable of the base URL, or NULL
	const char *base_url;	// default base URL, or NULL

	/* Wire formats. `state` is what REPLY_ADJUST changed: zeroed at first, one per (run,
	 * model). */
	int (*build_request)(const struct model *model, const struct ask *ask,
		const struct provider_state *state, struct http_request *request_out,
		struct error *err);
	struct reply (*read_response)(const struct http_response *response,
		struct provider_state *state, struct completion *completion_out);

	/* Local sources. open may fail (a replay file that cannot be read: ERROR_INPUT with file
	 * and line; gold without proofs). */
	int (*open)(const struct model *model, void **source_out, struct error *err);
	// ERROR_NOT_FOUND: has none
	int (*answer)(void *source, const struct ask *ask, struct completion *completion_out,
		struct error *err);
	void (*close)(void *source);
};

/** By name; NULL when there is none. */
const struct provider *provider_find(const char *name);

/** Provider `index`, or NULL past the last; sorted by name. */
const struct provider *provider_at(size_t index);

#endif
