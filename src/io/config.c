#include "io/config.h"

#include <ini.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"

enum {
	FILE_MAX = 1 << 20,
	LINE_BYTES_MAX = 198, // inih 55 splits longer lines in two without a word
	SECTION_BYTES_MAX = 49, // and cuts longer section names
};

struct entry {
	char *section;
	char *key;
	char *value;
	char *origin; // "f2f.ini:12"
};

struct config {
	VEC(struct entry) entries;
	size_t unasked; // the first ones: of the working directory's file, which nobody named
};

/* One file while it is read: inih does not tell line numbers, so the lines with keys are listed
 * beforehand. */
struct reading {
	struct config *config;
	const char *path;
	size_t first; // entry of this file: files read before win
	VEC(int) key_lines;
	size_t calls;
	struct error *err;
	int rc;
};

static bool same_key(const char *a, const char *b) {
	for (; *a != '\0' || *b != '\0'; a++, b++) {
		if ((*a == '_' ? '-' : *a) != (*b == '_' ? '-' : *b)) {
			return false;
		}
	}
	return true;
}

/**
 * From entry `from` on, which is how a file's own repetitions are told from those of an earlier
 * file.
 */
static const struct entry *find(
	const struct config *config, size_t from, const char *section, const char *key) {
	for (size_t i = from; i < config->entries.count; i++) {
		const struct entry *entry = &config->entries.items[i];
		if (strcmp(entry->section, section) == 0 && same_key(entry->key, key)) {
			return entry;
		}
	}
	return NULL;
}

/** What inih would misread in a line, or NULL. `line` is trimmed. */
static const char *line_fault(struct str line) {
	if (!utf8_valid(line.data, line.len, NULL) || memchr(line.data, '\0', line.len) != NULL) {
		return "not UTF-8 text";
	}
	if (line.data[0] == ';' || line.data[0] == '#') {
		return NULL;
	}
	if (line.len > LINE_BYTES_MAX) {
		return "a line must not be longer than 198 bytes; put long values into a file of "
		       "their own";
	}
	for (size_t i = 1; i < line.len; i++) {
		bool space = line.data[i - 1] == ' ' || line.data[i - 1] == '\t';
		if (space && (line.data[i] == ';' || line.data[i] == '#')) {
			return "a comment must stand on a line of its own (';' or '#' after a "
			       "space)";
		}
	}
	if (line.data[0] == '[') {
		const char *end = memchr(line.data, ']', line.len);
		if (end == NULL || end != line.data + line.len - 1 || line.len == 2) {
			return "a section is written [NAME]";
		}
		return line.len - 2 > SECTION_BYTES_MAX
			       ? "a section name must not be longer than 49 bytes"
			       : NULL;
	}
	for (size_t i = 0; i < line.len; i++) {
		if (line.data[i] == '=' || line.data[i] == ':') {
			return i == 0 ? "no key before the '='" : NULL;
		}
	}
	return "expected KEY = VALUE or [SECTION]";
}

/**
 * Copies the lines without the spaces before them (inih takes an indented line as a continuation of
 * the value above), as inih will read them without loss.
 */
static int check_lines(struct reading *reading, const struct buf *text, struct buf *lines_out) {
	struct str rest = str_slice(buf_str(text), text->len), line;
	if (str_starts_with(rest.data, "\xef\xbb\xbf")) {
		rest = str_slice(rest.data + 3, rest.len - 3);
	}
	for (int number = 1; str_next_line(&rest, &line); number++) {
		line = str_trim(line);
		const char *fault = line.len > 0 ? line_fault(line) : NULL;
		if (fault != NULL) {
			return error_set(reading->err, ERROR_USAGE, "%s:%d: %s", reading->path,
				number, fault);
		}
		if (line.len > 0 && line.data[0] != ';' && line.data[0] != '#') {
			if (line.data[0] != '[') {
				vec_push(&reading->key_lines, number);
			}
			buf_append(lines_out, line.data, line.len);
			buf_append_char(lines_out, '\n');
		}
	}
	return 0;
}

/** Quotes around a whole value are how other formats write text. Owned. */
static char *unquoted(const char *value) {
	size_t length = strlen(value);
	if (length >= 2 && value[0] == '"' && value[length - 1] == '"') {
		return xmemdup0(value + 1, length - 2);
	}
	return xstrdup(value);
}

static int handle(void *user, const char *section, const char *key, const char *value) {
	struct reading *reading = user;
	if (reading->rc < 0) {
		return 1;
	}
	int number = reading->calls < reading->key_lines.count
			     ? reading->key_lines.items[reading->calls]
			     : 0;
	reading->calls++;
	const struct entry *before = find(reading->config, reading->first, section, key);
	if (before != NULL) {
		reading->rc = error_set(reading->err, ERROR_USAGE,
			"%s:%d: %s is given twice, first at %s", reading->path, number, key,
			before->origin);
		return 1;
	}
	struct entry entry = {
		.section = xstrdup(section),
		.key = xstrdup(key),
		.value = unquoted(value),
		.origin = xasprintf("%s:%d", reading->path, number),
	};
	vec_push(&reading->config->entries, entry);
	return 1;
}

static int read_file(struct config *config, const char *path, struct error *err) {
	struct buf text = BUF_INIT(FILE_MAX);
	struct buf lines = BUF_INIT(FILE_MAX + 1);
	struct reading reading = {
		.config = config, .path = path, .first = config->entries.count, .err = err};
	int rc = file_read(path, &text, err);
	if (rc < 0) {
		goto out;
	}
	rc = check_lines(&reading, &text, &lines);
	if (rc < 0) {
		goto out;
	}
	int line = ini_parse_string(buf_str(&lines), handle, &reading);
	rc = reading.rc;
	if (rc == 0 && line != 0) {
		rc = error_set(err, ERROR_USAGE, "%s: cannot be read", path);
	}
out:
	vec_finish(&reading.key_lines);
	buf_finish(&lines);
	buf_finish(&text);
	return rc;
}

/** Owned; NULL when there is no home. The XDG specification asks to ignore relative values. */
static char *user_file(void) {
	const char *xdg = getenv("XDG_CONFIG_HOME");
	if (xdg != NULL && xdg[0] == '/') {
		return path_join(xdg, "f2f/f2f.ini");
	}
	const char *home = getenv("HOME");
	return home != NULL && home[0] == '/' ? path_join(home, ".config/f2f/f2f.ini") : NULL;
}

static int read_if_there(struct config *config, const char *path, struct error *err) {
	return path != NULL && file_exists(path) ? read_file(config, path, err) : 0;
}

/** The machine's own files, in the order of $XDG_CONFIG_DIRS. */
static int read_system(struct config *config, struct error *err) {
	const char *given = getenv("XDG_CONFIG_DIRS");
	const char *rest = given != NULL && given[0] != '\0' ? given : "/etc/xdg";
	int rc = 0;
	while (rc == 0 && *rest != '\0') {
		size_t length = strcspn(rest, ":");
		if (*rest == '/') {
			char *path = xasprintf("%.*s/f2f/f2f.ini", (int)length, rest);
			rc = read_if_there(config, path, err);
			free(path);
		}
		rest += length + (rest[length] == ':');
	}
	return rc;
}

static bool is_same_file(const char *a, const char *b) {
	struct stat of_a, of_b;
	return a != NULL && b != NULL && stat(a, &of_a) == 0 && stat(b, &of_b) == 0 &&
	       of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
}

/** From the nearest to the farthest: of a key, the first that is read counts. */
static int read_all(struct config *config, const char *named, struct error *err) {
	static const char folders[] = "f2f.ini";
	char *user = user_file();
	int rc =
		named != NULL ? read_file(config, named, err) : read_if_there(config, folders, err);
	// Where the user's own file lies, or is linked to, it is no stranger's.
	config->unasked = named != NULL || is_same_file(folders, user) ? 0 : config->entries.count;
	rc = rc < 0 ? rc : read_if_there(config, user, err);
	rc = rc < 0 ? rc : read_system(config, err);
	free(user);
	return rc;
}

int config_load(const char *path, struct config **config_out, struct error *err) {
	struct config *config = xcalloc(1, sizeof(*config));
	int rc = read_all(config, path, err);
	if (rc < 0) {
		config_destroy(config);
		// Whatever is wrong with it, nothing was sent: exit 2.
		if (err != NULL) {
			err->code = ERROR_USAGE;
		}
		return ERROR_USAGE;
	}
	*config_out = config;
	return 0;
}

void config_destroy(struct config *config) {
	if (config == NULL) {
		return;
	}
	for (size_t i = 0; i < config->entries.count; i++) {
		struct entry *entry = &config->entries.items[i];
		free(entry->section);
		free(entry->key);
		free(entry->value);
		free(entry->origin);
	}
	vec_finish(&config->entries);
	free(config);
}

const char *config_get(const struct config *config, const char *section, const char *key) {
	const struct entry *entry = find(config, 0, section, key);
	return entry != NULL ? entry->value : NULL;
}

const char *config_origin(const struct config *config, const char *section, const char *key) {
	const struct entry *entry = find(config, 0, section, key);
	return entry != NULL ? entry->origin : NULL;
}

const char *config_unasked(const struct config *config, const char *section, const char *key) {
	const struct entry *entry = find(config, 0, section, key);
	return entry != NULL && entry < config->entries.items + config->unasked ? entry->origin
										: NULL;
}

const char *config_own(const struct config *config, const char *section, const char *key) {
	const struct entry *entry = find(config, config->unasked, section, key);
	return entry != NULL ? entry->origin : NULL;
}

static bool first_of_section(const struct config *config, size_t index) {
	for (size_t i = 0; i < index; i++) {
		if (strcmp(config->entries.items[i].section,
			    config->entries.items[index].section) == 0) {
			return false;
		}
	}
	return true;
}

const char *config_section(const struct config *config, const char *prefix, size_t index) {
	size_t length = strlen(prefix);
	for (size_t i = 0; i < config->entries.count; i++) {
		const char *section = config->entries.items[i].section;
		bool wanted = length == 0 ? section[0] != '\0'
					  : strncmp(section, prefix, length) == 0 &&
						    section[length] == '.' &&
						    section[length + 1] != '\0';
		if (wanted && first_of_section(config, i) && index-- == 0) {
			return length == 0 ? section : section + length + 1;
		}
	}
	return NULL;
}

const char *config_key(const struct config *config, const char *section, size_t index) {
	for (size_t i = 0; i < config->entries.count; i++) {
		const struct entry *entry = &config->entries.items[i];
		// Of a key in two files only the first counts: config_get returns that one.
		if (strcmp(entry->section, section) == 0 &&
			find(config, 0, section, entry->key) == entry && index-- == 0) {
			return entry->key;
		}
	}
	return NULL;
}
