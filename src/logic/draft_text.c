#include <inttypes.h>
#include <stdio.h>

#include "base/buf.h"
#include "logic/draft.h"
#include "logic/program.h"

enum { NUMBER_MAX = 24 };

static const struct draft_tree *tree_of(const struct draft *draft, struct draft_statement at) {
	return &draft->trees[at.tree];
}

static const char *agent(const struct draft_tree *tree, const struct tree_node *node, size_t key) {
	return key < node->key_count ? tree->agents[node->keys[key].agent] : NULL;
}

static enum template_form form_of(const struct tree_node *node) {
	static const enum template_form comparisons[] = {
		[KIND_MORE] = TEMPLATE_MORE,
		[KIND_LESS] = TEMPLATE_LESS,
		[KIND_TIMES] = TEMPLATE_TIMES,
		[KIND_FRACTION] = TEMPLATE_FRACTION,
	};
	switch (node->form) {
	case FACT_COMPARISON:
		return comparisons[node->kind];
	case FACT_EQUALITY:
		return TEMPLATE_EQUALITY;
	case FACT_TRANSFER:
		return TEMPLATE_TRANSFER;
	case FACT_RATE:
		return TEMPLATE_RATE;
	default:
		return TEMPLATE_CONTAINER;
	}
}

static void say(const struct draft *draft, enum template_form form, uint64_t wording,
	const char *const words[SLOTS], struct buf *out) {
	size_t count = draft->vocabulary->templates[form].count;
	template_write(&draft->vocabulary->templates[form].items[wording % count], words, out);
}

void draft_text(const struct draft *draft, struct buf *out) {
	for (size_t i = 0; i < draft->statement_count; i++) {
		const struct draft_tree *tree = tree_of(draft, draft->statements[i]);
		const struct tree_node *node = &tree->tree.nodes[draft->statements[i].node];
		char number[NUMBER_MAX];
		snprintf(number, sizeof(number), "%" PRId64, node->value);
		bool rate = node->form == FACT_RATE;
		const char *words[SLOTS] = {
			[SLOT_AGENT] = agent(tree, node, 0),
			[SLOT_OTHER] = agent(tree, node, 1),
			[SLOT_THIRD] = agent(tree, node, 2),
			[SLOT_FOURTH] = agent(tree, node, 3),
			[SLOT_NUMBER] = number,
			[SLOT_NOUNS] = tree->nouns[node->keys[rate ? 1 : 0].noun]->plural,
			[SLOT_HOLDER] = tree->nouns[node->keys[0].noun]->singular,
		};
		if (i > 0) {
			buf_append_char(out, ' ');
		}
		say(draft, form_of(node), node->wording, words, out);
	}
}

/* "Mira, Tobin and Ula" */
static void list_agents(const struct draft *draft, struct buf *out) {
	const struct draft_tree *base = &draft->trees[0];
	const struct tree_node *root = &base->tree.nodes[0];
	for (size_t i = 0; i < root->key_count; i++) {
		buf_append_str(out, i == 0 ? "" : i + 1 == root->key_count ? " and " : ", ");
		buf_append_str(out, agent(base, root, i));
	}
}

void draft_question(const struct draft *draft, const struct program *program, struct buf *out) {
	const struct draft_tree *base = &draft->trees[0];
	const struct tree_node *root = &base->tree.nodes[0];
	bool sum = root->form == FACT_PART_WHOLE;
	bool now = !sum && program->goal.keys[0].version > 0;
	char number[NUMBER_MAX];
	snprintf(number, sizeof(number), "%" PRId64, root->value);
	struct buf agents = BUF_INIT(TREE_CHILDREN_MAX * (DRAFT_NAME_MAX + 8));
	list_agents(draft, &agents);
	const char *words[SLOTS] = {
		[SLOT_AGENT] = agent(base, root, 0),
		[SLOT_AGENTS] = buf_str(&agents),
		[SLOT_NUMBER] = number,
		[SLOT_NOUNS] = sum ? draft->whole->plural : base->nouns[root->keys[0].noun]->plural,
	};
	enum template_form ask = sum ? TEMPLATE_ASK_SUM : now ? TEMPLATE_ASK_NOW : TEMPLATE_ASK;
	enum template_form prove =
		sum ? TEMPLATE_PROVE_SUM : now ? TEMPLATE_PROVE_NOW : TEMPLATE_PROVE;
	say(draft, draft->options.ground ? prove : ask, draft->wording, words, out);
	buf_finish(&agents);
}

/* Whose amount of what, in the program; program_date adds when. */
static struct key key_of(
	const struct draft_tree *tree, struct tree_key key, struct program *program) {
	const struct vocabulary_noun *noun = tree->nouns[key.noun];
	return (struct key){
		.agent = program_agent(program, tree->agents[key.agent]),
		.noun = program_noun(program, noun->singular, noun->plural),
	};
}

static struct fact fact_of(
	const struct draft_tree *tree, const struct tree_node *node, struct program *program) {
	struct fact fact = {
		.form = node->form,
		.kind = node->form == FACT_COMPARISON ? node->kind : KIND_MORE,
		.key_count = node->key_count,
		.quantity = rational_of(node->form == FACT_EQUALITY ? 0 : node->value),
	};
	for (size_t i = 0; i < node->key_count; i++) {
		fact.keys[i] = key_of(tree, node->keys[i], program);
	}
	program_date(program, &fact);
	return fact;
}

void draft_program(const struct draft *draft, struct program *program_out) {
	struct program program;
	program_init(&program);
	for (size_t i = 0; i < draft->statement_count; i++) {
		const struct draft_tree *tree = tree_of(draft, draft->statements[i]);
		struct fact fact = fact_of(
			tree, &tree->tree.nodes[draft->statements[i].node], &program);
		program_add(&program, &fact);
	}
	const struct draft_tree *base = &draft->trees[0];
	program.goal = fact_of(base, &base->tree.nodes[0], &program);
	if (program.goal.form == FACT_PART_WHOLE) {
		program.goal.whole = program_noun(
			&program, draft->whole->singular, draft->whole->plural);
	}
	program.goal_ground = draft->options.ground;
	if (!program.goal_ground) {
		program.goal.quantity = rational_of(0);
	}
	*program_out = program;
}
