#!/usr/bin/env python3
"""Whole runs of `f2f eval`: a local endpoint that decides from the prompt, tests/fake/fake_lean.py for Lean (protocol only: what it
accepts says nothing about mathematics), and scores that are worked out here in advance."""
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import time

import harness
from endpoint import Endpoint, completion, failure, statement_of
from harness import Home, Skip, need_shared, repository_of


def blanks(text):
    return " ".join(text.split())


def stand_in_accepts(statement, proof):
    """The stand-in's rule, worked out again: see tests/fake/fake_lean.py."""
    text = f"{blanks(statement)}\n{blanks(proof)}"
    return hashlib.sha256(text.encode()).digest()[0] < 128


def kind_of(name):
    return hashlib.sha256(name.encode()).digest()[0] % 10


def reply_for(name, statement):
    """What the model says about a problem, and what has to come of it: (reply, outcome, reason)."""
    rest = statement[statement.index(name) + len(name):]
    good = ("accepted", None) if stand_in_accepts(rest, "by norm_num") else ("rejected", "error")
    kind = kind_of(name)
    if kind < 3:
        return f"Here it is:\n```lean4\nimport Mathlib\n\n{statement} := by\n  norm_num\n```\n", *good
    if kind == 3:
        return f"```lean\nby norm_num\n```", *good
    if kind == 4:
        return f"<think>\n```lean4\n{statement} := by\n  sorry\n```\n</think>\n```lean4\n{statement} := by\n  norm_num\n```", *good
    if kind == 5:
        return f"```lean4\n{statement} := by\n  sorry\n```", "rejected", "sorry"
    if kind == 6:
        return f"```lean4\n{statement} := by\n  fake_error\n```", "rejected", "error"
    if kind == 7:
        return "I could not find a proof, sorry about that.", "no_code", None
    if kind == 8:
        return completion(f"```lean4\n{statement} := by\n  norm", finish="length"), "truncated", None
    return f"```lean4\naxiom easy : False\n\n{statement} := by\n  exact easy.elim\n```", "rejected", "forbidden"


def prover(name, body, nth):
    return reply_for(name, statement_of(body["messages"][-1]["content"]))[0]


def outcomes(home, run="latest"):
    rows = home.sql("SELECT sample.split, problem, outcome, reason FROM sample JOIN run ON run.id = sample.run "
                    "WHERE run.created_ns = (SELECT max(created_ns) FROM run)")
    return {(split, problem): (outcome, reason) for split, problem, outcome, reason in rows}


def model(endpoint):
    return "--model", "openai/prover", "--base-url", endpoint.url


def demo_statements():
    with open(harness.SOURCE / "datasets/demo/problems.jsonl", encoding="utf-8") as lines:
        return {r["name"]: re.sub(r"\s*:=\s*by\s*$", "", r["formal_statement"]) for r in map(json.loads, lines)}


def expected_demo():
    return {("demo", name): reply_for(name, statement)[1:] for name, statement in demo_statements().items()}


def demo_prover(name, body, nth):
    return reply_for(name, demo_statements()[name])[0]


def same(got, wanted):
    assert got == wanted, [(key, got.get(key), wanted.get(key)) for key in {**got, **wanted} if got.get(key) != wanted.get(key)][:8]


# ---- Whole runs.

def a_prove_run_on_v2s_scores_what_was_worked_out_in_advance():
    data = need_shared() / "minif2f-v2"
    with open(data / "datasets/miniF2F_v2s.json", encoding="utf-8") as file:
        records = json.load(file)
    # The files exchange the labels: what they call valid is miniF2F's test.
    wanted = {}
    for record in records:
        if record["split"] == "valid":
            statement = re.sub(r"\s*:=\s*by(\s+sorry)?\s*$", "", record["formal_statement"])
            wanted[("v2s", record["name"])] = reply_for(record["name"], statement)[1:]
    assert len(wanted) == 244
    with Home() as home, Endpoint(prover) as endpoint:
        repository = repository_of(data, home.path / "repository")
        home.run("pull", "v2s", "--from", repository)
        report = home.json("eval", *model(endpoint), "--split", "v2s", "--json")
        assert endpoint.requests == 244, endpoint.requests
        same(outcomes(home), wanted)
        score = report["scores"][0]
        solved = sum(1 for outcome, _ in wanted.values() if outcome == "accepted")
        assert (score["split"], score["subset"], score["metric"]) == ("v2s", "test", "pass@1"), score
        assert (score["solved"], score["problems"], score["samples"]) == (solved, 244, 244), score
        assert abs(score["value"] - solved / 244) < 1e-12 and score["low"] < score["value"] < score["high"]
        assert score["missing"] == score["pending"] == 0 and report["run"]["valid"] is True
        # The same command again asks nothing.
        home.run("eval", *model(endpoint), "--split", "v2s")
        assert endpoint.requests == 244


def v2_shares_samples_where_both_texts_are_identical():
    data = need_shared() / "minif2f-v2"
    sets = {}
    for letter in "sc":
        with open(data / f"datasets/miniF2F_v2{letter}.json", encoding="utf-8") as file:
            sets[letter] = {r["name"]: r for r in json.load(file) if r["split"] == "valid"}
    keys = ("informal_statement", "formal_statement", "header")
    alike = [n for n in sets["s"] if all(sets["s"][n][k] == sets["c"][n][k] for k in keys)]
    assert 0 < len(alike) < 244
    with Home() as home, Endpoint(prover) as endpoint:
        home.run("pull", "v2", "--from", repository_of(data, home.path / "repository"))
        report = home.json("eval", *model(endpoint), "--split", "v2", "--json")
        assert endpoint.requests == 2 * 244 - len(alike), (endpoint.requests, len(alike))
        assert [(s["split"], s["problems"]) for s in report["scores"]] == [("v2s", 244), ("v2c", 244)]
        shared = home.sql("SELECT count(*) FROM sample WHERE shared_with IS NOT NULL")[0][0]
        assert shared == len(alike)
        assert report["cost"]["completion_tokens"] == 5 * endpoint.requests


def each_kind_of_reply_on_demo_gets_its_outcome_through_both_backends():
    for backend in ("lsp", "batch"):
        with Home() as home, Endpoint(demo_prover) as endpoint:
            home.run("eval", *model(endpoint), "--split", "demo", "--backend", backend)
            assert outcomes(home) == expected_demo(), backend
            assert endpoint.requests == 24


# ---- Killed, interrupted, resumed.

def killed_at_any_moment_the_same_command_finishes_and_asks_nothing_twice():
    wanted = expected_demo()
    with Home() as home, Endpoint(demo_prover) as endpoint:
        arguments = ("eval", *model(endpoint), "--split", "demo", "-n", "4", "-j", "3")
        kills = 0
        for target in (5, 17, 40, 60, 90):
            process = home.start(*arguments)
            while process.poll() is None and endpoint.requests < target:
                time.sleep(0.002)  # until the endpoint has seen that many: no time is assumed
            process.send_signal(signal.SIGKILL)
            process.communicate()
            kills += process.returncode == -signal.SIGKILL
        before = set(home.sql("SELECT problem, sample FROM sample"))
        home.run(*arguments)
        after = home.sql("SELECT problem, sample, outcome, reason FROM sample")
        assert len(after) == 96 and before <= {(p, s) for p, s, *_ in after}
        for problem, _, outcome, reason in after:
            assert (outcome, reason) == wanted[("demo", problem)], problem
        twice = sum(count - 1 for count in endpoint.asked.values())
        assert len(endpoint.asked) == 96
        assert twice <= 3 * kills, (twice, kills)  # at most what was in flight
        assert home.sql("PRAGMA integrity_check") == [("ok",)]


def a_finished_sample_is_never_asked_again():
    stored = []

    def decide(name, body, nth):
        return demo_prover(name, body, nth)

    with Home() as home, Endpoint(decide) as endpoint:
        arguments = ("eval", *model(endpoint), "--split", "demo", "-n", "2", "-j", "1")
        process = home.start(*arguments)
        while process.poll() is None and endpoint.requests < 20:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        endpoint.settle()
        stored = home.sql("SELECT problem, sample FROM sample")
        asked = dict(endpoint.names)
        home.run(*arguments)
        for problem in {p for p, _ in stored}:
            done = sum(1 for p, _ in stored if p == problem)
            assert endpoint.names[problem] - asked.get(problem, 0) == 2 - done, problem


def the_first_interrupt_drains_and_the_same_command_goes_on():
    with Home() as home, Endpoint(demo_prover) as endpoint:
        process = home.start("eval", *model(endpoint), "--split", "demo", "-n", "8", "-j", "2")
        while process.poll() is None and endpoint.requests < 10:
            time.sleep(0.002)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=1200)
        assert process.returncode == 130, process.returncode
        home.run("eval", *model(endpoint), "--split", "demo", "-n", "8", "-j", "2")
        assert max(endpoint.asked.values()) == 1
        assert home.sql("SELECT count(*) FROM sample WHERE outcome IS NOT NULL") == [(192,)]


def without_lean_completions_are_pending_and_verify_scores_them():
    wanted = expected_demo()
    with Home() as home, Endpoint(demo_prover) as endpoint:
        report = home.json("eval", *model(endpoint), "--split", "demo", "--no-verify", "--json")
        score = report["scores"][0]
        pending = score["pending"]
        assert pending > 0 and score["value"] is None and score["low"] is None
        out, _ = home.run("verify", "latest", "--json")
        lines = [json.loads(line) for line in out.splitlines()]
        assert len(lines) == pending and all(line["outcome"] in ("accepted", "rejected") for line in lines)
        same(outcomes(home), wanted)
        home.run("verify", "latest", "--pending")
        assert home.sql("SELECT count(*) FROM verdict") == [(pending,)]
        home.run("verify", "latest")
        assert home.sql("SELECT count(*) FROM verdict") == [(2 * pending,)]
        same(outcomes(home), wanted)
        assert endpoint.requests == 24


def a_pending_run_is_checked_by_the_same_eval_without_asking():
    with Home() as home, Endpoint(demo_prover) as endpoint:
        home.run("eval", *model(endpoint), "--split", "demo", "--no-verify")
        home.run("eval", *model(endpoint), "--split", "demo")
        assert endpoint.requests == 24 and outcomes(home) == expected_demo()
        assert home.sql("SELECT count(*) FROM run") == [(1,)]


def a_changed_setting_is_a_new_run_and_is_named():
    with Home() as home, Endpoint(demo_prover) as endpoint:
        home.run("eval", *model(endpoint), "--split", "demo")
        _, err = home.run("eval", *model(endpoint), "--split", "demo", "--temperature", "0.25")
        assert "temperature" in err and "0.25" in err, err
        assert home.sql("SELECT count(*) FROM run") == [(2,)] and endpoint.requests == 48
        # Back to the first: that run is known, and complete.
        home.run("eval", *model(endpoint), "--split", "demo")
        assert home.sql("SELECT count(*) FROM run") == [(2,)] and endpoint.requests == 48


# ---- Endpoints that fail.

def an_endpoint_that_is_down_is_missing_never_wrong_and_the_run_can_be_finished():
    with Home() as home:
        endpoint = Endpoint(demo_prover)
        port = endpoint.port
        url = endpoint.url
        endpoint.close()
        arguments = ("eval", "--model", "openai/prover", "--base-url", url, "--split", "demo")
        _, err = home.run(*arguments, "--max-retries", "1", "--retry-cap", "0.01", status=75)
        assert "the same command" in err, err
        assert home.sql("SELECT count(*) FROM sample WHERE outcome IS NOT NULL") == [(0,)]
        with Endpoint(demo_prover, port) as endpoint:
            home.run(*arguments)
            same(outcomes(home), expected_demo())
            assert home.sql("SELECT count(*) FROM run") == [(1,)]


def failures_that_pass_are_retried_and_leave_no_trace_in_the_outcomes():
    def decide(name, body, nth):
        if nth == 1:
            return failure(503 if kind_of(name) % 2 else 500)
        if nth == 2 and kind_of(name) < 4:
            return failure(429, "slow down", **{"retry-after-ms": "5"})
        return demo_prover(name, body, nth)

    with Home() as home, Endpoint(decide) as endpoint:
        home.run("eval", *model(endpoint), "--split", "demo", "--retry-cap", "0.01")
        same(outcomes(home), expected_demo())
        assert home.sql("SELECT min(attempts) FROM sample")[0][0] >= 2


def a_sample_that_never_gets_an_answer_is_missing_and_the_run_exits_4():
    stubborn = sorted(demo_statements())[3]

    def decide(name, body, nth):
        return failure(500) if name == stubborn else demo_prover(name, body, nth)

    with Home() as home, Endpoint(decide) as endpoint:
        arguments = ("eval", *model(endpoint), "--split", "demo", "--max-retries", "2", "--retry-cap", "0.01", "-j", "1")
        out, _ = home.run(*arguments, "--json", status=None)
        report = json.loads(out)
        score = report["scores"][0]
        assert score["missing"] >= 1 and report["run"]["valid"] is False
        assert score["problems"] == 24 and score["value"] is None
        assert score["missing_as_failed"] < score["missing_as_passed"]
        endpoint.decide = demo_prover
        home.run(*arguments)
        same(outcomes(home), expected_demo())


def pause(text):
    content = [{"type": "text", "text": text}]
    payload = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": content, "stop_reason": "pause_turn",
               "usage": {"input_tokens": 3, "output_tokens": 2}}
    return 200, {"Content-Type": "application/json"}, json.dumps(payload).encode()


def each_part_of_a_reply_that_pauses_has_tries_of_its_own():
    def decide(name, body, nth):
        return pause(f"{nth} ") if nth % 3 == 0 else failure(500)

    with Home() as home, Endpoint(decide) as endpoint:
        arguments = ("eval", "--model", "anthropic/m", "--base-url", endpoint.url, "--split", "demo", "--limit", "1", "--no-verify",
                     "--retry-cap", "0.01", "--max-retries")
        # Sixteen pauses are all that anybody is waited for; each was reached at the third try.
        home.run(*arguments, "2", ANTHROPIC_API_KEY="k")
        assert home.sql("SELECT outcome, attempts, content FROM sample JOIN text ON text.id = reply") == [
            ("truncated", 51, "".join(f"{3 * i} " for i in range(1, 18)))]
        # With one try less the second part never comes, and the first is kept.
        endpoint.asked.clear()
        endpoint.decide = lambda name, body, nth: pause("all ") if nth == 1 else failure(500)
        home.run(*arguments, "1", "--fresh", ANTHROPIC_API_KEY="k", status=75)
        assert home.sql("SELECT missing, attempts, content, prompt_tokens FROM sample JOIN text ON text.id = reply "
                        "WHERE missing IS NOT NULL") == [("endpoint", 3, "all ", 3)]


def a_field_that_is_refused_and_a_model_that_loads_cost_no_try():
    def decide(name, body, nth):
        if "temperature" in body:
            return 400, {"Content-Type": "application/json"}, json.dumps({"error": {
                "message": "Unsupported parameter", "code": "unsupported_parameter", "param": "temperature"}}).encode()
        if "seed" in body:
            return 400, {"Content-Type": "application/json"}, json.dumps({"error": {
                "message": "Unsupported parameter", "code": "unsupported_parameter", "param": "seed"}}).encode()
        endpoint.steps += 1
        return (failure(503, "Loading model") if endpoint.steps < 4 else failure(500) if endpoint.steps == 4
                else demo_prover(name, body, 1))

    with Home() as home, Endpoint(decide) as endpoint:
        endpoint.steps = 0
        home.run("eval", *model(endpoint), "--split", "demo", "--limit", "1", "--temperature", "0.5", "--retry-cap", "0.01",
                 "--max-retries", "1")
        assert home.sql("SELECT missing, attempts FROM sample") == [(None, 7)]


def a_gate_is_not_passed_by_what_is_missing():
    stubborn = sorted(demo_statements())[3]

    def decide(name, body, nth):
        if name != stubborn:
            return demo_prover(name, body, nth)
        # Given up only when others got through: else the endpoint would be down.
        while nth == 3 and endpoint.requests < 26:
            time.sleep(0.005)
        return failure(500)

    for least, status in ((0.9, 3), (0.1, 0)):
        with Home() as home, Endpoint(decide) as endpoint:
            _, err = home.run("eval", *model(endpoint), "--split", "demo", "--max-retries", "2", "--retry-cap", "0.01",
                              "--fail-on-error", 1, "--min-score", least, status=status)
            assert ("with what is missing as failed" in err) == (status == 3), err
            score = home.json("report", "latest", "--json")["scores"][0]
            assert score["missing"] == 1 and score["value"] is None, score


def a_question_that_the_endpoint_cannot_stand_does_not_stop_the_others():
    poison = sorted(demo_statements())[3]

    def decide(name, body, nth):
        return failure(500) if name == poison else demo_prover(name, body, nth)

    with Home() as home, Endpoint(decide) as endpoint:
        arguments = ("eval", *model(endpoint), "--split", "demo", "-j", "1", "--max-retries", "1", "--retry-cap", "0.01")
        home.run(*arguments, status=4)
        assert home.sql("SELECT problem FROM sample WHERE missing IS NOT NULL") == [(poison,)]
        assert home.sql("SELECT count(*) FROM sample") == [(24,)]
        endpoint.decide = lambda *a: failure(500)
        _, err = home.run(*arguments, "--fresh", status=75)
        assert "does not answer" in err, err
        assert home.sql("SELECT count(*) FROM sample JOIN run ON run.id = run WHERE state = 'interrupted'") == [(2,)]


def a_refused_key_stops_at_once_with_5():
    with Home() as home, Endpoint(lambda *a: failure(401, "bad key sk-secret123")) as endpoint:
        out, err = home.run("eval", *model(endpoint), "--split", "demo", "-j", "1", status=5, OPENAI_API_KEY="sk-secret123")
        assert endpoint.requests == 1 and "401" in err and "a key was sent" in err
        # Nothing is done, and nobody bills what was turned down.
        assert "prove 0/24, 0 accepted" in err and "billed" not in out, (out, err)
        assert "sk-secret123" not in err and "sk-secret123" not in home.db.read_bytes().decode("latin-1")


def a_limit_checks_what_it_has_and_a_run_that_goes_on_counts_what_it_had():
    with Home() as home, Endpoint(demo_prover) as endpoint:
        arguments = ("eval", *model(endpoint), "--split", "demo", "-j", "4")
        _, err = home.run(*arguments, "--token-limit", "100", status=75)
        assert home.sql("select count(*) from sample where outcome is null and missing is null") == [(0,)], err
        home.run(*arguments)
        same(outcomes(home), expected_demo())
        accepted = sum(1 for outcome in expected_demo().values() if outcome[0] == "accepted")
        _, err = home.run(*arguments)
        assert f"prove 24/24, {accepted} accepted, 0 checking, 0 asking" in err, err


def quota_stops_at_once_with_75():
    def decide(name, body, nth):
        payload = {"error": {"message": "no credit", "type": "insufficient_quota", "code": "insufficient_quota"}}
        return 429, {"Content-Type": "application/json"}, json.dumps(payload).encode()

    with Home() as home, Endpoint(decide) as endpoint:
        home.run("eval", *model(endpoint), "--split", "demo", "-j", "1", status=75)
        assert endpoint.requests == 1


def an_unsupported_parameter_is_renamed_and_asked_again():
    def decide(name, body, nth):
        if "max_tokens" in body:
            return failure(400, "Unsupported parameter: 'max_tokens' is not supported; use 'max_completion_tokens'")
        return demo_prover(name, body, nth)

    with Home() as home, Endpoint(decide) as endpoint:
        home.run("eval", *model(endpoint), "--split", "demo", "-j", "1")
        assert outcomes(home) == expected_demo() and endpoint.requests == 25


# ---- What is wrong before anything is sent.

def nothing_is_asked_when_lean_is_missing():
    with Home(lean=False) as home, Endpoint(demo_prover) as endpoint:
        _, err = home.run("eval", *model(endpoint), "--split", "demo", status=6, PATH="/usr/bin:/bin")
        assert endpoint.requests == 0 and "--no-verify" in err and "F2F_LEAN" in err, err


def nothing_is_asked_when_a_header_does_not_import():
    need = need_shared() / "minif2f-v2"
    with Home() as home, Endpoint(prover) as endpoint:
        home.run("pull", "v2s", "--from", repository_of(need, home.path / "repository"))
        broken = home.path / "lean"
        for part in pathlib.Path(harness.FAKE_LEAN).parent.glob("*.py"):  # what it may import
            shutil.copy(part, home.path)
        text = open(harness.FAKE_LEAN, encoding="utf-8").read().replace("(Init|Mathlib|Aesop|Lean)", "(Init)")
        broken.write_text(text, encoding="utf-8")
        broken.chmod(0o755)
        _, err = home.run("eval", *model(endpoint), "--split", "v2s", status=6, F2F_LEAN=str(broken))
        assert endpoint.requests == 0 and "import Mathlib" in err, err


def wrong_names_exit_2_with_the_nearest_one():
    with Home() as home, Endpoint(demo_prover) as endpoint:
        cases = [
            (("--split", "dmo"), "demo"), (("--split", "demo", "--subset", "tset"), "test"),
            (("--split", "demo", "--task", "prov"), "prove"), (("--split", "demo", "--sample-id", "demo_ad_swap"), "demo_and_swap"),
            (("--split", "demo", "--backend", "lps"), "lsp"), (("--split", "demo", "--smaples", "2"), "--samples"),
        ]
        for arguments, near in cases:
            _, err = home.run("eval", *model(endpoint), *arguments, status=2)
            assert near in err, (arguments, err)
        _, err = home.run("eval", "--model", "builtin/glod", "--split", "demo", status=2)
        assert "builtin/gold" in err, err
        _, err = home.run("eval", "--model", "opnai/x", "--split", "demo", status=2)
        assert "openai" in err, err
        _, err = home.run("eval", "--model", "openai/x", "--split", "demo", status=2)
        assert "OPENAI_API_KEY" in err and "--base-url" in err, err
        assert endpoint.requests == 0


def a_set_without_proofs_refuses_builtin_gold():
    data = need_shared() / "minif2f-v2"
    with Home() as home:
        home.run("pull", "v2s", "--from", repository_of(data, home.path / "repository"))
        _, err = home.run("eval", "--model", "builtin/gold", "--split", "v2s", status=2)
        assert "demo" in err, err


def a_set_that_was_not_pulled_exits_6_and_says_what_to_type():
    with Home() as home:
        _, err = home.run("eval", "--model", "builtin/tactics", "--split", "v2s", status=6)
        assert "f2f pull v2s" in err, err


def a_database_from_a_newer_version_is_refused_untouched():
    with Home() as home:
        home.run("eval", "--model", "builtin/gold", "--split", "demo", "--no-verify")
        with sqlite3.connect(home.db) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("PRAGMA user_version = 99")
        connection.close()
        before = home.db.read_bytes()
        for command in (("eval", "--model", "builtin/gold", "--split", "demo", "--no-verify"), ("runs",), ("report", "latest")):
            _, err = home.run(*command, status=None)
            assert "newer" in err, err
        assert home.db.read_bytes() == before
        assert [p.name for p in home.path.iterdir() if p.name.startswith("f2f.db-")] == []


def two_evals_of_one_run_do_not_ask_twice():
    def slow(name, body, nth):
        endpoint.gate.wait()
        return demo_prover(name, body, nth)

    with Home() as home, Endpoint(slow) as endpoint:
        first = home.start("eval", *model(endpoint), "--split", "demo", "-j", "1")
        while first.poll() is None and endpoint.requests < 1:
            time.sleep(0.002)
        _, err = home.run("eval", *model(endpoint), "--split", "demo", "-j", "1", status=75)
        assert "another f2f" in err, err
        endpoint.gate.set()
        first.communicate(timeout=1200)
        assert first.returncode == 0 and max(endpoint.asked.values()) == 1


def a_killed_run_is_told_as_interrupted():
    def slow(name, body, nth):
        endpoint.gate.wait()
        return demo_prover(name, body, nth)

    def states():
        listed = home.json("runs", "--json")["runs"][0]["state"]
        return listed, home.json("report", "latest", "--json")["run"]["state"]

    with Home() as home, Endpoint(slow) as endpoint:
        first = home.start("eval", *model(endpoint), "--split", "demo", "-j", "1")
        while first.poll() is None and endpoint.requests < 1:
            time.sleep(0.002)
        assert states() == ("running", "running"), states()
        first.kill()
        first.communicate()
        assert states() == ("interrupted", "interrupted"), states()
        endpoint.gate.set()


def replies_from_a_file_are_scored_like_a_models():
    with Home() as home:
        lines = []
        for name, statement in demo_statements().items():
            reply = reply_for(name, statement)[0]
            finish = "stop"
            if not isinstance(reply, str):
                choice = json.loads(reply[2])["choices"][0]
                reply, finish = choice["message"]["content"], choice["finish_reason"]
            lines.append(json.dumps({"id": name, "sample": 0, "text": reply, "finish_reason": finish}))
        (home.path / "replies.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        home.run("eval", "--model", "replay/replies.jsonl", "--split", "demo")
        same(outcomes(home), expected_demo())
        (home.path / "replies.jsonl").write_text("\n".join(lines[:3]) + "\n{\n", encoding="utf-8")
        _, err = home.run("eval", "--model", "replay/replies.jsonl", "--split", "demo", status=2)
        assert "line 4" in err, err


TESTS = [value for name, value in list(globals().items()) if callable(value) and "_" in name and value.__module__ == "__main__"
         and name not in ('same', "stand_in_accepts", "kind_of", "reply_for", "demo_prover", "demo_statements", "expected_demo")]

if __name__ == "__main__":
    harness.main(TESTS)
