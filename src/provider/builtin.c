#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "core/completion.h"
#include "core/problem.h"
#include "logic/solved.h"
#include "logic/verbalise.h"
#include "provider/provider.h"

/* Sources of replies that need no model: baselines, and a first run on a machine that has none. */

/*
 * Sample i of builtin/tactics tries line i % count. Those of Lean's core come first, so that a few
 * samples say something for a set without Mathlib; the order within is from cheap to dear. Changing
 * this table changes what the baseline measures.
 */
static const char *const tactics[] = {
	"rfl",
	"decide",
	"simp",
	"omega",
	"norm_num",
	"linarith",
	"simp_all",
	"intros; rfl",
	"intros; decide",
	"intros; simp_all",
	"intros; omega",
	"trivial",
	"constructor <;> simp",
	"nlinarith",
	"ring",
	"positivity",
	"norm_num at *",
	"aesop",
	"tauto",
	"field_simp",
	"intros; norm_num at *; nlinarith",
	"intros; ring_nf at *; nlinarith",
	"constructor <;> norm_num",
	"norm_num <;> linarith",
	"intros; subst_vars; norm_num",
	"bv_decide",
};

enum { PROOF_MAX = 16 * 1024 * 1024 };

struct source {
	char *(*write)(const struct ask *ask);
	const char *lacks; // what a problem lacks that it cannot answer
};

/* A whole file, as a model would send it: what reads replies is tried out along with the rest. */
static char *file_with(const struct problem *problem, const char *proof) {
	const char *header = problem->header != NULL ? problem->header : "";
	const char *preamble = problem->preamble != NULL ? problem->preamble : "";
	const char *fence = strstr(proof, "```") != NULL ? "~~~" : "```";
	return xasprintf("%slean4\n%s%s%s :=%s%s\n%s\n", fence, header, preamble,
		problem->statement, proof[0] == ' ' || proof[0] == '\n' ? "" : " ", proof, fence);
}

static char *write_gold(const struct ask *ask) {
	const struct problem *problem = ask->problem;
	return problem->statement != NULL && problem->proof != NULL
		       ? file_with(problem, problem->proof)
		       : NULL;
}

static char *write_tactics(const struct ask *ask) {
	if (ask->problem->statement == NULL) {
		return NULL;
	}
	char *proof = xasprintf("by\n  %s", tactics[(size_t)ask->sample % F2F_COUNT(tactics)]);
	char *reply = file_with(ask->problem, proof);
	free(proof);
	return reply;
}

/* The problem's own program, proved and put into words. */
static char *write_proof(const struct problem *problem, enum proof_extent extent) {
	struct solved *solved = NULL;
	if (problem->program == NULL ||
		solved_parse(problem->program, strlen(problem->program), &solved, NULL) < 0) {
		return NULL;
	}
	struct buf text = BUF_INIT(PROOF_MAX);
	verbalise_proof(solved, extent, &text);
	solved_destroy(solved);
	return buf_detach(&text);
}

static char *write_efficient(const struct ask *ask) {
	return write_proof(ask->problem, PROOF_SHORTEST);
}

static char *write_exhaustive(const struct ask *ask) {
	return write_proof(ask->problem, PROOF_EXHAUSTIVE);
}

static int open_builtin(const struct model *model, void **source_out, struct error *err) {
	static const char *const names[] = {"efficient", "exhaustive", "gold", "tactics"};
	static const struct source sources[] = {
		{write_efficient, "logic program"},
		{write_exhaustive, "logic program"},
		{write_gold, "proof of its own"},
		{write_tactics, "formal statement"},
	};
	for (size_t i = 0; i < F2F_COUNT(names); i++) {
		if (strcmp(model->name, names[i]) == 0) {
			struct source *source = xmalloc(sizeof(*source));
			*source = sources[i];
			*source_out = source;
			return 0;
		}
	}
	const char *near = str_nearest(model->name, names, F2F_COUNT(names));
	return error_set(err, ERROR_USAGE, "no model \"builtin/%s\"; %sbuiltin/%s%s", model->name,
		near != NULL ? "did you mean " : "there are ",
		near != NULL ? near : "efficient, exhaustive, gold and tactics",
		near != NULL ? "?" : "");
}

static int answer(
	void *source, const struct ask *ask, struct completion *completion_out, struct error *err) {
	const struct source *from = source;
	char *text = from->write(ask);
	if (text == NULL) {
		return error_set(
			err, ERROR_NOT_FOUND, "%s has no %s", ask->problem->name, from->lacks);
	}
	completion_finish(completion_out);
	completion_init(completion_out);
	completion_out->finish_reason = xstrdup("stop");
	free(completion_out->text);
	completion_out->text = text;
	return 0;
}

const struct provider provider_builtin = {
	.name = "builtin",
	.summary = "gold (the set's own proofs), tactics (a fixed list of one-line proofs), "
		   "efficient and exhaustive (shortest proof, and all that follows, in words)",
	.local = true,
	.open = open_builtin,
	.answer = answer,
	.close = free,
};
