#include "base/secret.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"

enum { WITH_DIGIT_LEAST = 8 };

/* ---- In URLs. */

static int hex_digit(char c) {
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/** Owned. */
static char *percent_decoded(const char *text, size_t length) {
	char *out = xmemdup0(text, length);
	size_t used = 0;
	for (size_t i = 0; i < length; i++) {
		bool coded = text[i] == '%' && i + 2 < length && hex_digit(text[i + 1]) >= 0 &&
			     hex_digit(text[i + 2]) >= 0;
		out[used++] = coded ? (char)(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]))
				    : text[i];
		i += coded ? 2 : 0;
	}
	out[used] = '\0';
	return out;
}

static void add_part(struct secrets *secrets, const char *text, size_t length) {
	char *written = xmemdup0(text, length);
	char *meant = percent_decoded(text, length);
	secrets_add(secrets, written);
	secrets_add(secrets, meant);
	free(written);
	free(meant);
}

/* "user:password" is sent in base64; a name alone may be a token. */
static void add_user_info(struct secrets *secrets, const char *text, size_t length) {
	const char *colon = memchr(text, ':', length);
	const char *password = colon != NULL ? colon + 1 : text;
	add_part(secrets, password, length - (size_t)(password - text));
	char *meant = percent_decoded(text, length);
	char *pair = colon != NULL ? xstrdup(meant) : xasprintf("%s:", meant);
	char *sent = secret_base64(pair, strlen(pair));
	secrets_add(secrets, sent);
	free(sent);
	free(pair);
	free(meant);
}

void secrets_add_url(struct secrets *secrets, const char *url) {
	const char *scheme = strstr(url, "://");
	const char *authority = scheme != NULL ? scheme + 3 : url;
	const char *at = memrchr(authority, '@', strcspn(authority, "/?#"));
	if (at != NULL) {
		add_user_info(secrets, authority, (size_t)(at - authority));
	}
	const char *rest = authority + strcspn(authority, "?#");
	while (*rest == '?' || *rest == '&') {
		rest++;
		size_t pair = strcspn(rest, "&#");
		size_t name = strcspn(rest, "=&#");
		if (name < pair && secret_name(rest, name)) {
			add_part(secrets, rest + name + 1, pair - name - 1);
		}
		rest += pair;
	}
}

/* ---- By what stands around it. */

static bool same(const char *a, const char *b, size_t length) {
	for (size_t i = 0; i < length; i++) {
		int byte = a[i] == '_' ? '-' : tolower((unsigned char)a[i]);
		if (byte != b[i]) {
			return false;
		}
	}
	return true;
}

bool secret_name(const char *name, size_t length) {
	static const char *const whole[] = {"auth", "authorization", "cookie", "pass", "passwd",
		"pw", "proxy-authorization", "set-cookie", "sig", "signature"};
	static const char *const ends[] = {"apikey", "key", "token", "secret", "password"};
	for (size_t i = 0; i < F2F_COUNT(whole); i++) {
		if (strlen(whole[i]) == length && same(name, whole[i], length)) {
			return true;
		}
	}
	for (size_t i = 0; i < F2F_COUNT(ends); i++) {
		size_t end = strlen(ends[i]);
		if (length >= end && same(name + length - end, ends[i], end) &&
			(length == end || !isalnum((unsigned char)name[length - end - 1]) ||
				isupper((unsigned char)name[length - end]))) {
			return true;
		}
	}
	return false;
}

static void hide(char *from, size_t length) {
	memset(from, '*', length);
}

static void mask_user_info(char *text) {
	for (char *at = strstr(text, "://"); at != NULL; at = strstr(at, "://")) {
		at += 3;
		size_t length = strcspn(at, "/?# '\"\t\r\n");
		const char *end = memrchr(at, '@', length);
		if (end != NULL) {
			hide(at, (size_t)(end - at));
		}
	}
}

static bool is_name_byte(char c) {
	return isalnum((unsigned char)c) || c == '-' || c == '_';
}

/** Past "=", ": ", "\": \"" or, of an option, a space; NULL: no value follows. */
static char *value_of(char *end, bool option) {
	char *at = end;
	at += *at == '"' || *at == '\'';
	at += strspn(at, " ");
	bool assigned = *at == '=' || (*at == ':' && !option);
	if (!assigned && (!option || at == end)) {
		return NULL;
	}
	at += assigned;
	at += strspn(at, " ");
	at += *at == '"' || *at == '\'';
	static const char *const schemes[] = {"bearer ", "basic "};
	for (size_t i = 0; i < F2F_COUNT(schemes); i++) {
		if (strncasecmp(at, schemes[i], strlen(schemes[i])) == 0) {
			at += strlen(schemes[i]);
		}
	}
	return at;
}

static void mask_schemes(char *text) {
	for (char *at = text; (at = strchr(at, ' ')) != NULL; at++) {
		bool bearer = at - text >= 6 && strncasecmp(at - 6, "bearer", 6) == 0;
		size_t length = strcspn(at + 1, " \"',;)}\r\n\t");
		if (bearer && length >= WITH_DIGIT_LEAST) {
			hide(at + 1, length);
		}
	}
}

void secret_mask_forms(char *text) {
	mask_user_info(text);
	mask_schemes(text);
	for (char *at = text; *at != '\0';) {
		if (!is_name_byte(*at)) {
			at++;
			continue;
		}
		size_t length = 0;
		while (is_name_byte(at[length])) {
			length++;
		}
		bool option = at[0] == '-' && at[1] == '-';
		char *value = secret_name(at, length) ? value_of(at + length, option) : NULL;
		at += length;
		if (value != NULL) {
			size_t size = strcspn(value, " &#\"',;)}\r\n\t");
			// Short ones are words of ours: "key: set".
			if (size >= WITH_DIGIT_LEAST) {
				hide(value, size);
			}
			at = value + size;
		}
	}
}
