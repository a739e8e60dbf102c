#include "cmd/lean_backend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "cmd/env_file.h"
#include "cmd/trust.h"
#include "core/verdict.h"
#include "engine/preflight.h"
#include "io/loop.h"

enum { TRIAL_LIMIT_S = 20, BATCH_MAX = 64, PARALLEL_MAX = 256 };

static bool is_auto(const struct options *options) {
	return strcmp(option_text(options, "backend", "auto"), "auto") == 0;
}

/* Written on the command line, and so meant for this one command. */
static bool by_flag(const struct options *options, const char *name) {
	return option_text(options, name, NULL) != NULL &&
	       str_starts_with(option_origin(options, name), "--");
}

bool lean_backend_has_server(const struct options *options) {
	return is_auto(options) && option_text(options, "lean-server", NULL) != NULL;
}

bool lean_backend_wants_server(const struct options *options) {
	return strcmp(option_text(options, "backend", "auto"), "kimina") == 0 ||
	       (is_auto(options) && by_flag(options, "lean-server") && !by_flag(options, "lean") &&
		       !by_flag(options, "repl"));
}

/* A path at the end of the address says which of the server's two languages it speaks. */
static struct lean_server server_of(char *url, const char *key) {
	static const struct {
		const char *tail;
		enum lean_server_api api;
	} tails[] = {{"/api/check", LEAN_SERVER_CHECK}, {"/verify", LEAN_SERVER_VERIFY}};
	struct lean_server server = {.url = url, .key = key};
	size_t length = strlen(url);
	while (length > 0 && url[length - 1] == '/') {
		url[--length] = '\0';
	}
	for (size_t i = 0; i < F2F_COUNT(tails); i++) {
		if (str_ends_with(url, tails[i].tail)) {
			url[strlen(url) - strlen(tails[i].tail)] = '\0';
			server.api = tails[i].api;
		}
	}
	return server;
}

/* "8x5": proofs a request, requests at a time. */
static int read_load(const struct options *options, struct lean_server *server, struct error *err) {
	const char *given = option_text(options, "lean-server-load", "8x5");
	int used = 0;
	if (sscanf(given, "%3dx%3d%n", &server->batch, &server->parallel, &used) != 2 ||
		given[used] != '\0' || server->batch < 1 || server->batch > BATCH_MAX ||
		server->parallel < 1 || server->parallel > PARALLEL_MAX) {
		return error_set(err, ERROR_USAGE,
			"%s %s: not proofs a request (1 to %d) and requests at a time (1 to %d), "
			"such as 8x5",
			option_origin(options, "lean-server-load"), given, BATCH_MAX, PARALLEL_MAX);
	}
	return 0;
}

/* The server's key, if it may go there. */
static int find_key(
	const struct options *options, const char *url, char **key_out, struct error *err) {
	const char *name = option_text(options, "lean-key-env", NULL);
	const char *origin = name != NULL ? trust_unasked(options, "lean-key-env") : NULL;
	const char *variable = name != NULL ? name : "LEAN_SERVER_API_KEY";
	bool send = true;
	char *key = NULL;
	int rc = env_file_variable(options, variable, &key, err);
	if (rc == 0 && key != NULL) {
		char *shown = xasprintf("the key in %s", variable);
		rc = trust_way(
			&(struct trust_way){
				.key = shown,
				.key_origin = origin,
				.key_variable = true,
				.key_given = name != NULL && origin == NULL,
				.urls = &url,
				.url_count = 1,
				.url_origin = trust_unasked(options, "lean-server"),
			},
			&send, err);
		free(shown);
	}
	if (rc == 0 && send) {
		if (key != NULL) {
			log_hide(key);
		}
		*key_out = key;
		return 0;
	}
	if (key != NULL) {
		explicit_bzero(key, strlen(key));
	}
	free(key);
	return rc;
}

int lean_backend_find_server(const struct options *options, const char *why,
	struct lean_info *info_out, struct error *err) {
	const char *given = option_text(options, "lean-server", NULL);
	if (given == NULL) {
		return error_set(err, ERROR_USAGE,
			"--backend kimina needs the server's address: --lean-server URL");
	}
	if (!str_starts_with(given, "http://") && !str_starts_with(given, "https://")) {
		return error_set(err, ERROR_USAGE,
			"--lean-server %s is no address; one looks like http://host:8000", given);
	}
	char *key = NULL;
	int rc = find_key(options, given, &key, err);
	char *url = xstrdup(given);
	struct lean_server server = server_of(url, key);
	struct lean_info info = {0};
	rc = rc < 0 ? rc : read_load(options, &server, err);
	rc = rc < 0 ? rc : lean_server_find(&server, &info, err);
	if (rc == 0) {
		info.server = xcalloc(1, sizeof(*info.server));
		*info.server = server;
		info.server->url = xstrdup(server.url);
		info.server->key = server.key != NULL ? xstrdup(server.key) : NULL;
		info.found_by = xstrdup(option_origin(options, "lean-server"));
		info.backend = xstrdup("kimina");
		info.backend_why = xasprintf("%s; the server speaks %s", why,
			server.api == LEAN_SERVER_VERIFY ? "/verify" : "/api/check");
		*info_out = info;
	}
	free(url);
	if (key != NULL) {
		explicit_bzero(key, strlen(key));
	}
	free(key);
	return rc;
}

/* Whether the language server's worker proves what is true: asked only of a Lean whose help does not
 * name it. */
static bool worker_works(const struct lean_info *info) {
	struct verifier_options options = {.backend = "lsp",
		.lean = info,
		.jobs = 1,
		.start_limit_s = TRIAL_LIMIT_S,
		.wall_limit_s = TRIAL_LIMIT_S,
		.sandbox = "none"}; // nothing but our own text
	static const char *const headers[] = {""};
	struct loop *loop = loop_create(NULL);
	struct verifier *verifier = NULL;
	int rc = verifier_open(loop, &options, &verifier, NULL);
	rc = rc < 0 ? rc : preflight_headers(loop, verifier, headers, 1, NULL);
	verifier_close(verifier);
	loop_destroy(loop);
	return rc == 0;
}

int lean_backend_choose(const struct options *options, struct lean_info *info, struct error *err) {
	const char *repl = option_text(options, "repl", NULL);
	const char *backend = option_text(options, "backend", "auto");
	char *why = NULL;
	if (!is_auto(options)) {
		why = xasprintf("asked for by %s", option_origin(options, "backend"));
	} else if (repl != NULL) {
		backend = "repl";
		why = xasprintf("auto: %s names a REPL", option_origin(options, "repl"));
	} else if (info->worker || worker_works(info)) {
		backend = "lsp";
		why = xasprintf("auto: Lean %s is here, and has a language server", info->version);
	} else {
		backend = "batch";
		why = xasprintf(
			"auto: the language server of Lean %s does not start", info->version);
	}
	int rc = strcmp(backend, "repl") != 0
			 ? 0
			 : repl_find(repl, option_text(options, "lean-project", NULL), &info->repl,
				   err);
	info->backend = xstrdup(backend);
	info->backend_why = why;
	return rc;
}
