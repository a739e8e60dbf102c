#ifndef F2F_CMD_SHOW_PRINT_H
#define F2F_CMD_SHOW_PRINT_H

#include <stdbool.h>

#include <jansson.h>

/**
 * Prints an object: compact JSON and a line end; or for people, a line a member, long texts as
 * blocks, what is null or empty left out, control characters made visible (replies are foreign).
 */
void show_print(const json_t *object, bool json);

/**
 * Prints foreign text without its last line end: `indent` before every further line; what would
 * move the cursor is written as \\xNN.
 */
void show_text(const char *text, int indent);

#endif
