#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "cmd/check_print.h"
#include "cmd/check_statement.h"
#include "cmd/cmd.h"
#include "cmd/lean_setup.h"
#include "cmd/verdict_json.h"
#include "core/problem.h"
#include "core/verdict.h"
#include "engine/preflight.h"
#include "io/loop.h"
#include "lean/candidate.h"
#include "lean/check.h"

enum { FILE_MAX_BYTES = 64 << 20 };

static const struct option options[] = {
	{"statement", 's', OPTION_TEXT, "FILE",
		"what is to be proved: header, statement, with or without := by sorry"},
	{"theorem", 0, OPTION_TEXT, "NAME", "which, where FILE states several (default: the last)"},
	LEAN_OPTIONS,
	{"json", 0, OPTION_FLAG, NULL, "the verdict as one JSON object"},
	{0},
};

/* Everything a check holds. */
struct checking {
	const struct options *options;
	struct buf reply;
	struct problem problem;
	struct lean_candidate candidate;
	struct lean_check check;
	struct loop *loop;
	struct lean_info lean;
	struct verifier *verifier;
	struct verdict verdict;
	bool told;
};

/* A file, or with "-" the standard input. What cannot be read was named wrongly: ERROR_USAGE. */
static int read_text(const char *path, struct buf *out, struct error *err) {
	buf_init(out, FILE_MAX_BYTES);
	int rc = 0;
	if (strcmp(path, "-") == 0) {
		rc = file_read_fd(STDIN_FILENO, "standard input", out, err);
	} else if (file_is_directory(path)) {
		rc = error_set(err, ERROR_USAGE,
			"%s: a directory; give one file, or - for standard input", path);
	} else {
		rc = file_read(path, out, err);
	}
	if (rc == 0 && str_starts_with(buf_str(out), "\xef\xbb\xbf")) {
		buf_consume(out, 3); // an editor's mark of the encoding
	}
	if (rc < 0 && err != NULL) {
		err->code = ERROR_USAGE;
	}
	return rc < 0 ? (int)ERROR_USAGE : 0;
}

static int read_both(struct checking *checking, struct error *err) {
	const char *path = option_argument(checking->options, 0);
	const char *statement = option_text(checking->options, "statement", NULL);
	if (path == NULL || option_argument(checking->options, 1) != NULL) {
		return error_set(err, ERROR_USAGE,
			"give a FILE with a proof, a reply or a whole Lean file (- is standard "
			"input) and --statement FILE");
	}
	if (statement == NULL) {
		return error_set(err, ERROR_USAGE,
			"--statement is missing; for example: f2f check proof.lean --statement "
			"statement.lean");
	}
	if (strcmp(path, "-") == 0 && strcmp(statement, "-") == 0) {
		return error_set(err, ERROR_USAGE, "FILE and --statement cannot both be -");
	}
	struct buf text;
	int rc = read_text(statement, &text, err);
	if (rc < 0) {
		buf_finish(&text);
		return rc;
	}
	rc = check_statement_read(buf_str(&text), text.len,
		option_text(checking->options, "theorem", NULL), &checking->problem, err);
	if (rc < 0) {
		error_prefix(err, "%s", strcmp(statement, "-") == 0 ? "standard input" : statement);
	}
	buf_finish(&text);
	if (rc == 0) {
		rc = read_text(path, &checking->reply, err);
	}
	return rc;
}

/* A .lean file without fences is Lean from its first byte to its last, though it be a bare term. */
static struct candidate_result take_bare(struct checking *checking, enum lean_policy policy) {
	static const char fence[] = "```";
	struct candidate_result result = {.status = CANDIDATE_NO_CODE};
	const char *text = buf_str(&checking->reply);
	if (!str_ends_with(option_argument(checking->options, 0), ".lean") ||
		strstr(text, fence) != NULL) {
		return result;
	}
	struct buf block = BUF_INIT(FILE_MAX_BYTES);
	buf_appendf(&block, "%slean\n", fence);
	buf_append(&block, text, checking->reply.len);
	buf_appendf(&block, "\n%s\n", fence);
	if (!block.overflow) {
		result = lean_candidate_from_reply(&checking->problem, policy, buf_str(&block),
			block.len, &checking->candidate);
	}
	buf_finish(&block);
	return result;
}

/* A verdict by the text alone: no Lean is needed to refuse. True when there is one. */
static bool judge_text(struct checking *checking, enum lean_policy policy) {
	struct candidate_result result = lean_candidate_from_reply(&checking->problem, policy,
		buf_str(&checking->reply), checking->reply.len, &checking->candidate);
	if (result.status == CANDIDATE_NO_CODE && !result.truncated) {
		result = take_bare(checking, policy);
	}
	if (result.status == CANDIDATE_OK) {
		return false;
	}
	bool rejected = result.status == CANDIDATE_REJECTED;
	checking->verdict = (struct verdict){
		.outcome = rejected	      ? OUTCOME_REJECTED
			   : result.truncated ? OUTCOME_TRUNCATED
					      : OUTCOME_NO_CODE,
		.reason = rejected ? result.reason : REASON_NONE,
		.messages = xstrdup(result.note),
		.backend = xstrdup("text"),
		.policy = xstrdup(lean_policy_name(policy)),
	};
	return true;
}

static void on_verdict(const struct verdict *verdict, void *data) {
	struct checking *checking = data;
	verdict_copy(verdict, &checking->verdict);
	checking->told = true;
	loop_stop(checking->loop);
}

/* The same path as an eval's: self-tests under the header first, then the one check. */
static int judge_with_lean(
	struct checking *checking, const struct lean_terms *terms, struct error *err) {
	char nonce[VERIFIER_NONCE];
	verifier_nonce(nonce);
	lean_check_assemble(&checking->problem, &checking->candidate, nonce, &checking->check);
	const char *header = checking->check.header;
	checking->loop = loop_create(NULL);
	int rc = lean_setup_find(checking->options, NULL, &checking->lean, err);
	rc = rc < 0 ? rc
		    : lean_setup_open(checking->options, checking->loop, &checking->lean, terms,
			      &checking->verifier, err);
	rc = rc < 0 ? rc : preflight_headers(checking->loop, checking->verifier, &header, 1, err);
	if (rc < 0) {
		return rc;
	}
	verifier_submit(checking->verifier, &checking->check, on_verdict, checking);
	while (!checking->told) {
		loop_run(checking->loop);
	}
	return 0;
}

/* What cannot be decided here is no verdict on the proof. Usage stays an error. */
static int undecidable(struct checking *checking, const struct lean_terms *terms, int rc,
	const struct error *err) {
	if (rc == ERROR_USAGE) {
		return rc;
	}
	verdict_finish(&checking->verdict);
	checking->verdict = (struct verdict){
		.missing = MISSING_VERIFIER,
		.messages = xstrdup(err->message),
		.policy = xstrdup(lean_policy_name(terms->policy)),
		.lean = xstrdup(checking->lean.version),
	};
	return 0;
}

static int status_of(const struct verdict *verdict) {
	return verdict->missing != MISSING_NONE ? 6 : verdict->outcome == OUTCOME_ACCEPTED ? 0 : 3;
}

static void print(const struct checking *checking) {
	struct check_print shown = {
		.verdict = &checking->verdict,
		.problem = &checking->problem,
		.candidate = &checking->candidate,
		.check = &checking->check,
		.path = option_argument(checking->options, 0),
		.statement = option_text(checking->options, "statement", ""),
		.text = buf_str(&checking->reply),
	};
	if (!option_flag(checking->options, "json")) {
		check_print(&shown);
		return;
	}
	json_t *object = verdict_json(&checking->verdict);
	json_object_set_new(object, "theorem", json_string(checking->problem.theorem));
	const char *difference = checking->candidate.difference;
	json_object_set_new(
		object, "difference", difference != NULL ? json_string(difference) : json_null());
	json_object_set_new(object, "places", check_places(&shown));
	verdict_json_line(object);
}

static void finish(struct checking *checking) {
	verifier_close(checking->verifier);
	loop_destroy(checking->loop);
	lean_info_finish(&checking->lean);
	verdict_finish(&checking->verdict);
	lean_check_finish(&checking->check);
	lean_candidate_finish(&checking->candidate);
	problem_finish(&checking->problem);
	buf_finish(&checking->reply);
}

static int run(struct options *given, struct error *err) {
	struct checking checking = {.options = given};
	struct lean_terms terms = lean_setup_terms(given);
	int rc = read_both(&checking, err);
	if (rc == 0 && !judge_text(&checking, terms.policy)) {
		struct error trouble = {0};
		rc = judge_with_lean(&checking, &terms, &trouble);
		rc = rc < 0 ? undecidable(&checking, &terms, rc, &trouble) : rc;
		if (rc < 0) {
			*err = trouble;
		}
	}
	if (rc == 0) {
		print(&checking);
		rc = status_of(&checking.verdict);
	}
	finish(&checking);
	return rc;
}

const struct command cmd_check = {
	.name = "check",
	.synopsis = "FILE --statement FILE",
	.summary = "one proof, no database",
	.about = "Checks a proof of one statement as eval does: text, sandbox, Lean, axioms. FILE "
		 "is "
		 "a proof, a model's reply or a whole Lean file; of that only the proof and the "
		 "helpers that the policy allows are used, never its statement. Exit status: 0 "
		 "accepted; 3 rejected; 6 not to be decided here, such as without Lean.\n"
		 "\n"
		 "Examples:\n"
		 "  f2f check proof.lean --statement statement.lean\n"
		 "  f2f check - --statement statement.lean --json < reply.md\n",
	.options = options,
	.run = run,
};
