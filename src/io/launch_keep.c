/* The process in front of a program that runs foreign code. It is the subreaper of all that comes
 * of the program, so that nothing gets away from it by forking twice or by a session of its own; it
 * hears when f2f dies, however that happens; and it alone removes the control groups. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/launch.h"

enum { STATUS_FAILED = 126, SIGNAL_BASE = 128, SIGNALS = 31 };

/* Our own signals wait until we ask for them. */
static sigset_t watched(void) {
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	return set;
}

/* True when `program` was among those that ended. Its status is where wait left it. */
static bool reap(pid_t program, int *status_out) {
	bool ended = false;
	int status;
	pid_t pid;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == program) {
			*status_out = status;
			ended = true;
		}
	}
	return ended;
}

/* Waits for its end, or for the word to end it. -1: we were told to. */
static int wait_for(pid_t program, const sigset_t *signals, pid_t parent) {
	int status = -1;
	while (!reap(program, &status)) {
		int signo = sigwaitinfo(signals, NULL);
		if ((signo > 0 && signo != SIGCHLD) || getppid() != parent) {
			return -1;
		}
	}
	return status;
}

static void report(const struct plan *plan, const struct groups *groups) {
	struct rusage used;
	if (plan->report < 0 || getrusage(RUSAGE_CHILDREN, &used) < 0) {
		return;
	}
	int64_t cpu_us = ((int64_t)used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 +
			 used.ru_utime.tv_usec + used.ru_stime.tv_usec;
	dprintf(plan->report, "cpu_us=%" PRId64 " memory_kills=%" PRId64 "\n", cpu_us,
		groups_memory_kills(groups));
}

/* Ends as the program did. */
static void end_as(int status, bool wrapped) {
	int signo = status < 0		  ? SIGKILL
		    : WIFSIGNALED(status) ? WTERMSIG(status)
		    : wrapped && WEXITSTATUS(status) > SIGNAL_BASE &&
				    WEXITSTATUS(status) <= SIGNAL_BASE + SIGNALS
			    ? WEXITSTATUS(status) - SIGNAL_BASE
			    : 0;
	if (signo != 0) {
		sigset_t one;
		sigemptyset(&one);
		sigaddset(&one, signo);
		signal(signo, SIG_DFL);
		raise(signo);
		sigprocmask(SIG_UNBLOCK, &one, NULL);
	}
	_exit(signo != 0 ? STATUS_FAILED : WEXITSTATUS(status));
}

/* In the program's own process. */
static void become_program(const struct groups *groups, pid_t front, const sigset_t *before) {
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != front || !groups_join(groups)) {
		_exit(STATUS_FAILED);
	}
	// A group of its own: what is sent to ours is for us to act upon.
	setpgid(0, 0);
	sigprocmask(SIG_SETMASK, before, NULL);
}

void keep_watch(const struct plan *plan) {
	sigset_t signals = watched(), before;
	struct groups groups;
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	sigprocmask(SIG_BLOCK, &signals, &before);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	signal(SIGPIPE, SIG_IGN);
	if (plan->report >= 0) {
		fcntl(plan->report, F_SETFD, FD_CLOEXEC); // ours alone, whatever the kernel closes
	}
	if (getppid() != plan->parent) {
		_exit(STATUS_FAILED); // it died before prctl
	}
	if (!groups_make(&groups, plan)) {
		groups_remove(&groups);
		_exit(STATUS_FAILED);
	}
	pid_t front = getpid();
	pid_t program = fork();
	if (program == 0) {
		become_program(&groups, front, &before);
		return;
	}
	// The pipes are the program's alone: its end is their end.
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	dup2(nothing, STDIN_FILENO);
	dup2(nothing, STDOUT_FILENO);
	int status = program < 0 ? STATUS_FAILED << 8 : wait_for(program, &signals, plan->parent);
	groups_kill(&groups);
	tree_kill();
	report(plan, &groups);
	groups_remove(&groups);
	end_as(status, plan->wrapped);
}
