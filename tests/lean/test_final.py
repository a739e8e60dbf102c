#!/usr/bin/env python3
"""Suite lean: the final check's two files are compiled by a real Lean (F2F_LEAN or `lean` in PATH), each in its sandbox; a stand-in that
knows Lean's compiled files by their first bytes looks at them (tests/fake/fake_checker.py). What a real checker says is not shown here."""
import json
import os
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "run"))
import harness
from harness import Home, Skip

STAND_IN = str(harness.SOURCE / "tests/fake/fake_checker.py")
STATEMENT = "theorem two (a b : Nat) : a + b = b + a := by\n  sorry\n"
GOOD = "theorem {0} (a b : Nat) : a + b = b + a := Nat.add_comm a b\n\ntheorem two (a b : Nat) : a + b = b + a := {0} a b\n"
PLACEHOLDER = "abbrev two_solution : Nat := sorry\n\ntheorem two : 1 + 1 = two_solution := by\n  sorry\n"


def home_with_lean():
    path = os.environ.get("F2F_LEAN") or shutil.which("lean")
    if not path:
        raise Skip("no lean here (F2F_LEAN, PATH)")
    home = Home(lean=False)
    home.env["F2F_LEAN"] = os.path.abspath(path)
    folder = home.path / "bin"
    folder.mkdir()
    os.symlink(STAND_IN, folder / "leanchecker")
    home.env["F2F_FINAL_CHECKER"] = str(folder / "leanchecker")
    return home


def check(home, text, *arguments, statement=STATEMENT, status=0):
    (home.path / "proof.lean").write_text(text)
    (home.path / "s.lean").write_text(statement)
    return json.loads(home.run("check", "proof.lean", "--statement", "s.lean", "--json", *arguments, status=status)[0])


def a_proof_that_both_accept_is_accepted():
    with home_with_lean() as home:
        verdict = check(home, GOOD.format("helper"), "--final")
        assert (verdict["outcome"], verdict["final"]) == ("accepted", "accepted"), verdict
        assert verdict["final_messages"][0] == "replaying F2fProof", verdict
        assert verdict["final_messages"][1].startswith("not looked at: the statement"), verdict


def what_only_the_checker_refuses_is_rejected():
    with home_with_lean() as home:
        assert check(home, GOOD.format("fake_kernel"))["outcome"] == "accepted"
        verdict = check(home, GOOD.format("fake_kernel"), "--final", status=3)
        assert (verdict["outcome"], verdict["reason"], verdict["final"]) == ("rejected", "error", "rejected"), verdict


def what_lean_refuses_never_reaches_the_checker():
    with home_with_lean() as home:
        verdict = check(home, "theorem two (a b : Nat) : a + b = b + a := rfl\n", "--final", status=3)
        assert (verdict["outcome"], verdict["reason"], verdict["final"]) == ("rejected", "error", None), verdict


def placeholders_are_open_in_the_challenge_and_filled_in_the_solution():
    with home_with_lean() as home:
        verdict = check(home, "abbrev two_solution : Nat := 2\n\ntheorem two : 1 + 1 = two_solution := rfl\n", "--final",
                        statement=PLACEHOLDER)
        assert (verdict["outcome"], verdict["final"]) == ("accepted", "accepted"), verdict


def demos_own_proofs_pass():
    with home_with_lean() as home:
        home.run("eval", "--model", "builtin/gold", "--split", "demo", "--final", "--toolchain", "any", status=None)
        rows = home.sql("SELECT outcome, final, count(*) FROM verdict GROUP BY outcome, final")
        accepted = {final: count for outcome, final, count in rows if outcome == "accepted"}
        assert set(accepted) == {"accepted"} and accepted["accepted"] > 5, rows
        assert all(final is None for outcome, final, _ in rows if outcome != "accepted"), rows


TESTS = [a_proof_that_both_accept_is_accepted,
         what_only_the_checker_refuses_is_rejected,
         what_lean_refuses_never_reaches_the_checker,
         placeholders_are_open_in_the_challenge_and_filled_in_the_solution,
         demos_own_proofs_pass]

if __name__ == "__main__":
    harness.main(TESTS)
