#include "fuzz.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "logic/expression.h"
#include "logic/prose.h"

enum { EQUATIONS = 8 };

static void need(bool promise) {
	if (!promise) {
		abort();
	}
}

static void check_equations(const char *text, size_t length) {
	struct equation equations[EQUATIONS];
	size_t count = equations_find(text, length, equations, EQUATIONS);
	size_t last = 0;
	need(count <= EQUATIONS);
	for (size_t i = 0; i < count; i++) {
		const struct equation *equation = &equations[i];
		need(equation->side_count > 0 && equation->side_count <= EXPRESSION_SIDES_MAX);
		need(equation->start >= last && equation->end <= length);
		size_t numbers = 0;
		for (size_t k = 0; k < equation->side_count; k++) {
			const struct expression *side = &equation->sides[k];
			need(side->start >= last && side->start < side->end);
			need(side->operand_count <= EXPRESSION_OPERANDS_MAX);
			need(!side->evaluates || (!side->too_large && side->operand_count > 0));
			need(!side->evaluates || side->value.denominator > 0);
			numbers += side->operand_count + side->too_large;
			last = side->end;
		}
		need(numbers > 0 && last == equation->end);
	}
}

/* Whatever the reply, each byte of its prose knows its origin, sentences follow each other, and
 * equations stay in theirs. */
void fuzz_one(const uint8_t *bytes, size_t length) {
	struct prose prose;
	size_t last = 0;
	prose_read(&prose, (const char *)bytes, length);
	need(strlen(prose.text) == prose.length && prose.origin[prose.length] == length);
	for (size_t i = 0; i < prose.length; i++) {
		need(prose.origin[i] >= last && prose.origin[i] < length);
		last = prose.origin[i];
	}
	last = 0;
	for (size_t i = 0; i < prose.sentence_count; i++) {
		const struct sentence *sentence = &prose.sentences[i];
		size_t from = 0;
		size_t to = 0;
		need(sentence->start >= last && sentence->start < sentence->end);
		need(sentence->end <= prose.length);
		last = sentence->end;
		prose_span(&prose, sentence->start, sentence->end, &from, &to);
		need(from < to && to <= length);
		size_t size = sentence->end - sentence->start;
		char *exact = malloc(size); // so that the sanitizers see a byte too far
		memcpy(exact, prose.text + sentence->start, size);
		check_equations(exact, size);
		free(exact);
	}
	prose_finish(&prose);
	check_equations((const char *)bytes, length);
}
