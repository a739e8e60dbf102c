#include "core/verdict.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const char *const outcomes[] = {
	[OUTCOME_NONE] = "",
	[OUTCOME_ACCEPTED] = "accepted",
	[OUTCOME_REJECTED] = "rejected",
	[OUTCOME_NO_CODE] = "no_code",
	[OUTCOME_TRUNCATED] = "truncated",
	[OUTCOME_REFUSED] = "refused",
	[OUTCOME_CONTEXT] = "context",
};

static const char *const reasons[] = {
	[REASON_NONE] = "",
	[REASON_ERROR] = "error",
	[REASON_SORRY] = "sorry",
	[REASON_AXIOMS] = "axioms",
	[REASON_STATEMENT] = "statement",
	[REASON_FORBIDDEN] = "forbidden",
	[REASON_ABSENT] = "absent",
	[REASON_TIMEOUT] = "timeout",
	[REASON_RESOURCES] = "resources",
};

static const char *const missings[] = {
	[MISSING_NONE] = "",
	[MISSING_ENDPOINT] = "endpoint",
	[MISSING_VERIFIER] = "verifier",
	[MISSING_ABANDONED] = "abandoned",
};

static bool find(const char *const *names, size_t count, const char *name, size_t *index_out) {
	for (size_t i = 0; name != NULL && i < count; i++) {
		if (strcmp(names[i], name) == 0) {
			*index_out = i;
			return true;
		}
	}
	return false;
}

const char *outcome_name(enum outcome outcome) {
	return outcomes[outcome];
}

const char *reject_reason_name(enum reject_reason reason) {
	return reasons[reason];
}

const char *missing_name(enum missing missing) {
	return missings[missing];
}

bool outcome_from_name(const char *name, enum outcome *outcome_out) {
	size_t index = 0;
	if (!find(outcomes, F2F_COUNT(outcomes), name, &index)) {
		return false;
	}
	*outcome_out = (enum outcome)index;
	return true;
}

bool reject_reason_from_name(const char *name, enum reject_reason *reason_out) {
	size_t index = 0;
	if (!find(reasons, F2F_COUNT(reasons), name, &index)) {
		return false;
	}
	*reason_out = (enum reject_reason)index;
	return true;
}

bool missing_from_name(const char *name, enum missing *missing_out) {
	size_t index = 0;
	if (!find(missings, F2F_COUNT(missings), name, &index)) {
		return false;
	}
	*missing_out = (enum missing)index;
	return true;
}

const char *final_outcome_name(enum final_outcome outcome) {
	static const char *const finals[] = {"", "accepted", "rejected", "failed"};
	return finals[outcome];
}

void verdict_finish(struct verdict *verdict) {
	for (size_t i = 0; i < verdict->axiom_count; i++) {
		free(verdict->axioms[i]);
	}
	free(verdict->axioms);
	free(verdict->messages);
	free(verdict->backend);
	free(verdict->lean);
	free(verdict->mathlib);
	free(verdict->policy);
	free(verdict->sandbox);
	free(verdict->check_hash);
	free(verdict->final_checker);
	free(verdict->final_messages);
	*verdict = (struct verdict){0};
}

void verdict_copy(const struct verdict *verdict, struct verdict *copy_out) {
	*copy_out = *verdict;
	copy_out->axioms = NULL;
	if (verdict->axiom_count > 0) {
		copy_out->axioms = xcalloc(verdict->axiom_count, sizeof(*copy_out->axioms));
	}
	for (size_t i = 0; i < verdict->axiom_count; i++) {
		copy_out->axioms[i] = xstrdup(verdict->axioms[i]);
	}
	copy_out->messages = xstrdup(verdict->messages);
	copy_out->backend = xstrdup(verdict->backend);
	copy_out->lean = xstrdup(verdict->lean);
	copy_out->mathlib = xstrdup(verdict->mathlib);
	copy_out->policy = xstrdup(verdict->policy);
	copy_out->sandbox = xstrdup(verdict->sandbox);
	copy_out->check_hash = xstrdup(verdict->check_hash);
	copy_out->final_checker = xstrdup(verdict->final_checker);
	copy_out->final_messages = xstrdup(verdict->final_messages);
}
