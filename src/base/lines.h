#ifndef F2F_BASE_LINES_H
#define F2F_BASE_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

/** A text file, a line at a time, with memory for one line only. */
struct lines;

/** Lines over `line_max` bytes are errors. */
int lines_open(const char *path, size_t line_max, struct lines **lines_out, struct error *err);
void lines_close(struct lines *lines);

/**
 * 1 with the next line, without its LF or CR LF, borrowed until the next call; 0 at the end;
 * negative on failure, naming file and line.
 */
int lines_next(struct lines *lines, struct str *line_out, struct error *err);

/** Of the line that lines_next gave last: its number from 1, and where in the file it begins. */
int64_t lines_number(const struct lines *lines);
int64_t lines_offset(const struct lines *lines);

#endif
