#include "mock_timer.h"

#include "base/clock.h"

static void put(struct mock_timers *timers, size_t index, struct mock_timer *timer) {
	timers->heap.items[index] = timer;
	timer->place = index + 1;
}

static void settle(struct mock_timers *timers, size_t index) {
	struct mock_timer *timer = timers->heap.items[index];
	while (index > 0 && timer->due_ns < timers->heap.items[(index - 1) / 2]->due_ns) {
		put(timers, index, timers->heap.items[(index - 1) / 2]);
		index = (index - 1) / 2;
	}
	for (size_t child = 2 * index + 1; child < timers->heap.count; child = 2 * index + 1) {
		if (child + 1 < timers->heap.count &&
			timers->heap.items[child + 1]->due_ns < timers->heap.items[child]->due_ns) {
			child++;
		}
		if (timers->heap.items[child]->due_ns >= timer->due_ns) {
			break;
		}
		put(timers, index, timers->heap.items[child]);
		index = child;
	}
	put(timers, index, timer);
}

void mock_timer_start(struct mock_timers *timers, struct mock_timer *timer, int64_t due_ns) {
	mock_timer_stop(timers, timer);
	timer->due_ns = due_ns;
	vec_push(&timers->heap, timer);
	settle(timers, timers->heap.count - 1);
}

void mock_timer_stop(struct mock_timers *timers, struct mock_timer *timer) {
	if (timer->place == 0) {
		return;
	}
	size_t index = timer->place - 1;
	struct mock_timer *last = timers->heap.items[--timers->heap.count];
	timer->place = 0;
	if (last != timer) {
		put(timers, index, last);
		settle(timers, index);
	}
}

int mock_timers_run(struct mock_timers *timers, void (*run)(void *data)) {
	int64_t now = clock_now();
	while (timers->heap.count > 0 && timers->heap.items[0]->due_ns <= now) {
		struct mock_timer *timer = timers->heap.items[0];
		mock_timer_stop(timers, timer);
		run(timer->data);
	}
	if (timers->heap.count == 0) {
		return -1;
	}
	int64_t left = timers->heap.items[0]->due_ns - clock_now();
	return left > 0 ? (int)((left + CLOCK_MS - 1) / CLOCK_MS) : 0;
}

void mock_timers_finish(struct mock_timers *timers) {
	vec_finish(&timers->heap);
}
