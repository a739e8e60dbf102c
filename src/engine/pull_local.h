#ifndef F2F_ENGINE_PULL_LOCAL_H
#define F2F_ENGINE_PULL_LOCAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct error;

/* Files that no repository publishes: whoever has one says where it lies. */

enum { PULL_LOCAL_MAX = 512 * 1024 * 1024 };

/**
 * Appends the file that `url` names, or the one in the folder that it names: at `path` or by its
 * last component, either with ".gz", else the only .json or .json.gz there. *file_out is the owned
 * path of what was read, NULL when the URL is nothing of that kind: a repository, perhaps.
 * ERROR_INPUT for several files that it could be, and for more bytes than the buf's maximum.
 */
int pull_local_read(const char *url, const char *path, struct buf *out, char **file_out,
	struct error *err);

/**
 * Owned: where a repository may hold the file, try `index`: at `path`, by its last component,
 * either with ".gz". NULL past the last.
 */
char *pull_local_candidate(const char *path, size_t index);

#endif
