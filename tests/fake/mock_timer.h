#ifndef F2F_TESTS_FAKE_MOCK_TIMER_H
#define F2F_TESTS_FAKE_MOCK_TIMER_H

#include <stdint.h>

#include "base/vec.h"

/* A heap of times at which connections go on. A zeroed timer is at rest. */
struct mock_timer {
	int64_t due_ns;
	size_t place; // in the heap, from 1; 0: at rest
	void *data;
};

struct mock_timers {
	VEC(struct mock_timer *) heap;
};

void mock_timer_start(struct mock_timers *timers, struct mock_timer *timer, int64_t due_ns);
void mock_timer_stop(struct mock_timers *timers, struct mock_timer *timer);

/** Runs what is due; returns the ms until the next, or -1 for none, as epoll_wait wants it. */
int mock_timers_run(struct mock_timers *timers, void (*run)(void *data));
void mock_timers_finish(struct mock_timers *timers);

#endif
