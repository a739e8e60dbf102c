/* Every case of tests/data/cheats through a real Lean: what text could not decide, as f2f would ask
 * it, and what text refused, past the filter. Cheats are never accepted, controls are. Prints what
 * went wrong and a summary; 77: there is no Lean here. */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "cheats.h"

enum { SKIPPED = 77 };

struct session {
	struct loop *loop;
	struct verifier *verifier;
	const struct lean_info *lean;
	size_t asked;
	size_t past;
	size_t controls;
	size_t skipped;
	size_t wrong;
	char why[64]; // the case at hand is left out; "": it is not
};

static const char *result_of(const struct verdict *verdict) {
	if (verdict->missing != MISSING_NONE) {
		return "missing";
	}
	return verdict->outcome == OUTCOME_ACCEPTED ? "accepted"
						    : reject_reason_name(verdict->reason);
}

/* "rejected: error absent" names the reasons that will do, "rejected" takes any. */
static bool is_expected(const char *expected, const char *result) {
	const char *reasons = strchr(expected, ':');
	if (reasons == NULL) {
		return strcmp(expected, "accepted") == 0 ? strcmp(result, "accepted") == 0
							 : strcmp(result, "accepted") != 0;
	}
	struct str rest = str_of(reasons + 1);
	while (rest.len > 0) {
		const char *gap = memchr(rest.data, ' ', rest.len);
		size_t length = gap != NULL ? (size_t)(gap - rest.data) : rest.len;
		if (str_equal(str_slice(rest.data, length), result)) {
			return true;
		}
		rest = str_slice(rest.data + length, rest.len - length);
		rest = str_trim(rest);
	}
	return false;
}

static void ask(struct session *session, const struct cheat *cheat, const char *how,
	const struct lean_check *check, const char *expected) {
	struct verdict verdict = {0};
	ask_all(session->loop, session->verifier, check, 1, &verdict);
	const char *result = result_of(&verdict);
	if (!is_expected(expected, result)) {
		session->wrong++;
		printf("NOT OK %s, %s: %s instead of %s\n    %.600s\n", cheat->name, how, result,
			expected, verdict.messages);
	}
	verdict_finish(&verdict);
}

/* As f2f would ask, where text under some policy cannot decide. */
static void ask_assembled(
	struct session *session, const struct cheat *cheat, enum lean_policy policy) {
	struct lean_candidate candidate;
	struct candidate_result result;
	struct lean_check check;
	char nonce[VERIFIER_NONCE];
	cheat_text_verdict(&cheat->problem, policy, buf_str(&cheat->reply), cheat->reply.len,
		&candidate, &result);
	if (result.status == CANDIDATE_OK) {
		verifier_nonce(nonce);
		lean_check_assemble(&cheat->problem, &candidate, nonce, &check);
		check.needs_final = false; // what the filter says by itself
		ask(session, cheat, lean_policy_name(policy), &check, cheat_says(cheat, "lean"));
		lean_check_finish(&check);
		session->asked++;
	}
	lean_candidate_finish(&candidate);
}

/* The whole text as the model wrote it, between our goal and our probe. */
static void ask_past(struct session *session, const struct cheat *cheat, const char *how,
	const struct buf *text) {
	struct lean_check check;
	char nonce[VERIFIER_NONCE];
	size_t bad = 0;
	if (text->len == 0 || !utf8_valid(text->data, text->len, &bad) ||
		memchr(text->data, '\0', text->len) != NULL) {
		return;
	}
	verifier_nonce(nonce);
	lean_check_around(
		"", cheat->problem.statement, cheat->problem.theorem, buf_str(text), nonce, &check);
	ask(session, cheat, how, &check, "rejected");
	lean_check_finish(&check);
	session->past++;
}

/* Versions compare by their numbers. */
static bool older(const char *version, const char *wanted) {
	int have[3] = {0};
	int want[3] = {0};
	sscanf(version, "%d.%d.%d", &have[0], &have[1], &have[2]);
	sscanf(wanted, "%d.%d.%d", &want[0], &want[1], &want[2]);
	for (int i = 0; i < 3; i++) {
		if (have[i] != want[i]) {
			return have[i] < want[i];
		}
	}
	return false;
}

static void run_control(struct session *session, const struct cheat *cheat) {
	const char *wanted = cheat_says(cheat, "lean_min");
	bool mathlib = json_is_true(json_object_get(cheat->expect, "mathlib"));
	if ((mathlib && session->lean->lean_path == NULL) ||
		(wanted[0] != '\0' && older(session->lean->version, wanted))) {
		snprintf(session->why, sizeof(session->why), "this lean has no %s",
			mathlib ? "Mathlib" : wanted);
		session->skipped++;
		return;
	}
	enum lean_policy policy = LEAN_POLICY_STRICT;
	lean_policy_from_name(cheat_says(cheat, "policy_of_control"), &policy);
	session->controls++;
	ask_assembled(session, cheat, policy);
}

static void run_cheat(struct session *session, const struct cheat *cheat) {
	ask_assembled(session, cheat, LEAN_POLICY_STRICT);
	if (strcmp(cheat_says(cheat, "strict"), "undecided") != 0) {
		ask_assembled(session, cheat, LEAN_POLICY_PERMISSIVE);
	}
	char *path = xasprintf("%s/%s/reply.lean", CHEATS_DIR, cheat->name);
	bool whole = file_exists(path);
	free(path);
	/* Answers by the question are a matter of text: Lean finds nothing wrong with them. */
	bool placeholder = strcmp(cheat_says(cheat, "group"), "P") == 0;
	if (whole && !placeholder && !json_is_false(json_object_get(cheat->expect, "past"))) {
		ask_past(session, cheat, "past the filter", &cheat->reply);
		ask_past(session, cheat, "past the filter, in old words", &cheat->old);
	}
}

static void run_cases(struct session *session) {
	char *names[CHEATS_MAX];
	size_t count = cheat_names(names);
	for (size_t i = 0; i < count; i++) {
		struct cheat cheat;
		size_t wrong = session->wrong;
		session->why[0] = '\0';
		cheat_load(names[i], &cheat);
		if (strcmp(cheat_says(&cheat, "kind"), "control") == 0) {
			run_control(session, &cheat);
		} else {
			run_cheat(session, &cheat);
		}
		// A point a case, so that what is left out is counted.
		printf("%sok %zu - %s%s%s\n", session->wrong > wrong ? "not " : "", i + 1, cheat.name,
			session->why[0] != '\0' ? " # SKIP " : "", session->why);
		cheat_finish(&cheat);
		free(names[i]);
	}
	printf("1..%zu\n", count);
	printf("# %zu cases: %zu checks as f2f asks them, %zu past the filter, %zu controls, %zu "
	       "skipped, %zu wrong\n",
		count, session->asked, session->past, session->controls, session->skipped,
		session->wrong);
}

int main(void) {
	signal(SIGPIPE, SIG_IGN); // as main does
	struct lean_info lean = {0};
	struct error err;
	if (lean_find(NULL, NULL, NULL, &lean, &err) < 0) {
		printf("skipped: %s\n", err.message);
		return SKIPPED;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("%s, Lean %s\n", lean.path, lean.version);
	struct session session = {.loop = loop_create(NULL), .lean = &lean};
	struct verifier_options options = {
		.lean = &lean,
		.jobs = 1,
		.cpu_limit_s = 5,
		.wall_limit_s = 60,
		.start_limit_s = 120,
		.memory_limit_bytes = INT64_C(3) << 30,
		.sandbox = "bwrap", // past the filter they do what they say
	};
	if (verifier_open(session.loop, &options, &session.verifier, &err) < 0) {
		printf("NOT OK %s\n", err.message);
		return EXIT_FAILURE;
	}
	run_cases(&session);
	verifier_close(session.verifier);
	loop_destroy(session.loop);
	lean_info_finish(&lean);
	return session.wrong == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
