#ifndef F2F_TESTS_FAKE_MOCK_STREAM_H
#define F2F_TESTS_FAKE_MOCK_STREAM_H

#include "mock_text.h"

/* Of mock_text.c, for mock_stream.c. */
void mock_add_content(struct buf *out, const struct mock_choice *choice);
void mock_add_text(struct buf *out, const char *text);
void mock_add_head(const struct mock_request *request, const char *object, struct buf *out);
void mock_add_usage(const struct mock_request *request, const struct mock_completion *completion,
	struct buf *out);
void mock_add_messages_usage(const struct mock_request *request,
	const struct mock_completion *completion, struct buf *out);
const char *mock_stop_reason(const char *finish);

/** A completion as server-sent events. */
void mock_stream(const struct mock_request *request, const struct mock_completion *completion,
	enum mock_stream stream, struct mock_answer *answer);

#endif
