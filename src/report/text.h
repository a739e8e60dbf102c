#ifndef F2F_REPORT_TEXT_H
#define F2F_REPORT_TEXT_H

#include <stddef.h>
#include <stdio.h>

struct score;

/* Pieces that the table and the Markdown share. */

enum { SCORE_TEXT = 64 };

/** "41.0 %", or "–" when it is not known. */
void score_value_text(const struct score *score, char text[SCORE_TEXT]);

/**
 * "35.0–47.2 %"; with anything missing the bounds "between 40.0 and 43.1 %" stand in
 * score_bounds_text. "–" when not known.
 */
void score_interval_text(const struct score *score, char text[SCORE_TEXT]);

/** "40.0–43.1 %", or "" when nothing is missing. */
void score_bounds_text(const struct score *score, char text[SCORE_TEXT]);

/** A cell of a Markdown row, its closing bar included; the text may hold what would end it. */
void markdown_cell(FILE *out, const char *text);

/* ---- Text of 80 columns. */

enum { TEXT_WIDTH = 80 };

/** Columns of UTF-8 text whose characters are one column wide, as all of ours here are. */
int text_columns(const char *text);

/** The text and what is left of the width, at least one space. */
void text_cell(FILE *out, const char *text, int width);

/** A list with commas: a line is begun where the next item does not fit. Zeroed at its start. */
struct text_list {
	int used;
};
void text_list_add(struct text_list *list, const char *item, FILE *out);

#endif
