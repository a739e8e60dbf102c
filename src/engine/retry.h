#ifndef F2F_ENGINE_RETRY_H
#define F2F_ENGINE_RETRY_H

#include <stdbool.h>
#include <stdint.h>

/* How long to wait before asking again: Retry-After first, else full jitter over an exponentially
 * growing span. */

struct retry_policy {
	int64_t max_attempts; // in all, the first included
	int64_t budget_ns;    // from the first attempt
	int64_t base_ns;      // span after the first failure; doubles each time
	int64_t cap_ns;	      // the largest span
};

#define RETRY_POLICY_DEFAULT                                                                       \
	{.max_attempts = 8, .budget_ns = 900 * INT64_C(1000000000),                               \
		.base_ns = 500 * INT64_C(1000000), .cap_ns = 60 * INT64_C(1000000000)}

/* How a request came to nothing. */
enum retry_trouble {
	RETRY_REPLY, // there was an answer, or the beginning of one
	RETRY_UNREACHABLE, // nobody to connect to
	RETRY_BROKEN, // what came will hardly come otherwise
};

/** How a sample has been failing since its last reply. Zeroed: it has not. */
struct retry_record {
	int64_t tries; // requests that count
	int64_t since_ns; // start of the first that failed; 0: none
	int64_t unreachable_ns; // start of the first of those at the end that reached nobody; 0: none
};

void retry_failed(struct retry_record *record, int64_t asked_ns, enum retry_trouble trouble);

/** Whether trouble of this kind has lasted long enough, whatever tries are left. */
bool retry_is_hopeless(
	const struct retry_record *record, enum retry_trouble trouble, int64_t now_ns);

/**
 * The wait in ns, or -1 to give up. `attempts` have been made, the first `spent_ns` ago;
 * retry_after_ms -1 when none was given; `random` is uniform in [0, 1). A Retry-After beyond the
 * budget gives up at once: waiting would not help this sample.
 */
int64_t retry_wait(const struct retry_policy *policy, int64_t attempts, int64_t spent_ns,
	int64_t retry_after_ms, double random);

#endif
