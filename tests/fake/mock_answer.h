#ifndef F2F_TESTS_FAKE_MOCK_ANSWER_H
#define F2F_TESTS_FAKE_MOCK_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/buf.h"

/* A request as f2f-mock read it, and the bytes that answer it. */

enum mock_api { MOCK_CHAT, MOCK_COMPLETIONS, MOCK_MESSAGES };

struct mock_request {
	const char *method;
	const char *path; // with its query
	const char *headers; // "Name: value" lines
	const char *raw; // the body's bytes
	size_t raw_length;
	int64_t on_connection; // how many requests this connection has had, from 1
	bool http10;

	// Of a completion.
	enum mock_api api;
	const json_t *body;
	const char *model;
	const char *prompt; // the last message, "" when there is none
	const char *seed; // as digits, "-" when there is none
	int64_t n; // 0: not given
	bool stream;
	bool include_usage;
	int64_t nth; // how often this (model, prompt, seed) has been asked, from 1
	int port; // our own
};

enum mock_step_kind {
	MOCK_SEND, // bytes up to `end`, `piece` at a time (0: all), `ms` before each but the first
	MOCK_PAUSE, // for `ms`
	MOCK_FLOOD, // bytes up to `end`, then those from `piece` to `end` for ever
	MOCK_HANG, // for ever
	MOCK_CLOSE,
	MOCK_RESET,
	MOCK_HALF_CLOSE, // no more bytes, and the connection stays
};

struct mock_step {
	enum mock_step_kind kind;
	size_t end;
	size_t piece;
	int64_t ms;
};

enum { MOCK_STEPS_MAX = 8, MOCK_WIRE_MAX = 640 * 1024 * 1024 };

/* Literal bytes and how they go out. Behind the last step the connection waits for its next. */
struct mock_answer {
	struct buf wire;
	struct mock_step steps[MOCK_STEPS_MAX];
	size_t step_count;
	int status; // for the log; 0: none was sent
	bool counted; // among those in flight
};

void mock_step(
	struct mock_answer *answer, enum mock_step_kind kind, size_t end, size_t piece, int64_t ms);

/** Head, then body, then one step that sends both. `headers`: further lines, each with CR LF. */
void mock_whole(struct mock_answer *answer, int status, const char *type, const char *headers,
	const char *body, size_t length);

/** The head alone, with `Content-Length` unless `length` is SIZE_MAX. */
void mock_head(struct mock_answer *answer, int status, const char *type, const char *headers,
	size_t length);

/** One chunk of a chunked body; an empty one ends it. */
void mock_chunk(struct mock_answer *answer, const char *bytes, size_t length);

/* The bytes of JSON strings. */
void mock_escape(struct buf *out, const char *text, size_t length);

uint64_t mock_fnv(uint64_t hash, const char *text);
extern const uint64_t mock_fnv_start;

#endif
