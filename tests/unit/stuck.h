#ifndef F2F_TESTS_UNIT_STUCK_H
#define F2F_TESTS_UNIT_STUCK_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/vec.h"
#include "io/loop.h"

/* A clock for limits that something has to meet. It goes as the machine's does, and jumps past the
 * limit once for each process that says that it is stuck: so a limit can be longer than the slowest
 * machine needs, and nobody waits for it.
 *
 * The stand-ins say so by the name of the process, "f2f-stuck" (prctl); those with `mark` in their
 * command line are ours. */

enum { STUCK_LIMIT_S = 100, STUCK_LOOK_MS = 40 };

struct stuck_clock {
	const char *mark;
	struct loop *loop;
	struct loop_timer *timer;
	int64_t start_ns;
	int64_t ahead_ns;
	int times; // as fast as the machine's
	VEC(int) seen; // each makes one jump: it takes a while to die
};

static inline int64_t stuck_now(void *data) {
	const struct stuck_clock *clock = data;
	int64_t real_ns = clock_now() - clock->start_ns;
	return clock->start_ns + real_ns * clock->times + clock->ahead_ns;
}

static inline size_t stuck_read(const char *pid, const char *what, char *text, size_t size) {
	char path[300];
	snprintf(path, sizeof(path), "/proc/%.200s/%s", pid, what);
	FILE *in = fopen(path, "re");
	size_t length = in != NULL ? fread(text, 1, size - 1, in) : 0;
	if (in != NULL) {
		fclose(in);
	}
	text[length] = '\0';
	return length;
}

static inline bool stuck_is_new(struct stuck_clock *clock, const char *pid) {
	char name[32], line[4096];
	stuck_read(pid, "comm", name, sizeof(name));
	if (strcmp(name, "f2f-stuck\n") != 0) {
		return false;
	}
	size_t length = stuck_read(pid, "cmdline", line, sizeof(line));
	if (memmem(line, length, clock->mark, strlen(clock->mark)) == NULL) {
		return false;
	}
	for (size_t i = 0; i < clock->seen.count; i++) {
		if (clock->seen.items[i] == atoi(pid)) {
			return false;
		}
	}
	vec_push(&clock->seen, atoi(pid));
	return true;
}

static inline void stuck_look(void *data) {
	struct stuck_clock *clock = data;
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	ck_assert_ptr_nonnull(proc);
	while ((entry = readdir(proc)) != NULL) {
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
			stuck_is_new(clock, entry->d_name)) {
			clock->ahead_ns += (STUCK_LIMIT_S + 1) * clock->times * CLOCK_SECOND;
		}
	}
	closedir(proc);
	clock->timer = loop_timer_start(
		clock->loop, STUCK_LOOK_MS * clock->times * CLOCK_MS, stuck_look, clock);
}

/* A loop by this clock, `times` as fast: STUCK_LIMIT_S times that is the limit then. `clock` stays
 * where it is until the end. loop_run ends with loop_stop alone. */
static inline struct loop *stuck_loop(struct stuck_clock *clock, const char *mark, int times) {
	*clock = (struct stuck_clock){.mark = mark, .start_ns = clock_now(), .times = times};
	clock->loop = loop_create(&(struct loop_options){.now = stuck_now, .now_data = clock});
	stuck_look(clock);
	return clock->loop;
}

/* No more jumps; at the latest before the loop is destroyed. */
static inline void stuck_end(struct stuck_clock *clock) {
	loop_timer_cancel(clock->timer);
	clock->timer = NULL;
	vec_finish(&clock->seen);
}

#endif
