#include <string.h>

#include "logic/align_internal.h"

/* Whether what a step says follows from what is known by then. */

enum { PENDING_MAX = 12, TRIES_MAX = 4000 };

bool aligner_knows(const struct aligner *aligner, uint16_t fact) {
	return fact < aligner->closure->axiom_count || aligner->said[fact] ||
	       aligner->assume_all;
}

/* A search for a way in which all operands are used: facts still to be accounted for, each either
 * by an operand of its value or by going on to its own premises. */
struct matching {
	const struct aligner *aligner;
	const struct rational *operands;
	size_t operand_count;
	uint32_t used; // operands, by bit
	uint16_t pending[PENDING_MAX];
	size_t pending_count;
	struct support support;
	int tries;
};

static bool ratio_of(const struct fact *fact) {
	return fact->form == FACT_COMPARISON &&
	       (fact->kind == KIND_TIMES || fact->kind == KIND_FRACTION);
}

/* Whether an operand can stand for the fact: its number, or for a ratio the reciprocal. */
static bool stands_for(struct rational operand, const struct fact *fact) {
	struct rational other;
	if (rational_equal(operand, fact->quantity)) {
		return true;
	}
	if (fact->form == FACT_COMPARISON && !ratio_of(fact)) {
		return operand.numerator == -fact->quantity.numerator &&
		       operand.denominator == fact->quantity.denominator;
	}
	return ratio_of(fact) && rational_divide(rational_of(1), fact->quantity, &other) &&
	       rational_equal(operand, other);
}

static bool match_pending(struct matching *matching);

/* "7/2 + 1": two operands next to one another that are one number. */
static bool take_fraction(struct matching *matching, uint16_t fact) {
	struct rational value = matching->aligner->closure->facts[fact].quantity;
	const struct fact *wanted = &matching->aligner->closure->facts[fact];
	bool whole = rational_is_integer(value) && !ratio_of(wanted);
	for (size_t i = 0; i + 1 < matching->operand_count && !whole; i++) {
		struct rational part;
		uint32_t both = (uint32_t)3 << i;
		if ((matching->used & both) != 0 ||
			!rational_divide(matching->operands[i], matching->operands[i + 1], &part) ||
			!stands_for(part, wanted)) {
			continue;
		}
		struct matching saved = *matching;
		matching->used |= both;
		matching->support.premises[matching->support.premise_count++] = fact;
		if (match_pending(matching)) {
			return true;
		}
		int tries = matching->tries;
		*matching = saved;
		matching->tries = tries;
	}
	return false;
}

static bool take_operand(struct matching *matching, uint16_t fact) {
	const struct fact *wanted = &matching->aligner->closure->facts[fact];
	if (!aligner_knows(matching->aligner, fact) ||
		matching->support.premise_count == SUPPORT_FACTS_MAX) {
		return false;
	}
	for (size_t i = 0; i < matching->operand_count; i++) {
		if ((matching->used >> i & 1) != 0 || !stands_for(matching->operands[i], wanted)) {
			continue;
		}
		struct matching saved = *matching;
		matching->used |= (uint32_t)1 << i;
		matching->support.premises[matching->support.premise_count++] = fact;
		if (match_pending(matching)) {
			return true;
		}
		int tries = matching->tries;
		*matching = saved;
		matching->tries = tries;
		break; // operands of one value are all alike
	}
	return take_fraction(matching, fact);
}

/* Adds an edge's premises to what has to be accounted for; false when one of them cannot be. */
static bool push_tail(struct matching *matching, const struct edge *edge) {
	const struct closure *closure = matching->aligner->closure;
	for (size_t i = 0; i < edge->tail_count; i++) {
		uint16_t premise = edge->tail[i];
		enum fact_form form = closure->facts[premise].form;
		if (form == FACT_EQUALITY) {
			if (matching->support.premise_count == SUPPORT_FACTS_MAX) {
				return false;
			}
			matching->support.premises[matching->support.premise_count++] = premise;
		} else if (matching->pending_count == PENDING_MAX) {
			return false;
		} else {
			matching->pending[matching->pending_count++] = premise;
		}
	}
	return true;
}

/* Derives a fact by one of its edges, whose premises then have to be accounted for. */
static bool expand(struct matching *matching, uint16_t fact, bool top) {
	const struct closure *closure = matching->aligner->closure;
	if (fact < closure->axiom_count || matching->support.implied_count == SUPPORT_FACTS_MAX) {
		return false;
	}
	for (uint32_t i = closure->into[fact]; i < closure->into[fact + 1]; i++) {
		const struct edge *edge = &closure->edges[closure->into_edges[i]];
		// facts stand in an order in which they can be derived: going down it, no fact can
		// come to rest on itself
		if (!top && edge->tail[edge->tail_count - 1] > fact) {
			continue;
		}
		struct matching saved = *matching;
		if (!top && !aligner_knows(matching->aligner, fact)) {
			matching->support.implied[matching->support.implied_count++] = fact;
		}
		if (push_tail(matching, edge) && match_pending(matching)) {
			return true;
		}
		int tries = matching->tries;
		*matching = saved;
		matching->tries = tries;
	}
	return false;
}

/* A partial sum said before stands for several parts at once. */
static bool take_partial(struct matching *matching, const struct extra *extra) {
	if (extra->fact.form != FACT_PART_WHOLE) {
		return false;
	}
	struct matching saved = *matching;
	for (size_t i = 0; i < extra->premise_count; i++) {
		size_t at = 0;
		while (at < matching->pending_count &&
			matching->pending[at] != extra->premises[i]) {
			at++;
		}
		if (at == matching->pending_count) {
			*matching = saved;
			return false;
		}
		matching->pending[at] = matching->pending[--matching->pending_count];
		matching->support.premises[matching->support.premise_count++] =
			extra->premises[i];
	}
	for (size_t i = 0; i < matching->operand_count; i++) {
		if ((matching->used >> i & 1) == 0 &&
			rational_equal(matching->operands[i], extra->fact.quantity)) {
			matching->used |= (uint32_t)1 << i;
			if (match_pending(matching)) {
				return true;
			}
			break;
		}
	}
	int tries = matching->tries;
	*matching = saved;
	matching->tries = tries;
	return false;
}

static bool match_pending(struct matching *matching) {
	if (matching->pending_count == 0) {
		return matching->used == ((uint32_t)1 << matching->operand_count) - 1;
	}
	if (++matching->tries > TRIES_MAX) {
		return false;
	}
	uint16_t fact = matching->pending[matching->pending_count - 1];
	struct matching saved = *matching;
	matching->pending_count--;
	if (take_operand(matching, fact) || expand(matching, fact, false)) {
		return true;
	}
	int tries = matching->tries;
	*matching = saved;
	matching->tries = tries;
	for (size_t i = 0; i < matching->aligner->extras.count; i++) {
		const struct extra *extra = &matching->aligner->extras.items[i];
		if (extra->premise_count + matching->support.premise_count <= SUPPORT_FACTS_MAX &&
			take_partial(matching, extra)) {
			return true;
		}
	}
	return false;
}

/* "3 + 3 + 3 + 3": a rate or a multiple, added up. */
static bool added_up(const struct aligner *aligner, const struct edge *edge,
	const struct rational *operands, size_t count) {
	const struct fact *facts = aligner->closure->facts;
	bool multiple = edge->rule == RULE_COMPARISON &&
			(ratio_of(&facts[edge->tail[0]]) || ratio_of(&facts[edge->tail[1]]));
	if ((edge->rule != RULE_RATE && !multiple) || count < 2) {
		return false;
	}
	struct rational a = facts[edge->tail[0]].quantity;
	struct rational b = facts[edge->tail[1]].quantity;
	for (size_t i = 1; i < count; i++) {
		if (!rational_equal(operands[0], operands[i])) {
			return false;
		}
	}
	struct rational times = rational_of((int64_t)count);
	return (rational_equal(a, operands[0]) && rational_equal(b, times)) ||
	       (rational_equal(b, operands[0]) && rational_equal(a, times));
}

static bool in_one_step(const struct aligner *aligner, uint16_t fact,
	const struct rational *operands, size_t count, struct support *support) {
	const struct closure *closure = aligner->closure;
	for (uint32_t i = closure->into[fact]; i < closure->into[fact + 1]; i++) {
		const struct edge *edge = &closure->edges[closure->into_edges[i]];
		bool known = count == 0 || added_up(aligner, edge, operands, count);
		for (size_t k = 0; k < edge->tail_count && known; k++) {
			known = aligner_knows(aligner, edge->tail[k]);
		}
		if (known) {
			*support = (struct support){.premise_count = edge->tail_count};
			memcpy(support->premises, edge->tail,
				edge->tail_count * sizeof(edge->tail[0]));
			return true;
		}
	}
	return false;
}

bool support_find(const struct aligner *aligner, uint16_t fact, const struct rational *operands,
	size_t operand_count, struct support *support_out) {
	if (in_one_step(aligner, fact, operands, operand_count, support_out)) {
		return true;
	}
	if (operand_count == 0) {
		return false;
	}
	struct matching matching = {
		.aligner = aligner, .operands = operands, .operand_count = operand_count};
	if (!expand(&matching, fact, true)) {
		return false;
	}
	*support_out = matching.support;
	return true;
}
