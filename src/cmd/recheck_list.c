#include "cmd/recheck_list.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "cmd/show_print.h"
#include "cmd/verdict_json.h"
#include "core/verdict.h"
#include "report/text.h"

enum { NAME_COLUMN = 38, SAMPLE_COLUMN = 8, WORDS = 64, NEAR_PART = 4 };

void recheck_list_add(struct recheck_list *list, const struct engine_verdict *told) {
	const struct verdict *verdict = told->verdict;
	struct recheck_entry entry = {
		.split = xstrdup(told->split),
		.problem = xstrdup(told->problem),
		.sample = told->sample,
		.before = told->before,
		.after = told->before,
	};
	if (verdict != NULL) {
		const char *said = verdict->messages != NULL ? verdict->messages : "";
		size_t length = strcspn(said, "\n");
		entry.after = (struct recorded_before){
			verdict->outcome, verdict->reason, verdict->missing};
		entry.why = length > 0 ? xmemdup0(said, length) : NULL;
		entry.cpu_ns = verdict->cpu_ns;
		entry.check_hash = xstrdup(verdict->check_hash);
		entry.reused = verdict->reused;
	}
	vec_push(&list->entries, entry);
}

void recheck_list_finish(struct recheck_list *list) {
	for (size_t i = 0; i < list->entries.count; i++) {
		free(list->entries.items[i].split);
		free(list->entries.items[i].problem);
		free(list->entries.items[i].why);
		free(list->entries.items[i].check_hash);
	}
	vec_finish(&list->entries);
}

void recheck_list_share_time(struct recheck_list *list) {
	struct map *times = map_create();
	for (size_t i = 0; i < list->entries.count; i++) {
		struct recheck_entry *entry = &list->entries.items[i];
		if (entry->check_hash != NULL && !entry->reused) {
			map_set(times, entry->check_hash, &entry->cpu_ns);
		}
	}
	for (size_t i = 0; i < list->entries.count; i++) {
		struct recheck_entry *entry = &list->entries.items[i];
		const int64_t *time =
			entry->check_hash != NULL ? map_get(times, entry->check_hash) : NULL;
		if (entry->reused && time != NULL) {
			entry->cpu_ns = *time;
		}
	}
	map_destroy(times, NULL);
}

/* ---- For people. */

static void words_of(const struct recorded_before *state, char words[WORDS]) {
	if (state->missing != MISSING_NONE) {
		snprintf(words, WORDS, "missing: %s", missing_name(state->missing));
	} else if (state->outcome == OUTCOME_NONE) {
		snprintf(words, WORDS, "pending");
	} else {
		const char *reason = reject_reason_name(state->reason);
		snprintf(words, WORDS, "%s%s%s", outcome_name(state->outcome),
			reason[0] != '\0' ? ": " : "", reason);
	}
}

static bool has_changed(const struct recheck_entry *entry) {
	return entry->before.outcome != entry->after.outcome ||
	       entry->before.reason != entry->after.reason ||
	       entry->before.missing != entry->after.missing;
}

struct transition {
	char *words;
	int64_t count;
};

struct transitions {
	struct map *index; // words → position + 1
	VEC(struct transition) list;
};

static void count_transition(struct transitions *transitions, const char *words) {
	size_t position = (size_t)(uintptr_t)map_get(transitions->index, words);
	if (position == 0) {
		vec_push(&transitions->list, (struct transition){xstrdup(words), 0});
		position = transitions->list.count;
		map_set(transitions->index, words, (void *)(uintptr_t)position);
	}
	transitions->list.items[position - 1].count++;
}

static int most_first(const void *a, const void *b) {
	const struct transition *x = a, *y = b;
	return x->count != y->count ? (x->count < y->count ? 1 : -1) : strcmp(x->words, y->words);
}

static void print_change(const struct recheck_entry *entry, const char *words) {
	char *name = xasprintf("%s/%s", entry->split, entry->problem);
	char sample[32];
	snprintf(sample, sizeof(sample), "%" PRId64, entry->sample);
	text_cell(stdout, name, NAME_COLUMN);
	text_cell(stdout, sample, SAMPLE_COLUMN);
	puts(words);
	if (entry->why != NULL) {
		fputs("    ", stdout);
		show_text(entry->why, 4);
		putchar('\n');
	}
	free(name);
}

static void print_transitions(struct transitions *transitions, int64_t unchanged) {
	if (transitions->list.count > 0) {
		qsort(transitions->list.items, transitions->list.count,
			sizeof(*transitions->list.items), most_first);
	}
	for (size_t i = 0; i < transitions->list.count; i++) {
		printf("%6" PRId64 "  %s\n", transitions->list.items[i].count,
			transitions->list.items[i].words);
		free(transitions->list.items[i].words);
	}
	printf("%6" PRId64 "  unchanged\n\n", unchanged);
	vec_finish(&transitions->list);
	map_destroy(transitions->index, NULL);
}

void recheck_list_print(const struct recheck_list *list) {
	struct transitions transitions = {.index = map_create()};
	int64_t unchanged = 0;
	for (size_t i = 0; i < list->entries.count; i++) {
		const struct recheck_entry *entry = &list->entries.items[i];
		char before[WORDS], after[WORDS], words[2 * WORDS + 8];
		if (entry->earlier) {
			continue;
		}
		if (!has_changed(entry)) {
			unchanged++;
			continue;
		}
		words_of(&entry->before, before);
		words_of(&entry->after, after);
		snprintf(words, sizeof(words), "%s → %s", before, after);
		if (transitions.list.count == 0) {
			text_cell(stdout, "problem", NAME_COLUMN);
			text_cell(stdout, "sample", SAMPLE_COLUMN);
			puts("before → after");
		}
		count_transition(&transitions, words);
		print_change(entry, words);
	}
	print_transitions(&transitions, unchanged);
}

/* ---- As JSON. */

static json_t *word_or_null(const char *word) {
	return word[0] != '\0' ? json_string(word) : json_null();
}

void recheck_print_json(const struct engine_verdict *told) {
	json_t *object = verdict_json(told->verdict);
	const struct recorded_before *before = &told->before;
	json_object_set_new(object, "split", json_string(told->split));
	json_object_set_new(object, "problem", json_string(told->problem));
	json_object_set_new(object, "sample", json_integer(told->sample));
	json_object_set_new(object, "before",
		json_pack("{s:o, s:o, s:o}", "outcome", word_or_null(outcome_name(before->outcome)),
			"reason", word_or_null(reject_reason_name(before->reason)), "missing",
			word_or_null(missing_name(before->missing))));
	verdict_json_line(object);
}

/* ---- How much depends on the limit. */

bool recheck_near(int64_t cpu_ns, int64_t limit_s) {
	if (cpu_ns == VERDICT_CPU_UNKNOWN) {
		return true;
	}
	int64_t limit = limit_s * CLOCK_SECOND;
	int64_t distance = cpu_ns > limit ? cpu_ns - limit : limit - cpu_ns;
	return distance <= limit / NEAR_PART;
}

void recheck_list_count(const struct recheck_list *list, struct recheck_limit *limit) {
	for (size_t i = 0; i < list->entries.count; i++) {
		const struct recheck_entry *entry = &list->entries.items[i];
		bool accepted = entry->after.outcome == OUTCOME_ACCEPTED;
		limit->accepted += accepted && (entry->cpu_ns <= limit->limit_s * CLOCK_SECOND ||
						       recheck_near(entry->cpu_ns, limit->limit_s));
	}
}

void recheck_limits_print(
	const struct recheck_limit *limits, size_t count, size_t samples, bool json) {
	if (json) {
		json_t *list = json_array();
		for (size_t i = 0; i < count; i++) {
			const struct recheck_limit *limit = &limits[i];
			json_array_append_new(
				list, json_pack("{s:I, s:I, s:I, s:I}", "limit_s",
					      (json_int_t)limit->limit_s, "accepted",
					      (json_int_t)(limit->accepted - limit->lost),
					      "samples", (json_int_t)samples, "checked_again",
					      (json_int_t)limit->again));
		}
		verdict_json_line(json_pack("{s:o}", "lean_cpu", list));
		return;
	}
	puts("CPU limit   accepted   checked again");
	for (size_t i = 0; i < count; i++) {
		const struct recheck_limit *limit = &limits[i];
		printf("%7" PRId64 " s   %8" PRId64 "   %13" PRId64 "\n", limit->limit_s,
			limit->accepted - limit->lost, limit->again);
	}
	printf("of %zu, each checked once at the largest limit; smaller ones are compared with "
	       "the\n"
	       "CPU time it took, and where that is within a quarter of one it is checked "
	       "again\n\n",
		samples);
}
