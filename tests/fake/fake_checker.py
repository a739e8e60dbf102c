#!/usr/bin/env -S python3 -S
"""A stand-in for the programs of a final check. It proves that f2f runs them, reads them and believes them as it should; it proves
nothing about mathematics. It is what it is called: safe_verify, leanchecker, comparator, lean4export, lake, landrun.

It decides from what fake_lean.py compiled (or, as comparator, from the two texts it finds in its project), by these rules and no
table of names, and says so in the words of the program it stands for:

- safe_verify: every declaration of the target must be in the submission with the same kind and statement, and, for a definition
  whose text in the target has no `sorry`, the same body; everything in the submission rests on the three axioms only.
- leanchecker: what says `fake_kernel` is refused by the kernel; nothing else is looked at.
- comparator: both texts must have no error; the theorems and definitions that config.json names must be there with the same kind
  and statement; definitions before them must be the same; the named ones rest on the permitted axioms only.
- lean4export: the named declarations in its format, 3.1: a statement is a text applied to the definitions that it names, a proof a
  text applied to what it rests on. A name that is not there is a panic.
- All but leanchecker and lean4export refuse `fake_kernel` too. In the solution's text: `fake_c_hang` never ends, `fake_c_crash` aborts, `fake_c_silent`
  ends well with no words, `fake_c_liar` says that all is well and ends with 1, `fake_c_garbage` ends with 1 and bytes, `fake_c_flood`
  writes without end, `fake_c_late` says that all is well and then something else, `fake_c_status` ends with 3.
- A file that fake_lean.py did not write cannot be read; but leanchecker also takes what a real Lean compiled: by its first bytes, and
  `fake_kernel` as part of a name in it.
"""

import json
import os
import subprocess
import sys
import time

sys.dont_write_bytecode = True

ALLOWED = {"propext", "Classical.choice", "Quot.sound"}
NAME = os.path.basename(sys.argv[0])


class Refused(Exception):
    """In the words of the program."""


def misbehave(text, good, out):
    if "fake_c_hang" in text:
        import ctypes  # as faults.stuck
        ctypes.CDLL(None).prctl(15, b"f2f-stuck", 0, 0, 0)
        while True:
            time.sleep(3600)
    if "fake_c_crash" in text:
        os.abort()
    if "fake_c_silent" in text:
        sys.exit(0)
    if "fake_c_liar" in text:
        out.write(good + "\n")
        out.flush()
        sys.exit(1)
    if "fake_c_garbage" in text:
        sys.stderr.buffer.write(bytes(range(256)) * 3)
        sys.exit(1)
    if "fake_c_flood" in text:
        while True:
            out.write("x" * 65536 + "\n")
    if "fake_c_late" in text:
        out.write(good + "\nand then it said something else\n")
        out.flush()
        sys.exit(0)
    if "fake_c_status" in text:
        out.write(good + "\n")
        out.flush()
        sys.exit(3)


def fail(message):
    sys.stdout.flush()
    sys.stderr.write("uncaught exception: %s\n" % message)
    return 1


def load_real(path):
    """The bytes of a file that Lean itself compiled, or None."""
    with open(path, "rb") as source:
        content = source.read()
    return content.decode("latin-1") if content.startswith(b"olean") else None


def load(path):
    try:
        with open(path, encoding="utf-8") as source:
            content = json.load(source)
        return content["declared"], content["text"]
    except (ValueError, KeyError, TypeError, OSError):
        raise Refused("failed to read file '%s', incompatible header" % path) from None


def safe_verify(arguments):
    target, submission = [a for a in arguments if not a.startswith("-")]
    wanted, _ = load(target)
    given, text = load(submission)
    misbehave(text, "SafeVerify check passed.", sys.stderr)
    problems = []
    if "fake_kernel" in text:
        raise Refused("while replaying declaration 't':\n(kernel) declaration type mismatch")
    for name, declaration in given.items():
        if not set(declaration["axioms"]) <= ALLOWED:
            sys.stderr.write("%s used disallowed axioms. #[%s]\n" % (name, ", ".join(declaration["axioms"])))
            problems.append(name)
    for name, declaration in wanted.items():
        other = given.get(name)
        trouble = None
        if other is None:
            trouble = "declaration not found in submission"
        elif other["kind"] != declaration["kind"]:
            trouble = "kind mismatch (expected %s, got %s)" % (declaration["kind"], other["kind"])
        elif other["statement"] != declaration["statement"]:
            trouble = "theorem type mismatch" if other["kind"] == "theorem" else "definition type or value mismatch"
        elif other["kind"] == "def" and other["proof"] != declaration["proof"] and "sorryAx" not in declaration["axioms"]:
            trouble = "definition type or value mismatch"
        if trouble:
            sys.stderr.write("Found a problem in %s with declaration %s: %s\n" % (submission, name, trouble))
            problems.append(name)
    if problems:
        raise Refused("SafeVerify check failed.")
    sys.stderr.write("SafeVerify check passed.\n")
    return 0


def leanchecker(arguments):
    module = [a for a in arguments if not a.startswith("-")][0]
    for folder in os.environ.get("LEAN_PATH", "").split(":"):
        path = os.path.join(folder, module + ".olean")
        if os.path.exists(path):
            break
    else:
        raise Refused("Could not find any oleans for: %s" % module)
    text = load_real(path) or load(path)[1]
    misbehave(text, "replaying %s" % module, sys.stdout)
    if "fake_kernel" in text:
        sys.stderr.write("leanchecker found a problem in %s\n" % module)
        raise Refused("while replaying declaration 't':\n(kernel) declaration type mismatch")
    print("replaying %s" % module)
    return 0


def build(module):
    sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
    import fake_lean  # only here: the others need no more than this file
    print("Building %s" % module)
    with open(module + ".lean", encoding="utf-8") as source:
        text = source.read()
    result = fake_lean.File().read(text)
    for severity, line, column, message in result.messages:
        print("%s: %s.lean:%d:%d: %s" % (severity, module, line + 1, column, message))
    if any(m[0] == "error" for m in result.messages):
        raise Refused("Child exited with 1")
    print("Exporting #[t] from %s" % module)
    return result, text


def comparator(arguments):
    with open(arguments[0], encoding="utf-8") as source:
        config = json.load(source)
    if not os.path.isdir(".lake"):
        os.mkdir(".lake")
    assert os.path.exists("lakefile.toml") or os.path.exists("lakefile.lean")
    challenge, _ = build(config["challenge_module"])
    solution, text = build(config["solution_module"])
    misbehave(text, "Your solution is okay!", sys.stdout)
    theorems, holes = config["theorem_names"], config["definition_names"]
    for name in theorems + holes:
        if name not in solution.declared:
            raise Refused("Const not found in solution: '%s'" % name)
        if solution.declared[name][0] != challenge.declared[name][0]:
            raise Refused("Challenge and solution constant kind don't match: '%s'" % name)
        if solution.declared[name][1] != challenge.declared[name][1]:
            raise Refused("Challenge and solution theorem statement do not match: '%s'" % name)
    for name, declaration in challenge.declared.items():
        if name not in theorems + holes and solution.declared.get(name) != declaration:
            raise Refused("Const does not match between challenge and target '%s'" % name)
    for name in theorems + holes:
        for axiom in solution.axioms.get(name, []):
            if axiom not in config["permitted_axioms"]:
                raise Refused("Illegal axiom detected: '%s'" % axiom)
    print("Running Lean default kernel on solution.")
    if "fake_kernel" in text:
        print("Lean default kernel rejects the solution")
        raise Refused("(kernel) declaration type mismatch, 't' has type")
    print("Lean default kernel accepts the solution")
    print("Your solution is okay!")
    return 0


class Export:
    """Lines of lean4export's format, each thing once."""

    def __init__(self, declared):
        self.declared, self.done = declared, set()
        self.names, self.exprs = {"": 0}, {}
        print(json.dumps({"meta": {"exporter": {"name": "lean4export", "version": "3.1.0"}, "format": {"version": "3.1.0"},
                                   "lean": {"githash": "", "version": "4.9.0"}}}, sort_keys=True, separators=(",", ":")))

    def line(self, content):
        print(json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False))

    def name(self, text):
        if text not in self.names:
            before, _, last = text.rpartition(".")
            before = self.name(before)
            self.names[text] = len(self.names)
            self.line({"in": self.names[text], "str": {"pre": before, "str": last}})
        return self.names[text]

    def expr(self, key, value):
        known = json.dumps([key, value])
        if known not in self.exprs:
            self.exprs[known] = len(self.exprs)
            self.line({"ie": self.exprs[known], key: value})
        return self.exprs[known]

    def term(self, text, constants):
        result = self.expr("strVal", text)
        for constant in constants:
            self.constant(constant)
            fn = self.expr("const", {"name": self.name(constant), "us": []})
            result = self.expr("app", {"fn": fn, "arg": result})
        return result

    def constant(self, name):
        if name in self.done:
            return
        self.done.add(name)
        declaration = self.declared.get(name, {"kind": "axiom", "statement": "of Lean's own", "proof": "", "axioms": []})
        words = set(declaration["statement"].split())
        used = sorted(other for other in self.declared if other in words and other != name)
        type_ = self.term(declaration["statement"], used)
        value = self.term(declaration["proof"], sorted(set(declaration["axioms"]) - {name}))
        common = {"name": self.name(name), "levelParams": [], "type": type_}
        if declaration["kind"] == "axiom":
            self.line({"axiom": {**common, "isUnsafe": False}})
        elif declaration["kind"] == "theorem":
            self.line({"thm": {**common, "value": value, "all": [self.name(name)]}})
        else:
            self.line({"def": {**common, "value": value, "all": [self.name(name)], "hints": "abbrev", "safety": "safe"}})


def lean4export(arguments):
    at = arguments.index("--")
    declared, text = load(os.path.join(os.environ["LEAN_PATH"].split(":")[0], arguments[0] + ".olean"))
    misbehave(text, "{}", sys.stdout)
    export = Export(declared)
    for name in arguments[at + 1:]:
        if name not in declared and name not in ALLOWED:
            sys.stdout.flush()
            sys.stderr.write("PANIC at dumpConstant: Constant %s not found in environment.\n" % name)
            return 1
        export.constant(name)
    return 0


def lake(arguments):
    if arguments[:2] == ["env", "printenv"]:
        print(os.environ.get(arguments[2], ""))
        return 0
    sys.stdout.flush()
    return subprocess.call(arguments[1:])


def main():
    programs = {"safe_verify": safe_verify, "leanchecker": leanchecker, "comparator": comparator, "lake": lake,
                "lean4export": lean4export}
    try:
        return programs[NAME](sys.argv[1:])
    except Refused as refusal:
        return fail(refusal)


if __name__ == "__main__":
    sys.exit(main())
