#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "dataset/reader.h"
#include "lean/statement.h"

int formal_fill(struct problem *problem, const char *header, const char *text, struct error *err) {
	size_t length = header != NULL ? strlen(header) : 0;
	// A header without a last newline must not run into the theorem.
	bool open = length > 0 && header[length - 1] != '\n';
	char *whole = xasprintf("%s%s%s", header != NULL ? header : "", open ? "\n" : "", text);
	struct lean_statement statement = {0};
	int rc = lean_statement_split(whole, strlen(whole), &statement, err);
	if (rc == 0) {
		lean_statement_move(&statement, problem);
	}
	lean_statement_finish(&statement);
	free(whole);
	return rc;
}

char *formal_comment_text(const char *comment) {
	struct str text = str_trim(str_of(comment));
	if (text.len >= 5 && strncmp(text.data, "/--", 3) == 0 &&
		strncmp(text.data + text.len - 2, "-/", 2) == 0) {
		text = str_trim(str_slice(text.data + 3, text.len - 5));
	}
	return text.len > 0 ? xmemdup0(text.data, text.len) : NULL;
}
