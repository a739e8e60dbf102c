#include <stdlib.h>
#include <string.h>

#include "logic/claim_view.h"

/* The forms that a clause can have, one reader each: false when it is not of that form. */

bool view_read_difference(struct view *view) {
	struct claim *claim = view->claim;
	size_t word = view_word_before(view, view->anchor->start, WORD_DIFFERENCE);
	size_t verb = view_word_before(view, view->anchor->start, WORD_HAVE | WORD_RESULT);
	// "adding the same difference, Kofi has 7 + 5 = 12": not about the difference
	if (word == SIZE_MAX ||
		(verb != SIZE_MAX && verb > word && anchor_compound(view->anchor) &&
			(view_token(view, verb)->classes & WORD_HAVE) != 0 &&
			view_token(view, verb)->end + 2 > view->anchor->start)) {
		return false;
	}
	size_t first = view_name_after(view, view->clause->start);
	size_t second =
		first != SIZE_MAX ? view_name_after(view, view_token(view, first)->end) : SIZE_MAX;
	if (first != SIZE_MAX && second == SIZE_MAX) {
		return false;
	}
	claim->form = CLAIM_COMPARISON;
	claim->kind = KIND_MORE;
	claim->either_way = true;
	view_two_sides(view, first, second);
	view_find_noun(view);
	return true;
}

/* "a third of Zeno's beads": a fraction, then "of" or "as", then a name. */
static bool share_of(const struct view *view, const struct anchor *anchor) {
	if (!anchor->equation->sides[0].evaluates ||
		rational_is_integer(anchor->equation->sides[0].value)) {
		return false;
	}
	for (size_t i = view->clause->first; i + 1 < view->end; i++) {
		const struct token *token = view_token(view, i);
		if (token->start < anchor->end) {
			continue;
		}
		bool of = token->end - token->start == 2 &&
			  memcmp(view->reader->text + token->start, "of", 2) == 0;
		return (token->classes & WORD_AS) != 0 ||
		       (of && (token_somebody(view_token(view, i + 1)) ||
				      (i + 2 < view->end &&
					      token_somebody(view_token(view, i + 2)))));
	}
	return false;
}

bool view_read_ratio(struct view *view) {
	struct claim *claim = view->claim;
	const struct clause *clause = view->clause;
	for (size_t i = 0; i < clause->anchor_count; i++) {
		const struct anchor *anchor = &view->reader->anchors[clause->first_anchor + i];
		size_t times = view_word_after(view, anchor->end, WORD_TIMES);
		bool word = anchor->equation == NULL;
		// "12 / 4 = 3 times as many as": an equation for the number of times
		bool as_many = times != SIZE_MAX && times + 1 < view->end &&
			       (view_token(view, times + 1)->classes & WORD_AS) != 0;
		bool share = !word && share_of(view, anchor);
		bool counted = share || (!word && times != SIZE_MAX &&
						(as_many || !anchor_compound(anchor)) &&
						view_token(view, times)->start <= anchor->end + 2);
		if ((!word && !counted) ||
			(word && anchor_compound(view->anchor) && !view_has(view, WORD_AS))) {
			continue;
		}
		uint32_t classes = word ? view_token(view, anchor->token)->classes : 0;
		claim->kind = (classes & WORD_HALF) != 0 ? KIND_FRACTION : KIND_TIMES;
		if (!word) {
			claim_take_equation(claim, anchor);
		} else {
			claim->quantity = rational_of(anchor->ratio);
			claim->has_quantity = claim->equal = true;
		}
		if (word || share) {
			claim->computed = false;
			claim->operand_count = 0;
		}
		claim->form = CLAIM_COMPARISON;
		view_two_sides(view, view_name_before(view, anchor->start),
			view_name_after(view, anchor->end));
		size_t as = view_word_after(view, anchor->end, WORD_AS);
		size_t second = as != SIZE_MAX
					? view_word_after(view, view_token(view, as)->end, WORD_AS)
					: SIZE_MAX;
		view_two_nouns(view, second);
		return true;
	}
	return false;
}

/* The number that "more" or "fewer" goes with: right before the word, or after it and a noun. */
static const struct anchor *compared_number(const struct view *view, size_t word) {
	const struct clause *clause = view->clause;
	const struct anchor *best = NULL;
	for (size_t i = 0; i < clause->anchor_count; i++) {
		const struct anchor *anchor = &view->reader->anchors[clause->first_anchor + i];
		if (anchor->equation != NULL && (anchor->start < view_token(view, word)->start ||
							best == NULL)) {
			best = anchor;
		}
	}
	return best;
}

bool view_read_comparison(struct view *view) {
	struct claim *claim = view->claim;
	size_t word = view_word_after(view, view->clause->start, WORD_MORE | WORD_LESS);
	size_t than = view_word_after(view, view->clause->start, WORD_THAN);
	if (word == SIZE_MAX) {
		return false;
	}
	const struct anchor *number = compared_number(view, word);
	// "One more makes 4.5": about what it makes
	size_t makes = number != NULL ? view_word_after(view, number->end, WORD_RESULT) : SIZE_MAX;
	if (than == SIZE_MAX && makes != SIZE_MAX &&
		view->anchor->start > view_token(view, makes)->start) {
		return false;
	}
	bool moves = view_has(view, WORD_GIVE | WORD_GET) && than == SIZE_MAX;
	if (number == NULL || moves ||
		(anchor_compound(number) &&
			(than == SIZE_MAX || view_token(view, than)->start < number->end))) {
		return false;
	}
	claim->form = CLAIM_COMPARISON;
	claim->kind = (view_token(view, word)->classes & WORD_LESS) != 0 ? KIND_LESS : KIND_MORE;
	claim_take_equation(claim, number);
	size_t object =
		than != SIZE_MAX ? view_name_after(view, view_token(view, than)->start) : SIZE_MAX;
	size_t limit = view_token(view, than != SIZE_MAX ? than : word)->start;
	size_t subject = view_name_before(view, number->start);
	if (subject == SIZE_MAX) {
		subject = view_name_before(view, limit);
	}
	// "than Mira, who": the subject stands before, never the object itself
	view_two_sides(view, subject == object ? SIZE_MAX : subject, object);
	view_two_nouns(view, than);
	claim->unknown_noun = view_counts_unknown(view, number->end);
	return true;
}

/* "in a box", "in one box": as good as "per". */
static size_t in_a_noun(const struct view *view) {
	for (size_t i = view->clause->first; i + 2 < view->end; i++) {
		const struct token *in = view_token(view, i);
		const struct token *article = view_token(view, i + 1);
		const char *text = view->reader->text;
		bool one = article->end - article->start <= 3 && article->classes != 0 &&
			   (text[article->start] == 'a' || text[article->start] == 'o');
		if (in->end - in->start == 2 && memcmp(text + in->start, "in", 2) == 0 && one &&
			view_token(view, i + 2)->noun != LEXICON_NONE) {
			return i + 1;
		}
	}
	return SIZE_MAX;
}

bool view_read_rate(struct view *view) {
	struct claim *claim = view->claim;
	size_t each = view_word_after(view, view->clause->start, WORD_EACH);
	each = each != SIZE_MAX ? each : in_a_noun(view);
	claim->each = each != SIZE_MAX && claim->other_count > 1 &&
		      each + 1 == view->end;
	if (claim->each) {
		return false;
	}
	if (each == SIZE_MAX || anchor_compound(view->anchor) || view->clause->anchor_count > 1) {
		return false;
	}
	uint16_t first = LEXICON_NONE;
	uint16_t other = LEXICON_NONE;
	for (size_t i = view->clause->first; i < view->end; i++) {
		uint16_t noun = view_token(view, i)->noun;
		bool after_each = i > each && i <= each + 4;
		if (noun != LEXICON_NONE && after_each && other == LEXICON_NONE) {
			other = noun;
		} else if (noun != LEXICON_NONE) {
			first = noun;
		}
	}
	if (other == LEXICON_NONE && first == LEXICON_NONE) {
		return false;
	}
	claim->form = CLAIM_RATE;
	claim->noun = first;
	claim->other_noun = other;
	size_t name = view_name_before(view, view->reader->length + 1);
	view_name_subject(view, name);
	return true;
}

bool view_read_transfer(struct view *view) {
	struct claim *claim = view->claim;
	size_t verb = view_word_after(view, view->clause->start, WORD_GIVE | WORD_GET);
	if (verb == SIZE_MAX || anchor_compound(view->anchor) || view_has(view, WORD_OPERATE)) {
		return false;
	}
	const struct token *word = view_token(view, verb);
	bool gives = (word->classes & WORD_GIVE) != 0;
	size_t actor = view_name_before(view, word->start);
	bool nobody = actor == SIZE_MAX && reader_has(view->reader, view->clause->first, verb,
						   WORD_SUBJECTLESS);
	size_t from = view_word_after(view, word->end, WORD_FROM);
	size_t partner = view_name_after(view, word->end);
	bool more = view_has(view, WORD_MORE) || view_has(view, WORD_SPLIT);
	if (nobody || (!gives && from == SIZE_MAX && !more && actor == SIZE_MAX)) {
		return false;
	}
	if (gives && actor == SIZE_MAX && partner == SIZE_MAX && !view_has(view, WORD_PRONOUN) &&
		view->reader->recent_count == 0) {
		return false;
	}
	// "is given 3 pears by Tobin"
	bool passive = gives && view_word_before(view, word->start, WORD_PLAIN) != SIZE_MAX &&
		       view_word_after(view, word->end, WORD_PLAIN) != SIZE_MAX &&
		       strstr(view->reader->text + word->end, " by ") != NULL;
	if (gives && from != SIZE_MAX) {
		partner = view_name_after(view, view_token(view, from)->start);
	}
	const struct clause *clause = view->clause;
	for (size_t i = 0; i < clause->anchor_count; i++) {
		const struct anchor *anchor = &view->reader->anchors[clause->first_anchor + i];
		if (anchor->start >= word->end && anchor->equation != NULL) {
			view->anchor = anchor;
			claim_take_equation(claim, anchor);
			break;
		}
	}
	claim->form = CLAIM_TRANSFER;
	uint16_t who = actor != SIZE_MAX ? view_token(view, actor)->agent : LEXICON_NONE;
	uint16_t whom = partner != SIZE_MAX && partner != actor ? view_token(view, partner)->agent
								: LEXICON_NONE;
	claim->agents[0] = gives != passive ? whom : who;
	claim->agents[1] = gives != passive ? who : whom;
	claim->agent_count = 2;
	claim->subject = actor != SIZE_MAX ? SUBJECT_NAMED : SUBJECT_NONE;
	claim->stranger = (actor != SIZE_MAX && view_token(view, actor)->stranger) ||
			  (partner != SIZE_MAX && view_token(view, partner)->stranger);
	view_find_noun(view);
	return true;
}

bool view_read_total(struct view *view) {
	struct claim *claim = view->claim;
	bool they = view_has(view, WORD_THEY) && !view_one_of(view);
	const char *in_all = strstr(view->reader->text + view->clause->start, "in all");
	bool total = view_has(view, WORD_TOTAL) ||
		     (in_all != NULL &&
			     in_all < view->reader->text + view->clause->end);
	size_t named = claim->other_count;
	bool adds = named > 1 && anchor_compound(view->anchor) && claim->operand_count > 1 &&
		    view_name_before(view, view->anchor->start) != SIZE_MAX &&
		    view_has(view, WORD_AND) && !view_has(view, WORD_THAN);
	if (claim->each || (!total && !they && !adds) || named == 1) {
		return false;
	}
	claim->form = CLAIM_TOTAL;
	claim->subject = named > 0 ? SUBJECT_NAMED : SUBJECT_NONE;
	memcpy(claim->agents, claim->others, sizeof(claim->agents));
	claim->agent_count = named;
	view_find_noun(view);
	return true;
}

/* The sign between two names, when nothing else is; '\0' for none. */
static char sign_between(const struct view *view, size_t first, size_t second) {
	const char *text = view->reader->text;
	char sign = '\0';
	for (size_t i = view_token(view, first)->end; i < view_token(view, second)->start; i++) {
		if (text[i] != ' ' && sign != '\0') {
			return '\0';
		}
		sign = text[i] != ' ' ? text[i] : sign;
	}
	return second == first + 1 ? sign : '\0';
}

/* "Cleo + Dag = 20", "Iris - Jonas = 14 - 9 = 5": sums and differences of names. */
static bool read_sum(struct view *view, size_t first, size_t second) {
	struct claim *claim = view->claim;
	char sign = sign_between(view, first, second);
	if ((sign != '+' && sign != '-') || !claim->has_quantity || claim->other_count < 2 ||
		(sign == '-' && claim->other_count != 2)) {
		return false;
	}
	claim->subject = SUBJECT_NAMED;
	memcpy(claim->agents, claim->others, sizeof(claim->agents));
	claim->agent_count = claim->other_count;
	claim->form = sign == '+' ? CLAIM_TOTAL : CLAIM_COMPARISON;
	claim->kind = KIND_MORE;
	return true;
}

bool view_read_symbols(struct view *view) {
	struct claim *claim = view->claim;
	size_t first = view_name_after(view, view->clause->start);
	size_t second =
		first != SIZE_MAX ? view_name_after(view, view_token(view, first)->end) : SIZE_MAX;
	if (second != SIZE_MAX && read_sum(view, first, second)) {
		return true;
	}
	if (second == SIZE_MAX || second != first + 1 || claim->other_count != 2) {
		return false;
	}
	const char *text = view->reader->text;
	size_t at = view_token(view, first)->end;
	size_t end = view->reader->length;
	while (at < end && text[at] == ' ') {
		at++;
	}
	size_t sign = view_token(view, second)->end;
	while (sign < end && text[sign] == ' ') {
		sign++;
	}
	size_t digits = sign + 1;
	while (digits < end && text[digits] == ' ') {
		digits++;
	}
	size_t last = digits;
	while (last < end && text[last] >= '0' && text[last] <= '9') {
		last++;
	}
	size_t rest = last;
	while (rest < end && strchr(" .", text[rest]) != NULL) {
		rest++;
	}
	const char *signs = "+-*/";
	const char *found = sign < end ? strchr(signs, text[sign]) : NULL;
	static const enum comparison_kind kinds[] = {
		KIND_MORE, KIND_LESS, KIND_TIMES, KIND_FRACTION};
	if (at >= end || text[at] != '=' || found == NULL || *found == '\0' || rest != end ||
		!rational_parse(text + digits, last - digits, &claim->quantity)) {
		return false;
	}
	claim->form = CLAIM_COMPARISON;
	claim->kind = kinds[found - signs];
	claim->has_quantity = claim->equal = true;
	claim->computed = false;
	claim->operand_count = 0;
	view_two_sides(view, first, second);
	return true;
}
