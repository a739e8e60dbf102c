#include "logic/order.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "logic/random.h"
#include "logic/solved.h"

enum { CHANCE_SHUFFLES = 64, CHANCE_SEED = 1 };

double order_edit_distance(const uint16_t *a, size_t a_count, const uint16_t *b, size_t b_count) {
	size_t longer = a_count > b_count ? a_count : b_count;
	if (longer == 0) {
		return 0;
	}
	// row[j]: edits between the part of `a` so far and the first j of `b`
	size_t *row = xcalloc(b_count + 1, sizeof(*row));
	for (size_t j = 0; j <= b_count; j++) {
		row[j] = j;
	}
	for (size_t i = 1; i <= a_count; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= b_count; j++) {
			size_t best = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
			diagonal = row[j];
			best = row[j] + 1 < best ? row[j] + 1 : best;
			row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
		}
	}
	size_t edits = row[b_count];
	free(row);
	return (double)edits / (double)longer;
}

size_t order_common(const uint16_t *a, size_t a_count, const uint16_t *b, size_t b_count) {
	size_t *row = xcalloc(b_count + 1, sizeof(*row));
	for (size_t i = 0; i < a_count; i++) {
		size_t diagonal = 0;
		for (size_t j = 1; j <= b_count; j++) {
			size_t above = row[j];
			size_t best = row[j - 1] > above ? row[j - 1] : above;
			row[j] = a[i] == b[j - 1] ? diagonal + 1 : best;
			diagonal = above;
		}
	}
	size_t common = row[b_count];
	free(row);
	return common;
}

double order_chance(const uint16_t *a, size_t a_count, const uint16_t *b, size_t b_count) {
	struct random random = random_seed(CHANCE_SEED);
	uint16_t *shuffled = xcalloc(a_count + 1, sizeof(*shuffled));
	double sum = 0;
	if (a_count > 0) {
		memcpy(shuffled, a, a_count * sizeof(*a));
	}
	for (int i = 0; i < CHANCE_SHUFFLES; i++) {
		for (size_t left = a_count; left > 1; left--) {
			size_t pick = (size_t)random_below(&random, left);
			uint16_t last = shuffled[left - 1];
			shuffled[left - 1] = shuffled[pick];
			shuffled[pick] = last;
		}
		sum += order_edit_distance(shuffled, a_count, b, b_count);
	}
	free(shuffled);
	return sum / CHANCE_SHUFFLES;
}

/* Forward search: a rule instance fires as soon as the last of its premises is there. */
struct forward {
	const struct closure *closure;
	size_t *missing; // by edge: premises that are not there yet
	uint32_t *uses;	 // uses_of[f] .. uses_of[f + 1]: positions in `uses` of f's edges
	uint32_t *uses_of;
	bool *seen; // by fact
	uint16_t *order;
	size_t count;
};

/* `only`: edges that may fire (NULL: all). */
static void forward_init(struct forward *forward, const struct closure *closure, const bool *only) {
	size_t uses = 0;
	*forward = (struct forward){
		.closure = closure,
		.missing = xcalloc(closure->edge_count + 1, sizeof(*forward->missing)),
		.uses_of = xcalloc(closure->fact_count + 2, sizeof(*forward->uses_of)),
		.seen = xcalloc(closure->fact_count + 1, sizeof(*forward->seen)),
		.order = xcalloc(closure->fact_count + 1, sizeof(*forward->order)),
	};
	for (size_t i = 0; i < closure->edge_count; i++) {
		const struct edge *edge = &closure->edges[i];
		if (only != NULL && !only[i]) {
			continue;
		}
		forward->missing[i] = edge->tail_count;
		uses += edge->tail_count;
		for (size_t j = 0; j < edge->tail_count; j++) {
			forward->uses_of[edge->tail[j] + 2]++;
		}
	}
	for (size_t i = 2; i <= closure->fact_count + 1; i++) {
		forward->uses_of[i] += forward->uses_of[i - 1];
	}
	// one place too far, so that filling moves each start to where it belongs
	forward->uses = xcalloc(uses + 1, sizeof(*forward->uses));
	for (size_t i = 0; i < closure->edge_count; i++) {
		const struct edge *edge = &closure->edges[i];
		for (size_t j = 0; j < edge->tail_count && forward->missing[i] > 0; j++) {
			forward->uses[forward->uses_of[edge->tail[j] + 1]++] = (uint32_t)i;
		}
	}
}

static size_t forward_finish(struct forward *forward, uint16_t **order_out) {
	*order_out = forward->order;
	free(forward->missing);
	free(forward->uses);
	free(forward->uses_of);
	free(forward->seen);
	return forward->count;
}

/* The fact that one more premise makes derivable, or CLOSURE_NONE. */
static uint16_t fire(struct forward *forward, uint32_t edge) {
	uint16_t head = forward->closure->edges[edge].head;
	if (--forward->missing[edge] > 0 || forward->seen[head]) {
		return CLOSURE_NONE;
	}
	forward->seen[head] = true;
	forward->order[forward->count++] = head;
	return head;
}

/* Everything that follows once `fact` is there, each fact before what the next edge gives. The
 * depth is at most the number of facts. */
static void descend(struct forward *forward, uint16_t fact) {
	for (uint32_t i = forward->uses_of[fact]; i < forward->uses_of[fact + 1]; i++) {
		uint16_t head = fire(forward, forward->uses[i]);
		if (head != CLOSURE_NONE) {
			descend(forward, head);
		}
	}
}

static size_t depth_first(const struct closure *closure, const bool *only, uint16_t **out) {
	struct forward forward;
	forward_init(&forward, closure, only);
	for (size_t i = 0; i < closure->axiom_count; i++) {
		descend(&forward, (uint16_t)i);
	}
	return forward_finish(&forward, out);
}

size_t order_depth_first(const struct solved *solved, uint16_t **out) {
	return depth_first(solved->closure, NULL, out);
}

size_t order_breadth_first(const struct solved *solved, uint16_t **out) {
	const struct closure *closure = solved->closure;
	struct forward forward;
	forward_init(&forward, closure, NULL);
	for (size_t at = 0; at < closure->axiom_count + forward.count; at++) {
		size_t fact = at < closure->axiom_count ? at
							: forward.order[at - closure->axiom_count];
		for (uint32_t i = forward.uses_of[fact]; i < forward.uses_of[fact + 1]; i++) {
			(void)fire(&forward, forward.uses[i]);
		}
	}
	return forward_finish(&forward, out);
}

size_t order_efficient(const struct solved *solved, uint16_t **out) {
	const struct shortest *shortest = &solved->shortest;
	bool *only = xcalloc(solved->closure->edge_count + 1, sizeof(*only));
	for (size_t i = 0; i < shortest->edge_count; i++) {
		only[shortest->edges[i]] = true;
	}
	size_t count = depth_first(solved->closure, only, out);
	free(only);
	return count;
}
