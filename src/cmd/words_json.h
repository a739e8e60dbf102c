#ifndef F2F_CMD_WORDS_JSON_H
#define F2F_CMD_WORDS_JSON_H

#include <stddef.h>

#include "logic/rational.h"

struct buf;

/** Appends `{"key":"text"` at the beginning of a line, `,"key":"text"` after that. */
void words_json_text(struct buf *line, const char *key, const char *text, size_t length);

/** The same of a number: a JSON number where it is whole, else "3/4". */
void words_json_number(struct buf *line, const char *key, struct rational number);

#endif
