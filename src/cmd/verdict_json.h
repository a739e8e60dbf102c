#ifndef F2F_CMD_VERDICT_JSON_H
#define F2F_CMD_VERDICT_JSON_H

#include <jansson.h>

struct verdict;

/**
 * A verdict as `check --json` and `verify --json` give it: the keys that the contract names, and
 * what it rests on. Owned.
 */
json_t *verdict_json(const struct verdict *verdict);

/** Prints an object as one line. Takes it over. */
void verdict_json_line(json_t *object);

#endif
