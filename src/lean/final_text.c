#include "lean/final_text.h"

#include <string.h>

#include "base/mem.h"
#include "core/problem.h"
#include "lean/check.h"
#include "lean/command.h"
#include "lean/lex.h"
#include "lean/placeholder.h"

static void find_holes(const char *preamble, struct lean_check *check) {
	struct lean_tokens tokens;
	struct lean_commands commands;
	struct lean_placeholders places;
	lean_lex(preamble, strlen(preamble), &tokens, NULL);
	lean_commands_find(&tokens, &commands);
	lean_placeholders_find(&tokens, &commands, &places);
	check->hole_count = places.list.count;
	check->holes =
		check->hole_count > 0 ? xcalloc(check->hole_count, sizeof(*check->holes)) : NULL;
	for (size_t i = 0; i < check->hole_count; i++) {
		const struct lean_token *name = &tokens.list.items[places.list.items[i].name];
		check->holes[i] = xmemdup0(preamble + name->start, name->end - name->start);
	}
	lean_placeholders_finish(&places);
	lean_commands_finish(&commands);
	lean_tokens_finish(&tokens);
}

void lean_final_challenge(const struct problem *problem, struct lean_check *check) {
	const char *preamble = problem->preamble != NULL ? problem->preamble : "";
	size_t length = strlen(preamble);
	const char *gap = length > 0 && strchr(" \t\n", preamble[length - 1]) == NULL ? "\n" : "";
	check->challenge = xasprintf("%s%s%s := sorry\n", preamble, gap, problem->statement);
	find_holes(preamble, check);
}

char *lean_final_challenge_file(const struct lean_check *check) {
	return check->challenge != NULL ? xasprintf("%s%s", check->header, check->challenge) : NULL;
}

/* Where line `line` of the body begins. */
static size_t line_offset(const struct lean_check *check, unsigned line) {
	const char *at = check->body;
	for (unsigned i = 0; i < line && *at != '\0'; i++) {
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
	return (size_t)(at - check->body);
}

char *lean_final_solution_file(const struct lean_check *check) {
	size_t goal = line_offset(check, check->goal_line);
	size_t theirs = line_offset(check, check->theirs_line);
	size_t end = line_offset(check, check->append_line);
	return xasprintf("%s%.*s%.*s", check->header, (int)goal, check->body, (int)(end - theirs),
		check->body + theirs);
}
