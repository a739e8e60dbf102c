#include "logic/generate.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "logic/draft.h"
#include "logic/random.h"
#include "logic/solved.h"

enum { ATTEMPTS = 100, TEXT_MAX = 1 << 20 };

static const struct {
	const char *name;
	enum words_size size;
	enum words_overlap overlap;
} cells[] = {
	{"base", WORDS_BASE, WORDS_NONE},
	{"axiom/none", WORDS_AXIOM, WORDS_NONE},
	{"axiom/entity", WORDS_AXIOM, WORDS_ENTITY},
	{"axiom/agent", WORDS_AXIOM, WORDS_AGENT},
	{"axiom/both", WORDS_AXIOM, WORDS_BOTH},
	{"axiom/control", WORDS_AXIOM, WORDS_CONTROL},
	{"tree/none", WORDS_TREE, WORDS_NONE},
	{"tree/entity", WORDS_TREE, WORDS_ENTITY},
	{"tree/agent", WORDS_TREE, WORDS_AGENT},
	{"tree/both", WORDS_TREE, WORDS_BOTH},
	{"tree/control", WORDS_TREE, WORDS_CONTROL},
	{"trees/none", WORDS_TREES, WORDS_NONE},
	{"trees/entity", WORDS_TREES, WORDS_ENTITY},
	{"trees/agent", WORDS_TREES, WORDS_AGENT},
	{"trees/both", WORDS_TREES, WORDS_BOTH},
	{"trees/control", WORDS_TREES, WORDS_CONTROL},
};

const char *words_cell_name(enum words_size size, enum words_overlap overlap) {
	for (size_t i = 0; i < F2F_COUNT(cells); i++) {
		if (cells[i].size == size && (size == WORDS_BASE || cells[i].overlap == overlap)) {
			return cells[i].name;
		}
	}
	return NULL;
}

bool words_cell_parse(
	const char *name, enum words_size *size_out, enum words_overlap *overlap_out) {
	for (size_t i = 0; i < F2F_COUNT(cells); i++) {
		if (strcmp(name, cells[i].name) == 0) {
			*size_out = cells[i].size;
			*overlap_out = cells[i].overlap;
			return true;
		}
	}
	return false;
}

const char *words_cell_at(size_t index) {
	return index < F2F_COUNT(cells) ? cells[index].name : NULL;
}

/* Whether the solver finds what the trees say: the number, how many steps, and that exactly the
 * base's facts are needed, in every shortest proof. */
static bool label_agrees(const struct draft *draft, const struct solved *solved) {
	const struct tree *base = &draft->trees[0].tree;
	const struct shortest *shortest = &solved->shortest;
	const struct closure *closure = solved->closure;
	if (!shortest->proved || !shortest->relevance_proved ||
		shortest->steps != tree_steps(base) ||
		closure->axiom_count != draft->statement_count ||
		!rational_equal(solved_answer(solved), rational_of(base->nodes[0].value))) {
		return false;
	}
	for (size_t i = 0; i < draft->statement_count; i++) {
		bool relevant = draft->statements[i].tree == 0;
		if (shortest->in_some[i] != relevant || shortest->in_all[i] != relevant) {
			return false;
		}
	}
	return true;
}

static bool attempt(struct draft *draft, struct words_problem *problem) {
	if (!draft_trees(draft) || !draft_words(draft)) {
		return false;
	}
	draft_order(draft);
	struct program program;
	draft_program(draft, &program);
	struct buf question = BUF_INIT(TEXT_MAX);
	draft_question(draft, &program, &question);
	struct solved *solved = NULL;
	if (solved_take(&program, &solved, NULL) < 0 || !label_agrees(draft, solved)) {
		solved_destroy(solved);
		buf_finish(&question);
		return false;
	}
	struct buf text = BUF_INIT(TEXT_MAX);
	draft_text(draft, &text);
	*problem = (struct words_problem){
		.cell = xstrdup(words_cell_name(draft->options.size, draft->options.overlap)),
		.text = buf_detach(&text),
		.question = buf_detach(&question),
		.solved = solved,
	};
	return true;
}

int words_generate(const struct vocabulary *vocabulary, const struct words_options *options,
	uint64_t number, struct words_problem *problem_out, struct error *err) {
	struct draft *draft = xmalloc(sizeof(*draft));
	draft->vocabulary = vocabulary;
	draft->options = *options;
	draft->number = number;
	bool found = false;
	for (uint64_t i = 0; i < ATTEMPTS && !found; i++) {
		struct random again = random_stream(options->seed, "again", i);
		draft->seed = i == 0 ? options->seed : random_next(&again);
		found = attempt(draft, problem_out);
	}
	free(draft);
	return found ? 0
		     : error_set(err, ERROR_INPUT,
			       "no problem in %d tries: the vocabulary is too small", ATTEMPTS);
}

void words_problem_finish(struct words_problem *problem) {
	free(problem->cell);
	free(problem->text);
	free(problem->question);
	solved_destroy(problem->solved);
	*problem = (struct words_problem){0};
}
