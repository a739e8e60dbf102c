#ifndef F2F_IO_LOOP_H
#define F2F_IO_LOOP_H

#include <stdbool.h>
#include <stdint.h>

/**
 * One thread, one loop: a thin layer on libuv. Timers, signals, deferred calls and before-sleep
 * hooks; processes and sockets are added by io/proc and io/http. Two rules: a callback never runs
 * inside the call that registered it, and an object that may still have an event in this turn is
 * destroyed by a deferred call.
 */
struct loop;
struct loop_timer;
struct loop_hook;
struct loop_signal;

typedef void (*loop_fn)(void *data);

struct loop_options {
	int64_t (*now)(void *data); // NULL: clock_now(). Tests pass their own and call loop_step.
	void *now_data;
};

/** options may be NULL. Owned; destroy it last, with nothing registered any more. */
struct loop *loop_create(const struct loop_options *options);
void loop_destroy(struct loop *loop);

/**
 * Runs turns until loop_stop, or until nothing is registered that could wake it (hooks and signals
 * do not count).
 */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/**
 * One turn without waiting: hooks, ready events, due timers, deferred calls. For tests and for
 * draining.
 */
void loop_step(struct loop *loop);

/** Monotonic ns by the loop's clock. */
int64_t loop_now(const struct loop *loop);

/**
 * Calls `fn` once, `delay_ns` from now (never inside this call, 0 included). The timer is freed
 * after fn, or by cancel.
 */
struct loop_timer *loop_timer_start(struct loop *loop, int64_t delay_ns, loop_fn fn, void *data);

/**
 * NULL is fine; a timer that has fired must not be cancelled (fn should clear its owner's pointer
 * first).
 */
void loop_timer_cancel(struct loop_timer *timer);

/** Calls `fn` once at the end of this turn. Deferred calls run in order. */
void loop_defer(struct loop *loop, loop_fn fn, void *data);

/** Forgets deferred calls with exactly this fn and data. */
void loop_defer_cancel(struct loop *loop, loop_fn fn, void *data);

/** Calls `fn` before every sleep, in order of registration, until removed. */
struct loop_hook *loop_hook_add(struct loop *loop, loop_fn fn, void *data);
void loop_hook_remove(struct loop_hook *hook);

/** Calls `fn` in the loop for each arrival of the signal, until removed: then it does what it did. */
struct loop_signal *loop_signal_add(struct loop *loop, int signo, loop_fn fn, void *data);
void loop_signal_remove(struct loop_signal *signal);

/** The uv_loop_t, for the other files of io/ only. */
void *loop_uv(struct loop *loop);

#endif
