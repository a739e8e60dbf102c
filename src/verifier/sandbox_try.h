#ifndef F2F_VERIFIER_SANDBOX_TRY_H
#define F2F_VERIFIER_SANDBOX_TRY_H

#include <stdint.h>

struct error;
struct sandbox;

enum sandbox_trial {
	TRIAL_FAILED, // no child can be started so
	TRIAL_UNLIMITED, // it works, and memory has to be watched
	TRIAL_LIMITED, // it works, and the kernel keeps the limit of memory
};

/**
 * Starts `launcher` (as it is named inside) in this sandbox, as it is set up so far, and has it take
 * more memory than it is given.
 */
enum sandbox_trial sandbox_try(struct sandbox *sandbox, const char *launcher, struct error *err);

/** Owned "0.8.0", or NULL with what is wrong with it. */
char *sandbox_bwrap_version(const char *bwrap, struct error *err);

/** Of sandbox.c: the limit for children to come; returns the one before. */
int64_t sandbox_set_memory(struct sandbox *sandbox, int64_t bytes);
int sandbox_set_tasks(struct sandbox *sandbox, int tasks);

#endif
