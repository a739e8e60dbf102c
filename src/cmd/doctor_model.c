#include "cmd/doctor_model.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "cmd/cmd.h"
#include "cmd/model.h"
#include "io/loop.h"
#include "store/store.h"

enum { ENDPOINT_TIMEOUT_MS = 60000, CAPABILITIES_MAX = 1 << 16 };

static int remember(struct options *options, const struct resolved_model *model,
	const struct capabilities *capabilities, struct error *err) {
	char *path = options_database(options);
	char *url = http_redact_url(model->base_url);
	struct buf text = BUF_INIT(CAPABILITIES_MAX);
	struct store *store = NULL;
	capabilities_write(capabilities, &text);
	int rc = store_open(path, &(struct store_options){.mode = DB_WRITE}, &store, err);
	rc = rc < 0 ? rc : store_capability_put(store, url, model->label, buf_str(&text), err);
	store_close(store);
	buf_finish(&text);
	free(url);
	free(path);
	return rc;
}

static void probe(struct options *options, const struct resolved_model *model,
	doctor_model_fn found, void *data) {
	struct capabilities capabilities = {0};
	struct error err;
	struct probe_options probe = {
		.loop = loop_create(NULL),
		.provider = model->provider,
		.model = model_view(model),
		.timeout_ms = ENDPOINT_TIMEOUT_MS,
		.said = found,
		.data = data,
	};
	bool answered = endpoint_probe(&probe, &capabilities);
	loop_destroy(probe.loop);
	if (answered && remember(options, model, &capabilities, &err) < 0) {
		found(PROBE_FAILED, "remember", err.message, data);
	} else if (answered) {
		found(PROBE_YES, "remember", "later runs of this model at this address go by it",
			data);
	}
}

int doctor_model(struct options *options, doctor_model_fn found, void *data, struct error *err) {
	const char *given = option_text(options, "model", NULL);
	struct resolved_model model = {0};
	if (given == NULL) {
		return 0;
	}
	int rc = model_resolve(options, given, &model, err);
	if (rc < 0) {
		return rc;
	}
	found(PROBE_YES, "model", model.label, data);
	if (!model.provider->local) {
		char *url = http_redact_url(model.base_url);
		found(PROBE_YES, "address", url, data);
		found(PROBE_YES, "key",
			model.api_key != NULL ? "set" : "none (fine for most local servers)", data);
		free(url);
		probe(options, &model, found, data);
	}
	resolved_model_finish(&model);
	return 0;
}
