#include <stdlib.h>
#include <string.h>

#include "logic/claim_internal.h"

/* What one clause claims. */

struct view {
	struct claim_reader *reader;
	const struct clause *clause;
	size_t end; // of its tokens
	const struct anchor *anchor; // its conclusion: the number that it is about
	struct claim *claim;
};

static bool has(const struct view *view, uint32_t classes) {
	return reader_has(view->reader, view->clause->first, view->end, classes);
}

static const struct token *token_at(const struct view *view, size_t index) {
	return &view->reader->tokens[index];
}

static bool compound(const struct anchor *anchor) {
	const struct equation *equation = anchor->equation;
	if (equation == NULL) {
		return false;
	}
	size_t values = 0;
	for (size_t i = 0; i < equation->side_count; i++) {
		if (equation->sides[i].operator_count > 0) {
			return true;
		}
		values += equation->sides[i].evaluates ? 1 : 0;
	}
	return values > 1;
}

/* The last equation with an operator; else the last number. */
static const struct anchor *conclusion(const struct view *view) {
	const struct clause *clause = view->clause;
	const struct anchor *last = NULL;
	for (size_t i = 0; i < clause->anchor_count; i++) {
		const struct anchor *anchor = &view->reader->anchors[clause->first_anchor + i];
		if (last == NULL || compound(anchor) || !compound(last)) {
			last = anchor;
		}
	}
	return last;
}

/* Quantity, operands and whether the sides agree. */
static void take_equation(struct claim *claim, const struct anchor *anchor) {
	const struct equation *equation = anchor->equation;
	claim->equal = true;
	claim->computed = false;
	claim->operand_count = 0;
	if (equation == NULL) {
		return;
	}
	claim->equal = equation->equal;
	claim->computed = compound(anchor);
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

/* Everybody named in the clause, in order, each once, into others[]. */
static void take_others(struct view *view) {
	struct claim *claim = view->claim;
	for (size_t i = view->clause->first; i < view->end; i++) {
		uint16_t agent = token_at(view, i)->agent;
		bool known = agent == LEXICON_NONE;
		for (size_t k = 0; k < claim->other_count && !known; k++) {
			known = claim->others[k] == agent;
		}
		if (!known && claim->other_count < CLAIM_AGENTS_MAX) {
			claim->others[claim->other_count++] = agent;
		}
	}
}

static void take_soft(struct view *view) {
	struct claim *claim = view->claim;
	const struct claim_reader *reader = view->reader;
	for (size_t i = 0; i < reader->recent_count && claim->soft_count < CLAIM_AGENTS_MAX;
		i++) {
		claim->soft[claim->soft_count++] = reader->recent[i];
	}
	claim->soft_near = reader->near;
	claim->soft_noun = reader->noun;
}

/* Index of the token of one of the classes nearest before `at`, or SIZE_MAX. */
static size_t word_before(const struct view *view, size_t at, uint32_t classes) {
	size_t found = SIZE_MAX;
	for (size_t i = view->clause->first; i < view->end; i++) {
		if (token_at(view, i)->start < at && (token_at(view, i)->classes & classes) != 0) {
			found = i;
		}
	}
	return found;
}

static size_t word_after(const struct view *view, size_t at, uint32_t classes) {
	for (size_t i = view->clause->first; i < view->end; i++) {
		if (token_at(view, i)->start >= at && (token_at(view, i)->classes & classes) != 0) {
			return i;
		}
	}
	return SIZE_MAX;
}

static bool is_somebody(const struct token *token) {
	return token->agent != LEXICON_NONE || token->stranger;
}

/* The nearest name before `at`; SIZE_MAX when there is none. */
static size_t name_before(const struct view *view, size_t at) {
	size_t found = SIZE_MAX;
	for (size_t i = view->clause->first; i < view->end && token_at(view, i)->start < at; i++) {
		found = is_somebody(token_at(view, i)) ? i : found;
	}
	return found;
}

static size_t name_after(const struct view *view, size_t at) {
	for (size_t i = view->clause->first; i < view->end; i++) {
		if (token_at(view, i)->start >= at && is_somebody(token_at(view, i))) {
			return i;
		}
	}
	return SIZE_MAX;
}

static void name_subject(struct view *view, size_t token) {
	struct claim *claim = view->claim;
	if (token == SIZE_MAX) {
		bool pronoun = has(view, WORD_PRONOUN);
		claim->subject = pronoun ? SUBJECT_PRONOUN : SUBJECT_NONE;
		claim->agents[0] = LEXICON_NONE;
	} else {
		claim->subject = SUBJECT_NAMED;
		claim->agents[0] = token_at(view, token)->agent;
		claim->stranger = token_at(view, token)->stranger;
	}
	claim->agent_count = 1;
}

/* A word right after a number that counts something the program does not know. */
static bool counts_unknown(const struct view *view, size_t at) {
	for (size_t i = view->clause->first; i < view->end; i++) {
		const struct token *token = token_at(view, i);
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

/* The noun that is counted: right after the number, inside its last side, before it, or none. */
static void find_noun(struct view *view) {
	struct claim *claim = view->claim;
	const struct anchor *anchor = view->anchor;
	uint16_t before = LEXICON_NONE;
	uint16_t inside = LEXICON_NONE;
	uint16_t after = LEXICON_NONE;
	for (size_t i = view->clause->first; i < view->end; i++) {
		const struct token *token = token_at(view, i);
		bool each = i > view->clause->first &&
			    (token_at(view, i - 1)->classes & WORD_EACH) != 0;
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
	claim->unknown_noun = counts_unknown(view, anchor->end);
	claim->noun = claim->unknown_noun    ? LEXICON_NONE
		      : after != LEXICON_NONE ? after
		      : inside != LEXICON_NONE ? inside
					       : before;
}

static void two_sides(struct view *view, size_t subject, size_t object) {
	struct claim *claim = view->claim;
	name_subject(view, subject);
	claim->agents[1] = object != SIZE_MAX ? token_at(view, object)->agent : LEXICON_NONE;
	claim->stranger = claim->stranger ||
			  (object != SIZE_MAX && token_at(view, object)->stranger);
	claim->agent_count = 2;
}

/* Nouns of the two sides, where they differ. */
static void two_nouns(struct view *view, size_t split) {
	struct claim *claim = view->claim;
	claim->other_noun = LEXICON_NONE;
	for (size_t i = view->clause->first; i < view->end; i++) {
		uint16_t noun = token_at(view, i)->noun;
		if (noun != LEXICON_NONE && split != SIZE_MAX && i > split) {
			claim->other_noun = noun;
		} else if (noun != LEXICON_NONE && claim->noun == LEXICON_NONE) {
			claim->noun = noun;
		}
	}
}

static bool read_difference(struct view *view) {
	struct claim *claim = view->claim;
	size_t word = word_before(view, view->anchor->start, WORD_DIFFERENCE);
	size_t verb = word_before(view, view->anchor->start, WORD_HAVE | WORD_RESULT);
	// "adding the same difference, Kofi has 7 + 5 = 12": not about the difference
	if (word == SIZE_MAX ||
		(verb != SIZE_MAX && verb > word && compound(view->anchor) &&
			(token_at(view, verb)->classes & WORD_HAVE) != 0 &&
			token_at(view, verb)->end + 2 > view->anchor->start)) {
		return false;
	}
	size_t first = name_after(view, view->clause->start);
	size_t second =
		first != SIZE_MAX ? name_after(view, token_at(view, first)->end) : SIZE_MAX;
	if (first != SIZE_MAX && second == SIZE_MAX) {
		return false;
	}
	claim->form = CLAIM_COMPARISON;
	claim->kind = KIND_MORE;
	claim->either_way = true;
	two_sides(view, first, second);
	find_noun(view);
	return true;
}

/* "a third of Zeno's beads": a fraction, then "of" or "as", then a name. */
static bool share_of(const struct view *view, const struct anchor *anchor) {
	if (!anchor->equation->sides[0].evaluates ||
		rational_is_integer(anchor->equation->sides[0].value)) {
		return false;
	}
	for (size_t i = view->clause->first; i + 1 < view->end; i++) {
		const struct token *token = token_at(view, i);
		if (token->start < anchor->end) {
			continue;
		}
		bool of = token->end - token->start == 2 &&
			  memcmp(view->reader->text + token->start, "of", 2) == 0;
		return (token->classes & WORD_AS) != 0 ||
		       (of && (is_somebody(token_at(view, i + 1)) ||
				      (i + 2 < view->end && is_somebody(token_at(view, i + 2)))));
	}
	return false;
}

/* "twice as many as", "3 times as many", "half of Mira's". */
static bool read_ratio(struct view *view) {
	struct claim *claim = view->claim;
	const struct clause *clause = view->clause;
	for (size_t i = 0; i < clause->anchor_count; i++) {
		const struct anchor *anchor = &view->reader->anchors[clause->first_anchor + i];
		size_t times = word_after(view, anchor->end, WORD_TIMES);
		bool word = anchor->equation == NULL;
		bool counted = !word && !compound(anchor) &&
			       ((times != SIZE_MAX &&
					token_at(view, times)->start <= anchor->end + 2) ||
				       share_of(view, anchor));
		if ((!word && !counted) ||
			(word && compound(view->anchor) && !has(view, WORD_AS))) {
			continue;
		}
		uint32_t classes = word ? token_at(view, anchor->token)->classes : 0;
		claim->kind = (classes & WORD_HALF) != 0 ? KIND_FRACTION : KIND_TIMES;
		if (!word) {
			take_equation(claim, anchor);
		} else {
			claim->quantity = rational_of(anchor->ratio);
			claim->has_quantity = claim->equal = true;
		}
		claim->computed = false;
		claim->operand_count = 0;
		claim->form = CLAIM_COMPARISON;
		two_sides(view, name_before(view, anchor->start), name_after(view, anchor->end));
		size_t as = word_after(view, anchor->end, WORD_AS);
		size_t second = as != SIZE_MAX ? word_after(view, token_at(view, as)->end, WORD_AS)
					       : SIZE_MAX;
		two_nouns(view, second);
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
		if (anchor->equation != NULL && (anchor->start < token_at(view, word)->start ||
							best == NULL)) {
			best = anchor;
		}
	}
	return best;
}

static bool read_comparison(struct view *view) {
	struct claim *claim = view->claim;
	size_t word = word_after(view, view->clause->start, WORD_MORE | WORD_LESS);
	size_t than = word_after(view, view->clause->start, WORD_THAN);
	if (word == SIZE_MAX) {
		return false;
	}
	const struct anchor *number = compared_number(view, word);
	bool moves = has(view, WORD_GIVE | WORD_GET) && than == SIZE_MAX;
	if (number == NULL || moves ||
		(compound(number) &&
			(than == SIZE_MAX || token_at(view, than)->start < number->end))) {
		return false;
	}
	claim->form = CLAIM_COMPARISON;
	claim->kind = (token_at(view, word)->classes & WORD_LESS) != 0 ? KIND_LESS : KIND_MORE;
	take_equation(claim, number);
	size_t object = than != SIZE_MAX ? name_after(view, token_at(view, than)->start) : SIZE_MAX;
	size_t limit = token_at(view, than != SIZE_MAX ? than : word)->start;
	size_t subject = name_before(view, number->start);
	if (subject == SIZE_MAX) {
		subject = name_before(view, limit);
	}
	// "than Mira, who": the subject stands before, never the object itself
	two_sides(view, subject == object ? SIZE_MAX : subject, object);
	two_nouns(view, than);
	claim->unknown_noun = counts_unknown(view, number->end);
	return true;
}

/* "in a box", "in one box": as good as "per". */
static size_t in_a_noun(const struct view *view) {
	for (size_t i = view->clause->first; i + 2 < view->end; i++) {
		const struct token *in = token_at(view, i);
		const struct token *article = token_at(view, i + 1);
		const char *text = view->reader->text;
		bool one = article->end - article->start <= 3 && article->classes != 0 &&
			   (text[article->start] == 'a' || text[article->start] == 'o');
		if (in->end - in->start == 2 && memcmp(text + in->start, "in", 2) == 0 && one &&
			token_at(view, i + 2)->noun != LEXICON_NONE) {
			return i + 1;
		}
	}
	return SIZE_MAX;
}

static bool read_rate(struct view *view) {
	struct claim *claim = view->claim;
	size_t each = word_after(view, view->clause->start, WORD_EACH);
	each = each != SIZE_MAX ? each : in_a_noun(view);
	claim->each = each != SIZE_MAX && claim->other_count > 1 &&
		      each + 1 == view->end;
	if (claim->each) {
		return false;
	}
	if (each == SIZE_MAX || compound(view->anchor) || view->clause->anchor_count > 1) {
		return false;
	}
	uint16_t first = LEXICON_NONE;
	uint16_t other = LEXICON_NONE;
	for (size_t i = view->clause->first; i < view->end; i++) {
		uint16_t noun = token_at(view, i)->noun;
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
	size_t name = name_before(view, view->reader->length + 1);
	name_subject(view, name);
	return true;
}

/* Who acts: the nearest name before the verb; a "which" or "that" acts for nobody. */
static bool read_transfer(struct view *view) {
	struct claim *claim = view->claim;
	size_t verb = word_after(view, view->clause->start, WORD_GIVE | WORD_GET);
	if (verb == SIZE_MAX || compound(view->anchor) || has(view, WORD_OPERATE)) {
		return false;
	}
	const struct token *word = token_at(view, verb);
	bool gives = (word->classes & WORD_GIVE) != 0;
	size_t actor = name_before(view, word->start);
	bool nobody = actor == SIZE_MAX && reader_has(view->reader, view->clause->first, verb,
						   WORD_SUBJECTLESS);
	size_t from = word_after(view, word->end, WORD_FROM);
	size_t partner = name_after(view, word->end);
	bool more = has(view, WORD_MORE) || has(view, WORD_SPLIT);
	if (nobody || (!gives && from == SIZE_MAX && !more && actor == SIZE_MAX)) {
		return false;
	}
	if (gives && actor == SIZE_MAX && partner == SIZE_MAX && !has(view, WORD_PRONOUN) &&
		view->reader->recent_count == 0) {
		return false;
	}
	// "is given 3 pears by Tobin"
	bool passive = gives && word_before(view, word->start, WORD_PLAIN) != SIZE_MAX &&
		       word_after(view, word->end, WORD_PLAIN) != SIZE_MAX &&
		       strstr(view->reader->text + word->end, " by ") != NULL;
	if (gives && from != SIZE_MAX) {
		partner = name_after(view, token_at(view, from)->start);
	}
	const struct clause *clause = view->clause;
	for (size_t i = 0; i < clause->anchor_count; i++) {
		const struct anchor *anchor = &view->reader->anchors[clause->first_anchor + i];
		if (anchor->start >= word->end && anchor->equation != NULL) {
			view->anchor = anchor;
			take_equation(claim, anchor);
			break;
		}
	}
	claim->form = CLAIM_TRANSFER;
	uint16_t who = actor != SIZE_MAX ? token_at(view, actor)->agent : LEXICON_NONE;
	uint16_t whom = partner != SIZE_MAX && partner != actor ? token_at(view, partner)->agent
								: LEXICON_NONE;
	claim->agents[0] = gives != passive ? whom : who;
	claim->agents[1] = gives != passive ? who : whom;
	claim->agent_count = 2;
	claim->subject = actor != SIZE_MAX ? SUBJECT_NAMED : SUBJECT_NONE;
	claim->stranger = (actor != SIZE_MAX && token_at(view, actor)->stranger) ||
			  (partner != SIZE_MAX && token_at(view, partner)->stranger);
	find_noun(view);
	return true;
}

static bool read_total(struct view *view) {
	struct claim *claim = view->claim;
	bool they = has(view, WORD_THEY);
	const char *in_all = strstr(view->reader->text + view->clause->start, "in all");
	bool total = has(view, WORD_TOTAL) ||
		     (in_all != NULL &&
			     in_all < view->reader->text + view->clause->end);
	size_t named = claim->other_count;
	bool adds = named > 1 && compound(view->anchor) && claim->operand_count > 1 &&
		    name_before(view, view->anchor->start) != SIZE_MAX &&
		    has(view, WORD_AND) && !has(view, WORD_THAN);
	if (claim->each || (!total && !they && !adds) || named == 1) {
		return false;
	}
	claim->form = CLAIM_TOTAL;
	claim->subject = named > 0 ? SUBJECT_NAMED : SUBJECT_NONE;
	memcpy(claim->agents, claim->others, sizeof(claim->agents));
	claim->agent_count = named;
	find_noun(view);
	return true;
}

static void read_amount(struct view *view) {
	struct claim *claim = view->claim;
	const struct anchor *anchor = view->anchor;
	claim->form = CLAIM_AMOUNT;
	size_t name = name_before(view, anchor->start);
	if (name == SIZE_MAX && anchor->equation != NULL) {
		// "Tobin = Mira - 5 = 14 - 5": the first name inside
		name = name_after(view, anchor->start);
	}
	name_subject(view, name);
	find_noun(view);
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
		     (view->reader->token_count == 1 && token_at(view, 0)->noun != LEXICON_NONE);
	// "9/2" is a number here
	bool computed = claim->computed &&
			!(claim->operand_count == 2 && !rational_is_integer(claim->quantity));
	claim->answer = has(view, WORD_ANSWER) || (alone && clause->anchor_count == 1);
	if (!claim->answer || computed || claim->other_count > 0) {
		return false;
	}
	claim->computed = false;
	claim->operand_count = 0;
	claim->form = CLAIM_ANSWER;
	find_noun(view);
	return true;
}

static bool begins_clause(const struct token *token) {
	return is_somebody(token) || token->noun != LEXICON_NONE ||
	       (token->classes & (WORD_PRONOUN | WORD_THEY | WORD_SUBJECTLESS)) != 0;
}

static bool finite_verb(const struct view *view, size_t index) {
	const struct token *token = token_at(view, index);
	size_t length = token->end - token->start;
	const char *text = view->reader->text + token->start;
	return (token->classes & (WORD_HAVE | WORD_GIVE | WORD_GET | WORD_RESULT)) != 0 &&
	       !(length > 3 && memcmp(text + length - 3, "ing", 3) == 0) &&
	       (token->classes & WORD_PHRASE) == 0;
}

/* "after giving 3 away", "3 fewer than Bence", "with 4 in each": nothing is said of anybody. */
static bool is_phrase(const struct view *view) {
	const struct clause *clause = view->clause;
	if (compound(view->anchor) || clause->count == 0) {
		return false;
	}
	bool verb = false;
	bool subject = false;
	for (size_t i = clause->first; i < view->end; i++) {
		verb = verb || (finite_verb(view, i) && (subject || i == clause->first ||
							   (token_at(view, i)->classes &
								   WORD_RESULT) != 0));
		subject = subject || begins_clause(token_at(view, i));
	}
	size_t first = clause->first;
	while (first + 1 < view->end &&
		(token_at(view, first)->classes & WORD_PHRASE) == 0 &&
		(token_at(view, first)->classes & (WORD_NOW | WORD_SPLIT | WORD_AND)) != 0) {
		first++;
	}
	bool starts = (token_at(view, first)->classes & WORD_PHRASE) != 0;
	bool compares = clause->start > 0 && has(view, WORD_THAN) &&
			name_before(view, view->anchor->start) == SIZE_MAX;
	return !verb && (starts || compares);
}

/* "If Mabel has 17 eggs, …": a supposition. "If they add up what they have, they have 12" is not. */
static bool is_supposed(const struct view *view) {
	const struct token *first = token_at(view, view->clause->first);
	const char *text = view->reader->text + first->start;
	return view->clause->count > 0 && first->end - first->start == 2 &&
	       (text[0] | 32) == 'i' && text[1] == 'f' && !compound(view->anchor) &&
	       !has(view, WORD_THEY | WORD_TOTAL);
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

/* "4 of the mice are white": says what they are like, not how many there are. */
static bool is_predicate(const struct view *view) {
	if (view->clause->count < 2 || compound(view->anchor)) {
		return false;
	}
	const struct token *last = token_at(view, view->end - 1);
	const struct token *verb = token_at(view, view->end - 2);
	const char *text = view->reader->text + verb->start;
	bool is = (verb->end - verb->start == 2 && memcmp(text, "is", 2) == 0) ||
		  (verb->end - verb->start == 3 && memcmp(text, "are", 3) == 0);
	return is && last->unknown && verb->start >= view->anchor->end;
}

/* "Bea = Abe + 7": a comparison in symbols. */
static bool read_symbols(struct view *view) {
	struct claim *claim = view->claim;
	size_t first = name_after(view, view->clause->start);
	size_t second =
		first != SIZE_MAX ? name_after(view, token_at(view, first)->end) : SIZE_MAX;
	if (second == SIZE_MAX || second != first + 1 || claim->other_count != 2) {
		return false;
	}
	const char *text = view->reader->text;
	size_t at = token_at(view, first)->end;
	size_t end = view->reader->length;
	while (at < end && text[at] == ' ') {
		at++;
	}
	size_t sign = token_at(view, second)->end;
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
	two_sides(view, first, second);
	return true;
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
	view.anchor = conclusion(&view);
	take_equation(claim, view.anchor);
	take_others(&view);
	take_soft(&view);
	claim->now = has(&view, WORD_NOW);
	bool result = has(&view, WORD_RESULT | WORD_HAVE);
	bool instruction = has(&view, WORD_OPERATE) && !claim->computed && !result;
	bool aim = word_before(&view, view.anchor->start, WORD_AIM) != SIZE_MAX &&
		   (!claim->computed || claim->operand_count == 0);
	if (instruction || aim || is_phrase(&view) || is_supposed(&view)) {
		return false;
	}
	if (is_cut_off(&view) || is_predicate(&view)) {
		claim->form = CLAIM_UNPARSED;
		return true;
	}
	if (read_symbols(&view)) {
		return true;
	}
	if (read_answer(&view) || read_ratio(&view) || read_difference(&view) ||
		read_comparison(&view) || read_rate(&view) || read_transfer(&view) ||
		read_total(&view)) {
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
