#include "engine/group.h"

#include <math.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/plan.h"
#include "engine/run_internal.h"
#include "io/loop.h"

size_t group_most(const struct engine *engine) {
	const struct engine_options *options = engine->options;
	const struct capabilities *capabilities = &engine->capabilities;
	if (options->choices <= 1 || options->provider == NULL || options->provider->local ||
		capabilities->n != SUPPORT_YES || capabilities_drops(capabilities, PARAMETER_N)) {
		return 1;
	}
	// llama.cpp refuses more than it has slots for.
	int64_t slots = capabilities->slots;
	return (size_t)(slots > 0 && slots < options->choices ? slots : options->choices);
}

size_t group_size(const struct attempt *attempt) {
	size_t size = 1;
	for (const struct attempt *at = attempt->followers; at != NULL; at = at->follower_next) {
		size++;
	}
	return size;
}

static void follow(struct attempt *leader, struct attempt *attempt) {
	struct attempt **end = &leader->followers;
	while (*end != NULL) {
		end = &(*end)->follower_next;
	}
	*end = attempt;
	attempt_leave_queue(attempt);
	attempt->leader = leader;
	attempt->state = ATTEMPT_FOLLOWING;
	leader->engine->following++;
	attempt_reserve(leader);
}

void group_start(struct engine *engine, const struct plan_item *item) {
	attempt_start(engine, item);
	size_t most = item->ask ? group_most(engine) : 1;
	// Nothing was queued before: who is in the queue has to be asked for.
	struct attempt *leader = engine->queue_last;
	struct plan_item beside;
	for (size_t i = 1; i < most && !engine->stopping &&
			   plan_next_beside(engine->options->plan, item, &beside);
		i++) {
		attempt_start(engine, &beside);
		if (leader == NULL) {
			leader = engine->queue_last;
		} else if (engine->queue_last != NULL && engine->queue_last != leader) {
			follow(leader, engine->queue_last);
		}
	}
}

/* The followers, who are none from now on: a list by follower_next. */
static struct attempt *release(struct attempt *leader) {
	struct attempt *first = leader->followers;
	leader->followers = NULL;
	for (struct attempt *at = first; at != NULL; at = at->follower_next) {
		at->leader = NULL;
		at->state = ATTEMPT_STARTING;
		at->elapsed_ns = leader->elapsed_ns;
		at->wait_ns = leader->wait_ns;
		leader->engine->following--;
	}
	return first;
}

/* A run that stops begins nothing new: the same command asks for it. */
static void ask_alone(struct attempt *attempt) {
	attempt->elapsed_ns = attempt->wait_ns = 0;
	if (attempt->engine->stopping) {
		attempt_cancel(attempt);
	} else {
		attempt_ask(attempt);
	}
}

void group_part(struct attempt *leader) {
	struct attempt *next;
	for (struct attempt *at = release(leader); at != NULL; at = next) {
		next = at->follower_next;
		at->follower_next = NULL;
		ask_alone(at);
	}
}

void group_check(struct attempt *leader) {
	if (leader->followers != NULL && group_most(leader->engine) < 2) {
		group_part(leader);
		attempt_reserve(leader);
	}
}

/* What a request cost stands with the first of its replies; the others cost nothing more. */
static void share_cost(struct completion *completion, const struct completion *paid, bool priced) {
	if (paid->prompt_tokens >= 0) {
		completion->prompt_tokens = 0;
	}
	if (paid->completion_tokens >= 0) {
		completion->completion_tokens = 0;
	}
	if (paid->reasoning_tokens >= 0) {
		completion->reasoning_tokens = 0;
	}
	if (paid->cached_tokens >= 0) {
		completion->cached_tokens = 0;
	}
	if (priced) {
		completion->usd = 0;
	}
}

/* The counts of the first reply that came. */
struct paid {
	bool known;
	bool priced;
	struct completion counts; // no texts
};

static void account(const struct engine *engine, struct paid *paid, struct completion *completion) {
	if (paid->known) {
		share_cost(completion, &paid->counts, paid->priced);
		return;
	}
	paid->known = true;
	paid->priced = !isnan(price_of(&engine->options->price, completion));
	paid->counts = (struct completion){.prompt_tokens = completion->prompt_tokens,
		.completion_tokens = completion->completion_tokens,
		.reasoning_tokens = completion->reasoning_tokens,
		.cached_tokens = completion->cached_tokens};
}

static void learn(struct engine *engine, size_t came, size_t wanted) {
	if (came == 1 && wanted > 1 && engine->capabilities.n != SUPPORT_NO) {
		engine->capabilities.n = SUPPORT_NO;
		log_info("%s: one reply came where %zu were asked for; each sample is a request of "
			 "its own from now on",
			engine->options->label, wanted);
	}
}

/* Writes down what came for one; `at` may be gone after it. */
static void take(struct attempt *at, struct completion *completion, const char *note) {
	at->said = *completion;
	completion_init(completion);
	if (note != NULL) {
		at->said.finish = FINISH_LENGTH;
	}
	attempt_take_said(at, note);
}

void group_take(struct attempt *leader, struct completion *first, const char *note) {
	struct engine *engine = leader->engine;
	struct reading *reading = leader->reading;
	size_t wanted = group_size(leader), came = first != NULL, index = 1;
	struct paid paid = {0};
	struct attempt *at = release(leader), *next;
	engine_note_reply(engine);
	leader->failing = (struct retry_record){0};
	leader->reading = NULL;
	int64_t untold = 0; // requests of a leader who leaves no row
	if (first != NULL) {
		account(engine, &paid, first);
		take(leader, first, note);
	} else if (engine->stopping) {
		untold = leader->attempts - leader->unpaid;
		attempt_cancel(leader);
	} else {
		attempt_ask(leader);
	}
	for (; at != NULL && !engine->failed; at = next, index++) {
		struct completion completion;
		completion_init(&completion);
		next = at->follower_next;
		at->follower_next = NULL;
		if (reading_take(reading, index, &completion)) {
			came++;
			account(engine, &paid, &completion);
			at->attempts += untold;
			untold = 0;
			take(at, &completion, note);
		} else {
			ask_alone(at);
		}
		completion_finish(&completion);
	}
	if (note == NULL) {
		learn(engine, came, wanted);
	}
	reading_destroy(reading);
}

void group_missing(struct attempt *leader, const char *why) {
	struct attempt *next;
	struct engine *engine = leader->engine;
	for (struct attempt *at = release(leader); at != NULL && !engine->failed; at = next) {
		next = at->follower_next;
		at->follower_next = NULL;
		attempt_missing(at, why);
	}
}

void group_cancel(struct attempt *leader) {
	struct attempt *next;
	for (struct attempt *at = release(leader); at != NULL; at = next) {
		next = at->follower_next;
		at->follower_next = NULL;
		attempt_cancel(at);
	}
}
