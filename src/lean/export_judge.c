#include "lean/export_judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "lean/checker_words.h"

static const char *const axioms[] = {"propext", "Quot.sound", "Classical.choice"};

/* Kernels compute with these by themselves: under another definition they would prove what is not
 * so. */
static const char *const special[] = {
	"Nat",
	"Nat.add",
	"Nat.sub",
	"Nat.mul",
	"Nat.pow",
	"Nat.gcd",
	"Nat.div",
	"Nat.mod",
	"Nat.beq",
	"Nat.ble",
	"Nat.land",
	"Nat.lor",
	"Nat.xor",
	"Nat.log2",
	"Nat.shiftLeft",
	"Nat.shiftRight",
	"Bool",
	"Char",
	"Char.ofNat",
	"String",
	"String.mk",
	"String.ofList",
	"List",
	"Eq",
	"Quot",
	"Quot.mk",
	"Quot.lift",
	"Quot.ind",
	"eagerReduce",
	"propext",
	"Quot.sound",
	"Classical.choice",
};

void export_special(struct export_file *solution, struct export_names *names_out) {
	*names_out = (struct export_names){0};
	for (size_t i = 0; i < F2F_COUNT(special); i++) {
		if (export_file_find(solution, export_name(solution->nodes, special[i])) != NULL) {
			vec_push(&names_out->list, special[i]);
		}
	}
}

const char *export_special_missing(const char *complaint) {
	for (size_t i = 0; i < F2F_COUNT(special); i++) {
		char words[96];
		snprintf(words, sizeof(words), "Constant %s not found in environment", special[i]);
		if (strstr(complaint, words) != NULL) {
			return special[i];
		}
	}
	return NULL;
}

/* ---- A walk over constants and what they use, each once. */

struct walk {
	struct export_nodes *nodes;
	uint8_t *seen; // by node: an expression that was looked through, a name that was queued
	VEC(uint32_t) names; // queued; `next` are done
	size_t next;
	VEC(uint32_t) stack;
};

static void walk_init(struct walk *walk, struct export_nodes *nodes) {
	*walk = (struct walk){.nodes = nodes, .seen = xcalloc(nodes->list.count + 1, 1)};
}

static void walk_finish(struct walk *walk) {
	free(walk->seen);
	vec_finish(&walk->names);
	vec_finish(&walk->stack);
}

static bool is_new(struct walk *walk, uint32_t node) {
	bool new = walk->seen[node] == 0;
	walk->seen[node] = 1;
	return new;
}

static void queue(struct walk *walk, uint32_t name) {
	if (name != EXPORT_NODE_NONE && is_new(walk, name)) {
		vec_push(&walk->names, name);
	}
}

static void visit(struct walk *walk, const struct export_node *node) {
	switch (node->kind) {
	case EXPORT_CONST:
		queue(walk, node->a);
		break;
	case EXPORT_PROJ:
		queue(walk, node->a);
		vec_push(&walk->stack, node->c);
		break;
	case EXPORT_LET:
		vec_push(&walk->stack, node->c);
		vec_push(&walk->stack, node->a);
		vec_push(&walk->stack, node->b);
		break;
	case EXPORT_APP:
	case EXPORT_LAM:
	case EXPORT_PI:
		vec_push(&walk->stack, node->a);
		vec_push(&walk->stack, node->b);
		break;
	default:
		break;
	}
}

/* Queues the constants of an expression. */
static void look_through(struct walk *walk, uint32_t expr) {
	vec_push(&walk->stack, expr);
	while (walk->stack.count > 0) {
		uint32_t number = walk->stack.items[--walk->stack.count];
		if (number != EXPORT_NODE_NIL && is_new(walk, number)) {
			visit(walk, &walk->nodes->list.items[number]);
		}
	}
}

/* Lists of lists of names. */
static void queue_needs(struct walk *walk, uint32_t lists) {
	const struct export_node *nodes = walk->nodes->list.items;
	for (; lists != EXPORT_NODE_NIL; lists = nodes[lists].b) {
		for (uint32_t list = nodes[lists].a; list != EXPORT_NODE_NIL; list = nodes[list].b) {
			queue(walk, nodes[list].a);
		}
	}
}

static void queue_all_of(struct walk *walk, const struct export_const *constant) {
	const struct export_node *nodes = walk->nodes->list.items;
	look_through(walk, constant->type);
	look_through(walk, constant->value);
	for (uint32_t list = constant->rules; list != EXPORT_NODE_NIL; list = nodes[list].b) {
		look_through(walk, nodes[list].a);
	}
	queue_needs(walk, constant->needs);
}

/* ---- Words. */

static void say(const struct export_question *question, struct checker_word *word,
	enum final_outcome outcome, enum reject_reason reason, const char *what, uint32_t name) {
	char *text = export_name_text(question->solution->nodes, name);
	*word = (struct checker_word){.outcome = outcome, .reason = reason};
	snprintf(word->text, sizeof(word->text), "%s: %.200s", what, text);
	for (char *c = word->text; *c != '\0'; c++) {
		*c = (unsigned char)*c < ' ' ? ' ' : *c; // names may hold anything
	}
	free(text);
}

/* ---- The theorem, and the placeholders: same name, kind, universes, type. */

static bool same_head(const struct export_question *question, const char *written,
	enum export_what what, struct checker_word *word) {
	bool theorem = what == EXPORT_THEOREM;
	enum reject_reason gone = theorem ? REASON_ABSENT : REASON_STATEMENT;
	uint32_t name = export_name(question->solution->nodes, written);
	const struct export_const *asked = export_file_find(question->challenge, name);
	const struct export_const *given = export_file_find(question->solution, name);
	if (asked == NULL || asked->what != what) {
		say(question, word, FINAL_FAILED, REASON_NONE, "not in the challenge", name);
	} else if (given == NULL) {
		say(question, word, FINAL_REJECTED, gone, "not in the solution", name);
	} else if (given->what != what) {
		say(question, word, FINAL_REJECTED, gone,
			theorem ? "not a theorem" : "not a definition", name);
	} else if (given->levels != asked->levels) {
		say(question, word, FINAL_REJECTED, REASON_STATEMENT, "other universes", name);
	} else if (given->type != asked->type || given->harmless != asked->harmless) {
		say(question, word, FINAL_REJECTED, REASON_STATEMENT, "another type", name);
	} else {
		return true;
	}
	return false;
}

static bool is_target(const struct export_question *question, uint32_t name) {
	struct export_nodes *nodes = question->solution->nodes;
	bool is = name == export_name(nodes, question->theorem);
	for (size_t i = 0; i < question->hole_count; i++) {
		is = is || name == export_name(nodes, question->holes[i]);
	}
	return is;
}

static bool same_const(const struct export_const *a, const struct export_const *b) {
	return a->what == b->what && a->harmless == b->harmless && a->levels == b->levels &&
	       a->type == b->type && a->value == b->value && a->rest == b->rest &&
	       a->rules == b->rules;
}

/* ---- All that the statement uses is the same in both. */

static bool compare_next(
	const struct export_question *question, struct walk *walk, struct checker_word *word) {
	uint32_t name = walk->names.items[walk->next++];
	const struct export_const *asked = export_file_find(question->challenge, name);
	const struct export_const *given = export_file_find(question->solution, name);
	if (asked == NULL) {
		say(question, word, FINAL_FAILED, REASON_NONE, "not in the challenge", name);
		return false;
	}
	if (given == NULL) {
		say(question, word, FINAL_REJECTED, REASON_STATEMENT, "not in the solution", name);
		return false;
	}
	if (is_target(question, name)) {
		look_through(walk, asked->type); // that it is the same was seen
		return true;
	}
	if (!same_const(asked, given)) {
		say(question, word, FINAL_REJECTED, REASON_STATEMENT,
			"another constant than in the challenge", name);
		return false;
	}
	queue_all_of(walk, asked);
	return true;
}

static bool compare(const struct export_question *question, struct checker_word *word) {
	struct export_nodes *nodes = question->solution->nodes;
	struct export_names names;
	struct walk walk;
	walk_init(&walk, nodes);
	queue(&walk, export_name(nodes, question->theorem));
	for (size_t i = 0; i < question->hole_count; i++) {
		queue(&walk, export_name(nodes, question->holes[i]));
	}
	export_special(question->solution, &names);
	for (size_t i = 0; i < names.list.count; i++) {
		queue(&walk, export_name(nodes, names.list.items[i]));
	}
	bool same = true;
	while (same && walk.next < walk.names.count) {
		same = compare_next(question, &walk, word);
	}
	vec_finish(&names.list);
	walk_finish(&walk);
	return same;
}

/* ---- Nothing but the three axioms. */

static bool is_allowed(struct export_nodes *nodes, uint32_t name) {
	for (size_t i = 0; i < F2F_COUNT(axioms); i++) {
		if (name == export_name(nodes, axioms[i])) {
			return true;
		}
	}
	return false;
}

static bool rests_well(const struct export_question *question, struct walk *walk,
	struct checker_word *word) {
	struct export_nodes *nodes = question->solution->nodes;
	uint32_t name = walk->names.items[walk->next++];
	const struct export_const *constant = export_file_find(question->solution, name);
	if (constant == NULL) {
		say(question, word, FINAL_FAILED, REASON_NONE, "used, and not exported", name);
		return false;
	}
	if (constant->what == EXPORT_AXIOM && !is_allowed(nodes, name)) {
		bool hole = name == export_name(nodes, "sorryAx");
		say(question, word, FINAL_REJECTED, hole ? REASON_SORRY : REASON_AXIOMS,
			"rests on an axiom", name);
		return false;
	}
	if (!constant->harmless) {
		say(question, word, FINAL_REJECTED, REASON_FORBIDDEN, "unsafe or partial", name);
		return false;
	}
	queue_all_of(walk, constant);
	return true;
}

static bool follow_axioms(const struct export_question *question, struct checker_word *word) {
	struct export_nodes *nodes = question->solution->nodes;
	struct walk walk;
	walk_init(&walk, nodes);
	queue(&walk, export_name(nodes, question->theorem));
	for (size_t i = 0; i < question->hole_count; i++) {
		queue(&walk, export_name(nodes, question->holes[i]));
	}
	bool well = true;
	while (well && walk.next < walk.names.count) {
		well = rests_well(question, &walk, word);
	}
	walk_finish(&walk);
	return well;
}

/* The names that are looked up belong to the store, so that nothing grows during a walk. */
static void know_names(const struct export_question *question) {
	struct export_nodes *nodes = question->solution->nodes;
	export_name(nodes, question->theorem);
	export_name(nodes, "sorryAx");
	for (size_t i = 0; i < question->hole_count; i++) {
		export_name(nodes, question->holes[i]);
	}
	for (size_t i = 0; i < F2F_COUNT(special); i++) {
		export_name(nodes, special[i]);
	}
}

void export_judge(const struct export_question *question, struct checker_word *word_out) {
	know_names(question);
	if (question->solution->nodes->full) {
		say(question, word_out, FINAL_FAILED, REASON_NONE, "larger than can be held", 0);
		return;
	}
	bool well = same_head(question, question->theorem, EXPORT_THEOREM, word_out);
	for (size_t i = 0; well && i < question->hole_count; i++) {
		well = same_head(question, question->holes[i], EXPORT_DEF, word_out);
	}
	if (well && compare(question, word_out) && follow_axioms(question, word_out)) {
		say(question, word_out, FINAL_ACCEPTED, REASON_NONE,
			"same statement, allowed axioms",
			export_name(question->solution->nodes, question->theorem));
	}
}
