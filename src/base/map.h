#ifndef F2F_BASE_MAP_H
#define F2F_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>

/** Texts to pointers, in insertion order. Keys are copied, values are borrowed. */
struct map;

struct map *map_create(void);

/** Runs `free_value` (may be NULL) over the values. NULL map is fine. */
void map_destroy(struct map *map, void (*free_value)(void *value));

/** Sets or replaces; returns the value that was there before, or NULL. */
void *map_set(struct map *map, const char *key, void *value);

/** NULL when absent. */
void *map_get(const struct map *map, const char *key);

bool map_has(const struct map *map, const char *key);

/** Returns the value that was there, or NULL. */
void *map_remove(struct map *map, const char *key);

size_t map_count(const struct map *map);

/** Calls `each` in insertion order. The map must not change meanwhile. */
void map_foreach(
	const struct map *map, void (*each)(const char *key, void *value, void *data), void *data);

#endif
