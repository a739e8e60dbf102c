#ifndef F2F_TESTS_UNIT_GENERATED_H
#define F2F_TESTS_UNIT_GENERATED_H

/* What the tests of the generator share. */

#include <string.h>

#include <check.h>

#include "base/error.h"
#include "base/vec.h"
#include "logic/generate.h"
#include "logic/solved.h"
#include "logic/vocabulary.h"

static inline struct vocabulary *load(void) {
	struct vocabulary *vocabulary = NULL;
	struct error err;
	ck_assert_msg(vocabulary_load(&vocabulary, &err) == 0, "%s", err.message);
	return vocabulary;
}

static inline struct words_options cell(const char *name) {
	struct words_options options = {.seed = 1};
	ck_assert(words_cell_parse(name, &options.size, &options.overlap));
	return options;
}

static inline struct words_problem draw(
	const struct vocabulary *vocabulary, const struct words_options *options, uint64_t number) {
	struct words_problem problem;
	struct error err;
	ck_assert_msg(words_generate(vocabulary, options, number, &problem, &err) == 0, "%s",
		err.message);
	return problem;
}

static inline size_t relevant_axioms(const struct words_problem *problem) {
	size_t count = 0;
	for (size_t i = 0; i < problem->solved->closure->axiom_count; i++) {
		count += problem->solved->shortest.in_some[i];
	}
	return count;
}

/* The sentences of a text, each with its full stop. Owned by the vec. */
struct sentences {
	char **items;
	size_t count;
	size_t cap;
};

static inline void split(const char *text, struct sentences *out) {
	*out = (struct sentences){0};
	for (const char *at = text; *at != '\0';) {
		const char *end = strchr(at, '.');
		ck_assert_ptr_nonnull(end);
		vec_push(out, xmemdup0(at, (size_t)(end + 1 - at)));
		at = end + 1 + (end[1] == ' ');
	}
}

static inline void sentences_finish(struct sentences *sentences) {
	for (size_t i = 0; i < sentences->count; i++) {
		free(sentences->items[i]);
	}
	vec_finish(sentences);
}

#endif
