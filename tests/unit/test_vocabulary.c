#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "logic/vocabulary.h"
#include "unit.h"

static struct vocabulary *load(void) {
	struct vocabulary *vocabulary = NULL;
	struct error err;
	ck_assert_msg(vocabulary_load(&vocabulary, &err) == 0, "%s", err.message);
	return vocabulary;
}

/* The least that parses. */
static const char small_nouns[] = "[topic fruit fruits]\npear pears\n[holders]\nbag bags: fruit\n"
				  "[roles]\nuncle\n";

static char *small_templates(void) {
	struct vocabulary *vocabulary = load();
	struct buf text = BUF_INIT(1 << 16);
	static const char *const slots[SLOTS] = {"{agent}", "{other}", "{third}", "{fourth}",
		"{agents}", "{number}", "{nouns}", "{holder}"};
	for (int form = 0; form < TEMPLATE_FORMS; form++) {
		buf_appendf(&text, "[%s]\n", template_form_name(form));
		template_write(&vocabulary->templates[form].items[0], slots, &text);
		buf_append_char(&text, '\n');
	}
	vocabulary_destroy(vocabulary);
	return buf_detach(&text);
}

static struct vocabulary_source source(const char *path, const char *text) {
	return (struct vocabulary_source){path, text, strlen(text)};
}

/* Parses the three texts; NULL: a good one. */
static int parse(const char *names, const char *nouns, const char *templates, struct error *err) {
	char *good = small_templates();
	struct vocabulary_source sources[] = {source("names", names != NULL ? names : "Mira\n"),
		source("nouns", nouns != NULL ? nouns : small_nouns),
		source("templates", templates != NULL ? templates : good)};
	struct vocabulary *vocabulary = NULL;
	int rc = vocabulary_parse(&sources[0], &sources[1], &sources[2], &vocabulary, err);
	ck_assert((rc == 0) == (vocabulary != NULL));
	vocabulary_destroy(vocabulary);
	free(good);
	return rc;
}

START_TEST(the_built_in_vocabulary_is_large_enough) {
	struct vocabulary *vocabulary = load();
	ck_assert_uint_ge(vocabulary->names.count, 400);
	ck_assert_uint_ge(vocabulary->topics.count, 9);
	for (size_t i = 0; i < vocabulary->topics.count; i++) {
		ck_assert_uint_ge(vocabulary->topics.items[i].count, 10);
		size_t holders = 0;
		for (size_t j = 0; j < vocabulary->holders.count; j++) {
			holders += (vocabulary->holders.items[j].topics >> i & 1) != 0;
		}
		// Base and three distractor trees may each need one.
		ck_assert_uint_ge(holders, 5);
	}
	ck_assert_uint_ge(vocabulary->holders.count, 9);
	// All distractor agents of one problem may be relations of one person.
	ck_assert_uint_ge(vocabulary->roles.count, 40);
	for (int form = 0; form < TEMPLATE_FORMS; form++) {
		ck_assert_uint_ge(vocabulary->templates[form].count, 2);
	}
	vocabulary_destroy(vocabulary);
}
END_TEST

/* Every word that is not a name, in lower case. Owned. */
static char **other_words(const struct vocabulary *vocabulary, size_t *count_out) {
	VEC(char *) words = {0};
	for (size_t i = 0; i < vocabulary->nouns.count; i++) {
		vec_push(&words, xstrdup(vocabulary->nouns.items[i].singular));
		vec_push(&words, xstrdup(vocabulary->nouns.items[i].plural));
	}
	for (size_t i = 0; i < vocabulary->holders.count; i++) {
		vec_push(&words, xstrdup(vocabulary->holders.items[i].singular));
		vec_push(&words, xstrdup(vocabulary->holders.items[i].plural));
	}
	for (size_t i = 0; i < vocabulary->topics.count; i++) {
		vec_push(&words, xstrdup(vocabulary->topics.items[i].whole.singular));
		vec_push(&words, xstrdup(vocabulary->topics.items[i].whole.plural));
	}
	for (size_t i = 0; i < vocabulary->roles.count; i++) {
		vec_push(&words, xstrdup(vocabulary->roles.items[i]));
	}
	for (int form = 0; form < TEMPLATE_FORMS; form++) {
		for (size_t i = 0; i < vocabulary->templates[form].count; i++) {
			const struct template *template = &vocabulary->templates[form].items[i];
			for (size_t j = 0; j < template->part_count; j++) {
				if (template->parts[j].slot < 0) {
					vec_push(&words, xstrdup(template->parts[j].text));
				}
			}
		}
	}
	*count_out = words.count;
	return words.items;
}

START_TEST(no_name_is_part_of_a_word) {
	struct vocabulary *vocabulary = load();
	size_t count;
	char **words = other_words(vocabulary, &count);
	for (size_t i = 0; i < vocabulary->names.count; i++) {
		const char *name = vocabulary->names.items[i];
		ck_assert_uint_ge(strlen(name), 4);
		ck_assert(isupper((unsigned char)name[0]));
		for (size_t j = 0; j < count; j++) {
			ck_assert_msg(strcasestr(words[j], name) == NULL, "%s in \"%s\"", name,
				words[j]);
		}
	}
	for (size_t j = 0; j < count; j++) {
		free(words[j]);
	}
	free(words);
	vocabulary_destroy(vocabulary);
}
END_TEST

START_TEST(names_are_apart_whatever_the_case) {
	// The plain way, against the filter that the parser uses.
	struct vocabulary *vocabulary = load();
	for (size_t i = 0; i < vocabulary->names.count; i++) {
		for (size_t j = 0; j < i; j++) {
			const char *a = vocabulary->names.items[i], *b = vocabulary->names.items[j];
			ck_assert_msg(strcasestr(a, b) == NULL && strcasestr(b, a) == NULL,
				"%s, %s", a, b);
			ck_assert_msg(str_distance(a, b) >= NAME_DISTANCE, "%s, %s", a, b);
		}
	}
	vocabulary_destroy(vocabulary);
}
END_TEST

START_TEST(no_noun_is_part_of_another) {
	struct vocabulary *vocabulary = load();
	VEC(struct vocabulary_noun) all = {0};
	for (size_t i = 0; i < vocabulary->nouns.count; i++) {
		vec_push(&all, vocabulary->nouns.items[i]);
	}
	for (size_t i = 0; i < vocabulary->holders.count; i++) {
		vec_push(&all, vocabulary->holders.items[i]);
	}
	for (size_t i = 0; i < vocabulary->topics.count; i++) {
		vec_push(&all, vocabulary->topics.items[i].whole);
	}
	for (size_t i = 0; i < all.count; i++) {
		const struct vocabulary_noun *a = &all.items[i];
		ck_assert_str_ne(a->singular, a->plural);
		for (size_t j = 0; j < all.count; j++) {
			const struct vocabulary_noun *b = &all.items[j];
			ck_assert_msg(i == j || (strstr(b->singular, a->singular) == NULL &&
							strstr(b->plural, a->singular) == NULL &&
							strstr(b->singular, a->plural) == NULL &&
							strstr(b->plural, a->plural) == NULL),
				"%s in %s", a->singular, b->singular);
		}
	}
	vec_finish(&all);
	vocabulary_destroy(vocabulary);
}
END_TEST

static const char *const said[SLOTS] = {
	"Tobin’s landlord", "Mira", "Pavel", "Oda", "Ula, Bo and Kai", "14", "pears", "bag"};

/* True when some choice of words for the template's slots, from part `at` on, gives the text. */
static bool could_say(const struct template *template, size_t at, const char *text) {
	if (at == template->part_count) {
		return *text == '\0';
	}
	const struct template_part *part = &template->parts[at];
	if (part->slot < 0) {
		return str_starts_with(text, part->text) &&
		       could_say(template, at + 1, text + strlen(part->text));
	}
	// Whoever is meant may be anyone who is named.
	int first = part->slot <= SLOT_FOURTH ? SLOT_AGENT : part->slot;
	int last = part->slot <= SLOT_FOURTH ? SLOT_FOURTH : part->slot;
	for (int slot = first; slot <= last; slot++) {
		if (str_starts_with(text, said[slot]) &&
			could_say(template, at + 1, text + strlen(said[slot]))) {
			return true;
		}
	}
	return false;
}

START_TEST(no_two_forms_can_say_the_same_sentence) {
	struct vocabulary *vocabulary = load();
	for (int form = 0; form < TEMPLATE_FORMS; form++) {
		for (size_t i = 0; i < vocabulary->templates[form].count; i++) {
			struct buf sentence = BUF_INIT(4096);
			template_write(&vocabulary->templates[form].items[i], said, &sentence);
			for (int other = 0; other < TEMPLATE_FORMS; other++) {
				for (size_t j = 0; j < vocabulary->templates[other].count; j++) {
					bool same =
						could_say(&vocabulary->templates[other].items[j], 0,
							buf_str(&sentence));
					ck_assert_msg(same == (form == other && i == j), "%s: %s",
						template_form_name(other), buf_str(&sentence));
				}
			}
			buf_finish(&sentence);
		}
	}
	vocabulary_destroy(vocabulary);
}
END_TEST

START_TEST(a_wrong_line_is_named_with_its_file) {
	static const struct {
		const char *names, *nouns, *templates, *message;
	} cases[] = {
		{"Mira\nTobin\n\n# no\nMiranda\n", NULL, NULL,
			"names: line 5: one of Miranda and Mira is part of the other"},
		{"Karin\nKarim\n", NULL, NULL,
			"names: line 2: Karim and Karin are less than 3 edits apart"},
		{"MIRA\nmira\n", NULL, NULL,
			"names: line 2: one of mira and MIRA is part of the other"},
		{"Mira Tobin\n", NULL, NULL, "names: line 1: \"Tobin\" is one word too many"},
		{"Mi3a\n", NULL, NULL, "names: line 1: \"Mi3a\" is no word of 1 to 40 letters"},
		{"Bo\xff\n", NULL, NULL, "names: line 1: not UTF-8"},
		{NULL, "pear pears\n", NULL, "nouns: line 1: before the first section"},
		{NULL, "[topic fruit]\n", NULL,
			"nouns: line 1: \"\" is no word of 1 to 40 letters"},
		{NULL, "[topic a as]\n[topic a as]\n", NULL, "nouns: line 2: the topic a twice"},
		{NULL, "[fruit]\n", NULL, "nouns: line 1: no such section: \"fruit\""},
		{NULL, "[]\n", NULL, "nouns: line 1: no such section: \"\""},
		{NULL, "[topic a as]\npear\n", NULL,
			"nouns: line 2: \"\" is no word of 1 to 40 letters"},
		{NULL, "[topic a as]\npear pears pearses\n", NULL,
			"nouns: line 2: \"pearses\" is one word too many"},
		{NULL, "[holders]\nbag bags: fruit\n", NULL, "nouns: line 2: no topic fruit above"},
		{NULL, "[holders]\nbag bags:\n", NULL, "nouns: line 2: bag holds nothing"},
		{NULL, "[holders]\nbag bags\n", NULL,
			"nouns: line 2: no ':' before the topics that it may hold"},
		{NULL, "[roles]\nuncle\nuncle\n", NULL, "nouns: line 3: uncle twice"},
		{NULL, NULL, "x\n", "templates: line 1: before the first section"},
		{NULL, NULL, "[what]\n", "templates: line 1: no such section: \"what\""},
		{NULL, NULL, "[container]\n{agent} has {nouns}.\n",
			"templates: line 2: container needs {number}"},
		{NULL, NULL, "[container]\n{agent} {agent}\n", "templates: line 2: {agent} twice"},
		{NULL, NULL, "[container]\n{agent} has {other}.\n",
			"templates: line 2: container takes no {other}"},
		{NULL, NULL, "[container]\n{agent\n", "templates: line 2: a '{' without its '}'"},
		{NULL, NULL, "[container]\n{agent} }\n",
			"templates: line 2: a '}' without its '{'"},
		{NULL, NULL, "[container]\n{agent} has {number} {nouns}.\n",
			"templates: nothing in [more]"},
	};
	struct error err;
	ck_assert_int_eq(parse(NULL, NULL, NULL, &err), 0);
	for (size_t i = 0; i < F2F_COUNT(cases); i++) {
		int rc = parse(cases[i].names, cases[i].nouns, cases[i].templates, &err);
		ck_assert_int_eq(rc, ERROR_INPUT);
		ck_assert_str_eq(err.message, cases[i].message);
	}
}
END_TEST

START_TEST(lines_of_any_length_end_in_an_error) {
	char *line = xmalloc(1 << 20);
	memset(line, 'x', (1 << 20) - 1);
	line[(1 << 20) - 1] = '\0';
	struct error err;
	ck_assert_int_eq(parse(line, NULL, NULL, &err), ERROR_INPUT);
	ck_assert_int_eq(parse(NULL, line, NULL, &err), ERROR_INPUT);
	memcpy(line, "[topic a as]\n", 13);
	ck_assert_int_eq(parse(NULL, line, NULL, &err), ERROR_INPUT);
	memcpy(line, "[container]\n{", 13);
	ck_assert_int_eq(parse(NULL, NULL, line, &err), ERROR_INPUT);
	free(line);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("vocabulary");
	TCase *tests = tcase_create("vocabulary");
	tcase_add_test(tests, the_built_in_vocabulary_is_large_enough);
	tcase_add_test(tests, no_name_is_part_of_a_word);
	tcase_add_test(tests, names_are_apart_whatever_the_case);
	tcase_add_test(tests, no_noun_is_part_of_another);
	tcase_add_test(tests, no_two_forms_can_say_the_same_sentence);
	tcase_add_test(tests, a_wrong_line_is_named_with_its_file);
	tcase_add_test(tests, lines_of_any_length_end_in_an_error);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
