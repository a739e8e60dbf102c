#include "engine/plan_cells.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/vec.h"

struct share {
	size_t has;
	size_t left; // to be taken
};

struct cell_shares {
	VEC(struct share) shares;
	struct map *index; // cell to position + 1
};

struct cell_shares *cell_shares_create(void) {
	struct cell_shares *shares = xcalloc(1, sizeof(*shares));
	shares->index = map_create();
	return shares;
}

void cell_shares_destroy(struct cell_shares *shares) {
	if (shares != NULL) {
		map_destroy(shares->index, NULL);
		vec_finish(&shares->shares);
		free(shares);
	}
}

static struct share *find(struct cell_shares *shares, const char *cell) {
	size_t position = (size_t)(uintptr_t)map_get(shares->index, cell != NULL ? cell : "");
	return position > 0 ? &shares->shares.items[position - 1] : NULL;
}

void cell_shares_count(struct cell_shares *shares, const char *cell) {
	struct share *share = find(shares, cell);
	if (share == NULL) {
		vec_push(&shares->shares, (struct share){0});
		map_set(shares->index, cell != NULL ? cell : "",
			(void *)(uintptr_t)shares->shares.count);
		share = find(shares, cell);
	}
	share->has++;
}

void cell_shares_deal(struct cell_shares *shares, int64_t limit) {
	size_t rest = limit > 0 ? (size_t)limit : SIZE_MAX;
	bool dealt = true;
	for (size_t round = 0; dealt && rest > 0; round++) {
		dealt = false;
		for (size_t i = 0; i < shares->shares.count && rest > 0; i++) {
			struct share *share = &shares->shares.items[i];
			if (share->has > round) {
				share->left++;
				rest--;
				dealt = true;
			}
		}
	}
}

bool cell_shares_take(struct cell_shares *shares, const char *cell) {
	struct share *share = find(shares, cell);
	if (share == NULL || share->left == 0) {
		return false;
	}
	share->left--;
	return true;
}
