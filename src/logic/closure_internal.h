#ifndef F2F_LOGIC_CLOSURE_INTERNAL_H
#define F2F_LOGIC_CLOSURE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "logic/closure.h"

enum { CLOSURE_FACTS_MAX = 8192, CLOSURE_EDGES_MAX = 1 << 18, PLACE_VALUES_MAX = 2 };

/**
 * Facts by place: form, class of comparison and keys, without the quantity. Comparisons are looked
 * up the one way round in which the smaller key comes first.
 */
struct closure_index {
	struct fact *canonical; // by fact
	uint16_t *next;		// by fact: another value of the same place, or CLOSURE_NONE
	uint16_t *table;	// open addressing: first fact of a place, or CLOSURE_NONE
	size_t table_size;	// a power of two
	size_t cap;
};

void closure_index_init(struct closure_index *index);
void closure_index_finish(struct closure_index *index);

/**
 * The one form in which a fact is compared: "more" with a signed difference or "times", smaller key
 * first; parts of a whole sorted. False when its quantity has none (a ratio of 0, overflow).
 */
bool fact_canonical(const struct fact *fact, struct fact *canonical_out);

/** First fact of the place that the canonical fact is of, or CLOSURE_NONE. */
uint16_t closure_index_place(const struct closure_index *index, const struct fact *canonical);

/** Adds fact `number`, whose canonical form this is; the index holds numbers below it. */
void closure_index_add(
	struct closure_index *index, uint16_t number, const struct fact *canonical);

/** A comparison that holds between these amounts: more or less by a positive number, or times. */
bool comparison_between(struct key subject, struct rational a, struct key object, struct rational b,
	bool ratio, struct fact *fact_out);

/**
 * What a comparison gives for one of its keys from the other's amount; false on overflow.
 * `subject`: the amount known is the object's.
 */
bool comparison_apply(enum comparison_kind kind, struct rational quantity, bool subject,
	struct rational known, struct rational *out);

/** Whether the stated comparisons contradict one another, whatever the amounts; says which. */
bool comparisons_conflict(const struct closure *closure, char *why, size_t why_size);

#endif
