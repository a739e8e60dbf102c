#ifndef F2F_TESTS_FAKE_MOCK_LOG_H
#define F2F_TESTS_FAKE_MOCK_LOG_H

#include <stdio.h>

#include "mock_answer.h"

/**
 * One line of JSON for a request: "ms" (of the machine's monotonic clock), "method", "path",
 * "headers" (an array of [name, value], keys as "***"), "body" (a hash), "bytes", "status", and for
 * a completion "api", "mode", "model", "prompt" (a hash), "seed" ("-": none), "n", "stream", "nth".
 */
void mock_log(FILE *out, const struct mock_request *request, const char *mode, int status);

#endif
