#!/usr/bin/env python3
"""Suite lean, single proofs: `f2f check`, `f2f lean list --statements` and `f2f verify` against a real Lean."""
import json

from test_eval import BACKENDS, demo, harness, home_with_lean, whole

SYMMETRY = "theorem two (a b : Nat) (h : a = b) : b = a := by\n  sorry\n"


def check(home, text, *arguments, statement=SYMMETRY, status=0, name="proof.lean"):
    (home.path / name).write_text(text, encoding="utf-8")
    (home.path / "s.lean").write_text(statement, encoding="utf-8")
    return home.json("check", name, "--statement", "s.lean", "--json", *arguments, status=status)


def the_proofs_of_demo_are_accepted_bare_and_whole():
    for backend in BACKENDS:
        with home_with_lean() as home:
            for record in demo()[::4]:
                statement = record["header"] + record["formal_statement"] + " sorry\n"
                for text in (record["formal_proof"], whole(record, record["formal_proof"])):
                    verdict = check(home, text, "--backend", backend, statement=statement)
                    assert verdict["outcome"] == "accepted" and verdict["cpu_s"] > 0, verdict
                    assert set(verdict["axioms"]) <= {"propext", "Classical.choice", "Quot.sound"}, verdict


def errors_stand_where_they_are_in_the_file():
    for backend in BACKENDS:
        with home_with_lean() as home:
            text = "Swap it:\n\n```lean\ntheorem two (a b : Nat) (h : a = b) : b = a := by\n  have x := h\n  exact foo x\n```\n"
            verdict = check(home, text, "--backend", backend, status=3, name="reply.md")
            assert verdict["reason"] == "error", verdict
            assert verdict["places"][0] == {"line": 6, "column": 8}, verdict
            assert "unknown identifier 'foo'" in verdict["messages"][0].replace("`", "'"), verdict
            verdict = check(home, "fun_h", "--backend", backend, status=3)
            assert verdict["places"][0]["line"] == 1, verdict
            assert not any("f2f_probe" in line or "_root_.two" in line for line in verdict["messages"]), verdict


def a_proof_of_another_statement_is_refused_and_the_difference_shown():
    with home_with_lean() as home:
        verdict = check(home, "theorem two (a b : Nat) (h : a = b) : a = b := by\n  exact h\n", status=3)
        assert verdict["reason"] == "error" and '"a = b" for "b = a"' in verdict["difference"], verdict


def a_statement_that_is_broken_here_decides_nothing():
    for backend in BACKENDS:
        with home_with_lean() as home:
            verdict = check(home, "by exact rfl", "--backend", backend, status=6,
                            statement="theorem two : Nat.noSuchThing = 1 := by sorry\n")
            assert verdict["outcome"] is None and verdict["missing"] == "verifier", verdict
            assert verdict["messages"][0].startswith("the statement is broken on this Lean"), verdict


def a_proof_that_runs_out_of_time_is_rejected_and_says_so():
    slow = "def spin : Nat → Nat → Nat\n  | 0, n => n\n  | k + 1, n => spin k (spin k n)\n\ntheorem two : spin 60 0 = 0 := by\n  sorry\n"
    with home_with_lean() as home:
        verdict = check(home, "by decide", "--lean-cpu", "2", statement=slow, status=3)
        assert verdict["outcome"] == "rejected" and verdict["reason"] in ("timeout", "error", "resources"), verdict


def every_statement_of_demo_elaborates():
    for backend in BACKENDS:
        with home_with_lean() as home:
            found = home.json("lean", "list", "--statements", "demo", "--json", "--backend", backend)
            assert (found["sound"], found["broken"], found["undecided"]) == (24, 0, 0), found
            assert all(row["cpu_s"] >= 0 and not row["known"] for row in found["statements"])


def another_backend_changes_no_verdict():
    with home_with_lean() as home:
        home.run("eval", "--model", "builtin/tactics", "--split", "demo", "-n", "4")
        lines = [json.loads(line) for line in home.run("verify", "latest", "--backend", "batch", "--json")[0].splitlines()]
        changed = [line for line in lines if line["before"]["outcome"] != line["outcome"]]
        assert len(lines) == 96 and changed == [], changed
        assert {line["backend"] for line in lines} == {"batch"}


TESTS = [the_proofs_of_demo_are_accepted_bare_and_whole,
         errors_stand_where_they_are_in_the_file,
         a_proof_of_another_statement_is_refused_and_the_difference_shown,
         a_statement_that_is_broken_here_decides_nothing,
         a_proof_that_runs_out_of_time_is_rejected_and_says_so,
         every_statement_of_demo_elaborates,
         another_backend_changes_no_verdict]

if __name__ == "__main__":
    harness.main(TESTS)
