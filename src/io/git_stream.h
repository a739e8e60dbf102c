#ifndef F2F_IO_GIT_STREAM_H
#define F2F_IO_GIT_STREAM_H

#include "base/buf.h"
#include "base/error.h"
#include "base/vec.h"
#include "io/git.h"

enum git_stream_state {
	GIT_STREAM_LINE,
	GIT_STREAM_PATH,
	GIT_STREAM_DATA,
	GIT_STREAM_ENDED, // `end`, or `error`: then `error` is set
};

/** Reads what f2f-git writes (git/frame.h has the records) as it comes, in pieces of any size. */
struct git_stream {
	enum git_stream_state state;
	struct git_progress progress;
	char commit[41]; // "" before its record
	bool is_head;
	VEC(struct git_file) files;
	bool failed; // the child reported `error`
	struct error error;
	// private state
	struct buf line;
	size_t path_length;
	size_t file_length;
	size_t have; // of the path or the file
	int64_t budget;
};

void git_stream_init(struct git_stream *stream, int64_t max_bytes);
void git_stream_finish(struct git_stream *stream);

/**
 * ERROR_PROTOCOL for what is no record, ERROR_INPUT over the size; *moved_out (may be NULL) when
 * there was a progress record.
 */
int git_stream_feed(struct git_stream *stream, const char *bytes, size_t length, bool *moved_out,
	struct error *err);

#endif
