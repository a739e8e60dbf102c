#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "core/problem.h"
#include "store/store_internal.h"

void set_record_finish(struct set_record *set) {
	free(set->name);
	free(set->version);
	free(set->hash);
	*set = (struct set_record){0};
}

static int put_file(
	struct store *store, const char *set, const struct set_file *file, struct error *err) {
	return db_run(store->db, STATEMENT_FILE_PUT, err, NULL, NULL, "tttttti", set, file->source,
		file->url, file->commit, file->path, file->sha256, file->bytes);
}

static int put_problem(
	struct store *store, const struct problem *problem, int64_t position, struct error *err) {
	struct sha256 hash;
	int rc = store_text_put_optional(store, problem->statement, &hash, err);
	if (rc < 0) {
		return rc;
	}
	return db_run(store->db, STATEMENT_PROBLEM_PUT, err, NULL, NULL, "ttttttttttttttttit",
		problem->split, problem->name, problem->subset, problem->file_subset,
		problem->theorem, problem->informal, problem->informal_proof, problem->header,
		problem->preamble, problem->statement, problem->proof, problem->toolchain,
		problem->cell, problem->family, problem->program, problem->answer, position,
		store_hash_or_null(&hash));
}

int store_set_replace(struct store *store, const struct set_record *set,
	const struct set_file *files, size_t file_count, const struct problem *problems,
	size_t problem_count, struct error *err) {
	int rc = db_begin(store->db, err);
	if (rc < 0) {
		return rc;
	}
	rc = db_run(store->db, STATEMENT_SET_PUT, err, NULL, NULL, "tttii", set->name, set->version,
		set->hash, (int64_t)problem_count, set->pulled_ns);
	rc = rc < 0 ? rc
		    : db_run(store->db, STATEMENT_FILES_DELETE, err, NULL, NULL, "t", set->name);
	rc = rc < 0 ? rc
		    : db_run(store->db, STATEMENT_PROBLEMS_DELETE, err, NULL, NULL, "t", set->name);
	for (size_t i = 0; rc == 0 && i < file_count; i++) {
		rc = put_file(store, set->name, &files[i], err);
	}
	for (size_t i = 0; rc == 0 && i < problem_count; i++) {
		rc = put_problem(store, &problems[i], (int64_t)i, err);
	}
	rc = rc < 0 ? rc : db_commit(store->db, err);
	if (rc < 0) {
		db_rollback(store->db, NULL);
		store->open_transaction = false;
	}
	return rc;
}

static int copy_set(struct db_row *row, void *data, struct error *err) {
	(void)err;
	struct set_record *set = data;
	*set = (struct set_record){
		.name = xstrdup(db_text(row, 0)),
		.version = xstrdup(db_text(row, 1)),
		.hash = xstrdup(db_text(row, 2)),
		.problems = db_int(row, 3),
		.pulled_ns = db_int(row, 4),
	};
	return 0;
}

int store_set_get(struct store *store, const char *name, struct set_record *set_out,
	bool *found_out, struct error *err) {
	struct set_record set = {0};
	int rc = db_run(store->db, STATEMENT_SET_GET, err, copy_set, &set, "t", name);
	if (rc == 0) {
		*found_out = set.name != NULL;
		*set_out = set;
	}
	return rc;
}

/* A callback of the caller's, behind the row callback. */
struct each_file {
	int (*each)(const struct set_file *file, void *data);
	void *data;
};

static int give_file(struct db_row *row, void *data, struct error *err) {
	(void)err;
	struct each_file *each = data;
	struct set_file file = {
		.source = db_text(row, 0),
		.url = db_text(row, 1),
		.commit = db_text(row, 2),
		.path = db_text(row, 3),
		.sha256 = db_text(row, 4),
		.bytes = db_int(row, 5),
	};
	return each->each(&file, each->data);
}

int store_set_files(struct store *store, const char *name,
	int (*each)(const struct set_file *file, void *data), void *data, struct error *err) {
	return db_run(store->db, STATEMENT_FILES, err, give_file, &(struct each_file){each, data},
		"t", name);
}

/* ---- Problems. */

static struct problem problem_of(struct db_row *row) {
	// Borrowed from the row: a view, never finished.
	char *texts[16];
	for (int i = 0; i < 16; i++) {
		texts[i] = (char *)db_text(row, i);
	}
	return (struct problem){
		.split = texts[0],
		.name = texts[1],
		.subset = texts[2],
		.file_subset = texts[3],
		.theorem = texts[4],
		.informal = texts[5],
		.informal_proof = texts[6],
		.header = texts[7],
		.preamble = texts[8],
		.statement = texts[9],
		.proof = texts[10],
		.toolchain = texts[11],
		.cell = texts[12],
		.family = texts[13],
		.program = texts[14],
		.answer = texts[15],
	};
}

struct each_problem {
	int (*each)(const struct problem *problem, void *data);
	void *data;
};

static int give_problem(struct db_row *row, void *data, struct error *err) {
	(void)err;
	struct each_problem *each = data;
	struct problem problem = problem_of(row);
	return each->each(&problem, each->data);
}

int store_problems(struct store *store, const char *split, const char *subset,
	int (*each)(const struct problem *problem, void *data), void *data, struct error *err) {
	struct each_problem problem = {each, data};
	if (subset == NULL) {
		return db_run(
			store->db, STATEMENT_PROBLEMS, err, give_problem, &problem, "t", split);
	}
	if (str_starts_with(subset, "file:")) {
		return db_run(store->db, STATEMENT_PROBLEMS_BY_FILE_SUBSET, err, give_problem,
			&problem, "tt", split, subset + strlen("file:"));
	}
	return db_run(store->db, STATEMENT_PROBLEMS_BY_SUBSET, err, give_problem, &problem, "tt",
		split, subset);
}

struct each_split {
	int (*each)(const char *split, void *data);
	void *data;
};

static int give_split(struct db_row *row, void *data, struct error *err) {
	(void)err;
	struct each_split *each = data;
	return each->each(db_text(row, 0), each->data);
}

int store_problem_splits(struct store *store, const char *name,
	int (*each)(const char *split, void *data), void *data, struct error *err) {
	return db_run(store->db, STATEMENT_PROBLEM_SPLITS, err, give_split,
		&(struct each_split){each, data}, "t", name);
}

static int copy_problem(struct db_row *row, void *data, struct error *err) {
	(void)err;
	struct problem view = problem_of(row);
	problem_copy(&view, data);
	return 0;
}

int store_problem_get(struct store *store, const char *split, const char *name,
	struct problem *problem_out, struct error *err) {
	struct problem problem = {0};
	int rc = db_run(
		store->db, STATEMENT_PROBLEM_GET, err, copy_problem, &problem, "tt", split, name);
	if (rc == 0 && problem.name == NULL) {
		rc = error_set(err, ERROR_NOT_FOUND, "no problem %s in %s", name, split);
	}
	if (rc == 0) {
		*problem_out = problem;
	}
	return rc;
}
