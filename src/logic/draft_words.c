#include <string.h>

#include "logic/draft.h"
#include "logic/random.h"

/* What the draft's slots have been given so far. Bits, by index in the vocabulary. */
enum { USED_MAX = 4096, TRIES = 200 };

struct used {
	uint64_t names[USED_MAX / 64];
	uint64_t nouns[USED_MAX / 64];
	uint64_t holders[USED_MAX / 64];
	// roles of each of the goal's people
	uint64_t roles[TREE_CHILDREN_MAX][USED_MAX / 64];
};

struct words {
	struct draft *draft;
	const struct vocabulary *vocabulary;
	struct used used;
};

/* Marks the bit; false when it was marked. */
static bool take(uint64_t *bits, size_t index) {
	uint64_t bit = UINT64_C(1) << (index % 64);
	bool fresh = (bits[index / 64] & bit) == 0;
	bits[index / 64] |= bit;
	return fresh;
}

static bool has(const uint64_t *bits, size_t index) {
	return (bits[index / 64] >> (index % 64) & 1) != 0;
}

/* Words have no more than WORD_LENGTH_MAX bytes, so two and what joins them fit. Returns the
 * end. */
static char *copy(char *out, const char *word) {
	size_t length = strlen(word);
	memcpy(out, word, length + 1);
	return out + length;
}

static bool fresh_name(struct words *words, char *out, struct random *random) {
	for (size_t i = 0; i < TRIES && words->vocabulary->names.count > 0; i++) {
		size_t index = random_below(random, words->vocabulary->names.count);
		if (take(words->used.names, index)) {
			copy(out, words->vocabulary->names.items[index]);
			return true;
		}
	}
	return false;
}

/* "Tobin’s landlord", for one of the goal's people. */
static bool fresh_variant(struct words *words, char *out, struct random *random) {
	const struct draft_tree *base = &words->draft->trees[0];
	const struct tree_node *root = &base->tree.nodes[0];
	for (size_t i = 0; i < TRIES && words->vocabulary->roles.count > 0; i++) {
		size_t whose = random_below(random, root->key_count);
		size_t role = random_below(random, words->vocabulary->roles.count);
		if (take(words->used.roles[whose], role)) {
			char *end = copy(out, base->agents[root->keys[whose].agent]);
			copy(copy(end, "’s "), words->vocabulary->roles.items[role]);
			return true;
		}
	}
	return false;
}

/* A noun of the topic that nothing else has been called. */
static const struct vocabulary_noun *fresh_noun(
	struct words *words, size_t topic, struct random *random) {
	const struct vocabulary_topic *of = &words->vocabulary->topics.items[topic];
	for (size_t i = 0; i < TRIES && of->count > 0; i++) {
		size_t index = of->first + random_below(random, of->count);
		if (take(words->used.nouns, index)) {
			return &words->vocabulary->nouns.items[index];
		}
	}
	return NULL;
}

static const struct vocabulary_noun *fresh_holder(
	struct words *words, uint64_t topics, struct random *random) {
	size_t fitting[USED_MAX];
	size_t count = 0;
	for (size_t i = 0; i < words->vocabulary->holders.count; i++) {
		if ((words->vocabulary->holders.items[i].topics & topics) != 0 &&
			!has(words->used.holders, i)) {
			fitting[count++] = i;
		}
	}
	if (count == 0) {
		return NULL;
	}
	size_t index = fitting[random_below(random, count)];
	take(words->used.holders, index);
	return &words->vocabulary->holders.items[index];
}

static size_t topic_of(const struct vocabulary_noun *noun) {
	return (size_t)__builtin_ctzll(noun->topics);
}

/*
 * Holders for the tree's rates; its other nouns are there already. Within one tree a holder may
 * come again, with other people, when there are not enough.
 */
static bool name_holders(struct words *words, struct draft_tree *tree, struct random *random) {
	for (size_t slot = 0; slot < tree->tree.nouns; slot++) {
		uint8_t held = tree->tree.holds[slot];
		if (held == TREE_NONE) {
			continue;
		}
		uint64_t topics = tree->nouns[held]->topics;
		tree->nouns[slot] = fresh_holder(words, topics, random);
		for (size_t other = 0; tree->nouns[slot] == NULL && other < slot; other++) {
			if (tree->tree.holds[other] != TREE_NONE &&
				(tree->nouns[other]->topics & topics) != 0) {
				tree->nouns[slot] = tree->nouns[other];
			}
		}
		if (tree->nouns[slot] == NULL) {
			return false;
		}
	}
	return true;
}

static bool name_base(struct words *words) {
	struct draft_tree *base = &words->draft->trees[0];
	struct random random = draft_stream(words->draft, "base words");
	size_t topic = random_below(&random, words->vocabulary->topics.count);
	words->draft->whole = &words->vocabulary->topics.items[topic].whole;
	for (size_t slot = 0; slot < base->tree.nouns; slot++) {
		if (base->tree.holds[slot] == TREE_NONE) {
			base->nouns[slot] = fresh_noun(words, topic, &random);
			if (base->nouns[slot] == NULL) {
				return false;
			}
		}
	}
	for (size_t slot = 0; slot < base->tree.agents; slot++) {
		if (!fresh_name(words, base->agents[slot], &random)) {
			return false;
		}
	}
	return name_holders(words, base, &random);
}

/* One of the nouns that the goal counts. */
static const struct vocabulary_noun *goal_noun(const struct words *words, struct random *random) {
	const struct draft_tree *base = &words->draft->trees[0];
	const struct tree_node *root = &base->tree.nodes[0];
	return base->nouns[root->keys[random_below(random, root->key_count)].noun];
}

static const struct vocabulary_noun *distractor_noun(
	struct words *words, const struct draft_tree *distractor, struct random *random) {
	const struct draft_tree *base = &words->draft->trees[0];
	if (distractor->connected_to != TREE_NONE) {
		return base->nouns[base->tree.nodes[distractor->connected_to].keys[0].noun];
	}
	size_t topic = topic_of(goal_noun(words, random));
	switch (words->draft->options.overlap) {
	case WORDS_ENTITY:
	case WORDS_BOTH:
		return goal_noun(words, random);
	case WORDS_AGENT:
		return fresh_noun(words, topic, random);
	default:
		break;
	}
	size_t topics = words->vocabulary->topics.count;
	if (topics < 2) {
		return NULL;
	}
	size_t other = random_below(random, topics - 1);
	return fresh_noun(words, other + (other >= topic), random);
}

static bool name_agents(struct words *words, struct draft_tree *distractor, struct random *random) {
	const struct draft_tree *base = &words->draft->trees[0];
	const struct tree_node *root = &base->tree.nodes[0];
	enum words_overlap overlap = words->draft->options.overlap;
	bool connected = distractor->connected_to != TREE_NONE;
	size_t same = SIZE_MAX;
	size_t hook = SIZE_MAX;
	if (connected) {
		hook = distractor->tree.nodes[distractor->connection].keys[0].agent;
	} else if (overlap == WORDS_AGENT && root->form == FACT_CONTAINER) {
		// The goal's own person has other things too. Not of the goal's noun, and not when
		// connected: that would be one amount with two numbers.
		same = random_below(random, distractor->tree.agents);
	}
	for (size_t slot = 0; slot < distractor->tree.agents; slot++) {
		char *out = distractor->agents[slot];
		bool named = true;
		if (slot == hook) {
			const struct tree_node *node =
				&base->tree.nodes[distractor->connected_to];
			memcpy(out, base->agents[node->keys[0].agent], DRAFT_NAME_MAX);
		} else if (slot == same) {
			memcpy(out, base->agents[root->keys[0].agent], DRAFT_NAME_MAX);
		} else if (overlap == WORDS_AGENT || overlap == WORDS_BOTH) {
			named = fresh_variant(words, out, random);
		} else {
			named = fresh_name(words, out, random);
		}
		if (!named) {
			return false;
		}
	}
	return true;
}

bool draft_words(struct draft *draft) {
	static const char *const names[DRAFT_TREES] = {NULL, "words0", "words1", "words2"};
	struct words words = {.draft = draft, .vocabulary = draft->vocabulary};
	if (!name_base(&words)) {
		return false;
	}
	for (size_t i = 1; i < DRAFT_TREES; i++) {
		struct draft_tree *distractor = &draft->trees[i];
		if (!distractor->shown) {
			continue;
		}
		struct random random = draft_stream(draft, names[i]);
		distractor->nouns[0] = distractor_noun(&words, distractor, &random);
		if (distractor->nouns[0] == NULL || !name_agents(&words, distractor, &random) ||
			!name_holders(&words, distractor, &random)) {
			return false;
		}
	}
	return true;
}
