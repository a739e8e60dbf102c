#ifndef F2F_ENGINE_PLAN_CELLS_H
#define F2F_ENGINE_PLAN_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * What a limit leaves of each cell of a set: it is dealt out in rounds, a problem a cell, in the
 * order in which the cells were counted. So no two cells differ by more than one, unless one has
 * not enough.
 */
struct cell_shares;

struct cell_shares *cell_shares_create(void);
void cell_shares_destroy(struct cell_shares *shares);

/** One more problem of this cell; NULL: of none, which is a cell, too. */
void cell_shares_count(struct cell_shares *shares, const char *cell);

/** Once all are counted; limit 0: each gets all it has. */
void cell_shares_deal(struct cell_shares *shares, int64_t limit);

/** Takes one of the cell's share; false when there is none left. */
bool cell_shares_take(struct cell_shares *shares, const char *cell);

#endif
