#ifndef F2F_ENGINE_PULL_H
#define F2F_ENGINE_PULL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/git.h"

struct error;
struct loop;
struct store;

/* Bringing published sets from their repositories into the store. */

enum pull_event_kind {
	PULL_FETCHING, // url: a repository is asked
	PULL_PROGRESS, // progress
	PULL_FETCHED, // url, commit, is_head: its files are here
	// set, path, sha256: a file that the manifest has no checksum for; this is it from now on
	PULL_PINNED,
	PULL_STORED, // set, problems, hash
	PULL_OMITTED, // set, problem, class, why: one that the set leaves out; before PULL_STORED
	PULL_ALREADY, // set, problems, hash: just this is there, nothing was asked
	PULL_BUILT_IN, // set, problems: comes with f2f
	PULL_FAILED, // set, error: nothing of it changed
};

/* Texts are borrowed for the call; NULL where the kind has none. */
struct pull_event {
	enum pull_event_kind kind;
	const char *set;
	const char *url; // redacted
	const char *commit;
	const char *path;
	const char *hash;
	const char *problem;
	const char *class;
	const char *why;
	int64_t problems;
	bool is_head;
	struct git_progress progress;
	const struct error *error;
};

/** All borrowed while pull_run lasts. */
struct pull_options {
	struct loop *loop;
	struct store *store;
	const char *const *sets; // none: all that have sources
	size_t set_count;
	const char *const *from; // "[SOURCE=]URL"
	size_t from_count;
	bool force; // fetch what is there already, too
	const char *cache;
	int64_t silence_ns; // 0: io/git's
	const bool *interrupted; // set by the caller's signal handler, which stops the loop
	void (*on_event)(const struct pull_event *event, void *data);
	void *data;
};

/**
 * Pull sets, one source after the other, in the loop. A set that fails is told by an event and
 * leaves the others alone: the code of the first failure is in *failed_out (0: none). Fails itself
 * for wrong names and URLs (ERROR_USAGE, before anything is sent), for a database that refuses, and
 * with ERROR_CANCELLED after an interrupt. Sets that were stored before stay stored.
 */
int pull_run(const struct pull_options *options, int *failed_out, struct error *err);

#endif
