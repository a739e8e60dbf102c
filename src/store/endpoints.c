#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "store/store_internal.h"

static int take_text(struct db_row *row, void *data, struct error *err) {
	(void)err;
	*(char **)data = xstrdup(db_text(row, 0));
	return 0;
}

int store_capability_get(struct store *store, const char *url, const char *model,
	char **capabilities_out, struct error *err) {
	char *text = NULL;
	int rc = db_run(
		store->db, STATEMENT_CAPABILITY_GET, err, take_text, &text, "tt", url, model);
	if (rc == 0) {
		*capabilities_out = text;
	}
	return rc;
}

int store_capability_put(struct store *store, const char *url, const char *model,
	const char *capabilities, struct error *err) {
	return db_run(store->db, STATEMENT_CAPABILITY_PUT, err, NULL, NULL, "ttti", url, model,
		capabilities, clock_utc());
}
