#include "unit.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <uv.h>

#include "base/buf.h"
#include "base/clock.h"
#include "io/loop.h"

static int64_t fake_now(void *data) {
	return *(int64_t *)data;
}

struct scene {
	struct loop *loop;
	struct buf seen;
	struct loop_timer *timer;
};

static void see_a(void *data) {
	buf_append_char(&((struct scene *)data)->seen, 'a');
}

static void see_b(void *data) {
	buf_append_char(&((struct scene *)data)->seen, 'b');
}

static void see_c(void *data) {
	buf_append_char(&((struct scene *)data)->seen, 'c');
}

static void stop(void *data) {
	loop_stop(((struct scene *)data)->loop);
}

START_TEST(an_hour_of_timers_takes_no_time_with_an_injected_clock) {
	int64_t now = 0;
	struct loop *loop = loop_create(&(struct loop_options){fake_now, &now});
	struct scene scene = {.loop = loop, .seen = BUF_INIT(100)};
	loop_timer_start(loop, 3600 * CLOCK_SECOND, see_c, &scene);
	loop_timer_start(loop, 60 * CLOCK_SECOND, see_a, &scene);
	loop_timer_start(loop, 60 * CLOCK_SECOND, see_b, &scene);
	struct loop_timer *cancelled = loop_timer_start(loop, 1, see_c, &scene);
	loop_timer_cancel(cancelled);
	loop_step(loop);
	ck_assert_str_eq(buf_str(&scene.seen), "");
	now = 60 * CLOCK_SECOND;
	loop_step(loop);
	ck_assert_str_eq(buf_str(&scene.seen), "ab");
	now = 3600 * CLOCK_SECOND;
	loop_step(loop);
	ck_assert_str_eq(buf_str(&scene.seen), "abc");
	buf_finish(&scene.seen);
	loop_destroy(loop);
}
END_TEST

static void defer_more(void *data) {
	struct scene *scene = data;
	see_a(data);
	loop_defer(scene->loop, see_c, scene);
	loop_defer_cancel(scene->loop, see_b, scene);
}

START_TEST(deferred_calls_run_once_in_order_and_can_be_cancelled) {
	struct loop *loop = loop_create(NULL);
	struct scene scene = {.loop = loop, .seen = BUF_INIT(100)};
	loop_defer(loop, defer_more, &scene);
	loop_defer(loop, see_b, &scene);
	ck_assert_str_eq(buf_str(&scene.seen), "");
	loop_run(loop);
	ck_assert_str_eq(buf_str(&scene.seen), "ac");
	buf_finish(&scene.seen);
	loop_destroy(loop);
}
END_TEST

static void again(void *data) {
	struct scene *scene = data;
	see_a(data);
	if (scene->seen.len < 5) {
		scene->timer = loop_timer_start(scene->loop, 0, again, scene);
	}
}

START_TEST(a_timer_without_delay_waits_for_the_next_turn) {
	struct loop *loop = loop_create(NULL);
	struct scene scene = {.loop = loop, .seen = BUF_INIT(100)};
	loop_timer_start(loop, 0, again, &scene);
	loop_step(loop);
	ck_assert_uint_eq(scene.seen.len, 1);
	loop_run(loop);
	ck_assert_uint_eq(scene.seen.len, 5);
	buf_finish(&scene.seen);
	loop_destroy(loop);
}
END_TEST

static void count_down(void *data) {
	int *left = data;
	--*left;
}

static void never(uv_poll_t *poll, int status, int events) {
	(void)poll;
	(void)status;
	(void)events;
}

START_TEST(a_timer_that_is_due_before_the_poll_is_not_slept_over) {
	struct loop *loop = loop_create(NULL);
	// Something that keeps libuv alive without ever waking it, as an idle connection does.
	int ends[2];
	uv_poll_t quiet;
	ck_assert_int_eq(pipe(ends), 0);
	uv_poll_init(loop_uv(loop), &quiet, ends[0]);
	uv_poll_start(&quiet, UV_READABLE, never);
	for (int i = 0; i < 2000; i++) {
		int left = 1;
		struct scene scene = {.loop = loop};
		loop_timer_start(loop, i % 3 == 0 ? 0 : i * 500, count_down, &left);
		loop_timer_start(loop, i % 3 == 0 ? 0 : i * 500, stop, &scene);
		loop_run(loop);
		ck_assert_int_eq(left, 0);
	}
	uv_close((uv_handle_t *)&quiet, NULL);
	loop_destroy(loop);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

START_TEST(hooks_run_before_every_sleep_until_removed) {
	struct loop *loop = loop_create(NULL);
	struct scene scene = {.loop = loop, .seen = BUF_INIT(100)};
	struct loop_hook *hook = loop_hook_add(loop, see_a, &scene);
	loop_step(loop);
	loop_step(loop);
	loop_hook_remove(hook);
	loop_step(loop);
	ck_assert_str_eq(buf_str(&scene.seen), "aa");
	buf_finish(&scene.seen);
	loop_destroy(loop);
}
END_TEST

START_TEST(a_signal_is_a_callback_in_the_loop) {
	struct loop *loop = loop_create(NULL);
	struct scene scene = {.loop = loop, .seen = BUF_INIT(100)};
	struct loop_signal *signal = loop_signal_add(loop, SIGUSR1, stop, &scene);
	struct loop_timer *guard = loop_timer_start(loop, 30 * CLOCK_SECOND, see_b, &scene);
	raise(SIGUSR1);
	loop_run(loop);
	ck_assert_str_eq(buf_str(&scene.seen), "");
	loop_timer_cancel(guard);
	loop_signal_remove(signal);
	loop_destroy(loop);
}
END_TEST

START_TEST(many_timers_fire_in_order_of_time) {
	int64_t now = 0;
	struct loop *loop = loop_create(&(struct loop_options){fake_now, &now});
	struct scene scene = {.loop = loop, .seen = BUF_INIT(10000)};
	struct loop_timer *timers[1000];
	for (int i = 0; i < 1000; i++) {
		timers[i] = loop_timer_start(
			loop, (i * 7919) % 1000, i % 3 == 0 ? see_a : see_b, &scene);
	}
	for (int i = 0; i < 1000; i += 3) {
		loop_timer_cancel(timers[i]);
	}
	now = 1000;
	loop_step(loop);
	ck_assert_uint_eq(scene.seen.len, 666);
	ck_assert_ptr_null(strchr(buf_str(&scene.seen), 'a'));
	buf_finish(&scene.seen);
	loop_destroy(loop);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("loop");
	TCase *tcase = tcase_create("loop");
	tcase_add_test(tcase, an_hour_of_timers_takes_no_time_with_an_injected_clock);
	tcase_add_test(tcase, deferred_calls_run_once_in_order_and_can_be_cancelled);
	tcase_add_test(tcase, a_timer_without_delay_waits_for_the_next_turn);
	tcase_add_test(tcase, a_timer_that_is_due_before_the_poll_is_not_slept_over);
	tcase_add_test(tcase, hooks_run_before_every_sleep_until_removed);
	tcase_add_test(tcase, a_signal_is_a_callback_in_the_loop);
	tcase_add_test(tcase, many_timers_fire_in_order_of_time);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
