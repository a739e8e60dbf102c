#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "core/completion.h"
#include "store/store_internal.h"

/* Words of `finish`, by enum finish. */
static const char *const finishes[] = {"stop", "length", "refused", "other"};

static enum finish finish_of(const char *word) {
	for (size_t i = 0; i < F2F_COUNT(finishes); i++) {
		if (strcmp(finishes[i], word) == 0) {
			return (enum finish)i;
		}
	}
	return FINISH_OTHER;
}

static char *copy(struct db_row *row, int column) {
	return db_is_null(row, column)
		       ? NULL
		       : xmemdup0(db_text(row, column), db_text_length(row, column));
}

static int64_t count(struct db_row *row, int column) {
	return db_is_null(row, column) ? -1 : db_int(row, column);
}

struct found {
	struct completion completion;
	bool found;
};

static int take_reply(struct db_row *row, void *data, struct error *err) {
	(void)err;
	struct found *found = data;
	struct completion *completion = &found->completion;
	found->found = true;
	free(completion->text);
	completion->text = copy(row, 0);
	completion->reasoning = copy(row, 1);
	completion->finish = finish_of(db_text(row, 2));
	completion->finish_reason = copy(row, 3);
	completion->repaired = db_int(row, 4) != 0;
	completion->model = copy(row, 5);
	completion->fingerprint = copy(row, 6);
	completion->request_id = copy(row, 7);
	completion->prompt_tokens = count(row, 8);
	completion->completion_tokens = count(row, 9);
	completion->reasoning_tokens = count(row, 10);
	completion->cached_tokens = count(row, 11);
	completion->usd = db_is_null(row, 12) ? NAN : db_double(row, 12);
	return 0;
}

int store_cache_get(struct store *store, const char *key, struct completion *completion_out,
	bool *found_out, struct error *err) {
	struct found found = {.found = false};
	completion_init(&found.completion);
	int rc = db_run(store->db, STATEMENT_CACHE_GET, err, take_reply, &found, "t", key);
	if (rc == 0 && found.found) {
		rc = db_run(
			store->db, STATEMENT_CACHE_USED, err, NULL, NULL, "ti", key, clock_utc());
	}
	if (rc < 0 || !found.found) {
		completion_finish(&found.completion);
	} else {
		*completion_out = found.completion;
	}
	if (rc == 0) {
		*found_out = found.found;
	}
	return rc;
}

int store_cache_put(struct store *store, const struct cache_place *place,
	const struct completion *completion, struct error *err) {
	struct sha256 reply, reasoning;
	int rc = store_text_put(store, completion->text, strlen(completion->text), &reply, err);
	rc = rc < 0 ? rc : store_text_put_optional(store, completion->reasoning, &reasoning, err);
	if (rc < 0) {
		return rc;
	}
	return db_run(store->db, STATEMENT_CACHE_PUT, err, NULL, NULL, "tttttttitttiiiidi",
		place->key, place->endpoint, place->model, reply.hex,
		store_hash_or_null(&reasoning), finishes[completion->finish],
		completion->finish_reason, (int64_t)completion->repaired, completion->model,
		completion->fingerprint, completion->request_id, completion->prompt_tokens,
		completion->completion_tokens, completion->reasoning_tokens,
		completion->cached_tokens, completion->usd, clock_utc());
}

struct each_group {
	int (*each)(const struct cache_group *group, void *data);
	void *data;
};

static int give_group(struct db_row *row, void *data, struct error *err) {
	(void)err;
	struct each_group *each = data;
	struct cache_group group = {
		.endpoint = db_text(row, 0),
		.model = db_text(row, 1),
		.replies = db_int(row, 2),
		.bytes = db_int(row, 3),
		.uses = db_int(row, 4),
		.oldest_ns = db_int(row, 5),
		.used_ns = db_int(row, 6),
	};
	return each->each(&group, each->data);
}

int store_cache_groups(struct store *store,
	int (*each)(const struct cache_group *group, void *data), void *data, struct error *err) {
	return db_run(store->db, STATEMENT_CACHE_GROUPS, err, give_group,
		&(struct each_group){each, data}, "");
}

int store_cache_prune(struct store *store, const char *model, int64_t unused_since_ns,
	int64_t *removed_out, struct error *err) {
	int rc = db_run(
		store->db, STATEMENT_CACHE_PRUNE, err, NULL, NULL, "ti", model, unused_since_ns);
	if (rc == 0) {
		*removed_out = db_changes(store->db);
	}
	return rc;
}
