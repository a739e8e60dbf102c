#ifndef F2F_PROVIDER_FAILURE_H
#define F2F_PROVIDER_FAILURE_H

#include <jansson.h>

#include "provider/provider.h"

/*
 * What every wire format does with a response that is no completion: read the shapes in which
 * errors come, and classify.
 */

/** An error as its body tells it. Texts borrowed from the JSON; "" when absent. */
struct failure {
	int status; // of HTTP, or the error object's own where HTTP says 200
	const char *message;
	const char *code;
	const char *type;
	const char *param;
	int64_t wait_ms; // that its details ask for; -1: none
	bool moderated; // the endpoint says that its moderation, not the key, refuses
};

/** Whether a parsed body tells of an error, whatever its HTTP status. */
bool failure_in_body(const json_t *body);

/** The error in a list of one, or the body itself. Borrowed. */
const json_t *failure_unwrapped(const json_t *body);

/** body NULL: not JSON, or nothing. */
struct failure failure_read(const struct http_response *response, const json_t *body);

/** The class of a failure with its message and wait; changes `capabilities` for REPLY_ADJUST. */
struct reply failure_classify(const struct failure *failure, const struct http_response *response,
	struct capabilities *capabilities);

/** Puts into words what failed: "HTTP 502: Bad Gateway". */
void failure_describe(
	const struct failure *failure, const struct http_response *response, struct reply *reply);

/** One line for people: no control characters, nothing that looks like a key, cut to fit. */
void failure_message(struct reply *reply, const char *format, ...) F2F_PRINTF(2, 3);

#endif
