#include "engine/retry.h"

#include "base/clock.h"

enum {
	NS_PER_MS = 1000000,
	DOUBLINGS_MAX = 30,
	BROKEN_MAX = 3, // requests for a reply that cannot be read
	UNREACHABLE_S = 60, // of a server that nobody can connect to: as long as one takes to start
};

void retry_failed(struct retry_record *record, int64_t asked_ns, enum retry_trouble trouble) {
	record->since_ns = record->since_ns > 0 ? record->since_ns : asked_ns;
	if (trouble != RETRY_UNREACHABLE) {
		record->unreachable_ns = 0;
	} else if (record->unreachable_ns == 0) {
		record->unreachable_ns = asked_ns;
	}
}

bool retry_is_hopeless(
	const struct retry_record *record, enum retry_trouble trouble, int64_t now_ns) {
	return (trouble == RETRY_BROKEN && record->tries >= BROKEN_MAX) ||
	       (trouble == RETRY_UNREACHABLE &&
		       now_ns - record->unreachable_ns >= UNREACHABLE_S * CLOCK_SECOND);
}

int64_t retry_wait(const struct retry_policy *policy, int64_t attempts, int64_t spent_ns,
	int64_t retry_after_ms, double random) {
	if (attempts >= policy->max_attempts || spent_ns >= policy->budget_ns) {
		return -1;
	}
	int64_t doublings = attempts > 1 ? attempts - 1 : 0;
	if (doublings > DOUBLINGS_MAX) {
		doublings = DOUBLINGS_MAX;
	}
	double span = (double)policy->base_ns * (double)(INT64_C(1) << doublings);
	if (span > (double)policy->cap_ns) {
		span = (double)policy->cap_ns;
	}
	int64_t wait = (int64_t)(span * random);
	if (retry_after_ms >= 0) {
		int64_t left_ms = (policy->budget_ns - spent_ns) / NS_PER_MS;
		if (retry_after_ms > left_ms) {
			return -1;
		}
		int64_t asked = retry_after_ms * NS_PER_MS;
		wait = wait > asked ? wait : asked;
	}
	return wait;
}
