#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "logic/closure_internal.h"

bool comparison_between(struct key subject, struct rational a, struct key object, struct rational b,
	bool ratio, struct fact *fact_out) {
	struct fact fact = {
		.form = FACT_COMPARISON,
		.kind = ratio ? KIND_TIMES : KIND_MORE,
		.key_count = 2,
		.keys = {subject, object},
	};
	if (ratio ? !rational_divide(a, b, &fact.quantity) || fact.quantity.numerator == 0
		  : !rational_subtract(a, b, &fact.quantity)) {
		return false;
	}
	if (!ratio && fact.quantity.numerator < 0) {
		fact.kind = KIND_LESS;
		fact.quantity.numerator = -fact.quantity.numerator;
	}
	*fact_out = fact;
	return true;
}

bool comparison_apply(enum comparison_kind kind, struct rational quantity, bool subject,
	struct rational known, struct rational *out) {
	switch (kind) {
	case KIND_MORE:
		return subject ? rational_add(known, quantity, out)
			       : rational_subtract(known, quantity, out);
	case KIND_LESS:
		return subject ? rational_subtract(known, quantity, out)
			       : rational_add(known, quantity, out);
	case KIND_TIMES:
		return subject ? rational_multiply(known, quantity, out)
			       : rational_divide(known, quantity, out);
	case KIND_FRACTION:
		return subject ? rational_divide(known, quantity, out)
			       : rational_multiply(known, quantity, out);
	}
	return false;
}

/* A forest of keys, each with its amount relative to its parent's: a difference, or a ratio. */
struct forest {
	struct key *keys;
	size_t *parents;
	struct rational *relative;
	size_t count;
	bool ratio;
};

static size_t node_of(struct forest *forest, struct key key) {
	for (size_t i = 0; i < forest->count; i++) {
		if (key_equal(forest->keys[i], key)) {
			return i;
		}
	}
	forest->keys[forest->count] = key;
	forest->parents[forest->count] = forest->count;
	forest->relative[forest->count] = rational_of(forest->ratio ? 1 : 0);
	return forest->count++;
}

/* The root of a node and the node's amount relative to it; false on overflow. */
static bool root_of(struct forest *forest, size_t node, size_t *root_out, struct rational *out) {
	struct rational sum = rational_of(forest->ratio ? 1 : 0);
	while (forest->parents[node] != node) {
		if (forest->ratio ? !rational_multiply(sum, forest->relative[node], &sum)
				  : !rational_add(sum, forest->relative[node], &sum)) {
			return false;
		}
		node = forest->parents[node];
	}
	*root_out = node;
	*out = sum;
	return true;
}

/* keys[0] = keys[1] + q (or · q), canonical; false when that cannot be beside the others. */
static bool join(struct forest *forest, const struct fact *fact) {
	size_t a = 0;
	size_t b = 0;
	struct rational to_a;
	struct rational to_b;
	struct rational wanted;
	if (!root_of(forest, node_of(forest, fact->keys[0]), &a, &to_a) ||
		!root_of(forest, node_of(forest, fact->keys[1]), &b, &to_b)) {
		return true; // overflow: not shown to conflict
	}
	// amount(root a) relative to root b, if both hold
	bool fits = forest->ratio ? rational_multiply(to_b, fact->quantity, &wanted) &&
					    rational_divide(wanted, to_a, &wanted)
				  : rational_add(to_b, fact->quantity, &wanted) &&
					    rational_subtract(wanted, to_a, &wanted);
	if (!fits) {
		return true;
	}
	if (a == b) {
		return rational_equal(wanted, rational_of(forest->ratio ? 1 : 0));
	}
	forest->parents[a] = b;
	forest->relative[a] = wanted;
	return true;
}

static bool conflict(const struct closure *closure, bool ratio, char *why, size_t why_size) {
	size_t count = 2 * closure->axiom_count + 1;
	struct forest forest = {
		.keys = xcalloc(count, sizeof(*forest.keys)),
		.parents = xcalloc(count, sizeof(*forest.parents)),
		.relative = xcalloc(count, sizeof(*forest.relative)),
		.ratio = ratio,
	};
	bool found = false;
	for (size_t i = 0; i < closure->axiom_count && !found; i++) {
		const struct fact *fact = &closure->index->canonical[i];
		if (fact->form == FACT_COMPARISON && (fact->kind == KIND_TIMES) == ratio &&
			!join(&forest, fact)) {
			struct buf text;
			buf_init(&text, why_size);
			fact_write(closure->program, &closure->facts[i], &text);
			snprintf(why, why_size, "%s cannot be beside the comparisons before it",
				buf_str(&text));
			buf_finish(&text);
			found = true;
		}
	}
	free(forest.keys);
	free(forest.parents);
	free(forest.relative);
	return found;
}

bool comparisons_conflict(const struct closure *closure, char *why, size_t why_size) {
	return conflict(closure, false, why, why_size) || conflict(closure, true, why, why_size);
}
