#include "core/completion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"

/* What reasoning models put around their thoughts. "◁think▷" is Kimi's spelling. */
struct think_tag {
	const char *open;
	const char *close;
};

static const struct think_tag tags[] = {
	{"<think>", "</think>"},
	{"<thinking>", "</thinking>"},
	{"<thought>", "</thought>"},
	{"<reasoning>", "</reasoning>"},
	{"<reflection>", "</reflection>"},
	{"<seed:think>", "</seed:think>"},
	{"[THINK]", "[/THINK]"},
	{"◁think▷", "◁/think▷"},
};

void completion_init(struct completion *completion) {
	*completion = (struct completion){
		.text = xstrdup(""),
		.finish = FINISH_STOP,
		.prompt_tokens = -1,
		.completion_tokens = -1,
		.reasoning_tokens = -1,
		.cached_tokens = -1,
		.usd = NAN,
	};
}

void completion_finish(struct completion *completion) {
	free(completion->text);
	free(completion->reasoning);
	free(completion->finish_reason);
	free(completion->model);
	free(completion->fingerprint);
	free(completion->request_id);
	free(completion->continuation);
	*completion = (struct completion){0};
}

static char *join(char *first, char *more) {
	if (first == NULL || more == NULL) {
		return first != NULL ? first : more;
	}
	char *joined = xasprintf("%s%s", first, more);
	free(first);
	free(more);
	return joined;
}

/* A sum with a part that is not known is not known. */
static int64_t add_counts(int64_t a, int64_t b) {
	return a < 0 || b < 0 ? -1 : a + b;
}

static void replace(char **kept, char **by) {
	if (*by != NULL) {
		free(*kept);
		*kept = *by;
		*by = NULL;
	}
}

void completion_join(struct completion *completion, struct completion *more) {
	completion->text = join(completion->text, more->text);
	completion->reasoning = join(completion->reasoning, more->reasoning);
	more->text = more->reasoning = NULL;
	replace(&completion->finish_reason, &more->finish_reason);
	replace(&completion->model, &more->model);
	replace(&completion->fingerprint, &more->fingerprint);
	replace(&completion->request_id, &more->request_id);
	free(completion->continuation);
	completion->continuation = more->continuation;
	more->continuation = NULL;
	completion->finish = more->finish;
	completion->repaired = completion->repaired || more->repaired;
	completion->prompt_tokens = add_counts(completion->prompt_tokens, more->prompt_tokens);
	completion->completion_tokens =
		add_counts(completion->completion_tokens, more->completion_tokens);
	completion->reasoning_tokens =
		add_counts(completion->reasoning_tokens, more->reasoning_tokens);
	completion->cached_tokens = add_counts(completion->cached_tokens, more->cached_tokens);
	completion->usd += more->usd; // NAN: not known
	completion_finish(more);
}

/* The last occurrence, ASCII case ignored; from the end, so that a reply full of tags is no work. */
static const char *find_last(const char *text, const char *word) {
	size_t length = strlen(word);
	size_t start = strlen(text);
	while (start-- > 0) {
		if (text[start] == word[0] && strncasecmp(text + start, word, length) == 0) {
			return text + start;
		}
	}
	return NULL;
}

/* An opening tag counts only where a line begins: a proof or an answer may mention the word. */
static const char *find_open(const char *text, size_t *length_out) {
	for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		for (size_t i = 0; i < F2F_COUNT(tags); i++) {
			size_t length = strlen(tags[i].open);
			if (strncasecmp(line, tags[i].open, length) == 0) {
				*length_out = length;
				return line;
			}
		}
	}
	return NULL;
}

/* Adds a piece of reasoning to what is there, without white space around it. */
static void add_reasoning(struct completion *completion, const char *data, size_t length) {
	struct str piece = str_trim(str_slice(data, length));
	size_t open = 0;
	char *copy = xmemdup0(piece.data, piece.len);
	if (find_open(copy, &open) == copy) {
		piece = str_trim(str_slice(piece.data + open, piece.len - open));
	}
	free(copy);
	if (piece.len == 0) {
		return;
	}
	const char *before = completion->reasoning;
	char *joined = xasprintf("%s%s%.*s", before != NULL ? before : "",
		before != NULL && before[0] != '\0' ? "\n\n" : "", STR_ARG(piece));
	free(completion->reasoning);
	completion->reasoning = joined;
}

void completion_take_text(struct completion *completion, char *text) {
	const char *answer = text;
	for (size_t i = 0; i < F2F_COUNT(tags); i++) {
		const char *close = find_last(text, tags[i].close);
		if (close != NULL && close + strlen(tags[i].close) > answer) {
			answer = close + strlen(tags[i].close);
		}
	}
	if (answer != text) {
		size_t end = (size_t)(answer - text);
		const char *tail = text;
		for (size_t i = 0; i < F2F_COUNT(tags); i++) {
			size_t close = strlen(tags[i].close);
			if (end >= close &&
				strncasecmp(answer - close, tags[i].close, close) == 0) {
				tail = answer - close;
			}
		}
		add_reasoning(completion, text, (size_t)(tail - text));
		while (*answer == '\n' || *answer == '\r') {
			answer++;
		}
	}
	size_t open_length = 0;
	const char *open = find_open(answer, &open_length);
	char *kept = NULL;
	if (open != NULL) {
		/* Still thinking when it stopped: what stands before the tag is no answer
		 * either. */
		add_reasoning(completion, open, strlen(open));
		if (completion->finish != FINISH_REFUSED) {
			completion->finish = FINISH_LENGTH;
		}
		kept = xstrdup("");
	} else {
		kept = xstrdup(answer);
	}
	free(completion->text);
	free(text);
	completion->text = kept;
}
