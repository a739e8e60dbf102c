#ifndef F2F_PROVIDER_SSE_H
#define F2F_PROVIDER_SSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * Server-sent events from bytes that may be cut anywhere. Lines end in CR, LF or both; `data` lines
 * of one event are joined with LF; comments, ids and unknown fields are dropped. Nothing is decoded:
 * what an event holds is foreign bytes.
 */

enum { SSE_EVENT_MAX = 16 * 1024 * 1024 };

/** Borrowed for the call. */
struct sse_event {
	const char *name; // "" when the stream gave none
	const char *data; // NUL-terminated at `length`, may hold NULs before
	size_t length;
};

typedef void (*sse_event_fn)(const struct sse_event *event, void *data);

struct sse {
	sse_event_fn event;
	void *data;
	struct buf line; // begun, its end has not come
	struct buf name;
	struct buf value; // `data` lines so far
	bool has_data;
	bool after_cr; // an LF now belongs to the CR before it
	bool begun; // the first line is over: no BOM any more
	bool too_long;
};

void sse_init(struct sse *sse, sse_event_fn event, void *data);
void sse_finish(struct sse *sse);

/**
 * Calls `event` for each that is complete. False once a line or an event was over SSE_EVENT_MAX:
 * the stream cannot be read any further, and nothing more is kept of it.
 */
bool sse_feed(struct sse *sse, const char *bytes, size_t length);

/** The end of the stream; an event that lacks its blank line counts. */
void sse_end(struct sse *sse);

#endif
