#include "cmd/doctor_final.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/mem.h"
#include "cmd/cmd.h"
#include "cmd/lean_setup.h"
#include "engine/preflight.h"
#include "io/loop.h"
#include "lean/kernel_holes.h"
#include "verifier/final.h"

static const char fix_checker[] = "man f2f, FINAL CHECK; lean/README.md";
static const char fix_kernel[] =
	"--final with comparator and nanoda, or a Lean without them: 4.34.1 or later";

/* A true theorem, a hole, an axiom, another statement. */
static int try_out(struct options *options, const struct lean_info *lean, char **name_out,
	struct error *err) {
	static const char *const header = "";
	struct loop *loop = loop_create(NULL);
	struct verifier *verifier = NULL;
	struct lean_terms terms = lean_setup_terms(options);
	terms.final = true;
	int rc = lean_setup_open(options, loop, lean, &terms, &verifier, err);
	rc = rc < 0 ? rc : preflight_headers(loop, verifier, &header, 1, err);
	if (rc == 0) {
		*name_out = xstrdup(verifier_final(verifier));
	}
	verifier_close(verifier);
	loop_destroy(loop);
	return rc;
}

/* Whether it can be used. */
static bool tell(const struct final_finding *finding, doctor_final_fn found, void *data) {
	bool usable = finding->program != NULL && finding->trouble == NULL;
	char *where = finding->program == NULL ? xstrdup("not here")
		      : usable ? xasprintf("%s, %s", finding->program, finding->version)
			       : xasprintf("%s: %s", finding->program, finding->trouble);
	char *text = xasprintf("%s: %s. Looks at %s. Not at %s", finding->name, where,
		finding->checks, finding->blind);
	found(usable, false, text, fix_checker, data);
	free(text);
	free(where);
	return usable;
}

void doctor_final(struct options *options, const struct lean_info *lean, doctor_final_fn found,
	void *data) {
	struct final_finding finding;
	bool usable = option_text(options, "final-checker", NULL) != NULL;
	const char *project = option_text(options, "lean-project", NULL);
	for (size_t i = 0; final_find(i, lean, project, &finding); i++) {
		usable = tell(&finding, found, data) || usable;
		final_finding_finish(&finding);
	}
	if (usable) {
		struct error err;
		char *name = NULL;
		int rc = try_out(options, lean, &name, &err);
		char *text = rc == 0 ? xasprintf("%s accepts what is true, and refuses what it can see",
					       name)
				     : xstrdup(err.message);
		found(rc == 0, rc < 0, text, fix_checker, data);
		free(text);
		free(name);
	}
	char *holes = kernel_holes_note(lean->version);
	if (holes != NULL) {
		found(false, false, holes, fix_kernel, data);
	}
	free(holes);
}
