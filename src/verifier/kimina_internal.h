#ifndef F2F_VERIFIER_KIMINA_INTERNAL_H
#define F2F_VERIFIER_KIMINA_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/http.h"
#include "lean/check.h"
#include "verifier/job.h"
#include "verifier/kimina_wire.h"

struct loop_timer;

/* What kimina.c, which sends, and kimina_take.c, which reads what comes back, share. */

/* One text under way. */
struct item {
	struct item *next;
	struct job *job; // NULL: the self-test of what runs alone
	const struct lean_check *check;
	struct kimina_text text;
	bool single; // goes in a request of its own
	int tries; // that ended without its doing
	int faults;
	char *what; // the first of them
};

struct items {
	struct item *first;
	struct item **end;
};

/* One request under way. */
struct batch {
	struct batch *next;
	struct kimina *kimina;
	struct http_request request;
	struct http_transfer *transfer;
	struct item *items[KIMINA_BATCH_MAX];
	char ids[KIMINA_BATCH_MAX][VERIFIER_NONCE];
	size_t count;
	int64_t started_ns;
};

struct kimina {
	struct verifier *verifier;
	struct lean_server server;
	struct http_endpoint *endpoint;
	struct items queue;
	struct items lones; // that wait to run alone
	struct item *lone; // the one that does
	struct lean_check lone_check; // its self-test
	struct batch *batches;
	int in_flight;
	size_t size; // texts a request now: smaller while the server is busy
	int lost; // in a row
	int cut; // in a row
	int busy; // in a row
	struct loop_timer *pause; // nothing is sent while it runs
	char *dead; // why nothing is asked any more
	bool pumping;
};

/** Have it look what can be sent, at the end of this turn. */
void kimina_wake(struct kimina *kimina);

/** Nothing is asked any more: what waits is missing, with this reason. */
void kimina_die(struct kimina *kimina, const char *why);

/** Nothing is sent for a while, the longer the more often this happened in a row. */
void kimina_pause(struct kimina *kimina, int in_a_row);

/** One request. Takes over the items until its response. */
void kimina_send(struct kimina *kimina, struct item *const *items, size_t count);
void kimina_on_response(
	const struct http_response *response, const struct error *err, void *data);

/** Off the list; its items are the caller's. */
void kimina_batch_free(struct batch *batch);

void kimina_items_push(struct items *items, struct item *item);
void kimina_item_free(struct item *item);
void kimina_item_missing(struct item *item, const char *why);

/** Nothing runs alone any more; the item is the caller's. */
void kimina_lone_end(struct kimina *kimina);

/** The one that runs alone cannot be asked a second time. */
void kimina_lone_missing(struct kimina *kimina, const char *why);

#endif
