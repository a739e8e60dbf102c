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

int text_columns(const char *text) {
	int count = 0;
	for (; *text != '\0'; text++) {
		count += ((unsigned char)*text & 0xc0) != 0x80;
	}
	return count;
}

void text_cell(FILE *out, const char *text, int width) {
	int space = width - text_columns(text);
	fprintf(out, "%s%*s", text, space > 0 ? space : 1, "");
}

void text_list_add(struct text_list *list, const char *item, FILE *out) {
	int length = text_columns(item);
	// with room for the comma after it
	if (list->used > 0 && list->used + 2 + length >= TEXT_WIDTH) {
		fputs(",\n", out);
		list->used = 0;
	} else if (list->used > 0) {
		fputs(", ", out);
		list->used += 2;
	}
	fputs(item, out);
	list->used += length;
}

void markdown_cell(FILE *out, const char *text) {
	fputs(" ", out);
	for (; *text != '\0'; text++) {
		if (*text == '|' || *text == '\\') {
			fputc('\\', out);
		}
		fputc((unsigned char)*text < 0x20 ? ' ' : *text, out);
	}
	fputs(" |", out);
}
