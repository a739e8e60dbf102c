#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/loop.h"
#include "io/term.h"

#define DRAW_INTERVAL (100 * CLOCK_MS)
#define IDLE_INTERVAL CLOCK_SECOND // the line shows times, which go on without events
#define PLAIN_INTERVAL (30 * CLOCK_SECOND)

enum { LINE_MAX_BYTES = 1024 };

enum style { STYLE_NONE, STYLE_PLAIN, STYLE_DRAWN };

struct term_progress {
	struct loop *loop;
	struct loop_hook *hook;
	struct loop_timer *timer;
	enum style style;
	term_progress_fn text;
	void *data;
	bool changed; // since it was drawn
	bool soon; // the timer is set for a change, not for the idle interval
	bool visible; // the line is on the terminal
	int64_t drawn_ns;
};

static enum style style_of(const char *mode) {
	const char *term = getenv("TERM");
	if (strcmp(mode, "none") == 0 || log_level() == LOG_QUIET) {
		return STYLE_NONE;
	}
	bool can_draw = isatty(STDERR_FILENO) && term != NULL && term[0] != '\0' &&
			strcmp(term, "dumb") != 0;
	return strcmp(mode, "plain") == 0 || !can_draw ? STYLE_PLAIN : STYLE_DRAWN;
}

/** The line as it may be shown: no control characters, at most `columns` wide (0: any width). */
static void append_line(struct buf *out, const struct term_progress *progress, int columns) {
	char line[LINE_MAX_BYTES] = "";
	progress->text(line, sizeof(line), progress->data);
	line[sizeof(line) - 1] = '\0';
	int at = 0;
	for (const char *cursor = line, *end = line + strlen(line); cursor < end;) {
		struct buf one = BUF_INIT(8);
		uint32_t c = utf8_next(&cursor, end);
		utf8_append(&one, c < 0x20 || (c >= 0x7f && c < 0xa0) ? ' ' : c);
		at += term_columns(buf_str(&one));
		if (columns == 0 || at <= columns) {
			buf_append_str(out, buf_str(&one));
		}
		buf_finish(&one);
	}
}

static void put(const struct buf *out) {
	// One write, so that two programs on one terminal mix by lines at worst.
	fwrite(buf_str(out), 1, out->len, stderr);
	fflush(stderr);
}

static void erase(struct term_progress *progress) {
	if (progress->visible) {
		fputs("\r\x1b[K", stderr);
		progress->visible = false;
	}
}

static void draw(struct term_progress *progress) {
	struct buf out = BUF_INIT(8 * LINE_MAX_BYTES);
	buf_append_str(&out, "\r");
	// The last column stays free: some terminals wrap as soon as it is filled.
	append_line(&out, progress, term_width(STDERR_FILENO) - 1);
	buf_append_str(&out, "\x1b[K");
	put(&out);
	buf_finish(&out);
	progress->visible = true;
	progress->changed = false;
	progress->drawn_ns = loop_now(progress->loop);
}

static void print_plain(struct term_progress *progress) {
	struct buf out = BUF_INIT(8 * LINE_MAX_BYTES);
	append_line(&out, progress, 0);
	if (out.len > 0) {
		buf_append_char(&out, '\n');
		put(&out);
	}
	buf_finish(&out);
	progress->changed = false;
}

static void on_timer(void *data);

static void arm(struct term_progress *progress, int64_t delay_ns) {
	loop_timer_cancel(progress->timer);
	progress->timer = loop_timer_start(progress->loop, delay_ns, on_timer, progress);
}

static void draw_now(struct term_progress *progress) {
	draw(progress);
	progress->soon = false;
	arm(progress, IDLE_INTERVAL);
}

static void on_timer(void *data) {
	struct term_progress *progress = data;
	progress->timer = NULL;
	if (progress->style == STYLE_PLAIN) {
		print_plain(progress);
		arm(progress, PLAIN_INTERVAL);
	} else {
		draw_now(progress);
	}
}

/**
 * Before every sleep: a change is drawn at once when the last one is long enough ago, else when it
 * will be.
 */
static void on_sleep(void *data) {
	struct term_progress *progress = data;
	if (!progress->changed || progress->style != STYLE_DRAWN) {
		return;
	}
	int64_t wait = progress->drawn_ns + DRAW_INTERVAL - loop_now(progress->loop);
	if (wait <= 0) {
		draw_now(progress);
	} else if (!progress->soon) {
		progress->soon = true;
		arm(progress, wait);
	}
}

static void around_log_line(void *data, int redraw) {
	struct term_progress *progress = data;
	if (!redraw) {
		erase(progress);
	} else {
		progress->changed = true;
	}
}

struct term_progress *term_progress_start(
	struct loop *loop, const char *mode, term_progress_fn text, void *data) {
	struct term_progress *progress = xcalloc(1, sizeof(*progress));
	progress->loop = loop;
	progress->style = style_of(mode);
	progress->text = text;
	progress->data = data;
	if (progress->style == STYLE_NONE) {
		return progress;
	}
	progress->drawn_ns = loop_now(loop) - DRAW_INTERVAL;
	arm(progress, progress->style == STYLE_DRAWN ? IDLE_INTERVAL : PLAIN_INTERVAL);
	if (progress->style == STYLE_DRAWN) {
		progress->hook = loop_hook_add(loop, on_sleep, progress);
		log_set_hook(around_log_line, progress);
	}
	return progress;
}

void term_progress_touch(struct term_progress *progress) {
	progress->changed = true;
}

void term_progress_end(struct term_progress *progress) {
	if (progress == NULL) {
		return;
	}
	if (progress->style != STYLE_NONE) {
		loop_timer_cancel(progress->timer);
		erase(progress);
		print_plain(progress);
	}
	if (progress->style == STYLE_DRAWN) {
		log_set_hook(NULL, NULL);
		loop_hook_remove(progress->hook);
	}
	free(progress);
}
