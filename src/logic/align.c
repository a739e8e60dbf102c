#include "logic/align.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "logic/align_internal.h"
#include "logic/closure_internal.h"
#include "logic/prose.h"

const char *step_label_name(enum step_label label) {
	static const char *const names[] = {"unparsed", "ambiguous", "wrong_arithmetic",
		"unsupported", "restated", "repeat", "unlisted", "irrelevant", "relevant"};
	return label < STEP_LABELS ? names[label] : "?";
}

/*
 * A derived comparison that leads nowhere, since all that could follow from it was there before it,
 * is one that nobody needs.
 */
static void find_listed(struct aligner *aligner) {
	const struct closure *closure = aligner->closure;
	for (size_t i = 0; i < closure->fact_count; i++) {
		aligner->listed[i] =
			closure->facts[i].form != FACT_COMPARISON || i == closure->goal;
	}
	for (size_t i = 0; i < closure->edge_count; i++) {
		const struct edge *edge = &closure->edges[i];
		for (size_t k = 0; k < edge->tail_count; k++) {
			if (edge->head > edge->tail[k]) {
				aligner->listed[edge->tail[k]] = true;
			}
		}
	}
}

static enum step_label new_label(const struct aligner *aligner, const struct meaning *meaning) {
	if (meaning->index == CLOSURE_NONE) {
		return STEP_UNLISTED;
	}
	if (aligner->solved->shortest.in_some[meaning->index]) {
		return STEP_RELEVANT;
	}
	return aligner->listed[meaning->index] ? STEP_IRRELEVANT : STEP_UNLISTED;
}

static enum step_label label_of(const struct aligner *aligner, const struct claim *claim,
	bool understood, const struct meaning *meaning) {
	bool nameless_wrong = claim->form == CLAIM_EQUATION && !claim->equal;
	if (!understood && !nameless_wrong) {
		return STEP_UNPARSED;
	}
	if (claim->computed && !claim->equal) {
		return STEP_WRONG_ARITHMETIC;
	}
	if (meaning->candidate_count > 1) {
		return STEP_AMBIGUOUS;
	}
	switch (meaning->standing) {
	case STANDING_UNSUPPORTED:
		return STEP_UNSUPPORTED;
	case STANDING_AXIOM:
		return STEP_RESTATED;
	case STANDING_SAID:
		return STEP_REPEAT;
	case STANDING_NEW:
		break;
	}
	return new_label(aligner, meaning);
}

static uint16_t *copy_facts(const uint16_t *facts, size_t count) {
	uint16_t *copy = xcalloc(count + 1, sizeof(*copy));
	memcpy(copy, facts, count * sizeof(*copy));
	return copy;
}

static void say(struct aligner *aligner, uint16_t fact) {
	if (!aligner->said[fact] && fact >= aligner->closure->axiom_count) {
		aligner->said[fact] = true;
		vec_push(&aligner->sequence, fact);
	}
}

/* Marks what a valid step adds to what is known. */
static void learn(struct aligner *aligner, const struct meaning *meaning) {
	const struct support *support = &meaning->support;
	for (size_t i = 0; i < support->premise_count; i++) {
		if (support->premises[i] < aligner->closure->axiom_count) {
			aligner->cited[support->premises[i]] = true;
		}
	}
	for (size_t i = support->implied_count; i-- > 0;) {
		say(aligner, support->implied[i]);
	}
	if (meaning->index != CLOSURE_NONE) {
		say(aligner, meaning->index);
		return;
	}
	struct extra extra = {.premise_count = support->premise_count};
	(void)fact_canonical(&meaning->fact, &extra.fact); // it had one when it was taken
	memcpy(extra.premises, support->premises,
		support->premise_count * sizeof(extra.premises[0]));
	vec_push(&aligner->extras, extra);
}

static void add_step(struct aligner *aligner, const struct prose *prose, const struct claim *claim,
	bool understood, const struct meaning *meaning) {
	struct aligned_step step = {
		.label = label_of(aligner, claim, understood, meaning),
		.has_fact = understood && meaning->has_fact,
		.index = CLOSURE_NONE,
	};
	prose_span(prose, claim->start, claim->end, &step.start, &step.end);
	if (step.has_fact) {
		step.fact = meaning->fact;
		step.index = meaning->index;
	}
	if (step.label == STEP_AMBIGUOUS) {
		step.candidates = copy_facts(meaning->candidates, meaning->candidate_count);
		step.candidate_count = meaning->candidate_count;
		step.has_fact = false;
		step.index = CLOSURE_NONE;
	}
	if (step.label == STEP_RESTATED) {
		aligner->cited[meaning->index] = true;
	}
	if (step.label >= STEP_REPEAT) {
		step.premises =
			copy_facts(meaning->support.premises, meaning->support.premise_count);
		step.premise_count = meaning->support.premise_count;
		step.implied = meaning->support.implied_count;
	}
	if (step.label >= STEP_UNLISTED) {
		learn(aligner, meaning);
	}
	vec_push(&aligner->steps, step);
}

/*
 * "The answer is 6" states the goal when nothing before it did, there was some reasoning, and it
 * follows; else it is no step.
 */
static void take_answer(
	struct aligner *aligner, const struct prose *prose, const struct claim *claim) {
	struct meaning meaning = {.index = CLOSURE_NONE};
	uint16_t goal = aligner->closure->goal;
	if (aligner->said[goal] || aligner->steps.count == 0 || claim->unknown_noun ||
		!rational_equal(aligner->closure->facts[goal].quantity, claim->quantity)) {
		return;
	}
	(void)meaning_take(aligner, claim, goal, &meaning);
	if (meaning.standing == STANDING_NEW) {
		add_step(aligner, prose, claim, true, &meaning);
	}
}

static void take_claim(
	struct aligner *aligner, const struct prose *prose, const struct claim *claim) {
	if (claim->form == CLAIM_ANSWER) {
		take_answer(aligner, prose, claim);
		return;
	}
	struct meaning meaning;
	bool understood = aligner_understand(aligner, claim, &meaning);
	add_step(aligner, prose, claim, understood, &meaning);
}

/* Returns where it stopped: at the end, or after ALIGN_STEPS_MAX steps. */
static size_t read_steps(struct aligner *aligner, const char *text, size_t length) {
	struct prose prose;
	struct claim_reader *reader = claim_reader_create(&aligner->solved->program);
	claim_list claims = {0};
	prose_read(&prose, text, length);
	size_t unread = length;
	for (size_t i = 0; i < prose.sentence_count; i++) {
		if (aligner->steps.count >= ALIGN_STEPS_MAX) {
			size_t end;
			prose_span(&prose, prose.sentences[i].start, prose.sentences[i].end,
				&unread, &end);
			break;
		}
		claims.count = 0;
		claim_read(reader, prose.text, prose.sentences[i].start, prose.sentences[i].end,
			&claims);
		for (size_t k = 0; k < claims.count; k++) {
			take_claim(aligner, &prose, &claims.items[k]);
		}
	}
	vec_finish(&claims);
	claim_reader_destroy(reader);
	prose_finish(&prose);
	return unread;
}

static void unread_rest(struct aligner *aligner, size_t start, size_t end) {
	struct aligned_step step = {
		.start = start, .end = end, .label = STEP_UNPARSED, .index = CLOSURE_NONE};
	vec_push(&aligner->steps, step);
}

/* Whether a fact says how much there is of what is asked for, at the time that is asked about. */
static bool about_goal(const struct fact *goal, const struct fact *fact) {
	return fact->form == goal->form && fact->key_count == goal->key_count &&
	       (goal->form == FACT_PART_WHOLE || key_equal(fact->keys[0], goal->keys[0]));
}

/* After a cue, else the last that is said of the goal, else a last line that is a number. */
static void read_answer(const struct aligner *aligner, const char *text, size_t length,
	struct alignment *alignment) {
	enum answer_source source = answer_read(text, length, &alignment->answer);
	alignment->has_answer = source != ANSWER_NONE;
	for (size_t i = aligner->steps.count; source != ANSWER_CUE && i-- > 0;) {
		const struct aligned_step *step = &aligner->steps.items[i];
		if (step->has_fact && about_goal(&aligner->solved->program.goal, &step->fact)) {
			alignment->answer = step->fact.quantity;
			alignment->has_answer = true;
			break;
		}
	}
}

void align_text(const struct solved *solved, const char *text, size_t length,
	struct alignment *out) {
	const struct closure *closure = solved->closure;
	struct aligner aligner = {
		.solved = solved,
		.closure = closure,
		.said = xcalloc(closure->fact_count + 1, sizeof(bool)),
		.cited = xcalloc(closure->fact_count + 1, sizeof(bool)),
		.listed = xcalloc(closure->fact_count + 1, sizeof(bool)),
	};
	struct alignment alignment = {0};
	size_t read = length < ALIGN_TEXT_MAX ? length : ALIGN_TEXT_MAX;
	find_listed(&aligner);
	size_t stopped = read_steps(&aligner, text, read);
	if (stopped < length) {
		alignment.truncated_text = true;
		unread_rest(&aligner, stopped, length);
	}
	read_answer(&aligner, text, read, &alignment);
	alignment.answer_correct = alignment.has_answer &&
				   rational_equal(alignment.answer, solved_answer(solved));
	alignment.steps = aligner.steps.items;
	alignment.step_count = aligner.steps.count;
	align_measure(&aligner, &alignment);
	vec_finish(&aligner.extras);
	vec_finish(&aligner.sequence);
	free(aligner.said);
	free(aligner.cited);
	free(aligner.listed);
	*out = alignment;
}

void alignment_finish(struct alignment *alignment) {
	for (size_t i = 0; i < alignment->step_count; i++) {
		free(alignment->steps[i].premises);
		free(alignment->steps[i].candidates);
	}
	free(alignment->steps);
	*alignment = (struct alignment){0};
}
