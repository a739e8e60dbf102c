#ifndef F2F_BASE_SECRET_H
#define F2F_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Keys must not be shown, logged or stored, wherever they come back from. Two ways: by their text,
 * where it is known, and by what stands around them, where it is not. */

/** Texts that are secret. Zeroed at first. */
struct secrets {
	char **items; // as they are, longest first
	size_t count;
	size_t cap;
	char **forms; // in base64 and hex, longest first
	size_t form_count;
	size_t form_cap;
	uint8_t starts[32]; // a bit a byte that one can begin with
	size_t least; // length of the shortest: every form of it is longer
	bool spaced; // one holds a space
};

/** Adds a copy. Texts of less than six bytes ("none", "x") are in every text, and left out. */
void secrets_add(struct secrets *secrets, const char *text);

/**
 * What a URL holds of secrets: passwords and tokens before its '@', and query parameters with a
 * name such as "key"; as written, as meant, and as the header that they are sent as.
 */
void secrets_add_url(struct secrets *secrets, const char *url);

/** Overwrites what it frees. */
void secrets_finish(struct secrets *secrets);

/**
 * Replaces each by "[key]", in place, which never makes a text longer: as it is, in base64 or hex,
 * escaped for a URL, JSON or HTML, and parts that are half of it or more. Whether there was one.
 */
bool secrets_mask(const struct secrets *secrets, char *text);

/** Only the parts: for short texts, where a key may have been cut. */
bool secrets_mask_pieces(const struct secrets *secrets, char *text);

/** Owned. */
char *secret_base64(const char *bytes, size_t length);

/**
 * The same, without the parts, for what a model said: only texts that are no words (16 bytes, or 8 with a digit), since
 * an answer must not change because somebody's key is "password".
 */
bool secrets_mask_reply(const struct secrets *secrets, char *text);

/** For a text that was cut off: what begins like a secret at its end goes too. */
void secrets_mask_end(const struct secrets *secrets, char *text);

/** Whether what is called so is secret: "key", "api_key", "access-token", "Authorization". */
bool secret_name(const char *name, size_t length);

/**
 * Masks what is secret by its surroundings, in place: user info in URLs, "?key=…", "Bearer …",
 * "x-api-key: …", "--api-key …". Values become asterisks.
 */
void secret_mask_forms(char *text);

#endif
