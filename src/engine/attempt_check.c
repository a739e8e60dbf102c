#include "base/trace.h"
#include "core/verdict.h"
#include "engine/record.h"
#include "engine/run_internal.h"
#include "io/loop.h"
#include "store/store.h"
#include "verifier/verifier.h"

/* The last part of an attempt: from a candidate to a stored verdict. */

static int store_verdict(
	struct attempt *attempt, const struct verdict *verdict, struct error *err) {
	const struct engine_options *options = attempt->engine->options;
	if (options->show_only) {
		return 0;
	}
	int rc = store_begin(options->store, err);
	if (rc == 0) {
		rc = store_verdict_put(options->store, attempt->sample_id, verdict, err);
	}
	if (rc == 0 && attempt->twin_id > 0) {
		rc = store_verdict_put(options->store, attempt->twin_id, verdict, err);
	}
	return rc;
}

static void tell(const struct attempt *attempt, const struct verdict *verdict) {
	const struct engine_options *options = attempt->engine->options;
	if (options->on_verdict != NULL) {
		struct engine_verdict told = {
			.split = attempt->item.split,
			.problem = attempt->item.problem,
			.sample = attempt->item.sample,
			.before = attempt->before,
			.verdict = verdict,
		};
		options->on_verdict(&told, options->data);
	}
}

/* What is known of the candidate at last. */
static void on_verdict(const struct verdict *verdict, void *data) {
	struct attempt *attempt = data;
	struct engine *engine = attempt->engine;
	struct error err;
	trace_event("verdict", attempt->sample_id, "%s %s %s", outcome_name(verdict->outcome),
		reject_reason_name(verdict->reason), missing_name(verdict->missing));
	if (store_verdict(attempt, verdict, &err) < 0) {
		engine_fail(engine, &err);
		return;
	}
	tell(attempt, verdict);
	engine->result->checked++;
	engine->accepted += verdict->outcome == OUTCOME_ACCEPTED;
	engine->result->missing += verdict->missing != MISSING_NONE;
	engine->done++;
	attempt_end(attempt);
}

void attempt_check(struct attempt *attempt, const struct lean_candidate *candidate) {
	struct engine *engine = attempt->engine;
	char nonce[VERIFIER_NONCE];
	verifier_nonce(nonce);
	lean_check_assemble(&attempt->problem, candidate, nonce, &attempt->check);
	attempt->state = ATTEMPT_CHECKING;
	engine->asking--;
	engine->checking++;
	verifier_submit(engine->options->verifier, &attempt->check, on_verdict, attempt);
}

static int recall(struct attempt *attempt, struct recorded *recorded, struct error *err) {
	const struct engine_options *options = attempt->engine->options;
	struct sample_key key = attempt_key(attempt);
	int rc = record_recall(options->store, &key, attempt->item.twin_split, &attempt->problem,
		options->policy, recorded, err);
	if (rc < 0 || !recorded->to_check || options->show_only) {
		return rc;
	}
	rc = store_begin(options->store, err);
	return rc < 0 ? rc : record_candidate(options->store, recorded, err);
}

void attempt_check_stored(void *data) {
	struct attempt *attempt = data;
	struct engine *engine = attempt->engine;
	struct error err;
	struct recorded recorded = {0};
	int rc = recall(attempt, &recorded, &err);
	attempt->sample_id = recorded.sample_id;
	attempt->twin_id = recorded.twin_id;
	attempt->before = recorded.before;
	if (rc < 0) {
		engine_fail(engine, &err);
	} else if (recorded.to_check) {
		attempt_check(attempt, &recorded.candidate);
	} else if (recorded.refused) {
		on_verdict(&recorded.verdict, attempt);
	} else {
		tell(attempt, NULL);
		engine->done++;
		attempt_end(attempt);
	}
	verdict_finish(&recorded.verdict);
	lean_candidate_finish(&recorded.candidate);
}
