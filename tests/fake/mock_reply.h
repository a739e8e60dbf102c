#ifndef F2F_TESTS_FAKE_MOCK_REPLY_H
#define F2F_TESTS_FAKE_MOCK_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/buf.h"

/* What f2f-mock answers, as a function of the request alone: mock_reply.c lists the behaviours. */

struct mock_request {
	const char *model;
	const char *prompt; // the last message
	const char *seed; // as digits, "-" when there is none
	const json_t *body;
	const char *raw; // the body's bytes
	const char *headers; // "Name: value" lines, for "echo-headers"
	int64_t nth; // how often this (model, prompt, seed) has been asked, from 1
	int64_t on_connection; // how many requests this connection has had, from 1
};

enum mock_end {
	MOCK_WHOLE,
	MOCK_CUT, // announces more than it sends, then closes
	MOCK_DRIP, // a byte at a time
	MOCK_CHUNKED,
	MOCK_CLOSE, // closes without a byte
	MOCK_HANG, // never answers
};

struct mock_answer {
	int status;
	const char *header_name; // one header besides the usual; NULL: none
	char header_value[128];
	const char *content_type;
	bool gzip; // compress the body, and say so
	int64_t delay_ms;
	int64_t drip_ms;
	enum mock_end end;
	struct buf body;
};

/** `answer` zeroed but for its body, which is initialised and empty. */
void mock_decide(const struct mock_request *request, struct mock_answer *answer);

#endif
