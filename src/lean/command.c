#include "lean/command.h"

#include <stdint.h>
#include <string.h>

static const char *const modifiers[] = {
	"local",
	"meta",
	"noncomputable",
	"nonrec",
	"partial",
	"private",
	"protected",
	"public",
	"scoped",
	"unsafe",
};

static const char *const header_words[] = {"import", "open", "set_option", "universe", "universes"};

static const char *const other_words[] = {
	"abbrev",
	"add_aesop_rules",
	"add_decl_doc",
	"alias",
	"assert_exists",
	"assert_no_sorry",
	"assert_not_exists",
	"assert_not_imported",
	"attribute",
	"axiom",
	"binder_predicate",
	"builtin_cbv_simproc",
	"builtin_cbv_simproc_decl",
	"builtin_dsimproc",
	"builtin_dsimproc_decl",
	"builtin_grind_propagator",
	"builtin_initialize",
	"builtin_simproc",
	"builtin_simproc_decl",
	"cbv_simproc",
	"cbv_simproc_decl",
	"class",
	"class_abbrev",
	"coinductive",
	"compile_inductive",
	"constant",
	"count_heartbeats",
	"declare_aesop_rule_sets",
	"declare_bitwise_int_theorems",
	"declare_bitwise_uint_theorems",
	"declare_command_config_elab",
	"declare_command_config_elab_legacy",
	"declare_config_elab",
	"declare_config_elab_legacy",
	"declare_core_config_elab",
	"declare_int_theorems",
	"declare_simp_like_tactic",
	"declare_sint_simprocs",
	"declare_syntax_cat",
	"declare_term_config_elab",
	"declare_uint_simprocs",
	"declare_uint_theorems",
	"def",
	"def_eval_config_item",
	"def_wanted",
	"default_instance",
	"deprecate",
	"deprecated_module",
	"deprecated_syntax",
	"derive_functional_induction",
	"deriving",
	"docs_to_verso",
	"dsimproc",
	"dsimproc_decl",
	"elab",
	"elab_rules",
	"elab_stx",
	"elab_stx_quot",
	"end",
	"erase_aesop_rules",
	"example",
	"export",
	"extend_docs",
	"grind_annotated",
	"grind_pattern",
	"grind_propagator",
	"guard_min_heartbeats",
	"include",
	"inductive",
	"infix",
	"infixl",
	"infixr",
	"init_grind_norm",
	"init_quot",
	"initialize",
	"initialize_simps_projections",
	"insert_to_additive_translation",
	"instance",
	"instance_wanted",
	"irreducible_def",
	"lemma",
	"library_note",
	"lrat_proof",
	"macro",
	"macro_rules",
	"mk_iff_of_inductive_prop",
	"module",
	"mutual",
	"name_poly_vars",
	"name_power_vars",
	"namespace",
	"norm_cast_add_elim",
	"notation",
	"notation3",
	"omit",
	"opaque",
	"postfix",
	"prefix",
	"prelude",
	"proof_wanted",
	"recall",
	"recommended_spelling",
	"register_aesop_check_option",
	"register_builtin_option",
	"register_error_explanation",
	"register_grind_attr",
	"register_hint",
	"register_label_attr",
	"register_linter_set",
	"register_option",
	"register_parser_alias",
	"register_simp_attr",
	"register_sym_dsimp",
	"register_sym_simp",
	"register_tactic_tag",
	"register_try?_tactic",
	"run_cmd",
	"run_elab",
	"run_meta",
	"seal",
	"section",
	"set_library_suggestions",
	"set_premise_selector",
	"show_panel_widgets",
	"simproc",
	"simproc_decl",
	"structure",
	"sudo",
	"suppress_compilation",
	"syntax",
	"tactic_extension",
	"test_extern",
	"theorem",
	"theorem_wanted",
	"to_additive_name_hint",
	"to_dual_insert_cast",
	"to_dual_insert_cast_fun",
	"to_dual_name_hint",
	"unif_hint",
	"unlock_limits",
	"unseal",
	"unset_option",
	"unsuppress_compilation",
	"variable",
	"variables",
	"whatsnew",
	"with_exporting",
	"with_weak_namespace",
};

static bool listed(const char *const *words, size_t count, const char *word, size_t length) {
	for (size_t i = 0; i < count; i++) {
		// The first letter tells nearly all of them apart.
		if (length > 0 && words[i][0] == word[0] && strncmp(words[i], word, length) == 0 &&
			words[i][length] == '\0') {
			return true;
		}
	}
	return false;
}

static bool token_in(
	const struct lean_tokens *tokens, size_t index, const char *const *words, size_t count) {
	if (index >= tokens->list.count) {
		return false;
	}
	const struct lean_token *token = &tokens->list.items[index];
	return listed(words, count, tokens->text + token->start, token->end - token->start);
}

bool lean_is_command_word(const char *word, size_t length) {
	return listed(modifiers, F2F_COUNT(modifiers), word, length) ||
	       listed(header_words, F2F_COUNT(header_words), word, length) ||
	       listed(other_words, F2F_COUNT(other_words), word, length);
}

/* "  #print axioms t" under a proof: asked about it, whatever the column. */
static bool asks(const struct lean_tokens *tokens, size_t index) {
	return tokens->list.items[index].first &&
	       (lean_token_is(tokens, index, "#print") || lean_token_is(tokens, index, "#check"));
}

static bool begins_command(const struct lean_tokens *tokens, size_t index) {
	const struct lean_token *token = &tokens->list.items[index];
	return token->kind == LEAN_HASH || lean_token_is(tokens, index, "@[") ||
	       (token->kind == LEAN_IDENT && lean_is_command_word(tokens->text + token->start,
						     token->end - token->start));
}

/* Behind attributes and modifiers. */
static size_t find_keyword(const struct lean_tokens *tokens, size_t index) {
	size_t count = tokens->list.count;
	for (;;) {
		if (lean_token_is(tokens, index, "@[")) {
			int depth = 0;
			do {
				depth += lean_token_depth(tokens, index++);
			} while (depth > 0 && index < count);
		} else if (token_in(tokens, index, modifiers, F2F_COUNT(modifiers))) {
			index++;
		} else {
			return index < count ? index : count;
		}
	}
}

static enum lean_command_kind kind_of(const struct lean_tokens *tokens, size_t keyword) {
	if (lean_token_is(tokens, keyword, "theorem") || lean_token_is(tokens, keyword, "lemma")) {
		return LEAN_COMMAND_THEOREM;
	}
	if (lean_token_is(tokens, keyword, "def") || lean_token_is(tokens, keyword, "abbrev")) {
		return LEAN_COMMAND_DEF;
	}
	/* "module" alone on its line begins a file of today's Lean. */
	bool alone = lean_token_is(tokens, keyword, "module") &&
		     (keyword + 1 == tokens->list.count || tokens->list.items[keyword + 1].first);
	if (alone || token_in(tokens, keyword, header_words, F2F_COUNT(header_words))) {
		return LEAN_COMMAND_HEADER;
	}
	return LEAN_COMMAND_OTHER;
}

/* Text pasted from a list is indented as a whole: its smallest column counts as the first one. */
static unsigned base_column(const struct lean_tokens *tokens) {
	unsigned base = tokens->list.count > 0 ? tokens->list.items[0].column : 0;
	for (size_t i = 0; i < tokens->list.count; i++) {
		const struct lean_token *token = &tokens->list.items[i];
		if (token->first && token->column < base) {
			base = token->column;
		}
	}
	return base;
}

/* Whether a prefix such as "open Nat in" ends before token `index`. */
static bool prefix_ends(const struct lean_tokens *tokens, size_t from, size_t index) {
	static const char *const prefixes[] = {
		"open", "set_option", "variable", "include", "omit", "attribute"};
	return index > from && lean_token_is(tokens, index - 1, "in") &&
	       token_in(tokens, from, prefixes, F2F_COUNT(prefixes));
}

/* In a text whose first line alone stands at the margin: a theorem that begins a line, and more of the
 * header. */
static bool begins_indented(
	const struct lean_tokens *tokens, size_t index, enum lean_command_kind last) {
	return tokens->list.items[index].first &&
	       (kind_of(tokens, index) == LEAN_COMMAND_THEOREM ||
		       (last == LEAN_COMMAND_HEADER &&
			       kind_of(tokens, index) == LEAN_COMMAND_HEADER));
}

/* `indented`: also what does not begin at the outermost column. True when a theorem was found. */
static bool find_commands(
	const struct lean_tokens *tokens, bool indented, struct lean_commands *out) {
	size_t count = tokens->list.count;
	unsigned base = base_column(tokens);
	struct lean_command command = {.kind = LEAN_COMMAND_NONE};
	size_t prefix = SIZE_MAX; // where the first of the prefixes now read began
	size_t last = SIZE_MAX; // the prefix read last
	bool found = false;
	size_t i = 0;
	while (i < count) {
		const struct lean_token *token = &tokens->list.items[i];
		bool hangs = last != SIZE_MAX && prefix_ends(tokens, last, i);
		bool begins = (token->first && token->column <= base) || hangs || asks(tokens, i) ||
			      (indented && begins_indented(tokens, i, command.kind));
		if (!begins || !begins_command(tokens, i)) {
			i++;
			continue;
		}
		if (!hangs) {
			command.to = i;
			if (command.to > command.from) {
				vec_push(&out->list, command);
			}
			prefix = i;
		}
		last = i;
		size_t keyword = find_keyword(tokens, i);
		command = (struct lean_command){
			.kind = kind_of(tokens, keyword), .from = prefix, .keyword = keyword};
		found = found || command.kind == LEAN_COMMAND_THEOREM;
		i = keyword + 1;
	}
	command.to = count;
	if (command.to > command.from) {
		vec_push(&out->list, command);
	}
	return found;
}

void lean_commands_find(const struct lean_tokens *tokens, struct lean_commands *out) {
	*out = (struct lean_commands){0};
	if (!find_commands(tokens, false, out)) {
		lean_commands_finish(out);
		*out = (struct lean_commands){0};
		find_commands(tokens, true, out);
	}
}

void lean_commands_finish(struct lean_commands *commands) {
	vec_finish(&commands->list);
}

/* "| 0 => …": a bar that begins a line, with a space behind it (else it is the bar of an absolute
 * value), before any ":=". */
static bool begins_equations(const struct lean_tokens *tokens, size_t index, size_t to) {
	const struct lean_token *bar = &tokens->list.items[index];
	if (!lean_token_is(tokens, index, "|") || !bar->first || bar->end >= tokens->length ||
		tokens->text[bar->end] != ' ') {
		return false;
	}
	int depth = 0;
	for (size_t i = index + 1; i < to; i++) {
		depth += lean_token_depth(tokens, i);
		if (depth == 0 && lean_token_is(tokens, i, "=>")) {
			return true;
		}
		if (depth < 0 || lean_token_is(tokens, i, ":=") ||
			(depth == 0 && lean_token_is(tokens, i, "|"))) {
			return false;
		}
	}
	return false;
}

static size_t skip_universes(const struct lean_tokens *tokens, size_t index, size_t to) {
	if (!lean_token_is(tokens, index, ".") || !lean_token_is(tokens, index + 1, "{")) {
		return index;
	}
	while (index < to && !lean_token_is(tokens, index, "}")) {
		index++;
	}
	return index < to ? index + 1 : to;
}

struct lean_signature lean_signature_of(
	const struct lean_tokens *tokens, const struct lean_command *command) {
	static const char *const binding[] = {"let", "have", "letI", "haveI", "let_fun"};
	struct lean_signature out = {.name = SIZE_MAX, .colon = SIZE_MAX};
	size_t i = command->keyword + 1;
	if (i < command->to && tokens->list.items[i].kind == LEAN_IDENT) {
		out.name = i++;
		i = skip_universes(tokens, i, command->to);
	}
	out.binders = i;
	int depth = 0;
	size_t pending = 0; // let and have in the type bring a ":=" of their own
	bool matches = false; // match in the type brings its own cases
	for (; i < command->to; i++) {
		depth += lean_token_depth(tokens, i);
		if (depth != 0) {
			continue;
		}
		if (out.colon == SIZE_MAX && lean_token_is(tokens, i, ":")) {
			out.colon = i;
		} else if (lean_token_is(tokens, i, "match")) {
			matches = true;
		} else if (token_in(tokens, i, binding, F2F_COUNT(binding))) {
			pending++;
		} else if (lean_token_is(tokens, i, ":=") && pending > 0) {
			pending--;
		} else if (lean_token_is(tokens, i, ":=")) {
			out.assigned = true;
			break;
		} else if (lean_token_is(tokens, i, "where") ||
			   (!matches && begins_equations(tokens, i, command->to))) {
			out.equations = out.assigned = true;
			break;
		}
	}
	out.type_end = i;
	out.value = out.assigned && !out.equations ? i + 1 : i;
	out.colon = out.colon == SIZE_MAX ? out.type_end : out.colon;
	return out;
}
