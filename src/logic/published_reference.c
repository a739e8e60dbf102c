#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "logic/closure.h"
#include "logic/order.h"
#include "logic/published.h"
#include "logic/solved.h"
#include "logic/verbalise.h"

enum { SENTENCE_MAX = 1 << 16, FORMS_MAX = 2 * (FACT_KEYS_MAX + 1) };

/* What one sentence points to. */
struct held {
	char *text;
	const char *agents[FACT_KEYS_MAX];
	const char *forms[FORMS_MAX];
	size_t premises[EDGE_TAIL_MAX];
};

struct published_reference {
	struct published_sentence *sentences;
	struct held *held;
	size_t count;
	size_t *place; // by fact: its sentence
};

static void add_noun(const struct solved *solved, struct held *held, size_t *count, uint16_t noun) {
	held->forms[(*count)++] = solved->program.nouns[noun].singular;
	held->forms[(*count)++] = solved->program.nouns[noun].plural;
}

static struct published_sentence *add(
	struct published_reference *reference, const struct solved *solved, uint16_t fact) {
	const struct fact *said = &solved->closure->facts[fact];
	struct held *held = &reference->held[reference->count];
	struct published_sentence *sentence = &reference->sentences[reference->count];
	bool whole = said->form == FACT_PART_WHOLE;
	size_t forms = 0;
	reference->place[fact] = reference->count++;
	// the published sentences of a whole name nobody, and the whole's noun only
	for (size_t i = 0; i < said->key_count && !whole; i++) {
		held->agents[sentence->agent_count++] = solved->program.agents[said->keys[i].agent];
		add_noun(solved, held, &forms, said->keys[i].noun);
	}
	if (whole) {
		add_noun(solved, held, &forms, said->whole);
	}
	sentence->form_count = forms;
	sentence->agents = held->agents;
	sentence->forms = held->forms;
	sentence->premises = held->premises;
	sentence->relevant = solved->shortest.in_some[fact];
	return sentence;
}

/* An edge into the fact whose premises all stand in the reference already. */
static uint32_t ready_edge(const struct published_reference *reference,
	const struct closure *closure, uint16_t fact) {
	for (uint32_t i = closure->into[fact]; i < closure->into[fact + 1]; i++) {
		const struct edge *edge = &closure->edges[closure->into_edges[i]];
		bool ready = true;
		for (size_t k = 0; k < edge->tail_count; k++) {
			ready = ready && reference->place[edge->tail[k]] != SIZE_MAX;
		}
		if (ready) {
			return closure->into_edges[i];
		}
	}
	return UINT32_MAX;
}

static void add_conclusion(
	struct published_reference *reference, const struct solved *solved, uint16_t fact) {
	const struct closure *closure = solved->closure;
	uint32_t number = ready_edge(reference, closure, fact);
	if (number == UINT32_MAX) {
		return;
	}
	struct held *held = &reference->held[reference->count];
	struct buf text = BUF_INIT(SENTENCE_MAX);
	struct published_sentence *sentence = add(reference, solved, fact);
	verbalise_step(solved, number, &text);
	held->text = buf_detach(&text);
	sentence->text = held->text;
	sentence->conclusion = true;
	for (size_t k = 0; k < closure->edges[number].tail_count; k++) {
		held->premises[sentence->premise_count++] =
			reference->place[closure->edges[number].tail[k]];
	}
}

struct published_reference *published_reference_create(const struct solved *solved) {
	const struct closure *closure = solved->closure;
	struct published_reference *reference = xcalloc(1, sizeof(*reference));
	reference->sentences = xcalloc(closure->fact_count, sizeof(*reference->sentences));
	reference->held = xcalloc(closure->fact_count, sizeof(*reference->held));
	reference->place = xcalloc(closure->fact_count, sizeof(*reference->place));
	memset(reference->place, 0xff, closure->fact_count * sizeof(*reference->place));
	for (uint16_t i = 0; i < closure->axiom_count; i++) {
		struct held *held = &reference->held[reference->count];
		struct buf text = BUF_INIT(SENTENCE_MAX);
		struct published_sentence *sentence = add(reference, solved, i);
		verbalise_fact(solved, i, &text);
		held->text = buf_detach(&text);
		sentence->text = held->text;
	}
	uint16_t *order = NULL;
	size_t count = order_depth_first(solved, &order);
	for (size_t i = 0; i < count; i++) {
		add_conclusion(reference, solved, order[i]);
	}
	free(order);
	return reference;
}

void published_reference_destroy(struct published_reference *reference) {
	if (reference == NULL) {
		return;
	}
	for (size_t i = 0; i < reference->count; i++) {
		free(reference->held[i].text);
	}
	free(reference->sentences);
	free(reference->held);
	free(reference->place);
	free(reference);
}

const struct published_sentence *published_reference_sentences(
	const struct published_reference *reference, size_t *count_out) {
	*count_out = reference->count;
	return reference->sentences;
}
