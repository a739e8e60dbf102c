#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "store/store_internal.h"

enum { NAMES_MAX = 512 };

/* The pragmas that only tell: of the first row with the name of a table, of the second without a
 * value, which would be set. */
static bool tells(const char *name, const char *value) {
	static const char *const of_table[] = {
		"foreign_key_list", "index_info", "index_list", "table_info", "table_xinfo"};
	static const char *const plain[] = {"application_id", "compile_options", "database_list",
		"encoding", "freelist_count", "function_list", "integrity_check", "journal_mode",
		"page_count", "page_size", "quick_check", "schema_version", "table_list",
		"user_version"};
	for (size_t i = 0; i < F2F_COUNT(of_table); i++) {
		if (sqlite3_stricmp(name, of_table[i]) == 0) {
			return true;
		}
	}
	for (size_t i = 0; value == NULL && i < F2F_COUNT(plain); i++) {
		if (sqlite3_stricmp(name, plain[i]) == 0) {
			return true;
		}
	}
	return false;
}

/* What a query may not do: everything that reaches past this one database, or changes anything. */
static int authorize(
	void *data, int action, const char *a, const char *b, const char *c, const char *d) {
	(void)data;
	(void)c;
	(void)d;
	switch (action) {
	case SQLITE_CREATE_TABLE: // how json_each and its like announce their columns: a statement
	case SQLITE_INSERT:	  // that really makes a table is found not to be read-only
	case SQLITE_UPDATE:
		return action == SQLITE_CREATE_TABLE || sqlite3_stricmp(a, "sqlite_master") == 0
			       ? SQLITE_OK
			       : SQLITE_DENY;
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_FUNCTION:
		return b != NULL && sqlite3_stricmp(b, "load_extension") == 0 ? SQLITE_DENY
									      : SQLITE_OK;
	case SQLITE_PRAGMA:
		return tells(a, b) ? SQLITE_OK : SQLITE_DENY;
	default:
		return SQLITE_DENY;
	}
}

struct names {
	VEC(char *) names;
};

static int add_name(void *data, int count, char **values, char **columns) {
	(void)columns;
	struct names *names = data;
	if (count > 0 && values[0] != NULL && names->names.count < NAMES_MAX) {
		vec_push(&names->names, xstrdup(values[0]));
	}
	return 0;
}

/* "no such column: problm" → "problem", from the schema itself. */
static int wrong_sql(struct store *store, const char *text, struct error *err) {
	static const char *const sources[][2] = {
		{"no such table: ",
			"SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')"},
		{"no such column: ",
			"SELECT DISTINCT info.name FROM sqlite_schema AS made, "
			"pragma_table_info(made.name) AS info WHERE made.type = 'table'"},
	};
	char *message = xstrdup(text);
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < F2F_COUNT(sources); i++) {
		if (!str_starts_with(message, sources[i][0])) {
			continue;
		}
		const char *word = message + strlen(sources[i][0]);
		const char *dot = strrchr(word, '.');
		struct names names = {0};
		sqlite3_exec(db_handle(store->db), sources[i][1], add_name, &names, NULL);
		const char *near = str_nearest(dot != NULL ? dot + 1 : word,
			(const char *const *)names.names.items, names.names.count);
		rc = error_set(err, ERROR_USAGE, "%s%s%s%s", message,
			near != NULL ? "; did you mean " : "", near != NULL ? near : "",
			near != NULL ? "?" : "");
		for (size_t j = 0; j < names.names.count; j++) {
			free(names.names.items[j]);
		}
		vec_finish(&names.names);
	}
	if (rc == 0) {
		rc = error_set(err, ERROR_USAGE, "%s", message);
	}
	free(message);
	return rc;
}

static int prepare(
	struct store *store, const char *sql, sqlite3_stmt **statement_out, struct error *err) {
	sqlite3 *handle = db_handle(store->db);
	sqlite3_stmt *statement = NULL;
	const char *tail = NULL;
	sqlite3_set_authorizer(handle, authorize, NULL);
	int code = sqlite3_prepare_v2(handle, sql, -1, &statement, &tail);
	sqlite3_set_authorizer(handle, NULL, NULL);
	int rc = 0;
	if (code == SQLITE_AUTH) {
		rc = error_set(err, ERROR_USAGE, "queries only read; this one would do more");
	} else if (code != SQLITE_OK) {
		rc = wrong_sql(store, sqlite3_errmsg(handle), err);
	} else if (statement == NULL) {
		rc = error_set(err, ERROR_USAGE, "there is no statement in that query");
	} else if (!sqlite3_stmt_readonly(statement)) {
		rc = error_set(err, ERROR_USAGE, "queries only read; this one would write");
	} else {
		struct str rest = str_trim(str_of(tail));
		sqlite3_stmt *second = NULL;
		if (rest.len > 0 &&
			(sqlite3_prepare_v2(handle, tail, -1, &second, NULL) != SQLITE_OK ||
				second != NULL)) {
			rc = error_set(err, ERROR_USAGE, "give one statement at a time");
		}
		sqlite3_finalize(second);
	}
	if (rc < 0) {
		sqlite3_finalize(statement);
		return rc;
	}
	*statement_out = statement;
	return 0;
}

int store_query(struct store *store, const char *sql,
	int (*columns)(const char *const *names, int count, void *data),
	int (*row)(const char *const *values, const int *types, int count, void *data), void *data,
	struct error *err) {
	sqlite3_stmt *statement = NULL;
	int rc = prepare(store, sql, &statement, err);
	if (rc < 0) {
		return rc;
	}
	int count = sqlite3_column_count(statement);
	const char **values = xcalloc((size_t)count, sizeof(*values));
	int *types = xcalloc((size_t)count, sizeof(*types));
	for (int i = 0; i < count; i++) {
		values[i] = sqlite3_column_name(statement, i);
	}
	rc = columns(values, count, data);
	int code = SQLITE_ROW;
	while (rc == 0 && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		for (int i = 0; i < count; i++) {
			types[i] = sqlite3_column_type(statement, i);
			values[i] = (const char *)sqlite3_column_text(statement, i);
		}
		rc = row(values, types, count, data);
	}
	if (rc == 0 && code != SQLITE_DONE) {
		// SQLITE_ERROR is a fault of the query (an overflow, a malformed JSON); the rest are ours.
		rc = error_set(err,
			code == SQLITE_ERROR  ? ERROR_USAGE
			: code == SQLITE_BUSY ? ERROR_BUSY
					      : ERROR_DATABASE,
			"%s", sqlite3_errmsg(db_handle(store->db)));
	}
	free(types);
	free(values);
	sqlite3_finalize(statement);
	return rc;
}
