#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "lean/policy.h"
#include "lean/policy_words.h"

/* What may stand in a set's header, and which options a model may set. */

struct option_row {
	const char *name; // with a dot at its end: all that begin so
	bool model; // a model may set it for its own proof
	const char *why;
};

static const char effort[] = "effort, never meaning";
static const char shown[] = "what is printed, and how";
static const char binding[] = "which names bind themselves: part of how the set was written";
static const char older[] = "an older way of elaborating, for sets that were written for it";

static const struct option_row options[] = {
	{"Elab.async", false, effort},
	{"autoImplicit", false, binding},
	{"backward.", false, older},
	{"checkBinderAnnotations", false, "what a set may write between square brackets"},
	{"diagnostics", false, shown},
	{"exponentiation.threshold", true, effort},
	{"format.", false, shown},
	{"linter.", true, shown},
	{"maxHeartbeats", true, effort},
	{"maxRecDepth", true, effort},
	{"pp.", false, shown},
	{"push_neg.use_distrib", true, "which of two equal forms a tactic prefers"},
	{"quotPrecheck", false, "only asked of notation, which sets may have"},
	{"relaxedAutoImplicit", false, binding},
	{"synthInstance.", true, effort},
	{"tactic.hygienic", true, "which names tactics make up"},
	{"trace.", false, shown},
};

static const char *const libraries[] = {
	"Aesop", "Batteries", "Init", "Lean", "Mathlib", "Plausible", "Qq", "Std"};

static const struct option_row *find_option(struct str name) {
	for (size_t i = 0; i < F2F_COUNT(options); i++) {
		size_t length = strlen(options[i].name);
		bool family = options[i].name[length - 1] == '.';
		if ((family ? name.len > length : name.len == length) &&
			memcmp(name.data, options[i].name, length) == 0) {
			return &options[i];
		}
	}
	return NULL;
}

bool lean_policy_option(const char *name, size_t length) {
	const struct option_row *row = find_option(str_slice(name, length));
	return row != NULL && row->model;
}

static struct str token_text(const struct lean_tokens *tokens, size_t index) {
	const struct lean_token *token = &tokens->list.items[index];
	return str_slice(tokens->text + token->start, token->end - token->start);
}

/* Libraries only, so that a set cannot bring in code of its own. */
static const char *check_import(const struct lean_tokens *tokens, size_t index, size_t to) {
	static const char *const words[] = {"all", "meta", "public"};
	size_t i = index + 1;
	for (size_t k = 0; k < F2F_COUNT(words); k++) {
		i += lean_token_is(tokens, i, words[k]);
	}
	struct str name = i < to ? token_text(tokens, i) : str_of("");
	const char *dot = name.len > 0 ? memchr(name.data, '.', name.len) : NULL;
	struct str first = dot != NULL ? str_slice(name.data, (size_t)(dot - name.data)) : name;
	for (size_t k = 0; k < F2F_COUNT(libraries); k++) {
		if (str_equal(first, libraries[k])) {
			return NULL;
		}
	}
	return "imports something other than Lean, Mathlib and their libraries";
}

/* Namespaces of mathematics are too many to list, and opening one only shortens names of libraries
 * that were imported; those of Lean itself would put the names out of sight that the policy looks
 * for. */
static const char *check_open(const struct lean_tokens *tokens, size_t index, size_t to) {
	unsigned line = tokens->list.items[index].line;
	for (size_t i = index + 1;
		i < to && tokens->list.items[i].kind == LEAN_IDENT &&
		tokens->list.items[i].line == line && !lean_token_is(tokens, i, "in");
		i++) {
		if (lean_policy_name_find(token_text(tokens, i), LEAN_PLACE_HELPER) != NULL) {
			return "opens Lean's own internals";
		}
	}
	return NULL;
}

const char *lean_policy_header(const struct lean_tokens *tokens, size_t index, size_t to) {
	if (lean_token_is(tokens, index, "import")) {
		return check_import(tokens, index, to);
	}
	if (lean_token_is(tokens, index, "module") && index == 0) {
		return "in a module Lean does not say which axioms a theorem rests on";
	}
	if (lean_token_is(tokens, index, "open")) {
		return check_open(tokens, index, to);
	}
	if (lean_token_is(tokens, index, "set_option") && index + 1 < to &&
		find_option(token_text(tokens, index + 1)) == NULL) {
		return "an option that is not on the list";
	}
	return NULL;
}
