#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "logic/bits.h"
#include "logic/closure.h"
#include "logic/hyperpath.h"

/* Numbers the facts that the goal depends on, goal first, then in order of discovery. */
static void number_facts(struct hypergraph *graph, const struct closure *closure,
	const bool *allowed) {
	graph->facts = xcalloc(closure->fact_count, sizeof(*graph->facts));
	graph->numbers = xmalloc(closure->fact_count * sizeof(*graph->numbers));
	memset(graph->numbers, 0xff, closure->fact_count * sizeof(*graph->numbers));
	graph->facts[0] = closure->goal;
	graph->numbers[closure->goal] = 0;
	graph->count = 1;
	for (size_t at = 0; at < graph->count; at++) {
		uint16_t fact = graph->facts[at];
		if (allowed != NULL && fact >= closure->axiom_count && !allowed[fact]) {
			continue;
		}
		for (uint32_t i = closure->into[fact]; i < closure->into[fact + 1]; i++) {
			const struct edge *edge = &closure->edges[closure->into_edges[i]];
			for (size_t k = 0; k < edge->tail_count; k++) {
				uint16_t premise = edge->tail[k];
				if (graph->numbers[premise] == CLOSURE_NONE) {
					graph->numbers[premise] = (uint16_t)graph->count;
					graph->facts[graph->count++] = premise;
				}
			}
		}
	}
	graph->words = (graph->count + 63) / 64;
}

static size_t count_edges(const struct hypergraph *graph, const struct closure *closure) {
	size_t count = 0;
	for (size_t i = 0; i < graph->count; i++) {
		uint16_t fact = graph->facts[i];
		count += closure->into[fact + 1] - closure->into[fact];
	}
	return count;
}

static void copy_edges(struct hypergraph *graph, const struct closure *closure,
	const bool *allowed) {
	size_t count = count_edges(graph, closure);
	graph->edges = xcalloc(count + 1, sizeof(*graph->edges));
	graph->tails = xcalloc(count + 1, graph->words * sizeof(*graph->tails));
	graph->into = xcalloc(graph->count + 1, sizeof(*graph->into));
	for (size_t n = 0; n < graph->count; n++) {
		uint16_t fact = graph->facts[n];
		bool closed = allowed != NULL && fact >= closure->axiom_count && !allowed[fact];
		graph->into[n] = (uint32_t)graph->edge_count;
		for (uint32_t i = closure->into[fact]; !closed && i < closure->into[fact + 1];
			i++) {
			uint32_t number = closure->into_edges[i];
			const struct edge *edge = &closure->edges[number];
			struct hyperedge *copy = &graph->edges[graph->edge_count];
			*copy = (struct hyperedge){
				.edge = number,
				.head = (uint16_t)n,
				.tail = graph->tails + graph->edge_count * graph->words,
				.usable = true,
			};
			for (size_t k = 0; k < edge->tail_count; k++) {
				bits_set(copy->tail, graph->numbers[edge->tail[k]]);
			}
			graph->edge_count++;
		}
	}
	graph->into[graph->count] = (uint32_t)graph->edge_count;
}

void hypergraph_init(struct hypergraph *graph, const struct closure *closure, const bool *allowed) {
	*graph = (struct hypergraph){0};
	number_facts(graph, closure, allowed);
	copy_edges(graph, closure, allowed);
	graph->axiom = xcalloc(graph->count, sizeof(*graph->axiom));
	graph->axioms = xcalloc(graph->words, sizeof(*graph->axioms));
	graph->nothing = xcalloc(graph->words, sizeof(*graph->nothing));
	graph->needed = xcalloc(graph->words, sizeof(*graph->needed));
	for (size_t i = 0; i < graph->count; i++) {
		graph->axiom[i] = graph->facts[i] < closure->axiom_count;
		if (graph->axiom[i]) {
			bits_set(graph->axioms, i);
		}
	}
}

void hypergraph_finish(struct hypergraph *graph) {
	free(graph->facts);
	free(graph->numbers);
	free(graph->axiom);
	free(graph->edges);
	free(graph->tails);
	free(graph->into);
	free(graph->axioms);
	free(graph->nothing);
	free(graph->needed);
	*graph = (struct hypergraph){0};
}
