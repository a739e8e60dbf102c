#ifndef F2F_TESTS_UNIT_REPLY_H
#define F2F_TESTS_UNIT_REPLY_H

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "provider/provider.h"

/* Literal bytes of an endpoint, given to the provider for chat completions. */

#define REPLY(message, more)                                                       \
	"{\"id\":\"c1\",\"object\":\"chat.completion\",\"choices\":[{\"index\":0," \
	"\"message\":" message ",\"finish_reason\":\"stop\"}]" more "}"
#define ERROR(members) "{\"error\":{" members "}}"

/* Headers as "Name: value" lines. */
static inline struct http_response response_of(
	int status, const char *headers, const char *body, size_t length) {
	struct http_request shape;
	http_request_init(&shape);
	struct str rest = str_of(headers);
	struct str line;
	while (str_next_line(&rest, &line)) {
		char *copy = xmemdup0(line.data, line.len);
		char *colon = strchr(copy, ':');
		*colon = '\0';
		http_request_header(&shape, copy, colon + 2);
		free(copy);
	}
	struct http_response response = {
		.status = status,
		.headers = shape.headers,
		.header_count = shape.header_count,
		.body = BUF_INIT(HTTP_BODY_MAX),
	};
	shape.headers = NULL;
	shape.header_count = 0;
	http_request_finish(&shape);
	buf_append(&response.body, body, length);
	return response;
}

static inline struct reply read_bytes(int status, const char *headers, const char *body,
	size_t length, struct capabilities *state, struct completion *completion) {
	struct http_response response = response_of(status, headers, body, length);
	completion_init(completion);
	static const struct model model = {.provider = "openai", .name = "m"};
	static const struct ask ask = {.prompt = "x"};
	struct reply reply =
		provider_read(provider_find("openai"), &model, &ask, &response, state, completion);
	http_response_finish(&response);
	return reply;
}

#endif
