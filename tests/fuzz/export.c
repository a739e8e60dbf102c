#include "fuzz.h"

#include <stdlib.h>

#include "base/error.h"
#include "lean/checker_words.h"
#include "lean/export_judge.h"

enum { NODES_BYTES = 1 << 22, PIECE = 61 };

/* In pieces and at once it is read alike, a failure says where, and what is read can be judged. */
static int read_file(
	struct export_file *file, const uint8_t *bytes, size_t length, size_t piece, struct error *err) {
	int rc = 0;
	for (size_t at = 0; at < length && rc == 0; at += piece) {
		size_t size = length - at < piece ? length - at : piece;
		rc = export_file_add(file, (const char *)bytes + at, size, err);
	}
	return rc < 0 ? rc : export_file_end(file, err);
}

void fuzz_one(const uint8_t *bytes, size_t length) {
	struct export_nodes nodes;
	struct export_file files[2];
	struct error errs[2] = {0};
	int rcs[2];
	export_nodes_init(&nodes, NODES_BYTES);
	for (int i = 0; i < 2; i++) {
		export_file_init(&files[i], &nodes);
		rcs[i] = read_file(&files[i], bytes, length, i == 0 ? PIECE : length + 1, &errs[i]);
	}
	if (!nodes.full && ((rcs[0] < 0) != (rcs[1] < 0) || (rcs[0] < 0) != (errs[0].message[0] != '\0'))) {
		abort();
	}
	if (rcs[0] == 0 && rcs[1] == 0) {
		static const char *const holes[] = {"d"};
		struct export_question question = {.challenge = &files[0],
			.solution = &files[1],
			.theorem = "t",
			.holes = holes,
			.hole_count = 1};
		struct checker_word word = {0};
		export_judge(&question, &word);
		if (word.outcome == FINAL_NONE || word.reason == REASON_STATEMENT) {
			abort(); // a file is the same as itself
		}
	}
	export_file_finish(&files[0]);
	export_file_finish(&files[1]);
	export_nodes_finish(&nodes);
}
