#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/trace.h"
#include "io/loop.h"
#include "verifier/kimina_internal.h"

enum {
	TRIES_MAX = 4, // of what is not the candidate's fault
	LOST_MAX = 6, // requests in a row that found no server
	CUT_MAX = 24, // requests in a row whose connection was lost
	BUSY_MAX = 40 // requests in a row that met a busy server
};

/* ---- Whose fault it was. */

void kimina_lone_missing(struct kimina *kimina, const char *why) {
	struct item *item = kimina->lone;
	char *text = xasprintf("%s; before the second try: %s", item->what, why);
	kimina_lone_end(kimina);
	kimina_item_missing(item, text);
	free(text);
}

/* The candidate may be to blame: the second time it is. */
static void item_fault(struct kimina *kimina, struct item *item, enum reject_reason reason,
	const char *what, int64_t elapsed_ns) {
	trace_event("fault", item->faults, "%s", what);
	if (item->job == NULL) {
		kimina_item_free(item);
		kimina_lone_missing(kimina, what);
		return;
	}
	if (item->faults++ == 0) {
		item->what = xstrdup(what);
		item->single = true;
		kimina_items_push(&kimina->lones, item);
		return;
	}
	kimina_lone_end(kimina);
	struct verdict verdict = {
		.outcome = OUTCOME_REJECTED,
		.reason = reason,
		.messages = xasprintf("twice, the second time alone: %s", what),
	};
	job_done(item->job, &verdict, VERDICT_CPU_UNKNOWN, elapsed_ns);
	kimina_item_free(item);
}

/* Nobody is to blame: again, and some time not any more. */
static void item_again(struct kimina *kimina, struct item *item, const char *why) {
	bool enough = ++item->tries >= TRIES_MAX;
	if (item->job == NULL) {
		kimina_item_free(item);
		kimina_lone_missing(kimina, why);
	} else if (item == kimina->lone && enough) {
		kimina_lone_missing(kimina, why);
	} else if (item == kimina->lone) {
		kimina_lone_end(kimina);
		kimina_items_push(&kimina->lones, item);
	} else if (enough) {
		kimina_item_missing(item, why);
	} else {
		item->single = true;
		kimina_items_push(&kimina->queue, item);
	}
}

/* ---- What comes back. */

/* Names that only others of the same request can have: then the answers are mixed up. */
static bool is_mixed_up(const struct batch *batch, size_t index, const struct repl_answer *answer) {
	for (size_t i = 0; i < answer->messages.count; i++) {
		for (size_t k = 0; k < batch->count; k++) {
			if (k != index && strstr(answer->messages.items[i].data,
						  batch->items[k]->check->probe) != NULL) {
				return true;
			}
		}
	}
	return false;
}

static void lone_tested(struct kimina *kimina, struct item *test, const struct verdict *verdict) {
	if (verdict->outcome != OUTCOME_ACCEPTED) {
		char *why = xasprintf("it refuses a true theorem (%.200s)", verdict->messages);
		kimina_item_free(test);
		kimina_lone_missing(kimina, why);
		free(why);
		return;
	}
	kimina_item_free(test);
	kimina_send(kimina, &kimina->lone, 1);
}

static void take_answer(struct kimina *kimina, struct item *item,
	const struct kimina_result *result, int64_t elapsed_ns) {
	struct lean_answer answer = {0};
	struct verdict verdict = {0};
	repl_answer_give(&result->answer, item->text.shift, (int)item->check->proof_line, &answer);
	answer.complete = true;
	const char *refusal = lean_answer_header_error(&answer);
	if (refusal != NULL && item->job != NULL && item->faults == 0) {
		// It may be forged: the self-test under this header tells.
		item_fault(kimina, item, REASON_ERROR, refusal, elapsed_ns);
		lean_answer_finish(&answer);
		return;
	}
	lean_judge(item->check, &answer, &verdict);
	lean_answer_finish(&answer);
	if (item->job == NULL) {
		lone_tested(kimina, item, &verdict);
		verdict_finish(&verdict);
		return;
	}
	if (item == kimina->lone) {
		kimina_lone_end(kimina);
	}
	job_done(item->job, &verdict, VERDICT_CPU_UNKNOWN,
		result->time_ns > 0 ? result->time_ns : elapsed_ns);
	kimina_item_free(item);
}

static void take_result(
	struct batch *batch, size_t index, const struct kimina_result *result, bool mixed_up) {
	struct kimina *kimina = batch->kimina;
	struct item *item = batch->items[index];
	int64_t elapsed_ns = loop_now(kimina->verifier->loop) - batch->started_ns;
	const struct repl_answer *answer = &result->answer;
	bool about_text = answer->kind == REPL_COMMAND ||
			  (answer->kind == REPL_FAILURE && answer->failure != NULL &&
				  str_starts_with(answer->failure, "Lean error"));
	switch (result->end) {
	case KIMINA_ANSWER:
		if (mixed_up) {
			item_again(kimina, item, "the server mixes up its answers");
		} else if (!about_text) {
			item_again(kimina, item,
				answer->failure != NULL ? answer->failure
							: "an answer to another request");
		} else {
			take_answer(kimina, item, result, elapsed_ns);
		}
		break;
	case KIMINA_TIMEOUT:
		item_fault(kimina, item, REASON_TIMEOUT, result->failure, elapsed_ns);
		break;
	case KIMINA_FAILED:
		item_fault(kimina, item, REASON_RESOURCES, result->failure, elapsed_ns);
		break;
	case KIMINA_HEADER_TIMEOUT:
		item_again(kimina, item, result->failure);
		break;
	case KIMINA_NAMELESS:
	default:
		item_again(
			kimina, item, "the server's answer does not hold it just once, in order");
		break;
	}
}

static void take_results(struct batch *batch, const struct http_response *response) {
	struct kimina *kimina = batch->kimina;
	struct kimina_result results[KIMINA_BATCH_MAX];
	struct error err;
	int rc = kimina_response(&kimina->server, buf_str(&response->body), response->body.len,
		(const char(*)[VERIFIER_NONCE])batch->ids, batch->count, results, &err);
	bool mixed_up[KIMINA_BATCH_MAX] = {false};
	for (size_t i = 0; rc == 0 && i < batch->count; i++) {
		mixed_up[i] = is_mixed_up(batch, i, &results[i].answer);
	}
	// From here on items come to their end.
	for (size_t i = 0; i < batch->count; i++) {
		if (rc < 0) {
			item_again(kimina, batch->items[i], err.message);
		} else {
			take_result(batch, i, &results[i], mixed_up[i]);
			kimina_result_finish(&results[i]);
		}
	}
}

/* The server failed over it: in halves, or this one text alone. */
static void take_failure(struct batch *batch, enum reject_reason reason, const char *what) {
	struct kimina *kimina = batch->kimina;
	if (batch->count == 1) {
		item_fault(kimina, batch->items[0], reason, what,
			loop_now(kimina->verifier->loop) - batch->started_ns);
		return;
	}
	size_t half = batch->count / 2;
	kimina_send(kimina, batch->items, half);
	kimina_send(kimina, batch->items + half, batch->count - half);
}

/* Nobody's fault, and not a try of anybody: all of it again, later, first. */
static void take_back(struct batch *batch) {
	struct kimina *kimina = batch->kimina;
	for (size_t i = 0; i < batch->count; i++) {
		struct item *item = batch->items[i];
		if (item->job == NULL) {
			kimina_item_free(item); // asked again before its candidate
			struct item *lone = kimina->lone;
			kimina_lone_end(kimina);
			kimina_items_push(&kimina->lones, lone);
		} else if (item == kimina->lone) {
			kimina_lone_end(kimina);
			kimina_items_push(&kimina->lones, item);
		} else {
			kimina_items_push(&kimina->queue, item);
		}
	}
}

static void take_busy(struct batch *batch, const char *what) {
	struct kimina *kimina = batch->kimina;
	kimina->size = kimina->size > 1 ? kimina->size / 2 : 1;
	take_back(batch);
	if (++kimina->busy > BUSY_MAX) {
		kimina_die(kimina, what);
	} else {
		kimina_pause(kimina, kimina->busy);
	}
}

/* A connection that was there is gone: the server fell over one of these texts, or by itself. Again,
 * each alone, and some time not any more. */
static void take_cut(struct batch *batch, const struct error *err) {
	struct kimina *kimina = batch->kimina;
	for (size_t i = 0; i < batch->count; i++) {
		item_again(kimina, batch->items[i], err->message);
	}
	if (++kimina->cut >= CUT_MAX) {
		kimina_die(kimina, err->message);
	} else {
		kimina_pause(kimina, 1);
	}
}

static void take_loss(struct batch *batch, enum http_failure failure, const struct error *err) {
	struct kimina *kimina = batch->kimina;
	if (failure == HTTP_FAILURE_LOST || failure == HTTP_FAILURE_CUT) {
		take_cut(batch, err);
		return;
	}
	if (failure == HTTP_FAILURE_TIMEOUT || failure == HTTP_FAILURE_IDLE_TIMEOUT) {
		take_failure(batch, REASON_TIMEOUT, err->message);
		return;
	}
	if (err->code == ERROR_PROTOCOL) {
		take_failure(batch, REASON_RESOURCES, err->message);
		return;
	}
	take_back(batch);
	if (err->code == ERROR_USAGE || ++kimina->lost >= LOST_MAX) {
		kimina_die(kimina, err->message);
	} else {
		kimina_pause(kimina, kimina->lost);
	}
}

static void take_status(struct batch *batch, const struct http_response *response) {
	struct kimina *kimina = batch->kimina;
	char *detail = kimina_detail(&kimina->server, response);
	if (response->status == 429 || response->status == 503) {
		take_busy(batch, detail);
	} else if (response->status >= 500) {
		take_failure(batch, REASON_RESOURCES, detail);
	} else {
		take_back(batch);
		kimina_die(kimina, detail);
	}
	free(detail);
}

void kimina_on_response(const struct http_response *response, const struct error *err, void *data) {
	struct batch *batch = data;
	struct kimina *kimina = batch->kimina;
	kimina->lost = err == NULL ? 0 : kimina->lost;
	kimina->cut = err == NULL ? 0 : kimina->cut;
	if (err != NULL) {
		take_loss(batch, response->failure, err);
	} else if (response->status == 200) {
		kimina->busy = 0;
		kimina->size = kimina->size < (size_t)kimina->server.batch ? kimina->size + 1
									   : kimina->size;
		take_results(batch, response);
	} else {
		take_status(batch, response);
	}
	kimina_batch_free(batch);
	kimina_wake(kimina);
}
