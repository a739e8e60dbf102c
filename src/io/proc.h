#ifndef F2F_IO_PROC_H
#define F2F_IO_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct loop;

/**
 * One child process in its own session and process group, with pipes on its three standard
 * descriptors and no other descriptor. It dies when we die (f2f-launch sets PR_SET_PDEATHSIG).
 * Nothing here blocks. The program must ignore SIGPIPE, as main does: a child may be gone before it
 * has read what it was sent.
 */
struct proc;

enum proc_stream { PROC_STDOUT, PROC_STDERR };

struct proc_exit {
	int status;	    // exit status, meaningful when signal is 0
	int signal;	    // the signal that ended it, or 0
	int64_t cpu_ns;	    // user + system time of the child and what it reaped
	int64_t max_rss_bytes; // largest resident size of a single process
};

struct proc_options {
	const char *const *argv; // NULL-terminated; argv[0] is a path
	// NULL-terminated NAME=VALUE; NULL: the clean environment of proc_clean_env
	const char *const *env;
	const char *cwd;	 // NULL: ours
	int64_t cpu_limit_s;	 // RLIMIT_CPU; 0: none
	int64_t file_limit_bytes; // RLIMIT_FSIZE; 0: none

	/* Bytes as they come; length 0 is the end of that stream. Borrowed for the call. */
	void (*on_output)(enum proc_stream stream, const char *bytes, size_t length, void *data);
	/* Once, after both streams have ended and the child is reaped. The proc may be destroyed
	 * from here. */
	void (*on_exit)(const struct proc_exit *exit, void *data);
	void *data;
};

/**
 * Starts a child. Fails (ERROR_NOT_FOUND, ERROR_SYSTEM) when argv[0] cannot be run. Callbacks never
 * run inside this call.
 */
int proc_spawn(struct loop *loop, const struct proc_options *options, struct proc **proc_out,
	struct error *err);

/**
 * Queues bytes for its stdin (copied). Silently dropped once the child has closed it: the exit
 * tells.
 */
void proc_write(struct proc *proc, const void *bytes, size_t length);

/** Bytes queued and not yet taken by the child. */
size_t proc_write_pending(const struct proc *proc);

/** Closes its stdin after what is queued. */
void proc_close_stdin(struct proc *proc);

/**
 * Ends the whole process group: SIGTERM, after grace_ns SIGKILL (0: SIGKILL at once). on_exit still
 * comes.
 */
void proc_kill(struct proc *proc, int64_t grace_ns);

/** CPU time used so far by the process group's leader and its threads, in ns; 0 when it is gone. */
int64_t proc_cpu_ns(const struct proc *proc);

/** Resident bytes now (leader only); 0 when it is gone. */
int64_t proc_rss_bytes(const struct proc *proc);

int proc_pid(const struct proc *proc);

/** Kills the group if it still runs, forgets the callbacks, frees when reaped. NULL is fine. */
void proc_destroy(struct proc *proc);

/**
 * An environment for children that run foreign code: PATH, HOME, LANG, LC_*, TMPDIR, TZ, TERM and
 * the Lean ones (LEAN_PATH, LEAN_SRC_PATH, LEAN_SYSROOT, ELAN_HOME), never a key. NULL-terminated,
 * one allocation: free it with free().
 */
char **proc_clean_env(void);

#endif
