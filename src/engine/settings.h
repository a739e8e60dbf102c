#ifndef F2F_ENGINE_SETTINGS_H
#define F2F_ENGINE_SETTINGS_H

#include <stdint.h>

struct buf;

/**
 * A run's identity: a flat JSON object of everything that can change what is measured. Two evals
 * with equal settings are one run, which resumes; a difference starts a new one.
 */
struct settings;

struct settings *settings_create(void);
void settings_destroy(struct settings *settings);
// NULL: JSON null
void settings_text(struct settings *settings, const char *key, const char *value);
void settings_integer(struct settings *settings, const char *key, int64_t value);
void settings_number(struct settings *settings, const char *key, double value); // NAN: JSON null

/** Owned JSON text with sorted keys. */
char *settings_render(const struct settings *settings);

/**
 * Compares two rendered settings. Appends "key old → new" for each difference, joined by ", ";
 * returns their number. Keys that begin with "lean" do not count while either side has none: a run
 * that was not checked is the same run when it is.
 */
int settings_difference(const char *before, const char *after, struct buf *out);

/**
 * Owned: `after`, with the "lean…" keys of `before` where `after` has none, so that what was
 * checked stays known.
 */
char *settings_merge(const char *before, const char *after);

#endif
