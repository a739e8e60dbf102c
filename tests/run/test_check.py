#!/usr/bin/env python3
"""`f2f check` with the stand-in for Lean: every exit status, the shape of --json, and where in the file a message belongs."""
import hashlib
import json

import harness
from harness import Home

KEYS = {"outcome", "reason", "missing", "axioms", "messages", "cpu_s", "elapsed_ms", "backend", "lean", "policy"}
STATEMENT = "theorem two : True := by\n  sorry\n"


def check(home, text, *arguments, statement=STATEMENT, status=0):
    """The verdict of one text, as JSON; its keys are those of the contract."""
    (home.path / "proof.lean").write_bytes(text if isinstance(text, bytes) else text.encode())
    (home.path / "s.lean").write_text(statement)
    out, err = home.run("check", "proof.lean", "--statement", "s.lean", "--json", *arguments, status=status)
    verdict = json.loads(out)
    assert out.count("\n") == 1 and KEYS <= set(verdict), (out, err)
    assert isinstance(verdict["axioms"], list) and isinstance(verdict["messages"], list)
    return verdict


def proofs_replies_and_whole_files_are_accepted_through_both_backends():
    texts = ["by trivial", "True.intro\n", "by\r\n  trivial\r\n", "theorem two : True := by\n  trivial",
             "import Mathlib\n\ntheorem two : True := by trivial\n", "So:\n```lean\nby trivial\n```\nDone.\n"]
    with Home() as home:
        for backend in ("lsp", "batch"):
            for text in texts:
                verdict = check(home, text, "--backend", backend)
                assert (verdict["outcome"], verdict["reason"], verdict["missing"]) == ("accepted", None, None), (text, verdict)
                assert verdict["backend"] == backend and verdict["lean"] == "4.9.0 (8f9843a4a5fe)", verdict
                assert verdict["policy"] == "strict" and verdict["axioms"] == [] and verdict["difference"] is None
        assert not home.db.exists()


def rejections_by_lean_say_where_in_the_file():
    with Home() as home:
        verdict = check(home, "Look:\n\n```lean\ntheorem two :\n    True :=\n  fake_error\n```\n", status=3)
        assert (verdict["outcome"], verdict["reason"]) == ("rejected", "error"), verdict
        assert verdict["messages"][0].endswith("error: unknown identifier 'fake_error'"), verdict
        assert verdict["places"][0]["line"] == 6, verdict
        out, _ = home.run("check", "proof.lean", "-s", "s.lean", status=3)
        assert out.startswith("rejected, error: two\n  proof.lean:6:"), out


def another_statement_is_told_and_does_not_count():
    with Home() as home:
        verdict = check(home, "theorem two : False := by trivial")
        assert verdict["outcome"] == "accepted" and verdict["difference"] == 'token 2: "False" for "True", line 1', verdict
        out, _ = home.run("check", "proof.lean", "-s", "s.lean")
        assert '"False" for "True"' in out and "checked was the one that was asked for" in out, out


def what_takes_too_long_or_kills_its_checker_is_rejected():
    with Home() as home:
        verdict = check(home, "by fake_cpu", "--lean-cpu", "1", status=3)
        assert (verdict["outcome"], verdict["reason"]) == ("rejected", "timeout"), verdict
        verdict = check(home, "by fake_crash", status=3)
        assert (verdict["outcome"], verdict["reason"]) == ("rejected", "resources"), verdict
        out, _ = home.run("check", "proof.lean", "-s", "s.lean", status=3)
        assert "next       --lean-mem MIB" in out, out


def a_header_that_this_lean_cannot_import_is_no_verdict_on_the_proof():
    with Home() as home:
        verdict = check(home, "by trivial", statement="import Batteries\n\ntheorem two : True := by sorry\n", status=6)
        assert (verdict["outcome"], verdict["missing"]) == (None, "verifier"), verdict
        assert "unknown package 'Batteries'" in verdict["messages"][0], verdict


def a_lean_of_another_version_than_asked_for_decides_nothing():
    with Home() as home:
        verdict = check(home, "by trivial", "--toolchain", "v4.15.0", status=6)
        assert verdict["missing"] == "verifier" and "4.15.0" in verdict["messages"][0], verdict
        assert check(home, "by trivial", "--toolchain", "v4.9.0")["outcome"] == "accepted"


def placeholders_are_filled_by_the_reply_alone():
    statement = "abbrev two_solution : Nat := sorry\ntheorem two : True := by sorry\n"
    with Home() as home:
        # The stand-in takes half of all values, by its own rule.
        value = next(n for n in range(99) if hashlib.sha256(f": Nat\n{n}".encode()).digest()[0] < 128)
        verdict = check(home, f"abbrev two_solution : Nat := {value}\ntheorem two : True := by trivial\n", statement=statement)
        assert verdict["outcome"] == "accepted", verdict
        verdict = check(home, "theorem two : True := by trivial\n", statement=statement, status=3)
        assert verdict["outcome"] != "accepted", verdict


def large_files_and_odd_bytes_have_a_verdict_or_a_clear_error():
    with Home() as home:
        verdict = check(home, "by trivial -- " + "x" * (3 << 20) + "\n", status=None)
        assert verdict["outcome"] in ("accepted", "rejected"), verdict["outcome"]
        verdict = check(home, b"by trivial -- \xff\n", status=3)
        assert verdict["reason"] == "forbidden", verdict
        verdict = check(home, b"by trivial\0\n", status=3)
        assert verdict["outcome"] != "accepted", verdict
        (home.path / "huge").write_bytes(b"x" * (65 << 20))
        _, err = home.run("check", "huge", "-s", "s.lean", status=2)
        assert "huge: larger than 67108864 bytes" in err, err


TESTS = [proofs_replies_and_whole_files_are_accepted_through_both_backends,
         rejections_by_lean_say_where_in_the_file,
         another_statement_is_told_and_does_not_count,
         what_takes_too_long_or_kills_its_checker_is_rejected,
         a_header_that_this_lean_cannot_import_is_no_verdict_on_the_proof,
         a_lean_of_another_version_than_asked_for_decides_nothing,
         placeholders_are_filled_by_the_reply_alone,
         large_files_and_odd_bytes_have_a_verdict_or_a_clear_error]

if __name__ == "__main__":
    harness.main(TESTS)
