#include "io/loop.h"

#include <assert.h>
#include <stdlib.h>

#include <uv.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/vec.h"

struct loop_timer {
	struct loop *loop;
	int64_t due_ns;
	uint64_t order; // equal times fire in the order they were started
	size_t position; // in the heap
	loop_fn fn;
	void *data;
};

struct deferred {
	loop_fn fn; // NULL: cancelled
	void *data;
};

struct loop_hook {
	struct loop *loop;
	struct loop_hook *next;
	loop_fn fn; // NULL: removed, freed when no hook runs
	void *data;
};

struct loop_signal {
	uv_signal_t handle;
	int signo;
	struct sigaction before; // libuv leaves the default behind, which may be to die
	loop_fn fn;
	void *data;
};

struct loop {
	uv_loop_t uv;
	uv_timer_t alarm;
	uv_idle_t awake; // keeps the poll from waiting while deferred calls are due
	struct loop_options options;
	VEC(struct loop_timer *) heap;
	uint64_t next_order;
	VEC(struct deferred) deferred;
	struct loop_hook *hooks;
	bool in_hooks;
	bool stopped;
};

int64_t loop_now(const struct loop *loop) {
	return loop->options.now != NULL ? loop->options.now(loop->options.now_data) : clock_now();
}

/* ---- Timers: a binary heap by (due, order). */

static bool is_before(const struct loop_timer *a, const struct loop_timer *b) {
	return a->due_ns != b->due_ns ? a->due_ns < b->due_ns : a->order < b->order;
}

static void heap_put(struct loop *loop, size_t position, struct loop_timer *timer) {
	loop->heap.items[position] = timer;
	timer->position = position;
}

static void heap_up(struct loop *loop, size_t position) {
	struct loop_timer *timer = loop->heap.items[position];
	while (position > 0) {
		size_t parent = (position - 1) / 2;
		if (!is_before(timer, loop->heap.items[parent])) {
			break;
		}
		heap_put(loop, position, loop->heap.items[parent]);
		position = parent;
	}
	heap_put(loop, position, timer);
}

static void heap_down(struct loop *loop, size_t position) {
	struct loop_timer *timer = loop->heap.items[position];
	for (;;) {
		size_t child = 2 * position + 1;
		if (child >= loop->heap.count) {
			break;
		}
		if (child + 1 < loop->heap.count &&
			is_before(loop->heap.items[child + 1], loop->heap.items[child])) {
			child++;
		}
		if (!is_before(loop->heap.items[child], timer)) {
			break;
		}
		heap_put(loop, position, loop->heap.items[child]);
		position = child;
	}
	heap_put(loop, position, timer);
}

static void heap_remove(struct loop *loop, struct loop_timer *timer) {
	size_t position = timer->position;
	struct loop_timer *last = loop->heap.items[--loop->heap.count];
	if (last == timer) {
		return;
	}
	heap_put(loop, position, last);
	heap_up(loop, position);
	heap_down(loop, last->position);
}

struct loop_timer *loop_timer_start(struct loop *loop, int64_t delay_ns, loop_fn fn, void *data) {
	struct loop_timer *timer = xcalloc(1, sizeof(*timer));
	*timer = (struct loop_timer){
		.loop = loop,
		.due_ns = loop_now(loop) + (delay_ns > 0 ? delay_ns : 0),
		.order = loop->next_order++,
		.fn = fn,
		.data = data,
	};
	vec_push(&loop->heap, timer);
	heap_up(loop, loop->heap.count - 1);
	return timer;
}

void loop_timer_cancel(struct loop_timer *timer) {
	if (timer != NULL) {
		heap_remove(timer->loop, timer);
		free(timer);
	}
}

/* Only what was started before this call: a timer that starts another with no delay does not
 * spin. */
static void run_timers(struct loop *loop) {
	uint64_t started_before = loop->next_order;
	while (loop->heap.count > 0) {
		struct loop_timer *timer = loop->heap.items[0];
		if (timer->order >= started_before || timer->due_ns > loop_now(loop)) {
			return;
		}
		heap_remove(loop, timer);
		timer->fn(timer->data);
		free(timer);
	}
}

/* ---- Deferred calls and hooks. */

void loop_defer(struct loop *loop, loop_fn fn, void *data) {
	vec_push(&loop->deferred, (struct deferred){fn, data});
}

void loop_defer_cancel(struct loop *loop, loop_fn fn, void *data) {
	for (size_t i = 0; i < loop->deferred.count; i++) {
		if (loop->deferred.items[i].fn == fn && loop->deferred.items[i].data == data) {
			loop->deferred.items[i].fn = NULL;
		}
	}
}

/* Calls made meanwhile wait for the next turn, but stay behind those of this one, and can be
 * cancelled by them. */
static void run_deferred(struct loop *loop) {
	size_t count = loop->deferred.count;
	for (size_t i = 0; i < count; i++) {
		struct deferred call = loop->deferred.items[i];
		loop->deferred.items[i].fn = NULL;
		if (call.fn != NULL) {
			call.fn(call.data);
		}
	}
	size_t left = loop->deferred.count - count;
	for (size_t i = 0; i < left; i++) {
		loop->deferred.items[i] = loop->deferred.items[count + i];
	}
	loop->deferred.count = left;
}

struct loop_hook *loop_hook_add(struct loop *loop, loop_fn fn, void *data) {
	struct loop_hook *hook = xcalloc(1, sizeof(*hook));
	*hook = (struct loop_hook){.loop = loop, .fn = fn, .data = data};
	struct loop_hook **end = &loop->hooks;
	while (*end != NULL) {
		end = &(*end)->next;
	}
	*end = hook;
	return hook;
}

static void sweep_hooks(struct loop *loop) {
	struct loop_hook **link = &loop->hooks;
	while (*link != NULL) {
		struct loop_hook *hook = *link;
		if (hook->fn == NULL) {
			*link = hook->next;
			free(hook);
		} else {
			link = &hook->next;
		}
	}
}

void loop_hook_remove(struct loop_hook *hook) {
	if (hook == NULL) {
		return;
	}
	hook->fn = NULL;
	if (!hook->loop->in_hooks) {
		sweep_hooks(hook->loop);
	}
}

static void run_hooks(struct loop *loop) {
	loop->in_hooks = true;
	for (struct loop_hook *hook = loop->hooks; hook != NULL; hook = hook->next) {
		if (hook->fn != NULL) {
			hook->fn(hook->data);
		}
	}
	loop->in_hooks = false;
	sweep_hooks(loop);
}

/* ---- Signals. */

static void on_signal(uv_signal_t *handle, int signo) {
	(void)signo;
	struct loop_signal *signal = handle->data;
	signal->fn(signal->data);
}

struct loop_signal *loop_signal_add(struct loop *loop, int signo, loop_fn fn, void *data) {
	struct loop_signal *signal = xcalloc(1, sizeof(*signal));
	signal->signo = signo;
	signal->fn = fn;
	signal->data = data;
	signal->handle.data = signal;
	sigaction(signo, NULL, &signal->before);
	uv_signal_init(&loop->uv, &signal->handle);
	uv_signal_start(&signal->handle, on_signal, signo);
	uv_unref((uv_handle_t *)&signal->handle);
	return signal;
}

static void free_signal(uv_handle_t *handle) {
	free(handle->data);
}

void loop_signal_remove(struct loop_signal *signal) {
	if (signal == NULL) {
		return;
	}
	uv_close((uv_handle_t *)&signal->handle, free_signal);
	struct sigaction now;
	if (sigaction(signal->signo, NULL, &now) == 0 && now.sa_handler == SIG_DFL) {
		sigaction(signal->signo, &signal->before, NULL);
	}
}

/* ---- Turns. */

static void on_awake(uv_idle_t *awake) {
	(void)awake;
}

/* libuv runs its timers *before* it polls: without something idle it would now sleep as if no timer
 * were left. Ours run after. */
static void on_alarm(uv_timer_t *alarm) {
	struct loop *loop = alarm->data;
	uv_idle_start(&loop->awake, on_awake);
}

static void arm(struct loop *loop) {
	uv_timer_stop(&loop->alarm);
	if (loop->deferred.count > 0 || loop->stopped) {
		uv_idle_start(&loop->awake, on_awake);
		return;
	}
	uv_idle_stop(&loop->awake);
	if (loop->heap.count > 0) {
		int64_t wait_ns = loop->heap.items[0]->due_ns - loop_now(loop);
		uint64_t wait_ms =
			wait_ns > 0 ? (uint64_t)((wait_ns + CLOCK_MS - 1) / CLOCK_MS) : 0;
		uv_update_time(&loop->uv);
		uv_timer_start(&loop->alarm, on_alarm, wait_ms, 0);
	}
}

/* The work of a turn after the poll: libuv has dispatched its events already. */
static void finish_turn(struct loop *loop) {
	run_timers(loop);
	run_deferred(loop);
}

static bool has_work(const struct loop *loop) {
	return loop->heap.count > 0 || loop->deferred.count > 0 || uv_loop_alive(&loop->uv);
}

void loop_run(struct loop *loop) {
	loop->stopped = false;
	while (!loop->stopped) {
		run_hooks(loop);
		if (loop->stopped || !has_work(loop)) {
			break;
		}
		arm(loop);
		uv_run(&loop->uv, UV_RUN_ONCE);
		finish_turn(loop);
	}
	uv_idle_stop(&loop->awake);
	uv_timer_stop(&loop->alarm);
}

void loop_stop(struct loop *loop) {
	loop->stopped = true;
}

void loop_step(struct loop *loop) {
	run_hooks(loop);
	uv_run(&loop->uv, UV_RUN_NOWAIT);
	finish_turn(loop);
}

struct loop *loop_create(const struct loop_options *options) {
	struct loop *loop = xcalloc(1, sizeof(*loop));
	if (options != NULL) {
		loop->options = *options;
	}
	if (uv_loop_init(&loop->uv) != 0) {
		abort(); // only without descriptors or memory
	}
	uv_timer_init(&loop->uv, &loop->alarm);
	loop->alarm.data = loop;
	uv_idle_init(&loop->uv, &loop->awake);
	return loop;
}

void loop_destroy(struct loop *loop) {
	if (loop == NULL) {
		return;
	}
	// What objects deferred for their own end still has to happen.
	while (loop->deferred.count > 0) {
		run_deferred(loop);
	}
	while (loop->heap.count > 0) {
		loop_timer_cancel(loop->heap.items[0]);
	}
	uv_close((uv_handle_t *)&loop->alarm, NULL);
	uv_close((uv_handle_t *)&loop->awake, NULL);
	uv_run(&loop->uv, UV_RUN_DEFAULT);
	int rc = uv_loop_close(&loop->uv);
	assert(rc == 0);
	(void)rc;
	while (loop->hooks != NULL) {
		struct loop_hook *next = loop->hooks->next;
		free(loop->hooks);
		loop->hooks = next;
	}
	vec_finish(&loop->heap);
	vec_finish(&loop->deferred);
	free(loop);
}

void *loop_uv(struct loop *loop) {
	return &loop->uv;
}
