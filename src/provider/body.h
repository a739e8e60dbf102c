#ifndef F2F_PROVIDER_BODY_H
#define F2F_PROVIDER_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "provider/provider.h"

/* Writing a request: a JSON object member by member, into which the user's own body is merged. */

struct body {
	struct buf *out;
	json_t *extra; // the user's own members, which win; NULL: none
	bool any;
};

/**
 * Begins the object. ERROR_USAGE for an extra body that is no object, that names a member of `ours`
 * (what a request is made of, and what would change the form of its reply), or one that the endpoint
 * was found not to take.
 */
int body_begin(struct body *body, struct http_request *request, const struct model *model,
	const struct capabilities *capabilities, const char *const *ours, size_t count,
	struct error *err);

/** Starts a member; false when the user's own body has it. */
bool body_member(struct body *body, const char *key);

void body_text(struct body *body, const char *key, const char *value);
void body_integer(struct body *body, const char *key, int64_t value);
void body_real(struct body *body, const char *key, double value); // NAN: nothing
void body_texts(struct body *body, const char *key, const char *const *values, size_t count);

/** A {role, content} pair into an array. */
void body_message(struct body *body, const char *role, const char *content);

/** Merges the user's members (null takes one of ours away), ends the object, and checks its size. */
int body_end(struct body *body, struct error *err);

/** Frees what body_begin took, after a failure too. */
void body_finish(struct body *body);

/** temperature, top_p, the length limit, seed, stop, n, stream, reasoning_effort: where set and not refused. */
void body_sampling(
	struct body *body, const struct ask *ask, const struct capabilities *capabilities);

/** Method, URL and headers of a POST of JSON. `path` goes behind the base URL, before its query. */
void body_post(struct http_request *request, const struct model *model, const char *path,
	const struct ask *ask);

/** Owned: the base URL with a path, of which it may have the beginning already. */
char *body_url(const char *base, const char *path);

/** The user's own headers; body_post adds them too. */
void body_headers(const struct model *model, struct http_request *request);

/** "Authorization: Bearer KEY", where there is a key. */
void body_bearer(const struct model *model, struct http_request *request);

#endif
