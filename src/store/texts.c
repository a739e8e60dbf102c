#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "store/store_internal.h"

int store_text_put(struct store *store, const char *text, size_t length, struct sha256 *hash_out,
	struct error *err) {
	struct sha256 hash = sha256_of(text, length);
	int rc = db_run(
		store->db, STATEMENT_TEXT_PUT, err, NULL, NULL, "tb", hash.hex, text, length);
	if (rc == 0) {
		*hash_out = hash;
	}
	return rc;
}

int store_text_put_optional(
	struct store *store, const char *text, struct sha256 *hash_out, struct error *err) {
	hash_out->hex[0] = '\0';
	return text != NULL ? store_text_put(store, text, strlen(text), hash_out, err) : 0;
}

const char *store_hash_or_null(const struct sha256 *hash) {
	return hash->hex[0] != '\0' ? hash->hex : NULL;
}

static int copy_text(struct db_row *row, void *data, struct error *err) {
	(void)err;
	const char *text = db_text(row, 0);
	*(char **)data = xmemdup0(text, db_text_length(row, 0));
	return 0;
}

int store_text_get(struct store *store, const char *hash, char **text_out, struct error *err) {
	char *text = NULL;
	int rc = db_run(store->db, STATEMENT_TEXT_GET, err, copy_text, &text, "t", hash);
	if (rc == 0 && text == NULL) {
		rc = error_set(err, ERROR_NOT_FOUND, "no text %s in the database", hash);
	}
	if (rc == 0) {
		*text_out = text;
	}
	return rc;
}
