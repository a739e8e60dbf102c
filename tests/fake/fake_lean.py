#!/usr/bin/env -S python3 -S
"""A stand-in for Lean in tests of f2f. It proves that f2f handles Lean's protocols; it proves nothing about mathematics.

It speaks `--version`, `--help`, `--worker` (the language server's worker) and batch (`--stdin`, or a file; `--json` or not). With
F2F_FAKE_LEAN_OLD=1, or started under a name that holds "old", it is a Lean of July 2021: no --json, no progress kinds, and it stops at
options it does not know.

It decides from the text it is sent, by these rules and no table of names:

- A declaration is `theorem`, `lemma`, `def`, `abbrev` or `axiom` at the start of a line, up to the next line that starts with a
  command word. Its proof is what follows the first `:=` outside brackets. Comments are removed first.
- `fake_error` in a declaration, or nothing after `:=`: an error there, and it rests on sorryAx.
- `sorry`: a warning, and it rests on sorryAx.
- A proof that names theorems or axioms declared before (as `exact @name`, `apply name` …) is accepted when one is known; it rests on
  what they rest on. An unknown name after exact or apply is an error.
- The statement `True` has the proofs `True.intro`, `trivial`, `by trivial`, `by exact True.intro`; `False` has none.
- Any other proof is accepted exactly when sha256(statement + "\\n" + proof), both with white space made single blanks, has a first
  byte below 128. The statement is the text between the name and `:=`. Refusals are errors at the proof.
- `axiom NAME`: whoever names it rests on it. `(@NAME : (fun (p : Prop) (_ : p) => p) _ @OTHER)` in a statement: NAME has to
  state what OTHER states.
- A `def` of type Bool is `true` or `false`. A proof that trusts compiled code rests on Lean.ofReduceBool: `native_decide`, and
  `@[implemented_by NAME]` before a declaration; in July 2021 `nativeDecide` and `@[implementedBy NAME]`. Each age takes the other's
  words for an error.
- `#print axioms NAME`: Lean's own words, or an error for an unknown name. `#exit` ends the file without any word.
- An `import` of anything but Init, Mathlib, Aesop or Lean* is an error in the header.
- `-o FILE` writes what stands for a compiled file: JSON with the kind, statement, proof and axioms of each declaration and the whole
  text, for fake_checker.py. None is written when there is an error. Words of this step alone: `fake_o_error` is one, `fake_o_hang`,
  `fake_o_crash` as below, `fake_o_none` leaves no file, `fake_o_link` a link to another's, `fake_o_pipe`, `fake_o_folder`, `fake_o_empty`
  other things in its place, `fake_o_many` fills the folder, `fake_o_closed` leaves folders that cannot be entered.
- `fake_hang` never answers, `fake_cpu` neither but burns CPU, `fake_crash` aborts, `fake_close` leaves with status 0, `fake_flood`
  writes without end, `fake_garbage` writes bytes into the protocol, `fake_oom` takes memory without end, `fake_child` leaves a
  child behind and goes on, `fake_escape` leaves one in a session of its own, forked twice and deaf to SIGTERM, `fake_forks` makes
  processes without end, `fake_late` writes garbage after a good answer.
- Faults of a protocol: faults.py, and for the worker `fake_other_version`, `fake_other_document`, `fake_old_version` (diagnostics of
  these alone), `fake_no_diagnostics`, `fake_negative_line`, `fake_no_place`, `fake_number_id`, `fake_fatal` (progress of kind 2),
  `fake_endless` (progress that is never done), `fake_short_length`, `fake_long_length`, `fake_giant_length` (of a frame).
"""

import hashlib
import json
import os
import re
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
sys.dont_write_bytecode = True

import faults  # noqa: E402

OLD = os.environ.get("F2F_FAKE_LEAN_OLD") == "1" or "old" in os.path.basename(sys.argv[0])
COMMANDS = ("theorem", "lemma", "def", "abbrev", "axiom", "open", "set_option", "import", "namespace", "end", "section",
            "variable", "universe", "noncomputable", "@[implemented_by", "@[implementedBy", "#print", "#exit", "#check", "#eval",
            "example", "instance")
KNOWN_IMPORTS = re.compile(r"(Init|Mathlib|Aesop|Lean)(\..*)?$")
NATIVE, OTHER_NATIVE = ("nativeDecide", "native_decide") if OLD else ("native_decide", "nativeDecide")
ATTRIBUTE = "@[implementedBy" if OLD else "@[implemented_by"
TRUE_PROOFS = ("True.intro", "trivial", "by trivial", "by exact True.intro", "by exact trivial")


def blanks(text):
    return " ".join(text.split())


def accepts(statement, proof):
    """The rule by which tests know scores in advance."""
    return hashlib.sha256((blanks(statement) + "\n" + blanks(proof)).encode()).digest()[0] < 128


def without_comments(text):
    """Comments become blanks, so that places stay."""
    out, depth, i = [], 0, 0
    while i < len(text):
        if depth == 0 and text.startswith("--", i):
            while i < len(text) and text[i] != "\n":
                out.append(" ")
                i += 1
        elif text.startswith("/-", i):
            depth, i = depth + 1, i + 2
            out.append("  ")
        elif depth and text.startswith("-/", i):
            depth, i = depth - 1, i + 2
            out.append("  ")
        else:
            out.append(text[i] if depth == 0 or text[i] == "\n" else " ")
            i += 1
    return "".join(out)


def split_commands(text):
    """(first line, text) of every command."""
    parts = []
    for number, line in enumerate(text.split("\n")):
        words = line.split(None, 1)
        if words and line[0] not in " \t" and words[0] in COMMANDS:
            parts.append([number, line])
        elif parts:
            parts[-1][1] += "\n" + line
        elif line.strip():
            parts.append([number, line])
    return parts


def split_at_proof(text):
    """Where the first := outside brackets is, or -1."""
    depth = 0
    for i, c in enumerate(text):
        depth += (c in "([{⟨") - (c in ")]}⟩")
        if depth == 0 and text.startswith(":=", i):
            return i
    return -1


ASCRIPTION = re.compile(r"\(@([^\s()]+) : \(fun \((\w+) : Prop\) \(_ : \2\) => \2\) _\s+@([^\s()]+)\)")


class File:
    def __init__(self):
        self.axioms = {}  # name -> what it rests on
        self.statements = {}  # name -> what it states
        self.declared = {}  # name -> (kind, statement, proof)
        self.messages = []  # (severity, line, column, text)
        self.fatal = False

    def say(self, severity, line, text, column=0):
        self.messages.append((severity, line, column, text))

    def declare(self, line, text):
        if text.startswith("@["):
            attribute, _, text = text.partition("]")
            text = text.lstrip()
            if attribute.split()[0] != ATTRIBUTE:
                self.say("error", line, "unknown attribute [%s]" % attribute.split()[0][2:])
                return
        match = re.match(r"(?:noncomputable\s+)?(theorem|lemma|def|abbrev|axiom)\s+([^\s:({\[]+)", text)
        if not match:
            return
        kind, name = match.groups()
        rest = text[match.end():]
        if kind == "axiom":
            self.axioms[name] = [name]
            self.declared[name] = ("axiom", blanks(rest), "")
            return
        at = split_at_proof(rest)
        if at < 0:
            self.say("error", line, "expected ':='")
            return
        statement, proof = rest[:at], rest[at + 2:]
        self.statements[name] = blanks(statement)
        self.declared[name] = (kind.replace("lemma", "theorem").replace("abbrev", "def"), blanks(statement), blanks(proof))
        place = line + rest[:at].count("\n")
        if "fake_error" in text or not proof.strip():
            self.say("error", place, "unknown identifier 'fake_error'\nwith a second line")
            self.axioms[name] = ["sorryAx"]
        elif re.search(r"\bsorry\b", text):
            self.say("warning", line, "declaration uses 'sorry'")
            self.axioms[name] = ["sorryAx"]
        else:
            self.prove(name, statement, proof, place)

    def prove(self, name, statement, proof, place):
        proof = proof.replace("_root_.", "")
        for there, _, other in ASCRIPTION.findall(statement.replace("_root_.", "")):
            if there not in self.axioms:
                self.say("error", place, "unknown constant '%s'" % there)
            elif self.statements.get(there) != self.statements.get(other):
                self.say("error", place, "type mismatch")
        words = set(re.findall(r"[^\s@()\[\]{},;:<>|·]+", proof))
        used = [known for known in self.axioms if known in words]
        goal = blanks(statement).lstrip(": ")
        if OTHER_NATIVE in words:
            self.say("error", place, "unknown tactic")
            self.axioms[name] = ["sorryAx"]
        elif NATIVE in words:
            self.axioms[name] = ["Lean.ofReduceBool"]
        elif goal == "Bool":
            self.axioms[name] = []
        elif used:
            rests = sorted({axiom for known in used for axiom in self.axioms[known]})
            self.axioms[name] = rests
        elif "exact @" in proof:
            self.say("error", place, "unknown constant in '%s'" % blanks(proof)[:60])
        elif goal == "False" or (goal == "True" and blanks(proof) not in TRUE_PROOFS):
            self.refuse(name, place)
        elif goal == "True" or accepts(statement, proof):
            self.axioms[name] = ["propext"] if "simp" in proof else []
        else:
            self.refuse(name, place)

    def refuse(self, name, place):
        self.say("error", place, "type mismatch\n  the proof does not fit")
        self.axioms[name] = ["sorryAx"]

    def print_axioms(self, line, name):
        if name not in self.axioms:
            self.say("error", line, "unknown constant '%s'" % name)
        elif self.axioms[name]:
            self.say("information", line, "'%s' depends on axioms: [%s]" % (name, ", ".join(self.axioms[name])))
        else:
            self.say("information", line, "'%s' does not depend on any axioms" % name)

    def read(self, text):
        for line, part in split_commands(without_comments(text)):
            words = part.split()
            if words[0] == "#exit":
                break
            if words[0] == "import":
                for module in words[1:]:
                    if not KNOWN_IMPORTS.match(module):
                        self.say("error", 0, "unknown package '%s'" % module)
                        self.fatal = True
                        return self
            elif words[:2] == ["#print", "axioms"] and len(words) > 2:
                self.print_axioms(line, words[2])
            elif words[0] in ("#check", "#eval"):
                self.say("information", line, " ".join(words[1:]))
            else:
                self.declare(line, part)
        return self


def misbehave(text, out):
    """The faults. Returns only when there is none."""
    if "fake_hang" in text:
        faults.stuck()
        while True:
            time.sleep(3600)
    if "fake_cpu" in text:
        while True:
            pass
    if "fake_crash" in text:
        sys.stderr.write("Stack overflow detected. Aborting.\n")
        sys.stderr.flush()
        os.abort()
    if "fake_close" in text:
        os._exit(0)
    if "fake_garbage" in text:
        out.write(b"HELLO")
        out.flush()
    if "fake_flood" in text:
        piece = b"Content-Length: 100000\r\n\r\n{" + b" " * 99999
        while True:
            out.write(piece)
            out.flush()
    if "fake_oom" in text:
        held = []
        while True:
            held.append(b"x" * (8 << 20))
            time.sleep(0.002)
    if "fake_child" in text:
        import subprocess  # slow to load, and every check of batch would pay
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)", os.path.abspath(sys.argv[0])],
                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if "fake_escape" in text and os.fork() == 0:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for fd in (0, 1, 2):
            os.close(fd)
        if os.fork() == 0:
            time.sleep(3600)
        os._exit(0)
    if "fake_forks" in text:
        while True:
            try:
                if os.fork() == 0:
                    time.sleep(3600)
            except OSError:
                pass


SEVERITIES = {"error": 1, "warning": 2, "information": 3}


class Worker:
    def __init__(self):
        self.input, self.out = sys.stdin.buffer, sys.stdout.buffer

    def frame(self, message, text=""):
        message["jsonrpc"] = "2.0"
        body = json.dumps(message, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
        body = faults.bend(text, body)
        length = (1 << 30 if "fake_giant_length" in text else
                  len(body) + (5 if "fake_long_length" in text else -5 if "fake_short_length" in text else 0))
        return b"Content-Length: %d\r\n\r\n%s" % (length, body)

    def send(self, message, text=""):
        self.out.write(self.frame(message, text))
        self.out.flush()

    def receive(self):
        length = 0
        while True:
            line = self.input.readline()
            if not line:
                sys.exit(1)
            if line == b"\r\n":
                return json.loads(self.input.read(length))
            name, value = line.split(b": ")
            if name == b"Content-Length":
                length = int(value)

    def progress(self, uri, version, processing):
        self.send({"method": "$/lean/fileProgress",
                   "params": {"textDocument": {"uri": uri, "version": version}, "processing": processing}})

    def diagnostics(self, uri, version, messages, wish=""):
        items = []
        if "fake_no_diagnostics" in wish:
            return
        version += 1 if "fake_other_version" in wish else -1 if "fake_old_version" in wish else 0
        uri += "x" if "fake_other_document" in wish else ""
        for severity, line, column, text in messages:
            place = {"start": {"line": line, "character": column}, "end": {"line": line, "character": column + 1}}
            if "fake_negative_line" in wish:
                place["start"]["line"] = -line - 1
            items.append({"range": place, "fullRange": place, "severity": SEVERITIES.get(severity, 9), "source": "Lean 4",
                          "message": text})
            if "fake_no_place" in wish:
                del items[-1]["range"]
        self.send({"method": "textDocument/publishDiagnostics",
                   "params": {"uri": uri, "version": version, "diagnostics": items}}, wish)

    def elaborate(self, uri, version, text):
        misbehave(text, self.out)
        faults.late(text)
        result = File().read(text)
        said = faults.messages(text, result.messages)
        place = {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}}
        if result.fatal and OLD:  # no progress at all
            self.diagnostics(uri, version, result.messages)
            return
        if version > 1:  # of the version before, late
            self.diagnostics(uri, version - 1, [("error", 0, 0, "stale")])
        self.progress(uri, version, [{"range": place} if OLD else {"range": place, "kind": 2 if result.fatal or "fake_fatal" in text else 1}])
        if not OLD:
            self.send({"id": "refresh%d" % version, "method": "workspace/semanticTokens/refresh"})
        self.diagnostics(uri, version, said[:1], text)
        self.diagnostics(uri, version, said, text)
        if not result.fatal and "fake_endless" not in text:
            self.progress(uri, version, [])

    def run(self):
        text, version = "", 0
        while True:
            message = self.receive()
            method, params = message.get("method"), message.get("params", {})
            if method == "initialize":
                continue
            if method == "exit":
                sys.exit(0)
            if method == "textDocument/didOpen":
                text, version = params["textDocument"]["text"], params["textDocument"]["version"]
                self.elaborate(params["textDocument"]["uri"], version, text)
            elif method == "textDocument/didChange":
                if params["textDocument"]["version"] <= version:
                    sys.exit(1)
                text, version = params["contentChanges"][-1]["text"], params["textDocument"]["version"]
                self.elaborate(params["textDocument"]["uri"], version, text)
            elif method == "textDocument/waitForDiagnostics":
                asked = 7 if "fake_number_id" in text else message["id"]
                faults.deliver(text, self.frame({"id": asked, "result": {}}), self.out)
                if any(word in text for word in ("fake_old_version", "fake_no_diagnostics", "fake_endless")):
                    faults.stuck()
                if "fake_late" in text:
                    self.out.write(b"LATE BYTES\r\n")
                    self.out.flush()
            else:
                sys.exit(1)  # a worker ends at what it does not know


def batch(text, label, as_json):
    misbehave(text, sys.stdout.buffer)
    faults.late(text)
    result = File().read(text)
    lines = []
    for severity, line, column, message in faults.messages(text, result.messages):
        if as_json:
            lines.append(json.dumps({"severity": severity, "pos": {"line": line + 1, "column": column}, "endPos": None,
                                     "fileName": label, "data": message, "caption": "", "kind": "[anonymous]"},
                                    ensure_ascii=False, separators=(",", ":"), sort_keys=True))
        elif severity == "information":
            lines.append(message)
        else:
            lines.append("%s:%d:%d: %s: %s" % (label, line + 1, column, severity, message))
    data = "".join(line + "\n" for line in lines).encode()
    faults.deliver(text, faults.bend(text, data), sys.stdout.buffer)
    return 1 if any(m[0] == "error" for m in result.messages) else 0


def misbehave_compiling(text, target):
    """The faults of -o. True when nothing more is to be written."""
    folder = os.path.dirname(target)
    if "fake_o_hang" in text:
        faults.stuck()
        while True:
            time.sleep(3600)
    if "fake_o_crash" in text:
        os.abort()
    if "fake_o_many" in text:
        for n in range(10 ** 6):
            os.mkdir(os.path.join(folder, "d%d" % n))
    if "fake_o_closed" in text:
        os.makedirs(os.path.join(folder, "a", "b"))
        os.chmod(os.path.join(folder, "a"), 0)
    if "fake_o_link" in text:
        beside = os.path.join(folder, "beside.olean")
        with open(beside, "w", encoding="utf-8") as out:
            out.write("{}")
        os.symlink(beside, target)
    elif "fake_o_pipe" in text:
        os.mkfifo(target)
    elif "fake_o_folder" in text:
        os.mkdir(target)
    elif "fake_o_empty" in text:
        open(target, "w", encoding="utf-8").close()
    return any(word in text for word in ("fake_o_none", "fake_o_link", "fake_o_pipe", "fake_o_folder", "fake_o_empty"))


def compile_file(path, target):
    with open(path, encoding="utf-8") as source:
        text = source.read()
    result = File().read(text)
    if "fake_o_error" in text:
        result.say("error", 0, "only when compiled")
    for severity, line, column, message in result.messages:
        print("%s:%d:%d: %s: %s" % (path, line + 1, column, severity, message))
    sys.stdout.flush()
    if any(m[0] == "error" for m in result.messages):
        return 1
    if not misbehave_compiling(text, target):
        declared = {name: {"kind": kind, "statement": statement, "proof": proof, "axioms": result.axioms.get(name, [])}
                    for name, (kind, statement, proof) in result.declared.items()}
        with open(target, "w", encoding="utf-8") as out:
            json.dump({"fake_olean": 1, "declared": declared, "text": text}, out)
    return 0


def main():
    arguments = sys.argv[1:]
    if "-o" in arguments and not any(a.startswith("--stdin") for a in arguments):
        target = arguments[arguments.index("-o") + 1]
        return compile_file([a for a in arguments if a.endswith(".lean") and not a.startswith("-")][0], target)
    known = ("--version", "--help", "--worker", "--stdin") + (() if OLD else ("--json", "-Dserver.reportDelayMs=0"))
    files = [a for a in arguments if not a.startswith("-")]
    for argument in arguments:
        if argument.startswith("-") and argument not in known:
            sys.stderr.write("lean: unrecognized option '%s'\n" % argument)
            return 1
    if "--version" in arguments:
        print("Lean (version 4.0.0, Release)" if OLD else
              "Lean (version 4.9.0, x86_64-unknown-linux-gnu, commit 8f9843a4a5fe, Release)")
        return 0
    if "--help" in arguments:
        print("  --help -h\n  --stdin   take input from stdin\n  --worker  start lean in server-worker mode\n" + ("" if OLD else "  --json    report messages as JSON\n"))
        return 0
    if "--worker" in arguments:
        Worker().run()
    if "--stdin" in arguments:
        return batch(sys.stdin.buffer.read().decode(), "<stdin>", "--json" in arguments)
    if files:
        with open(files[0], encoding="utf-8") as source:
            return batch(source.read(), files[0], "--json" in arguments)
    sys.stderr.write("Expected exactly one file name\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
