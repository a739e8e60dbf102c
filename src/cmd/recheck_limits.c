#include <stdlib.h>

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "cmd/recheck_run.h"
#include "core/verdict.h"
#include "engine/plan.h"
#include "store/store.h"

/* How much a run's score depends on the CPU limit. */

/* The accepted proofs whose time is near a limit. */
struct near {
	struct map *names; // "split/problem/sample"
	int64_t count;
};

static char *name_of(const char *split, const char *problem, int64_t sample) {
	return xasprintf("%s/%s/%lld", split, problem, (long long)sample);
}

static void find_near(const struct recheck_list *list, int64_t limit_s, struct near *near) {
	for (size_t i = 0; i < list->entries.count; i++) {
		const struct recheck_entry *entry = &list->entries.items[i];
		if (entry->after.outcome == OUTCOME_ACCEPTED &&
			recheck_near(entry->cpu_ns, limit_s)) {
			char *name = name_of(entry->split, entry->problem, entry->sample);
			map_set(near->names, name, near);
			near->count++;
			free(name);
		}
	}
}

static bool is_near(const struct sample_state *state, void *data) {
	const struct near *near = data;
	char *name = name_of(state->key.split, state->key.problem, state->key.sample);
	bool found = map_has(near->names, name);
	free(name);
	return found;
}

static void count_accepted(const struct engine_verdict *told, void *data) {
	struct recheck *recheck = data;
	recheck->accepted += told->verdict != NULL && told->verdict->outcome == OUTCOME_ACCEPTED;
}

/* Those near the limit again, with that limit. Nothing of it is stored. */
static int check_again(struct recheck *recheck, const struct near *near,
	struct recheck_limit *limit, struct error *err) {
	struct plan *plan = NULL;
	struct verifier *verifier = NULL;
	struct engine_result result = {0};
	struct lean_terms terms = recheck->terms;
	terms.cpu_limit_s = limit->limit_s;
	recheck->accepted = 0;
	int rc = recheck_plan(recheck, is_near, (void *)near, &plan, err);
	rc = rc < 0 ? rc : recheck_verifier(recheck, plan, &terms, &verifier, err);
	rc = rc < 0 ? rc
		    : recheck_engine(recheck, plan, verifier, true, count_accepted, &result, err);
	verifier_close(verifier);
	plan_destroy(plan);
	if (rc == 0 && result.end == ENGINE_INTERRUPTED) {
		return 128 + result.signo;
	}
	if (rc == 0 && result.missing > 0) {
		log_warn("at %lld s %lld checks have no verdict: they count as not accepted",
			(long long)limit->limit_s, (long long)result.missing);
	}
	limit->again = near->count;
	limit->lost = near->count - recheck->accepted;
	return rc;
}

int recheck_sensitivity(struct recheck *recheck, struct error *err) {
	const struct recheck_request *request = recheck->request;
	size_t count = request->limit_count;
	struct recheck_limit *limits = xcalloc(count, sizeof(*limits));
	recheck_list_share_time(&recheck->list);
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < count; i++) {
		limits[i].limit_s = request->limits[i];
		if (i + 1 == count) {
			// The one that all were checked at.
			for (size_t k = 0; k < recheck->list.entries.count; k++) {
				limits[i].accepted +=
					recheck->list.entries.items[k].after.outcome ==
					OUTCOME_ACCEPTED;
			}
			break;
		}
		struct near near = {.names = map_create()};
		recheck_list_count(&recheck->list, &limits[i]);
		find_near(&recheck->list, limits[i].limit_s, &near);
		rc = near.count > 0 ? check_again(recheck, &near, &limits[i], err) : 0;
		map_destroy(near.names, NULL);
	}
	if (rc == 0) {
		recheck_limits_print(limits, count, recheck->list.entries.count, request->json);
	}
	free(limits);
	return rc;
}
