#include "lean/policy.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "lean/command.h"
#include "lean/policy_words.h"

enum { TEXT_MAX_BYTES = 4 << 20 };

static const char scopes[] = "changes what names mean afterwards";
static const char trusts[] = "trusts compiled code or a claim instead of the kernel";
static const char begins[] = "begins another command";

/* What is being looked at. */
struct looking {
	const struct lean_tokens *tokens;
	size_t from;
	size_t to;
	enum lean_place place;
	bool permissive;
	struct lean_passes *passes;
};

/* What is against a token: a reason, and which. NULL `why`: nothing. */
struct objection {
	enum reject_reason reason;
	const char *why;
};

static const struct objection none = {REASON_NONE, NULL};

static struct objection object(const char *why) {
	return (struct objection){why != NULL ? REASON_FORBIDDEN : REASON_NONE, why};
}

static struct str token_text(const struct lean_tokens *tokens, size_t index) {
	const struct lean_token *token = &tokens->list.items[index];
	return str_slice(tokens->text + token->start, token->end - token->start);
}

static bool touches_next(const struct lean_tokens *tokens, size_t index) {
	return index + 1 < tokens->list.count &&
	       tokens->list.items[index].end == tokens->list.items[index + 1].start;
}

void lean_policy_pass(struct lean_passes *passes, const char *word, size_t length) {
	size_t have = strlen(passes->words);
	for (const char *at = passes->words; *at != '\0'; at += *at == ',' ? 2 : 0) {
		size_t span = strcspn(at, ",");
		if (span == length && memcmp(at, word, length) == 0) {
			return;
		}
		at += span;
	}
	const char *gap = have > 0 ? ", " : "";
	if (have + length + 3 < sizeof(passes->words)) {
		snprintf(passes->words + have, sizeof(passes->words) - have, "%s%.*s", gap,
			(int)length, word);
	}
}

/* What only the final check can clear. */
static struct objection let_through(
	const struct looking *at, const struct lean_policy_word *row, struct str text) {
	if (at->permissive && row->lets != NULL && (row->lets_in & (int)at->place) != 0) {
		lean_policy_pass(at->passes, text.data, text.len);
		return none;
	}
	return (struct objection){row->reason, row->why};
}

/* "aesop (add unsafe 50% foo)": there the word only weighs a rule. */
static bool weighs_a_rule(const struct looking *at, size_t index) {
	return lean_token_is(at->tokens, index, "unsafe") && index > at->from &&
	       lean_token_is(at->tokens, index - 1, "add");
}

/* "open A B (c) in": only a scope that ends by itself is let through, and none that opens Lean's
 * own internals. */
static const char *check_open(const struct looking *at, size_t index) {
	const struct lean_tokens *tokens = at->tokens;
	for (size_t i = index + 1; i < at->to; i++) {
		if (lean_token_is(tokens, i, "in")) {
			/* At the very end it would reach over what we append. */
			return i > index + 1 && i + 1 < at->to ? NULL : scopes;
		}
		const struct lean_token *token = &tokens->list.items[i];
		bool bracket = lean_token_is(tokens, i, "(") || lean_token_is(tokens, i, ")");
		if (!bracket && token->kind != LEAN_IDENT) {
			return scopes;
		}
		struct str text = token_text(tokens, i);
		const struct lean_policy_word *row = lean_policy_word_find(text, LEAN_PLACE_HELPER);
		row = row != NULL ? row : lean_policy_name_find(text, LEAN_PLACE_HELPER);
		if (row != NULL) {
			return row->why;
		}
	}
	return scopes;
}

static const char *check_set_option(const struct looking *at, size_t index) {
	if (index + 4 >= at->to || !lean_token_is(at->tokens, index + 3, "in")) {
		return scopes;
	}
	struct str name = token_text(at->tokens, index + 1);
	return lean_policy_option(name.data, name.len) ? NULL
						       : "an option that changes more than limits";
}

/*
 * "type_of% x", "eval% x": a name that touches a percent sign is an elaborator, if Lean or a library
 * has one of that name. "n%2" and "a%b" are remainders: names without an underscore, with something
 * touching the sign on its other side.
 */
static const char *check_percent(const struct looking *at, size_t index) {
	const struct lean_tokens *tokens = at->tokens;
	if (index + 1 >= at->to || !lean_token_is(tokens, index + 1, "%") ||
		!touches_next(tokens, index)) {
		return NULL;
	}
	struct str name = token_text(tokens, index);
	bool number = touches_next(tokens, index + 1) &&
		      tokens->list.items[index + 2].kind == LEAN_NUMBER;
	if (number && !lean_policy_percent(name)) {
		return NULL;
	}
	bool elaborator = lean_policy_percent(name) || memchr(name.data, '_', name.len) != NULL ||
			  !touches_next(tokens, index + 1);
	return elaborator ? "a term that runs or reads something else" : NULL;
}

/* A word that can begin a command ends a proof wherever it stands. */
static const char *check_command_word(const struct looking *at, size_t index) {
	static const char *const free_words[] = {
		"constant", "module", "open", "set_option", "theorem", "lemma", "def"};
	struct str text = token_text(at->tokens, index);
	for (size_t i = 0; i < F2F_COUNT(free_words); i++) {
		if (str_equal(text, free_words[i])) {
			return NULL;
		}
	}
	return lean_is_command_word(text.data, text.len) ? begins : NULL;
}

/* Words whose neighbours decide. */
static const char *check_context(const struct looking *at, size_t index) {
	const struct lean_tokens *tokens = at->tokens;
	if (lean_token_is(tokens, index, "open")) {
		return check_open(at, index);
	}
	if (lean_token_is(tokens, index, "set_option")) {
		return check_set_option(at, index);
	}
	if (lean_token_is(tokens, index, "constant") && index + 1 < at->to &&
		tokens->list.items[index + 1].kind == LEAN_IDENT) {
		return trusts; // Lean of 2021: "constant x : False"
	}
	const char *why = check_percent(at, index);
	return why != NULL ? why : check_command_word(at, index);
}

/* "simp?", "dsimp?!": what ends in a question mark looks for something. Fields such as "l.get?" do
 * not. */
static bool searches(struct str text) {
	text.len -= text.len > 0 && text.data[text.len - 1] == '!';
	return text.len > 1 && text.data[text.len - 1] == '?' &&
	       memchr(text.data, '.', text.len) == NULL;
}

/* Letters with marks are letters since 2024 only: Lean versions cut such a name differently. */
static bool has_latin_marks(struct str text) {
	const char *cursor = text.data;
	const char *end = text.data + text.len;
	while (cursor < end) {
		uint32_t c = utf8_next(&cursor, end);
		if (c >= 0xc0 && c <= 0x24f && c != 0xd7 && c != 0xf7) {
			return true;
		}
	}
	return false;
}

/* A name in guillemets means the same without them: what it must not name otherwise. */
static struct objection check_guillemets(const struct looking *at, struct str text) {
	char plain[256];
	size_t length = 0;
	for (size_t i = 0; i < text.len && length < sizeof(plain); i++) {
		bool mark = i + 1 < text.len && (unsigned char)text.data[i] == 0xc2 &&
			    ((unsigned char)text.data[i + 1] == 0xab ||
				    (unsigned char)text.data[i + 1] == 0xbb);
		if (mark) {
			i++;
		} else {
			plain[length++] = text.data[i];
		}
	}
	struct str name = str_slice(plain, length);
	const struct lean_policy_word *row = lean_policy_word_find(name, (int)at->place);
	row = row != NULL ? row : lean_policy_name_find(name, (int)at->place);
	if (at->permissive && row == NULL && length < sizeof(plain)) {
		lean_policy_pass(at->passes, "«»", strlen("«»"));
		return none;
	}
	return object("a name in guillemets can look like anything");
}

static struct objection check_name(const struct looking *at, size_t index) {
	struct str text = token_text(at->tokens, index);
	if (memmem(text.data, text.len, "«", strlen("«")) != NULL) {
		return check_guillemets(at, text);
	}
	if (searches(text)) {
		return object("searches instead of proving, and may leave a hole");
	}
	return object(has_latin_marks(text) ? "a name that Lean versions read differently" : NULL);
}

/* Whether the token before, on the same line, still wants a term: there no command can begin. "*" is
 * not among them, for it ends "simp at *". */
static bool wants_term(const struct looking *at, size_t index) {
	static const char *const words[] = {
		"=", "≠", "≤", "<", "≥", ">", "+", "∣", "(", "⟨", ",", ":=", "∧", "∨", "→", "↔"};
	for (size_t i = 0; i < F2F_COUNT(words) && index > at->from; i++) {
		if (lean_token_is(at->tokens, index - 1, words[i])) {
			return !at->tokens->list.items[index].first;
		}
	}
	return false;
}

/* "#s", "#s.image" count a set where Finset is open; "#" and a word is a command, known or not. */
static bool is_hash_command(struct str text) {
	const char *dot = memchr(text.data, '.', text.len);
	text.len = dot != NULL ? (size_t)(dot - text.data) : text.len;
	const char *cursor = text.data + 1;
	const char *end = text.data + text.len;
	uint32_t first = utf8_next(&cursor, end);
	bool letter = (first | 0x20) >= 'a' && (first | 0x20) <= 'z';
	while (cursor < end) {
		uint32_t c = utf8_next(&cursor, end);
		if (c != '\'' && !(c >= '0' && c <= '9') && !(c >= 0x2080 && c <= 0x2089)) {
			return true;
		}
	}
	return !letter && first < 0x370;
}

/* Literals that versions of Lean cut differently, so that code could hide in them. */
static const char *check_literal(const struct looking *at, size_t index) {
	const struct lean_token *token = &at->tokens->list.items[index];
	struct str text = token_text(at->tokens, index);
	if (token->kind == LEAN_STRING && memchr(text.data, '{', text.len) != NULL) {
		return "braces in a string may hold code";
	}
	if (token->kind == LEAN_RAW &&
		(text.data[1] == '#' || memchr(text.data, '\\', text.len) != NULL)) {
		return "a raw string that Lean versions read differently";
	}
	return NULL;
}

/* "(hint : i ≠ j)", "exact hint i j": a name, since tactics' words may be names where no tactic can
 * begin. */
static bool is_hypothesis(const struct looking *at, size_t index) {
	static const char *const before[] = {"by", "try", "repeat", "repeat'", "iterate",
		"all_goals", "any_goals", "first", "focus", "then", "else", "do"};
	const struct lean_tokens *tokens = at->tokens;
	if (!lean_token_is(tokens, index, "hint") || index == at->from ||
		tokens->list.items[index].first) {
		return false;
	}
	for (size_t i = 0; i < F2F_COUNT(before); i++) {
		if (lean_token_is(tokens, index - 1, before[i])) {
			return false;
		}
	}
	return tokens->list.items[index - 1].kind == LEAN_IDENT ||
	       (lean_token_is(tokens, index + 1, ":") && lean_token_is(tokens, index - 1, "("));
}

/* "impossible by …" claims that there is no proof, and closes the goal; alone it is a name. */
static bool gives_up(const struct looking *at, size_t index) {
	return lean_token_is(at->tokens, index, "impossible") &&
	       (lean_token_is(at->tokens, index + 1, "by") ||
		       lean_token_is(at->tokens, index + 1, "+"));
}

static struct objection check_model_token(const struct looking *at, size_t index) {
	const struct lean_token *token = &at->tokens->list.items[index];
	struct str text = token_text(at->tokens, index);
	bool word = token->kind == LEAN_IDENT || token->kind == LEAN_SYMBOL;
	if (weighs_a_rule(at, index) || is_hypothesis(at, index)) {
		return none;
	}
	if (gives_up(at, index)) {
		return (struct objection){REASON_SORRY, "leaves a hole"};
	}
	const struct lean_policy_word *row =
		word ? lean_policy_word_find(text, (int)at->place) : NULL;
	if (row != NULL) {
		return let_through(at, row, text);
	}
	if (token->kind == LEAN_HASH) {
		bool command = lean_policy_hash(str_slice(text.data + 1, text.len - 1)) ||
			       (is_hash_command(text) && !wants_term(at, index));
		return object(command ? "is a command of its own" : NULL);
	}
	if (token->kind != LEAN_IDENT) {
		return object(check_literal(at, index));
	}
	row = lean_policy_name_find(text, (int)at->place);
	if (row != NULL) {
		return (struct objection){row->reason, row->why};
	}
	struct objection objection = check_name(at, index);
	return objection.why != NULL || at->place == LEAN_PLACE_COMMAND
		       ? objection
		       : object(check_context(at, index));
}

/* A set's own text: less is suspected, but nothing that could change the check. */
static struct objection check_set_token(const struct looking *at, size_t index) {
	static const char *const dangerous[] = {"#eval", "#eval!", "#exit", "#guard_msgs"};
	struct str text = token_text(at->tokens, index);
	const struct lean_token *token = &at->tokens->list.items[index];
	if (token->kind != LEAN_IDENT && token->kind != LEAN_HASH) {
		return none;
	}
	for (size_t i = 0; i < F2F_COUNT(dangerous); i++) {
		if (str_equal(text, dangerous[i])) {
			return object("ends the file, hides messages, or runs code");
		}
	}
	const struct lean_policy_word *row = lean_policy_word_find(text, LEAN_PLACE_SET);
	row = row != NULL ? row : lean_policy_name_find(text, LEAN_PLACE_SET);
	return row != NULL ? (struct objection){row->reason, row->why}
			   : object(lean_policy_header(at->tokens, index, at->to));
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
	size_t to, enum lean_place place, struct lean_passes *passes,
	struct lean_refusal *refusal_out) {
	const struct looking at = {
		.tokens = tokens,
		.from = from,
		.to = to,
		.place = place,
		.permissive = policy == LEAN_POLICY_PERMISSIVE && passes != NULL,
		.passes = passes,
	};
	for (size_t i = from; i < to; i++) {
		struct objection objection = place == LEAN_PLACE_SET ? check_set_token(&at, i)
								     : check_model_token(&at, i);
		if (objection.why != NULL) {
			refuse(refusal_out, tokens, i, objection.reason, objection.why);
			return false;
		}
	}
	return true;
}

static const char *dirty(uint32_t c) {
	if (c == 0) {
		return "a NUL character";
	}
	if (c == '\r') {
		return "a carriage return alone";
	}
	if (c == 0xb || c == 0xc || (c >= 0x1c && c <= 0x1e) || c == 0x85 || c == 0x2028 ||
		c == 0x2029) {
		return "a character that some programs take for a line end";
	}
	if ((c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x206f) || c == 0x61c) {
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
		if (why != NULL) {
			*why_out = why;
			return false;
		}
		*line_out += c == '\n';
	}
	return true;
}
