#ifndef F2F_LOGIC_CLOSURE_RULES_H
#define F2F_LOGIC_CLOSURE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "logic/closure.h"

/* A closure in the making. */
struct builder {
	struct closure *closure;
	enum closure_mode mode;
	size_t fact_cap;
	size_t edge_cap;
	uint32_t *last_into; // by fact: its newest incoming edge, or UINT32_MAX
	uint32_t *previous;  // by edge: an older one of the same head
	bool contradictory;
	bool too_large;
};

/** Index of the fact, added when new; CLOSURE_NONE when its place is full or the closure is. */
uint16_t builder_add(struct builder *builder, const struct fact *fact);

/** Adds a conclusion and the edge to it, unless it is there or the conclusion is an axiom. */
void builder_conclude(struct builder *builder, enum rule rule, const uint16_t *tail, size_t count,
	const struct fact *conclusion);

/** A number that follows from this fact does not fit. */
void builder_overflow(struct builder *builder, const struct fact *fact);

/**
 * Every rule instance whose latest premise is fact `newest`: called once for each fact in order, so
 * that each instance fires once, when its last premise is there.
 */
void rules_fire(struct builder *builder, uint16_t newest);

#endif
