#include "verifier/reuse.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "core/verdict.h"
#include "lean/check.h"
#include "verifier/verifier.h"

/* ---- The hash. */

enum { NONCE_LEAST = 8 };

/* With its length before it, so that no two lists of texts run together. */
static void add_bytes(struct sha256_stream *stream, const char *bytes, size_t length) {
	char head[32];
	int digits = snprintf(head, sizeof(head), "%zu:", length);
	sha256_stream_add(stream, head, (size_t)digits);
	sha256_stream_add(stream, bytes, length);
}

static void add_text(struct sha256_stream *stream, const char *text) {
	if (text == NULL) {
		sha256_stream_add(stream, "-:", 2);
		return;
	}
	add_bytes(stream, text, strlen(text));
}

static void add_number(struct sha256_stream *stream, int64_t number) {
	char text[32];
	snprintf(text, sizeof(text), "%" PRId64, number);
	add_text(stream, text);
}

/* The part of the probe's name that is drawn for this check alone. No candidate can know it, so
 * where it stands in the body it is ours. */
static const char *nonce_of(const struct lean_check *check) {
	const char *last = check->probe != NULL ? strrchr(check->probe, '_') : NULL;
	const char *nonce = last != NULL ? last + 1 : check->probe;
	return nonce != NULL && strlen(nonce) >= NONCE_LEAST ? nonce : NULL;
}

static void add_body(struct sha256_stream *stream, const struct lean_check *check) {
	const char *nonce = nonce_of(check);
	const char *rest = check->body;
	const char *at;
	while (nonce != NULL && (at = strstr(rest, nonce)) != NULL) {
		add_bytes(stream, rest, (size_t)(at - rest));
		rest = at + strlen(nonce);
	}
	add_text(stream, rest);
}

struct sha256 check_hash(const struct verifier_options *options, const char *final,
	const struct lean_check *check) {
	const struct lean_info *lean = options->lean;
	struct sha256_stream *stream = sha256_stream_create();
	add_text(stream, "f2f check 1");
	add_text(stream, lean->version);
	// A Lean that does not name its commit is known by where it lies.
	add_text(stream, lean->commit != NULL ? lean->commit : lean->path);
	add_text(stream, lean->lean_path);
	add_text(stream, lean->mathlib);
	add_text(stream, options->policy);
	add_number(stream, options->cpu_limit_s);
	add_number(stream, options->wall_limit_s);
	add_number(stream, options->memory_limit_bytes);
	add_text(stream, check->header);
	add_text(stream, check->theorem);
	add_number(stream, check->filled);
	add_number(stream, check->needs_final);
	add_text(stream, final);
	add_text(stream, final != NULL ? check->challenge : NULL);
	add_number(stream, check->goal_line);
	add_number(stream, check->theirs_line);
	add_number(stream, check->proof_line);
	add_number(stream, check->append_line);
	add_body(stream, check);
	return sha256_stream_finish(stream);
}

bool verdict_may_be_reused(const struct verdict *verdict) {
	return verdict->missing == MISSING_NONE &&
	       (verdict->outcome == OUTCOME_ACCEPTED ||
		       (verdict->outcome == OUTCOME_REJECTED && verdict->reason != REASON_TIMEOUT &&
			       verdict->reason != REASON_RESOURCES));
}

/* ---- What is remembered. */

struct remembered {
	struct remembered *next; // newer
	char hash[SHA256_HEX];
	struct verdict verdict;
	size_t bytes;
};

struct reuse {
	struct map *by_hash;
	struct remembered *oldest;
	struct remembered *newest;
	size_t count;
	size_t bytes;
	size_t max;
	size_t max_bytes;
};

struct reuse *reuse_create(size_t max, size_t max_bytes) {
	struct reuse *reuse = xcalloc(1, sizeof(*reuse));
	reuse->by_hash = map_create();
	reuse->max = max;
	reuse->max_bytes = max_bytes;
	return reuse;
}

static void forget_oldest(struct reuse *reuse) {
	struct remembered *old = reuse->oldest;
	reuse->oldest = old->next;
	reuse->newest = old->next != NULL ? reuse->newest : NULL;
	reuse->count--;
	reuse->bytes -= old->bytes;
	map_remove(reuse->by_hash, old->hash);
	verdict_finish(&old->verdict);
	free(old);
}

void reuse_destroy(struct reuse *reuse) {
	if (reuse == NULL) {
		return;
	}
	while (reuse->oldest != NULL) {
		forget_oldest(reuse);
	}
	map_destroy(reuse->by_hash, NULL);
	free(reuse);
}

const struct verdict *reuse_get(const struct reuse *reuse, const char *hash) {
	const struct remembered *found = map_get(reuse->by_hash, hash);
	return found != NULL ? &found->verdict : NULL;
}

static size_t bytes_of(const struct verdict *verdict) {
	size_t bytes = sizeof(struct remembered) + strlen(verdict->messages);
	for (size_t i = 0; i < verdict->axiom_count; i++) {
		bytes += strlen(verdict->axioms[i]) + sizeof(char *);
	}
	return bytes;
}

void reuse_put(struct reuse *reuse, const char *hash, const struct verdict *verdict) {
	size_t bytes = bytes_of(verdict);
	if (reuse->max == 0 || bytes > reuse->max_bytes || map_has(reuse->by_hash, hash)) {
		return;
	}
	while (reuse->count > 0 &&
		(reuse->count >= reuse->max || reuse->bytes + bytes > reuse->max_bytes)) {
		forget_oldest(reuse);
	}
	struct remembered *entry = xcalloc(1, sizeof(*entry));
	snprintf(entry->hash, sizeof(entry->hash), "%s", hash);
	verdict_copy(verdict, &entry->verdict);
	entry->bytes = bytes;
	map_set(reuse->by_hash, entry->hash, entry);
	if (reuse->newest != NULL) {
		reuse->newest->next = entry;
	} else {
		reuse->oldest = entry;
	}
	reuse->newest = entry;
	reuse->count++;
	reuse->bytes += bytes;
}
