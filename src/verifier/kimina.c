/* A Kimina Lean Server: a service of others that checks texts over HTTP. Its own verdict ("valid"
 * is no error and no written sorry) is never taken: what is sent is the whole text, our goal, probe
 * and question in it, and lean_judge decides from the messages that come back.
 *
 * One bad snippet fails all of its request, and their results are lost: so requests are small, and
 * one that the server fails (5xx) is halved until single texts are left. A text that fails by itself
 * is asked once more with no other request of ours under way, behind a true theorem under the same
 * header that has to pass; so is one that runs into the time limit. Only then is it the candidate's
 * fault. A busy server (429) and lost connections are waited for; what an unknown key, a wrong path
 * or a server that is gone leaves undone is missing, at once and for all that comes later.
 *
 * What such a server hides: the messages of the header (a failed import shows as errors of the text;
 * the header's self-test tells), the processor time, and whom else it serves. Its processes are
 * reused between texts, and it reads their output without a look at what follows: use --final. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/trace.h"
#include "io/loop.h"
#include "verifier/job.h"
#include "verifier/kimina_wire.h"

enum {
	BATCH = 8,
	PARALLEL = 5,
	TRIES_MAX = 4, // of what is not the candidate's fault
	LOST_MAX = 6, // requests in a row without a response
	BUSY_MAX = 40, // requests in a row that met a busy server
	PAUSE_MS = 500,
	PAUSE_MAX_MS = 30000,
	REQUEST_MARGIN_S = 180 // waiting for a process, importing the header
};

/* One text under way. */
struct item {
	struct item *next;
	struct job *job; // NULL: the self-test of what runs alone
	const struct lean_check *check;
	struct kimina_text text;
	bool single; // goes in a request of its own
	int tries; // that ended without its doing
	int faults;
	char *what; // the first of them
};

struct items {
	struct item *first;
	struct item **end;
};

/* One request under way. */
struct batch {
	struct batch *next;
	struct kimina *kimina;
	struct http_request request;
	struct http_transfer *transfer;
	struct item *items[KIMINA_BATCH_MAX];
	char ids[KIMINA_BATCH_MAX][VERIFIER_NONCE];
	size_t count;
	int64_t started_ns;
};

struct kimina {
	struct verifier *verifier;
	struct lean_server server;
	struct http_endpoint *endpoint;
	struct items queue;
	struct items lones; // that wait to run alone
	struct item *lone; // the one that does
	struct lean_check lone_check; // its self-test
	struct batch *batches;
	int in_flight;
	size_t size; // texts a request now: smaller while the server is busy
	int lost; // in a row
	int busy; // in a row
	struct loop_timer *pause;
	char *dead; // why nothing is asked any more
	bool pumping;
};

static void pump(void *data);

static void wake(struct kimina *kimina) {
	if (!kimina->pumping) {
		kimina->pumping = true;
		loop_defer(kimina->verifier->loop, pump, kimina);
	}
}

/* ---- Items. */

static void items_push(struct items *items, struct item *item) {
	if (items->first == NULL) {
		items->end = &items->first;
	}
	item->next = NULL;
	*items->end = item;
	items->end = &item->next;
}

static struct item *items_pop(struct items *items) {
	struct item *item = items->first;
	items->first = item->next;
	item->next = NULL;
	return item;
}

static void item_free(struct item *item) {
	free(item->text.text);
	free(item->what);
	free(item);
}

static void item_missing(struct item *item, const char *why) {
	if (item->job != NULL) {
		job_missing(item->job, why);
	}
	item_free(item);
}

/* Nothing is asked any more: what waits is missing now, what is under way when it comes back. */
static void die(struct kimina *kimina, const char *why) {
	if (kimina->dead == NULL) {
		char *url = http_redact_url(kimina->server.url);
		kimina->dead = xasprintf("Lean server %s: %s", url, why);
		free(url);
	}
	wake(kimina);
}

/* ---- What runs alone. */

static void lone_end(struct kimina *kimina) {
	lean_check_finish(&kimina->lone_check);
	kimina->lone = NULL;
	wake(kimina);
}

static void lone_missing(struct kimina *kimina, const char *why) {
	struct item *item = kimina->lone;
	char *text = xasprintf("%s; before the second try: %s", item->what, why);
	lone_end(kimina);
	item_missing(item, text);
	free(text);
}

/* The candidate may be to blame: the second time it is. */
static void item_fault(struct kimina *kimina, struct item *item, enum reject_reason reason,
	const char *what, int64_t elapsed_ns) {
	trace_event("fault", item->faults, "%s", what);
	if (item->job == NULL) {
		item_free(item);
		lone_missing(kimina, what);
		return;
	}
	if (item->faults++ == 0) {
		item->what = xstrdup(what);
		item->single = true;
		items_push(&kimina->lones, item);
		return;
	}
	lone_end(kimina);
	struct verdict verdict = {
		.outcome = OUTCOME_REJECTED,
		.reason = reason,
		.messages = xasprintf("twice, the second time alone: %s", what),
	};
	job_done(item->job, &verdict, 0, elapsed_ns);
	item_free(item);
}

/* Nobody is to blame: again, and some time not any more. */
static void item_again(struct kimina *kimina, struct item *item, const char *why) {
	bool enough = ++item->tries >= TRIES_MAX;
	if (item->job == NULL) {
		item_free(item);
		lone_missing(kimina, why);
	} else if (item == kimina->lone && enough) {
		lone_missing(kimina, why);
	} else if (item == kimina->lone) {
		lone_end(kimina);
		items_push(&kimina->lones, item);
	} else if (enough) {
		item_missing(item, why);
	} else {
		item->single = true;
		items_push(&kimina->queue, item);
	}
}

/* ---- Sending. */

static void on_response(const struct http_response *response, const struct error *err, void *data);

static void send(struct kimina *kimina, struct item *const *items, size_t count) {
	const struct verifier_options *options = &kimina->verifier->options;
	struct batch *batch = xcalloc(1, sizeof(*batch));
	const char *texts[KIMINA_BATCH_MAX];
	batch->kimina = kimina;
	batch->count = count;
	batch->started_ns = loop_now(kimina->verifier->loop);
	for (size_t i = 0; i < count; i++) {
		batch->items[i] = items[i];
		texts[i] = items[i]->text.text;
		verifier_nonce(batch->ids[i]);
	}
	// The server knows wall time only: the limit of CPU time at first, the backstop when alone.
	int64_t limit_s = kimina->lone != NULL && options->wall_limit_s > options->cpu_limit_s
				  ? options->wall_limit_s
				  : options->cpu_limit_s;
	kimina_request(&kimina->server, (const char(*)[VERIFIER_NONCE])batch->ids, texts, count,
		limit_s, &batch->request);
	struct http_start_options start = {
		// the limit counts for the header and for the text
		.request_timeout_ms = (2 * limit_s + REQUEST_MARGIN_S) * 1000,
	};
	batch->next = kimina->batches;
	kimina->batches = batch;
	kimina->in_flight++;
	batch->transfer =
		http_start_with(kimina->endpoint, &batch->request, &start, on_response, batch);
}

/* Off the list; its items are the caller's. */
static void batch_free(struct batch *batch) {
	struct batch **link = &batch->kimina->batches;
	while (*link != batch) {
		link = &(*link)->next;
	}
	*link = batch->next;
	batch->kimina->in_flight--;
	http_request_finish(&batch->request);
	free(batch);
}

static void lone_start(struct kimina *kimina) {
	static const char text[] = "theorem f2f_selftest : True := True.intro\n";
	char nonce[VERIFIER_NONCE];
	struct item *test = xcalloc(1, sizeof(*test));
	struct error err;
	kimina->lone = items_pop(&kimina->lones);
	verifier_nonce(nonce);
	lean_check_around(kimina->lone->check->header, "theorem f2f_selftest : True",
		"f2f_selftest", text, nonce, &kimina->lone_check);
	test->check = &kimina->lone_check;
	if (kimina_text_make(test->check, kimina->server.lines_back, &test->text, &err) < 0) {
		item_free(test);
		lone_missing(kimina, err.message);
		return;
	}
	send(kimina, &test, 1);
}

static void on_pause(void *data) {
	struct kimina *kimina = data;
	kimina->pause = NULL;
	wake(kimina);
}

static void pause_for(struct kimina *kimina, int in_a_row) {
	int64_t ms = PAUSE_MS;
	for (int i = 1; i < in_a_row && ms < PAUSE_MAX_MS; i++) {
		ms *= 2;
	}
	ms = ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS;
	if (kimina->pause == NULL) {
		kimina->pause = loop_timer_start(
			kimina->verifier->loop, ms * CLOCK_MS, on_pause, kimina);
	}
}

static void bury(struct kimina *kimina) {
	while (kimina->queue.first != NULL) {
		item_missing(items_pop(&kimina->queue), kimina->dead);
	}
	while (kimina->lones.first != NULL) {
		item_missing(items_pop(&kimina->lones), kimina->dead);
	}
}

static void pump(void *data) {
	struct kimina *kimina = data;
	kimina->pumping = false;
	if (kimina->dead != NULL) {
		bury(kimina);
		return;
	}
	if (kimina->pause != NULL || kimina->lone != NULL) {
		return;
	}
	if (kimina->lones.first != NULL) {
		if (kimina->in_flight == 0) {
			lone_start(kimina);
		}
		return; // nothing new starts: it has to be alone
	}
	while (kimina->queue.first != NULL && kimina->in_flight < kimina->server.parallel) {
		struct item *items[KIMINA_BATCH_MAX];
		size_t count = 0;
		do {
			items[count++] = items_pop(&kimina->queue);
		} while (count < kimina->size && !items[0]->single &&
			 kimina->queue.first != NULL && !kimina->queue.first->single);
		send(kimina, items, count);
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

static const char *header_error(const struct lean_answer *answer) {
	for (size_t i = 0; i < answer->count; i++) {
		if (answer->messages[i].severity == LEAN_ERROR && answer->messages[i].line < 0) {
			return answer->messages[i].text;
		}
	}
	return NULL;
}

static void lone_tested(struct kimina *kimina, struct item *test, const struct verdict *verdict) {
	if (verdict->outcome != OUTCOME_ACCEPTED) {
		char *why = xasprintf("it refuses a true theorem (%.200s)", verdict->messages);
		item_free(test);
		lone_missing(kimina, why);
		free(why);
		return;
	}
	item_free(test);
	send(kimina, &kimina->lone, 1);
}

static void take_answer(struct kimina *kimina, struct item *item,
	const struct kimina_result *result, int64_t elapsed_ns) {
	struct lean_answer answer = {0};
	struct verdict verdict = {0};
	repl_answer_give(
		&result->answer, item->text.shift, (int)item->check->proof_line, &answer);
	answer.complete = true;
	const char *refusal = header_error(&answer);
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
		lone_end(kimina);
	}
	job_done(item->job, &verdict, 0, result->time_ns > 0 ? result->time_ns : elapsed_ns);
	item_free(item);
}

static void take_result(struct batch *batch, size_t index, const struct kimina_result *result) {
	struct kimina *kimina = batch->kimina;
	struct item *item = batch->items[index];
	int64_t elapsed_ns = loop_now(kimina->verifier->loop) - batch->started_ns;
	const struct repl_answer *answer = &result->answer;
	bool about_text = answer->kind == REPL_COMMAND ||
			  (answer->kind == REPL_FAILURE && answer->failure != NULL &&
				  str_starts_with(answer->failure, "Lean error"));
	switch (result->end) {
	case KIMINA_ANSWER:
		if (is_mixed_up(batch, index, answer)) {
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
		item_again(kimina, item, "the server's answer does not hold it just once, in order");
		break;
	}
}

static void take_results(struct batch *batch, const struct http_response *response) {
	struct kimina *kimina = batch->kimina;
	struct kimina_result results[KIMINA_BATCH_MAX];
	struct error err;
	int rc = kimina_response(&kimina->server, buf_str(&response->body), response->body.len,
		(const char(*)[VERIFIER_NONCE])batch->ids, batch->count, results, &err);
	for (size_t i = 0; i < batch->count; i++) {
		if (rc < 0) {
			item_again(kimina, batch->items[i], err.message);
		} else {
			take_result(batch, i, &results[i]);
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
	send(kimina, batch->items, half);
	send(kimina, batch->items + half, batch->count - half);
}

/* Nobody's fault, and not a try of anybody: all of it again, later, first. */
static void take_back(struct batch *batch) {
	struct kimina *kimina = batch->kimina;
	for (size_t i = 0; i < batch->count; i++) {
		struct item *item = batch->items[i];
		if (item->job == NULL) {
			item_free(item); // asked again before its candidate
			struct item *lone = kimina->lone;
			lone_end(kimina);
			items_push(&kimina->lones, lone);
		} else if (item == kimina->lone) {
			lone_end(kimina);
			items_push(&kimina->lones, item);
		} else {
			items_push(&kimina->queue, item);
		}
	}
}

static void take_busy(struct batch *batch, const char *what) {
	struct kimina *kimina = batch->kimina;
	kimina->size = kimina->size > 1 ? kimina->size / 2 : 1;
	take_back(batch);
	if (++kimina->busy > BUSY_MAX) {
		die(kimina, what);
	} else {
		pause_for(kimina, kimina->busy);
	}
}

static void take_loss(struct batch *batch, const struct error *err) {
	struct kimina *kimina = batch->kimina;
	if (err->code == ERROR_TIMEOUT) {
		take_failure(batch, REASON_TIMEOUT, err->message);
		return;
	}
	if (err->code == ERROR_PROTOCOL) {
		take_failure(batch, REASON_RESOURCES, err->message);
		return;
	}
	take_back(batch);
	if (err->code == ERROR_USAGE || ++kimina->lost >= LOST_MAX) {
		die(kimina, err->message);
	} else {
		pause_for(kimina, kimina->lost);
	}
}

static void take_status(struct batch *batch, const struct http_response *response) {
	struct kimina *kimina = batch->kimina;
	char *detail = kimina_detail(response);
	if (response->status == 429 || response->status == 503) {
		take_busy(batch, detail);
	} else if (response->status >= 500) {
		take_failure(batch, REASON_RESOURCES, detail);
	} else {
		take_back(batch);
		die(kimina, detail);
	}
	free(detail);
}

static void on_response(const struct http_response *response, const struct error *err, void *data) {
	struct batch *batch = data;
	struct kimina *kimina = batch->kimina;
	kimina->lost = err == NULL ? 0 : kimina->lost;
	if (err != NULL) {
		take_loss(batch, err);
	} else if (response->status == 200) {
		kimina->busy = 0;
		kimina->size = kimina->size < (size_t)kimina->server.batch ? kimina->size + 1
									   : kimina->size;
		take_results(batch, response);
	} else {
		take_status(batch, response);
	}
	batch_free(batch);
	wake(kimina);
}

/* ---- For the verifier. */

static void *open_service(struct verifier *verifier) {
	struct kimina *kimina = xcalloc(1, sizeof(*kimina));
	const struct lean_server *given = verifier->options.server;
	kimina->verifier = verifier;
	kimina->server = *given;
	kimina->server.url = xstrdup(given->url);
	kimina->server.key = given->key != NULL ? xstrdup(given->key) : NULL;
	kimina->server.batch = given->batch > 0 ? given->batch : BATCH;
	kimina->server.batch = kimina->server.batch < KIMINA_BATCH_MAX ? kimina->server.batch
								       : KIMINA_BATCH_MAX;
	kimina->server.parallel = given->parallel > 0 ? given->parallel : PARALLEL;
	kimina->size = (size_t)kimina->server.batch;
	kimina->endpoint = http_endpoint_create(verifier->loop,
		&(struct http_endpoint_options){.max_connections = kimina->server.parallel + 1});
	return kimina;
}

static void submit_job(void *service, struct job *job) {
	struct kimina *kimina = service;
	struct item *item = xcalloc(1, sizeof(*item));
	struct error err;
	item->job = job;
	item->check = job->check;
	if (kimina_text_make(job->check, kimina->server.lines_back, &item->text, &err) < 0) {
		item_missing(item, err.message);
		return;
	}
	items_push(&kimina->queue, item);
	wake(kimina);
}

static void forget(struct item *item) {
	job_free(item->job);
	item_free(item);
}

static void cancel_all(void *service) {
	struct kimina *kimina = service;
	while (kimina->batches != NULL) {
		struct batch *batch = kimina->batches;
		http_cancel(batch->transfer);
		for (size_t i = 0; i < batch->count; i++) {
			if (batch->items[i] != kimina->lone) {
				forget(batch->items[i]);
			}
		}
		batch_free(batch);
	}
	while (kimina->queue.first != NULL) {
		forget(items_pop(&kimina->queue));
	}
	while (kimina->lones.first != NULL) {
		forget(items_pop(&kimina->lones));
	}
	if (kimina->lone != NULL) {
		forget(kimina->lone);
		lone_end(kimina);
	}
}

static void close_service(void *service) {
	struct kimina *kimina = service;
	cancel_all(kimina);
	loop_defer_cancel(kimina->verifier->loop, pump, kimina);
	loop_timer_cancel(kimina->pause);
	http_endpoint_destroy(kimina->endpoint);
	free((char *)kimina->server.url);
	free((char *)kimina->server.key);
	free(kimina->dead);
	free(kimina);
}

static int jobs_of(const void *service) {
	const struct kimina *kimina = service;
	return kimina->server.batch * kimina->server.parallel;
}

static const char *dead_of(const void *service) {
	const struct kimina *kimina = service;
	return kimina->dead;
}

static const struct verifier_service service = {
	.open = open_service,
	.submit = submit_job,
	.cancel = cancel_all,
	.close = close_service,
	.jobs = jobs_of,
	.dead = dead_of,
};

const struct verifier_backend backend_kimina = {
	.name = "kimina",
	.summary = "a Kimina Lean Server (--lean-server URL): checks elsewhere, over HTTP",
	.service = &service,
};
