#ifndef F2F_ENGINE_GROUP_H
#define F2F_ENGINE_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct attempt;
struct completion;
struct engine;
struct plan_item;

/* Samples of one problem that one request asks for (--choices): the first leads, and has the request,
 * its tries, its waits and its costs; the others follow until there is something to write down for
 * them, or until they have to ask for themselves. */

/** How many samples a request may ask for: 1 where it was not wished, or the endpoint is not known to
 * answer with as many. */
size_t group_most(const struct engine *engine);

/** Takes an item of the plan on its way, and with it those beside it that its request can ask for. */
void group_start(struct engine *engine, const struct plan_item *item);

/** How many samples the attempt's request asks for. */
size_t group_size(const struct attempt *attempt);

/** Its followers ask for themselves. */
void group_part(struct attempt *leader);

/** Before it is sent: followers part where the endpoint was found not to take them. */
void group_check(struct attempt *leader);

/**
 * A response holds replies, of which `first` (NULL: it did not come) is the leader's: each goes to its
 * sample. Who has none asks again, alone. `note`: our own deadline cut them off.
 */
void group_take(struct attempt *leader, struct completion *first, const char *note);

/** No reply could be had for the leader: nor for its followers. */
void group_missing(struct attempt *leader, const char *why);

/** The followers of one that is cancelled. */
void group_cancel(struct attempt *leader);

#endif
