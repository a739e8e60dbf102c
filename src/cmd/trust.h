#ifndef F2F_CMD_TRUST_H
#define F2F_CMD_TRUST_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct options;

/*
 * The f2f.ini of the working directory is read though nobody named it, and may be a stranger's. It
 * sends no key of the user's to another machine unless it names the variable itself, changes no
 * model of the user's to be asked there, and takes no sandbox away. Whoever means it names it:
 * --config f2f.ini, after which it is believed.
 */

/** Where that file gave this option's value; NULL: it did not. Borrowed. */
const char *trust_unasked(const struct options *options, const char *name);

/** ERROR_USAGE when it gives an option that only the user may give. Says which programs it names. */
int trust_options(const struct options *options, struct error *err);

/**
 * ERROR_USAGE when it starts something for a model of the user's own files, or changes how one is
 * asked that is asked (by any of `urls`) on another machine.
 */
int trust_section(const struct options *options, const char *section, const char *const *urls,
	size_t url_count, struct error *err);

/** A key on its way to an address, and by whose word. */
struct trust_way {
	const char *key; // what it is called: "the key in MY_KEY"
	const char *key_origin; // where the file names it; NULL: it does not
	bool key_variable; // it is a variable, not a file or a credential
	bool key_given; // named for this one command
	const char *const *urls;
	size_t url_count;
	const char *url_origin; // where the file chose the address; NULL: it did not
};

/** send_out false: the key stays here, which is said. ERROR_USAGE: nothing is to be sent. */
int trust_way(const struct trust_way *way, bool *send_out, struct error *err);

#endif
