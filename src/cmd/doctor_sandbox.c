#include "cmd/doctor_sandbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "cmd/cmd.h"
#include "cmd/lean_setup.h"
#include "io/loop.h"
#include "verifier/sandbox.h"
#include "verifier/sandbox_check.h"

/* Shaped like the keys that people have in their environment. */
#define PLANTED "F2F_DOCTOR_API_KEY"

static const char fix_open[] = "apt-get install bubblewrap, and allow user namespaces: man f2f, "
			       "SANDBOX";
static const char fix_property[] =
	"do not check foreign proofs here until this is mended: man f2f, "
	"SANDBOX";

struct telling {
	doctor_found_fn found;
	void *data;
	bool open; // asked to be: --sandbox none promises little
};

static void tell(const char *property, bool good, const char *text, void *data) {
	const struct telling *telling = data;
	char *line = good ? xstrdup(property) : xasprintf("%s: %s", property, text);
	if (!good && telling->open) {
		char *longer = xasprintf("with --sandbox none not: %s", line);
		free(line);
		line = longer;
	}
	telling->found(good || telling->open, line, good ? NULL : fix_property, telling->data);
	free(line);
}

static void check(struct sandbox *sandbox, const char *secret, doctor_found_fn found, void *data) {
	struct telling telling = {
		.found = found, .data = data, .open = strcmp(sandbox_name(sandbox), "none") == 0};
	struct error err;
	found(true, sandbox_details(sandbox), NULL, data);
	if (sandbox_check(sandbox, secret, tell, &telling, &err) < 0) {
		found(false, err.message, fix_open, data);
	}
}

void doctor_sandbox(
	struct options *options, const struct lean_info *lean, doctor_found_fn found, void *data) {
	char secret[VERIFIER_NONCE];
	verifier_nonce(secret);
	setenv(PLANTED, secret, 1);
	struct loop *loop = loop_create(NULL);
	struct verifier *verifier = NULL;
	struct sandbox *own = NULL;
	struct sandbox_options alone = {
		.mode = option_text(options, "sandbox", NULL), .lean = "/bin/sh"};
	struct error err;
	struct lean_terms terms = lean_setup_terms(options);
	terms.policy = LEAN_POLICY_STRICT; // the final check is looked at by itself
	terms.final = false;
	int rc = lean != NULL ? lean_setup_open(options, loop, lean, &terms, &verifier, &err)
			      : sandbox_open(&alone, &own, &err);
	if (rc < 0) {
		found(false, err.message, fix_open, data);
	} else {
		check(lean != NULL ? verifier_sandbox(verifier) : own, secret, found, data);
	}
	verifier_close(verifier);
	sandbox_close(own);
	loop_destroy(loop);
	unsetenv(PLANTED);
}
