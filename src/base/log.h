#ifndef F2F_BASE_LOG_H
#define F2F_BASE_LOG_H

#include "base/error.h"

/* Lines for people, on stderr. A progress line hooks in to be cleared before and redrawn after. */

enum log_level {
	LOG_QUIET,  // errors only
	LOG_NORMAL, // and what a user wants to know
	LOG_VERBOSE,
};

void log_set_level(enum log_level level);
enum log_level log_level(void);

/**
 * `around` is called with data before (redraw false) and after (redraw true) each line; NULL
 * removes it.
 */
void log_set_hook(void (*around)(void *data, int redraw), void *data);

/** From now on this text is in no line, no trace and no error that is printed. Copied. NULL: forgets all. */
void log_hide(const char *secret);

/** Masks what was hidden and what looks like a key, in place: for what is printed elsewhere. */
void log_mask(char *text);

void log_error(const char *format, ...) F2F_PRINTF(1, 2); // "f2f: …"
void log_warn(const char *format, ...) F2F_PRINTF(1, 2);
void log_info(const char *format, ...) F2F_PRINTF(1, 2);
void log_debug(const char *format, ...) F2F_PRINTF(1, 2);
void log_answer(const char *format, ...) F2F_PRINTF(1, 2); // somebody asked: even when quiet

#endif
