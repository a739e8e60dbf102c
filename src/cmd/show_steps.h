#ifndef F2F_CMD_SHOW_STEPS_H
#define F2F_CMD_SHOW_STEPS_H

#include <jansson.h>

struct error;
struct problem;

/**
 * Adds how a proof in words is read today: figures, and a line a step with its label. `name`: of
 * the member, "answer_text" or "reasoning_text".
 */
int show_steps(const struct problem *problem, const char *reply, const char *name, json_t *object,
	struct error *err);

#endif
