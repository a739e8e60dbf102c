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

void cache_reply_finish(struct cache_reply *reply) {
	if (reply->completion != NULL) {
		completion_finish(reply->completion);
		free(reply->completion);
	}
	free(reply->note);
	*reply = (struct cache_reply){0};
}

struct found {
	struct cache_reply reply;
	bool found;
};

static int take_reply(struct db_row *row, void *data, struct error *err) {
	struct found *found = data;
	found->found = true;
	if (!db_is_null(row, 13)) {
		found->reply.note = copy(row, 14);
		return outcome_from_name(db_text(row, 13), &found->reply.outcome)
			       ? 0
			       : error_set(err, ERROR_DATABASE,
					 "a stored reply holds a word that this f2f does not know");
	}
	if (db_is_null(row, 0)) {
		found->found = false; // its text is gone: not a reply any more
		return 0;
	}
	struct completion *completion = xcalloc(1, sizeof(*completion));
	completion_init(completion);
	found->reply.completion = completion;
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

int store_cache_get(struct store *store, const char *key, struct cache_reply *reply_out,
	bool *found_out, struct error *err) {
	struct found found = {.found = false};
	int rc = db_run(store->db, STATEMENT_CACHE_GET, err, take_reply, &found, "t", key);
	if (rc == 0 && found.found) {
		rc = store_begin(store, err);
	}
	if (rc == 0 && found.found) {
		rc = db_run(
			store->db, STATEMENT_CACHE_USED, err, NULL, NULL, "ti", key, clock_utc());
	}
	if (rc < 0 || !found.found) {
		cache_reply_finish(&found.reply);
	} else {
		*reply_out = found.reply;
	}
	if (rc == 0) {
		*found_out = found.found;
	}
	return rc;
}

int store_cache_has(struct store *store, const char *key, bool *found_out, struct error *err) {
	struct found found = {.found = false};
	int rc = db_run(store->db, STATEMENT_CACHE_GET, err, take_reply, &found, "t", key);
	cache_reply_finish(&found.reply);
	if (rc == 0) {
		*found_out = found.found;
	}
	return rc;
}

int store_cache_put(struct store *store, const struct cache_place *place, int64_t sample_id,
	const enum finish *finish, struct error *err) {
	const char *word = finish != NULL ? finishes[*finish] : NULL;
	int64_t now = clock_utc();
	int rc = db_run(store->db, STATEMENT_CACHE_PUT_NEW, err, NULL, NULL, "ttttii", place->key,
		place->endpoint, place->model, word, sample_id, now);
	if (rc < 0 || db_changes(store->db) > 0) {
		return rc;
	}
	return db_run(store->db, STATEMENT_CACHE_PUT, err, NULL, NULL, "ttttii", place->key,
		place->endpoint, place->model, word, sample_id, now);
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
