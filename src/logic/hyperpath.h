#ifndef F2F_LOGIC_HYPERPATH_H
#define F2F_LOGIC_HYPERPATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct closure;

/*
 * Minimum hyperpaths: the smallest set of facts that holds a goal and derives itself from the
 * axioms. The problem is NP-hard (it holds set cover), so this is a branch and bound, made short by
 * landmarks: facts that every derivation of a fact must hold (Zhu and Givan 2003, for planning). On
 * a graph where each fact is derived in one way, the goal's landmarks are the proof, and nothing is
 * searched.
 */

/* The part of a closure that the goal depends on, with facts numbered anew. */
struct hypergraph {
	size_t count; // facts
	size_t words; // of a set of them
	uint16_t *facts; // by number: index in the closure
	uint16_t *numbers; // by index in the closure: number, or CLOSURE_NONE
	bool *axiom;	   // by number
	struct hyperedge {
		uint32_t edge; // in the closure
		uint16_t head; // number
		uint64_t *tail; // set
		bool usable;
		size_t least; // no proof of the goal with this edge derives fewer facts
	} * edges;
	size_t edge_count;
	uint32_t *into; // into[n] .. into[n + 1]: edges of head n (edges are sorted by head)
	uint64_t *tails; // memory of the tails
	uint64_t *axioms; // set
	uint64_t *nothing; // the empty set
	uint64_t *needed;  // set: facts known to be in every proof of the goal
	uint16_t goal;	   // number
};

/** `allowed` (by fact of the closure; NULL: all): derived facts that may be used. */
void hypergraph_init(struct hypergraph *graph, const struct closure *closure, const bool *allowed);
void hypergraph_finish(struct hypergraph *graph);

/**
 * Marks edges that are on no proof of anything, since they need their own head, as not usable, and
 * finds out what every proof has (`needed`) and what each edge costs (`least`).
 */
void hypergraph_prune(struct hypergraph *graph);

/** What to search for. */
struct hyperpath_query {
	bool count_axioms;    // vertices, not steps
	uint16_t also;	      // a fact that has to be in it, or CLOSURE_NONE
	uint32_t only_edge;   // the one edge by which `also` may be derived, or UINT32_MAX
	uint16_t without;     // a fact that must not be in it, or CLOSURE_NONE
	size_t at_most;	      // look for nothing larger; SIZE_MAX
	bool first;	      // any that is not larger will do
};

enum hyperpath_end { HYPERPATH_FOUND, HYPERPATH_NONE, HYPERPATH_LIMIT };

/**
 * FOUND: the minimum (or with `first`, something small enough) is in set_out (graph->words words)
 * and *cost_out. NONE: there is nothing, or nothing so small. LIMIT: *nodes ran out; when something
 * was found before, it is in set_out and *cost_out, else *cost_out is 0. *nodes is counted down, by
 * one a node and by more where a graph is so large that its nodes take longer.
 */
enum hyperpath_end hyperpath_search(const struct hypergraph *graph,
	const struct hyperpath_query *query, size_t *nodes, uint64_t *set_out, size_t *cost_out);

#endif
