#include "engine/limiter.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"

enum { START = 20, MOST = 100, COOLDOWN_S = 15 };

static const double growth_early = 2;
static const double growth_late = 1.05;
static const double cut = 0.8;

// A bucket refilled at 97 % that holds 3 %: no minute, wherever it begins, sees more than the limit.
static const double refill_share = 0.97;
static const double depth_share = 0.03;

struct bucket {
	double per_ns; // 0: not limited
	double depth;
	double level; // below 0 after more was taken than is in it
	int64_t at_ns; // when that was the level
};

struct limiter {
	int64_t cooldown_ns;
	double window;
	int most;
	int in_flight;
	bool early; // nothing was turned away yet
	int round; // replies of this round
	bool used_up; // the window was full in this round
	int64_t cut_ns; // of the last cut
	bool was_cut;
	int64_t hold_until_ns;
	struct bucket requests;
	struct bucket tokens;
};

static struct bucket bucket_of(int64_t per_minute) {
	double limit = (double)per_minute;
	double depth = limit * depth_share;
	return (struct bucket){
		.per_ns = limit * refill_share / (60.0 * (double)CLOCK_SECOND),
		.depth = depth > 1 ? depth : 1,
		.level = depth > 1 ? depth : 1,
	};
}

struct limiter *limiter_create(const struct limiter_options *options) {
	struct limiter *limiter = xcalloc(1, sizeof(*limiter));
	limiter->most = options->most > 0 ? options->most : MOST;
	int start = options->start > 0 ? options->start : START;
	limiter->window = start < limiter->most ? start : limiter->most;
	limiter->cooldown_ns =
		options->cooldown_ns > 0 ? options->cooldown_ns : COOLDOWN_S * CLOCK_SECOND;
	limiter->early = true;
	limiter->requests = bucket_of(options->rpm);
	limiter->tokens = bucket_of(options->tpm);
	return limiter;
}

void limiter_destroy(struct limiter *limiter) {
	free(limiter);
}

/* ---- Buckets. */

static void refill(struct bucket *bucket, int64_t now_ns) {
	if (bucket->at_ns == 0) {
		bucket->at_ns = now_ns; // full since ever
	}
	double more = (double)(now_ns - bucket->at_ns) * bucket->per_ns;
	if (bucket->level < bucket->depth) {
		bucket->level =
			bucket->level + more < bucket->depth ? bucket->level + more : bucket->depth;
	}
	bucket->at_ns = now_ns;
}

/* How long until `amount` can be taken; 0: now. More than it ever holds can be taken when it is
 * full, and is paid back afterwards. */
static int64_t bucket_wait(struct bucket *bucket, int64_t now_ns, double amount) {
	if (bucket->per_ns <= 0) {
		return 0;
	}
	refill(bucket, now_ns);
	double needed = amount < bucket->depth ? amount : bucket->depth;
	// Refilling in small steps ends a hair below full.
	double short_of = needed - bucket->level - 1e-6;
	return short_of <= 0 ? 0 : (int64_t)(short_of / bucket->per_ns) + 1;
}

static void bucket_take(struct bucket *bucket, int64_t now_ns, double amount) {
	if (bucket->per_ns > 0) {
		refill(bucket, now_ns);
		bucket->level -= amount;
	}
}

/* ---- The window. */

enum limiter_reason limiter_ask(
	struct limiter *limiter, int64_t now_ns, int64_t tokens, int64_t *wait_ns_out) {
	if (limiter->in_flight >= limiter_window(limiter)) {
		limiter->used_up = true;
		return LIMITER_WINDOW;
	}
	if (now_ns < limiter->hold_until_ns) {
		*wait_ns_out = limiter->hold_until_ns - now_ns;
		return LIMITER_HOLD;
	}
	int64_t requests_ns = bucket_wait(&limiter->requests, now_ns, 1);
	int64_t tokens_ns = bucket_wait(&limiter->tokens, now_ns, (double)tokens);
	if (requests_ns == 0 && tokens_ns == 0) {
		return LIMITER_FREE;
	}
	*wait_ns_out = requests_ns > tokens_ns ? requests_ns : tokens_ns;
	return requests_ns > tokens_ns ? LIMITER_REQUESTS : LIMITER_TOKENS;
}

void limiter_start(struct limiter *limiter, int64_t now_ns, int64_t tokens) {
	limiter->in_flight++;
	bucket_take(&limiter->requests, now_ns, 1);
	bucket_take(&limiter->tokens, now_ns, (double)tokens);
	limiter->used_up |= limiter->in_flight >= limiter_window(limiter);
}

static void begin_round(struct limiter *limiter) {
	limiter->round = 0;
	limiter->used_up = limiter->in_flight >= limiter_window(limiter);
}

static void grow(struct limiter *limiter) {
	double grown = limiter->window * (limiter->early ? growth_early : growth_late);
	if (grown < limiter->window + 1) {
		grown = limiter->window + 1;
	}
	limiter->window = grown < limiter->most ? grown : limiter->most;
}

static void shrink(struct limiter *limiter, int64_t now_ns) {
	limiter->early = false;
	if (limiter->was_cut && now_ns - limiter->cut_ns < limiter->cooldown_ns) {
		return; // of the same episode
	}
	limiter->was_cut = true;
	limiter->cut_ns = now_ns;
	double window = limiter->window * cut;
	limiter->window = window > 1 ? window : 1;
	begin_round(limiter);
}

void limiter_end(struct limiter *limiter, int64_t now_ns, enum limiter_end end, int64_t reserved,
	int64_t used) {
	limiter->in_flight--;
	if (used >= 0) {
		bucket_take(&limiter->tokens, now_ns, (double)(used - reserved));
	}
	if (end == LIMITER_TOO_FAST) {
		shrink(limiter, now_ns);
		return;
	}
	if (end == LIMITER_OK && ++limiter->round >= limiter_window(limiter)) {
		// What did not need the whole window says nothing about a wider one.
		if (limiter->used_up) {
			grow(limiter);
		}
		begin_round(limiter);
	}
}

void limiter_hold(struct limiter *limiter, int64_t until_ns) {
	if (until_ns > limiter->hold_until_ns) {
		limiter->hold_until_ns = until_ns;
	}
}

int64_t limiter_held_until(const struct limiter *limiter, int64_t now_ns) {
	return limiter->hold_until_ns > now_ns ? limiter->hold_until_ns : 0;
}

int limiter_window(const struct limiter *limiter) {
	return (int)limiter->window;
}

int limiter_in_flight(const struct limiter *limiter) {
	return limiter->in_flight;
}
