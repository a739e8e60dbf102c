#!/usr/bin/env python3
"""The published layout, whole: pulled, its reference proofs read back, its cells evaluated."""
import gzip
import json
import subprocess

from harness import F2F, Home, main, need_shared

SIZES = {"simple": "axiom", "complex": "tree", "more_complex": "trees"}
OVERLAPS = {"no_overlap": "none", "entity_overlap": "entity", "agent_overlap": "agent", "agent_entity_overlap": "both",
            "control": "control"}


def leaves(path):
    """(name as f2f stores it without its number, problem) in the file's order."""
    for number, problem in enumerate(json.load(gzip.open(path))):
        yield number, "base", problem["base"]
        for family in ("connected", "disconnected"):
            for size, ours in SIZES.items():
                for overlap, word in OVERLAPS.items():
                    yield number, f"{family}-{ours}-{word}", problem[family][size][overlap]


def test_reference_proofs_are_read_back():
    path = need_shared() / "words-paper/sample40.json.gz"
    with Home(lean=False) as home:
        home.run("pull", "words-paper", "--from", path)
        programs = dict(home.sql("SELECT name, program FROM problem WHERE split = 'words-paper'"))
        first = min(int(name[1:5]) for name in programs)
        asked = [(f"p{number + first:04d}-{rest}", leaf) for number, rest, leaf in leaves(path)]
        asked = [(name, leaf) for name, leaf in asked if name in programs]
        assert len(asked) == len(programs) > 1100, (len(asked), len(programs))
        lines = []
        for name, leaf in asked:
            text = "\n".join(f"{i}. {s['text']}" for i, s in enumerate(leaf["rt"], 1))
            lines.append(json.dumps({"id": name, "program": programs[name], "text": f"{text}\nThe answer is {leaf['answer']}."}))
        out = subprocess.run([F2F, "align"], input="\n".join(lines), env=home.env, stdout=subprocess.PIPE, text=True,
                             check=True).stdout
        conclusions = read = whole = 0
        for (name, leaf), line in zip(asked, out.splitlines()):
            row = json.loads(line)
            assert row["id"] == name
            whole += row["complete"] and row["answer_correct"]
            assert row["shortest_steps"] == sum(s["relevant"] and bool(s["premise_sent_indices"]) for s in leaf["rt"]), name
            said = [(s["label"], s["text"]) for s in row["steps"]]
            for sentence in leaf["rt"]:
                if sentence["premise_sent_indices"]:
                    conclusions += 1
                    labels = [label for label, text in said if text == sentence["text"]]
                    read += len(labels) == 1 and (labels == ["relevant"]) == sentence["relevant"] and labels[0] in (
                        "relevant", "irrelevant", "unlisted")
        print(f"# {read} of {conclusions} conclusions, {whole} of {len(asked)} proofs whole and right")
        assert read >= 0.99 * conclusions and whole >= 0.99 * len(asked)


def test_its_cells_are_evaluated():
    path = need_shared() / "words-paper/sample40.json.gz"
    with Home(lean=False) as home:
        home.run("pull", "words-paper", "--from", path)
        home.run("eval", "--model", "builtin/exhaustive", "--split", "words-paper", "--limit", 160)
        rows = home.json("report", "latest", "--json")["scores"]
        metric = {(r["metric"], r.get("cell")): r["value"] for r in rows}
        assert metric[("accuracy", "base")] == 1 and metric[("efficiency", "base")] > 0.9, metric
        published = home.json("report", "latest", "--aligner", "published", "--json")["cells"]
        assert published[0]["right"] == published[0]["samples"] == 160 and published[0]["recall"] > 0.99, published[0]
        _, err = home.run("eval", "--model", "builtin/gold", "--split", "words-paper", status=2)
        assert "builtin/efficient" in err


if __name__ == "__main__":
    main([test_reference_proofs_are_read_back, test_its_cells_are_evaluated])
