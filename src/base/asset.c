#include "base/asset.h"

#include <stdlib.h>
#include <string.h>

extern const struct asset asset_table[];
extern const size_t asset_count;

static int compare(const void *key, const void *entry) {
	return strcmp(key, ((const struct asset *)entry)->path);
}

const struct asset *asset_find(const char *path) {
	return bsearch(path, asset_table, asset_count, sizeof(asset_table[0]), compare);
}

const struct asset *asset_at(size_t index) {
	return index < asset_count ? &asset_table[index] : NULL;
}
