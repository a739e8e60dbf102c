#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/trace.h"
#include "core/prompt.h"
#include "engine/cached.h"
#include "engine/group.h"
#include "engine/record.h"
#include "engine/run_internal.h"
#include "io/loop.h"

/* Sending requests: in the order of asking, as servers are free. */

enum {
	BYTES_PER_TOKEN = 3,
	REPLY_TOKENS = 2048, // of a reply without a limit
};

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

void attempt_leave_queue(struct attempt *attempt) {
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
void attempt_reserve(struct attempt *attempt) {
	const struct engine_options *options = attempt->engine->options;
	size_t bytes = attempt->prompt.len;
	if (options->prompt != NULL && options->prompt->system != NULL) {
		bytes += strlen(options->prompt->system);
	}
	int64_t most = options->sampling.max_tokens;
	attempt->reserved = (int64_t)(bytes / BYTES_PER_TOKEN) +
			    (int64_t)group_size(attempt) * (most > 0 ? most : REPLY_TOKENS);
}

static void answer_from_cache(void *data) {
	struct attempt *attempt = data;
	struct cache_reply *cached = &attempt->cached;
	if (cached->completion == NULL) {
		attempt->engine->result->from_cache++;
		attempt_record(attempt,
			&(struct record_reply){.outcome = cached->outcome, .note = cached->note});
		return;
	}
	attempt->said = *cached->completion;
	completion_init(cached->completion);
	attempt_take_said(attempt, NULL);
}

/* True when the cache settles it: the reply is there, or nothing may be sent. */
static bool ask_cache(struct attempt *attempt) {
	struct engine *engine = attempt->engine;
	struct error err;
	bool found = false;
	if (cached_find(attempt, &attempt->cached, &found, &err) < 0) {
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
		loop_defer(engine->options->loop, attempt_answer_locally, attempt);
		return;
	}
	bool first = attempt->attempts == 0 && attempt->cache_key.hex[0] == '\0';
	if (first && engine->options->cache != CACHE_OFF && ask_cache(attempt)) {
		return;
	}
	attempt_reserve(attempt);
	queue_push(attempt);
}

/* What it may take of the run's limits, at most as far as anybody knows. */
static struct spend_share share_of(const struct attempt *attempt) {
	const struct engine *engine = attempt->engine;
	struct completion most;
	completion_init(&most);
	most.completion_tokens = engine->options->sampling.max_tokens > 0
					 ? engine->options->sampling.max_tokens
					 : REPLY_TOKENS;
	most.completion_tokens *= (int64_t)group_size(attempt);
	most.prompt_tokens = attempt->reserved - most.completion_tokens;
	struct spend_share share = {
		.requests = 1,
		.tokens = attempt->reserved,
		.usd = price_of(&engine->options->price, &most),
	};
	completion_finish(&most);
	return spend_expect(&engine->spend, share);
}

static bool has_room(const struct attempt *attempt) {
	const struct engine *engine = attempt->engine;
	const struct spend_limits *limits = &engine->options->limits;
	if ((limits->tokens == 0 && limits->usd <= 0) || engine->stopping) {
		return true;
	}
	struct spend_share share = share_of(attempt);
	return spend_has_room(&engine->spend, limits, &engine->held, &share);
}

static void hold(struct attempt *attempt) {
	struct spend_share *held = &attempt->engine->held;
	attempt->held = share_of(attempt);
	if (isnan(attempt->held.usd)) {
		attempt->held.usd = 0; // it goes alone, where that counts
	}
	held->requests++;
	held->tokens += attempt->held.tokens;
	held->usd += attempt->held.usd;
}

void asking_release(struct attempt *attempt) {
	struct spend_share *held = &attempt->engine->held;
	attempt->in_lane = false;
	held->requests--;
	held->tokens -= attempt->held.tokens;
	held->usd = held->requests > 0 ? held->usd - attempt->held.usd : 0;
}

static int build(struct attempt *attempt, struct error *err) {
	struct engine *engine = attempt->engine;
	attempt->ask = attempt_question(attempt);
	// The one that the cache was asked with will do where it is what would be built now.
	if (attempt->request_plain && attempt->ask.count == 1 &&
		attempt->lane == engine->lanes.items && !attempt->ask.stream &&
		attempt->ask.continuation == NULL && engine->capabilities.dropped == 0 &&
		engine->capabilities.limit == LIMIT_MAX_TOKENS) {
		return 0;
	}
	attempt->request_plain = false;
	if (attempt->request_built) {
		http_request_finish(&attempt->request);
	}
	http_request_init(&attempt->request);
	attempt->request_built = true;
	return engine->options->provider->build_request(&attempt->lane->model, &attempt->ask,
		&engine->capabilities, &attempt->request, err);
}

/* With --sample-time-limit no request is given longer than what is left of it. */
static int64_t request_timeout_ms(const struct attempt *attempt) {
	const struct engine_options *options = attempt->engine->options;
	int64_t left_ns = options->sample_limit_ns - attempt_spent_ns(attempt);
	int64_t left_ms = (left_ns + CLOCK_MS - 1) / CLOCK_MS;
	if (options->sample_limit_ns == 0 || left_ms >= options->request_timeout_ms) {
		return options->request_timeout_ms;
	}
	return left_ms > 0 ? left_ms : 1;
}

static void send(struct attempt *attempt, struct lane *lane) {
	struct engine *engine = attempt->engine;
	const struct engine_options *options = engine->options;
	struct error err;
	group_check(attempt);
	attempt->lane = lane;
	attempt->avoid = NULL;
	attempt->asked_ns = loop_now(options->loop);
	attempt->failing.tries++;
	if (attempt->attempts++ == 0) {
		attempt->first_asked_ns = attempt->asked_ns;
	} else {
		attempt->wait_ns += attempt->asked_ns - attempt->ended_ns;
	}
	if (build(attempt, &err) < 0) {
		engine_stop(engine, ENGINE_REFUSED, CANCEL_ASKING, err.message);
		return;
	}
	attempt->state = ATTEMPT_ASKING;
	trace_event("request", attempt->item.sample, "%s", attempt->item.problem);
	limiter_start(lane->limiter, attempt->asked_ns, attempt->reserved);
	attempt->in_lane = true;
	hold(attempt);
	reading_destroy(attempt->reading);
	attempt->reading = reading_create(options->provider, &lane->model, &attempt->ask);
	struct http_start_options start = {
		.on_body = attempt->ask.stream ? attempt_on_body : NULL,
		.idle_timeout_ms = attempt->ask.stream ? options->idle_timeout_ms : 0,
		.request_timeout_ms = request_timeout_ms(attempt),
	};
	engine->requests++;
	attempt->transfer = http_start_with(
		lane->endpoint, &attempt->request, &start, attempt_on_response, attempt);
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
	while (engine->queue_first != NULL) {
		struct attempt *attempt = engine->queue_first;
		struct lane *lane = lanes_choose(&engine->lanes, loop_now(engine->options->loop),
			attempt->reserved, attempt->avoid, &why, &wait_ns);
		bool late = attempt_charged_ns(attempt) >= engine->options->retry.budget_ns;
		if (lane != NULL && !has_room(attempt)) {
			lane = NULL;
			why = LANES_BUSY; // until a reply has come
		}
		// What was under way when the run was stopped is finished, but not waited with.
		bool dropped = lane == NULL && engine->stopping && why != LANES_BUSY;
		if (lane == NULL && !late && !dropped) {
			break;
		}
		attempt_leave_queue(attempt);
		if (lane != NULL) {
			send(attempt, lane);
		} else if (dropped) {
			attempt_cancel(attempt);
		} else {
			attempt_give_up(attempt, "no server was free again in its time");
		}
	}
	if (engine->queue_first != NULL) {
		asking_wait(engine, why, wait_ns);
	}
}

void attempt_ask_cancel(struct attempt *attempt) {
	struct engine *engine = attempt->engine;
	if (attempt->state == ATTEMPT_QUEUED) {
		attempt_leave_queue(attempt);
	}
	if (attempt->in_lane) {
		limiter_end(attempt->lane->limiter, loop_now(engine->options->loop), LIMITER_FAILED,
			attempt->reserved, -1);
		asking_release(attempt);
	}
	http_cancel(attempt->transfer);
	attempt->transfer = NULL;
	loop_timer_cancel(attempt->timer);
	attempt->timer = NULL;
	loop_defer_cancel(engine->options->loop, attempt_answer_locally, attempt);
	loop_defer_cancel(engine->options->loop, answer_from_cache, attempt);
}
