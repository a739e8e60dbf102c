#include "report/text.h"

#include <math.h>
#include <stdio.h>

#include "report/report.h"

void score_value_text(const struct score *score, char text[SCORE_TEXT]) {
	if (isnan(score->value)) {
		snprintf(text, SCORE_TEXT, "–");
	} else {
		snprintf(text, SCORE_TEXT, "%.1f %%", 100 * score->value);
	}
}

void score_interval_text(const struct score *score, char text[SCORE_TEXT]) {
	if (isnan(score->value)) {
		snprintf(text, SCORE_TEXT, "–");
	} else {
		snprintf(text, SCORE_TEXT, "%.1f–%.1f %%", 100 * score->low, 100 * score->high);
	}
}

void score_bounds_text(const struct score *score, char text[SCORE_TEXT]) {
	if (score->missing == 0 || isnan(score->missing_as_failed)) {
		text[0] = '\0';
	} else {
		snprintf(text, SCORE_TEXT, "%.1f–%.1f %%", 100 * score->missing_as_failed,
			100 * score->missing_as_passed);
	}
}
