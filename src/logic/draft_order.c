#include "logic/draft.h"
#include "logic/random.h"

/* The next statement comes from each tree as likely as it has statements left: every way to merge
 * them is equally likely, and each tree keeps its own order. */
static void interleave(struct draft *draft, struct random *random) {
	uint8_t axioms[DRAFT_TREES][TREE_NODES_MAX];
	size_t counts[DRAFT_TREES] = {0};
	size_t next[DRAFT_TREES] = {0};
	size_t left = 0;
	for (size_t i = 0; i < DRAFT_TREES; i++) {
		const struct draft_tree *tree = &draft->trees[i];
		if (!tree->shown) {
			continue;
		}
		counts[i] = tree_axioms(&tree->tree, axioms[i]);
		if (tree->only != TREE_NONE) {
			axioms[i][0] = tree->only;
			counts[i] = 1;
		}
		left += counts[i];
	}
	for (draft->statement_count = 0; left > 0; left--) {
		size_t at = random_below(random, left);
		size_t tree = 0;
		while (at >= counts[tree] - next[tree]) {
			at -= counts[tree] - next[tree];
			tree++;
		}
		draft->statements[draft->statement_count++] = (struct draft_statement){
			.tree = (uint8_t)tree,
			.node = axioms[tree][next[tree]++],
		};
	}
}

static const struct tree_node *node_of(const struct draft *draft, size_t statement) {
	struct draft_statement at = draft->statements[statement];
	return &draft->trees[at.tree].tree.nodes[at.node];
}

/* Whether one statement speaks of an earlier time than another: a transfer comes after all that is
 * said of the version before it, and before all that is said of the next. */
static bool precedes(const struct draft *draft, size_t first, size_t second) {
	if (draft->statements[first].tree != draft->statements[second].tree) {
		return false; // what connects two trees is never transferred
	}
	const struct tree_node *a = node_of(draft, first);
	const struct tree_node *b = node_of(draft, second);
	for (size_t i = 0; i < a->key_count; i++) {
		for (size_t j = 0; j < b->key_count; j++) {
			if (a->keys[i].agent == b->keys[j].agent &&
				a->keys[i].noun == b->keys[j].noun &&
				2 * a->keys[i].version + (a->form == FACT_TRANSFER) <
					2 * b->keys[j].version + (b->form == FACT_TRANSFER)) {
				return true;
			}
		}
	}
	return false;
}

/* Any order that time allows: each next statement is one of those that wait for no other. */
static void shuffle(struct draft *draft, struct random *random) {
	size_t count = draft->statement_count;
	struct draft_statement ordered[DRAFT_STATEMENTS_MAX];
	size_t waits[DRAFT_STATEMENTS_MAX] = {0};
	bool done[DRAFT_STATEMENTS_MAX] = {false};
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < count; j++) {
			waits[j] += precedes(draft, i, j);
		}
	}
	for (size_t i = 0; i < count; i++) {
		size_t ready[DRAFT_STATEMENTS_MAX];
		size_t ready_count = 0;
		for (size_t j = 0; j < count; j++) {
			if (!done[j] && waits[j] == 0) {
				ready[ready_count++] = j;
			}
		}
		size_t chosen = ready[random_below(random, ready_count)];
		done[chosen] = true;
		ordered[i] = draft->statements[chosen];
		for (size_t j = 0; j < count; j++) {
			waits[j] -= precedes(draft, chosen, j);
		}
	}
	for (size_t i = 0; i < count; i++) {
		draft->statements[i] = ordered[i];
	}
}

void draft_order(struct draft *draft) {
	struct random random = draft_stream(draft, "order");
	interleave(draft, &random);
	if (draft->options.shuffle) {
		shuffle(draft, &random);
	}
}
