#ifndef F2F_IO_LAUNCH_H
#define F2F_IO_LAUNCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The parts of the program f2f-launch. It links nothing of ours. */

enum { GROUPS_MAX = 4, GROUP_PATH_MAX = 512 };

/* What the command line asks for; 0 or empty: no such limit. */
struct plan {
	pid_t parent; // we die with it; 0: there is none to die with
	int64_t cpu_s;
	int64_t file_bytes;
	int64_t files;
	int64_t tasks; // RLIMIT_NPROC: per user, so of use only inside a user namespace
	int64_t memory_bytes; // of the control groups
	int64_t group_tasks; // of the control groups
	int report; // a descriptor that hears how it ended, or -1
	bool keep; // stay in front of the program and take all it leaves behind with it
	bool wrapped; // the program says 128 + n for a signal n, as bwrap does
	bool filter; // take away system calls that no Lean needs
	const char *groups[GROUPS_MAX]; // existing control groups; ours are made below
	int group_count;
};

/* Control groups, made below those that are given. */
struct groups {
	char paths[GROUPS_MAX][GROUP_PATH_MAX];
	int count;
};

/** Makes them with their limits. False, with a line on stderr, when one cannot be had. */
bool groups_make(struct groups *groups, const struct plan *plan);

/** Puts the calling process into them. */
bool groups_join(const struct groups *groups);

/** Kills what is in them, where the kernel offers that in one step. */
void groups_kill(const struct groups *groups);

/** How often the kernel ended one of them for want of memory. */
int64_t groups_memory_kills(const struct groups *groups);

/** They have to be empty; waits a moment for the kernel to see that they are. */
void groups_remove(const struct groups *groups);

/** Kills every descendant of this process, new ones included, and reaps them: we are their
 * subreaper. */
void tree_kill(void);

/** Installs the filter for this process and all that it starts. */
bool filter_install(void);

/** Becomes the process in front of the program: returns only in the program's own process. */
void keep_watch(const struct plan *plan);

#endif
