#include "logic/lexicon.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "logic/program.h"
#include "logic/words.h"

enum { ENTRY_WORDS_MAX = 6, WORD_BYTES_MAX = 64, TABLE_SIZE = 256 };

/* One way to write a name or noun: its words in lower case, one after the other in `text`. */
struct entry {
	uint16_t agent;
	uint16_t noun;
	bool capital; // has to be written with a capital
	uint8_t count;
	uint8_t lengths[ENTRY_WORDS_MAX];
	char *text;
	struct entry *next; // of the same hash, longer ones first
};

struct lexicon {
	struct entry *entries;
	size_t count;
	size_t cap;
	struct entry *table[TABLE_SIZE];
};

/* A word as it stands, in lower case, with ' for any apostrophe. */
struct raw {
	uint32_t start, end;
	uint8_t length;
	uint8_t stem; // length without a possessive 's or '
	bool capital;
	char text[WORD_BYTES_MAX];
};

static bool letter(unsigned char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Bytes of an apostrophe here: ', ’ or ʼ; 0 for none. */
static size_t apostrophe(const char *text, size_t length) {
	if (length > 0 && text[0] == '\'') {
		return 1;
	}
	if (length > 2 && (memcmp(text, "\xe2\x80\x99", 3) == 0 ||
				  memcmp(text, "\xe2\x80\x98", 3) == 0)) {
		return 3;
	}
	return length > 1 && memcmp(text, "\xca\xbc", 2) == 0 ? 2 : 0;
}

/* Bytes of a letter that is not ASCII: anything but general punctuation and mathematical signs. */
static size_t wide_letter(const char *text, size_t length) {
	unsigned char c = (unsigned char)text[0];
	if (c < 0xc3 ||
		(c == 0xc3 && length > 1 &&
			((unsigned char)text[1] == 0x97 || (unsigned char)text[1] == 0xb7))) {
		return 0; // × ÷ and Latin-1 signs
	}
	size_t size = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	if (size > length || c == 0xe2 || c == 0xef || c > 0xf4) {
		return 0;
	}
	for (size_t i = 1; i < size; i++) {
		if (((unsigned char)text[i] & 0xc0) != 0x80) {
			return 0; // not UTF-8: what follows is a word of its own
		}
	}
	return size;
}

/* Reads one word from *at on into *raw; false at the end. */
static bool next_word(const char *text, size_t length, size_t *at, struct raw *raw) {
	size_t i = *at;
	while (i < length && !letter((unsigned char)text[i]) &&
		wide_letter(text + i, length - i) == 0) {
		i++;
	}
	if (i >= length) {
		*at = length;
		return false;
	}
	raw->start = (uint32_t)i;
	raw->capital = text[i] >= 'A' && text[i] <= 'Z';
	size_t used = 0;
	while (i < length) {
		char c = text[i];
		size_t step = letter((unsigned char)c) ? 1 : wide_letter(text + i, length - i);
		size_t mark = step == 0 ? apostrophe(text + i, length - i) : 0;
		size_t after = i + (mark > 0 ? mark : 1);
		bool inside = after < length && letter((unsigned char)text[after]);
		if (mark > 0 && (inside || (used > 0 && raw->text[used - 1] == 's'))) {
			step = mark;
			c = '\'';
		} else if (step == 0 && c == '-' && inside) {
			step = 1;
		} else if (step == 0) {
			break;
		}
		if (step > 1 && c != '\'') {
			for (size_t k = 0; k < step && used < WORD_BYTES_MAX - 1; k++) {
				raw->text[used++] = text[i + k];
			}
		} else if (used < WORD_BYTES_MAX - 1) {
			raw->text[used++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
		}
		i += step;
	}
	raw->end = (uint32_t)i;
	raw->length = (uint8_t)used;
	raw->stem = raw->length;
	if (used > 2 && raw->text[used - 2] == '\'' && raw->text[used - 1] == 's') {
		raw->stem = (uint8_t)(used - 2);
	} else if (used > 2 && raw->text[used - 1] == '\'') {
		raw->stem = (uint8_t)(used - 1);
	}
	*at = i;
	return true;
}

static unsigned hash_of(const char *word, size_t length) {
	unsigned hash = 5381;
	for (size_t i = 0; i < length; i++) {
		hash = hash * 33 + (unsigned char)word[i];
	}
	return (hash ^ hash >> 11) % TABLE_SIZE;
}

static void add_entry(struct lexicon *lexicon, const char *name, uint16_t agent, uint16_t noun) {
	struct entry entry = {.agent = agent, .noun = noun};
	char text[ENTRY_WORDS_MAX * WORD_BYTES_MAX];
	size_t length = strlen(name);
	size_t used = 0;
	struct raw raw;
	for (size_t at = 0; next_word(name, length, &at, &raw);) {
		if (entry.count == ENTRY_WORDS_MAX) {
			return;
		}
		entry.capital = entry.capital || (entry.count == 0 && raw.capital);
		entry.lengths[entry.count++] = raw.length;
		memcpy(text + used, raw.text, raw.length);
		used += raw.length;
	}
	if (entry.count > 0 && lexicon->count < lexicon->cap) {
		entry.capital = entry.capital && agent != LEXICON_NONE;
		entry.text = xmemdup0(text, used);
		lexicon->entries[lexicon->count++] = entry;
	}
}

/* "stores" for "pet stores", where no other noun ends so. */
static void add_head(struct lexicon *lexicon, const struct program *program, size_t noun,
	const char *form) {
	const char *head = strrchr(form, ' ');
	if (head == NULL) {
		return;
	}
	for (size_t i = 0; i < program->noun_count; i++) {
		const char *other[] = {program->nouns[i].singular, program->nouns[i].plural};
		for (size_t k = 0; k < 2 && i != noun; k++) {
			const char *last = strrchr(other[k], ' ');
			if (strcmp(last != NULL ? last + 1 : other[k], head + 1) == 0) {
				return;
			}
		}
	}
	add_entry(lexicon, head + 1, LEXICON_NONE, (uint16_t)noun);
}

/* The plural that people write, whatever the program was told: "loaves", "mice". */
static void add_irregular(struct lexicon *lexicon, const char *singular, uint16_t noun) {
	static const char *const ends[][2] = {{"mouse", "mice"}, {"goose", "geese"},
		{"foot", "feet"}, {"tooth", "teeth"}, {"child", "children"}, {"person", "people"},
		{"woman", "women"}, {"man", "men"}, {"fe", "ves"}, {"f", "ves"}, {"o", "oes"}};
	size_t length = strlen(singular);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t size = strlen(ends[i][0]);
		if (length > size && strcmp(singular + length - size, ends[i][0]) == 0) {
			char *plural =
				xasprintf("%.*s%s", (int)(length - size), singular, ends[i][1]);
			add_entry(lexicon, plural, LEXICON_NONE, noun);
			free(plural);
			return;
		}
		if (length == size && strcmp(singular, ends[i][0]) == 0) {
			add_entry(lexicon, ends[i][1], LEXICON_NONE, noun);
			return;
		}
	}
}

static void link_entries(struct lexicon *lexicon) {
	// from fewest words to most, so that the longest comes first in its chain
	for (size_t words = 1; words <= ENTRY_WORDS_MAX; words++) {
		for (size_t i = lexicon->count; i-- > 0;) {
			struct entry *entry = &lexicon->entries[i];
			if (entry->count == words) {
				unsigned slot = hash_of(entry->text, entry->lengths[0]);
				entry->next = lexicon->table[slot];
				lexicon->table[slot] = entry;
			}
		}
	}
}

struct lexicon *lexicon_create(const struct program *program) {
	struct lexicon *lexicon = xcalloc(1, sizeof(*lexicon));
	lexicon->cap = program->agent_count + 5 * program->noun_count;
	lexicon->entries = xcalloc(lexicon->cap + 1, sizeof(*lexicon->entries));
	for (size_t i = 0; i < program->agent_count; i++) {
		add_entry(lexicon, program->agents[i], (uint16_t)i, LEXICON_NONE);
	}
	for (size_t i = 0; i < program->noun_count; i++) {
		const struct noun *noun = &program->nouns[i];
		add_entry(lexicon, noun->plural, LEXICON_NONE, (uint16_t)i);
		add_entry(lexicon, noun->singular, LEXICON_NONE, (uint16_t)i);
		add_head(lexicon, program, i, noun->plural);
		add_head(lexicon, program, i, noun->singular);
		add_irregular(lexicon, noun->singular, (uint16_t)i);
	}
	link_entries(lexicon);
	return lexicon;
}

void lexicon_destroy(struct lexicon *lexicon) {
	if (lexicon == NULL) {
		return;
	}
	for (size_t i = 0; i < lexicon->count; i++) {
		free(lexicon->entries[i].text);
	}
	free(lexicon->entries);
	free(lexicon);
}

static bool only_spaces(const char *text, size_t start, size_t end) {
	for (size_t i = start; i < end; i++) {
		if (text[i] != ' ' && text[i] != '\n' && text[i] != '\t' && text[i] != '\r') {
			return false;
		}
	}
	return true;
}

/* "bea = 5 + 7": on the left of an equals sign a name may be written small. */
static bool assigned(const char *text, size_t at) {
	while (text[at] == ' ') {
		at++;
	}
	return text[at] == '=';
}

/* "hanna has": written small, but no word of its own, and a subject. */
static bool acts(const struct raw *words, size_t used, size_t count) {
	return used < count && word_classes(words[0].text, words[0].stem) == 0 &&
	       (word_classes(words[used].text, words[used].length) &
		       (WORD_HAVE | WORD_GIVE | WORD_GET)) != 0;
}

/* Whether the entry stands at words[0 ..]; the last word may be possessive. */
static bool stands(const struct entry *entry, const char *text, const struct raw *words,
	size_t count) {
	if (entry->count > count ||
		(entry->capital && !words[0].capital &&
			!assigned(text, words[entry->count - 1].end) &&
			!acts(words, entry->count, count))) {
		return false;
	}
	const char *at = entry->text;
	for (size_t i = 0; i < entry->count; i++) {
		size_t length = entry->lengths[i];
		bool last = i + 1 == entry->count;
		bool whole = words[i].length == length;
		bool stem = last && words[i].stem == length;
		if ((!whole && !stem) || memcmp(words[i].text, at, length) != 0 ||
			(i > 0 && !only_spaces(text, words[i - 1].end, words[i].start))) {
			return false;
		}
		at += length;
	}
	return true;
}

static const struct entry *find_entry(const struct lexicon *lexicon, const char *text,
	const struct raw *words, size_t count) {
	const struct entry *best = NULL;
	const size_t lengths[] = {words[0].length, words[0].stem};
	for (size_t k = 0; k < (lengths[0] == lengths[1] ? 1u : 2u); k++) {
		const struct entry *entry =
			lexicon->table[hash_of(words[0].text, lengths[k])];
		for (; entry != NULL; entry = entry->next) {
			if ((best == NULL || entry->count > best->count) &&
				stands(entry, text, words, count)) {
				best = entry;
			}
		}
	}
	return best;
}

enum { WINDOW = 8 };

/* A role, or a name nobody has: "Bo's uncle" and "Zed has" are strangers where they are not in the
 * program. */
static bool is_stranger(const struct raw *words, size_t count, uint32_t classes, bool first) {
	if ((classes & WORD_ROLE) != 0) {
		return true;
	}
	if (classes != 0 || !words[0].capital || words[0].length < 2) {
		return false;
	}
	bool possessive = words[0].stem != words[0].length;
	uint32_t next = 0; // "Zed then has"
	for (size_t i = 1; i < count && i < 4; i++) {
		next |= word_classes(words[i].text, words[i].length);
	}
	return !first || possessive || (next & (WORD_HAVE | WORD_GIVE | WORD_GET)) != 0;
}

static struct token token_of(const struct lexicon *lexicon, const char *text,
	const struct raw *words, size_t count, bool first, size_t *used_out) {
	struct token token = {
		.start = words[0].start,
		.end = words[0].end,
		.agent = LEXICON_NONE,
		.noun = LEXICON_NONE,
		.possessive = words[0].stem != words[0].length,
	};
	*used_out = 1;
	const struct entry *entry = find_entry(lexicon, text, words, count);
	if (entry != NULL) {
		const struct raw *last = &words[entry->count - 1];
		token.agent = entry->agent;
		token.noun = entry->noun;
		token.end = last->end;
		size_t before = entry->lengths[entry->count - 1];
		token.possessive = last->length != before;
		*used_out = entry->count;
		return token;
	}
	token.classes = word_classes(words[0].text, words[0].length);
	if (token.classes == 0 && token.possessive) {
		token.classes = word_classes(words[0].text, words[0].stem);
	}
	token.stranger = is_stranger(words, count, token.classes, first);
	token.unknown = token.classes == 0 && !token.stranger;
	return token;
}

static bool ends_with(const struct entry *entry, const char *word, size_t length) {
	size_t size = 0;
	for (size_t i = 0; i < entry->count; i++) {
		size += entry->lengths[i];
	}
	size_t last = entry->lengths[entry->count - 1];
	return entry->count > 1 && last == length &&
	       memcmp(entry->text + size - last, word, length) == 0;
}

static bool begins_with(const struct entry *entry, const struct entry *owner) {
	size_t size = owner->lengths[0];
	return owner->count == 1 && entry->lengths[0] == size + 2 &&
	       memcmp(entry->text, owner->text, size) == 0;
}

/*
 * Who "the landlord" is: the only one so called; of an owner ("the uncle of Bo"), Bo's. NONE when
 * there is nobody, or more than one.
 */
static uint16_t role_agent(
	const struct lexicon *lexicon, const char *role, size_t length, uint16_t owner) {
	uint16_t found = LEXICON_NONE;
	for (size_t i = 0; i < lexicon->count; i++) {
		const struct entry *entry = &lexicon->entries[i];
		if (entry->agent == LEXICON_NONE || !ends_with(entry, role, length) ||
			(owner != LEXICON_NONE &&
				!begins_with(entry, &lexicon->entries[owner]))) {
			continue;
		}
		if (found != LEXICON_NONE) {
			return LEXICON_NONE;
		}
		found = entry->agent;
	}
	return found;
}

static void name_role(const struct lexicon *lexicon, const char *text, struct token *token,
	uint16_t owner) {
	char role[WORD_BYTES_MAX];
	size_t length = token->end - token->start;
	size_t used = 0;
	for (size_t i = 0; i < length && used < sizeof(role); i++) {
		char c = text[token->start + i];
		if (!letter((unsigned char)c) && c != '-') {
			break;
		}
		role[used++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	token->agent = role_agent(lexicon, role, used, owner);
	if (token->agent != LEXICON_NONE) {
		token->stranger = false;
		token->classes = 0;
	}
}

/* "his uncle", "the landlord", "the uncle of Bo": somebody of the program, where it is clear
 * who. */
static void find_roles(const struct lexicon *lexicon, const char *text, struct token *tokens,
	size_t count) {
	for (size_t i = 1; i < count; i++) {
		struct token *role = &tokens[i];
		if ((role->classes & WORD_ROLE) == 0 || tokens[i - 1].agent != LEXICON_NONE) {
			continue;
		}
		bool of = i + 2 < count && tokens[i + 2].agent != LEXICON_NONE &&
			  tokens[i + 1].end - tokens[i + 1].start == 2 &&
			  memcmp(text + tokens[i + 1].start, "of", 2) == 0;
		name_role(lexicon, text, role, of ? tokens[i + 2].agent : LEXICON_NONE);
		if (of) {
			tokens[i + 2].agent = LEXICON_NONE;
			tokens[i + 2].classes = WORD_PLAIN;
		}
		if ((tokens[i - 1].classes & WORD_PRONOUN) != 0) {
			tokens[i - 1].classes = WORD_PLAIN;
		}
	}
}

/* "Bo's uncle", "Bo's best friend": not Bo. */
static void join_roles(struct token *tokens, size_t count) {
	for (size_t i = 0; i + 1 < count; i++) {
		bool owner = (tokens[i].agent != LEXICON_NONE && tokens[i].possessive) ||
			     (tokens[i].classes & WORD_PRONOUN) != 0;
		bool next = (tokens[i + 1].classes & WORD_ROLE) != 0;
		bool after = i + 2 < count && tokens[i + 1].unknown &&
			     (tokens[i + 2].classes & WORD_ROLE) != 0;
		if (owner && (next || after)) {
			tokens[i].agent = LEXICON_NONE;
			tokens[i].classes = WORD_PLAIN;
		}
	}
}

size_t lexicon_read(const struct lexicon *lexicon, const char *text, size_t length,
	struct token *tokens, size_t max) {
	struct raw window[WINDOW];
	size_t held = 0;
	size_t at = 0;
	size_t count = 0;
	for (;;) {
		while (held < WINDOW && next_word(text, length, &at, &window[held])) {
			held++;
		}
		if (held == 0 || count == max) {
			break;
		}
		size_t used = 0;
		tokens[count] = token_of(lexicon, text, window, held, count == 0, &used);
		count++;
		held -= used;
		memmove(window, window + used, held * sizeof(window[0]));
	}
	find_roles(lexicon, text, tokens, count);
	join_roles(tokens, count);
	return count;
}
