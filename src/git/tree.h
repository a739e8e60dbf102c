#ifndef F2F_GIT_TREE_H
#define F2F_GIT_TREE_H

#include <stdint.h>

#include <git2.h>

struct error;
struct frame;

/**
 * Send the files at `path` in a commit, without a checkout: a blob as it is, a folder as all blobs
 * below it in order of their paths. *budget counts down by what is sent: over it is ERROR_INPUT.
 * ERROR_NOT_FOUND when the commit has no such path.
 */
int tree_send(git_commit *commit, const char *path, struct frame *frame, uint64_t *budget,
	struct error *err);

#endif
