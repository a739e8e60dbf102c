#include "lean/export_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "lean/export_internal.h"

enum { LINE_MAX_BYTES = 64 << 20, INDEX_FIRST = 1 << 10 };

#define FORMAT "3.1."

void export_file_init(struct export_file *file, struct export_nodes *nodes) {
	*file = (struct export_file){.nodes = nodes, .index_count = INDEX_FIRST};
	buf_init(&file->line, LINE_MAX_BYTES);
	file->index = xcalloc(INDEX_FIRST, sizeof(*file->index));
	vec_push(&file->names, EXPORT_NODE_NIL); // number 0: the empty name
	vec_push(&file->levels, EXPORT_NODE_NIL); // and level zero
}

void export_file_finish(struct export_file *file) {
	buf_finish(&file->line);
	vec_finish(&file->names);
	vec_finish(&file->levels);
	vec_finish(&file->exprs);
	vec_finish(&file->consts);
	vec_finish(&file->known);
	vec_finish(&file->stack);
	free(file->index);
	*file = (struct export_file){0};
}

/* ---- Members, each of its kind; the first that is not makes the line unreadable. */

void export_bad(struct export_line *line, const char *why) {
	line->why = line->why != NULL ? line->why : why;
}

bool export_keys(struct export_line *line, const json_t *object, const char *const *keys) {
	size_t count = 0;
	for (; keys[count] != NULL; count++) {
		if (json_object_get(object, keys[count]) == NULL) {
			export_bad(line, "a key is missing, or there is one that is not known");
			return false;
		}
	}
	// Keys are different, so as many and all there: no other.
	if (json_object_size(object) != count) {
		export_bad(line, "a key that is not known");
		return false;
	}
	return true;
}

uint64_t export_integer(struct export_line *line, const json_t *value) {
	if (!json_is_integer(value) || json_integer_value(value) < 0) {
		export_bad(line, "not a natural number");
		return 0;
	}
	return (uint64_t)json_integer_value(value);
}

static uint32_t numbered(struct export_line *line, const json_t *value, const uint32_t *items,
	size_t count) {
	uint64_t number = export_integer(line, value);
	if (line->why == NULL && number >= count) {
		export_bad(line, "a number that was not given out so far");
	}
	return line->why == NULL ? items[number] : EXPORT_NODE_NONE;
}

uint32_t export_name_at(struct export_line *line, const json_t *value) {
	return numbered(line, value, line->file->names.items, line->file->names.count);
}

uint32_t export_level_at(struct export_line *line, const json_t *value) {
	return numbered(line, value, line->file->levels.items, line->file->levels.count);
}

uint32_t export_expr_at(struct export_line *line, const json_t *value) {
	return numbered(line, value, line->file->exprs.items, line->file->exprs.count);
}

uint32_t export_list(struct export_line *line, const json_t *array,
	uint32_t (*at)(struct export_line *line, const json_t *value)) {
	uint32_t list = EXPORT_NODE_NIL;
	if (!json_is_array(array)) {
		export_bad(line, "not a list");
		return EXPORT_NODE_NONE;
	}
	for (size_t i = json_array_size(array); i-- > 0;) {
		list = export_node(
			line->file->nodes, EXPORT_CONS, at(line, json_array_get(array, i)), list, 0);
	}
	return list;
}

uint32_t export_string(struct export_line *line, const json_t *value) {
	if (!json_is_string(value)) {
		export_bad(line, "not a text");
		return EXPORT_NODE_NONE;
	}
	return export_text(
		line->file->nodes, json_string_value(value), json_string_length(value));
}

/* ---- Names and levels. */

static uint32_t read_name(struct export_line *line, const char *key, const json_t *value) {
	static const char *const str_keys[] = {"pre", "str", NULL};
	static const char *const num_keys[] = {"pre", "i", NULL};
	bool str = strcmp(key, "str") == 0;
	if (!export_keys(line, value, str ? str_keys : num_keys)) {
		return EXPORT_NODE_NONE;
	}
	uint32_t before = export_name_at(line, json_object_get(value, "pre"));
	uint32_t part = str ? export_string(line, json_object_get(value, "str"))
			    : export_number(line->file->nodes,
				      export_integer(line, json_object_get(value, "i")));
	return export_node(line->file->nodes, str ? EXPORT_NAME_STR : EXPORT_NAME_NUM, before, part,
		0);
}

static uint32_t read_level(struct export_line *line, const char *key, const json_t *value) {
	struct export_nodes *nodes = line->file->nodes;
	if (strcmp(key, "succ") == 0) {
		return export_node(nodes, EXPORT_SUCC, export_level_at(line, value), 0, 0);
	}
	if (strcmp(key, "param") == 0) {
		return export_node(nodes, EXPORT_PARAM, export_name_at(line, value), 0, 0);
	}
	if (!json_is_array(value) || json_array_size(value) != 2) {
		export_bad(line, "not two levels");
		return EXPORT_NODE_NONE;
	}
	return export_node(nodes, strcmp(key, "max") == 0 ? EXPORT_MAX : EXPORT_IMAX,
		export_level_at(line, json_array_get(value, 0)),
		export_level_at(line, json_array_get(value, 1)), 0);
}

/* ---- Lines. */

typedef uint32_t (*read_fn)(struct export_line *line, const char *key, const json_t *value);

/* Lines that give out numbers: which number, and what may be numbered. */
static const struct numbering {
	const char *key;
	const char *const *kinds;
	read_fn read;
} numberings[] = {
	{"in", (const char *const[]){"str", "num", NULL}, read_name},
	{"il", (const char *const[]){"succ", "max", "imax", "param", NULL}, read_level},
	{"ie",
		(const char *const[]){"bvar", "sort", "const", "app", "lam", "forallE", "letE",
			"proj", "natVal", "strVal", "mdata", NULL},
		export_read_expr},
};

static void give_out(struct export_file *file, size_t which, uint32_t node) {
	if (which == 0) {
		vec_push(&file->names, node);
	} else if (which == 1) {
		vec_push(&file->levels, node);
	} else {
		vec_push(&file->exprs, node);
	}
}

static size_t given_out(const struct export_file *file, size_t which) {
	return which == 0   ? file->names.count
	       : which == 1 ? file->levels.count
			    : file->exprs.count;
}

static bool read_numbered(struct export_line *line, const json_t *object) {
	struct export_file *file = line->file;
	for (size_t which = 0; which < F2F_COUNT(numberings); which++) {
		const struct numbering *numbering = &numberings[which];
		const json_t *number = json_object_get(object, numbering->key);
		if (number == NULL) {
			continue;
		}
		// One after the other: no number twice, none left out.
		if (json_object_size(object) != 2 ||
			export_integer(line, number) != given_out(file, which)) {
			export_bad(line, "a number out of turn");
			return true;
		}
		for (size_t i = 0; numbering->kinds[i] != NULL; i++) {
			const json_t *value = json_object_get(object, numbering->kinds[i]);
			if (value != NULL) {
				uint32_t node = numbering->read(line, numbering->kinds[i], value);
				give_out(file, which, node);
				return true;
			}
		}
		export_bad(line, "a key that is not known");
		return true;
	}
	return false;
}

static void read_meta(struct export_line *line, const json_t *object) {
	const json_t *meta = json_object_get(object, "meta");
	const char *version =
		json_string_or(json_object_get(meta, "format"), "version", "");
	if (json_object_size(object) != 1 || meta == NULL ||
		strncmp(version, FORMAT, strlen(FORMAT)) != 0) {
		export_bad(line, "not lean4export's format 3.1");
	}
}

static int read_line(struct export_file *file, const char *bytes, size_t length,
	struct error *err) {
	struct export_line line = {.file = file};
	json_t *object = NULL;
	file->lines++;
	if (json_parse(bytes, length, &object, err) < 0) {
		return error_set(err, ERROR_INPUT, "export, line %zu: not JSON", file->lines);
	}
	if (!file->began) {
		read_meta(&line, object);
		file->began = true;
	} else if (!read_numbered(&line, object)) {
		export_read_declaration(&line, object);
	}
	json_decref(object);
	if (line.why == NULL && file->nodes->full) {
		line.why = "larger than can be held";
	}
	return line.why == NULL ? 0
				: error_set(err, ERROR_INPUT, "export, line %zu: %s", file->lines,
					  line.why);
}

int export_file_add(
	struct export_file *file, const char *bytes, size_t length, struct error *err) {
	while (length > 0) {
		const char *end = memchr(bytes, '\n', length);
		size_t piece = end != NULL ? (size_t)(end - bytes) : length;
		const char *whole = bytes;
		size_t whole_length = piece;
		if (end == NULL || file->line.len > 0) {
			if (!buf_append(&file->line, bytes, piece)) {
				return error_set(err, ERROR_INPUT, "export, line %zu: too long",
					file->lines + 1);
			}
			whole = buf_str(&file->line);
			whole_length = file->line.len;
		}
		if (end == NULL) {
			return 0;
		}
		int rc = read_line(file, whole, whole_length, err);
		buf_clear(&file->line);
		if (rc < 0) {
			return rc;
		}
		bytes = end + 1;
		length -= piece + 1;
	}
	return 0;
}

int export_file_end(struct export_file *file, struct error *err) {
	if (file->line.len > 0 || !file->began) {
		return error_set(err, ERROR_INPUT, "export: it ends after line %zu, %s", file->lines,
			file->began ? "inside the next one" : "with nothing in it");
	}
	return 0;
}

/* ---- Constants by name. */

static size_t slot_of(const struct export_file *file, uint32_t name) {
	size_t slot = (name * UINT64_C(0x9e3779b97f4a7c15)) >> 20 & (file->index_count - 1);
	while (file->index[slot] != 0 && file->consts.items[file->index[slot] - 1].name != name) {
		slot = (slot + 1) & (file->index_count - 1);
	}
	return slot;
}

const struct export_const *export_file_find(const struct export_file *file, uint32_t name) {
	uint32_t found = file->index[slot_of(file, name)];
	return found != 0 ? &file->consts.items[found - 1] : NULL;
}

void export_declare(struct export_line *line, const struct export_const *constant) {
	struct export_file *file = line->file;
	if (line->why != NULL) {
		return;
	}
	if (file->nodes->full) {
		export_bad(line, "larger than can be held");
		return;
	}
	if (constant->name == EXPORT_NODE_NIL || export_file_find(file, constant->name) != NULL) {
		export_bad(line, "a declaration without a name, or for the second time");
		return;
	}
	vec_push(&file->consts, *constant);
	file->index[slot_of(file, constant->name)] = (uint32_t)file->consts.count;
	if (file->consts.count * 2 > file->index_count) {
		free(file->index);
		file->index_count *= 2;
		file->index = xcalloc(file->index_count, sizeof(*file->index));
		for (size_t i = 0; i < file->consts.count; i++) {
			file->index[slot_of(file, file->consts.items[i].name)] = (uint32_t)i + 1;
		}
	}
}
