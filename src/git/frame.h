#ifndef F2F_GIT_FRAME_H
#define F2F_GIT_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;

/**
 * What f2f-git says on stdout, one record after the other; io/git reads it:
 *
 * progress RECEIVED TOTAL BYTES\n      objects so far, objects in all (0: not known), bytes so far
 * commit HEX pinned|head\n             where the files come from file PATH_LENGTH LENGTH\n
 * followed by the path, then the bytes restart\n                            forget the files so
 * far: our copy is made anew end\n                                all files were sent error CODE
 * MESSAGE\n                 instead of `end`; CODE is one of enum error_code, MESSAGE one line
 *
 * Nothing follows `end` or `error`. All functions return false when the reader is gone.
 */
struct frame {
	int fd;
	int64_t last_ns; // of the last progress record
};

/** At most ten a second reach the stream; `force` sends this one whatever the time. */
bool frame_progress(
	struct frame *frame, uint64_t received, uint64_t total, uint64_t bytes, bool force);
bool frame_commit(struct frame *frame, const char *hex, bool is_head);
bool frame_file(struct frame *frame, const char *path, const void *bytes, size_t length);
bool frame_restart(struct frame *frame);
bool frame_end(struct frame *frame);

/** User info in URLs is cut out of the message, line breaks become spaces. */
bool frame_error(struct frame *frame, const struct error *err);

#endif
