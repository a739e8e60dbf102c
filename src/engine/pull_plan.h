#ifndef F2F_ENGINE_PULL_PLAN_H
#define F2F_ENGINE_PULL_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/vec.h"
#include "dataset/dataset.h"
#include "engine/pull.h"

/* One repository at one commit, for all sets of this pull that read from it. */
struct pull_source {
	const struct dataset_source *manifest; // borrowed from the first such set
	const char *url; // borrowed: from --from, or the manifest's
	char *shown; // the same, redacted
	bool from; // --from named it
	VEC(const char *) paths; // of the sets that need it, each once
	// filled in while pulling
	bool tried;
	bool told; // its failure was
	struct git_fetch *fetch;
	struct git_result result;
	struct buf local; // a file that was not fetched with git
	// of an unpublished source: whatever its name was, under the manifest's
	struct git_file file;
	int rc;
	struct error err;
};

struct pull_set {
	struct dataset *dataset;
	bool needed; // to be fetched: not there, or --force
	char *there; // hash of what the store holds; NULL: nothing
	int64_t problems;
};

/** What a pull will do, before it does anything. */
struct pull_plan {
	VEC(struct pull_set) sets; // in order, members instead of what is made of them, each once
	VEC(struct pull_source) sources;
};

/** ERROR_USAGE for unknown names and for --from that fits no source, or more than one. */
int pull_plan_make(const struct pull_options *options, struct pull_plan *plan, struct error *err);
void pull_plan_finish(struct pull_plan *plan);

/** The plan's entry for a source of one of its sets. Never NULL. */
struct pull_source *pull_plan_source(struct pull_plan *plan, const struct dataset_source *manifest);

#endif
