#include "cmd/verdict_json.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "core/verdict.h"

enum { LINE_MAX_BYTES = 32 * 1024 * 1024 };

/* Foreign bytes among it become U+FFFD: a line that cannot be written would be a verdict lost. */
static json_t *text(const char *string, size_t length) {
	json_t *value = json_stringn(string, length);
	if (value == NULL) {
		struct buf repaired = BUF_INIT(LINE_MAX_BYTES);
		utf8_repair(&repaired, string, length);
		value = json_stringn(buf_str(&repaired), repaired.len);
		buf_finish(&repaired);
	}
	return value;
}

static json_t *text_or_null(const char *string) {
	struct str whole = str_of(string != NULL ? string : "");
	return whole.len == 0 ? json_null() : text(whole.data, whole.len);
}

static json_t *lines_of(const char *messages) {
	json_t *lines = json_array();
	struct str rest = str_of(messages != NULL ? messages : "");
	struct str line;
	while (str_next_line(&rest, &line)) {
		json_array_append_new(lines, text(line.data, line.len));
	}
	return lines;
}

json_t *verdict_json_cpu(int64_t cpu_ns) {
	return cpu_ns == VERDICT_CPU_UNKNOWN ? json_null() : json_real((double)cpu_ns / 1e9);
}

json_t *verdict_json(const struct verdict *verdict) {
	json_t *axioms = json_array();
	for (size_t i = 0; i < verdict->axiom_count; i++) {
		const char *name = verdict->axioms[i];
		json_array_append_new(axioms, text(name, str_of(name).len));
	}
	json_t *object = json_object();
	const char *const names[] = {"outcome", "reason", "missing", "backend", "lean", "mathlib",
		"policy", "sandbox", "final", "final_checker"};
	const char *const values[] = {outcome_name(verdict->outcome),
		reject_reason_name(verdict->reason), missing_name(verdict->missing),
		verdict->backend, verdict->lean, verdict->mathlib, verdict->policy,
		verdict->sandbox, final_outcome_name(verdict->final), verdict->final_checker};
	for (size_t i = 0; i < F2F_COUNT(names); i++) {
		json_object_set_new(object, names[i], text_or_null(values[i]));
	}
	json_object_set_new(object, "axioms", axioms);
	json_object_set_new(object, "messages", lines_of(verdict->messages));
	json_object_set_new(object, "final_messages", lines_of(verdict->final_messages));
	json_object_set_new(object, "cpu_s", verdict_json_cpu(verdict->cpu_ns));
	json_object_set_new(object, "elapsed_ms", json_integer(verdict->elapsed_ns / 1000000));
	json_object_set_new(object, "cpu_limit_s", json_integer(verdict->limits.cpu_s));
	json_object_set_new(object, "wall_limit_s", json_integer(verdict->limits.wall_s));
	json_object_set_new(
		object, "memory_limit_bytes", json_integer(verdict->limits.memory_bytes));
	json_object_set_new(object, "reused", json_boolean(verdict->reused));
	return object;
}

void verdict_json_line(json_t *object) {
	struct buf line = BUF_INIT(LINE_MAX_BYTES);
	json_append(&line, object, false);
	puts(buf_str(&line));
	buf_finish(&line);
	json_decref(object);
}
