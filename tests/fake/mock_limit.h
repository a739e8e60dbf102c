#ifndef F2F_TESTS_FAKE_MOCK_LIMIT_H
#define F2F_TESTS_FAKE_MOCK_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/vec.h"

/*
 * Requests and tokens of any window (a minute), as providers count them: prompt and the most that
 * may be written, up front. What is over is refused; what was tried is remembered, so that it can
 * be told by how much a client went over.
 */
struct mock_event {
	int64_t at_ns;
	int64_t tokens;
	bool accepted;
};

struct mock_limit {
	int64_t rpm; // 0: no limit
	int64_t tpm;
	int64_t window_ns;
	VEC(struct mock_event) events; // the oldest first
	size_t first; // of those within the window
	int64_t tried_requests, tried_tokens; // within the window
	int64_t taken_requests, taken_tokens;
	int64_t most_requests, most_tokens; // ever tried within one
	int64_t rejected;
};

/** False when it has to be refused; *wait_ns_out is when it would not be. */
bool mock_limit_take(
	struct mock_limit *limit, int64_t now_ns, int64_t tokens, int64_t *wait_ns_out);

/** x-ratelimit-… lines, each with CR LF. */
void mock_limit_headers(const struct mock_limit *limit, struct buf *out);

/** A JSON object: the limits, the most that was tried, and the percent over. */
void mock_limit_report(const struct mock_limit *limit, struct buf *out);
void mock_limit_finish(struct mock_limit *limit);

#endif
