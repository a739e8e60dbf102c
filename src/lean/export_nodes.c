#include "lean/export_nodes.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

enum { SLOTS_FIRST = 1 << 12, NAME_SHOWN = 200, NAME_PARTS = 64 };

void export_nodes_init(struct export_nodes *nodes, size_t max_bytes) {
	*nodes = (struct export_nodes){.max_bytes = max_bytes, .slot_count = SLOTS_FIRST};
	nodes->slots = xmalloc(SLOTS_FIRST * sizeof(*nodes->slots));
	memset(nodes->slots, 0xff, SLOTS_FIRST * sizeof(*nodes->slots));
	export_node(nodes, EXPORT_NIL, 0, 0, 0);
}

void export_nodes_finish(struct export_nodes *nodes) {
	vec_finish(&nodes->list);
	vec_finish(&nodes->text);
	free(nodes->slots);
	*nodes = (struct export_nodes){0};
}

static size_t used_bytes(const struct export_nodes *nodes) {
	return nodes->list.cap * sizeof(struct export_node) +
	       nodes->slot_count * sizeof(*nodes->slots) + nodes->text.cap;
}

static uint64_t mix(uint64_t hash, uint64_t part) {
	hash = (hash ^ part) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ (hash >> 29);
}

static uint64_t hash_bytes(const char *bytes, size_t length) {
	uint64_t hash = length;
	for (size_t i = 0; i < length; i++) {
		hash = mix(hash, (unsigned char)bytes[i]);
	}
	return hash;
}

/* A text goes by its bytes, all else by its parts. */
static uint64_t hash_node(const struct export_nodes *nodes, const struct export_node *node) {
	if (node->kind == EXPORT_TEXT) {
		return hash_bytes(nodes->text.items + node->a, node->b);
	}
	return mix(mix(mix(mix(1, node->kind), node->a), node->b), node->c);
}

static void grow(struct export_nodes *nodes) {
	size_t count = nodes->slot_count * 2;
	free(nodes->slots);
	nodes->slots = xmalloc(count * sizeof(*nodes->slots));
	memset(nodes->slots, 0xff, count * sizeof(*nodes->slots));
	nodes->slot_count = count;
	for (size_t i = 0; i < nodes->list.count; i++) {
		size_t slot = hash_node(nodes, &nodes->list.items[i]) & (count - 1);
		while (nodes->slots[slot] != EXPORT_NODE_NONE) {
			slot = (slot + 1) & (count - 1);
		}
		nodes->slots[slot] = (uint32_t)i;
	}
}

static uint32_t append(struct export_nodes *nodes, struct export_node node, size_t slot) {
	uint32_t number = (uint32_t)nodes->list.count;
	vec_push(&nodes->list, node);
	nodes->slots[slot] = number;
	if (nodes->list.count * 2 > nodes->slot_count) {
		grow(nodes);
	}
	nodes->full = used_bytes(nodes) > nodes->max_bytes ||
		      nodes->list.count >= EXPORT_NODE_NONE / 2;
	return number;
}

uint32_t export_node(
	struct export_nodes *nodes, enum export_kind kind, uint32_t a, uint32_t b, uint32_t c) {
	struct export_node node = {kind, a, b, c};
	if (nodes->full || a == EXPORT_NODE_NONE || b == EXPORT_NODE_NONE ||
		c == EXPORT_NODE_NONE) {
		return EXPORT_NODE_NONE;
	}
	size_t slot = hash_node(nodes, &node) & (nodes->slot_count - 1);
	while (nodes->slots[slot] != EXPORT_NODE_NONE) {
		const struct export_node *other = &nodes->list.items[nodes->slots[slot]];
		if (other->kind == node.kind && other->a == a && other->b == b && other->c == c) {
			return nodes->slots[slot];
		}
		slot = (slot + 1) & (nodes->slot_count - 1);
	}
	return append(nodes, node, slot);
}

uint32_t export_text(struct export_nodes *nodes, const char *text, size_t length) {
	if (nodes->full || length >= nodes->max_bytes) {
		nodes->full = true;
		return EXPORT_NODE_NONE;
	}
	size_t slot = hash_bytes(text, length) & (nodes->slot_count - 1);
	while (nodes->slots[slot] != EXPORT_NODE_NONE) {
		const struct export_node *other = &nodes->list.items[nodes->slots[slot]];
		if (other->kind == EXPORT_TEXT && other->b == length &&
			memcmp(nodes->text.items + other->a, text, length) == 0) {
			return nodes->slots[slot];
		}
		slot = (slot + 1) & (nodes->slot_count - 1);
	}
	uint32_t offset = (uint32_t)nodes->text.count;
	for (size_t i = 0; i < length; i++) {
		vec_push(&nodes->text, text[i]);
	}
	return append(nodes, (struct export_node){EXPORT_TEXT, offset, (uint32_t)length, 0}, slot);
}

uint32_t export_number(struct export_nodes *nodes, uint64_t number) {
	// Halves that are never EXPORT_NODE_NONE.
	return export_node(nodes, EXPORT_NUMBER, (uint32_t)(number & 0xffffff),
		(uint32_t)(number >> 24 & 0xffffff), (uint32_t)(number >> 48));
}

uint32_t export_name(struct export_nodes *nodes, const char *dotted) {
	uint32_t name = EXPORT_NODE_NIL;
	while (*dotted != '\0') {
		const char *end = strncmp(dotted, "«", strlen("«")) == 0 ? strstr(dotted, "»") : NULL;
		const char *part = end != NULL ? dotted + strlen("«") : dotted;
		size_t length = end != NULL ? (size_t)(end - part) : strcspn(dotted, ".");
		name = export_node(
			nodes, EXPORT_NAME_STR, name, export_text(nodes, part, length), 0);
		dotted = end != NULL ? end + strlen("»") : part + length;
		dotted += *dotted == '.';
	}
	return name;
}

static void append_part(
	struct buf *out, const struct export_nodes *nodes, const struct export_node *name) {
	const struct export_node *part = &nodes->list.items[name->b];
	if (out->len > 0) {
		buf_append_char(out, '.');
	}
	if (name->kind == EXPORT_NAME_STR) {
		buf_append(out, nodes->text.items + part->a, part->b);
	} else {
		buf_appendf(out, "%u", part->a);
	}
}

char *export_name_text(const struct export_nodes *nodes, uint32_t name) {
	struct buf out = BUF_INIT(NAME_SHOWN);
	uint32_t parts[NAME_PARTS];
	size_t count = 0;
	while (name != EXPORT_NODE_NIL && name != EXPORT_NODE_NONE && count < NAME_PARTS) {
		parts[count++] = name;
		name = nodes->list.items[name].a;
	}
	while (count > 0) {
		append_part(&out, nodes, &nodes->list.items[parts[--count]]);
	}
	return buf_detach(&out);
}
