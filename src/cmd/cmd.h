#ifndef F2F_CMD_CMD_H
#define F2F_CMD_CMD_H

#include <stdbool.h>
#include <stddef.h>

struct error;

/* ---- Commands: one const struct a file, listed by meson. To add one: src/cmd/NAME.c with
 * `const struct command cmd_NAME`, and its name in src/cmd/meson.build. */

struct options;

enum option_kind {
	OPTION_FLAG, // --name and --no-name; a flag called "no-verify" is taken back by --verify
	OPTION_TEXT,
	OPTION_COUNT, // integer >= 0
	OPTION_NUMBER, // real, from 0 to 1e9
	OPTION_LIST, // repeatable text; in the environment and f2f.ini separated by commas
};

/**
 * One option of a command. Its environment twin is F2F_NAME with '_' for '-', its configuration key
 * is the name itself.
 */
struct option {
	const char *name; // "max-retries"; with kind FLAG it may be "no-verify"
	char letter; // short form or 0
	enum option_kind kind;
	// What --help shows for the argument: "PROVIDER/NAME". "table|json|csv" also refuses all
	// else.
	const char *value;
	const char *help; // "default 7" in it is what f2f config shows
	bool rare; // OPTION_RARE: --help, which is one screen, only names it; help --all shows it
};

enum { OPTION_RARE = true };

struct command {
	const char *name;
	const char *synopsis; // "RUN… [--json]"
	const char *summary; // one line for `f2f help`
	// --help: paragraphs, which are filled to 80 columns; then "Examples:" and at least two
	// lines of two spaces and "f2f …": lines that begin with a space stay as they are.
	const char *about;
	const struct option *options; // ends in a zero row; NULL: none. Global options are added
	bool takes_all; // options of every other command too
	// 0, an exit status > 0, or a negative error code with err set.
	int (*run)(struct options *options, struct error *err);
};

/** ERROR_USAGE names the nearest. */
int command_need(const char *name, const struct command **command_out, struct error *err);
const struct command *command_at(size_t index); // sorted; NULL past the last

/* ---- Parsed options: command line, then F2F_*, then f2f.ini, then the fallback. All values are
 * checked before a command runs, so no accessor can fail; texts are borrowed and live as long as
 * the options. */

bool option_given(const struct options *options, const char *name); // from anywhere
bool option_flag(const struct options *options, const char *name);
const char *option_text(const struct options *options, const char *name, const char *fallback);
long long option_count(const struct options *options, const char *name, long long fallback);
double option_number(const struct options *options, const char *name, double fallback);
/** Of an OPTION_LIST; NULL past the last. */
const char *option_item(const struct options *options, const char *name, size_t index);

/**
 * Of flags that exclude each other the one that is given, NULL for none. The command line wins over
 * other places; ERROR_USAGE for two in the same.
 */
int option_one_of(const struct options *options, const char *const *names, size_t count,
	const char **name_out, struct error *err);

/** Where a value came from: "--jobs", "F2F_JOBS", "f2f.ini:3"; NULL when it was not given. */
const char *option_origin(const struct options *options, const char *name);

/** Argument `index` that is no option, or NULL past the last. */
const char *option_argument(const struct options *options, size_t index);

/** ERROR_USAGE when there are more than `most` of those: what does nothing is refused. */
int option_arguments_end(const struct options *options, size_t most, struct error *err);

/** The configuration behind the options (never NULL). */
struct config;
const struct config *options_config(const struct options *options);

/**
 * The database path by --db, F2F_DB, configuration, then results/f2f.db in a checkout or the data
 * directory. Its directory may not exist yet. Owned.
 */
char *options_database(const struct options *options);

#endif
