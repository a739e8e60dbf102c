#ifndef F2F_IO_TERM_H
#define F2F_IO_TERM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct loop;

/** Columns of the terminal behind a descriptor; 80 when it is none or does not say. */
int term_width(int fd);

/**
 * Whether to colour a stream: mode "always", "never" or "auto" (terminal, NO_COLOR empty, TERM not
 * dumb, CLICOLOR_FORCE).
 */
bool term_colour(FILE *stream, const char *mode);

/** Columns that well-formed UTF-8 takes on a terminal. */
int term_columns(const char *text);

/**
 * A progress line on stderr: redrawn at most 10 times a second on a terminal; elsewhere a plain
 * line every 30 s and at `term_progress_end`. mode "auto", "plain", "none". The text is asked for
 * when it is needed. Hooks log.h so that other lines do not mix with it.
 */
struct term_progress;
typedef void (*term_progress_fn)(char *line, size_t size, void *data);

struct term_progress *term_progress_start(struct loop *loop, const char *mode,
	term_progress_fn text, void *data);
void term_progress_touch(struct term_progress *progress); // something changed
void term_progress_end(struct term_progress *progress);	  // last line, then frees; NULL is fine

#endif
