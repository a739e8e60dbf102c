#include "lean/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "core/verdict.h"
#include "lean/axioms.h"

enum { MESSAGES_MAX_BYTES = 64 << 10, CUT_MAX_BYTES = 128 };

void lean_answer_add(struct lean_answer *answer, enum lean_severity severity, int line, int column,
	const char *text, size_t length) {
	if (answer->count == answer->cap) {
		answer->cap = answer->cap > 0 ? answer->cap * 2 : 8;
		answer->messages =
			xreallocarray(answer->messages, answer->cap, sizeof(*answer->messages));
	}
	answer->messages[answer->count++] = (struct lean_message){.severity = severity,
		.line = line,
		.column = column,
		.text = xmemdup0(text, length)};
	// A C string from here on: nothing may hide behind a NUL.
	char *copy = answer->messages[answer->count - 1].text;
	for (size_t i = 0; i < length; i++) {
		copy[i] = copy[i] != '\0' ? copy[i] : '?';
	}
}

void lean_answer_finish(struct lean_answer *answer) {
	for (size_t i = 0; i < answer->count; i++) {
		free(answer->messages[i].text);
	}
	free(answer->messages);
	*answer = (struct lean_answer){0};
}

const char *lean_answer_header_error(const struct lean_answer *answer) {
	for (size_t i = 0; i < answer->count; i++) {
		if (answer->messages[i].severity == LEAN_ERROR && answer->messages[i].line < 0) {
			return answer->messages[i].text;
		}
	}
	return NULL;
}

void lean_check_finish(struct lean_check *check) {
	free(check->header);
	free(check->body);
	free(check->theorem);
	free(check->probe);
	free(check->challenge);
	for (size_t i = 0; i < check->hole_count; i++) {
		free(check->holes[i]);
	}
	free(check->holes);
	*check = (struct lean_check){0};
}

/* What the messages add up to. */
struct evidence {
	bool errors; // in what the candidate wrote, or in the header
	const char *broken; // an error in the preamble or in our statement; borrowed
	bool own_errors; // only in what we appended: the theorem is missing or states something
		// else
	bool unknown; // a severity we do not know
	bool sorry; // a warning about a hole
	size_t axiom_lines; // messages that speak of the probe
	bool readable;
	struct lean_axioms axioms;
};

/* Lean 4.28 changed the quotes around the word: only the words are looked at. */
static bool warns_of_sorry(const char *text) {
	const char *uses = strstr(text, "declaration uses");
	return uses != NULL && strstr(uses, "sorry") != NULL;
}

static void weigh_information(const struct lean_check *check, const struct lean_message *message,
	struct evidence *evidence) {
	struct lean_axioms axioms = {0};
	enum lean_axioms_status status = lean_axioms_read(message->text, check->probe, &axioms);
	if (status == LEAN_AXIOMS_OTHER) {
		return;
	}
	/* The name was not to be guessed: whoever prints it elsewhere forges. */
	bool ours = message->line >= (int)check->append_line;
	if (evidence->axiom_lines++ == 0 && status == LEAN_AXIOMS_READ && ours) {
		evidence->readable = true;
		evidence->axioms = axioms;
	} else {
		lean_axioms_finish(&axioms);
	}
}

static void weigh(const struct lean_check *check, const struct lean_message *message,
	struct evidence *evidence) {
	switch (message->severity) {
	case LEAN_ERROR:
		if (message->line >= (int)check->append_line) {
			evidence->own_errors = true;
		} else if (message->line >= 0 && message->line < (int)check->theirs_line &&
			   !check->filled) {
			evidence->broken = message->text;
		} else {
			evidence->errors = true;
		}
		break;
	case LEAN_WARNING:
		evidence->sorry |= warns_of_sorry(message->text);
		break;
	case LEAN_INFORMATION:
		weigh_information(check, message, evidence);
		break;
	case LEAN_UNKNOWN:
	default:
		evidence->unknown = true;
		break;
	}
}

static bool has_axiom(const struct lean_axioms *axioms, const char *name) {
	for (size_t i = 0; i < axioms->list.count; i++) {
		if (strcmp(axioms->list.items[i], name) == 0) {
			return true;
		}
	}
	return false;
}

static bool all_allowed(const struct lean_axioms *axioms) {
	for (size_t i = 0; i < axioms->list.count; i++) {
		if (!lean_axiom_allowed(axioms->list.items[i])) {
			return false;
		}
	}
	return true;
}

/* In this order: an error also leaves holes and hides axioms, so it is the cause; then the hole;
 * then the axiom. */
static enum reject_reason decide(
	const struct lean_answer *answer, const struct evidence *evidence) {
	if (evidence->errors || evidence->broken != NULL) {
		return REASON_ERROR;
	}
	if (evidence->own_errors) {
		return REASON_ABSENT;
	}
	if (evidence->sorry || has_axiom(&evidence->axioms, "sorryAx")) {
		return REASON_SORRY;
	}
	if (!answer->complete || answer->foreign || evidence->unknown ||
		evidence->axiom_lines != 1 || !evidence->readable) {
		return REASON_ABSENT;
	}
	return all_allowed(&evidence->axioms) ? REASON_NONE : REASON_AXIOMS;
}

static const char *severity_name(enum lean_severity severity) {
	switch (severity) {
	case LEAN_ERROR:
		return "error";
	case LEAN_WARNING:
		return "warning";
	case LEAN_INFORMATION:
		return "information";
	case LEAN_UNKNOWN:
	default:
		return "unknown";
	}
}

/* What was said, up to a maximum; what is over is counted. */
struct saying {
	struct buf text;
	size_t left_messages;
	size_t left_bytes;
};

/* Cut between characters. The last line then says so. */
static void say(struct saying *saying, int line, const struct lean_message *message) {
	char head[64];
	size_t length = strlen(message->text);
	while (length > 0 && message->text[length - 1] == '\n') {
		length--;
	}
	int head_length = snprintf(head, sizeof(head), "%d:%d: %s: ", line, message->column,
		severity_name(message->severity));
	size_t used = saying->text.len + (size_t)head_length + 1;
	size_t room = used < MESSAGES_MAX_BYTES ? MESSAGES_MAX_BYTES - used : 0;
	if (saying->left_messages > 0 || room == 0) {
		saying->left_messages++;
		saying->left_bytes += length;
		return;
	}
	size_t kept = length < room ? length : room;
	while (kept > 0 && kept < length && ((unsigned char)message->text[kept] & 0xc0) == 0x80) {
		kept--;
	}
	buf_appendf(&saying->text, "%s%.*s\n", head, (int)kept, message->text);
	saying->left_messages += kept < length;
	saying->left_bytes += length - kept;
}

/* Lines count in the proof, from 1; 0 is what stands before it. What we appended is left out unless
 * it alone failed: behind another error its own say nothing. */
static char *render(const struct lean_check *check, const struct lean_answer *answer,
	const struct evidence *evidence) {
	bool failed = evidence->errors || evidence->broken != NULL;
	struct saying saying = {.text = BUF_INIT(MESSAGES_MAX_BYTES + CUT_MAX_BYTES)};
	for (size_t i = 0; i < answer->count; i++) {
		const struct lean_message *message = &answer->messages[i];
		bool appended = message->line >= (int)check->append_line;
		bool goal = message->line >= (int)check->goal_line &&
			    message->line < (int)check->theirs_line;
		if ((appended && failed) ||
			((appended || goal) && message->severity != LEAN_ERROR)) {
			continue;
		}
		int line = message->line - (int)check->proof_line + 1;
		say(&saying, line > 0 ? line : 0, message);
	}
	if (saying.left_messages > 0) {
		buf_appendf(&saying.text, "[left out: %zu bytes of %zu messages]\n",
			saying.left_bytes, saying.left_messages);
	}
	return buf_detach(&saying.text);
}

/* Our goal's own hole has a name by chance. It is told without that, so that equal verdicts are
 * equal; it is never among those of an accepted proof. */
static void name_our_hole(struct lean_axioms *axioms) {
	static const char hole[] = "_f2f_hole";
	for (size_t i = 0; i < axioms->list.count; i++) {
		char *name = axioms->list.items[i];
		if (str_starts_with(name, hole) && name[strlen(hole)] == '_') {
			name[strlen(hole)] = '\0';
		}
	}
}

void lean_judge(
	const struct lean_check *check, const struct lean_answer *answer, struct verdict *verdict) {
	struct evidence evidence = {.sorry = answer->holes > 0};
	for (size_t i = 0; i < answer->count; i++) {
		weigh(check, &answer->messages[i], &evidence);
	}
	verdict->reason = decide(answer, &evidence);
	verdict->outcome = verdict->reason == REASON_NONE ? OUTCOME_ACCEPTED : OUTCOME_REJECTED;
	verdict->missing = MISSING_NONE;
	if (evidence.broken != NULL) {
		verdict->outcome = OUTCOME_NONE;
		verdict->reason = REASON_NONE;
		verdict->missing = MISSING_VERIFIER;
	}
	name_our_hole(&evidence.axioms);
	for (size_t i = 0; i < verdict->axiom_count; i++) {
		free(verdict->axioms[i]);
	}
	free(verdict->axioms);
	verdict->axioms = evidence.axioms.list.items;
	verdict->axiom_count = evidence.axioms.list.count;
	free(verdict->messages);
	verdict->messages = render(check, answer, &evidence);
	if (evidence.broken != NULL) {
		char *said = verdict->messages;
		verdict->messages =
			xasprintf(VERDICT_BROKEN_STATEMENT ", before any proof: %s", said);
		free(said);
	}
}
