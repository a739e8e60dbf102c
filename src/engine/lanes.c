#include "engine/lanes.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "io/http.h"
#include "io/loop.h"

/* Three failures in a row: down for a second, and twice as long each time after that. */
enum { FAILURES_DOWN = 3, DOWN_FIRST_S = 1, DOWN_MAX_S = 60, DOUBLINGS_MAX = 10 };

static struct lane lane_open(const struct engine_options *options, const char *base_url) {
	struct lane lane = {
		.model = options->model,
		.endpoint = http_endpoint_create(options->loop,
			&(struct http_endpoint_options){
				.max_connections = options->connections,
				.connect_timeout_ms = options->connect_timeout_ms,
				.request_timeout_ms = options->request_timeout_ms,
			}),
		.limiter = limiter_create(&(struct limiter_options){
			.start = options->connections_start,
			.most = options->connections,
			.rpm = options->rpm,
			.tpm = options->tpm,
		}),
	};
	if (base_url != NULL) {
		lane.model.base_url = base_url;
	}
	return lane;
}

void lanes_open(struct lanes *lanes, const struct engine_options *options) {
	size_t count = options->base_url_count > 0 ? options->base_url_count : 1;
	*lanes = (struct lanes){.items = xcalloc(count, sizeof(*lanes->items)), .count = count};
	for (size_t i = 0; i < count; i++) {
		lanes->items[i] = lane_open(
			options, options->base_url_count > 0 ? options->base_urls[i] : NULL);
	}
}

void lanes_close(struct lanes *lanes) {
	for (size_t i = 0; i < lanes->count; i++) {
		http_endpoint_destroy(lanes->items[i].endpoint);
		limiter_destroy(lanes->items[i].limiter);
	}
	free(lanes->items);
	*lanes = (struct lanes){0};
}

static enum lanes_wait ask_lane(
	const struct lane *lane, int64_t now_ns, int64_t tokens, int64_t *wait_ns_out) {
	if (lane->closed) {
		return LANES_CLOSED;
	}
	if (lane->down_until_ns > now_ns) {
		*wait_ns_out = lane->down_until_ns - now_ns;
		return LANES_DOWN;
	}
	// After a down time one request is sent to see: what it brings changes that, not time.
	if (lane->down_until_ns > 0 && limiter_in_flight(lane->limiter) > 0) {
		return LANES_BUSY;
	}
	switch (limiter_ask(lane->limiter, now_ns, tokens, wait_ns_out)) {
	case LIMITER_FREE:
		return LANES_FREE;
	case LIMITER_WINDOW:
		return LANES_BUSY;
	case LIMITER_HOLD:
		return LANES_HELD;
	case LIMITER_REQUESTS:
		return LANES_REQUESTS;
	case LIMITER_TOKENS:
		break;
	}
	return LANES_TOKENS;
}

/* Whether `a` should have the next request rather than `b`: one that fails answers fast, and would
 * seem to be the least busy. */
static bool is_better(const struct lane *a, const struct lane *b, const struct lane *avoid) {
	if (b == NULL || (a == avoid) != (b == avoid)) {
		return b == NULL || b == avoid;
	}
	if ((a->failures > 0) != (b->failures > 0)) {
		return a->failures == 0;
	}
	// a.in_flight / a.window < b.in_flight / b.window
	return (int64_t)limiter_in_flight(a->limiter) * limiter_window(b->limiter) <
	       (int64_t)limiter_in_flight(b->limiter) * limiter_window(a->limiter);
}

struct lane *lanes_choose(struct lanes *lanes, int64_t now_ns, int64_t tokens,
	const struct lane *avoid, enum lanes_wait *why_out, int64_t *wait_ns_out) {
	struct lane *best = NULL;
	enum lanes_wait why = LANES_CLOSED;
	int64_t shortest_ns = INT64_MAX;
	for (size_t i = 0; i < lanes->count; i++) {
		struct lane *lane = &lanes->items[i];
		int64_t wait_ns = INT64_MAX;
		enum lanes_wait lane_why = ask_lane(lane, now_ns, tokens, &wait_ns);
		if (lane_why == LANES_FREE) {
			best = is_better(lane, best, avoid) ? lane : best;
		} else if (lane_why == LANES_BUSY && shortest_ns == INT64_MAX) {
			why = LANES_BUSY;
		} else if (lane_why != LANES_CLOSED && wait_ns < shortest_ns) {
			why = lane_why;
			shortest_ns = wait_ns;
		}
	}
	*why_out = best != NULL ? LANES_FREE : why;
	*wait_ns_out = shortest_ns;
	return best;
}

void lane_answered(struct lane *lane) {
	lane->failures = 0;
	lane->down_until_ns = 0;
}

void lane_failed(struct lanes *lanes, struct lane *lane, int64_t now_ns) {
	if (lane->down_until_ns > now_ns) {
		return; // of those that were under way when it went down: no news
	}
	lane->failures++;
	// A lane that is alone is tried as often as its samples are: their own waits are enough.
	if (lanes->count < 2 || lane->failures < FAILURES_DOWN) {
		return;
	}
	int doublings = lane->failures - FAILURES_DOWN;
	int64_t seconds = DOWN_FIRST_S << (doublings < DOUBLINGS_MAX ? doublings : DOUBLINGS_MAX);
	seconds = seconds < DOWN_MAX_S ? seconds : DOWN_MAX_S;
	lane->down_until_ns = now_ns + seconds * CLOCK_SECOND;
}

bool lane_close(struct lanes *lanes, struct lane *lane, enum engine_end end, const char *why) {
	bool other = false;
	if (!lane->closed) {
		lane->closed = true;
		lane->closed_end = end;
		snprintf(lane->closed_why, sizeof(lane->closed_why), "%s", why);
	}
	for (size_t i = 0; i < lanes->count; i++) {
		other = other || !lanes->items[i].closed;
	}
	return other;
}

bool lanes_has_other(const struct lanes *lanes, const struct lane *lane, int64_t now_ns) {
	for (size_t i = 0; i < lanes->count; i++) {
		const struct lane *other = &lanes->items[i];
		if (other != lane && !other->closed && other->failures == 0 &&
			limiter_held_until(other->limiter, now_ns) == 0) {
			return true;
		}
	}
	return false;
}
