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
	int status; // exit status, meaningful when signal is 0
	int signal; // the signal that ended it, or 0
	int64_t cpu_ns; // user + system time of the child and what it reaped
	int64_t max_rss_bytes; // largest resident size of all its processes together, as seen
	bool out_of_memory; // the kernel ended some of it at the limit of its control group
};

/* All processes of a child together, now. */
struct proc_usage {
	int64_t cpu_ns; // those that have ended included
	int64_t rss_bytes; // of each, added up
	int tasks; // processes and threads
};

enum { PROC_GROUPS_MAX = 3 };

/**
 * Control groups below which a child can be given its own: those of this process, where it may make
 * some and the kernel then keeps limits. Texts owned.
 */
struct proc_groups {
	char *paths[PROC_GROUPS_MAX]; // NULL after the last
	bool memory;
	bool tasks;
	int version; // 1 or 2; 0: none
};

/** What the file system says; only a child that hits a limit proves it. Removes what f2f's before
 * it left. */
void proc_groups_find(struct proc_groups *groups_out);
void proc_groups_finish(struct proc_groups *groups);

struct proc_options {
	const char *const *argv; // NULL-terminated; argv[0] is a path
	// NULL-terminated NAME=VALUE; NULL: the clean environment of proc_clean_env
	const char *const *env;
	const char *cwd; // NULL: ours
	int64_t cpu_limit_s; // RLIMIT_CPU; 0: none
	int64_t file_limit_bytes; // RLIMIT_FSIZE; 0: none
	int64_t files_limit; // RLIMIT_NOFILE; 0: none
	// Foreign code: all that it leaves behind ends with it, whatever it did to get away, and all
	// ends when we do. There is no grace for it. What follows needs this.
	bool kept;
	bool wrapped; // argv says 128 + n for a signal n, as bwrap does
	const struct proc_groups *groups; // NULL: none
	int64_t group_memory_bytes; // kept by the kernel when groups->memory
	int64_t group_tasks; // likewise

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

/** Whether its stdout holds bytes that were not given to on_output yet. */
bool proc_output_waiting(const struct proc *proc);

/** Closes its stdin after what is queued. */
void proc_close_stdin(struct proc *proc);

/**
 * Ends the whole process group: SIGTERM, after grace_ns SIGKILL (0: SIGKILL at once). on_exit still
 * comes.
 */
void proc_kill(struct proc *proc, int64_t grace_ns);

/**
 * CPU time used so far by the child and its descendants, in ns; 0 when it is gone. Cheap: looks only
 * at those that proc_usage found last.
 */
int64_t proc_cpu_ns(const struct proc *proc);

/** Looks at every process of the child's. False when it is gone. */
bool proc_usage(const struct proc *proc, struct proc_usage *usage_out);

/**
 * Of these bytes, its fair share: pages that several processes map, and those that it shares with
 * others, are shared out. Slow: for a second thought. `rss_bytes` where the kernel does not tell.
 */
int64_t proc_share_bytes(const struct proc *proc, int64_t rss_bytes);

/** Its rss_bytes, as cheap as proc_cpu_ns; 0 when it is gone. */
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

/**
 * Whether others of the same user may look into this process: its environment and memory, by /proc
 * or as debuggers do. Root always may. Returns what it was before.
 */
bool proc_open_to_view(bool open);

#endif
