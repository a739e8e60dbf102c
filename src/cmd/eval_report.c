#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/eval_run.h"
#include "cmd/run_report.h"
#include "report/report.h"

struct gates {
	const struct eval *eval;
	double min_score; // NAN: none
	int status;
};

/* What a gate goes by: where missing samples leave no estimate, the least that they leave open. NAN
 * while anything is pending. */
static double gated(const struct score *score) {
	return isnan(score->value) ? score->missing_as_failed : score->value;
}

static void look(const struct report *report, void *data) {
	struct gates *gates = data;
	if (!report->valid) {
		gates->status = 4;
		log_error("run %s is not valid: %" PRId64 " of %" PRId64
			  " samples are missing; the same command asks again",
			report->run.id, report->missing, report->samples);
		if (report->broken.samples > 0) {
			log_error("%" PRId64 " of them rest on statements that are broken on this "
				  "Lean, which no asking mends: another --toolchain, or "
				  "--fail-on-error %" PRId64 " to bear them",
				report->broken.samples, report->broken.samples);
		}
		return;
	}
	for (size_t i = 0; i < report->scores.count && !isnan(gates->min_score); i++) {
		const struct score *score = &report->scores.items[i];
		if (score->k == 1 && gated(score) < gates->min_score) {
			gates->status = 3;
			log_error("%s %s %s is %.4f%s, below --min-score %.4f", score->split,
				score->subset, score->metric, gated(score),
				isnan(score->value) ? " with what is missing as failed" : "",
				gates->min_score);
		}
	}
}

int eval_report(struct eval *eval, struct error *err) {
	bool json = option_flag(eval->options, "json");
	struct gates gates = {
		.eval = eval, .min_score = option_number(eval->options, "min-score", NAN)};
	int rc = run_report_print(
		eval->store, eval->run.id, json ? "json" : "table", look, &gates, err);
	if (rc < 0) {
		return rc;
	}
	if (!json) {
		printf("database: %s\n", eval->database);
	}
	return gates.status;
}
