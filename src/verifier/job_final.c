/* Between the filter's verdict and the caller: the final check, where it is asked for. */

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/loop.h"
#include "lean/check.h"
#include "verifier/final.h"
#include "verifier/job.h"

#define NEEDED                                                                                      \
	"the words in this proof need the final check, and there is none: give --final-checker, "   \
	"or the strict policy"

static void set_messages(struct verdict *verdict, char *messages) {
	free(verdict->messages);
	verdict->messages = messages;
}

static void missing(struct verdict *verdict, char *messages) {
	verdict->outcome = OUTCOME_NONE;
	verdict->reason = REASON_NONE;
	verdict->missing = MISSING_VERIFIER;
	set_messages(verdict, messages);
}

static void reject(struct verdict *verdict, enum reject_reason reason, char *messages) {
	verdict->outcome = OUTCOME_REJECTED;
	verdict->reason = reason;
	set_messages(verdict, messages);
}

/* The filter's verdict with the final check's word. Only that word keeps it accepted. */
static void merge(
	struct verdict *verdict, const struct final_result *result, const char *checker) {
	char *said = xasprintf("final check (%s): %s", checker, result->messages);
	verdict->final = result->outcome;
	verdict->final_checker = xstrdup(checker);
	verdict->final_messages = xstrdup(result->messages);
	verdict->cpu_ns += result->cpu_ns;
	if (result->outcome == FINAL_ACCEPTED) {
		free(said);
	} else if (result->outcome == FINAL_REJECTED || result->caused) {
		reject(verdict, result->reason, said);
	} else {
		missing(verdict, said);
	}
}

static void unlist(struct job *job) {
	struct job **link = &job->verifier->finals;
	while (*link != job) {
		link = &(*link)->next;
	}
	*link = job->next;
}

static void on_final(const struct final_result *result, void *data) {
	struct job *job = data;
	struct verifier *verifier = job->verifier;
	unlist(job);
	merge(&job->verdict, result, final_name(verifier->final));
	job->verdict.elapsed_ns = loop_now(verifier->loop) - job->submitted_ns;
	job_finish(job);
}

bool job_to_final(struct job *job) {
	struct verifier *verifier = job->verifier;
	if (job->verdict.outcome != OUTCOME_ACCEPTED) {
		return false;
	}
	if (verifier->final == NULL) {
		if (job->check->needs_final) {
			missing(&job->verdict, xstrdup(NEEDED));
		}
		return false;
	}
	if (!final_wanted(verifier->final, job->check)) {
		return false;
	}
	job->next = verifier->finals;
	verifier->finals = job;
	final_submit(verifier->final, job->check, on_final, job);
	return true;
}

void job_cancel_finals(struct verifier *verifier) {
	if (verifier->final != NULL) {
		final_cancel_all(verifier->final);
	}
	while (verifier->finals != NULL) {
		struct job *next = verifier->finals->next;
		job_free(verifier->finals);
		verifier->finals = next;
	}
}
