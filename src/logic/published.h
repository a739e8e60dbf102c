#ifndef F2F_LOGIC_PUBLISHED_H
#define F2F_LOGIC_PUBLISHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The matcher of the efficiency paper's repository, as ../shared/spec/efficiency.md 4 describes it,
 * weaknesses and all: for comparing figures, never for scoring.
 */

/** One sentence of the reference proof ("rt"). Borrowed. */
struct published_sentence {
	const char *text;
	const char *const *agents;
	size_t agent_count;
	const char *const *forms; // singular and plural of its entities
	size_t form_count;
	bool conclusion;
	bool relevant;
	const size_t *premises; // indices of sentences
	size_t premise_count;
};

struct published_match {
	size_t *matches; // one entry a model step: index of a sentence, or PUBLISHED_UNMATCHED;
			 // a step with several matches has several entries. Owned
	size_t match_count;
	size_t step_count;
	size_t matched_steps;
	size_t ambiguous_steps;
	// Set of the relevant conclusions found, over …
	double precision_all;	      // entries of `matches`; 0 when there is no step
	double recall;		      // relevant conclusions of the reference
	double precision_conclusions; // entries that matched; 0 when nothing did
	bool exact; // `matches` is the relevant conclusions, in their order
};

#define PUBLISHED_UNMATCHED ((size_t)-1)

/**
 * Restated axioms never match, so the measures are over conclusions. ASCII white space, digits and
 * letter case only; a sum over 64 bits has no value. *out is owned: published_match_finish.
 */
void published_align(const struct published_sentence *reference, size_t count, const char *text,
	size_t length, struct published_match *out);
void published_match_finish(struct published_match *match);

struct solved;

/**
 * The reference proof of a program, in the published shape: axioms in text order, then everything
 * derivable, each with its own arithmetic. For programs that do not come with one.
 */
struct published_reference;

struct published_reference *published_reference_create(const struct solved *solved);
void published_reference_destroy(struct published_reference *reference);

/** Borrowed from the reference. */
const struct published_sentence *published_reference_sentences(
	const struct published_reference *reference, size_t *count_out);

#endif
