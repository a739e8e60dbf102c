#!/usr/bin/env python3
"""The rules of the tree that no compiler checks, as TAP: lint.py ROOT [--objects DIR] [--f2f PROGRAM].

src/README.md says what the layers are for; LAYERS below is the same table for the machine."""
import argparse
import os
import re
import subprocess
import sys

LINES_MAX = 600
FUNCTION_MAX = 60
COLUMNS = 100  # what is aimed at: more is noted
COLUMNS_MAX = 120  # more fails, but for a line that is one string literal or one address
HELP_COLUMNS, HELP_LINES = 80, 70

IO = ["io/loop", "io/proc", "io/http", "io/db", "io/git", "io/lfs", "io/config", "io/term"]
# What a room may include besides itself and base. A name with ".h" is that header alone.
LAYERS = {
    "base": [],
    "io/loop": [],
    "io/proc": ["io/loop"],
    "io/http": ["io/loop"],
    "io/db": [],
    "io/git": ["io/loop", "io/proc"],
    "io/lfs": ["io/loop", "io/http"],
    "io/config": [],
    "io/term": ["io/loop"],
    "git": [],
    "unpack": ["git/frame.h"],
    "io/launch": [],  # the program f2f-launch
    "io/probe": [],  # the program f2f-probe
    "core": [],
    "lean": ["core"],
    "logic": ["core"],
    "dataset": ["core", "lean", "logic"],
    "discrepancy": ["core", "lean", "verifier/verifier.h"],
    "store": ["core", "io/db"],
    "provider": ["core", "logic", "io/http.h"],
    "verifier": ["core", "lean", "io/loop", "io/proc", "io/http"],
    "judge": ["core", "lean", "verifier/verifier.h", "provider/provider.h"],
    "report": ["core", "lean", "store"],
    "web": ["io/loop", "core", "store", "report"],
    "engine": IO + ["core", "lean", "logic", "dataset", "discrepancy", "store", "provider", "verifier", "judge"],
}
LAYERS["cmd"] = [room for room in LAYERS]
LAYERS["main"] = LAYERS["cmd"] + ["cmd"]

# Libraries that have one home each.
LIBRARIES = {
    "curl/": ["io/http"],
    "sqlite3.h": ["io/db", "store"],
    "uv.h": ["io/loop", "io/proc", "io/http"],
    "git2": ["git"],
    "archive": ["unpack"],
    "zlib.h": ["dataset"],
    "popt.h": ["cmd"],
    "ini.h": ["io/config"],
    "uthash.h": ["base"],
    "openssl/": ["base"],
    "microhttpd.h": ["web"],
}

BANNED = ("strcpy strcat sprintf vsprintf atoi atol atoll atof system popen gets strtok alloca sleep usleep "
          "nanosleep pthread_create signal_wait").split()
STDOUT = "printf puts putchar vprintf".split()
STDOUT_ROOMS = {"cmd", "report", "main", "git", "unpack", "io/launch", "io/probe"}
STDERR_FILES = {"src/base/log.c", "src/base/mem.c", "src/io/term_progress.c"}
EXIT_ROOMS = {"cmd", "main", "git", "unpack", "io/launch", "io/probe"}
STATICS = {"log", "trace", "main"}
VENDORS = r"openai|anthropic|openrouter|ollama|vllm|deepseek|mistral|gemini"


def room_of(path):
    """'src/io/http_socket.c' -> 'io/http'."""
    parts = path.split("/")[1:]
    if len(parts) == 1:
        return "main"
    if parts[0] == "io":
        return "io/" + re.split(r"[._]", parts[1])[0]
    return parts[0]


def strip(text):
    """The code alone: comments become spaces, what is between quotes too; lines stay lines."""
    out, i = [], 0
    while i < len(text):
        two = text[i:i + 2]
        if two == "/*":
            end = text.find("*/", i + 2)
            end = len(text) if end < 0 else end + 2
        elif two == "//":
            end = text.find("\n", i)
            end = len(text) if end < 0 else end
        elif text[i] in "\"'":
            end = i + 1
            while end < len(text) and text[end] not in (text[i], "\n"):
                end += 2 if text[end] == "\\" else 1
            end += 1
            out.append(text[i] + re.sub(r"[^\n]", " ", text[i + 1:end - 1]) + text[i])
            i = end
            continue
        else:
            out.append(text[i])
            i += 1
            continue
        out.append(re.sub(r"[^\n]", " ", text[i:end]))
        i = end
    return "".join(out)


class Tree:
    def __init__(self, root):
        self.root = root
        self.text, self.code = {}, {}
        self.bad = []
        for top in ("src", "tests"):
            for folder, folders, names in os.walk(os.path.join(root, top)):
                folders[:] = sorted(f for f in folders if f not in ("__pycache__", "data", "corpus"))
                for name in sorted(names):
                    self.add(os.path.relpath(os.path.join(folder, name), root))

    def add(self, path):
        if not re.search(r"\.([ch]|py|md|sql|build|sh|test|in|txt|css|js|html|scd)$", path):
            return
        with open(os.path.join(self.root, path), "rb") as f:
            data = f.read()
        try:
            self.text[path] = data.decode("utf-8")
        except UnicodeDecodeError as fault:
            self.bad.append(f"{path}: not UTF-8 at byte {fault.start}")
            self.text[path] = data.decode("utf-8", "replace")
        if path.endswith((".c", ".h")):
            self.code[path] = strip(self.text[path])

    def sources(self, prefix="src/"):
        return [path for path in self.code if path.startswith(prefix)]


def lines_of(text):
    return enumerate(text.split("\n"), 1)


def includes(text):
    for number, line in lines_of(text):
        found = re.match(r'\s*#\s*include\s+([<"])([^>"]+)[>"]', line)
        if found:
            yield number, found.group(1), found.group(2)


def check_layers(tree):
    for path in tree.sources():
        room = room_of(path)
        if room not in LAYERS:
            yield f"{path}: no room \"{room}\" in the table of tests/lint/lint.py"
            continue
        for number, kind, name in includes(tree.text[path]):
            if kind == "<":
                for library, homes in LIBRARIES.items():
                    if name.startswith(library) and room not in homes:
                        yield f"{path}:{number}: <{name}> belongs to {', '.join(homes)}"
                continue
            other = room_of("src/" + name)
            if other not in ("base", room) and other not in LAYERS[room] and name not in LAYERS[room]:
                yield f"{path}:{number}: {room} may not include \"{name}\""


def parts_of(tree, room):
    """Names in the sorted lists of a room's meson.build."""
    text = tree.text.get(f"src/{room}/meson.build", "")
    for name, body in re.findall(r"^(\w+) = \[\n?((?:[^\]])*)\]", text, re.M):
        if name in ("providers", "backends", "verifiers", "reports", "commands", "judges", "layouts", "signals", "checkers"):
            yield name, re.findall(r"'([^']+)'", body)


def check_siblings(tree):
    for room in ("provider", "verifier", "report", "judge"):
        names = [name for _, part in parts_of(tree, room) for name in part]
        for path in tree.sources(f"src/{room}/"):
            own = os.path.basename(path).split(".")[0]
            for number, kind, name in includes(tree.text[path]):
                other = re.match(room + r"/(\w+)\.h$", name)
                if kind == '"' and other and other.group(1) in names and other.group(1) != own:
                    yield f"{path}:{number}: parts of {room} do not include one another (\"{name}\")"


def check_include_order(tree):
    for path in tree.sources():
        found = list(includes(tree.text[path]))
        own = path[len("src/"):-1] + "h"
        if "src/" + own not in tree.text and found and found[0][1] == '"':
            own = found[0][2]  # a file that stands behind its room's header
        if path.endswith(".c") and "src/" + own in tree.text and (not found or found[0][2] != own):
            yield f"{path}:1: its own header \"{own}\" comes first"
        ours = 0
        for number, kind, name in found:
            if kind == '"' and name != own:
                ours = number
            elif kind == "<" and ours:
                # A header that is told something by a macro (uthash.h) comes after what the macro needs.
                between = "\n".join(tree.text[path].split("\n")[ours:number])
                if "#define" in between:
                    continue
                yield f"{path}:{number}: <{name}> comes before our own headers"


def check_guards(tree):
    for path in tree.code:
        if path.endswith(".h"):
            name = path[len("src/"):] if path.startswith("src/") else path
            guard = "F2F_" + re.sub(r"[^A-Z0-9]", "_", name.upper())
            if not re.match(rf"#ifndef {guard}\n#define {guard}\n", tree.text[path]):
                yield f"{path}:1: expected the include guard {guard}"


def check_length(tree):
    for path, text in tree.text.items():
        if path.endswith((".c", ".h", ".py")) and text.count("\n") > LINES_MAX:
            yield f"{path}: {text.count(chr(10))} lines, at most {LINES_MAX}"


def check_functions(tree):
    """In our layout a definition begins and ends in column 0."""
    for path, code in tree.code.items():
        head, start = "", 0
        for number, line in lines_of(code):
            if line.startswith("}"):
                if start and number - start + 1 > FUNCTION_MAX:
                    name = re.search(r"(\w+)\s*\(", head)
                    yield (f"{path}:{start}: {name.group(1) if name else 'function'} has "
                           f"{number - start + 1} lines, at most {FUNCTION_MAX}")
                head, start = "", 0
            elif not start and re.match(r"\w", line):
                head, start = line, number
                if line.rstrip().endswith(";"):
                    head, start = "", 0
            elif start and "{" not in head:
                head += " " + line
                if line.rstrip().endswith(";"):
                    head, start = "", 0
            if start and "{" in head and not re.search(r"\)\s*\{", head):
                start = 0  # a table or a type


def long_lines(tree, columns):
    for path in tree.code:
        for number, line in lines_of(tree.text[path]):
            if len(line.expandtabs(8)) <= columns:
                continue
            if re.match(r'\s*"([^"\\]|\\.)*"[,;)}]*$', line) or re.search(r"https?://\S{40}", line):
                continue
            yield f"{path}:{number}: {len(line.expandtabs(8))} columns, at most {columns}"


def check_columns(tree):
    return long_lines(tree, COLUMNS_MAX)


def calls(code, names):
    pattern = re.compile(r"(?<![\w.>])(" + "|".join(names) + r")\s*\(")
    for number, line in lines_of(code):
        for found in pattern.finditer(line):
            yield number, found.group(1)


def check_banned(tree):
    for path in tree.sources():
        code, room = tree.code[path], room_of(path)
        for number, name in calls(code, BANNED):
            yield f"{path}:{number}: {name}() is banned"
        if room not in ("io/launch", "io/probe"):
            for number, name in calls(code, ["fork", "vfork"]):
                yield f"{path}:{number}: {name}() outside the launcher"
        if room not in EXIT_ROOMS:
            for number, name in calls(code, ["exit", "_exit", "quick_exit"]):
                yield f"{path}:{number}: {name}() below cmd"


def check_streams(tree):
    for path in tree.sources():
        code, room = tree.code[path], room_of(path)
        if room in STDOUT_ROOMS:
            continue
        for number, name in calls(code, STDOUT):
            yield f"{path}:{number}: {name}() outside cmd"
        for number, line in lines_of(code):
            if re.search(r"\b(stdout|STDOUT_FILENO)\b", line):
                yield f"{path}:{number}: stdout outside cmd"
            if re.search(r"\bstderr\b", line) and path not in STDERR_FILES:
                yield f"{path}:{number}: stderr is written through base/log.h"


def check_vendors(tree):
    for path in tree.sources():
        room = room_of(path)
        if room in ("provider", "cmd"):
            continue
        text = re.sub(r"//.*|/\*.*?\*/", lambda m: re.sub(r"[^\n]", "", m.group(0)), tree.text[path], flags=re.S)
        for number, line in lines_of(text):
            found = re.search(VENDORS, line, re.I)
            if found:
                yield f"{path}:{number}: \"{found.group(0)}\" outside provider"


def check_white_space(tree):
    yield from tree.bad
    for path, text in tree.text.items():
        if text and (not text.endswith("\n") or text.endswith("\n\n")):
            yield f"{path}: must end in exactly one newline"
        for number, line in lines_of(text):
            if line != line.rstrip() and not path.endswith((".md", ".test")):
                yield f"{path}:{number}: white space at the end"
            if " \t" in line and path.endswith((".c", ".h")):
                yield f"{path}:{number}: a tab after a space"
            if path.endswith((".c", ".h")) and re.match(r" {8}", line):
                yield f"{path}:{number}: indented with spaces"


def check_sorted(tree):
    for path in tree.text:
        found = re.match(r"src/(\w+)/meson\.build$", path)
        for name, parts in parts_of(tree, found.group(1)) if found else []:
            if parts != sorted(parts):
                yield f"{path}: {name} is not sorted"
            for part in parts:
                if f"src/{found.group(1)}/{part}.c" not in tree.code:
                    yield f"{path}: {name}: no {part}.c"


def check_built(tree):
    """A file that no meson.build names is dead, and a test that none names passes for ever."""
    for path in tree.sources(""):
        folder, name = os.path.split(path)
        if not path.endswith(".c") or folder.startswith("tests/") and not name.startswith("test_"):
            continue
        yield from unnamed(tree, path, name)
    for path in tree.text:
        if path.startswith("tests/") and path.endswith(".test"):
            yield from unnamed(tree, path, os.path.basename(path))


def unnamed(tree, path, name):
    stem = re.sub(r"^test_", "", name.split(".")[0])
    folder = os.path.dirname(path)
    near = [tree.text.get(f"{place}/meson.build", "") for place in (folder, os.path.dirname(folder))]
    if not any(re.search(rf"['/]{re.escape(word)}'", text) for word in (name, stem) for text in near):
        yield f"{path}: no meson.build names it"


def check_statics(tree, objects):
    """Symbols that can be written, in every archive and object of the build."""
    archives = []
    for folder, _, names in os.walk(objects):
        archives += [os.path.join(folder, name) for name in names if name.endswith((".a", ".o"))]
    if not archives:
        yield f"{objects}: no objects"
        return
    listing = subprocess.run(["nm", "-f", "sysv"] + sorted(archives), capture_output=True, text=True, check=True)
    member = ""
    for line in listing.stdout.split("\n"):
        found = re.match(r"Symbols from (.*):$", line)
        if found:
            # "libbase.a[log.c.o]", "f2f.p/main.c.o"
            member = re.sub(r"(\.c)?\.o$", "", os.path.basename(found.group(1)).rstrip("]").split("[")[-1])
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) == 7 and re.match(r"\.(data|bss|tdata|tbss|data\.rel|data\.rel\.local)$|\*COM\*$", cells[6]):
            if member not in STATICS:
                yield f"{member}: {cells[0]} can be written ({cells[6]})"


def check_help(tree, program):
    main = subprocess.run([program, "help"], capture_output=True, text=True, check=True).stdout
    commands = re.findall(r"^  (\S+)\s{2,}\S", main.split("Commands:")[1].split("\n\n")[0], re.M)
    options_of = re.compile(r"(?<=^  )-\w(?=, --)|(?<=^      |^  -\w, )--[\w-]+", re.M)
    for name in [None] + commands:
        text = main if name is None else subprocess.run(
            [program, "help", name], capture_output=True, text=True, check=True).stdout
        where = "f2f help" + (" " + name if name else "")
        for line in text.split("\n"):
            if len(line) > HELP_COLUMNS:
                yield f"{where}: over {HELP_COLUMNS} columns: {line}"
        if text.count("\n") > HELP_LINES:
            yield f"{where}: {text.count(chr(10))} lines, at most {HELP_LINES} (OPTION_RARE leaves one out)"
        if name is not None:
            text = subprocess.run([program, "help", name, "--all"], capture_output=True, text=True, check=True).stdout
        examples = text.split("Examples:\n")[1] if "Examples:\n" in text else ""
        if len(re.findall(rf"^  f2f {re.escape(name or '')}", examples, re.M)) < 2:
            yield f"{where}: fewer than two examples"
        letters = options_of.findall(text) + (options_of.findall(main) if name else [])
        for letter in sorted(set(letters)):
            if letters.count(letter) > 1:
                yield f"{where}: {letter} is used twice"
    for path in tree.sources("src/cmd/"):
        if re.search(r"^const struct command cmd_", tree.text[path], re.M):
            name = os.path.basename(path)[:-2]
            if name not in commands:
                yield f"{path}: not in the list of src/cmd/meson.build"


CHECKS = [
    ("a room includes only the rooms below it", check_layers),
    ("parts of a room do not include one another", check_siblings),
    ("own header first, then the system's, then ours", check_include_order),
    ("headers are guarded by F2F_PATH_H", check_guards),
    (f"files have at most {LINES_MAX} lines", check_length),
    (f"functions have at most {FUNCTION_MAX} lines", check_functions),
    (f"lines have at most {COLUMNS_MAX} columns (aim: {COLUMNS})", check_columns),
    ("banned functions are not called", check_banned),
    ("nothing prints below cmd", check_streams),
    ("vendors are named in provider alone", check_vendors),
    ("files are clean UTF-8 text", check_white_space),
    ("lists of parts are sorted and complete", check_sorted),
    ("every source and test is named in a meson.build", check_built),
]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root")
    parser.add_argument("--objects", help="the build directory of src: looks for writable statics")
    parser.add_argument("--f2f", help="the program: looks at every command's help")
    arguments = parser.parse_args()
    tree = Tree(arguments.root)
    checks = [(name, check, ()) for name, check in CHECKS]
    if arguments.objects:
        checks.append(("no writable statics but log, trace and main", check_statics, (arguments.objects,)))
    if arguments.f2f:
        checks.append(("every command has help on one screen with two examples", check_help, (arguments.f2f,)))
    print(f"1..{len(checks)}")
    failed = False
    for number, (name, check, more) in enumerate(checks, 1):
        faults = list(check(tree, *more))
        failed = failed or bool(faults)
        print(f"{'not ok' if faults else 'ok'} {number} - {name}")
        for fault in faults:
            print(f"# {fault}")
    notes = list(long_lines(tree, COLUMNS))
    print(f"# {len(notes)} lines over {COLUMNS} columns")
    for note in notes[:20]:
        print(f"#   {note}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
