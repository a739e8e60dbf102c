#include "logic/claim.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "logic/claim_internal.h"

struct claim_reader *claim_reader_create(const struct program *program) {
	struct claim_reader *reader = xmalloc(sizeof(*reader));
	// the large arrays stay as they are until a sentence fills them
	reader->lexicon = lexicon_create(program);
	reader->token_count = reader->equation_count = reader->anchor_count = 0;
	reader->text = NULL;
	reader->text_cap = reader->length = reader->base = 0;
	reader->recent_count = reader->near = 0;
	reader->noun = LEXICON_NONE;
	return reader;
}

void claim_reader_destroy(struct claim_reader *reader) {
	if (reader != NULL) {
		lexicon_destroy(reader->lexicon);
		free(reader->text);
		free(reader);
	}
}

bool reader_has(const struct claim_reader *reader, size_t first, size_t end, uint32_t classes) {
	for (size_t i = first; i < end; i++) {
		if ((reader->tokens[i].classes & classes) != 0) {
			return true;
		}
	}
	return false;
}

static void recall(struct claim_reader *reader, uint16_t agent) {
	size_t at = 0;
	while (at < reader->recent_count && reader->recent[at] != agent) {
		at++;
	}
	if (at == reader->recent_count) {
		if (at == READER_AGENTS_MAX) {
			at--;
		} else {
			reader->recent_count++;
		}
	}
	memmove(&reader->recent[1], &reader->recent[0], at * sizeof(agent));
	reader->recent[0] = agent;
}

void reader_remember(struct claim_reader *reader, const struct claim *claim) {
	size_t named = claim->other_count;
	for (size_t i = claim->other_count; i-- > 0;) {
		recall(reader, claim->others[i]);
	}
	bool transfer = claim->form == CLAIM_TRANSFER;
	for (size_t i = claim->agent_count; i-- > 0;) {
		if (claim->agents[i] != LEXICON_NONE && claim->subject == SUBJECT_NAMED) {
			recall(reader, claim->agents[i]);
		}
	}
	if (transfer && claim->others[0] != LEXICON_NONE && claim->other_count > 0) {
		recall(reader, claim->others[0]); // who does it
	}
	for (size_t i = 0; i < claim->agent_count; i++) {
		bool again = claim->subject != SUBJECT_NAMED || claim->agents[i] == LEXICON_NONE;
		for (size_t k = 0; k < claim->other_count && !again; k++) {
			again = claim->others[k] == claim->agents[i];
		}
		named += again ? 0 : 1;
	}
	if (named > 0) {
		reader->near = named;
	}
	if (claim->noun != LEXICON_NONE) {
		reader->noun = claim->noun;
	}
}

static bool is_digit(char c) {
	return c >= '0' && c <= '9';
}

/* "1 234": a space where others write a comma. */
static bool spaced_thousands(const struct claim_reader *reader, size_t at) {
	const char *text = reader->text;
	size_t before = at;
	if (text[at] != ' ') {
		return false;
	}
	while (before > 0 && at - before <= 3 && is_digit(text[before - 1])) {
		before--;
	}
	bool longer = at + 4 < reader->length && is_digit(text[at + 4]);
	return at > before && at - before <= 3 && text[before] != '0' &&
	       (before == 0 || strchr(".,", text[before - 1]) == NULL) &&
	       is_digit(text[at + 1]) && is_digit(text[at + 2]) && is_digit(text[at + 3]) &&
	       !longer;
}

/* Fills in the sentence and its tokens; NULs and such are spaces already. */
static void load(struct claim_reader *reader, const char *text, size_t start, size_t end) {
	reader->base = start;
	reader->length = end - start;
	if (reader->text_cap <= reader->length) {
		reader->text_cap = reader->length + 256;
		reader->text = xrealloc(reader->text, reader->text_cap);
	}
	memcpy(reader->text, text + start, reader->length);
	reader->text[reader->length] = '\0';
	for (size_t i = 2; i + 3 < reader->length; i++) {
		if (spaced_thousands(reader, i)) {
			reader->text[i] = ',';
		}
	}
	// an arrow is where one statement ends, for equations too
	for (char *at = reader->text; (at = strstr(at, "\xe2\x87\x92")) != NULL;) {
		memcpy(at, " ; ", 3);
	}
	reader->token_count = lexicon_read(reader->lexicon, reader->text, reader->length,
		reader->tokens, READER_TOKENS_MAX);
}

static bool in_equation(const struct claim_reader *reader, size_t at) {
	for (size_t i = 0; i < reader->equation_count; i++) {
		if (reader->equations[i].start <= at && at < reader->equations[i].end) {
			return true;
		}
	}
	return false;
}

/* Bytes of a mark at which a clause may end; 0 for none. */
static size_t mark_at(const struct claim_reader *reader, size_t at, bool joined) {
	static const char *const arrows[] = {"\xe2\x80\x94", "\xe2\x86\x92"};
	char c = reader->text[at];
	if (in_equation(reader, at)) {
		return 0;
	}
	for (size_t i = 0; i < 2; i++) {
		if (reader->length - at >= 3 && memcmp(&reader->text[at], arrows[i], 3) == 0) {
			return 3;
		}
	}
	return c != '\0' && (strchr(":;()", c) != NULL || (c == ',' && !joined)) ? 1 : 0;
}

/* "Adding 14 and 9 gives 23", "the difference between …": one clause up to its result. */
static bool joins(const struct claim_reader *reader, size_t token) {
	const struct token *word = &reader->tokens[token];
	if ((word->classes & WORD_DIFFERENCE) != 0) {
		return true;
	}
	bool sign = word->end - word->start <= 5 && (word->classes & WORD_OPERATE) != 0 &&
		    (memcmp(reader->text + word->start, "plus", 4) == 0 ||
			    memcmp(reader->text + word->start, "minus", 4) == 0);
	if ((word->classes & WORD_OPERATE) != 0) {
		return !sign;
	}
	const struct token *next = word + 1;
	return (word->classes & WORD_TOTAL) != 0 && token + 1 < reader->token_count &&
	       next->end - next->start == 2 && memcmp(reader->text + next->start, "of", 2) == 0;
}

static size_t anchors_within(const struct claim_reader *reader, size_t start, size_t end,
	size_t *first_out) {
	size_t count = 0;
	for (size_t i = 0; i < reader->anchor_count; i++) {
		if (reader->anchors[i].start >= start && reader->anchors[i].start < end) {
			*first_out = count == 0 ? i : *first_out;
			count++;
		}
	}
	return count;
}

typedef VEC(struct clause) clause_list;

static void close_clause(const struct claim_reader *reader, clause_list *clauses, size_t first,
	size_t next, size_t start, size_t end) {
	struct clause clause = {.start = start, .end = end, .first = first, .count = next - first};
	clause.anchor_count = anchors_within(reader, start, end, &clause.first_anchor);
	vec_push(clauses, clause);
}

/* Whether the token begins a subject of its own. */
static bool begins_subject(const struct claim_reader *reader, size_t token) {
	const struct token *word = &reader->tokens[token];
	return word->agent != LEXICON_NONE || word->stranger ||
	       (word->classes & (WORD_PRONOUN | WORD_THEY | WORD_SUBJECTLESS)) != 0;
}

/* "six cages with three mice each make eighteen": the phrase is part of the sum. */
static bool makes_something(const struct claim_reader *reader, size_t token) {
	for (size_t i = token + 1; i < reader->token_count; i++) {
		uint32_t classes = reader->tokens[i].classes;
		if ((classes & WORD_SPLIT) != 0 ||
			memchr(reader->text + reader->tokens[i - 1].end, ',',
				reader->tokens[i].start - reader->tokens[i - 1].end) != NULL) {
			return false;
		}
		if ((classes & WORD_RESULT) != 0) {
			size_t first = 0;
			return anchors_within(reader, reader->tokens[i].end, reader->length,
				       &first) > 0;
		}
	}
	return false;
}

/* "with 4 nuts in each", "with 19 * 4 = 76 spots": a number right after it, and one before. */
static bool begins_with_phrase(const struct claim_reader *reader, size_t token) {
	const struct token *word = &reader->tokens[token];
	if (word->end - word->start != 4 || memcmp(reader->text + word->start, "with", 4) != 0) {
		return false;
	}
	size_t next = token + 1 < reader->token_count ? reader->tokens[token + 1].start
						      : reader->length;
	bool before = false;
	bool after = false;
	if (makes_something(reader, token)) {
		return false;
	}
	for (size_t i = 0; i < reader->anchor_count; i++) {
		before = before || reader->anchors[i].start < word->start;
		after = after || (reader->anchors[i].start >= word->end &&
					 reader->anchors[i].start <= next);
	}
	return before && after;
}

/* "after giving", "by taking". */
static bool begins_gerund(const struct claim_reader *reader, size_t token) {
	if ((reader->tokens[token].classes & WORD_PHRASE) == 0 ||
		token + 1 >= reader->token_count) {
		return false;
	}
	const struct token *next = &reader->tokens[token + 1];
	return (next->classes & (WORD_GIVE | WORD_GET | WORD_HAVE)) != 0 &&
	       next->end - next->start > 4 &&
	       memcmp(reader->text + next->end - 3, "ing", 3) == 0;
}

/* "adding Petra's 13 - 4 = 9 plums gives 27": one equation is done, its result goes on. */
static bool begins_result(const struct claim_reader *reader, size_t token) {
	const struct token *verb = &reader->tokens[token];
	const struct equation *before = NULL;
	bool after = false;
	if ((verb->classes & WORD_RESULT) == 0 || (verb->classes & WORD_GIVE) == 0) {
		return false;
	}
	for (size_t i = 0; i < reader->equation_count; i++) {
		const struct equation *equation = &reader->equations[i];
		before = equation->end <= verb->start ? equation : before;
		after = after || equation->start >= verb->end;
	}
	return after && before != NULL && before->side_count > 1;
}

struct cutter {
	const struct claim_reader *reader;
	clause_list *clauses;
	size_t first; // token
	size_t start;
};

static void cut_at(struct cutter *cutter, size_t token, size_t at) {
	bool blank = true;
	for (size_t i = cutter->start; i < at && blank; i++) {
		blank = strchr(" \t\n", cutter->reader->text[i]) != NULL;
	}
	if (!blank) {
		close_clause(cutter->reader, cutter->clauses, cutter->first, token, cutter->start,
			at);
		cutter->first = token;
		cutter->start = at;
	}
}

/* Cuts where a clause may end; pieces without a number are still among them. */
static void cut(const struct claim_reader *reader, clause_list *clauses) {
	struct cutter cutter = {.reader = reader, .clauses = clauses};
	bool joined = false;
	for (size_t i = 0; i <= reader->token_count; i++) {
		size_t from = i > 0 ? reader->tokens[i - 1].end : 0;
		bool last = i == reader->token_count;
		size_t to = last ? reader->length : reader->tokens[i].start;
		bool together = joined && (last || !begins_subject(reader, i));
		for (size_t at = from; at < to; at++) {
			size_t size = mark_at(reader, at, together);
			if (size > 0) {
				cut_at(&cutter, i, at + size);
				joined = false;
			}
		}
		if (last) {
			break;
		}
		uint32_t classes = reader->tokens[i].classes;
		// "after giving 3 away" begins at "after"
		bool inside = i > 0 && (reader->tokens[i - 1].classes & WORD_PHRASE) != 0;
		bool word = ((classes & WORD_SPLIT) != 0 && !inside) ||
			    ((classes & WORD_AND) != 0 && !joined) ||
			    begins_with_phrase(reader, i) || begins_gerund(reader, i) ||
			    begins_result(reader, i);
		if (i > 0 && word && !in_equation(reader, to)) {
			cut_at(&cutter, i, to);
			joined = false;
		}
		joined = joined || joins(reader, i);
	}
	cut_at(&cutter, reader->token_count, reader->length);
}

/* A piece at the end that adds to the clause before it: "… in total", "than Mira". */
static bool belongs_before(const struct claim_reader *reader, const struct clause *clause) {
	size_t end = clause->first + clause->count;
	const struct token *first = &reader->tokens[clause->first];
	// "…, which is what Nash has": the owner comes last
	if (clause->count > 2 && (first->classes & WORD_SPLIT) != 0 &&
		(first->classes & WORD_SUBJECTLESS) != 0) {
		return (reader->tokens[clause->first + 1].classes & WORD_RESULT) != 0;
	}
	return clause->count > 0 &&
	       (reader->tokens[clause->first].classes & WORD_SPLIT) == 0 &&
	       !reader_has(reader, clause->first, end, WORD_HAVE) &&
	       reader_has(reader, clause->first, end, WORD_TOTAL | WORD_THAN | WORD_NOW);
}

/* Pieces without a number go to the clause after them, or are left out. */
static void merge(const struct claim_reader *reader, clause_list *clauses) {
	size_t kept = 0;
	bool open = false; // the last kept one still waits for its number
	for (size_t i = 0; i < clauses->count; i++) {
		struct clause next = clauses->items[i];
		if (next.anchor_count == 0 && reader_pairs(reader, next.first, next.count)) {
			open = false;
			clauses->items[kept++] = next;
		} else if (open) {
			struct clause *last = &clauses->items[kept - 1];
			last->end = next.end;
			last->count += next.count;
			last->first_anchor = next.first_anchor;
			last->anchor_count = next.anchor_count;
			open = next.anchor_count == 0;
		} else if (next.anchor_count == 0 && i + 1 == clauses->count && kept > 0) {
			if (belongs_before(reader, &next)) {
				clauses->items[kept - 1].end = next.end;
				clauses->items[kept - 1].count += next.count;
			}
		} else {
			clauses->items[kept++] = next;
			open = next.anchor_count == 0;
		}
	}
	if (open && kept > 1) {
		kept--;
	}
	clauses->count = kept;
}

static bool question(const struct claim_reader *reader) {
	size_t end = reader->length;
	while (end > 0 && strchr(" \"'*_)", reader->text[end - 1]) != NULL) {
		end--;
	}
	return end > 0 && reader->text[end - 1] == '?';
}

/*
 * "9 - 2 = 7, so Ben has 7 nuts" and "Ben has 7 nuts, since 9 - 2 = 7" are one step, said in two
 * clauses: the equation goes to the clause that says whose it is. "… 14 minus 5, so 9" is one too.
 */
static bool same_step(struct claim *before, const struct claim *claim) {
	bool says = claim->form == CLAIM_AMOUNT || claim->form == CLAIM_TOTAL ||
		    claim->form == CLAIM_COMPARISON;
	bool said = before->form == CLAIM_AMOUNT || before->form == CLAIM_TOTAL ||
		    before->form == CLAIM_COMPARISON;
	if (!before->has_quantity || !claim->has_quantity ||
		!rational_equal(before->quantity, claim->quantity)) {
		return false;
	}
	if (before->form == CLAIM_EQUATION && says && !claim->computed) {
		struct claim whole = *claim;
		whole.start = before->start;
		whole.computed = true;
		whole.equal = before->equal;
		whole.operand_count = before->operand_count;
		memcpy(whole.operands, before->operands, sizeof(whole.operands));
		*before = whole;
		return true;
	}
	if (said && !before->computed && claim->form == CLAIM_EQUATION) {
		before->computed = true;
		before->equal = claim->equal;
		before->operand_count = claim->operand_count;
		memcpy(before->operands, claim->operands, sizeof(before->operands));
		before->end = claim->end;
		return true;
	}
	if (before->form == CLAIM_AMOUNT && before->subject == SUBJECT_NONE &&
		before->noun == LEXICON_NONE && says && claim->subject == SUBJECT_NAMED &&
		!claim->computed) {
		// "One more makes 4.5, so Kaja has 4.5"
		size_t start = before->start;
		*before = *claim;
		before->start = start;
		return true;
	}
	if (said && before->computed && claim->form == CLAIM_AMOUNT && !claim->computed &&
		claim->subject == SUBJECT_NONE && claim->noun == LEXICON_NONE) {
		before->end = claim->end;
		return true;
	}
	return false;
}

/* The first clause of a sentence that asks. */
static size_t asked_from(const struct claim_reader *reader, const clause_list *clauses) {
	for (size_t i = 0; i < reader->token_count; i++) {
		const struct token *token = &reader->tokens[i];
		const char *text = reader->text + token->start;
		size_t length = token->end - token->start;
		static const char *const words[] = {"how", "what", "which", "who", "do", "does",
			"is", "are", "did", "can", "why"};
		for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
			if (strlen(words[k]) == length &&
				memcmp(text + 1, words[k] + 1, length - 1) == 0 &&
				(text[0] | 32) == words[k][0]) {
				size_t at = 0;
				while (at < clauses->count &&
					clauses->items[at].end <= token->start) {
					at++;
				}
				return at;
			}
		}
	}
	return clauses->count - 1;
}

static void trim(const struct claim_reader *reader, struct claim *claim) {
	while (claim->start < claim->end &&
		strchr(" ,;:)(\n\t", reader->text[claim->start]) != NULL) {
		claim->start++;
	}
	while (claim->end > claim->start &&
		strchr(" ,;:(\n\t", reader->text[claim->end - 1]) != NULL) {
		claim->end--;
	}
	claim->start += reader->base;
	claim->end += reader->base;
}

/* "Edda and Wim have 9 shells each" says it of both. */
static void push(claim_list *claims, const struct claim *claim) {
	struct claim one = *claim;
	bool shared = claim->each && claim->form == CLAIM_AMOUNT;
	for (size_t i = 0; i < (shared ? claim->other_count : 1); i++) {
		if (shared) {
			one.agents[0] = claim->others[i];
			one.subject = SUBJECT_NAMED;
			one.stranger = false;
		}
		vec_push(claims, one);
	}
}

void claim_read(struct claim_reader *reader, const char *text, size_t start, size_t end,
	claim_list *claims) {
	load(reader, text, start, end);
	bool asks = question(reader);
	reader_find_anchors(reader);
	if (reader->anchor_count == 0) {
		if (!asks) {
			reader_wordy(reader, claims);
		}
		return;
	}
	clause_list clauses = {0};
	size_t before = claims->count;
	cut(reader, &clauses);
	merge(reader, &clauses);
	if (asks && clauses.count > 0) {
		// "Gus has 30 - 11 = 19 tiles, but do we need tiles?": the end of it asks
		clauses.count = asked_from(reader, &clauses);
	}
	for (size_t i = 0; i < clauses.count; i++) {
		struct claim claim;
		if (reader_claim(reader, &clauses.items[i], &claim)) {
			trim(reader, &claim);
			bool whole = claims->count > before &&
				     same_step(&claims->items[claims->count - 1], &claim);
			if (!whole) {
				push(claims, &claim);
			}
			reader_remember(reader, &claims->items[claims->count - 1]);
		} else if (clauses.items[i].count > 0 &&
			   reader->tokens[clauses.items[i].first].agent != LEXICON_NONE) {
			// "Cleo, with 2 more than Bence, has 13": still about Cleo
			recall(reader, reader->tokens[clauses.items[i].first].agent);
			reader->near = 1;
		}
	}
	if (reader->token_count == READER_TOKENS_MAX ||
		reader->equation_count == READER_EQUATIONS_MAX) {
		struct claim rest = {.start = start, .end = end, .form = CLAIM_UNPARSED};
		vec_push(claims, rest);
	}
	vec_finish(&clauses);
}
