#ifndef F2F_BASE_ASSET_H
#define F2F_BASE_ASSET_H

#include <stddef.h>

/* A file of the source tree that is built into the program: dataset manifests, demo problems,
 * prompts. */
struct asset {
	const char *path; // relative to the source root: "prompts/prove.md"
	const char *data; // NUL-terminated at `size`
	size_t size;
};

/** By exact path; NULL when there is none. Lives as long as the program. */
const struct asset *asset_find(const char *path);

/** Asset `index` in order of path, or NULL past the last. */
const struct asset *asset_at(size_t index);

#endif
