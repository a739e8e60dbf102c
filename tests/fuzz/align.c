#include "fuzz.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "logic/align.h"
#include "logic/solved.h"

/* Two trees with names alike, a rate, transfers, an equality, a sum: all that a reply can be
 * about. */
static const char program[] =
	"container(Bo/plum, 16).\ncomparison(less, Ula/plum, Bo/plum, 5).\n"
	"transfer(Bo's uncle/plum, Ula/plum, 3).\ncontainer(Bo's uncle/bag, 4).\n"
	"rate(Bo's uncle/bag, fig, 6).\ncontainer(Ed/pear, 9).\n"
	"comparison(times, Mira/pear, Ed/pear, 3).\n"
	"equality(more, Ann/pear, Ed/pear, more, Bo/plum, Ula/plum@0).\n"
	"goal whole(fruit, Ula/plum@1, Bo's uncle/fig, Ann/pear, ?).\n";

static void need(bool promise) {
	if (!promise) {
		abort();
	}
}

static void check_steps(
	const struct closure *closure, const struct alignment *alignment, size_t length) {
	size_t count = 0;
	for (size_t i = 0; i < STEP_LABELS; i++) {
		count += alignment->label_counts[i];
	}
	need(count == alignment->step_count);
	for (size_t i = 0; i < alignment->step_count; i++) {
		const struct aligned_step *step = &alignment->steps[i];
		need(step->start <= step->end && step->end <= length);
		need(step->label < STEP_LABELS);
		need(step->index == CLOSURE_NONE ||
			(step->has_fact && step->index < closure->fact_count));
		need(step->label != STEP_RESTATED || step->index < closure->axiom_count);
		need((step->label == STEP_AMBIGUOUS) == (step->candidate_count > 1));
		for (size_t k = 0; k < step->premise_count; k++) {
			need(step->premises[k] < closure->fact_count);
		}
		for (size_t k = 0; k < step->candidate_count; k++) {
			need(step->candidates[k] < closure->fact_count);
		}
	}
}

static void check_figures(const struct solved *solved, const struct alignment *alignment) {
	size_t found = alignment->label_counts[STEP_UNLISTED] +
		       alignment->label_counts[STEP_IRRELEVANT] +
		       alignment->label_counts[STEP_RELEVANT];
	need(alignment->model_steps >= found &&
		alignment->model_vertices >= alignment->model_steps);
	need(alignment->complete != isnan(alignment->step_efficiency));
	need(alignment->complete == (alignment->inside_steps > 0));
	if (alignment->complete) {
		need(alignment->inside_steps >= solved->shortest.steps);
		need(alignment->inside_steps <= alignment->model_steps);
		need(alignment->step_efficiency > 0 && alignment->step_efficiency <= 1);
		need(alignment->step_efficiency_lower <= alignment->step_efficiency);
		need(alignment->step_efficiency_upper >= alignment->step_efficiency);
	}
	need(!alignment->answer_correct || alignment->has_answer);
}

/* Whatever the reply, its steps lie in it, its figures agree with one another, and what is written
 * of them is JSON. */
void fuzz_one(const uint8_t *bytes, size_t length) {
	struct solved *solved = NULL;
	struct alignment alignment;
	struct buf json = BUF_INIT(1 << 26);
	json_t *value = NULL;
	need(solved_parse(program, strlen(program), &solved, NULL) == 0);
	align_text(solved, (const char *)bytes, length, &alignment);
	check_steps(solved->closure, &alignment, length);
	check_figures(solved, &alignment);
	buf_append_char(&json, '{');
	alignment_write_json(solved, &alignment, (const char *)bytes, &json);
	buf_append_char(&json, '}');
	need(json_parse(buf_str(&json), json.len, &value, NULL) == 0);
	json_decref(value);
	buf_finish(&json);
	alignment_finish(&alignment);
	solved_destroy(solved);
}
