#include "cmd/word_problems.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "logic/generate.h"
#include "logic/solved.h"
#include "logic/verbalise.h"
#include "report/report.h"

enum { PROOF_MAX = 1 << 20 };

static double exhaustive(const char *program) {
	struct solved *solved = NULL;
	if (solved_parse(program, strlen(program), &solved, NULL) < 0) {
		return NAN;
	}
	struct buf proof = BUF_INIT(PROOF_MAX);
	size_t derived = verbalise_proof(solved, PROOF_EXHAUSTIVE, &proof);
	double shortest = (double)solved->shortest.steps;
	bool known = solved->shortest.proved && derived > 0;
	buf_finish(&proof);
	solved_destroy(solved);
	return known ? shortest / (double)derived : NAN;
}

const struct report_words word_problems = {
	.exhaustive = exhaustive,
	.cell_at = words_cell_at,
};
