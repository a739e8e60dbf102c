#include "logic/hyperpath_seen.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { SEEN_BYTES_MAX = 128 * 1024 * 1024 };

void hyperpath_seen_init(struct hyperpath_seen *seen, size_t words) {
	*seen = (struct hyperpath_seen){.words = words};
}

void hyperpath_seen_finish(struct hyperpath_seen *seen) {
	free(seen->sets);
	free(seen->table);
	*seen = (struct hyperpath_seen){0};
}

static size_t slot_of(const struct hyperpath_seen *seen, const uint64_t *set) {
	uint64_t hash = 0;
	for (size_t i = 0; i < seen->words; i++) {
		hash = (hash ^ set[i]) * 0x9e3779b97f4a7c15u;
		hash ^= hash >> 31;
	}
	size_t at = hash & (seen->table_size - 1);
	while (seen->table[at] != 0 &&
		memcmp(seen->sets + (size_t)(seen->table[at] - 1) * seen->words, set,
			seen->words * sizeof(*set)) != 0) {
		at = (at + 1) & (seen->table_size - 1);
	}
	return at;
}

static void grow(struct hyperpath_seen *seen) {
	seen->cap = seen->cap == 0 ? 32 : seen->cap * 2;
	seen->sets = xreallocarray(seen->sets, seen->cap, seen->words * sizeof(*seen->sets));
	free(seen->table);
	seen->table_size = seen->cap * 2;
	seen->table = xcalloc(seen->table_size, sizeof(*seen->table));
	for (size_t i = 0; i < seen->count; i++) {
		seen->table[slot_of(seen, seen->sets + i * seen->words)] = (uint32_t)i + 1;
	}
}

bool hyperpath_seen_add(struct hyperpath_seen *seen, const uint64_t *set) {
	size_t bytes = seen->words * sizeof(*set);
	if (seen->count == seen->cap) {
		if ((seen->count + 1) * bytes * 2 > SEEN_BYTES_MAX) {
			return seen->table[slot_of(seen, set)] == 0;
		}
		grow(seen);
	}
	size_t slot = slot_of(seen, set);
	if (seen->table[slot] != 0) {
		return false;
	}
	memcpy(seen->sets + seen->count * seen->words, set, bytes);
	seen->table[slot] = (uint32_t)++seen->count;
	return true;
}
