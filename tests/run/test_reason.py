#!/usr/bin/env python3
"""Whole runs of word problems: no Lean, no model; scores worked out in advance."""
import json
import signal
import sqlite3
import time

from endpoint import Endpoint
from harness import Home, main

CELLS = 16


def problems(home, limit):
    """The problems of the newest run: name -> (program's answer, informal)."""
    rows = home.sql("SELECT p.name, p.answer, p.informal, p.cell FROM problem p JOIN run_problem r ON r.problem = p.name "
                    "WHERE p.split = 'words' AND r.run = (SELECT max(id) FROM run)")
    assert len(rows) == limit, (len(rows), limit)
    return {name: (answer, informal, cell) for name, answer, informal, cell in rows}


def scores(home, run="latest"):
    rows = home.sql("SELECT a.step_efficiency, a.complete, a.answer_correct, s.outcome FROM alignment a JOIN sample s ON s.id = a.sample "
                    "WHERE a.proof_text = 'answer' AND s.run = (SELECT max(id) FROM run)")
    return rows


def test_the_shortest_proofs_read_back_as_the_shortest():
    with Home(lean=False) as home:
        home.run("eval", "--model", "builtin/efficient", "--split", "words", "--limit", 64)
        rows = scores(home)
        assert len(rows) == 64
        assert all(row == (1.0, 1, 1, "accepted") for row in rows), rows
        cells = home.sql("SELECT cell, count(*) FROM run_problem GROUP BY 1")
        assert len(cells) == CELLS and all(count == 4 for _, count in cells), cells


def test_exhaustive_proofs_cost_what_is_derivable():
    with Home(lean=False) as home:
        home.run("eval", "--model", "builtin/exhaustive", "--split", "words", "--limit", 64)
        rows = scores(home)
        assert all(row[1:] == (1, 1, "accepted") for row in rows), rows
        by_cell = dict(home.sql("SELECT p.cell, avg(a.step_efficiency) FROM alignment a JOIN sample s ON s.id = a.sample "
                                "JOIN problem p ON p.split = s.split AND p.name = s.problem GROUP BY 1"))
        assert by_cell["base"] == 1 and by_cell["trees/control"] == 1, by_cell
        assert by_cell["trees/both"] < 0.9, by_cell


def test_an_endpoint_is_asked_for_proofs_in_words():
    def decide(name, body, nth):
        prompt = body["messages"][-1]["content"]
        assert "The answer is N." in prompt
        return "I cannot prove it.\nThe answer is 1."

    with Home(lean=False) as home, Endpoint(decide) as endpoint:
        url = f"http://127.0.0.1:{endpoint.port}/v1"
        home.run("eval", "--model", "openai/m", "--base-url", url, "--split", "words", "--limit", 16, OPENAI_API_KEY="k")
        rows = scores(home)
        assert len(rows) == 16 and all(row == (None, 0, 0, "rejected") for row in rows), rows
        assert endpoint.requests == 16
        # the same again asks nothing; with examples it is another run
        home.run("eval", "--model", "openai/m", "--base-url", url, "--split", "words", "--limit", 16, OPENAI_API_KEY="k")
        assert endpoint.requests == 16
        home.run("eval", "--model", "openai/m", "--base-url", url, "--split", "words", "--limit", 16, "--shots", "efficient",
                 OPENAI_API_KEY="k")
        assert endpoint.requests == 32
        assert len(home.sql("SELECT id FROM run")) == 2


def test_reasoning_is_read_beside_the_answer():
    with Home(lean=False) as home:
        home.run("eval", "--model", "builtin/efficient", "--split", "words", "--limit", 16)
        replies = home.sql("SELECT s.problem, t.content, p.answer FROM sample s JOIN text t ON t.id = s.reply "
                           "JOIN problem p ON p.split = s.split AND p.name = s.problem")
        path = home.path / "replies.jsonl"
        with open(path, "w") as file:
            for name, proof, answer in replies:
                print(json.dumps({"id": name, "sample": 0, "text": f"<think>{proof}</think>The answer is {answer}."}), file=file)
        for text, complete in (("answer", 0), ("reasoning", 1)):
            home.run("eval", "--model", f"replay/{path}", "--split", "words", "--limit", 16, "--proof-text", text)
            run = home.sql("SELECT id FROM run ORDER BY created_ns DESC LIMIT 1")[0][0]
            rows = home.sql("SELECT a.proof_text, a.complete, a.answer_correct, count(*) FROM alignment a JOIN sample s ON s.id = a.sample "
                            f"WHERE s.run = '{run}' GROUP BY 1, 2, 3 ORDER BY 1")
            assert rows == [("answer", 0, 1, 16), ("reasoning", 1, 1, 16)], rows
        assert len(home.sql("SELECT id FROM run")) == 3


def test_a_killed_run_goes_on():
    def decide(name, body, nth):
        time.sleep(0.02)
        return "The answer is 1."

    with Home(lean=False) as home, Endpoint(decide) as endpoint:
        args = ("eval", "--model", "openai/m", "--base-url", f"http://127.0.0.1:{endpoint.port}/v1", "--split", "words",
                "--limit", 320, "-j", 4)
        process = home.start(*args, OPENAI_API_KEY="k")
        while endpoint.requests < 60 and process.poll() is None:
            time.sleep(0.01)
        assert process.poll() is None, process.communicate()
        process.send_signal(signal.SIGKILL)
        process.communicate()
        endpoint.settle()
        kept = home.sql("SELECT count(*) FROM alignment")[0][0]
        asked = endpoint.requests
        home.run(*args, OPENAI_API_KEY="k")
        assert home.sql("SELECT count(*) FROM alignment")[0][0] == 320
        assert endpoint.requests - asked <= 320 - kept, (endpoint.requests, asked, kept)


def test_tasks_and_models_that_do_not_fit_are_refused():
    with Home(lean=False) as home:
        for args, word in ((("builtin/gold", "words"), "builtin/efficient"), (("builtin/efficient", "demo"), "builtin/gold"),
                           (("builtin/efficient", "words", "--task", "prove"), "word problems"),
                           (("builtin/gold", "demo", "--shots", "efficient"), "word problems"),
                           (("builtin/efficient", "words", "--cell", "trees/bot"), "trees/both")):
            _, err = home.run("eval", "--model", args[0], "--split", *args[1:], status=2)
            assert word in err, err
        assert home.sql_or_none("SELECT count(*) FROM run") in (0, None)


def test_verify_reads_again_and_show_says_how():
    with Home(lean=False) as home:
        home.run("eval", "--model", "builtin/efficient", "--split", "words", "--limit", 16)
        _, err = home.run("verify", "latest")
        assert "16 replies read again" in err and "0 changed" in err, err
        out, _ = home.run("show", "latest/base-000")
        assert "step_efficiency: 1.0" in out and "relevant" in out and "restated" in out, out


def test_an_answer_that_is_gone_has_changed_once():
    with Home(lean=False) as home:
        home.run("eval", "--model", "builtin/efficient", "--split", "words", "--limit", 4)
        with sqlite3.connect(home.db) as connection:
            connection.execute("INSERT INTO text VALUES ('x', 'I cannot say.')")
            connection.execute("UPDATE sample SET reply = 'x' WHERE id = (SELECT min(id) FROM sample)")
            connection.execute("UPDATE sample SET reply = NULL, outcome = 'context' WHERE id = (SELECT max(id) FROM sample)")
        connection.close()
        _, err = home.run("verify", "latest")
        assert "3 replies read again" in err and "1 changed" in err and "no_code, was accepted" in err, err
        assert home.sql("SELECT outcome, reason FROM sample ORDER BY id LIMIT 1") == [("rejected", "absent")]
        _, err = home.run("verify", "latest")
        assert "0 changed" in err, err


if __name__ == "__main__":
    main([test_the_shortest_proofs_read_back_as_the_shortest, test_exhaustive_proofs_cost_what_is_derivable,
          test_an_endpoint_is_asked_for_proofs_in_words, test_reasoning_is_read_beside_the_answer, test_a_killed_run_goes_on,
          test_tasks_and_models_that_do_not_fit_are_refused, test_verify_reads_again_and_show_says_how,
          test_an_answer_that_is_gone_has_changed_once])
