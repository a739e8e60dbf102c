#ifndef F2F_LEAN_EXPORT_INTERNAL_H
#define F2F_LEAN_EXPORT_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "lean/export_read.h"

/* What the readers of lines (export_read.c) and of what is in them (export_terms.c) share. */

/* The line that is being read. Everything goes on after a fault; the line is then refused whole. */
struct export_line {
	struct export_file *file;
	const char *why; // the first fault; NULL: none
};

void export_bad(struct export_line *line, const char *why);

/** Whether an object has these keys and no other. */
bool export_keys(struct export_line *line, const json_t *object, const char *const *keys);

uint64_t export_integer(struct export_line *line, const json_t *value);
uint32_t export_string(struct export_line *line, const json_t *value);
uint32_t export_name_at(struct export_line *line, const json_t *value);
uint32_t export_level_at(struct export_line *line, const json_t *value);
uint32_t export_expr_at(struct export_line *line, const json_t *value);
uint32_t export_list(struct export_line *line, const json_t *array,
	uint32_t (*at)(struct export_line *line, const json_t *value));

/** An expression: what `key` says it is. */
uint32_t export_read_expr(struct export_line *line, const char *key, const json_t *value);

/** A line that declares something. */
void export_read_declaration(struct export_line *line, const json_t *object);

/** Puts a constant into the file. */
void export_declare(struct export_line *line, const struct export_const *constant);

#endif
