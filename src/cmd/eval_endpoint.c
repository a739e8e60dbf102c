#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "cmd/cmd.h"
#include "cmd/eval_run.h"

/* What is asked of an endpoint, and what is known and remembered of it. */

enum { CAPABILITIES_MAX = 1 << 16, CHOICES_MOST = 64 };

/* "\n" and "\t" as they are typed in a shell. */
static char *unescape(const char *text) {
	struct buf out = BUF_INIT(CAPABILITIES_MAX);
	for (const char *c = text; *c != '\0'; c++) {
		bool escaped = c[0] == '\\' && (c[1] == 'n' || c[1] == 't' || c[1] == '\\');
		c += escaped;
		buf_append_char(&out, !escaped ? *c : *c == 'n' ? '\n' : *c == 't' ? '\t' : '\\');
	}
	return buf_detach(&out);
}

static enum stream_mode stream_mode(const struct eval *eval) {
	const char *own = eval->model.stream != NULL ? eval->model.stream : "auto";
	const char *word = option_text(eval->options, "stream", own);
	return strcmp(word, "on") == 0	  ? STREAM_ON
	       : strcmp(word, "off") == 0 ? STREAM_OFF
					  : STREAM_AUTO;
}

void eval_choose_sampling(struct eval *eval) {
	const struct options *options = eval->options;
	bool local = eval->model.provider->local;
	const char *stop;
	for (size_t i = 0; (stop = option_item(options, "stop", i)) != NULL; i++) {
		vec_push(&eval->stops, unescape(stop));
	}
	eval->sampling = (struct sampling){
		.temperature = option_number(
			options, "temperature", local ? NAN : eval->prompt.temperature),
		.top_p = option_number(options, "top-p", local ? NAN : eval->prompt.top_p),
		.max_tokens =
			option_count(options, "max-tokens", local ? 0 : eval->prompt.max_tokens),
		.send_seed = !eval->model.provider->lacks_seed,
		.stop = (const char *const *)eval->stops.items,
		.stop_count = eval->stops.count,
		.reasoning_effort =
			option_text(options, "reasoning-effort", eval->model.reasoning_effort),
	};
	eval->stream = stream_mode(eval);
}

/* Several replies to one request: only where that is wished, and known to be answered so. */
int eval_choose_choices(struct eval *eval, struct error *err) {
	const struct provider *provider = eval->model.provider;
	const struct capabilities *known = &eval->capabilities;
	int64_t own = eval->model.choices > 0 ? eval->model.choices : 1;
	eval->choices = option_count(eval->options, "choices", own);
	if (eval->choices < 1 || eval->choices > CHOICES_MOST) {
		return error_set(err, ERROR_USAGE, "--choices %" PRId64 " is not between 1 and %d",
			eval->choices, CHOICES_MOST);
	}
	if (eval->choices > 1 && (provider->local || provider->lacks_n)) {
		return error_set(err, ERROR_USAGE,
			"--choices: %s has no request for several replies", provider->name);
	}
	if (eval->choices > 1 &&
		(known->n != SUPPORT_YES || capabilities_drops(known, PARAMETER_N))) {
		log_warn("--choices %" PRId64 ": %s %s answer one request with several replies, so "
			 "each sample is a request of its own%s%s",
			eval->choices, eval->model.label,
			known->n == SUPPORT_UNKNOWN ? "is not known to" : "does not",
			known->n == SUPPORT_UNKNOWN ? "; to find out, type: f2f doctor --model "
						    : "",
			known->n == SUPPORT_UNKNOWN ? option_text(eval->options, "model", "") : "");
	}
	return 0;
}

int eval_check_request(const struct eval *eval, struct error *err) {
	if (eval->model.provider->local) {
		return 0;
	}
	struct model model = model_view(&eval->model);
	struct ask ask = {.prompt = "", .sampling = eval->sampling};
	struct http_request request;
	http_request_init(&request);
	int rc = eval->model.provider->build_request(
		&model, &ask, &eval->capabilities, &request, err);
	http_request_finish(&request);
	return rc;
}

int eval_load_capabilities(struct eval *eval, struct error *err) {
	if (eval->model.provider->local) {
		return 0;
	}
	char *url = http_redact_url(eval->model.base_url);
	char *text = NULL;
	int rc = store_capability_get(eval->store, url, eval->model.label, &text, err);
	if (rc == 0 && text != NULL && capabilities_read(text, &eval->capabilities, NULL) < 0) {
		log_warn("what was remembered of %s cannot be read, and is found out again", url);
		eval->capabilities = (struct capabilities){0};
	}
	if (rc == 0 && eval->capabilities.dropped != 0) {
		struct buf changes = BUF_INIT(CAPABILITIES_MAX);
		capabilities_changes(&eval->capabilities, &changes);
		log_info("%s: %s, as it refused before (f2f doctor --model asks it anew)",
			eval->model.label, buf_str(&changes));
		buf_finish(&changes);
	}
	free(text);
	free(url);
	return rc;
}

/* The run's manifest says what the endpoint can do, and what refusals changed in the requests. */
static void add_to_manifest(struct eval *eval, const char *capabilities) {
	json_t *manifest = json_loads(eval->run.manifest, 0, NULL);
	struct buf changes = BUF_INIT(CAPABILITIES_MAX);
	struct buf text = BUF_INIT(1 << 20);
	capabilities_changes(&eval->capabilities, &changes);
	json_object_set_new(manifest, "adjustments", json_loads(buf_str(&changes), 0, NULL));
	json_object_set_new(manifest, "capabilities", json_loads(capabilities, 0, NULL));
	json_append(&text, manifest, true);
	json_decref(manifest);
	free(eval->run.manifest);
	eval->run.manifest = buf_detach(&text);
	buf_finish(&changes);
}

int eval_save_capabilities(struct eval *eval, struct error *err) {
	if (eval->model.provider->local) {
		return 0;
	}
	eval->capabilities = eval->result.capabilities;
	struct buf text = BUF_INIT(CAPABILITIES_MAX);
	capabilities_write(&eval->capabilities, &text);
	add_to_manifest(eval, buf_str(&text));
	char *url = http_redact_url(eval->model.base_url);
	int rc = store_begin(eval->store, err);
	rc = rc < 0 ? rc
		    : store_capability_put(
			      eval->store, url, eval->model.label, buf_str(&text), err);
	rc = rc < 0 ? rc : store_commit(eval->store, err);
	free(url);
	buf_finish(&text);
	return rc;
}
