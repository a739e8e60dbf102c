#ifndef F2F_IO_PROC_TREE_H
#define F2F_IO_PROC_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/proc.h"

/* A process as it was seen last. */
struct tree_task {
	int pid;
	int64_t own_ns; // CPU time of its threads
};

/* A child and its descendants. Zeroed is one that was not looked at yet. */
struct proc_tree {
	struct tree_task *items;
	size_t count;
	size_t cap;
	int64_t reaped_ns; // of descendants that were waited for, at the last look
	int64_t lost_ns; // of those that ended without being waited for
	int64_t seen_ns; // the most that was seen
};

void proc_tree_finish(struct proc_tree *tree);

/** Looks at all of them. False when `root` is gone. */
bool proc_tree_look(struct proc_tree *tree, int root, struct proc_usage *usage_out);

/** CPU time of those that were seen at the last look, which is done again when one has gone. */
int64_t proc_tree_cpu_ns(struct proc_tree *tree, int root);

/** Resident bytes of those that were seen at the last look. */
int64_t proc_tree_rss_bytes(const struct proc_tree *tree);

/** As proc_tree_look's rss_bytes, but pages that several processes map are shared out among them:
 * slow. `rss_bytes` again when the kernel does not tell. */
int64_t proc_tree_share_bytes(const struct proc_tree *tree, int64_t rss_bytes);

#endif
