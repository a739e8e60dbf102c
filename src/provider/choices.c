#include "provider/choices.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "provider/draft.h"
#include "provider/failure.h"

enum { CHOICES_LOOKED_AT = 4096 };

static void read_usage(struct draft *draft, const json_t *usage) {
	if (!json_is_object(usage)) {
		return;
	}
	// Some send counts with every event: the last ones are of the whole.
	draft->prompt_tokens = draft_count(usage, "prompt_tokens");
	draft->completion_tokens = draft_count(usage, "completion_tokens");
	draft->reasoning_tokens = draft_count(
		json_object_get(usage, "completion_tokens_details"), "reasoning_tokens");
	draft->cached_tokens =
		draft_count(json_object_get(usage, "prompt_tokens_details"), "cached_tokens");
	double usd = json_number_or(usage, "cost", NAN);
	draft->usd = usd >= 0 && usd < 1e6 ? usd : NAN;
}

static void read_names(struct draft *draft, const json_t *body) {
	draft_keep(&draft->id, body, "id");
	draft_keep(&draft->model, body, "model");
	draft_keep(&draft->fingerprint, body, "system_fingerprint");
	read_usage(draft, json_object_get(body, "usage"));
}

static void note_logprobs(struct draft *draft, const json_t *choice) {
	draft->logprobs = draft->logprobs || json_is_object(json_object_get(choice, "logprobs"));
}

/* Ends that say that something went wrong on the other side. */
static bool ended_badly(struct draft *draft, const json_t *choice) {
	const char *reason = json_string_or(choice, "finish_reason", "");
	if (failure_in_body(choice)) {
		draft_fail(draft, choice);
		return true;
	}
	if (strcmp(reason, "error") == 0 || strcmp(reason, "abort") == 0) {
		draft_interrupt(draft, "generation ended in an error");
		return true;
	}
	return false;
}

static void take(
	struct draft *draft, struct draft_choice *choice, const json_t *from, choice_fn read) {
	note_logprobs(draft, from);
	if (!read(draft, choice, from)) {
		choice->seen = false;
		draft_break(draft, "the reply's choice holds no message");
	} else if (ended_badly(draft, from)) {
		choice->seen = false;
	} else {
		draft_finish_reason(choice, json_object_get(from, "finish_reason"));
	}
}

static bool is_placed(const struct draft *draft, const json_t *choice) {
	int64_t index = json_integer_or(choice, "index", -1);
	return index >= 0 && (uint64_t)index < draft->wanted;
}

void choices_read_body(struct draft *draft, const json_t *body, choice_fn read) {
	if (!json_is_object(body)) {
		draft_break(draft, "the reply is not a JSON object");
		return;
	}
	if (failure_in_body(body)) {
		draft_fail(draft, body);
		return;
	}
	read_names(draft, body);
	const json_t *choices = json_object_get(body, "choices");
	size_t count = json_array_size(choices);
	count = count < CHOICES_LOOKED_AT ? count : CHOICES_LOOKED_AT;
	bool placed[CHOICES_LOOKED_AT] = {false};
	// They come in any order. What has no index of its own, or one that another has, takes what
	// is left.
	for (size_t i = 0; i < count; i++) {
		const json_t *from = json_array_get(choices, i);
		int64_t index = json_integer_or(from, "index", -1);
		if (is_placed(draft, from) && !draft->choices[index].seen) {
			placed[i] = true;
			take(draft, draft_choice_at(draft, index), from, read);
		}
	}
	for (size_t i = 0; i < count; i++) {
		const json_t *from = json_array_get(choices, i);
		struct draft_choice *choice =
			!placed[i] && json_is_object(from) ? draft_choice_free(draft) : NULL;
		if (choice != NULL) {
			take(draft, choice, from, read);
		}
	}
	draft->done = true;
}

void choices_read_event(struct draft *draft, const char *name, const json_t *data, choice_fn read) {
	if (!json_is_object(data)) {
		draft_break(draft, "an event of the stream is not a JSON object");
		return;
	}
	if (strcmp(name, "error") == 0 || failure_in_body(data)) {
		draft_fail(draft, data);
		return;
	}
	read_names(draft, data);
	const json_t *choices = json_object_get(data, "choices");
	for (size_t i = 0; i < json_array_size(choices); i++) {
		const json_t *from = json_array_get(choices, i);
		struct draft_choice *choice =
			json_is_object(from)
				? draft_choice_at(draft, json_integer_or(from, "index", 0))
				: NULL;
		if (choice != NULL) {
			note_logprobs(draft, from);
			read(draft, choice, from);
			if (!ended_badly(draft, from)) {
				draft_finish_reason(choice, json_object_get(from, "finish_reason"));
			}
		}
	}
}
