#ifndef F2F_ENGINE_RUN_H
#define F2F_ENGINE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/price.h"
#include "core/verdict.h"
#include "engine/record.h"
#include "engine/cached.h"
#include "engine/retry.h"
#include "engine/spend.h"
#include "lean/policy.h"
#include "provider/provider.h"

struct error;
struct loop;
struct plan;
struct prompt;
struct serve;
struct store;
struct verifier;

/* A verdict as it is stored. Borrowed for the call. */
struct engine_verdict {
	const char *split;
	const char *problem;
	int64_t sample;
	struct recorded_before before;
	// NULL: its text says what it said before, and nothing was stored
	const struct verdict *verdict;
};

/** All borrowed while engine_run lasts. */
struct engine_options {
	struct loop *loop;
	struct store *store;
	struct verifier *verifier; // NULL: store completions as pending
	struct plan *plan;
	const struct provider *provider; // NULL: the plan asks nothing, it only checks
	struct model model;
	const char *label; // of the model, as stored
	const struct prompt *prompt; // NULL for a local source
	struct sampling sampling; // its seed is derived per sample from `seed`
	int64_t choices; // samples a request may ask for, where the endpoint is known to answer so
	enum stream_mode stream;
	struct capabilities capabilities; // what is known of the endpoint; zeroed: nothing
	uint64_t seed;
	const char *run; // id of the stored run
	const char *task; // stage of its samples: "prove", "reason"
	enum lean_policy policy; // what a proof's text may hold
	const char *proof_text; // of "reason": "answer" or "reasoning"
	int connections; // requests in flight at once, at most; with several servers on each of them
	int connections_start; // at first, until it shows how many go well; 0: all
	const char *const *base_urls; // of equal servers; none: the model's own alone
	size_t base_url_count;
	int64_t rpm; // requests a minute to a server; 0: not limited
	int64_t tpm; // tokens a minute
	int64_t connect_timeout_ms;
	int64_t request_timeout_ms;
	int64_t idle_timeout_ms; // of a stream, without a byte; 0: none
	int64_t sample_limit_ns; // all requests of a sample together; 0: only its tries end
	struct retry_policy retry;
	bool show_only; // verdicts are told, not stored
	enum cache_mode cache;
	struct price price; // where the endpoint does not say what a reply cost
	struct spend spent; // by earlier sessions of this run
	struct spend_limits limits;
	int64_t requests; // sent by earlier sessions of this run
	struct serve *serve; // the server asked, when it is ours: its end is the run's; or NULL
	const char *progress; // term_progress_start's mode
	void (*on_verdict)(const struct engine_verdict *verdict, void *data); // NULL: nobody asks
	void *data;
};

/* How a run ended. */
enum engine_end {
	ENGINE_DONE,
	ENGINE_INTERRUPTED, // a signal: see signo
	ENGINE_REFUSED, // key, permission, model, request: stopped at the first
	ENGINE_QUOTA, // money or daily quota
	ENGINE_LIMIT, // --token-limit or --cost-limit
	// two samples used up their retries and nothing else got through meanwhile, or nobody could
	// be connected to; our server ended
	ENGINE_DOWN,
	ENGINE_UNCHECKED, // nothing more can be checked
};

struct engine_result {
	enum engine_end end;
	int signo;
	char message[512]; // why it stopped early; "" when done
	int64_t asked; // replies recorded in this session
	int64_t checked; // verdicts recorded in this session
	int64_t missing; // samples recorded as missing in this session
	int64_t retries;
	int64_t from_cache; // of those asked: not sent, found
	struct capabilities capabilities; // what became known of the endpoint
};

/**
 * Does what the plan says: asks, retries, records, checks; generation and verification overlap.
 * Every result is in the store, and committed, before this returns. Fails (negative) only when the
 * store does, or when a local source cannot be opened.
 */
int engine_run(
	const struct engine_options *options, struct engine_result *result_out, struct error *err);

#endif
