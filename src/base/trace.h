#ifndef F2F_BASE_TRACE_H
#define F2F_BASE_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/**
 * Structured events for tools: one JSON object a line in the file that F2F_TRACE names. Off and
 * nearly free otherwise. Keys: "t" (monotonic ns), "event" (request, retry, limit, spawn, exit,
 * verdict, commit …), "id" (the attempt's, 0 if none), "what".
 */
int trace_open(const char *path, struct error *err);
void trace_close(void);
void trace_event(const char *event, int64_t id, const char *format, ...) F2F_PRINTF(3, 4);

#endif
