#ifndef F2F_TESTS_UNIT_SERVED_H
#define F2F_TESTS_UNIT_SERVED_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <check.h>

#include "base/mem.h"

/* A stand-in server in a process of its own, on a port that it chooses and prints. */

struct served {
	pid_t pid;
	char *url;
};

/* `argv` is the stand-in with its arguments, NULL-terminated. */
static inline struct served serve(const char *const *argv) {
	int ends[2];
	ck_assert_int_eq(pipe(ends), 0);
	struct served served = {.pid = fork()};
	if (served.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execv(argv[0], (char *const *)argv);
		_exit(127);
	}
	close(ends[1]);
	FILE *out = fdopen(ends[0], "r");
	int port = 0;
	ck_assert_int_eq(fscanf(out, "%d", &port), 1);
	fclose(out);
	served.url = xasprintf("http://127.0.0.1:%d", port);
	return served;
}

static inline void served_stop(struct served *served) {
	kill(served->pid, SIGKILL);
	waitpid(served->pid, NULL, 0);
	free(served->url);
	*served = (struct served){0};
}

#endif
