#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "logic/closure_internal.h"

static int key_order(struct key a, struct key b) {
	if (a.noun != b.noun) {
		return a.noun < b.noun ? -1 : 1;
	}
	if (a.agent != b.agent) {
		return a.agent < b.agent ? -1 : 1;
	}
	return a.version < b.version ? -1 : a.version > b.version;
}

static bool canonical_comparison(struct fact *fact) {
	const struct rational one = {1, 1};
	if (fact->kind == KIND_LESS) {
		fact->quantity.numerator = -fact->quantity.numerator;
		fact->kind = KIND_MORE;
	} else if (fact->kind == KIND_FRACTION) {
		if (!rational_divide(one, fact->quantity, &fact->quantity)) {
			return false;
		}
		fact->kind = KIND_TIMES;
	}
	if (key_order(fact->keys[0], fact->keys[1]) > 0) {
		struct key first = fact->keys[0];
		fact->keys[0] = fact->keys[1];
		fact->keys[1] = first;
		if (fact->kind == KIND_MORE) {
			fact->quantity.numerator = -fact->quantity.numerator;
		} else if (!rational_divide(one, fact->quantity, &fact->quantity)) {
			return false;
		}
	}
	return true;
}

bool fact_canonical(const struct fact *fact, struct fact *canonical_out) {
	struct fact result = *fact;
	if (fact->form == FACT_COMPARISON && !canonical_comparison(&result)) {
		return false;
	}
	if (fact->form == FACT_PART_WHOLE) {
		for (size_t i = 1; i < result.key_count; i++) {
			struct key key = result.keys[i];
			size_t at = i;
			for (; at > 0 && key_order(key, result.keys[at - 1]) < 0; at--) {
				result.keys[at] = result.keys[at - 1];
			}
			result.keys[at] = key;
		}
	}
	*canonical_out = result;
	return true;
}

static bool same_place(const struct fact *a, const struct fact *b) {
	if (a->form != b->form || a->kind != b->kind || a->other_kind != b->other_kind ||
		a->whole != b->whole || a->key_count != b->key_count) {
		return false;
	}
	for (size_t i = 0; i < a->key_count; i++) {
		if (!key_equal(a->keys[i], b->keys[i])) {
			return false;
		}
	}
	return true;
}

static uint64_t mix(uint64_t hash, uint64_t value) {
	hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
	return hash ^ (hash >> 29);
}

static uint64_t place_hash(const struct fact *fact) {
	uint64_t hash = mix(fact->form, fact->kind);
	hash = mix(hash, (uint64_t)fact->other_kind << 16 | fact->whole);
	for (size_t i = 0; i < fact->key_count; i++) {
		struct key key = fact->keys[i];
		hash = mix(
			hash, (uint64_t)key.agent << 32 | (uint64_t)key.noun << 16 | key.version);
	}
	return hash;
}

void closure_index_init(struct closure_index *index) {
	*index = (struct closure_index){.table_size = 128};
	index->table = xmalloc(index->table_size * sizeof(*index->table));
	memset(index->table, 0xff, index->table_size * sizeof(*index->table));
}

void closure_index_finish(struct closure_index *index) {
	free(index->canonical);
	free(index->next);
	free(index->table);
	*index = (struct closure_index){0};
}

/* Where the place is, or would be, in the table. */
static size_t slot_of(const struct closure_index *index, const struct fact *canonical) {
	size_t at = place_hash(canonical) & (index->table_size - 1);
	while (index->table[at] != CLOSURE_NONE &&
		!same_place(&index->canonical[index->table[at]], canonical)) {
		at = (at + 1) & (index->table_size - 1);
	}
	return at;
}

uint16_t closure_index_place(const struct closure_index *index, const struct fact *canonical) {
	return index->table[slot_of(index, canonical)];
}

static void grow_table(struct closure_index *index, size_t count) {
	uint16_t *old = index->table;
	size_t old_size = index->table_size;
	index->table_size *= 2;
	index->table = xmalloc(index->table_size * sizeof(*index->table));
	memset(index->table, 0xff, index->table_size * sizeof(*index->table));
	for (size_t i = 0; i < old_size; i++) {
		if (old[i] < count) {
			index->table[slot_of(index, &index->canonical[old[i]])] = old[i];
		}
	}
	free(old);
}

void closure_index_add(
	struct closure_index *index, uint16_t number, const struct fact *canonical) {
	if (number >= index->cap) {
		index->cap = index->cap == 0 ? 64 : index->cap * 2;
		index->canonical = xreallocarray(
			index->canonical, index->cap, sizeof(*index->canonical));
		index->next = xreallocarray(index->next, index->cap, sizeof(*index->next));
	}
	if (number * 2u >= index->table_size) {
		grow_table(index, number);
	}
	index->canonical[number] = *canonical;
	index->next[number] = CLOSURE_NONE;
	size_t slot = slot_of(index, canonical);
	uint16_t last = index->table[slot];
	if (last == CLOSURE_NONE) {
		index->table[slot] = number;
		return;
	}
	while (index->next[last] != CLOSURE_NONE) {
		last = index->next[last];
	}
	index->next[last] = number;
}
