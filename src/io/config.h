#ifndef F2F_IO_CONFIG_H
#define F2F_IO_CONFIG_H

#include <stddef.h>

struct error;

/**
 * f2f.ini, with origins: --config FILE, or else the working directory's file, wins over
 * $XDG_CONFIG_HOME/f2f/f2f.ini (default ~/.config), that over f2f/f2f.ini in each of
 * $XDG_CONFIG_DIRS (default /etc/xdg), key by key. Sections: none (general keys) and [model.NAME].
 * Keys are compared with '_' as '-'. Double quotes around a whole value are taken off.
 */
struct config;

/**
 * path NULL: no --config; only that file has to be there. ERROR_USAGE with
 * "file:line" for what inih cannot read or would misread: lines over 198 bytes, comments behind a
 * value, a key given twice.
 */
int config_load(const char *path, struct config **config_out, struct error *err);
void config_destroy(struct config *config);

/** section "" for general keys. NULL when absent; borrowed. */
const char *config_get(const struct config *config, const char *section, const char *key);

/** "file:line" of a value, or NULL; borrowed. */
const char *config_origin(const struct config *config, const char *section, const char *key);

/**
 * The working directory's file is read though nobody named it: a stranger may have written it. The
 * origin of a value of it, NULL when another file gives it, or none; borrowed.
 */
const char *config_unasked(const struct config *config, const char *section, const char *key);

/** The origin of what the other files say of a key, whether it counts or not. NULL: nothing. */
const char *config_own(const struct config *config, const char *section, const char *key);

/**
 * Names of the sections "PREFIX.NAME", without the prefix and dot (prefix "": whole names of all):
 * item `index`, or NULL past the last. A section without keys does not exist. Borrowed.
 */
const char *config_section(const struct config *config, const char *prefix, size_t index);

/** Key `index` of a section, or NULL past the last. Borrowed. */
const char *config_key(const struct config *config, const char *section, size_t index);

#endif
