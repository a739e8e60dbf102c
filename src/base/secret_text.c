#include "base/secret.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"

/*
 * Texts that are known, wherever they come back and however they are written by then: as they are,
 * escaped for a URL, JSON or a page, in base64 (alone or within something longer), in hex.
 */

enum {
	LEAST = 6,
	NO_WORD_LEAST = 16,
	WITH_DIGIT_LEAST = 8,
	END_LEAST = 4,
	CODED_LEAST = 8, // shorter ones look like anything when they are coded
	PIECE_LEAST = 8,
};

static const char mask[] = "[key]";
static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* ---- What is looked for. */

char *secret_base64(const char *bytes, size_t length) {
	char *out = xcalloc(1, (length + 2) / 3 * 4 + 1);
	size_t used = 0;
	for (size_t i = 0; i < length; i += 3) {
		uint32_t bits = 0;
		for (size_t k = 0; k < 3; k++) {
			bits = bits << 8 | (i + k < length ? (unsigned char)bytes[i + k] : 0);
		}
		for (size_t k = 0; k < 4; k++) {
			out[used++] =
				i + k <= length ? base64_digits[bits >> (18 - 6 * k) & 63] : '=';
		}
	}
	return out;
}

/* Longest first, each once. */
static void insert(char ***items, size_t *count, size_t *cap, const char *text, size_t length) {
	size_t at = 0;
	for (; at < *count && strlen((*items)[at]) >= length; at++) {
		if (strlen((*items)[at]) == length && memcmp((*items)[at], text, length) == 0) {
			return;
		}
	}
	if (*count == *cap) {
		*cap = *cap * 2 + 4;
		*items = xreallocarray(*items, *cap, sizeof(**items));
	}
	memmove(&(*items)[at + 1], &(*items)[at], (*count - at) * sizeof(**items));
	(*items)[at] = xmemdup0(text, length);
	(*count)++;
}

static void note_start(struct secrets *secrets, char first) {
	unsigned char byte = (unsigned char)first;
	secrets->starts[byte / 8] |= (uint8_t)(1U << byte % 8);
}

static void add_form(struct secrets *secrets, const char *text, size_t length) {
	insert(&secrets->forms, &secrets->form_count, &secrets->form_cap, text, length);
	note_start(secrets, text[0]);
}

/* What of its base64 is the same whatever stands before and behind it, at each of the three places
 * where it can begin. */
static void add_base64(struct secrets *secrets, const char *text, size_t length) {
	char *bytes = xcalloc(1, length + 3);
	for (size_t before = 0; before < 3; before++) {
		memset(bytes, 0, before);
		memcpy(bytes + before, text, length);
		char *coded = secret_base64(bytes, before + length);
		size_t from = (before * 8 + 5) / 6, to = (before + length) * 8 / 6;
		add_form(secrets, coded + from, to - from);
		for (char *c = coded; *c != '\0'; c++) {
			*c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
		}
		add_form(secrets, coded + from, to - from);
		explicit_bzero(coded, strlen(coded));
		free(coded);
	}
	explicit_bzero(bytes, length + 3);
	free(bytes);
}

static void add_hex(struct secrets *secrets, const char *text, size_t length) {
	static const char *const digits[] = {"0123456789abcdef", "0123456789ABCDEF"};
	char *coded = xcalloc(1, 2 * length + 1);
	for (size_t k = 0; k < F2F_COUNT(digits); k++) {
		for (size_t i = 0; i < length; i++) {
			coded[2 * i] = digits[k][(unsigned char)text[i] >> 4];
			coded[2 * i + 1] = digits[k][(unsigned char)text[i] & 15];
		}
		add_form(secrets, coded, 2 * length);
	}
	explicit_bzero(coded, 2 * length);
	free(coded);
}

void secrets_add(struct secrets *secrets, const char *text) {
	size_t length = text != NULL ? strlen(text) : 0;
	if (length < LEAST) {
		return;
	}
	insert(&secrets->items, &secrets->count, &secrets->cap, text, length);
	secrets->least = secrets->least == 0 || length < secrets->least ? length : secrets->least;
	secrets->spaced = secrets->spaced || strpbrk(text, " \t\r\n") != NULL;
	note_start(secrets, text[0]);
	for (const char *escape = text[0] == ' ' ? "%\\&+" : "%\\&"; *escape != '\0'; escape++) {
		note_start(secrets, *escape);
	}
	if (length >= CODED_LEAST) {
		add_base64(secrets, text, length);
		add_hex(secrets, text, length);
	}
}

static void wipe(char **items, size_t count) {
	for (size_t i = 0; i < count; i++) {
		explicit_bzero(items[i], strlen(items[i]));
		free(items[i]);
	}
	free(items);
}

void secrets_finish(struct secrets *secrets) {
	wipe(secrets->items, secrets->count);
	wipe(secrets->forms, secrets->form_count);
	*secrets = (struct secrets){0};
}

/* ---- How it is written. */

/* A number of at most `most` digits; returns how many there are. */
static size_t read_digits(const char *text, size_t most, unsigned base, unsigned *value_out) {
	size_t count = 0;
	unsigned value = 0;
	for (; count < most && isxdigit((unsigned char)text[count]); count++) {
		unsigned char c = (unsigned char)text[count];
		unsigned digit = (unsigned)(isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
		if (digit >= base) {
			break;
		}
		value = value * base + digit;
	}
	*value_out = value;
	return count;
}

/* \u0041, \x41, \/ */
static size_t read_backslash(const char *text, unsigned *byte_out) {
	static const struct {
		char letter;
		size_t digits;
	} kinds[] = {{'u', 4}, {'x', 2}};
	for (size_t i = 0; i < F2F_COUNT(kinds); i++) {
		if (text[1] == kinds[i].letter &&
			read_digits(text + 2, kinds[i].digits, 16, byte_out) == kinds[i].digits) {
			return 2 + kinds[i].digits;
		}
	}
	*byte_out = (unsigned char)text[1];
	return text[1] != '\0' && ispunct((unsigned char)text[1]) ? 2 : 0;
}

/* &#47; &#x2f; &amp; */
static size_t read_entity(const char *text, unsigned *byte_out) {
	static const struct {
		const char *name;
		char byte;
	} names[] = {{"amp;", '&'}, {"lt;", '<'}, {"gt;", '>'}, {"quot;", '"'}, {"apos;", '\''},
		{"sol;", '/'}, {"plus;", '+'}, {"equals;", '='}};
	if (text[1] == '#') {
		bool hex = tolower((unsigned char)text[2]) == 'x';
		const char *digits = text + (hex ? 3 : 2);
		size_t count = read_digits(digits, 7, hex ? 16 : 10, byte_out);
		return count > 0 && digits[count] == ';' ? (size_t)(digits - text) + count + 1 : 0;
	}
	for (size_t i = 0; i < F2F_COUNT(names); i++) {
		if (strncmp(text + 1, names[i].name, strlen(names[i].name)) == 0) {
			*byte_out = (unsigned char)names[i].byte;
			return 1 + strlen(names[i].name);
		}
	}
	return 0;
}

/* How many bytes of a text stand for this one; 0: another stands there. */
static size_t stands_for(const char *text, unsigned char byte) {
	unsigned meant = 0;
	size_t length = 0;
	if ((unsigned char)*text == byte) {
		return 1;
	}
	switch (*text) {
	case '%':
		length = read_digits(text + 1, 2, 16, &meant) == 2 ? 3 : 0;
		break;
	case '\\':
		length = read_backslash(text, &meant);
		break;
	case '&':
		length = read_entity(text, &meant);
		break;
	case '+':
		meant = ' ';
		length = 1;
		break;
	default:
		break;
	}
	return length > 0 && meant == byte ? length : 0;
}

/* How many bytes of a text stand for the secret; 0: it is not there. */
static size_t match_coded(const char *text, const char *secret) {
	const char *at = text;
	for (; *secret != '\0'; secret++) {
		size_t length = stands_for(at, (unsigned char)*secret);
		if (length == 0) {
			return 0;
		}
		at += length;
	}
	return (size_t)(at - text);
}

static bool is_no_word(const char *text) {
	size_t length = strlen(text);
	return length >= NO_WORD_LEAST ||
	       (length >= WITH_DIGIT_LEAST && strpbrk(text, "0123456789") != NULL);
}

static size_t match_any(const struct secrets *secrets, const char *text, bool words_too) {
	for (size_t i = 0; i < secrets->count; i++) {
		size_t length = match_coded(text, secrets->items[i]);
		if (length > 0 && (words_too || is_no_word(secrets->items[i]))) {
			return length;
		}
	}
	for (size_t i = 0; i < secrets->form_count; i++) {
		size_t length = strlen(secrets->forms[i]);
		if (strncmp(text, secrets->forms[i], length) == 0 &&
			(words_too || is_no_word(secrets->forms[i]))) {
			return length;
		}
	}
	return 0;
}

/* ---- Masking, in place. */

static bool may_start(const struct secrets *secrets, char c) {
	unsigned char byte = (unsigned char)c;
	return (secrets->starts[byte / 8] >> byte % 8 & 1) != 0;
}

static bool is_space(char c) {
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* Up to the next space, which no key holds; a password may. */
static size_t run_length(const struct secrets *secrets, const char *text) {
	size_t length = 0;
	while (text[length] != '\0' && (secrets->spaced || !is_space(text[length]))) {
		length++;
	}
	return length;
}

static bool mask_all(const struct secrets *secrets, char *text, bool words_too) {
	bool found = false;
	char *out = text;
	const char *at = text;
	while (text != NULL && secrets->count > 0 && *at != '\0') {
		const char *end = at + run_length(secrets, at);
		// Most words of a text are shorter than any key.
		bool looked_at = (size_t)(end - at) >= secrets->least;
		end += *end != '\0'; // and the space
		if (!looked_at && out == at) {
			out = text + (end - text);
			at = end;
		}
		while (at < end) {
			size_t length = looked_at && may_start(secrets, *at)
						? match_any(secrets, at, words_too)
						: 0;
			if (length > 0) {
				memcpy(out, mask, sizeof(mask) - 1);
				out += sizeof(mask) - 1;
				at += length;
				found = true;
			} else {
				*out++ = *at++;
			}
		}
	}
	if (found) {
		*out = '\0';
	}
	return found;
}

/* Half of it or more, of which nothing is known but that it is a part. */
static size_t match_piece(const char *text, const char *secret) {
	size_t length = strlen(secret), least = length / 2;
	if (length < NO_WORD_LEAST || least < PIECE_LEAST) {
		return 0;
	}
	for (size_t from = 0; from + least <= length; from++) {
		if (strncmp(text, secret + from, least) == 0) {
			size_t more = least;
			while (from + more < length && text[more] == secret[from + more]) {
				more++;
			}
			return more;
		}
	}
	return 0;
}

bool secrets_mask_pieces(const struct secrets *secrets, char *text) {
	bool found = false;
	for (char *at = text; at != NULL && *at != '\0'; at++) {
		size_t length = 0;
		for (size_t i = 0; length == 0 && i < secrets->count; i++) {
			length = match_piece(at, secrets->items[i]);
		}
		if (length > 0) {
			memcpy(at, mask, sizeof(mask) - 1);
			memmove(at + sizeof(mask) - 1, at + length, strlen(at + length) + 1);
			at += sizeof(mask) - 2;
			found = true;
		}
	}
	return found;
}

bool secrets_mask(const struct secrets *secrets, char *text) {
	bool whole = mask_all(secrets, text, true);
	return secrets_mask_pieces(secrets, text) || whole;
}

bool secrets_mask_reply(const struct secrets *secrets, char *text) {
	return mask_all(secrets, text, false);
}

void secrets_mask_end(const struct secrets *secrets, char *text) {
	for (size_t i = 0; i < secrets->count; i++) {
		const char *secret = secrets->items[i];
		size_t length = strlen(text);
		for (size_t part = strlen(secret) - 1; part >= END_LEAST; part--) {
			if (part <= length && memcmp(text + length - part, secret, part) == 0) {
				text[length - part] = '\0';
				break;
			}
		}
	}
}
