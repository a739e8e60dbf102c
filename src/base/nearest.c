#include <string.h>

#include "base/str.h"

enum { NEAREST_MAX = 64 };

static char normal(char c) {
	if (c == '_') {
		return '-';
	}
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t least(size_t a, size_t b) {
	return a < b ? a : b;
}

/* Damerau-Levenshtein, restricted: the exchange of two neighbours counts once. Both texts at most
 * NEAREST_MAX long. */
static size_t distance(const char *a, size_t m, const char *b, size_t n) {
	size_t rows[3][NEAREST_MAX + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2];
	for (size_t j = 0; j <= n; j++) {
		above[j] = j;
		before[j] = 0;
	}
	for (size_t i = 1; i <= m; i++) {
		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t change = normal(a[i - 1]) != normal(b[j - 1]);
			row[j] = least(least(above[j] + 1, row[j - 1] + 1), above[j - 1] + change);
			if (i > 1 && j > 1 && normal(a[i - 1]) == normal(b[j - 2]) &&
				normal(a[i - 2]) == normal(b[j - 1])) {
				row[j] = least(row[j], before[j - 2] + 1);
			}
		}
		size_t *spare = before;
		before = above;
		above = row;
		row = spare;
	}
	return above[n];
}

size_t str_distance(const char *a, const char *b) {
	size_t m = strlen(a), n = strlen(b);
	return m <= NEAREST_MAX && n <= NEAREST_MAX ? distance(a, m, b, n) : SIZE_MAX;
}

const char *str_nearest(const char *word, const char *const *candidates, size_t count) {
	size_t length = strlen(word);
	if (length == 0 || length > NEAREST_MAX) {
		return NULL;
	}
	const char *best = NULL;
	size_t best_distance = 0;
	for (size_t i = 0; i < count; i++) {
		size_t other = strlen(candidates[i]);
		if (other > NEAREST_MAX) {
			continue;
		}
		size_t d = distance(word, length, candidates[i], other);
		// A prefix of at least two letters is usually what was meant to be typed on.
		bool prefix = length >= 2 && other > length &&
			      distance(word, length, candidates[i], length) == 0;
		if (prefix && d > 1) {
			d = 1;
		}
		if (best == NULL || d < best_distance) {
			best = candidates[i];
			best_distance = d;
		}
	}
	size_t allowed = length <= 3 ? 1 : length / 3 + 1;
	return best != NULL && best_distance <= allowed ? best : NULL;
}
