#ifndef F2F_LOGIC_SHORTEST_H
#define F2F_LOGIC_SHORTEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct closure;

/**
 * Shortest proofs of a closure's goal: minimum hyperpaths, exactly, a shared sub-proof paid once.
 * Steps count derived facts, vertices axioms too; each is minimised by itself.
 */
struct shortest {
	bool proved;	// steps and vertices are the optimum; else the node limit was reached and
			// they are only what was found (0: nothing)
	size_t steps;
	size_t vertices;
	uint32_t *edges; // a proof with `steps` steps: indices of edges, premises first. Owned
	size_t edge_count;
	bool relevance_proved; // in_some and in_all are exact
	bool *in_some; // by fact: in some proof with fewest steps. Owned
	bool *in_all;  // by fact: in every one. Owned
};

enum { SHORTEST_NODES = 2000000 }; // a good default: about a second

/**
 * The closure must be CLOSURE_SOUND. `node_limit` bounds the search nodes of the whole call. *out
 * is owned: shortest_finish it.
 */
void shortest_solve(const struct closure *closure, size_t node_limit, struct shortest *out);
void shortest_finish(struct shortest *shortest);

/**
 * The fewest steps of a proof of the goal that derives only facts for which `allowed` (by fact) is
 * true; axioms are always allowed. 0 when there is none (or the goal is an axiom: see closure), or
 * the node limit was reached (*proved_out false).
 */
size_t shortest_within(const struct closure *closure, const bool *allowed, size_t node_limit,
	bool *proved_out);

#endif
