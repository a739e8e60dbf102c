#ifndef F2F_CMD_MODEL_H
#define F2F_CMD_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/price.h"
#include "provider/provider.h"

struct error;
struct options;

/* What --model means: PROVIDER/NAME, or the [model.NAME] section of f2f.ini. Texts owned. */
struct resolved_model {
	const struct provider *provider;
	char *label;	 // as stored and printed: "openai/gpt-x"
	char *name;	 // what is sent
	char *base_url;	 // NULL for a local source; the first of several
	char **base_urls; // equal servers; none for a local source
	size_t base_url_count;
	char *serve_by; // where a file that nobody named says so; NULL: another place
	char *serve; // command that starts the server; NULL: it runs already
	struct price price;
	int64_t rpm; // limits of the section; 0: none
	int64_t tpm;
	int64_t connections; // 0: not said
	int64_t choices; // 0: not said
	char *api_key;	 // NULL: none
	bool bearer;	 // api_key is a token
	char *extra_body; // NULL: none
	struct http_header *headers; // of each request, besides ours; sorted
	size_t header_count;
	char *reasoning_effort; // the section's own; NULL: not sent
	char *stream; // the section's own: "auto", "on", "off"; NULL: auto
	char *prompt;	 // the section's own prompt; NULL: the task's
	char *toolchain; // the section's own Lean; NULL: the set's
};

/**
 * ERROR_USAGE with the nearest name; ERROR_USAGE when a section or variable it points to is
 * missing.
 */
int model_resolve(const struct options *options, const char *given,
	struct resolved_model *model_out, struct error *err);
void resolved_model_finish(struct resolved_model *model);

/**
 * The environment of the server that the section starts: ours, without keys but HF_TOKEN. The array
 * is owned, its texts are not.
 */
char **model_server_env(const struct options *options, const struct resolved_model *model);

/** The provider's view of it; borrows. */
struct model model_view(const struct resolved_model *model);

#endif
