#ifndef F2F_PROVIDER_CHOICES_H
#define F2F_PROVIDER_CHOICES_H

#include <stdbool.h>

#include <jansson.h>

struct draft;
struct draft_choice;

/* What chat and legacy completions have in common: an object with `choices`, `usage` and names. */

/** What one choice holds: a message or text of its own, or a piece of it. False: nothing. */
typedef bool (*choice_fn)(struct draft *draft, struct draft_choice *choice, const json_t *from);

/** A whole response. */
void choices_read_body(struct draft *draft, const json_t *body, choice_fn read);

/** An event of a stream; one named "error" is one, whatever it holds. */
void choices_read_event(struct draft *draft, const char *name, const json_t *data, choice_fn read);

#endif
