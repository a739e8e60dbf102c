#include <string.h>

#include "base/error.h"
#include "logic/claim_internal.h"

/* Sentences of a problem's own text: every one of them is one fact, with everybody named. */

static struct key key_of(uint16_t agent, uint16_t noun) {
	return (struct key){.agent = agent, .noun = noun};
}

/* What a claim says, taken at its word; false when something is left open. */
static bool fact_of(const struct claim *claim, struct fact *fact) {
	*fact = (struct fact){.kind = claim->kind, .quantity = claim->quantity};
	uint16_t noun = claim->noun;
	uint16_t other = claim->other_noun != LEXICON_NONE ? claim->other_noun : noun;
	bool pair = claim->agent_count == 2 && claim->agents[0] != LEXICON_NONE &&
		    claim->agents[1] != LEXICON_NONE && claim->agents[0] != claim->agents[1];
	if (noun == LEXICON_NONE || claim->stranger || claim->agents[0] == LEXICON_NONE) {
		return false;
	}
	switch (claim->form) {
	case CLAIM_AMOUNT:
		fact->form = FACT_CONTAINER;
		fact->keys[0] = key_of(claim->agents[0], noun);
		fact->key_count = 1;
		return true;
	case CLAIM_COMPARISON:
		fact->form = FACT_COMPARISON;
		fact->keys[0] = key_of(claim->agents[0], noun);
		fact->keys[1] = key_of(claim->agents[1], other);
		fact->key_count = 2;
		return claim->agent_count == 2 && claim->agents[1] != LEXICON_NONE;
	case CLAIM_TRANSFER:
		fact->form = FACT_TRANSFER;
		fact->keys[0] = key_of(claim->agents[0], noun);
		fact->keys[1] = key_of(claim->agents[1], noun);
		fact->key_count = 2;
		return pair;
	case CLAIM_RATE:
		fact->form = FACT_RATE;
		fact->keys[0] = key_of(claim->agents[0], claim->other_noun);
		fact->keys[1] = key_of(claim->agents[0], noun);
		fact->key_count = 2;
		return claim->other_noun != LEXICON_NONE;
	case CLAIM_EQUALITY:
		fact->form = FACT_EQUALITY;
		fact->quantity = rational_of(0);
		for (size_t i = 0; i < 4; i++) {
			fact->keys[i] = key_of(claim->agents[i], noun);
		}
		fact->key_count = 4;
		return true;
	case CLAIM_TOTAL:
		fact->form = FACT_PART_WHOLE;
		fact->whole = noun;
		for (size_t i = 0; i < claim->agent_count; i++) {
			fact->keys[i] = key_of(claim->agents[i], noun);
		}
		fact->key_count = (uint16_t)claim->agent_count;
		return claim->agent_count > 1;
	case CLAIM_EQUATION:
	case CLAIM_ANSWER:
	case CLAIM_UNPARSED:
		break;
	}
	return false;
}

int claim_read_statement(const struct program *names, const char *text, size_t length,
	struct fact *fact_out, struct error *err) {
	struct claim_reader *reader = claim_reader_create(names);
	claim_list claims = {0};
	struct fact fact;
	claim_read(reader, text, 0, length, &claims);
	int rc = 0;
	if (claims.count != 1 || !fact_of(&claims.items[0], &fact) ||
		fact.form == FACT_PART_WHOLE) {
		rc = error_set(err, ERROR_INPUT, "not one statement of amounts: \"%.*s\"",
			(int)(length < 200 ? length : 200), text);
	} else {
		*fact_out = fact;
	}
	vec_finish(&claims);
	claim_reader_destroy(reader);
	return rc;
}

int claim_read_goal(const struct program *names, const char *text, size_t length,
	struct fact *fact_out, bool *ground_out, struct error *err) {
	struct claim_reader *reader = claim_reader_create(names);
	struct token tokens[256];
	size_t count = lexicon_read(reader->lexicon, text, length, tokens, 256);
	struct fact goal = {.quantity = {0, 1}};
	uint16_t noun = LEXICON_NONE;
	for (size_t i = 0; i < count; i++) {
		bool known = tokens[i].agent == LEXICON_NONE;
		for (size_t k = 0; k < goal.key_count && !known; k++) {
			known = goal.keys[k].agent == tokens[i].agent;
		}
		if (!known && goal.key_count < FACT_KEYS_MAX) {
			goal.keys[goal.key_count++].agent = tokens[i].agent;
		}
		noun = tokens[i].noun != LEXICON_NONE ? tokens[i].noun : noun;
	}
	for (size_t i = 0; i < goal.key_count; i++) {
		goal.keys[i].noun = noun;
	}
	goal.form = goal.key_count > 1 ? FACT_PART_WHOLE : FACT_CONTAINER;
	goal.whole = goal.key_count > 1 ? noun : 0;
	size_t equations = equations_find(text, length, reader->equations, 4);
	bool ground = equations == 1 && reader->equations[0].sides[0].evaluates;
	claim_reader_destroy(reader);
	if (goal.key_count == 0 || noun == LEXICON_NONE || equations > 1) {
		return error_set(err, ERROR_INPUT, "not a question of amounts: \"%.*s\"",
			(int)(length < 200 ? length : 200), text);
	}
	if (ground) {
		*ground_out = true;
		struct equation equation;
		(void)equations_find(text, length, &equation, 1);
		goal.quantity = equation.sides[0].value;
	} else {
		*ground_out = false;
	}
	*fact_out = goal;
	return 0;
}
