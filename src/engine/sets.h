#ifndef F2F_ENGINE_SETS_H
#define F2F_ENGINE_SETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/sha256.h"

struct dataset;
struct dataset_blob;
struct dataset_omission;
struct error;
struct set_file;
struct store;

/* How problem sets get into the store, whoever brings their files. */

/**
 * A set by the hashes of its files, "SHA256 PATH" a line in the manifest's order: what
 * set_record.hash holds.
 */
struct sha256 sets_hash(const struct set_file *files, size_t count);

/** A problem that a set leaves out, once the set is stored. Borrowed. */
typedef void (*sets_omission_fn)(const struct dataset_omission *omission, void *data);

/**
 * Read the files and replace the set in the store, both or nothing. ERROR_INPUT, the store
 * untouched, when the files are not what the layout says; the message names file and record.
 * *count_out: problems. What the layout left out is kept as findings of signal "inconsistent", and
 * told to `omit` (may be NULL).
 */
int sets_put(struct store *store, const struct dataset *dataset, const struct dataset_blob *blobs,
	size_t blob_count, const struct set_file *files, size_t file_count, int64_t *count_out,
	sets_omission_fn omit, void *data, struct error *err);

/**
 * Put a built-in set into the store unless just this is there. *stored_out (may be NULL): it was
 * not.
 */
int sets_put_builtin(struct store *store, const struct dataset *dataset, bool *stored_out,
	int64_t *count_out, struct error *err);

/**
 * Make sure that a set, or all members of one made of others, can be read from the store: a
 * built-in one is loaded, for another that was never pulled ERROR_ENVIRONMENT says what to type.
 * Nothing is fetched.
 */
int sets_ensure_builtin(struct store *store, const char *split, struct error *err);

#endif
