#ifndef F2F_VERIFIER_FINAL_RUN_H
#define F2F_VERIFIER_FINAL_RUN_H

#include <stdint.h>

#include "base/buf.h"

struct error;
struct final_command;
struct loop;
struct sandbox;

/* One child of a final check: closed in, limited, and heard out. */

/* How it ended. */
enum final_end {
	FINAL_END_EXIT, // by itself: see status
	FINAL_END_SIGNAL,
	FINAL_END_TIME, // CPU or wall clock
	FINAL_END_RESOURCES, // memory, processes, files, output
	FINAL_END_START, // it could not be started: ours
	FINAL_END_UNREADABLE, // whoever reads its output gave up
};

/** Who reads its stdout as it comes; take NULL: it is kept. */
struct final_reader {
	int (*take)(void *session, const char *bytes, size_t length, struct error *err);
	void *session;
};

struct final_limits {
	int64_t cpu_s;
	int64_t wall_s;
	int64_t output_bytes; // of stdout, and of stderr
	int64_t folder_bytes; // of what it may write to
	int64_t file_bytes;
};

struct final_run;

/** Once, never inside final_run_start. The run may be destroyed from here. */
typedef void (*final_run_fn)(struct final_run *run, void *data);

struct final_run {
	enum final_end end;
	int status;
	struct buf out;
	struct buf err;
	char what[192]; // why it ended, for all but FINAL_END_EXIT
	int64_t cpu_ns;
	/* ---- */
	struct loop *loop;
	const struct sandbox *sandbox;
	struct final_limits limits;
	struct final_reader reader;
	struct proc *proc;
	struct loop_timer *watch;
	char *folder;
	int64_t started_ns;
	bool killed;
	final_run_fn done;
	void *data;
};

/** `command` is copied where it is kept. Owned: final_run_destroy, from `done` on or to give up. */
struct final_run *final_run_start(struct loop *loop, const struct sandbox *sandbox,
	const struct final_command *command, const struct final_limits *limits,
	const struct final_reader *reader, final_run_fn done, void *data);

/** Kills what still runs, forgets the callback. NULL is fine. */
void final_run_destroy(struct final_run *run);

#endif
