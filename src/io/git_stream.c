#include "io/git_stream.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

enum { LINE_MAX_BYTES = 1024, PATH_MAX_BYTES = 8192, FILES_MAX = 200000 };

void git_stream_init(struct git_stream *stream, int64_t max_bytes) {
	*stream = (struct git_stream){.budget = max_bytes};
	buf_init(&stream->line, LINE_MAX_BYTES);
}

static void drop_files(struct git_stream *stream) {
	for (size_t i = 0; i < stream->files.count; i++) {
		free(stream->files.items[i].path);
		free(stream->files.items[i].data);
		stream->budget += (int64_t)stream->files.items[i].length;
	}
	vec_finish(&stream->files);
}

void git_stream_finish(struct git_stream *stream) {
	drop_files(stream);
	buf_finish(&stream->line);
}

static int not_a_record(struct git_stream *stream, struct error *err) {
	return error_set(err, ERROR_PROTOCOL, "f2f-git wrote what is no record: %.40s",
		buf_str(&stream->line));
}

/* The numbers of a line after its word: exactly `count`, each up to INT64_MAX. */
static bool read_numbers(const char *text, int64_t *numbers, size_t count) {
	for (size_t i = 0; i < count; i++) {
		char word[24];
		size_t length = strcspn(text, " ");
		if (length == 0 || length >= sizeof(word)) {
			return false;
		}
		memcpy(word, text, length);
		word[length] = '\0';
		if (!str_to_int64(word, &numbers[i]) || numbers[i] < 0) {
			return false;
		}
		text += length + (text[length] == ' ' && i + 1 < count);
	}
	return *text == '\0';
}

static int begin_file(struct git_stream *stream, const char *text, struct error *err) {
	int64_t numbers[2];
	if (!read_numbers(text, numbers, 2) || numbers[0] == 0 || numbers[0] > PATH_MAX_BYTES ||
		stream->files.count >= FILES_MAX) {
		return not_a_record(stream, err);
	}
	if (numbers[1] > stream->budget) {
		return error_set(err, ERROR_INPUT, "the files are larger than allowed");
	}
	stream->budget -= numbers[1];
	stream->path_length = (size_t)numbers[0];
	stream->file_length = (size_t)numbers[1];
	stream->have = 0;
	struct git_file file = {
		.path = xcalloc(stream->path_length + 1, 1),
		.data = xmalloc(stream->file_length + 1),
		.length = stream->file_length,
	};
	file.data[file.length] = '\0';
	vec_push(&stream->files, file);
	stream->state = GIT_STREAM_PATH;
	return 0;
}

static int read_commit(struct git_stream *stream, const char *text, struct error *err) {
	size_t length = strspn(text, "0123456789abcdef");
	bool head = strcmp(text + length, " head") == 0;
	if (length != 40 || (!head && strcmp(text + length, " pinned") != 0)) {
		return not_a_record(stream, err);
	}
	memcpy(stream->commit, text, 40);
	stream->commit[40] = '\0';
	stream->is_head = head;
	return 0;
}

static int read_error(struct git_stream *stream, const char *text, struct error *err) {
	size_t length = strcspn(text, " ");
	char word[8] = "";
	int64_t code = 0;
	if (length < sizeof(word)) {
		memcpy(word, text, length);
	}
	if (!str_to_int64(word, &code) || code < ERROR_ENVIRONMENT || code > ERROR_USAGE) {
		return not_a_record(stream, err);
	}
	error_set(&stream->error, (enum error_code)code, "%s",
		text[length] == ' ' ? text + length + 1 : "");
	stream->failed = true;
	stream->state = GIT_STREAM_ENDED;
	return 0;
}

static int read_progress(
	struct git_stream *stream, const char *text, bool *moved, struct error *err) {
	int64_t numbers[3];
	if (!read_numbers(text, numbers, 3)) {
		return not_a_record(stream, err);
	}
	// While the server counts and packs, f2f-git has no numbers: a sign of life only.
	if (numbers[1] > 0) {
		stream->progress = (struct git_progress){
			.received_objects = numbers[0],
			.total_objects = numbers[1],
			.received_bytes = numbers[2],
		};
	}
	*moved = true;
	return 0;
}

static int read_line(struct git_stream *stream, bool *moved, struct error *err) {
	const char *text = buf_str(&stream->line);
	int rc = 0;
	if (str_starts_with(text, "progress ")) {
		rc = read_progress(stream, text + 9, moved, err);
	} else if (str_starts_with(text, "commit ")) {
		rc = read_commit(stream, text + 7, err);
	} else if (str_starts_with(text, "file ")) {
		rc = begin_file(stream, text + 5, err);
	} else if (str_starts_with(text, "error ")) {
		rc = read_error(stream, text + 6, err);
	} else if (strcmp(text, "restart") == 0) {
		drop_files(stream);
	} else if (strcmp(text, "end") == 0 && stream->commit[0] != '\0') {
		stream->state = GIT_STREAM_ENDED;
	} else {
		rc = not_a_record(stream, err);
	}
	buf_clear(&stream->line);
	return rc;
}

static int feed_line(struct git_stream *stream, const char **bytes, const char *end, bool *moved,
	struct error *err) {
	const char *newline = memchr(*bytes, '\n', (size_t)(end - *bytes));
	const char *stop = newline != NULL ? newline : end;
	bool fits = memchr(*bytes, '\0', (size_t)(stop - *bytes)) == NULL &&
		    buf_append(&stream->line, *bytes, (size_t)(stop - *bytes));
	if (!fits) {
		return not_a_record(stream, err);
	}
	*bytes = newline != NULL ? newline + 1 : end;
	return newline != NULL ? read_line(stream, moved, err) : 0;
}

/* Copies what is there of the path or the file; moves on when it is whole. */
static void feed_part(struct git_stream *stream, const char **bytes, const char *end) {
	struct git_file *file = &stream->files.items[stream->files.count - 1];
	bool path = stream->state == GIT_STREAM_PATH;
	size_t want = (path ? stream->path_length : stream->file_length) - stream->have;
	size_t take = want < (size_t)(end - *bytes) ? want : (size_t)(end - *bytes);
	memcpy((path ? file->path : file->data) + stream->have, *bytes, take);
	*bytes += take;
	stream->have += take;
	if (take < want) {
		return;
	}
	stream->have = 0;
	stream->state = path && stream->file_length > 0 ? GIT_STREAM_DATA : GIT_STREAM_LINE;
}

int git_stream_feed(struct git_stream *stream, const char *bytes, size_t length, bool *moved_out,
	struct error *err) {
	const char *end = bytes + length;
	bool moved = false;
	int rc = 0;
	while (rc == 0 && bytes < end) {
		if (stream->state == GIT_STREAM_ENDED) {
			rc = error_set(err, ERROR_PROTOCOL, "f2f-git went on after the end");
		} else if (stream->state == GIT_STREAM_LINE) {
			rc = feed_line(stream, &bytes, end, &moved, err);
		} else {
			feed_part(stream, &bytes, end);
		}
	}
	if (moved_out != NULL) {
		*moved_out = moved;
	}
	return rc;
}
