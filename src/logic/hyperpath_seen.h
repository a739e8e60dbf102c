#ifndef F2F_LOGIC_HYPERPATH_SEEN_H
#define F2F_LOGIC_HYPERPATH_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * The sets a search has been at, whole, so that no two are taken for one another. Over a limit of
 * memory new ones are not kept: the search then only does some work twice.
 */
struct hyperpath_seen {
	size_t words;
	uint64_t *sets;
	size_t count;
	size_t cap;
	uint32_t *table; // number + 1 of a set; 0: empty
	size_t table_size;
};

void hyperpath_seen_init(struct hyperpath_seen *seen, size_t words);
void hyperpath_seen_finish(struct hyperpath_seen *seen);

/** Whether the set is new; it is kept. */
bool hyperpath_seen_add(struct hyperpath_seen *seen, const uint64_t *set);

#endif
