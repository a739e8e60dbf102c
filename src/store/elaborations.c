#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "store/store_internal.h"

int store_elaboration_put(struct store *store, const struct elaboration_key *key, bool broken,
	const char *messages, struct error *err) {
	return db_run(store->db, STATEMENT_ELABORATION_PUT, err, NULL, NULL, "tttiti", key->lean,
		key->mathlib, key->statement, (int64_t)broken, messages, clock_utc());
}

static int take_elaboration(struct db_row *row, void *data, struct error *err) {
	(void)err;
	*(struct elaboration *)data =
		(struct elaboration){true, db_int(row, 0) != 0, xstrdup(db_text(row, 1))};
	return 0;
}

int store_elaboration_get(struct store *store, const struct elaboration_key *key,
	struct elaboration *out, struct error *err) {
	struct elaboration elaboration = {0};
	int rc = db_run(store->db, STATEMENT_ELABORATION_GET, err, take_elaboration, &elaboration,
		"ttt", key->lean, key->mathlib, key->statement);
	if (rc == 0) {
		*out = elaboration;
	}
	return rc;
}
