#ifndef F2F_TESTS_UNIT_STREAMS_H
#define F2F_TESTS_UNIT_STREAMS_H

#include <string.h>

#include "base/mem.h"
#include "provider/provider.h"
#include "unit.h"

/* Literal bytes of a stream or a whole, fed in pieces to any provider. */

struct fed {
	struct reading *reading;
	struct reply reply;
	struct completion completion; // of reply 0
	bool taken;
	struct capabilities capabilities;
	struct ask ask;
	struct model model;
};

/* `step` 0: not fed at all, but there as the response's body. */
static inline void feed(struct fed *fed, const char *provider, size_t count, int status,
	const char *bytes, size_t length, size_t step) {
	*fed = (struct fed){.ask = {.prompt = "p", .count = count, .stream = true},
		.model = {.provider = provider, .name = "m", .api_key = "sk-0123456789abcdefgh"}};
	fed->reading = reading_create(provider_find(provider), &fed->model, &fed->ask);
	struct http_response response = {.status = status, .body = BUF_INIT(HTTP_BODY_MAX)};
	for (size_t at = 0; step > 0 && at < length; at += step) {
		size_t piece = length - at < step ? length - at : step;
		char *copy = xmalloc(piece);
		memcpy(copy, bytes + at, piece);
		reading_feed(fed->reading, copy, piece);
		free(copy);
	}
	if (step == 0) {
		buf_append(&response.body, bytes, length);
	}
	fed->reply = reading_end(fed->reading, &response, &fed->capabilities);
	buf_finish(&response.body);
	completion_init(&fed->completion);
	fed->taken = reading_take(fed->reading, 0, &fed->completion);
}

static inline void fed_finish(struct fed *fed) {
	reading_destroy(fed->reading);
	completion_finish(&fed->completion);
}

#endif
