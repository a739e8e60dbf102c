#ifndef F2F_ENGINE_SERVE_H
#define F2F_ENGINE_SERVE_H

#include <stdint.h>

struct error;
struct loop;

/**
 * A model server of our own for the length of a run: `serve =` of a [model.NAME] section. It is
 * started by /bin/sh, waited for until it answers, and ended with everything it started, also when
 * we are killed.
 */
struct serve;

/** All borrowed for the call. */
struct serve_options {
	const char *command;
	const char *by; // who names it, where that has to be said: "f2f.ini:3"; or NULL
	const char *const *env; // NULL-terminated; NULL: the clean one
	const char *base_url; // asked for BASE/models until that is there
	const char *api_key; // sent with it; NULL: none
	const char *log; // file that takes what the server says
	int64_t limit_ns; // to begin answering; 0: 10 minutes, as long as loading a model takes
};

/**
 * Runs the loop until the server answers. Where somebody listens before anything was started, that
 * one is waited for, used, and left alone: *serve_out is NULL then. ERROR_ENVIRONMENT with the
 * server's last words when it ends first, or does not answer in time; ERROR_CANCELLED on SIGINT or
 * SIGTERM, which *signo_out then names (else it is 0).
 */
int serve_start(struct loop *loop, const struct serve_options *options, struct serve **serve_out,
	int *signo_out, struct error *err);

/** Its last words when it has ended by itself, else NULL. Borrowed. NULL is fine. */
const char *serve_ended(const struct serve *serve);

/** Ends it. NULL is fine. */
void serve_stop(struct serve *serve);

#endif
