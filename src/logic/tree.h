#ifndef F2F_LOGIC_TREE_H
#define F2F_LOGIC_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "logic/closure.h"
#include "logic/program.h"

struct random;

/*
 * A proof drawn from its conclusion down: every node is a fact, the leaves are stated, the others
 * follow from their children by one rule. Who and what is meant are slots, numbered within the
 * tree; names and nouns are put into them later.
 */

enum {
	TREE_NODES_MAX = 160,
	TREE_CHILDREN_MAX = 4,
	TREE_NONE = 0xff,

	// One range for all that is stated, and one for all that follows, in base trees,
	// distractors and controls alike: a number tells nothing of its tree.
	STATED_MIN = 2,
	STATED_MAX = 20,
	DERIVED_MIN = 2,
	DERIVED_MAX = 1000,
};

struct tree_key {
	uint8_t agent;
	uint8_t noun;
	int16_t version;
};

struct tree_node {
	enum fact_form form;
	bool leaf;
	enum rule rule;		// what derives it, unless it is a leaf
	enum comparison_kind kind; // of a comparison, once it has numbers
	uint8_t depth;
	uint8_t parent;
	uint8_t children[TREE_CHILDREN_MAX]; // in the order of derivation
	uint8_t child_count;
	bool under_rate; // its number will be multiplied: it has to stay small
	bool given;	 // a leaf that another tree derives: not stated
	struct tree_key keys[TREE_CHILDREN_MAX];
	uint8_t key_count;
	int64_t value;
	uint64_t wording; // which of the sentences that say it
};

struct tree {
	struct tree_node nodes[TREE_NODES_MAX];
	size_t count; // 0: no tree. nodes[0] is the root
	size_t agents;
	size_t nouns;
	// By noun slot: the noun that such a thing holds (rates), or TREE_NONE
	uint8_t holds[TREE_NODES_MAX];
};

/** A new tree with this root (FACT_CONTAINER, or FACT_PART_WHOLE of `parts` agents), all leaves at
 * `depth` that can be. */
void tree_grow(struct tree *tree, enum fact_form root, size_t parts, size_t depth,
	struct random *random);

/**
 * Derives some leaf instead of stating it, by a rule that states at most `axioms` facts more than
 * before. False when nothing can be.
 */
bool tree_extend(struct tree *tree, size_t axioms, struct random *random);

/** Dates the keys, once the tree is as large as it will be. */
void tree_date(struct tree *tree);

/**
 * Draws all numbers and all that depends on them: which side of a comparison is known, who gives.
 * Stated numbers are drawn first and evenly; the operation has to suit them, not the other way
 * round, so that their distribution does not depend on where they stand. `given` is the number of
 * the given leaf, if there is one. False when something came out of range: draw again.
 */
bool tree_number(struct tree *tree, int64_t given, struct random *random);

/** Leaves that are stated, in the order of derivation; returns how many. */
size_t tree_axioms(const struct tree *tree, uint8_t axioms_out[TREE_NODES_MAX]);
size_t tree_axiom_count(const struct tree *tree);

/** Whether some transfer touches the amount, at any time. */
bool tree_transfers(const struct tree *tree, struct tree_key key);

/** Nodes that follow from others. */
size_t tree_steps(const struct tree *tree);

#endif
