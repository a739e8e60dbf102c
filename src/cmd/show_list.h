#ifndef F2F_CMD_SHOW_LIST_H
#define F2F_CMD_SHOW_LIST_H

#include <jansson.h>

struct error;
struct sample_state;
struct store;

/**
 * One attempt of a list: where it is, how it ended, and in `message` the first line of what was said
 * of it. Owned; NULL on failure.
 */
json_t *show_list_row(struct store *store, const char *run, const struct sample_state *state,
	struct error *err);

/** "run", "matching" and "attempts" for people: a line an attempt, as wide as the terminal. */
void show_list_print(const json_t *shown);

#endif
