#include "engine/preflight.h"

#include "base/error.h"
#include "io/loop.h"
#include "verifier/verifier.h"

struct preflight {
	struct loop *loop;
	size_t left;
	int rc;
	struct error *err;
};

static void on_prepared(const struct error *err, void *data) {
	struct preflight *preflight = data;
	if (err != NULL && preflight->rc == 0) {
		preflight->rc = error_set(preflight->err, err->code,
			"%s; type f2f doctor, or use --no-verify", err->message);
	}
	if (--preflight->left == 0) {
		loop_stop(preflight->loop);
	}
}

int preflight_headers(struct loop *loop, struct verifier *verifier, const char *const *headers,
	size_t count, struct error *err) {
	struct preflight preflight = {.loop = loop, .left = count, .err = err};
	if (count == 0) {
		return 0;
	}
	for (size_t i = 0; i < count; i++) {
		verifier_prepare(verifier, headers[i], on_prepared, &preflight);
	}
	loop_run(loop);
	return preflight.rc;
}
