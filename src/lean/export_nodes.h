#ifndef F2F_LEAN_EXPORT_NODES_H
#define F2F_LEAN_EXPORT_NODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"

/* Names, levels, expressions and declarations of Lean, each stored once: what is equal has the same
 * number, also when it comes from two files. Names of bound variables and how they are written
 * (round, curly) are no part of an expression. */

/* What a node is. Its parts are numbers of nodes, or plain numbers, in this order. */
enum export_kind {
	EXPORT_NIL, // the empty list, the empty name, level zero: node 0 alone
	EXPORT_TEXT, // offset and length
	EXPORT_CONS, // head, tail
	EXPORT_NUMBER, // low and high half
	EXPORT_NAME_STR, // name before, text
	EXPORT_NAME_NUM, // name before, number
	EXPORT_SUCC, // level
	EXPORT_MAX, // level, level
	EXPORT_IMAX, // level, level
	EXPORT_PARAM, // name
	EXPORT_BVAR, // index
	EXPORT_SORT, // level
	EXPORT_CONST, // name, list of levels
	EXPORT_APP, // function, argument
	EXPORT_LAM, // type, body
	EXPORT_PI, // type, body
	EXPORT_LET, // type, value, body
	EXPORT_PROJ, // name of the type, index, expression
	EXPORT_NAT, // text
	EXPORT_STR, // text
};

#define EXPORT_NODE_NIL UINT32_C(0)
#define EXPORT_NODE_NONE UINT32_MAX // no node

struct export_node {
	uint32_t kind;
	uint32_t a;
	uint32_t b;
	uint32_t c;
};

/** All nodes of a comparison. */
struct export_nodes {
	VEC(struct export_node) list;
	uint32_t *slots; // open addressing over the list; EXPORT_NODE_NONE is free
	size_t slot_count;
	VEC(char) text;
	size_t max_bytes; // of all of it
	bool full; // more was asked for: every number since is EXPORT_NODE_NONE
};

void export_nodes_init(struct export_nodes *nodes, size_t max_bytes);
void export_nodes_finish(struct export_nodes *nodes);

/** The number of this node, new or not; EXPORT_NODE_NONE once the store is full. */
uint32_t export_node(
	struct export_nodes *nodes, enum export_kind kind, uint32_t a, uint32_t b, uint32_t c);

/** The number of a text. */
uint32_t export_text(struct export_nodes *nodes, const char *text, size_t length);

/** The number of a number. */
uint32_t export_number(struct export_nodes *nodes, uint64_t number);

/** The number of a name as it is written: parts between dots, or in «». */
uint32_t export_name(struct export_nodes *nodes, const char *dotted);

/** Owned: a name as Lean prints it, cut when it is long. */
char *export_name_text(const struct export_nodes *nodes, uint32_t name);

#endif
