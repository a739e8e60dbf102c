#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "cmd/cmd.h"
#include "cmd/eval_run.h"
#include "engine/rehearsal.h"

/* f2f eval --dry-run: what would be asked, how much of it, at what price. */

enum { PROMPTS_SHOWN = 2, BYTES_PER_TOKEN = 3, TEXT_MAX = 1 << 26 };

static const double MILLION = 1e6;

static void add_prompt(const struct plan_item *item, const struct ask *ask,
	const struct http_request *request, void *data) {
	json_t *prompt = json_pack("{s:s, s:s, s:I, s:s?, s:s}", "split", item->split, "problem",
		item->problem, "sample", (json_int_t)item->sample, "system", ask->system, "prompt",
		ask->prompt != NULL ? ask->prompt : "");
	if (request != NULL) {
		char *url = http_redact_url(request->url);
		struct buf body = request->body;
		json_object_set_new(prompt, "url", json_string(url));
		json_object_set_new(prompt, "request", json_loads(buf_str(&body), 0, NULL));
		free(url);
	}
	json_array_append_new(data, prompt);
}

/* What the prices make of it; NAN: not known. Even no reply costs its prompt. */
struct estimate {
	int64_t prompt_tokens;
	int64_t reply_tokens_most; // -1: without a limit
	double usd_least;
	double usd_most;
};

static struct estimate estimate(const struct eval *eval, const struct rehearsal *rehearsal) {
	const struct price *price = &eval->model.price;
	int64_t limit = eval->sampling.max_tokens;
	struct estimate out = {
		.prompt_tokens = (rehearsal->prompt_bytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN,
		.reply_tokens_most = limit > 0 ? limit * rehearsal->replies : -1,
	};
	if (rehearsal->requests == 0) {
		out.reply_tokens_most = 0;
		return out;
	}
	double input = price->input * (double)out.prompt_tokens / MILLION;
	double cached = isnan(price->cached_input) ? price->input : price->cached_input;
	out.usd_least = cached * (double)out.prompt_tokens / MILLION;
	out.usd_most = out.reply_tokens_most >= 0
			       ? input + price->output * (double)out.reply_tokens_most / MILLION
			       : NAN;
	return out;
}

static json_t *number(double value) {
	return isnan(value) ? json_null() : json_real(value);
}

static int64_t checks(const struct eval *eval, const struct rehearsal *rehearsal) {
	return !eval->verify ? 0
			     : rehearsal->checks_stored + rehearsal->replies + rehearsal->cached +
				       rehearsal->local;
}

static void print_json(const struct eval *eval, const struct eval_choice *choice,
	const struct rehearsal *rehearsal, json_t *prompts) {
	struct estimate cost = estimate(eval, rehearsal);
	json_t *object = json_pack("{s:i, s:b, s:s, s:{s:s, s:s?, s:s?}}", "schema_version", 1,
		"dry_run", 1, "model", eval->model.label, "run", "action",
		choice->same != NULL ? "resume" : "start", "id",
		choice->same != NULL ? choice->same : NULL, "why",
		choice->why.len > 0 ? buf_str((struct buf *)&choice->why) : NULL);
	json_object_update_new(object,
		json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "samples",
			(json_int_t)choice->total, "samples_left", (json_int_t)choice->left,
			"requests", (json_int_t)rehearsal->requests, "cached",
			(json_int_t)rehearsal->cached, "local", (json_int_t)rehearsal->local,
			"lean_checks_most", (json_int_t)checks(eval, rehearsal),
			"prompt_tokens_estimate", (json_int_t)cost.prompt_tokens));
	json_object_set_new(object, "replies", json_integer(rehearsal->replies));
	json_object_set_new(object, "completion_tokens_most",
		cost.reply_tokens_most >= 0 ? json_integer(cost.reply_tokens_most) : json_null());
	json_object_set_new(object, "usd_least", number(cost.usd_least));
	json_object_set_new(object, "usd_most", number(cost.usd_most));
	json_object_set(object, "prompts", prompts);
	struct buf out = BUF_INIT(TEXT_MAX);
	json_append(&out, object, false);
	puts(buf_str(&out));
	buf_finish(&out);
	json_decref(object);
}

static void print_prompts(const json_t *prompts) {
	size_t i;
	json_t *prompt;
	json_array_foreach(prompts, i, prompt) {
		const char *system = json_string_or(prompt, "system", NULL);
		printf("---- %s/%s, sample %lld", json_string_or(prompt, "split", ""),
			json_string_or(prompt, "problem", ""),
			(long long)json_integer_or(prompt, "sample", 0));
		printf("%s%s\n", json_string_or(prompt, "url", NULL) != NULL ? ", to " : "",
			json_string_or(prompt, "url", ""));
		if (system != NULL) {
			printf("[system]\n%s\n[user]\n", system);
		}
		printf("%s\n", json_string_or(prompt, "prompt", ""));
	}
}

static void print_cost(const struct estimate *cost, int64_t requests) {
	printf("Prompt tokens     about %" PRId64 " (an estimate: bytes / %d)\n",
		cost->prompt_tokens, BYTES_PER_TOKEN);
	if (cost->reply_tokens_most >= 0) {
		printf("Reply tokens      at most %" PRId64 " (by --max-tokens)\n",
			cost->reply_tokens_most);
	} else {
		printf("Reply tokens      without a limit (--max-tokens sets one)\n");
	}
	if (requests > 0 && isnan(cost->usd_least)) {
		printf("Cost              price unknown (price-input and price-output in the "
		       "model's section)\n");
	} else if (isnan(cost->usd_most)) {
		printf("Cost              from $%.4f; the most is unknown\n", cost->usd_least);
	} else {
		printf("Cost              $%.4f to $%.4f (an estimate)\n", cost->usd_least,
			cost->usd_most);
	}
}

static void print_text(const struct eval *eval, const struct eval_choice *choice,
	const struct rehearsal *rehearsal, const json_t *prompts) {
	struct estimate cost = estimate(eval, rehearsal);
	size_t headers = eval->verify ? plan_header_count(eval->plan) : 0;
	print_prompts(prompts);
	printf("----\n");
	if (choice->same != NULL) {
		printf("Run               %s goes on: %zu of %zu samples to do\n", choice->same,
			choice->left, choice->total);
	} else {
		printf("Run               a new one: %s%s\n",
			option_flag(eval->options, "fresh") ? "--fresh"
			: choice->why.len > 0		    ? ""
							    : "none of this model and set yet",
			buf_str((struct buf *)&choice->why));
		printf("Samples           %zu\n", choice->total);
	}
	printf("Requests          %" PRId64, rehearsal->requests);
	if (rehearsal->replies > rehearsal->requests) {
		printf(" for %" PRId64 " replies", rehearsal->replies);
	}
	printf(" (%" PRId64 " more replies are in the cache)\n", rehearsal->cached);
	if (rehearsal->local > 0) {
		printf("Built-in          %" PRId64 " replies without a request\n",
			rehearsal->local);
	}
	print_cost(&cost, rehearsal->requests);
	printf("Lean checks       at most %" PRId64 ", %" PRId64
	       " of them of stored replies; %zu header%s\n",
		checks(eval, rehearsal), rehearsal->checks_stored, headers, headers == 1 ? "" : "s");
	printf("Nothing was sent, started or stored.\n");
}

int eval_dry_run(struct eval *eval, struct error *err) {
	struct eval_choice choice = {.why = BUF_INIT(1 << 16)};
	struct rehearsal rehearsal;
	struct engine_options engine;
	json_t *prompts = json_array();
	int rc = eval_choose_run(eval, &choice, err);
	rc = rc < 0 ? rc : eval_engine_options(eval, &engine, err);
	rc = rc < 0 ? rc : rehearse(&engine, PROMPTS_SHOWN, add_prompt, prompts, &rehearsal, err);
	if (rc == 0 && option_flag(eval->options, "json")) {
		print_json(eval, &choice, &rehearsal, prompts);
	} else if (rc == 0) {
		print_text(eval, &choice, &rehearsal, prompts);
	}
	json_decref(prompts);
	eval_choice_finish(&choice);
	return rc;
}
