#include "logic/claim_view.h"

#include <string.h>

bool view_has(const struct view *view, uint32_t classes) {
	return reader_has(view->reader, view->clause->first, view->end, classes);
}

const struct token *view_token(const struct view *view, size_t index) {
	return &view->reader->tokens[index];
}

bool anchor_compound(const struct anchor *anchor) {
	const struct equation *equation = anchor->equation;
	if (equation == NULL) {
		return false;
	}
	size_t values = 0;
	for (size_t i = 0; i < equation->side_count; i++) {
		if (equation->sides[i].operator_count > 0 && equation->sides[i].evaluates) {
			return true;
		}
		values += equation->sides[i].evaluates ? 1 : 0;
	}
	return values > 1;
}

/* "7 crates of 12 bottles": the second number only says what is in each. */
static bool says_content(const struct view *view, const struct anchor *anchor) {
	for (size_t i = view->clause->first + 1; i < view->end; i++) {
		const struct token *of = view_token(view, i);
		if (of->end <= anchor->start && of->end + 2 > anchor->start &&
			of->end - of->start == 2 &&
			memcmp(view->reader->text + of->start, "of", 2) == 0) {
			return view_token(view, i - 1)->noun != LEXICON_NONE;
		}
	}
	return false;
}

const struct anchor *view_conclusion(const struct view *view) {
	const struct clause *clause = view->clause;
	const struct anchor *last = NULL;
	for (size_t i = 0; i < clause->anchor_count; i++) {
		const struct anchor *anchor = &view->reader->anchors[clause->first_anchor + i];
		bool content = last != NULL && !anchor_compound(anchor) &&
			       says_content(view, anchor);
		if (last == NULL || anchor_compound(anchor) ||
			(!anchor_compound(last) && !content)) {
			last = anchor;
		}
	}
	return last;
}

void claim_take_equation(struct claim *claim, const struct anchor *anchor) {
	const struct equation *equation = anchor->equation;
	claim->equal = true;
	claim->computed = false;
	claim->operand_count = 0;
	if (equation == NULL) {
		return;
	}
	claim->equal = equation->equal;
	claim->computed = anchor_compound(anchor);
	const struct expression *side = NULL;
	for (size_t i = 0; i < equation->side_count; i++) {
		const struct expression *at = &equation->sides[i];
		if (at->evaluates) {
			claim->quantity = at->value;
			claim->has_quantity = true;
		}
		if (at->operator_count > 0 && at->evaluates &&
			(side == NULL || at->operator_count > side->operator_count)) {
			side = at;
		}
	}
	// "11 = 16 - 5" is about 11 all the same
	for (size_t i = 0; side != NULL && i < equation->side_count; i++) {
		const struct expression *at = &equation->sides[i];
		if (at->evaluates && at->operator_count == 0) {
			claim->quantity = at->value;
		}
	}
	for (size_t i = 0; side != NULL && i < side->operand_count; i++) {
		claim->operands[claim->operand_count++] = side->operands[i];
	}
}

void view_take_others(struct view *view) {
	struct claim *claim = view->claim;
	for (size_t i = view->clause->first; i < view->end; i++) {
		uint16_t agent = view_token(view, i)->agent;
		bool known = agent == LEXICON_NONE;
		for (size_t k = 0; k < claim->other_count && !known; k++) {
			known = claim->others[k] == agent;
		}
		if (!known && claim->other_count < CLAIM_AGENTS_MAX) {
			claim->others[claim->other_count++] = agent;
		}
	}
}

void view_take_soft(struct view *view) {
	struct claim *claim = view->claim;
	const struct claim_reader *reader = view->reader;
	for (size_t i = 0; i < reader->recent_count && claim->soft_count < CLAIM_AGENTS_MAX;
		i++) {
		claim->soft[claim->soft_count++] = reader->recent[i];
	}
	claim->soft_near = reader->near;
	claim->soft_noun = reader->noun;
}

size_t view_word_before(const struct view *view, size_t at, uint32_t classes) {
	size_t found = SIZE_MAX;
	for (size_t i = view->clause->first; i < view->end; i++) {
		if (view_token(view, i)->start < at &&
			(view_token(view, i)->classes & classes) != 0) {
			found = i;
		}
	}
	return found;
}

size_t view_word_after(const struct view *view, size_t at, uint32_t classes) {
	for (size_t i = view->clause->first; i < view->end; i++) {
		if (view_token(view, i)->start >= at &&
			(view_token(view, i)->classes & classes) != 0) {
			return i;
		}
	}
	return SIZE_MAX;
}

bool token_somebody(const struct token *token) {
	return token->agent != LEXICON_NONE || token->stranger;
}

size_t view_name_before(const struct view *view, size_t at) {
	size_t found = SIZE_MAX;
	for (size_t i = view->clause->first; i < view->end && view_token(view, i)->start < at;
		i++) {
		found = token_somebody(view_token(view, i)) ? i : found;
	}
	return found;
}

size_t view_name_after(const struct view *view, size_t at) {
	for (size_t i = view->clause->first; i < view->end; i++) {
		if (view_token(view, i)->start >= at && token_somebody(view_token(view, i))) {
			return i;
		}
	}
	return SIZE_MAX;
}

bool view_one_of(const struct view *view) {
	for (size_t i = view->clause->first; i + 1 < view->end; i++) {
		const struct token *one = view_token(view, i);
		const struct token *of = view_token(view, i + 1);
		const char *text = view->reader->text;
		if (one->end - one->start == 3 && memcmp(text + one->start + 1, "ne", 2) == 0 &&
			of->end - of->start == 2 && memcmp(text + of->start, "of", 2) == 0) {
			return true;
		}
	}
	return false;
}

/* "The o has 7": somebody of whom nothing is known. */
static bool unknown_owner(const struct view *view) {
	if (view_has(view, WORD_PRONOUN | WORD_SUBJECTLESS)) {
		return false;
	}
	for (size_t i = view->clause->first + 1; i < view->end; i++) {
		const struct token *verb = view_token(view, i);
		if ((verb->classes & WORD_HAVE) != 0 && (verb->classes & WORD_PHRASE) == 0) {
			return view_token(view, i - 1)->unknown &&
			       view_token(view, i - 1)->end + 1 == verb->start;
		}
	}
	return false;
}

void view_name_subject(struct view *view, size_t token) {
	struct claim *claim = view->claim;
	if (token == SIZE_MAX) {
		bool pronoun = view_has(view, WORD_PRONOUN) || view_one_of(view);
		claim->subject = pronoun ? SUBJECT_PRONOUN : SUBJECT_NONE;
		claim->agents[0] = LEXICON_NONE;
		claim->stranger = unknown_owner(view);
	} else {
		claim->subject = SUBJECT_NAMED;
		claim->agents[0] = view_token(view, token)->agent;
		claim->stranger = view_token(view, token)->stranger;
	}
	claim->agent_count = 1;
}

bool view_counts_unknown(const struct view *view, size_t at) {
	for (size_t i = view->clause->first; i < view->end; i++) {
		const struct token *token = view_token(view, i);
		if (token->start < at) {
			continue;
		}
		for (size_t k = at; k < token->start; k++) {
			if (view->reader->text[k] != ' ' && view->reader->text[k] != '*') {
				return false;
			}
		}
		return token->unknown && token->end - token->start > 1;
	}
	return false;
}

void view_find_noun(struct view *view) {
	struct claim *claim = view->claim;
	const struct anchor *anchor = view->anchor;
	uint16_t before = LEXICON_NONE;
	uint16_t inside = LEXICON_NONE;
	uint16_t after = LEXICON_NONE;
	for (size_t i = view->clause->first; i < view->end; i++) {
		const struct token *token = view_token(view, i);
		bool each = i > view->clause->first &&
			    (view_token(view, i - 1)->classes & WORD_EACH) != 0;
		if (token->noun == LEXICON_NONE || (each && anchor->equation != NULL)) {
			continue;
		}
		if (token->start >= anchor->end) {
			after = after == LEXICON_NONE ? token->noun : after;
		} else if (token->start >= anchor->start) {
			inside = token->noun;
		} else {
			before = token->noun;
		}
	}
	claim->unknown_noun = view_counts_unknown(view, anchor->end);
	claim->noun = claim->unknown_noun    ? LEXICON_NONE
		      : after != LEXICON_NONE ? after
		      : inside != LEXICON_NONE ? inside
					       : before;
}

void view_two_sides(struct view *view, size_t subject, size_t object) {
	struct claim *claim = view->claim;
	view_name_subject(view, subject);
	claim->agents[1] = object != SIZE_MAX ? view_token(view, object)->agent : LEXICON_NONE;
	claim->stranger = claim->stranger ||
			  (object != SIZE_MAX && view_token(view, object)->stranger);
	claim->agent_count = 2;
}

void view_two_nouns(struct view *view, size_t split) {
	struct claim *claim = view->claim;
	claim->other_noun = LEXICON_NONE;
	for (size_t i = view->clause->first; i < view->end; i++) {
		uint16_t noun = view_token(view, i)->noun;
		if (noun != LEXICON_NONE && split != SIZE_MAX && i > split) {
			claim->other_noun = noun;
		} else if (noun != LEXICON_NONE && claim->noun == LEXICON_NONE) {
			claim->noun = noun;
		}
	}
}
