#include "logic/vocabulary.h"

#include <stdlib.h>
#include <string.h>

#include "base/asset.h"
#include "base/error.h"
#include "base/str.h"

enum { NAMES_MAX = 4096, NOUNS_MAX = 4096, TEMPLATES_MAX = 256 };

/* The lines of one file that say something, without comments. */
struct reader {
	const char *path;
	struct str rest;
	struct str line;
	size_t number;
};

static bool reader_next(struct reader *reader) {
	while (str_next_line(&reader->rest, &reader->line)) {
		reader->number++;
		reader->line = str_trim(reader->line);
		if (reader->line.len > 0 && reader->line.data[0] != '#') {
			return true;
		}
	}
	return false;
}

static int parse_words(const struct vocabulary_source *source,
	int (*parse_line)(struct vocabulary *, struct str, int *section, struct error *),
	struct vocabulary *vocabulary, struct error *err) {
	struct reader reader = {
		.path = source->path,
		.rest = str_slice(source->data, source->size),
	};
	int section = -1;
	while (reader_next(&reader)) {
		size_t bad;
		int rc = utf8_valid(reader.line.data, reader.line.len, &bad)
				 ? parse_line(vocabulary, reader.line, &section, err)
				 : error_set(err, ERROR_INPUT, "not UTF-8");
		if (rc < 0) {
			error_prefix(err, "%s: line %zu", reader.path, reader.number);
			return rc;
		}
	}
	return 0;
}

/* Letters only, so that a word is a word wherever it is looked for. */
static bool is_word(struct str text) {
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && c < 0x80) {
			return false;
		}
	}
	return text.len > 0 && text.len <= WORD_LENGTH_MAX;
}

/* The first word of *rest, which moves past it; empty at the end. */
static struct str next_word(struct str *rest) {
	*rest = str_trim(*rest);
	size_t length = 0;
	while (length < rest->len && rest->data[length] != ' ' && rest->data[length] != '\t') {
		length++;
	}
	struct str word = str_slice(rest->data, length);
	*rest = str_slice(rest->data + length, rest->len - length);
	return word;
}

static int take_word(struct str *rest, char **word_out, struct error *err) {
	struct str word = next_word(rest);
	if (!is_word(word)) {
		return error_set(err, ERROR_INPUT, "\"%.*s\" is no word of 1 to %d letters",
			word.len > 60 ? 60 : (int)word.len, word.data, WORD_LENGTH_MAX);
	}
	*word_out = xmemdup0(word.data, word.len);
	return 0;
}

static int end_of_line(struct str rest, struct error *err) {
	rest = str_trim(rest);
	return rest.len == 0 ? 0 : error_set(err, ERROR_INPUT, "\"%.*s\" is one word too many",
					   rest.len > 60 ? 60 : (int)rest.len, rest.data);
}

/* A bit a letter, whatever its case. */
static uint32_t letters_of(const char *name) {
	uint32_t letters = 0;
	for (const char *c = name; *c != '\0'; c++) {
		letters |= 1u << ((unsigned char)*c & 31);
	}
	return letters;
}

/* Whether there are NAME_DISTANCE or more. */
static bool many_letters(uint32_t letters) {
	for (size_t i = 1; i < NAME_DISTANCE; i++) {
		letters &= letters - 1; // without the lowest
	}
	return letters != 0;
}

static int check_name(const struct vocabulary *vocabulary, const char *name, uint32_t letters,
	struct error *err) {
	for (size_t i = 0; i < vocabulary->names.count; i++) {
		const char *other = vocabulary->names.items[i];
		uint32_t theirs = vocabulary->letters.items[i];
		uint32_t ours_only = letters & ~theirs;
		uint32_t theirs_only = theirs & ~letters;
		if ((ours_only == 0 || theirs_only == 0) &&
			(strcasestr(name, other) != NULL || strcasestr(other, name) != NULL)) {
			return error_set(err, ERROR_INPUT, "one of %s and %s is part of the other",
				name, other);
		}
		// An edit mends at most one of the letters that only one of them has, and nearly
		// every pair has more of those.
		if (!many_letters(ours_only) && !many_letters(theirs_only) &&
			str_distance(name, other) < NAME_DISTANCE) {
			return error_set(err, ERROR_INPUT, "%s and %s are less than %d edits apart",
				name, other, NAME_DISTANCE);
		}
	}
	return 0;
}

static int parse_name(
	struct vocabulary *vocabulary, struct str line, int *section, struct error *err) {
	char *name = NULL;
	int rc = take_word(&line, &name, err);
	if (rc == 0) {
		rc = end_of_line(line, err);
	}
	if (rc == 0) {
		rc = vocabulary->names.count < NAMES_MAX
			     ? check_name(vocabulary, name, letters_of(name), err)
			     : error_set(err, ERROR_INPUT, "more than %d names", NAMES_MAX);
	}
	if (rc < 0) {
		free(name);
		return rc;
	}
	vec_push(&vocabulary->names, name);
	vec_push(&vocabulary->letters, letters_of(name));
	return 0;
}

enum noun_section { SECTION_TOPIC, SECTION_HOLDERS, SECTION_ROLES };

static void noun_finish(struct vocabulary_noun *noun) {
	free(noun->singular);
	free(noun->plural);
	*noun = (struct vocabulary_noun){0};
}

/* "pear pears" at the start of *rest. */
static int take_noun(struct str *rest, struct vocabulary_noun *out, struct error *err) {
	struct vocabulary_noun noun = {0};
	int rc = take_word(rest, &noun.singular, err);
	if (rc == 0) {
		rc = take_word(rest, &noun.plural, err);
	}
	if (rc < 0) {
		noun_finish(&noun);
		return rc;
	}
	*out = noun;
	return 0;
}

static int topic_of(const struct vocabulary *vocabulary, struct str name) {
	for (size_t i = 0; i < vocabulary->topics.count; i++) {
		if (str_equal(name, vocabulary->topics.items[i].whole.singular)) {
			return (int)i;
		}
	}
	return -1;
}

/* "[topic fruit fruits]", "[holders]", "[roles]", without the brackets. */
static int parse_noun_section(
	struct vocabulary *vocabulary, struct str rest, int *section, struct error *err) {
	struct str kind = next_word(&rest);
	if (str_equal(kind, "holders") || str_equal(kind, "roles")) {
		*section = str_equal(kind, "roles") ? SECTION_ROLES : SECTION_HOLDERS;
		return end_of_line(rest, err);
	}
	if (!str_equal(kind, "topic")) {
		return error_set(err, ERROR_INPUT, "no such section: \"%.*s\"",
			kind.len > 60 ? 60 : (int)kind.len, kind.data);
	}
	struct vocabulary_topic topic = {.first = vocabulary->nouns.count};
	int rc = take_noun(&rest, &topic.whole, err);
	if (rc == 0) {
		rc = end_of_line(rest, err);
	}
	if (rc == 0 && topic_of(vocabulary, str_of(topic.whole.singular)) >= 0) {
		rc = error_set(err, ERROR_INPUT, "the topic %s twice", topic.whole.singular);
	}
	if (rc == 0 && vocabulary->topics.count == VOCABULARY_TOPICS_MAX) {
		rc = error_set(err, ERROR_INPUT, "more than %d topics", VOCABULARY_TOPICS_MAX);
	}
	if (rc < 0) {
		noun_finish(&topic.whole);
		return rc;
	}
	topic.whole.topics = UINT64_C(1) << vocabulary->topics.count;
	vec_push(&vocabulary->topics, topic);
	*section = SECTION_TOPIC;
	return 0;
}

/* "bag bags: fruit vegetable" */
static int parse_holder(struct vocabulary *vocabulary, struct str line, struct error *err) {
	struct vocabulary_noun holder = {0};
	const char *colon = memchr(line.data, ':', line.len);
	if (colon == NULL) {
		return error_set(err, ERROR_INPUT, "no ':' before the topics that it may hold");
	}
	struct str head = str_slice(line.data, (size_t)(colon - line.data));
	struct str rest = str_slice(colon + 1, line.len - head.len - 1);
	int rc = take_noun(&head, &holder, err);
	if (rc == 0) {
		rc = end_of_line(head, err);
	}
	struct str name;
	while (rc == 0 && (name = next_word(&rest)).len > 0) {
		int topic = topic_of(vocabulary, name);
		if (topic < 0) {
			rc = error_set(err, ERROR_INPUT, "no topic %.*s above",
				name.len > 60 ? 60 : (int)name.len, name.data);
		} else {
			holder.topics |= UINT64_C(1) << topic;
		}
	}
	if (rc == 0 && holder.topics == 0) {
		rc = error_set(err, ERROR_INPUT, "%s holds nothing", holder.singular);
	}
	if (rc < 0) {
		noun_finish(&holder);
		return rc;
	}
	vec_push(&vocabulary->holders, holder);
	return 0;
}

static int parse_role(struct vocabulary *vocabulary, struct str line, struct error *err) {
	char *role = NULL;
	int rc = take_word(&line, &role, err);
	if (rc == 0) {
		rc = end_of_line(line, err);
	}
	for (size_t i = 0; rc == 0 && i < vocabulary->roles.count; i++) {
		if (strcmp(role, vocabulary->roles.items[i]) == 0) {
			rc = error_set(err, ERROR_INPUT, "%s twice", role);
		}
	}
	if (rc < 0) {
		free(role);
		return rc;
	}
	vec_push(&vocabulary->roles, role);
	return 0;
}

static int parse_topic_noun(struct vocabulary *vocabulary, struct str line, struct error *err) {
	struct vocabulary_noun noun = {0};
	int rc = take_noun(&line, &noun, err);
	if (rc == 0) {
		rc = end_of_line(line, err);
	}
	if (rc == 0 && vocabulary->nouns.count == NOUNS_MAX) {
		rc = error_set(err, ERROR_INPUT, "more than %d nouns", NOUNS_MAX);
	}
	if (rc < 0) {
		noun_finish(&noun);
		return rc;
	}
	struct vocabulary_topic *topic =
		&vocabulary->topics.items[vocabulary->topics.count - 1];
	noun.topics = topic->whole.topics;
	topic->count++;
	vec_push(&vocabulary->nouns, noun);
	return 0;
}

/* What stands between the brackets of a section's line; false for any other line. */
static bool section_of(struct str line, struct str *inside_out) {
	if (line.data[0] != '[' || line.data[line.len - 1] != ']') {
		return false;
	}
	*inside_out = str_slice(line.data + 1, line.len - 2);
	return true;
}

static int parse_noun(
	struct vocabulary *vocabulary, struct str line, int *section, struct error *err) {
	struct str inside;
	if (section_of(line, &inside)) {
		return parse_noun_section(vocabulary, inside, section, err);
	}
	switch (*section) {
	case SECTION_TOPIC:
		return parse_topic_noun(vocabulary, line, err);
	case SECTION_HOLDERS:
		return parse_holder(vocabulary, line, err);
	case SECTION_ROLES:
		return parse_role(vocabulary, line, err);
	default:
		return error_set(err, ERROR_INPUT, "before the first section");
	}
}

static int parse_sentence(
	struct vocabulary *vocabulary, struct str line, int *section, struct error *err) {
	struct str inside;
	if (section_of(line, &inside)) {
		for (int form = 0; form < TEMPLATE_FORMS; form++) {
			if (str_equal(inside, template_form_name(form))) {
				*section = form;
				return 0;
			}
		}
		return error_set(err, ERROR_INPUT, "no such section: \"%.*s\"",
			inside.len > 60 ? 60 : (int)inside.len, inside.data);
	}
	if (*section < 0) {
		return error_set(err, ERROR_INPUT, "before the first section");
	}
	if (vocabulary->templates[*section].count == TEMPLATES_MAX) {
		return error_set(err, ERROR_INPUT, "more than %d sentences", TEMPLATES_MAX);
	}
	struct template template;
	int rc = template_parse(*section, line.data, line.len, &template, err);
	if (rc < 0) {
		return rc;
	}
	vec_push(&vocabulary->templates[*section], template);
	return 0;
}

static int check_templates(
	const struct vocabulary *vocabulary, const char *path, struct error *err) {
	for (int form = 0; form < TEMPLATE_FORMS; form++) {
		if (vocabulary->templates[form].count == 0) {
			return error_set(err, ERROR_INPUT, "%s: nothing in [%s]", path,
				template_form_name(form));
		}
	}
	return 0;
}

int vocabulary_parse(const struct vocabulary_source *names, const struct vocabulary_source *nouns,
	const struct vocabulary_source *templates, struct vocabulary **vocabulary_out,
	struct error *err) {
	struct vocabulary *vocabulary = xcalloc(1, sizeof(*vocabulary));
	int rc = parse_words(names, parse_name, vocabulary, err);
	if (rc == 0) {
		rc = parse_words(nouns, parse_noun, vocabulary, err);
	}
	if (rc == 0) {
		rc = parse_words(templates, parse_sentence, vocabulary, err);
	}
	if (rc == 0) {
		rc = check_templates(vocabulary, templates->path, err);
	}
	if (rc < 0) {
		vocabulary_destroy(vocabulary);
		return rc;
	}
	*vocabulary_out = vocabulary;
	return 0;
}

int vocabulary_load(struct vocabulary **vocabulary_out, struct error *err) {
	static const char *const paths[] = {"datasets/words/names.txt", "datasets/words/nouns.txt",
		"datasets/words/templates.txt"};
	struct vocabulary_source sources[F2F_COUNT(paths)];
	for (size_t i = 0; i < F2F_COUNT(paths); i++) {
		const struct asset *asset = asset_find(paths[i]);
		if (asset == NULL) {
			return error_set(err, ERROR_NOT_FOUND, "%s is not built in", paths[i]);
		}
		sources[i] = (struct vocabulary_source){asset->path, asset->data, asset->size};
	}
	return vocabulary_parse(&sources[0], &sources[1], &sources[2], vocabulary_out, err);
}

static void destroy_words(char **words, size_t count) {
	for (size_t i = 0; i < count; i++) {
		free(words[i]);
	}
	free(words);
}

static void destroy_nouns(struct vocabulary_noun *nouns, size_t count) {
	for (size_t i = 0; i < count; i++) {
		noun_finish(&nouns[i]);
	}
	free(nouns);
}

void vocabulary_destroy(struct vocabulary *vocabulary) {
	if (vocabulary == NULL) {
		return;
	}
	destroy_words(vocabulary->names.items, vocabulary->names.count);
	destroy_words(vocabulary->roles.items, vocabulary->roles.count);
	destroy_nouns(vocabulary->nouns.items, vocabulary->nouns.count);
	destroy_nouns(vocabulary->holders.items, vocabulary->holders.count);
	for (size_t i = 0; i < vocabulary->topics.count; i++) {
		noun_finish(&vocabulary->topics.items[i].whole);
	}
	free(vocabulary->topics.items);
	free(vocabulary->letters.items);
	for (int form = 0; form < TEMPLATE_FORMS; form++) {
		for (size_t i = 0; i < vocabulary->templates[form].count; i++) {
			template_finish(&vocabulary->templates[form].items[i]);
		}
		free(vocabulary->templates[form].items);
	}
	free(vocabulary);
}
