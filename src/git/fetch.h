#ifndef F2F_GIT_FETCH_H
#define F2F_GIT_FETCH_H

#include <stdbool.h>

#include <git2.h>

struct error;
struct frame;

struct fetch_request {
	const char *url;
	git_oid commit;
	bool head_allowed; // where the commit is absent, HEAD's is good enough
	uint64_t max_bytes; // of a pack
};

/**
 * Bring the wanted commit into `repo`, or find it there (then nothing is sent to anybody). Asked
 * for by id first; a server that refuses that is asked for all its heads. ERROR_NOT_FOUND when it
 * has been reached and does not have the commit.
 */
int fetch_commit(git_repository *repo, const struct fetch_request *request, struct frame *frame,
	git_oid *used_out, bool *is_head_out, struct error *err);

/** Turn libgit2's last error into ours. */
int fetch_failure(struct error *err, int rc);

/**
 * The same for an object that should be in our copy: ERROR_DATABASE unless the disk is at fault, so
 * that the copy is made anew.
 */
int fetch_damage(struct error *err, int rc);

#endif
