#include "engine/reason.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/vec.h"
#include "core/completion.h"
#include "core/problem.h"
#include "logic/align.h"
#include "logic/generate.h"
#include "logic/solved.h"
#include "logic/verbalise.h"
#include "logic/vocabulary.h"

enum { NUMBER_MAX = 64, SHOTS = 2, SHOT_SEED = 20251123, PROOF_MAX = 1 << 20 };

static char *number_text(struct rational number) {
	struct buf text = BUF_INIT(NUMBER_MAX);
	rational_append(&text, number);
	return buf_detach(&text);
}

static struct alignment_record record_of(const struct solved *solved,
	const struct alignment *alignment, const char *proof_text, const char *answer) {
	struct alignment_record record = {
		.proof_text = proof_text,
		.aligner = F2F_READER,
		.answer = answer,
		.answer_correct = alignment->answer_correct,
		.complete = alignment->complete,
		.shortest_steps = (int64_t)solved->shortest.steps,
		.shortest_vertices = (int64_t)solved->shortest.vertices,
		.model_steps = (int64_t)alignment->model_steps,
		.model_vertices = (int64_t)alignment->model_vertices,
		.inside_steps = (int64_t)alignment->inside_steps,
		.step_efficiency = alignment->step_efficiency,
		.step_efficiency_lower = alignment->step_efficiency_lower,
		.step_efficiency_upper = alignment->step_efficiency_upper,
		.vertex_efficiency = alignment->vertex_efficiency,
	};
	for (size_t i = 0; i < ALIGNMENT_ORDERS; i++) {
		record.order_distance[i] = alignment->order_distance[i];
		record.order_chance[i] = alignment->order_chance[i];
	}
	for (size_t i = 0; i < ALIGNMENT_LABELS; i++) {
		record.labels[i] = (int64_t)alignment->label_counts[i];
	}
	return record;
}

static void add_reading(const struct solved *solved, struct alignment *alignment,
	const char *proof_text, struct reasoning *out) {
	size_t at = out->alignment_count++;
	out->answers[at] = alignment->has_answer ? number_text(alignment->answer) : NULL;
	out->alignments[at] = record_of(solved, alignment, proof_text, out->answers[at]);
}

/* An answer belongs to the reply: where its text gives one, that one counts for both readings. */
static void share_answer(struct alignment *text, struct alignment *thought) {
	struct alignment *from = text->has_answer ? text : thought;
	struct alignment *to = text->has_answer ? thought : text;
	to->has_answer = from->has_answer;
	to->answer = from->answer;
	to->answer_correct = from->answer_correct;
}

int reason_read(const struct problem *problem, const char *text, const char *reasoning,
	const char *proof_text, struct reasoning *out, struct error *err) {
	struct solved *solved = NULL;
	if (problem->program == NULL) {
		return error_set(err, ERROR_INPUT, "%s has no logic program", problem->name);
	}
	int rc = solved_parse(problem->program, strlen(problem->program), &solved, err);
	if (rc < 0) {
		error_prefix(err, "%s", problem->name);
		return rc;
	}
	bool thinks = reasoning != NULL && reasoning[0] != '\0';
	struct alignment answer;
	struct alignment thought = {0};
	align_text(solved, text, strlen(text), &answer);
	if (thinks) {
		align_text(solved, reasoning, strlen(reasoning), &thought);
		share_answer(&answer, &thought);
	}
	*out = (struct reasoning){0};
	add_reading(solved, &answer, "answer", out);
	if (thinks) {
		add_reading(solved, &thought, "reasoning", out);
	} else if (strcmp(proof_text, "reasoning") == 0) {
		// nothing was thought aloud: an empty proof, with the reply's answer
		align_text(solved, "", 0, &thought);
		share_answer(&answer, &thought);
		add_reading(solved, &thought, "reasoning", out);
	}
	out->outcome = !answer.has_answer	? OUTCOME_NO_CODE
		       : answer.answer_correct ? OUTCOME_ACCEPTED
					       : OUTCOME_REJECTED;
	out->reason = out->outcome == OUTCOME_REJECTED ? REASON_ERROR : REASON_NONE;
	alignment_finish(&answer);
	alignment_finish(&thought);
	solved_destroy(solved);
	return 0;
}

void reason_finish(struct reasoning *reasoning) {
	free(reasoning->answers[0]);
	free(reasoning->answers[1]);
	*reasoning = (struct reasoning){0};
}

int reason_store(struct store *store, int64_t sample_id, const struct reasoning *reasoning,
	struct error *err) {
	int rc = 0;
	for (size_t i = 0; i < reasoning->alignment_count && rc == 0; i++) {
		rc = store_alignment_put(store, sample_id, &reasoning->alignments[i], err);
	}
	return rc;
}

/* ---- Reading again. */

struct stored_key {
	char *split;
	char *problem;
	int64_t sample;
	int64_t id;
	enum outcome outcome; // a verdict has no word for no_code: "absent" is that
};

struct rereading {
	struct store *store;
	const char *run;
	const char *proof_text;
	void (*each)(const struct sample_key *key, const char *change, void *data);
	void *data;
	VEC(struct stored_key) keys;
	const struct stored_key *key;
	int64_t read;
	struct error *err;
};

static int gather(const struct sample_state *state, void *data) {
	struct rereading *rereading = data;
	if (state->missing == MISSING_NONE) {
		bool none = state->outcome == OUTCOME_REJECTED && state->reason == REASON_ABSENT;
		struct stored_key key = {xstrdup(state->key.split), xstrdup(state->key.problem),
			state->key.sample, state->id, none ? OUTCOME_NO_CODE : state->outcome};
		vec_push(&rereading->keys, key);
	}
	return 0;
}

/* Only an answer's outcome can change: a reply that was cut off stays one. */
static int put_outcome(struct rereading *rereading, const struct reasoning *reasoning) {
	const struct stored_key *key = rereading->key;
	bool read = key->outcome == OUTCOME_ACCEPTED || key->outcome == OUTCOME_REJECTED ||
		    key->outcome == OUTCOME_NO_CODE;
	if (!read || key->outcome == reasoning->outcome) {
		return 0;
	}
	bool right = reasoning->outcome == OUTCOME_ACCEPTED;
	struct verdict verdict = {
		.outcome = right ? OUTCOME_ACCEPTED : OUTCOME_REJECTED,
		.reason = right					  ? REASON_NONE
			  : reasoning->outcome == OUTCOME_NO_CODE ? REASON_ABSENT
								  : REASON_ERROR,
		.backend = (char *)F2F_READER, // borrowed: store_verdict_put only reads
	};
	if (rereading->each != NULL) {
		struct sample_key told = {rereading->run, key->split, key->problem, "reason",
			key->sample};
		char change[128];
		snprintf(change, sizeof(change), "%s, was %s", outcome_name(reasoning->outcome),
			outcome_name(key->outcome));
		rereading->each(&told, change, rereading->data);
	}
	return store_verdict_put(rereading->store, key->id, &verdict, rereading->err);
}

static int read_attempt(const struct stored_attempt *attempt, void *data) {
	struct rereading *rereading = data;
	const struct stored_key *key = rereading->key;
	struct problem problem = {0};
	struct reasoning reasoning = {0};
	if (attempt->reply == NULL) {
		return 0;
	}
	rereading->read++;
	int rc = store_problem_get(
		rereading->store, key->split, key->problem, &problem, rereading->err);
	rc = rc < 0 ? rc
		    : reason_read(&problem, attempt->reply, attempt->reasoning,
			      rereading->proof_text, &reasoning, rereading->err);
	rc = rc < 0 ? rc : reason_store(rereading->store, key->id, &reasoning, rereading->err);
	rc = rc < 0 ? rc : put_outcome(rereading, &reasoning);
	reason_finish(&reasoning);
	problem_finish(&problem);
	return rc;
}

int reason_reread(struct store *store, const char *run, const char *proof_text,
	void (*each)(const struct sample_key *key, const char *change, void *data), void *data,
	int64_t *read_out, struct error *err) {
	struct rereading rereading = {.store = store,
		.run = run,
		.proof_text = proof_text,
		.each = each,
		.data = data,
		.err = err};
	int rc = store_samples(store, run, gather, &rereading, err);
	rc = rc < 0 ? rc : store_begin(store, err);
	for (size_t i = 0; i < rereading.keys.count && rc == 0; i++) {
		const struct stored_key *at = &rereading.keys.items[i];
		struct sample_key key = {run, at->split, at->problem, "reason", at->sample};
		rereading.key = at;
		rc = store_attempt_read(store, &key, read_attempt, &rereading, err);
	}
	rc = rc < 0 ? rc : store_commit(store, err);
	if (rc < 0) {
		store_rollback(store);
	} else {
		*read_out = rereading.read;
	}
	for (size_t i = 0; i < rereading.keys.count; i++) {
		free(rereading.keys.items[i].split);
		free(rereading.keys.items[i].problem);
	}
	vec_finish(&rereading.keys);
	return rc;
}

/* ---- Worked examples. */

int reason_shots(const char *shots, char **text_out, struct error *err) {
	struct buf text = BUF_INIT(PROOF_MAX);
	struct vocabulary *vocabulary = NULL;
	bool none = strcmp(shots, "0") == 0;
	int rc = none ? 0 : vocabulary_load(&vocabulary, err);
	for (uint64_t i = 0; i < SHOTS && rc == 0 && !none; i++) {
		// the same problems for both kinds, with distractors: only the proofs differ
		const struct words_options options = {
			.seed = SHOT_SEED, .size = WORDS_TREE, .overlap = WORDS_NONE};
		struct words_problem problem;
		rc = words_generate(vocabulary, &options, i, &problem, err);
		if (rc == 0) {
			buf_appendf(&text, "Problem:\n%s %s\n\nProof:\n", problem.text,
				problem.question);
			verbalise_proof(problem.solved,
				strcmp(shots, "exhaustive") == 0 ? PROOF_EXHAUSTIVE
								 : PROOF_SHORTEST,
				&text);
			buf_append_str(&text, "\n");
			words_problem_finish(&problem);
		}
	}
	vocabulary_destroy(vocabulary);
	if (rc == 0) {
		*text_out = buf_detach(&text);
	}
	buf_finish(&text);
	return rc;
}
