#ifndef F2F_TESTS_FAKE_MOCK_MODE_H
#define F2F_TESTS_FAKE_MOCK_MODE_H

#include <stdio.h>

#include "mock_text.h"

/*
 * How a completion is answered goes by the mode: the model's name, with or without "mock/" before
 * it, or the header X-Mock. A number up to 50 is one of the behaviours of harness.md 5.8; the other
 * modes, and what each does, are listed by f2f-mock --print-modes.
 */

/** Fills the answer for `mode`; an unknown one is 404. */
void mock_mode_answer(
	const char *mode, const struct mock_request *request, struct mock_answer *answer);

/** Whether the mode is the one that --rpm and --tpm are for. */
bool mock_mode_is_limited(const char *mode);

/**
 * The fifty, one a line, fields separated by tabs: number, mode, provider, options of f2f eval,
 * exit status, outcome of each sample ("none": nothing is recorded), attempts a sample, what
 * happens.
 */
void mock_print_behaviours(FILE *out);
void mock_print_modes(FILE *out);

/* mock_fixed.c: modes that are one literal answer, and completions of another shape. */
bool mock_fixed_answer(
	const char *mode, const struct mock_request *request, struct mock_answer *answer);
void mock_print_fixed(FILE *out);

/** An error as the request's API tells it. `headers` as mock_whole has it. */
void mock_fail(const struct mock_request *request, struct mock_answer *answer, int status,
	const char *headers, const char *body);

/* mock_broken.c: modes that are about connections and bytes. */
bool mock_broken_answer(
	const char *mode, const struct mock_request *request, struct mock_answer *answer);
void mock_print_broken(FILE *out);

/** The usual answer: "```lean4\nby mock_HASH\n```". */
void mock_plain(const struct mock_request *request, struct mock_answer *answer);
void mock_plain_as(
	const struct mock_request *request, enum mock_stream stream, struct mock_answer *answer);
void mock_say(const struct mock_request *request, const char *content, struct mock_answer *answer);

/** "delay-50" with "delay-": 50; -1 when the mode is called otherwise. */
int64_t mock_mode_number(const char *mode, const char *prefix);

#endif
