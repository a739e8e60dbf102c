#ifndef F2F_CMD_VERDICT_JSON_H
#define F2F_CMD_VERDICT_JSON_H

#include <stdint.h>

#include <jansson.h>

struct verdict;

/**
 * A verdict as `check --json` and `verify --json` give it: the keys that the contract names, and
 * what it rests on. Owned.
 */
json_t *verdict_json(const struct verdict *verdict);

/** CPU time as seconds; null where nobody measured it. Owned. */
json_t *verdict_json_cpu(int64_t cpu_ns);

/** Prints an object as one line. Takes it over. */
void verdict_json_line(json_t *object);

#endif
