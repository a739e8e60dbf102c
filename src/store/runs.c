#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/store_internal.h"

enum { CANDIDATES_SHOWN = 5 };

void run_record_finish(struct run_record *run) {
	free(run->id);
	free(run->state);
	free(run->model);
	free(run->split);
	free(run->subset);
	free(run->task);
	free(run->settings);
	free(run->manifest);
	*run = (struct run_record){0};
}

int store_run_insert(struct store *store, const struct run_record *run, struct error *err) {
	return db_run(store->db, STATEMENT_RUN_INSERT, err, NULL, NULL, "tiitttttitti", run->id,
		run->created_ns, run->finished_ns, run->state, run->model, run->split, run->subset,
		run->task, run->samples, run->settings, run->manifest, run->wall_ns);
}

int store_run_update(struct store *store, const struct run_record *run, struct error *err) {
	return db_run(store->db, STATEMENT_RUN_UPDATE, err, NULL, NULL, "tittti", run->id,
		run->finished_ns, run->state, run->settings, run->manifest, run->wall_ns);
}

/* Borrowed from the row: a view, never finished. */
static struct run_record run_of(struct db_row *row) {
	return (struct run_record){
		.id = (char *)db_text(row, 0),
		.created_ns = db_int(row, 1),
		.finished_ns = db_int(row, 2),
		.state = (char *)db_text(row, 3),
		.model = (char *)db_text(row, 4),
		.split = (char *)db_text(row, 5),
		.subset = (char *)db_text(row, 6),
		.task = (char *)db_text(row, 7),
		.samples = db_int(row, 8),
		.settings = (char *)db_text(row, 9),
		.manifest = (char *)db_text(row, 10),
		.wall_ns = db_int(row, 11),
	};
}

static void run_copy(const struct run_record *run, struct run_record *copy_out) {
	*copy_out = *run;
	copy_out->id = xstrdup(run->id);
	copy_out->state = xstrdup(run->state);
	copy_out->model = xstrdup(run->model);
	copy_out->split = xstrdup(run->split);
	copy_out->subset = xstrdup(run->subset);
	copy_out->task = xstrdup(run->task);
	copy_out->settings = xstrdup(run->settings);
	copy_out->manifest = xstrdup(run->manifest);
}

/* ---- Finding a run by what a person types. */

struct matching {
	const char *wanted;
	struct run_record exact;
	struct run_record only; // the first that matches by prefix
	struct buf matches;	// ids, for an ambiguous prefix
	int count;
	char **ids;
	size_t id_count;
};

static int match_run(struct db_row *row, void *data, struct error *err) {
	(void)err;
	struct matching *matching = data;
	struct run_record run = run_of(row);
	bool latest = strcmp(matching->wanted, "latest") == 0;
	matching->ids =
		xreallocarray(matching->ids, matching->id_count + 1, sizeof(*matching->ids));
	matching->ids[matching->id_count++] = xstrdup(run.id);
	if (matching->exact.id == NULL && (latest || strcmp(run.id, matching->wanted) == 0)) {
		run_copy(&run, &matching->exact);
	}
	if (!latest && str_starts_with(run.id, matching->wanted)) {
		if (matching->count == 0) {
			run_copy(&run, &matching->only);
		}
		if (matching->count < CANDIDATES_SHOWN) {
			buf_appendf(&matching->matches, "%s%s", matching->count > 0 ? ", " : "",
				run.id);
		}
		matching->count++;
	}
	return 0;
}

static int no_match(const struct matching *matching, struct error *err) {
	if (matching->id_count == 0) {
		return error_set(err, ERROR_USAGE,
			"there are no runs yet; type: f2f eval --model builtin/gold --split demo");
	}
	if (matching->count > 1) {
		return error_set(err, ERROR_USAGE, "\"%s\" begins %d runs: %s%s", matching->wanted,
			matching->count, buf_str(&matching->matches),
			matching->count > CANDIDATES_SHOWN ? ", …" : "");
	}
	const char *near = str_nearest(
		matching->wanted, (const char *const *)matching->ids, matching->id_count);
	return error_set(err, ERROR_USAGE, "no run \"%s\"%s%s%s; type: f2f runs", matching->wanted,
		near != NULL ? "; did you mean " : "", near != NULL ? near : "",
		near != NULL ? "?" : "");
}

int store_run_requests(
	struct store *store, const char *run, int64_t requests, struct error *err) {
	return db_run(store->db, STATEMENT_RUN_REQUESTS, err, NULL, NULL, "ti", run, requests);
}

int store_run_get(
	struct store *store, const char *id, struct run_record *run_out, struct error *err) {
	struct matching matching = {.wanted = id, .matches = BUF_INIT(4096)};
	int rc = db_run(store->db, STATEMENT_RUNS, err, match_run, &matching, "");
	if (rc == 0 && matching.exact.id != NULL) {
		*run_out = matching.exact;
		matching.exact = (struct run_record){0};
	} else if (rc == 0 && matching.count == 1 && id[0] != '\0') {
		*run_out = matching.only;
		matching.only = (struct run_record){0};
	} else if (rc == 0) {
		rc = no_match(&matching, err);
	}
	run_record_finish(&matching.exact);
	run_record_finish(&matching.only);
	buf_finish(&matching.matches);
	for (size_t i = 0; i < matching.id_count; i++) {
		free(matching.ids[i]);
	}
	free(matching.ids);
	return rc;
}

struct each_run {
	int (*each)(const struct run_record *run, void *data);
	void *data;
};

static int give_run(struct db_row *row, void *data, struct error *err) {
	(void)err;
	struct each_run *each = data;
	struct run_record run = run_of(row);
	return each->each(&run, each->data);
}

int store_runs(struct store *store, int (*each)(const struct run_record *run, void *data),
	void *data, struct error *err) {
	return db_run(store->db, STATEMENT_RUNS, err, give_run, &(struct each_run){each, data}, "");
}

/* ---- What a run set out to do. */

int store_run_problem_put(struct store *store, const char *run, const struct run_problem *problem,
	struct error *err) {
	return db_run(store->db, STATEMENT_RUN_PROBLEM_PUT, err, NULL, NULL, "tttttt", run,
		problem->split, problem->problem, problem->subset, problem->cell, problem->family);
}

struct each_run_problem {
	int (*each)(const struct run_problem *problem, void *data);
	void *data;
};

static int give_run_problem(struct db_row *row, void *data, struct error *err) {
	(void)err;
	struct each_run_problem *each = data;
	struct run_problem problem = {
		.split = db_text(row, 0),
		.problem = db_text(row, 1),
		.subset = db_text(row, 2),
		.cell = db_text(row, 3),
		.family = db_text(row, 4),
	};
	return each->each(&problem, each->data);
}

int store_run_problems(struct store *store, const char *run,
	int (*each)(const struct run_problem *problem, void *data), void *data, struct error *err) {
	return db_run(store->db, STATEMENT_RUN_PROBLEMS, err, give_run_problem,
		&(struct each_run_problem){each, data}, "t", run);
}
