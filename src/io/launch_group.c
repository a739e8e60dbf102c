/* Control groups of both kinds: a file that is there is one that is meant. */

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/launch.h"

enum { REMOVE_TRIES = 2000 };

static FILE *open_in(const char *group, const char *name, const char *mode) {
	char path[GROUP_PATH_MAX + 64];
	snprintf(path, sizeof(path), "%s/%s", group, name);
	return fopen(path, mode);
}

/* False only when there is such a file and it does not take the value. */
static bool set(const char *group, const char *name, int64_t value) {
	FILE *out = open_in(group, name, "re+");
	if (out == NULL) {
		return errno == ENOENT;
	}
	bool written = fprintf(out, "%" PRId64 "\n", value) > 0;
	return fclose(out) == 0 && written;
}

static bool limit(const char *group, const struct plan *plan) {
	bool good = true;
	if (plan->memory_bytes > 0) {
		good = set(group, "memory.max", plan->memory_bytes) &&
		       set(group, "memory.limit_in_bytes", plan->memory_bytes);
		// Where there is swap, it is not to be a way around; where there is none, there is
		// no such file.
		set(group, "memory.swap.max", 0);
		set(group, "memory.memsw.limit_in_bytes", plan->memory_bytes);
		set(group, "memory.oom.group", 1);
	}
	return good && (plan->group_tasks <= 0 || set(group, "pids.max", plan->group_tasks));
}

bool groups_make(struct groups *groups, const struct plan *plan) {
	groups->count = 0;
	for (int i = 0; i < plan->group_count; i++) {
		char *path = groups->paths[groups->count];
		int length =
			snprintf(path, GROUP_PATH_MAX, "%s/f2f-%d", plan->groups[i], (int)getpid());
		bool made = length < GROUP_PATH_MAX && mkdir(path, 0755) == 0;
		groups->count += made;
		if (!made || !limit(path, plan)) {
			fprintf(stderr, "f2f-launch: control group %s: %s\n", path,
				strerror(errno));
			return false;
		}
	}
	return true;
}

bool groups_join(const struct groups *groups) {
	for (int i = 0; i < groups->count; i++) {
		FILE *out = open_in(groups->paths[i], "cgroup.procs", "we");
		bool joined = out != NULL && fputs("0\n", out) >= 0;
		joined = out != NULL && fclose(out) == 0 && joined;
		if (!joined) {
			fprintf(stderr, "f2f-launch: control group %s: %s\n", groups->paths[i],
				strerror(errno));
			return false;
		}
	}
	return true;
}

void groups_kill(const struct groups *groups) {
	for (int i = 0; i < groups->count; i++) {
		set(groups->paths[i], "cgroup.kill", 1);
	}
}

int64_t groups_memory_kills(const struct groups *groups) {
	static const char *const names[] = {"memory.events", "memory.oom_control"};
	int64_t kills = 0;
	for (int i = 0; i < 2 * groups->count; i++) {
		FILE *in = open_in(groups->paths[i / 2], names[i % 2], "re");
		char word[64];
		int64_t value;
		while (in != NULL && fscanf(in, "%63s %" SCNd64, word, &value) == 2) {
			kills += strcmp(word, "oom_kill") == 0 ? value : 0;
		}
		if (in != NULL) {
			fclose(in);
		}
	}
	return kills;
}

void groups_remove(const struct groups *groups) {
	for (int i = groups->count - 1; i >= 0; i--) {
		for (int tries = 0;
			tries < REMOVE_TRIES && rmdir(groups->paths[i]) < 0 && errno == EBUSY;
			tries++) {
			poll(NULL, 0, 1);
		}
	}
}
