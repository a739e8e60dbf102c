#ifndef F2F_TESTS_UNIT_ITEMS_H
#define F2F_TESTS_UNIT_ITEMS_H

#include "checks.h"
#include "pretend.h"

/* Checks for pretended workers, and what became of them. */

#define HOUR_MS (3600 * 1000)

struct item {
	struct lean_check check;
	struct verdict verdict;
	int told;
	int64_t told_ns;
	struct pretend *pretend;
	size_t *left;
};

static inline void on_verdict(const struct verdict *verdict, void *data) {
	struct item *item = data;
	item->told++;
	item->told_ns = item->pretend->now_ns;
	verdict_copy(verdict, &item->verdict);
	(*item->left)--;
}

/* Words as pretend.h has them; the number makes each text one of its own. */
static inline void submit(struct verifier *verifier, struct pretend *pretend, struct item *item,
	const char *header, int number, const char *words, size_t *left) {
	char *text = xasprintf("-- %d %s\ntheorem t : True := True.intro\n", number, words);
	item->check = check_of(header, "True", text);
	item->pretend = pretend;
	item->left = left;
	(*left)++;
	verifier_submit(verifier, &item->check, on_verdict, item);
	free(text);
}

static inline void run(
	struct pretend *pretend, const size_t *left, int64_t step_ms, int64_t max_ms) {
	for (int64_t ms = 0; *left > 0 && ms < max_ms; ms += step_ms) {
		pretend_step(pretend, step_ms);
	}
	ck_assert_uint_eq(*left, 0);
}

static inline void items_finish(struct item *items, size_t count) {
	for (size_t i = 0; i < count; i++) {
		ck_assert_int_eq(items[i].told, 1);
		verdict_finish(&items[i].verdict);
		lean_check_finish(&items[i].check);
	}
}

#endif
