#include "engine/preflight.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "core/verdict.h"
#include "io/loop.h"
#include "lean/check.h"
#include "verifier/verifier.h"

enum { PROBES = 2, MESSAGE_SHOWN = 300 };

/* One probe under one header. */
struct probe {
	struct preflight *preflight;
	const char *header;
	bool is_true;
	struct lean_check check;
};

struct preflight {
	struct loop *loop;
	size_t left;
	int rc;
	struct error *err;
};

static void on_verdict(const struct verdict *verdict, void *data) {
	struct probe *probe = data;
	struct preflight *preflight = probe->preflight;
	bool accepted = verdict->outcome == OUTCOME_ACCEPTED;
	if (preflight->rc == 0 && probe->is_true && !accepted) {
		const char *said = verdict->messages != NULL && verdict->messages[0] != '\0'
					   ? verdict->messages
					   : "no answer";
		size_t line = strcspn(said, "\n");
		preflight->rc = error_set(preflight->err, ERROR_ENVIRONMENT,
			"Lean %s does not work with the header \"%.*s\": %.*s; type f2f doctor, or "
			"use --no-verify",
			verdict->lean != NULL ? verdict->lean : "",
			(int)strcspn(probe->header, "\n"), probe->header,
			line > MESSAGE_SHOWN ? MESSAGE_SHOWN : (int)line, said);
	} else if (preflight->rc == 0 && !probe->is_true && accepted) {
		preflight->rc = error_set(preflight->err, ERROR_ENVIRONMENT,
			"the verifier accepts a hole under this Lean: refusing to score with it");
	}
	if (--preflight->left == 0) {
		loop_stop(preflight->loop);
	}
}

int preflight_headers(struct loop *loop, struct verifier *verifier, const char *const *headers,
	size_t count, struct error *err) {
	struct preflight preflight = {.loop = loop, .left = count * PROBES, .err = err};
	if (preflight.left == 0) {
		return 0;
	}
	struct probe *probes = xcalloc(preflight.left, sizeof(*probes));
	for (size_t i = 0; i < count * PROBES; i++) {
		probes[i].preflight = &preflight;
		probes[i].header = headers[i / PROBES];
		probes[i].is_true = i % PROBES == 0;
		verifier_selftest(probes[i].header, probes[i].is_true, &probes[i].check);
		verifier_submit(verifier, &probes[i].check, on_verdict, &probes[i]);
	}
	loop_run(loop);
	for (size_t i = 0; i < count * PROBES; i++) {
		lean_check_finish(&probes[i].check);
	}
	free(probes);
	return preflight.rc;
}
