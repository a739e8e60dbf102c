/* All descendants of this process, through /proc. */

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "io/launch.h"

enum { PIDS_MAX = 65536, STOP_ROUNDS = 64, PATIENCE_S = 10 };

struct pids {
	pid_t *items;
	int count;
};

/* Children are listed by the thread that made them. */
static void add_children(struct pids *pids, pid_t parent) {
	char path[300];
	snprintf(path, sizeof(path), "/proc/%d/task", (int)parent);
	DIR *threads = opendir(path);
	struct dirent *entry;
	while (threads != NULL && (entry = readdir(threads)) != NULL) {
		if (!isdigit((unsigned char)entry->d_name[0])) {
			continue;
		}
		snprintf(path, sizeof(path), "/proc/%d/task/%.20s/children", (int)parent,
			entry->d_name);
		FILE *in = fopen(path, "re");
		int child;
		while (in != NULL && pids->count < PIDS_MAX && fscanf(in, "%d", &child) == 1) {
			pids->items[pids->count++] = child;
		}
		if (in != NULL) {
			fclose(in);
		}
	}
	if (threads != NULL) {
		closedir(threads);
	}
}

static void find_all(struct pids *pids) {
	pids->count = 0;
	add_children(pids, getpid());
	for (int i = 0; i < pids->count; i++) {
		add_children(pids, pids->items[i]);
	}
}

static void signal_all(const struct pids *pids, int signo) {
	for (int i = 0; i < pids->count; i++) {
		kill(pids->items[i], signo);
	}
}

/* Stopped first, until a look finds no more than the one before: what forks faster than it is
 * killed would get away. */
static void stop_all(struct pids *pids) {
	int before = -1;
	for (int round = 0; round < STOP_ROUNDS; round++) {
		find_all(pids);
		if (pids->count == before) {
			break;
		}
		before = pids->count;
		signal_all(pids, SIGSTOP);
	}
}

static bool reaped_all(void) {
	pid_t pid;
	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {
	}
	return pid < 0 && errno == ECHILD;
}

void tree_kill(void) {
	if (reaped_all()) {
		return;
	}
	struct pids pids = {.items = malloc(PIDS_MAX * sizeof(pid_t))};
	struct timespec start, now;
	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		if (pids.items != NULL) {
			stop_all(&pids);
			signal_all(&pids, SIGKILL);
		}
		poll(NULL, 0, 1);
		clock_gettime(CLOCK_MONOTONIC, &now);
		// What stays is in the kernel's hands, and cannot run any more of its own code.
	} while (!reaped_all() && now.tv_sec - start.tv_sec < PATIENCE_S);
	free(pids.items);
}
