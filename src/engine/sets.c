#include "engine/sets.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/vec.h"
#include "core/problem.h"
#include "dataset/dataset.h"
#include "store/store.h"

enum { LISTING_MAX = 1024 * 1024 };

struct gathered {
	VEC(struct problem) problems;
	VEC(struct dataset_omission) omissions; // owned copies
};

static void gather(struct problem *problem, void *data) {
	struct gathered *gathered = data;
	vec_push(&gathered->problems, *problem);
}

static void gather_omission(const struct dataset_omission *omission, void *data) {
	struct gathered *gathered = data;
	struct dataset_omission copy = {
		.name = xstrdup(omission->name),
		.class = xstrdup(omission->class),
		.why = xstrdup(omission->why),
	};
	vec_push(&gathered->omissions, copy);
}

static void gathered_finish(struct gathered *gathered) {
	for (size_t i = 0; i < gathered->problems.count; i++) {
		problem_finish(&gathered->problems.items[i]);
	}
	for (size_t i = 0; i < gathered->omissions.count; i++) {
		struct dataset_omission *omission = &gathered->omissions.items[i];
		free((char *)omission->name);
		free((char *)omission->class);
		free((char *)omission->why);
	}
	vec_finish(&gathered->problems);
	vec_finish(&gathered->omissions);
}

struct sha256 sets_hash(const struct set_file *files, size_t count) {
	struct sha256_stream *stream = sha256_stream_create();
	for (size_t i = 0; i < count; i++) {
		sha256_stream_add(stream, files[i].sha256, strlen(files[i].sha256));
		sha256_stream_add(stream, "  ", 2);
		sha256_stream_add(stream, files[i].path, strlen(files[i].path));
		sha256_stream_add(stream, "\n", 1);
	}
	return sha256_stream_finish(stream);
}

/* What was left out before is forgotten with the set it was left out of. */
static int put_omissions(struct store *store, const char *split, const struct gathered *gathered,
	struct error *err) {
	size_t count = gathered->omissions.count;
	struct finding_record *findings = xcalloc(count + 1, sizeof(*findings));
	for (size_t i = 0; i < count; i++) {
		const struct dataset_omission *omission = &gathered->omissions.items[i];
		findings[i] = (struct finding_record){
			.problem = omission->name,
			.class = omission->class,
			.severity = "error",
			.place = "record",
			.evidence = omission->why,
			.text = "left out of the set: nothing could be scored by it",
		};
	}
	int rc = store_findings_replace(store, split, "inconsistent", findings, count, err);
	free(findings);
	return rc;
}

static int store_gathered(struct store *store, const struct dataset *dataset,
	const struct gathered *gathered, const struct set_file *files, size_t file_count,
	struct error *err) {
	struct sha256 hash = sets_hash(files, file_count);
	struct set_record record = {
		.name = dataset->name,
		.version = dataset->version,
		.hash = hash.hex,
		.problems = (int64_t)gathered->problems.count,
		.pulled_ns = clock_utc(),
	};
	int rc = store_begin(store, err);
	rc = rc < 0 ? rc : put_omissions(store, dataset->name, gathered, err);
	rc = rc < 0 ? rc
		    : store_set_replace(store, &record, files, file_count,
			      gathered->problems.items, gathered->problems.count, err);
	rc = rc < 0 ? rc : store_commit(store, err);
	if (rc < 0) {
		store_rollback(store);
	}
	return rc;
}

int sets_put(struct store *store, const struct dataset *dataset, const struct dataset_blob *blobs,
	size_t blob_count, const struct set_file *files, size_t file_count, int64_t *count_out,
	sets_omission_fn omit, void *data, struct error *err) {
	struct gathered gathered = {0};
	int rc = dataset_read(
		dataset, blobs, blob_count, gather, gather_omission, &gathered, err);
	if (rc == 0 && gathered.problems.count == 0) {
		rc = error_set(err, ERROR_INPUT, "no problem that could be scored by");
	}
	rc = rc < 0 ? rc : store_gathered(store, dataset, &gathered, files, file_count, err);
	if (rc == 0) {
		*count_out = (int64_t)gathered.problems.count;
		for (size_t i = 0; omit != NULL && i < gathered.omissions.count; i++) {
			omit(&gathered.omissions.items[i], data);
		}
	}
	gathered_finish(&gathered);
	return rc;
}

/* Whether the store holds the set with this hash. */
static int is_there(struct store *store, const char *name, const char *hash, bool *there_out,
	struct error *err) {
	struct set_record record = {0};
	bool found = false;
	int rc = store_set_get(store, name, &record, &found, err);
	if (rc == 0) {
		*there_out = found && (hash == NULL || strcmp(record.hash, hash) == 0);
		if (found) {
			set_record_finish(&record);
		}
	}
	return rc;
}

/* *hash_out must stay where it is as long as the file's record. */
static struct set_file built_in_file(
	const char *path, const char *data, size_t length, struct sha256 *hash_out) {
	*hash_out = sha256_of(data, length);
	return (struct set_file){
		.source = "built-in",
		.url = "",
		.commit = "",
		.path = path,
		.sha256 = hash_out->hex,
		.bytes = (int64_t)length,
	};
}

int sets_put_builtin(struct store *store, const struct dataset *dataset, bool *stored_out,
	int64_t *count_out, struct error *err) {
	size_t count = 0;
	struct dataset_blob *blobs = dataset_built_in(dataset, &count);
	struct sha256 *hashes = xcalloc(count + 1, sizeof(*hashes));
	struct set_file *files = xcalloc(count + 1, sizeof(*files));
	for (size_t i = 0; i < count; i++) {
		files[i] = built_in_file(blobs[i].path, blobs[i].data, blobs[i].length, &hashes[i]);
	}
	size_t file_count = count;
	const char *identity = dataset_identity(dataset);
	if (identity != NULL) {
		files[file_count] = built_in_file(
			"generator", identity, strlen(identity), &hashes[file_count]);
		file_count++;
	}
	struct sha256 hash = sets_hash(files, file_count);
	bool there = false;
	int64_t problems = dataset->count;
	int rc = is_there(store, dataset->name, hash.hex, &there, err);
	if (rc == 0 && !there) {
		rc = sets_put(store, dataset, blobs, count, files, file_count, &problems, NULL,
			NULL, err);
	}
	if (rc == 0) {
		*count_out = problems;
		if (stored_out != NULL) {
			*stored_out = !there;
		}
	}
	free(files);
	free(hashes);
	free(blobs);
	return rc;
}

int sets_ensure_builtin(struct store *store, const char *split, struct error *err) {
	struct dataset *dataset = NULL;
	int64_t count = 0;
	bool there = false;
	int rc = dataset_load(split, &dataset, err);
	if (rc < 0) {
		return rc;
	}
	for (size_t i = 0; rc == 0 && i < dataset->member_count; i++) {
		rc = sets_ensure_builtin(store, dataset->members[i], err);
	}
	if (rc < 0 || dataset->member_count > 0) {
		goto out;
	}
	if (dataset->built_in_count > 0) {
		rc = sets_put_builtin(store, dataset, NULL, &count, err);
		goto out;
	}
	rc = is_there(store, split, NULL, &there, err);
	if (rc == 0 && !there) {
		rc = error_set(err, ERROR_ENVIRONMENT,
			"%s has not been pulled yet; type: f2f pull %s", split, split);
	}
out:
	dataset_destroy(dataset);
	return rc;
}
