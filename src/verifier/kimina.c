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
 * reused between texts, and it reads their output without a look at what follows. There is no final
 * check here: what matters is checked again by a Lean of this machine. */

#include "verifier/kimina_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "io/loop.h"

enum {
	BATCH = 8,
	PARALLEL = 5,
	PAUSE_MS = 500,
	PAUSE_MAX_MS = 30000,
	REQUEST_MARGIN_S = 180 // waiting for a process, importing the header
};

static void pump(void *data);

void kimina_wake(struct kimina *kimina) {
	if (!kimina->pumping) {
		kimina->pumping = true;
		loop_defer(kimina->verifier->loop, pump, kimina);
	}
}

/* ---- Items. */

void kimina_items_push(struct items *items, struct item *item) {
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

void kimina_item_free(struct item *item) {
	free(item->text.text);
	free(item->what);
	free(item);
}

void kimina_item_missing(struct item *item, const char *why) {
	if (item->job != NULL) {
		job_missing(item->job, why);
	}
	kimina_item_free(item);
}

/* Nothing is asked any more: what waits is missing now, what is under way when it comes back. */
void kimina_die(struct kimina *kimina, const char *why) {
	if (kimina->dead == NULL) {
		char *url = http_redact_url(kimina->server.url);
		kimina->dead = xasprintf("Lean server %s: %s", url, why);
		free(url);
	}
	kimina_wake(kimina);
}

void kimina_lone_end(struct kimina *kimina) {
	lean_check_finish(&kimina->lone_check);
	kimina->lone = NULL;
	kimina_wake(kimina);
}

/* ---- Sending. */

void kimina_send(struct kimina *kimina, struct item *const *items, size_t count) {
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
		http_start_with(kimina->endpoint, &batch->request, &start, kimina_on_response, batch);
}

/* Off the list; its items are the caller's. */
void kimina_batch_free(struct batch *batch) {
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
		kimina_item_free(test);
		kimina_lone_missing(kimina, err.message);
		return;
	}
	kimina_send(kimina, &test, 1);
}

static void on_pause(void *data) {
	struct kimina *kimina = data;
	kimina->pause = NULL;
	kimina_wake(kimina);
}

void kimina_pause(struct kimina *kimina, int in_a_row) {
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
		kimina_item_missing(items_pop(&kimina->queue), kimina->dead);
	}
	while (kimina->lones.first != NULL) {
		kimina_item_missing(items_pop(&kimina->lones), kimina->dead);
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
		kimina_send(kimina, items, count);
	}
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
		kimina_item_missing(item, err.message);
		return;
	}
	kimina_items_push(&kimina->queue, item);
	kimina_wake(kimina);
}

static void forget(struct item *item) {
	job_free(item->job);
	kimina_item_free(item);
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
		kimina_batch_free(batch);
	}
	while (kimina->queue.first != NULL) {
		forget(items_pop(&kimina->queue));
	}
	while (kimina->lones.first != NULL) {
		forget(items_pop(&kimina->lones));
	}
	if (kimina->lone != NULL) {
		forget(kimina->lone);
		kimina_lone_end(kimina);
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
