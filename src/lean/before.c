#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/problem.h"
#include "lean/ours.h"
#include "lean/policy_words.h"
#include "lean/reading.h"
#include "lean/whole.h"

/* What stands before the asked theorem in a whole file. Of header lines only limits of effort and
 * opened namespaces are taken over, as prefixes of the helpers and of the proof; declarations become
 * helpers when the policy lets them. */

static bool is(const struct reading *reading, size_t index, const char *word) {
	return lean_token_is(reading->tokens, index, word);
}

/* The bytes from one token to the one before another. */
static struct str span_of(const struct reading *reading, size_t from, size_t to) {
	size_t start = reading->tokens->list.items[from].start;
	return str_slice(
		reading->tokens->text + start, reading->tokens->list.items[to - 1].end - start);
}

/* Whether the problem's header has a word among its tokens: then what opens it changes nothing. */
static bool header_has(const struct reading *reading, struct str word) {
	for (size_t i = 0; i < reading->header.list.count; i++) {
		struct str have = reading_text(&reading->header, i);
		if (have.len == word.len && memcmp(have.data, word.data, word.len) == 0) {
			return true;
		}
	}
	return false;
}

/* What is taken over has a maximum: past it the proof would be tried as another one. */
static void check_room(struct reading *reading, size_t token, const struct buf *kept) {
	if (kept->overflow) {
		reading_refuse(reading, REASON_FORBIDDEN, token,
			"more stands before the theorem than can be taken over");
	}
}

/* ---- Header lines. */

/* "set_option maxRecDepth 4000", with or without "in": kept as a prefix when it sets effort or how
 * tactics name things. Linters only talk: their options are dropped. */
static bool keep_option(struct reading *reading, size_t from, size_t to, struct buf *kept) {
	if (from + 3 > to || !is(reading, from, "set_option")) {
		return false;
	}
	struct str name = reading_text(reading->tokens, from + 1);
	if (!lean_policy_option(name.data, name.len)) {
		return false;
	}
	bool number = reading->tokens->list.items[from + 2].kind == LEAN_NUMBER;
	bool choice = is(reading, from + 2, "true") || is(reading, from + 2, "false");
	bool talks = name.len > strlen("linter.") &&
		     memcmp(name.data, "linter.", strlen("linter.")) == 0;
	if ((number || (choice && !talks)) && !header_has(reading, name)) {
		buf_appendf(kept, "set_option %.*s %.*s in\n", STR_ARG(name),
			STR_ARG(reading_text(reading->tokens, from + 2)));
		check_room(reading, from, kept);
	}
	return true;
}

/* Whether "open A B (c)", tokens from..to behind the word, is plain and opens mathematics only. */
static bool may_open(const struct reading *reading, size_t from, size_t to) {
	for (size_t i = from; i < to; i++) {
		bool bracket = is(reading, i, "(") || is(reading, i, ")");
		struct str name = reading_text(reading->tokens, i);
		if ((!bracket && reading->tokens->list.items[i].kind != LEAN_IDENT) ||
			memmem(name.data, name.len, "«", strlen("«")) != NULL ||
			lean_policy_word_find(name, LEAN_PLACE_HELPER) != NULL ||
			lean_policy_name_find(name, LEAN_PLACE_HELPER) != NULL) {
			return false;
		}
	}
	return from < to;
}

/* Names that our header opens already are left out, so that a proof is tried as it would be without
 * the line. False when something in it may not be opened. */
static bool keep_open(struct reading *reading, size_t from, size_t to, struct buf *kept) {
	if (!may_open(reading, from, to)) {
		return false;
	}
	bool plain = true;
	bool news = false;
	for (size_t i = from; i < to; i++) {
		plain = plain && !is(reading, i, "(") && !is(reading, i, "hiding");
		news = news || !header_has(reading, reading_text(reading->tokens, i));
	}
	if (!news) {
		return true;
	}
	buf_append_str(kept, "open");
	for (size_t i = from; i < to; i++) {
		struct str name = reading_text(reading->tokens, i);
		if (!plain || !header_has(reading, name) || is(reading, i, "scoped")) {
			buf_appendf(kept, " %.*s", STR_ARG(name));
		}
	}
	buf_append_str(kept, " in\n");
	check_room(reading, from, kept);
	return true;
}

/* Import, open and option lines: ours are used; what ours lack is kept or recorded. */
static void read_header(struct reading *reading, const struct lean_command *command) {
	if (keep_option(reading, command->keyword, command->to, &reading->options) ||
		(is(reading, command->keyword, "open") &&
			keep_open(reading, command->keyword + 1, command->to, &reading->opens))) {
		return;
	}
	for (size_t i = command->keyword + 1; i < command->to; i++) {
		struct str word = reading_text(reading->tokens, i);
		if (reading->tokens->list.items[i].kind == LEAN_IDENT &&
			!header_has(reading, word)) {
			buf_appendf(&reading->dropped, "%s%.*s %.*s",
				reading->dropped.len > 0 ? ", " : "",
				STR_ARG(reading_text(reading->tokens, command->keyword)),
				STR_ARG(word));
		}
	}
}

/* ---- What a command begins with. */

/* The attributes from the opening bracket on: each on the list, the rest of each as in any helper. */
static size_t check_attributes(struct reading *reading, size_t open, size_t to) {
	int depth = 0;
	bool first = true;
	size_t i = open;
	do {
		depth += lean_token_depth(reading->tokens, i);
		if (depth == 1 && first && reading->tokens->list.items[i].kind == LEAN_IDENT &&
			!is(reading, i, "local") && !is(reading, i, "scoped")) {
			first = false;
			if (!lean_policy_attribute(reading_text(reading->tokens, i))) {
				reading_refuse(reading, REASON_FORBIDDEN, i,
					"an attribute that is not on the list");
			}
		}
		first = first || (depth == 1 && is(reading, i, ","));
		i++;
	} while (depth > 0 && i < to);
	return i;
}

/*
 * Prefixes, attributes and modifiers before a keyword. Effort goes to `options`, scopes to `opens`,
 * and from the token that is returned on the rest may be kept as it is.
 */
static size_t read_prefix(struct reading *reading, const struct lean_command *command,
	struct buf *options, struct buf *opens) {
	size_t i = command->from;
	size_t rest = command->from;
	while (i < command->keyword && reading->result.status == CANDIDATE_OK) {
		size_t end = i + 1;
		if (keep_option(reading, i, command->keyword, options)) {
			i += 4;
			rest = i;
			continue;
		}
		if (is(reading, i, "open")) {
			while (end < command->keyword && !is(reading, end, "in")) {
				end++;
			}
			if (!keep_open(reading, i + 1, end, opens)) {
				reading_refuse(reading, REASON_FORBIDDEN, i,
					"opens what a proof may not open");
			}
			i = end + 1;
			rest = i;
			continue;
		}
		if (is(reading, i, "@[")) {
			reading_check(reading, i, i + 1, LEAN_PLACE_COMMAND);
			i = check_attributes(reading, i, command->keyword);
			continue;
		}
		if (!is(reading, i, "noncomputable") && !is(reading, i, "protected") &&
			!is(reading, i, "nonrec")) {
			reading_check(reading, i, i + 1, LEAN_PLACE_COMMAND);
			bool modifier = is(reading, i, "private") || is(reading, i, "local") ||
					is(reading, i, "scoped");
			if (reading->policy == LEAN_POLICY_STRICT || !modifier) {
				reading_refuse(reading, REASON_FORBIDDEN, i,
					"stands before the declaration");
			}
		}
		i++;
	}
	return rest < command->keyword ? rest : command->keyword;
}

void reading_prefix(struct reading *reading, const struct lean_command *command) {
	read_prefix(reading, command, &reading->options, &reading->opens);
}

/* ---- Helpers. */

/* Whether a dotted name has `part` among its components. */
static bool name_has_part(struct str name, struct str part) {
	while (name.len > 0) {
		const char *dot = memchr(name.data, '.', name.len);
		size_t length = dot != NULL ? (size_t)(dot - name.data) : name.len;
		if (length == part.len && memcmp(name.data, part.data, length) == 0) {
			return true;
		}
		size_t moved = dot != NULL ? length + 1 : length;
		name = str_slice(name.data + moved, name.len - moved);
	}
	return false;
}

/* Whether the statement binds the name of token `index` there: "(f g : ℝ → ℝ)", "∀ f". */
static bool is_binder(const struct lean_tokens *tokens, size_t index) {
	static const char *const brackets[] = {"(", "{", "⦃"};
	static const char *const quantifiers[] = {"∀", "∃", "∃!", "λ", "fun", "∑", "∏"};
	size_t from = index;
	size_t to = index + 1;
	bool bracket = false;
	while (from > 0 && tokens->list.items[from - 1].kind == LEAN_IDENT &&
		!lean_token_is(tokens, from - 1, "fun")) {
		from--;
	}
	while (to < tokens->list.count && tokens->list.items[to].kind == LEAN_IDENT) {
		to++;
	}
	for (size_t i = 0; i < F2F_COUNT(quantifiers) && from > 0; i++) {
		if (lean_token_is(tokens, from - 1, quantifiers[i])) {
			return true;
		}
	}
	for (size_t i = 0; i < F2F_COUNT(brackets) && from > 0; i++) {
		bracket = bracket || lean_token_is(tokens, from - 1, brackets[i]);
	}
	return bracket && lean_token_is(tokens, to, ":");
}

/*
 * A helper must not be what a word of the statement means: "def Nat", "theorem T.match_1", or the
 * name of a variable that the statement leaves to be bound automatically. Names are compared by
 * their last part, since the header opens namespaces. Where the statement binds the name before it
 * uses it, the helper is out of its sight.
 */
static void check_helper_name(struct reading *reading, size_t name) {
	struct str last = reading_text(reading->tokens, name);
	struct str asked = str_of(reading->problem->theorem);
	bool inside = last.len > asked.len && last.data[asked.len] == '.' &&
		      memcmp(last.data, asked.data, asked.len) == 0; // "Foo.T.match_1"
	if (name_has_part(last, asked) || inside || name_has_part(last, str_of("_root_"))) {
		reading_refuse(reading, REASON_FORBIDDEN, name,
			"a helper with a name inside the theorem's own");
	}
	const char *dot = memrchr(last.data, '.', last.len);
	if (dot != NULL) {
		last = str_slice(dot + 1, last.len - (size_t)(dot + 1 - last.data));
	}
	for (size_t i = 0; i < reading->statement.list.count; i++) {
		if (reading->statement.list.items[i].kind != LEAN_IDENT ||
			!name_has_part(reading_text(&reading->statement, i), last)) {
			continue;
		}
		if (!is_binder(&reading->statement, i)) {
			reading_refuse(reading, REASON_FORBIDDEN, name,
				"a helper named like a word of the statement");
		}
		return;
	}
}

/* What the problem's preamble declares already: placeholders, whose answers are looked for later,
 * and definitions. */
static bool is_given(const struct reading *reading, struct str name) {
	for (size_t i = 0; i < reading->given.list.count; i++) {
		struct lean_signature signature =
			lean_signature_of(&reading->preamble, &reading->given.list.items[i]);
		struct str given = signature.name != SIZE_MAX
					   ? reading_text(&reading->preamble, signature.name)
					   : str_of("");
		if (given.len == name.len && memcmp(given.data, name.data, name.len) == 0) {
			return true;
		}
	}
	return false;
}

static bool in_noncomputable(const struct reading *reading) {
	for (size_t i = 0; i < reading->depth; i++) {
		if (reading->blocks[i].noncomputable && !reading->blocks[i].kept) {
			return true;
		}
	}
	return false;
}

static void append_helper(struct reading *reading, const struct lean_command *command, size_t from,
	const struct buf *options, const struct buf *opens) {
	bool says = false;
	for (size_t i = from; i < command->keyword; i++) {
		says = says || is(reading, i, "noncomputable");
	}
	bool computes = is(reading, command->keyword, "def") ||
			is(reading, command->keyword, "abbrev") ||
			is(reading, command->keyword, "instance");
	buf_append_str(&reading->helpers, reading->helpers.len > 0 ? "\n\n" : "");
	buf_append(&reading->helpers, reading->opens.data, reading->opens.len);
	buf_append(&reading->helpers, opens->data, opens->len);
	buf_append(&reading->helpers, options->data, options->len);
	if (computes && !says && in_noncomputable(reading)) {
		struct str head = from < command->keyword ? span_of(reading, from, command->keyword)
							  : str_of("");
		buf_appendf(&reading->helpers, "%.*s%snoncomputable ", STR_ARG(head),
			head.len > 0 ? " " : "");
		from = command->keyword;
	}
	struct str text = span_of(reading, from, command->to);
	buf_append(&reading->helpers, text.data, text.len);
}

static void keep_helper(struct reading *reading, const struct lean_command *command) {
	struct lean_signature signature = lean_signature_of(reading->tokens, command);
	bool unnamed = is(reading, command->keyword, "instance");
	if (signature.name == SIZE_MAX && !unnamed) {
		reading_refuse(
			reading, REASON_FORBIDDEN, command->keyword, "a helper without a name");
		return;
	}
	if (signature.name != SIZE_MAX) {
		struct str name = reading_text(reading->tokens, signature.name);
		if (str_equal(name, reading->problem->theorem) || is_given(reading, name)) {
			return; // an earlier attempt at the theorem, or what the problem itself
				// declares
		}
	}
	struct buf options = BUF_INIT(4096);
	struct buf opens = BUF_INIT(4096);
	size_t from = read_prefix(reading, command, &options, &opens);
	if (!is(reading, command->keyword, "theorem") && !is(reading, command->keyword, "lemma") &&
		!is(reading, command->keyword, "def")) {
		reading_check(reading, command->keyword, command->keyword + 1, LEAN_PLACE_COMMAND);
	}
	reading_check(reading, command->keyword + 1, command->to, LEAN_PLACE_HELPER);
	if (signature.name != SIZE_MAX) {
		check_helper_name(reading, signature.name);
	}
	size_t bad = 0;
	if (!lean_tokens_balanced(reading->tokens, command->keyword, command->to, &bad)) {
		reading_refuse(reading, REASON_ERROR, command->keyword,
			"brackets do not pair, or nest over 512 deep");
	}
	append_helper(reading, command, from, &options, &opens);
	buf_finish(&options);
	buf_finish(&opens);
}

/* ---- Other commands. */

static bool opens_block(const struct reading *reading, size_t keyword) {
	return is(reading, keyword, "section") || is(reading, keyword, "namespace") ||
	       is(reading, keyword, "mutual");
}

/* A command that permissive keeps as it is written. */
static void keep_command(struct reading *reading, const struct lean_command *command) {
	struct str text = span_of(reading, command->from, command->to);
	buf_append_str(&reading->helpers, reading->helpers.len > 0 ? "\n\n" : "");
	buf_append(&reading->helpers, text.data, text.len);
}

static void read_block(struct reading *reading, const struct lean_command *command) {
	bool section = is(reading, command->keyword, "section");
	bool noncomputable = false;
	bool dressed = false; // "@[expose] public section"
	for (size_t i = command->from; i < command->keyword; i++) {
		bool plain = is(reading, i, "noncomputable");
		noncomputable = noncomputable || plain;
		dressed = dressed || !plain;
		/* It would be kept with the line, or hold for all that is inside. */
		if (!plain && !section) {
			reading_refuse(reading, REASON_FORBIDDEN, i, "stands before a block");
		}
	}
	bool keep = reading->policy == LEAN_POLICY_PERMISSIVE && !dressed;
	struct reading_block block = {.kept = keep,
		.scoped_name = !section,
		.noncomputable = noncomputable,
		.opens = reading->opens.len};
	for (size_t i = command->keyword + 1; i < command->to; i++) {
		struct str name = reading_text(reading->tokens, i);
		if (!section && (name_has_part(name, str_of(reading->problem->theorem)) ||
					name_has_part(name, str_of("_root_")))) {
			reading_refuse(reading, REASON_FORBIDDEN, i,
				"a namespace with the theorem's own name");
		}
	}
	/* Without variables a section means nothing: strict leaves its two lines out. */
	if (!section || keep) {
		reading_check(reading, command->keyword, command->keyword + 1, LEAN_PLACE_COMMAND);
		reading_check(reading, command->keyword + 1, command->to, LEAN_PLACE_HELPER);
		keep_command(reading, command);
	}
	if (reading->depth == READING_BLOCKS_MAX) {
		reading_refuse(reading, REASON_FORBIDDEN, command->keyword, "too many open blocks");
		return;
	}
	reading->blocks[reading->depth++] = block;
}

static void read_end(struct reading *reading, const struct lean_command *command) {
	if (reading->depth == 0) {
		reading_refuse(
			reading, REASON_FORBIDDEN, command->keyword, "ends what is not open");
		return;
	}
	const struct reading_block *block = &reading->blocks[--reading->depth];
	buf_truncate(&reading->opens, block->opens);
	if (block->kept) {
		reading_check(reading, command->keyword + 1, command->to, LEAN_PLACE_HELPER);
		keep_command(reading, command);
	}
}

/* A notation must not take over what our own lines are made of, alone or with what stands behind
 * it: "fun (" would swallow both. */
static void check_notation(struct reading *reading, const struct lean_command *command) {
	for (size_t i = command->keyword + 1; i < command->to; i++) {
		enum lean_token_kind kind = reading->tokens->list.items[i].kind;
		struct str text = reading_text(reading->tokens, i);
		if (kind != LEAN_STRING && kind != LEAN_RAW) {
			continue;
		}
		if (kind == LEAN_RAW || text.len < 3 || memchr(text.data, '\\', text.len) != NULL) {
			reading_refuse(reading, REASON_FORBIDDEN, i,
				"a notation whose sign is not written out");
			continue;
		}
		struct str inside = str_trim(str_slice(text.data + 1, text.len - 2));
		char *sign = xasprintf("%.*s", STR_ARG(inside));
		if (sign[0] == '\0' || lean_is_command_word(sign, strlen(sign)) ||
			strpbrk(sign, "#") != NULL || strstr(sign, "f2f") != NULL ||
			strstr(sign, "_root_") != NULL ||
			lean_probe_yields(reading->problem, sign)) {
			reading_refuse(reading, REASON_FORBIDDEN, i,
				"a notation for a word of Lean's own");
		}
		free(sign);
	}
}

static bool is_notation(const struct reading *reading, size_t keyword) {
	static const char *const words[] = {
		"infix", "infixl", "infixr", "notation", "notation3", "postfix", "prefix"};
	for (size_t i = 0; i < F2F_COUNT(words); i++) {
		if (is(reading, keyword, words[i])) {
			return true;
		}
	}
	return false;
}

/* Notations, attributes, variables: what permissive keeps whole and strict refuses. */
static void read_command(struct reading *reading, const struct lean_command *command) {
	struct buf options = BUF_INIT(4096);
	struct buf opens = BUF_INIT(4096);
	size_t keyword = command->keyword;
	read_prefix(reading, command, &options, &opens);
	reading_check(reading, keyword, keyword + 1, LEAN_PLACE_COMMAND);
	const struct lean_policy_word *row =
		lean_policy_word_find(reading_text(reading->tokens, keyword), LEAN_PLACE_COMMAND);
	if (row == NULL || row->lets == NULL) {
		reading_refuse(reading, REASON_FORBIDDEN, keyword, "a command before the theorem");
	}
	size_t body = keyword + 1;
	if (is(reading, keyword, "attribute") && is(reading, body, "[")) {
		body = check_attributes(reading, body, command->to);
	}
	if (is_notation(reading, keyword)) {
		check_notation(reading, command);
	}
	reading_check(reading, body, command->to, LEAN_PLACE_HELPER);
	if (reading->policy == LEAN_POLICY_STRICT) {
		reading_refuse(reading, REASON_FORBIDDEN, keyword, "a command before the theorem");
	}
	buf_append_str(&reading->helpers, reading->helpers.len > 0 ? "\n\n" : "");
	buf_append(&reading->helpers, reading->opens.data, reading->opens.len);
	struct str text = span_of(reading, command->from, command->to);
	buf_append(&reading->helpers, text.data, text.len);
	buf_finish(&options);
	buf_finish(&opens);
}

static bool declares(const struct reading *reading, size_t keyword) {
	static const char *const words[] = {"class", "inductive", "instance", "structure"};
	for (size_t i = 0; i < F2F_COUNT(words); i++) {
		if (is(reading, keyword, words[i])) {
			return true;
		}
	}
	return false;
}

static void read_other(struct reading *reading, const struct lean_command *command) {
	size_t keyword = command->keyword;
	/* Asking what something is neither helps nor harms, and an example proves nothing. */
	if (is(reading, keyword, "#check") || is(reading, keyword, "#print") ||
		is(reading, keyword, "example")) {
		return;
	}
	if (keyword >= command->to) {
		reading_refuse(reading, REASON_FORBIDDEN, command->from, "no command");
	} else if (opens_block(reading, keyword)) {
		read_block(reading, command);
	} else if (is(reading, keyword, "end")) {
		read_end(reading, command);
	} else if (declares(reading, keyword)) {
		keep_helper(reading, command);
	} else {
		read_command(reading, command);
	}
}

static bool same_text(const struct reading *reading, size_t theirs, size_t ours) {
	struct str a = reading_text(reading->tokens, theirs);
	struct str b = reading_text(&reading->preamble, ours);
	return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

/* Whether the problem has the same command before its theorem: the reply only wrote it down again. */
static bool is_copy(const struct reading *reading, const struct lean_command *command) {
	size_t count = command->to - command->from;
	for (size_t i = 0; i < reading->given.list.count; i++) {
		const struct lean_command *given = &reading->given.list.items[i];
		size_t same = 0;
		while (given->to - given->from == count && same < count &&
			same_text(reading, command->from + same, given->from + same)) {
			same++;
		}
		if (same == count) {
			return true;
		}
	}
	return false;
}

/* Leaves a copy out; blocks that the reply shares with the problem are counted, so that it may close
 * them again. */
static bool follow_copy(struct reading *reading, const struct lean_command *command) {
	bool copy = is_copy(reading, command);
	if (copy && opens_block(reading, command->keyword) && reading->depth < READING_BLOCKS_MAX) {
		reading->blocks[reading->depth++] =
			(struct reading_block){.opens = reading->opens.len};
	} else if (copy && is(reading, command->keyword, "end") && reading->depth > 0) {
		buf_truncate(&reading->opens, reading->blocks[--reading->depth].opens);
	}
	return copy;
}

void reading_before(struct reading *reading) {
	for (size_t i = 0; i < reading->index && reading->result.status == CANDIDATE_OK; i++) {
		const struct lean_command *command = &reading->commands->list.items[i];
		if (follow_copy(reading, command)) {
			continue;
		}
		switch (command->kind) {
		case LEAN_COMMAND_NONE:
			reading_refuse(reading, REASON_FORBIDDEN, command->from,
				"text before the first command");
			break;
		case LEAN_COMMAND_HEADER:
			read_header(reading, command);
			break;
		case LEAN_COMMAND_THEOREM:
		case LEAN_COMMAND_DEF:
			keep_helper(reading, command);
			break;
		case LEAN_COMMAND_OTHER:
		default:
			read_other(reading, command);
			break;
		}
	}
	size_t keyword = reading->commands->list.items[reading->index].keyword;
	check_room(reading, keyword, &reading->helpers);
	for (size_t i = 0; i < reading->depth; i++) {
		if (reading->blocks[i].scoped_name) {
			reading_refuse(reading, REASON_FORBIDDEN, keyword,
				"the theorem stands inside a namespace or block");
		}
	}
}
