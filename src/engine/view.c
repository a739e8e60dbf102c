#include "engine/view.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "engine/run_internal.h"
#include "io/loop.h"

enum { OLD_S = 10, DONE_LEAST = 5, MINUTE_S = 60, HOUR_S = 3600 };

/* Appends to a line, as far as there is room. */
static void add(char *line, size_t size, const char *format, ...) F2F_PRINTF(3, 4);

static void add(char *line, size_t size, const char *format, ...) {
	size_t used = strlen(line);
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(line + used, size - used, format, arguments);
	va_end(arguments);
}

static void add_span(char *line, size_t size, int64_t seconds) {
	if (seconds < 2 * MINUTE_S) {
		add(line, size, "%" PRId64 " s", seconds);
	} else if (seconds < 2 * HOUR_S) {
		add(line, size, "%" PRId64 " min", (seconds + MINUTE_S / 2) / MINUTE_S);
	} else {
		add(line, size, "%.1f h", (double)seconds / HOUR_S);
	}
}

static void add_count(char *line, size_t size, int64_t count, const char *unit) {
	if (count >= 10000000) {
		add(line, size, ", %.1fM %s", (double)count / 1e6, unit);
	} else if (count >= 10000) {
		add(line, size, ", %.1fk %s", (double)count / 1e3, unit);
	} else if (count > 0) {
		add(line, size, ", %" PRId64 " %s", count, unit);
	}
}

/* What the first of the queue waits for. */
static const char *reason_of(const struct engine *engine) {
	switch (engine->wait) {
	case LANES_HELD:
		return engine->wait_why[0] != '\0' ? engine->wait_why : "the endpoint asks to wait";
	case LANES_REQUESTS:
		return "--rpm";
	case LANES_TOKENS:
		return "--tpm";
	case LANES_DOWN:
		return "no server answers";
	case LANES_FREE:
	case LANES_BUSY:
	case LANES_CLOSED:
		break;
	}
	return NULL;
}

static void add_wait(const struct engine *engine, char *line, size_t size) {
	int64_t left_ns = engine->wait_until_ns - loop_now(engine->options->loop);
	const char *reason = reason_of(engine);
	if (reason == NULL || left_ns < CLOCK_SECOND) {
		return; // --rpm makes it wait a moment all the time: no news
	}
	time_t until = (time_t)((clock_utc() + left_ns) / CLOCK_SECOND);
	struct tm local;
	char text[16] = "";
	if (localtime_r(&until, &local) != NULL) {
		strftime(text, sizeof(text), "%H:%M:%S", &local);
	}
	add(line, size, ", waiting until %s: %s", text, reason);
}

static void add_oldest(const struct engine *engine, char *line, size_t size) {
	int64_t now = loop_now(engine->options->loop);
	int64_t oldest = now;
	for (const struct attempt *attempt = engine->attempts; attempt != NULL;
		attempt = attempt->next) {
		if (attempt->state == ATTEMPT_ASKING && attempt->asked_ns < oldest) {
			oldest = attempt->asked_ns;
		}
	}
	if (now - oldest >= OLD_S * CLOCK_SECOND) {
		add(line, size, ", oldest ");
		add_span(line, size, (now - oldest) / CLOCK_SECOND);
	}
}

static void add_rest(const struct engine *engine, char *line, size_t size, size_t left) {
	int64_t spent = loop_now(engine->options->loop) - engine->began_ns;
	if (engine->done >= DONE_LEAST && left > 0 && spent > CLOCK_SECOND) {
		double rest = (double)spent / (double)engine->done * (double)left;
		add(line, size, ", about ");
		add_span(line, size, (int64_t)(rest / (double)CLOCK_SECOND) + 1);
		add(line, size, " left");
	}
}

void view_line(const struct engine *engine, char *line, size_t size) {
	const struct engine_options *options = engine->options;
	size_t total = plan_total(options->plan);
	size_t left = plan_left(options->plan) + engine->in_flight + engine->cancelled;
	line[0] = '\0';
	add(line, size, "%s %zu/%zu", options->task, total > left ? total - left : 0, total);
	if (options->verifier != NULL) {
		add(line, size, ", %zu accepted, %zu checking",
			plan_accepted(options->plan) + engine->accepted, engine->checking);
	}
	if (options->provider != NULL) {
		add(line, size, ", %zu asking", engine->asking);
	}
	add_wait(engine, line, size);
	add_oldest(engine, line, size);
	if (engine->result->retries > 0) {
		add(line, size, ", %" PRId64 " retries", engine->result->retries);
	}
	if (engine->result->from_cache > 0) {
		add(line, size, ", %" PRId64 " from the cache", engine->result->from_cache);
	}
	add_count(line, size, engine->spend.prompt_tokens + engine->spend.completion_tokens,
		"tokens");
	if (engine->spend.usd > 0) {
		add(line, size, ", %.2f USD", engine->spend.usd);
	}
	add_rest(engine, line, size, left);
}
