#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/trace.h"
#include "core/prompt.h"
#include "engine/group.h"
#include "engine/record.h"
#include "engine/run_internal.h"
#include "io/loop.h"
#include "store/store.h"
#include "verifier/verifier.h"

enum { PROMPT_MAX = 4 * 1024 * 1024 };

static void attempt_free(void *data) {
	struct attempt *attempt = data;
	problem_finish(&attempt->problem);
	buf_finish(&attempt->prompt);
	if (attempt->request_built) {
		http_request_finish(&attempt->request);
	}
	lean_check_finish(&attempt->check);
	reading_destroy(attempt->reading);
	completion_finish(&attempt->said);
	completion_finish(&attempt->partial);
	cache_reply_finish(&attempt->cached);
	free(attempt);
}

void attempt_end(struct attempt *attempt) {
	struct engine *engine = attempt->engine;
	if (attempt->previous != NULL) {
		attempt->previous->next = attempt->next;
	} else {
		engine->attempts = attempt->next;
	}
	if (attempt->next != NULL) {
		attempt->next->previous = attempt->previous;
	}
	if (attempt->state == ATTEMPT_CHECKING) {
		engine->checking--;
	} else {
		engine->asking--;
	}
	engine->in_flight--;
	loop_defer(engine->options->loop, attempt_free, attempt);
	engine_attempt_gone(engine);
}

void attempt_fail(struct attempt *attempt, const struct error *err) {
	engine_fail(attempt->engine, err);
}

struct sample_key attempt_key(const struct attempt *attempt) {
	const struct engine_options *options = attempt->engine->options;
	return (struct sample_key){
		.run = options->run,
		.split = attempt->item.split,
		.problem = attempt->item.problem,
		.stage = options->task,
		.sample = attempt->item.sample,
	};
}

/* ---- Recording. */

/* A run at its limit asks no more, but finishes what it has: checks cost nothing. */
static bool may_check(const struct engine *engine) {
	bool limit = engine->result->end == ENGINE_LIMIT && engine->signals == 0;
	return engine->options->verifier != NULL && (!engine->stopping || limit);
}

void attempt_record(struct attempt *attempt, const struct record_reply *reply) {
	struct engine *engine = attempt->engine;
	struct record_context context = {
		.store = engine->options->store,
		.key = attempt_key(attempt),
		.twin_split = attempt->item.twin_split,
		.problem = &attempt->problem,
		.prompt = engine->options->prompt != NULL ? buf_str(&attempt->prompt) : NULL,
		.policy = engine->options->policy,
		.proof_text = engine->options->proof_text,
		.attempts = attempt->attempts,
		.from_cache = attempt->from_cache,
		.elapsed_ns = attempt->elapsed_ns,
		.wait_ns = attempt->wait_ns,
	};
	struct recorded recorded = {0};
	struct error err;
	int rc = store_begin(engine->options->store, &err);
	if (rc == 0) {
		rc = record_reply(&context, reply, &recorded, &err);
	}
	attempt->sample_id = recorded.sample_id;
	attempt->twin_id = recorded.twin_id;
	// A reply that our own deadline cut short is not what the endpoint says to this question.
	if (rc == 0 && reply->missing == MISSING_NONE && !reply->cut) {
		rc = cached_keep(attempt, reply->completion, &err);
	}
	if (rc < 0) {
		lean_candidate_finish(&recorded.candidate);
		attempt_fail(attempt, &err);
		return;
	}
	engine->result->missing += reply->missing != MISSING_NONE;
	engine->result->asked += reply->missing == MISSING_NONE;
	if (recorded.to_check && may_check(engine)) {
		attempt_check(attempt, &recorded.candidate);
	} else {
		engine->done++;
		attempt_end(attempt);
	}
	lean_candidate_finish(&recorded.candidate);
}

/* What came of it is kept: before a model paused, or of a reply that broke off. */
void attempt_missing(struct attempt *attempt, const char *why) {
	group_missing(attempt, why);
	if (attempt->engine->failed) {
		return; // all of them are gone
	}
	const struct completion *kept = attempt->partial.text != NULL ? &attempt->partial : NULL;
	if (attempt->said.text != NULL) {
		attempt_charge_said(attempt);
		kept = &attempt->said;
	}
	attempt_record(attempt, &(struct record_reply){
					.missing = MISSING_ENDPOINT,
					.note = why,
					.completion = kept,
				});
}

void attempt_start(struct engine *engine, const struct plan_item *item) {
	const struct engine_options *options = engine->options;
	struct attempt *attempt = xcalloc(1, sizeof(*attempt));
	attempt->engine = engine;
	attempt->item = *item;
	attempt->seed = attempt_seed(attempt);
	attempt->started_ns = loop_now(options->loop);
	attempt->next = engine->attempts;
	if (attempt->next != NULL) {
		attempt->next->previous = attempt;
	}
	engine->attempts = attempt;
	engine->in_flight++;
	engine->asking++;
	buf_init(&attempt->prompt, PROMPT_MAX);
	struct error err;
	int rc = store_problem_get(
		options->store, item->split, item->problem, &attempt->problem, &err);
	if (rc < 0) {
		attempt_fail(attempt, &err);
		return;
	}
	if (!item->ask) {
		loop_defer(options->loop, attempt_check_stored, attempt);
		return;
	}
	if (options->prompt != NULL) {
		rc = prompt_render(options->prompt, &attempt->problem, &attempt->prompt, &err);
	}
	if (rc < 0) {
		// Every problem of a set has what its task's prompt needs, or the set is not what
		// it says: stop before paying.
		error_prefix(&err, "%s", item->problem);
		attempt_fail(attempt, &err);
		return;
	}
	attempt_ask(attempt);
}

void attempt_cancel(struct attempt *attempt) {
	struct engine *engine = attempt->engine;
	struct loop *loop = engine->options->loop;
	group_cancel(attempt);
	attempt_ask_cancel(attempt);
	engine->cancelled++;
	// No sample will tell of them, and nobody bills them: they are not lost.
	engine->requests -= attempt->unpaid;
	loop_defer_cancel(loop, attempt_check_stored, attempt);
	attempt_end(attempt);
}
