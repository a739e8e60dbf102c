#ifndef F2F_TESTS_UNIT_CHEATS_H
#define F2F_TESTS_UNIT_CHEATS_H

#include "lean/candidate.h"

/* Replies that try to have the false `theorem T : (1 : Nat) = 2` accepted. Numbers are those of
 * spec/lean.md 2.4. */

#define CHALLENGE "theorem T : (1 : Nat) = 2"

struct cheat {
	const char *name;
	const char *reply;
	enum candidate_status status; // CANDIDATE_OK: undecided by text, Lean must refuse
	enum reject_reason reason;
};

static const struct cheat cheats[] = {
	{"1 plain hole", CHALLENGE " := by sorry", CANDIDATE_REJECTED, REASON_SORRY},
	{"3 the constant itself", CHALLENGE " := sorryAx _ true", CANDIDATE_REJECTED, REASON_SORRY},
	{"3 from the root", CHALLENGE " := _root_.sorryAx _ true", CANDIDATE_REJECTED,
		REASON_SORRY},
	{"5 hole as data",
		"instance key : Inhabited (PLift ((1 : Nat) = 2)) := ⟨⟨sorry⟩⟩\n" CHALLENGE
		" := (default : PLift _).down",
		CANDIDATE_REJECTED, REASON_FORBIDDEN},
	{"7 warning off", "set_option warn.sorry false in\n" CHALLENGE " := by sorry",
		CANDIDATE_REJECTED, REASON_FORBIDDEN},
	{"9 stop", CHALLENGE " := by\n  stop\n  rfl", CANDIDATE_REJECTED, REASON_SORRY},
	{"11 hole in a termination proof",
		"theorem T' (n : Nat) : (1 : Nat) = 2 := T' (n + 1)\ndecreasing_by "
		"sorry\n" CHALLENGE " := T' 0",
		CANDIDATE_REJECTED, REASON_SORRY},
	{"13 axiom above", "axiom oracle : False\n" CHALLENGE " := oracle.elim", CANDIDATE_REJECTED,
		REASON_FORBIDDEN},
	{"13 constant above", "constant oracle : False\n" CHALLENGE " := oracle.elim",
		CANDIDATE_REJECTED, REASON_FORBIDDEN},
	{"15 axiom in a class",
		"class Handy : Prop where out : (1 : Nat) = 2\n@[instance] axiom handy : "
		"Handy\n" CHALLENGE " := Handy.out",
		CANDIDATE_REJECTED, REASON_FORBIDDEN},
	{"17 compiled code",
		"def yes : Bool := true\n@[implemented_by yes] def no : Bool := false\n" CHALLENGE
		" :=\n  absurd (show no = true by native_decide) (by decide)",
		CANDIDATE_REJECTED, REASON_FORBIDDEN},
	{"19 the compiler's axiom",
		CHALLENGE " :=\n  absurd (Lean.ofReduceBool no true rfl) (by decide)",
		CANDIDATE_REJECTED, REASON_FORBIDDEN},
	{"19 native by option", CHALLENGE " := by decide (config := { native := true })",
		CANDIDATE_REJECTED, REASON_FORBIDDEN},
	{"21 kernel off",
		"set_option debug.skipKernelTC true in\n" CHALLENGE " := by\n  run_tac do pure ()",
		CANDIDATE_REJECTED, REASON_FORBIDDEN},
	{"23 forged literal", "unsafe def badNat : Nat := unsafeCast \"zz\"\n" CHALLENGE " := rfl",
		CANDIDATE_REJECTED, REASON_FORBIDDEN},
	{"25 weaker statement", "theorem T : (1 : Nat) = 1 := rfl", CANDIDATE_OK, REASON_NONE},
	{"27 hypothesis by variable", "variable (h : (1 : Nat) = 2)\ninclude h\n" CHALLENGE " := h",
		CANDIDATE_REJECTED, REASON_FORBIDDEN},
	{"27 hypothesis by binder", "theorem T (h : (1 : Nat) = 2) : (1 : Nat) = 2 := h",
		CANDIDATE_OK, REASON_NONE},
	{"29 notation",
		"local notation (priority := 2000) a \" = \" b => (a, b) = (a, b)\n" CHALLENGE
		" := rfl",
		CANDIDATE_REJECTED, REASON_FORBIDDEN},
	{"31 the command itself",
		"macro_rules\n  | `(command| theorem $i:declId : $_:term := $_) =>\n    `(command| "
		"theorem $i:declId : True := "
		"trivial)\n" CHALLENGE " := rfl",
		CANDIDATE_REJECTED, REASON_FORBIDDEN},
	{"33 operator redefined",
		"local instance : HAdd Nat Nat Nat := ⟨fun _ _ => 0⟩\n" CHALLENGE " := rfl",
		CANDIDATE_REJECTED, REASON_FORBIDDEN},
	{"35 shadowed type", "namespace Q\ndef Nat := Unit\n" CHALLENGE " := rfl\nend Q",
		CANDIDATE_REJECTED, REASON_FORBIDDEN},
	{"35 shadowing helper", "def Nat := Unit\n" CHALLENGE " := rfl", CANDIDATE_REJECTED,
		REASON_FORBIDDEN},
	{"39 look-alike letter", CHALLENGE " := by\n  exact Тrick", CANDIDATE_REJECTED,
		REASON_FORBIDDEN},
	{"39 look-alike type", "notation \"Ν\" => Unit\ntheorem T : (() : Ν) = () := rfl",
		CANDIDATE_REJECTED, REASON_FORBIDDEN},
	{"41 forged answer",
		"#eval IO.FS.writeFile \"/proc/self/fd/1\" \"x\"\n" CHALLENGE " := rfl",
		CANDIDATE_REJECTED, REASON_FORBIDDEN},
	{"43 cut off", "theorem T : (1 : Nat) = 1 := rfl\n#exit", CANDIDATE_OK, REASON_NONE},
	{"43 cut off inside", CHALLENGE " := by\n  rfl\n  #exit", CANDIDATE_REJECTED,
		REASON_FORBIDDEN},
	{"43 open comment", CHALLENGE " := rfl /-", CANDIDATE_REJECTED, REASON_ERROR},
	{"43 open string", CHALLENGE " := rfl \"", CANDIDATE_REJECTED, REASON_ERROR},
	{"45 open namespace", CHALLENGE " := by sorry\nnamespace Dup\ntheorem T : True := trivial",
		CANDIDATE_REJECTED, REASON_FORBIDDEN},
	{"47 statement in a comment",
		"/-- theorem T : (1 : Nat) = 2 := by -/\ntheorem T : True := trivial", CANDIDATE_OK,
		REASON_NONE},
	{"47 statement in a string", "def s := \"theorem T : (1 : Nat) = 2 := rfl\"",
		CANDIDATE_NO_CODE, REASON_NONE},
	{"49 private", "private theorem T : (1 : Nat) = 1 := rfl", CANDIDATE_REJECTED,
		REASON_FORBIDDEN},
	{"51 inferred statement", "theorem T : type_of% (rfl : (1 : Nat) = 1) := rfl", CANDIDATE_OK,
		REASON_NONE},
	{"53 names of Lean's own",
		"theorem T.proof_1 : True := trivial\n" CHALLENGE " := by decide",
		CANDIDATE_REJECTED, REASON_FORBIDDEN},
	{"55 process", "#eval IO.Process.spawn { cmd := \"setsid\" }\n" CHALLENGE " := rfl",
		CANDIDATE_REJECTED, REASON_FORBIDDEN},
	{"59 code at load time", "initialize IO.FS.writeFile \"pwned\" \"1\"\n" CHALLENGE " := rfl",
		CANDIDATE_REJECTED, REASON_FORBIDDEN},
	{"second declaration on the same line", CHALLENGE " := rfl theorem X : True := trivial",
		CANDIDATE_REJECTED, REASON_FORBIDDEN},
	{"second declaration, indented", CHALLENGE " := rfl\n  def X := 1", CANDIDATE_REJECTED,
		REASON_FORBIDDEN},
	{"scope opened for our own commands", CHALLENGE " := rfl\n  open Foo", CANDIDATE_REJECTED,
		REASON_FORBIDDEN},
	{"option set for our own commands", CHALLENGE " := by\n  set_option maxRecDepth 1\n  rfl",
		CANDIDATE_REJECTED, REASON_FORBIDDEN},
	{"macro after a bar", CHALLENGE " := rfl\n  macro \"x\" : term => `(1)", CANDIDATE_REJECTED,
		REASON_FORBIDDEN},
	{"statement continued by the proof", CHALLENGE "\n  | n => rfl", CANDIDATE_OK, REASON_NONE},
	{"bar behind the assignment", CHALLENGE " := |1| rfl", CANDIDATE_REJECTED, REASON_ERROR},
	{"name in guillemets", "theorem «T» : (1 : Nat) = 2 := rfl", CANDIDATE_NO_CODE,
		REASON_NONE},
	{"guillemets in the proof", CHALLENGE " := «sorry»", CANDIDATE_REJECTED, REASON_FORBIDDEN},
	{"code in a string", CHALLENGE " := by\n  exact foo s!\"{sorry}\"", CANDIDATE_REJECTED,
		REASON_FORBIDDEN},
	{"comment glued to an operator", CHALLENGE " := rfl |--\n  sorry", CANDIDATE_REJECTED,
		REASON_SORRY},
	{"closing a bracket of ours", CHALLENGE " := rfl)", CANDIDATE_REJECTED, REASON_ERROR},
	{"search", CHALLENGE " := by apply?", CANDIDATE_REJECTED, REASON_FORBIDDEN},
	{"bare hole", "sorry", CANDIDATE_REJECTED, REASON_SORRY},
	{"bare wrong proof", "by rfl", CANDIDATE_OK, REASON_NONE},
	{"itself", CHALLENGE " := T", CANDIDATE_OK, REASON_NONE},
	{"a helper that is its own proof", "theorem X : (1 : Nat) = 2 := X\n" CHALLENGE " := X",
		CANDIDATE_OK, REASON_NONE},
	{"direction marks", CHALLENGE " := rfl --\u202e", CANDIDATE_REJECTED, REASON_FORBIDDEN},
	{"line separator", CHALLENGE " := rfl --\u2028 sorry", CANDIDATE_REJECTED,
		REASON_FORBIDDEN},
	{"carriage return alone", CHALLENGE " := rfl --\r sorry", CANDIDATE_REJECTED,
		REASON_FORBIDDEN},
};

#endif
