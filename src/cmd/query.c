#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/asset.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "cmd/cmd.h"
#include "io/term.h"
#include "store/store.h"

enum { NAMES_MAX = 1024, COLUMN_MAX = 60, CELL_MAX = 1 << 30, TYPE_INTEGER = 1, TYPE_REAL = 2, TYPE_NULL = 5 };

enum format { FORMAT_TABLE, FORMAT_JSON, FORMAT_CSV };

static const struct option options[] = {
	{"csv", 0, OPTION_FLAG, NULL, "comma-separated values"},
	{"json", 0, OPTION_FLAG, NULL, "an array of objects"},
	{0},
};

/* A table is printed when all of it is known: its columns are as wide as what they hold. */
struct result {
	enum format format;
	char **names;
	int columns;
	VEC(char *) cells;
	json_t *rows;
};

static void csv_field(const char *text) {
	if (strpbrk(text, ",\"\r\n") == NULL) {
		fputs(text, stdout);
		return;
	}
	putchar('"');
	for (; *text != '\0'; text++) {
		if (*text == '"') {
			putchar('"');
		}
		putchar(*text);
	}
	putchar('"');
}

static void csv_row(const char *const *values, int count) {
	for (int i = 0; i < count; i++) {
		if (i > 0) {
			putchar(',');
		}
		csv_field(values[i] != NULL ? values[i] : "");
	}
	fputs("\r\n", stdout);
}

static int take_columns(const char *const *names, int count, void *data) {
	struct result *result = data;
	result->columns = count;
	result->names = xcalloc((size_t)count, sizeof(*result->names));
	for (int i = 0; i < count; i++) {
		result->names[i] = xstrdup(names[i]);
	}
	if (result->format == FORMAT_CSV) {
		csv_row(names, count);
	}
	return 0;
}

static json_t *json_value(const char *text, int type) {
	if (text == NULL || type == TYPE_NULL) {
		return json_null();
	}
	if (type == TYPE_INTEGER) {
		return json_integer(strtoll(text, NULL, 10));
	}
	if (type == TYPE_REAL) {
		json_t *real = json_real(strtod(text, NULL));
		return real != NULL ? real : json_null();
	}
	json_t *value = json_string(text);
	return value != NULL ? value : json_null();
}

/* Well-formed, one line, and nothing that moves a cursor: replies are foreign. Owned. */
static char *plain(const char *text) {
	struct buf repaired = BUF_INIT(CELL_MAX), out = BUF_INIT(CELL_MAX);
	utf8_repair(&repaired, text, strlen(text));
	const char *bytes = buf_str(&repaired);
	for (const char *cursor = bytes; cursor < bytes + repaired.len;) {
		uint32_t c = utf8_next(&cursor, bytes + repaired.len);
		bool space = c == '\n' || c == '\r' || c == '\t';
		utf8_append(&out, space ? ' ' : c < 0x20 || (c >= 0x7f && c < 0xa0) ? '?' : c);
	}
	buf_finish(&repaired);
	return buf_detach(&out);
}

/* Cut where a table would be unreadable; --json and --csv have all of it. Owned. */
static char *table_cell(const char *text) {
	char *cell = plain(text != NULL ? text : "");
	const char *end = cell + strlen(cell);
	size_t kept = 0; // bytes before the mark of a cut
	int columns = 0;
	for (const char *at = cell; at < end && columns <= COLUMN_MAX;) {
		char one[5] = "";
		const char *from = at;
		utf8_next(&at, end);
		memcpy(one, from, (size_t)(at - from));
		columns += term_columns(one);
		kept = columns < COLUMN_MAX ? (size_t)(at - cell) : kept;
	}
	if (columns <= COLUMN_MAX) {
		return cell;
	}
	char *cut = xasprintf("%.*s…", (int)kept, cell);
	free(cell);
	return cut;
}

static int take_row(const char *const *values, const int *types, int count, void *data) {
	struct result *result = data;
	if (result->format == FORMAT_CSV) {
		csv_row(values, count);
	} else if (result->format == FORMAT_JSON) {
		json_t *row = json_object();
		for (int i = 0; i < count; i++) {
			json_object_set_new(row, result->names[i], json_value(values[i], types[i]));
		}
		json_array_append_new(result->rows, row);
	} else {
		for (int i = 0; i < count; i++) {
			vec_push(&result->cells, table_cell(values[i]));
		}
	}
	return 0;
}

static void print_cell(const char *text, int width, bool last) {
	int space = last ? 0 : width - term_columns(text) + 2;
	printf("%s%*s", text, space > 0 ? space : 0, "");
}

static void print_table(const struct result *result) {
	int *widths = xcalloc((size_t)result->columns, sizeof(*widths));
	for (int i = 0; i < result->columns; i++) {
		widths[i] = term_columns(result->names[i]);
	}
	for (size_t i = 0; i < result->cells.count; i++) {
		int width = term_columns(result->cells.items[i]);
		int column = (int)(i % (size_t)result->columns);
		widths[column] = width > widths[column] ? width : widths[column];
	}
	for (int i = 0; i < result->columns; i++) {
		print_cell(result->names[i], widths[i], i + 1 == result->columns);
	}
	putchar('\n');
	for (size_t i = 0; i < result->cells.count; i++) {
		int column = (int)(i % (size_t)result->columns);
		print_cell(result->cells.items[i], widths[column], column + 1 == result->columns);
		if (column + 1 == result->columns) {
			putchar('\n');
		}
	}
	free(widths);
}

static void finish(struct result *result) {
	for (int i = 0; i < result->columns; i++) {
		free(result->names[i]);
	}
	for (size_t i = 0; i < result->cells.count; i++) {
		free(result->cells.items[i]);
	}
	free(result->names);
	vec_finish(&result->cells);
	json_decref(result->rows);
}

/* ---- Queries by name: the files of src/store/queries. */

static const char queries[] = "src/store/queries/";

/* Owned. */
static char *query_names(void) {
	struct buf names = BUF_INIT(NAMES_MAX);
	const struct asset *asset;
	for (size_t i = 0; (asset = asset_at(i)) != NULL; i++) {
		if (str_starts_with(asset->path, queries)) {
			const char *name = asset->path + strlen(queries);
			buf_appendf(&names, "%s%.*s", names.len > 0 ? ", " : "",
				(int)(strlen(name) - strlen(".sql")), name);
		}
	}
	return buf_detach(&names);
}

/* One word is no statement: it is a name. */
static int find_query(const char *given, const char **sql_out, struct error *err) {
	char *names = query_names();
	int rc = 0;
	*sql_out = given;
	if (given == NULL) {
		rc = error_set(err, ERROR_USAGE,
			"give one statement in quotes, f2f query \"SELECT …\", or a name: %s", names);
	} else if (given[0] != '\0' &&
		   strspn(given, "abcdefghijklmnopqrstuvwxyz_-") == strlen(given)) {
		char *path = xasprintf("%s%s.sql", queries, given);
		const struct asset *asset = asset_find(path);
		*sql_out = asset != NULL ? asset->data : NULL;
		rc = asset != NULL ? 0
				   : error_set(err, ERROR_USAGE, "no query \"%s\"; there are %s",
					     given, names);
		free(path);
	}
	free(names);
	return rc;
}

static int run(struct options *given, struct error *err) {
	const char *sql = NULL;
	int rc = option_arguments_end(given, 1, err);
	rc = rc < 0 ? rc : find_query(option_argument(given, 0), &sql, err);
	if (rc < 0) {
		return rc;
	}
	static const char *const formats[] = {"csv", "json"};
	const char *format = NULL;
	rc = option_one_of(given, formats, F2F_COUNT(formats), &format, err);
	if (rc < 0) {
		return rc;
	}
	struct result result = {
		.format = format == NULL		   ? FORMAT_TABLE
			  : strcmp(format, "json") == 0 ? FORMAT_JSON
							: FORMAT_CSV,
		.rows = json_array(),
	};
	char *database = options_database(given);
	struct store *store = NULL;
	rc = store_open(database, &(struct store_options){.mode = DB_READ_ONLY}, &store, err);
	rc = rc < 0 ? rc : store_query(store, sql, take_columns, take_row, &result, err);
	if (rc == 0 && result.format == FORMAT_TABLE) {
		print_table(&result);
	} else if (rc == 0 && result.format == FORMAT_JSON) {
		json_dumpf(result.rows, stdout, JSON_COMPACT);
		putchar('\n');
	}
	finish(&result);
	store_close(store);
	free(database);
	return rc;
}

const struct command cmd_query = {
	.name = "query",
	.synopsis = "\"SQL\" | NAME",
	.summary = "read-only SQL, or a named query; table, JSON, CSV",
	.about = "Runs one SELECT on the database, which it cannot change. The stable tables are "
		 "problem, run, sample, verdict, "
		 "grade, finding and text; columns that hold 64 hex digits are ids of texts.\n"
		 "\n"
		 "NAME is a query that f2f brings: cost, what each run asked for; errors, what was "
		 "said of rejected proofs; outcomes, how samples ended; slow, the checks that took "
		 "longest; unsolved, problems that no run has solved; unsteady, problems that a "
		 "run solved in some samples only.\n"
		 "\n"
		 "Examples:\n"
		 "  f2f query errors\n"
		 "  f2f query \"SELECT outcome, reason, count(*) FROM sample GROUP BY 1, 2\"\n"
		 "  f2f query --csv \"SELECT problem, outcome FROM sample WHERE split = 'v2s'\"\n",
	.options = options,
	.run = run,
};
