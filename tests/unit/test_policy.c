#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "lean/lex.h"
#include "lean/policy.h"
#include "lean/policy_words.h"

/* The word refused in `place`, with its line; NULL: none. */
static void check_policy(const char *text, enum lean_place place, const char *word, unsigned line,
	enum reject_reason reason) {
	struct lean_tokens tokens;
	struct lean_refusal refusal = {0};
	ck_assert_msg(lean_lex(text, strlen(text), &tokens, NULL) == LEAN_LEX_OK, "%s", text);
	bool passed = lean_policy_check(
		LEAN_POLICY_STRICT, &tokens, 0, tokens.list.count, place, NULL, &refusal);
	ck_assert_msg(passed == (word == NULL), "%s: %s", text, refusal.word);
	if (word != NULL) {
		ck_assert_str_eq(refusal.word, word);
		ck_assert_uint_eq(refusal.line, line);
		ck_assert_int_eq(refusal.reason, reason);
		ck_assert(refusal.why != NULL && refusal.why[0] != '\0');
	}
	lean_tokens_finish(&tokens);
}

static void refuses(const char *text, const char *word) {
	check_policy(text, LEAN_PLACE_PROOF, word, 1, REASON_FORBIDDEN);
}

static void allows(const char *text) {
	check_policy(text, LEAN_PLACE_PROOF, NULL, 0, REASON_NONE);
}

/* The list of spec/lean.md 2.2 but for the words whose context decides and "module". */
START_TEST(every_word_of_the_list_is_refused_in_a_proof) {
	static const char *const words[] = {"axiom", "opaque", "unsafe", "partial", "native_decide",
		"ofReduceBool", "ofReduceNat", "trustCompiler", "bv_decide", "implemented_by",
		"extern", "csimp", "export", "initialize", "builtin_initialize", "macro",
		"macro_rules", "elab", "elab_rules", "syntax", "declare_syntax_cat", "notation",
		"notation3", "infix", "infixl", "infixr", "prefix", "postfix", "simproc",
		"dsimproc", "register_simp_attr", "run_cmd", "run_elab", "run_meta", "run_tac",
		"by_elab", "include_str", "import", "prelude", "namespace", "section", "end",
		"open", "universe", "variable", "include", "omit", "instance", "default_instance",
		"attribute", "deriving", "set_option", "local", "scoped", "private", "mutual",
		"apply?", "exact?", "rw?", "simp?", "aesop?", "decide?", "says", "#eval", "#reduce",
		"#exit", "#guard_msgs", "#print", "#check", "unsafeCast", "lcProof",
		"lcUnreachable", "dbg_trace", "dbgTrace", "panic!", "Lean.foo", "IO.foo",
		"System.foo", "Elab.foo", "Meta.foo", "a.debug.b", "«a»", "_root_.Lean.a",
		"Foo.lcProof", "@[", "theorem", "lemma", "def", "abbrev", "example", "class",
		"structure", "inductive"};
	for (size_t i = 0; i < F2F_COUNT(words); i++) {
		refuses(words[i], words[i]);
	}
	static const char *const holes[] = {"sorry", "admit", "sorryAx", "_root_.sorryAx", "stop"};
	for (size_t i = 0; i < F2F_COUNT(holes); i++) {
		check_policy(holes[i], LEAN_PLACE_PROOF, holes[i], 1, REASON_SORRY);
	}
	check_policy("simp\n  eval% x", LEAN_PLACE_PROOF, "eval", 2, REASON_FORBIDDEN);
}
END_TEST

/* The commands of Lean 4.34 with Mathlib of August 2026 that begin with a word, some of older versions,
 * and two of none: each ends a proof wherever it stands, whether or not it begins a line. */
START_TEST(every_command_of_today_ends_a_proof) {
	static const char *const words[] = {"abbrev", "add_aesop_rules", "alias", "assert_no_sorry",
		"assert_not_exists", "assert_not_imported", "attribute", "builtin_cbv_simproc",
		"builtin_cbv_simproc_decl", "builtin_dsimproc", "builtin_dsimproc_decl",
		"builtin_grind_propagator", "builtin_simproc", "builtin_simproc_decl",
		"cbv_simproc", "cbv_simproc_decl", "class", "declare_aesop_rule_sets",
		"declare_bitwise_int_theorems", "declare_bitwise_uint_theorems",
		"declare_command_config_elab", "declare_command_config_elab_legacy",
		"declare_config_elab", "declare_config_elab_legacy", "declare_core_config_elab",
		"declare_int_theorems", "declare_simp_like_tactic", "declare_sint_simprocs",
		"declare_syntax_cat", "declare_term_config_elab", "declare_uint_simprocs",
		"declare_uint_theorems", "def_eval_config_item", "def_wanted", "deprecate",
		"deprecated_module", "deprecated_syntax", "deriving", "docs_to_verso", "dsimproc",
		"dsimproc_decl", "elab", "elab_rules", "elab_stx_quot", "end", "erase_aesop_rules",
		"export", "extend_docs", "grind_annotated", "grind_pattern", "grind_propagator",
		"guard_min_heartbeats", "import", "include", "init_grind_norm", "init_quot",
		"initialize", "initialize_simps_projections", "initialize_simps_projections?",
		"insert_to_additive_translation", "instance_wanted", "irreducible_def", "lemma",
		"library_note", "lrat_proof", "macro", "macro_rules", "mk_iff_of_inductive_prop",
		"mutual", "name_poly_vars", "name_power_vars", "namespace", "norm_cast_add_elim",
		"notation", "notation3", "omit", "open", "prefix", "proof_wanted", "recall",
		"recall?", "recommended_spelling", "register_builtin_option",
		"register_error_explanation", "register_grind_attr", "register_hint",
		"register_label_attr", "register_linter_set", "register_option",
		"register_simp_attr", "register_sym_dsimp", "register_sym_simp",
		"register_tactic_tag", "register_try?_tactic", "run_cmd", "run_elab", "run_meta",
		"scoped", "seal", "section", "set_library_suggestions", "set_option",
		"show_panel_widgets", "simproc", "simproc_decl", "sudo", "suppress_compilation",
		"syntax", "tactic_extension", "theorem_wanted", "to_additive_name_hint",
		"to_dual_insert_cast", "to_dual_insert_cast_fun", "to_dual_name_hint", "unif_hint",
		"universe", "unlock_limits", "unseal", "unset_option", "unsuppress_compilation",
		"variable", "variable?", "variables", "whatsnew", "with_weak_namespace",
		"count_heartbeats", "derive_functional_induction", "register_thing_of_tomorrow",
		"declare_thing_of_tomorrow"};
	for (size_t i = 0; i < F2F_COUNT(words); i++) {
		char *text = xasprintf("rfl %s x", words[i]);
		refuses(text, words[i]);
		free(text);
	}
}
END_TEST

START_TEST(what_looks_like_a_command_or_a_search_is_refused_unknown_or_not) {
	refuses("#anything", "#anything");
	refuses("#foo_bar x", "#foo_bar");
	refuses("anything? x", "anything?");
	refuses("foo_bar% x", "foo_bar");
	refuses("foo% x", "foo");
	refuses("type_of%x", "type_of");
	refuses("type_of%(x)", "type_of");
	refuses("eval%2", "eval");
	refuses("exact% x", "exact");
	refuses("irreducible_def", "irreducible_def");
	refuses("add_aesop_rules", "add_aesop_rules");
	refuses("termé", "termé");
	refuses("_f2f_goal_1", "_f2f_goal_1");
	refuses("x.f2f_probe_1", "x.f2f_probe_1");
	refuses("x.dbgTraceVal", "x.dbgTraceVal");
	refuses("polyrith", "polyrith");
	refuses("plausible", "plausible");
	refuses("include_bytes", "include_bytes");
}
END_TEST

/* Behind "=" Lean reports an error, and then runs it all the same. */
START_TEST(commands_with_a_hash_sign_are_refused_where_a_set_could_be_counted) {
	static const char *const words[] = {"#eval", "#eval!", "#exit", "#print", "#check",
		"#reduce", "#guard_msgs", "#simp", "#test", "#synth", "#help", "#version"};
	for (size_t i = 0; i < F2F_COUNT(words); i++) {
		char *text = xasprintf("have h : 1 = %s x", words[i]);
		refuses(text, words[i]);
		free(text);
	}
	allows("have h : 1 = #univ");
	allows("have h : 2 + #filtered.image = #s");
}
END_TEST

/* Passes with these words noted; NULL: refused. */
static void check_permissive(const char *text, enum lean_place place, const char *words) {
	struct lean_tokens tokens;
	struct lean_refusal refusal = {0};
	struct lean_passes passes = {.words = ""};
	ck_assert_int_eq(lean_lex(text, strlen(text), &tokens, NULL), LEAN_LEX_OK);
	bool passed = lean_policy_check(
		LEAN_POLICY_PERMISSIVE, &tokens, 0, tokens.list.count, place, &passes, &refusal);
	ck_assert_msg(passed == (words != NULL), "%s: %s", text, refusal.word);
	if (words != NULL) {
		ck_assert_str_eq(passes.words, words);
	}
	lean_tokens_finish(&tokens);
}

START_TEST(permissive_notes_what_it_lets_through) {
	check_permissive("simp? at h; exact?; simp?", LEAN_PLACE_PROOF, "simp?, exact?");
	check_permissive("simp says simp only [h]", LEAN_PLACE_PROOF, "says");
	check_permissive("simp [«h 1»]", LEAN_PLACE_PROOF, "«»");
	check_permissive("linarith", LEAN_PLACE_PROOF, "");
	check_permissive("local instance", LEAN_PLACE_COMMAND, "local, instance");
	check_permissive("rfl instance", LEAN_PLACE_PROOF, NULL);
	check_permissive("«sorryAx»", LEAN_PLACE_PROOF, NULL);
	check_permissive("«Lean».foo", LEAN_PLACE_PROOF, NULL);
	check_permissive("sorry", LEAN_PLACE_PROOF, NULL);
	check_permissive("macro", LEAN_PLACE_COMMAND, NULL);
	check_permissive("native_decide", LEAN_PLACE_PROOF, NULL);
	check_permissive("anything?", LEAN_PLACE_PROOF, NULL);
}
END_TEST

START_TEST(the_table_is_sorted_and_gives_its_reasons) {
	const struct lean_policy_word *row = NULL;
	size_t count = 0;
	for (; (row = lean_policy_row(count)) != NULL; count++) {
		ck_assert_msg(row->why[0] != '\0', "%s", row->word);
		ck_assert_msg((row->lets == NULL) == (row->lets_in == 0), "%s", row->word);
		ck_assert_msg(row->reason == REASON_FORBIDDEN || row->reason == REASON_SORRY, "%s",
			row->word);
		struct str word = str_of(row->word);
		ck_assert_msg(lean_policy_word_find(word, row->places) == row ||
				      lean_policy_name_find(word, row->places) == row,
			"%s is not found", row->word);
	}
	ck_assert_uint_gt(count, 100);
}
END_TEST

START_TEST(honest_uses_of_such_words_pass) {
	allows("h.end h.prefix List.isPrefix.local x.open");
	allows("-- sorry\n/- axiom -/ exact \"native_decide\"");
	allows("open Nat Real in simp");
	allows("open Nat (succ) in simp");
	allows("set_option maxRecDepth 10000 in norm_num");
	allows("set_option maxHeartbeats 400000 in nlinarith");
	allows("decide omega norm_num positivity simp_all linarith aesop module");
	allows("have constant : x = 1 := rfl; simp [constant]");
	allows("Leanness IOdine Metadata.x n.debugger #s");
	allows("eval x % 3 n%2");
	allows("exact r\"plain\"");
	allows("#s + #t₁ = #A'");
	allows("simp [f.find?, l.get?, a.b!]; aesop (add unsafe 50% foo)");
	allows("∑' k, f k = ∏' i, g i ∧ l[i]'h = m ∧ (f ∘' g) x");
	allows("f : V →ₗ[ℝ] W");
	allows("k%p = 3 ∧ a%(b + 1) = 0");
	allows("where termination_by decreasing_by");
}
END_TEST

START_TEST(scopes_that_do_not_end_by_themselves_are_refused) {
	refuses("open Nat", "open");
	refuses("open Lean.Meta in simp", "open");
	refuses("open in simp", "open");
	refuses("rfl open Nat in", "open");
	refuses("rfl set_option maxRecDepth 9 in", "set_option");
	refuses("rfl noncomputable", "noncomputable");
	refuses("set_option maxRecDepth 100", "set_option");
	refuses("set_option warn.sorry false in simp", "set_option");
	refuses("set_option autoImplicit true in simp", "set_option");
	refuses("constant x : False", "constant");
	refuses("decide +native", "native");
}
END_TEST

START_TEST(literals_that_may_hold_code_are_refused) {
	refuses("f \"{x}\"", "\"{x}\"");
	refuses("r#\"a\"#", "r#\"a\"#");
	refuses("r\"\\\"", "r\"\\\"");
	refuses("`foo", "`");
}
END_TEST

START_TEST(a_long_word_is_shown_cut_at_a_character) {
	struct lean_tokens tokens;
	struct lean_refusal refusal = {0};
	const char *text = "«aαααααααααααααααααααααααααααααααααααααααααααααααααααα»";
	ck_assert_int_eq(lean_lex(text, strlen(text), &tokens, NULL), LEAN_LEX_OK);
	ck_assert(!lean_policy_check(
		LEAN_POLICY_STRICT, &tokens, 0, 1, LEAN_PLACE_PROOF, NULL, &refusal));
	ck_assert_uint_eq(strlen(refusal.word), 47);
	lean_tokens_finish(&tokens);
}
END_TEST

START_TEST(sets_may_prepare_but_not_change_the_check) {
	check_policy("import Mathlib.Data.Real.Basic open Nat local notation", LEAN_PLACE_SET, NULL,
		0, REASON_NONE);
	check_policy("abbrev x_solution : T := sorry", LEAN_PLACE_SET, NULL, 0, REASON_NONE);
	check_policy("import Evil", LEAN_PLACE_SET, "import", 1, REASON_FORBIDDEN);
	check_policy("x\naxiom y : False", LEAN_PLACE_SET, "axiom", 2, REASON_FORBIDDEN);
	check_policy("macro", LEAN_PLACE_SET, "macro", 1, REASON_FORBIDDEN);
}
END_TEST

static void check_clean(const char *text, size_t length, bool clean, unsigned line) {
	unsigned got = 0;
	const char *why = NULL;
	ck_assert_int_eq(lean_policy_clean(text, length, &got, &why), clean);
	if (!clean) {
		ck_assert_uint_eq(got, line);
		ck_assert_ptr_nonnull(why);
	}
}

START_TEST(bytes_that_deceive_are_refused_even_in_comments) {
	static const char *const dirty[] = {"a\n-- \u200b", "a\n\u202e", "a\n\u2028", "a\n\xc2\x85",
		"a\n\v", "a\n\f", "a\n\ufeff", "a\n\u2066", "a\n\u2060", "a\n\u061c", "a\n\u206a",
		"a\nb\rc", "a\nb\r\nc", "a\n\x1c", "a\n\x1e"};
	for (size_t i = 0; i < F2F_COUNT(dirty); i++) {
		check_clean(dirty[i], strlen(dirty[i]), false, 2);
	}
	check_clean("a\0b", 3, false, 1);
	check_clean("a\xff", 2, false, 1);
	check_clean("α ≤ 𝓝\nb\tc", strlen("α ≤ 𝓝\nb\tc"), true, 0);
	check_clean("", 0, true, 0);
}
END_TEST

int main(void) {
	Suite *suite = suite_create("policy");
	TCase *tcase = tcase_create("policy");
	tcase_add_test(tcase, every_word_of_the_list_is_refused_in_a_proof);
	tcase_add_test(tcase, every_command_of_today_ends_a_proof);
	tcase_add_test(tcase, what_looks_like_a_command_or_a_search_is_refused_unknown_or_not);
	tcase_add_test(tcase, commands_with_a_hash_sign_are_refused_where_a_set_could_be_counted);
	tcase_add_test(tcase, permissive_notes_what_it_lets_through);
	tcase_add_test(tcase, the_table_is_sorted_and_gives_its_reasons);
	tcase_add_test(tcase, honest_uses_of_such_words_pass);
	tcase_add_test(tcase, scopes_that_do_not_end_by_themselves_are_refused);
	tcase_add_test(tcase, literals_that_may_hold_code_are_refused);
	tcase_add_test(tcase, a_long_word_is_shown_cut_at_a_character);
	tcase_add_test(tcase, sets_may_prepare_but_not_change_the_check);
	tcase_add_test(tcase, bytes_that_deceive_are_refused_even_in_comments);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
