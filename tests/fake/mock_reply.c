#include "mock_reply.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"

/*
 * Bytes are written here by hand, not by f2f's own JSON code, so that one cannot hide the other's
 * mistakes.
 *
 * A model's name says what happens; a number in it is a count or milliseconds. "Once" is per
 * (model, prompt, seed).
 *
 * plain "```lean4\nby mock_HASH\n```", HASH = FNV-1a 64 of model, prompt and seed, each ended by a
 * line feed prove a proof for the last theorem of the prompt: see prove() below for the rule echo,
 * echo-headers the request's own body or headers as content delay-N plain after N ms slow-N plain,
 * a byte each N ms hang never answers close closes without a byte stale so from a connection's 2nd
 * request on reset half of the announced bytes chunked, gzip, gzip-bomb big-N N MiB of content and
 * the rows of `fixed` and `shapes`; anything else is 404 model_not_found.
 */

/* ---- Writing. */

static void add_escaped(struct buf *out, const char *text) {
	for (const char *c = text; *c != '\0'; c++) {
		if (*c == '"' || *c == '\\') {
			buf_append_char(out, '\\');
			buf_append_char(out, *c);
		} else if (*c == '\n') {
			buf_append_str(out, "\\n");
		} else if ((unsigned char)*c < 0x20) {
			buf_appendf(out, "\\u%04x", (unsigned)*c);
		} else {
			buf_append_char(out, *c);
		}
	}
}

static uint64_t fnv(uint64_t hash, const char *text) {
	for (const char *c = text; *c != '\0'; c++) {
		hash = (hash ^ (unsigned char)*c) * 1099511628211u;
	}
	return (hash ^ '\n') * 1099511628211u;
}

static const uint64_t fnv_start = 14695981039346656037u;

static uint64_t hash_of(const struct mock_request *request) {
	return fnv(fnv(fnv(fnv_start, request->model), request->prompt), request->seed);
}

static void add_completion(
	const struct mock_request *request, struct buf *out, const char *content) {
	buf_appendf(out,
		"{\"id\":\"mock-%016" PRIx64
		"\",\"object\":\"chat.completion\",\"created\":0,\"model\":\"",
		hash_of(request));
	add_escaped(out, request->model);
	buf_append_str(out,
		"\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"");
	add_escaped(out, content);
	buf_appendf(out,
		"\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":%zu,\"completion_"
		"tokens\":%zu,"
		"\"total_tokens\":%zu}}",
		strlen(request->prompt) / 4, strlen(content) / 4,
		strlen(request->prompt) / 4 + strlen(content) / 4);
}

static void plain(const struct mock_request *request, struct mock_answer *answer) {
	char text[64];
	snprintf(text, sizeof(text), "```lean4\nby mock_%016" PRIx64 "\n```", hash_of(request));
	add_completion(request, &answer->body, text);
}

/* ---- A prover. */

/*
 * The last line that begins with theorem or lemma, up to the last ":=" after it; white space
 * squeezed. Owned; NULL: none.
 */
static char *statement_of(const char *prompt) {
	const char *start = NULL;
	const char *end = NULL;
	for (const char *line = prompt; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (str_starts_with(line, "theorem ") || str_starts_with(line, "lemma ")) {
			start = line;
		}
	}
	for (const char *at = start; at != NULL && (at = strstr(at, ":=")) != NULL; at++) {
		const char *after = at + 2 + strspn(at + 2, " \t\n");
		end = str_starts_with(after, "by") ? at : end;
	}
	if (end == NULL) {
		return NULL;
	}
	struct buf out = BUF_INIT((size_t)(end - start) + 1);
	for (const char *c = start; c < end; c++) {
		bool space = isspace((unsigned char)*c);
		if (!space) {
			buf_append_char(&out, *c);
		} else if (out.len > 0 && out.data[out.len - 1] != ' ') {
			buf_append_char(&out, ' ');
		}
	}
	while (out.len > 0 && out.data[out.len - 1] == ' ') {
		buf_truncate(&out, out.len - 1);
	}
	return buf_detach(&out);
}

/*
 * With h = FNV-1a 64 of the squeezed statement and a line feed: the tactic is number h % 8, the
 * layout number (h / 8) % 6: 0 the proof in a fence; 1 the whole theorem in a fence; 2 the bare
 * proof; 3 thoughts in think tags, then the whole theorem; 4 prose, a draft in a fence, then the
 * whole theorem in a fence; 5 prose only, no code.
 */
static void prove(const struct mock_request *request, struct mock_answer *answer) {
	static const char *const tactics[] = {
		"rfl", "decide", "simp", "omega", "norm_num", "linarith", "nlinarith", "trivial"};
	char *statement = statement_of(request->prompt);
	if (statement == NULL) {
		add_completion(request, &answer->body, "I see no theorem.");
		return;
	}
	uint64_t hash = fnv(fnv_start, statement);
	const char *tactic = tactics[hash % 8];
	char *content = NULL;
	switch (hash / 8 % 6) {
	case 0:
		content = xasprintf("```lean4\nby\n  %s\n```", tactic);
		break;
	case 1:
		content = xasprintf("```lean4\n%s := by\n  %s\n```", statement, tactic);
		break;
	case 2:
		content = xasprintf("by\n  %s\n", tactic);
		break;
	case 3:
		content = xasprintf("<think>\nMaybe ring?\n```lean4\nby "
				    "ring\n```\n</think>\n```lean4\n%s := by\n  %s\n```",
			statement, tactic);
		break;
	case 4:
		content = xasprintf("First a draft:\n\n```lean4\n%s := by\n  sorry\n```\n\nNow the "
				    "proof:\n\n```lean4\n"
				    "%s := by\n  %s\n```\nIt uses one tactic.",
			statement, statement, tactic);
		break;
	default:
		content = xstrdup("I believe that this holds, but I cannot prove it.");
		break;
	}
	add_completion(request, &answer->body, content);
	free(content);
	free(statement);
}

/* ---- Fixed answers. */

struct fixed {
	const char *model;
	int64_t times; // then plain; 0: always
	int status;
	const char *header_name;
	const char *header_value;
	const char *body;
};

#define TEXT_ERROR(text) \
	"{\"error\":{\"message\":\"" text "\",\"type\":\"mock\",\"param\":null,\"code\":null}}"

static const struct fixed fixed[] = {
	{"400", 0, 400, NULL, NULL, TEXT_ERROR("no such field")},
	{"401", 0, 401, NULL, NULL, TEXT_ERROR("Incorrect API key provided: sk-mock-1234567890")},
	{"402", 0, 402, NULL, NULL,
		"{\"error\":{\"code\":402,\"message\":\"Insufficient credits\"}}"},
	{"403-moderation", 0, 403, NULL, NULL,
		"{\"error\":{\"code\":403,\"message\":\"flagged\",\"metadata\":{\"reasons\":[\"x\"]"
		"}}}"},
	{"404", 0, 404, NULL, NULL,
		"{\"error\":{\"message\":\"The model does not "
		"exist\",\"code\":\"model_not_found\"}}"},
	{"429-after-1", 1, 429, "Retry-After", "1", TEXT_ERROR("Rate limit reached")},
	{"429-ms", 1, 429, "retry-after-ms", "20", TEXT_ERROR("Rate limit reached")},
	{"429-99999", 0, 429, "Retry-After", "99999", TEXT_ERROR("Rate limit reached")},
	{"quota", 0, 429, NULL, NULL,
		"{\"error\":{\"message\":\"You exceeded your current "
		"quota\",\"type\":\"insufficient_quota\",\"param\":null,"
		"\"code\":\"insufficient_quota\"}}"},
	{"context", 0, 400, NULL, NULL,
		"{\"error\":{\"message\":\"This model's maximum context length is 16 "
		"tokens\",\"type\":\"invalid_request_error\","
		"\"param\":\"messages\",\"code\":\"context_length_exceeded\"}}"},
	{"500-once", 1, 500, NULL, NULL, TEXT_ERROR("oops")},
	{"500-twice", 2, 500, NULL, NULL, TEXT_ERROR("oops")},
	{"500", 0, 500, NULL, NULL, TEXT_ERROR("oops")},
	{"html-502", 1, 502, NULL, NULL,
		"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"},
	{"503-loading", 2, 503, NULL, NULL,
		"{\"error\":{\"code\":503,\"message\":\"Loading "
		"model\",\"type\":\"unavailable_error\"}}"},
	{"529", 1, 529, NULL, NULL,
		"{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":"
		"\"Overloaded\"}}"},
	{"error-200", 1, 200, NULL, NULL,
		"{\"id\":\"x\",\"error\":{\"code\":502,\"message\":\"upstream died\"}}"},
	{"error-string", 1, 500, NULL, NULL, "{\"error\":\"something broke\"}"},
	{"empty", 1, 200, NULL, NULL, ""},
	{"truncated-json", 1, 200, NULL, NULL,
		"{\"id\":\"x\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assis"},
	{"redirect", 0, 307, "Location", "http://127.0.0.1:9/v1/chat/completions", ""},
};

/* ---- Answers in other shapes: the members that follow "choices":[{"index":0, … */

struct shape {
	const char *model;
	const char *body;
};

static const struct shape shapes[] = {
	{"null-content", "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
			 "\"content\":null},\"finish_reason\":\"length\"}]}"},
	{"length", "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"``"
		   "`lean4\\nby\\n  simp [\"},"
		   "\"finish_reason\":\"length\"}]}"},
	{"reasoning", "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
		      "\"reasoning\":\"hm\",\"content\":\"by rfl\"},"
		      "\"finish_reason\":\"stop\"}]}"},
	{"reasoning-content", "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
			      "\"reasoning_content\":\"hm\","
			      "\"content\":\"by rfl\"},\"finish_reason\":\"stop\"}]}"},
	{"think", "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"<"
		  "think>hm</think>by rfl\"},"
		  "\"finish_reason\":\"stop\"}]}"},
	{"unclosed-think", "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
			   "\"content\":\"<think>hm by rfl\"},"
			   "\"finish_reason\":\"stop\"}]}"},
	{"shuffled", "{\"choices\":[{\"index\":2,\"message\":{\"content\":\"c\"},\"finish_reason\":"
		     "\"stop\"},{\"index\":0,"
		     "\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"},{\"index\":1,"
		     "\"message\":{\"content\":\"b\"},"
		     "\"finish_reason\":\"stop\"}]}"},
	{"no-usage", "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
		     "\"by rfl\"},\"finish_reason\":\"stop\"}]}"},
	{"usage",
		"{\"choices\":[{\"index\":0,\"message\":{\"content\":\"by "
		"rfl\"},\"finish_reason\":\"stop\"}],\"usage\":{"
		"\"prompt_tokens\":100,\"completion_tokens\":50,\"total_tokens\":150,\"cost\":0."
		"125,\"prompt_tokens_details\":{"
		"\"cached_tokens\":30},\"completion_tokens_details\":{\"reasoning_tokens\":20}}}"},
	{"unknown-fields", "{\"a\":[1,{\"b\":null}],\"choices\":[{\"index\":0,\"x\":1,\"message\":{"
			   "\"content\":\"by rfl\",\"y\":[]},"
			   "\"finish_reason\":\"stop\"}]}"},
	{"refusal", "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
		    "null,\"refusal\":\"I cannot help\"},"
		    "\"finish_reason\":\"stop\"}]}"},
	{"bad-utf8", "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"by \xff "
		     "rfl\"},\"finish_reason\":\"stop\"}]}"},
	{"surrogate", "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"by \\ud800 "
		      "rfl\"},\"finish_reason\":\"stop\"}]}"},
	{"nul", "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"by \\u0000 "
		"rfl\"},\"finish_reason\":\"stop\"}]}"},
};

static bool try_fixed(const struct mock_request *request, struct mock_answer *answer) {
	for (size_t i = 0; i < F2F_COUNT(fixed); i++) {
		const struct fixed *row = &fixed[i];
		if (strcmp(row->model, request->model) != 0) {
			continue;
		}
		if (row->times > 0 && request->nth > row->times) {
			plain(request, answer);
			return true;
		}
		answer->status = row->status;
		answer->header_name = row->header_name;
		snprintf(answer->header_value, sizeof(answer->header_value), "%s",
			row->header_value != NULL ? row->header_value : "");
		answer->content_type = row->body[0] == '<' ? "text/html" : "application/json";
		buf_append_str(&answer->body, row->body);
		return true;
	}
	for (size_t i = 0; i < F2F_COUNT(shapes); i++) {
		if (strcmp(shapes[i].model, request->model) == 0) {
			buf_append_str(&answer->body, shapes[i].body);
			return true;
		}
	}
	return false;
}

/* ---- Behaviours. */

static void fail_as(struct mock_answer *answer, int status, const char *body) {
	answer->status = status;
	buf_append_str(&answer->body, body);
}

static void unsupported(
	const struct mock_request *request, struct mock_answer *answer, const char *param) {
	if (json_object_get(request->body, param) == NULL) {
		plain(request, answer);
		return;
	}
	answer->status = 400;
	buf_appendf(&answer->body,
		"{\"error\":{\"message\":\"Unsupported parameter: '%s' is not supported with this "
		"model.\","
		"\"type\":\"invalid_request_error\",\"param\":\"%s\",\"code\":\"unsupported_"
		"parameter\"}}",
		param, param);
}

static void big(const struct mock_request *request, struct mock_answer *answer, int64_t mebibytes,
	char fill) {
	size_t length = (size_t)mebibytes << 20;
	char *content = xmalloc(length + 1);
	memset(content, fill, length);
	content[length] = '\0';
	add_completion(request, &answer->body, content);
	free(content);
}

static void date_in_a_second(const struct mock_request *request, struct mock_answer *answer) {
	if (request->nth > 1) {
		plain(request, answer);
		return;
	}
	time_t then = (time_t)(clock_utc() / CLOCK_SECOND) + 1;
	struct tm tm;
	gmtime_r(&then, &tm);
	answer->header_name = "Retry-After";
	strftime(answer->header_value, sizeof(answer->header_value), "%a, %d %b %Y %H:%M:%S GMT",
		&tm);
	fail_as(answer, 429, TEXT_ERROR("Rate limit reached"));
}

/* "delay-50" with "delay-": 50; -1 when the model is called otherwise. */
static int64_t number_of(const struct mock_request *request, const char *prefix) {
	int64_t number;
	return str_starts_with(request->model, prefix) &&
			       str_to_int64(request->model + strlen(prefix), &number)
		       ? number
		       : -1;
}

static bool try_transport(const struct mock_request *request, struct mock_answer *answer) {
	static const struct {
		const char *model;
		enum mock_end end;
	} ends[] = {{"hang", MOCK_HANG}, {"close", MOCK_CLOSE}, {"reset", MOCK_CUT},
		{"chunked", MOCK_CHUNKED}};
	for (size_t i = 0; i < F2F_COUNT(ends); i++) {
		if (strcmp(ends[i].model, request->model) == 0) {
			answer->end = ends[i].end;
			plain(request, answer);
			return true;
		}
	}
	if (strcmp(request->model, "stale") == 0) {
		answer->end = request->on_connection > 1 ? MOCK_CLOSE : MOCK_WHOLE;
		plain(request, answer);
	} else if (number_of(request, "delay-") >= 0) {
		answer->delay_ms = number_of(request, "delay-");
		plain(request, answer);
	} else if (number_of(request, "slow-") >= 0) {
		answer->drip_ms = number_of(request, "slow-");
		answer->end = MOCK_DRIP;
		plain(request, answer);
	} else if (number_of(request, "big-") >= 0) {
		big(request, answer, number_of(request, "big-"), 'x');
	} else if (strcmp(request->model, "gzip") == 0) {
		answer->gzip = true;
		plain(request, answer);
	} else if (strcmp(request->model, "gzip-bomb") == 0) {
		answer->gzip = true;
		big(request, answer, 256, ' ');
	} else {
		return false;
	}
	return true;
}

void mock_decide(const struct mock_request *request, struct mock_answer *answer) {
	const char *model = request->model;
	answer->status = 200;
	answer->content_type = "application/json";
	if (strcmp(model, "plain") == 0) {
		plain(request, answer);
	} else if (strcmp(model, "prove") == 0) {
		prove(request, answer);
	} else if (strcmp(model, "echo") == 0) {
		add_completion(request, &answer->body, request->raw);
	} else if (strcmp(model, "echo-headers") == 0) {
		add_completion(request, &answer->body, request->headers);
	} else if (strcmp(model, "unsupported-max-tokens") == 0) {
		unsupported(request, answer, "max_tokens");
	} else if (strcmp(model, "unsupported-temperature") == 0) {
		unsupported(request, answer, "temperature");
	} else if (strcmp(model, "429-date") == 0) {
		date_in_a_second(request, answer);
	} else if (!try_transport(request, answer) && !try_fixed(request, answer)) {
		fail_as(answer, 404,
			"{\"error\":{\"message\":\"no such mock\",\"code\":\"model_not_found\"}}");
	}
}
