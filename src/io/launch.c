/* f2f-launch PARENT CPU_SECONDS FILE_BYTES PROGRAM ARGUMENT… Becomes PROGRAM, with its limits set
 * (0: none), dying with the process PARENT, holding no descriptor but the standard three. */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { ARGUMENTS = 4, STATUS_FAILED = 126, STATUS_NOT_FOUND = 127 };

static int limit(int resource, const char *text) {
	unsigned long long value = strtoull(text, NULL, 10);
	if (value == 0) {
		return 0;
	}
	// The hard limit a little above the soft one: SIGXCPU first, then SIGKILL.
	struct rlimit limits = {
		.rlim_cur = value, .rlim_max = value + (resource == RLIMIT_CPU ? 5 : 0)};
	return setrlimit(resource, &limits);
}

int main(int argc, char **argv) {
	if (argc <= ARGUMENTS) {
		fputs("f2f-launch is started by f2f\n", stderr);
		return STATUS_FAILED;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	// The parent may have died before the line above.
	if (getppid() != (pid_t)strtol(argv[1], NULL, 10)) {
		return STATUS_FAILED;
	}
	struct rlimit no_core = {0, 0};
	setrlimit(RLIMIT_CORE, &no_core);
	if (limit(RLIMIT_CPU, argv[2]) < 0 || limit(RLIMIT_FSIZE, argv[3]) < 0) {
		fprintf(stderr, "f2f-launch: limits: %s\n", strerror(errno));
		return STATUS_FAILED;
	}
	close_range(STDERR_FILENO + 1, ~0U, 0);
	// libuv blocks no signals, but a shell in between may have ignored some.
	signal(SIGPIPE, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	execvp(argv[ARGUMENTS], argv + ARGUMENTS);
	fprintf(stderr, "f2f-launch: %s: %s\n", argv[ARGUMENTS], strerror(errno));
	return STATUS_NOT_FOUND;
}
