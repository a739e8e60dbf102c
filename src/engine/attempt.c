#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/trace.h"
#include "core/prompt.h"
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
	free(attempt);
}

/* Takes it off the list; the memory goes at the end of the turn, when nothing can be using it. */
static void attempt_end(struct attempt *attempt) {
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
	struct engine *engine = attempt->engine;
	engine_fail(engine, err);
}

static struct sample_key key_of(const struct attempt *attempt) {
	const struct engine_options *options = attempt->engine->options;
	return (struct sample_key){
		.run = options->run,
		.split = attempt->item.split,
		.problem = attempt->item.problem,
		.stage = options->task,
		.sample = attempt->item.sample,
	};
}

/* ---- Checking. */

static int store_verdict(
	struct attempt *attempt, const struct verdict *verdict, struct error *err) {
	struct store *store = attempt->engine->options->store;
	int rc = store_begin(store, err);
	if (rc == 0) {
		rc = store_verdict_put(store, attempt->sample_id, verdict, err);
	}
	if (rc == 0 && attempt->twin_id > 0) {
		rc = store_verdict_put(store, attempt->twin_id, verdict, err);
	}
	return rc;
}

static void on_verdict(const struct verdict *verdict, void *data) {
	struct attempt *attempt = data;
	struct engine *engine = attempt->engine;
	struct error err;
	trace_event("verdict", attempt->sample_id, "%s %s %s", outcome_name(verdict->outcome),
		reject_reason_name(verdict->reason), missing_name(verdict->missing));
	if (store_verdict(attempt, verdict, &err) < 0) {
		attempt_fail(attempt, &err);
		return;
	}
	if (engine->options->on_verdict != NULL) {
		struct engine_verdict told = {
			.split = attempt->item.split,
			.problem = attempt->item.problem,
			.sample = attempt->item.sample,
			.before = attempt->before,
			.verdict = verdict,
		};
		engine->options->on_verdict(&told, engine->options->data);
	}
	engine->result->checked++;
	engine->accepted += verdict->outcome == OUTCOME_ACCEPTED;
	engine->result->missing += verdict->missing != MISSING_NONE;
	engine->done++;
	attempt_end(attempt);
}

static void start_check(struct attempt *attempt, const struct lean_candidate *candidate) {
	struct engine *engine = attempt->engine;
	char nonce[VERIFIER_NONCE];
	verifier_nonce(nonce);
	lean_check_assemble(&attempt->problem, candidate, nonce, &attempt->check);
	attempt->state = ATTEMPT_CHECKING;
	engine->asking--;
	engine->checking++;
	verifier_submit(engine->options->verifier, &attempt->check, on_verdict, attempt);
}

/* ---- Recording. */

void attempt_record(struct attempt *attempt, const struct record_reply *reply) {
	struct engine *engine = attempt->engine;
	struct record_context context = {
		.store = engine->options->store,
		.key = key_of(attempt),
		.twin_split = attempt->item.twin_split,
		.problem = &attempt->problem,
		.prompt = engine->options->prompt != NULL ? buf_str(&attempt->prompt) : NULL,
		.policy = engine->options->policy,
		.proof_text = engine->options->proof_text,
		.attempts = attempt->attempts,
		.elapsed_ns = attempt->elapsed_ns,
		.wait_ns = attempt->wait_ns,
	};
	struct recorded recorded = {0};
	struct error err;
	int rc = store_begin(engine->options->store, &err);
	if (rc == 0) {
		rc = record_reply(&context, reply, &recorded, &err);
	}
	if (rc < 0) {
		attempt_fail(attempt, &err);
		return;
	}
	attempt->sample_id = recorded.sample_id;
	attempt->twin_id = recorded.twin_id;
	engine->result->missing += reply->missing != MISSING_NONE;
	engine->result->asked += reply->missing == MISSING_NONE;
	if (recorded.to_check && engine->options->verifier != NULL && !engine->stopping) {
		start_check(attempt, &recorded.candidate);
	} else {
		engine->done++;
		attempt_end(attempt);
	}
	lean_candidate_finish(&recorded.candidate);
}

void attempt_missing(struct attempt *attempt, const char *why) {
	attempt_record(attempt,
		&(struct record_reply){
			.missing = MISSING_ENDPOINT,
			.note = why,
			.completion = attempt->partial.text != NULL ? &attempt->partial : NULL,
		});
}

/* A reply is stored and was not checked: take the candidate out of it again and check it. */
static void check_stored(void *data) {
	struct attempt *attempt = data;
	struct engine *engine = attempt->engine;
	struct sample_key key = key_of(attempt);
	struct error err;
	struct recorded recorded = {0};
	int rc = record_recall(engine->options->store, &key, attempt->item.twin_split,
		&attempt->problem, engine->options->policy, &recorded, &err);
	if (rc < 0) {
		attempt_fail(attempt, &err);
		return;
	}
	attempt->sample_id = recorded.sample_id;
	attempt->twin_id = recorded.twin_id;
	attempt->before = recorded.before;
	if (recorded.to_check) {
		start_check(attempt, &recorded.candidate);
	} else {
		engine->done++;
		attempt_end(attempt);
	}
	lean_candidate_finish(&recorded.candidate);
}

void attempt_start(struct engine *engine, const struct plan_item *item) {
	const struct engine_options *options = engine->options;
	struct attempt *attempt = xcalloc(1, sizeof(*attempt));
	attempt->engine = engine;
	attempt->item = *item;
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
		loop_defer(options->loop, check_stored, attempt);
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
	attempt_ask_cancel(attempt);
	loop_defer_cancel(loop, check_stored, attempt);
	attempt_end(attempt);
}
