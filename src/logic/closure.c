#include "logic/closure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "logic/closure_internal.h"
#include "logic/closure_rules.h"

const char *closure_state_name(enum closure_state state) {
	static const char *const names[] = {
		[CLOSURE_SOUND] = "sound",
		[CLOSURE_CONTRADICTORY] = "contradictory",
		[CLOSURE_AMBIGUOUS] = "ambiguous",
		[CLOSURE_UNREACHABLE] = "unreachable",
		[CLOSURE_FALSE] = "false",
		[CLOSURE_TOO_LARGE] = "too large",
	};
	return names[state];
}

/* The first reason stays. */
static void note(struct closure *closure, const char *what, const struct fact *fact) {
	if (closure->why[0] != '\0') {
		return;
	}
	struct buf text;
	buf_init(&text, 1024);
	fact_write(closure->program, fact, &text);
	snprintf(closure->why, sizeof(closure->why), "%s: %s", what, buf_str(&text));
	buf_finish(&text);
}

static void note_goal(struct closure *closure, const char *what) {
	struct buf text;
	buf_init(&text, 1024);
	goal_write(closure->program, &text);
	if (closure->why[0] == '\0') {
		snprintf(closure->why, sizeof(closure->why), "%s: %s", what, buf_str(&text));
	}
	buf_finish(&text);
}

static void note_conflict(struct builder *builder, uint16_t old, const struct fact *fact) {
	struct closure *closure = builder->closure;
	builder->contradictory = true;
	if (closure->why[0] != '\0') {
		return;
	}
	struct buf text;
	buf_init(&text, 1024);
	fact_write(closure->program, &closure->facts[old], &text);
	buf_append_str(&text, " and ");
	fact_write(closure->program, fact, &text);
	snprintf(closure->why, sizeof(closure->why), "both %s", buf_str(&text));
	buf_finish(&text);
}

uint16_t builder_add(struct builder *builder, const struct fact *fact) {
	struct closure *closure = builder->closure;
	struct fact canonical;
	if (!fact_canonical(fact, &canonical)) {
		builder_overflow(builder, fact);
		return CLOSURE_NONE;
	}
	uint16_t first = closure_index_place(closure->index, &canonical);
	size_t values = 0;
	for (uint16_t at = first; at != CLOSURE_NONE; at = closure->index->next[at]) {
		if (rational_equal(closure->index->canonical[at].quantity, canonical.quantity)) {
			return at;
		}
		values++;
	}
	if (values > 0) {
		note_conflict(builder, first, fact);
	}
	if (values >= PLACE_VALUES_MAX || closure->fact_count >= CLOSURE_FACTS_MAX) {
		builder->too_large = builder->too_large || values < PLACE_VALUES_MAX;
		return CLOSURE_NONE;
	}
	if (closure->fact_count == builder->fact_cap) {
		builder->fact_cap *= 2;
		closure->facts = xreallocarray(
			closure->facts, builder->fact_cap, sizeof(*closure->facts));
		builder->last_into = xreallocarray(
			builder->last_into, builder->fact_cap, sizeof(*builder->last_into));
	}
	uint16_t number = (uint16_t)closure->fact_count++;
	closure->facts[number] = *fact;
	builder->last_into[number] = UINT32_MAX;
	closure_index_add(closure->index, number, &canonical);
	return number;
}

void builder_overflow(struct builder *builder, const struct fact *fact) {
	builder->too_large = true;
	note(builder->closure, "a number does not fit 64 bits, from", fact);
}

/* Sorts a tail and drops what is in it twice. */
static void tail_sort(struct edge *edge) {
	size_t count = 0;
	for (size_t i = 0; i < edge->tail_count; i++) {
		uint16_t fact = edge->tail[i];
		size_t at = count;
		while (at > 0 && edge->tail[at - 1] > fact) {
			at--;
		}
		if (at > 0 && edge->tail[at - 1] == fact) {
			continue;
		}
		memmove(&edge->tail[at + 1], &edge->tail[at], (count - at) * sizeof(fact));
		edge->tail[at] = fact;
		count++;
	}
	memset(&edge->tail[count], 0, (EDGE_TAIL_MAX - count) * sizeof(edge->tail[0]));
	edge->tail_count = (uint8_t)count;
}

static bool known_edge(const struct builder *builder, const struct edge *edge) {
	const struct closure *closure = builder->closure;
	for (uint32_t at = builder->last_into[edge->head]; at != UINT32_MAX;
		at = builder->previous[at]) {
		const struct edge *old = &closure->edges[at];
		if (old->tail_count == edge->tail_count && old->rule == edge->rule &&
			memcmp(old->tail, edge->tail, sizeof(edge->tail)) == 0) {
			return true;
		}
	}
	return false;
}

void builder_conclude(struct builder *builder, enum rule rule, const uint16_t *tail, size_t count,
	const struct fact *conclusion) {
	struct closure *closure = builder->closure;
	uint16_t head = builder_add(builder, conclusion);
	if (head == CLOSURE_NONE || head < closure->axiom_count) {
		return;
	}
	struct edge edge = {.head = head, .rule = (uint8_t)rule, .tail_count = (uint8_t)count};
	memcpy(edge.tail, tail, count * sizeof(tail[0]));
	tail_sort(&edge);
	for (size_t i = 0; i < edge.tail_count; i++) {
		if (edge.tail[i] == head) {
			return; // says nothing new of itself
		}
	}
	if (known_edge(builder, &edge)) {
		return;
	}
	if (closure->edge_count >= CLOSURE_EDGES_MAX) {
		builder->too_large = true;
		return;
	}
	if (closure->edge_count == builder->edge_cap) {
		builder->edge_cap *= 2;
		closure->edges = xreallocarray(
			closure->edges, builder->edge_cap, sizeof(*closure->edges));
		builder->previous = xreallocarray(
			builder->previous, builder->edge_cap, sizeof(*builder->previous));
	}
	builder->previous[closure->edge_count] = builder->last_into[head];
	builder->last_into[head] = (uint32_t)closure->edge_count;
	closure->edges[closure->edge_count++] = edge;
}

static void fill_into(struct closure *closure) {
	closure->into = xcalloc(closure->fact_count + 1, sizeof(*closure->into));
	closure->into_edges = xcalloc(closure->edge_count + 1, sizeof(*closure->into_edges));
	for (size_t i = 0; i < closure->edge_count; i++) {
		closure->into[closure->edges[i].head + 1]++;
	}
	for (size_t i = 0; i < closure->fact_count; i++) {
		closure->into[i + 1] += closure->into[i];
	}
	uint32_t *next = xcalloc(closure->fact_count + 1, sizeof(*next));
	memcpy(next, closure->into, closure->fact_count * sizeof(*next));
	for (size_t i = 0; i < closure->edge_count; i++) {
		closure->into_edges[next[closure->edges[i].head]++] = (uint32_t)i;
	}
	free(next);
}

/* Where the goal stands, and what is wrong with the program, the worst first. */
static void judge(struct builder *builder) {
	struct closure *closure = builder->closure;
	const struct program *program = closure->program;
	struct fact goal;
	closure->goal = CLOSURE_NONE;
	bool two_values = false;
	if (!fact_canonical(&program->goal, &goal) && program->goal_ground) {
		goal = program->goal;
	} else if (!program->goal_ground && program->goal.form == FACT_COMPARISON) {
		struct fact open = program->goal;
		open.quantity = rational_of(1);
		(void)fact_canonical(&open, &goal);
	}
	closure->goal = closure_index_place(closure->index, &goal);
	if (closure->goal != CLOSURE_NONE) {
		two_values = closure->index->next[closure->goal] != CLOSURE_NONE;
	}
	if (builder->contradictory) {
		closure->state = two_values ? CLOSURE_AMBIGUOUS : CLOSURE_CONTRADICTORY;
	} else if (comparisons_conflict(closure, closure->why, sizeof(closure->why))) {
		closure->state = CLOSURE_CONTRADICTORY;
	} else if (builder->too_large) {
		closure->state = CLOSURE_TOO_LARGE;
		note_goal(closure, "too many facts follow, the goal is");
	} else if (closure->goal == CLOSURE_NONE) {
		closure->state = CLOSURE_UNREACHABLE;
		note_goal(closure, "the goal does not follow");
	} else if (program->goal_ground &&
		   !rational_equal(closure->index->canonical[closure->goal].quantity,
			   goal.quantity)) {
		closure->state = CLOSURE_FALSE;
		note(closure, "the goal is false; what follows is",
			&closure->facts[closure->goal]);
	}
}

/* A statement of an agent against itself holds only when it says nothing. */
static bool says_nothing(const struct fact *fact) {
	return fact->kind == KIND_MORE || fact->kind == KIND_LESS
		       ? fact->quantity.numerator == 0
		       : rational_equal(fact->quantity, rational_of(1));
}

static void add_axioms(struct builder *builder) {
	struct closure *closure = builder->closure;
	const struct program *program = closure->program;
	for (size_t i = 0; i < program->fact_count; i++) {
		const struct fact *fact = &program->facts[i];
		(void)builder_add(builder, fact);
		if (fact->form == FACT_COMPARISON && key_equal(fact->keys[0], fact->keys[1]) &&
			!says_nothing(fact)) {
			builder->contradictory = true;
			note(closure, "compared with itself", fact);
		}
	}
	closure->axiom_count = closure->fact_count;
}

struct closure *closure_create(const struct program *program, enum closure_mode mode) {
	struct closure *closure = xcalloc(1, sizeof(*closure));
	struct builder builder = {
		.closure = closure, .mode = mode, .fact_cap = 64, .edge_cap = 64};
	closure->program = program;
	closure->index = xcalloc(1, sizeof(*closure->index));
	closure_index_init(closure->index);
	closure->facts = xcalloc(builder.fact_cap, sizeof(*closure->facts));
	closure->edges = xcalloc(builder.edge_cap, sizeof(*closure->edges));
	builder.last_into = xcalloc(builder.fact_cap, sizeof(*builder.last_into));
	builder.previous = xcalloc(builder.edge_cap, sizeof(*builder.previous));
	add_axioms(&builder);
	for (size_t i = 0; i < closure->fact_count; i++) {
		rules_fire(&builder, (uint16_t)i);
	}
	fill_into(closure);
	judge(&builder);
	free(builder.last_into);
	free(builder.previous);
	return closure;
}

void closure_destroy(struct closure *closure) {
	if (closure == NULL) {
		return;
	}
	closure_index_finish(closure->index);
	free(closure->index);
	free(closure->facts);
	free(closure->edges);
	free(closure->into);
	free(closure->into_edges);
	free(closure);
}

uint16_t closure_find(const struct closure *closure, const struct fact *fact) {
	struct fact canonical;
	if (!fact_canonical(fact, &canonical)) {
		return CLOSURE_NONE;
	}
	uint16_t at = closure_index_place(closure->index, &canonical);
	while (at != CLOSURE_NONE && !rational_equal(closure->index->canonical[at].quantity,
					     canonical.quantity)) {
		at = closure->index->next[at];
	}
	return at;
}

uint16_t closure_amount(const struct closure *closure, struct key key) {
	struct fact place = {
		.form = FACT_CONTAINER, .key_count = 1, .keys = {key}, .quantity = {0, 1}};
	return closure_index_place(closure->index, &place);
}
