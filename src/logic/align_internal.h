#ifndef F2F_LOGIC_ALIGN_INTERNAL_H
#define F2F_LOGIC_ALIGN_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "logic/align.h"
#include "logic/claim.h"
#include "logic/closure.h"
#include "logic/solved.h"

enum { SUPPORT_FACTS_MAX = 24, CANDIDATES_MAX = 32 };

/* A true fact that is not in the closure, since nobody asks for it: a comparison, a partial sum. */
struct extra {
	struct fact fact; // canonical
	uint16_t premises[FACT_KEYS_MAX];
	size_t premise_count;
};

/* What a statement rests on. */
struct support {
	uint16_t premises[SUPPORT_FACTS_MAX]; // facts of the closure that were there
	size_t premise_count;
	uint16_t implied[SUPPORT_FACTS_MAX]; // derived facts that it went over in silence
	size_t implied_count;
};

struct aligner {
	const struct solved *solved;
	const struct closure *closure;
	bool assume_all; // for asking what would follow, were everything known
	bool *said;  // by fact: derived, validly, in the text so far
	bool *cited; // by fact: axioms used or restated
	bool *listed; // by fact: not a comparison that only serves to go back
	VEC(struct extra) extras;
	VEC(struct aligned_step) steps;
	VEC(uint16_t) sequence; // derived facts in the order in which they were first said
};

/** Is the fact known by now: an axiom, or said? */
bool aligner_knows(const struct aligner *aligner, uint16_t fact);

/**
 * Whether a derived fact follows, with just these operands (none given, NULL: in one step, whatever
 * the operands), from what is known; steps in between that the operands show may be left out.
 */
bool support_find(const struct aligner *aligner, uint16_t fact, const struct rational *operands,
	size_t operand_count, struct support *support_out);

/* How a claim fares with one fact it may mean, the better the higher. */
enum standing { STANDING_UNSUPPORTED, STANDING_AXIOM, STANDING_SAID, STANDING_NEW };

/* What a claim was found to mean. */
struct meaning {
	bool has_fact;
	struct fact fact;
	uint16_t index; // CLOSURE_NONE: not in the closure
	enum standing standing;
	struct support support;
	bool extra; // true, and nobody asks for it
	uint16_t candidates[CANDIDATES_MAX]; // more than one: ambiguous
	size_t candidate_count;
};

/** False when the claim means no fact at all. */
bool aligner_understand(
	const struct aligner *aligner, const struct claim *claim, struct meaning *meaning_out);

/** How the claim fares with a fact of the closure. */
enum standing aligner_standing(const struct aligner *aligner, const struct claim *claim,
	uint16_t fact, struct support *support_out);

/** Takes a fact that is not in the closure; `follows`: it is true by these premises. */
bool meaning_take_extra(const struct aligner *aligner, const struct fact *fact,
	const uint16_t *premises, size_t count, bool follows, struct meaning *meaning);

/** Amounts that follow by a rule used backwards, and sums of amounts that nobody asks for. */
bool understand_backwards(const struct aligner *aligner, const struct claim *claim, uint16_t agent,
	struct meaning *meaning);
bool understand_sum(
	const struct aligner *aligner, const struct claim *claim, struct meaning *meaning);

/** Comparisons and totals: claims about more than one amount. */
bool understand_comparison(
	const struct aligner *aligner, const struct claim *claim, struct meaning *meaning);
bool understand_total(
	const struct aligner *aligner, const struct claim *claim, struct meaning *meaning);

/** Facts that are only ever stated. */
bool understand_stated(
	const struct aligner *aligner, const struct claim *claim, struct meaning *meaning);

/** Takes a fact of the closure as what is meant. */
bool meaning_take(const struct aligner *aligner, const struct claim *claim, uint16_t fact,
	struct meaning *meaning);

/** Fills in everything but steps and answer. */
void align_measure(const struct aligner *aligner, struct alignment *alignment);

/** The number that a reply gives as its answer: after a cue, else the last of its last line. */
enum answer_source { ANSWER_NONE, ANSWER_CUE, ANSWER_LAST };
enum answer_source answer_read(const char *text, size_t length, struct rational *answer_out);

#endif
