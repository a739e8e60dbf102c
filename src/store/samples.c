#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "core/completion.h"
#include "store/store_internal.h"

enum { AXIOMS_MAX = 1 << 20 };

static int take_id(struct db_row *row, void *data, struct error *err) {
	(void)err;
	*(int64_t *)data = db_int(row, 0);
	return 0;
}

/* What a row is made of. */
struct sample_row {
	const struct sample_record *sample;
	const struct completion *completion;
	struct sha256 prompt;
	struct sha256 reply;
	struct sha256 reasoning;
	struct sha256 candidate;
};

static int put_row(struct store *store, enum statement statement, const struct sample_row *row,
	int64_t *id, struct error *err) {
	const struct sample_record *sample = row->sample;
	const struct sample_key *key = &sample->key;
	const struct completion *completion = row->completion;
	// NAN binds as NULL.
	return db_run(store->db, statement, err, take_id, id,
		"ttttittttttttt"
		"itttt"
		"iiiid"
		"iiiiii",
		key->run, key->split, key->problem, key->stage, key->sample,
		outcome_name(sample->outcome), reject_reason_name(sample->reason),
		missing_name(sample->missing), sample->note, store_hash_or_null(&row->prompt),
		store_hash_or_null(&row->reply), store_hash_or_null(&row->reasoning),
		store_hash_or_null(&row->candidate), sample->difference,
		(int64_t)completion->repaired, completion->finish_reason, completion->model,
		completion->fingerprint, completion->request_id, completion->prompt_tokens,
		completion->completion_tokens, completion->reasoning_tokens,
		completion->cached_tokens, completion->usd, sample->attempts, sample->elapsed_ns,
		sample->wait_ns, clock_utc(), sample->shared_with, (int64_t)sample->from_cache);
}

int store_sample_put(struct store *store, const struct sample_record *sample, int64_t *id_out,
	struct error *err) {
	struct completion none;
	completion_init(&none);
	const struct completion *completion =
		sample->completion != NULL ? sample->completion : &none;
	const struct sample_key *key = &sample->key;
	struct sample_row row = {.sample = sample, .completion = completion};
	int rc = store_text_put_optional(store, sample->prompt, &row.prompt, err);
	const char *text = sample->completion != NULL ? completion->text : NULL;
	rc = rc < 0 ? rc : store_text_put_optional(store, text, &row.reply, err);
	rc = rc < 0 ? rc
		    : store_text_put_optional(store, completion->reasoning, &row.reasoning, err);
	rc = rc < 0 ? rc : store_text_put_optional(store, sample->candidate, &row.candidate, err);
	if (rc < 0) {
		completion_finish(&none);
		return rc;
	}
	int64_t id = 0;
	rc = put_row(store, STATEMENT_SAMPLE_PUT_NEW, &row, &id, err);
	if (rc == 0 && db_changes(store->db) > 0) {
		id = db_last_id(store->db);
	} else if (rc == 0) {
		rc = put_row(store, STATEMENT_SAMPLE_PUT, &row, &id, err);
	}
	completion_finish(&none);
	if (rc == 0 && id == 0) {
		rc = error_set(err, ERROR_DATABASE,
			"%s/%s sample %lld of run %s has an outcome already", key->split,
			key->problem, (long long)key->sample, key->run);
	}
	if (rc == 0) {
		*id_out = id;
	}
	return rc;
}

static char *axioms_json(const struct verdict *verdict) {
	struct buf out = BUF_INIT(AXIOMS_MAX);
	buf_append_char(&out, '[');
	for (size_t i = 0; i < verdict->axiom_count; i++) {
		if (i > 0) {
			buf_append_char(&out, ',');
		}
		json_append_string(&out, verdict->axioms[i], strlen(verdict->axioms[i]));
	}
	buf_append_char(&out, ']');
	return buf_detach(&out);
}

int store_verdict_put(
	struct store *store, int64_t sample_id, const struct verdict *verdict, struct error *err) {
	const char *outcome = outcome_name(verdict->outcome);
	const char *reason = reject_reason_name(verdict->reason);
	const char *missing = missing_name(verdict->missing);
	bool said = verdict->messages != NULL && verdict->messages[0] != '\0';
	struct sha256 messages;
	int rc = store_text_put_optional(store, said ? verdict->messages : NULL, &messages, err);
	if (rc < 0) {
		return rc;
	}
	char *axioms = axioms_json(verdict);
	rc = db_run(store->db, STATEMENT_VERDICT_PUT, err, NULL, NULL, "itttttiittttitiiitittt",
		sample_id, outcome, reason, missing, axioms, store_hash_or_null(&messages),
		verdict->cpu_ns, verdict->elapsed_ns, verdict->backend, verdict->lean,
		verdict->policy, verdict->sandbox, clock_utc(), verdict->mathlib,
		verdict->limits.cpu_s, verdict->limits.wall_s, verdict->limits.memory_bytes,
		verdict->check_hash, (int64_t)verdict->reused, final_outcome_name(verdict->final),
		verdict->final_checker, verdict->final_messages);
	free(axioms);
	return rc < 0 ? rc
		      : db_run(store->db, STATEMENT_SAMPLE_OUTCOME, err, NULL, NULL, "ittt",
				sample_id, outcome, reason, missing);
}

int store_read_words(struct db_row *row, int column, enum outcome *outcome,
	enum reject_reason *reason, enum missing *missing, struct error *err) {
	*outcome = OUTCOME_NONE;
	*reason = REASON_NONE;
	*missing = MISSING_NONE;
	bool known =
		(db_is_null(row, column) || outcome_from_name(db_text(row, column), outcome)) &&
		(db_is_null(row, column + 1) ||
			reject_reason_from_name(db_text(row, column + 1), reason)) &&
		(db_is_null(row, column + 2) ||
			missing_from_name(db_text(row, column + 2), missing));
	return known ? 0
		     : error_set(err, ERROR_DATABASE,
			       "a sample holds a word that this f2f does not know");
}

struct each_sample {
	const char *run;
	int (*each)(const struct sample_state *state, void *data);
	void *data;
};

static int give_sample(struct db_row *row, void *data, struct error *err) {
	struct each_sample *each = data;
	struct sample_state state = {
		.id = db_int(row, 0),
		.key = {each->run, db_text(row, 1), db_text(row, 2), db_text(row, 3),
			db_int(row, 4)},
		.candidate_hash = db_text(row, 8),
		.shared_with = db_int(row, 9),
	};
	int rc = store_read_words(row, 5, &state.outcome, &state.reason, &state.missing, err);
	return rc < 0 ? rc : each->each(&state, each->data);
}

int store_samples(struct store *store, const char *run,
	int (*each)(const struct sample_state *state, void *data), void *data, struct error *err) {
	return db_run(store->db, STATEMENT_SAMPLES, err, give_sample,
		&(struct each_sample){run, each, data}, "t", run);
}

void stored_sample_finish(struct stored_sample *sample) {
	free(sample->reply);
	*sample = (struct stored_sample){0};
}

static int copy_sample(struct db_row *row, void *data, struct error *err) {
	struct stored_sample *sample = data;
	sample->id = db_int(row, 0);
	sample->reply = xstrdup(db_text(row, 4));
	return store_read_words(row, 1, &sample->outcome, &sample->reason, &sample->missing, err);
}

int store_sample_get(struct store *store, const struct sample_key *key,
	struct stored_sample *sample_out, struct error *err) {
	struct stored_sample sample = {0};
	int rc = db_run(store->db, STATEMENT_SAMPLE_GET, err, copy_sample, &sample, "tttti",
		key->run, key->split, key->problem, key->stage, key->sample);
	if (rc == 0 && sample.id == 0) {
		rc = error_set(err, ERROR_NOT_FOUND, "no sample %lld of %s/%s in run %s",
			(long long)key->sample, key->split, key->problem, key->run);
	}
	if (rc < 0) {
		stored_sample_finish(&sample);
		return rc;
	}
	*sample_out = sample;
	return 0;
}

static int take_tokens(struct db_row *row, void *data, struct error *err) {
	(void)err;
	struct run_cost *cost = data;
	cost->prompt_tokens = db_int(row, 0);
	cost->completion_tokens = db_int(row, 1);
	cost->usd = db_is_null(row, 2) ? NAN : db_double(row, 2);
	cost->from_cache = db_int(row, 3);
	cost->unpriced = db_int(row, 4);
	cost->paid_tokens = db_int(row, 5);
	cost->solved = db_int(row, 6);
	int64_t told = db_int(row, 7); // of by samples
	cost->requests = db_int(row, 8);
	cost->lost_requests = cost->requests > told ? cost->requests - told : 0;
	cost->uncounted = db_int(row, 9);
	cost->paid_uncounted = db_int(row, 10);
	return 0;
}

static int take_lean(struct db_row *row, void *data, struct error *err) {
	(void)err;
	struct run_cost *cost = data;
	cost->lean_cpu_ns = db_int(row, 0);
	cost->unmeasured = db_int(row, 1);
	return 0;
}

int store_run_cost(
	struct store *store, const char *run, struct run_cost *cost_out, struct error *err) {
	struct run_cost cost = {.usd = NAN};
	struct run_record record;
	int rc = store_run_get(store, run, &record, err);
	if (rc < 0) {
		return rc;
	}
	cost.wall_ns = record.wall_ns;
	rc = db_run(store->db, STATEMENT_COST_TOKENS, err, take_tokens, &cost, "t", record.id);
	rc = rc < 0 ? rc
		    : db_run(store->db, STATEMENT_COST_LEAN, err, take_lean, &cost, "t", record.id);
	run_record_finish(&record);
	if (rc == 0) {
		*cost_out = cost;
	}
	return rc;
}
