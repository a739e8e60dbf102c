#ifndef F2F_LEAN_EXPORT_READ_H
#define F2F_LEAN_EXPORT_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/vec.h"
#include "lean/export_nodes.h"

struct error;

/* What lean4export writes (format 3), a line at a time. It was made from a file that foreign code
 * wrote: anything that the format does not say is refused. */

enum export_what {
	EXPORT_AXIOM,
	EXPORT_DEF,
	EXPORT_OPAQUE,
	EXPORT_THEOREM,
	EXPORT_QUOT,
	EXPORT_TYPE,
	EXPORT_CONSTRUCTOR,
	EXPORT_RECURSOR,
};

/* One constant. Numbers are nodes. */
struct export_const {
	uint32_t name;
	enum export_what what;
	bool harmless; // safe: neither unsafe nor partial
	uint32_t levels; // list of parameters
	uint32_t type;
	uint32_t value; // EXPORT_NODE_NIL when it has none
	uint32_t rest; // all else that it says, as one node
	uint32_t needs; // list of names that it rests on besides those in its expressions
	uint32_t rules; // list of expressions
};

/** One file. `nodes` is shared with the file that it is compared with, and borrowed. */
struct export_file {
	struct export_nodes *nodes;
	struct buf line; // what has come of the next one
	size_t lines;
	bool began; // the first line was read
	VEC(uint32_t) names; // by their number in the file
	VEC(uint32_t) levels;
	VEC(uint32_t) exprs;
	VEC(struct export_const) consts; // in the file's order
	uint32_t *index; // by name, open addressing over consts + 1; 0 is free
	size_t index_count;
	VEC(uint8_t) known; // by node: every constant in it has been declared
	VEC(uint32_t) stack;
};

void export_file_init(struct export_file *file, struct export_nodes *nodes);
void export_file_finish(struct export_file *file);

/** Takes bytes as they come. ERROR_INPUT names the line. After a failure nothing more may come. */
int export_file_add(
	struct export_file *file, const char *bytes, size_t length, struct error *err);

/** They have all come: the last line must be whole, and there must have been one. */
int export_file_end(struct export_file *file, struct error *err);

/** NULL when there is none of this name. */
const struct export_const *export_file_find(const struct export_file *file, uint32_t name);

#endif
