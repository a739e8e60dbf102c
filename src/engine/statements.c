#include "engine/statements.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "base/str.h"
#include "base/vec.h"
#include "core/problem.h"
#include "core/verdict.h"
#include "io/loop.h"
#include "lean/candidate.h"
#include "lean/check.h"
#include "store/store.h"
#include "verifier/verifier.h"

enum { WINDOW_PER_JOB = 4 };

/* Names alone: memory does not follow the size of the statements. */
struct named {
	const char *split;
	char *problem;
};

/* One statement with the verifier. */
struct asked {
	struct elaborating *elaborating;
	const struct named *named;
	struct sha256 hash;
	struct lean_check check;
};

struct elaborating {
	const struct statements_options *options;
	VEC(struct named) names;
	const char *split; // whose names are being read
	size_t next;
	VEC(struct asked *) asked; // with the verifier
	char *lean; // as verdicts name it
	int signo;
	struct loop_signal *interrupt;
	struct loop_signal *terminate;
	struct loop_hook *hook;
	struct error failure;
};

const char *statement_state_name(enum statement_state state) {
	static const char *const names[] = {"sound", "broken", "undecided"};
	return names[state];
}

/* What an answer to a statement with a hole as its proof says. */
static enum statement_state judge(const struct verdict *verdict) {
	if (verdict->outcome == OUTCOME_REJECTED && verdict->reason == REASON_SORRY) {
		return STATEMENT_SOUND;
	}
	bool broken = verdict->missing == MISSING_VERIFIER && verdict->messages != NULL &&
		      str_starts_with(verdict->messages, VERDICT_BROKEN_STATEMENT);
	return broken ? STATEMENT_BROKEN : STATEMENT_UNDECIDED;
}

/* All that Lean reads before a proof. */
static struct sha256 hash_of(const struct problem *problem) {
	struct sha256_stream *stream = sha256_stream_create();
	const char *const parts[] = {problem->header, problem->preamble, problem->statement};
	for (size_t i = 0; i < F2F_COUNT(parts); i++) {
		const char *part = parts[i] != NULL ? parts[i] : "";
		sha256_stream_add(stream, part, strlen(part) + 1);
	}
	return sha256_stream_finish(stream);
}

static struct elaboration_key key_of(
	const struct elaborating *elaborating, const struct sha256 *hash) {
	const char *mathlib = elaborating->options->lean->mathlib;
	return (struct elaboration_key){
		.lean = elaborating->lean,
		.mathlib = mathlib != NULL ? mathlib : "",
		.statement = hash->hex,
	};
}

static int add_name(const struct problem *problem, void *data) {
	struct elaborating *elaborating = data;
	if (problem->statement != NULL) {
		struct named named = {elaborating->split, xstrdup(problem->name)};
		vec_push(&elaborating->names, named);
	}
	return 0;
}

static void fail(struct elaborating *elaborating, const struct error *err) {
	if (elaborating->failure.code == 0) {
		elaborating->failure = *err;
	}
	elaborating->next = elaborating->names.count;
	loop_stop(elaborating->options->loop);
}

static void tell(struct elaborating *elaborating, const struct named *named,
	enum statement_state state, const char *messages, bool known, int64_t cpu_ns) {
	struct statement_told told = {
		.split = named->split,
		.problem = named->problem,
		.state = state,
		.messages = messages,
		.known = known,
		.cpu_ns = cpu_ns,
	};
	elaborating->options->told(&told, elaborating->options->data);
}

/* What tells nothing is not kept: it is asked again the next time. */
static int keep(
	struct asked *asked, enum statement_state state, const char *messages, struct error *err) {
	struct store *store = asked->elaborating->options->store;
	struct elaboration_key key = key_of(asked->elaborating, &asked->hash);
	if (state == STATEMENT_UNDECIDED) {
		return 0;
	}
	int rc = store_begin(store, err);
	rc = rc < 0 ? rc
		    : store_elaboration_put(store, &key, state == STATEMENT_BROKEN, messages, err);
	return rc < 0 ? rc : store_commit(store, err);
}

static void asked_finish(struct asked *asked) {
	lean_check_finish(&asked->check);
	free(asked);
}

static void forget(struct elaborating *elaborating, struct asked *asked) {
	size_t at = 0;
	while (elaborating->asked.items[at] != asked) {
		at++;
	}
	elaborating->asked.items[at] = elaborating->asked.items[--elaborating->asked.count];
	asked_finish(asked);
}

static void on_verdict(const struct verdict *verdict, void *data) {
	struct asked *asked = data;
	struct elaborating *elaborating = asked->elaborating;
	struct error err;
	enum statement_state state = judge(verdict);
	const char *said = state == STATEMENT_SOUND ? NULL : verdict->messages;
	if (keep(asked, state, said, &err) < 0) {
		fail(elaborating, &err);
	} else {
		tell(elaborating, asked->named, state, said, false, verdict->cpu_ns);
	}
	forget(elaborating, asked);
}

static void ask(
	struct elaborating *elaborating, const struct named *named, const struct problem *problem) {
	struct asked *asked = xcalloc(1, sizeof(*asked));
	struct lean_candidate hole = {.proof = xstrdup("sorry"), .helpers = xstrdup("")};
	char nonce[VERIFIER_NONCE];
	verifier_nonce(nonce);
	*asked = (struct asked){elaborating, named, hash_of(problem), {0}};
	lean_check_assemble(problem, &hole, nonce, &asked->check);
	lean_candidate_finish(&hole);
	vec_push(&elaborating->asked, asked);
	verifier_submit(elaborating->options->verifier, &asked->check, on_verdict, asked);
}

static int look(struct elaborating *elaborating, const struct named *named, struct error *err) {
	const struct statements_options *options = elaborating->options;
	struct problem problem = {0};
	struct elaboration known = {0};
	int rc = store_problem_get(options->store, named->split, named->problem, &problem, err);
	if (rc == 0 && !options->again) {
		struct sha256 hash = hash_of(&problem);
		struct elaboration_key key = key_of(elaborating, &hash);
		rc = store_elaboration_get(options->store, &key, &known, err);
	}
	if (rc == 0 && known.found) {
		tell(elaborating, named, known.broken ? STATEMENT_BROKEN : STATEMENT_SOUND,
			known.messages, true, 0);
	} else if (rc == 0) {
		ask(elaborating, named, &problem);
	}
	free(known.messages);
	problem_finish(&problem);
	return rc;
}

/* Before each sleep: a few more, until all are done. */
static void top_up(void *data) {
	struct elaborating *elaborating = data;
	const struct statements_options *options = elaborating->options;
	size_t window = (size_t)verifier_jobs(options->verifier) * WINDOW_PER_JOB;
	while (elaborating->next < elaborating->names.count && elaborating->asked.count < window) {
		struct error err;
		if (look(elaborating, &elaborating->names.items[elaborating->next++], &err) < 0) {
			fail(elaborating, &err);
		}
	}
	if (elaborating->next >= elaborating->names.count && elaborating->asked.count == 0) {
		loop_stop(options->loop);
	}
}

/* The first signal lets finish what is with Lean, the second does not. */
static void stop(struct elaborating *elaborating, int signo) {
	if (elaborating->signo == 0) {
		log_info("stopping: %zu statements are still with Lean; once more stops at once",
			elaborating->asked.count);
	} else {
		loop_stop(elaborating->options->loop);
	}
	elaborating->signo = signo;
	elaborating->next = elaborating->names.count;
}

static void on_interrupt(void *data) {
	stop(data, SIGINT);
}

static void on_terminate(void *data) {
	stop(data, SIGTERM);
}

static void elaborate(struct elaborating *elaborating) {
	struct loop *loop = elaborating->options->loop;
	elaborating->hook = loop_hook_add(loop, top_up, elaborating);
	elaborating->interrupt = loop_signal_add(loop, SIGINT, on_interrupt, elaborating);
	elaborating->terminate = loop_signal_add(loop, SIGTERM, on_terminate, elaborating);
	loop_run(loop);
	loop_hook_remove(elaborating->hook);
	loop_signal_remove(elaborating->interrupt);
	loop_signal_remove(elaborating->terminate);
	if (elaborating->asked.count > 0) {
		verifier_cancel_all(elaborating->options->verifier);
	}
	while (elaborating->asked.count > 0) {
		asked_finish(elaborating->asked.items[--elaborating->asked.count]);
	}
	vec_finish(&elaborating->asked);
}

int statements_check(
	const struct statements_options *options, int *stopped_out, struct error *err) {
	struct elaborating elaborating = {
		.options = options, .lean = lean_info_label(options->lean)};
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < options->split_count; i++) {
		elaborating.split = options->splits[i];
		rc = store_problems(options->store, options->splits[i], options->subset, add_name,
			&elaborating, err);
	}
	if (rc == 0 && elaborating.names.count > 0) {
		elaborate(&elaborating);
	}
	if (rc == 0 && elaborating.failure.code != 0) {
		*err = elaborating.failure;
		rc = elaborating.failure.code;
	}
	for (size_t i = 0; i < elaborating.names.count; i++) {
		free(elaborating.names.items[i].problem);
	}
	vec_finish(&elaborating.names);
	free(elaborating.lean);
	*stopped_out = elaborating.signo;
	return rc;
}
