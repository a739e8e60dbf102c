#ifndef F2F_LOGIC_ORDER_H
#define F2F_LOGIC_ORDER_H

#include <stddef.h>
#include <stdint.h>

struct solved;

/* In which order a proof's facts come: ../shared/spec/efficiency.md 4.7. */

/** Edit distance over the longer length, 0 … 1; 0 for two empty sequences. */
double order_edit_distance(const uint16_t *a, size_t a_count, const uint16_t *b, size_t b_count);

/** Length of the longest common subsequence. */
size_t order_common(const uint16_t *a, size_t a_count, const uint16_t *b, size_t b_count);

/** Mean distance of shuffles of `a` (seeded, 64 of them) to `b`: what an order without any meaning
 * would get. */
double order_chance(const uint16_t *a, size_t a_count, const uint16_t *b, size_t b_count);

/**
 * Reference orders of derived facts (axioms left out), by index in the closure; *out is owned, the
 * length is returned. Depth first: axioms in text order, after each whatever has become derivable,
 * until nothing more is. Breadth first: all axioms first, then layers. Efficient: depth first, by
 * the rule instances of the shortest proof only, so that premises always come first.
 */
size_t order_depth_first(const struct solved *solved, uint16_t **out);
size_t order_breadth_first(const struct solved *solved, uint16_t **out);
size_t order_efficient(const struct solved *solved, uint16_t **out);

#endif
