#ifndef F2F_DATASET_WORDS_PAPER_LEAF_H
#define F2F_DATASET_WORDS_PAPER_LEAF_H

#include <jansson.h>

struct error;

/* One problem of the efficiency paper's layout in one cell. Owned. */
struct paper_leaf {
	char *informal; // the statements, then the question
	char *program;
	char *answer;
	// why it cannot be scored by: "unread", "contradictory", "ambiguous", "unreachable",
	// "steps", "answer" …; NULL: it can. Static
	const char *class;
	char *why; // NULL without class
};

/**
 * Reads the sentences as a logic program, solves it, and holds label against solution: relevance in
 * these files is its generator's word. ERROR_INPUT for what is not the layout.
 */
int paper_leaf_read(const json_t *leaf, struct paper_leaf *leaf_out, struct error *err);
void paper_leaf_finish(struct paper_leaf *leaf);

#endif
