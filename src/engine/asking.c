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
#include "engine/group.h"
#include "engine/record.h"
#include "engine/run_internal.h"
#include "io/loop.h"

/* Asking a model for the reply of one attempt: requests, what comes back, and when to ask again. */

enum {
	ADJUSTMENTS_MAX = 8,
	CONTINUATIONS_MAX = 16,
	LOADING_WAIT_S = 2,
	LOADING_MAX_S = 600,
	HTTP_ERRORS = 400, // statuses from here on
};

uint64_t attempt_seed(const struct attempt *attempt) {
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
		.count = group_size(attempt),
		.continuation = attempt->said.continuation,
	};
	ask.stream =
		provider_streams(options->stream, &ask.sampling, &attempt->engine->capabilities);
	ask.sampling.seed = attempt->seed;
	return ask;
}

static void on_retry_due(void *data) {
	struct attempt *attempt = data;
	attempt->timer = NULL;
	attempt_ask(attempt);
}

/* Since it was first sent: waiting for one's turn is nobody's failure. */
int64_t attempt_spent_ns(const struct attempt *attempt) {
	return attempt->attempts > 0
		       ? loop_now(attempt->engine->options->loop) - attempt->first_asked_ns
		       : 0;
}

int64_t attempt_charged_ns(const struct attempt *attempt) {
	const struct engine_options *options = attempt->engine->options;
	if (options->sample_limit_ns > 0) {
		return attempt_spent_ns(attempt);
	}
	return attempt->failing.since_ns > 0 ? loop_now(options->loop) - attempt->failing.since_ns
					     : 0;
}

/* Whether --sample-time-limit leaves a request that begins after `wait_ns` too little to be one: who
 * pays for it would get nothing. */
static bool has_no_time_left(const struct attempt *attempt, int64_t wait_ns) {
	int64_t limit_ns = attempt->engine->options->sample_limit_ns;
	return limit_ns > 0 && attempt_spent_ns(attempt) + wait_ns > limit_ns - limit_ns / 20;
}

/* To another server at once, where there is one. */
static bool ask_elsewhere(struct attempt *attempt, const char *why) {
	struct engine *engine = attempt->engine;
	int64_t now = loop_now(engine->options->loop);
	if (engine->stopping || attempt->failing.tries >= engine->options->retry.max_attempts ||
		attempt_charged_ns(attempt) >= engine->options->retry.budget_ns ||
		has_no_time_left(attempt, 0) ||
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

void engine_note_reply(struct engine *engine) {
	engine->last_reply_ns = loop_now(engine->options->loop);
	engine->given_up = 0;
}

/* Going on would only make all that is left missing, one after the other. Where somebody answers it
 * takes two: one question alone may be what it cannot stand. */
static bool is_down(const struct attempt *attempt) {
	const struct engine *engine = attempt->engine;
	bool alone = engine->asking - engine->following == 1 && plan_left(engine->options->plan) == 0;
	return engine->last_reply_ns < attempt->failing.since_ns &&
	       (engine->given_up > 1 || attempt->failing.unreachable_ns > 0 || alone);
}

void attempt_give_up(struct attempt *attempt, const char *why) {
	struct engine *engine = attempt->engine;
	engine->given_up++;
	bool down = is_down(attempt);
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
	attempt->timer = loop_timer_start(loop, wait, on_retry_due, attempt);
}

/* Waits double; without their jitter the usual eight tries at a server that is gone take a minute,
 * which is as long as one takes to start again. */
static int64_t wait_of(
	const struct attempt *attempt, enum retry_trouble trouble, int64_t retry_after_ms) {
	int64_t now = loop_now(attempt->engine->options->loop);
	return retry_is_hopeless(&attempt->failing, trouble, now)
		       ? -1
		       : retry_wait(&attempt->engine->options->retry, attempt->failing.tries,
				 attempt_charged_ns(attempt), retry_after_ms,
				 trouble == RETRY_UNREACHABLE ? 1 : random_share());
}

static void retry_or_give_up(struct attempt *attempt, enum retry_trouble trouble,
	int64_t retry_after_ms, const char *why) {
	if (ask_elsewhere(attempt, why)) {
		return;
	}
	int64_t wait = wait_of(attempt, trouble, retry_after_ms);
	if (wait < 0 || attempt->engine->stopping || has_no_time_left(attempt, wait)) {
		attempt_give_up(attempt, why);
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
	attempt->failing.tries--;
	// The others need not ask, too.
	limiter_hold(attempt->lane->limiter, loop_now(engine->options->loop) + wait);
	snprintf(engine->wait_why, sizeof(engine->wait_why), "%s", reply->message);
	if (ask_elsewhere(attempt, reply->message)) {
		return;
	}
	if (engine->stopping || attempt_charged_ns(attempt) >= LOADING_MAX_S * CLOCK_SECOND ||
		has_no_time_left(attempt, wait)) {
		attempt_give_up(attempt, reply->message);
	} else {
		ask_later(attempt, wait, reply->message);
	}
}

/* Nothing more goes to this server: to another, or the run stops. */
static void close_lane(struct attempt *attempt, enum engine_end end, const char *why) {
	struct engine *engine = attempt->engine;
	bool known = attempt->lane->closed;
	if (!lane_close(&engine->lanes, attempt->lane, end, why)) {
		engine_stop(engine, end, CANCEL_ASKING, why);
		return;
	}
	if (!known) {
		char *url = http_redact_url(attempt->lane->model.base_url);
		log_warn("%s: %s; going on with the other servers", url, why);
		free(url);
	}
	attempt_ask(attempt);
}

static void on_rate_limit(struct attempt *attempt, const struct reply *reply) {
	struct engine *engine = attempt->engine;
	int64_t wait = reply->retry_after_ms >= 0 ? reply->retry_after_ms * CLOCK_MS : CLOCK_SECOND;
	if (reply->retry_after_ms >= 0 && wait > engine->options->retry.budget_ns) {
		// More than any sample may take. A run always ends; the same command goes on later.
		char message[512];
		snprintf(message, sizeof(message), "%s; it asks to wait %" PRId64 " s",
			reply->message, wait / CLOCK_SECOND);
		close_lane(attempt, ENGINE_QUOTA, message);
		return;
	}
	limiter_hold(attempt->lane->limiter, loop_now(engine->options->loop) + wait);
	snprintf(engine->wait_why, sizeof(engine->wait_why), "%s", reply->message);
	retry_or_give_up(attempt, RETRY_REPLY, reply->retry_after_ms, reply->message);
}

void attempt_charge_said(struct attempt *attempt) {
	struct engine *engine = attempt->engine;
	struct completion *said = &attempt->said;
	said->usd = attempt->from_cache ? 0 : price_of(&engine->options->price, said);
	if (!attempt->from_cache && !engine->options->provider->local) {
		spend_add(&engine->spend, said);
	}
}

void attempt_take_said(struct attempt *attempt, const char *note) {
	struct completion *said = &attempt->said;
	attempt_charge_said(attempt);
	attempt->engine->result->from_cache += attempt->from_cache;
	attempt_record(attempt,
		&(struct record_reply){.completion = said, .note = note, .cut = note != NULL});
}

/* A model that paused is asked to go on; what it said before belongs to the reply. */
static void on_completion(
	struct attempt *attempt, const struct reply *reply, struct completion *completion) {
	struct engine *engine = attempt->engine;
	engine_note_reply(engine);
	attempt->failing = (struct retry_record){0};
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
	attempt_take_said(attempt, NULL);
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
	case REPLY_REFUSED:
		engine_note_reply(engine);
		group_part(attempt);
		attempt_record(
			attempt, &(struct record_reply){.outcome = reply->class == REPLY_CONTEXT
									   ? OUTCOME_CONTEXT
									   : OUTCOME_REFUSED,
					 .note = reply->message});
		return;
	case REPLY_RATE_LIMITED:
		on_rate_limit(attempt, reply);
		return;
	case REPLY_RETRY:
		if (reply->final) {
			attempt_give_up(attempt, reply->message);
			return;
		}
		retry_or_give_up(attempt, RETRY_REPLY, reply->retry_after_ms, reply->message);
		return;
	case REPLY_BROKEN:
		retry_or_give_up(attempt, RETRY_BROKEN, reply->retry_after_ms, reply->message);
		return;
	case REPLY_LOADING:
		on_loading(attempt, reply);
		return;
	case REPLY_ADJUST:
		if (attempt->adjustments++ < ADJUSTMENTS_MAX) {
			attempt->failing.tries--; // the next one is another question
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

void attempt_on_body(
	const struct http_response *head, const char *bytes, size_t length, void *data) {
	struct attempt *attempt = data;
	(void)head;
	reading_feed(attempt->reading, bytes, length);
}

static enum retry_trouble trouble_of(enum http_failure failure) {
	switch (failure) {
	case HTTP_FAILURE_LOOKUP:
	case HTTP_FAILURE_CONNECT:
	case HTTP_FAILURE_CONNECT_TIMEOUT:
	case HTTP_FAILURE_PROXY:
		return RETRY_UNREACHABLE;
	case HTTP_FAILURE_PROTOCOL:
	case HTTP_FAILURE_ENCODING:
	case HTTP_FAILURE_TOO_LARGE:
	case HTTP_FAILURE_HEAD_TOO_LARGE:
		return RETRY_BROKEN;
	case HTTP_FAILURE_NONE:
	case HTTP_FAILURE_URL:
	case HTTP_FAILURE_TLS_VERIFY:
	case HTTP_FAILURE_TLS:
	case HTTP_FAILURE_LOST:
	case HTTP_FAILURE_CUT:
	case HTTP_FAILURE_IDLE_TIMEOUT:
	case HTTP_FAILURE_TIMEOUT:
		break;
	}
	return RETRY_REPLY;
}

static const char past_deadline[] = "still streaming at the request's deadline";

/* The transfer failed. A model that was still talking at the request's deadline has had its time. */
static void on_failure(
	struct attempt *attempt, enum http_failure failure, const struct error *err) {
	struct completion completion;
	completion_init(&completion);
	reading_end(attempt->reading, NULL, &attempt->engine->capabilities);
	bool partial = reading_take(attempt->reading, 0, &completion);
	bool text = partial || reading_has_text(attempt->reading);
	if (attempt->followers != NULL && text && failure == HTTP_FAILURE_TIMEOUT) {
		group_take(attempt, partial ? &completion : NULL, past_deadline);
	} else if (partial && failure == HTTP_FAILURE_TIMEOUT) {
		completion.finish = FINISH_LENGTH;
		if (attempt->said.text != NULL) {
			completion_join(&attempt->said, &completion);
		} else {
			attempt->said = completion;
			completion_init(&completion);
		}
		attempt_take_said(attempt, past_deadline);
	} else {
		if (partial) {
			keep_partial(attempt, &completion);
		}
		retry_or_give_up(attempt, trouble_of(failure), -1, err->message);
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
	asking_release(attempt);
	if (reply == NULL || reply->class == REPLY_RETRY || reply->class == REPLY_BROKEN) {
		lane_failed(&attempt->engine->lanes, attempt->lane, now);
	} else {
		lane_answered(attempt->lane);
	}
}

void attempt_on_response(
	const struct http_response *response, const struct error *err, void *data) {
	struct attempt *attempt = data;
	struct engine *engine = attempt->engine;
	attempt->transfer = NULL;
	attempt->ended_ns = loop_now(engine->options->loop);
	attempt->elapsed_ns = attempt->ended_ns - attempt->asked_ns;
	retry_failed(&attempt->failing, attempt->asked_ns,
		err != NULL ? trouble_of(response->failure) : RETRY_REPLY);
	attempt->unpaid += err != NULL ? trouble_of(response->failure) == RETRY_UNREACHABLE
				       : response->status >= HTTP_ERRORS;
	if (err != NULL) {
		settle(attempt, NULL, NULL);
	}
	if (err != NULL) {
		// Its words may be the other side's.
		struct error told = *err;
		reading_mask(attempt->reading, told.message);
		if (err->code == ERROR_USAGE) {
			close_lane(attempt, ENGINE_REFUSED, told.message);
		} else {
			on_failure(attempt, response->failure, &told);
		}
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
	if (attempt->followers != NULL && reply.class == REPLY_OK) {
		group_take(attempt, taken ? &completion : NULL, NULL);
	} else {
		on_reply(attempt, &reply, &completion);
	}
	completion_finish(&completion);
}

void attempt_answer_locally(void *data) {
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
