#include "base/map.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define uthash_fatal(message) abort()
#include <uthash.h>

struct map_entry {
	UT_hash_handle hh;
	void *value;
	char key[];
};

struct map {
	struct map_entry *entries;
};

static struct map_entry *find(const struct map *map, const char *key) {
	struct map_entry *entry = NULL;
	HASH_FIND(hh, map->entries, key, strlen(key), entry);
	return entry;
}

struct map *map_create(void) {
	return xcalloc(1, sizeof(struct map));
}

void map_destroy(struct map *map, void (*free_value)(void *value)) {
	if (map == NULL) {
		return;
	}
	struct map_entry *entry = map->entries;
	HASH_CLEAR(hh, map->entries);
	while (entry != NULL) {
		struct map_entry *next = entry->hh.next;
		if (free_value != NULL) {
			free_value(entry->value);
		}
		free(entry);
		entry = next;
	}
	free(map);
}

void *map_set(struct map *map, const char *key, void *value) {
	struct map_entry *entry = find(map, key);
	if (entry != NULL) {
		void *old = entry->value;
		entry->value = value;
		return old;
	}
	size_t length = strlen(key);
	entry = xcalloc(1, sizeof(*entry) + length + 1);
	memcpy(entry->key, key, length + 1);
	entry->value = value;
	HASH_ADD_KEYPTR(hh, map->entries, entry->key, length, entry);
	return NULL;
}

void *map_get(const struct map *map, const char *key) {
	struct map_entry *entry = find(map, key);
	return entry != NULL ? entry->value : NULL;
}

bool map_has(const struct map *map, const char *key) {
	return find(map, key) != NULL;
}

void *map_remove(struct map *map, const char *key) {
	struct map_entry *entry = find(map, key);
	if (entry == NULL) {
		return NULL;
	}
	void *value = entry->value;
	HASH_DEL(map->entries, entry);
	free(entry);
	return value;
}

size_t map_count(const struct map *map) {
	return HASH_COUNT(map->entries);
}

void map_foreach(
	const struct map *map, void (*each)(const char *key, void *value, void *data), void *data) {
	for (struct map_entry *entry = map->entries; entry != NULL; entry = entry->hh.next) {
		each(entry->key, entry->value, data);
	}
}
