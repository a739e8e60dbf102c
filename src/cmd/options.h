#ifndef F2F_CMD_OPTIONS_H
#define F2F_CMD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"
#include "cmd/cmd.h"

/* How main gets its struct options; commands use the accessors of cmd.h. */

struct config;
struct error;

/* One value and where it came from. An option that was not given has none, a list has one an item.
 * Owned. */
struct option_value {
	const struct option *option;
	char *text;   // of a flag: "1" or "0"
	char *origin; // "--jobs", "F2F_JOBS", "f2f.ini:3"
};

struct options {
	VEC(const struct option *) table; // the command's, then the global ones
	VEC(struct option_value) values;
	VEC(char *) arguments;
	const struct command *command; // NULL: none was named
	struct config *config;	       // NULL until options_resolve
};

/** The options that every command has; ends in a zero row. */
extern const struct option options_global[];

/**
 * Reads the command line alone: the command's name may stand anywhere before "--", options before
 * or after it. ERROR_USAGE names the nearest command or option. Owned; set also on failure, so that
 * the error can name the command.
 */
int options_parse(int argc, char *const *argv, struct options **options_out, struct error *err);

/**
 * Adds what the environment and the configuration give, then checks every value of the table:
 * numbers, flags, choices. The message names option and origin.
 */
int options_resolve(struct options *options, struct error *err);

void options_destroy(struct options *options);

/**
 * A flag that the command may not have: of the command line alone before options_resolve, of all
 * sources after it.
 */
bool options_set(const struct options *options, const char *name);

/**
 * Whether an error is wanted as JSON too, by the line, which may be too broken to be parsed, or by
 * what was resolved.
 */
bool options_want_json(const struct options *options, int argc, char *const *argv);

/**
 * The row called `name` in the table, or the flag that `name` negates ("no-json", or "verify" of
 * "no-verify"), or NULL. negated_out may be NULL.
 */
const struct option *options_row(const struct options *options, const char *name,
	bool *negated_out);

/** Adds a value; for all but lists the last one added wins. */
void options_add(struct options *options, const struct option *option, const char *text,
	const char *origin);

/** Owned: no shell expands "~/" behind an equals sign or in f2f.ini. */
char *options_expand_home(const char *path);

/** Owned name of the environment twin: "F2F_MAX_RETRIES". */
char *option_variable(const char *name);

/** Owned: "no-json" of "json", "verify" of "no-verify". */
char *option_opposite(const char *name);

/**
 * Warns of F2F_ variables that are one slip away from a known one. Others are left alone: they may
 * belong to somebody else.
 */
void options_warn_environment(void);

/** Warns of keys and sections that have no effect. */
void options_warn_config(const struct config *config);

#endif
