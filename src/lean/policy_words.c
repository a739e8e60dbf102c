#include "lean/policy_words.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "lean/policy.h"

enum {
	BODY = LEAN_PLACE_PROOF | LEAN_PLACE_HELPER,
	HEAD = LEAN_PLACE_COMMAND,
	MODEL = BODY | HEAD | LEAN_PLACE_FILL,
	ALL = MODEL | LEAN_PLACE_SET,
};

static const char hole[] = "leaves a hole";
static const char declares[] = "begins another declaration";
static const char trusts[] = "trusts compiled code or a claim instead of the kernel";
static const char reads[] = "changes how text is read";
static const char runs[] = "runs code while Lean reads the file";
static const char scopes[] = "changes what names mean afterwards";
static const char searches[] = "searches instead of proving, and may leave a hole";
static const char talks[] = "only prints";

/* Why permissive lets a word through. */
static const char own[] = "declares under a name of its own; the goal was read before it";
static const char attributes[] = "tells automation about lemmas; which attributes is a list";
static const char notations[] = "reads the helpers and the proof; the goal was read before it";
static const char blocks[] = "groups helpers; must be closed before the theorem";
static const char variables[] =
	"binds helpers; a theorem that takes one is no longer the one asked for";
static const char prints[] = "finds and says so; what it found is checked like any proof";

/*
 * One row a word, in byte order. Left out of the list in spec/lean.md 2.2, because what stands
 * around the word decides (policy.c): "open", "set_option" and "constant"; and "module", a Mathlib
 * tactic, which as a command can only begin a file. Commands that begin with a hash sign, searches
 * that end in a question mark and elaborators that end in a percent sign are refused by their form,
 * known or not.
 */
static const struct lean_policy_word words[] = {
	{"@[", MODEL, REASON_FORBIDDEN, "an attribute can reach beyond its declaration", attributes,
		HEAD},
	{"`", MODEL, REASON_FORBIDDEN, "quotes syntax", NULL, 0},
	{"abbrev", MODEL, REASON_FORBIDDEN, declares, own, HEAD},
	{"add_aesop_rules", MODEL, REASON_FORBIDDEN, scopes, NULL, 0},
	{"add_decl_doc", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"admit", MODEL, REASON_SORRY, hole, NULL, 0},
	{"aesop?", MODEL, REASON_FORBIDDEN, searches, prints, BODY},
	{"alias", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"apply?", MODEL, REASON_FORBIDDEN, searches, prints, BODY},
	{"assert_exists", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"assert_no_sorry", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"assert_not_exists", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"assert_not_imported", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"attribute", MODEL, REASON_FORBIDDEN, scopes, attributes, HEAD},
	{"axiom", ALL, REASON_FORBIDDEN, trusts, NULL, 0},
	{"binder_predicate", ALL, REASON_FORBIDDEN, reads, NULL, 0},
	{"builtin_cbv_simproc", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"builtin_cbv_simproc_decl", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"builtin_dsimproc", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"builtin_dsimproc_decl", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"builtin_grind_propagator", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"builtin_initialize", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"builtin_simproc", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"builtin_simproc_decl", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"bv_check", MODEL, REASON_FORBIDDEN, trusts, NULL, 0},
	{"bv_decide", MODEL, REASON_FORBIDDEN, trusts, NULL, 0},
	{"by_elab", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"cbv_simproc", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"cbv_simproc_decl", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"class", MODEL, REASON_FORBIDDEN, declares, own, HEAD},
	{"class_abbrev", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"coinductive", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"compile_inductive", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"count_heartbeats", MODEL, REASON_FORBIDDEN, scopes, NULL, 0},
	{"csimp", ALL, REASON_FORBIDDEN, trusts, NULL, 0},
	{"dbg_sleep", MODEL, REASON_FORBIDDEN, runs, NULL, 0},
	{"dbg_trace", MODEL, REASON_FORBIDDEN, runs, NULL, 0},
	{"decide?", MODEL, REASON_FORBIDDEN, searches, prints, BODY},
	{"declare_aesop_rule_sets", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"declare_bitwise_int_theorems", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"declare_bitwise_uint_theorems", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"declare_command_config_elab", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"declare_command_config_elab_legacy", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"declare_config_elab", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"declare_config_elab_legacy", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"declare_core_config_elab", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"declare_int_theorems", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"declare_simp_like_tactic", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"declare_sint_simprocs", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"declare_syntax_cat", ALL, REASON_FORBIDDEN, reads, NULL, 0},
	{"declare_term_config_elab", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"declare_uint_simprocs", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"declare_uint_theorems", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"def", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"def_eval_config_item", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"def_wanted", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"default_instance", MODEL, REASON_FORBIDDEN, reads, NULL, 0},
	{"deprecate", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"deprecated_module", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"deprecated_syntax", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"derive_functional_induction", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"deriving", MODEL, REASON_FORBIDDEN, declares, own, HEAD | LEAN_PLACE_HELPER},
	{"docs_to_verso", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"dsimp?", MODEL, REASON_FORBIDDEN, searches, prints, BODY},
	{"dsimproc", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"dsimproc_decl", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"elab", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"elab_rules", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"elab_stx", ALL, REASON_FORBIDDEN, reads, NULL, 0},
	{"elab_stx_quot", ALL, REASON_FORBIDDEN, reads, NULL, 0},
	{"end", MODEL, REASON_FORBIDDEN, scopes, blocks, HEAD},
	{"erase_aesop_rules", MODEL, REASON_FORBIDDEN, scopes, NULL, 0},
	{"exact?", MODEL, REASON_FORBIDDEN, searches, prints, BODY},
	{"example", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"export", MODEL, REASON_FORBIDDEN, scopes, NULL, 0},
	{"extend_docs", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"extern", ALL, REASON_FORBIDDEN, trusts, NULL, 0},
	{"extract_goal", MODEL, REASON_FORBIDDEN, talks, prints, BODY},
	{"grind?", MODEL, REASON_FORBIDDEN, searches, prints, BODY},
	{"grind_annotated", MODEL, REASON_FORBIDDEN, scopes, NULL, 0},
	{"grind_pattern", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"grind_propagator", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"guard_min_heartbeats", MODEL, REASON_FORBIDDEN, scopes, NULL, 0},
	{"have?", MODEL, REASON_FORBIDDEN, searches, prints, BODY},
	{"hint", MODEL, REASON_FORBIDDEN, searches, NULL, 0},
	{"implementedBy", ALL, REASON_FORBIDDEN, trusts, NULL, 0},
	{"implemented_by", ALL, REASON_FORBIDDEN, trusts, NULL, 0},
	{"import", MODEL, REASON_FORBIDDEN, scopes, NULL, 0},
	{"include", MODEL, REASON_FORBIDDEN, "adds or takes hypotheses", NULL, 0},
	{"include_bytes", ALL, REASON_FORBIDDEN, "reads a file", NULL, 0},
	{"include_str", ALL, REASON_FORBIDDEN, "reads a file", NULL, 0},
	{"inductive", MODEL, REASON_FORBIDDEN, declares, own, HEAD},
	{"infix", MODEL, REASON_FORBIDDEN, reads, notations, HEAD},
	{"infixl", MODEL, REASON_FORBIDDEN, reads, notations, HEAD},
	{"infixr", MODEL, REASON_FORBIDDEN, reads, notations, HEAD},
	{"init_grind_norm", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"init_quot", ALL, REASON_FORBIDDEN, trusts, NULL, 0},
	{"initialize", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"initialize_simps_projections", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"insert_to_additive_translation", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"instance", MODEL, REASON_FORBIDDEN, "can change what an operator means", own, HEAD},
	{"instance_wanted", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"irreducible_def", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"lemma", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"library_note", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"library_search", MODEL, REASON_FORBIDDEN, searches, NULL, 0},
	{"local", MODEL, REASON_FORBIDDEN, reads, notations, HEAD},
	{"lrat_proof", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"macro", ALL, REASON_FORBIDDEN, reads, NULL, 0},
	{"macro_rules", ALL, REASON_FORBIDDEN, reads, NULL, 0},
	{"meta", MODEL, REASON_FORBIDDEN, scopes, NULL, 0},
	{"mk_iff_of_inductive_prop", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"mutual", MODEL, REASON_FORBIDDEN, declares, own, HEAD},
	{"name_poly_vars", ALL, REASON_FORBIDDEN, reads, NULL, 0},
	{"name_power_vars", ALL, REASON_FORBIDDEN, reads, NULL, 0},
	{"namespace", MODEL, REASON_FORBIDDEN, scopes, blocks, HEAD},
	{"native", MODEL, REASON_FORBIDDEN, trusts, NULL, 0},
	{"native_decide", MODEL, REASON_FORBIDDEN, trusts, NULL, 0},
	{"noncomputable", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"nonrec", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"norm_cast_add_elim", MODEL, REASON_FORBIDDEN, scopes, NULL, 0},
	{"norm_num?", MODEL, REASON_FORBIDDEN, searches, prints, BODY},
	{"notation", MODEL, REASON_FORBIDDEN, reads, notations, HEAD},
	{"notation3", MODEL, REASON_FORBIDDEN, reads, notations, HEAD},
	{"observe", MODEL, REASON_FORBIDDEN, searches, NULL, 0},
	{"omit", MODEL, REASON_FORBIDDEN, "adds or takes hypotheses", NULL, 0},
	{"opaque", MODEL, REASON_FORBIDDEN, trusts, NULL, 0},
	{"panic!", MODEL, REASON_FORBIDDEN, runs, NULL, 0},
	{"partial", MODEL, REASON_FORBIDDEN, trusts, NULL, 0},
	{"plausible", MODEL, REASON_FORBIDDEN, runs, NULL, 0},
	{"polyrith", MODEL, REASON_FORBIDDEN, "asks a server in the network", NULL, 0},
	{"postfix", MODEL, REASON_FORBIDDEN, reads, notations, HEAD},
	{"prefix", MODEL, REASON_FORBIDDEN, reads, notations, HEAD},
	{"prelude", MODEL, REASON_FORBIDDEN, scopes, NULL, 0},
	{"private", MODEL, REASON_FORBIDDEN, "hides a name", own, HEAD},
	{"proof_wanted", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"protected", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"public", MODEL, REASON_FORBIDDEN, scopes, NULL, 0},
	{"recall", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"recommended_spelling", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"register_aesop_check_option", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"register_builtin_option", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"register_error_explanation", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"register_grind_attr", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"register_hint", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"register_label_attr", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"register_linter_set", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"register_option", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"register_parser_alias", ALL, REASON_FORBIDDEN, reads, NULL, 0},
	{"register_simp_attr", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"register_sym_dsimp", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"register_sym_simp", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"register_tactic_tag", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"register_try?_tactic", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"run_cmd", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"run_conv", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"run_elab", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"run_meta", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"run_tac", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"rw?", MODEL, REASON_FORBIDDEN, searches, prints, BODY},
	{"rw??", MODEL, REASON_FORBIDDEN, searches, prints, BODY},
	{"rw_search", MODEL, REASON_FORBIDDEN, searches, NULL, 0},
	{"says", MODEL, REASON_FORBIDDEN, searches, prints, BODY},
	{"scoped", MODEL, REASON_FORBIDDEN, reads, notations, HEAD},
	{"seal", MODEL, REASON_FORBIDDEN, scopes, NULL, 0},
	{"section", MODEL, REASON_FORBIDDEN, scopes, blocks, HEAD},
	{"set_library_suggestions", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"set_premise_selector", MODEL, REASON_FORBIDDEN, scopes, NULL, 0},
	{"show_panel_widgets", MODEL, REASON_FORBIDDEN, scopes, NULL, 0},
	{"show_term", MODEL, REASON_FORBIDDEN, talks, prints, BODY},
	{"simp?", MODEL, REASON_FORBIDDEN, searches, prints, BODY},
	{"simp_all?", MODEL, REASON_FORBIDDEN, searches, prints, BODY},
	{"simp_arith?", MODEL, REASON_FORBIDDEN, searches, prints, BODY},
	{"simpa?", MODEL, REASON_FORBIDDEN, searches, prints, BODY},
	{"simproc", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"simproc_decl", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"slim_check", MODEL, REASON_FORBIDDEN, runs, NULL, 0},
	{"sorry", MODEL, REASON_SORRY, hole, NULL, 0},
	{"sorry_if_sorry", MODEL, REASON_SORRY, hole, NULL, 0},
	{"stop", MODEL, REASON_SORRY, hole, NULL, 0},
	{"structure", MODEL, REASON_FORBIDDEN, declares, own, HEAD},
	{"sudo", MODEL, REASON_FORBIDDEN, scopes, NULL, 0},
	{"suggest", MODEL, REASON_FORBIDDEN, searches, NULL, 0},
	{"suppress_compilation", MODEL, REASON_FORBIDDEN, scopes, NULL, 0},
	{"syntax", ALL, REASON_FORBIDDEN, reads, NULL, 0},
	{"tactic_extension", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"test_extern", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"theorem", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"theorem_wanted", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"to_additive_name_hint", MODEL, REASON_FORBIDDEN, scopes, NULL, 0},
	{"to_dual_insert_cast", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"to_dual_insert_cast_fun", MODEL, REASON_FORBIDDEN, declares, NULL, 0},
	{"to_dual_name_hint", MODEL, REASON_FORBIDDEN, scopes, NULL, 0},
	{"unif_hint", ALL, REASON_FORBIDDEN, reads, NULL, 0},
	{"universe", MODEL, REASON_FORBIDDEN, scopes, NULL, 0},
	{"universes", MODEL, REASON_FORBIDDEN, scopes, NULL, 0},
	{"unlock_limits", MODEL, REASON_FORBIDDEN, scopes, NULL, 0},
	{"unsafe", MODEL, REASON_FORBIDDEN, trusts, NULL, 0},
	{"unseal", MODEL, REASON_FORBIDDEN, scopes, NULL, 0},
	{"unset_option", MODEL, REASON_FORBIDDEN, scopes, NULL, 0},
	{"unsuppress_compilation", MODEL, REASON_FORBIDDEN, scopes, NULL, 0},
	{"variable", MODEL, REASON_FORBIDDEN, "adds hypotheses", variables, HEAD},
	{"variables", MODEL, REASON_FORBIDDEN, "adds or takes hypotheses", NULL, 0},
	{"whatsnew", MODEL, REASON_FORBIDDEN, scopes, NULL, 0},
	{"with_exporting", MODEL, REASON_FORBIDDEN, scopes, NULL, 0},
	{"with_weak_namespace", MODEL, REASON_FORBIDDEN, scopes, NULL, 0},
};

/* Names that reach a thing from any namespace: one of the dotted parts is the word. */
static const struct lean_policy_word component[] = {
	{"debug", ALL, REASON_FORBIDDEN, "switches parts of Lean off", NULL, 0},
	{"lcAny", ALL, REASON_FORBIDDEN, trusts, NULL, 0},
	{"lcProof", ALL, REASON_FORBIDDEN, trusts, NULL, 0},
	{"lcUnreachable", ALL, REASON_FORBIDDEN, trusts, NULL, 0},
	{"nativeDecide", ALL, REASON_FORBIDDEN, trusts, NULL, 0},
	{"ofReduceBool", ALL, REASON_FORBIDDEN, trusts, NULL, 0},
	{"ofReduceNat", ALL, REASON_FORBIDDEN, trusts, NULL, 0},
	{"reduceBool", ALL, REASON_FORBIDDEN, trusts, NULL, 0},
	{"reduceNat", ALL, REASON_FORBIDDEN, trusts, NULL, 0},
	{"skipKernelTC", ALL, REASON_FORBIDDEN, "switches parts of Lean off", NULL, 0},
	{"sorryAx", MODEL, REASON_SORRY, hole, NULL, 0},
	{"trustCompiler", ALL, REASON_FORBIDDEN, trusts, NULL, 0},
	{"trustMe", ALL, REASON_FORBIDDEN, trusts, NULL, 0},
};

/* The first dotted part is the word, "_root_" aside. */
static const struct lean_policy_word leading[] = {
	{"Elab", MODEL, REASON_FORBIDDEN, runs, NULL, 0},
	{"IO", MODEL, REASON_FORBIDDEN, runs, NULL, 0},
	{"Lean", MODEL, REASON_FORBIDDEN, runs, NULL, 0},
	{"Meta", MODEL, REASON_FORBIDDEN, runs, NULL, 0},
	{"Qq", MODEL, REASON_FORBIDDEN, runs, NULL, 0},
	{"System", MODEL, REASON_FORBIDDEN, runs, NULL, 0},
};

/* One of the dotted parts begins with it. Commands of libraries to come are named like those there
 * are: "register_…", "declare_…". */
static const struct lean_policy_word starting[] = {
	{"_f2f_", MODEL, REASON_FORBIDDEN, "looks like a name of f2f's own", NULL, 0},
	{"builtin_", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"dbgSleep", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"dbgStackTrace", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"dbgTrace", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"declare_", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"f2f_", MODEL, REASON_FORBIDDEN, "looks like a name of f2f's own", NULL, 0},
	{"register_", ALL, REASON_FORBIDDEN, runs, NULL, 0},
	{"unsafe", ALL, REASON_FORBIDDEN, trusts, NULL, 0},
};

static const char *const attribute_names[] = {
	"aesop",
	"bound",
	"coe",
	"continuity",
	"ext",
	"fun_prop",
	"gcongr",
	"grind",
	"inline",
	"instance",
	"irreducible",
	"measurability",
	"mono",
	"norm_cast",
	"nospecialize",
	"push",
	"push_cast",
	"reducible",
	"refl",
	"semireducible",
	"simp",
	"simps",
	"symm",
	"trans",
};

static const char *const percent_names[] = {
	"beta_reduce",
	"binop",
	"binop_lazy",
	"binrel",
	"binrel_no_prop",
	"clear",
	"compile_def",
	"compile_inductive",
	"const",
	"decl_name",
	"default_or_of_nonempty",
	"delta",
	"elab",
	"elabToSyntax",
	"ensure_expected_type",
	"ensure_type_of",
	"eval",
	"exact",
	"fbinop",
	"gen_injective_theorems",
	"inferInstance",
	"infer_instance",
	"leftact",
	"let_mvar",
	"no_error_if_unused",
	"no_implicit_lambda",
	"ofNat",
	"privateDecl",
	"qq",
	"reduce",
	"rel",
	"rightact",
	"show_term",
	"simp",
	"simproc_pattern",
	"term_reduce",
	"type_of",
	"unop",
	"unsafe",
	"value_of",
	"wait_if_contains_mvar",
	"wait_if_type_contains_mvar",
	"wait_if_type_mvar",
	"with_annotate_term",
};

/* Commands that begin with a hash sign. There are others: policy.c knows them by where they stand. */
static const char *const hash_names[] = {
	"adaptation_note",
	"aesop_rules",
	"aesop_stats",
	"allow_unused_tactic",
	"check",
	"check'",
	"check_assertions",
	"check_failure",
	"check_simp",
	"check_tactic",
	"check_tactic_failure",
	"clear_deprecations",
	"click_suggestions",
	"conv",
	"count_heartbeats",
	"count_heartbeats!",
	"defeq_abuse",
	"discr_tree_key",
	"discr_tree_simp_key",
	"dump_async_env_state",
	"eval",
	"eval!",
	"exit",
	"explode",
	"find",
	"find_home",
	"find_syntax",
	"grind_lint",
	"guard",
	"guard_expr",
	"guard_msgs",
	"guard_panic",
	"help",
	"html",
	"import_bumps",
	"import_diff",
	"import_path",
	"info_trees",
	"instances",
	"kerodon_tags",
	"leansearch",
	"lint",
	"list_linters",
	"lmfdb_tags",
	"long_instances",
	"long_names",
	"loogle",
	"min_imports",
	"minimize_imports",
	"norm_num",
	"parse",
	"print",
	"print_fun_prop_theorems",
	"pull",
	"push",
	"push_discr_tree",
	"push_neg",
	"reduce",
	"redundant_imports",
	"reset_min_imports",
	"resolve_name",
	"rw??",
	"sample",
	"search",
	"show_deprecated_modules",
	"show_kind",
	"show_unused",
	"simp",
	"stacks_tags",
	"statesearch",
	"string_diagram",
	"suggestions",
	"synth",
	"test",
	"time",
	"trans_imports",
	"unfold?",
	"version",
	"whats_new",
	"where",
	"whnf",
	"whnfR",
	"widget",
	"wikidata_tags",
	"with_exporting",
};

static int compare_word(const void *key, const void *element) {
	const struct str *text = key;
	const struct lean_policy_word *row = element;
	size_t length = strlen(row->word);
	int order = memcmp(text->data, row->word, text->len < length ? text->len : length);
	return order != 0 ? order : (text->len > length) - (text->len < length);
}

const struct lean_policy_word *lean_policy_word_find(struct str text, int place) {
	const struct lean_policy_word *row =
		bsearch(&text, words, F2F_COUNT(words), sizeof(words[0]), compare_word);
	return row != NULL && (row->places & place) != 0 ? row : NULL;
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

static const struct lean_policy_word *find_in(const struct lean_policy_word *rows, size_t count,
	struct str part, int place, bool prefix) {
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(rows[i].word);
		if ((rows[i].places & place) != 0 && part.len >= length &&
			(prefix || part.len == length) &&
			memcmp(part.data, rows[i].word, length) == 0) {
			return &rows[i];
		}
	}
	return NULL;
}

const struct lean_policy_word *lean_policy_name_find(struct str text, int place) {
	bool first = true;
	struct str part;
	while (next_part(&text, &part)) {
		const struct lean_policy_word *row =
			find_in(component, F2F_COUNT(component), part, place, false);
		row = row != NULL ? row : find_in(starting, F2F_COUNT(starting), part, place, true);
		if (row == NULL && first) {
			row = find_in(leading, F2F_COUNT(leading), part, place, false);
		}
		if (row != NULL) {
			return row;
		}
		first = first && str_equal(part, "_root_");
	}
	return NULL;
}

const struct lean_policy_word *lean_policy_row(size_t index) {
	const struct {
		const struct lean_policy_word *rows;
		size_t count;
	} tables[] = {
		{words, F2F_COUNT(words)},
		{component, F2F_COUNT(component)},
		{leading, F2F_COUNT(leading)},
		{starting, F2F_COUNT(starting)},
	};
	for (size_t i = 0; i < F2F_COUNT(tables); i++) {
		if (index < tables[i].count) {
			return &tables[i].rows[index];
		}
		index -= tables[i].count;
	}
	return NULL;
}

static bool listed(const char *const *list, size_t count, struct str name) {
	for (size_t i = 0; i < count; i++) {
		if (str_equal(name, list[i])) {
			return true;
		}
	}
	return false;
}

bool lean_policy_attribute(struct str name) {
	return listed(attribute_names, F2F_COUNT(attribute_names), name);
}

bool lean_policy_percent(struct str name) {
	return listed(percent_names, F2F_COUNT(percent_names), name);
}

bool lean_policy_hash(struct str name) {
	return listed(hash_names, F2F_COUNT(hash_names), name);
}
