#include "engine/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "core/completion.h"
#include "engine/reason.h"

static const char backend_text[] = "text";

static void judge_completion(const struct record_context *context,
	const struct completion *completion, struct sample_record *sample,
	struct candidate_result *result, struct recorded *recorded) {
	if (completion->finish == FINISH_REFUSED) {
		sample->outcome = OUTCOME_REFUSED;
		return;
	}
	if (completion->finish == FINISH_LENGTH) {
		sample->outcome = OUTCOME_TRUNCATED;
		return;
	}
	*result = lean_candidate_from_reply(context->problem, context->policy, completion->text,
		strlen(completion->text), &recorded->candidate);
	switch (result->status) {
	case CANDIDATE_OK:
		recorded->to_check = true;
		return;
	case CANDIDATE_NO_CODE:
		// An endpoint that never says why it ended, and code that stops in its middle: cut
		// off, not absent.
		sample->outcome = result->truncated && completion->finish_reason == NULL
					  ? OUTCOME_TRUNCATED
					  : OUTCOME_NO_CODE;
		break;
	case CANDIDATE_REJECTED:
		sample->outcome = OUTCOME_REJECTED;
		sample->reason = result->reason;
		break;
	}
	if (sample->note == NULL && result->note[0] != '\0') {
		sample->note = result->note;
	}
}

/* A proof in words: read at once. A reply that was cut off or refused stays what it is, but what
 * there is of it is read too. */
static int read_reasoning(const struct record_context *context, const struct completion *completion,
	struct sample_record *sample, struct reasoning *reasoning, struct error *err) {
	int rc = reason_read(context->problem, completion->text, completion->reasoning,
		context->proof_text != NULL ? context->proof_text : "answer", reasoning, err);
	if (rc < 0) {
		return rc;
	}
	sample->outcome = completion->finish == FINISH_REFUSED	? OUTCOME_REFUSED
			  : completion->finish == FINISH_LENGTH ? OUTCOME_TRUNCATED
								: reasoning->outcome;
	sample->reason = sample->outcome == OUTCOME_REJECTED ? reasoning->reason : REASON_NONE;
	return 0;
}

int record_reply(const struct record_context *context, const struct record_reply *reply,
	struct recorded *recorded_out, struct error *err) {
	struct recorded recorded = {0};
	struct candidate_result result = {0};
	struct sample_record sample = {
		.key = context->key,
		.outcome = reply->outcome,
		.missing = reply->missing,
		.note = reply->note,
		.prompt = context->prompt,
		.completion = reply->completion,
		.attempts = context->attempts,
		.from_cache = context->from_cache,
		.elapsed_ns = context->elapsed_ns,
		.wait_ns = context->wait_ns,
	};
	struct reasoning reasoning = {0};
	bool words = strcmp(context->key.stage, "reason") == 0;
	int rc = 0;
	if (reply->missing != MISSING_NONE) {
		// What came of a reply that broke off is kept, and not judged.
	} else if (reply->completion != NULL && words) {
		rc = read_reasoning(context, reply->completion, &sample, &reasoning, err);
	} else if (reply->completion != NULL) {
		judge_completion(context, reply->completion, &sample, &result, &recorded);
	}
	if (rc < 0) {
		return rc;
	}
	char *text = recorded.to_check ? lean_candidate_text(&recorded.candidate) : NULL;
	sample.candidate = text;
	sample.difference = recorded.candidate.difference;
	rc = store_sample_put(context->store, &sample, &recorded.sample_id, err);
	rc = rc < 0 ? rc : reason_store(context->store, recorded.sample_id, &reasoning, err);
	reason_finish(&reasoning);
	if (rc == 0 && context->twin_split != NULL) {
		sample.key.split = context->twin_split;
		sample.shared_with = recorded.sample_id;
		rc = store_sample_put(context->store, &sample, &recorded.twin_id, err);
	}
	free(text);
	if (rc < 0) {
		lean_candidate_finish(&recorded.candidate);
		return rc;
	}
	*recorded_out = recorded;
	return 0;
}

/* By its text alone; a verdict has no word for "no code", so that is absent. */
static struct verdict text_verdict(const struct candidate_result *result, enum lean_policy policy) {
	return (struct verdict){
		.outcome = OUTCOME_REJECTED,
		.reason = result->status == CANDIDATE_NO_CODE ? REASON_ABSENT : result->reason,
		.messages = xstrdup(result->note),
		.backend = xstrdup(backend_text),
		.policy = xstrdup(lean_policy_name(policy)),
	};
}

/* Whether the text says what it said before: then nothing has changed. */
static bool is_same(const struct candidate_result *result, const struct recorded *recorded) {
	bool none = result->status == CANDIDATE_NO_CODE &&
		    recorded->before.outcome == OUTCOME_NO_CODE;
	return none || (recorded->before.outcome == OUTCOME_REJECTED &&
			       recorded->before.reason == recorded->verdict.reason);
}

int record_recall(struct store *store, const struct sample_key *key, const char *twin_split,
	const struct problem *problem, enum lean_policy policy, struct recorded *recorded_out,
	struct error *err) {
	struct recorded recorded = {0};
	struct stored_sample stored = {0};
	struct stored_sample twin = {0};
	struct candidate_result result;
	int rc = store_sample_get(store, key, &stored, err);
	if (rc == 0 && twin_split != NULL) {
		struct sample_key twin_key = *key;
		twin_key.split = twin_split;
		rc = store_sample_get(store, &twin_key, &twin, err);
	}
	if (rc < 0) {
		goto out;
	}
	if (stored.reply == NULL) {
		rc = error_set(err, ERROR_NOT_FOUND, "%s/%s has no stored reply", key->split,
			key->problem);
		goto out;
	}
	recorded.sample_id = stored.id;
	recorded.twin_id = twin.id;
	recorded.before = (struct recorded_before){stored.outcome, stored.reason, stored.missing};
	result = lean_candidate_from_reply(
		problem, policy, stored.reply, strlen(stored.reply), &recorded.candidate);
	recorded.to_check = result.status == CANDIDATE_OK;
	if (!recorded.to_check) {
		recorded.verdict = text_verdict(&result, policy);
		recorded.refused = !is_same(&result, &recorded);
	}
	*recorded_out = recorded;
out:
	stored_sample_finish(&stored);
	stored_sample_finish(&twin);
	return rc;
}

int record_candidate(struct store *store, const struct recorded *recorded, struct error *err) {
	char *text = lean_candidate_text(&recorded->candidate);
	const char *difference = recorded->candidate.difference;
	int rc = store_candidate_put(store, recorded->sample_id, text, difference, err);
	if (rc == 0 && recorded->twin_id > 0) {
		rc = store_candidate_put(store, recorded->twin_id, text, difference, err);
	}
	free(text);
	return rc;
}
