#!/usr/bin/env python3
"""`f2f verify`: what changed, under whose settings, interrupted and gone on with; `f2f lean list --statements`. Lean is a stand-in."""
import hashlib
import json
import pathlib
import shutil
import signal
import sqlite3
import time

import harness
from harness import Home

TACTICS = ("eval", "--model", "builtin/tactics", "--split", "demo")


def stand_in(home, name, *changes):
    """A Lean that differs from the usual one; what its folder needs is copied with it."""
    folder = home.path / name
    folder.mkdir()
    for part in pathlib.Path(harness.FAKE_LEAN).parent.glob("*.py"):
        shutil.copy(part, folder)
    lean = folder / "fake_lean.py"
    text = lean.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    lean.write_text(text, encoding="utf-8")
    return str(lean)


def refusing(home):
    """Calls itself 4.10.0 and takes no proof but those of True."""
    return stand_in(home, "refusing", ("4.9.0", "4.10.0"), ("digest()[0] < 128", "digest()[0] < 0"))


def outcomes(home):
    return dict(home.sql("SELECT coalesce(outcome, missing), count(*) FROM sample GROUP BY 1"))


def lines_of(text):
    return [json.loads(line) for line in text.splitlines()]


def what_changed_is_shown_and_the_own_settings_bring_it_back():
    with Home() as home:
        home.run(*TACTICS, "-n", "2")
        before = outcomes(home)
        accepted = before["accepted"]
        assert accepted > 5, before
        settings = home.sql("SELECT settings FROM run")
        out, err = home.run("verify", "latest", F2F_LEAN=refusing(home))
        assert f"{accepted}  accepted → rejected: error" in out and f"{48 - accepted}  unchanged" in out, out
        assert out.count("accepted → rejected: error\n") == accepted + 1, out
        assert "wants 4.9.0, and F2F_LEAN names Lean 4.10.0" in err and "lean 4.9.0 → 4.10.0" in err, err
        assert "not all under the run's own settings" in out and "48 verdicts by Lean 4.10.0" in out, out
        assert outcomes(home) == {"rejected": 48}
        assert home.sql("SELECT settings FROM run") == settings, "the run is another one"
        assert json.loads(home.sql("SELECT manifest FROM run")[0][0])["lean"]["version"] == "4.10.0"
        assert home.sql("SELECT count(*) FROM verdict") == [(96,)], "earlier verdicts are kept"
        out, err = home.run("verify", "latest", "--json")
        lines = lines_of(out)
        assert len(lines) == 48 and sum(line["before"]["outcome"] != line["outcome"] for line in lines) == accepted
        assert all(line["before"]["reason"] == "error" and line["before"]["missing"] is None for line in lines)
        assert outcomes(home) == before and "other settings" not in err, err
        report = home.json("report", "latest", "--json")
        assert [c["verdicts"] for c in report["checks"]] == [48] and report["broken_statements"]["samples"] == 0, report["checks"]


def a_dry_run_shows_and_stores_nothing():
    with Home() as home:
        home.run(*TACTICS)
        dump = home.sql("SELECT * FROM run") + home.sql("SELECT * FROM sample") + home.sql("SELECT * FROM verdict")
        out, err = home.run("verify", "latest", "--dry-run", "--lean-cpu", "7", F2F_LEAN=refusing(home))
        assert "accepted → rejected: error" in out and "nothing is stored" in err and "pass@1" not in out, (out, err)
        lines = lines_of(home.run("verify", "latest", "--dry-run", "--json")[0])
        assert len(lines) == 24
        assert dump == home.sql("SELECT * FROM run") + home.sql("SELECT * FROM sample") + home.sql("SELECT * FROM verdict")


def the_runs_own_limit_and_policy_are_taken_where_none_are_given():
    with Home() as home:
        home.run(*TACTICS, "--lean-cpu", "77", "--limit", "3")
        _, err = home.run("verify", "latest")
        assert "other settings" not in err, err
        manifest = json.loads(home.sql("SELECT manifest FROM run")[0][0])
        assert manifest["lean"]["cpu_limit_s"] == 77 and manifest["lean"]["policy"] == "strict", manifest["lean"]
        _, err = home.run("verify", "latest", "--lean-cpu", "78")
        assert "lean-cpu 77 → 78" in err, err
        verdicts = home.sql("SELECT count(*) FROM verdict")
        _, err = home.run("verify", "latest", "--policy", "permissive", status=6)  # there is no checker here to clear it
        assert "no final checker can be used" in err and home.sql("SELECT count(*) FROM verdict") == verdicts, err


def a_run_that_was_never_checked_gets_the_lean_of_its_first_check():
    with Home() as home:
        home.run(*TACTICS, "--no-verify")
        assert "lean" not in json.loads(home.sql("SELECT settings FROM run")[0][0])
        home.run("verify", "latest", "--pending")
        settings = json.loads(home.sql("SELECT settings FROM run")[0][0])
        assert settings["lean"] == "4.9.0" and settings["lean-cpu"] == 300, settings
        home.run(*TACTICS)  # the same run goes on
        assert home.sql("SELECT count(*) FROM run") == [(1,)]


def filters_choose_and_what_fits_nothing_is_said():
    with Home() as home:
        home.run(*TACTICS, "-n", "2")
        lines = lines_of(home.run("verify", "latest", "--json", "--sample", "1")[0])
        assert len(lines) == 24 and {line["sample"] for line in lines} == {1}
        lines = lines_of(home.run("verify", "latest", "--json", "--problem", "demo_chain,demo/demo_currying")[0])
        assert sorted({line["problem"] for line in lines}) == ["demo_chain", "demo_currying"] and len(lines) == 4
        lines = lines_of(home.run("verify", "latest", "--json", "--outcome", "rejected", "--reason", "error")[0])
        assert len(lines) == outcomes(home)["rejected"]
        for arguments in (("--problem", "nope"), ("--sample", "7"), ("--reason", "timeout")):
            _, err = home.run("verify", "latest", *arguments, status=2)
            assert "that is as asked for" in err, err
        for arguments in (("--outcome", "truncated"), ("--reason", "lazy"), ("--lean-cpu", "1,,2"), ("--lean-cpu", "0"),
                          ("--lean-cpu", "x"), ("--sample", "-1")):
            home.run("verify", "latest", *arguments, status=2)


def killed_at_any_moment_the_same_command_goes_on():
    with Home() as home:
        home.run(*TACTICS, "-n", "12")
        assert home.sql("SELECT count(*) FROM verdict") == [(288,)]
        command = ("verify", "latest", "--lean-cpu", "299")
        for stored in (300, 340, 420):
            process = home.start(*command)
            while process.poll() is None and (home.sql_or_none("SELECT count(*) FROM verdict") or 0) < stored:
                time.sleep(0.002)  # until that many are stored: no time is assumed
            process.send_signal(signal.SIGKILL)
            process.communicate()
        done = home.sql("SELECT count(*) FROM verdict")[0][0]
        _, err = home.run(*command)
        assert f"{done - 288} are checked already" in err or done == 576, (done, err)
        assert home.sql("SELECT count(*) FROM verdict") == [(576,)], "some were checked twice or not at all"
        assert "recheck" not in json.loads(home.sql("SELECT manifest FROM run")[0][0])
        home.run(*command)  # it was complete: this is another one
        assert home.sql("SELECT count(*) FROM verdict") == [(864,)]


def several_limits_show_how_much_depends_on_them():
    with Home() as home:
        # A proof that takes about a second of CPU and that the stand-in accepts.
        slow = ('    if "fake_hang" in text:', '    if "fake_second" in text:\n        start = time.process_time()\n'
                '        while time.process_time() - start < 1.0:\n            pass\n    if "fake_hang" in text:')
        lean = stand_in(home, "slow", slow) if slow[0] in pathlib.Path(harness.FAKE_LEAN).read_text() else None
        problems = [json.loads(line) for line in open(harness.SOURCE / "datasets/demo/problems.jsonl", encoding="utf-8")]
        replies = home.path / "replies.jsonl"
        with open(replies, "w", encoding="utf-8") as file:
            for index, problem in enumerate(problems):
                proof = problem["formal_proof"] if index != 4 or lean is None else accepted_with(problem, "fake_second")
                file.write(json.dumps({"id": problem["name"], "sample": 0, "text": f"```lean\n{proof}\n```"}) + "\n")
        extra = {"F2F_LEAN": lean} if lean else {}
        home.run("import", replies, "--split", "demo", "--model", "m", **extra)
        out, _ = home.run("verify", "latest", "--lean-cpu", "30,1,2", **extra)
        assert "CPU limit   accepted   checked again" in out and "     30 s" in out, out
        lines = lines_of(home.run("verify", "latest", "--lean-cpu", "1,2,30", "--json", **extra)[0])
        limits = lines[-1]["lean_cpu"]
        assert [limit["limit_s"] for limit in limits] == [1, 2, 30], limits
        assert limits[2]["checked_again"] == 0 and limits[2]["samples"] == 24, limits
        assert limits[0]["accepted"] <= limits[1]["accepted"] <= limits[2]["accepted"], limits
        assert limits[2]["accepted"] == outcomes(home)["accepted"]
        if lean:
            assert limits[0]["checked_again"] == 1 and limits[2]["accepted"] - limits[0]["accepted"] in (0, 1), limits
        assert len(lines) == 25


def accepted_with(problem, word):
    """A proof with this word in it that the stand-in takes by its rule."""
    name, text = problem["name"], problem["formal_statement"]
    statement = text[text.index(name) + len(name):].rsplit(":=", 1)[0]
    for n in range(99):
        proof = f"by {word} {n}"
        if hashlib.sha256(f"{' '.join(statement.split())}\n{proof}".encode()).digest()[0] < 128:
            return proof
    raise AssertionError("no such proof")


def break_statement(home, name):
    with sqlite3.connect(home.db) as connection:
        connection.execute("UPDATE problem SET statement = ? WHERE name = ?", (f"theorem {name} : fake_error", name))


def a_broken_statement_is_nobodys_failure():
    with Home() as home:
        home.run("lean", "list", "--statements", "demo")
        break_statement(home, "demo_chain")
        _, err = home.run(*TACTICS, "-n", "2", status=4)
        assert "2 of them rest on statements that are broken on this Lean" in err, err
        assert home.sql("SELECT outcome, missing FROM sample WHERE problem = 'demo_chain'") == [(None, "verifier")] * 2
        report = home.json("report", "latest", "--json")
        score = report["scores"][0]
        assert report["broken_statements"] == {"problems": 1, "samples": 2} and score["problems"] == 24 and score["missing"] == 2
        assert score["missing_as_passed"] > score["missing_as_failed"] and score["value"] is None
        out, _ = home.run("report", "latest")
        assert "1 statement does not elaborate on this Lean: 2 samples are missing for that" in out, out
        home.run(*TACTICS, "-n", "2", "--fail-on-error", "2", "--fresh")


def every_statement_of_a_set_is_elaborated_once():
    with Home() as home:
        out, _ = home.run("lean", "list", "--statements", "demo")
        assert "demo on Lean 4.9.0 (8f9843a4a5fe): 24 sound, 0 broken, 0 undecided\n" == out, out
        break_statement(home, "demo_chain")
        found = home.json("lean", "list", "--statements", "demo", "--json")
        assert (found["sound"], found["broken"], found["undecided"]) == (23, 1, 0), found
        assert sum(row["known"] for row in found["statements"]) == 23
        row = next(row for row in found["statements"] if row["problem"] == "demo_chain")
        assert row["state"] == "broken" and any("fake_error" in line for line in row["messages"]), row
        out, _ = home.run("lean", "list", "--statements", "demo")
        assert out.startswith("broken     demo/demo_chain\n    ") and "(24 known before; --again asks)" in out, out
        # Another Lean is asked anew, and what it does not answer is not kept.
        out, _ = home.run("lean", "list", "--statements", "demo", "--toolchain", "any", F2F_LEAN=refusing(home))
        assert "Lean 4.10.0 (8f9843a4a5fe): 23 sound, 1 broken" in out and "known before" not in out, out
        _, err = home.run("lean", "list", "--statements", "words", status=2)
        assert "words has no formal statements" in err, err
        home.run("lean", "list", "--statements", "v2s", status=6)


def a_second_interrupt_leaves_a_statement_that_hangs():
    with Home() as home:
        home.run("pull", "demo")
        last = home.sql("SELECT name FROM problem WHERE split = 'demo' ORDER BY position DESC LIMIT 1")[0][0]
        with sqlite3.connect(home.db) as connection:
            connection.execute("UPDATE problem SET statement = replace(statement, ':', '/- fake_hang -/ :') WHERE name = ?", (last,))
        connection.close()
        process = home.start("lean", "list", "--statements", "demo")
        while process.poll() is None and (home.sql_or_none("SELECT count(*) FROM elaboration") or 0) < 23:
            time.sleep(0.002)  # until only that one is left
        process.send_signal(signal.SIGINT)
        while "stopping: 1 statements" not in (line := process.stderr.readline()):
            assert line, "it ended"
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=1200)
        assert process.returncode == 143 and "23 sound, 0 broken" in out, (process.returncode, out)


TESTS = [what_changed_is_shown_and_the_own_settings_bring_it_back,
         a_dry_run_shows_and_stores_nothing,
         the_runs_own_limit_and_policy_are_taken_where_none_are_given,
         a_run_that_was_never_checked_gets_the_lean_of_its_first_check,
         filters_choose_and_what_fits_nothing_is_said,
         killed_at_any_moment_the_same_command_goes_on,
         several_limits_show_how_much_depends_on_them,
         a_broken_statement_is_nobodys_failure,
         every_statement_of_a_set_is_elaborated_once,
         a_second_interrupt_leaves_a_statement_that_hangs]

if __name__ == "__main__":
    harness.main(TESTS)
