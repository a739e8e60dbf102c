#!/usr/bin/env python3
"""Reports of word problems, from the command line."""
import csv
import io
import json

from harness import Home, main


def report(home, *args):
    return home.run("report", *args)[0]


def rows_of(document, metric):
    return {row["cell"]: row for row in document["scores"] if row["metric"] == metric}


def ids(home):
    """Of all runs, oldest first."""
    return [row[0] for row in home.sql("SELECT id FROM run ORDER BY created_ns")]


def test_deriving_everything_gets_the_exhaustive_baseline_in_each_cell():
    with Home(lean=False) as home:
        home.run("eval", "--model", "builtin/exhaustive", "--split", "words", "--limit", 64)
        document = json.loads(report(home, "latest", "--json"))
        efficiency = rows_of(document, "efficiency")
        assert list(efficiency)[:3] == ["all", "base", "axiom/none"] and len(efficiency) == 17, list(efficiency)
        baselines = {row["cell"]: row for row in document["reason"]["baselines"]}
        for cell, row in efficiency.items():
            assert abs(row["value"] - baselines[cell]["exhaustive"]) < 1e-12, (cell, row, baselines[cell])
            assert baselines[cell]["efficient"] == 1 and baselines[cell]["problems"] == row["problems"], baselines[cell]
        assert efficiency["trees/both"]["value"] < 0.6 and efficiency["base"]["value"] == 1, efficiency
        assert abs(sum(document["reason"]["labels"].values()) - 1) < 1e-9, document["reason"]


def test_runs_are_compared_on_what_both_solved():
    with Home(lean=False) as home:
        for model in ("efficient", "exhaustive"):
            home.run("eval", "--model", f"builtin/{model}", "--split", "words", "--limit", 32)
        first, second = ids(home)
        one, two = map(json.loads, report(home, first, second, "--json").splitlines())
        assert "comparison" not in one, one
        comparison = two["comparison"]
        assert comparison["with"] == first and comparison["n"] == 32 and comparison["first"] == 1, comparison
        assert comparison["low"] < comparison["difference"] < comparison["high"] < 0, comparison
        table = report(home, first, second)
        assert f"{first}, then {second}:" in table and "32 of 32 problems" in table, table
        assert max(map(len, table.splitlines())) <= 80, table
        rows = list(csv.DictReader(io.StringIO(report(home, first, second, "--csv"))))
        assert len(rows) == 2 * 17 * 8 and {row["proof_text"] for row in rows} == {"answer"}, len(rows)


def test_the_two_texts_are_never_merged():
    with Home(lean=False) as home:
        home.run("eval", "--model", "builtin/efficient", "--split", "words", "--limit", 16)
        replies = home.sql("SELECT s.problem, t.content, p.answer FROM sample s JOIN text t ON t.id = s.reply "
                           "JOIN problem p ON p.split = s.split AND p.name = s.problem")
        path = home.path / "replies.jsonl"
        with open(path, "w") as file:
            for name, proof, answer in replies:
                print(json.dumps({"id": name, "sample": 0, "text": f"<think>{proof}</think>The answer is {answer}."}), file=file)
        home.run("eval", "--model", f"replay/{path}", "--split", "words", "--limit", 16)
        run = ids(home)[-1]
        for text, value in ((None, 0), ("answer", 0), ("reasoning", 1)):
            document = json.loads(report(home, run, "--json", *(["--proof-text", text] if text else [])))
            assert document["reason"]["proof_text"] == (text or "answer"), document["reason"]
            assert rows_of(document, "efficiency")["all"]["value"] == value, text
            assert rows_of(document, "accuracy")["all"]["value"] == 1, text
            step = rows_of(document, "step_efficiency")["all"]
            assert step["value"] == (1 if value else None) and step["n"] == 16 * value, step
        first = ids(home)[0]
        document = json.loads(report(home, first, "--json", "--proof-text", "reasoning"))
        assert rows_of(document, "efficiency")["all"]["value"] is None, "nothing was thought"
        assert "nothing is known of its proofs" in report(home, first, "--proof-text", "reasoning")
        home.run("report", run, "--proof-text", "both", status=2)


if __name__ == "__main__":
    main([test_deriving_everything_gets_the_exhaustive_baseline_in_each_cell, test_runs_are_compared_on_what_both_solved,
          test_the_two_texts_are_never_merged])
