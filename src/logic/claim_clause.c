#include <string.h>

#include "logic/claim_view.h"

/* What one clause claims, if it claims anything. */

/* The nearest name before `at` that nothing is handed to: "giving 9 to Rut leaves 75" is not
 * Rut's. */
static size_t owner_before(const struct view *view, size_t at) {
	size_t found = SIZE_MAX;
	for (size_t i = view->clause->first; i < view->end && view_token(view, i)->start < at;
		i++) {
		const struct token *before =
			i > view->clause->first ? view_token(view, i - 1) : NULL;
		const char *text = view->reader->text;
		bool to = before != NULL && before->end - before->start == 2 &&
			  memcmp(text + before->start, "to", 2) == 0;
		if (token_somebody(view_token(view, i)) && !to) {
			found = i;
		}
	}
	return found;
}

static void read_amount(struct view *view) {
	struct claim *claim = view->claim;
	const struct anchor *anchor = view->anchor;
	claim->form = CLAIM_AMOUNT;
	size_t name = owner_before(view, anchor->start);
	if (name == SIZE_MAX && anchor->equation != NULL) {
		// "Tobin = Mira - 5 = 14 - 5": the first name inside
		name = view_name_after(view, anchor->start);
	}
	view_name_subject(view, name);
	view_find_noun(view);
}

/* Nothing but an equation: it may be of any fact. */
static bool only_equation(const struct claim *claim) {
	return claim->form == CLAIM_AMOUNT && claim->subject == SUBJECT_NONE && claim->computed &&
	       claim->noun == LEXICON_NONE && !claim->unknown_noun;
}

/* "Adding 14 and 9 gives 23", "5 bags with 4 nuts each make 20 nuts": numbers before the result. */
static void take_spoken_operands(struct view *view) {
	struct claim *claim = view->claim;
	const struct clause *clause = view->clause;
	if (claim->computed || clause->anchor_count < 3 || view->anchor->equation == NULL) {
		return;
	}
	for (size_t i = 0; i + 1 < clause->anchor_count &&
			   claim->operand_count < EXPRESSION_OPERANDS_MAX;
		i++) {
		const struct anchor *anchor = &view->reader->anchors[clause->first_anchor + i];
		if (anchor->equation != NULL && anchor->equation->sides[0].evaluates) {
			claim->operands[claim->operand_count++] = anchor->equation->sides[0].value;
		}
	}
}

static bool read_answer(struct view *view) {
	struct claim *claim = view->claim;
	const struct clause *clause = view->clause;
	bool alone = view->reader->token_count == 0 ||
		     (view->reader->token_count == 1 && view_token(view, 0)->noun != LEXICON_NONE);
	// "9/2" is a number here
	bool computed = claim->computed &&
			!(claim->operand_count == 2 && !rational_is_integer(claim->quantity));
	claim->answer = view_has(view, WORD_ANSWER) || (alone && clause->anchor_count == 1);
	size_t word = view_word_after(view, clause->start, WORD_ANSWER);
	bool named = word == SIZE_MAX ? claim->other_count > 0
				      : view_name_after(view, view_token(view, word)->end) !=
						SIZE_MAX;
	if (!claim->answer || computed || named) {
		return false;
	}
	claim->computed = false;
	claim->operand_count = 0;
	claim->form = CLAIM_ANSWER;
	view_find_noun(view);
	return true;
}

static bool begins_clause(const struct token *token) {
	return token_somebody(token) || token->noun != LEXICON_NONE ||
	       (token->classes & (WORD_PRONOUN | WORD_THEY | WORD_SUBJECTLESS)) != 0;
}

static bool finite_verb(const struct view *view, size_t index) {
	const struct token *token = view_token(view, index);
	size_t length = token->end - token->start;
	const char *text = view->reader->text + token->start;
	return (token->classes & (WORD_HAVE | WORD_GIVE | WORD_GET | WORD_RESULT)) != 0 &&
	       !(length > 3 && memcmp(text + length - 3, "ing", 3) == 0) &&
	       (token->classes & WORD_PHRASE) == 0;
}

/* "after giving 3 away", "3 fewer than Bence", "with 4 in each": nothing is said of anybody. */
static bool is_phrase(const struct view *view) {
	const struct clause *clause = view->clause;
	if (anchor_compound(view->anchor) || clause->count == 0) {
		return false;
	}
	bool verb = false;
	bool subject = false;
	for (size_t i = clause->first; i < view->end; i++) {
		// "that's 6 more than Ivo"
		const struct token *token = view_token(view, i);
		verb = verb || (token->possessive &&
				       (token->classes & (WORD_SUBJECTLESS | WORD_PRONOUN)) != 0);
		verb = verb || (finite_verb(view, i) && (subject || i == clause->first ||
							   (view_token(view, i)->classes &
								   WORD_RESULT) != 0));
		subject = subject || begins_clause(view_token(view, i));
	}
	size_t first = clause->first;
	while (first + 1 < view->end &&
		(view_token(view, first)->classes & WORD_PHRASE) == 0 &&
		(view_token(view, first)->classes & (WORD_NOW | WORD_SPLIT | WORD_AND)) != 0) {
		first++;
	}
	bool starts = (view_token(view, first)->classes & WORD_PHRASE) != 0;
	bool compares = clause->start > 0 && view_has(view, WORD_THAN) &&
			view_name_before(view, view->anchor->start) == SIZE_MAX;
	// "Cleo, with 2 more than Bence, has 13"
	bool inside = view_has(view, WORD_THAN) &&
		      view_word_before(view, view->anchor->start, WORD_PHRASE) != SIZE_MAX;
	return !verb && (starts || compares || inside);
}

/* "If Mabel has 17 eggs, …": a supposition. "If they add up what they have, they have 12" is
 * not. */
/* "Take away the 3 for Ulla": says what to do. */
static bool is_imperative(const struct view *view) {
	const struct token *first = view_token(view, view->clause->first);
	size_t length = first->end - first->start;
	const char *text = view->reader->text + first->start;
	return view->clause->first == 0 && view->clause->count > 0 &&
	       !anchor_compound(view->anchor) &&
	       (first->classes & (WORD_GIVE | WORD_GET)) != 0 && length > 2 &&
	       text[length - 1] != 's' && text[0] >= 'A' && text[0] <= 'Z' &&
	       memcmp(text + length - 3, "ing", 3) != 0;
}

/* "If Mabel has 17 eggs, …": a supposition. "If they add up what they have, they have 12" is
 * not. */
static bool is_supposed(const struct view *view) {
	const struct token *first = view_token(view, view->clause->first);
	const char *text = view->reader->text + first->start;
	return view->clause->count > 0 && first->end - first->start == 2 &&
	       (text[0] | 32) == 'i' && text[1] == 'f' && !anchor_compound(view->anchor) &&
	       !view_has(view, WORD_THEY | WORD_TOTAL);
}

/* "Tobin has 14 +": the reply ends inside an expression. */
static bool is_cut_off(const struct view *view) {
	size_t end = view->reader->length;
	while (end > 0 && strchr(" *_$", view->reader->text[end - 1]) != NULL) {
		end--;
	}
	return view->clause->end >= view->reader->length && end > 0 &&
	       (strchr("+-/=", view->reader->text[end - 1]) != NULL ||
		       (end > 1 && memcmp(&view->reader->text[end - 2], "\xc3\x97", 2) == 0) ||
		       (end > 2 && memcmp(&view->reader->text[end - 3], "\xe2\x88\x92", 3) == 0));
}

/* "7 + 5 = plums", a number of forty digits: one side says something that cannot be read. */
static bool is_unreadable(const struct view *view) {
	const struct equation *equation = view->anchor->equation;
	size_t read = 0;
	bool operates = false;
	for (size_t i = 0; equation != NULL && i < equation->side_count; i++) {
		const struct expression *side = &equation->sides[i];
		if (side->too_large) {
			return true;
		}
		read += side->evaluates ? 1 : 0;
		operates = operates || side->operator_count > 0;
	}
	return equation != NULL && operates && equation->side_count > 1 && read == 1 &&
	       !equation->sides[equation->side_count - 1].evaluates;
}

/* "4 of the mice are white": says what they are like, not how many there are. */
static bool is_predicate(const struct view *view) {
	if (view->clause->count < 2 || anchor_compound(view->anchor)) {
		return false;
	}
	const struct token *last = view_token(view, view->end - 1);
	const struct token *verb = view_token(view, view->end - 2);
	const char *text = view->reader->text + verb->start;
	bool is = (verb->end - verb->start == 2 && memcmp(text, "is", 2) == 0) ||
		  (verb->end - verb->start == 3 && memcmp(text, "are", 3) == 0);
	return is && last->unknown && verb->start >= view->anchor->end;
}

bool reader_claim(struct claim_reader *reader, const struct clause *clause, struct claim *claim) {
	*claim = (struct claim){
		.start = clause->start,
		.end = clause->end,
		.noun = LEXICON_NONE,
		.other_noun = LEXICON_NONE,
		.soft_noun = LEXICON_NONE,
		.quantity = {0, 1},
	};
	if (clause->anchor_count == 0) {
		return reader_equality(reader, clause->first, clause->count, claim);
	}
	struct view view = {
		.reader = reader,
		.clause = clause,
		.end = clause->first + clause->count,
		.claim = claim,
	};
	view.anchor = view_conclusion(&view);
	claim_take_equation(claim, view.anchor);
	view_take_others(&view);
	view_take_soft(&view);
	claim->now = view_has(&view, WORD_NOW);
	size_t operates = view_word_before(&view, view.anchor->end, WORD_OPERATE);
	size_t has = view_word_before(&view, view.anchor->start, WORD_HAVE);
	// "to find what Ben has, we add 3 to …" has no result yet
	bool result = view_has(&view, WORD_RESULT) ||
		      (has != SIZE_MAX && (operates == SIZE_MAX || has > operates));
	bool instruction = (view_has(&view, WORD_OPERATE) && !claim->computed && !result) ||
			   is_imperative(&view);
	bool aim = view_word_before(&view, view.anchor->start, WORD_AIM) != SIZE_MAX &&
		   (!claim->computed || claim->operand_count == 0);
	if (instruction || aim || is_phrase(&view) || is_supposed(&view)) {
		return false;
	}
	if (is_cut_off(&view) || is_predicate(&view) || is_unreadable(&view)) {
		claim->form = CLAIM_UNPARSED;
		return true;
	}
	if (view_read_symbols(&view)) {
		return true;
	}
	if (read_answer(&view) || view_read_ratio(&view) || view_read_difference(&view) ||
		view_read_comparison(&view) || view_read_rate(&view) || view_read_transfer(&view) ||
		view_read_total(&view)) {
		return true;
	}
	take_spoken_operands(&view);
	read_amount(&view);
	if (!claim->has_quantity) {
		claim->form = CLAIM_UNPARSED;
	} else if (only_equation(claim)) {
		claim->form = CLAIM_EQUATION;
	}
	return true;
}
