#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "boxed.h"

/* ---- Limits of all processes together. */

START_TEST(memory_of_all_processes_counts) {
	char *probe = probe_path();
	const char *const visible[] = {probe, NULL};
	struct sandbox_extra extra = {.read_only = visible};
	// Each alone is within the limit. A control group ends one of them: then all is over.
	char *script =
		xasprintf("for i in 1 2 3 4; do (%s hold 40; kill -9 $$) & done; wait", probe);
	const char *const argv[] = {"/bin/sh", "-c", script, NULL};
	for (int i = 0; i < 4; i++) {
		struct sandbox *sandbox = open_with((struct sandbox_options){.mode = modes[i & 1],
			.no_groups = (i & 2) != 0,
			.memory_limit_bytes = 100 << 20});
		struct child child;
		start(&child, sandbox, &extra, argv, NULL);
		loop_run(child.loop);
		bool grouped = strstr(sandbox_details(sandbox), "control group") != NULL;
		ck_assert_msg(grouped ? child.exit.out_of_memory : child.limit == SANDBOX_MEMORY,
			"%s: %s", sandbox_details(sandbox), child.what);
		ck_assert(grouped || strstr(child.what, "limit 100") != NULL);
		finish(&child);
		sandbox_close(sandbox);
	}
	free(script);
	free(probe);
}
END_TEST

START_TEST(memory_that_is_shared_is_shared_out) {
	// A shell and its forks have the same pages: eight times 40 MiB by resident size.
	struct sandbox *sandbox = open_with(
		(struct sandbox_options){.no_groups = true, .memory_limit_bytes = 200 << 20});
	const char *const argv[] = {"/usr/bin/python3", "-S", "-c",
		"import os\nx = bytearray(60 << 20)\n"
		"for i in range(0, len(x), 4096): x[i] = 1\n"
		"kids = [os.fork() or os._exit(len(os.read(0, 1))) for _ in range(7)]\n"
		"for k in kids: os.waitpid(k, 0)\nprint('done')",
		NULL};
	struct child child;
	struct proc_usage usage = {0};
	start_open(&child, sandbox, NULL, argv, NULL);
	while (child.exits == 0 && usage.rss_bytes <= 300 << 20) {
		loop_step(child.loop);
		usleep(2000);
		proc_usage(child.proc, &usage);
	}
	ck_assert_int_eq(sandbox_look(sandbox, child.proc, child.what), SANDBOX_WITHIN);
	proc_close_stdin(child.proc);
	loop_run(child.loop);
	ck_assert_msg(child.limit == SANDBOX_WITHIN, "%s", child.what);
	ck_assert_str_eq(buf_str(&child.out), "done\n");
	ck_assert_int_gt(child.exit.max_rss_bytes, 200 << 20);
	finish(&child);
	sandbox_close(sandbox);
}
END_TEST

START_TEST(cpu_time_of_children_counts_dead_or_alive) {
	// In a child that is waited for, in one that is not, in one that lives on in a session of its own.
	static const char *const ends[] = {"os.waitpid(pid, 0)",
		"os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)", "os.read(ready, 1)"};
	for (size_t i = 0; i < 2 * F2F_COUNT(ends); i++) {
		struct sandbox *sandbox = open_with((struct sandbox_options){.mode = modes[i % 2]});
		char *script = xasprintf("import os, time\nready, tell = os.pipe()\npid = os.fork()\n"
					 "if pid == 0:\n"
					 "  if %d: os.setsid()\n"
					 "  while time.process_time() < 0.15: pass\n"
					 "  os.write(tell, b'x')\n"
					 "  while %d: time.sleep(1000)\n"
					 "  os._exit(0)\n"
					 "%s\nos._exit(0)\n",
			i / 2 == 2, i / 2 == 2, ends[i / 2]);
		const char *const argv[] = {"/usr/bin/python3", "-S", "-c", script, NULL};
		struct child child;
		start(&child, sandbox, NULL, argv, NULL);
		loop_run(child.loop);
		ck_assert_msg(child.exit.cpu_ns > 100 * CLOCK_MS, "%s: %lld ns", script,
			(long long)child.exit.cpu_ns);
		free(script);
		finish(&child);
		sandbox_close(sandbox);
	}
}
END_TEST

START_TEST(time_of_children_that_nobody_waits_for_is_not_lost) {
	struct sandbox *sandbox = open_with((struct sandbox_options){0});
	const char *const argv[] = {"/usr/bin/python3", "-S", "-c",
		"import os, signal, time\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
		"for _ in range(5):\n"
		"  pid = os.fork()\n"
		"  if pid == 0:\n"
		"    while time.process_time() < 0.2: pass\n"
		"    print('burnt', flush=True)\n"
		"    os.read(0, 1)\n" // until it has been seen
		"    os._exit(0)\n"
		"  try:\n"
		"    while True: os.kill(pid, 0); time.sleep(0.01)\n"
		"  except ProcessLookupError: pass\n",
		NULL};
	struct child child;
	start_open(&child, sandbox, NULL, argv, NULL);
	for (size_t burnt = 1; burnt <= 5 && child.exits == 0;) {
		struct proc_usage usage;
		loop_step(child.loop);
		usleep(2000);
		if (child.out.len >= burnt * strlen("burnt\n") && proc_usage(child.proc, &usage)) {
			proc_write(child.proc, "x", 1);
			burnt++;
		}
	}
	if (child.exits == 0) {
		loop_run(child.loop);
	}
	ck_assert_msg(child.exit.cpu_ns > 800 * CLOCK_MS, "%lld ns", (long long)child.exit.cpu_ns);
	finish(&child);
	sandbox_close(sandbox);
}
END_TEST

START_TEST(a_fork_bomb_is_a_limit_that_was_hit) {
	static const char bomb[] = "import os, sys\n"
				   "sys.argv.append('f2f-bomb-test')\n"
				   "while True:\n"
				   "  try: os.fork()\n"
				   "  except OSError: pass\n";
	for (int i = 0; i < 4; i++) {
		char *word = xasprintf("f2f-bomb-%d-%d", (int)getpid(), i);
		const char *const argv[] = {"/usr/bin/python3", "-S", "-c", bomb, word, NULL};
		struct sandbox *sandbox = open_with((struct sandbox_options){.mode = modes[i & 1],
			.no_groups = (i & 2) != 0 && getuid() != 0,
			.task_limit = 40});
		struct child child;
		start(&child, sandbox, NULL, argv, NULL);
		loop_run(child.loop);
		ck_assert_int_eq(child.limit, SANDBOX_TASKS);
		ck_assert_ptr_nonnull(strstr(child.what, "processes"));
		finish(&child);
		wait_for_none(word);
		sandbox_close(sandbox);
		free(word);
	}
}
END_TEST

/* ---- The end. */

START_TEST(what_escapes_is_ended_with_the_rest) {
	static const char *const scripts[] = {
		// a session of its own, twice forked, deaf to SIGTERM
		"setsid sh -c 'trap \"\" TERM HUP; (trap \"\" TERM HUP; echo there; exec sleep "
		"1000 %s) & "
		"exit 0' & wait; exec sleep 1000",
		// the parent ends by itself, and leaves it behind
		"setsid sh -c 'trap \"\" TERM HUP; (exec sleep 1000 %s) & exit 0' & wait; echo "
		"there",
	};
	for (size_t i = 0; i < 2 * F2F_COUNT(scripts); i++) {
		char *word = xasprintf("000%d.%zus", (int)getpid(), i); // sleep adds up its arguments
		char *script = xasprintf(scripts[i / 2], word);
		const char *const argv[] = {"/bin/sh", "-c", script, NULL};
		struct sandbox *sandbox = open_with((struct sandbox_options){.mode = modes[i % 2]});
		struct child child;
		start(&child, sandbox, NULL, argv, "there\n");
		loop_run(child.loop);
		ck_assert_int_eq(child.exits, 1);
		ck_assert_str_eq(buf_str(&child.out), "there\n");
		// The exit is told when all is over, not before.
		ck_assert_int_eq(processes_with(word), 0);
		finish(&child);
		sandbox_close(sandbox);
		free(script);
		free(word);
	}
}
END_TEST

START_TEST(one_that_ignores_sigterm_is_ended_at_once) {
	for (size_t i = 0; i < F2F_COUNT(modes); i++) {
		struct sandbox *sandbox = open_with((struct sandbox_options){.mode = modes[i]});
		const char *const argv[] = {"/bin/sh", "-c",
			"trap '' TERM HUP INT; echo there; while :; do :; done", NULL};
		struct child child;
		start(&child, sandbox, NULL, argv, "there\n");
		loop_run(child.loop);
		ck_assert_int_eq(child.exit.signal, SIGKILL);
		finish(&child);
		sandbox_close(sandbox);
	}
}
END_TEST

START_TEST(statuses_and_signals_come_through) {
	for (size_t i = 0; i < F2F_COUNT(modes); i++) {
		struct sandbox *sandbox = open_with((struct sandbox_options){.mode = modes[i]});
		const char *const three[] = {"/bin/sh", "-c", "exit 3", NULL};
		const char *const aborts[] = {"/bin/sh", "-c", "kill -ABRT $$", NULL};
		struct child child;
		start(&child, sandbox, NULL, three, NULL);
		loop_run(child.loop);
		ck_assert_int_eq(child.exit.status, 3);
		ck_assert_int_eq(child.exit.signal, 0);
		finish(&child);
		start(&child, sandbox, NULL, aborts, NULL);
		loop_run(child.loop);
		ck_assert_int_eq(child.exit.signal, SIGABRT);
		finish(&child);
		sandbox_close(sandbox);
	}
}
END_TEST

static int group_count(const struct proc_groups *groups, int pid) {
	int count = 0;
	for (size_t i = 0; groups->paths[i] != NULL; i++) {
		char *path = xasprintf("%s/f2f-%d", groups->paths[i], pid);
		count += file_is_directory(path);
		free(path);
	}
	return count;
}

START_TEST(f2f_killed_leaves_nothing_behind) {
	struct proc_groups groups;
	proc_groups_find(&groups);
	for (size_t i = 0; i < F2F_COUNT(modes); i++) {
		char *word = xasprintf("f2f-orphan-%d-%zu", (int)getpid(), i);
		int report[2];
		ck_assert_int_eq(pipe2(report, O_CLOEXEC), 0);
		pid_t pid = fork();
		if (pid == 0) {
			char *probe = probe_path();
			const char *const visible[] = {probe, NULL};
			struct sandbox_extra extra = {.read_only = visible};
			const char *const argv[] = {probe, "linger", word, NULL};
			struct child child;
			start(&child, open_with((struct sandbox_options){.mode = modes[i]}), &extra,
				argv, NULL);
			while (strstr(buf_str(&child.out), "there\n") == NULL) {
				loop_step(child.loop);
			}
			int front = proc_pid(child.proc);
			if (write(report[1], &front, sizeof(front)) != sizeof(front)) {
				_exit(1);
			}
			for (;;) {
				pause();
			}
		}
		int front = 0;
		ck_assert_int_eq(read(report[0], &front, sizeof(front)), sizeof(front));
		ck_assert_int_gt(processes_with(word), 1);
		int expected = 0;
		while (groups.paths[expected] != NULL) {
			expected++;
		}
		ck_assert_int_eq(group_count(&groups, front), expected);
		kill(pid, SIGKILL);
		ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
		wait_for_none(word);
		int64_t deadline = clock_now() + 60 * CLOCK_SECOND;
		while (group_count(&groups, front) > 0 && clock_now() < deadline) {
			usleep(2000);
		}
		ck_assert_int_eq(group_count(&groups, front), 0);
		close(report[0]);
		close(report[1]);
		free(word);
	}
	proc_groups_finish(&groups);
}
END_TEST

static int descriptors(void) {
	DIR *folder = opendir("/proc/self/fd");
	int count = 0;
	while (readdir(folder) != NULL) {
		count++;
	}
	closedir(folder);
	return count;
}

START_TEST(many_children_leave_no_zombie_and_no_descriptor) {
	for (size_t i = 0; i < F2F_COUNT(modes); i++) {
		struct sandbox *sandbox = open_with((struct sandbox_options){.mode = modes[i]});
		int before = descriptors();
		for (int j = 0; j < 25; j++) {
			struct child child;
			const char *const argv[] = {"/bin/sh", "-c",
				j % 2 == 0 ? "echo there; exec sleep 1000" : "exit 0", NULL};
			start(&child, sandbox, NULL, argv, "there\n");
			if (j % 5 == 0) {
				loop_step(child.loop); // destroyed while it starts
			} else {
				loop_run(child.loop);
			}
			finish(&child);
		}
		ck_assert_int_eq(descriptors(), before);
		ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
		sandbox_close(sandbox);
	}
}
END_TEST

int main(void) {
	Suite *suite = suite_create("sandbox_limits");
	TCase *tcase = tcase_create("sandbox_limits");
	tcase_set_timeout(tcase, 100);
	tcase_add_test(tcase, memory_of_all_processes_counts);
	tcase_add_test(tcase, memory_that_is_shared_is_shared_out);
	tcase_add_test(tcase, cpu_time_of_children_counts_dead_or_alive);
	tcase_add_test(tcase, time_of_children_that_nobody_waits_for_is_not_lost);
	tcase_add_test(tcase, a_fork_bomb_is_a_limit_that_was_hit);
	tcase_add_test(tcase, what_escapes_is_ended_with_the_rest);
	tcase_add_test(tcase, one_that_ignores_sigterm_is_ended_at_once);
	tcase_add_test(tcase, statuses_and_signals_come_through);
	tcase_add_test(tcase, f2f_killed_leaves_nothing_behind);
	tcase_add_test(tcase, many_children_leave_no_zombie_and_no_descriptor);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
