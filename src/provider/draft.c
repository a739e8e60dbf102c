#include "provider/draft.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "core/completion.h"
#include "io/http.h"

enum { NAME_MAX_BYTES = 256 };

void draft_init(struct draft *draft, size_t wanted) {
	*draft = (struct draft){
		.wanted = wanted > 0 ? wanted : 1,
		.stray = -1,
		.prompt_tokens = -1,
		.completion_tokens = -1,
		.reasoning_tokens = -1,
		.cached_tokens = -1,
		.usd = NAN,
	};
	buf_init(&draft->piece, HTTP_BODY_MAX);
	buf_init(&draft->signature, HTTP_BODY_MAX);
	draft->choices = xcalloc(draft->wanted, sizeof(*draft->choices));
	for (size_t i = 0; i < draft->wanted; i++) {
		buf_init(&draft->choices[i].text, HTTP_BODY_MAX);
		buf_init(&draft->choices[i].reasoning, HTTP_BODY_MAX);
		buf_init(&draft->choices[i].refusal, HTTP_BODY_MAX);
	}
}

void draft_finish(struct draft *draft) {
	for (size_t i = 0; i < draft->wanted; i++) {
		buf_finish(&draft->choices[i].text);
		buf_finish(&draft->choices[i].reasoning);
		buf_finish(&draft->choices[i].refusal);
		free(draft->choices[i].finish_reason);
	}
	free(draft->choices);
	free(draft->id);
	free(draft->model);
	free(draft->fingerprint);
	json_decref(draft->error);
	json_decref(draft->blocks);
	buf_finish(&draft->piece);
	buf_finish(&draft->signature);
	*draft = (struct draft){0};
}

/* Asked for one, it sends several, of which another than the first began. */
static void forget_stray(struct draft *draft) {
	struct draft_choice *choice = &draft->choices[0];
	draft->stray = -1;
	buf_clear(&choice->text);
	buf_clear(&choice->reasoning);
	buf_clear(&choice->refusal);
	free(choice->finish_reason);
	choice->finish_reason = NULL;
}

struct draft_choice *draft_choice_at(struct draft *draft, int64_t index) {
	struct draft_choice *first = &draft->choices[0];
	if (index >= 0 && (uint64_t)index < draft->wanted) {
		if (draft->wanted == 1 && draft->stray >= 0) {
			forget_stray(draft);
		}
		draft->choices[index].seen = true;
		return &draft->choices[index];
	}
	// Asked for one, and it goes by another number than 0.
	bool stray = draft->stray == index || (draft->stray < 0 && !first->seen);
	if (draft->wanted != 1 || index < 0 || !stray) {
		return NULL;
	}
	draft->stray = index;
	first->seen = true;
	return first;
}

struct draft_choice *draft_choice_free(struct draft *draft) {
	for (size_t i = 0; i < draft->wanted; i++) {
		if (!draft->choices[i].seen) {
			draft->choices[i].seen = true;
			return &draft->choices[i];
		}
	}
	return NULL;
}

void draft_append(struct draft *draft, struct buf *text, const json_t *value) {
	if (json_is_string(value) &&
		!buf_append(text, json_string_value(value), json_string_length(value))) {
		draft->overflow = true;
	}
}

void draft_append_content(struct draft *draft, struct buf *text, const json_t *content) {
	draft_append(draft, text, content);
	for (size_t i = 0; i < json_array_size(content); i++) {
		const json_t *part = json_array_get(content, i);
		draft_append(
			draft, text, json_is_string(part) ? part : json_object_get(part, "text"));
	}
}

/* A name that is a novel is cut, and shows it. */
static char *copy_name(const char *text) {
	size_t length = strlen(text);
	size_t bad = 0;
	if (length <= NAME_MAX_BYTES) {
		return xstrdup(text);
	}
	length = NAME_MAX_BYTES;
	if (!utf8_valid(text, length, &bad)) {
		length = bad;
	}
	return xasprintf("%.*s…", (int)length, text);
}

void draft_keep(char **kept, const json_t *object, const char *key) {
	const char *text = json_string_or(object, key, "");
	if (*kept == NULL && text[0] != '\0') {
		*kept = copy_name(text);
	}
}

void draft_finish_reason(struct draft_choice *choice, const json_t *value) {
	if (json_is_string(value) && json_string_length(value) > 0) {
		free(choice->finish_reason);
		choice->finish_reason = copy_name(json_string_value(value));
	}
}

void draft_fail(struct draft *draft, const json_t *body) {
	if (draft->error == NULL) {
		draft->error = json_incref((json_t *)body);
	}
}

void draft_break(struct draft *draft, const char *why) {
	if (draft->broken == NULL) {
		draft->broken = why;
	}
}

void draft_interrupt(struct draft *draft, const char *why) {
	draft->interrupted = draft->interrupted || draft->broken == NULL;
	draft_break(draft, why);
}

int64_t draft_count(const json_t *object, const char *key) {
	double count = json_number_or(object, key, -1);
	bool whole = count >= 0 && count <= (double)COMPLETION_TOKENS_MAX && floor(count) >= count;
	return whole ? (int64_t)count : -1;
}
