#ifndef F2F_IO_GIT_H
#define F2F_IO_GIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct loop;

/**
 * Fetches files of one commit of a git repository into memory. libgit2 blocks and has no time-outs,
 * so the child f2f-git does it, and is ended when nothing is heard of it for a while. Nothing here
 * blocks.
 */
struct git_fetch;

struct git_progress {
	int64_t received_objects;
	int64_t total_objects; // 0: not known yet
	int64_t received_bytes;
};

/* `data` is NUL-terminated at `length` and may hold NULs before. */
struct git_file {
	char *path;
	char *data;
	size_t length;
};

struct git_result {
	char commit[41]; // where the files come from
	bool is_head; // the wanted commit is absent and this is HEAD's
	struct git_file *files; // by the paths asked for; below a folder by their names
	size_t file_count;
};

/** Borrowed for git_fetch_start only. */
struct git_fetch_options {
	const char *url; // https, http, ssh, git, file or a path
	const char *commit; // 40 hex digits
	const char *const *paths; // blobs or folders, which stand for all files below them
	size_t path_count;
	bool head_allowed; // where the commit is absent, take HEAD's files and say so
	const char *cache; // a folder of ours for copies of repositories; may be absent
	int64_t silence_ns; // 0: 60 s
	int64_t max_bytes; // of all files together; 0: 256 MiB
	const char *program; // NULL: f2f-git; tests pass their own
};

typedef void (*git_progress_fn)(const struct git_progress *progress, void *data);

/**
 * Called once, never inside git_fetch_start. Exactly one of result and err is NULL. err is borrowed
 * for the call, the result's files until the fetch is destroyed, which may happen in the call.
 * ERROR_NETWORK, ERROR_TIMEOUT (silence), ERROR_REFUSED (certificate, login), ERROR_NOT_FOUND (no
 * repository, commit or path), ERROR_INPUT (too large), ERROR_SYSTEM, ERROR_PROTOCOL. No message
 * holds the user info of a URL.
 */
typedef void (*git_done_fn)(const struct git_result *result, const struct error *err, void *data);

/** Fails with ERROR_ENVIRONMENT when f2f-git is not installed. `progress` may be NULL. */
int git_fetch_start(struct loop *loop, const struct git_fetch_options *options,
	git_progress_fn progress, git_done_fn done, void *data, struct git_fetch **fetch_out,
	struct error *err);

/** Ends the child if it still runs, without calling done. NULL is fine. */
void git_fetch_destroy(struct git_fetch *fetch);

/** Owned: $XDG_CACHE_HOME/f2f/git, by default below ~/.cache. */
char *git_cache_folder(void);

#endif
