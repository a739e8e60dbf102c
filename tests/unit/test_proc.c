#include "unit.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "io/loop.h"
#include "io/proc.h"

/* A child and all that is heard of it. */
struct scene {
	struct loop *loop;
	struct proc *proc;
	struct buf out;
	struct buf err;
	struct proc_exit exit;
	int exits;
	const char *kill_on; // text on stdout that makes us kill it
};

static void on_output(enum proc_stream stream, const char *bytes, size_t length, void *data) {
	struct scene *scene = data;
	buf_append(stream == PROC_STDOUT ? &scene->out : &scene->err, bytes, length);
	if (scene->kill_on != NULL && strstr(buf_str(&scene->out), scene->kill_on) != NULL) {
		scene->kill_on = NULL;
		proc_kill(scene->proc, CLOCK_SECOND / 5);
	}
}

static void on_exit_of(const struct proc_exit *exit, void *data) {
	struct scene *scene = data;
	scene->exit = *exit;
	scene->exits++;
	proc_destroy(scene->proc);
	scene->proc = NULL;
}

static void start(struct scene *scene, const char *script, struct proc_options options) {
	const char *const argv[] = {"/bin/sh", "-c", script, NULL};
	struct error err;
	*scene = (struct scene){
		.loop = loop_create(NULL), .out = BUF_INIT(1 << 24), .err = BUF_INIT(1 << 20)};
	options.argv = argv;
	options.on_output = on_output;
	options.on_exit = on_exit_of;
	options.data = scene;
	ck_assert_int_eq(proc_spawn(scene->loop, &options, &scene->proc, &err), 0);
}

static void finish(struct scene *scene) {
	buf_finish(&scene->out);
	buf_finish(&scene->err);
	loop_destroy(scene->loop);
}

START_TEST(a_child_is_fed_read_and_reaped) {
	struct scene scene;
	start(&scene, "cat; echo oops >&2; exit 3", (struct proc_options){0});
	proc_write(scene.proc, "hello ", 6);
	proc_write(scene.proc, "there", 5);
	proc_close_stdin(scene.proc);
	loop_run(scene.loop);
	ck_assert_str_eq(buf_str(&scene.out), "hello there");
	ck_assert_str_eq(buf_str(&scene.err), "oops\n");
	ck_assert_int_eq(scene.exits, 1);
	ck_assert_int_eq(scene.exit.status, 3);
	finish(&scene);
}
END_TEST

START_TEST(large_input_and_output_do_not_dead_lock) {
	struct scene scene;
	start(&scene, "cat", (struct proc_options){0});
	char *block = malloc(1 << 20);
	memset(block, 'x', 1 << 20);
	for (int i = 0; i < 8; i++) {
		proc_write(scene.proc, block, 1 << 20);
	}
	free(block);
	proc_close_stdin(scene.proc);
	loop_run(scene.loop);
	ck_assert_uint_eq(scene.out.len, 8u << 20);
	finish(&scene);
}
END_TEST

START_TEST(a_missing_program_is_said_at_once) {
	struct loop *loop = loop_create(NULL);
	const char *const argv[] = {"/nowhere/lean", NULL};
	struct proc *proc = NULL;
	struct error err;
	ck_assert_int_eq(proc_spawn(loop, &(struct proc_options){.argv = argv}, &proc, &err),
		ERROR_NOT_FOUND);
	ck_assert_ptr_nonnull(strstr(err.message, "/nowhere/lean"));
	loop_destroy(loop);
}
END_TEST

static bool is_running(int pid) {
	char path[64], state[256] = "";
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	FILE *in = fopen(path, "r");
	if (in == NULL) {
		return false;
	}
	size_t length = fread(state, 1, sizeof(state) - 1, in);
	fclose(in);
	return length > 0 && strstr(state, ") Z") == NULL;
}

START_TEST(a_child_that_ignores_sigterm_is_killed_with_its_group) {
	struct scene scene;
	start(&scene,
		"trap '' TERM; (trap '' TERM; while :; do :; done) & echo $!; while :; do :; done",
		(struct proc_options){0});
	scene.kill_on = "\n";
	loop_run(scene.loop);
	ck_assert_int_eq(scene.exit.signal, SIGKILL);
	int grandchild = atoi(buf_str(&scene.out));
	ck_assert_int_gt(grandchild, 1);
	// It was in the group. The kernel may still be at it: in the end it is gone, or a zombie
	// that init has yet to reap.
	int64_t deadline = clock_now() + 60 * CLOCK_SECOND;
	while (is_running(grandchild)) {
		ck_assert_int_lt(clock_now(), deadline);
		sched_yield();
	}
	finish(&scene);
}
END_TEST

START_TEST(what_escapes_the_group_cannot_hold_up_the_exit) {
	struct scene scene;
	// It has said who it is before the child ends, and holds the pipes for ever.
	start(&scene,
		"setsid sh -c 'echo $$; exec tail -f /dev/null' & read line; exit 0",
		(struct proc_options){0});
	while (strchr(buf_str(&scene.out), '\n') == NULL) {
		loop_step(scene.loop);
	}
	int escaped = atoi(buf_str(&scene.out));
	proc_write(scene.proc, "go\n", 3);
	loop_run(scene.loop);
	ck_assert_int_eq(scene.exits, 1);
	ck_assert(is_running(escaped));
	kill(escaped, SIGKILL);
	finish(&scene);
}
END_TEST

START_TEST(cpu_time_is_measured_and_limited) {
	struct scene scene;
	start(&scene, "while :; do :; done", (struct proc_options){.cpu_limit_s = 1});
	loop_run(scene.loop);
	ck_assert_int_eq(scene.exit.signal, SIGXCPU);
	ck_assert_int_ge(scene.exit.cpu_ns, CLOCK_SECOND / 2);
	finish(&scene);
}
END_TEST

START_TEST(the_environment_holds_no_secret_and_no_foreign_descriptor) {
	setenv("OPENAI_API_KEY", "sk-secret", 1);
	struct scene scene;
	start(&scene, "env; ls /proc/self/fd", (struct proc_options){0});
	loop_run(scene.loop);
	ck_assert_ptr_null(strstr(buf_str(&scene.out), "sk-secret"));
	ck_assert_ptr_nonnull(strstr(buf_str(&scene.out), "PATH="));
	ck_assert_ptr_null(strstr(buf_str(&scene.out), "\n4\n")); // 3 is ls's own
	finish(&scene);
}
END_TEST

START_TEST(destroying_a_running_child_leaves_nothing) {
	struct scene scene;
	start(&scene, "while :; do echo x; done", (struct proc_options){0});
	int pid = proc_pid(scene.proc);
	proc_destroy(scene.proc);
	loop_run(scene.loop);
	ck_assert_int_eq(scene.exits, 0);
	ck_assert_int_eq(kill(pid, 0), -1);
	finish(&scene);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("proc");
	TCase *tcase = tcase_create("proc");
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_child_is_fed_read_and_reaped);
	tcase_add_test(tcase, large_input_and_output_do_not_dead_lock);
	tcase_add_test(tcase, a_missing_program_is_said_at_once);
	tcase_add_test(tcase, a_child_that_ignores_sigterm_is_killed_with_its_group);
	tcase_add_test(tcase, what_escapes_the_group_cannot_hold_up_the_exit);
	tcase_add_test(tcase, cpu_time_is_measured_and_limited);
	tcase_add_test(tcase, the_environment_holds_no_secret_and_no_foreign_descriptor);
	tcase_add_test(tcase, destroying_a_running_child_leaves_nothing);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
