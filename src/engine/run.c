#include "engine/run.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/group.h"
#include "engine/run_internal.h"
#include "engine/serve.h"
#include "engine/view.h"
#include "io/loop.h"
#include "io/term.h"
#include "store/store.h"
#include "verifier/verifier.h"

enum { STARTS_PER_TURN = 256, BACKLOG_PER_WORKER = 4, BACKLOG_LEAST = 64 };

static bool may_start(const struct engine *engine) {
	const struct engine_options *options = engine->options;
	size_t servers = engine->lanes.count > 0 ? engine->lanes.count : 1;
	// What waits for another try holds memory too: it counts, whatever goes out meanwhile.
	if (engine->stopping ||
		engine->asking - engine->following >= servers * (size_t)options->connections ||
		engine->queue_first != NULL) {
		return false;
	}
	if (options->verifier == NULL) {
		return true;
	}
	// Lean is the slow side: replies that wait for it wait in memory, so no more are asked for
	// meanwhile.
	size_t backlog = (size_t)verifier_jobs(options->verifier) * BACKLOG_PER_WORKER;
	return engine->checking < (backlog > BACKLOG_LEAST ? backlog : BACKLOG_LEAST);
}

/* Nothing is taken from the plan that could not go out now: not a prompt lies about for nothing. */
static bool lane_is_free(struct engine *engine) {
	enum lanes_wait why = LANES_FREE;
	int64_t wait_ns = 0;
	if (engine->lanes.count == 0 || plan_left(engine->options->plan) == 0) {
		return true;
	}
	bool is_free = lanes_choose(&engine->lanes, loop_now(engine->options->loop), 0, NULL, &why,
			       &wait_ns) != NULL;
	asking_wait(engine, why, wait_ns);
	return is_free;
}

static void stop_when_done(struct engine *engine) {
	if (engine->in_flight == 0 && (engine->stopping || plan_left(engine->options->plan) == 0)) {
		loop_stop(engine->options->loop);
	}
}

/* What is under way is finished; a run that is over its limit when it starts sends nothing, however
 * often it is started. The checks that are left come first, and cost nothing. */
static void stop_when_spent(struct engine *engine) {
	const struct engine_options *options = engine->options;
	char why[sizeof(engine->result->message)];
	if (engine->lanes.count > 0 && options->cache != CACHE_ONLY && !engine->stopping &&
		plan_left(options->plan) > 0 && plan_checks_left(options->plan) == 0 &&
		spend_is_over(&engine->spend, &options->limits, why, sizeof(why))) {
		engine_stop(engine, ENGINE_LIMIT, CANCEL_WAITING, why);
	}
}

static void top_up(void *data) {
	struct engine *engine = data;
	struct plan_item item;
	const struct engine_options *options = engine->options;
	const struct verifier *verifier = options->verifier;
	const char *dead = verifier != NULL ? verifier_dead(verifier) : NULL;
	if (dead != NULL && !engine->stopping) {
		engine_stop(engine, ENGINE_UNCHECKED, CANCEL_ASKING, dead);
	}
	const char *ended = serve_ended(options->serve);
	if (ended != NULL && !engine->stopping) {
		engine_stop(engine, ENGINE_DOWN, CANCEL_ASKING, ended);
	}
	stop_when_spent(engine);
	asking_dispatch(engine);
	for (int i = 0; i < STARTS_PER_TURN && may_start(engine) && lane_is_free(engine) &&
			plan_next(engine->options->plan, &item);
		i++) {
		group_start(engine, &item);
		asking_dispatch(engine);
	}
	stop_when_done(engine);
}

/* How many requests this run has sent, kept before they are: what a kill takes away was perhaps
 * paid for, and is counted so. */
static int keep_requests(struct engine *engine, struct error *err) {
	const struct engine_options *options = engine->options;
	if (engine->requests == engine->requests_stored) {
		return 0;
	}
	engine->requests_stored = engine->requests;
	int rc = store_begin(options->store, err);
	return rc < 0 ? rc
		      : store_run_requests(options->store, options->run,
				options->requests + engine->requests, err);
}

static void commit(void *data) {
	struct engine *engine = data;
	struct error err;
	if (engine->failed) {
		return;
	}
	int rc = keep_requests(engine, &err);
	rc = rc < 0 ? rc : store_commit(engine->options->store, &err);
	if (rc < 0) {
		engine_fail(engine, &err);
	}
}

void engine_attempt_gone(struct engine *engine) {
	if (engine->progress != NULL) {
		term_progress_touch(engine->progress);
	}
	stop_when_done(engine);
}

static void cancel_attempts(struct engine *engine, enum cancel cancel) {
	if (cancel == CANCEL_ALL && engine->options->verifier != NULL && engine->checking > 0) {
		verifier_cancel_all(engine->options->verifier);
	}
	struct attempt *attempt = engine->attempts;
	while (attempt != NULL) {
		struct attempt *next = attempt->next;
		// Followers go with whom they follow.
		if (attempt->state == ATTEMPT_FOLLOWING) {
			attempt = next;
			continue;
		}
		if (attempt->state == ATTEMPT_WAITING || attempt->state == ATTEMPT_QUEUED ||
			(cancel >= CANCEL_ASKING && attempt->state != ATTEMPT_CHECKING) ||
			cancel == CANCEL_ALL) {
			attempt_cancel(attempt);
		}
		attempt = next;
	}
}

void engine_stop(
	struct engine *engine, enum engine_end end, enum cancel cancel, const char *message) {
	if (engine->result->end == ENGINE_DONE) {
		engine->result->end = end;
		snprintf(engine->result->message, sizeof(engine->result->message), "%s", message);
	}
	engine->stopping = true;
	cancel_attempts(engine, cancel);
	stop_when_done(engine);
}

void engine_fail(struct engine *engine, const struct error *err) {
	if (!engine->failed) {
		engine->failed = true;
		engine->failure = *err;
	}
	engine->stopping = true;
	cancel_attempts(engine, CANCEL_ALL);
	loop_stop(engine->options->loop);
}

static void on_signal(struct engine *engine, int signo) {
	engine->result->signo = signo;
	if (engine->signals++ == 0) {
		log_info("stopping: %zu in flight will be finished and stored; once more stops at "
			 "once",
			engine->in_flight);
		engine_stop(engine, ENGINE_INTERRUPTED, CANCEL_WAITING, "interrupted");
	} else {
		engine_stop(engine, ENGINE_INTERRUPTED, CANCEL_ALL, "interrupted");
	}
}

static void on_interrupt(void *data) {
	on_signal(data, SIGINT);
}

static void on_terminate(void *data) {
	on_signal(data, SIGTERM);
}

/* The terminal is gone, which shells and the kernel both tell: drains, and never cancels. */
static void on_hangup(void *data) {
	struct engine *engine = data;
	if (engine->signals == 0) {
		on_signal(engine, SIGHUP);
	}
}

/* Under nohup it stays ignored. */
static struct loop_signal *watch_hangup(struct engine *engine) {
	struct sigaction now;
	bool ignored = sigaction(SIGHUP, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
	return ignored ? NULL : loop_signal_add(engine->options->loop, SIGHUP, on_hangup, engine);
}

static void describe(char *line, size_t size, void *data) {
	view_line(data, line, size);
}

/* SIGUSR1: how far it is, wherever stderr goes. */
static void on_tell(void *data) {
	char line[512];
	view_line(data, line, sizeof(line));
	log_answer("%s", line);
}

static int open_source(struct engine *engine, struct error *err) {
	const struct engine_options *options = engine->options;
	if (options->provider == NULL) {
		return 0;
	}
	if (options->provider->local) {
		return options->provider->open(&options->model, &engine->source, err);
	}
	lanes_open(&engine->lanes, options);
	engine->cache_endpoint = http_redact_url(engine->lanes.items[0].model.base_url);
	return 0;
}

static void close_all(struct engine *engine) {
	cancel_attempts(engine, CANCEL_ALL);
	term_progress_end(engine->progress);
	loop_timer_cancel(engine->dispatch_timer);
	loop_hook_remove(engine->top_up_hook);
	loop_hook_remove(engine->commit_hook);
	loop_signal_remove(engine->interrupt);
	loop_signal_remove(engine->terminate);
	loop_signal_remove(engine->hangup);
	loop_signal_remove(engine->tell);
	lanes_close(&engine->lanes);
	free(engine->cache_url);
	free(engine->cache_endpoint);
	if (engine->source != NULL) {
		engine->options->provider->close(engine->source);
	}
}

int engine_run(
	const struct engine_options *options, struct engine_result *result_out, struct error *err) {
	struct engine_result result = {.end = ENGINE_DONE};
	struct engine engine = {
		.options = options, .result = &result, .capabilities = options->capabilities};
	int rc = open_source(&engine, err);
	if (rc < 0) {
		return rc;
	}
	engine.progress = term_progress_start(options->loop, options->progress, describe, &engine);
	engine.top_up_hook = loop_hook_add(options->loop, top_up, &engine);
	engine.commit_hook = loop_hook_add(options->loop, commit, &engine);
	engine.interrupt = loop_signal_add(options->loop, SIGINT, on_interrupt, &engine);
	engine.terminate = loop_signal_add(options->loop, SIGTERM, on_terminate, &engine);
	engine.hangup = watch_hangup(&engine);
	engine.tell = loop_signal_add(options->loop, SIGUSR1, on_tell, &engine);
	engine.began_ns = loop_now(options->loop);
	engine.spend = options->spent;
	if (plan_left(options->plan) > 0) {
		loop_run(options->loop);
	}
	close_all(&engine);
	if (engine.failed) {
		if (err != NULL) {
			*err = engine.failure;
		}
		return engine.failure.code;
	}
	rc = keep_requests(&engine, err);
	rc = rc < 0 ? rc : store_commit(options->store, err);
	if (rc == 0) {
		result.capabilities = engine.capabilities;
		*result_out = result;
	}
	return rc;
}
