#include "dataset/words_paper_leaf.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "logic/claim.h"
#include "logic/closure.h"
#include "logic/program.h"
#include "logic/shortest.h"

enum {
	TEXT_MAX = 1 << 20,
	SENTENCES_MAX = 1000,
	// a problem of the published generator takes some tens
	NODES_MAX = 200000,
};

/* One leaf while it is looked at. */
struct looking {
	const json_t *statements; // "problembody"
	const json_t *question;
	const json_t *proof; // "rt"
	int64_t answer;
	struct program program;
	struct paper_leaf *leaf;
};

void paper_leaf_finish(struct paper_leaf *leaf) {
	free(leaf->informal);
	free(leaf->program);
	free(leaf->answer);
	free(leaf->why);
	*leaf = (struct paper_leaf){0};
}

/* The first fault found is the one that is told; `why` is taken over. It quotes the file, perhaps
 * cut within a letter, and becomes one line of well-formed text. */
static void fault(struct looking *looking, const char *class, char *why) {
	if (looking->leaf->class == NULL) {
		struct buf line = BUF_INIT(TEXT_MAX);
		for (char *c = why; *c != '\0'; c++) {
			bool control = (unsigned char)*c < ' ' || *c == 0x7f;
			*c = control ? ' ' : *c;
		}
		utf8_repair(&line, why, strlen(why));
		looking->leaf->class = class;
		looking->leaf->why = buf_detach(&line);
	}
	free(why);
}

static bool is_sound(const struct looking *looking) {
	return looking->leaf->class == NULL;
}

/* ---- The layout. */

static int need_array(
	const json_t *object, const char *key, const json_t **array_out, struct error *err) {
	const json_t *array = json_object_get(object, key);
	if (!json_is_array(array)) {
		return error_set(err, ERROR_INPUT, "\"%s\" is not an array", key);
	}
	if (json_array_size(array) > SENTENCES_MAX) {
		return error_set(
			err, ERROR_INPUT, "\"%s\" has more than %d items", key, SENTENCES_MAX);
	}
	*array_out = array;
	return 0;
}

static int open_leaf(const json_t *leaf, struct looking *looking, struct error *err) {
	if (!json_is_object(leaf)) {
		return error_set(err, ERROR_INPUT, "not an object");
	}
	const json_t *answer = json_object_get(leaf, "answer");
	if (!json_is_integer(answer)) {
		return error_set(err, ERROR_INPUT, "\"answer\" is not an integer");
	}
	looking->answer = json_integer_value(answer);
	looking->question = json_object_get(leaf, "question");
	int rc = need_array(leaf, "problembody", &looking->statements, err);
	return rc < 0 ? rc : need_array(leaf, "rt", &looking->proof, err);
}

/* What a sentence speaks of, into the program's names. */
static int add_agents(const json_t *inst, struct program *program, struct error *err) {
	const json_t *agents = NULL;
	int rc = need_array(inst, "agents", &agents, err);
	for (size_t i = 0; rc == 0 && i < json_array_size(agents); i++) {
		const json_t *agent = json_array_get(agents, i);
		if (!json_is_string(agent) || json_string_length(agent) == 0) {
			return error_set(err, ERROR_INPUT, "\"agents\" holds what is no name");
		}
		if (program->agent_count == PROGRAM_NAMES_MAX) {
			return error_set(err, ERROR_INPUT, "too many names");
		}
		program_agent(program, json_string_value(agent));
	}
	return rc;
}

static int add_nouns(const json_t *inst, struct program *program, struct error *err) {
	const json_t *entities = NULL;
	int rc = need_array(inst, "entities", &entities, err);
	for (size_t i = 0; rc == 0 && i < json_array_size(entities); i++) {
		const json_t *entity = json_array_get(entities, i);
		const char *singular = json_string_value(json_array_get(entity, 0));
		const char *plural = json_string_value(json_array_get(entity, 1));
		if (singular == NULL || plural == NULL || singular[0] == '\0') {
			return error_set(err, ERROR_INPUT,
				"\"entities\" holds what is no pair of singular and plural");
		}
		if (program->noun_count == PROGRAM_NAMES_MAX) {
			return error_set(err, ERROR_INPUT, "too many names");
		}
		program_noun(program, singular, plural);
	}
	return rc;
}

static int add_sentence(
	const json_t *sentence, struct looking *looking, struct buf *informal, struct error *err) {
	const char *text = NULL;
	int rc = json_is_object(sentence)
			 ? json_need_string(sentence, "text", &text, err)
			 : error_set(err, ERROR_INPUT, "a sentence is not an object");
	const json_t *inst = rc == 0 ? json_object_get(sentence, "inst") : NULL;
	rc = rc < 0 ? rc : add_agents(inst, &looking->program, err);
	rc = rc < 0 ? rc : add_nouns(inst, &looking->program, err);
	if (rc == 0) {
		buf_appendf(informal, "%s%s", informal->len > 0 ? " " : "", text);
	}
	return rc;
}

/* All names are known before a sentence is read: "Bo" and "Bo's uncle" are two. */
static int add_sentences(struct looking *looking, struct error *err) {
	struct buf informal = BUF_INIT(TEXT_MAX);
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < json_array_size(looking->statements); i++) {
		rc = add_sentence(json_array_get(looking->statements, i), looking, &informal, err);
		if (rc < 0) {
			error_prefix(err, "problembody: sentence %zu", i + 1);
		}
	}
	if (rc == 0) {
		rc = add_sentence(looking->question, looking, &informal, err);
		if (rc < 0) {
			error_prefix(err, "question");
		}
	}
	if (rc == 0 && informal.overflow) {
		rc = error_set(err, ERROR_INPUT, "more than %d bytes of text", TEXT_MAX);
	}
	looking->leaf->informal = buf_detach(&informal);
	return rc;
}

/* ---- Sentences as facts. */

static enum fact_form form_of(const char *name, bool *known_out) {
	static const struct {
		const char *name;
		enum fact_form form;
	} forms[] = {{"Container", FACT_CONTAINER}, {"Comp", FACT_COMPARISON},
		{"CompEq", FACT_EQUALITY}, {"Transfer", FACT_TRANSFER}, {"Rate", FACT_RATE},
		{"PartWhole", FACT_PART_WHOLE}};
	*known_out = true;
	for (size_t i = 0; i < F2F_COUNT(forms); i++) {
		if (strcmp(forms[i].name, name) == 0) {
			return forms[i].form;
		}
	}
	*known_out = false;
	return FACT_CONTAINER;
}

/* The file says form and quantity beside the text: what was read must be the same. */
static bool is_as_labelled(const json_t *sentence, const struct fact *fact, bool quantity) {
	bool known = false;
	enum fact_form form = form_of(json_string_or(sentence, "lf", ""), &known);
	if (!known || form != fact->form) {
		return false;
	}
	if (!quantity || fact->form == FACT_EQUALITY) {
		return true;
	}
	const json_t *quantities =
		json_object_get(json_object_get(sentence, "inst"), "quantities");
	const char *said = json_string_value(json_array_get(quantities, 0));
	char number[32];
	snprintf(number, sizeof(number), "%" PRId64, fact->quantity.numerator);
	return said != NULL && fact->quantity.denominator == 1 && strcmp(number, said) == 0;
}

static void read_statements(struct looking *looking) {
	for (size_t i = 0; is_sound(looking) && i < json_array_size(looking->statements); i++) {
		const json_t *sentence = json_array_get(looking->statements, i);
		const char *text = json_string_or(sentence, "text", "");
		struct fact fact = {0};
		struct error why = {.message = ""};
		if (claim_read_statement(&looking->program, text, strlen(text), &fact, &why) < 0) {
			fault(looking, "unread", xstrdup(why.message));
		} else if (!is_as_labelled(sentence, &fact, true)) {
			fault(looking, "unread",
				xasprintf("\"%s\": not read as the file labels it", text));
		} else {
			program_date(&looking->program, &fact);
			program_add(&looking->program, &fact);
		}
	}
}

static uint16_t find_agent(const struct program *program, const char *name) {
	uint16_t agent = 0;
	while (agent < program->agent_count && strcmp(program->agents[agent], name) != 0) {
		agent++;
	}
	return agent;
}

/* The reference proof's sentence that concludes a sum; distractors' may come after it. */
static const json_t *find_sum(const json_t *proof) {
	for (size_t i = json_array_size(proof); i > 0; i--) {
		const json_t *sentence = json_array_get(proof, i - 1);
		if (strcmp(json_string_or(sentence, "lf", ""), "PartWhole") == 0) {
			return sentence;
		}
	}
	return NULL;
}

/*
 * "If Ann and Ben sum up their fruits": which fruits each has is said elsewhere. The sum of the
 * reference proof names its premises, a sentence for each part.
 */
static void find_parts(struct looking *looking, struct fact *goal) {
	const json_t *premises =
		json_object_get(find_sum(looking->proof), "premise_sent_indices");
	for (size_t i = 0; i < json_array_size(premises); i++) {
		const json_t *part = json_array_get(looking->proof,
			(size_t)json_integer_value(json_array_get(premises, i)));
		const json_t *inst = json_object_get(part, "inst");
		const char *name = json_string_value(
			json_array_get(json_object_get(inst, "agents"), 0));
		const char *noun = json_string_value(json_array_get(
			json_array_get(json_object_get(inst, "entities"), 0), 0));
		if (name == NULL || noun == NULL) {
			continue;
		}
		uint16_t agent = find_agent(&looking->program, name);
		for (size_t j = 0; j < goal->key_count; j++) {
			if (goal->keys[j].agent == agent) {
				goal->keys[j].noun =
					program_noun(&looking->program, noun, NULL);
			}
		}
	}
}

static void read_goal(struct looking *looking) {
	const char *text = json_string_or(looking->question, "text", "");
	struct fact goal = {0};
	struct error why = {.message = ""};
	bool ground = false;
	if (claim_read_goal(&looking->program, text, strlen(text), &goal, &ground, &why) < 0) {
		fault(looking, "unread", xstrdup(why.message));
		return;
	}
	if (ground || !is_as_labelled(looking->question, &goal, false)) {
		fault(looking, "unread",
			xasprintf("\"%s\": not read as the file labels it", text));
		return;
	}
	if (goal.form == FACT_PART_WHOLE) {
		find_parts(looking, &goal);
	}
	program_date(&looking->program, &goal);
	looking->program.goal = goal;
}

/* ---- The label against the solution. */

static size_t labelled_steps(const json_t *proof) {
	size_t steps = 0;
	for (size_t i = 0; i < json_array_size(proof); i++) {
		const json_t *sentence = json_array_get(proof, i);
		bool conclusion =
			strcmp(json_string_or(sentence, "type", ""), "conclusion") == 0;
		steps += conclusion && json_is_true(json_object_get(sentence, "relevant"));
	}
	return steps;
}

static void compare(struct looking *looking, const struct closure *closure) {
	struct shortest shortest;
	size_t labelled = labelled_steps(looking->proof);
	struct rational answer = closure->facts[closure->goal].quantity;
	struct buf number = BUF_INIT(64);
	rational_append(&number, answer);
	shortest_solve(closure, NODES_MAX, &shortest);
	if (answer.denominator != 1 || answer.numerator != looking->answer) {
		fault(looking, "answer",
			xasprintf("%s follows, the file says %" PRId64, buf_str(&number),
				looking->answer));
	} else if (!shortest.proved) {
		fault(looking, "too large", xstrdup("the shortest proof was not found"));
	} else if (shortest.steps != labelled) {
		fault(looking, "steps",
			xasprintf("the shortest proof has %zu steps, the file's %zu",
				shortest.steps, labelled));
	}
	shortest_finish(&shortest);
	looking->leaf->answer = buf_detach(&number);
}

/* What is stored has to be read again: names are the file's, and may hold anything. */
static void write_program(struct looking *looking) {
	struct buf text = BUF_INIT(TEXT_MAX);
	struct program again;
	struct error why = {.message = ""};
	program_write(&looking->program, &text);
	if (text.overflow) {
		fault(looking, "unread", xstrdup("its program is too long"));
	} else if (program_parse(buf_str(&text), text.len, &again, &why) < 0) {
		fault(looking, "unread", xasprintf("its program: %s", why.message));
	} else {
		program_finish(&again);
	}
	looking->leaf->program = buf_detach(&text);
}

static void solve(struct looking *looking) {
	struct closure *closure = closure_create(&looking->program, CLOSURE_ASKED);
	if (closure->state != CLOSURE_SOUND) {
		fault(looking, closure_state_name(closure->state), xstrdup(closure->why));
	} else {
		compare(looking, closure);
	}
	closure_destroy(closure);
	write_program(looking);
}

int paper_leaf_read(const json_t *leaf, struct paper_leaf *leaf_out, struct error *err) {
	struct looking looking = {.leaf = leaf_out};
	*leaf_out = (struct paper_leaf){0};
	program_init(&looking.program);
	int rc = open_leaf(leaf, &looking, err);
	rc = rc < 0 ? rc : add_sentences(&looking, err);
	if (rc == 0) {
		read_statements(&looking);
	}
	if (rc == 0 && is_sound(&looking)) {
		read_goal(&looking);
	}
	if (rc == 0 && is_sound(&looking)) {
		solve(&looking);
	}
	program_finish(&looking.program);
	if (rc < 0) {
		paper_leaf_finish(leaf_out);
	}
	return rc;
}
