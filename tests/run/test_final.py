#!/usr/bin/env python3
"""The final check from the command line, with stand-ins for Lean and for the checkers (tests/fake): what is asked for and not there,
what is stored, what counts."""
import json
import os

import harness
from endpoint import Endpoint
from harness import Home

STAND_IN = str(harness.SOURCE / "tests/fake/fake_checker.py")
STATEMENT = "theorem two : True := by\n  sorry\n"
TRUE = "theorem two : True := by trivial\n"
LET_THROUGH = "abbrev Mine : Nat := 1\ntheorem helper : True := by trivial\n\ntheorem two : True := by trivial\n"


def home_with(*programs):
    """A home with these checkers in PATH."""
    home = Home()
    folder = home.path / "bin"
    folder.mkdir()
    for name in programs:
        os.symlink(STAND_IN, folder / name)
    home.env["PATH"] = f"{folder}:/usr/bin:/bin"
    return home


def check(home, text, *arguments, status=0):
    (home.path / "proof.lean").write_text(text)
    (home.path / "s.lean").write_text(STATEMENT)
    return json.loads(home.run("check", "proof.lean", "--statement", "s.lean", "--json", *arguments, status=status)[0])


def helper(word):
    """A word that the stand-ins look for, as the name of a helper."""
    return f"theorem {word} : True := by trivial\n\n"


def whole(record, word):
    statement = record["formal_statement"].rsplit(":=", 1)[0].rstrip()
    return f"```lean4\n{helper(word) if word else ''}{statement} := {record['formal_proof']}\n```"


def demo():
    with open(harness.SOURCE / "datasets/demo/problems.jsonl", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def replay(home, words):
    """demo's own proofs, with a word before some."""
    lines = [json.dumps({"id": r["name"], "text": whole(r, words.get(r["name"]))}) for r in demo()]
    (home.path / "replies.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


REPLAY = ("eval", "--model", "replay/replies.jsonl", "--split", "demo")


def without_a_checker_nothing_is_asked():
    with home_with() as home, Endpoint(lambda *_: "```lean\nby rfl\n```") as endpoint:
        ask = ("eval", "--model", "openai/m", "--base-url", endpoint.url, "--split", "demo", "--limit", "2")
        for options in (("--final",), ("--policy", "permissive"), ("--final", "--final-checker", "comparator")):
            _, err = home.run(*ask, *options, status=6)
            assert "f2f doctor" in err, err
            verdict = check(home, TRUE, *options, status=6)
            assert (verdict["outcome"], verdict["missing"]) == (None, "verifier"), verdict
        _, err = home.run(*ask, "--final", F2F_FINAL_CHECKER="nonsense", status=2)
        assert 'no final checker is called "nonsense"' in err, err
        assert endpoint.requests == 0
        assert check(home, TRUE)["outcome"] == "accepted"


def replay_alone_is_not_enough_for_the_permissive_policy():
    with home_with("leanchecker") as home:
        assert check(home, TRUE, "--final")["final"] == "accepted"
        verdict = check(home, TRUE, "--policy", "permissive", status=6)
        assert verdict["outcome"] is None, verdict
        _, err = home.run("eval", "--model", "builtin/gold", "--split", "demo", "--policy", "permissive",
                          "--final-checker", "leanchecker", status=6)
        assert "does not look at the statement" in err, err


def words_that_are_let_through_need_the_final_check_and_others_do_not():
    with home_with("safe_verify") as home:
        assert check(home, LET_THROUGH, status=3)["reason"] == "forbidden"
        verdict = check(home, LET_THROUGH, "--policy", "permissive")
        assert (verdict["outcome"], verdict["final"]) == ("accepted", "accepted"), verdict
        verdict = check(home, helper("fake_kernel") + LET_THROUGH, "--policy", "permissive", status=3)
        assert (verdict["outcome"], verdict["reason"], verdict["final"]) == ("rejected", "error", "rejected"), verdict
        verdict = check(home, helper("fake_c_silent") + LET_THROUGH, "--policy", "permissive", status=6)
        assert (verdict["outcome"], verdict["missing"], verdict["final"]) == (None, "verifier", "failed"), verdict
        verdict = check(home, helper("fake_c_crash") + LET_THROUGH, "--policy", "permissive", status=3)
        assert (verdict["outcome"], verdict["reason"], verdict["final"]) == ("rejected", "resources", "failed"), verdict


def every_accepted_proof_of_a_run_has_both_verdicts():
    with home_with("safe_verify", "comparator") as home:
        replay(home, {})
        home.run(*REPLAY)
        before = dict(home.sql("SELECT problem, outcome FROM sample"))
        accepted = sorted(name for name, outcome in before.items() if outcome == "accepted")
        assert len(accepted) >= 3, before
        marked = accepted[:3]
        _, err = home.run(*REPLAY, "--final", status=None)
        assert "is new: final" in err, err
        replay(home, dict(zip(marked, ["fake_kernel", "fake_c_silent", "fake_c_crash"])))
        home.run(*REPLAY, "--final", status=None)
        run = home.json("runs", "--json")["runs"][0]["id"]
        rows = home.sql(f"SELECT s.problem, s.outcome, s.reason, s.missing, v.final, v.final_checker, v.final_messages "
                        f"FROM sample s JOIN verdict v ON v.sample = s.id WHERE s.run = '{run}'")
        by_name = {row[0]: row[1:] for row in rows}
        for name in accepted:
            outcome, reason, missing, final, checker, messages = by_name[name]
            assert checker.startswith("safeverify sha256:"), checker  # comparator lacks lake, landrun
            if name not in marked:
                assert (outcome, final) == ("accepted", "accepted"), (name, by_name[name])
                assert "SafeVerify check passed." in messages and "known kernel holes" in messages, messages
            elif name == marked[0]:
                assert (outcome, reason, final) == ("rejected", "error", "rejected"), by_name[name]
            elif name == marked[1]:
                assert (outcome, missing, final) == (None, "verifier", "failed"), by_name[name]
            else:
                assert (outcome, reason, final) == ("rejected", "resources", "failed"), by_name[name]
        for name, row in by_name.items():
            assert name in accepted or row[3] is None, (name, row)  # what the filter refused is not asked about
        manifest = json.loads(home.sql(f"SELECT manifest FROM run WHERE id = '{run}'")[0][0])
        assert "safeverify sha256:" in json.dumps(manifest), manifest


def a_checker_that_accepts_all_is_found_out_before_anything_is_asked():
    with home_with() as home, Endpoint(lambda *_: "```lean\nby rfl\n```") as endpoint:
        program = home.path / "bin" / "safe_verify"
        program.write_text("#!/bin/sh\necho 'SafeVerify check passed.' >&2\n")
        program.chmod(0o755)
        _, err = home.run("eval", "--model", "openai/m", "--base-url", endpoint.url, "--split", "demo", "--limit", "2",
                          "--final", status=6)
        assert "self-test: it accepts" in err, err
        assert endpoint.requests == 0


def doctor_says_what_each_looks_at_and_tries_one():
    with home_with("leanchecker") as home:
        out, _ = home.run("doctor")
        assert "comparator: not here" in out and "leanchecker: " in out, out
        assert "accepts what is true, and refuses what it can see" in out, out
        assert "Lean 4.9.0 has known kernel holes" in out, out
    with home_with("comparator", "lake", "landrun", "lean4export") as home:
        out, _ = home.run("doctor")
        assert "comparator sha256:" in out and "refuses what it can see" in out, out


def nothing_is_left_behind():
    with home_with("safe_verify") as home:
        check(home, TRUE, "--final")
        check(home, helper("fake_o_closed") + TRUE, "--final")
        left = [name for name in os.listdir(home.path) if name.startswith("f2f-final-")]
        assert left == [], left


TESTS = [without_a_checker_nothing_is_asked,
         replay_alone_is_not_enough_for_the_permissive_policy,
         words_that_are_let_through_need_the_final_check_and_others_do_not,
         every_accepted_proof_of_a_run_has_both_verdicts,
         a_checker_that_accepts_all_is_found_out_before_anything_is_asked,
         doctor_says_what_each_looks_at_and_tries_one,
         nothing_is_left_behind]

if __name__ == "__main__":
    harness.main(TESTS)
