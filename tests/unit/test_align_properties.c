#include "unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/vec.h"
#include "generated.h"
#include "logic/align.h"
#include "logic/random.h"
#include "logic/verbalise.h"

/*
 * What must not change the figures of a proof: numbering, line breaks, the order of steps as far as
 * premises allow, and whatever else is said that proves nothing.
 */

enum { TEXT_MAX = 1 << 22, WIDTH = 60, DRAWS = 20 };

/* A proof of a generated problem, a sentence an item, the answer last, without numbers. */
struct told {
	struct words_problem problem;
	VEC(char *) lines; // owned
	struct alignment alignment;
};

static void told_init(struct told *told, const struct vocabulary *vocabulary, const char *name,
	uint64_t number) {
	struct words_options options = cell(name);
	options.seed = 3;
	options.family = number % 2 == 0 ? WORDS_DISCONNECTED : WORDS_CONNECTED;
	options.shuffle = number % 4 < 2;
	*told = (struct told){.problem = draw(vocabulary, &options, number)};
	struct buf text = BUF_INIT(TEXT_MAX);
	verbalise_proof(told->problem.solved,
		number % 3 == 0 ? PROOF_SHORTEST : PROOF_EXHAUSTIVE, &text);
	align_text(told->problem.solved, text.data, text.len, &told->alignment);
	for (const char *at = buf_str(&text); *at != '\0';) {
		size_t length = strcspn(at, "\n");
		size_t number_length = strspn(at, "0123456789");
		size_t skip = number_length > 0 ? number_length + strlen(". ") : 0;
		vec_push(&told->lines, xmemdup0(at + skip, length - skip));
		at += length + (at[length] == '\n');
	}
	ck_assert_uint_eq(told->alignment.step_count + 1, told->lines.count);
	buf_finish(&text);
}

static void told_finish(struct told *told) {
	for (size_t i = 0; i < told->lines.count; i++) {
		free(told->lines.items[i]);
	}
	vec_finish(&told->lines);
	alignment_finish(&told->alignment);
	words_problem_finish(&told->problem);
}

/* Calls `check` with proofs of every cell. */
static void for_each_proof(void (*check)(struct told *told, struct random *random)) {
	struct vocabulary *vocabulary = load();
	struct random random = random_seed(1);
	for (size_t i = 0; words_cell_at(i) != NULL; i++) {
		for (uint64_t number = 0; number < DRAWS; number++) {
			struct told told;
			told_init(&told, vocabulary, words_cell_at(i), number);
			check(&told, &random);
			told_finish(&told);
		}
	}
	vocabulary_destroy(vocabulary);
}

static bool same_number(double a, double b) {
	return isnan(a) ? isnan(b) : a == b;
}

static void check_figures(
	const struct alignment *a, const struct alignment *b, const char *how, const char *text) {
	ck_assert_msg(a->answer_correct == b->answer_correct, "%s: answer in\n%s", how, text);
	ck_assert_msg(a->complete == b->complete, "%s: complete in\n%s", how, text);
	ck_assert_msg(a->model_steps == b->model_steps, "%s: %zu steps, %zu in\n%s", how,
		a->model_steps, b->model_steps, text);
	ck_assert_msg(a->model_vertices == b->model_vertices, "%s: vertices in\n%s", how, text);
	ck_assert_msg(a->inside_steps == b->inside_steps, "%s: inside in\n%s", how, text);
	ck_assert_msg(same_number(a->step_efficiency, b->step_efficiency), "%s: efficiency in\n%s",
		how, text);
	for (size_t i = 0; i < STEP_LABELS; i++) {
		ck_assert_msg(a->label_counts[i] == b->label_counts[i],
			"%s: %zu %s, then %zu in\n%s", how, a->label_counts[i],
			step_label_name((enum step_label)i), b->label_counts[i], text);
	}
}

/* How a reply may be laid out. `number` is printed with before, which may take it. */
struct layout {
	const char *name;
	const char *before;
	const char *after;
	const char *head;
};

static const struct layout layouts[] = {
	{"a sentence a line", "", "\n", ""},
	{"one paragraph", "", " ", ""},
	{"paragraphs", "", "\n\n", ""},
	{"lines ending in CR LF", "", "\r\n", ""},
	{"steps", "Step %zu: ", "\n", ""},
	{"bold steps", "**Step %zu:** ", "\n\n", "## Solution\n\n"},
	{"headings", "### Step %zu\n\n", "\n\n", ""},
	{"numbers in parentheses", "(%zu) ", "\n", ""},
	{"numbers with one", "%zu) ", "\n", ""},
	{"numbers that begin elsewhere", "10%zu. ", "\n", "Let us go step by step.\n"},
	{"numbers in a paragraph", "%zu. ", " ", ""},
	{"dashes", "- ", "\n", ""},
	{"stars", "* ", "\n", ""},
	{"dots", "\xe2\x80\xa2 ", "\n", ""},
	{"deeper bullets", "    - ", "\n", "- Here is all of it.\n"},
	{"quotes", "> ", "\n", ""},
	{"LaTeX items", "\\item ", "\n", "\\begin{enumerate}\n"},
};

static void lay_out(const struct told *told, const struct layout *layout, struct buf *text) {
	buf_append_str(text, layout->head);
	for (size_t i = 0; i < told->lines.count; i++) {
		const char *hole = strstr(layout->before, "%zu");
		size_t length = hole != NULL ? (size_t)(hole - layout->before)
					     : strlen(layout->before);
		buf_append(text, layout->before, length);
		if (hole != NULL) {
			buf_appendf(text, "%zu%s", i + 1, hole + strlen("%zu"));
		}
		buf_append_str(text, told->lines.items[i]);
		buf_append_str(text, layout->after);
	}
}

enum wrapping { WRAP_SENTENCES, WRAP_LETTERED, WRAP_PARAGRAPH, WRAPPINGS };

/* Lines broken wherever the column says so. */
static void lay_out_wrapped(const struct told *told, enum wrapping wrapping, struct buf *text) {
	size_t column = 0;
	for (size_t i = 0; i < told->lines.count; i++) {
		if (wrapping != WRAP_PARAGRAPH) {
			buf_append_str(text, i > 0 ? "\n" : "");
			column = 0;
		}
		if (wrapping == WRAP_LETTERED) {
			buf_appendf(text, "(%c) ", (char)('a' + i % 26));
		}
		for (const char *at = told->lines.items[i]; *at != '\0';) {
			size_t length = strcspn(at, " ");
			if (column > 0 && column + length >= WIDTH) {
				buf_append_str(text, wrapping == WRAP_LETTERED ? "\n    " : "\n");
				column = 0;
			}
			buf_append_str(text, column > 0 ? " " : "");
			buf_append(text, at, length);
			column += length + 1;
			at += length + (at[length] == ' ');
		}
	}
}

static void check_text(struct told *told, const struct buf *text, const char *how) {
	struct alignment alignment;
	align_text(told->problem.solved, buf_str(text), text->len, &alignment);
	check_figures(&told->alignment, &alignment, how, buf_str(text));
	alignment_finish(&alignment);
}

static void check_layouts(struct told *told, struct random *random) {
	(void)random;
	struct buf text = BUF_INIT(TEXT_MAX);
	for (size_t i = 0; i < F2F_COUNT(layouts); i++) {
		buf_clear(&text);
		lay_out(told, &layouts[i], &text);
		check_text(told, &text, layouts[i].name);
	}
	for (int wrapping = 0; wrapping < WRAPPINGS; wrapping++) {
		buf_clear(&text);
		lay_out_wrapped(told, (enum wrapping)wrapping, &text);
		check_text(told, &text, "wrapped");
	}
	buf_finish(&text);
}

START_TEST(numbering_and_line_breaks_change_nothing) {
	for_each_proof(check_layouts);
}
END_TEST

/* Whether all premises of a step that were derived have been said. */
static bool ready(const struct told *told, size_t step, const bool *known) {
	const struct aligned_step *one = &told->alignment.steps[step];
	size_t axioms = told->problem.solved->closure->axiom_count;
	for (size_t i = 0; one->label >= STEP_UNLISTED && i < one->premise_count; i++) {
		if (one->premises[i] >= axioms && !known[one->premises[i]]) {
			return false;
		}
	}
	return true;
}

/* A random order in which each step has its premises. Returns how many there are. */
static size_t draw_order(const struct told *told, struct random *random, size_t *order) {
	size_t count = told->alignment.step_count;
	bool *known = xcalloc(told->problem.solved->closure->fact_count, sizeof(*known));
	bool *said = xcalloc(count, sizeof(*said));
	for (size_t done = 0; done < count;) {
		size_t step = (size_t)random_below(random, count);
		if (said[step] || !ready(told, step, known)) {
			continue;
		}
		said[step] = true;
		order[done++] = step;
		known[told->alignment.steps[step].index] = true;
	}
	free(known);
	free(said);
	return count;
}

static void check_orders(struct told *told, struct random *random) {
	struct buf text = BUF_INIT(TEXT_MAX);
	size_t *order = xcalloc(told->alignment.step_count, sizeof(*order));
	for (size_t round = 0; round < 4; round++) {
		size_t count = draw_order(told, random, order);
		buf_clear(&text);
		for (size_t i = 0; i < count; i++) {
			buf_appendf(&text, "%s\n", told->lines.items[order[i]]);
		}
		buf_append_str(&text, told->lines.items[count]);
		check_text(told, &text, "another order");
	}
	free(order);
	buf_finish(&text);
}

START_TEST(another_order_of_the_steps_changes_no_efficiency) {
	for_each_proof(check_orders);
}
END_TEST

/* What a proof is worth: accurate, complete, and as short as can be. */
static double headline(const struct alignment *alignment) {
	return alignment->answer_correct && alignment->complete ? alignment->step_efficiency : 0;
}

static double upper(const struct alignment *alignment) {
	return isnan(alignment->step_efficiency_upper) ? 0 : alignment->step_efficiency_upper;
}

/* Sentences that prove nothing; %A and %N are a name and a noun of the problem. */
static const char *const noise[] = {
	"So %A has 3 + 4 = 8 %N.",
	"%A has 104729 %N.",
	"Hence 7 * 6 = 41.",
	"So %A now has 104729 - 1 = 104728 %N.",
	"%A's 17 %N were glimmering at 3 in the slithy tove.",
	"Zaphod has 12 %N.",
	"%A has 40 towels.",
	"Perhaps 104729 + = 104733, or so.", "104729 = x",
	"%A has more %N than most.",
	"Wait, let me think about the %N again.",
	"Hmm, what about %A?",
	"**Note:** it is easy to go wrong with %N!",
	"How many %N does %A have?",
	"(((((",
	"| %N | ? |",
	"$$\\frac{1}{$$",
	"\\[",
	"```",
};

static void append_noise(
	const struct told *told, const char *sentence, struct random *random, struct buf *text) {
	const struct program *program = &told->problem.solved->program;
	const char *name = program->agents[random_below(random, program->agent_count)];
	const char *noun = program->nouns[random_below(random, program->noun_count)].plural;
	for (const char *at = sentence; *at != '\0'; at++) {
		if (at[0] == '%' && (at[1] == 'A' || at[1] == 'N')) {
			buf_append_str(text, *++at == 'A' ? name : noun);
		} else {
			buf_append_char(text, *at);
		}
	}
	buf_append_char(text, '\n');
}

/* The reply with `sentence` before line `where`, and without line `dropped`. */
static void check_noise(const struct told *told, const char *sentence, size_t where, size_t dropped,
	struct random *random) {
	struct buf plain = BUF_INIT(TEXT_MAX);
	struct buf noisy = BUF_INIT(TEXT_MAX);
	struct alignment before;
	struct alignment after;
	for (size_t i = 0; i < told->lines.count; i++) {
		if (i == where) {
			append_noise(told, sentence, random, &noisy);
		}
		if (i != dropped) {
			buf_appendf(&plain, "%s\n", told->lines.items[i]);
			buf_appendf(&noisy, "%s\n", told->lines.items[i]);
		}
	}
	align_text(told->problem.solved, buf_str(&plain), plain.len, &before);
	align_text(told->problem.solved, buf_str(&noisy), noisy.len, &after);
	ck_assert_msg(headline(&after) <= headline(&before), "%s raises %g to %g in\n%s", sentence,
		headline(&before), headline(&after), buf_str(&noisy));
	ck_assert_msg(upper(&after) >= upper(&before), "%s lowers %g to %g in\n%s", sentence,
		upper(&before), upper(&after), buf_str(&noisy));
	alignment_finish(&before);
	alignment_finish(&after);
	buf_finish(&plain);
	buf_finish(&noisy);
}

static void check_all_noise(struct told *told, struct random *random) {
	size_t count = told->lines.count;
	for (size_t i = 0; i < F2F_COUNT(noise); i++) {
		check_noise(told, noise[i], (size_t)random_below(random, count), count, random);
		check_noise(told, noise[i], (size_t)random_below(random, count),
			(size_t)random_below(random, count), random);
	}
	// and each sentence of its own once more, anywhere after it
	for (size_t i = 0; i + 1 < count; i++) {
		size_t where = (size_t)random_between(random, (int64_t)i + 1, (int64_t)count - 1);
		check_noise(told, told->lines.items[i], where, count, random);
	}
}

START_TEST(what_proves_nothing_neither_raises_nor_lowers_what_was_proved) {
	for_each_proof(check_all_noise);
}
END_TEST

/* The reply with one more than there should be after the last "=" of a line; without its answer,
 * which would state the goal again. */
static void append_wrong(const struct told *told, size_t wrong, struct buf *text) {
	for (size_t i = 0; i + 1 < told->lines.count; i++) {
		const char *line = told->lines.items[i];
		const char *sign = i == wrong ? strrchr(line, '=') : NULL;
		if (sign != NULL) {
			char *rest = NULL;
			long long result = strtoll(sign + 1, &rest, 10);
			buf_append(text, line, (size_t)(sign - line));
			buf_appendf(text, "= %lld%s\n", result + 1, rest);
		} else {
			buf_appendf(text, "%s\n", line);
		}
	}
}

static void check_wrong_results(struct told *told, struct random *random) {
	(void)random;
	const struct shortest *shortest = &told->problem.solved->shortest;
	for (size_t i = 0; i + 1 < told->lines.count; i++) {
		struct buf text = BUF_INIT(TEXT_MAX);
		struct alignment alignment;
		if (strchr(told->lines.items[i], '=') == NULL) {
			continue;
		}
		append_wrong(told, i, &text);
		align_text(told->problem.solved, buf_str(&text), text.len, &alignment);
		const struct aligned_step *step = &told->alignment.steps[i];
		ck_assert_uint_eq(alignment.step_count, told->alignment.step_count);
		ck_assert_msg(alignment.steps[i].label == STEP_WRONG_ARITHMETIC,
			"%s: step %zu in\n%s", step_label_name(alignment.steps[i].label), i + 1,
			buf_str(&text));
		ck_assert_uint_lt(alignment.model_steps, told->alignment.model_steps);
		ck_assert(!alignment.complete || !shortest->in_all[step->index]);
		alignment_finish(&alignment);
		buf_finish(&text);
	}
}

START_TEST(a_wrong_result_proves_nothing_and_breaks_the_proof) {
	for_each_proof(check_wrong_results);
}
END_TEST

START_TEST(a_thousand_lines_of_chatter_change_nothing) {
	static const char *const chatter[] = {"Let me think about this.", "Hmm, wait.",
		"So what do we know?", "OK, that looks right.", "Now the next part.",
		"Let's keep going, slowly and carefully.", "I should double-check that."};
	struct vocabulary *vocabulary = load();
	for (uint64_t number = 0; number < 4; number++) {
		struct told told;
		struct buf text = BUF_INIT(TEXT_MAX);
		told_init(&told, vocabulary, "trees/both", number);
		for (size_t i = 0; i < told.lines.count; i++) {
			for (size_t k = 0; k < 1 + 1000 / told.lines.count; k++) {
				buf_appendf(&text, "%s\n", chatter[(i + k) % F2F_COUNT(chatter)]);
			}
			buf_appendf(&text, "%s\n", told.lines.items[i]);
		}
		check_text(&told, &text, "chatter");
		buf_finish(&text);
		told_finish(&told);
	}
	vocabulary_destroy(vocabulary);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("align_properties");
	TCase *tests = tcase_create("align_properties");
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, numbering_and_line_breaks_change_nothing);
	tcase_add_test(tests, another_order_of_the_steps_changes_no_efficiency);
	tcase_add_test(tests, what_proves_nothing_neither_raises_nor_lowers_what_was_proved);
	tcase_add_test(tests, a_wrong_result_proves_nothing_and_breaks_the_proof);
	tcase_add_test(tests, a_thousand_lines_of_chatter_change_nothing);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
