#include "mock_limit.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"

static void forget_old(struct mock_limit *limit, int64_t now_ns) {
	while (limit->first < limit->events.count &&
		limit->events.items[limit->first].at_ns <= now_ns - limit->window_ns) {
		const struct mock_event *event = &limit->events.items[limit->first++];
		limit->tried_requests--;
		limit->tried_tokens -= event->tokens;
		limit->taken_requests -= event->accepted;
		limit->taken_tokens -= event->accepted ? event->tokens : 0;
	}
	if (limit->first > 4096 && limit->first > limit->events.count / 2) {
		limit->events.count -= limit->first;
		memmove(limit->events.items, limit->events.items + limit->first,
			limit->events.count * sizeof(*limit->events.items));
		limit->first = 0;
	}
}

static bool has_room(
	const struct mock_limit *limit, int64_t requests, int64_t tokens, int64_t more) {
	return (limit->rpm == 0 || requests < limit->rpm) &&
	       (limit->tpm == 0 || tokens + more <= limit->tpm);
}

/* When enough of what was taken will have left the window. */
static int64_t wait_for(const struct mock_limit *limit, int64_t now_ns, int64_t tokens) {
	int64_t requests = limit->taken_requests;
	int64_t taken = limit->taken_tokens;
	for (size_t i = limit->first; i < limit->events.count; i++) {
		const struct mock_event *event = &limit->events.items[i];
		requests -= event->accepted;
		taken -= event->accepted ? event->tokens : 0;
		if (event->accepted && has_room(limit, requests, taken, tokens)) {
			return event->at_ns + limit->window_ns - now_ns;
		}
	}
	return limit->window_ns;
}

bool mock_limit_take(
	struct mock_limit *limit, int64_t now_ns, int64_t tokens, int64_t *wait_ns_out) {
	forget_old(limit, now_ns);
	bool accepted = has_room(limit, limit->taken_requests, limit->taken_tokens, tokens);
	if (!accepted) {
		*wait_ns_out = wait_for(limit, now_ns, tokens);
		limit->rejected++;
	}
	vec_push(&limit->events, (struct mock_event){now_ns, tokens, accepted});
	limit->tried_requests++;
	limit->tried_tokens += tokens;
	limit->taken_requests += accepted;
	limit->taken_tokens += accepted ? tokens : 0;
	if (limit->tried_requests > limit->most_requests) {
		limit->most_requests = limit->tried_requests;
	}
	if (limit->tried_tokens > limit->most_tokens) {
		limit->most_tokens = limit->tried_tokens;
	}
	return accepted;
}

static void add_lines(const struct mock_limit *limit, const char *what, int64_t most, int64_t taken,
	struct buf *out) {
	if (most > 0) {
		buf_appendf(out,
			"x-ratelimit-limit-%s: %" PRId64 "\r\nx-ratelimit-remaining-%s: %" PRId64
			"\r\nx-ratelimit-reset-%s: %" PRId64 "ms\r\n",
			what, most, what, most > taken ? most - taken : 0, what,
			limit->window_ns / CLOCK_MS);
	}
}

void mock_limit_headers(const struct mock_limit *limit, struct buf *out) {
	add_lines(limit, "requests", limit->rpm, limit->taken_requests, out);
	add_lines(limit, "tokens", limit->tpm, limit->taken_tokens, out);
}

static double over(int64_t most, int64_t limit) {
	return limit > 0 && most > limit ? 100.0 * (double)(most - limit) / (double)limit : 0;
}

void mock_limit_report(const struct mock_limit *limit, struct buf *out) {
	double requests = over(limit->most_requests, limit->rpm);
	double tokens = over(limit->most_tokens, limit->tpm);
	buf_appendf(out,
		"{\"rpm\":%" PRId64 ",\"tpm\":%" PRId64 ",\"window_ms\":%" PRId64
		",\"rejected\":%" PRId64 ",\"most_requests\":%" PRId64 ",\"most_tokens\":%" PRId64
		",\"over_percent\":%.2f}",
		limit->rpm, limit->tpm, limit->window_ns / CLOCK_MS, limit->rejected,
		limit->most_requests, limit->most_tokens, requests > tokens ? requests : tokens);
}

void mock_limit_finish(struct mock_limit *limit) {
	vec_finish(&limit->events);
}
