#ifndef F2F_TESTS_FAKE_MOCK_PARSE_H
#define F2F_TESTS_FAKE_MOCK_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* HTTP/1.x requests: as much as well-behaved clients and nghttpx send. */

/* How far the request at the front of a connection's bytes has come. Zeroed at first. */
struct mock_parse {
	size_t head; // length of head, once it is whole
	size_t body; // of the body
	bool chunked;
	bool invited; // 100 Continue has been said
};

struct mock_parsed {
	const char *method;
	const char *path;
	const char *headers; // "Name: value" lines
	const char *body;
	size_t body_length;
	size_t length; // of all
	bool http10;
	bool close;
};

enum mock_parse_state {
	MOCK_PARSE_MORE,
	MOCK_PARSE_CONTINUE, // say 100 Continue, and wait
	MOCK_PARSE_WHOLE,
	MOCK_PARSE_BAD,
};

/** Texts of *parsed_out are in `in`, cut in place, until it changes. */
enum mock_parse_state mock_parse(
	struct mock_parse *parse, struct buf *in, struct mock_parsed *parsed_out);

#endif
