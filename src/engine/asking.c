#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "base/trace.h"
#include "core/prompt.h"
#include "engine/record.h"
#include "engine/run_internal.h"
#include "io/loop.h"

/* Asking a model for the reply of one attempt: requests, what comes back, and when to ask again. */

enum {
	ADJUSTMENTS_MAX = 8,
	CONTINUATIONS_MAX = 16,
	BROKEN_MAX = 3, // requests for a reply that cannot be read
	LOADING_WAIT_S = 2,
	LOADING_MAX_S = 600,
};

static uint64_t sample_seed(const struct attempt *attempt) {
	// Never the same for two samples of one problem, the same again for the same run:
	// harness.md 0, point 4.
	char *text = xasprintf("%" PRIu64 "/%s/%s/%" PRId64, attempt->engine->options->seed,
		attempt->item.split, attempt->item.problem, attempt->item.sample);
	struct sha256 hash = sha256_of(text, strlen(text));
	free(text);
	hash.hex[8] = '\0';
	return strtoull(hash.hex, NULL, 16) & 0x7fffffff;
}

static struct ask ask_of(const struct attempt *attempt) {
	const struct engine_options *options = attempt->engine->options;
	struct ask ask = {
		.problem = &attempt->problem,
		.task = options->task,
		.system = options->prompt != NULL ? options->prompt->system : NULL,
		.prompt = buf_str(&attempt->prompt),
		.sample = attempt->item.sample,
		.sampling = options->sampling,
		.continuation = attempt->said.continuation,
	};
	ask.stream =
		provider_streams(options->stream, &ask.sampling, &attempt->engine->capabilities);
	ask.sampling.seed = sample_seed(attempt);
	return ask;
}

static void on_retry_due(void *data) {
	struct attempt *attempt = data;
	attempt->timer = NULL;
	attempt_ask(attempt);
}

static double random_share(void) {
	uint32_t random;
	clock_random(&random, sizeof(random));
	return random / 4294967296.0;
}

/* `network`: where nothing else got through either, the endpoint is down. */
static void give_up(struct attempt *attempt, bool network, const char *why) {
	struct engine *engine = attempt->engine;
	bool down = network && engine->last_reply_ns < attempt->started_ns;
	char message[512];
	snprintf(message, sizeof(message), "%s (%" PRId64 " attempts)", why, attempt->attempts);
	attempt_missing(attempt, message);
	if (down && !engine->stopping) {
		engine_stop(engine, ENGINE_DOWN, CANCEL_ASKING, message);
	}
}

static void ask_later(struct attempt *attempt, int64_t wait, const char *why) {
	struct engine *engine = attempt->engine;
	struct loop *loop = engine->options->loop;
	trace_event("retry", attempt->item.sample, "%s: %s, in %" PRId64 " ms",
		attempt->item.problem, why, wait / CLOCK_MS);
	log_debug("%s: %s; again in %.1f s", attempt->item.problem, why,
		(double)wait / (double)CLOCK_SECOND);
	engine->result->retries++;
	attempt->state = ATTEMPT_WAITING;
	attempt->wait_ns += wait;
	attempt->retry_at_ns = loop_now(loop) + wait;
	attempt->timer = loop_timer_start(loop, wait, on_retry_due, attempt);
}

static void retry_or_give_up(
	struct attempt *attempt, int64_t retry_after_ms, bool network, const char *why) {
	struct engine *engine = attempt->engine;
	int64_t spent = loop_now(engine->options->loop) - attempt->started_ns;
	int64_t wait = retry_wait(
		&engine->options->retry, attempt->attempts, spent, retry_after_ms, random_share());
	if (wait < 0 || engine->stopping) {
		give_up(attempt, network, why);
	} else {
		ask_later(attempt, wait, why);
	}
}

/* A server that still reads its model answers at once: tries do not count, minutes do. */
static void on_loading(struct attempt *attempt, const struct reply *reply) {
	struct engine *engine = attempt->engine;
	int64_t spent = loop_now(engine->options->loop) - attempt->started_ns;
	int64_t wait = LOADING_WAIT_S * CLOCK_SECOND;
	if (wait > engine->options->retry.cap_ns) {
		wait = engine->options->retry.cap_ns;
	}
	if (engine->stopping || spent >= LOADING_MAX_S * CLOCK_SECOND) {
		give_up(attempt, true, reply->message);
	} else {
		ask_later(attempt, wait, reply->message);
	}
}

static void on_rate_limit(struct attempt *attempt, const struct reply *reply) {
	struct engine *engine = attempt->engine;
	int64_t wait = reply->retry_after_ms >= 0 ? reply->retry_after_ms * CLOCK_MS : CLOCK_SECOND;
	if (wait > engine->options->retry.budget_ns) {
		// More than any sample may take. A run always ends; the same command goes on later.
		char message[512];
		snprintf(message, sizeof(message), "%s; it asks to wait %" PRId64 " s",
			reply->message, wait / CLOCK_SECOND);
		engine_stop(engine, ENGINE_QUOTA, CANCEL_ASKING, message);
		return;
	}
	engine_hold(engine, wait, reply->message);
	retry_or_give_up(attempt, reply->retry_after_ms, false, reply->message);
}

/* A model that paused is asked to go on; what it said before belongs to the reply. */
static void on_completion(
	struct attempt *attempt, const struct reply *reply, struct completion *completion) {
	struct engine *engine = attempt->engine;
	engine->last_reply_ns = loop_now(engine->options->loop);
	if (attempt->said.text != NULL) {
		completion_join(&attempt->said, completion);
	} else {
		attempt->said = *completion;
		completion_init(completion);
	}
	if (reply->class == REPLY_CONTINUE && attempt->continuations++ < CONTINUATIONS_MAX) {
		attempt_ask(attempt);
		return;
	}
	if (reply->class == REPLY_CONTINUE) {
		attempt->said.finish = FINISH_LENGTH;
	}
	attempt_record(attempt, &(struct record_reply){.completion = &attempt->said});
}

static void on_reply(
	struct attempt *attempt, const struct reply *reply, struct completion *completion) {
	struct engine *engine = attempt->engine;
	switch (reply->class) {
	case REPLY_OK:
	case REPLY_CONTINUE:
		on_completion(attempt, reply, completion);
		return;
	case REPLY_CONTEXT:
		attempt_record(attempt,
			&(struct record_reply){.outcome = OUTCOME_CONTEXT, .note = reply->message});
		return;
	case REPLY_REFUSED:
		attempt_record(attempt,
			&(struct record_reply){.outcome = OUTCOME_REFUSED, .note = reply->message});
		return;
	case REPLY_RATE_LIMITED:
		on_rate_limit(attempt, reply);
		return;
	case REPLY_RETRY:
		if (reply->final) {
			give_up(attempt, true, reply->message);
			return;
		}
		retry_or_give_up(attempt, reply->retry_after_ms, true, reply->message);
		return;
	case REPLY_BROKEN:
		if (attempt->attempts >= BROKEN_MAX) {
			give_up(attempt, true, reply->message);
			return;
		}
		retry_or_give_up(attempt, reply->retry_after_ms, true, reply->message);
		return;
	case REPLY_LOADING:
		on_loading(attempt, reply);
		return;
	case REPLY_ADJUST:
		if (attempt->adjustments++ < ADJUSTMENTS_MAX) {
			log_debug("%s: %s; asking again without it", engine->options->model.name,
				reply->message);
			attempt_ask(attempt);
			return;
		}
		engine_stop(engine, ENGINE_REFUSED, CANCEL_ASKING, reply->message);
		return;
	case REPLY_REFUSED_KEY:
	case REPLY_REFUSED_MODEL:
		engine_stop(engine, ENGINE_REFUSED, CANCEL_ASKING, reply->message);
		return;
	case REPLY_QUOTA:
		engine_stop(engine, ENGINE_QUOTA, CANCEL_ASKING, reply->message);
		return;
	}
}

static void keep_partial(struct attempt *attempt, struct completion *completion) {
	completion_finish(&attempt->partial);
	attempt->partial = *completion;
	completion_init(completion);
}

static void on_body(
	const struct http_response *head, const char *bytes, size_t length, void *data) {
	struct attempt *attempt = data;
	(void)head;
	reading_feed(attempt->reading, bytes, length);
}

/* The transfer failed. A model that was still talking at the request's deadline has had its time. */
static void on_failure(
	struct attempt *attempt, enum http_failure failure, const struct error *err) {
	struct completion completion;
	completion_init(&completion);
	reading_end(attempt->reading, NULL, &attempt->engine->capabilities);
	bool partial = reading_take(attempt->reading, 0, &completion);
	if (partial && failure == HTTP_FAILURE_TIMEOUT) {
		completion.finish = FINISH_LENGTH;
		if (attempt->said.text != NULL) {
			completion_join(&attempt->said, &completion);
		} else {
			attempt->said = completion;
			completion_init(&completion);
		}
		attempt_record(
			attempt, &(struct record_reply){.completion = &attempt->said,
					 .note = "still streaming at the request's deadline"});
	} else {
		if (partial) {
			keep_partial(attempt, &completion);
		}
		retry_or_give_up(attempt, -1, true, err->message);
	}
	completion_finish(&completion);
}

static void on_response(const struct http_response *response, const struct error *err, void *data) {
	struct attempt *attempt = data;
	struct engine *engine = attempt->engine;
	attempt->transfer = NULL;
	attempt->elapsed_ns = loop_now(engine->options->loop) - attempt->asked_ns;
	if (err != NULL && err->code == ERROR_USAGE) {
		engine_stop(engine, ENGINE_REFUSED, CANCEL_ASKING, err->message);
		return;
	}
	if (err != NULL) {
		on_failure(attempt, response->failure, err);
		return;
	}
	struct completion completion;
	completion_init(&completion);
	struct reply reply = reading_end(attempt->reading, response, &engine->capabilities);
	if (!reading_take(attempt->reading, 0, &completion)) {
		// Nothing of a reply came: the class says why.
	} else if (reply.class != REPLY_OK && reply.class != REPLY_CONTINUE) {
		keep_partial(attempt, &completion);
	}
	on_reply(attempt, &reply, &completion);
	completion_finish(&completion);
}

static void answer_locally(void *data) {
	struct attempt *attempt = data;
	const struct provider *provider = attempt->engine->options->provider;
	struct completion completion;
	struct error err;
	completion_init(&completion);
	struct ask question = ask_of(attempt);
	int rc = provider->answer(attempt->engine->source, &question, &completion, &err);
	if (rc == 0) {
		on_reply(attempt, &(struct reply){.class = REPLY_OK}, &completion);
	} else {
		attempt_missing(attempt, err.message);
	}
	completion_finish(&completion);
}

/* Sends the request, or has a local source answer at the end of the turn. */
void attempt_ask(struct attempt *attempt) {
	struct engine *engine = attempt->engine;
	const struct engine_options *options = engine->options;
	attempt->attempts++;
	attempt->asked_ns = loop_now(options->loop);
	if (options->provider->local) {
		loop_defer(options->loop, answer_locally, attempt);
		return;
	}
	attempt->ask = ask_of(attempt);
	struct error err;
	if (attempt->request_built) {
		http_request_finish(&attempt->request);
	}
	http_request_init(&attempt->request);
	attempt->request_built = true;
	int rc = options->provider->build_request(
		&options->model, &attempt->ask, &engine->capabilities, &attempt->request, &err);
	if (rc < 0) {
		engine_stop(engine, ENGINE_REFUSED, CANCEL_ASKING, err.message);
		return;
	}
	attempt->state = ATTEMPT_ASKING;
	trace_event("request", attempt->item.sample, "%s", attempt->item.problem);
	reading_destroy(attempt->reading);
	attempt->reading = reading_create(options->provider, &options->model, &attempt->ask);
	struct http_start_options start = {
		.on_body = attempt->ask.stream ? on_body : NULL,
		.idle_timeout_ms = attempt->ask.stream ? options->idle_timeout_ms : 0,
	};
	attempt->transfer =
		http_start_with(engine->endpoint, &attempt->request, &start, on_response, attempt);
}

void attempt_ask_cancel(struct attempt *attempt) {
	http_cancel(attempt->transfer);
	attempt->transfer = NULL;
	loop_timer_cancel(attempt->timer);
	attempt->timer = NULL;
	loop_defer_cancel(attempt->engine->options->loop, answer_locally, attempt);
}
