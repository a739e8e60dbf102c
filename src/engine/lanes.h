#ifndef F2F_ENGINE_LANES_H
#define F2F_ENGINE_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/limiter.h"
#include "engine/run.h"
#include "provider/provider.h"

struct http_endpoint;
struct loop;

/**
 * One server of a model: its connections, its limits, how it does. A model has one lane for each of
 * its base URLs, all held to serve the same model; a request goes to the least busy one that is up.
 */
struct lane {
	struct model model; // with this server's base URL; the rest as given
	struct http_endpoint *endpoint;
	struct limiter *limiter;
	int failures; // requests in a row that came to nothing; those of one down time count once
	// After several of them, only while there are other lanes; 0: it is not. When that is over,
	// one request at a time until there is an answer.
	int64_t down_until_ns;
	bool closed; // it refuses us, or our money is used up: nothing more is sent there
	enum engine_end closed_end;
	char closed_why[512];
};

struct lanes {
	struct lane *items;
	size_t count;
};

/** `base_urls` NULL: the model's own alone. Borrows what `options` names while open. */
void lanes_open(struct lanes *lanes, const struct engine_options *options);
void lanes_close(struct lanes *lanes); // a zeroed one is fine

/* Why no lane is free. */
enum lanes_wait {
	LANES_FREE,
	LANES_BUSY, // a reply changes that, not time
	LANES_HELD, // an endpoint asked to wait
	LANES_REQUESTS, // --rpm
	LANES_TOKENS, // --tpm
	LANES_DOWN, // all of several
	LANES_CLOSED, // all: lanes_closed
};

/**
 * The lane for a request that may use `tokens`, or NULL, why, and (unless BUSY or CLOSED) the ns
 * after which to ask again. `avoid` (NULL: none) is taken only when no other is free.
 */
struct lane *lanes_choose(struct lanes *lanes, int64_t now_ns, int64_t tokens,
	const struct lane *avoid, enum lanes_wait *why_out, int64_t *wait_ns_out);

/** What became of a request: something that a server says that is well, or not. */
void lane_answered(struct lane *lane);
void lane_failed(struct lanes *lanes, struct lane *lane, int64_t now_ns);

/** Nothing more goes there. False when no other lane is left. */
bool lane_close(struct lanes *lanes, struct lane *lane, enum engine_end end, const char *why);

/** Whether there is another lane that does well: with none, failing over only uses up tries. */
bool lanes_has_other(const struct lanes *lanes, const struct lane *lane, int64_t now_ns);

#endif
