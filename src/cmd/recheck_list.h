#ifndef F2F_CMD_RECHECK_LIST_H
#define F2F_CMD_RECHECK_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "engine/run.h"

/* What a re-check came to, sample by sample, and how that is shown. */

struct recheck_entry {
	char *split;
	char *problem;
	int64_t sample;
	struct recorded_before before;
	struct recorded_before after;
	char *why; // first line of what was said; NULL when nothing
	// of the check, or VERDICT_CPU_UNKNOWN; of an equal one where the answer was reused
	int64_t cpu_ns;
	char *check_hash; // NULL where it is not known
	bool reused;
	bool earlier; // of a session that was interrupted
};

/** Zeroed is empty. */
struct recheck_list {
	VEC(struct recheck_entry) entries;
};

void recheck_list_add(struct recheck_list *list, const struct engine_verdict *told);
void recheck_list_finish(struct recheck_list *list);

/** An answer that was reused gets the CPU time of the check that gave it. */
void recheck_list_share_time(struct recheck_list *list);

/** What changed, and how often from what to what. To stdout. */
void recheck_list_print(const struct recheck_list *list);

/** One told verdict as a line of JSON. */
void recheck_print_json(const struct engine_verdict *told);

/** How many were accepted at one CPU limit. */
struct recheck_limit {
	int64_t limit_s;
	int64_t accepted;
	int64_t again; // checked again at this limit, for their time was near it
	int64_t lost; // of those, accepted at the largest limit and not at this one
};

/**
 * Whether CPU time is so near a limit that measuring it once does not tell: within a quarter of it.
 * What nobody measured is near every limit.
 */
bool recheck_near(int64_t cpu_ns, int64_t limit_s);

/** Counts accepted entries by their time; `lost` is taken off by who checks again. */
void recheck_list_count(const struct recheck_list *list, struct recheck_limit *limit);

void recheck_limits_print(
	const struct recheck_limit *limits, size_t count, size_t samples, bool json);

#endif
