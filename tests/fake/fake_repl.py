#!/usr/bin/env -S python3 -S
"""A stand-in for the community REPL, in two ways. It proves that f2f speaks the REPL's framing; nothing about mathematics.

Without arguments it decides from the text it is sent, by the rules of fake_lean.py, and goes wrong as faults.py and fake_lean.py say.
Environments are kept and numbered; a command after an environment knows what was declared there. Words of its own:
`fake_wrong_env` (a number that does not grow), `fake_skipped_env` (one too far), `fake_no_env`, `fake_unknown_keys`, `fake_listed_hole`
(a hole in "sorries" alone), `fake_message` (only "message": Lean error), `fake_unknown_environment` (only "message"), `fake_silent`
(no answer), `fake_forgets` (the environment that is named does not hold the probe), `fake_header` for a header whose answer
has an error.

`--replay NAME` answers what NAME.in was answered in NAME.expected.out: the recorded answer to the next recorded request with the same
text. What was not recorded ends it, as what is not JSON ends the real one.
"""

import json
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
sys.dont_write_bytecode = True

import fake_lean  # noqa: E402
import faults  # noqa: E402

WORDS = {"error": "error", "warning": "warning", "information": "info"}


def fail(text):
    sys.stderr.write("uncaught exception: " + text + "\n")
    sys.stderr.flush()
    sys.exit(1)


def requests(stream):
    """What the REPL makes of lines: joined without newlines, ended by a line of white space; "#" and "--" have no answer."""
    lines = []
    for line in stream:
        if line.strip():
            lines.append(line.rstrip(b" \t\r\n"))
            continue
        text = b"".join(lines)
        lines = []
        if not text:
            fail("Could not parse JSON:\nunexpected end of input")
        if not text.startswith((b"#", b"--")):
            yield text.decode()
    if lines:
        yield b"".join(lines).decode()


class Repl:
    def __init__(self):
        self.environments = []  # what each knows
        self.out = sys.stdout.buffer

    def run(self):
        for text in requests(sys.stdin.buffer):
            try:
                request = json.loads(text)
            except ValueError:
                fail("Could not parse JSON:\n" + text[:80])
            if not isinstance(request.get("cmd"), str):
                fail("Could not parse as a valid JSON command:\n" + text[:80])
            self.command(request["cmd"], request.get("env"))

    def answer(self, text, answer):
        data = json.dumps(answer, ensure_ascii=False, indent=1).encode() + b"\n\n"
        faults.deliver(text, faults.bend(text, data), self.out)

    def command(self, text, env):
        if env is not None and env >= len(self.environments):
            self.answer("", {"message": "Unknown environment."})
            return
        if env is None:
            faults.late(text)
        fake_lean.misbehave(text, self.out)
        if "fake_silent" in text:
            faults.stuck()
            return
        if "fake_message" in text:
            self.answer(text, {"message": "Lean error:\ntoo deep"})
            return
        if "fake_unknown_environment" in text:
            self.answer(text, {"message": "Unknown environment."})
            return
        result = fake_lean.File()
        if env is not None:
            before = self.environments[env]
            result.axioms, result.statements = dict(before.axioms), dict(before.statements)
        result.read(text)
        self.environments.append(fake_lean.File() if "fake_forgets" in text else result)
        self.answer(text, self.object(text, result, len(self.environments) - 1))
        if "fake_late" in text:
            self.out.write(b"LATE BYTES\n")
            self.out.flush()

    def object(self, text, result, number):
        said = faults.messages(text, result.messages)
        answer = {"env": number}
        items = [{"severity": WORDS.get(severity, severity), "pos": {"line": line + 1, "column": column},
                  "endPos": None, "data": data.strip()} for severity, line, column, data in said]
        if items:
            answer["messages"] = items
        if any("declaration uses 'sorry'" in m[3] for m in said) or "fake_listed_hole" in text:
            answer["sorries"] = [{"proofState": 0, "pos": {"line": 1, "column": 0}, "goal": "⊢ True",
                                  "endPos": {"line": 1, "column": 5}}]
        if "fake_wrong_env" in text:
            answer["env"] = 0
        if "fake_skipped_env" in text:
            answer["env"] = number + 1
        if "fake_no_env" in text:
            del answer["env"]
        if "fake_unknown_keys" in text:
            answer["time"] = 0.25
            answer["novelty"] = [{"deep": [[[{}]]]}]
        return answer


def replay(name):
    with open(name + ".in", "rb") as stream:
        asked = list(requests(stream))
    with open(name + ".expected.out", encoding="utf-8") as stream:
        answers = re.findall(r"(?s)(.*?\n)\n", stream.read())
    if len(asked) != len(answers):
        fail("%s: %d requests, %d answers" % (name, len(asked), len(answers)))
    left = list(zip(asked, answers))
    for text in requests(sys.stdin.buffer):
        found = next((pair for pair in left if json.loads(pair[0]) == json.loads(text)), None)
        if found is None:
            fail("not recorded: " + text[:80])
        left.remove(found)
        sys.stdout.write(found[1] + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--replay"]:
        replay(sys.argv[2])
    else:
        Repl().run()
