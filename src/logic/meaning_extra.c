#include <string.h>

#include "logic/align_internal.h"

/* True facts that no rule of the six gives: an amount before a transfer, how many boxes from what
 * is in them, sums that nobody asks for. */

struct backwards {
	const struct aligner *aligner;
	const struct claim *claim;
	struct meaning *meaning;
	bool found;
};

/* Takes `key` has `value`, from a later amount and the fact between, when that is what is
 * claimed. */
static bool take_amount(struct backwards *back, struct key key, struct rational value,
	uint16_t from, uint16_t by) {
	const struct claim *claim = back->claim;
	const struct fact *facts = back->aligner->closure->facts;
	if (!rational_equal(value, claim->quantity) ||
		closure_amount(back->aligner->closure, key) != CLOSURE_NONE) {
		return false;
	}
	bool operands = !claim->computed;
	if (claim->computed && claim->operand_count == 2) {
		struct rational a = facts[from].quantity;
		struct rational b = facts[by].quantity;
		const struct rational *given = claim->operands;
		operands = (rational_equal(given[0], a) && rational_equal(given[1], b)) ||
			   (rational_equal(given[0], b) && rational_equal(given[1], a));
	}
	const struct fact fact = {
		.form = FACT_CONTAINER, .key_count = 1, .keys = {key}, .quantity = value};
	const uint16_t premises[] = {from, by};
	bool follows = claim->equal && operands && aligner_knows(back->aligner, from);
	return meaning_take_extra(back->aligner, &fact, premises, 2, follows, back->meaning);
}

static bool back_over(struct backwards *back, uint16_t number, uint16_t agent) {
	const struct closure *closure = back->aligner->closure;
	const struct fact *fact = &closure->facts[number];
	struct rational value;
	for (size_t side = 0; side < 2 && fact->form == FACT_TRANSFER; side++) {
		struct key before = fact->keys[side];
		struct key after = before;
		after.version++;
		uint16_t from = closure_amount(closure, after);
		if (before.agent != agent || from == CLOSURE_NONE ||
			(back->claim->noun != LEXICON_NONE && back->claim->noun != before.noun)) {
			continue;
		}
		struct rational known = closure->facts[from].quantity;
		bool fits = side == 0 ? rational_subtract(known, fact->quantity, &value)
				      : rational_add(known, fact->quantity, &value);
		if (fits && take_amount(back, before, value, from, number)) {
			return true;
		}
	}
	if (fact->form == FACT_RATE && fact->keys[0].agent == agent) {
		uint16_t from = closure_amount(closure, fact->keys[1]);
		return from != CLOSURE_NONE &&
		       rational_divide(closure->facts[from].quantity, fact->quantity, &value) &&
		       take_amount(back, fact->keys[0], value, from, number);
	}
	return false;
}

bool understand_backwards(const struct aligner *aligner, const struct claim *claim, uint16_t agent,
	struct meaning *meaning) {
	struct backwards back = {.aligner = aligner, .claim = claim, .meaning = meaning};
	for (size_t i = 0; i < aligner->closure->axiom_count; i++) {
		if (back_over(&back, (uint16_t)i, agent)) {
			return true;
		}
	}
	return false;
}

static bool is_part(const struct fact *goal, struct key key) {
	for (size_t i = 0; i < goal->key_count; i++) {
		if (key_equal(goal->keys[i], key)) {
			return true;
		}
	}
	return false;
}

/* "There are 8 + 30 = 38 trucks": known amounts of a noun, added. */
bool understand_sum(
	const struct aligner *aligner, const struct claim *claim, struct meaning *meaning) {
	const struct closure *closure = aligner->closure;
	struct fact total = {
		.form = FACT_PART_WHOLE, .whole = claim->noun, .quantity = claim->quantity};
	const struct fact *goal = &aligner->solved->program.goal;
	bool parts = claim->noun == LEXICON_NONE && goal->form == FACT_PART_WHOLE;
	total.whole = parts ? goal->whole : claim->noun;
	uint16_t premises[FACT_KEYS_MAX];
	struct rational sum = rational_of(0);
	if ((claim->noun == LEXICON_NONE && !parts) || !claim->equal || claim->operand_count < 2 ||
		claim->operand_count > FACT_KEYS_MAX) {
		return false;
	}
	for (size_t k = 0; k < claim->operand_count; k++) {
		uint16_t found = CLOSURE_NONE;
		for (size_t i = 0; i < closure->fact_count && found == CLOSURE_NONE; i++) {
			const struct fact *fact = &closure->facts[i];
			bool used = false;
			for (size_t at = 0; at < k; at++) {
				used = used || premises[at] == i;
			}
			if (!used && fact->form == FACT_CONTAINER &&
				(parts ? is_part(goal, fact->keys[0])
				       : fact->keys[0].noun == claim->noun) &&
				aligner_knows(aligner, (uint16_t)i) &&
				rational_equal(fact->quantity, claim->operands[k])) {
				found = (uint16_t)i;
			}
		}
		if (found == CLOSURE_NONE || !rational_add(sum, claim->operands[k], &sum)) {
			return false;
		}
		premises[k] = found;
		total.keys[total.key_count++] = closure->facts[found].keys[0];
	}
	return rational_equal(sum, claim->quantity) &&
	       meaning_take_extra(aligner, &total, premises, total.key_count, true, meaning);
}
