#include "lean/policy.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum { TEXT_MAX_BYTES = 4 << 20 };

enum {
	P = LEAN_PLACE_PROOF,
	H = LEAN_PLACE_HELPER,
	F = LEAN_PLACE_FILL,
	S = LEAN_PLACE_SET,
	MODEL = P | H | F,
	ALL = MODEL | S,
};

/* How a row is compared with a token. */
enum match {
	WHOLE, // the token is the word: "h.end" is a field, not the word "end"
	COMPONENT, // one of the token's dotted parts is: the name reaches the thing from any
	// namespace
	LEADING, // the token's first dotted part is, "_root_" aside
	STARTING, // one of the dotted parts begins with it
};

struct row {
	const char *word;
	int places;
	enum match match;
	enum reject_reason reason;
	const char *why;
};

static const char hole[] = "leaves a hole";
static const char declares[] = "begins another declaration";
static const char trusts[] = "trusts compiled code or a claim instead of the kernel";
static const char reads[] = "changes how text is read";
static const char runs[] = "runs code while Lean reads the file";
static const char scopes[] = "changes what names mean afterwards";
static const char searches[] = "searches instead of proving, and may leave a hole";
static const char talks[] = "is a command of its own";

/*
 * One row a word, in byte order. Left out of the list in spec/lean.md 2.2, because honest proofs
 * use the word and it cannot do harm there: "open" and "set_option" are looked at with what follows
 * them (below); "module" is a Mathlib tactic, and as a command it can only begin a file; "constant"
 * is a free name since 2022 and looked at with what follows.
 */
static const struct row words[] = {
	{"#check", MODEL, WHOLE, REASON_FORBIDDEN, talks},
	{"#check_failure", MODEL, WHOLE, REASON_FORBIDDEN, talks},
	{"#conv", MODEL, WHOLE, REASON_FORBIDDEN, talks},
	{"#eval", ALL, WHOLE, REASON_FORBIDDEN, runs},
	{"#eval!", ALL, WHOLE, REASON_FORBIDDEN, runs},
	{"#exit", ALL, WHOLE, REASON_FORBIDDEN, "ends the file before our own checks"},
	{"#find", MODEL, WHOLE, REASON_FORBIDDEN, talks},
	{"#guard", MODEL, WHOLE, REASON_FORBIDDEN, talks},
	{"#guard_expr", MODEL, WHOLE, REASON_FORBIDDEN, talks},
	{"#guard_msgs", ALL, WHOLE, REASON_FORBIDDEN, "hides messages"},
	{"#help", MODEL, WHOLE, REASON_FORBIDDEN, talks},
	{"#lint", MODEL, WHOLE, REASON_FORBIDDEN, talks},
	{"#norm_num", MODEL, WHOLE, REASON_FORBIDDEN, talks},
	{"#print", MODEL, WHOLE, REASON_FORBIDDEN, talks},
	{"#reduce", MODEL, WHOLE, REASON_FORBIDDEN, talks},
	{"#simp", MODEL, WHOLE, REASON_FORBIDDEN, talks},
	{"#synth", MODEL, WHOLE, REASON_FORBIDDEN, talks},
	{"#test", MODEL, WHOLE, REASON_FORBIDDEN, runs},
	{"#where", MODEL, WHOLE, REASON_FORBIDDEN, talks},
	{"@[", MODEL, WHOLE, REASON_FORBIDDEN, "an attribute can reach beyond its declaration"},
	{"`", MODEL, WHOLE, REASON_FORBIDDEN, "quotes syntax"},
	{"abbrev", MODEL, WHOLE, REASON_FORBIDDEN, declares},
	{"admit", MODEL, WHOLE, REASON_SORRY, hole},
	{"aesop?", MODEL, WHOLE, REASON_FORBIDDEN, searches},
	{"alias", MODEL, WHOLE, REASON_FORBIDDEN, declares},
	{"apply?", MODEL, WHOLE, REASON_FORBIDDEN, searches},
	{"attribute", MODEL, WHOLE, REASON_FORBIDDEN, scopes},
	{"axiom", ALL, WHOLE, REASON_FORBIDDEN, trusts},
	{"binder_predicate", ALL, WHOLE, REASON_FORBIDDEN, reads},
	{"builtin_initialize", ALL, WHOLE, REASON_FORBIDDEN, runs},
	{"bv_check", ALL, WHOLE, REASON_FORBIDDEN, trusts},
	{"bv_decide", ALL, WHOLE, REASON_FORBIDDEN, trusts},
	{"by_elab", ALL, WHOLE, REASON_FORBIDDEN, runs},
	{"class", MODEL, WHOLE, REASON_FORBIDDEN, declares},
	{"csimp", ALL, WHOLE, REASON_FORBIDDEN, trusts},
	{"dbg_trace", MODEL, WHOLE, REASON_FORBIDDEN, runs},
	{"decide?", MODEL, WHOLE, REASON_FORBIDDEN, searches},
	{"declare_syntax_cat", ALL, WHOLE, REASON_FORBIDDEN, reads},
	{"def", MODEL, WHOLE, REASON_FORBIDDEN, declares},
	{"default_instance", MODEL, WHOLE, REASON_FORBIDDEN, reads},
	{"deriving", MODEL, WHOLE, REASON_FORBIDDEN, declares},
	{"dsimproc", ALL, WHOLE, REASON_FORBIDDEN, runs},
	{"elab", ALL, WHOLE, REASON_FORBIDDEN, runs},
	{"elab_rules", ALL, WHOLE, REASON_FORBIDDEN, runs},
	{"end", MODEL, WHOLE, REASON_FORBIDDEN, scopes},
	{"exact?", MODEL, WHOLE, REASON_FORBIDDEN, searches},
	{"example", MODEL, WHOLE, REASON_FORBIDDEN, declares},
	{"export", MODEL, WHOLE, REASON_FORBIDDEN, scopes},
	{"extern", ALL, WHOLE, REASON_FORBIDDEN, trusts},
	{"implemented_by", ALL, WHOLE, REASON_FORBIDDEN, trusts},
	{"import", MODEL, WHOLE, REASON_FORBIDDEN, scopes},
	{"include", MODEL, WHOLE, REASON_FORBIDDEN, "adds hypotheses"},
	{"include_str", ALL, WHOLE, REASON_FORBIDDEN, "reads a file"},
	{"inductive", MODEL, WHOLE, REASON_FORBIDDEN, declares},
	{"infix", MODEL, WHOLE, REASON_FORBIDDEN, reads},
	{"infixl", MODEL, WHOLE, REASON_FORBIDDEN, reads},
	{"infixr", MODEL, WHOLE, REASON_FORBIDDEN, reads},
	{"initialize", ALL, WHOLE, REASON_FORBIDDEN, runs},
	{"instance", MODEL, WHOLE, REASON_FORBIDDEN, "can change what an operator means"},
	{"lemma", MODEL, WHOLE, REASON_FORBIDDEN, declares},
	{"local", MODEL, WHOLE, REASON_FORBIDDEN, reads},
	{"macro", ALL, WHOLE, REASON_FORBIDDEN, reads},
	{"macro_rules", ALL, WHOLE, REASON_FORBIDDEN, reads},
	{"mutual", MODEL, WHOLE, REASON_FORBIDDEN, declares},
	{"namespace", MODEL, WHOLE, REASON_FORBIDDEN, scopes},
	{"native", MODEL, WHOLE, REASON_FORBIDDEN, trusts},
	{"native_decide", ALL, WHOLE, REASON_FORBIDDEN, trusts},
	{"noncomputable", MODEL, WHOLE, REASON_FORBIDDEN, declares},
	{"nonrec", MODEL, WHOLE, REASON_FORBIDDEN, declares},
	{"notation", MODEL, WHOLE, REASON_FORBIDDEN, reads},
	{"notation3", MODEL, WHOLE, REASON_FORBIDDEN, reads},
	{"omit", MODEL, WHOLE, REASON_FORBIDDEN, scopes},
	{"opaque", MODEL, WHOLE, REASON_FORBIDDEN, trusts},
	{"panic!", MODEL, WHOLE, REASON_FORBIDDEN, runs},
	{"partial", MODEL, WHOLE, REASON_FORBIDDEN, trusts},
	{"postfix", MODEL, WHOLE, REASON_FORBIDDEN, reads},
	{"prefix", MODEL, WHOLE, REASON_FORBIDDEN, reads},
	{"prelude", ALL, WHOLE, REASON_FORBIDDEN, scopes},
	{"private", MODEL, WHOLE, REASON_FORBIDDEN, "hides a name"},
	{"protected", MODEL, WHOLE, REASON_FORBIDDEN, declares},
	{"register_simp_attr", ALL, WHOLE, REASON_FORBIDDEN, runs},
	{"run_cmd", ALL, WHOLE, REASON_FORBIDDEN, runs},
	{"run_elab", ALL, WHOLE, REASON_FORBIDDEN, runs},
	{"run_meta", ALL, WHOLE, REASON_FORBIDDEN, runs},
	{"run_tac", ALL, WHOLE, REASON_FORBIDDEN, runs},
	{"rw?", MODEL, WHOLE, REASON_FORBIDDEN, searches},
	{"rw??", MODEL, WHOLE, REASON_FORBIDDEN, searches},
	{"says", MODEL, WHOLE, REASON_FORBIDDEN, searches},
	{"scoped", MODEL, WHOLE, REASON_FORBIDDEN, reads},
	{"seal", MODEL, WHOLE, REASON_FORBIDDEN, scopes},
	{"section", MODEL, WHOLE, REASON_FORBIDDEN, scopes},
	{"simp?", MODEL, WHOLE, REASON_FORBIDDEN, searches},
	{"simproc", ALL, WHOLE, REASON_FORBIDDEN, runs},
	{"sorry", MODEL, WHOLE, REASON_SORRY, hole},
	{"stop", MODEL, WHOLE, REASON_SORRY, hole},
	{"structure", MODEL, WHOLE, REASON_FORBIDDEN, declares},
	{"syntax", ALL, WHOLE, REASON_FORBIDDEN, reads},
	{"theorem", MODEL, WHOLE, REASON_FORBIDDEN, declares},
	{"unif_hint", ALL, WHOLE, REASON_FORBIDDEN, reads},
	{"universe", MODEL, WHOLE, REASON_FORBIDDEN, scopes},
	{"universes", MODEL, WHOLE, REASON_FORBIDDEN, scopes},
	{"unseal", MODEL, WHOLE, REASON_FORBIDDEN, scopes},
	{"variable", MODEL, WHOLE, REASON_FORBIDDEN, "adds hypotheses"},
	{"variables", MODEL, WHOLE, REASON_FORBIDDEN, "adds hypotheses"},
};

/* Names that reach a thing however they are qualified. */
static const struct row names[] = {
	{"Elab", MODEL, LEADING, REASON_FORBIDDEN, runs},
	{"IO", MODEL, LEADING, REASON_FORBIDDEN, runs},
	{"Lean", MODEL, LEADING, REASON_FORBIDDEN, runs},
	{"Meta", MODEL, LEADING, REASON_FORBIDDEN, runs},
	{"Qq", MODEL, LEADING, REASON_FORBIDDEN, runs},
	{"System", MODEL, LEADING, REASON_FORBIDDEN, runs},
	{"dbgTrace", ALL, COMPONENT, REASON_FORBIDDEN, runs},
	{"debug", ALL, COMPONENT, REASON_FORBIDDEN, "switches parts of Lean off"},
	{"lcAny", ALL, COMPONENT, REASON_FORBIDDEN, trusts},
	{"lcProof", ALL, COMPONENT, REASON_FORBIDDEN, trusts},
	{"lcUnreachable", ALL, COMPONENT, REASON_FORBIDDEN, trusts},
	{"nativeDecide", ALL, COMPONENT, REASON_FORBIDDEN, trusts},
	{"ofReduceBool", ALL, COMPONENT, REASON_FORBIDDEN, trusts},
	{"ofReduceNat", ALL, COMPONENT, REASON_FORBIDDEN, trusts},
	{"reduceBool", ALL, COMPONENT, REASON_FORBIDDEN, trusts},
	{"reduceNat", ALL, COMPONENT, REASON_FORBIDDEN, trusts},
	{"sorryAx", MODEL, COMPONENT, REASON_SORRY, hole},
	{"trustCompiler", ALL, COMPONENT, REASON_FORBIDDEN, trusts},
	{"unsafe", ALL, STARTING, REASON_FORBIDDEN, trusts},
};

/* Effort, never meaning: what a model may raise for its own proof. */
static const char *const effort_options[] = {
	"exponentiation.threshold",
	"maxHeartbeats",
	"maxRecDepth",
	"synthInstance.maxHeartbeats",
	"synthInstance.maxSize",
};

static struct str token_text(const struct lean_tokens *tokens, size_t index) {
	const struct lean_token *token = &tokens->list.items[index];
	return str_slice(tokens->text + token->start, token->end - token->start);
}

/* The next dotted part of a name, moving *rest behind it and its dot. */
static bool next_part(struct str *rest, struct str *part_out) {
	if (rest->len == 0) {
		return false;
	}
	const char *dot = memchr(rest->data, '.', rest->len);
	size_t length = dot != NULL ? (size_t)(dot - rest->data) : rest->len;
	*part_out = str_slice(rest->data, length);
	size_t moved = dot != NULL ? length + 1 : length;
	*rest = str_slice(rest->data + moved, rest->len - moved);
	return true;
}

static bool row_matches(const struct row *row, struct str part, bool leading) {
	size_t length = strlen(row->word);
	if (part.len < length || memcmp(part.data, row->word, length) != 0) {
		return false;
	}
	return row->match == STARTING ||
	       (part.len == length && (row->match == COMPONENT || leading));
}

/* The row of a dotted name's first part that has one. */
static const struct row *find_name(struct str text, enum lean_place place) {
	bool leading = true;
	struct str part;
	while (next_part(&text, &part)) {
		for (size_t i = 0; i < F2F_COUNT(names) && part.len > 0; i++) {
			if (names[i].word[0] == part.data[0] &&
				(names[i].places & (int)place) != 0 &&
				row_matches(&names[i], part, leading)) {
				return &names[i];
			}
		}
		leading = leading && str_equal(part, "_root_");
	}
	return NULL;
}

bool lean_policy_option(const char *name, size_t length) {
	for (size_t i = 0; i < F2F_COUNT(effort_options); i++) {
		if (str_equal(str_slice(name, length), effort_options[i])) {
			return true;
		}
	}
	return str_slice(name, length).len > 7 && memcmp(name, "linter.", 7) == 0;
}

static int compare_word(const void *key, const void *element) {
	const struct str *text = key;
	const struct row *row = element;
	size_t length = strlen(row->word);
	int order = memcmp(text->data, row->word, text->len < length ? text->len : length);
	return order != 0 ? order : (text->len > length) - (text->len < length);
}

static const struct row *find_row(
	struct str text, enum lean_token_kind kind, enum lean_place place) {
	const struct row *row =
		bsearch(&text, words, F2F_COUNT(words), sizeof(words[0]), compare_word);
	if (row != NULL && (row->places & (int)place) != 0) {
		return row;
	}
	return kind == LEAN_IDENT ? find_name(text, place) : NULL;
}

/* "open A B (c) in": only a scope that ends by itself is let through, and none that opens Lean's
 * own internals. */
static const char *check_open(const struct lean_tokens *tokens, size_t index, size_t to) {
	for (size_t i = index + 1; i < to; i++) {
		if (lean_token_is(tokens, i, "in")) {
			/* At the very end it would reach over what we append. */
			return i > index + 1 && i + 1 < to ? NULL : scopes;
		}
		const struct lean_token *token = &tokens->list.items[i];
		bool bracket = lean_token_is(tokens, i, "(") || lean_token_is(tokens, i, ")");
		if (!bracket && token->kind != LEAN_IDENT) {
			return scopes;
		}
		const struct row *row =
			find_row(token_text(tokens, i), token->kind, LEAN_PLACE_HELPER);
		if (row != NULL) {
			return row->why;
		}
	}
	return scopes;
}

static const char *check_set_option(const struct lean_tokens *tokens, size_t index, size_t to) {
	if (index + 4 >= to || !lean_token_is(tokens, index + 3, "in")) {
		return scopes;
	}
	struct str name = token_text(tokens, index + 1);
	return lean_policy_option(name.data, name.len) ? NULL
						       : "an option that changes more than limits";
}

/* Headers may import libraries only, so that a set cannot bring in code of its own. */
static const char *check_import(const struct lean_tokens *tokens, size_t index, size_t to) {
	static const char *const libraries[] = {
		"Aesop", "Batteries", "Init", "Lean", "Mathlib", "Plausible", "Qq", "Std"};
	struct str name = index + 1 < to ? token_text(tokens, index + 1) : str_of("");
	struct str part = {0};
	next_part(&name, &part);
	for (size_t i = 0; i < F2F_COUNT(libraries); i++) {
		if (str_equal(part, libraries[i])) {
			return NULL;
		}
	}
	return "imports something other than Lean, Mathlib and their libraries";
}

/* Words whose neighbours decide. NULL when there is nothing against them. */
static const char *check_context(
	const struct lean_tokens *tokens, size_t index, size_t to, enum lean_place place) {
	const struct lean_token *token = &tokens->list.items[index];
	bool model = place != LEAN_PLACE_SET;
	if (lean_token_is(tokens, index, "open") && model) {
		return check_open(tokens, index, to);
	}
	if (lean_token_is(tokens, index, "set_option") && model) {
		return check_set_option(tokens, index, to);
	}
	if (lean_token_is(tokens, index, "import") && !model) {
		return check_import(tokens, index, to);
	}
	if (lean_token_is(tokens, index, "constant") && index + 1 < to &&
		tokens->list.items[index + 1].kind == LEAN_IDENT) {
		return trusts; // Lean of 2021: "constant x : False"
	}
	if (lean_token_is(tokens, index, "eval") && index + 1 < to &&
		lean_token_is(tokens, index + 1, "%") &&
		tokens->list.items[index + 1].start == token->end) {
		return runs;
	}
	return NULL;
}

/* Literals that versions of Lean cut differently, so that code could hide in them. */
static const char *check_literal(
	const struct lean_tokens *tokens, size_t index, enum lean_place place) {
	const struct lean_token *token = &tokens->list.items[index];
	struct str text = token_text(tokens, index);
	if (place == LEAN_PLACE_SET) {
		return NULL;
	}
	if (token->kind == LEAN_IDENT && memmem(text.data, text.len, "«", strlen("«")) != NULL) {
		return "a name in guillemets can look like anything";
	}
	if (token->kind == LEAN_STRING && memchr(text.data, '{', text.len) != NULL) {
		return "braces in a string may hold code";
	}
	if (token->kind == LEAN_RAW &&
		(text.data[1] == '#' || memchr(text.data, '\\', text.len) != NULL)) {
		return "a raw string that Lean versions read differently";
	}
	return NULL;
}

static void refuse(struct lean_refusal *out, const struct lean_tokens *tokens, size_t index,
	enum reject_reason reason, const char *why) {
	struct str text = token_text(tokens, index);
	size_t shown = text.len < sizeof(out->word) - 1 ? text.len : sizeof(out->word) - 1;
	while (shown > 0 && shown < text.len && ((unsigned char)text.data[shown] & 0xc0) == 0x80) {
		shown--;
	}
	*out = (struct lean_refusal){
		.reason = reason, .line = tokens->list.items[index].line + 1, .why = why};
	snprintf(out->word, sizeof(out->word), "%.*s", (int)shown, text.data);
}

const char *lean_policy_name(enum lean_policy policy) {
	return policy == LEAN_POLICY_STRICT ? "strict" : "permissive";
}

bool lean_policy_from_name(const char *name, enum lean_policy *policy_out) {
	bool strict = strcmp(name, "strict") == 0;
	if (!strict && strcmp(name, "permissive") != 0) {
		return false;
	}
	*policy_out = strict ? LEAN_POLICY_STRICT : LEAN_POLICY_PERMISSIVE;
	return true;
}

bool lean_policy_check(enum lean_policy policy, const struct lean_tokens *tokens, size_t from,
	size_t to, enum lean_place place, struct lean_refusal *refusal_out) {
	for (size_t i = from; i < to; i++) {
		const struct lean_token *token = &tokens->list.items[i];
		const struct row *row = NULL;
		if (token->kind == LEAN_IDENT || token->kind == LEAN_HASH ||
			token->kind == LEAN_SYMBOL) {
			row = find_row(token_text(tokens, i), token->kind, place);
		}
		if (row != NULL) {
			refuse(refusal_out, tokens, i, row->reason, row->why);
			return false;
		}
		const char *why = check_context(tokens, i, to, place);
		why = why != NULL ? why : check_literal(tokens, i, place);
		if (why != NULL) {
			refuse(refusal_out, tokens, i, REASON_FORBIDDEN, why);
			return false;
		}
	}
	return true;
}

static const char *dirty(uint32_t c) {
	if (c == 0) {
		return "a NUL character";
	}
	if (c == 0xb || c == 0xc || c == 0x85 || c == 0x2028 || c == 0x2029) {
		return "a character that some programs take for a line end";
	}
	if ((c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069)) {
		return "a character that changes the direction of text";
	}
	if ((c >= 0x200b && c <= 0x200f) || c == 0x2060 || c == 0xfeff || c == 0xad) {
		return "a character without width";
	}
	return NULL;
}

bool lean_policy_clean(const char *text, size_t length, unsigned *line_out, const char **why_out) {
	size_t bad = 0;
	*line_out = 1;
	if (length > TEXT_MAX_BYTES) {
		*why_out = "more text than a proof can be";
		return false;
	}
	if (!utf8_valid(text, length, &bad)) {
		*why_out = "ill-formed UTF-8";
		return false;
	}
	const char *cursor = text;
	const char *end = text + length;
	while (cursor < end) {
		uint32_t c = utf8_next(&cursor, end);
		const char *why = dirty(c);
		if (c == '\r' && (cursor == end || *cursor != '\n')) {
			why = "a carriage return alone";
		}
		if (why != NULL) {
			*why_out = why;
			return false;
		}
		*line_out += c == '\n';
	}
	return true;
}
