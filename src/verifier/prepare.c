#include "verifier/prepare.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/trace.h"
#include "base/vec.h"
#include "core/verdict.h"
#include "io/loop.h"
#include "lean/check.h"
#include "verifier/job.h"
#include "verifier/pool.h"
#include "verifier/selftest.h"

enum { FAILURES_MAX = 3, HEADER_SHOWN = 60 };

enum state {
	STATE_TESTING,
	STATE_GOOD,
	STATE_FAILED, // it did not work this time: tried again when it is asked for again
	STATE_BAD, // it is not to be trusted, or it never works
};

/* Somebody who wants to know how the test of a header ends. */
struct waiter {
	struct entry *entry;
	verifier_prepared_fn done;
	void *data;
};

/* One header. */
struct entry {
	struct prepare *prepare;
	char *header;
	enum state state;
	struct selftest test;
	struct lean_check check; // at hand
	struct job *waiting;
	struct job **waiting_end;
	VEC(struct waiter *) waiters;
	int failures;
	struct error why;
};

struct prepare {
	struct verifier *verifier;
	struct map *by_header;
	VEC(struct entry *) entries;
};

static void ask(struct entry *entry);

struct prepare *prepare_create(struct verifier *verifier) {
	struct prepare *prepare = xcalloc(1, sizeof(*prepare));
	prepare->verifier = verifier;
	prepare->by_header = map_create();
	return prepare;
}

/* ---- Those who wait. */

static void waiter_forget(struct waiter *waiter) {
	struct entry *entry = waiter->entry;
	for (size_t i = 0; i < entry->waiters.count; i++) {
		if (entry->waiters.items[i] == waiter) {
			entry->waiters.items[i] = entry->waiters.items[--entry->waiters.count];
			return;
		}
	}
}

/* Deferred: the caller's function may close the verifier. */
static void waiter_tell(void *data) {
	struct waiter *waiter = data;
	struct error why = waiter->entry->why;
	bool good = waiter->entry->state == STATE_GOOD;
	waiter_forget(waiter);
	waiter->done(good ? NULL : &why, waiter->data);
	free(waiter);
}

static void tell_all(struct entry *entry) {
	struct loop *loop = entry->prepare->verifier->loop;
	while (entry->waiting != NULL) {
		struct job *job = entry->waiting;
		entry->waiting = job->next;
		if (entry->state == STATE_GOOD) {
			pool_submit(entry->prepare->verifier->pool, job);
		} else {
			job_missing(job, entry->why.message);
		}
	}
	entry->waiting_end = &entry->waiting;
	for (size_t i = 0; i < entry->waiters.count; i++) {
		// some may have been told before, and wait for the end of this turn
		loop_defer_cancel(loop, waiter_tell, entry->waiters.items[i]);
		loop_defer(loop, waiter_tell, entry->waiters.items[i]);
	}
}

/* ---- The test. */

static void fail(struct entry *entry, const struct verdict *verdict, const char *what) {
	const struct lean_info *lean = entry->prepare->verifier->options.lean;
	bool lied = verdict->outcome == OUTCOME_ACCEPTED;
	const char *header = entry->header;
	size_t shown = strcspn(header, "\n");
	error_set(&entry->why, ERROR_ENVIRONMENT,
		lied ? "Lean %s (%s) is not to be trusted under the header \"%.*s\": %s"
		     : "Lean %s (%s) does not work with the header \"%.*s\": %s",
		lean->version, entry->prepare->verifier->backend->name,
		(int)(shown < HEADER_SHOWN ? shown : HEADER_SHOWN), header, what);
	entry->failures++;
	entry->state = lied || entry->failures >= FAILURES_MAX ? STATE_BAD : STATE_FAILED;
	trace_event("selftest", 0, "%s", entry->why.message);
	tell_all(entry);
}

static void on_tested(const struct verdict *verdict, void *data) {
	struct entry *entry = data;
	char *what = NULL;
	lean_check_finish(&entry->check);
	if (!selftest_take(&entry->test, verdict, &what)) {
		fail(entry, verdict, what);
		free(what);
		return;
	}
	ask(entry);
}

static void ask(struct entry *entry) {
	struct verifier *verifier = entry->prepare->verifier;
	if (!selftest_next(&entry->test, entry->header, &entry->check)) {
		trace_event("selftest", 0, "passed: \"%.*s\"", (int)strcspn(entry->header, "\n"),
			entry->header);
		entry->state = STATE_GOOD;
		tell_all(entry);
		return;
	}
	pool_submit(verifier->pool, job_create(verifier, &entry->check, on_tested, entry));
}

/* The header's entry, and its test under way unless its end is known. */
static struct entry *find(struct prepare *prepare, const char *header) {
	struct entry *entry = map_get(prepare->by_header, header);
	if (entry == NULL) {
		entry = xcalloc(1, sizeof(*entry));
		entry->prepare = prepare;
		entry->header = xstrdup(header);
		entry->state = STATE_FAILED;
		entry->waiting_end = &entry->waiting;
		map_set(prepare->by_header, header, entry);
		vec_push(&prepare->entries, entry);
	}
	if (entry->state == STATE_FAILED) {
		entry->state = STATE_TESTING;
		entry->test = (struct selftest){0};
		ask(entry);
	}
	return entry;
}

void prepare_submit(struct prepare *prepare, struct job *job) {
	struct entry *entry = find(prepare, job->check->header);
	job->next = NULL;
	if (entry->state == STATE_GOOD) {
		pool_submit(prepare->verifier->pool, job);
	} else if (entry->state == STATE_BAD) {
		job_missing(job, entry->why.message);
	} else {
		*entry->waiting_end = job;
		entry->waiting_end = &job->next;
	}
}

void verifier_prepare(
	struct verifier *verifier, const char *header, verifier_prepared_fn done, void *data) {
	// In the form that checks have it.
	struct lean_check check;
	selftest_next(&(struct selftest){0}, header, &check);
	struct entry *entry = find(verifier->prepare, check.header);
	lean_check_finish(&check);
	struct waiter *waiter = xcalloc(1, sizeof(*waiter));
	*waiter = (struct waiter){entry, done, data};
	vec_push(&entry->waiters, waiter);
	if (entry->state != STATE_TESTING) {
		loop_defer(verifier->loop, waiter_tell, waiter);
	}
}

void prepare_cancel(struct prepare *prepare) {
	for (size_t i = 0; i < prepare->entries.count; i++) {
		struct entry *entry = prepare->entries.items[i];
		while (entry->waiting != NULL) {
			struct job *next = entry->waiting->next;
			job_free(entry->waiting);
			entry->waiting = next;
		}
		entry->waiting_end = &entry->waiting;
		for (size_t j = 0; j < entry->waiters.count; j++) {
			loop_defer_cancel(
				prepare->verifier->loop, waiter_tell, entry->waiters.items[j]);
			free(entry->waiters.items[j]);
		}
		entry->waiters.count = 0;
		lean_check_finish(&entry->check);
		// The job of its test is gone with the pool's others.
		entry->state = entry->state == STATE_TESTING ? STATE_FAILED : entry->state;
	}
}

void prepare_destroy(struct prepare *prepare) {
	if (prepare == NULL) {
		return;
	}
	prepare_cancel(prepare);
	for (size_t i = 0; i < prepare->entries.count; i++) {
		struct entry *entry = prepare->entries.items[i];
		vec_finish(&entry->waiters);
		free(entry->header);
		free(entry);
	}
	vec_finish(&prepare->entries);
	map_destroy(prepare->by_header, NULL);
	free(prepare);
}
