#include "report/reason_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/reason.h"
#include "report/report.h"
#include "report/text.h"

enum { COLUMNS = 7, CELL_TEXT = 96 };

/* One row, in percent. */
struct row {
	char texts[COLUMNS][CELL_TEXT];
};

static const char *const headings[COLUMNS] = {
	"cell", "efficiency", "accuracy", "step (vertex) [bounds]", "cover.", "exh.", "n"};
static const int widths[COLUMNS] = {14, 13, 13, 24, 6, 6, 0};

static void share_text(double share, char text[CELL_TEXT]) {
	if (isnan(share)) {
		snprintf(text, CELL_TEXT, "–");
	} else {
		snprintf(text, CELL_TEXT, "%.1f", 100 * share);
	}
}

/* "41.2 35–47", the interval rounded outwards: it must not lose what it covers. */
static void estimate_text(const struct score *score, char text[CELL_TEXT]) {
	if (isnan(score->value)) {
		snprintf(text, CELL_TEXT, "–");
	} else {
		snprintf(text, CELL_TEXT, "%.1f %.0f–%.0f", 100 * score->value,
			floor(100 * score->low + 1e-9), ceil(100 * score->high - 1e-9));
	}
}

/* "83.1 (81.0) [80–85]" */
static void steps_text(
	const struct report *report, const struct reason_cell *cell, char text[CELL_TEXT]) {
	const struct score *step = reason_score(report, cell, REASON_STEP);
	if (isnan(step->value)) {
		snprintf(text, CELL_TEXT, "–");
		return;
	}
	snprintf(text, CELL_TEXT, "%.1f (%.1f) [%.0f–%.0f]", 100 * step->value,
		100 * reason_score(report, cell, REASON_VERTEX)->value,
		100 * reason_score(report, cell, REASON_STEP_LOWER)->value,
		100 * reason_score(report, cell, REASON_STEP_UPPER)->value);
}

static void fill_row(
	const struct report *report, const struct reason_cell *cell, struct row *row) {
	const struct score *efficiency = reason_score(report, cell, REASON_EFFICIENCY);
	snprintf(row->texts[0], CELL_TEXT, "%s", efficiency->cell);
	estimate_text(efficiency, row->texts[1]);
	estimate_text(reason_score(report, cell, REASON_ACCURACY), row->texts[2]);
	steps_text(report, cell, row->texts[3]);
	share_text(reason_score(report, cell, REASON_COVERAGE)->value, row->texts[4]);
	share_text(cell->exhaustive, row->texts[5]);
	snprintf(row->texts[6], CELL_TEXT, "%" PRId64, efficiency->problems);
}

static void print_columns(const char *const texts[COLUMNS], FILE *out) {
	for (int i = 0; i + 1 < COLUMNS; i++) {
		text_cell(out, texts[i], widths[i]);
	}
	fprintf(out, "%s\n", texts[COLUMNS - 1]);
}

/* "40.0–43.1", "" when it is not known. */
static void bounds_text(const struct score *score, char text[CELL_TEXT]) {
	if (isnan(score->missing_as_failed) || isnan(score->missing_as_passed)) {
		snprintf(text, CELL_TEXT, "–");
	} else {
		snprintf(text, CELL_TEXT, "%.1f–%.1f", 100 * score->missing_as_failed,
			100 * score->missing_as_passed);
	}
}

static void print_row(const struct report *report, const struct reason_cell *cell, FILE *out) {
	struct row row;
	fill_row(report, cell, &row);
	const char *texts[COLUMNS];
	for (int i = 0; i < COLUMNS; i++) {
		texts[i] = row.texts[i];
	}
	print_columns(texts, out);
	const struct score *efficiency = reason_score(report, cell, REASON_EFFICIENCY);
	if (efficiency->missing == 0 || isnan(efficiency->missing_as_failed)) {
		return;
	}
	char bounds[2][CELL_TEXT];
	bounds_text(efficiency, bounds[0]);
	bounds_text(reason_score(report, cell, REASON_ACCURACY), bounds[1]);
	text_cell(out, "", widths[0]);
	text_cell(out, bounds[0], widths[1]);
	text_cell(out, bounds[1], widths[2]);
	fprintf(out, "with %" PRId64 " missing as failed–passed\n", efficiency->missing);
}

/* ---- What was read. */

/* Which text, in which setting, by whom. */
static void print_texts(const struct reason_report *reason, FILE *out) {
	struct text_list list = {0};
	const char *shots = reason->shots;
	bool own = strcmp(reason->proof_text, reason->run_proof_text) == 0;
	char *text = xasprintf("proofs read in the %s%s%s%s", reason->proof_text,
		own ? "" : " (the run itself goes by the ", own ? "" : reason->run_proof_text,
		own ? "" : ")");
	text_list_add(&list, text, out);
	free(text);
	text = xasprintf(
		"shots: %s", shots == NULL || strcmp(shots, "0") == 0 ? "none" : shots);
	text_list_add(&list, text, out);
	free(text);
	text = xasprintf("reader: %s", reason->aligner != NULL ? reason->aligner : "–");
	text_list_add(&list, text, out);
	free(text);
	fputc('\n', out);
}

static void print_labels(const struct reason_report *reason, FILE *out) {
	if (reason->steps == 0) {
		return;
	}
	fprintf(out, "the %" PRId64 " steps of %" PRId64 " texts:\n", reason->steps, reason->texts);
	struct text_list list = {0};
	for (size_t i = ALIGNMENT_LABELS; i-- > 0;) {
		char text[CELL_TEXT];
		snprintf(text, sizeof(text), "%s %.1f %%", reason_label_name(i),
			100 * reason->labels[i]);
		text_list_add(&list, text, out);
	}
	fputc('\n', out);
}

static void distance_text(double distance, char text[CELL_TEXT]) {
	if (isnan(distance)) {
		snprintf(text, CELL_TEXT, "–");
	} else {
		snprintf(text, CELL_TEXT, "%.2f", distance);
	}
}

static void print_orders(const struct reason_report *reason, FILE *out) {
	fprintf(out,
		"of the %" PRId64
		" right answers, distance to orders (0 the same; chance in brackets):\n",
		reason->right);
	struct text_list list = {0};
	for (size_t i = 0; i < ALIGNMENT_ORDERS; i++) {
		char text[3 * CELL_TEXT], distance[CELL_TEXT], chance[CELL_TEXT];
		distance_text(reason->order_distance[i], distance);
		distance_text(reason->order_chance[i], chance);
		snprintf(text, sizeof(text), "%s %s (%s)", reason_order_name(i), distance, chance);
		text_list_add(&list, text, out);
	}
	fputc('\n', out);
	if (!isnan(reason->median_tokens)) {
		fprintf(out, "tokens of right answers: median %.0f", reason->median_tokens);
		if (!isnan(reason->tokens_per_theorem)) {
			fprintf(out, ", %.1f a theorem", reason->tokens_per_theorem);
		}
		fputc('\n', out);
	}
}

static void print_measures(const struct reason_report *reason, FILE *out) {
	if (reason->unread > 0 && reason->texts == 0) {
		fputs("no reply has such a text: nothing is known of its proofs\n", out);
	} else if (reason->unread > 0) {
		fprintf(out,
			"%" PRId64 " of %" PRId64 " right answers have no such text: no proof\n",
			reason->unread, reason->right);
	}
	print_labels(reason, out);
	if (reason->right > 0) {
		print_orders(reason, out);
	}
	if (reason->truncated > 0) {
		fprintf(out, "truncated: %.1f %% of the replies\n", 100 * reason->truncated);
	}
}

/* ---- Whole reports. */

/* A new split or subset begins with the row of all its cells. */
static bool begins_group(const struct score *efficiency) {
	return strcmp(efficiency->cell, "all") == 0;
}

void reason_table(const struct report *report, FILE *out) {
	const struct reason_report *reason = report->reason;
	print_texts(reason, out);
	for (size_t i = 0; i < reason->cells.count; i++) {
		const struct reason_cell *cell = &reason->cells.items[i];
		const struct score *score = reason_score(report, cell, REASON_EFFICIENCY);
		if (begins_group(score)) {
			fprintf(out, "%s, %s; names: %.8s\n", score->split,
				strcmp(score->subset, "all") == 0 ? "all subsets" : score->subset,
				score->names.hex);
			print_columns(headings, out);
		}
		print_row(report, cell, out);
	}
	fputs("in %, with 95 % intervals, problems taken as random; n: problems; efficiency:\n"
	      "shortest steps / own steps, 0 where the answer is wrong or the proof has holes;\n"
	      "step (vertex): of right answers with a whole proof [steps that were not read as\n"
	      "detours–as nothing]; cover.: right answers that have one; exh.: deriving all\n"
	      "that follows (the shortest proof: 100)\n",
		out);
	print_measures(reason, out);
}

static void markdown_row(const char *const *texts, size_t count, FILE *out) {
	fputs("|", out);
	for (size_t i = 0; i < count; i++) {
		markdown_cell(out, texts[i]);
	}
	fputc('\n', out);
}

void reason_markdown(const struct report *report, FILE *out) {
	const struct reason_report *reason = report->reason;
	print_texts(reason, out);
	fputs("\n| run | model | split | subset | cell | efficiency | accuracy | step (vertex) "
	      "[bounds] | coverage | exhaustive | problems | missing as failed–passed | missing | "
	      "pending |\n"
	      "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n",
		out);
	for (size_t i = 0; i < reason->cells.count; i++) {
		const struct reason_cell *cell = &reason->cells.items[i];
		const struct score *score = reason_score(report, cell, REASON_EFFICIENCY);
		struct row row;
		char bounds[CELL_TEXT] = "", missing[CELL_TEXT], pending[CELL_TEXT];
		fill_row(report, cell, &row);
		if (score->missing > 0) {
			bounds_text(score, bounds);
		}
		snprintf(missing, sizeof(missing), "%" PRId64, score->missing);
		snprintf(pending, sizeof(pending), "%" PRId64, score->pending);
		const char *const texts[] = {report->run.id, report->run.model, score->split,
			score->subset, row.texts[0], row.texts[1], row.texts[2], row.texts[3],
			row.texts[4], row.texts[5], row.texts[6], bounds, missing, pending};
		markdown_row(texts, F2F_COUNT(texts), out);
	}
}

static void print_comparison(const struct report *first, const struct report *second, FILE *out) {
	struct reason_comparison comparison = reason_compare(first, second);
	fprintf(out,
		"\n%s, then %s:\n"
		"step efficiency where both are right with a whole proof, %" PRId64 " of %" PRId64
		" problems: ",
		first->run.id, second->run.id, comparison.n, comparison.common);
	if (comparison.n == 0) {
		fputs("–\n", out);
		return;
	}
	fprintf(out, "\n%.1f %%, %.1f %%, difference %+.1f (95 %%: %+.1f to %+.1f)\n",
		100 * comparison.first, 100 * comparison.second, 100 * comparison.difference,
		100 * comparison.low, 100 * comparison.high);
}

void reason_comparisons(const struct report *const *reports, size_t count, FILE *out) {
	const struct report *first = NULL;
	for (size_t i = 0; i < count; i++) {
		if (reports[i]->reason != NULL && first != NULL) {
			print_comparison(first, reports[i], out);
		}
		first = first == NULL && reports[i]->reason != NULL ? reports[i] : first;
	}
}
