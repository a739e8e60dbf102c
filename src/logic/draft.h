#ifndef F2F_LOGIC_DRAFT_H
#define F2F_LOGIC_DRAFT_H

#include "logic/generate.h"
#include "logic/tree.h"
#include "logic/vocabulary.h"

struct buf;
struct error;
struct program;
struct random;

/* A word problem while it is drawn: trees, then their words, then the order of the sentences. */

enum {
	DRAFT_TREES = 4, // the base and three distractors
	DRAFT_NAME_MAX = 2 * WORD_LENGTH_MAX + 8,
	DRAFT_STATEMENTS_MAX = 2 * TREE_NODES_MAX,
};

/* One tree of the problem. trees[0] is the base, or the control that takes its place. */
struct draft_tree {
	struct tree tree;
	bool shown;	      // some of it is stated
	uint8_t only;	      // the one axiom that is, or TREE_NONE for all
	uint8_t connected_to; // the node of the base that the given leaf is, or TREE_NONE
	uint8_t connection;   // the given leaf
	char agents[TREE_NODES_MAX][DRAFT_NAME_MAX];
	const struct vocabulary_noun *nouns[TREE_NODES_MAX];
};

struct draft_statement {
	uint8_t tree;
	uint8_t node;
};

struct draft {
	const struct vocabulary *vocabulary;
	struct words_options options;
	uint64_t number;
	uint64_t seed; // the options' one, or another when a try was refused
	struct draft_tree trees[DRAFT_TREES];
	const struct vocabulary_noun *whole; // of a part-whole goal
	uint64_t wording;		     // of the question
	struct draft_statement statements[DRAFT_STATEMENTS_MAX];
	size_t statement_count;
};

/** The stream of this name for the draft's problem. */
struct random draft_stream(const struct draft *draft, const char *name);

/** Draws the trees that the cell has, with numbers. False when it has to be tried again. */
bool draft_trees(struct draft *draft);

/** Gives every slot a name or a noun, as the overlap says. False when there were not enough. */
bool draft_words(struct draft *draft);

/** Puts the sentences in order. */
void draft_order(struct draft *draft);

/** The logic program, in the order of the sentences. Owned: program_finish it. */
void draft_program(const struct draft *draft, struct program *program_out);

/** Appends the sentences, one after the other. */
void draft_text(const struct draft *draft, struct buf *out);
void draft_question(const struct draft *draft, const struct program *program, struct buf *out);

#endif
