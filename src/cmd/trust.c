#include "cmd/trust.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "io/config.h"
#include "io/http.h"
#include "io/http_lookup.h"

const char *trust_unasked(const struct options *options, const char *name) {
	const char *origin = option_origin(options, name);
	const char *unasked = config_unasked(options_config(options), "", name);
	return origin != NULL && unasked != NULL && strcmp(origin, unasked) == 0 ? unasked : NULL;
}

/* Programs that Lean's options name: said, so that none is started unnoticed. */
static void tell_programs(const struct options *options) {
	static const char *const names[] = {"lean", "lean-project", "repl", "final-checker"};
	for (size_t i = 0; i < F2F_COUNT(names); i++) {
		const char *value = options_row(options, names[i], NULL) != NULL
					    ? option_text(options, names[i], NULL)
					    : NULL;
		const char *origin = value != NULL ? trust_unasked(options, names[i]) : NULL;
		if (origin != NULL && strchr(value, '/') != NULL) {
			log_info("%s names a program: %s = %s", origin, names[i], value);
		}
	}
}

int trust_options(const struct options *options, struct error *err) {
	if (options->command != NULL && strcmp(options->command->name, "config") == 0) {
		return 0; // shows what there is, and does nothing of it
	}
	const char *sandbox = options_row(options, "sandbox", NULL) != NULL
				      ? option_text(options, "sandbox", "")
				      : "";
	const char *origin =
		strcmp(sandbox, "none") == 0 ? trust_unasked(options, "sandbox") : NULL;
	if (origin != NULL) {
		return error_set(err, ERROR_USAGE,
			"%s: sandbox = none in the working directory's file, which nobody named; "
			"if it is meant, type: --sandbox none",
			origin);
	}
	tell_programs(options);
	return 0;
}

/* The first of them on another machine; NULL: none is. */
static const char *first_elsewhere(const char *const *urls, size_t count) {
	for (size_t i = 0; i < count; i++) {
		if (!http_lookup_is_loopback(urls[i])) {
			return urls[i];
		}
	}
	return NULL;
}

/* What says where a model is asked, and who pays; and what is started for it. */
static const char *const guarded[] = {
	"serve", "base-url", "api-key-env", "api-key-file", "api-key-credential", "provider"};

static int refuse_change(const char *key, const char *origin, const char *section, const char *own,
	struct error *err) {
	return error_set(err, ERROR_USAGE,
		"%s: %s would change [%s] of %s, and the working directory's file was not named; "
		"if it is meant, type: --config f2f.ini",
		origin, key, section, own);
}

int trust_section(const struct options *options, const char *section, const char *const *urls,
	size_t url_count, struct error *err) {
	const struct config *config = options_config(options);
	const char *own = NULL;
	for (size_t i = 0; own == NULL && i < F2F_COUNT(guarded); i++) {
		own = config_own(config, section, guarded[i]);
	}
	if (own == NULL) {
		return 0;
	}
	// Here, only what is started matters.
	size_t count = first_elsewhere(urls, url_count) != NULL ? F2F_COUNT(guarded) : 1;
	for (size_t i = 0; i < count; i++) {
		const char *origin = config_unasked(config, section, guarded[i]);
		if (origin == NULL && options_row(options, guarded[i], NULL) != NULL) {
			origin = trust_unasked(options, guarded[i]);
		}
		if (origin != NULL) {
			return refuse_change(guarded[i], origin, section, own, err);
		}
	}
	return 0;
}

int trust_way(const struct trust_way *way, bool *send_out, struct error *err) {
	const char *elsewhere = first_elsewhere(way->urls, way->url_count);
	*send_out = true;
	if (elsewhere == NULL) {
		return 0;
	}
	char *url = http_redact_url(elsewhere);
	int rc = 0;
	if (way->key_origin != NULL && !way->key_variable) {
		rc = error_set(err, ERROR_USAGE,
			"%s: %s would be sent to %s, and the working directory's file was not "
			"named; if it is meant, type: --config f2f.ini",
			way->key_origin, way->key, url);
	} else if (way->key_origin != NULL) {
		log_info("%s goes to %s, by %s", way->key, url, way->key_origin);
	} else if (way->url_origin != NULL && !way->key_given) {
		*send_out = false;
		log_info("%s is not sent to %s: %s chose that address; if it is meant, name the "
			 "key there (api-key-env = VARIABLE) or type: --config f2f.ini",
			way->key, url, way->url_origin);
	}
	free(url);
	return rc;
}
