#include <string.h>

#include "logic/align_internal.h"

/* Which fact a claim means: an amount. What is named decides; what is not is looked for. */

enum standing aligner_standing(const struct aligner *aligner, const struct claim *claim,
	uint16_t fact, struct support *support_out) {
	*support_out = (struct support){0};
	if (fact < aligner->closure->axiom_count) {
		return STANDING_AXIOM;
	}
	bool trivial = claim->computed && claim->operand_count == 0;
	bool follows = false;
	if (claim->equal && !trivial) {
		follows = support_find(
			aligner, fact, claim->operands, claim->operand_count, support_out);
		if (!follows && !claim->computed && claim->operand_count > 0) {
			follows = support_find(aligner, fact, NULL, 0, support_out);
		}
	}
	if (aligner->said[fact] && (follows || !claim->computed)) {
		return STANDING_SAID;
	}
	return follows ? STANDING_NEW : STANDING_UNSUPPORTED;
}

bool meaning_take(const struct aligner *aligner, const struct claim *claim, uint16_t fact,
	struct meaning *meaning) {
	meaning->has_fact = true;
	meaning->fact = aligner->closure->facts[fact];
	meaning->index = fact;
	meaning->standing = aligner_standing(aligner, claim, fact, &meaning->support);
	return true;
}

static bool noun_fits(const struct claim *claim, uint16_t noun) {
	return claim->noun == LEXICON_NONE || claim->noun == noun;
}

/* The best of the amounts of this agent with the claim's number; CLOSURE_NONE for none. */
static uint16_t best_amount(const struct aligner *aligner, const struct claim *claim,
	uint16_t agent, enum standing *standing_out) {
	const struct closure *closure = aligner->closure;
	uint16_t best = CLOSURE_NONE;
	enum standing best_standing = STANDING_UNSUPPORTED;
	bool best_noun = false;
	for (size_t i = 0; i < closure->fact_count; i++) {
		const struct fact *fact = &closure->facts[i];
		if (fact->form != FACT_CONTAINER || fact->keys[0].agent != agent ||
			!noun_fits(claim, fact->keys[0].noun) ||
			!rational_equal(fact->quantity, claim->quantity)) {
			continue;
		}
		struct support support;
		enum standing standing =
			aligner_standing(aligner, claim, (uint16_t)i, &support);
		bool noun = fact->keys[0].noun == claim->soft_noun;
		bool later = best != CLOSURE_NONE &&
			     fact->keys[0].noun == closure->facts[best].keys[0].noun &&
			     claim->now && standing > STANDING_UNSUPPORTED;
		if (best == CLOSURE_NONE || standing > best_standing || later ||
			(standing == best_standing && noun && !best_noun)) {
			best = (uint16_t)i;
			best_standing = standing;
			best_noun = noun;
		}
	}
	*standing_out = best_standing;
	return best;
}

/* The agent's amount as the claim puts it, for a number that does not follow. */
static bool false_amount(const struct aligner *aligner, const struct claim *claim, uint16_t agent,
	struct meaning *meaning) {
	const struct program *program = &aligner->solved->program;
	uint16_t noun = claim->noun;
	if (noun == LEXICON_NONE) {
		noun = claim->soft_noun != LEXICON_NONE ? claim->soft_noun : 0;
	}
	if (program->noun_count == 0 || agent == LEXICON_NONE) {
		return false;
	}
	meaning->has_fact = true;
	meaning->index = CLOSURE_NONE;
	meaning->standing = STANDING_UNSUPPORTED;
	meaning->fact = (struct fact){
		.form = FACT_CONTAINER,
		.key_count = 1,
		.keys = {{agent, noun, program_version(program, agent, noun)}},
		.quantity = claim->quantity,
	};
	return true;
}

static bool named_amount(const struct aligner *aligner, const struct claim *claim,
	struct meaning *meaning) {
	enum standing standing;
	uint16_t best = best_amount(aligner, claim, claim->agents[0], &standing);
	if (best != CLOSURE_NONE && standing > STANDING_UNSUPPORTED) {
		return meaning_take(aligner, claim, best, meaning);
	}
	// "Mira's 14 minus 5 is what Tobin has": only an equation is evidence enough
	for (size_t i = 0; i < claim->other_count && claim->operand_count > 1; i++) {
		enum standing other_standing;
		uint16_t other =
			best_amount(aligner, claim, claim->others[i], &other_standing);
		if (other != CLOSURE_NONE && other_standing == STANDING_NEW) {
			return meaning_take(aligner, claim, other, meaning);
		}
	}
	if (best != CLOSURE_NONE) {
		return meaning_take(aligner, claim, best, meaning);
	}
	return understand_backwards(aligner, claim, claim->agents[0], meaning) ||
	       false_amount(aligner, claim, claim->agents[0], meaning);
}

/* One of those spoken of just before: the most recent whom the claim fits. */
static bool anybody(const struct aligner *aligner, const struct claim *claim,
	struct meaning *meaning);

static bool pronoun_amount(const struct aligner *aligner, const struct claim *claim,
	struct meaning *meaning) {
	for (enum standing wanted = STANDING_NEW; wanted > STANDING_UNSUPPORTED; wanted--) {
		for (size_t i = 0; i < claim->soft_count; i++) {
			enum standing standing;
			uint16_t fact =
				best_amount(aligner, claim, claim->soft[i], &standing);
			if (fact == CLOSURE_NONE || standing != wanted) {
				continue;
			}
			if (i < claim->soft_near || meaning->candidate_count == 0) {
				meaning->candidates[meaning->candidate_count++] = fact;
			}
		}
		if (meaning->candidate_count > 0) {
			return meaning_take(aligner, claim, meaning->candidates[0], meaning);
		}
	}
	if (claim->soft_count == 0) {
		return anybody(aligner, claim, meaning);
	}
	return understand_backwards(aligner, claim, claim->soft[0], meaning) ||
	       false_amount(aligner, claim, claim->soft[0], meaning);
}

/* Whether a fact of the closure could be meant by an equation or number that names nobody. */
static bool fits_nameless(const struct claim *claim, const struct fact *fact) {
	if (!rational_equal(fact->quantity, claim->quantity)) {
		return false;
	}
	switch (fact->form) {
	case FACT_CONTAINER:
		return noun_fits(claim, fact->keys[0].noun);
	case FACT_COMPARISON:
		return claim->form == CLAIM_EQUATION;
	case FACT_PART_WHOLE:
		return claim->form != CLAIM_AMOUNT || noun_fits(claim, fact->whole);
	case FACT_EQUALITY:
	case FACT_TRANSFER:
	case FACT_RATE:
		break;
	}
	return false;
}

static bool about(const struct fact *fact, uint16_t agent) {
	return fact->form != FACT_PART_WHOLE && fact->keys[0].agent == agent;
}

/* Leaves the candidates about one of soft[from .. to), if there are any. */
static bool keep_about(const struct aligner *aligner, const struct claim *claim, size_t from,
	size_t to, struct meaning *meaning) {
	const struct fact *facts = aligner->closure->facts;
	size_t kept = 0;
	for (size_t i = 0; i < meaning->candidate_count; i++) {
		bool fits = false;
		for (size_t k = from; k < to && !fits; k++) {
			fits = about(&facts[meaning->candidates[i]], claim->soft[k]);
		}
		if (fits) {
			uint16_t fact = meaning->candidates[i];
			meaning->candidates[i] = meaning->candidates[kept];
			meaning->candidates[kept++] = fact;
		}
	}
	meaning->candidate_count = kept > 0 ? kept : meaning->candidate_count;
	return kept > 0;
}

/* Of several facts that fit, those about whoever was spoken of last, all of them together. */
static void prefer_recent(const struct aligner *aligner, const struct claim *claim,
	struct meaning *meaning) {
	size_t near = claim->soft_near < claim->soft_count ? claim->soft_near : claim->soft_count;
	bool found = meaning->candidate_count < 2 || keep_about(aligner, claim, 0, near, meaning);
	for (size_t k = near; k < claim->soft_count && !found; k++) {
		found = keep_about(aligner, claim, k, k + 1, meaning);
	}
}

/* With nobody spoken of before, a pronoun can be anybody of whom it is true. */
static bool anybody(const struct aligner *aligner, const struct claim *claim,
	struct meaning *meaning) {
	const struct closure *closure = aligner->closure;
	for (size_t i = 0; i < closure->fact_count; i++) {
		const struct fact *fact = &closure->facts[i];
		if (fact->form == FACT_CONTAINER && noun_fits(claim, fact->keys[0].noun) &&
			rational_equal(fact->quantity, claim->quantity) &&
			meaning->candidate_count < CANDIDATES_MAX) {
			meaning->candidates[meaning->candidate_count++] = (uint16_t)i;
		}
	}
	return meaning->candidate_count > 0 &&
	       meaning_take(aligner, claim, meaning->candidates[0], meaning);
}

/* Which facts an equation would be of, were all premises known. */
static bool open_premises(
	const struct aligner *aligner, const struct claim *claim, struct meaning *meaning) {
	struct aligner all = *aligner;
	all.assume_all = true;
	for (size_t i = aligner->closure->axiom_count; i < aligner->closure->fact_count; i++) {
		struct support support;
		if (fits_nameless(claim, &aligner->closure->facts[i]) &&
			meaning->candidate_count < CANDIDATES_MAX &&
			support_find(&all, (uint16_t)i, claim->operands, claim->operand_count,
				&support)) {
			meaning->candidates[meaning->candidate_count++] = (uint16_t)i;
		}
	}
	return meaning->candidate_count > 0 &&
	       meaning_take(aligner, claim, meaning->candidates[0], meaning);
}

static bool nameless(const struct aligner *aligner, const struct claim *claim,
	struct meaning *meaning) {
	const struct closure *closure = aligner->closure;
	bool bare = !claim->computed && claim->noun == LEXICON_NONE;
	for (size_t i = 0; i < claim->soft_count && bare; i++) {
		// "So that's 9": what was spoken of last
		enum standing standing;
		uint16_t fact = best_amount(aligner, claim, claim->soft[i], &standing);
		if (fact != CLOSURE_NONE && standing > STANDING_UNSUPPORTED) {
			return meaning_take(aligner, claim, fact, meaning);
		}
	}
	if (bare && claim->operand_count == 0) {
		return false; // a number and nothing else is of nobody in particular
	}
	for (enum standing wanted = STANDING_NEW; wanted > STANDING_UNSUPPORTED; wanted--) {
		for (size_t i = 0; i < closure->fact_count; i++) {
			struct support support;
			if (fits_nameless(claim, &closure->facts[i]) &&
				meaning->candidate_count < CANDIDATES_MAX &&
				(!claim->computed || wanted != STANDING_AXIOM ||
					claim->noun != LEXICON_NONE) &&
				aligner_standing(aligner, claim, (uint16_t)i, &support) ==
					wanted) {
				meaning->candidates[meaning->candidate_count++] = (uint16_t)i;
			}
		}
		if (meaning->candidate_count > 0) {
			prefer_recent(aligner, claim, meaning);
			return meaning_take(aligner, claim, meaning->candidates[0], meaning);
		}
	}
	for (size_t i = 0; i < claim->soft_near && i < claim->soft_count; i++) {
		if (understand_backwards(aligner, claim, claim->soft[i], meaning)) {
			return true;
		}
	}
	if (understand_sum(aligner, claim, meaning) ||
		(claim->computed && claim->soft_count == 0 &&
			open_premises(aligner, claim, meaning))) {
		return true;
	}
	bool somebody = claim->form == CLAIM_AMOUNT && claim->soft_count > 0 &&
			(claim->noun != LEXICON_NONE || claim->computed);
	return somebody && false_amount(aligner, claim, claim->soft[0], meaning);
}

bool aligner_understand(
	const struct aligner *aligner, const struct claim *claim, struct meaning *meaning_out) {
	*meaning_out = (struct meaning){.index = CLOSURE_NONE};
	struct claim total = *claim;
	if (claim->unknown_noun && claim->computed && claim->subject != SUBJECT_NAMED &&
		aligner->solved->program.goal.form == FACT_PART_WHOLE) {
		// "8 trucks + 5 tractors = 13 toys": the operands say what is counted
		total.unknown_noun = false;
		total.form = CLAIM_EQUATION;
		return nameless(aligner, &total, meaning_out) &&
		       meaning_out->index == aligner->closure->goal;
	}
	if (claim->stranger || claim->unknown_noun) {
		return false;
	}
	switch (claim->form) {
	case CLAIM_AMOUNT:
		return claim->subject == SUBJECT_NAMED ? named_amount(aligner, claim, meaning_out)
		       : claim->subject == SUBJECT_PRONOUN
			       ? pronoun_amount(aligner, claim, meaning_out)
			       : nameless(aligner, claim, meaning_out);
	case CLAIM_EQUATION:
		return nameless(aligner, claim, meaning_out);
	case CLAIM_COMPARISON:
		return understand_comparison(aligner, claim, meaning_out);
	case CLAIM_TOTAL:
		return understand_total(aligner, claim, meaning_out);
	case CLAIM_TRANSFER:
	case CLAIM_RATE:
	case CLAIM_EQUALITY:
		return understand_stated(aligner, claim, meaning_out);
	case CLAIM_ANSWER:
	case CLAIM_UNPARSED:
		break;
	}
	return false;
}
