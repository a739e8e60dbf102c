#!/usr/bin/env python3
"""Which Lean checks: --toolchain, the model's, the set's, a named binary, what is in PATH. The Leans are stand-ins that differ in the
version they name, in a folder laid out as elan's."""
import json
import pathlib
import shutil

import harness
from endpoint import Endpoint
from harness import Home

GOLD = ("eval", "--model", "builtin/gold", "--split", "demo", "--limit", "2")


def stand_in(path, version):
    """A Lean that calls itself `version`."""
    with open(harness.FAKE_LEAN, encoding="utf-8") as file:
        text = file.read()
    assert "4.9.0" in text
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.replace("4.9.0", version), encoding="utf-8")
    for part in pathlib.Path(harness.FAKE_LEAN).parent.glob("*.py"):  # what it may import
        shutil.copy(part, path.parent)
    path.chmod(0o755)
    return str(path)


def home_with(*versions, path=None, named=None):
    """elan has `versions`; `path`: the Lean in PATH; `named`: the one that F2F_LEAN names."""
    home = Home(lean=False)
    for version in versions:
        stand_in(home.path / f".elan/toolchains/leanprover--lean4---v{version}/bin/lean", version)
    if path:
        stand_in(home.path / "bin/lean", path)
        home.env["PATH"] = f"{home.path}/bin:{home.env['PATH']}"
    if named:
        home.env["F2F_LEAN"] = stand_in(home.path / "named/lean", named)
    return home


def lean_of(home):
    manifest = json.loads(home.sql("SELECT manifest FROM run ORDER BY created_ns DESC LIMIT 1")[0][0])
    verdict = home.sql("SELECT DISTINCT lean FROM verdict WHERE id = (SELECT max(id) FROM verdict)")[0][0]
    assert verdict.startswith(manifest["lean"]["version"] + " ("), (verdict, manifest["lean"])
    return manifest["lean"]


def the_wanted_toolchain_is_started_from_its_own_folder():
    for name in ("leanprover/lean4:v4.15.0", "v4.15.0", "4.15.0"):
        with home_with("4.9.0", "4.15.0", path="4.20.0", named="4.21.0") as home:
            home.run(*GOLD, "--toolchain", name)
            lean = lean_of(home)
            assert lean["version"] == "4.15.0" and "toolchains/leanprover--lean4---v4.15.0" in lean["path"], lean
            assert lean["toolchain"] == name and lean["toolchain_why"] == f"--toolchain wants {name}; found by elan", lean


def a_toolchain_that_is_linked_goes_by_its_own_name():
    with home_with(path="4.20.0") as home:
        stand_in(home.path / ".elan/toolchains/mine/bin/lean", "4.99.0")
        home.run(*GOLD, "--toolchain", "mine")
        assert lean_of(home)["version"] == "4.99.0"


def the_models_wish_comes_before_a_named_binary_and_the_command_line_before_it():
    with home_with("4.9.0", "4.15.0", named="4.21.0") as home, Endpoint(lambda *_: "```lean\nby rfl\n```") as endpoint:
        (home.path / "f2f.ini").write_text(
            f"[model.mine]\nprovider = openai\nmodel = m\nbase-url = {endpoint.url}\ntoolchain = leanprover/lean4:v4.9.0\n")
        home.run("eval", "--model", "mine", "--split", "demo", "--limit", "2")
        lean = lean_of(home)
        assert lean["version"] == "4.9.0" and lean["toolchain_why"].startswith("[model.mine] wants"), lean
        home.run("eval", "--model", "mine", "--split", "demo", "--limit", "2", "--toolchain", "4.15.0")
        assert lean_of(home)["version"] == "4.15.0"
        out, err = home.run("eval", "--model", "mine", "--split", "demo", "--limit", "2", "--lean", home.env["F2F_LEAN"])
        assert lean_of(home)["version"] == "4.21.0" and "[model.mine] wants leanprover/lean4:v4.9.0" in err, err


def a_lean_that_was_only_found_and_is_another_is_refused_before_anything_is_asked():
    with home_with(path="4.20.0") as home, Endpoint(lambda *_: "```lean\nby rfl\n```") as endpoint:
        arguments = ("eval", "--model", "openai/m", "--base-url", endpoint.url, "--split", "demo", "--limit", "2")
        _, err = home.run(*arguments, "--toolchain", "v4.9.0", status=6)
        assert "--toolchain wants v4.9.0" in err and "Lean 4.20.0" in err and "f2f lean setup v4.9.0" in err, err
        assert "--toolchain any" in err, err
        assert endpoint.requests == 0
        home.run(*arguments, "--toolchain", "any")
        assert lean_of(home)["version"] == "4.20.0" and lean_of(home)["toolchain"] is None


def a_named_binary_is_not_another_toolchain():
    with home_with(named="4.20.0") as home:
        _, err = home.run(*GOLD, "--toolchain", "v4.9.0", status=6)
        assert "from F2F_LEAN" in err, err
        home.run(*GOLD, "--toolchain", "v4.20.0")
        _, err = home.run(*GOLD, "--toolchain", "v4.9.0", "--lean", home.env["F2F_LEAN"], status=2)
        assert "contradict" in err, err


def the_problems_that_want_no_version_take_what_there_is():
    with home_with(path="4.20.0") as home:
        home.run(*GOLD)
        lean = lean_of(home)
        assert lean["version"] == "4.20.0" and lean["toolchain_why"] == "found by PATH", lean


TESTS = [the_wanted_toolchain_is_started_from_its_own_folder,
         a_toolchain_that_is_linked_goes_by_its_own_name,
         the_models_wish_comes_before_a_named_binary_and_the_command_line_before_it,
         a_lean_that_was_only_found_and_is_another_is_refused_before_anything_is_asked,
         a_named_binary_is_not_another_toolchain,
         the_problems_that_want_no_version_take_what_there_is]

if __name__ == "__main__":
    harness.main(TESTS)
