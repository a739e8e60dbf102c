#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "dataset/reader.h"
#include "logic/generate.h"
#include "logic/program.h"
#include "logic/solved.h"
#include "logic/vocabulary.h"

/*
 * Word problems of our own generator. Its files are the vocabulary; what is made of them is settled
 * by WORDS_VERSION, the seed and the numbers here, which are part of the set's identity.
 */

enum { PER_CELL = 100, PROGRAM_MAX = 1 << 20 };

#define SEED 20251125
#define TEXT_OF(number) #number
#define SEED_TEXT(number) TEXT_OF(number)

/* Problems as a reader meets them: one of each cell and family, then the next of each. */
struct making {
	struct reader *reader;
	struct vocabulary *vocabulary;
	const char *cell;
	enum words_size size;
	enum words_overlap overlap;
	unsigned number;
};

/* Owned: "connected-trees-both-017". Most are of the family that needs no word. */
static char *name_of(const struct making *making, enum words_family family) {
	char *name = xasprintf("%s%s-%03u", family == WORDS_CONNECTED ? "connected-" : "",
		making->cell, making->number);
	char *slash = strchr(name, '/');
	if (slash != NULL) {
		*slash = '-';
	}
	return name;
}

/* Base problems and controls have no distractors, so they are of both families. */
static bool has_families(const struct making *making) {
	return making->size != WORDS_BASE && making->overlap != WORDS_CONTROL;
}

static void fill(const struct making *making, enum words_family family,
	const struct words_problem *made, struct problem *problem_out) {
	struct buf program = BUF_INIT(PROGRAM_MAX), answer = BUF_INIT(PROGRAM_MAX);
	program_write(&made->solved->program, &program);
	rational_append(&answer, solved_answer(made->solved));
	*problem_out = (struct problem){
		.name = name_of(making, family),
		.file_subset = xstrdup("test"),
		.informal = xasprintf("%s %s", made->text, made->question),
		.cell = xstrdup(making->cell),
		.program = buf_detach(&program),
		.answer = buf_detach(&answer),
	};
	if (has_families(making)) {
		problem_out->family =
			xstrdup(family == WORDS_CONNECTED ? "connected" : "disconnected");
	}
}

static int make(const struct making *making, enum words_family family, struct error *err) {
	const struct words_options options = {
		.seed = SEED,
		.size = making->size,
		.overlap = making->overlap,
		.family = family,
		.match = WORDS_MATCH_AXIOMS,
		// in the order of a derivation the text itself would be half the proof
		.shuffle = true,
	};
	struct words_problem made;
	int rc = words_generate(making->vocabulary, &options, making->number, &made, err);
	if (rc < 0) {
		return rc;
	}
	struct problem problem;
	fill(making, family, &made, &problem);
	words_problem_finish(&made);
	return reader_take(making->reader, &problem, err);
}

static int make_of_every_cell(struct making *making, struct error *err) {
	int rc = 0;
	for (size_t i = 0; rc == 0 && (making->cell = words_cell_at(i)) != NULL; i++) {
		words_cell_parse(making->cell, &making->size, &making->overlap);
		rc = make(making, WORDS_DISCONNECTED, err);
		if (rc == 0 && has_families(making)) {
			rc = make(making, WORDS_CONNECTED, err);
		}
	}
	return rc;
}

static int read_words(struct reader *reader, struct error *err) {
	struct making making = {.reader = reader};
	int rc = vocabulary_load(&making.vocabulary, err);
	for (unsigned i = 0; rc == 0 && i < PER_CELL; i++) {
		making.number = i;
		rc = make_of_every_cell(&making, err);
	}
	vocabulary_destroy(making.vocabulary);
	return rc;
}

const struct layout layout_words = {
	.name = "words",
	.read = read_words,
	.identity = "generator " WORDS_VERSION ", seed " SEED_TEXT(SEED) ", shuffled",
};
