#include "base/clock.h"
#include "io/http_internal.h"
#include "io/loop.h"

/*
 * Deadlines by the loop's clock, which tests step. One timer a transfer, for the nearest; what moves
 * a deadline away (a byte) only leaves a mark, and the timer looks at it when it fires.
 */

struct deadline {
	int64_t due_ns;
	enum http_failure failure;
};

static void take_nearer(struct deadline *nearest, int64_t due_ns, enum http_failure failure) {
	if (due_ns < nearest->due_ns) {
		*nearest = (struct deadline){due_ns, failure};
	}
}

static struct deadline nearest_of(const struct http_transfer *transfer) {
	const struct http_endpoint_options *own = &transfer->endpoint->options;
	const struct http_start_options *options = &transfer->options;
	struct deadline nearest = {
		transfer->started_ns + options->request_timeout_ms * CLOCK_MS,
		HTTP_FAILURE_TIMEOUT,
	};
	if (transfer->connecting_ns != 0 && transfer->sent_ns == 0) {
		take_nearer(&nearest, transfer->connecting_ns + own->connect_timeout_ms * CLOCK_MS,
			HTTP_FAILURE_CONNECT_TIMEOUT);
	}
	if (options->idle_timeout_ms > 0 && transfer->sent_ns != 0) {
		int64_t last = transfer->last_byte_ns > transfer->sent_ns ? transfer->last_byte_ns
									  : transfer->sent_ns;
		take_nearer(&nearest, last + options->idle_timeout_ms * CLOCK_MS,
			HTTP_FAILURE_IDLE_TIMEOUT);
	}
	return nearest;
}

static void on_timer(void *data) {
	struct http_transfer *transfer = data;
	transfer->timer = NULL;
	struct deadline nearest = nearest_of(transfer);
	if (nearest.due_ns <= loop_now(transfer->endpoint->loop)) {
		http_transfer_fail(transfer, nearest.failure);
	} else {
		http_deadline_arm(transfer);
	}
}

void http_deadline_arm(struct http_transfer *transfer) {
	struct loop *loop = transfer->endpoint->loop;
	int64_t due_ns = nearest_of(transfer).due_ns;
	if (transfer->timer != NULL && transfer->armed_ns <= due_ns) {
		return;
	}
	loop_timer_cancel(transfer->timer);
	transfer->armed_ns = due_ns;
	transfer->timer = loop_timer_start(loop, due_ns - loop_now(loop), on_timer, transfer);
}

void http_deadline_disarm(struct http_transfer *transfer) {
	loop_timer_cancel(transfer->timer);
	transfer->timer = NULL;
}
