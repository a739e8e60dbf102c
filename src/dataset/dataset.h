#ifndef F2F_DATASET_DATASET_H
#define F2F_DATASET_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/sha256.h"

struct error;
struct problem;

/* ---- Manifests: datasets/NAME/dataset.json, built into the program. */

struct dataset_file {
	char *path; // in the repository; for a layout of many files, the folder
	char *sha256; // see dataset_file_hash; NULL: pinned by the first pull
	int64_t bytes; // NULL sha256: -1
	char *role; // what the layout calls it: "problems", "lean", "informal", "toolchain"
};

/** One repository that a set is read from. */
struct dataset_source {
	char *name; // "minif2f-v2": what --from SOURCE=URL names
	char *url;
	char *commit; // 40 hex digits
	char *licence;
	// why the repository has not the files, so that only --from brings them; NULL: it has them
	char *unpublished;
	struct dataset_file *files;
	size_t file_count;
};

struct dataset {
	char *name; // "v2s"
	char *title;
	char *version;
	char *layout; // an adapter: "jsonl", "json", "lean-tree"; "" for a set made of others
	char *task; // default task
	char *toolchain; // Lean it was written for; NULL: any
	char *mathlib;
	// asset that says which subset a name is of; NULL: the file's word counts
	char *subset_names;
	int64_t count; // problems in all; 0: not known before the set is read
	int64_t subset_count; // problems a subset; 0: not checked
	char **members; // names of the sets that this one is made of ("v2": v2s, v2c)
	size_t member_count;
	struct dataset_source *sources; // none: built in, or made of others
	size_t source_count;
	struct dataset_file *built_in; // assets
	size_t built_in_count;
};

/**
 * Owned; ERROR_USAGE "unknown split \"x\"; did you mean …". A folder that F2F_DATASETS names is
 * looked at before what is built in.
 */
int dataset_load(const char *name, struct dataset **dataset_out, struct error *err);
void dataset_destroy(struct dataset *dataset);

/** Name of set `index` in order, or NULL past the last. Borrowed for ever. */
const char *dataset_name(size_t index);

/* ---- Reading: bytes of a pull in, problems out. */

/**
 * A file that was fetched. For a folder, one of these per file in it, with its full path and the
 * folder's role. Borrowed.
 */
struct dataset_blob {
	const char *role;
	const char *path;
	const char *data;
	size_t length;
};

/** A built-in set's files; free() the array. *count_out 0 for a set that has to be pulled. */
struct dataset_blob *dataset_built_in(const struct dataset *dataset, size_t *count_out);

/**
 * What besides its files settles what a set is, such as the version of a generator; NULL for
 * nothing. Static.
 */
const char *dataset_identity(const struct dataset *dataset);

/**
 * The sha256 by which a manifest knows `file`, from the blobs that were fetched for its source: of
 * the blob's bytes, or for a folder of its listing. ERROR_NOT_FOUND when no blob is it or lies in
 * it. *bytes_out is the sum of their lengths.
 */
int dataset_file_hash(const struct dataset_file *file, const struct dataset_blob *blobs,
	size_t blob_count, struct sha256 *hash_out, int64_t *bytes_out, struct error *err);

/** Called per problem in the set's order; takes the problem over. */
typedef void (*dataset_problem_fn)(struct problem *problem, void *data);

/** A problem that is in the files and not in the set: nothing could be scored by it. Borrowed. */
struct dataset_omission {
	const char *name;
	const char *class; // "contradictory", "ambiguous", "steps" …
	const char *why;   // for people, one line
};

typedef void (*dataset_omission_fn)(const struct dataset_omission *omission, void *data);

/**
 * Read a set's files into problems. All or nothing: on any fault (truncated JSON, missing key,
 * duplicate name, ill-formed UTF-8, a count that is not the manifest's, names that differ between
 * sources) an ERROR_INPUT that names file and record, and `each` may already have run: keep nothing
 * of it. `omit` (may be NULL) hears of problems that a layout leaves out.
 */
int dataset_read(const struct dataset *dataset, const struct dataset_blob *blobs, size_t blob_count,
	dataset_problem_fn each, dataset_omission_fn omit, void *data, struct error *err);

#endif
