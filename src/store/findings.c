#include "base/clock.h"
#include "store/store_internal.h"

int store_findings_replace(struct store *store, const char *split, const char *signal,
	const struct finding_record *findings, size_t count, struct error *err) {
	int rc = db_begin(store->db, err);
	if (rc < 0) {
		return rc;
	}
	int64_t now = clock_utc();
	rc = db_run(store->db, STATEMENT_FINDINGS_DELETE, err, NULL, NULL, "tt", split, signal);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		const struct finding_record *finding = &findings[i];
		rc = db_run(store->db, STATEMENT_FINDING_PUT, err, NULL, NULL, "tttttttti",
			finding->problem, split, signal, finding->class, finding->severity,
			finding->place, finding->evidence, finding->text, now);
	}
	rc = rc < 0 ? rc : db_commit(store->db, err);
	if (rc < 0) {
		db_rollback(store->db, NULL);
		store->open_transaction = false;
	}
	return rc;
}
