#ifndef F2F_DATASET_JSON_SPLIT_H
#define F2F_DATASET_JSON_SPLIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct error;

/**
 * The elements of a JSON array, one after the other, so that a large file is never parsed whole:
 * as values of jansson its texts take several times their size. What an element holds is for a
 * parser to judge; here only brackets and strings are followed.
 */
struct json_split {
	struct str rest;
	size_t count;	    // elements so far
	size_t element_max; // bytes
};

/** ERROR_INPUT unless the text begins as an array. */
int json_split_begin(const char *text, size_t length, size_t element_max,
	struct json_split *split_out, struct error *err);

/**
 * The next element, white space around it left out. *found_out false at the array's end, which must
 * be the text's. ERROR_INPUT for text that ends too soon, lacks a comma, or has an element larger
 * than element_max.
 */
int json_split_next(
	struct json_split *split, struct str *element_out, bool *found_out, struct error *err);

#endif
