#include "logic/verbalise.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "logic/closure.h"
#include "logic/program.h"
#include "logic/solved.h"

static const char *agent_of(const struct solved *solved, struct key key) {
	return solved->program.agents[key.agent];
}

/* "pears", or "pear" for one. */
static const char *noun_of(
	const struct solved *solved, uint16_t noun, struct rational quantity) {
	const struct noun *of = &solved->program.nouns[noun];
	return rational_equal(quantity, rational_of(1)) ? of->singular : of->plural;
}

/* Three texts, one after the other: most of what is said. */
static void say(struct buf *out, const char *a, const char *b, const char *c) {
	buf_append_str(out, a);
	buf_append_str(out, b);
	buf_append_str(out, c);
}

/* "Tobin has", "Tobin now has" */
static void append_has(const struct solved *solved, struct key key, struct buf *out) {
	say(out, agent_of(solved, key), key.version > 0 ? " now" : "", " has ");
}

/* "Mira, Tobin and Ula have": each once, whatever they have. */
static void append_owners(const struct solved *solved, const struct fact *fact, struct buf *out) {
	uint16_t owners[FACT_KEYS_MAX];
	size_t count = 0;
	for (size_t i = 0; i < fact->key_count; i++) {
		bool known = false;
		for (size_t j = 0; j < count; j++) {
			known = known || owners[j] == fact->keys[i].agent;
		}
		if (!known) {
			owners[count++] = fact->keys[i].agent;
		}
	}
	for (size_t i = 0; i < count; i++) {
		buf_append_str(out, i == 0 ? "" : i + 1 == count ? " and " : ", ");
		buf_append_str(out, solved->program.agents[owners[i]]);
	}
	buf_append_str(out, count > 1 ? " have " : " has ");
}

/* The number of a fact, or a calculation that ends in it. */
static void append_number(struct rational quantity, const char *working, struct buf *out) {
	if (working != NULL) {
		say(out, working, " = ", "");
	}
	rational_append(out, quantity);
}

/* "than Mira", with what she has where that is something else. */
static void append_object(
	const struct solved *solved, const struct fact *fact, const char *word, struct buf *out) {
	say(out, word, " ", agent_of(solved, fact->keys[1]));
	if (fact->keys[0].noun != fact->keys[1].noun) {
		say(out, " has ", solved->program.nouns[fact->keys[1].noun].plural, "");
	}
}

static void append_comparison(const struct solved *solved, const struct fact *fact,
	const char *working, struct buf *out) {
	append_has(solved, fact->keys[0], out);
	struct rational share;
	switch (fact->kind) {
	case KIND_MORE:
	case KIND_LESS:
		append_number(fact->quantity, working, out);
		say(out, fact->kind == KIND_MORE ? " more" : " fewer", " ",
			noun_of(solved, fact->keys[0].noun, fact->quantity));
		append_object(solved, fact, " than", out);
		return;
	case KIND_FRACTION:
		if (working == NULL &&
			rational_divide(rational_of(1), fact->quantity, &share)) {
			rational_append(out, share);
			say(out, " as many ", solved->program.nouns[fact->keys[0].noun].plural, "");
			append_object(solved, fact, " as", out);
			return;
		}
		break;
	case KIND_TIMES:
		break;
	}
	append_number(fact->quantity, working, out);
	say(out, " times as many ", solved->program.nouns[fact->keys[0].noun].plural, "");
	append_object(solved, fact, " as", out);
}

/* One side of an equality, the larger amount first: a pair that is "less" or a fraction says the
 * same when it is turned round. */
static void pair_of(const struct fact *fact, size_t first, struct key pair_out[2]) {
	enum comparison_kind kind = first == 0 ? fact->kind : fact->other_kind;
	bool turned = kind == KIND_LESS || kind == KIND_FRACTION;
	pair_out[0] = fact->keys[first + (turned ? 1 : 0)];
	pair_out[1] = fact->keys[first + (turned ? 0 : 1)];
}

static void append_equality(const struct solved *solved, const struct fact *fact, struct buf *out) {
	struct key pair[2], other[2];
	pair_of(fact, 0, pair);
	pair_of(fact, 2, other);
	const struct noun *nouns = solved->program.nouns;
	if (fact->kind == KIND_TIMES || fact->kind == KIND_FRACTION) {
		buf_appendf(out, "%s has as many times the %s of %s as %s has of %s",
			agent_of(solved, pair[0]), nouns[pair[0].noun].plural,
			agent_of(solved, pair[1]), agent_of(solved, other[0]),
			agent_of(solved, other[1]));
	} else {
		buf_appendf(out,
			"%s is ahead of %s in %s by the same number as %s is ahead of %s",
			agent_of(solved, pair[0]), agent_of(solved, pair[1]),
			nouns[pair[0].noun].plural, agent_of(solved, other[0]),
			agent_of(solved, other[1]));
	}
	if (other[0].noun != pair[0].noun) {
		buf_appendf(out, " in %s", nouns[other[0].noun].plural);
	}
}

static void append_transfer(const struct solved *solved, const struct fact *fact, struct buf *out) {
	say(out, agent_of(solved, fact->keys[1]), " then gives ", "");
	rational_append(out, fact->quantity);
	say(out, " ", noun_of(solved, fact->keys[0].noun, fact->quantity), " to ");
	buf_append_str(out, agent_of(solved, fact->keys[0]));
}

static void append_fact(const struct solved *solved, const struct fact *fact, const char *working,
	struct buf *out) {
	switch (fact->form) {
	case FACT_CONTAINER:
		append_has(solved, fact->keys[0], out);
		append_number(fact->quantity, working, out);
		say(out, " ", noun_of(solved, fact->keys[0].noun, fact->quantity), "");
		break;
	case FACT_COMPARISON:
		append_comparison(solved, fact, working, out);
		break;
	case FACT_EQUALITY:
		append_equality(solved, fact, out);
		break;
	case FACT_TRANSFER:
		append_transfer(solved, fact, out);
		break;
	case FACT_RATE:
		// Without "now": what a bag holds is the same before and after.
		say(out, agent_of(solved, fact->keys[0]), " has ", "");
		append_number(fact->quantity, working, out);
		say(out, " ", noun_of(solved, fact->keys[1].noun, fact->quantity), " per ");
		buf_append_str(out, solved->program.nouns[fact->keys[0].noun].singular);
		break;
	case FACT_PART_WHOLE:
		append_owners(solved, fact, out);
		append_number(fact->quantity, working, out);
		say(out, " ", noun_of(solved, fact->whole, fact->quantity), " in total");
		break;
	}
	buf_append_char(out, '.');
}

/* Behind an operator a sign needs parentheses, beside * and / a fraction does. */
static void append_operand(struct buf *out, struct rational value, bool first, char operator) {
	bool wrapped = (!first && value.numerator < 0) ||
		       ((operator == '*' || operator == '/') && !rational_is_integer(value));
	buf_append_str(out, wrapped ? "(" : "");
	rational_append(out, value);
	buf_append_str(out, wrapped ? ")" : "");
}

static void append_operation(
	struct buf *out, struct rational a, char operator, struct rational b) {
	append_operand(out, a, true, operator);
	buf_append(out, (char[]){' ', operator, ' '}, 3);
	append_operand(out, b, false, operator);
}

static bool is_ratio(const struct fact *comparison) {
	return comparison->kind == KIND_TIMES || comparison->kind == KIND_FRACTION;
}

/* From a known number by q to the one that follows: + or −, or · or /. */
static void append_change(struct buf *out, struct rational known, struct rational q, bool ratio,
	struct rational follows) {
	struct rational up;
	bool is_up = ratio ? rational_multiply(known, q, &up) : rational_add(known, q, &up);
	is_up = is_up && rational_equal(up, follows);
	append_operation(out, known, ratio ? (is_up ? '*' : '/') : (is_up ? '+' : '-'), q);
}

/* The edge's premise of this form; NULL when there is none. */
static const struct fact *premise(
	const struct closure *closure, const struct edge *edge, enum fact_form form) {
	for (size_t i = 0; i < edge->tail_count; i++) {
		if (closure->facts[edge->tail[i]].form == form) {
			return &closure->facts[edge->tail[i]];
		}
	}
	return NULL;
}

/* The number of the premise that is the amount of this key. */
static struct rational amount_of(
	const struct closure *closure, const struct edge *edge, struct key key) {
	for (size_t i = 0; i < edge->tail_count; i++) {
		const struct fact *fact = &closure->facts[edge->tail[i]];
		if (fact->form == FACT_CONTAINER && fact->keys[0].agent == key.agent &&
			fact->keys[0].noun == key.noun &&
			fact->keys[0].version == key.version) {
			return fact->quantity;
		}
	}
	return rational_of(0);
}

static void append_comparing(
	const struct closure *closure, const struct edge *edge, struct buf *out) {
	const struct fact *head = &closure->facts[edge->head];
	struct rational subject = amount_of(closure, edge, head->keys[0]);
	struct rational object = amount_of(closure, edge, head->keys[1]);
	bool turned = head->kind == KIND_LESS || head->kind == KIND_FRACTION;
	append_operation(out, turned ? object : subject, is_ratio(head) ? '/' : '-',
		turned ? subject : object);
}

/* What the rule computes, as far as the equals sign: "14 - 5". */
static void append_working(
	const struct closure *closure, const struct edge *edge, struct buf *out) {
	const struct fact *head = &closure->facts[edge->head];
	const struct fact *known = premise(closure, edge, FACT_CONTAINER);
	const struct fact *by = NULL;
	switch ((enum rule)edge->rule) {
	case RULE_COMPARISON:
	case RULE_EQUALITY:
		by = premise(closure, edge, FACT_COMPARISON);
		append_change(out, known->quantity, by->quantity, is_ratio(by), head->quantity);
		break;
	case RULE_TRANSFER:
		by = premise(closure, edge, FACT_TRANSFER);
		append_change(out, known->quantity, by->quantity, false, head->quantity);
		break;
	case RULE_RATE:
		by = premise(closure, edge, FACT_RATE);
		append_operation(out, known->quantity, '*', by->quantity);
		break;
	case RULE_COMPARE:
		append_comparing(closure, edge, out);
		break;
	case RULE_PART_WHOLE:
		for (size_t i = 0; i < head->key_count; i++) {
			buf_append_str(out, i > 0 ? " + " : "");
			append_operand(out, amount_of(closure, edge, head->keys[i]), i == 0, '+');
		}
		break;
	}
}

void verbalise_fact(const struct solved *solved, uint16_t fact, struct buf *out) {
	append_fact(solved, &solved->closure->facts[fact], NULL, out);
}

void verbalise_step(const struct solved *solved, uint32_t edge, struct buf *out) {
	const struct edge *step = &solved->closure->edges[edge];
	struct buf working = BUF_INIT(out->max);
	append_working(solved->closure, step, &working);
	append_fact(solved, &solved->closure->facts[step->head], buf_str(&working), out);
	buf_finish(&working);
}

/* What has been said, and what may be. */
struct telling {
	const struct solved *solved;
	bool *known;	// by fact
	bool *may_use;	// by edge
	uint32_t *said; // edges, in order, when nothing is written
	size_t said_count;
	size_t number; // of the last sentence
	size_t conclusions;
	struct buf *out; // NULL: only find out
};

static void tell(struct telling *telling, bool conclusion) {
	telling->number++;
	telling->conclusions += conclusion;
	buf_appendf(telling->out, "%zu. %s", telling->number, conclusion ? "So " : "");
}

/* Everything that has become derivable, until nothing more has. */
static void tell_conclusions(struct telling *telling) {
	const struct closure *closure = telling->solved->closure;
	for (bool grown = true; grown;) {
		grown = false;
		for (size_t i = 0; i < closure->edge_count; i++) {
			const struct edge *edge = &closure->edges[i];
			bool ready = telling->may_use[i] && !telling->known[edge->head];
			for (size_t j = 0; ready && j < edge->tail_count; j++) {
				ready = telling->known[edge->tail[j]];
			}
			if (!ready) {
				continue;
			}
			telling->known[edge->head] = true;
			grown = true;
			if (telling->out == NULL) {
				telling->said[telling->said_count++] = (uint32_t)i;
				continue;
			}
			tell(telling, true);
			verbalise_step(telling->solved, (uint32_t)i, telling->out);
			buf_append_char(telling->out, '\n');
		}
	}
}

static void tell_all(struct telling *telling, const bool *axioms) {
	const struct closure *closure = telling->solved->closure;
	memset(telling->known, 0, closure->fact_count * sizeof(*telling->known));
	for (size_t i = 0; i < closure->axiom_count; i++) {
		if (!axioms[i]) {
			continue;
		}
		telling->known[i] = true;
		if (telling->out != NULL) {
			tell(telling, false);
			verbalise_fact(telling->solved, (uint16_t)i, telling->out);
			buf_append_char(telling->out, '\n');
		}
		tell_conclusions(telling);
	}
}

/*
 * An equality asks how its pairs compare, also for the one that it was needed for: a comparison
 * that gives nothing new is left out, as it is from the published reference proofs.
 */
static void choose_useful(struct telling *telling, const bool *axioms) {
	const struct closure *closure = telling->solved->closure;
	bool *useful = xcalloc(closure->fact_count, sizeof(*useful));
	for (size_t i = 0; i < closure->edge_count; i++) {
		telling->may_use[i] = true;
	}
	tell_all(telling, axioms);
	useful[closure->goal] = true;
	for (size_t i = 0; i < telling->said_count; i++) {
		const struct edge *edge = &closure->edges[telling->said[i]];
		for (size_t j = 0; j < edge->tail_count; j++) {
			useful[edge->tail[j]] = true;
		}
	}
	for (size_t i = 0; i < closure->edge_count; i++) {
		uint16_t head = closure->edges[i].head;
		telling->may_use[i] =
			useful[head] || closure->facts[head].form != FACT_COMPARISON;
	}
	free(useful);
}

/* A shortest proof's own steps, and the axioms that they start from. */
static void choose_shortest(struct telling *telling, bool *axioms) {
	const struct closure *closure = telling->solved->closure;
	const struct shortest *shortest = &telling->solved->shortest;
	for (size_t i = 0; i < shortest->edge_count; i++) {
		const struct edge *edge = &closure->edges[shortest->edges[i]];
		telling->may_use[shortest->edges[i]] = true;
		for (size_t j = 0; j < edge->tail_count; j++) {
			axioms[edge->tail[j]] = true;
		}
	}
	axioms[closure->goal] = true; // when it is stated
}

size_t verbalise_proof(const struct solved *solved, enum proof_extent extent, struct buf *out) {
	const struct closure *closure = solved->closure;
	bool *axioms = xcalloc(closure->fact_count, sizeof(*axioms));
	struct telling telling = {
		.solved = solved,
		.known = xcalloc(closure->fact_count, sizeof(*telling.known)),
		.may_use = xcalloc(closure->edge_count + 1, sizeof(*telling.may_use)),
		.said = xcalloc(closure->edge_count + 1, sizeof(*telling.said)),
	};
	if (extent == PROOF_SHORTEST) {
		choose_shortest(&telling, axioms);
	} else {
		memset(axioms, true, closure->axiom_count * sizeof(*axioms));
		choose_useful(&telling, axioms);
	}
	telling.out = out;
	tell_all(&telling, axioms);
	buf_append_str(out, "The answer is ");
	rational_append(out, solved_answer(solved));
	buf_append_str(out, ".\n");
	free(telling.said);
	free(telling.may_use);
	free(telling.known);
	free(axioms);
	return telling.conclusions;
}
