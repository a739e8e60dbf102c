#include "logic/hyperpath.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "logic/bits.h"
#include "logic/closure.h"
#include "logic/hyperpath_seen.h"

/* What takes about as long as a node of a small graph: the limit stands for a time. */
enum { NODE_EDGES = 64, NODE_WORDS = 1024 };

struct search {
	const struct hypergraph *graph;
	const struct hyperpath_query *query;
	size_t words;
	bool *usable;	     // by edge, as the query and reachability leave it
	uint64_t *landmarks; // by fact, a set each
	const uint64_t *free; // axioms, where they cost nothing
	size_t *nodes;
	size_t best; // cost; SIZE_MAX when nothing was found
	uint64_t *best_set;
	struct hyperpath_seen seen;
	bool limit;
	bool done;
};

static uint64_t *landmarks_of(const struct search *search, size_t fact) {
	return search->landmarks + fact * search->words;
}

/* Leaves usable only edges whose tails can be derived at all; false when the goal cannot. */
static bool keep_reachable(struct search *search, uint64_t *reached) {
	const struct hypergraph *graph = search->graph;
	memcpy(reached, graph->axioms, search->words * sizeof(*reached));
	if (search->query->without != CLOSURE_NONE) {
		bits_clear(reached, search->query->without);
	}
	for (bool grown = true; grown;) {
		grown = false;
		// premises, which have later numbers, first
		for (size_t i = graph->edge_count; i-- > 0;) {
			const struct hyperedge *edge = &graph->edges[i];
			if (search->usable[i] && !bits_has(reached, edge->head) &&
				bits_within(edge->tail, reached, graph->nothing, search->words)) {
				bits_set(reached, edge->head);
				grown = true;
			}
		}
	}
	for (size_t i = 0; i < graph->edge_count; i++) {
		search->usable[i] = search->usable[i] &&
				    bits_within(graph->edges[i].tail, reached, graph->nothing,
					    search->words);
	}
	uint16_t also = search->query->also;
	return bits_has(reached, graph->goal) && (also == CLOSURE_NONE || bits_has(reached, also));
}

static void choose_edges(struct search *search) {
	const struct hypergraph *graph = search->graph;
	const struct hyperpath_query *query = search->query;
	for (size_t i = 0; i < graph->edge_count; i++) {
		const struct hyperedge *edge = &graph->edges[i];
		bool other = query->only_edge != UINT32_MAX && edge->head == query->also &&
			     edge->edge != query->only_edge;
		bool banned =
			query->without != CLOSURE_NONE &&
			(edge->head == query->without || bits_has(edge->tail, query->without));
		search->usable[i] = edge->usable && !other && !banned;
	}
}

/* What an edge needs: its tail and all that every derivation of the tail holds. */
static void needs_of(const struct search *search, size_t edge, uint64_t *out) {
	memset(out, 0, search->words * sizeof(*out));
	for (size_t word = 0; word < search->words; word++) {
		uint64_t bits = search->graph->edges[edge].tail[word];
		while (bits != 0) {
			size_t fact = word * 64 + (size_t)__builtin_ctzll(bits);
			bits &= bits - 1;
			bits_or(out, landmarks_of(search, fact), search->words);
		}
	}
}

/* One fact's landmarks from its edges'; whether they became fewer. */
static bool narrow(struct search *search, size_t fact, uint64_t *needs, uint64_t *meet) {
	const struct hypergraph *graph = search->graph;
	bool any = false;
	for (uint32_t i = graph->into[fact]; i < graph->into[fact + 1]; i++) {
		if (!search->usable[i]) {
			continue;
		}
		needs_of(search, i, needs);
		for (size_t word = 0; word < search->words; word++) {
			meet[word] = any ? meet[word] & needs[word] : needs[word];
		}
		any = true;
	}
	if (!any) {
		return false;
	}
	bits_set(meet, fact);
	uint64_t *old = landmarks_of(search, fact);
	bool changed = memcmp(old, meet, search->words * sizeof(*meet)) != 0;
	memcpy(old, meet, search->words * sizeof(*meet));
	return changed;
}

/* The greatest fixpoint, from "everything" downwards. */
static void find_landmarks(struct search *search) {
	const struct hypergraph *graph = search->graph;
	size_t bytes = search->words * sizeof(uint64_t);
	uint64_t *needs = xcalloc(2, bytes);
	uint64_t *meet = needs + search->words;
	for (size_t fact = 0; fact < graph->count; fact++) {
		uint64_t *set = landmarks_of(search, fact);
		if (graph->axiom[fact]) {
			memset(set, 0, bytes);
			bits_set(set, fact);
		} else {
			memset(set, 0xff, bytes);
		}
	}
	for (bool changed = true; changed;) {
		changed = false;
		// later numbers are farther from the goal: premises before conclusions
		for (size_t fact = graph->count; fact-- > 0;) {
			changed = (!graph->axiom[fact] && narrow(search, fact, needs, meet)) ||
				  changed;
		}
	}
	// what needs its own head is on no proof
	for (size_t i = 0; i < graph->edge_count; i++) {
		if (search->usable[i]) {
			needs_of(search, i, needs);
			search->usable[i] = !bits_has(needs, graph->edges[i].head);
		}
	}
	free(needs);
}

static size_t cost_of(const struct search *search, const uint64_t *set) {
	return bits_count_without(set, search->free, search->words);
}

/* What of the set can be derived within it. */
static void derive_within(const struct search *search, const uint64_t *set, uint64_t *reached) {
	const struct hypergraph *graph = search->graph;
	for (size_t i = 0; i < search->words; i++) {
		reached[i] = (set[i] & graph->axioms[i]) | search->free[i];
	}
	for (bool grown = true; grown;) {
		grown = false;
		for (size_t i = graph->edge_count; i-- > 0;) {
			const struct hyperedge *edge = &graph->edges[i];
			if (search->usable[i] && bits_has(set, edge->head) &&
				!bits_has(reached, edge->head) &&
				bits_within(edge->tail, reached, graph->nothing, search->words)) {
				bits_set(reached, edge->head);
				grown = true;
			}
		}
	}
}

static void explore(struct search *search, const uint64_t *set);

/* Takes one more edge in, with all it needs. */
static void branch(struct search *search, const uint64_t *set, size_t edge) {
	uint64_t *next = xmalloc(search->words * sizeof(*next));
	needs_of(search, edge, next);
	bits_or(next, set, search->words);
	if (hyperpath_seen_add(&search->seen, next)) {
		explore(search, next);
	}
	free(next);
}

/*
 * An underived fact of the set none of whose edges lies wholly inside the set, with the fewest
 * edges: one of them has to be taken in. CLOSURE_NONE when each has an edge inside (a cycle).
 */
static uint16_t open_fact(
	const struct search *search, const uint64_t *set, const uint64_t *reached) {
	const struct hypergraph *graph = search->graph;
	uint16_t best = CLOSURE_NONE;
	size_t fewest = SIZE_MAX;
	for (size_t fact = 0; fact < graph->count; fact++) {
		if (!bits_has(set, fact) || bits_has(reached, fact)) {
			continue;
		}
		size_t ways = 0;
		bool inside = false;
		for (uint32_t i = graph->into[fact]; i < graph->into[fact + 1]; i++) {
			if (search->usable[i]) {
				ways++;
				inside = inside || bits_within(graph->edges[i].tail, set,
							   search->free, search->words);
			}
		}
		if (!inside && ways < fewest) {
			fewest = ways;
			best = (uint16_t)fact;
		}
	}
	return best;
}

/* Every way on. In a proof that holds the set, the first of the underived facts to be derived has
 * an edge with nothing underived in its tail and something outside the set: where no single fact
 * has to branch, all such edges are tried. */
static void branch_all(struct search *search, const uint64_t *set, const uint64_t *reached) {
	const struct hypergraph *graph = search->graph;
	uint16_t fact = open_fact(search, set, reached);
	size_t first = fact == CLOSURE_NONE ? 0 : graph->into[fact];
	size_t end = fact == CLOSURE_NONE ? graph->edge_count : graph->into[fact + 1];
	for (size_t i = first; i < end && !search->done; i++) {
		const struct hyperedge *edge = &graph->edges[i];
		if (!search->usable[i] || !bits_has(set, edge->head) ||
			bits_has(reached, edge->head) ||
			bits_within(edge->tail, set, search->free, search->words)) {
			continue;
		}
		bool waits = false;
		for (size_t word = 0; fact == CLOSURE_NONE && word < search->words; word++) {
			waits = waits || (edge->tail[word] & set[word] & ~reached[word]) != 0;
		}
		if (!waits) {
			branch(search, set, i);
		}
	}
}

/* False when the limit is reached. */
static bool spend(struct search *search, size_t nodes) {
	if (*search->nodes < nodes) {
		*search->nodes = 0;
		search->limit = true;
		search->done = true;
		return false;
	}
	*search->nodes -= nodes;
	return true;
}

static void explore(struct search *search, const uint64_t *set) {
	size_t cost = cost_of(search, set);
	if (search->done || cost >= search->best || cost > search->query->at_most) {
		return;
	}
	if (!spend(search, 1 + search->graph->edge_count / NODE_EDGES)) {
		return;
	}
	uint64_t *reached = xmalloc(search->words * sizeof(*reached));
	derive_within(search, set, reached);
	if (bits_within(set, reached, search->graph->nothing, search->words)) {
		search->best = cost;
		memcpy(search->best_set, set, search->words * sizeof(*set));
		search->done = search->query->first;
	} else if (cost + 1 < search->best && cost + 1 <= search->query->at_most) {
		// something has to be added, and whatever it is costs at least one
		branch_all(search, set, reached);
	}
	free(reached);
}

void hypergraph_prune(struct hypergraph *graph) {
	const struct hyperpath_query query = {
		.also = CLOSURE_NONE, .only_edge = UINT32_MAX, .without = CLOSURE_NONE};
	struct search search = {
		.graph = graph,
		.query = &query,
		.words = graph->words,
		.usable = xcalloc(graph->edge_count + 1, sizeof(*search.usable)),
		.landmarks = xmalloc(graph->count * graph->words * sizeof(uint64_t)),
		.free = graph->axioms,
	};
	uint64_t *reached = xcalloc(graph->words, sizeof(*reached));
	choose_edges(&search);
	if (keep_reachable(&search, reached)) {
		find_landmarks(&search);
		memcpy(graph->needed, landmarks_of(&search, graph->goal),
			graph->words * sizeof(uint64_t));
		for (size_t i = 0; i < graph->edge_count; i++) {
			graph->edges[i].usable = search.usable[i];
			if (search.usable[i]) {
				needs_of(&search, i, reached);
				bits_set(reached, graph->edges[i].head);
				bits_or(reached, graph->needed, graph->words);
				graph->edges[i].least = cost_of(&search, reached);
			}
		}
	}
	free(reached);
	free(search.usable);
	free(search.landmarks);
}

enum hyperpath_end hyperpath_search(const struct hypergraph *graph,
	const struct hyperpath_query *query, size_t *nodes, uint64_t *set_out, size_t *cost_out) {
	size_t bytes = graph->words * sizeof(uint64_t);
	struct search search = {
		.graph = graph,
		.query = query,
		.words = graph->words,
		.usable = xcalloc(graph->edge_count + 1, sizeof(*search.usable)),
		.landmarks = xmalloc(graph->count * bytes),
		.free = query->count_axioms ? graph->nothing : graph->axioms,
		.nodes = nodes,
		.best = SIZE_MAX,
		.best_set = set_out,
	};
	uint64_t *start = xcalloc(1, bytes);
	hyperpath_seen_init(&search.seen, graph->words);
	choose_edges(&search);
	if (spend(&search, graph->edge_count * graph->words / NODE_WORDS) &&
		query->without != graph->goal && keep_reachable(&search, start)) {
		find_landmarks(&search);
		memcpy(start, landmarks_of(&search, graph->goal), bytes);
		if (query->also != CLOSURE_NONE) {
			bits_or(start, landmarks_of(&search, query->also), graph->words);
		}
		explore(&search, start);
	}
	hyperpath_seen_finish(&search.seen);
	free(start);
	free(search.usable);
	free(search.landmarks);
	bool found = search.best != SIZE_MAX;
	*cost_out = found ? search.best : 0;
	return search.limit ? HYPERPATH_LIMIT : found ? HYPERPATH_FOUND : HYPERPATH_NONE;
}
