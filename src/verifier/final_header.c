#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "verifier/final_internal.h"

/* Before a header's first check the checker has to show that it works with this Lean and these
 * imports, and that it refuses what it is there to refuse. */

enum header_state { HEADER_TESTING, HEADER_GOOD, HEADER_BAD };

struct final_header {
	struct final_header *next;
	char *text;
	enum header_state state;
	int left; // self-tests
	char *why; // with HEADER_BAD
};

#define NAME "f2f_selftest"
#define CHALLENGE "theorem " NAME " : True := sorry\n"

/* A self-test: what is submitted against which challenge. */
static const struct test {
	const char *what; // for messages, when it goes wrong
	const char *challenge;
	const char *solution;
	bool refuse;
	unsigned sees; // what a checker has to see to refuse it
} tests[] = {
	{"it does not accept a true theorem", CHALLENGE, "theorem " NAME " : True := True.intro\n",
		false, 0},
	{"it accepts a hole", CHALLENGE, CHALLENGE, true, FINAL_SEES_AXIOMS},
	{"it accepts an axiom", CHALLENGE,
		"axiom f2f_oracle : True\n\ntheorem " NAME " : True := f2f_oracle\n", true,
		FINAL_SEES_AXIOMS},
	{"it accepts another statement", "theorem " NAME " : True ∧ True := sorry\n",
		"theorem " NAME " : True := True.intro\n", true, FINAL_SEES_STATEMENT},
};

static struct final_header *find(const struct final_check *final, const char *text) {
	struct final_header *header = final->headers;
	while (header != NULL && strcmp(header->text, text) != 0) {
		header = header->next;
	}
	return header;
}

bool final_header_is_new(const struct final_check *final, const char *header) {
	return find(final, header) == NULL;
}

static void refuse(struct final_job *job, const char *why) {
	struct final_result result = {.outcome = FINAL_FAILED,
		.messages = xasprintf("the final check's self-test: %s", why)};
	final_job_end(job, &result);
}

/* All are known: those that waited go on, or hear why not. */
static void settle(struct final_check *final, struct final_header *header) {
	header->state = header->why == NULL ? HEADER_GOOD : HEADER_BAD;
	for (struct final_job *job = final->jobs; job != NULL; job = job->next) {
		if (job->header != header || job->state != FINAL_WAITING) {
			continue;
		}
		if (header->state == HEADER_GOOD) {
			job->state = FINAL_QUEUED;
		} else {
			refuse(job, header->why);
		}
	}
	final_wake(final);
}

static void on_tested(const struct final_result *result, void *data) {
	struct final_job *job = data;
	struct final_header *header = job->header;
	enum final_outcome wanted = job->refuse ? FINAL_REJECTED : FINAL_ACCEPTED;
	if (result->outcome != wanted && header->why == NULL) {
		const struct test *test = &tests[job->own.proof_line];
		header->why = result->outcome == FINAL_FAILED
				      ? xasprintf("%s", result->messages)
				      : xasprintf("%s (%.200s)", test->what, result->messages);
	}
	if (--header->left == 0) {
		settle(job->final, header);
	}
}

static void start_test(struct final_check *final, struct final_header *header, unsigned index) {
	struct final_job *job = xcalloc(1, sizeof(*job));
	*job = (struct final_job){
		.final = final,
		.done = on_tested,
		.data = job,
		.header = header,
		.refuse = tests[index].refuse,
		.state = FINAL_QUEUED,
		.own = {.header = xstrdup(header->text),
			.body = xstrdup(tests[index].solution),
			.theorem = xstrdup(NAME),
			.challenge = xstrdup(tests[index].challenge),
			.proof_line = index, // it has no proof of its own: which test it is
			.append_line = 1000},
	};
	job->check = &job->own;
	header->left++;
	final_push(final, job);
}

void final_header_admit(struct final_job *job, const char *text) {
	struct final_check *final = job->final;
	struct final_header *header = find(final, text);
	bool new = header == NULL;
	if (new) {
		header = xcalloc(1, sizeof(*header));
		*header = (struct final_header){.next = final->headers, .text = xstrdup(text)};
		final->headers = header;
	}
	job->header = header;
	job->state = FINAL_WAITING;
	final_push(final, job);
	unsigned sees = final->tool.checker->sees;
	for (unsigned i = 0; new && i < F2F_COUNT(tests); i++) {
		if ((tests[i].sees & sees) == tests[i].sees) {
			start_test(final, header, i);
		}
	}
	if (header->state == HEADER_GOOD) {
		job->state = FINAL_QUEUED;
	} else if (header->state == HEADER_BAD) {
		refuse(job, header->why);
	}
}

void final_headers_free(struct final_check *final) {
	while (final->headers != NULL) {
		struct final_header *next = final->headers->next;
		free(final->headers->text);
		free(final->headers->why);
		free(final->headers);
		final->headers = next;
	}
}
