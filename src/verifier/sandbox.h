#ifndef F2F_VERIFIER_SANDBOX_H
#define F2F_VERIFIER_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

struct error;
struct loop;
struct proc;
struct proc_options;

/**
 * How children that run foreign code are closed in: by bubblewrap, or, when "none" was asked for, by
 * no more than limits and a launcher that ends all they leave behind; while such a one is open, others
 * of this user cannot look into our process. Never changes once opened; any
 * number of children at a time.
 */
struct sandbox;

/* Lists end in NULL and may be NULL. All is copied. */
struct sandbox_options {
	const char *mode; // "bwrap" or "none"; NULL: bwrap
	const char *lean; // the binary: it and its toolchain are made visible
	const char *repl; // the REPL's binary, made visible likewise, or NULL
	const char *project; // Lake project, or NULL
	// NAME=VALUE. Under bwrap PATH, HOME and TMPDIR are replaced, and what LEAN_PATH,
	// LEAN_SRC_PATH and LEAN_SYSROOT name is made visible.
	const char *const *environment;
	int64_t memory_limit_bytes; // of all its processes; 0: 8 GiB
	int64_t file_limit_bytes; // of a single file; 0: 16 MiB
	int64_t tmp_limit_bytes; // of its private /tmp; 0: 256 MiB
	int task_limit; // processes and threads; 0: by cores, at least 128
	bool no_groups; // do without control groups, as where none can be made
};

/**
 * Tries it out with a real child, some 10 ms. ERROR_ENVIRONMENT, with what to type, when bubblewrap
 * is missing or does not work here; ERROR_USAGE for another mode.
 */
int sandbox_open(
	const struct sandbox_options *options, struct sandbox **sandbox_out, struct error *err);

/** Children that still run keep running. NULL is fine. */
void sandbox_close(struct sandbox *sandbox);

/** "bwrap" or "none": for verdicts. */
const char *sandbox_name(const struct sandbox *sandbox);

/** "bwrap 0.8.0, memory by cgroup": for manifests. */
const char *sandbox_details(const struct sandbox *sandbox);

/* What one child sees besides. A path is the same inside and outside. */
struct sandbox_extra {
	const char *const *read_only;
	const char *const *writable;
	int64_t file_limit_bytes; // 0: the sandbox's
};

/**
 * As proc_spawn. The program is made visible as the Lean binary is. The environment and all limits
 * but cpu_limit_s are the sandbox's; cwd is a folder that is visible inside (NULL: "/"). `extra` may
 * be NULL. ERROR_ENVIRONMENT when a path of it would show what a candidate must not see.
 */
int sandbox_spawn(const struct sandbox *sandbox, struct loop *loop,
	const struct sandbox_extra *extra, const struct proc_options *options,
	struct proc **proc_out, struct error *err);

enum sandbox_limit { SANDBOX_WITHIN, SANDBOX_MEMORY, SANDBOX_TASKS };

enum { SANDBOX_WHAT = 96 };

/**
 * Looks at all processes of a child: is it over a limit that the kernel does not keep for us? The
 * text says which, with figures. To be called now and then.
 */
enum sandbox_limit sandbox_look(
	const struct sandbox *sandbox, const struct proc *proc, char what[SANDBOX_WHAT]);

#endif
