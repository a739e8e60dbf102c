#ifndef F2F_PROVIDER_PROBE_H
#define F2F_PROVIDER_PROBE_H

#include <stdbool.h>
#include <stddef.h>

#include "provider/provider.h"

struct buf;
struct http_request;
struct http_response;

/*
 * Finding out what an endpoint can do: requests to make, and what their responses say. Pure: f2f
 * doctor sends them.
 */

enum { PROBE_REPLIES = 2 };

/** What was found, for one line. */
enum probe_finding {
	PROBE_YES,
	PROBE_NO, // it lacks this, which is no fault
	PROBE_ABSENT, // the server knows no such path: nothing to say
	PROBE_FAILED, // it should answer this, and does not
};

/** A question to the server itself, not to a model: where, and how its answer is read. */
struct server_probe {
	const char *what; // "models"
	const char *path; // behind the base URL; with `root`, behind the host
	bool root;
	bool required; // an endpoint that does not know it is broken
	// One line for people about a good answer; learns.
	enum probe_finding (*read)(const json_t *body, const struct model *model,
		struct capabilities *capabilities, struct buf *line);
};

const struct server_probe *server_probe_at(size_t index); // NULL past the last

/** The request of a server probe: GET, with the key. */
void server_probe_request(const struct server_probe *probe, const struct provider *provider,
	const struct model *model, struct http_request *request_out);

enum probe_finding server_probe_read(const struct server_probe *probe, const struct model *model,
	const struct http_response *response, struct capabilities *capabilities, struct buf *line);

/** A question to the model. */
struct model_probe {
	const char *what; // "n"
	int requests; // 1, or 2 that are compared
	// Whether a provider's format has it at all.
	bool (*applies)(const struct provider *provider);
	void (*prepare)(struct ask *ask, int request);
	// Reply by reply, in order; completions NULL where none came.
	enum probe_finding (*read)(const struct completion *const *replies,
		struct capabilities *capabilities, struct buf *line);
};

const struct model_probe *model_probe_at(size_t index); // NULL past the last

#endif
