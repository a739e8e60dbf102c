#ifndef F2F_ENGINE_LIMITER_H
#define F2F_ENGINE_LIMITER_H

#include <stdbool.h>
#include <stdint.h>

/**
 * How many requests one endpoint is given at once, and how fast. Pure: the caller brings the time.
 *
 * The window begins at `start`. While no request was turned away for going too fast it doubles after
 * each round that used it up (as many replies as the window is wide); afterwards it grows by a
 * twentieth. A 429 cuts it to four fifths, once per cooldown however many requests were under way
 * when it came: method of inspect_ai's adaptive connections (harness.md 1a, 5.4).
 *
 * Requests and tokens a minute are buckets that refill steadily. A request reserves what it may use
 * at most, because providers count so; settling gives back what it did not. Rate and depth together
 * stay within the limit for every minute, not on the average only.
 */
struct limiter_options {
	int start; // requests in flight at first; 0: 20
	int most; // and at most; 0: 100
	int64_t cooldown_ns; // between two cuts; 0: 15 s
	int64_t rpm; // requests a minute; 0: not limited
	int64_t tpm; // tokens a minute, prompt and completion; 0: not limited
};

struct limiter;

struct limiter *limiter_create(const struct limiter_options *options);
void limiter_destroy(struct limiter *limiter); // NULL is fine

/* Why a request may not start now. */
enum limiter_reason {
	LIMITER_FREE,
	LIMITER_WINDOW, // as many are in flight as may be: a reply changes that, not time
	LIMITER_HOLD, // the endpoint asked to wait
	LIMITER_REQUESTS, // of this minute
	LIMITER_TOKENS,
};

/**
 * Whether a request that may use `tokens` can start. Unless it is LIMITER_FREE or LIMITER_WINDOW,
 * *wait_ns_out is when to ask again, in ns from now, more than 0.
 */
enum limiter_reason limiter_ask(
	struct limiter *limiter, int64_t now_ns, int64_t tokens, int64_t *wait_ns_out);

/** A request starts, with `tokens` reserved. Also when limiter_ask was not LIMITER_FREE. */
void limiter_start(struct limiter *limiter, int64_t now_ns, int64_t tokens);

/* How a request ended. */
enum limiter_end {
	LIMITER_OK,
	LIMITER_TOO_FAST, // 429, 529: the window shrinks
	LIMITER_FAILED, // anything else: says nothing about speed
};

/** It ended: `reserved` is what limiter_start was given, `used` what it cost; -1: not known. */
void limiter_end(struct limiter *limiter, int64_t now_ns, enum limiter_end end, int64_t reserved,
	int64_t used);

/** Nothing starts before `until_ns`; an earlier hold does not shorten a later one. */
void limiter_hold(struct limiter *limiter, int64_t until_ns);

/** Until when a hold lasts, or 0. */
int64_t limiter_held_until(const struct limiter *limiter, int64_t now_ns);

int limiter_window(const struct limiter *limiter);
int limiter_in_flight(const struct limiter *limiter);

#endif
