#include "logic/shortest.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "logic/bits.h"
#include "logic/closure.h"
#include "logic/hyperpath.h"

static const struct hyperpath_query any = {
	.also = CLOSURE_NONE,
	.only_edge = UINT32_MAX,
	.without = CLOSURE_NONE,
	.at_most = SIZE_MAX,
};

/* Whether all of the set can be derived within it when `also` is derived by this edge only. */
static bool works_with(const struct hypergraph *graph, const uint64_t *set, size_t forced) {
	uint64_t *reached = xmalloc(graph->words * sizeof(*reached));
	memcpy(reached, graph->axioms, graph->words * sizeof(*reached));
	for (bool grown = true; grown;) {
		grown = false;
		for (size_t i = graph->edge_count; i-- > 0;) {
			const struct hyperedge *edge = &graph->edges[i];
			if ((edge->head == graph->edges[forced].head && i != forced) ||
				!bits_has(set, edge->head) || bits_has(reached, edge->head) ||
				!bits_within(edge->tail, reached, graph->nothing, graph->words)) {
				continue;
			}
			bits_set(reached, edge->head);
			grown = true;
		}
	}
	bool works = bits_within(set, reached, graph->nothing, graph->words);
	free(reached);
	return works;
}

/* The edges of a proof whose derived facts are the set's, premises first. */
static void list_edges(
	const struct hypergraph *graph, const uint64_t *set, struct shortest *shortest) {
	uint64_t *reached = xmalloc(graph->words * sizeof(*reached));
	memcpy(reached, graph->axioms, graph->words * sizeof(*reached));
	shortest->edges = xcalloc(graph->count + 1, sizeof(*shortest->edges));
	for (bool grown = true; grown;) {
		grown = false;
		for (size_t i = graph->edge_count; i-- > 0;) {
			const struct hyperedge *edge = &graph->edges[i];
			if (bits_has(set, edge->head) && !bits_has(reached, edge->head) &&
				bits_within(edge->tail, reached, graph->nothing, graph->words)) {
				bits_set(reached, edge->head);
				shortest->edges[shortest->edge_count++] = edge->edge;
				grown = true;
			}
		}
	}
	free(reached);
}

struct relevance {
	const struct hypergraph *graph;
	struct shortest *shortest;
	bool *edge_used; // by edge: in some shortest proof
	bool *avoided;	 // by number: a shortest proof does without it
	size_t *nodes;
	bool limit;
};

static bool is_inside(const struct hypergraph *graph, const uint64_t *set, size_t edge) {
	return graph->edges[edge].usable && bits_has(set, graph->edges[edge].head) &&
	       bits_within(graph->edges[edge].tail, set, graph->axioms, graph->words);
}

static size_t edges_inside(const struct hypergraph *graph, const uint64_t *set, size_t fact) {
	size_t count = 0;
	for (uint32_t i = graph->into[fact]; i < graph->into[fact + 1]; i++) {
		count += is_inside(graph, set, i) ? 1 : 0;
	}
	return count;
}

/* What one shortest set shows. */
static void learn(struct relevance *relevance, const uint64_t *set) {
	const struct hypergraph *graph = relevance->graph;
	for (size_t fact = 0; fact < graph->count; fact++) {
		bool single = bits_has(set, fact) && edges_inside(graph, set, fact) == 1;
		for (uint32_t i = graph->into[fact]; i < graph->into[fact + 1]; i++) {
			if (!relevance->edge_used[i] && is_inside(graph, set, i)) {
				relevance->edge_used[i] = single || works_with(graph, set, i);
			}
		}
	}
	for (size_t fact = 0; fact < graph->count; fact++) {
		if (!graph->axiom[fact] && !bits_has(set, fact)) {
			relevance->avoided[fact] = true;
		}
	}
}

static bool find(struct relevance *relevance, struct hyperpath_query query) {
	uint64_t *set = xcalloc(relevance->graph->words, sizeof(*set));
	size_t cost = 0;
	query.at_most = relevance->shortest->steps;
	query.first = true;
	enum hyperpath_end end =
		hyperpath_search(relevance->graph, &query, relevance->nodes, set, &cost);
	if (cost > 0) {
		learn(relevance, set);
	}
	relevance->limit = relevance->limit || end == HYPERPATH_LIMIT;
	free(set);
	return end == HYPERPATH_FOUND;
}

/* A set of the optimal size that holds the goal and h and derives itself is a shortest proof with h
 * in it: were h of no use, the set without it would be shorter. So an edge is in some shortest
 * proof exactly when the search finds one with its head, derived by it alone. */
static void try_edges(struct relevance *relevance) {
	const struct hypergraph *graph = relevance->graph;
	for (size_t i = 0; i < graph->edge_count; i++) {
		if (graph->edges[i].usable && !relevance->edge_used[i] && !relevance->limit &&
			graph->edges[i].least <= relevance->shortest->steps) {
			struct hyperpath_query query = any;
			query.also = graph->edges[i].head;
			query.only_edge = graph->edges[i].edge;
			if (find(relevance, query)) {
				relevance->edge_used[i] = true;
			}
		}
	}
}

static void mark(struct relevance *relevance, bool *in_some) {
	const struct hypergraph *graph = relevance->graph;
	for (size_t i = 0; i < graph->edge_count; i++) {
		if (!relevance->edge_used[i]) {
			continue;
		}
		in_some[graph->facts[graph->edges[i].head]] = true;
		for (size_t fact = 0; fact < graph->count; fact++) {
			if (bits_has(graph->edges[i].tail, fact)) {
				in_some[graph->facts[fact]] = true;
			}
		}
	}
}

/* Facts in some shortest proof, less those that another shortest proof does without. */
static void try_without(struct relevance *relevance, const bool *in_some, bool *in_all) {
	const struct hypergraph *graph = relevance->graph;
	for (size_t fact = 0; fact < graph->count; fact++) {
		if (!in_some[graph->facts[fact]] || relevance->avoided[fact]) {
			continue;
		}
		bool avoidable = false;
		if (!bits_has(graph->needed, fact) && fact != graph->goal && !relevance->limit) {
			struct hyperpath_query query = any;
			query.without = (uint16_t)fact;
			avoidable = find(relevance, query);
		}
		in_all[graph->facts[fact]] = !avoidable;
	}
}

/* A fact with a single usable edge, all the way down: the proof is the only one there is. */
static bool only_proof(const struct hypergraph *graph, const uint64_t *set) {
	for (size_t fact = 0; fact < graph->count; fact++) {
		size_t ways = 0;
		for (uint32_t i = graph->into[fact]; i < graph->into[fact + 1]; i++) {
			ways += graph->edges[i].usable ? 1 : 0;
		}
		if (bits_has(set, fact) && !graph->axiom[fact] && ways != 1) {
			return false;
		}
	}
	return true;
}

static void find_relevance(const struct hypergraph *graph, const uint64_t *set, size_t *nodes,
	struct shortest *shortest) {
	struct relevance relevance = {
		.graph = graph,
		.shortest = shortest,
		.edge_used = xcalloc(graph->edge_count + 1, sizeof(*relevance.edge_used)),
		.avoided = xcalloc(graph->count, sizeof(*relevance.avoided)),
		.nodes = nodes,
	};
	learn(&relevance, set);
	bool single = only_proof(graph, set);
	if (!single) {
		try_edges(&relevance);
	}
	mark(&relevance, shortest->in_some);
	shortest->in_some[graph->facts[graph->goal]] = true;
	if (single) {
		for (size_t fact = 0; fact < graph->count; fact++) {
			shortest->in_all[graph->facts[fact]] =
				shortest->in_some[graph->facts[fact]];
		}
	} else {
		try_without(&relevance, shortest->in_some, shortest->in_all);
	}
	shortest->relevance_proved = !relevance.limit;
	free(relevance.edge_used);
	free(relevance.avoided);
}

void shortest_solve(const struct closure *closure, size_t node_limit, struct shortest *out) {
	struct hypergraph graph;
	struct shortest shortest = {0};
	size_t nodes = node_limit;
	hypergraph_init(&graph, closure, NULL);
	hypergraph_prune(&graph);
	shortest.in_some = xcalloc(closure->fact_count + 1, sizeof(*shortest.in_some));
	shortest.in_all = xcalloc(closure->fact_count + 1, sizeof(*shortest.in_all));
	uint64_t *set = xcalloc(graph.words, sizeof(*set));
	uint64_t *vertices = xcalloc(graph.words, sizeof(*set));
	struct hyperpath_query query = any;
	enum hyperpath_end steps_end =
		hyperpath_search(&graph, &query, &nodes, set, &shortest.steps);
	query.count_axioms = true;
	enum hyperpath_end vertices_end =
		hyperpath_search(&graph, &query, &nodes, vertices, &shortest.vertices);
	shortest.proved = steps_end == HYPERPATH_FOUND && vertices_end == HYPERPATH_FOUND;
	if (steps_end == HYPERPATH_FOUND || shortest.steps > 0) {
		list_edges(&graph, set, &shortest);
	}
	if (steps_end == HYPERPATH_FOUND) {
		find_relevance(&graph, set, &nodes, &shortest);
	}
	free(set);
	free(vertices);
	hypergraph_finish(&graph);
	*out = shortest;
}

void shortest_finish(struct shortest *shortest) {
	free(shortest->edges);
	free(shortest->in_some);
	free(shortest->in_all);
	*shortest = (struct shortest){0};
}

size_t shortest_within(const struct closure *closure, const bool *allowed, size_t node_limit,
	bool *proved_out) {
	struct hypergraph graph;
	size_t cost = 0;
	hypergraph_init(&graph, closure, allowed);
	uint64_t *set = xcalloc(graph.words, sizeof(*set));
	enum hyperpath_end end = hyperpath_search(&graph, &any, &node_limit, set, &cost);
	*proved_out = end != HYPERPATH_LIMIT;
	free(set);
	hypergraph_finish(&graph);
	return end == HYPERPATH_FOUND ? cost : 0;
}
