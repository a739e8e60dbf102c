#ifndef F2F_ENGINE_MANIFEST_H
#define F2F_ENGINE_MANIFEST_H

#include <stddef.h>
#include <stdint.h>

struct error;
struct lean_info;
struct prompt;
struct store;

/** What its proofs are checked with. Borrowed. */
struct manifest_lean {
	const struct lean_info *info;
	const char *backend;
	const char *backend_why; // NULL: it was asked for, or is the default
	const char *sandbox;
	const char *policy;
	int64_t cpu_limit_s;
	int64_t memory_limit_bytes;
	int jobs;
	const char *final; // the final check's program; NULL: none
};

/* What a run row holds besides its settings, so that its numbers can be repeated: spec/harness.md
 * 4.7. */
struct manifest_options {
	const char *version; // of f2f
	const char *commit;  // "abc1234", "abc1234-dirty" or "unknown"
	const char *build;   // compiler and build type
	const char *model;
	const char *base_url; // redacted here
	const struct prompt *prompt; // NULL: a local source has none
	const char *const *splits;
	size_t split_count;
	const char *toolchain; // the Lean that is wanted; NULL: any
	const char *toolchain_by; // who says so
	struct manifest_lean lean; // its `info` NULL: not verified
	int connections;
	int64_t max_attempts;
	double fail_on_error; // share (< 1) or count of missing samples that makes the run invalid
};

/** Owned JSON text, sorted keys. */
int manifest_render(struct store *store, const struct manifest_options *options, char **text_out,
	struct error *err);

/** Owned: a rendered manifest that names another checker; the rest as it was. */
char *manifest_with_lean(const char *manifest, const struct manifest_lean *lean);

/**
 * A re-check that was begun: what it does and when, so that the same one goes on where it stopped.
 * Owned text, `what` NULL: none is open.
 */
char *manifest_with_recheck(const char *manifest, const char *what, int64_t started_ns);

/** When the re-check that is open and does `what` was begun; 0 when there is none. */
int64_t manifest_recheck(const char *manifest, const char *what);

/**
 * Owned: the toolchain that the run wanted, and *by_out (owned) who said so; NULL when it wanted
 * none.
 */
char *manifest_toolchain(const char *manifest, char **by_out);

#endif
