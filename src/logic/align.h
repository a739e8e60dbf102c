#ifndef F2F_LOGIC_ALIGN_H
#define F2F_LOGIC_ALIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "logic/program.h"

struct buf;
struct solved;

/* Labels in their order of precedence: the first that applies (../shared/design.md). */
enum step_label {
	STEP_UNPARSED,	       // says something that could not be read
	STEP_AMBIGUOUS,	       // several facts could be meant, and nothing decides
	STEP_WRONG_ARITHMETIC, // two sides of its equation differ
	STEP_UNSUPPORTED,      // does not follow from what is known by then
	STEP_RESTATED,	       // an axiom
	STEP_REPEAT,	       // a fact already said
	// follows, but only by comparisons or reverse uses that no goal needs
	STEP_UNLISTED,
	STEP_IRRELEVANT,       // follows, but is in no shortest proof
	STEP_RELEVANT,	       // in some shortest proof
	STEP_LABELS,
};

const char *step_label_name(enum step_label label); // "wrong_arithmetic"

/** One statement of the reply. A sentence that says two things is two steps. */
struct aligned_step {
	size_t start, end; // bytes in the reply
	enum step_label label;
	bool has_fact;
	struct fact fact;      // what was understood
	uint16_t index;	       // in the closure; CLOSURE_NONE for a fact that is not in it
	uint16_t *premises;    // facts of the closure that it was derived from. Owned
	size_t premise_count;
	uint16_t *candidates;  // ambiguous: facts of the closure it could be. Owned
	size_t candidate_count;
	size_t implied;	       // derived facts that it skipped over and that count with it
};

enum order { ORDER_DEPTH_FIRST, ORDER_BREADTH_FIRST, ORDER_EFFICIENT, ORDERS };

/** Numbers that are not defined (no proof, no steps) are NAN, never 0. */
struct alignment {
	struct aligned_step *steps;
	size_t step_count;
	bool has_answer;
	struct rational answer;
	bool answer_correct;
	bool complete; // what it derived holds a proof of the goal
	size_t model_steps;	// different facts derived, axioms not counted
	size_t model_vertices;	// and axioms used or restated
	size_t inside_steps;	// of the smallest proof inside the model's; 0: none
	double step_efficiency; // shortest steps / model_steps, when complete
	double step_efficiency_lower; // unparsed and ambiguous steps taken as irrelevant facts
	double step_efficiency_upper; // and as nothing
	double vertex_efficiency;
	size_t label_counts[STEP_LABELS];
	double order_distance[ORDERS]; // normalised edit distance of derived facts, 0 … 1
	double order_chance[ORDERS];   // its mean over shuffles of the model's own sequence
	bool truncated_text; // more than ALIGN_TEXT_MAX: the rest was not read, and is unparsed
};

enum { ALIGN_TEXT_MAX = 4 * 1024 * 1024, ALIGN_STEPS_MAX = 20000 };

/** Reads any bytes. *out is owned: alignment_finish it. */
void align_text(
	const struct solved *solved, const char *text, size_t length, struct alignment *out);
void alignment_finish(struct alignment *alignment);

/**
 * Appends the members of the JSON object that `f2f align` writes, from "answer" on, without braces.
 */
void alignment_write_json(const struct solved *solved, const struct alignment *alignment,
	const char *text, struct buf *out);

#endif
