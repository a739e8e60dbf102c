#include "logic/random.h"
#include "logic/tree.h"

enum {
	// What a rate multiplies: times STATED_MAX it stays within DERIVED_MAX.
	UNDER_RATE_MAX = DERIVED_MAX / STATED_MAX,
	// Of 20 comparisons, so many try to be "times" and a fraction; the latter is rarely exact.
	TIMES_OF_20 = 2,
	FRACTION_OF_20 = 3,
};

static int64_t limit_of(const struct tree_node *node) {
	return node->under_rate ? UNDER_RATE_MAX : DERIVED_MAX;
}

static bool in_range(const struct tree_node *node, int64_t value) {
	return value >= DERIVED_MIN && value <= limit_of(node);
}

static int64_t draw(struct random *random) {
	return random_between(random, STATED_MIN, STATED_MAX);
}

/* a ± q, whichever a coin says, or the other one; *plus_out: which. */
static bool add_or_subtract(struct tree_node *node, int64_t a, int64_t q, struct random *random,
	bool *plus_out) {
	bool plus = random_coin(random);
	if (!in_range(node, plus ? a + q : a - q)) {
		plus = !plus;
	}
	node->value = plus ? a + q : a - q;
	*plus_out = plus;
	return in_range(node, node->value);
}

static const struct tree_node *child_of(
	const struct tree *tree, const struct tree_node *node, size_t index) {
	return &tree->nodes[node->children[index]];
}

static void set_keys(struct tree_node *node, size_t first, struct tree_key a, struct tree_key b) {
	node->keys[first] = a;
	node->keys[first + 1] = b;
}

/* R1. Either may be the comparison's subject. */
static bool number_comparison(struct tree *tree, struct tree_node *node, struct random *random) {
	const struct tree_node *known = child_of(tree, node, 0);
	struct tree_node *between = &tree->nodes[node->children[1]];
	int64_t a = known->value;
	int64_t q = between->value = draw(random);
	uint64_t choice = random_below(random, 20);
	bool known_is_subject = random_coin(random);
	// by what is done to the known number: + − · /
	static const enum comparison_kind unknown_subject[] = {
		KIND_MORE, KIND_LESS, KIND_TIMES, KIND_FRACTION};
	static const enum comparison_kind known_subject[] = {
		KIND_LESS, KIND_MORE, KIND_FRACTION, KIND_TIMES};
	size_t operation;
	if (choice < TIMES_OF_20 && !node->under_rate && in_range(node, a * q)) {
		operation = 2;
		node->value = a * q;
	} else if (choice >= TIMES_OF_20 && choice < TIMES_OF_20 + FRACTION_OF_20 && a % q == 0 &&
		   in_range(node, a / q)) {
		operation = 3;
		node->value = a / q;
	} else {
		bool plus;
		if (!add_or_subtract(node, a, q, random, &plus)) {
			return false;
		}
		operation = plus ? 0 : 1;
	}
	between->kind = (known_is_subject ? known_subject : unknown_subject)[operation];
	set_keys(between, 0, known_is_subject ? known->keys[0] : node->keys[0],
		known_is_subject ? node->keys[0] : known->keys[0]);
	return true;
}

/* A stated comparison of R3: either way round, of numbers that nobody knows. */
static void number_difference(struct tree_node *between, struct random *random) {
	between->value = draw(random);
	between->kind = random_coin(random) ? KIND_MORE : KIND_LESS;
}

/* R2: made to say that the first has more. */
static bool number_compare(struct tree *tree, struct tree_node *node) {
	const struct tree_node *a = child_of(tree, node, 0);
	const struct tree_node *b = child_of(tree, node, 1);
	bool first = a->value > b->value;
	set_keys(node, 0, (first ? a : b)->keys[0], (first ? b : a)->keys[0]);
	node->kind = KIND_MORE;
	node->value = first ? a->value - b->value : b->value - a->value;
	return node->value >= DERIVED_MIN;
}

/* R3. */
static bool number_equality(struct tree *tree, struct tree_node *node, struct random *random) {
	const struct tree_node *known = child_of(tree, node, 0);
	const struct tree_node *between = child_of(tree, node, 1);
	struct tree_node *equal = &tree->nodes[node->children[2]];
	bool plus;
	if (!add_or_subtract(node, known->value, between->value, random, &plus)) {
		return false;
	}
	set_keys(equal, 0, (plus ? node : known)->keys[0], (plus ? known : node)->keys[0]);
	bool turned = between->kind == KIND_LESS;
	set_keys(equal, 2, between->keys[turned ? 1 : 0], between->keys[turned ? 0 : 1]);
	return true;
}

/* R4. */
static bool number_transfer(struct tree *tree, struct tree_node *node, struct random *random) {
	const struct tree_node *known = child_of(tree, node, 0);
	struct tree_node *transfer = &tree->nodes[node->children[1]];
	transfer->value = draw(random);
	bool receives;
	if (!add_or_subtract(node, known->value, transfer->value, random, &receives)) {
		return false;
	}
	bool first = transfer->keys[0].agent == known->keys[0].agent;
	struct tree_key other = transfer->keys[first ? 1 : 0];
	set_keys(transfer, 0, receives ? known->keys[0] : other,
		receives ? other : known->keys[0]);
	return true;
}

static bool number_rate(struct tree *tree, struct tree_node *node, struct random *random) {
	struct tree_node *rate = &tree->nodes[node->children[1]];
	rate->value = draw(random);
	node->value = child_of(tree, node, 0)->value * rate->value;
	return in_range(node, node->value);
}

static bool number_sum(struct tree *tree, struct tree_node *node) {
	node->value = 0;
	for (size_t i = 0; i < node->child_count; i++) {
		node->value += child_of(tree, node, i)->value;
	}
	return in_range(node, node->value);
}

static bool number_node(struct tree *tree, struct tree_node *node, struct random *random) {
	switch (node->rule) {
	case RULE_COMPARISON:
		return number_comparison(tree, node, random);
	case RULE_COMPARE:
		return number_compare(tree, node);
	case RULE_EQUALITY:
		return number_equality(tree, node, random);
	case RULE_TRANSFER:
		return number_transfer(tree, node, random);
	case RULE_RATE:
		return number_rate(tree, node, random);
	case RULE_PART_WHOLE:
		return number_sum(tree, node);
	}
	return false;
}

bool tree_number(struct tree *tree, int64_t given, struct random *random) {
	// A node comes after its parent: from the last to the first, children are done in time.
	for (size_t i = tree->count; i-- > 0;) {
		struct tree_node *node = &tree->nodes[i];
		bool fits = true;
		if (!node->leaf) {
			fits = number_node(tree, node, random);
		} else if (node->form == FACT_CONTAINER) {
			node->value = node->given ? given : draw(random);
		} else if (node->form == FACT_COMPARISON &&
			   tree->nodes[node->parent].rule == RULE_EQUALITY) {
			number_difference(node, random);
		}
		if (!fits) {
			return false;
		}
	}
	return true;
}
