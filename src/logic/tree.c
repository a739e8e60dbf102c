#include "logic/tree.h"

#include <assert.h>

#include "logic/random.h"

static uint8_t add_node(struct tree *tree, enum fact_form form, uint8_t parent) {
	assert(tree->count < TREE_NODES_MAX);
	uint8_t index = (uint8_t)tree->count++;
	struct tree_node *node = &tree->nodes[index];
	*node = (struct tree_node){.form = form, .leaf = true, .parent = parent};
	if (parent != TREE_NONE) {
		struct tree_node *above = &tree->nodes[parent];
		assert(above->child_count < TREE_CHILDREN_MAX);
		above->children[above->child_count++] = index;
		above->leaf = false;
		node->depth = (uint8_t)(above->depth + 1);
		node->under_rate = above->under_rate;
	}
	return index;
}

static uint8_t add_with_keys(struct tree *tree, enum fact_form form, uint8_t parent,
	const struct tree_key *keys, size_t count) {
	uint8_t index = add_node(tree, form, parent);
	for (size_t i = 0; i < count; i++) {
		tree->nodes[index].keys[i] = keys[i];
	}
	tree->nodes[index].key_count = (uint8_t)count;
	return index;
}

static uint8_t new_agent(struct tree *tree) {
	return (uint8_t)tree->agents++;
}

static uint8_t new_noun(struct tree *tree, uint8_t holds) {
	tree->holds[tree->nouns] = holds;
	return (uint8_t)tree->nouns++;
}

/* Facts that a rule states in the place of the one that it derives. */
static size_t rule_axioms(enum rule rule) {
	return rule == RULE_EQUALITY ? 3 : 2;
}

enum { CONTAINER_RULES = 4 };

/* The rules that can derive a leaf; returns how many. */
static size_t applicable(const struct tree *tree, const struct tree_node *node, size_t axioms,
	enum rule rules_out[CONTAINER_RULES]) {
	static const enum rule container_rules[CONTAINER_RULES] = {
		RULE_COMPARISON, RULE_EQUALITY, RULE_TRANSFER, RULE_RATE};
	size_t count = 0;
	if (node->form == FACT_CONTAINER && !node->given) {
		for (size_t i = 0; i < CONTAINER_RULES; i++) {
			// Nothing holds what holds other things: 20 boxes of 20 bags of 20 pears.
			bool held = container_rules[i] == RULE_RATE &&
				    tree->holds[node->keys[0].noun] != TREE_NONE;
			if (!held && rule_axioms(container_rules[i]) - 1 <= axioms) {
				rules_out[count++] = container_rules[i];
			}
		}
	} else if (node->form == FACT_COMPARISON && axioms >= 1 &&
		   tree->nodes[node->parent].rule == RULE_EQUALITY) {
		// R1's own comparison would need the amount that it is there to give.
		rules_out[count++] = RULE_COMPARE;
	}
	return count;
}

static void expand_equality(struct tree *tree, uint8_t index) {
	struct tree_key unknown = tree->nodes[index].keys[0];
	struct tree_key known = {.agent = new_agent(tree), .noun = unknown.noun};
	struct tree_key third = {.agent = new_agent(tree), .noun = unknown.noun};
	struct tree_key fourth = {.agent = new_agent(tree), .noun = unknown.noun};
	add_with_keys(tree, FACT_CONTAINER, index, &known, 1);
	add_with_keys(tree, FACT_COMPARISON, index, (struct tree_key[]){third, fourth}, 2);
	add_with_keys(tree, FACT_EQUALITY, index,
		(struct tree_key[]){unknown, known, third, fourth}, 4);
}

static void expand(struct tree *tree, uint8_t index, enum rule rule) {
	struct tree_key key = tree->nodes[index].keys[0];
	tree->nodes[index].rule = rule;
	struct tree_key other = {.noun = key.noun};
	switch (rule) {
	case RULE_COMPARISON:
		other.agent = new_agent(tree);
		add_with_keys(tree, FACT_CONTAINER, index, &other, 1);
		add_with_keys(tree, FACT_COMPARISON, index, (struct tree_key[]){key, other}, 2);
		break;
	case RULE_EQUALITY:
		expand_equality(tree, index);
		break;
	case RULE_TRANSFER:
		other.agent = new_agent(tree);
		key.version--; // tree_date counts from the first
		add_with_keys(tree, FACT_CONTAINER, index, &key, 1);
		add_with_keys(tree, FACT_TRANSFER, index, (struct tree_key[]){key, other}, 2);
		break;
	case RULE_RATE:
		other.agent = key.agent;
		other.noun = new_noun(tree, key.noun);
		tree->nodes[add_with_keys(tree, FACT_CONTAINER, index, &other, 1)].under_rate =
			true;
		add_with_keys(tree, FACT_RATE, index, (struct tree_key[]){other, key}, 2);
		break;
	case RULE_COMPARE:
		other = tree->nodes[index].keys[1];
		add_with_keys(tree, FACT_CONTAINER, index, &key, 1);
		add_with_keys(tree, FACT_CONTAINER, index, &other, 1);
		break;
	case RULE_PART_WHOLE:
		for (size_t i = 0; i < tree->nodes[index].key_count; i++) {
			key = tree->nodes[index].keys[i];
			add_with_keys(tree, FACT_CONTAINER, index, &key, 1);
		}
		break;
	}
}

/* A rule leaves at most three nodes behind for the one that it expands. */
static bool has_room(const struct tree *tree) {
	return tree->count + 3 <= TREE_NODES_MAX;
}

void tree_grow(struct tree *tree, enum fact_form root, size_t parts, size_t depth,
	struct random *random) {
	tree->count = tree->agents = tree->nouns = 0;
	struct tree_key keys[TREE_CHILDREN_MAX];
	assert(parts <= TREE_CHILDREN_MAX);
	for (size_t i = 0; i < parts; i++) {
		keys[i] = (struct tree_key){
			.agent = new_agent(tree), .noun = new_noun(tree, TREE_NONE)};
	}
	add_with_keys(tree, root, TREE_NONE, keys, parts);
	if (root == FACT_PART_WHOLE) {
		expand(tree, 0, RULE_PART_WHOLE);
	}
	// New nodes come last, so this goes by depth.
	for (size_t i = 0; i < tree->count; i++) {
		enum rule rules[CONTAINER_RULES];
		if (!tree->nodes[i].leaf || tree->nodes[i].depth >= depth || !has_room(tree)) {
			continue;
		}
		size_t count = applicable(tree, &tree->nodes[i], SIZE_MAX, rules);
		if (count > 0) {
			expand(tree, (uint8_t)i, rules[random_below(random, count)]);
		}
	}
}

bool tree_extend(struct tree *tree, size_t axioms, struct random *random) {
	enum rule rules[CONTAINER_RULES];
	uint8_t leaves[TREE_NODES_MAX];
	size_t count = 0;
	for (size_t i = 0; i < tree->count && has_room(tree); i++) {
		if (tree->nodes[i].leaf && applicable(tree, &tree->nodes[i], axioms, rules) > 0) {
			leaves[count++] = (uint8_t)i;
		}
	}
	if (count == 0) {
		return false;
	}
	uint8_t leaf = leaves[random_below(random, count)];
	size_t choices = applicable(tree, &tree->nodes[leaf], axioms, rules);
	expand(tree, leaf, rules[random_below(random, choices)]);
	return true;
}

void tree_date(struct tree *tree) {
	for (size_t i = 0; i < tree->count; i++) {
		struct tree_node *node = &tree->nodes[i];
		if (node->form != FACT_TRANSFER) {
			continue;
		}
		// Versions below zero were counted back from the last: move all of this key up,
		// from the first transfer on.
		struct tree_key first = node->keys[0];
		if (first.version >= 0) {
			continue;
		}
		for (size_t j = 0; j < tree->count; j++) {
			for (size_t k = 0; k < tree->nodes[j].key_count; k++) {
				struct tree_key *key = &tree->nodes[j].keys[k];
				if (key->agent == first.agent && key->noun == first.noun) {
					first.version = key->version < first.version
								? key->version
								: first.version;
				}
			}
		}
		for (size_t j = 0; j < tree->count; j++) {
			for (size_t k = 0; k < tree->nodes[j].key_count; k++) {
				struct tree_key *key = &tree->nodes[j].keys[k];
				if (key->agent == first.agent && key->noun == first.noun) {
					key->version = (int16_t)(key->version - first.version);
				}
			}
		}
	}
}

bool tree_transfers(const struct tree *tree, struct tree_key key) {
	for (size_t i = 0; i < tree->count; i++) {
		const struct tree_node *node = &tree->nodes[i];
		for (size_t k = 0; node->form == FACT_TRANSFER && k < node->key_count; k++) {
			if (node->keys[k].agent == key.agent && node->keys[k].noun == key.noun) {
				return true;
			}
		}
	}
	return false;
}

static size_t collect(const struct tree *tree, uint8_t index, uint8_t *out) {
	const struct tree_node *node = &tree->nodes[index];
	if (node->leaf) {
		if (node->given) {
			return 0;
		}
		out[0] = index;
		return 1;
	}
	size_t count = 0;
	for (size_t i = 0; i < node->child_count; i++) {
		count += collect(tree, node->children[i], out + count);
	}
	return count;
}

size_t tree_axioms(const struct tree *tree, uint8_t axioms_out[TREE_NODES_MAX]) {
	return tree->count == 0 ? 0 : collect(tree, 0, axioms_out);
}

size_t tree_axiom_count(const struct tree *tree) {
	size_t count = 0;
	for (size_t i = 0; i < tree->count; i++) {
		count += tree->nodes[i].leaf && !tree->nodes[i].given;
	}
	return count;
}

size_t tree_steps(const struct tree *tree) {
	size_t count = 0;
	for (size_t i = 0; i < tree->count; i++) {
		count += !tree->nodes[i].leaf;
	}
	return count;
}
