#ifndef F2F_LOGIC_CLAIM_VIEW_H
#define F2F_LOGIC_CLAIM_VIEW_H

#include "logic/claim_internal.h"

/* One clause, while its claim is made. */
struct view {
	struct claim_reader *reader;
	const struct clause *clause;
	size_t end; // of its tokens
	const struct anchor *anchor; // its conclusion: the number that it is about
	struct claim *claim;
};

bool view_has(const struct view *view, uint32_t classes);

const struct token *view_token(const struct view *view, size_t index);

bool anchor_compound(const struct anchor *anchor);

/** The last equation with an operator; else the last number. */
const struct anchor *view_conclusion(const struct view *view);

/** Quantity, operands and whether the sides agree. */
void claim_take_equation(struct claim *claim, const struct anchor *anchor);

/** Everybody named in the clause, in order, each once, into others[]. */
void view_take_others(struct view *view);

void view_take_soft(struct view *view);

/** Index of the token of one of the classes nearest before `at`, or SIZE_MAX. */
size_t view_word_before(const struct view *view, size_t at, uint32_t classes);

size_t view_word_after(const struct view *view, size_t at, uint32_t classes);

bool token_somebody(const struct token *token);

/** The nearest name before `at`; SIZE_MAX when there is none. */
size_t view_name_before(const struct view *view, size_t at);

size_t view_name_after(const struct view *view, size_t at);

/** "one of them": says itself that it does not say which. */
bool view_one_of(const struct view *view);

void view_name_subject(struct view *view, size_t token);

/** A word right after a number that counts something the program does not know. */
bool view_counts_unknown(const struct view *view, size_t at);

/** The noun that is counted: right after the number, inside its last side, before it, or none. */
void view_find_noun(struct view *view);

void view_two_sides(struct view *view, size_t subject, size_t object);

/** Nouns of the two sides, where they differ. */
void view_two_nouns(struct view *view, size_t split);

bool view_read_difference(struct view *view);

/** "twice as many as", "3 times as many", "half of Mira's". */
bool view_read_ratio(struct view *view);

bool view_read_comparison(struct view *view);

bool view_read_rate(struct view *view);

/** Who acts: the nearest name before the verb; a "which" or "that" acts for nobody. */
bool view_read_transfer(struct view *view);

bool view_read_total(struct view *view);

/** "Bea = Abe + 7": a comparison in symbols. */
bool view_read_symbols(struct view *view);

#endif
