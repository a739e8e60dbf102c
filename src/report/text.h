#ifndef F2F_REPORT_TEXT_H
#define F2F_REPORT_TEXT_H

#include <stddef.h>

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

#endif
