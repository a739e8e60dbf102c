#ifndef F2F_VERIFIER_FINAL_INTERNAL_H
#define F2F_VERIFIER_FINAL_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "lean/check.h"
#include "verifier/final.h"
#include "verifier/final_checker.h"
#include "verifier/final_files.h"
#include "verifier/final_run.h"

struct final_header;

/* What the queue (final.c), the steps of one check (final_job.c) and the self-tests (final_header.c)
 * share. */

enum final_state {
	FINAL_WAITING, // for its header's self-tests
	FINAL_QUEUED,
	FINAL_ALONE, // queued again, to run with nothing beside it
	FINAL_RUNNING,
	FINAL_DONE, // told at the end of this turn
};

enum final_stage { FINAL_STAGE_CHALLENGE, FINAL_STAGE_SOLUTION, FINAL_STAGE_CHECKER };

/** One check on its way. On the list of its final_check until it is told. */
struct final_job {
	struct final_job *next;
	struct final_check *final;
	const struct lean_check *check;
	final_done_fn done;
	void *data;
	struct final_header *header;
	struct lean_check own; // of a self-test: what `check` points to
	bool refuse; // a self-test that has to be refused
	enum final_state state;
	bool alone;
	int faults;
	enum final_stage stage;
	char *folder; // of this try
	char *challenge; // folder of the compiled challenge
	struct final_run *run;
	void *session; // of a checker of several runs
	int step; // of its runs
	struct final_result result;
};

struct final_check {
	struct loop *loop;
	struct final_options options; // nothing left to default
	const struct sandbox *sandbox;
	char *project; // of `place`
	struct final_place place;
	struct final_tool tool;
	struct final_folder folder;
	char *name;
	char *note; // of the kernel's holes; NULL: none known
	struct final_job *jobs; // in order of arrival
	struct final_header *headers;
	unsigned count; // of folders made
	bool pumping;
};

/** Takes the first step of a try. */
void final_job_start(struct final_job *job);

/** Kills what it runs and removes its files; it can be started again. */
void final_job_reset(struct final_job *job);

/** Resets it and frees it. It is on no list. */
void final_job_free(struct final_job *job);

/** Ends it: takes over the texts of `result`, tells at the end of this turn. */
void final_job_end(struct final_job *job, const struct final_result *result);

/**
 * A try that brought no answer: the next one is alone, and the second is the end. `reason` is what
 * the candidate did, or REASON_NONE.
 */
void final_job_fault(struct final_job *job, enum reject_reason reason, const char *what);

/** Puts a job at the end of the list. */
void final_push(struct final_check *final, struct final_job *job);

/** Have the queue looked at, at the end of this turn. */
void final_wake(struct final_check *final);

/** Sends a new job on: into the queue, or first to its header's self-tests. */
void final_header_admit(struct final_job *job, const char *header);

/** Whether no check under this header came so far. */
bool final_header_is_new(const struct final_check *final, const char *header);

void final_headers_free(struct final_check *final);

#endif
