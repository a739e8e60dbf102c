#include "lean/checker_words.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

/* A line that holds `words`, and what it means. `about` says whether it is told of one declaration:
 * of the theorem itself it means something else than of what its statement uses. */
struct phrase {
	const char *words;
	enum reject_reason reason;
	enum reject_reason of_theorem; // REASON_NONE: the same
};

static void say(struct checker_word *word, enum final_outcome outcome, enum reject_reason reason,
	struct str text) {
	text = str_trim(text);
	size_t length = text.len < sizeof(word->text) - 1 ? text.len : sizeof(word->text) - 1;
	*word = (struct checker_word){.outcome = outcome, .reason = reason};
	for (size_t i = 0; i < length; i++) {
		// One line, whatever a declaration was called.
		unsigned char c = (unsigned char)text.data[i];
		word->text[i] = (char)(c < ' ' || c == 0x7f ? ' ' : c);
	}
}

static void fail(struct checker_word *word, const char *text) {
	say(word, FINAL_FAILED, REASON_NONE, str_of(text));
}

static struct str last_line(const char *text) {
	struct str rest = str_of(text);
	struct str line;
	struct str last = str_of("");
	while (str_next_line(&rest, &line)) {
		line = str_trim(line);
		last = line.len > 0 ? line : last;
	}
	return last;
}

static bool holds(struct str line, const char *words) {
	return memmem(line.data, line.len, words, strlen(words)) != NULL;
}

static bool has_line(const char *text, const char *words) {
	return strstr(text, words) != NULL;
}

/* The name stands in it as a word of its own, quoted or not. */
static bool names(struct str line, const char *name) {
	size_t length = strlen(name);
	for (size_t at = 0; at + length <= line.len; at++) {
		bool starts = at == 0 || strchr(" '`", line.data[at - 1]) != NULL;
		bool ends = at + length == line.len ||
			    strchr(" ':`", line.data[at + length]) != NULL;
		if (starts && ends && memcmp(line.data + at, name, length) == 0) {
			return true;
		}
	}
	return false;
}

static enum reject_reason reason_of(
	const struct phrase *phrase, struct str line, const char *theorem) {
	if (phrase->reason == REASON_AXIOMS && holds(line, "sorryAx")) {
		return REASON_SORRY;
	}
	bool own = phrase->of_theorem != REASON_NONE && names(line, theorem);
	return own ? phrase->of_theorem : phrase->reason;
}

/* The first phrase, in the order of the table, that some line of the text holds. */
static bool find_phrase(const char *text, const struct phrase *phrases, size_t count,
	const char *theorem, struct checker_word *word) {
	for (size_t i = 0; i < count; i++) {
		struct str rest = str_of(text);
		struct str line;
		while (str_next_line(&rest, &line)) {
			if (holds(line, phrases[i].words)) {
				say(word, FINAL_REJECTED, reason_of(&phrases[i], line, theorem),
					line);
				return true;
			}
		}
	}
	return false;
}

/* ---- comparator. */

/* Of its last words. What begins with the challenge's own faults is ours, and is not here. */
static const struct phrase comparator_phrases[] = {
	{"Illegal axiom detected", REASON_AXIOMS, REASON_NONE},
	{"Const not found in solution", REASON_STATEMENT, REASON_ABSENT},
	{"Constant not found in solution", REASON_STATEMENT, REASON_ABSENT},
	{"Challenge and solution constant kind don't match", REASON_STATEMENT, REASON_ABSENT},
	{"Solution constant is not a theorem", REASON_ABSENT, REASON_NONE},
	{"Solution constant is not a definition", REASON_STATEMENT, REASON_NONE},
	{"Challenge and solution theorem statement do not match", REASON_STATEMENT, REASON_NONE},
	{"Const does not match between challenge and target", REASON_STATEMENT, REASON_NONE},
};

/* Its words are its own only behind this: what was built before them speaks on the same pipes. */
#define LAST_WORDS "uncaught exception: "

static const char *last_words(const char *err) {
	const char *found = NULL;
	for (const char *at = strstr(err, LAST_WORDS); at != NULL; at = strstr(at + 1, LAST_WORDS)) {
		found = at == err || at[-1] == '\n' ? at : found;
	}
	return found != NULL ? found + strlen(LAST_WORDS) : NULL;
}

/* The step it announced last. */
static struct str last_step(const char *out) {
	struct str rest = str_of(out);
	struct str line;
	struct str last = str_of("");
	while (str_next_line(&rest, &line)) {
		bool step = line.len > 9 && (memcmp(line.data, "Building ", 9) == 0 ||
						    memcmp(line.data, "Exporting", 9) == 0);
		last = step ? str_trim(line) : last;
	}
	return last;
}

static bool kernel_refused(struct str line) {
	return holds(line, "kernel rejects the solution") ||
	       holds(line, "kernel rejected the solution") ||
	       holds(line, "post-check rejects the solution");
}

static void read_child_failure(const struct checker_output *output, struct checker_word *word) {
	char built[160];
	char place[160];
	snprintf(built, sizeof(built), "Building %s", output->module);
	snprintf(place, sizeof(place), "%s.lean:", output->module);
	struct str texts[] = {str_of(output->out), str_of(output->err)};
	struct str line;
	for (size_t i = 0; i < F2F_COUNT(texts) && str_equal(last_step(output->out), built); i++) {
		while (str_next_line(&texts[i], &line)) {
			if (holds(line, "error: ") && holds(line, place)) {
				say(word, FINAL_REJECTED, REASON_ERROR, line);
				return;
			}
		}
	}
	say(word, FINAL_FAILED, REASON_NONE, last_step(output->out));
}

void checker_comparator_read(const struct checker_output *output, struct checker_word *word_out) {
	struct str last = last_line(output->out);
	const char *words = last_words(output->err);
	if (output->status == 0) {
		if (str_equal(last, "Your solution is okay!")) {
			say(word_out, FINAL_ACCEPTED, REASON_NONE, last);
		} else {
			fail(word_out, "it ended well without saying that the solution is");
		}
	} else if (output->status != 1 || words == NULL) {
		say(word_out, FINAL_FAILED, REASON_NONE, last_line(output->err));
	} else if (str_starts_with(words, "Child exited with ")) {
		read_child_failure(output, word_out);
	} else if (kernel_refused(last)) {
		say(word_out, FINAL_REJECTED, REASON_ERROR, str_of(words));
	} else if (!find_phrase(words, comparator_phrases, F2F_COUNT(comparator_phrases),
			   output->theorem, word_out)) {
		say(word_out, FINAL_FAILED, REASON_NONE, str_of(words));
	}
}

/* ---- SafeVerify. */

static const struct phrase safeverify_phrases[] = {
	{"theorem type mismatch", REASON_STATEMENT, REASON_NONE},
	{"does not have the same type as the requirement", REASON_STATEMENT, REASON_NONE},
	{"not found in submission", REASON_STATEMENT, REASON_ABSENT},
	{"kind mismatch", REASON_STATEMENT, REASON_ABSENT},
	{"is not the same kind as the requirement", REASON_STATEMENT, REASON_ABSENT},
	{"type or value mismatch", REASON_STATEMENT, REASON_NONE},
	{"inductive type mismatch", REASON_STATEMENT, REASON_NONE},
	{"constructor mismatch", REASON_STATEMENT, REASON_NONE},
	{"does not match the requirement", REASON_STATEMENT, REASON_NONE},
	{"transitive imports required by target", REASON_STATEMENT, REASON_NONE},
	{"has no imports", REASON_STATEMENT, REASON_NONE},
	{"used disallowed axioms", REASON_AXIOMS, REASON_NONE},
	{"uses disallowed axioms", REASON_AXIOMS, REASON_NONE},
	{"is not in the allowed set of standard axioms", REASON_AXIOMS, REASON_NONE},
	{"unsafe constant ", REASON_FORBIDDEN, REASON_NONE},
	{"partial constant ", REASON_FORBIDDEN, REASON_NONE},
	{"unsafe/partial function ", REASON_FORBIDDEN, REASON_NONE},
	{"suspicious Nat literal", REASON_ERROR, REASON_NONE},
	{"kernel verification failed", REASON_ERROR, REASON_NONE},
	{"while replaying declaration", REASON_ERROR, REASON_NONE},
	{"(kernel) ", REASON_ERROR, REASON_NONE},
};

void checker_safeverify_read(const struct checker_output *output, struct checker_word *word_out) {
	struct str out = last_line(output->out);
	struct str err = last_line(output->err);
	if (output->status == 0) {
		bool passed = str_equal(err, "SafeVerify check passed.");
		bool older = str_equal(out, "Finished with no errors.");
		if (passed || older) {
			say(word_out, FINAL_ACCEPTED, REASON_NONE, passed ? err : out);
		} else {
			fail(word_out, "it ended well without saying that the check passed");
		}
		return;
	}
	if (output->status == 1 &&
		(find_phrase(output->err, safeverify_phrases, F2F_COUNT(safeverify_phrases),
			 output->theorem, word_out) ||
			find_phrase(output->out, safeverify_phrases,
				F2F_COUNT(safeverify_phrases), output->theorem, word_out))) {
		return;
	}
	say(word_out, FINAL_FAILED, REASON_NONE, err.len > 0 ? err : out);
}

/* ---- leanchecker. */

/* Replay is refused by the kernel's words. A module that could not be loaded was not looked at. */
static const struct phrase leanchecker_phrases[] = {
	{"(kernel) ", REASON_ERROR, REASON_NONE},
	{"while replaying declaration", REASON_ERROR, REASON_NONE},
};

void checker_leanchecker_read(const struct checker_output *output, struct checker_word *word_out) {
	char replayed[160];
	char problem[160];
	snprintf(replayed, sizeof(replayed), "replaying %s", output->module);
	snprintf(problem, sizeof(problem), "found a problem in %s", output->module);
	bool complains = has_line(output->err, problem) || has_line(output->out, problem);
	struct str rest = str_of(output->out);
	struct str line;
	bool said = false;
	while (str_next_line(&rest, &line)) {
		struct str text = str_trim(line);
		size_t length = strlen(replayed); // "replaying M with --fresh" is one too
		said = said || (text.len >= length && memcmp(text.data, replayed, length) == 0 &&
				       (text.len == length || text.data[length] == ' '));
	}
	if (output->status == 0 && said && !complains) {
		say(word_out, FINAL_ACCEPTED, REASON_NONE, str_of(replayed));
	} else if (output->status == 0) {
		fail(word_out, "it ended well without saying that it replayed the module");
	} else if (output->status != 1 || !complains ||
		   (!find_phrase(output->err, leanchecker_phrases, F2F_COUNT(leanchecker_phrases),
			    output->theorem, word_out) &&
			   !find_phrase(output->out, leanchecker_phrases,
				   F2F_COUNT(leanchecker_phrases), output->theorem, word_out))) {
		struct str err = last_line(output->err);
		say(word_out, FINAL_FAILED, REASON_NONE, err.len > 0 ? err : last_line(output->out));
	}
}
