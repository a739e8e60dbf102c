#ifndef F2F_LOGIC_CLOSURE_H
#define F2F_LOGIC_CLOSURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "logic/program.h"

struct error;

/* The six rules of ../shared/spec/efficiency.md 2.3. */
enum rule {
	RULE_COMPARISON, // container, comparison → container
	RULE_COMPARE,	 // container, container → comparison
	RULE_EQUALITY,	 // container, comparison, equality → container
	RULE_TRANSFER,	 // container, transfer → container, one version later
	RULE_RATE,	 // container, rate → container
	RULE_PART_WHOLE, // containers → part-whole
};

enum { EDGE_TAIL_MAX = FACT_KEYS_MAX, CLOSURE_NONE = 0xffff };

/** One rule instance: facts by index, the tail sorted, no fact twice. */
struct edge {
	uint16_t head;
	uint8_t rule;
	uint8_t tail_count;
	uint16_t tail[EDGE_TAIL_MAX];
};

enum closure_state {
	CLOSURE_SOUND,	       // the goal is derived, once; nothing contradicts
	CLOSURE_CONTRADICTORY, // some amount has two values
	CLOSURE_AMBIGUOUS,     // and so has the goal
	CLOSURE_UNREACHABLE,   // the goal does not follow
	CLOSURE_FALSE,	       // the ground goal's number is not the one that follows
	CLOSURE_TOO_LARGE,     // more facts than CLOSURE_FACTS_MAX, or a number that overflows
};

enum closure_mode {
	// comparisons are derived only for pairs that an equality or the goal asks for
	CLOSURE_ASKED,
	// and for all pairs of known amounts of one noun
	CLOSURE_FULL,
};

/** All facts that follow, and every rule instance between them once. */
struct closure {
	const struct program *program; // borrowed
	struct fact *facts; // axioms first, in text order, equal ones once; then as derived
	size_t fact_count;
	size_t axiom_count;
	struct edge *edges;
	size_t edge_count;
	uint32_t *into;	    // into[f] .. into[f + 1]: positions in into_edges of f's incoming edges
	uint32_t *into_edges;
	uint16_t goal; // index; CLOSURE_NONE when it does not follow
	enum closure_state state;
	char why[256]; // when not sound: for people, with the facts concerned
	struct closure_index *index; // private
};

/**
 * Owned, closure_destroy it, before the program goes. Axioms have no incoming edges: they need no
 * derivation. A contradictory program still gets a closure (at most two values a place), so that it
 * can be looked at; nothing is to be scored by it.
 */
struct closure *closure_create(const struct program *program, enum closure_mode mode);
void closure_destroy(struct closure *closure);

/** Index of this fact, CLOSURE_NONE when it does not follow. A comparison is found whichever way
 * round it is put ("Ann has 3 more than Ben", "Ben has 3 fewer than Ann"). */
uint16_t closure_find(const struct closure *closure, const struct fact *fact);

/** The container fact of a key, whatever its quantity; CLOSURE_NONE when its amount is unknown. */
uint16_t closure_amount(const struct closure *closure, struct key key);

/** "contradictory" and so on, for reports. */
const char *closure_state_name(enum closure_state state);

#endif
