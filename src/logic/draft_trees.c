#include <assert.h>

#include "logic/draft.h"
#include "logic/random.h"

enum {
	// Three distractor trees are about as long as the base, as in the published problems.
	DISTRACTOR_AXIOMS_MAX = 5,
	STRUCTURE_TRIES = 1000,
	NUMBER_TRIES = 20,
};

struct random draft_stream(const struct draft *draft, const char *name) {
	return random_stream(draft->seed, name, draft->number);
}

static bool number(struct tree *tree, int64_t given, struct random *random) {
	for (size_t i = 0; i < NUMBER_TRIES; i++) {
		if (tree_number(tree, given, random)) {
			return true;
		}
	}
	return false;
}

static void wordings(struct tree *tree, struct random *random) {
	for (size_t i = 0; i < tree->count; i++) {
		tree->nodes[i].wording = random_next(random);
	}
}

static void grow_base(struct tree *tree, struct random *random) {
	bool container = random_coin(random);
	size_t depth = random_coin(random) ? 2 : 3;
	size_t parts = container ? 1 : (size_t)random_between(random, 2, TREE_CHILDREN_MAX);
	tree_grow(tree, container ? FACT_CONTAINER : FACT_PART_WHOLE, parts, depth, random);
}

/* A stated amount that only a comparison starts from, of the noun that the tree is about: where
 * the tree can hang on the base. TREE_NONE: nowhere. */
static uint8_t find_connection(const struct tree *tree, struct random *random) {
	uint8_t found[TREE_NODES_MAX];
	size_t count = 0;
	for (size_t i = 1; i < tree->count; i++) {
		const struct tree_node *node = &tree->nodes[i];
		if (node->leaf && node->form == FACT_CONTAINER && node->keys[0].noun == 0 &&
			tree->nodes[node->parent].rule == RULE_COMPARISON) {
			found[count++] = (uint8_t)i;
		}
	}
	return count == 0 ? TREE_NONE : found[random_below(random, count)];
}

/*
 * An amount of the base for a distractor to start from. Not a holder's: what holds pears holds no
 * other things. Best one that is never transferred and that no other tree starts from; the root is
 * always among the last choice, so every base has one.
 */
static uint8_t find_anchor(const struct draft *draft, size_t index, struct random *random) {
	const struct tree *base = &draft->trees[0].tree;
	enum { FRESH, TAKEN, TRANSFERRED, CHOICES };
	uint8_t found[CHOICES][TREE_NODES_MAX];
	size_t counts[CHOICES] = {0};
	for (size_t i = 0; i < base->count; i++) {
		const struct tree_node *node = &base->nodes[i];
		if (node->form != FACT_CONTAINER || base->holds[node->keys[0].noun] != TREE_NONE) {
			continue;
		}
		bool taken = false;
		for (size_t j = 1; j < index; j++) {
			taken = taken || draft->trees[j].connected_to == i;
		}
		size_t choice = tree_transfers(base, node->keys[0]) ? TRANSFERRED
				: taken				    ? TAKEN
								    : FRESH;
		found[choice][counts[choice]++] = (uint8_t)i;
	}
	size_t choice = FRESH;
	while (counts[choice] == 0) {
		choice++;
	}
	return found[choice][random_below(random, counts[choice])];
}

static bool draw_base(struct draft *draft) {
	struct draft_tree *base = &draft->trees[0];
	struct random random = draft_stream(draft, "base");
	base->shown = true;
	base->only = base->connected_to = base->connection = TREE_NONE;
	for (size_t i = 0; i < STRUCTURE_TRIES; i++) {
		grow_base(&base->tree, &random);
		tree_date(&base->tree);
		if (number(&base->tree, 0, &random)) {
			wordings(&base->tree, &random);
			draft->wording = random_next(&random);
			return true;
		}
	}
	return false;
}

/* Hangs a grown tree on the base; *given_out is the number that they share. */
static bool connect(
	struct draft *draft, size_t index, struct random *random, int64_t *given_out) {
	struct draft_tree *distractor = &draft->trees[index];
	distractor->connection = find_connection(&distractor->tree, random);
	if (distractor->connection == TREE_NONE) {
		return false;
	}
	distractor->connected_to = find_anchor(draft, index, random);
	distractor->tree.nodes[distractor->connection].given = true;
	*given_out = draft->trees[0].tree.nodes[distractor->connected_to].value;
	return true;
}

/* By the rules and the numbers of base trees; only a size is not exceeded. */
static bool draw_distractor(struct draft *draft, size_t index) {
	static const char *const names[DRAFT_TREES] = {NULL, "tree0", "tree1", "tree2"};
	struct draft_tree *distractor = &draft->trees[index];
	struct random random = draft_stream(draft, names[index]);
	size_t depth = random_coin(&random) ? 2 : 3;
	for (size_t i = 0; i < STRUCTURE_TRIES; i++) {
		tree_grow(&distractor->tree, FACT_CONTAINER, 1, depth, &random);
		if (tree_axiom_count(&distractor->tree) > DISTRACTOR_AXIOMS_MAX) {
			continue;
		}
		tree_date(&distractor->tree);
		int64_t given = 0;
		distractor->only = distractor->connected_to = distractor->connection = TREE_NONE;
		if (draft->options.family == WORDS_CONNECTED &&
			!connect(draft, index, &random, &given)) {
			continue;
		}
		if (number(&distractor->tree, given, &random)) {
			distractor->shown = true;
			wordings(&distractor->tree, &random);
			return true;
		}
	}
	return false;
}

/* Leaves one sentence of the first distractor: beside the connection, or any. */
static void choose_axiom(struct draft *draft) {
	struct draft_tree *distractor = &draft->trees[1];
	if (distractor->connection != TREE_NONE) {
		uint8_t parent = distractor->tree.nodes[distractor->connection].parent;
		distractor->only = distractor->tree.nodes[parent].children[1];
		return;
	}
	struct random random = draft_stream(draft, "axiom");
	uint8_t axioms[TREE_NODES_MAX];
	size_t count = tree_axioms(&distractor->tree, axioms);
	distractor->only = axioms[random_below(&random, count)];
}

/* What the distractors of the cell would add: stated facts, or facts that follow. */
static size_t distractor_size(const struct draft *draft) {
	size_t size = 0;
	for (size_t i = 1; i < DRAFT_TREES; i++) {
		const struct draft_tree *distractor = &draft->trees[i];
		if (!distractor->shown) {
			continue;
		}
		bool one = distractor->only != TREE_NONE;
		if (draft->options.match == WORDS_MATCH_AXIOMS) {
			size += one ? 1 : tree_axiom_count(&distractor->tree);
		} else {
			bool connected = distractor->connection != TREE_NONE;
			size += one ? connected : tree_steps(&distractor->tree);
		}
	}
	return size;
}

/* Puts a control in the base's place: the base, its leaves derived further, with new numbers. */
static bool draw_control(struct draft *draft) {
	size_t size = distractor_size(draft);
	struct tree *tree = &draft->trees[0].tree;
	struct random random = draft_stream(draft, "control");
	for (size_t i = 1; i < DRAFT_TREES; i++) {
		draft->trees[i].shown = false;
	}
	bool by_steps = draft->options.match == WORDS_MATCH_STEPS;
	for (size_t left = size; left > 0;) {
		size_t before = tree_axiom_count(tree);
		if (!tree_extend(tree, by_steps ? SIZE_MAX : left, &random)) {
			return false;
		}
		left -= by_steps ? 1 : tree_axiom_count(tree) - before;
	}
	if (size == 0) {
		return true;
	}
	tree_date(tree);
	if (!number(tree, 0, &random)) {
		return false;
	}
	wordings(tree, &random);
	return true;
}

bool draft_trees(struct draft *draft) {
	for (size_t i = 0; i < DRAFT_TREES; i++) {
		draft->trees[i].shown = false;
	}
	if (!draw_base(draft)) {
		return false;
	}
	static const size_t trees[] = {
		[WORDS_BASE] = 0, [WORDS_AXIOM] = 1, [WORDS_TREE] = 1, [WORDS_TREES] = 3};
	for (size_t i = 1; i <= trees[draft->options.size]; i++) {
		if (!draw_distractor(draft, i)) {
			return false;
		}
	}
	if (draft->options.size == WORDS_AXIOM) {
		choose_axiom(draft);
	}
	return draft->options.size == WORDS_BASE || draft->options.overlap != WORDS_CONTROL ||
	       draw_control(draft);
}
