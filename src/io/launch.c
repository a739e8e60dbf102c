/* f2f-launch PARENT [NAME=VALUE | NAME]… -- PROGRAM ARGUMENT… becomes PROGRAM, with its limits set,
 * dying with the process PARENT, holding no descriptor but the standard three. With "keep" it stays
 * in front of PROGRAM, and takes all that PROGRAM leaves behind with it: see launch_keep.c. */

#include "io/launch.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/keyctl.h>

enum { STATUS_FAILED = 126, STATUS_NOT_FOUND = 127 };

static int fail(const char *what) {
	fprintf(stderr, "f2f-launch: %s: %s\n", what, strerror(errno));
	return STATUS_FAILED;
}

static bool limit(int resource, int64_t value, int64_t margin) {
	struct rlimit old;
	if (value <= 0 || getrlimit(resource, &old) < 0) {
		return value <= 0;
	}
	struct rlimit limits = {.rlim_cur = (rlim_t)value, .rlim_max = (rlim_t)(value + margin)};
	// What is less already stays: only root may raise it.
	limits.rlim_max = limits.rlim_max < old.rlim_max ? limits.rlim_max : old.rlim_max;
	limits.rlim_cur = limits.rlim_cur < limits.rlim_max ? limits.rlim_cur : limits.rlim_max;
	return setrlimit(resource, &limits) == 0;
}

static bool set_limits(const struct plan *plan) {
	// The hard limit a little above the soft one: SIGXCPU first, then SIGKILL.
	return limit(RLIMIT_CPU, plan->cpu_s, 5) && limit(RLIMIT_FSIZE, plan->file_bytes, 0) &&
	       limit(RLIMIT_NOFILE, plan->files, 0) && limit(RLIMIT_NPROC, plan->tasks, 0) &&
	       setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}) == 0;
}

/* ---- The command line. */

static bool take_number(const char *word, const char *name, int64_t *value_out) {
	size_t length = strlen(name);
	if (strncmp(word, name, length) != 0 || word[length] != '=') {
		return false;
	}
	*value_out = strtoll(word + length + 1, NULL, 10);
	return true;
}

static bool take_word(const char *word, struct plan *plan) {
	int64_t report = -1;
	if (strncmp(word, "group=", strlen("group=")) == 0 && plan->group_count < GROUPS_MAX) {
		plan->groups[plan->group_count++] = word + strlen("group=");
		return true;
	}
	if (take_number(word, "report", &report)) {
		plan->report = (int)report;
		return true;
	}
	bool *flag = strcmp(word, "keep") == 0	    ? &plan->keep
		     : strcmp(word, "wrapped") == 0 ? &plan->wrapped
		     : strcmp(word, "filter") == 0  ? &plan->filter
						    : NULL;
	if (flag != NULL) {
		*flag = true;
		return true;
	}
	return take_number(word, "cpu", &plan->cpu_s) ||
	       take_number(word, "file", &plan->file_bytes) ||
	       take_number(word, "files", &plan->files) ||
	       take_number(word, "tasks", &plan->tasks) ||
	       take_number(word, "memory", &plan->memory_bytes) ||
	       take_number(word, "group-tasks", &plan->group_tasks);
}

/* The program's own words, or NULL. */
static char **read_plan(int argc, char **argv, struct plan *plan) {
	if (argc < 4) {
		return NULL;
	}
	*plan = (struct plan){.parent = (pid_t)strtol(argv[1], NULL, 10), .report = -1};
	int i = 2;
	while (i < argc && strcmp(argv[i], "--") != 0) {
		if (!take_word(argv[i++], plan)) {
			return NULL;
		}
	}
	return i + 1 < argc ? argv + i + 1 : NULL;
}

/* "eat MIB": takes so much memory and goes. Whether a limit holds is known by trying. */
static int eat(const char *mib) {
	size_t bytes = (size_t)strtoul(mib, NULL, 10) << 20;
	char *memory = malloc(bytes + 1);
	if (memory == NULL) {
		return fail("memory");
	}
	for (size_t i = 0; i < bytes; i += 4096) {
		((volatile char *)memory)[i] = 1;
	}
	free(memory);
	return 0;
}

/* ---- */

int main(int argc, char **argv) {
	if (argc == 3 && strcmp(argv[1], "eat") == 0) {
		_exit(eat(argv[2])); // a checker of leaks would want to trace us
	}
	struct plan plan;
	char **program = read_plan(argc, argv, &plan);
	if (program == NULL) {
		fputs("f2f-launch is started by f2f\n", stderr);
		return STATUS_FAILED;
	}
	if (plan.parent != 0) {
		// One in front of a program has work left when we are gone: it is told, not killed.
		prctl(PR_SET_PDEATHSIG, plan.keep ? SIGTERM : SIGKILL);
	}
	// Keys of the user's session are no business of a child's.
	syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
	if (plan.keep) {
		keep_watch(&plan);
	} else if (plan.parent != 0 && getppid() != plan.parent) {
		return STATUS_FAILED; // it died before prctl
	}
	if (!set_limits(&plan)) {
		return fail("limits");
	}
	if (plan.filter && !filter_install()) {
		return fail("filter");
	}
	close_range(STDERR_FILENO + 1, ~0U, 0);
	// libuv blocks no signals, but a shell in between may have ignored some.
	signal(SIGPIPE, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	execvp(program[0], program);
	fprintf(stderr, "f2f-launch: %s: %s\n", program[0], strerror(errno));
	return STATUS_NOT_FOUND;
}
