#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "cmd/eval_run.h"
#include "cmd/lean_setup.h"
#include "io/loop.h"

static const struct option options[] = {
	{"model", 'm', OPTION_TEXT, "PROVIDER/NAME",
		"the model, or a [model.NAME] section of f2f.ini"},
	{"split", 's', OPTION_TEXT, "SPLIT", "demo, words, v1, v1-lean4, v2s, v2c, v2 …"},
	{"task", 't', OPTION_TEXT, "prove|reason", "what is asked (default: the set's)"},
	{"subset", 0, OPTION_TEXT, "test|valid|all|file:test|file:valid",
		"default test; file: takes the file's word"},
	{"samples", 'n', OPTION_COUNT, "N", "samples a problem (default 1)"},
	{"choices", 0, OPTION_COUNT, "N", "of them by one request (default 1)", OPTION_RARE},
	{"limit", 0, OPTION_COUNT, "N", "only the first N of a split, its cells evenly"},
	{"cell", 0, OPTION_LIST, "CELL", "of word problems: trees/both …; repeatable"},
	{"family", 0, OPTION_TEXT, "disconnected|connected",
		"of its distractors (default disconnected)", OPTION_RARE},
	{"shots", 0, OPTION_TEXT, "0|efficient|exhaustive", "worked examples (default 0)",
		OPTION_RARE},
	{"proof-text", 0, OPTION_TEXT, "answer|reasoning", "the proof's text (default answer)",
		OPTION_RARE},
	{"sample-id", 0, OPTION_LIST, "NAME", "only this problem; repeatable"},
	{"base-url", 0, OPTION_TEXT, "URL", "up to and with /v1; several: URL,URL"},
	{"api-key-env", 0, OPTION_TEXT, "VARIABLE", "the variable that holds the key"},
	{"extra-body", 0, OPTION_TEXT, "JSON", "object merged into each request"},
	{"header", 0, OPTION_LIST, "NAME: VALUE", "of each request, never a key; repeatable",
		OPTION_RARE},
	{"prompt", 0, OPTION_TEXT, "NAME|FILE", "prompt template (default: the task's)"},
	{"temperature", 0, OPTION_NUMBER, "T", "default: the prompt's"},
	{"top-p", 0, OPTION_NUMBER, "P", "default: not sent", OPTION_RARE},
	{"max-tokens", 0, OPTION_COUNT, "N", "default: the prompt's"},
	{"stop", 0, OPTION_LIST, "TEXT", "ends a reply; \\n is a line feed; repeatable",
		OPTION_RARE},
	{"reasoning-effort", 0, OPTION_TEXT, "none|minimal|low|medium|high|xhigh|max",
		"default: not sent"},
	{"seed", 0, OPTION_COUNT, "N", "each sample's is made from it (default 0)"},
	{"max-connections", 'j', OPTION_COUNT, "N", "in flight (default: from 20, up to 100)"},
	{"rpm", 0, OPTION_COUNT, "N", "requests a minute to a server"},
	{"tpm", 0, OPTION_COUNT, "N", "tokens a minute to a server"},
	{"cache", 0, OPTION_TEXT, "on|off|refresh|only", "stored replies (default on; --fresh: refresh)"},
	{"token-limit", 0, OPTION_COUNT, "N", "tokens a run may use; then exit 75"},
	{"cost-limit", 0, OPTION_NUMBER, "USD", "what a run may cost; then exit 75"},
	{"max-retries", 0, OPTION_COUNT, "N", "tries after the first (default 7)"},
	{"retry-cap", 0, OPTION_NUMBER, "SECONDS", "longest backoff (default 60)", OPTION_RARE},
	{"connect-timeout", 0, OPTION_NUMBER, "SECONDS", "default 10", OPTION_RARE},
	{"request-timeout", 0, OPTION_NUMBER, "SECONDS", "whole request (default 600)"},
	{"idle-timeout", 0, OPTION_NUMBER, "SECONDS", "a silent stream (default 300)", OPTION_RARE},
	{"sample-time-limit", 0, OPTION_NUMBER, "SECONDS",
		"a sample's requests (default: it may fail for 900)", OPTION_RARE},
	{"stream", 0, OPTION_TEXT, "auto|on|off", "as they grow (default auto: over 4096 tokens)"},
	{"no-verify", 0, OPTION_FLAG, NULL, "store as pending; f2f verify checks later"},
	LEAN_OPTIONS,
	{"dry-run", 0, OPTION_FLAG, NULL, "send nothing: prompts, requests, tokens, cost"},
	{"fresh", 0, OPTION_FLAG, NULL, "start a new run even if one could go on"},
	{"fail-on-error", 0, OPTION_NUMBER, "SHARE|N", "missing samples it bears (default: none)"},
	{"min-score", 0, OPTION_NUMBER, "SHARE", "exit 3 when pass@1 of any row is below"},
	{"json", 0, OPTION_FLAG, NULL, "the report as one JSON object"},
	{0},
};

static int status_of(const struct engine_result *result) {
	switch (result->end) {
	case ENGINE_INTERRUPTED:
		return 128 + result->signo;
	case ENGINE_REFUSED:
		return 5;
	case ENGINE_QUOTA:
	case ENGINE_LIMIT:
	case ENGINE_DOWN:
	case ENGINE_UNCHECKED:
		return 75;
	case ENGINE_DONE:
		break;
	}
	return 0;
}

/* What a person would look at first. */
static void say_refusal(const struct eval *eval) {
	const char *message = eval->result.message;
	bool key = str_starts_with(message, "HTTP 401") || str_starts_with(message, "HTTP 403");
	const char *sent = !key					 ? ""
			   : eval->model.api_key == NULL ? "; no key was sent: --api-key-env "
								"names the variable that holds it"
							 : "; a key was sent: f2f config "
							   "--origin says which";
	log_error("%s refused: %s; nothing more was sent%s", eval->model.label, message, sent);
}

static void say_how_it_ended(const struct eval *eval) {
	const struct engine_result *result = &eval->result;
	switch (result->end) {
	case ENGINE_INTERRUPTED:
		log_info("interrupted; everything finished is stored, the same command goes on");
		break;
	case ENGINE_REFUSED:
		say_refusal(eval);
		break;
	case ENGINE_QUOTA:
		log_error("%s: %s; the same command goes on later", eval->model.label,
			result->message);
		break;
	case ENGINE_LIMIT:
		log_error("%s; everything finished is stored", result->message);
		break;
	case ENGINE_DOWN:
		log_error("%s does not answer: %s; the same command goes on later",
			eval->model.label, result->message);
		break;
	case ENGINE_UNCHECKED:
		log_error("no more proofs can be checked: %s; the same command goes on later",
			result->message);
		break;
	case ENGINE_DONE:
		break;
	}
}

static int run(struct options *given, struct error *err) {
	struct eval eval = {.options = given, .dry = option_flag(given, "dry-run")};
	int rc = option_arguments_end(given, 0, err);
	rc = rc < 0 ? rc : eval_prepare(&eval, err);
	if (eval.dry) {
		rc = rc < 0 ? rc : eval_dry_run(&eval, err);
		eval_finish(&eval);
		return rc;
	}
	if (rc == 0 && eval.verify) {
		rc = eval_open_verifier(&eval, err);
	}
	if (rc == 0) {
		rc = eval_open_run(&eval, err);
	}
	if (rc == 0) {
		rc = eval_perform(&eval, err);
	}
	if (rc == 0) {
		say_how_it_ended(&eval);
		rc = status_of(&eval.result);
		int reported = eval_report(&eval, err);
		rc = reported < 0 ? reported : rc > 0 ? rc : reported;
	}
	eval_finish(&eval);
	return rc;
}

const struct command cmd_eval = {
	.name = "eval",
	.synopsis = "--model PROVIDER/NAME --split SPLIT",
	.summary = "generate, verify, score; the same command again resumes",
	.about = "Asks a model for a proof of every problem of a split, checks each with Lean, "
		 "stores everything as it "
		 "becomes known and prints the scores. The same command again goes on where it "
		 "stopped; a changed "
		 "setting starts a new run.\n"
		 "\n"
		 "Examples:\n"
		 "  f2f eval --model builtin/gold --split demo\n"
		 "  f2f eval -m openai/my-prover --base-url http://127.0.0.1:8000/v1 -s v2 -n 8\n",
	.options = options,
	.run = run,
};
