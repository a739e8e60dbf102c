/* The community REPL: one process that imports the header as its first command and elaborates
 * every text after the environment that this made, never after the last one.
 *
 * What is asked. The text of a check goes as one command, our probe and its "#print axioms" at its
 * end, as for every backend: one text, one verdict, whatever the backend. Most proofs fail, and
 * then this one round trip is all. Only when the answer speaks for the proof is a second command
 * sent, "#print axioms" of the probe in the environment that the answer named, and both must say
 * the same. It costs a round trip of a pipe, and ties answer, environment and text together: a
 * forged answer shifts all that follow by one, so that the real one arrives where the second is
 * due, with a number that is not the next. A single command that kept everything in one round trip
 * would rest on the zero-wait look at the pipe alone.
 *
 * Which answers count. One JSON object of the command's form, an empty line, nothing behind it,
 * neither in what was read nor in the pipe; its environment is the last number and one. All else
 * takes the process down, and the check is tried once more, alone.
 *
 * An empty header gets an environment too (of "import Init", which is what no header means): else
 * the first candidate's text would become environment 0, under all later ones.
 *
 * REPLs for Lean 4.9 and older did not flush their output: their answers stay in a buffer until
 * they end, so the start runs into its limit. The patch that DeepSeek and Kimina carry is needed
 * there. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "lean/axioms.h"
#include "verifier/backend.h"
#include "verifier/repl_session.h"

#define EMPTY_HEADER "import Init\n"

enum { FRAME_MARGIN = 256 };

enum repl_step {
	REPL_HEADER, // the header is being imported
	REPL_TEXT, // a check's text
	REPL_QUESTION, // what its environment says of the probe
};

struct repl {
	struct repl_session session;
	enum repl_step step;
	int64_t header_env;
	int64_t last_env;
	const struct lean_check *check;
};

static void send_command(struct worker *worker, const char *cmd, int64_t env) {
	struct repl *repl = worker->protocol;
	struct buf frame = BUF_INIT(6 * strlen(cmd) + FRAME_MARGIN);
	repl_session_command(&repl->session, cmd, env, &frame);
	proc_write(worker->proc, buf_str(&frame), frame.len);
	buf_finish(&frame);
}

static int start(struct worker *worker, struct error *err) {
	const char *const argv[] = {worker->options->repl, NULL};
	struct repl *repl = xcalloc(1, sizeof(*repl));
	repl_session_init(&repl->session, worker->options->output_limit_bytes);
	worker->protocol = repl;
	int rc = worker_spawn(worker, argv, err);
	if (rc < 0) {
		return rc;
	}
	repl->step = REPL_HEADER;
	send_command(worker, worker->header[0] != '\0' ? worker->header : EMPTY_HEADER, -1);
	return 0;
}

static void submit(struct worker *worker, const struct lean_check *check) {
	struct repl *repl = worker->protocol;
	repl->check = check;
	repl->step = REPL_TEXT;
	send_command(worker, check->body, repl->header_env);
}

/* ---- What comes back. */

/* False when the worker is gone. */
static bool take_header(struct worker *worker, const struct repl_answer *answer) {
	struct repl *repl = worker->protocol;
	if (answer->kind == REPL_STEP) {
		worker_fault(worker, FAULT_FOREIGN, "an answer to another request");
		return false;
	}
	repl->header_env = repl->last_env = answer->env;
	repl_answer_give(answer, 0, -1, &worker->answer);
	worker->answer.complete = true;
	return worker_ready(worker);
}

/* The one message about the probe in what we appended; NULL when there is none, or several, or
 * anything that speaks against the proof: then there is nothing to confirm. */
static const char *evidence(const struct lean_check *check, const struct lean_answer *answer) {
	const char *found = NULL;
	for (size_t i = 0; i < answer->count; i++) {
		const struct lean_message *message = &answer->messages[i];
		if (message->severity == LEAN_ERROR || message->severity == LEAN_UNKNOWN) {
			return NULL;
		}
		struct lean_axioms axioms = {0};
		enum lean_axioms_status status =
			message->severity == LEAN_INFORMATION
				? lean_axioms_read(message->text, check->probe, &axioms)
				: LEAN_AXIOMS_OTHER;
		lean_axioms_finish(&axioms);
		if (status == LEAN_AXIOMS_OTHER) {
			continue;
		}
		if (status == LEAN_AXIOMS_UNREADABLE || found != NULL) {
			return NULL;
		}
		found = message->text;
	}
	return answer->holes == 0 ? found : NULL;
}

static bool take_text(struct worker *worker, const struct repl_answer *answer) {
	struct repl *repl = worker->protocol;
	// A command that failed as a whole failed over the candidate's part: a statement that fails
	// by itself does so in the self-tests of its set.
	repl_answer_give(answer, 0, (int)repl->check->proof_line, &worker->answer);
	worker->answer.complete = true;
	if (evidence(repl->check, &worker->answer) == NULL) {
		return worker_answered(worker);
	}
	char *question = xasprintf("#print axioms %s", repl->check->probe);
	repl->step = REPL_QUESTION;
	send_command(worker, question, repl->last_env);
	free(question);
	return true;
}

static bool take_confirmation(struct worker *worker, const struct repl_answer *answer) {
	struct repl *repl = worker->protocol;
	const char *first = evidence(repl->check, &worker->answer);
	const struct repl_message *second =
		answer->messages.count == 1 ? &answer->messages.items[0] : NULL;
	if (second == NULL || strcmp(second->severity, "info") != 0 ||
		answer->sorries.count > 0 || strcmp(second->data, first) != 0) {
		worker_fault(worker, FAULT_FOREIGN,
			"the environment that was named does not hold what was reported");
		return false;
	}
	return worker_answered(worker);
}

static bool take_answer(struct worker *worker, const struct repl_answer *answer) {
	struct repl *repl = worker->protocol;
	char what[128];
	// Already there behind the answer: forged, or out of step.
	if (proc_output_waiting(worker->proc)) {
		worker_fault(worker, FAULT_FOREIGN, "bytes after the answer");
		return false;
	}
	if (repl->step == REPL_HEADER) {
		return take_header(worker, answer);
	}
	// "Lean error: …" is about the text; anything else, "Unknown environment." first of all, is
	// about the session.
	bool refusal = answer->kind == REPL_FAILURE && repl->step == REPL_TEXT &&
		       strncmp(answer->failure, "Lean error", strlen("Lean error")) == 0;
	if (answer->kind != REPL_COMMAND && !refusal) {
		snprintf(what, sizeof(what), "not the answer to a command: %.80s",
			answer->kind == REPL_FAILURE ? answer->failure : "of a proof step");
		worker_fault(worker, FAULT_FOREIGN, what);
		return false;
	}
	if (!refusal && answer->env != repl->last_env + 1) {
		snprintf(what, sizeof(what),
			"environment %" PRId64 " is named where %" PRId64 " is due", answer->env,
			repl->last_env + 1);
		worker_fault(worker, FAULT_FOREIGN, what);
		return false;
	}
	repl->last_env += !refusal;
	return repl->step == REPL_TEXT ? take_text(worker, answer)
				       : take_confirmation(worker, answer);
}

static void on_output(struct worker *worker, const char *bytes, size_t length) {
	struct repl *repl = worker->protocol;
	struct repl_answer answer = {0};
	struct error err = {0};
	switch (repl_session_feed(&repl->session, bytes, length, &answer, &err)) {
	case REPL_MORE:
		break;
	case REPL_WHOLE:
		take_answer(worker, &answer);
		repl_answer_finish(&answer);
		break;
	case REPL_TOO_MUCH:
		worker_fault(worker, FAULT_OUTPUT, err.message);
		break;
	case REPL_BROKEN:
	default:
		worker_fault(worker, FAULT_FOREIGN, err.message);
		break;
	}
}

static bool on_exit_of(struct worker *worker, const struct proc_exit *exit) {
	(void)worker;
	(void)exit;
	return false; // it ends when its input does, which we keep open
}

static void finish(struct worker *worker) {
	struct repl *repl = worker->protocol;
	repl_session_finish(&repl->session);
	free(repl);
	worker->protocol = NULL;
}

const struct verifier_backend backend_repl = {
	.name = "repl",
	.summary = "the community REPL (--repl PATH, or built in the Lake project): imports once",
	.start = start,
	.submit = submit,
	.on_output = on_output,
	.on_exit = on_exit_of,
	.finish = finish,
};
