#include <math.h>

#include "base/error.h"
#include "store/store_internal.h"

struct each_attempt {
	int (*each)(const struct stored_attempt *attempt, void *data);
	void *data;
	bool found;
};

static int give_attempt(struct db_row *row, void *data, struct error *err) {
	(void)err;
	struct each_attempt *each = data;
	struct stored_attempt attempt = {
		.id = db_int(row, 0),
		.outcome = db_text(row, 1),
		.reason = db_text(row, 2),
		.missing = db_text(row, 3),
		.note = db_text(row, 4),
		.prompt = db_text(row, 5),
		.reasoning = db_text(row, 6),
		.reply = db_text(row, 7),
		.candidate = db_text(row, 8),
		.difference = db_text(row, 9),
		.finish_reason = db_text(row, 10),
		.prompt_tokens = db_int(row, 11),
		.completion_tokens = db_int(row, 12),
		.attempts = db_int(row, 13),
		.elapsed_ns = db_int(row, 14),
		.wait_ns = db_int(row, 15),
		.request_id = db_text(row, 16),
		.model_returned = db_text(row, 17),
		.usd = db_is_null(row, 18) ? NAN : db_double(row, 18),
		.from_cache = db_int(row, 19) != 0,
		.repaired = db_int(row, 20) != 0,
	};
	each->found = true;
	return each->each(&attempt, each->data);
}

int store_attempt_read(struct store *store, const struct sample_key *key,
	int (*each)(const struct stored_attempt *attempt, void *data), void *data,
	struct error *err) {
	struct each_attempt attempt = {.each = each, .data = data};
	int rc = db_run(store->db, STATEMENT_ATTEMPT, err, give_attempt, &attempt, "tttti",
		key->run, key->split, key->problem, key->stage, key->sample);
	if (rc == 0 && !attempt.found) {
		rc = error_set(err, ERROR_NOT_FOUND, "no sample %lld of %s/%s in run %s",
			(long long)key->sample, key->split, key->problem, key->run);
	}
	return rc;
}

struct each_verdict {
	int (*each)(const struct stored_verdict *verdict, void *data);
	void *data;
};

static int give_verdict(struct db_row *row, void *data, struct error *err) {
	(void)err;
	struct each_verdict *each = data;
	struct stored_verdict verdict = {
		.outcome = db_text(row, 0),
		.reason = db_text(row, 1),
		.missing = db_text(row, 2),
		.axioms = db_text(row, 3),
		.messages = db_text(row, 4),
		.cpu_ns = db_int(row, 5),
		.elapsed_ns = db_int(row, 6),
		.backend = db_text(row, 7),
		.lean = db_text(row, 8),
		.policy = db_text(row, 9),
		.sandbox = db_text(row, 10),
		.mathlib = db_text(row, 11),
		.limits = {.cpu_s = db_int(row, 12),
			.wall_s = db_int(row, 13),
			.memory_bytes = db_int(row, 14)},
		.check_hash = db_text(row, 15),
		.reused = db_int(row, 16) != 0,
		.final = db_text(row, 17),
		.final_checker = db_text(row, 18),
		.final_messages = db_text(row, 19),
	};
	return each->each(&verdict, each->data);
}

int store_verdicts(struct store *store, int64_t sample_id,
	int (*each)(const struct stored_verdict *verdict, void *data), void *data,
	struct error *err) {
	return db_run(store->db, STATEMENT_VERDICTS, err, give_verdict,
		&(struct each_verdict){each, data}, "i", sample_id);
}

struct each_newest {
	int (*each)(const struct newest_verdict *verdict, void *data);
	void *data;
};

static int give_newest(struct db_row *row, void *data, struct error *err) {
	struct each_newest *each = data;
	struct newest_verdict verdict = {
		.sample_id = db_int(row, 0),
		.cpu_ns = db_int(row, 4),
		.created_ns = db_int(row, 5),
		.backend = db_text(row, 6),
		.lean = db_text(row, 7),
		.policy = db_text(row, 8),
		.cpu_limit_s = db_int(row, 9),
		.check_hash = db_text(row, 10),
		.reused = db_int(row, 11) != 0,
		.statement_broken = db_int(row, 12) != 0,
		.split = db_text(row, 13),
		.problem = db_text(row, 14),
		.sandbox = db_text(row, 15),
		.final_checker = db_text(row, 16),
	};
	int rc = store_read_words(
		row, 1, &verdict.outcome, &verdict.reason, &verdict.missing, err);
	return rc < 0 ? rc : each->each(&verdict, each->data);
}

int store_newest_verdicts(struct store *store, const char *run,
	int (*each)(const struct newest_verdict *verdict, void *data), void *data,
	struct error *err) {
	return db_run(store->db, STATEMENT_NEWEST_VERDICTS, err, give_newest,
		&(struct each_newest){each, data}, "t", run);
}

int store_candidate_put(struct store *store, int64_t sample_id, const char *candidate,
	const char *difference, struct error *err) {
	struct sha256 hash;
	int rc = store_text_put_optional(store, candidate, &hash, err);
	return rc < 0 ? rc
		      : db_run(store->db, STATEMENT_CANDIDATE_PUT, err, NULL, NULL, "itt",
				sample_id, store_hash_or_null(&hash), difference);
}
