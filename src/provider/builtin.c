/* Baselines that need no model: the set's own proofs, and a fixed list of tactic proofs. */

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "core/problem.h"
#include "provider/provider.h"

enum builtin { BUILTIN_GOLD, BUILTIN_TACTICS };

static const char *const names[] = {"gold", "tactics"};

/* Sample i is the i-th, then from the start again: what closes a goal without thought. Ordered so
 * that a few samples already mix core Lean with Mathlib. */
static const char *const tactics[] = {
	"rfl",
	"simp",
	"norm_num",
	"omega",
	"decide",
	"linarith",
	"nlinarith",
	"ring",
	"field_simp",
	"positivity",
	"aesop",
	"trivial",
	"intros; rfl",
	"intros; simp_all",
	"intros; omega",
	"intros; nlinarith",
	"constructor <;> norm_num",
	"norm_num [*]",
	"simp_all",
	"ring_nf",
	"exact fun h => h",
	"intros; assumption",
	"intros; decide",
	"norm_cast",
};

static int open_source(const struct model *model, void **source_out, struct error *err) {
	for (size_t i = 0; i < F2F_COUNT(names); i++) {
		if (strcmp(model->name, names[i]) == 0) {
			enum builtin *source = xcalloc(1, sizeof(*source));
			*source = (enum builtin)i;
			*source_out = source;
			return 0;
		}
	}
	const char *near = str_nearest(model->name, names, F2F_COUNT(names));
	return error_set(err, ERROR_USAGE,
		"no built-in model \"%s\"%s%s%s; there are builtin/gold and builtin/tactics",
		model->name, near != NULL ? "; did you mean builtin/" : "",
		near != NULL ? near : "", near != NULL ? "?" : "");
}

static int answer(
	void *source, const struct ask *ask, struct completion *completion_out, struct error *err) {
	const struct problem *problem = ask->problem;
	char *text;
	if (*(enum builtin *)source == BUILTIN_TACTICS) {
		const char *tactic = tactics[(size_t)ask->sample % F2F_COUNT(tactics)];
		text = xasprintf("```lean4\n%s := by\n  %s\n```\n", problem->statement, tactic);
	} else if (problem->proof != NULL) {
		text = xasprintf("```lean4\n%s := %s\n```\n", problem->statement, problem->proof);
	} else {
		return error_set(err, ERROR_NOT_FOUND, "the set has no proof of %s", problem->name);
	}
	free(completion_out->text);
	completion_out->text = text;
	completion_out->finish = FINISH_STOP;
	completion_out->finish_reason = xstrdup("stop");
	return 0;
}

static void close_source(void *source) {
	free(source);
}

const struct provider provider_builtin = {
	.name = "builtin",
	.summary = "gold (the set's own proofs) and tactics (a fixed list of tactic proofs)",
	.local = true,
	.open = open_source,
	.answer = answer,
	.close = close_source,
};
