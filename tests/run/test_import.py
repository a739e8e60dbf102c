#!/usr/bin/env python3
"""f2f import: replies that were made elsewhere become a run, all or none, each problem found by name."""
import io
import json
import tarfile
import zipfile

from harness import Home, SHARED, Skip, main, repository_of


def demo(home):
    """Names of the demo set, in order."""
    home.run("import", "/dev/null", "--split", "demo", "--model", "x", "--no-verify", status=2)
    return [name for name, in home.sql("select name from problem where split = 'demo' order by rowid")]


def write_lines(home, *lines):
    path = home.path / "replies.jsonl"
    path.write_bytes(b"".join(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines))
    return path


def imported(home, path, *more, **kwargs):
    return home.run("import", path, "--split", "demo", "--model", "them", "--no-verify", *more, **kwargs)


def samples(home):
    return home.sql("select problem, sample, coalesce(outcome, '') from sample order by problem, sample")


PROOF = "```lean4\nby exact fake\n```\n"


def lines_become_pending_samples_and_again_is_a_no_op():
    with Home() as home:
        first, second = demo(home)[:2]
        path = write_lines(home, {"id": first, "text": PROOF}, {"id": f"demo/{second}", "sample": 1, "text": PROOF},
                           {"id": second.upper(), "text": "prose only"}, {"id": f"v1/{first}", "text": PROOF})
        out, err = imported(home, path)
        assert "3 replies to demo" in err and "1 replies to other splits left out" in err, err
        assert "pending 2" in out, out
        assert samples(home) == sorted([(first, 0, ""), (second, 1, ""), (second, 0, "no_code")])
        out, err = imported(home, path)
        assert "nothing is stored again" in err, err
        assert len(home.sql("select * from run")) == 1
        imported(home, path, "--fresh")
        assert len(home.sql("select * from run")) == 2


def unknown_names_are_listed_and_refused_unless_they_may_be_left_out():
    with Home() as home:
        first = demo(home)[0]
        path = write_lines(home, {"id": first, "text": PROOF}, {"id": "nonsense", "text": PROOF})
        _, err = imported(home, path, status=2)
        assert "nonsense" in err and "nothing is stored" in err, err
        assert home.sql("select * from run") == []
        imported(home, path, "--skip-unknown")
        assert samples(home) == [(first, 0, "")]


def duplicates_and_bad_lines_store_nothing():
    with Home() as home:
        first = demo(home)[0]
        for bad, word in (
                ({"id": first, "sample": 0, "text": "again"}, "line 2: sample 0"),
                (b'{"id": "x"\n', "line 2"),
                ({"id": first, "text": 5}, 'line 2: "text" is not a string'),
                ({"id": first, "sample": "1", "text": ""}, 'line 2: "sample"')):
            _, err = imported(home, write_lines(home, {"id": first, "text": PROOF}, bad), status=2)
            assert word in err, err
        assert home.sql("select * from run") == []


def text_that_is_not_utf8_is_repaired_and_marked():
    with Home() as home:
        first = demo(home)[0]
        line = json.dumps({"id": first, "text": "by simp @"}).encode().replace(b"@", b"\xff") + b"\n"
        out, err = imported(home, write_lines(home, line), "--json")
        assert json.loads(out)["repaired"] == 1, out
        assert "not UTF-8" in err, err


def a_directory_and_archives_hold_a_file_a_problem():
    with Home() as home:
        first, second = demo(home)[:2]
        folder = home.path / "replies"
        (folder / "test").mkdir(parents=True)
        (folder / "test" / f"{first}.lean").write_text("by exact fake")
        (folder / f"{second.upper()}.txt").write_text(PROOF)
        (folder / ".hidden").write_text("x")
        (folder / "README.md").write_text("x")
        imported(home, folder)
        expected = sorted([(first, 0, ""), (second, 0, "")])
        assert samples(home) == expected, samples(home)
        archive = home.path / "replies.tgz"
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(folder, "replies")
        _, err = imported(home, archive)
        assert "nothing is stored again" in err, err
        archive = home.path / "replies.zip"
        with zipfile.ZipFile(archive, "w") as packed:
            packed.write(folder / "test" / f"{first}.lean", f"a/b/{first}.lean")
            packed.write(folder / f"{second.upper()}.txt", f"{second}.txt")
        _, err = imported(home, archive)
        assert "nothing is stored again" in err, err


def a_damaged_archive_stores_nothing():
    with Home() as home:
        first = demo(home)[0]
        data = io.BytesIO()
        with tarfile.open(fileobj=data, mode="w:gz") as tar:
            info = tarfile.TarInfo(f"{first}.lean")
            info.size = 100000
            tar.addfile(info, io.BytesIO(bytes(range(250)) * 400))
        path = home.path / "cut.tgz"
        path.write_bytes(data.getvalue()[:len(data.getvalue()) // 2])
        _, err = imported(home, path, status=2)
        assert "cut.tgz" in err, err
        path.write_bytes(b"\0\1\2 no archive")
        _, err = imported(home, path, status=2)
        assert "neither JSON lines nor an archive" in err, err
        assert home.sql("select * from run") == []


def missing_lean_is_said_before_anything_is_stored():
    with Home(lean=False) as home:
        first = demo(home)[0]
        path = write_lines(home, {"id": first, "text": PROOF})
        home.run("import", path, "--split", "demo", "--model", "x", status=6, F2F_LEAN="/nonexistent/lean")
        assert home.sql("select * from run") == []


def the_438_published_proofs_are_all_taken_apart():
    if SHARED is None:
        raise Skip("../shared is not there")
    with Home() as home:
        source = home.path / "source"
        (source / "datasets").mkdir(parents=True)
        (source / "datasets" / "minif2f.jsonl").write_bytes((SHARED / "data/minif2f-deepseek/minif2f.jsonl").read_bytes())
        home.run("pull", "v1", "--from", repository_of(source, home.path / "repository"))
        home.run("import", SHARED / "data/published-proofs/deepseek-prover-v2.tar.gz", "--split", "v1", "--model", "published",
                 "--no-verify")
        assert home.sql("select count(*), count(distinct problem), count(outcome) from sample") == [(438, 438, 0)]
        assert home.sql("select count(*) from sample where candidate is null") == [(0,)]


main([
    lines_become_pending_samples_and_again_is_a_no_op,
    unknown_names_are_listed_and_refused_unless_they_may_be_left_out,
    duplicates_and_bad_lines_store_nothing,
    text_that_is_not_utf8_is_repaired_and_marked,
    a_directory_and_archives_hold_a_file_a_problem,
    a_damaged_archive_stores_nothing,
    missing_lean_is_said_before_anything_is_stored,
    the_438_published_proofs_are_all_taken_apart,
])
