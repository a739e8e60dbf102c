#ifndef F2F_ENGINE_RUN_INTERNAL_H
#define F2F_ENGINE_RUN_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/sha256.h"
#include "core/completion.h"
#include "core/problem.h"
#include "engine/lanes.h"
#include "engine/plan.h"
#include "engine/record.h"
#include "engine/run.h"
#include "io/http.h"
#include "lean/candidate.h"
#include "lean/check.h"
#include "store/store.h"

struct record_reply;
struct loop_hook;
struct loop_signal;
struct loop_timer;
struct term_progress;

enum attempt_state {
	ATTEMPT_STARTING, // deferred: a local source answers, or a stored reply is checked
	ATTEMPT_QUEUED, // for a server that is free
	ATTEMPT_ASKING, // a request is in flight
	ATTEMPT_WAITING, // for a retry
	ATTEMPT_FOLLOWING, // another one's request asks for it too: engine/group.h
	ATTEMPT_CHECKING, // with the verifier
};

/** One sample on its way from the plan to the store. Owns everything it needs. */
struct attempt {
	struct engine *engine;
	struct attempt *next;
	struct attempt *previous;
	enum attempt_state state;
	struct attempt *leader; // whom it follows; NULL: nobody
	struct attempt *followers; // by follower_next, as their samples are numbered
	struct attempt *follower_next;
	struct plan_item item;
	uint64_t seed; // attempt_seed
	struct problem problem;
	struct buf prompt;
	struct http_request request;
	bool request_built;
	bool request_plain; // for the first server, whole, with nothing left out
	struct sha256 cache_key; // hex "": none
	bool from_cache;
	struct cache_reply cached; // when from_cache
	struct http_transfer *transfer;
	struct lane *lane; // of the last request
	struct lane *avoid; // it failed there: rather not again; NULL: any
	bool in_lane; // counted by the lane's limiter
	int64_t reserved; // tokens
	struct spend_share held; // of the run's limits, while in_lane
	struct attempt *queue_next;
	struct attempt *queue_previous;
	struct ask ask; // of the current request
	struct reading *reading; // of the response that is coming
	struct completion said; // by a model that paused; text NULL: nothing
	struct completion partial; // of a reply that broke off; text NULL: none
	struct loop_timer *timer;
	int64_t started_ns;
	int64_t first_asked_ns;
	int64_t asked_ns; // start of the current request
	int64_t ended_ns; // end of the last one
	struct retry_record failing;
	int64_t elapsed_ns; // of the last request
	int64_t wait_ns; // between requests
	int64_t attempts;
	int64_t unpaid; // requests among them that reached nobody, or were turned down
	int adjustments;
	int continuations;
	int64_t sample_id; // 0 until recorded
	int64_t twin_id; // 0: none
	struct recorded_before before; // what the store said of it
	struct lean_check check;
};

struct engine {
	const struct engine_options *options;
	struct engine_result *result;
	struct lanes lanes; // none for a local source
	struct attempt *queue_first; // waiting for a lane
	struct attempt *queue_last;
	struct loop_timer *dispatch_timer;
	enum lanes_wait wait; // why the first of the queue waits
	int64_t wait_until_ns; // 0: for a reply
	char wait_why[256]; // what the endpoint said of it
	char *cache_url; // redacted: of its requests; NULL before the first one
	char *cache_endpoint; // redacted: of the first server
	void *source; // of a local provider
	struct capabilities capabilities;
	struct attempt *attempts;
	size_t in_flight; // attempts that exist
	size_t asking; // starting, asking, waiting or following
	size_t following; // of those
	size_t checking;
	size_t accepted; // in this session, as what follows
	size_t done;
	size_t cancelled; // taken from the plan, and to be done another time
	int64_t began_ns;
	struct spend spend;
	struct spend_share held; // by what is in flight
	int64_t last_reply_ns;
	int given_up; // samples, since then
	int64_t requests; // sent in this session
	int64_t requests_stored;
	int signals;
	bool stopping; // start nothing more
	bool failed; // the store failed: failure says why
	struct error failure;
	struct loop_hook *top_up_hook;
	struct loop_hook *commit_hook;
	struct loop_signal *interrupt;
	struct loop_signal *terminate;
	struct loop_signal *hangup; // NULL: ignored since before we began
	struct loop_signal *tell;
	struct term_progress *progress;
};

/** Takes an item of the plan on its way. Failures end in the store or in engine_fail. */
void attempt_start(struct engine *engine, const struct plan_item *item);

/** Its row. Borrows. */
struct sample_key attempt_key(const struct attempt *attempt);

/** Takes it off the list; the memory goes at the end of the turn, when nothing can be using it. */
void attempt_end(struct attempt *attempt);

/** Its sample is recorded: have the candidate checked, store the verdict, end. */
void attempt_check(struct attempt *attempt, const struct lean_candidate *candidate);

/** A deferred call: its reply is stored; takes the candidate out of it again and checks that. */
void attempt_check_stored(void *attempt);

/** Ends it without recording anything. */
void attempt_cancel(struct attempt *attempt);

/** The store failed it, and with it the run. */
void attempt_fail(struct attempt *attempt, const struct error *err);

/** What came back is written down; then it is checked, or ends. */
void attempt_record(struct attempt *attempt, const struct record_reply *reply);

/** No reply could be had. */
void attempt_missing(struct attempt *attempt, const char *why);

/** No more tries: missing, and where nothing else got through either, the run stops. */
void attempt_give_up(struct attempt *attempt, const char *why);

/** What it said so far is paid for. */
void attempt_charge_said(struct attempt *attempt);

/** What it said is whole: written down, and its cost with it. */
void attempt_take_said(struct attempt *attempt, const char *note);

/** Since it was first sent. */
int64_t attempt_spent_ns(const struct attempt *attempt);

/**
 * Of its budget: since it began to fail, so that a long reply leaves as many tries as a short one.
 * With --sample-time-limit since it was first sent.
 */
int64_t attempt_charged_ns(const struct attempt *attempt);

/* What comes of a request, by io/http and by a deferred call. */
void attempt_on_body(
	const struct http_response *head, const char *bytes, size_t length, void *data);
void attempt_on_response(const struct http_response *response, const struct error *err, void *data);
void attempt_answer_locally(void *attempt);

/** Sends the request, or has a local source answer at the end of the turn. */
void attempt_ask(struct attempt *attempt);

/** Of its sample, whenever it is asked for: kept in the attempt before there is a question. */
uint64_t attempt_seed(const struct attempt *attempt);

/** Tokens that it may use, for the limits of its server. */
void attempt_reserve(struct attempt *attempt);

/** Out of the queue that attempt_ask put it into. */
void attempt_leave_queue(struct attempt *attempt);

/** What it asks. Borrows from the attempt. */
struct ask attempt_question(const struct attempt *attempt);

/** Forgets what was asked. */
void attempt_ask_cancel(struct attempt *attempt);

/** It is in flight no more: gives back what it held of the run's limits. */
void asking_release(struct attempt *attempt);

/** Sends what is queued, as far as servers are free; has the loop wake when the next one will be. */
void asking_dispatch(struct engine *engine);

/** Nothing is sent for this reason: has the loop wake when it is over. */
void asking_wait(struct engine *engine, enum lanes_wait why, int64_t wait_ns);

/* What a stop takes away; the rest is finished and stored. */
enum cancel {
	CANCEL_WAITING, // for a retry
	CANCEL_ASKING, // and requests in flight
	CANCEL_ALL, // and checks
};

/** Stop starting things; the first reason given stays. */
void engine_stop(
	struct engine *engine, enum engine_end end, enum cancel cancel, const char *message);

/** Something got through: the endpoint is up. */
void engine_note_reply(struct engine *engine);

/** The store failed: nothing can be kept any more. */
void engine_fail(struct engine *engine, const struct error *err);

/** An attempt is gone: perhaps the run is. */
void engine_attempt_gone(struct engine *engine);

#endif
