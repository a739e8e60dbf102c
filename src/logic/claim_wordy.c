#include <string.h>

#include "logic/claim_internal.h"

/* Sentences without a number: equalities, announcements, and what cannot be read. */

/*
 * "The number of X that A has more than B is the same as the difference between the number of X
 * that C has compared to D." Four names in two pairs, in whatever words.
 */
static bool read_equality(struct claim_reader *reader, struct claim *claim) {
	if (!reader_has(reader, 0, reader->token_count, WORD_SAME | WORD_AS)) {
		return false;
	}
	bool less[4] = {false};
	uint32_t kinds = 0;
	for (size_t i = 0; i < reader->token_count; i++) {
		const struct token *token = &reader->tokens[i];
		kinds |= token->classes & (WORD_MORE | WORD_LESS);
		if (token->agent != LEXICON_NONE) {
			if (claim->agent_count == 4) {
				return false;
			}
			claim->agents[claim->agent_count++] = token->agent;
		}
		if ((token->classes & WORD_LESS) != 0 && claim->agent_count > 0) {
			less[claim->agent_count - 1] = true;
		}
		if (token->noun != LEXICON_NONE && claim->noun == LEXICON_NONE) {
			claim->noun = token->noun;
		}
	}
	bool between = reader_has(reader, 0, reader->token_count, WORD_DIFFERENCE);
	if (claim->agent_count == 2 && claim->noun != LEXICON_NONE && kinds == 0) {
		// "Edda and Wim have the same number of shells"
		claim->form = CLAIM_COMPARISON;
		claim->subject = SUBJECT_NAMED;
		claim->has_quantity = true;
		claim->either_way = true;
		return true;
	}
	if (claim->agent_count != 4 || (kinds == 0 && !between)) {
		return false;
	}
	claim->either_way = kinds == 0;
	// "fewer" turns a pair around
	for (size_t pair = 0; pair < 4; pair += 2) {
		if (less[pair]) {
			uint16_t first = claim->agents[pair];
			claim->agents[pair] = claim->agents[pair + 1];
			claim->agents[pair + 1] = first;
		}
	}
	claim->form = CLAIM_EQUALITY;
	claim->subject = SUBJECT_NAMED;
	return true;
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
	if (reader->token_count == 0) {
		return;
	}
	if (read_equality(reader, &claim)) {
		vec_push(claims, claim);
		reader_remember(reader, &claim);
		return;
	}
	size_t end = reader->length;
	while (end > 0 && reader->text[end - 1] == ' ') {
		end--;
	}
	uint16_t named = LEXICON_NONE;
	for (size_t i = 0; i < reader->token_count; i++) {
		if (reader->tokens[i].agent != LEXICON_NONE) {
			named = reader->tokens[i].agent;
		}
	}
	bool heading = end > 0 && reader->text[end - 1] == ':';
	bool meta = reader_has(reader, 0, reader->token_count,
		WORD_META | WORD_ANSWER | WORD_REFERENCE | WORD_OPERATE);
	bool nouns = false; // "Trucks and tractors are toy vehicles": about words, not amounts
	for (size_t i = 0; i < reader->token_count; i++) {
		nouns = nouns || reader->tokens[i].noun != LEXICON_NONE;
	}
	meta = meta || (nouns && named == LEXICON_NONE &&
			       !reader_has(reader, 0, reader->token_count,
				       WORD_HAVE | WORD_GIVE | WORD_GET | WORD_PRONOUN));
	bool verbless = reader->token_count <= 3 && !reader_has(reader, 0, reader->token_count,
							    WORD_HAVE | WORD_GIVE | WORD_GET);
	if (!heading && !meta && !verbless) {
		claim.form = CLAIM_UNPARSED;
		claim.agent_count = claim.other_count = 0;
		vec_push(claims, claim);
	}
	if (named != LEXICON_NONE && (heading || meta || verbless)) {
		// what comes next is about them: "Now Tobin's pears:"
		struct claim about = {
			.subject = SUBJECT_NAMED,
			.agents = {named},
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
}
