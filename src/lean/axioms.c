#include "lean/axioms.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

bool lean_axiom_allowed(const char *name) {
	static const char *const allowed[] = {"Classical.choice", "Quot.sound", "propext"};
	for (size_t i = 0; i < F2F_COUNT(allowed); i++) {
		if (strcmp(allowed[i], name) == 0) {
			return true;
		}
	}
	return false;
}

void lean_axioms_finish(struct lean_axioms *axioms) {
	for (size_t i = 0; i < axioms->list.count; i++) {
		free(axioms->list.items[i]);
	}
	vec_finish(&axioms->list);
}

static struct str skip(struct str text, size_t length) {
	return str_trim(str_slice(text.data + length, text.len - length));
}

/* Takes the words of `phrase` off the front, whatever white space Lean wrapped them with. */
static bool take_phrase(struct str *text, const char *phrase) {
	struct str rest = str_trim(*text);
	while (*phrase != '\0') {
		size_t length = strcspn(phrase, " ");
		if (rest.len < length || memcmp(rest.data, phrase, length) != 0) {
			return false;
		}
		rest = str_slice(rest.data + length, rest.len - length);
		phrase += length;
		if (*phrase == ' ') {
			size_t before = rest.len;
			rest = str_trim(rest);
			if (rest.len == before) {
				return false;
			}
			phrase++;
		}
	}
	*text = str_trim(rest);
	return true;
}

/* The name in quotes at the front; versions differ in which quotes. */
static bool take_name(struct str *text, const char *name) {
	static const char *const quotes[][2] = {{"'", "'"}, {"`", "`"}, {"‘", "’"}, {"", ""}};
	size_t length = strlen(name);
	for (size_t i = 0; i < F2F_COUNT(quotes); i++) {
		size_t open = strlen(quotes[i][0]);
		size_t close = strlen(quotes[i][1]);
		if (text->len >= open + length + close &&
			memcmp(text->data, quotes[i][0], open) == 0 &&
			memcmp(text->data + open, name, length) == 0 &&
			memcmp(text->data + open + length, quotes[i][1], close) == 0) {
			*text = skip(*text, open + length + close);
			return true;
		}
	}
	return false;
}

/* One name of the list: up to a comma or the closing bracket outside «…». */
static bool take_axiom(struct str *text, struct lean_axioms *out) {
	static const char open[] = "«";
	static const char close[] = "»";
	bool quoted = false;
	size_t at = 0;
	while (at < text->len && (quoted || (text->data[at] != ',' && text->data[at] != ']'))) {
		if (text->len - at >= 2 && memcmp(text->data + at, quoted ? close : open, 2) == 0) {
			quoted = !quoted;
			at++;
		} else if (!quoted && (text->data[at] == ' ' || text->data[at] == '[' ||
					      text->data[at] == '\n')) {
			return false;
		}
		at++;
	}
	struct str name = str_trim(str_slice(text->data, at));
	if (name.len == 0 || at == text->len) {
		return false;
	}
	for (size_t i = 0; i < out->list.count; i++) {
		if (str_equal(name, out->list.items[i])) {
			return false; // Lean names each once: whoever names it twice is not Lean
		}
	}
	vec_push(&out->list, xmemdup0(name.data, name.len));
	*text = str_slice(text->data + at, text->len - at);
	return true;
}

static bool take_list(struct str text, struct lean_axioms *out) {
	if (text.len == 0 || text.data[0] != '[') {
		return false;
	}
	text = skip(text, 1);
	while (take_axiom(&text, out)) {
		char end = text.data[0];
		text = skip(text, 1);
		if (end == ']') {
			return text.len == 0;
		}
	}
	return false;
}

enum lean_axioms_status lean_axioms_read(
	const char *message, const char *name, struct lean_axioms *out) {
	struct str text = str_trim(str_of(message));
	struct lean_axioms axioms = {0};
	if (strstr(message, name) == NULL) {
		return LEAN_AXIOMS_OTHER;
	}
	if (!take_name(&text, name)) {
		return LEAN_AXIOMS_UNREADABLE;
	}
	if (take_phrase(&text, "does not depend on any axioms")) {
		*out = axioms;
		return text.len == 0 ? LEAN_AXIOMS_READ : LEAN_AXIOMS_UNREADABLE;
	}
	if (take_phrase(&text, "depends on axioms:") && take_list(text, &axioms)) {
		*out = axioms;
		return LEAN_AXIOMS_READ;
	}
	lean_axioms_finish(&axioms);
	return LEAN_AXIOMS_UNREADABLE;
}
