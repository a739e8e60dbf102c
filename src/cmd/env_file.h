#ifndef F2F_CMD_ENV_FILE_H
#define F2F_CMD_ENV_FILE_H

#include <stddef.h>

struct error;
struct options;

/* --env-file: lines NAME=VALUE that stand in for variables that hold keys and are not set. Nothing
 * else reads it, no child gets it, and nothing of it is ever shown. */

/**
 * What the variable that holds a key says: the environment's word, else the file's. Empty counts as
 * not set. Owned, NULL when it is not set. ERROR_USAGE when the file is given and cannot be used;
 * with `name` NULL only that is looked at.
 */
int env_file_variable(
	const struct options *options, const char *name, char **value_out, struct error *err);

/**
 * The last value of `name` in such a text, owned; NULL: none. ERROR_USAGE with the number of a line
 * that is none, never its text.
 */
int env_file_find(
	const char *text, size_t length, const char *name, char **value_out, struct error *err);

#endif
