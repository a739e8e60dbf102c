#ifndef F2F_ENGINE_REHEARSAL_H
#define F2F_ENGINE_REHEARSAL_H

#include <stdint.h>

struct ask;
struct engine_options;
struct error;
struct http_request;
struct plan_item;

/* What a run would do, found out without doing it: nothing is sent, started or stored. */

struct rehearsal {
	int64_t requests; // to the endpoint, each once
	int64_t replies; // that they ask for
	int64_t cached; // replies that are here already
	int64_t local; // questions to a built-in source
	int64_t checks_stored; // stored replies that wait for their check
	int64_t prompt_bytes; // of the requests' prompts, the system's text included
	int64_t prompts_longest; // bytes
};

/**
 * Takes all of the plan. `each` is called for the first `shown` questions, with the request as it
 * would be sent (NULL: to a local source); all is borrowed for the call.
 */
int rehearse(const struct engine_options *options, int shown,
	void (*each)(const struct plan_item *item, const struct ask *ask,
		const struct http_request *request, void *data),
	void *data, struct rehearsal *out, struct error *err);

#endif
