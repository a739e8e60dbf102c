/* What the sandbox costs: opening it, a process in it, and what a warm worker pays for a check. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "io/loop.h"
#include "io/proc.h"
#include "verifier/sandbox.h"

enum { STARTS = 100, CHECKS = 2000 };

static int by_size(const void *a, const void *b) {
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

static double median_ms(int64_t *times, size_t count) {
	qsort(times, count, sizeof(*times), by_size);
	return (double)times[count / 2] / 1e6;
}

struct child {
	struct loop *loop;
	struct proc *proc;
	bool answered;
};

static void on_output(enum proc_stream stream, const char *bytes, size_t length, void *data) {
	(void)stream, (void)bytes;
	struct child *child = data;
	child->answered = child->answered || length > 0;
}

static void on_exit_of(const struct proc_exit *exit, void *data) {
	(void)exit;
	struct child *child = data;
	loop_stop(child->loop);
}

static void spawn(const struct sandbox *sandbox, struct child *child, const char *const *argv) {
	struct proc_options options = {
		.argv = argv, .on_output = on_output, .on_exit = on_exit_of, .data = child};
	struct error err;
	*child = (struct child){.loop = loop_create(NULL)};
	int rc = sandbox != NULL
			 ? sandbox_spawn(sandbox, child->loop, NULL, &options, &child->proc, &err)
			 : proc_spawn(child->loop, &options, &child->proc, &err);
	if (rc < 0) {
		fprintf(stderr, "%s\n", err.message);
		exit(1);
	}
}

static void finish(struct child *child) {
	proc_destroy(child->proc);
	loop_destroy(child->loop);
}

/* A process for each check: start to end. */
static double start_ms(const struct sandbox *sandbox) {
	static const char *const argv[] = {"/bin/true", NULL};
	int64_t times[STARTS];
	for (int i = 0; i < STARTS; i++) {
		int64_t before = clock_now();
		struct child child;
		spawn(sandbox, &child, argv);
		proc_close_stdin(child.proc);
		loop_run(child.loop);
		finish(&child);
		times[i] = clock_now() - before;
	}
	return median_ms(times, STARTS);
}

/* A line to a warm child and back, with the looks at its time and memory that a check takes. */
static double check_ms(const struct sandbox *sandbox, bool looks) {
	static const char *const argv[] = {"/bin/cat", NULL};
	static int64_t times[CHECKS];
	struct child child;
	struct proc_usage usage;
	spawn(sandbox, &child, argv);
	for (int i = 0; i < CHECKS; i++) {
		int64_t before = clock_now();
		if (looks) {
			proc_cpu_ns(child.proc);
		}
		child.answered = false;
		proc_write(child.proc, "x\n", 2);
		while (!child.answered) {
			loop_step(child.loop);
		}
		if (looks) {
			proc_cpu_ns(child.proc);
			proc_rss_bytes(child.proc);
		}
		times[i] = clock_now() - before;
	}
	int64_t before = clock_now();
	proc_usage(child.proc, &usage);
	printf("  one look at all processes: %.3f ms\n", (double)(clock_now() - before) / 1e6);
	finish(&child);
	return median_ms(times, CHECKS);
}

static void measure(const char *what, const struct sandbox_options *options) {
	struct sandbox *sandbox = NULL;
	struct error err;
	int64_t before = clock_now();
	if (options != NULL && sandbox_open(options, &sandbox, &err) < 0) {
		printf("%s: %s\n", what, err.message);
		return;
	}
	double open_ms = (double)(clock_now() - before) / 1e6;
	printf("%s (%s): opened in %.1f ms\n", what,
		sandbox != NULL ? sandbox_details(sandbox) : "f2f-launch alone", open_ms);
	printf("  a process, start to end: %.2f ms\n", start_ms(sandbox));
	double bare = check_ms(sandbox, false);
	double looked = check_ms(sandbox, true);
	printf("  a line there and back: %.3f ms, with its time and memory %.3f ms\n", bare,
		looked);
	sandbox_close(sandbox);
}

int main(void) {
	measure("nothing", NULL);
	measure("none",
		&(struct sandbox_options){.lean = "/bin/cat", .mode = "none", .no_groups = true});
	measure("bwrap, no groups",
		&(struct sandbox_options){.lean = "/bin/cat", .no_groups = true});
	measure("bwrap", &(struct sandbox_options){.lean = "/bin/cat"});
	return 0;
}
