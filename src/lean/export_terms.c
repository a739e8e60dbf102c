#include "lean/export_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

/* ---- Expressions. */

static uint32_t read_const(struct export_line *line, const json_t *value) {
	static const char *const keys[] = {"name", "us", NULL};
	return export_keys(line, value, keys)
		       ? export_node(line->file->nodes, EXPORT_CONST,
				 export_name_at(line, json_object_get(value, "name")),
				 export_list(line, json_object_get(value, "us"), export_level_at),
				 0)
		       : EXPORT_NODE_NONE;
}

static uint32_t read_app(struct export_line *line, const json_t *value) {
	static const char *const keys[] = {"fn", "arg", NULL};
	return export_keys(line, value, keys)
		       ? export_node(line->file->nodes, EXPORT_APP,
				 export_expr_at(line, json_object_get(value, "fn")),
				 export_expr_at(line, json_object_get(value, "arg")), 0)
		       : EXPORT_NODE_NONE;
}

static uint32_t read_binder(
	struct export_line *line, enum export_kind kind, const json_t *value) {
	static const char *const keys[] = {"name", "type", "body", "binderInfo", NULL};
	if (!export_keys(line, value, keys)) {
		return EXPORT_NODE_NONE;
	}
	export_name_at(line, json_object_get(value, "name"));
	export_string(line, json_object_get(value, "binderInfo"));
	return export_node(line->file->nodes, kind,
		export_expr_at(line, json_object_get(value, "type")),
		export_expr_at(line, json_object_get(value, "body")), 0);
}

static uint32_t read_let(struct export_line *line, const json_t *value) {
	static const char *const keys[] = {"name", "type", "value", "body", "nondep", NULL};
	if (!export_keys(line, value, keys)) {
		return EXPORT_NODE_NONE;
	}
	export_name_at(line, json_object_get(value, "name"));
	if (!json_is_boolean(json_object_get(value, "nondep"))) {
		export_bad(line, "neither true nor false");
	}
	return export_node(line->file->nodes, EXPORT_LET,
		export_expr_at(line, json_object_get(value, "type")),
		export_expr_at(line, json_object_get(value, "value")),
		export_expr_at(line, json_object_get(value, "body")));
}

static uint32_t read_proj(struct export_line *line, const json_t *value) {
	static const char *const keys[] = {"typeName", "idx", "struct", NULL};
	return export_keys(line, value, keys)
		       ? export_node(line->file->nodes, EXPORT_PROJ,
				 export_name_at(line, json_object_get(value, "typeName")),
				 export_number(line->file->nodes,
					 export_integer(line, json_object_get(value, "idx"))),
				 export_expr_at(line, json_object_get(value, "struct")))
		       : EXPORT_NODE_NONE;
}

static uint32_t read_nat(struct export_line *line, const json_t *value) {
	const char *text = json_string_value(value);
	size_t length = text != NULL ? strlen(text) : 0;
	if (length == 0 || length != json_string_length(value) || strspn(text, "0123456789") != length ||
		(text[0] == '0' && length > 1)) {
		export_bad(line, "not a number");
		return EXPORT_NODE_NONE;
	}
	return export_node(line->file->nodes, EXPORT_NAT, export_string(line, value), 0, 0);
}

static uint32_t read_mdata(struct export_line *line, const json_t *value) {
	static const char *const keys[] = {"expr", "data", NULL};
	return export_keys(line, value, keys)
		       ? export_expr_at(line, json_object_get(value, "expr"))
		       : EXPORT_NODE_NONE;
}

uint32_t export_read_expr(struct export_line *line, const char *key, const json_t *value) {
	struct export_nodes *nodes = line->file->nodes;
	switch (key[0]) {
	case 'b':
		return export_node(nodes, EXPORT_BVAR,
			export_number(nodes, export_integer(line, value)), 0, 0);
	case 'c':
		return read_const(line, value);
	case 'a':
		return read_app(line, value);
	case 'f':
		return read_binder(line, EXPORT_PI, value);
	case 'l':
		return strcmp(key, "lam") == 0 ? read_binder(line, EXPORT_LAM, value)
					       : read_let(line, value);
	case 'p':
		return read_proj(line, value);
	case 'n':
		return read_nat(line, value);
	case 'm':
		return read_mdata(line, value);
	default:
		return strcmp(key, "sort") == 0
			       ? export_node(nodes, EXPORT_SORT, export_level_at(line, value), 0, 0)
			       : export_node(nodes, EXPORT_STR, export_string(line, value), 0, 0);
	}
}

/* ---- Whether what an expression names has been declared before. */

static bool is_known(struct export_file *file, uint32_t node) {
	while (file->known.count < file->nodes->list.count) {
		vec_push(&file->known, 0);
	}
	uint8_t before = file->known.items[node];
	file->known.items[node] = 1;
	return before != 0;
}

static void check_expr(struct export_line *line, uint32_t root) {
	struct export_file *file = line->file;
	file->stack.count = 0;
	if (root == EXPORT_NODE_NONE) {
		export_bad(line, "larger than can be held");
	} else if (line->why == NULL && root != EXPORT_NODE_NIL) {
		vec_push(&file->stack, root);
	}
	while (file->stack.count > 0 && line->why == NULL) {
		uint32_t number = file->stack.items[--file->stack.count];
		if (is_known(file, number)) {
			continue;
		}
		const struct export_node node = file->nodes->list.items[number];
		bool names = node.kind == EXPORT_CONST || node.kind == EXPORT_PROJ;
		if (names && export_file_find(file, node.a) == NULL) {
			export_bad(line, "a constant that was not declared so far");
		}
		if (node.kind == EXPORT_APP || node.kind == EXPORT_LAM || node.kind == EXPORT_PI ||
			node.kind == EXPORT_LET) {
			vec_push(&file->stack, node.a);
			vec_push(&file->stack, node.b);
		}
		if (node.kind == EXPORT_LET || node.kind == EXPORT_PROJ) {
			vec_push(&file->stack, node.c);
		}
	}
}

static void check_const(struct export_line *line, const struct export_const *constant) {
	check_expr(line, constant->type);
	check_expr(line, constant->value);
	if (constant->rules == EXPORT_NODE_NONE) {
		export_bad(line, "larger than can be held");
	}
	for (uint32_t list = constant->rules; line->why == NULL && list != EXPORT_NODE_NIL;) {
		const struct export_node cell = line->file->nodes->list.items[list];
		check_expr(line, cell.a);
		list = cell.b;
	}
}

/* ---- Declarations. */

static uint32_t cons(struct export_line *line, uint32_t head, uint32_t tail) {
	return export_node(line->file->nodes, EXPORT_CONS, head, tail, 0);
}

/* Further members, as they stand: what is told apart by them is another constant. */
static uint32_t scalar(struct export_line *line, const json_t *value) {
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
	uint32_t node = text != NULL ? export_text(line->file->nodes, text, strlen(text))
				     : EXPORT_NODE_NONE;
	free(text);
	return node;
}

static bool is_false(struct export_line *line, const json_t *value) {
	if (!json_is_boolean(value)) {
		export_bad(line, "neither true nor false");
	}
	return json_is_false(value);
}

static struct export_const begin(
	struct export_line *line, enum export_what what, const json_t *value) {
	return (struct export_const){
		.name = export_name_at(line, json_object_get(value, "name")),
		.what = what,
		.harmless = true,
		.levels = export_list(line, json_object_get(value, "levelParams"), export_name_at),
		.type = export_expr_at(line, json_object_get(value, "type")),
		.value = json_object_get(value, "value") != NULL
				 ? export_expr_at(line, json_object_get(value, "value"))
				 : EXPORT_NODE_NIL,
	};
}

/* Single declarations: their keys, and which of them tell constants apart beside type and value. */
static const struct declaration {
	const char *key;
	enum export_what what;
	const char *const *keys;
} declarations[] = {
	{"axiom", EXPORT_AXIOM,
		(const char *const[]){"name", "levelParams", "type", "isUnsafe", NULL}},
	{"def", EXPORT_DEF,
		(const char *const[]){"name", "levelParams", "type", "value", "hints", "safety",
			"all", NULL}},
	{"opaque", EXPORT_OPAQUE,
		(const char *const[]){"name", "levelParams", "type", "value", "isUnsafe", "all",
			NULL}},
	{"thm", EXPORT_THEOREM,
		(const char *const[]){"name", "levelParams", "type", "value", "all", NULL}},
	{"quot", EXPORT_QUOT,
		(const char *const[]){"name", "levelParams", "type", "kind", NULL}},
};

static void read_single(struct export_line *line, const struct declaration *declaration,
	const json_t *value) {
	if (!export_keys(line, value, declaration->keys)) {
		return;
	}
	struct export_const constant = begin(line, declaration->what, value);
	const json_t *unsafe = json_object_get(value, "isUnsafe");
	const json_t *safety = json_object_get(value, "safety");
	const json_t *hints = json_object_get(value, "hints");
	const json_t *kind = json_object_get(value, "kind");
	const json_t *all = json_object_get(value, "all");
	constant.harmless = unsafe != NULL ? is_false(line, unsafe)
			    : safety != NULL
				    ? strcmp(json_string_or(value, "safety", ""), "safe") == 0
				    : true;
	constant.rest = all != NULL ? export_list(line, all, export_name_at) : EXPORT_NODE_NIL;
	constant.rest = hints != NULL ? cons(line, scalar(line, hints), constant.rest)
				      : constant.rest;
	constant.rest = kind != NULL ? cons(line, scalar(line, kind), constant.rest)
				     : constant.rest;
	check_const(line, &constant);
	export_declare(line, &constant);
}

static uint32_t numbers_of(
	struct export_line *line, const json_t *value, const char *const *keys, uint32_t list) {
	for (size_t i = 0; keys[i] != NULL; i++) {
		list = cons(line, scalar(line, json_object_get(value, keys[i])), list);
	}
	return list;
}

static void read_type(struct export_line *line, const json_t *value) {
	static const char *const keys[] = {"name", "levelParams", "type", "numParams", "numIndices",
		"all", "ctors", "numNested", "isRec", "isReflexive", "isUnsafe", NULL};
	static const char *const numbers[] = {
		"numParams", "numIndices", "numNested", "isRec", "isReflexive", NULL};
	if (!export_keys(line, value, keys)) {
		return;
	}
	struct export_const constant = begin(line, EXPORT_TYPE, value);
	uint32_t all = export_list(line, json_object_get(value, "all"), export_name_at);
	uint32_t ctors = export_list(line, json_object_get(value, "ctors"), export_name_at);
	constant.harmless = is_false(line, json_object_get(value, "isUnsafe"));
	constant.needs = cons(line, all, cons(line, ctors, EXPORT_NODE_NIL));
	constant.rest = numbers_of(line, value, numbers, constant.needs);
	export_declare(line, &constant);
}

static void read_constructor(struct export_line *line, const json_t *value) {
	static const char *const keys[] = {"name", "levelParams", "type", "induct", "cidx",
		"numParams", "numFields", "isUnsafe", NULL};
	static const char *const numbers[] = {"cidx", "numParams", "numFields", NULL};
	if (!export_keys(line, value, keys)) {
		return;
	}
	struct export_const constant = begin(line, EXPORT_CONSTRUCTOR, value);
	uint32_t type = export_name_at(line, json_object_get(value, "induct"));
	constant.harmless = is_false(line, json_object_get(value, "isUnsafe"));
	constant.needs = cons(line, cons(line, type, EXPORT_NODE_NIL), EXPORT_NODE_NIL);
	constant.rest = numbers_of(line, value, numbers, constant.needs);
	export_declare(line, &constant);
}

static void read_rules(
	struct export_line *line, const json_t *rules, struct export_const *constant) {
	static const char *const keys[] = {"ctor", "nfields", "rhs", NULL};
	static const char *const numbers[] = {"nfields", NULL};
	uint32_t ctors = EXPORT_NODE_NIL;
	if (!json_is_array(rules)) {
		export_bad(line, "not a list");
	}
	for (size_t i = json_array_size(rules); i-- > 0 && line->why == NULL;) {
		const json_t *rule = json_array_get(rules, i);
		if (export_keys(line, rule, keys)) {
			uint32_t rhs = export_expr_at(line, json_object_get(rule, "rhs"));
			ctors = cons(line, export_name_at(line, json_object_get(rule, "ctor")),
				ctors);
			constant->rules = cons(line, rhs, constant->rules);
			constant->rest = numbers_of(line, rule, numbers, constant->rest);
		}
	}
	constant->needs = cons(line, ctors, constant->needs);
	constant->rest = cons(line, constant->needs, constant->rest);
}

static void read_recursor(struct export_line *line, const json_t *value) {
	static const char *const keys[] = {"name", "levelParams", "type", "all", "numParams",
		"numIndices", "numMotives", "numMinors", "rules", "k", "isUnsafe", NULL};
	static const char *const numbers[] = {
		"numParams", "numIndices", "numMotives", "numMinors", "k", NULL};
	if (!export_keys(line, value, keys)) {
		return;
	}
	struct export_const constant = begin(line, EXPORT_RECURSOR, value);
	uint32_t all = export_list(line, json_object_get(value, "all"), export_name_at);
	constant.harmless = is_false(line, json_object_get(value, "isUnsafe"));
	constant.needs = cons(line, all, EXPORT_NODE_NIL);
	constant.rest = numbers_of(line, value, numbers, EXPORT_NODE_NIL);
	read_rules(line, json_object_get(value, "rules"), &constant);
	export_declare(line, &constant);
}

/* Types, their constructors and recursors name one another: all are declared, then looked at. */
static void read_inductive(struct export_line *line, const json_t *value) {
	static const char *const keys[] = {"types", "ctors", "recs", NULL};
	static void (*const readers[])(struct export_line *line, const json_t *value) = {
		read_type, read_constructor, read_recursor};
	size_t first = line->file->consts.count;
	if (!export_keys(line, value, keys)) {
		return;
	}
	for (size_t i = 0; i < F2F_COUNT(readers); i++) {
		const json_t *list = json_object_get(value, keys[i]);
		if (!json_is_array(list)) {
			export_bad(line, "not a list");
		}
		for (size_t k = 0; k < json_array_size(list) && line->why == NULL; k++) {
			readers[i](line, json_array_get(list, k));
		}
	}
	for (size_t i = first; i < line->file->consts.count && line->why == NULL; i++) {
		const struct export_const constant = line->file->consts.items[i];
		check_const(line, &constant);
	}
}

void export_read_declaration(struct export_line *line, const json_t *object) {
	const char *key = json_object_iter_key(json_object_iter((json_t *)object));
	if (json_object_size(object) != 1 || key == NULL) {
		export_bad(line, "a line that is not known");
		return;
	}
	const json_t *value = json_object_get(object, key);
	if (strcmp(key, "inductive") == 0) {
		read_inductive(line, value);
		return;
	}
	for (size_t i = 0; i < F2F_COUNT(declarations); i++) {
		if (strcmp(key, declarations[i].key) == 0) {
			read_single(line, &declarations[i], value);
			return;
		}
	}
	export_bad(line, "a key that is not known");
}
