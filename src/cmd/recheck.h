#ifndef F2F_CMD_RECHECK_H
#define F2F_CMD_RECHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct options;
struct sample_state;

/** What of a run is checked again, and how. Borrowed; zeroed: all, under the run's own settings. */
struct recheck_request {
	bool pending; // only what has no outcome yet
	bool dry_run; // verdicts are shown, not stored
	bool json;
	bool chosen; // something of what follows was given
	const char *const *problems; // names, or SPLIT/NAME; none: all
	size_t problem_count;
	const char *outcome; // "accepted", "pending", "missing" …; NULL: any
	const char *reason; // NULL: any
	int64_t sample; // with has_sample
	bool has_sample;
	const int64_t *limits; // CPU seconds, ascending; several: how much depends on them
	size_t limit_count; // 0: the run's own
};

/**
 * Checks a run's stored replies, says what changed and prints its scores (with --json: a line per
 * verdict). `given` has the rows of LEAN_OPTIONS_BUT_CPU. 0, an exit status, or an error.
 */
int recheck_run(struct options *given, const char *id, const struct recheck_request *request,
	struct error *err);

/** Whether the request wants this sample looked at again. */
bool recheck_wants(const struct recheck_request *request, const struct sample_state *state);

#endif
