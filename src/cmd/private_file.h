#ifndef F2F_CMD_PRIVATE_FILE_H
#define F2F_CMD_PRIVATE_FILE_H

#include <stddef.h>

struct error;

/**
 * Reads a file that holds a key: at most `size` bytes, which the caller overwrites. `what` names it
 * in messages ("key file"). ERROR_USAGE when it is no file, cannot be read, can be read by others
 * than its owner, or does not fit.
 */
int private_file_read(const char *path, const char *what, char *text, size_t size,
	size_t *length_out, struct error *err);

#endif
