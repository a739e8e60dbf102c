#include "verifier/repl_answer.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "lean/check.h"

enum { LINES_MAX = 1 << 28 };

/* ---- Reading. Each returns 0, or ERROR_PROTOCOL naming the key. */

static int wrong(const char *key, struct error *err) {
	return error_set(err, ERROR_PROTOCOL, "\"%s\" is not what a REPL writes there", key);
}

static int read_text(const json_t *object, const char *key, char **out, struct error *err) {
	const json_t *value = json_object_get(object, key);
	if (!json_is_string(value)) {
		return wrong(key, err);
	}
	*out = xmemdup0(json_string_value(value), json_string_length(value));
	// A text is a C string from here on: nothing may hide behind a NUL.
	for (size_t i = 0; i < json_string_length(value); i++) {
		(*out)[i] = (*out)[i] != '\0' ? (*out)[i] : '?';
	}
	return 0;
}

static enum repl_presence presence_of(const json_t *value) {
	return value == NULL ? REPL_ABSENT : json_is_null(value) ? REPL_NULL : REPL_GIVEN;
}

static int read_number(const json_t *object, const char *key, enum repl_presence *presence_out,
	int64_t *out, struct error *err) {
	const json_t *value = json_object_get(object, key);
	*presence_out = presence_of(value);
	if (*presence_out != REPL_GIVEN) {
		return 0;
	}
	*out = json_integer_value(value);
	return json_is_integer(value) && *out >= 0 ? 0 : wrong(key, err);
}

static int read_position(
	const json_t *object, const char *key, struct repl_position *out, struct error *err) {
	const json_t *value = json_object_get(object, key);
	out->presence = presence_of(value);
	if (out->presence != REPL_GIVEN) {
		return 0;
	}
	out->line = json_integer_or(value, "line", -1);
	out->column = json_integer_or(value, "column", -1);
	bool placed = json_is_object(value) && out->line >= 0 && out->line <= LINES_MAX &&
		      out->column >= 0 && out->column <= LINES_MAX;
	return placed ? 0 : wrong(key, err);
}

static int read_texts(
	const json_t *object, const char *key, struct repl_texts *out, struct error *err) {
	const json_t *list = json_object_get(object, key);
	out->presence = presence_of(list);
	if (out->presence != REPL_GIVEN) {
		return 0;
	}
	size_t i;
	json_t *item;
	json_array_foreach(list, i, item) {
		if (!json_is_string(item)) {
			return wrong(key, err);
		}
		vec_push(&out->list,
			xmemdup0(json_string_value(item), json_string_length(item)));
	}
	return json_is_array(list) ? 0 : wrong(key, err);
}

static int read_message(const json_t *object, struct repl_message *out, struct error *err) {
	int rc = read_text(object, "severity", &out->severity, err);
	rc = rc < 0 ? rc : read_text(object, "data", &out->data, err);
	rc = rc < 0 ? rc : read_position(object, "pos", &out->pos, err);
	rc = rc < 0 ? rc : read_position(object, "endPos", &out->end, err);
	return rc == 0 && out->pos.presence != REPL_GIVEN ? wrong("pos", err) : rc;
}

static int read_messages(const json_t *object, struct repl_answer *out, struct error *err) {
	const json_t *list = json_object_get(object, "messages");
	out->has_messages = presence_of(list);
	size_t i;
	json_t *item;
	json_array_foreach(list, i, item) {
		vec_push(&out->messages, ((struct repl_message){0}));
		int rc = read_message(item, &out->messages.items[i], err);
		if (rc < 0) {
			return rc;
		}
	}
	return out->has_messages != REPL_GIVEN || json_is_array(list) ? 0 : wrong("messages", err);
}

static int read_sorry(const json_t *object, struct repl_sorry *out, struct error *err) {
	int rc = read_text(object, "goal", &out->goal, err);
	rc = rc < 0 ? rc
		    : read_number(object, "proofState", &out->has_proof_state, &out->proof_state,
			      err);
	rc = rc < 0 ? rc : read_position(object, "pos", &out->pos, err);
	return rc < 0 ? rc : read_position(object, "endPos", &out->end, err);
}

static int read_sorries(const json_t *object, struct repl_answer *out, struct error *err) {
	const json_t *list = json_object_get(object, "sorries");
	out->has_sorries = presence_of(list);
	size_t i;
	json_t *item;
	json_array_foreach(list, i, item) {
		vec_push(&out->sorries, ((struct repl_sorry){0}));
		int rc = read_sorry(item, &out->sorries.items[i], err);
		if (rc < 0) {
			return rc;
		}
	}
	return out->has_sorries != REPL_GIVEN || json_is_array(list) ? 0 : wrong("sorries", err);
}

static int read_tactic(const json_t *object, struct repl_tactic *out, struct error *err) {
	int rc = read_text(object, "tactic", &out->tactic, err);
	rc = rc < 0 ? rc : read_text(object, "goals", &out->goals, err);
	rc = rc < 0 ? rc
		    : read_number(object, "proofState", &out->has_proof_state, &out->proof_state,
			      err);
	rc = rc < 0 ? rc : read_position(object, "pos", &out->pos, err);
	rc = rc < 0 ? rc : read_position(object, "endPos", &out->end, err);
	return rc < 0 ? rc : read_texts(object, "usedConstants", &out->used_constants, err);
}

static int read_tactics(const json_t *object, struct repl_answer *out, struct error *err) {
	const json_t *list = json_object_get(object, "tactics");
	out->has_tactics = presence_of(list);
	size_t i;
	json_t *item;
	json_array_foreach(list, i, item) {
		vec_push(&out->tactics, ((struct repl_tactic){0}));
		int rc = read_tactic(item, &out->tactics.items[i], err);
		if (rc < 0) {
			return rc;
		}
	}
	return out->has_tactics != REPL_GIVEN || json_is_array(list) ? 0 : wrong("tactics", err);
}

static int read_command(const json_t *object, struct repl_answer *out, struct error *err) {
	enum repl_presence presence;
	int rc = read_number(object, "env", &presence, &out->env, err);
	rc = rc == 0 && presence != REPL_GIVEN ? wrong("env", err) : rc;
	rc = rc < 0 ? rc : read_tactics(object, out, err);
	const json_t *infotree = json_object_get(object, "infotree");
	if (rc == 0 && infotree != NULL) {
		out->infotree = json_incref((json_t *)infotree);
	}
	return rc;
}

static int read_step(const json_t *object, struct repl_answer *out, struct error *err) {
	enum repl_presence presence;
	int rc = read_number(object, "proofState", &presence, &out->proof_state, err);
	rc = rc == 0 && presence != REPL_GIVEN ? wrong("proofState", err) : rc;
	rc = rc < 0 ? rc : read_texts(object, "goals", &out->goals, err);
	rc = rc == 0 && out->goals.presence != REPL_GIVEN ? wrong("goals", err) : rc;
	rc = rc < 0 ? rc : read_texts(object, "traces", &out->traces, err);
	if (rc == 0 && json_object_get(object, "proofStatus") != NULL) {
		rc = read_text(object, "proofStatus", &out->proof_status, err);
	}
	return rc;
}

int repl_answer_from_json(
	const json_t *object, struct repl_answer *answer_out, struct error *err) {
	struct repl_answer answer = {0};
	bool failure = json_object_get(object, "message") != NULL;
	bool command = json_object_get(object, "env") != NULL;
	bool step = json_object_get(object, "proofState") != NULL;
	int rc = 0;
	if (!json_is_object(object) || failure + command + step != 1) {
		return error_set(err, ERROR_PROTOCOL, "an answer of no form that a REPL has");
	}
	if (failure) {
		answer.kind = REPL_FAILURE;
		rc = read_text(object, "message", &answer.failure, err);
	} else {
		answer.kind = command ? REPL_COMMAND : REPL_STEP;
		rc = command ? read_command(object, &answer, err)
			     : read_step(object, &answer, err);
		rc = rc < 0 ? rc : read_messages(object, &answer, err);
		rc = rc < 0 ? rc : read_sorries(object, &answer, err);
	}
	if (rc < 0) {
		repl_answer_finish(&answer);
		return rc;
	}
	*answer_out = answer;
	return 0;
}

int repl_answer_read(
	const char *text, size_t length, struct repl_answer *answer_out, struct error *err) {
	json_t *object = NULL;
	bool repaired;
	struct error why = {0};
	int rc = json_parse(text, length, &object, &why);
	// A message may quote what the candidate wrote, half characters included: that is mended.
	// A key that comes twice is not, because then it is anybody's guess which one was meant.
	if (rc < 0 && strstr(why.message, "duplicate object key") == NULL) {
		rc = json_parse_repaired(text, length, &object, &repaired, &why);
	}
	if (rc == 0) {
		rc = repl_answer_from_json(object, answer_out, err);
	} else {
		rc = error_set(err, ERROR_PROTOCOL, "not one JSON object: %s", why.message);
	}
	json_decref(object);
	return rc;
}

/* ---- Writing. */

static void put_position(json_t *object, const char *key, const struct repl_position *position) {
	if (position->presence == REPL_GIVEN) {
		json_object_set_new(object, key,
			json_pack("{s:I, s:I}", "line", (json_int_t)position->line, "column",
				(json_int_t)position->column));
	} else if (position->presence == REPL_NULL) {
		json_object_set_new(object, key, json_null());
	}
}

static void put_number(
	json_t *object, const char *key, enum repl_presence presence, int64_t number) {
	if (presence != REPL_ABSENT) {
		json_object_set_new(object, key,
			presence == REPL_GIVEN ? json_integer(number) : json_null());
	}
}

static void put_texts(json_t *object, const char *key, const struct repl_texts *texts) {
	json_t *list = texts->presence == REPL_GIVEN ? json_array() : json_null();
	for (size_t i = 0; i < texts->list.count; i++) {
		json_array_append_new(list, json_string(texts->list.items[i]));
	}
	if (texts->presence != REPL_ABSENT) {
		json_object_set_new(object, key, list);
	} else {
		json_decref(list);
	}
}

/* The list to fill under `key`; NULL when there is none to write. */
static json_t *put_list(json_t *object, const char *key, enum repl_presence presence) {
	if (presence == REPL_ABSENT) {
		return NULL;
	}
	json_t *list = presence == REPL_GIVEN ? json_array() : json_null();
	json_object_set_new(object, key, list);
	return list;
}

static void put_messages(json_t *object, const struct repl_answer *answer) {
	json_t *list = put_list(object, "messages", answer->has_messages);
	for (size_t i = 0; i < answer->messages.count; i++) {
		const struct repl_message *message = &answer->messages.items[i];
		json_t *item = json_pack("{s:s, s:s}", "severity", message->severity, "data",
			message->data);
		put_position(item, "pos", &message->pos);
		put_position(item, "endPos", &message->end);
		json_array_append_new(list, item);
	}
}

static void put_sorries(json_t *object, const struct repl_answer *answer) {
	json_t *list = put_list(object, "sorries", answer->has_sorries);
	for (size_t i = 0; i < answer->sorries.count; i++) {
		const struct repl_sorry *sorry = &answer->sorries.items[i];
		json_t *item = json_pack("{s:s}", "goal", sorry->goal);
		put_number(item, "proofState", sorry->has_proof_state, sorry->proof_state);
		put_position(item, "pos", &sorry->pos);
		put_position(item, "endPos", &sorry->end);
		json_array_append_new(list, item);
	}
}

static void put_tactics(json_t *object, const struct repl_answer *answer) {
	json_t *list = put_list(object, "tactics", answer->has_tactics);
	for (size_t i = 0; i < answer->tactics.count; i++) {
		const struct repl_tactic *tactic = &answer->tactics.items[i];
		json_t *item = json_pack(
			"{s:s, s:s}", "tactic", tactic->tactic, "goals", tactic->goals);
		put_number(item, "proofState", tactic->has_proof_state, tactic->proof_state);
		put_position(item, "pos", &tactic->pos);
		put_position(item, "endPos", &tactic->end);
		put_texts(item, "usedConstants", &tactic->used_constants);
		json_array_append_new(list, item);
	}
}

json_t *repl_answer_to_json(const struct repl_answer *answer) {
	json_t *object = json_object();
	if (answer->kind == REPL_FAILURE) {
		json_object_set_new(object, "message", json_string(answer->failure));
		return object;
	}
	if (answer->kind == REPL_COMMAND) {
		json_object_set_new(object, "env", json_integer(answer->env));
		put_tactics(object, answer);
	} else {
		json_object_set_new(object, "proofState", json_integer(answer->proof_state));
		put_texts(object, "goals", &answer->goals);
		put_texts(object, "traces", &answer->traces);
	}
	if (answer->proof_status != NULL) {
		json_object_set_new(object, "proofStatus", json_string(answer->proof_status));
	}
	if (answer->infotree != NULL) {
		json_object_set(object, "infotree", answer->infotree);
	}
	put_messages(object, answer);
	put_sorries(object, answer);
	return object;
}

/* ---- For the judge. */

static enum lean_severity severity_of(const char *word) {
	return strcmp(word, "error") == 0	? LEAN_ERROR
	       : strcmp(word, "warning") == 0	? LEAN_WARNING
	       : strcmp(word, "info") == 0	? LEAN_INFORMATION
						: LEAN_UNKNOWN;
}

void repl_answer_give(const struct repl_answer *answer, int line_shift, int failure_line,
	struct lean_answer *out) {
	if (answer->kind == REPL_FAILURE) {
		lean_answer_add(out, LEAN_ERROR, failure_line, 0, answer->failure,
			strlen(answer->failure));
	}
	for (size_t i = 0; i < answer->messages.count; i++) {
		const struct repl_message *message = &answer->messages.items[i];
		lean_answer_add(out, severity_of(message->severity),
			(int)message->pos.line - 1 + line_shift, (int)message->pos.column,
			message->data, strlen(message->data));
	}
	out->holes += answer->sorries.count;
}

static void finish_texts(struct repl_texts *texts) {
	for (size_t i = 0; i < texts->list.count; i++) {
		free(texts->list.items[i]);
	}
	vec_finish(&texts->list);
}

void repl_answer_finish(struct repl_answer *answer) {
	for (size_t i = 0; i < answer->messages.count; i++) {
		free(answer->messages.items[i].severity);
		free(answer->messages.items[i].data);
	}
	for (size_t i = 0; i < answer->sorries.count; i++) {
		free(answer->sorries.items[i].goal);
	}
	for (size_t i = 0; i < answer->tactics.count; i++) {
		free(answer->tactics.items[i].tactic);
		free(answer->tactics.items[i].goals);
		finish_texts(&answer->tactics.items[i].used_constants);
	}
	vec_finish(&answer->messages);
	vec_finish(&answer->sorries);
	vec_finish(&answer->tactics);
	finish_texts(&answer->goals);
	finish_texts(&answer->traces);
	free(answer->proof_status);
	free(answer->failure);
	json_decref(answer->infotree);
	*answer = (struct repl_answer){0};
}
