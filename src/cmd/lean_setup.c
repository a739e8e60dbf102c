#include "cmd/lean_setup.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "cmd/lean_backend.h"
#include "verifier/final.h"
#include "verifier/sandbox.h"

enum { MIB = 1024 * 1024 };

struct lean_wish lean_setup_wish(const struct options *options, const struct lean_wish *wish) {
	const char *given = option_text(options, "toolchain", NULL);
	struct lean_wish own = {0};
	if (given != NULL) {
		own = (struct lean_wish){given, option_origin(options, "toolchain"), true};
	} else if (wish != NULL) {
		own = *wish;
	}
	if (own.toolchain != NULL && strcmp(own.toolchain, "any") == 0) {
		own.toolchain = NULL;
	}
	return own;
}

/* "v4.9.0", which f2f lean setup takes as well as the full name. */
static const char *setup_name(const char *toolchain) {
	const char *version = strrchr(toolchain, ':');
	return version != NULL && str_starts_with(toolchain, "leanprover/") ? version + 1
									    : toolchain;
}

/* Another Lean than the one wanted: statements and proofs may mean or do otherwise. */
static int judge_other(const struct options *options, const struct lean_wish *wish, bool named,
	bool by_flag, const struct lean_info *info, struct error *err) {
	const char *setup = setup_name(wish->toolchain);
	if (by_flag && wish->by != NULL && strcmp(wish->by, "--toolchain") == 0) {
		return error_set(err, ERROR_USAGE,
			"--toolchain %s and --lean %s contradict: that is Lean %s", wish->toolchain,
			option_text(options, "lean", ""), info->version);
	}
	if (by_flag || (named && !wish->firm)) {
		log_warn("%s wants %s, and %s names Lean %s: statements and proofs may mean or do "
			 "otherwise; type: f2f lean setup %s",
			wish->by, wish->toolchain, info->found_by, info->version, setup);
		return 0;
	}
	return error_set(err, ERROR_ENVIRONMENT,
		"%s wants %s, and what is here is Lean %s (%s, from %s); type f2f lean setup %s, "
		"or "
		"use the Lean that is here: --toolchain any",
		wish->by, wish->toolchain, info->version, info->path, info->found_by, setup);
}

/* Owned: why it is this one, for the run's manifest. */
static char *tell_why(const struct lean_wish *wish, const struct lean_info *info) {
	return wish->toolchain == NULL
		       ? xasprintf("found by %s", info->found_by)
		       : xasprintf("%s wants %s; found by %s%s", wish->by, wish->toolchain,
				 info->found_by, info->fits ? "" : ", which is another version");
}

/* --toolchain and the like are wishes here too: the server has the Lean it has. */
static int find_server(const struct options *options, const char *why, struct lean_info *info_out,
	struct error *err) {
	char *text = xasprintf("%s by %s", why, option_origin(options, "lean-server"));
	int rc = lean_backend_find_server(options, text, info_out, err);
	free(text);
	return rc;
}

int lean_setup_or_later(int rc, struct error *err) {
	if (rc == ERROR_ENVIRONMENT && err != NULL) {
		struct error cause = *err;
		return error_set(err, rc, "%.420s; or store replies unchecked: --no-verify",
			cause.message);
	}
	return rc;
}

int lean_setup_find(const struct options *options, const struct lean_wish *wish,
	struct lean_info *info_out, struct error *err) {
	struct lean_wish own = lean_setup_wish(options, wish);
	const char *named = option_text(options, "lean", NULL);
	const char *origin = option_origin(options, "lean");
	bool by_flag = named != NULL && str_starts_with(origin, "--");
	bool by_elan = own.toolchain != NULL && !by_flag && (own.firm || named == NULL);
	char *elan = by_elan ? lean_find_toolchain(own.toolchain) : NULL;
	// F2F_LEAN is read by lean_find, which then names it in its errors.
	bool by_variable = named != NULL && strcmp(origin, "F2F_LEAN") == 0;
	const char *path = elan != NULL ? elan : by_variable ? NULL : named;
	struct lean_info info = {0};
	const char *project = option_text(options, "lean-project", NULL);
	bool server = lean_backend_wants_server(options);
	int rc = server ? find_server(options, "asked for", &info, err)
			: lean_find(path, own.toolchain, project, &info, err);
	if (rc == ERROR_ENVIRONMENT && !server && named == NULL &&
		lean_backend_has_server(options)) {
		server = true;
		rc = find_server(options, "auto: no Lean here, and a server is named", &info, err);
	}
	if (rc == 0 && !server) {
		rc = lean_backend_choose(options, &info, err);
	}
	if (rc == 0 && server) {
		info.fits = own.toolchain == NULL ||
			    lean_toolchain_fits(own.toolchain, info.version);
		info.toolchain = xstrdup(own.toolchain);
		info.why = tell_why(&own, &info);
	} else if (rc == 0) {
		free(info.found_by);
		info.found_by = xstrdup(elan != NULL ? "elan" : named != NULL ? origin : "PATH");
		info.fits = own.toolchain == NULL || elan != NULL ||
			    lean_toolchain_fits(own.toolchain, info.version);
		info.toolchain = xstrdup(own.toolchain);
		info.why = tell_why(&own, &info);
	}
	if (rc == 0 && !info.fits) {
		rc = judge_other(options, &own, named != NULL || server, by_flag && !server, &info,
			err);
	}
	free(elan);
	if (rc < 0) {
		lean_info_finish(&info);
		return rc;
	}
	log_debug("backend %s: %s", info.backend, info.backend_why);
	*info_out = info;
	return 0;
}

enum lean_policy lean_setup_policy(const struct options *options) {
	enum lean_policy policy = LEAN_POLICY_STRICT;
	// Checked against the row's choices before the command ran.
	lean_policy_from_name(option_text(options, "policy", "strict"), &policy);
	return policy;
}

struct lean_terms lean_setup_terms(const struct options *options) {
	return (struct lean_terms){
		.policy = lean_setup_policy(options),
		.cpu_limit_s = option_count(options, "lean-cpu", LEAN_CPU_LIMIT_S),
		.final = option_flag(options, "final"),
	};
}

int lean_setup_verify(const struct options *options, bool *verify_out, struct error *err) {
	bool verify = !option_flag(options, "no-verify");
	if (!verify && option_flag(options, "final") &&
		str_starts_with(option_origin(options, "final"), "--")) {
		return error_set(err, ERROR_USAGE,
			"--final checks what is accepted, and --no-verify checks nothing: leave one "
			"out; later: f2f verify RUN --final");
	}
	*verify_out = verify;
	return 0;
}

int lean_setup_open(const struct options *options, struct loop *loop, const struct lean_info *info,
	const struct lean_terms *terms, struct verifier **verifier_out, struct error *err) {
	bool permissive = terms->policy == LEAN_POLICY_PERMISSIVE;
	struct final_options final = {
		.checker = option_text(options, "final-checker", NULL),
		.project = option_text(options, "lean-project", NULL),
		.all = terms->final,
		.statement = permissive,
		// It imports again, and every declaration goes through a kernel again.
		.cpu_limit_s = 2 * terms->cpu_limit_s,
	};
	struct verifier_options verifier = {
		.backend = info->backend,
		.repl = info->repl,
		.server = info->server,
		.lean = info,
		.final = terms->final || permissive ? &final : NULL,
		.jobs = (int)option_count(options, "lean-jobs", 0),
		.cpu_limit_s = terms->cpu_limit_s,
		.memory_limit_bytes = option_count(options, "lean-mem", 0) * MIB,
		.policy = lean_policy_name(terms->policy),
		.sandbox = option_text(options, "sandbox", NULL),
		.project = option_text(options, "lean-project", NULL),
	};
	return verifier_open(loop, &verifier, verifier_out, err);
}

struct manifest_lean lean_setup_manifest(const struct options *options,
	const struct lean_info *info, const struct lean_terms *terms,
	const struct verifier *verifier) {
	return (struct manifest_lean){
		.info = info,
		.backend = info->backend,
		.backend_why = info->backend_why,
		.sandbox = info->server != NULL ? "remote"
						: sandbox_details(verifier_sandbox(verifier)),
		.policy = lean_policy_name(terms->policy),
		.cpu_limit_s = terms->cpu_limit_s,
		.memory_limit_bytes = option_count(options, "lean-mem", 0) * MIB,
		.jobs = verifier_jobs(verifier),
		.final = verifier_final(verifier),
	};
}
