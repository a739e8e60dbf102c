#ifndef F2F_ENGINE_VIEW_H
#define F2F_ENGINE_VIEW_H

#include <stddef.h>

struct engine;

/**
 * One line about a run that goes on: how much is done, how much of it well, what is under way, why it
 * waits and until when, how old the oldest request is, tokens, cost, and about how long it will take.
 */
void view_line(const struct engine *engine, char *line, size_t size);

#endif
