#include "engine/preflight.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "core/problem.h"
#include "core/verdict.h"
#include "io/loop.h"
#include "lean/candidate.h"
#include "lean/check.h"
#include "verifier/verifier.h"

enum { MESSAGE_SHOWN = 300 };

/* One header. */
struct readying {
	struct preflight *preflight;
	const char *header;
	struct lean_check check;
};

struct preflight {
	struct loop *loop;
	struct verifier *verifier;
	size_t left;
	int rc;
	struct error *err;
};

static void is_done(struct preflight *preflight) {
	if (--preflight->left == 0) {
		loop_stop(preflight->loop);
	}
}

static void on_verdict(const struct verdict *verdict, void *data) {
	struct readying *readying = data;
	struct preflight *preflight = readying->preflight;
	if (verdict->outcome != OUTCOME_ACCEPTED && preflight->rc == 0) {
		const char *said = verdict->final_messages != NULL ? verdict->final_messages
				   : verdict->messages != NULL	   ? verdict->messages
								   : "no answer";
		size_t line = strcspn(said, "\n");
		preflight->rc = error_set(preflight->err, ERROR_ENVIRONMENT,
			"the final check (%s) does not work with the header \"%.*s\": %.*s; type "
			"f2f doctor",
			verifier_final(preflight->verifier), (int)strcspn(readying->header, "\n"),
			readying->header, line > MESSAGE_SHOWN ? MESSAGE_SHOWN : (int)line, said);
	}
	is_done(preflight);
}

/* The final check's own self-test runs before the first proof that reaches it: one that is true. */
static void try_final(struct readying *readying) {
	struct preflight *preflight = readying->preflight;
	// Literals, of which nothing is freed: a problem and a candidate are only read here.
	const struct problem problem = {
		.theorem = (char *)"f2f_ready",
		.header = (char *)readying->header,
		.preamble = (char *)"",
		.statement = (char *)"theorem f2f_ready : True",
	};
	const struct lean_candidate candidate = {
		.proof = (char *)"True.intro", .helpers = (char *)""};
	char nonce[VERIFIER_NONCE];
	verifier_nonce(nonce);
	lean_check_assemble(&problem, &candidate, nonce, &readying->check);
	readying->check.needs_final = true;
	verifier_submit(preflight->verifier, &readying->check, on_verdict, readying);
}

static void on_prepared(const struct error *err, void *data) {
	struct readying *readying = data;
	struct preflight *preflight = readying->preflight;
	if (err != NULL && preflight->rc == 0) {
		preflight->rc = error_set(preflight->err, err->code,
			"%s; type f2f doctor", err->message);
	}
	if (err == NULL && verifier_final(preflight->verifier) != NULL) {
		try_final(readying);
	} else {
		is_done(preflight);
	}
}

int preflight_headers(struct loop *loop, struct verifier *verifier, const char *const *headers,
	size_t count, struct error *err) {
	struct preflight preflight = {loop, verifier, count, 0, err};
	if (count == 0) {
		return 0;
	}
	struct readying *readying = xcalloc(count, sizeof(*readying));
	for (size_t i = 0; i < count; i++) {
		readying[i].preflight = &preflight;
		readying[i].header = headers[i];
		verifier_prepare(verifier, headers[i], on_prepared, &readying[i]);
	}
	loop_run(loop);
	for (size_t i = 0; i < count; i++) {
		lean_check_finish(&readying[i].check);
	}
	free(readying);
	return preflight.rc;
}
