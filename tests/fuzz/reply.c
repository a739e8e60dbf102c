#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "fuzz.h"
#include "provider/provider.h"

/*
 * A response of each wire format, fed at once, in pieces, or not at all: the same class and the same
 * texts, well-formed and bounded by what came.
 */

struct outcome {
	struct reply reply;
	char *text[2];
};

static void check_text(const char *text, size_t length) {
	size_t bad;
	// A byte that is no character becomes three, a control character one; the prompt's block adds.
	if (!utf8_valid(text, strlen(text), &bad) || strlen(text) > 3 * length + 64) {
		abort();
	}
}

static struct outcome read_one(const struct provider *provider, int status, const uint8_t *bytes,
	size_t length, size_t step) {
	static const struct model model = {.name = "m", .api_key = "sk-0123456789abcdefgh"};
	static const struct ask ask = {.prompt = "go on:\n```lean4\n", .count = 2, .stream = true};
	struct capabilities capabilities = {0};
	struct outcome outcome = {0};
	struct reading *reading = reading_create(provider, &model, &ask);
	struct http_response response = {.status = status, .body = BUF_INIT(HTTP_BODY_MAX)};
	for (size_t at = 0; step > 0 && at < length; at += step) {
		reading_feed(
			reading, (const char *)bytes + at, length - at < step ? length - at : step);
	}
	if (step == 0) {
		buf_append(&response.body, bytes, length);
	}
	outcome.reply = reading_end(reading, &response, &capabilities);
	for (size_t i = 0; i < 2; i++) {
		struct completion completion;
		completion_init(&completion);
		if (reading_take(reading, i, &completion)) {
			check_text(completion.text, length);
			outcome.text[i] = xstrdup(completion.text);
		}
		completion_finish(&completion);
	}
	reading_destroy(reading);
	buf_finish(&response.body);
	return outcome;
}

static bool same(const char *a, const char *b) {
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void compare(const struct provider *provider, const uint8_t *bytes, size_t length) {
	int status = length > 0 && bytes[length - 1] == '!' ? 400 : 200;
	struct outcome whole = read_one(provider, status, bytes, length, 0);
	size_t steps[] = {1, 7, length > 0 ? length : 1};
	for (size_t i = 0; i < F2F_COUNT(steps); i++) {
		struct outcome fed = read_one(provider, status, bytes, length, steps[i]);
		if (fed.reply.class != whole.reply.class ||
			strcmp(fed.reply.message, whole.reply.message) != 0 ||
			!same(fed.text[0], whole.text[0]) || !same(fed.text[1], whole.text[1])) {
			abort();
		}
		free(fed.text[0]);
		free(fed.text[1]);
	}
	if (strstr(whole.reply.message, "sk-0123456789abcdefgh") != NULL) {
		abort();
	}
	free(whole.text[0]);
	free(whole.text[1]);
}

void fuzz_one(const uint8_t *bytes, size_t length) {
	compare(provider_find("openai"), bytes, length);
	compare(provider_find("completions"), bytes, length);
	compare(provider_find("anthropic"), bytes, length);
}
