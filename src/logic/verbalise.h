#ifndef F2F_LOGIC_VERBALISE_H
#define F2F_LOGIC_VERBALISE_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct closure;
struct solved;

/* Proofs in words. */

enum proof_extent {
	PROOF_SHORTEST,	  // shortest->edges: "efficient"
	PROOF_EXHAUSTIVE, // axioms in text order, after each whatever has become derivable
};

/**
 * Appends the proof, a numbered sentence a line ("1. Mira has 14 pears."): axioms it uses restated
 * and conclusions interleaved, each conclusion with its arithmetic ("So Tobin has 14 - 5 = 9
 * pears."), then "The answer is 9." Plain ASCII operators, no templates drawn: the same program
 * always gives the same text. Returns how many facts it derives.
 */
size_t verbalise_proof(const struct solved *solved, enum proof_extent extent, struct buf *out);

/** Appends one fact as a sentence, without expression ("Mira has 14 pears."). */
void verbalise_fact(const struct solved *solved, uint16_t fact, struct buf *out);

/** Appends the conclusion of an edge ("Tobin has 14 - 5 = 9 pears."). */
void verbalise_step(const struct solved *solved, uint32_t edge, struct buf *out);

#endif
