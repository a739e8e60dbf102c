#include <string.h>

#include "logic/align_internal.h"
#include "logic/closure_internal.h"

/* Claims about several amounts at once, and facts that are only ever stated. */

static bool agent_fits(uint16_t named, uint16_t agent) {
	return named == LEXICON_NONE || named == agent;
}

static bool noun_is(uint16_t named, uint16_t noun) {
	return named == LEXICON_NONE || named == noun;
}

/* Whether a comparison of the closure is what is claimed, put this way round or the other. */
static bool same_comparison(
	const struct claim *claim, const struct fact *fact, uint16_t subject, bool turned) {
	struct fact said = {
		.form = FACT_COMPARISON,
		.kind = claim->kind,
		.key_count = 2,
		.keys = {fact->keys[turned ? 1 : 0], fact->keys[turned ? 0 : 1]},
		.quantity = claim->quantity,
	};
	struct fact a;
	struct fact b;
	return agent_fits(subject, said.keys[0].agent) &&
	       agent_fits(claim->agents[1], said.keys[1].agent) &&
	       (noun_is(claim->noun, said.keys[0].noun) ||
		       noun_is(claim->noun, said.keys[1].noun)) &&
	       fact_canonical(&said, &a) && fact_canonical(fact, &b) &&
	       rational_equal(a.quantity, b.quantity) && a.kind == b.kind;
}

static bool means_comparison(
	const struct claim *claim, const struct fact *fact, uint16_t subject) {
	if (fact->form != FACT_COMPARISON) {
		return false;
	}
	if (same_comparison(claim, fact, subject, false) ||
		same_comparison(claim, fact, subject, true)) {
		return true;
	}
	if (!claim->either_way) {
		return false;
	}
	struct claim turned = *claim;
	turned.agents[1] = subject;
	return same_comparison(&turned, fact, claim->agents[1], false) ||
	       same_comparison(&turned, fact, claim->agents[1], true);
}

/* Whether the claim's operands are just these two amounts (or it gives none). */
static bool operands_are(const struct claim *claim, struct rational a, struct rational b) {
	if (!claim->computed) {
		return true;
	}
	return claim->operand_count == 2 &&
	       ((rational_equal(claim->operands[0], a) &&
			rational_equal(claim->operands[1], b)) ||
		       (rational_equal(claim->operands[0], b) &&
			       rational_equal(claim->operands[1], a)));
}

static bool said_extra(const struct aligner *aligner, const struct fact *canonical) {
	for (size_t i = 0; i < aligner->extras.count; i++) {
		if (fact_equal(&aligner->extras.items[i].fact, canonical)) {
			return true;
		}
	}
	return false;
}

bool meaning_take_extra(const struct aligner *aligner, const struct fact *fact,
	const uint16_t *premises, size_t count, bool follows, struct meaning *meaning) {
	struct fact canonical;
	if (!fact_canonical(fact, &canonical)) {
		return false;
	}
	meaning->has_fact = true;
	meaning->fact = *fact;
	meaning->index = CLOSURE_NONE;
	meaning->extra = follows;
	meaning->standing = !follows			    ? STANDING_UNSUPPORTED
			    : said_extra(aligner, &canonical) ? STANDING_SAID
							      : STANDING_NEW;
	meaning->support.premise_count = follows ? count : 0;
	memcpy(meaning->support.premises, premises, count * sizeof(premises[0]));
	return true;
}

/* A comparison of two known amounts that nobody asks for. */
static bool unasked_comparison(const struct aligner *aligner, const struct claim *claim,
	uint16_t subject, struct meaning *meaning) {
	const struct closure *closure = aligner->closure;
	bool ratio = claim->kind == KIND_TIMES || claim->kind == KIND_FRACTION;
	for (size_t i = 0; i < closure->fact_count; i++) {
		const struct fact *a = &closure->facts[i];
		if (a->form != FACT_CONTAINER || a->keys[0].agent != subject ||
			!noun_is(claim->noun, a->keys[0].noun)) {
			continue;
		}
		for (size_t k = 0; k < closure->fact_count; k++) {
			const struct fact *b = &closure->facts[k];
			struct fact between;
			uint16_t other = claim->other_noun != LEXICON_NONE ? claim->other_noun
									   : a->keys[0].noun;
			if (b->form != FACT_CONTAINER || k == i ||
				b->keys[0].agent != claim->agents[1] ||
				b->keys[0].noun != other ||
				!comparison_between(a->keys[0], a->quantity, b->keys[0],
					b->quantity, ratio, &between) ||
				!means_comparison(claim, &between, subject)) {
				continue;
			}
			uint16_t premises[] = {(uint16_t)i, (uint16_t)k};
			bool follows = claim->equal && aligner_knows(aligner, premises[0]) &&
				       aligner_knows(aligner, premises[1]) &&
				       operands_are(claim, a->quantity, b->quantity);
			if (meaning_take_extra(aligner, &between, premises, 2, follows, meaning) &&
				follows) {
				return true;
			}
		}
	}
	return meaning->has_fact;
}

/* Whether a pair of keys is of these two agents; the pair's other way round in *turned_out. */
static bool pair_of(const struct key *keys, uint16_t subject, uint16_t object, bool *turned_out) {
	*turned_out = keys[0].agent == object;
	return (keys[0].agent == subject && keys[1].agent == object) ||
	       (keys[0].agent == object && keys[1].agent == subject);
}

/* "So Kofi has 5 more than Lena as well": an equality with the known difference put in. */
static bool equality_with_number(const struct aligner *aligner, const struct claim *claim,
	uint16_t subject, struct meaning *meaning) {
	const struct closure *closure = aligner->closure;
	for (size_t i = 0; i < closure->axiom_count && !claim->computed; i++) {
		const struct fact *equality = &closure->facts[i];
		for (size_t pair = 0; equality->form == FACT_EQUALITY && pair < 4; pair += 2) {
			const struct key *other = &equality->keys[2 - pair];
			bool turned = false;
			if (!pair_of(&equality->keys[pair], subject, claim->agents[1], &turned)) {
				continue;
			}
			for (size_t k = 0; k < closure->fact_count; k++) {
				const struct fact *known = &closure->facts[k];
				struct claim same = *claim;
				same.agents[1] = other[turned ? 0 : 1].agent;
				same.either_way = false;
				if (known->form == FACT_COMPARISON &&
					aligner_knows(aligner, (uint16_t)k) &&
					means_comparison(&same, known,
						other[turned ? 1 : 0].agent)) {
					return meaning_take(
						aligner, claim, (uint16_t)i, meaning);
				}
			}
		}
	}
	return false;
}

/* As it was put, true or not. */
static bool false_comparison(const struct aligner *aligner, const struct claim *claim,
	uint16_t subject, struct meaning *meaning) {
	uint16_t noun = claim->noun != LEXICON_NONE ? claim->noun : claim->soft_noun;
	uint16_t other = claim->other_noun != LEXICON_NONE ? claim->other_noun : noun;
	if (subject == LEXICON_NONE || claim->agents[1] == LEXICON_NONE || noun == LEXICON_NONE) {
		return false;
	}
	(void)aligner;
	meaning->has_fact = true;
	meaning->standing = STANDING_UNSUPPORTED;
	meaning->fact = (struct fact){
		.form = FACT_COMPARISON,
		.kind = claim->kind,
		.key_count = 2,
		.keys = {{subject, noun, 0}, {claim->agents[1], other, 0}},
		.quantity = claim->quantity,
	};
	return true;
}

static uint16_t best_comparison(const struct aligner *aligner, const struct claim *claim,
	uint16_t subject, enum standing *standing_out) {
	const struct closure *closure = aligner->closure;
	uint16_t best = CLOSURE_NONE;
	*standing_out = STANDING_UNSUPPORTED;
	for (size_t i = 0; i < closure->fact_count; i++) {
		struct support support;
		if (!means_comparison(claim, &closure->facts[i], subject)) {
			continue;
		}
		enum standing standing =
			aligner_standing(aligner, claim, (uint16_t)i, &support);
		if (best == CLOSURE_NONE || standing > *standing_out) {
			best = (uint16_t)i;
			*standing_out = standing;
		}
	}
	return best;
}

/* Nobody is named at all: every comparison that fits is meant. */
static bool nameless_comparison(
	const struct aligner *aligner, const struct claim *claim, struct meaning *meaning) {
	const struct closure *closure = aligner->closure;
	for (size_t i = 0; i < closure->fact_count; i++) {
		if (means_comparison(claim, &closure->facts[i], LEXICON_NONE) &&
			meaning->candidate_count < CANDIDATES_MAX) {
			meaning->candidates[meaning->candidate_count++] = (uint16_t)i;
		}
	}
	return meaning->candidate_count > 0 &&
	       meaning_take(aligner, claim, meaning->candidates[0], meaning);
}

bool understand_comparison(
	const struct aligner *aligner, const struct claim *claim, struct meaning *meaning) {
	if (claim->subject != SUBJECT_NAMED && claim->soft_count == 0 &&
		claim->agents[1] == LEXICON_NONE) {
		return nameless_comparison(aligner, claim, meaning);
	}
	size_t tries = claim->subject == SUBJECT_NAMED ? 1 : claim->soft_count;
	for (size_t i = 0; i < tries; i++) {
		uint16_t subject =
			claim->subject == SUBJECT_NAMED ? claim->agents[0] : claim->soft[i];
		enum standing standing;
		if (equality_with_number(aligner, claim, subject, meaning)) {
			return true;
		}
		uint16_t fact = best_comparison(aligner, claim, subject, &standing);
		if (fact != CLOSURE_NONE &&
			(standing > STANDING_UNSUPPORTED || claim->subject == SUBJECT_NAMED)) {
			return meaning_take(aligner, claim, fact, meaning);
		}
		if (claim->agents[1] != LEXICON_NONE &&
			unasked_comparison(aligner, claim, subject, meaning)) {
			return true;
		}
	}
	uint16_t subject = claim->subject == SUBJECT_NAMED ? claim->agents[0]
			   : claim->soft_count > 0	   ? claim->soft[0]
							   : LEXICON_NONE;
	return false_comparison(aligner, claim, subject, meaning);
}

/* The part of the goal, or else the latest known amount of the noun, that an agent adds to a
 * sum. */
static uint16_t summand(const struct aligner *aligner, const struct claim *claim, uint16_t agent) {
	const struct closure *closure = aligner->closure;
	const struct fact *goal = &aligner->solved->program.goal;
	uint16_t best = CLOSURE_NONE;
	if (goal->form == FACT_PART_WHOLE) {
		for (size_t i = 0; i < goal->key_count; i++) {
			if (goal->keys[i].agent == agent) {
				return closure_amount(closure, goal->keys[i]);
			}
		}
	}
	for (size_t i = 0; i < closure->fact_count; i++) {
		const struct fact *fact = &closure->facts[i];
		if (fact->form == FACT_CONTAINER && fact->keys[0].agent == agent &&
			noun_is(claim->noun, fact->keys[0].noun) &&
			(best == CLOSURE_NONE || aligner_knows(aligner, (uint16_t)i))) {
			best = (uint16_t)i;
		}
	}
	return best;
}

static bool partial_total(
	const struct aligner *aligner, const struct claim *claim, struct meaning *meaning) {
	const struct closure *closure = aligner->closure;
	const struct fact *goal = &aligner->solved->program.goal;
	struct fact total = {
		.form = FACT_PART_WHOLE,
		.whole = claim->noun != LEXICON_NONE ? claim->noun
			 : goal->form == FACT_PART_WHOLE ? goal->whole
							 : 0,
		.quantity = claim->quantity,
	};
	uint16_t premises[FACT_KEYS_MAX];
	struct rational sum = rational_of(0);
	bool follows = claim->equal;
	uint32_t used = 0;
	for (size_t i = 0; i < claim->agent_count; i++) {
		uint16_t fact = summand(aligner, claim, claim->agents[i]);
		if (fact == CLOSURE_NONE) {
			return false;
		}
		premises[i] = fact;
		total.keys[total.key_count++] = closure->facts[fact].keys[0];
		struct rational value = closure->facts[fact].quantity;
		follows = follows && aligner_knows(aligner, fact) &&
			  rational_add(sum, value, &sum);
		bool given = !claim->computed;
		for (size_t k = 0; k < claim->operand_count && !given; k++) {
			if ((used >> k & 1) == 0 && rational_equal(claim->operands[k], value)) {
				used |= (uint32_t)1 << k;
				given = true;
			}
		}
		follows = follows && given;
	}
	follows = follows && rational_equal(sum, claim->quantity) &&
		  (!claim->computed || claim->operand_count == claim->agent_count);
	return meaning_take_extra(aligner, &total, premises, total.key_count, follows, meaning);
}

/* Whether the goal is a total of just the agents named (or nobody is named). */
static bool asks_total(const struct aligner *aligner, const struct claim *claim) {
	const struct fact *goal = &aligner->solved->program.goal;
	if (goal->form != FACT_PART_WHOLE) {
		return false;
	}
	size_t found = 0;
	for (size_t i = 0; i < claim->agent_count; i++) {
		for (size_t k = 0; k < goal->key_count; k++) {
			if (goal->keys[k].agent == claim->agents[i]) {
				found++;
				break;
			}
		}
	}
	return claim->agent_count == 0 ||
	       (found == claim->agent_count && claim->agent_count == goal->key_count);
}

bool understand_total(
	const struct aligner *aligner, const struct claim *claim, struct meaning *meaning) {
	const struct closure *closure = aligner->closure;
	if (asks_total(aligner, claim) &&
		rational_equal(closure->facts[closure->goal].quantity, claim->quantity)) {
		return meaning_take(aligner, claim, closure->goal, meaning);
	}
	struct claim amount = *claim;
	amount.form = claim->computed ? CLAIM_EQUATION : CLAIM_AMOUNT;
	amount.subject = SUBJECT_NONE;
	if (asks_total(aligner, claim)) {
		if (claim->agent_count == 0 && claim->computed && claim->equal &&
			aligner_understand(aligner, &amount, meaning)) {
			return true;
		}
		meaning->has_fact = true;
		meaning->index = CLOSURE_NONE;
		meaning->fact = aligner->solved->program.goal;
		meaning->fact.quantity = claim->quantity;
		meaning->standing = STANDING_UNSUPPORTED;
		return true;
	}
	if (claim->agent_count > 1) {
		return partial_total(aligner, claim, meaning);
	}
	return aligner_understand(aligner, &amount, meaning);
}

static bool means_transfer(const struct claim *claim, const struct fact *fact) {
	bool receiver = agent_fits(claim->agents[0], fact->keys[0].agent);
	bool sender = agent_fits(claim->agents[1], fact->keys[1].agent);
	bool somebody = claim->agents[0] != LEXICON_NONE || claim->agents[1] != LEXICON_NONE;
	for (size_t i = 0; i < claim->soft_count && !somebody; i++) {
		somebody = claim->soft[i] == fact->keys[0].agent ||
			   claim->soft[i] == fact->keys[1].agent;
	}
	return fact->form == FACT_TRANSFER && receiver && sender && somebody &&
	       noun_is(claim->noun, fact->keys[0].noun);
}

static bool means_rate(const struct claim *claim, const struct fact *fact) {
	return fact->form == FACT_RATE && agent_fits(claim->agents[0], fact->keys[0].agent) &&
	       noun_is(claim->noun, fact->keys[1].noun) &&
	       noun_is(claim->other_noun, fact->keys[0].noun);
}

static bool same_pair(const uint16_t *agents, const struct key *keys, bool turned) {
	return agents[turned ? 1 : 0] == keys[0].agent && agents[turned ? 0 : 1] == keys[1].agent;
}

static bool means_equality(const struct claim *claim, const struct fact *fact) {
	if (fact->form != FACT_EQUALITY) {
		return false;
	}
	if (claim->agent_count == 2) {
		// "just as many more than Lena": the other pair goes without saying
		return same_pair(claim->agents, fact->keys, false) ||
		       same_pair(claim->agents, fact->keys, true) ||
		       same_pair(claim->agents, fact->keys + 2, false) ||
		       same_pair(claim->agents, fact->keys + 2, true);
	}
	if (claim->either_way) {
		struct claim plain = *claim;
		plain.either_way = false;
		plain.agents[0] = claim->agents[1];
		plain.agents[1] = claim->agents[0];
		if (means_equality(&plain, fact)) {
			return true;
		}
	}
	for (int turned = 0; turned < 2; turned++) {
		const uint16_t *agents = claim->agents;
		if ((same_pair(agents, fact->keys, turned) &&
			    same_pair(agents + 2, fact->keys + 2, turned)) ||
			(same_pair(agents, fact->keys + 2, turned) &&
				same_pair(agents + 2, fact->keys, turned))) {
			return true;
		}
	}
	return false;
}

/* "Tobin receives 9 pears" where nothing is handed over: what he then has. */
static bool as_amount(
	const struct aligner *aligner, const struct claim *claim, struct meaning *meaning) {
	struct claim amount = *claim;
	amount.form = CLAIM_AMOUNT;
	bool first = claim->form == CLAIM_RATE || claim->agents[0] != LEXICON_NONE;
	amount.agents[0] = claim->agents[first ? 0 : 1];
	amount.subject = amount.agents[0] != LEXICON_NONE ? SUBJECT_NAMED : SUBJECT_NONE;
	return aligner_understand(aligner, &amount, meaning);
}

/* Whether anybody is named; else every fact that fits is meant. */
static bool owned(const struct claim *claim) {
	return claim->form == CLAIM_EQUALITY || claim->agents[0] != LEXICON_NONE ||
	       (claim->form == CLAIM_TRANSFER && claim->agents[1] != LEXICON_NONE);
}

bool understand_stated(
	const struct aligner *aligner, const struct claim *claim, struct meaning *meaning) {
	const struct closure *closure = aligner->closure;
	uint16_t near = CLOSURE_NONE;
	for (size_t i = 0; i < closure->axiom_count; i++) {
		const struct fact *fact = &closure->facts[i];
		bool means = claim->form == CLAIM_TRANSFER ? means_transfer(claim, fact)
			     : claim->form == CLAIM_RATE   ? means_rate(claim, fact)
							   : means_equality(claim, fact);
		if (means && (claim->form == CLAIM_EQUALITY ||
				     rational_equal(fact->quantity, claim->quantity))) {
			if (!owned(claim) && meaning->candidate_count < CANDIDATES_MAX) {
				meaning->candidates[meaning->candidate_count++] = (uint16_t)i;
				continue;
			}
			return meaning_take(aligner, claim, (uint16_t)i, meaning);
		}
		near = means ? (uint16_t)i : near;
	}
	if (meaning->candidate_count > 0) {
		return meaning_take(aligner, claim, meaning->candidates[0], meaning);
	}
	if (claim->form == CLAIM_EQUALITY) {
		return false;
	}
	if (as_amount(aligner, claim, meaning) && meaning->standing > STANDING_UNSUPPORTED) {
		return true;
	}
	bool named = claim->agents[0] != LEXICON_NONE &&
		     (claim->form == CLAIM_RATE || claim->agents[1] != LEXICON_NONE);
	*meaning = (struct meaning){.index = CLOSURE_NONE};
	if (near == CLOSURE_NONE || !named) {
		return as_amount(aligner, claim, meaning);
	}
	meaning->has_fact = true;
	meaning->fact = closure->facts[near];
	meaning->fact.quantity = claim->quantity;
	return true;
}
