#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "dataset/reader.h"

/* The keys that published files use for one thing; the first that is there counts. */
static const char *const informal_keys[] = {
	"informal_statement", "informal statement", "informal_prefix"};

/* Owned; NULL when the key is absent, null or empty: sets ship empty proof fields. */
static int optional(const json_t *record, const char *key, char **text_out, struct error *err) {
	const json_t *value = json_object_get(record, key);
	const char *text = NULL;
	if (value == NULL || json_is_null(value)) {
		return 0;
	}
	int rc = json_need_string(record, key, &text, err);
	if (rc == 0 && text[0] != '\0') {
		*text_out = xstrdup(text);
	}
	return rc;
}

static int read_informal(const json_t *record, struct problem *problem, struct error *err) {
	for (size_t i = 0; i < F2F_COUNT(informal_keys); i++) {
		if (json_object_get(record, informal_keys[i]) == NULL) {
			continue;
		}
		char *text = NULL;
		int rc = optional(record, informal_keys[i], &text, err);
		if (rc == 0 && text != NULL && strcmp(informal_keys[i], "informal_prefix") == 0) {
			problem->informal = formal_comment_text(text);
			free(text);
		} else {
			problem->informal = text;
		}
		return rc;
	}
	return error_set(err, ERROR_INPUT, "no \"informal_statement\" and no \"informal_prefix\"");
}

static int read_formal(const json_t *record, struct problem *problem, struct error *err) {
	const char *header = NULL;
	const char *statement = NULL;
	char *proof = NULL;
	int rc = json_need_string(record, "header", &header, err);
	rc = rc < 0 ? rc : json_need_string(record, "formal_statement", &statement, err);
	rc = rc < 0 ? rc : optional(record, "formal_proof", &proof, err);
	rc = rc < 0 ? rc : formal_fill(problem, header, statement, err);
	if (rc < 0) {
		free(proof);
		return rc;
	}
	if (proof != NULL) {
		free(problem->proof);
		problem->proof = proof;
	}
	return 0;
}

static int read_record(const json_t *record, struct problem *problem, struct error *err) {
	const char *name = NULL;
	const char *label = NULL;
	if (!json_is_object(record)) {
		return error_set(err, ERROR_INPUT, "not an object");
	}
	int rc = json_need_string(record, "name", &name, err);
	rc = rc < 0 ? rc : json_need_string(record, "split", &label, err);
	if (rc < 0) {
		return rc;
	}
	problem->name = xstrdup(name);
	problem->file_subset = xstrdup(label);
	rc = read_informal(record, problem, err);
	rc = rc < 0 ? rc : optional(record, "informal_proof", &problem->informal_proof, err);
	return rc < 0 ? rc : read_formal(record, problem, err);
}

int record_take(struct reader *reader, const json_t *record, struct error *err) {
	struct problem problem = {0};
	int rc = read_record(record, &problem, err);
	if (rc < 0) {
		if (problem.name != NULL) {
			error_prefix(err, "%.200s", problem.name);
		}
		problem_finish(&problem);
		return rc;
	}
	return reader_take(reader, &problem, err);
}
