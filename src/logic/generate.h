#ifndef F2F_LOGIC_GENERATE_H
#define F2F_LOGIC_GENERATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct solved;
struct vocabulary;

/* A seeded source of word problems, ../shared/spec/efficiency.md 3 without its leaks: trees of all
 * rules for what matters and for what does not, all stated numbers even on 2 … 20 and all others 2
 * … 1,000, names without near-duplicates. The problems of one seed and number have the same base,
 * in the same words, in all cells of both families; its overlaps share their distractors'
 * structure, numbers and places too. */

/* Distractors: none, one stated fact, one tree, three (of at most 5 stated facts each). */
enum words_size { WORDS_BASE, WORDS_AXIOM, WORDS_TREE, WORDS_TREES };
enum words_overlap { WORDS_NONE, WORDS_ENTITY, WORDS_AGENT, WORDS_BOTH, WORDS_CONTROL };

/* What distractors start from: amounts of their own; or one of the base's, which they never feed.
 * Their agents are fresh in both, or the goal's relations: only when disconnected may the goal's
 * own person have other things as well. */
enum words_family { WORDS_DISCONNECTED, WORDS_CONNECTED };

/* What a control has in common with the distracted problem of its size: as many stated facts; or as
 * many steps as follow there in all, of the base and of the distractors. */
enum words_match { WORDS_MATCH_AXIOMS, WORDS_MATCH_STEPS };

struct words_options {
	uint64_t seed;
	enum words_size size;
	enum words_overlap overlap; // no meaning for base
	enum words_family family;
	enum words_match match; // for controls
	bool ground;		// "prove that … has 17 …"
	bool shuffle;		// statements in any order that respects time
};

/** One problem. All owned. */
struct words_problem {
	char *cell; // "trees/both", "tree/control", "base"
	char *text; // the statements
	char *question;
	struct solved *solved;
};

/**
 * Problem `number` of the options' cell; the same for ever for one version of the generator
 * (WORDS_VERSION) and vocabulary. Every problem was solved, and its label and the solver agreed:
 * tries that did not are drawn again. Fails only when the vocabulary is too small.
 */
int words_generate(const struct vocabulary *vocabulary, const struct words_options *options,
	uint64_t number, struct words_problem *problem_out, struct error *err);
void words_problem_finish(struct words_problem *problem);

#define WORDS_VERSION "1"

/** "trees/both"; "base". Static. */
const char *words_cell_name(enum words_size size, enum words_overlap overlap);

/** The cell of this name; false when there is none. */
bool words_cell_parse(
	const char *name, enum words_size *size_out, enum words_overlap *overlap_out);

/** Cell `index` in report order ("base", "axiom/none" …), NULL past the last. */
const char *words_cell_at(size_t index);

#endif
