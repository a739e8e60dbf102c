#ifndef F2F_TESTS_UNIT_PRETEND_H
#define F2F_TESTS_UNIT_PRETEND_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "core/verdict.h"
#include "io/loop.h"
#include "lean/check.h"
#include "verifier/backend.h"
#include "verifier/job.h"
#include "verifier/pool.h"
#include "verifier/verifier.h"

/* A backend without processes, on a clock that is stepped: a worker takes as long as the text says,
 * and then does what the text says, so that hours of a pool pass in no time. It decides by words in
 * the text, a number after each:
 *
 *   takes N    answers after N ms (1 without it)
 *   fails      the proof is wrong
 *   dies N     the worker crashes, the first N times this is asked
 *   hangs N    no answer, the first N times
 *   grows N    the worker holds N MiB more from then on
 *
 * and in a header: starts N (ms; 100 without it), base N (MiB; 100), refuses N (fails the first N
 * times), crashes N (likewise), lies (a hole is accepted), deaf (a true theorem is not).
 */

struct pretend {
	struct verifier_backend backend; // first: found from a worker's pool
	struct loop *loop;
	int64_t now_ns;
	struct map *times; // first line to how often it was asked
	int busy; // checks under way
	int starting;
	int most_busy;
	int alive;
	int most_alive;
	int64_t most_bytes;
	int starts;
	int asked; // candidates' checks
	int not_alone; // second tries beside other work
	int not_fresh; // second tries in a used worker, or in one without a self-test
};

struct pretended {
	struct pretend *pretend;
	struct worker *worker;
	struct loop_timer *timer;
	const struct lean_check *check; // NULL: the header
	bool busy;
	int candidates; // served
	int trials; // self-tests served
};

static inline int64_t pretend_now(void *data) {
	return ((struct pretend *)data)->now_ns;
}

/* The number behind a word, 1 for a word without one, `otherwise` without the word. */
static inline int pretend_number(const char *text, const char *word, int otherwise) {
	const char *at = strstr(text, word);
	int number = otherwise;
	if (at != NULL && sscanf(at + strlen(word), " %d", &number) != 1) {
		number = 1;
	}
	return number;
}

/* Owned: the line with a test's words, by which a text is known again. */
static inline char *pretend_key(const char *text) {
	const char *line = strstr(text, "-- ");
	line = line != NULL ? line : text;
	return xmemdup0(line, strcspn(line, "\n"));
}

static inline int pretend_times(struct pretend *pretend, const char *text) {
	char *line = pretend_key(text);
	intptr_t times = (intptr_t)map_get(pretend->times, line) + 1;
	map_set(pretend->times, line, (void *)times);
	free(line);
	return (int)times;
}

static inline int64_t pretend_bytes(const struct pretend *pretend, const struct pool *pool) {
	int64_t bytes = 0;
	for (const struct worker *worker = pool->workers; worker != NULL; worker = worker->next) {
		bytes += worker->bytes;
	}
	return bytes;
}

static inline bool pretend_is_trial(const struct lean_check *check) {
	return strcmp(check->theorem, "f2f_selftest") == 0;
}

static inline void pretend_say(
	struct worker *worker, enum lean_severity severity, int line, const char *text) {
	lean_answer_add(&worker->answer, severity, line, 0, text, strlen(text));
}

static inline void pretend_answer(struct worker *worker, const struct lean_check *check) {
	const char *body = check->body;
	const char *header = worker->header;
	bool trial = pretend_is_trial(check);
	bool hole = strstr(body, "sorry") != NULL && strstr(header, "lies") == NULL;
	if (strstr(body, "fails") != NULL || (trial && strstr(header, "deaf") != NULL)) {
		pretend_say(worker, LEAN_ERROR, (int)check->proof_line, "wrong");
	}
	const char *axiom = hole					     ? "sorryAx"
			    : trial && strstr(body, "f2f_oracle") != NULL    ? "f2f_oracle"
			    : trial && strstr(body, "native_decide") != NULL ? "Lean.ofReduceBool"
									     : NULL;
	char *text = axiom != NULL ? xasprintf("'%s' depends on axioms: [%s]", check->probe, axiom)
				   : xasprintf("'%s' does not depend on any axioms", check->probe);
	pretend_say(worker, LEAN_INFORMATION, (int)check->append_line, text);
	free(text);
	worker->answer.complete = true;
}

static inline void pretend_idle(struct pretended *own) {
	own->pretend->busy -= own->busy && own->check != NULL;
	own->pretend->starting -= own->busy && own->check == NULL;
	own->busy = false;
}

static inline void pretend_due(void *data) {
	struct pretended *own = data;
	struct worker *worker = own->worker;
	const struct lean_check *check = own->check;
	own->timer = NULL;
	const char *text = check != NULL ? check->body : worker->header;
	bool trial = check != NULL && pretend_is_trial(check);
	int times = trial ? 1 : pretend_times(own->pretend, text);
	if (!trial && times <= pretend_number(text, check != NULL ? "hangs" : "stalls", 0)) {
		return; // the pool's clock ends it
	}
	if (!trial && times <= pretend_number(text, check != NULL ? "dies" : "crashes", 0)) {
		worker_fault(worker, FAULT_CRASH, "it died");
		return;
	}
	pretend_idle(own);
	if (check != NULL) {
		worker->bytes += (int64_t)pretend_number(text, "grows", 0) << 20;
		pretend_answer(worker, check);
		worker_answered(worker);
		return;
	}
	worker->bytes = (int64_t)pretend_number(text, "base", 100) << 20;
	if (times <= pretend_number(text, "refuses", 0)) {
		pretend_say(worker, LEAN_ERROR, -1, "unknown package");
	}
	worker_ready(worker);
}

static inline void pretend_go(struct pretended *own, const struct lean_check *check) {
	struct pretend *pretend = own->pretend;
	int ms = check == NULL ? pretend_number(own->worker->header, "starts", 100)
			       : pretend_number(check->body, "takes", 1);
	own->check = check;
	own->busy = true;
	pretend->busy += check != NULL;
	pretend->starting += check == NULL;
	pretend->most_busy =
		pretend->busy > pretend->most_busy ? pretend->busy : pretend->most_busy;
	int64_t bytes = pretend_bytes(pretend, own->worker->pool);
	pretend->most_bytes = bytes > pretend->most_bytes ? bytes : pretend->most_bytes;
	own->timer = loop_timer_start(pretend->loop, ms * CLOCK_MS, pretend_due, own);
}

static inline int pretend_start(struct worker *worker, struct error *err) {
	struct pretend *pretend = (struct pretend *)worker->pool->backend;
	struct pretended *own = xcalloc(1, sizeof(*own));
	own->pretend = pretend;
	own->worker = worker;
	worker->protocol = own;
	pretend->starts++;
	pretend->alive++;
	pretend->most_alive =
		pretend->alive > pretend->most_alive ? pretend->alive : pretend->most_alive;
	if (!pretend->backend.one_shot) {
		pretend_go(own, NULL);
	}
	return 0;
}

static inline void pretend_submit(struct worker *worker, const struct lean_check *check) {
	struct pretended *own = worker->protocol;
	bool trial = pretend_is_trial(check);
	char *line = pretend_key(check->body);
	// A check that was asked before is a second try: alone, in a fresh worker that has passed
	// its self-test.
	if (!trial && map_has(own->pretend->times, line)) {
		own->pretend->not_alone += own->pretend->busy + own->pretend->starting > 0;
		own->pretend->not_fresh +=
			!own->pretend->backend.one_shot && (own->candidates > 0 || own->trials < 4);
	}
	free(line);
	own->trials += trial;
	own->candidates += !trial;
	own->pretend->asked += !trial;
	pretend_go(own, check);
}

static inline void pretend_output(struct worker *worker, const char *bytes, size_t length) {
	(void)worker;
	(void)bytes;
	(void)length;
}

static inline bool pretend_exit(struct worker *worker, const struct proc_exit *exit) {
	(void)worker;
	(void)exit;
	return false;
}

static inline void pretend_finish(struct worker *worker) {
	struct pretended *own = worker->protocol;
	pretend_idle(own);
	loop_timer_cancel(own->timer);
	own->pretend->alive--;
	free(own);
	worker->protocol = NULL;
}

static inline void pretend_init(struct pretend *pretend, bool one_shot) {
	*pretend = (struct pretend){
		.backend = {.name = "pretend",
			.summary = "",
			.one_shot = one_shot,
			.start = pretend_start,
			.submit = pretend_submit,
			.on_output = pretend_output,
			.on_exit = pretend_exit,
			.finish = pretend_finish},
		.now_ns = CLOCK_SECOND,
		.times = map_create(),
	};
	struct loop_options options = {.now = pretend_now, .now_data = pretend};
	pretend->loop = loop_create(&options);
}

static inline struct verifier *pretend_open(
	struct pretend *pretend, struct verifier_options options) {
	static char path[] = "/opt/lean", version[] = "4.9.0";
	static const struct lean_info lean = {.path = path, .version = version};
	struct verifier *verifier;
	options.lean = options.lean != NULL ? options.lean : &lean;
	verifier_open_with(pretend->loop, &options, &pretend->backend, &verifier);
	return verifier;
}

static inline void pretend_close(struct pretend *pretend) {
	loop_destroy(pretend->loop);
	map_destroy(pretend->times, NULL);
}

/* One step of the clock and all that becomes due by it. */
static inline void pretend_step(struct pretend *pretend, int64_t ms) {
	pretend->now_ns += ms * CLOCK_MS;
	loop_step(pretend->loop);
}

#endif
