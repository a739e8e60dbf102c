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
	BYTES_PER_TOKEN = 3,
	REPLY_TOKENS = 2048, // of a reply without a limit
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

struct ask attempt_question(const struct attempt *attempt) {
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

/* Since it was first sent: waiting for one's turn is nobody's failure. */
static int64_t spent_ns(const struct attempt *attempt) {
	return loop_now(attempt->engine->options->loop) - attempt->first_asked_ns;
}

/* To another server at once, where there is one. */
static bool ask_elsewhere(struct attempt *attempt, const char *why) {
	struct engine *engine = attempt->engine;
	int64_t now = loop_now(engine->options->loop);
	if (engine->stopping || attempt->attempts >= engine->options->retry.max_attempts ||
		spent_ns(attempt) >= engine->options->retry.budget_ns ||
		!lanes_has_other(&engine->lanes, attempt->lane, now)) {
		return false;
	}
	trace_event("failover", attempt->item.sample, "%s: %s", attempt->item.problem, why);
	engine->result->retries++;
	attempt->avoid = attempt->lane;
	attempt_ask(attempt);
	return true;
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
	attempt->timer = loop_timer_start(loop, wait, on_retry_due, attempt);
}

static void retry_or_give_up(
	struct attempt *attempt, int64_t retry_after_ms, bool network, const char *why) {
	struct engine *engine = attempt->engine;
	if (network && ask_elsewhere(attempt, why)) {
		return;
	}
	int64_t wait = retry_wait(&engine->options->retry, attempt->attempts, spent_ns(attempt),
		retry_after_ms, random_share());
	if (wait < 0 || engine->stopping) {
		give_up(attempt, network, why);
	} else {
		ask_later(attempt, wait, why);
	}
}

/* A server that still reads its model answers at once: tries do not count, minutes do. */
static void on_loading(struct attempt *attempt, const struct reply *reply) {
	struct engine *engine = attempt->engine;
	int64_t wait = LOADING_WAIT_S * CLOCK_SECOND;
	if (wait > engine->options->retry.cap_ns) {
		wait = engine->options->retry.cap_ns;
	}
	if (ask_elsewhere(attempt, reply->message)) {
		return;
	}
	if (engine->stopping || spent_ns(attempt) >= LOADING_MAX_S * CLOCK_SECOND) {
		give_up(attempt, true, reply->message);
	} else {
		ask_later(attempt, wait, reply->message);
	}
}

/* Nothing more goes to this server: to another, or the run stops. */
static void close_lane(struct attempt *attempt, enum engine_end end, const char *why) {
	struct engine *engine = attempt->engine;
	if (!lane_close(&engine->lanes, attempt->lane, end, why)) {
		engine_stop(engine, end, CANCEL_ASKING, why);
		return;
	}
	char *url = http_redact_url(attempt->lane->model.base_url);
	log_warn("%s: %s; going on with the other servers", url, why);
	free(url);
	attempt_ask(attempt);
}

static void on_rate_limit(struct attempt *attempt, const struct reply *reply) {
	struct engine *engine = attempt->engine;
	int64_t wait = reply->retry_after_ms >= 0 ? reply->retry_after_ms * CLOCK_MS : CLOCK_SECOND;
	if (wait > engine->options->retry.budget_ns) {
		// More than any sample may take. A run always ends; the same command goes on later.
		char message[512];
		snprintf(message, sizeof(message), "%s; it asks to wait %" PRId64 " s",
			reply->message, wait / CLOCK_SECOND);
		close_lane(attempt, ENGINE_QUOTA, message);
		return;
	}
	limiter_hold(attempt->lane->limiter, loop_now(engine->options->loop) + wait);
	snprintf(engine->wait_why, sizeof(engine->wait_why), "%s", reply->message);
	if (!ask_elsewhere(attempt, reply->message)) {
		retry_or_give_up(attempt, reply->retry_after_ms, false, reply->message);
	}
}

/* It is whole: written down, and its cost with it. */
static void take_reply(struct attempt *attempt, const char *note) {
	struct engine *engine = attempt->engine;
	struct completion *said = &attempt->said;
	char why[256];
	said->usd = attempt->from_cache ? 0 : price_of(&engine->options->price, said);
	engine->result->from_cache += attempt->from_cache;
	if (!attempt->from_cache && !engine->options->provider->local) {
		spend_add(&engine->spend, said);
	}
	attempt_record(attempt, &(struct record_reply){.completion = said, .note = note});
	if (!engine->stopping &&
		spend_is_over(&engine->spend, &engine->options->limits, why, sizeof(why))) {
		engine_stop(engine, ENGINE_LIMIT, CANCEL_WAITING, why);
	}
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
	take_reply(attempt, NULL);
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
		close_lane(attempt, ENGINE_REFUSED, reply->message);
		return;
	case REPLY_REFUSED_KEY:
	case REPLY_REFUSED_MODEL:
		close_lane(attempt, ENGINE_REFUSED, reply->message);
		return;
	case REPLY_QUOTA:
		close_lane(attempt, ENGINE_QUOTA, reply->message);
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
		take_reply(attempt, "still streaming at the request's deadline");
	} else {
		if (partial) {
			keep_partial(attempt, &completion);
		}
		retry_or_give_up(attempt, -1, true, err->message);
	}
	completion_finish(&completion);
}

/* What the server's limits are told of a request that ended. */
static void settle(
	struct attempt *attempt, const struct reply *reply, const struct completion *completion) {
	int64_t now = loop_now(attempt->engine->options->loop);
	enum limiter_end end = LIMITER_FAILED;
	int64_t used = -1; // whoever broke off may have counted all of it
	if (reply != NULL && (reply->class == REPLY_OK || reply->class == REPLY_CONTINUE)) {
		end = LIMITER_OK;
		if (completion->prompt_tokens >= 0 && completion->completion_tokens >= 0) {
			used = completion->prompt_tokens + completion->completion_tokens;
		}
	} else if (reply != NULL) {
		end = reply->class == REPLY_RATE_LIMITED ? LIMITER_TOO_FAST : LIMITER_FAILED;
		used = reply->class == REPLY_RETRY || reply->class == REPLY_BROKEN ? -1 : 0;
	}
	limiter_end(attempt->lane->limiter, now, end, attempt->reserved, used);
	attempt->in_lane = false;
	if (reply == NULL || reply->class == REPLY_RETRY) {
		lane_failed(&attempt->engine->lanes, attempt->lane, now);
	} else {
		lane_answered(attempt->lane);
	}
}

static void on_response(const struct http_response *response, const struct error *err, void *data) {
	struct attempt *attempt = data;
	struct engine *engine = attempt->engine;
	attempt->transfer = NULL;
	attempt->elapsed_ns = loop_now(engine->options->loop) - attempt->asked_ns;
	if (err != NULL) {
		settle(attempt, NULL, NULL);
	}
	if (err != NULL && err->code == ERROR_USAGE) {
		close_lane(attempt, ENGINE_REFUSED, err->message);
		return;
	}
	if (err != NULL) {
		on_failure(attempt, response->failure, err);
		return;
	}
	struct completion completion;
	completion_init(&completion);
	struct reply reply = reading_end(attempt->reading, response, &engine->capabilities);
	bool taken = reading_take(attempt->reading, 0, &completion);
	settle(attempt, &reply, &completion);
	if (taken && reply.class != REPLY_OK && reply.class != REPLY_CONTINUE) {
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
	struct ask question = attempt_question(attempt);
	int rc = provider->answer(attempt->engine->source, &question, &completion, &err);
	if (rc == 0) {
		on_reply(attempt, &(struct reply){.class = REPLY_OK}, &completion);
	} else {
		attempt_missing(attempt, err.message);
	}
	completion_finish(&completion);
}

/* ---- Sending: in the order of asking, as servers are free. */

static void queue_push(struct attempt *attempt) {
	struct engine *engine = attempt->engine;
	attempt->state = ATTEMPT_QUEUED;
	attempt->queue_next = NULL;
	attempt->queue_previous = engine->queue_last;
	if (engine->queue_last != NULL) {
		engine->queue_last->queue_next = attempt;
	} else {
		engine->queue_first = attempt;
	}
	engine->queue_last = attempt;
}

static void queue_take(struct attempt *attempt) {
	struct engine *engine = attempt->engine;
	if (attempt->queue_previous != NULL) {
		attempt->queue_previous->queue_next = attempt->queue_next;
	} else {
		engine->queue_first = attempt->queue_next;
	}
	if (attempt->queue_next != NULL) {
		attempt->queue_next->queue_previous = attempt->queue_previous;
	} else {
		engine->queue_last = attempt->queue_previous;
	}
	attempt->queue_next = attempt->queue_previous = NULL;
	attempt->state = ATTEMPT_STARTING;
}

/* What providers count before they answer: the prompt, about three bytes a token, and all that the
 * reply may have. */
static int64_t reservation(const struct attempt *attempt) {
	const struct engine_options *options = attempt->engine->options;
	size_t bytes = attempt->prompt.len;
	if (options->prompt != NULL && options->prompt->system != NULL) {
		bytes += strlen(options->prompt->system);
	}
	int64_t most = options->sampling.max_tokens;
	return (int64_t)(bytes / BYTES_PER_TOKEN) + (most > 0 ? most : REPLY_TOKENS);
}

static void answer_from_cache(void *data) {
	struct attempt *attempt = data;
	take_reply(attempt, NULL);
}

/* True when the cache settles it: the reply is there, or nothing may be sent. */
static bool ask_cache(struct attempt *attempt) {
	struct engine *engine = attempt->engine;
	struct error err;
	bool found = false;
	if (cached_find(attempt, &attempt->said, &found, &err) < 0) {
		attempt_fail(attempt, &err);
		return true;
	}
	if (found) {
		attempt->from_cache = true;
		loop_defer(engine->options->loop, answer_from_cache, attempt);
	} else if (engine->options->cache == CACHE_ONLY) {
		attempt_missing(attempt, "not in the cache, and --cache only sends nothing");
	}
	return found || engine->options->cache == CACHE_ONLY;
}

void attempt_ask(struct attempt *attempt) {
	struct engine *engine = attempt->engine;
	if (engine->options->provider->local) {
		attempt->attempts++;
		attempt->asked_ns = loop_now(engine->options->loop);
		loop_defer(engine->options->loop, answer_locally, attempt);
		return;
	}
	bool first = attempt->attempts == 0 && attempt->cache_key.hex[0] == '\0';
	if (first && engine->options->cache != CACHE_OFF && ask_cache(attempt)) {
		return;
	}
	attempt->reserved = reservation(attempt);
	queue_push(attempt);
}

static int build(struct attempt *attempt, struct error *err) {
	struct engine *engine = attempt->engine;
	attempt->ask = attempt_question(attempt);
	if (attempt->request_built) {
		http_request_finish(&attempt->request);
	}
	http_request_init(&attempt->request);
	attempt->request_built = true;
	return engine->options->provider->build_request(&attempt->lane->model, &attempt->ask,
		&engine->capabilities, &attempt->request, err);
}

static void send(struct attempt *attempt, struct lane *lane) {
	struct engine *engine = attempt->engine;
	const struct engine_options *options = engine->options;
	struct error err;
	attempt->lane = lane;
	attempt->avoid = NULL;
	attempt->asked_ns = loop_now(options->loop);
	if (attempt->attempts++ == 0) {
		attempt->first_asked_ns = attempt->asked_ns;
	}
	if (build(attempt, &err) < 0) {
		engine_stop(engine, ENGINE_REFUSED, CANCEL_ASKING, err.message);
		return;
	}
	attempt->state = ATTEMPT_ASKING;
	trace_event("request", attempt->item.sample, "%s", attempt->item.problem);
	limiter_start(lane->limiter, attempt->asked_ns, attempt->reserved);
	attempt->in_lane = true;
	reading_destroy(attempt->reading);
	attempt->reading = reading_create(options->provider, &lane->model, &attempt->ask);
	struct http_start_options start = {
		.on_body = attempt->ask.stream ? on_body : NULL,
		.idle_timeout_ms = attempt->ask.stream ? options->idle_timeout_ms : 0,
	};
	attempt->transfer =
		http_start_with(lane->endpoint, &attempt->request, &start, on_response, attempt);
}

static void dispatch_due(void *data) {
	// Waking the loop is enough: the next turn dispatches.
	struct engine *engine = data;
	engine->dispatch_timer = NULL;
}

void asking_wait(struct engine *engine, enum lanes_wait why, int64_t wait_ns) {
	struct loop *loop = engine->options->loop;
	engine->wait = why;
	engine->wait_until_ns = 0;
	loop_timer_cancel(engine->dispatch_timer);
	engine->dispatch_timer = NULL;
	if (why != LANES_FREE && why != LANES_BUSY && why != LANES_CLOSED) {
		engine->wait_until_ns = loop_now(loop) + wait_ns;
		engine->dispatch_timer = loop_timer_start(loop, wait_ns, dispatch_due, engine);
	}
}

void asking_dispatch(struct engine *engine) {
	enum lanes_wait why = LANES_FREE;
	int64_t wait_ns = 0;
	while (engine->queue_first != NULL && !engine->stopping) {
		struct attempt *attempt = engine->queue_first;
		struct lane *lane = lanes_choose(&engine->lanes, loop_now(engine->options->loop),
			attempt->reserved, attempt->avoid, &why, &wait_ns);
		if (lane == NULL) {
			break;
		}
		queue_take(attempt);
		send(attempt, lane);
	}
	if (engine->queue_first != NULL) {
		asking_wait(engine, why, wait_ns);
	}
}

void attempt_ask_cancel(struct attempt *attempt) {
	struct engine *engine = attempt->engine;
	if (attempt->state == ATTEMPT_QUEUED) {
		queue_take(attempt);
	}
	if (attempt->in_lane) {
		limiter_end(attempt->lane->limiter, loop_now(engine->options->loop), LIMITER_FAILED,
			attempt->reserved, -1);
		attempt->in_lane = false;
	}
	http_cancel(attempt->transfer);
	attempt->transfer = NULL;
	loop_timer_cancel(attempt->timer);
	attempt->timer = NULL;
	loop_defer_cancel(engine->options->loop, answer_locally, attempt);
	loop_defer_cancel(engine->options->loop, answer_from_cache, attempt);
}
