#ifndef F2F_VERIFIER_BACKEND_H
#define F2F_VERIFIER_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "io/proc.h"
#include "lean/check.h"
#include "verifier/verifier.h"

struct error;
struct job;
struct loop_timer;
struct header;
struct pool;

enum worker_state {
	WORKER_STARTING, // the header is being imported
	WORKER_IDLE,
	WORKER_BUSY,
};

/* What went wrong with a worker while it had something to do. */
enum fault {
	FAULT_NONE,
	FAULT_CRASH, // it ended
	FAULT_MEMORY, // over the limit, all its processes together
	FAULT_PROCESSES, // more of them than any honest check needs
	FAULT_OUTPUT, // more output than any honest check has
	FAULT_FOREIGN, // bytes that its protocol does not allow, or an answer that is not whole
	FAULT_TIMEOUT, // CPU or wall time over the limit
	FAULT_KINDS
};

/** One Lean process. Backends use what is above the line; the rest is the pool's. */
struct worker {
	const struct verifier_options *options;
	struct proc *proc;
	void *protocol; // the backend's
	const char *header; // owned by the pool, ends in a newline unless empty
	unsigned header_lines;
	bool plain; // the first start of all failed: leave out options that this Lean may not know
	struct lean_answer answer; // of the check at hand
	/* ---- */
	struct pool *pool;
	struct worker *next;
	enum worker_state state;
	struct header *of;
	bool spare; // started though nobody waits for it
	struct job *job;
	int uses;
	int candidates; // of its uses: the others were self-tests
	int64_t bytes; // what it holds for itself, when last looked at
	int64_t base_bytes; // that, after the header
	int64_t shared_bytes; // what it maps and others may too
	int64_t measured_ns;
	int64_t started_ns; // of what it is doing
	int64_t cpu_before_ns;
	int64_t exit_cpu_ns; // once it has ended
	int64_t used_ns;
	size_t output_bytes;
	struct loop_timer *watch;
	struct buf complaints; // the end of its stderr
};

/** Checks that are made elsewhere. A job that is submitted ends in job_done or job_missing. */
struct verifier_service {
	void *(*open)(struct verifier *verifier);
	void (*submit)(void *service, struct job *job);
	void (*cancel)(void *service); // forgets all jobs
	void (*close)(void *service);
	int (*jobs)(const void *service); // that it takes at a time
	const char *(*dead)(const void *service); // why all to come will be missing, or NULL
};

/** A way to ask Lean: one const struct a file, listed by meson. */
struct verifier_backend {
	const char *name;
	const char *summary;
	const struct verifier_service *service; // instead of all below: there are no workers
	bool one_shot; // a process serves one check and is started by it

	/* Spawn the process (worker_spawn) and, unless one_shot, have it import the header:
	 * worker_ready when it has. */
	int (*start)(struct worker *worker, struct error *err);
	/* Ask; worker_answered when the answer is whole. */
	void (*submit)(struct worker *worker, const struct lean_check *check);
	/* Bytes of stdout. */
	void (*on_output)(struct worker *worker, const char *bytes, size_t length);
	/* It ended: true when that is the regular end of an answer (worker_answered was called). */
	bool (*on_exit)(struct worker *worker, const struct proc_exit *exit);
	void (*finish)(struct worker *worker); // frees protocol
};

/** Starts argv with the verifier's environment and limits, its output going to the backend. */
int worker_spawn(struct worker *worker, const char *const *argv, struct error *err);

/**
 * The header is imported; `worker->answer` holds what Lean said about it. False when the worker is
 * gone when this returns.
 */
bool worker_ready(struct worker *worker);

/**
 * `worker->answer` is what Lean said about the check. False when the worker is gone when this
 * returns.
 */
bool worker_answered(struct worker *worker);

/** It cannot go on. The worker is gone when this returns. */
void worker_fault(struct worker *worker, enum fault fault, const char *what);

const struct verifier_backend *backend_find(const char *name); // NULL when there is none
const struct verifier_backend *backend_at(size_t index);

#endif
