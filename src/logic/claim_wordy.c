#include <string.h>

#include "logic/claim_internal.h"

/* Sentences without a number: equalities, announcements, and what cannot be read. */

/*
 * "The number of X that A has more than B is the same as the difference between the number of X
 * that C has compared to D." Four names in two pairs, in whatever words.
 */
bool reader_equality(
	const struct claim_reader *reader, size_t first, size_t count, struct claim *claim) {
	bool less[4] = {false};
	uint32_t kinds = 0;
	uint32_t all = 0;
	for (size_t i = first; i < first + count; i++) {
		const struct token *token = &reader->tokens[i];
		all |= token->classes;
		kinds |= token->classes & (WORD_MORE | WORD_LESS);
		bool again = claim->agent_count == 2 && (claim->agents[0] == token->agent ||
								claim->agents[1] == token->agent);
		if (token->agent != LEXICON_NONE && !again) {
			if (claim->agent_count == 4) {
				return false;
			}
			claim->agents[claim->agent_count++] = token->agent;
		}
		if ((token->classes & WORD_LESS) != 0 && claim->agent_count > 0) {
			less[(claim->agent_count - 1) / 2 * 2] = true;
		}
		if (token->noun != LEXICON_NONE && claim->noun == LEXICON_NONE) {
			claim->noun = token->noun;
		}
	}
	bool between = (all & WORD_DIFFERENCE) != 0;
	claim->subject = SUBJECT_NAMED;
	if ((all & (WORD_SAME | WORD_AS)) == 0) {
		return false;
	}
	if (claim->agent_count == 2 && claim->noun != LEXICON_NONE && kinds == 0 && !between) {
		// "Edda and Wim have the same number of shells"
		claim->form = CLAIM_COMPARISON;
		claim->has_quantity = true;
		claim->either_way = true;
		return true;
	}
	if ((claim->agent_count != 4 && claim->agent_count != 2) || (kinds == 0 && !between)) {
		return false;
	}
	claim->either_way = kinds == 0 || claim->agent_count == 2;
	// "fewer" turns a pair around
	for (size_t pair = 0; pair < claim->agent_count; pair += 2) {
		if (less[pair]) {
			uint16_t other = claim->agents[pair];
			claim->agents[pair] = claim->agents[pair + 1];
			claim->agents[pair + 1] = other;
		}
	}
	claim->form = CLAIM_EQUALITY;
	return true;
}

bool reader_pairs(const struct claim_reader *reader, size_t first, size_t count) {
	struct claim claim = {.noun = LEXICON_NONE};
	return reader_equality(reader, first, count, &claim) && claim.form == CLAIM_EQUALITY;
}

/* A sentence about the working, a heading, a fragment, or a remark on words: no amounts in it. */
static bool says_nothing(const struct claim_reader *reader, bool named) {
	size_t end = reader->length;
	while (end > 0 && reader->text[end - 1] == ' ') {
		end--;
	}
	if ((end > 0 && reader->text[end - 1] == ':') ||
		reader_has(reader, 0, reader->token_count,
			WORD_META | WORD_ANSWER | WORD_REFERENCE | WORD_OPERATE)) {
		return true;
	}
	// cut off: "And then Eve gives"
	if (reader->token_count > 0 && end > 0 && strchr(".!", reader->text[end - 1]) == NULL &&
		(reader->tokens[reader->token_count - 1].classes &
			(WORD_GIVE | WORD_GET | WORD_HAVE)) != 0) {
		return true;
	}
	// "Trucks and tractors are toy vehicles": about words, not amounts
	bool nouns = !named;
	bool verbless = reader->token_count <= 6 &&
			!reader_has(reader, 0, reader->token_count,
				WORD_HAVE | WORD_GIVE | WORD_GET | WORD_RESULT);
	for (size_t i = 0; i < reader->token_count; i++) {
		const struct token *token = &reader->tokens[i];
		nouns = nouns && !token->unknown && !token->stranger &&
			(token->classes & (WORD_HAVE | WORD_GIVE | WORD_GET | WORD_PRONOUN |
						  WORD_THAN)) == 0;
		bool tolerated = i == 0 || reader->token_count <= 3;
		verbless = verbless && (tolerated || !token->unknown);
	}
	return nouns || verbless;
}

/* What comes next is about them: "Now Tobin's pears:" */
static void remember_topic(struct claim_reader *reader, uint16_t agent) {
	struct claim about = {
		.subject = SUBJECT_NAMED,
		.agents = {agent},
		.agent_count = 1,
		.noun = LEXICON_NONE,
	};
	for (size_t i = 0; i < reader->token_count; i++) {
		if (reader->tokens[i].noun != LEXICON_NONE) {
			about.noun = reader->tokens[i].noun;
		}
	}
	reader_remember(reader, &about);
}

void reader_wordy(struct claim_reader *reader, claim_list *claims) {
	struct claim claim = {
		.start = reader->base,
		.end = reader->base + reader->length,
		.form = CLAIM_UNPARSED,
		.noun = LEXICON_NONE,
		.other_noun = LEXICON_NONE,
		.soft_noun = LEXICON_NONE,
		.quantity = {0, 1},
		.equal = true,
	};
	const struct claim empty = claim;
	if (reader->token_count == 0) {
		return;
	}
	if (reader_equality(reader, 0, reader->token_count, &claim)) {
		vec_push(claims, claim);
		reader_remember(reader, &claim);
		return;
	}
	uint16_t named = LEXICON_NONE;
	for (size_t i = 0; i < reader->token_count; i++) {
		if (reader->tokens[i].agent != LEXICON_NONE) {
			named = reader->tokens[i].agent;
		}
	}
	if (!says_nothing(reader, named != LEXICON_NONE)) {
		vec_push(claims, empty);
	} else if (named != LEXICON_NONE) {
		remember_topic(reader, named);
	}
}
