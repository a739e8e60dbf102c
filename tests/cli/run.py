#!/usr/bin/env python3
"""Runs one .test file and prints TAP: run.py --build DIR --source DIR [--only TEXT] FILE. The format is in tests/README.md."""
import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

TIMEOUT_S = 600
WILDCARDS = {
    "*": r".*",
    "id": r"\d{8}-\d{6}-[0-9a-f]+",
    "hex": r"[0-9a-f]{7,64}",
    "n": r"\d+",
    "time": r"[0-9]+(?:\.[0-9]+)?\s?(?:ns|us|µs|ms|s|min|h)?",
    "utc": r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?Z?",
}


class Step:
    def __init__(self, command, line):
        self.command, self.line = command, line
        self.status, self.stdin = 0, None
        self.stdout, self.stderr = [], []  # expected lines; None: not looked at
        self.before = []  # (what, name, text) to be done first


class Case:
    def __init__(self, name, line):
        self.name, self.line = name, line
        self.steps, self.pending, self.skip = [], [], []


class Mistake(Exception):
    pass


def parse(path):
    cases, block = [], None
    with open(path, encoding="utf-8") as source:
        lines = source.read().split("\n")
    for number, line in enumerate(lines, 1):
        def mistake(text):
            raise Mistake(f"{path}:{number}: {text}")
        if line.startswith("|"):
            if block is None:
                mistake("text that belongs to nothing")
            block.append(line[2:] if line.startswith("| ") else line[1:])
            continue
        block = None
        if line.startswith("=== "):
            cases.append(Case(line[4:], number))
            continue
        if not line or line.startswith("#"):
            continue
        word, _, rest = line.partition(" ")
        if not cases:
            mistake("a case begins with \"=== a sentence\"")
        case = cases[-1]
        step = case.steps[-1] if case.steps else None
        if word == "run":
            case.steps.append(Step(rest, number))
            case.steps[-1].before, case.pending = case.pending, []
        elif word == "skip-unless":
            command, _, reason = rest.partition(" # ")
            case.skip.append((command, reason or command))
        elif word in ("env", "unset"):
            case.pending.append((word, rest, None))
        elif word in ("file", "append"):
            block = []
            case.pending.append((word, rest, block))
        elif step is None:
            mistake(f"\"{word}\" before \"run\"")
        elif word == "status":
            step.status = None if rest == "any" else int(rest)
        elif word == "stdin":
            block = step.stdin = []
        elif word in ("stdout", "stderr"):
            block = None if rest == "any" else []
            setattr(step, word, block)
        else:
            mistake(f"unknown word \"{word}\"")
    if not cases:
        raise Mistake(f"{path}: no case")
    for case in cases:
        if not case.steps or case.pending:
            raise Mistake(f"{path}:{case.line}: a case ends in a run")
    return cases


def joined(lines):
    return "".join(line + "\n" for line in lines)


def pattern(lines):
    """The expected lines as a regular expression: {*} and friends, and {...} alone on a line for any lines."""
    out = []
    for line in lines:
        if line == "{...}":
            out.append(r"(?:[^\n]*\n)*")
            continue
        parts = re.split(r"\{(\*|[a-z]+)\}", line)
        text = re.escape(parts[0])
        for name, after in zip(parts[1::2], parts[2::2]):
            text += WILDCARDS[name] if name in WILDCARDS else re.escape("{" + name + "}")
            text += re.escape(after)
        out.append(text + r"\n")
    return re.compile("".join(out))


def environment(home, build, source):
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("F2F_", "XDG_", "GIT_", "LC_")) and not name.endswith(("_API_KEY", "_BASE_URL"))
            and name.lower() not in ("no_color", "clicolor_force", "columns", "lines", "lang", "language",
                                     "http_proxy", "https_proxy", "all_proxy", "no_proxy")}
    kept.update({
        "HOME": home, "XDG_CONFIG_HOME": home + "/.config", "XDG_DATA_HOME": home + "/.local/share",
        "XDG_CACHE_HOME": home + "/.cache", "XDG_STATE_HOME": home + "/.local/state", "TMPDIR": home + "/tmp",
        "PATH": os.path.join(build, "src") + ":" + os.environ.get("PATH", "/usr/bin:/bin"),
        "TERM": "dumb", "LC_ALL": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1",
        "SOURCE": source, "BUILD": build, "DATA": os.path.join(source, "../shared/data"),
    })
    return kept


def run_step(step, folder, env):
    for what, name, text in step.before:
        if what == "env":
            key, _, value = name.partition("=")
            env[key] = value.replace("$HOME", env["HOME"])
        elif what == "unset":
            env.pop(name, None)
        else:
            path = os.path.join(folder, name.replace("$HOME", env["HOME"]))
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "a" if what == "append" else "w", encoding="utf-8", errors="surrogateescape") as out:
                out.write(joined(text))
    stdin = joined(step.stdin).encode("utf-8", "surrogateescape") if step.stdin is not None else b""
    child = subprocess.Popen(["/bin/bash", "-c", step.command], cwd=folder, env=env, stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    try:
        stdout, stderr = child.communicate(stdin, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        return [f"still running after {TIMEOUT_S} s"]
    faults = []
    if step.status is not None and child.returncode != step.status:
        faults.append(f"exit status {child.returncode}, expected {step.status}")
    for name, got, expected in (("stdout", stdout, step.stdout), ("stderr", stderr, step.stderr)):
        text = got.decode("utf-8", "surrogateescape")
        if expected is not None and not pattern(expected).fullmatch(text):
            faults.append(f"{name} is not as expected; it is:")
            faults += ["  " + line for line in text.split("\n")[:60]]
            faults.append("expected:")
            faults += ["  " + line for line in expected]
    if faults and step.stderr is None and stderr:
        faults += ["stderr:"] + ["  " + line for line in stderr.decode("utf-8", "replace").split("\n")[-20:]]
    return faults


def run_case(case, build, source):
    """(faults, reason of a skip)"""
    root = tempfile.mkdtemp(prefix="f2f-cli-")
    try:
        home, folder = os.path.join(root, "home"), os.path.join(root, "work")
        os.makedirs(os.path.join(home, "tmp"))
        os.makedirs(folder)
        env = environment(home, build, source)
        for command, reason in case.skip:
            if subprocess.run(["/bin/bash", "-c", command], cwd=folder, env=env, capture_output=True).returncode != 0:
                return [], reason
        for step in case.steps:
            faults = run_step(step, folder, env)
            if faults:
                return [f"line {step.line}: {step.command}"] + faults, None
        return [], None
    finally:
        shutil.rmtree(root, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--only", default="", help="cases whose name holds this text")
    parser.add_argument("file")
    arguments = parser.parse_args()
    build, source = os.path.abspath(arguments.build), os.path.abspath(arguments.source)
    try:
        cases = [case for case in parse(arguments.file) if arguments.only in case.name]
    except Mistake as fault:
        print(f"1..1\nnot ok 1 - {fault}")
        return 1
    print(f"1..{len(cases)}")
    failed = False
    sys.stdout.reconfigure(errors="backslashreplace")
    for number, case in enumerate(cases, 1):
        faults, skip = run_case(case, build, source)
        failed = failed or bool(faults)
        print(f"{'not ok' if faults else 'ok'} {number} - {case.name}{f' # SKIP {skip}' if skip else ''}", flush=True)
        for fault in faults:
            print(f"# {fault}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
