#include "mock_stream.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"

enum { PIECE = 12, PIECES_MAX = 64 };

/* Events, as text with the places where each ends. */
struct events {
	struct buf text;
	VEC(size_t) ends;
	bool crlf;
};

/* ---- Events. */

static void end_event(struct events *events) {
	buf_append_str(&events->text, events->crlf ? "\r\n\r\n" : "\n\n");
	vec_push(&events->ends, events->text.len);
}

/*
 * With `crlf` all that the format allows: a comment before, no space behind the colon, and the JSON
 * on two data lines, cut where white space may stand.
 */
static void add_event(struct events *events, const char *name, struct buf *json) {
	const char *text = buf_str(json);
	if (name != NULL) {
		buf_appendf(&events->text, "event: %s%s", name, events->crlf ? "\r\n" : "\n");
	}
	const char *comma = strstr(text, ",\"");
	if (events->crlf && comma != NULL) {
		buf_appendf(&events->text, ": MOCK PROCESSING\r\ndata:%.*s\r\ndata: %s",
			(int)(comma + 1 - text), text, comma + 1);
	} else {
		buf_append_str(&events->text, "data: ");
		buf_append(&events->text, text, json->len);
	}
	end_event(events);
	buf_clear(json);
}

static void add_comment(struct events *events, const char *text) {
	buf_appendf(&events->text, ": %s", text);
	end_event(events);
}

/* The next piece of a text, whole characters. */
static size_t piece_of(const char *text, size_t left, size_t size) {
	size_t piece = left < size ? left : size;
	while (piece < left && ((unsigned char)text[piece] & 0xc0) == 0x80) {
		piece++;
	}
	return piece;
}

static size_t piece_size(size_t length) {
	return length / PIECES_MAX > PIECE ? length / PIECES_MAX : PIECE;
}

/* ---- Chat and legacy completions. */

struct writer {
	const struct mock_request *request;
	const struct mock_completion *completion;
	struct events *events;
	struct buf json;
};

static void open_chunk(struct writer *writer, const struct mock_choice *choice) {
	bool chat = writer->request->api == MOCK_CHAT;
	mock_add_head(
		writer->request, chat ? "chat.completion.chunk" : "text_completion", &writer->json);
	if (writer->completion->unknown_fields) {
		buf_append_str(&writer->json, ",\"obfuscation\":\"xyz\"");
	}
	buf_appendf(&writer->json, ",\"choices\":[{\"index\":%" PRId64 ",", choice->index);
	if (chat) {
		buf_append_str(&writer->json, "\"delta\":{");
	}
}

static void close_chunk(struct writer *writer, const char *finish) {
	buf_appendf(&writer->json, "%s,\"finish_reason\":%s%s%s}]}",
		writer->request->api == MOCK_CHAT ? "}" : "", finish != NULL ? "\"" : "",
		finish != NULL ? finish : "null", finish != NULL ? "\"" : "");
	add_event(writer->events, NULL, &writer->json);
}

static void add_delta(struct writer *writer, const struct mock_choice *choice, const char *key,
	const char *text, size_t length, bool literal) {
	open_chunk(writer, choice);
	buf_appendf(&writer->json, "\"%s\":\"", key);
	if (literal) {
		buf_append(&writer->json, text, length);
	} else {
		mock_escape(&writer->json, text, length);
	}
	buf_append_char(&writer->json, '"');
	close_chunk(writer, NULL);
}

static void add_start(struct writer *writer, const struct mock_choice *choice) {
	if (writer->request->api == MOCK_CHAT) {
		open_chunk(writer, choice);
		buf_append_str(&writer->json, "\"role\":\"assistant\",\"content\":\"\"");
		close_chunk(writer, NULL);
	}
	const char *thoughts = choice->reasoning != NULL ? choice->reasoning : "";
	size_t left = strlen(thoughts);
	for (size_t piece; left > 0; thoughts += piece, left -= piece) {
		piece = piece_of(thoughts, left, PIECE);
		add_delta(writer, choice, choice->reasoning_key, thoughts, piece, false);
	}
	if (choice->refusal != NULL) {
		add_delta(
			writer, choice, "refusal", choice->refusal, strlen(choice->refusal), false);
	}
}

/* Piece number `turn` of a choice's content; false: it has no more. */
static bool add_turn(struct writer *writer, const struct mock_choice *choice, size_t *at) {
	const char *key = writer->request->api == MOCK_CHAT ? "content" : "text";
	size_t left = choice->content != NULL ? choice->length - *at : 0;
	if (left == 0) {
		return false;
	}
	size_t piece = choice->literal
			       ? left
			       : piece_of(choice->content + *at, left, piece_size(choice->length));
	add_delta(writer, choice, key, choice->content + *at, piece, choice->literal);
	*at += piece;
	return true;
}

/* Choices take turns. */
static void add_openai(struct writer *writer) {
	const struct mock_completion *completion = writer->completion;
	size_t *at = xcalloc(completion->count, sizeof(*at));
	for (size_t i = 0; i < completion->count; i++) {
		add_start(writer, &completion->choices[i]);
	}
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < completion->count; i++) {
			more = add_turn(writer, &completion->choices[i], &at[i]) || more;
		}
	}
	for (size_t i = 0; i < completion->count; i++) {
		open_chunk(writer, &completion->choices[i]);
		if (writer->request->api == MOCK_COMPLETIONS) {
			buf_append_str(&writer->json, "\"text\":\"\"");
		}
		close_chunk(writer, completion->choices[i].finish);
	}
	if (writer->request->include_usage && completion->usage != MOCK_USAGE_NONE) {
		mock_add_head(writer->request, "chat.completion.chunk", &writer->json);
		buf_append_str(&writer->json, ",\"choices\":[],\"usage\":");
		mock_add_usage(writer->request, completion, &writer->json);
		buf_append_char(&writer->json, '}');
		add_event(writer->events, NULL, &writer->json);
	}
	free(at);
	buf_append_str(&writer->json, "[DONE]");
	add_event(writer->events, NULL, &writer->json);
}

/* ---- Messages. */

static void say(struct writer *writer, const char *name, const char *json) {
	buf_append_str(&writer->json, json);
	add_event(writer->events, name, &writer->json);
}

static void add_block(struct writer *writer, int index, const char *start, const char *delta,
	const char *key, const struct mock_choice *text) {
	struct buf *json = &writer->json;
	buf_appendf(json, "{\"type\":\"content_block_start\",\"index\":%d,\"content_block\":%s}",
		index, start);
	add_event(writer->events, "content_block_start", json);
	say(writer, "ping", "{\"type\":\"ping\"}");
	for (size_t at = 0, piece; at < text->length; at += piece) {
		piece = text->literal ? text->length
				      : piece_of(text->content + at, text->length - at,
						piece_size(text->length));
		buf_appendf(json,
			"{\"type\":\"content_block_delta\",\"index\":%d,\"delta\":{\"type\":\"%s\","
			"\"%s\":\"",
			index, delta, key);
		if (text->literal) {
			buf_append(json, text->content, piece);
		} else {
			mock_escape(json, text->content + at, piece);
		}
		buf_append_str(json, "\"}}");
		add_event(writer->events, "content_block_delta", json);
	}
	if (strcmp(delta, "thinking_delta") == 0) {
		buf_appendf(json,
			"{\"type\":\"content_block_delta\",\"index\":%d,\"delta\":{\"type\":"
			"\"signature_delta\",\"signature\":\"bW9jaw==\"}}",
			index);
		add_event(writer->events, "content_block_delta", json);
	}
	buf_appendf(json, "{\"type\":\"content_block_stop\",\"index\":%d}", index);
	add_event(writer->events, "content_block_stop", json);
}

static void add_messages(struct writer *writer) {
	const struct mock_choice *choice = &writer->completion->choices[0];
	struct buf *json = &writer->json;
	int index = 0;
	buf_appendf(json,
		"{\"type\":\"message_start\",\"message\":{\"id\":\"msg_%016" PRIx64
		"\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[],\"model\":",
		mock_request_hash(writer->request));
	mock_add_text(json, writer->request->model);
	buf_appendf(json,
		",\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":%zu,"
		"\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,"
		"\"output_tokens\":1}}}",
		strlen(writer->request->prompt) / 4);
	add_event(writer->events, "message_start", json);
	say(writer, "ping", "{\"type\":\"ping\"}");
	say(writer, "of_tomorrow", "{\"type\":\"of_tomorrow\",\"what\":1}");
	if (choice->reasoning != NULL) {
		struct mock_choice thoughts = {
			.content = choice->reasoning, .length = strlen(choice->reasoning)};
		add_block(writer, index++,
			"{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}",
			"thinking_delta", "thinking", &thoughts);
	}
	if (choice->content != NULL) {
		add_block(writer, index, "{\"type\":\"text\",\"text\":\"\"}", "text_delta", "text",
			choice);
	}
	buf_appendf(json,
		"{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"%s\",\"stop_sequence\":"
		"null},\"usage\":{\"output_tokens\":%zu}}",
		mock_stop_reason(choice->finish), choice->length / 4);
	add_event(writer->events, "message_delta", json);
	say(writer, "message_stop", "{\"type\":\"message_stop\"}");
}

/* ---- On the wire. */

static void cut_half(struct events *events) {
	events->ends.count /= 2;
	buf_truncate(&events->text, events->ends.items[events->ends.count - 1]);
}

static void break_off(
	const struct mock_request *request, enum mock_stream stream, struct events *events) {
	struct buf json = BUF_INIT(4096);
	if (stream == MOCK_STREAM_ERROR) {
		cut_half(events);
		bool messages = request->api == MOCK_MESSAGES;
		buf_append_str(&json, messages ? "{\"type\":\"error\",\"error\":{\"type\":"
						 "\"overloaded_error\",\"message\":\"Overloaded\"}}"
					       : "{\"error\":{\"code\":502,\"message\":\"upstream "
						 "died\"}}");
		add_event(events, messages ? "error" : NULL, &json);
	} else if (stream == MOCK_STREAM_CUT || stream == MOCK_STREAM_HALT) {
		cut_half(events);
	}
	buf_finish(&json);
}

static void frame(
	const struct events *events, enum mock_stream stream, struct mock_answer *answer) {
	size_t piece = 0;
	mock_head(answer, 200, "text/event-stream",
		"Cache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n", SIZE_MAX);
	if (stream == MOCK_STREAM_BYTES) {
		mock_step(answer, MOCK_SEND, answer->wire.len, 0, 0);
		piece = 6; // "1", CR LF, the byte, CR LF
		for (size_t i = 0; i < events->text.len; i++) {
			mock_chunk(answer, events->text.data + i, 1);
		}
	} else {
		for (size_t i = 0, start = 0; i < events->ends.count; i++) {
			size_t end = events->ends.items[i];
			mock_chunk(answer, events->text.data + start, end - start);
			start = end;
		}
	}
	if (stream != MOCK_STREAM_HALT) {
		mock_chunk(answer, "", 0);
	}
	mock_step(answer, MOCK_SEND, answer->wire.len, piece, 0);
	if (stream == MOCK_STREAM_HALT) {
		mock_step(answer, MOCK_HANG, 0, 0, 0);
	}
}

void mock_stream(const struct mock_request *request, const struct mock_completion *completion,
	enum mock_stream stream, struct mock_answer *answer) {
	struct events events = {
		.text = BUF_INIT(MOCK_WIRE_MAX), .crlf = stream == MOCK_STREAM_LINES};
	struct writer writer = {.request = request,
		.completion = completion,
		.events = &events,
		.json = BUF_INIT(MOCK_WIRE_MAX)};
	if (events.crlf) {
		buf_append_str(&events.text, "\xef\xbb\xbf");
		add_comment(&events, "MOCK PROCESSING");
		buf_append_str(&events.text, "retry: 3000\r\nid: 1\r\n");
	}
	if (request->api == MOCK_MESSAGES) {
		add_messages(&writer);
	} else {
		add_openai(&writer);
	}
	break_off(request, stream, &events);
	frame(&events, stream, answer);
	buf_finish(&writer.json);
	buf_finish(&events.text);
	vec_finish(&events.ends);
}
