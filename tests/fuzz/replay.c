#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "fuzz.h"

/* A fuzz target as an ordinary test: its corpus, then seeded mutations of it. The same every time.
 */

enum { SEEDS_MAX = 256, SEED_MAX_BYTES = 1 << 16 };

struct seeds {
	struct buf items[SEEDS_MAX];
	size_t count;
};

static uint64_t next_random(uint64_t *state) {
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static int load(const char *dir, struct seeds *seeds) {
	DIR *open = opendir(dir);
	struct dirent *entry = NULL;
	while (open != NULL && (entry = readdir(open)) != NULL && seeds->count < SEEDS_MAX) {
		if (entry->d_name[0] == '.') {
			continue;
		}
		char *path = path_join(dir, entry->d_name);
		struct buf *seed = &seeds->items[seeds->count];
		buf_init(seed, SEED_MAX_BYTES);
		if (file_read(path, seed, NULL) == 0) {
			seeds->count++;
		}
		free(path);
	}
	if (open != NULL) {
		closedir(open);
	}
	return seeds->count > 0 ? 0 : -1;
}

/* Overwrites, drops, doubles, or puts a piece of another seed somewhere. */
static void mutate(struct buf *text, const struct seeds *seeds, uint64_t *state) {
	static const char *const bits[] = {"/-", "-/", "--", "\"", "'", "«", "»", "r#\"", "s!\"{",
		"}", "\n", "\r", "```\n", ":=", "by", "|", "theorem T", "\xff", "\xe2", "{", "(",
		"\\", "#", "@[", "=", "$$", "\\frac{", "\\[", "**", " - 5", "x "};
	uint64_t where = text->len > 0 ? next_random(state) % text->len : 0;
	const struct buf *other = &seeds->items[next_random(state) % seeds->count];
	struct buf out = BUF_INIT(4 * SEED_MAX_BYTES);
	size_t cut = next_random(state) % 8;
	size_t rest = where + cut < text->len ? where + cut : text->len;
	buf_append(&out, text->data, where);
	switch (next_random(state) % 4) {
	case 0:
		buf_append_str(&out, bits[next_random(state) % (sizeof(bits) / sizeof(bits[0]))]);
		break;
	case 1:
		buf_append_char(&out, (char)next_random(state));
		break;
	case 2:
		if (other->len > 0) {
			size_t from = next_random(state) % other->len;
			size_t length = next_random(state) % 64;
			buf_append(&out, other->data + from,
				length < other->len - from ? length : other->len - from);
		}
		rest = where;
		break;
	default:
		break;
	}
	buf_append(&out, text->data + rest, text->len - rest);
	buf_finish(text);
	*text = out;
}

int main(int argc, char **argv) {
	static const size_t rounds = 20000;
	struct seeds *seeds = calloc(1, sizeof(*seeds));
	uint64_t state = 0x9e3779b97f4a7c15;
	if (argc != 2 || load(argv[1], seeds) < 0) {
		fprintf(stderr, "usage: %s CORPUS\n", argv[0]);
		return 1;
	}
	for (size_t i = 0; i < seeds->count; i++) {
		fuzz_one((const uint8_t *)buf_str(&seeds->items[i]), seeds->items[i].len);
	}
	for (size_t i = 0; i < rounds; i++) {
		struct buf text = BUF_INIT(4 * SEED_MAX_BYTES);
		const struct buf *seed = &seeds->items[next_random(&state) % seeds->count];
		buf_append(&text, seed->data, seed->len);
		for (uint64_t k = 1 + next_random(&state) % 6; k > 0; k--) {
			mutate(&text, seeds, &state);
		}
		/* An exact copy on the heap, so that the sanitizers see the first byte read past
		 * it. */
		uint8_t *copy = malloc(text.len > 0 ? text.len : 1);
		memcpy(copy, buf_str(&text), text.len);
		fuzz_one(copy, text.len);
		free(copy);
		buf_finish(&text);
	}
	printf("%zu corpus files, %zu mutations\n", seeds->count, rounds);
	for (size_t i = 0; i < seeds->count; i++) {
		buf_finish(&seeds->items[i]);
	}
	free(seeds);
	return 0;
}
