#include "logic/draft.h"
#include "logic/random.h"

static const struct tree_node *node_of(const struct draft *draft, struct draft_statement at) {
	return &draft->trees[at.tree].tree.nodes[at.node];
}

/* Whose amount of what, across trees: where a distractor hangs on the base, it is the base's. */
struct place {
	uint8_t tree;
	struct tree_key key;
};

static struct place place_of(const struct draft *draft, uint8_t tree, struct tree_key key) {
	const struct draft_tree *from = &draft->trees[tree];
	if (from->connection != TREE_NONE &&
		from->tree.nodes[from->connection].keys[0].agent == key.agent) {
		key = draft->trees[0].tree.nodes[from->connected_to].keys[0];
		tree = 0;
	}
	return (struct place){.tree = tree, .key = key};
}

/* Whether one statement speaks of an earlier time than another: a transfer comes after all that is
 * said of the version before it, and before all that is said of the next. */
static bool precedes(const struct draft *draft, struct draft_statement first,
	struct draft_statement second) {
	const struct tree_node *a = node_of(draft, first);
	const struct tree_node *b = node_of(draft, second);
	for (size_t i = 0; i < a->key_count; i++) {
		struct place mine = place_of(draft, first.tree, a->keys[i]);
		for (size_t j = 0; j < b->key_count; j++) {
			struct place other =
				place_of(draft, second.tree, b->keys[j]);
			if (mine.tree == other.tree && mine.key.agent == other.key.agent &&
				mine.key.noun == other.key.noun &&
				2 * mine.key.version + (a->form == FACT_TRANSFER) <
					2 * other.key.version + (b->form == FACT_TRANSFER)) {
				return true;
			}
		}
	}
	return false;
}

/* The trees' stated facts, each tree's in its order, and how far they have been placed. */
struct lanes {
	uint8_t axioms[DRAFT_TREES][TREE_NODES_MAX];
	size_t counts[DRAFT_TREES];
	size_t next[DRAFT_TREES];
	bool timed; // some tree hangs on an amount that is transferred
};

static size_t lanes_fill(const struct draft *draft, struct lanes *lanes) {
	const struct tree *base = &draft->trees[0].tree;
	size_t total = 0;
	for (size_t i = 0; i < DRAFT_TREES; i++) {
		const struct draft_tree *tree = &draft->trees[i];
		if (!tree->shown) {
			continue;
		}
		lanes->counts[i] = tree_axioms(&tree->tree, lanes->axioms[i]);
		if (tree->only != TREE_NONE) {
			lanes->axioms[i][0] = tree->only;
			lanes->counts[i] = 1;
		}
		total += lanes->counts[i];
		lanes->timed =
			lanes->timed ||
			(tree->connection != TREE_NONE &&
				tree_transfers(base, base->nodes[tree->connected_to].keys[0]));
	}
	return total;
}

static struct draft_statement lanes_at(const struct lanes *lanes, size_t tree, size_t at) {
	return (struct draft_statement){
		.tree = (uint8_t)tree,
		.node = lanes->axioms[tree][at],
	};
}

/* Whether time lets the tree's next statement come before all that other trees have left. Within a
 * tree the order is that of derivation, which is in time. */
static bool lanes_ready(const struct draft *draft, const struct lanes *lanes, size_t tree) {
	for (size_t other = 0; lanes->timed && other < DRAFT_TREES; other++) {
		for (size_t i = lanes->next[other]; other != tree && i < lanes->counts[other];
			i++) {
			if (precedes(draft, lanes_at(lanes, other, i),
				    lanes_at(lanes, tree, lanes->next[tree]))) {
				return false;
			}
		}
	}
	return true;
}

/* The next statement comes from each tree as likely as it has statements left: where time does not
 * matter, every way to merge them is equally likely. */
static void interleave(struct draft *draft, struct random *random) {
	struct lanes lanes = {.timed = false};
	size_t total = lanes_fill(draft, &lanes);
	for (draft->statement_count = 0; draft->statement_count < total;) {
		size_t left[DRAFT_TREES] = {0};
		size_t ready = 0;
		for (size_t i = 0; i < DRAFT_TREES; i++) {
			if (lanes.next[i] < lanes.counts[i] && lanes_ready(draft, &lanes, i)) {
				left[i] = lanes.counts[i] - lanes.next[i];
				ready += left[i];
			}
		}
		size_t at = random_below(random, ready);
		size_t tree = 0;
		while (at >= left[tree]) {
			at -= left[tree++];
		}
		draft->statements[draft->statement_count++] =
			lanes_at(&lanes, tree, lanes.next[tree]);
		lanes.next[tree]++;
	}
}

/* Any order that time allows: each next statement is one of those that wait for no other. */
static void shuffle(struct draft *draft, struct random *random) {
	size_t count = draft->statement_count;
	struct draft_statement ordered[DRAFT_STATEMENTS_MAX];
	size_t waits[DRAFT_STATEMENTS_MAX] = {0};
	bool done[DRAFT_STATEMENTS_MAX] = {false};
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < count; j++) {
			waits[j] +=
				precedes(draft, draft->statements[i], draft->statements[j]);
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
			waits[j] -= precedes(
				draft, draft->statements[chosen], draft->statements[j]);
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
