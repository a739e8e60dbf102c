#ifndef F2F_TESTS_FAKE_MOCK_TEXT_H
#define F2F_TESTS_FAKE_MOCK_TEXT_H

#include "mock_answer.h"

/* Completions as bytes: three APIs, each whole or streamed. Written by hand, not by f2f's own code. */

enum mock_usage { MOCK_USAGE_PLAIN, MOCK_USAGE_NONE, MOCK_USAGE_FULL };

struct mock_choice {
	int64_t index;
	const char *content; // NULL: null
	size_t length; // of content
	bool literal; // content is written as it is, not as a JSON string wants it
	const char *reasoning; // NULL: none
	const char *reasoning_key;
	const char *refusal; // NULL: none
	const char *finish; // as chat completions call it
};

struct mock_completion {
	const struct mock_choice *choices;
	size_t count;
	enum mock_usage usage;
	bool unknown_fields;
};

/* How a stream is broken up, and off. */
enum mock_stream {
	MOCK_STREAM_EVENTS, // a chunk an event
	MOCK_STREAM_BYTES, // a chunk a byte
	MOCK_STREAM_LINES, // CR LF, comments, several data lines, a byte order mark
	MOCK_STREAM_ERROR, // an error event in the middle, and nothing after it
	MOCK_STREAM_CUT, // ends in the middle, politely
	MOCK_STREAM_HALT, // in the middle, silence
};

/** The answer, in the form that the request wants: JSON, or a stream in the way of `stream`. */
void mock_complete(const struct mock_request *request, const struct mock_completion *completion,
	enum mock_stream stream, struct mock_answer *answer);

/** The JSON alone. */
void mock_complete_json(const struct mock_request *request,
	const struct mock_completion *completion, struct buf *out);

/** Of model, prompt and seed; what distinguishes choice 0. */
uint64_t mock_request_hash(const struct mock_request *request);

#endif
