#!/usr/bin/env python3
"""Each rule of lint.py finds the fault that it is there for, and nothing in a clean tree. TAP."""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lint  # noqa: E402

HEADER = "#ifndef F2F_CORE_A_H\n#define F2F_CORE_A_H\n\nint a(void);\n\n#endif\n"
CLEAN = {
    "src/core/a.h": HEADER,
    "src/core/a.c": '#include "core/a.h"\n\n#include <stdio.h>\n\n#include "base/error.h"\n\n'
                    'int a(void) {\n\treturn 0; // not printf("x") or system("y")\n}\n',
    "src/provider/meson.build": "providers = [\n    'alpha',\n    'beta',\n]\n",
    "src/meson.build": "".join(f"'{name}.c'\n" for name in ("a", "b", "c", "util", "db")),
    "src/core/meson.build": "'a.c'\n'b.c'\n'c.c'\n",
    "src/provider/alpha.c": "const char *alpha(void) {\n\treturn \"openai\";\n}\n",
    "src/provider/beta.c": "int beta(void) {\n\treturn 0;\n}\n",
}

# What a fault is called, the check that finds it, the file, its text.
FAULTS = [
    ("a room that includes one above it", "check_layers", "src/core/b.c", '#include "store/store.h"\n'),
    ("a room that includes one file too many of io", "check_layers", "src/io/db.c", '#include "io/loop.h"\n'),
    ("provider sees http.h", None, "src/provider/b.c", '#include "io/http.h"\n'),
    ("provider sees nothing else of io", "check_layers", "src/provider/b.c", '#include "io/proc.h"\n'),
    ("a library outside its home", "check_layers", "src/core/b.c", "#include <sqlite3.h>\n"),
    ("a directory that is no room", "check_layers", "src/misc/util.c", "int x;\n"),
    ("two providers that know each other", "check_siblings", "src/provider/alpha.c", '#include "provider/beta.h"\n'),
    ("its own header late", "check_include_order", "src/core/a.c", '#include <stdio.h>\n#include "core/a.h"\n'),
    ("a system header late", "check_include_order", "src/core/b.c",
     '#include "core/a.h"\n#include "base/mem.h"\n#include <stdio.h>\n'),
    ("a room's header first", None, "src/core/b.c", '#include "core/a.h"\n#include <stdio.h>\n'),
    ("another guard", "check_guards", "src/core/a.h", HEADER.replace("CORE_A", "A")),
    ("a file of 601 lines", "check_length", "src/core/b.c", "\n" * 600 + "int x;\n"),
    ("a function of 61 lines", "check_functions", "src/core/b.c", "int b(void) {\n" + "\ta();\n" * 59 + "}\n"),
    ("a function with its head on two lines", "check_functions", "src/core/b.c",
     "static int b(int c,\n\tint d) {\n" + "\ta();\n" * 59 + "}\n"),
    ("a table of 100 lines is no function", None, "src/core/b.c", "const int t[] = {\n" + "\t1,\n" * 100 + "};\n"),
    ("a line of 121 columns", "check_columns", "src/core/b.c", "\t//" + "x" * 111 + "\n"),
    ("a long string is no long line", None, "src/core/b.c", 'const char b[] =\n\t"' + "x" * 150 + '";\n'),
    ("strcpy", "check_banned", "src/core/b.c", "void b(char *c) {\n\tstrcpy(c, c);\n}\n"),
    ("exit in a low room", "check_banned", "src/core/b.c", "void b(void) {\n\texit(1);\n}\n"),
    ("fork", "check_banned", "src/cmd/b.c", "void b(void) {\n\tfork();\n}\n"),
    ("printf in a low room", "check_streams", "src/store/b.c", "void b(void) {\n\tprintf (\"\");\n}\n"),
    ("stderr in a low room", "check_streams", "src/store/b.c", "void b(void) {\n\tfputs(\"\", stderr);\n}\n"),
    ("snprintf is fine", None, "src/store/b.c", "void b(char *c) {\n\tsnprintf(c, 1, \"printf(\");\n}\n"),
    ("a vendor in the engine", "check_vendors", "src/engine/b.c", "const char *b = \"OpenAI\";\n"),
    ("a vendor in a comment is fine", None, "src/engine/b.c", "// openai answers late\n"),
    ("white space at the end", "check_white_space", "src/core/b.c", "int x; \n"),
    ("no newline at the end", "check_white_space", "src/core/b.c", "int x;"),
    ("a tab after a space", "check_white_space", "src/core/b.c", "int x; \t// x\n"),
    ("bytes that are no text", "check_white_space", "src/core/b.c", b"// \xff\n"),
    ("a list out of order", "check_sorted", "src/provider/meson.build", "providers = ['beta', 'alpha']\n"),
    ("a source that is not built", "check_built", "src/core/forgotten.c", "int x;\n"),
    ("a test that is not run", "check_built", "tests/unit/test_forgotten.c", "int x;\n"),
    ("a command-line test that is not run", "check_built", "tests/cli/forgotten.test", "=== x\nrun true\n"),
    ("a listed part that is not there", "check_sorted", "src/provider/meson.build", "providers = ['alpha', 'beta', 'gamma']\n"),
]


def found_in(files):
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), "wb") as out:
                out.write(text if isinstance(text, bytes) else text.encode())
        tree = lint.Tree(root)
        return {check.__name__: faults for _, check in lint.CHECKS if (faults := list(check(tree)))}


def statics_found():
    """What can be written is told from what cannot by the compiler's own sections."""
    with tempfile.TemporaryDirectory() as root:
        for name in ("bad", "log"):
            with open(f"{root}/{name}.c", "w") as out:
                out.write("int counter;\nstatic int state = 1;\nconst char *name = \"x\";\n"
                          "const char *const fixed[] = {\"x\"};\nint next(void) {\n\treturn state++;\n}\n")
            subprocess.run(["cc", "-fPIC", "-c", f"{name}.c", "-o", f"{name}.o"], cwd=root, check=True)
        return list(lint.check_statics(None, root))


def main():
    failed = 0
    cases = [("a clean tree", None, "src/core/c.c", "int c(void) {\n\treturn 0;\n}\n")] + FAULTS
    print(f"1..{len(cases) + 1}")
    for number, (name, check, path, text) in enumerate(cases, 1):
        found = found_in({**CLEAN, path: text})
        good = set(found) == ({check} if check else set())
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number} - {name}")
        if not good:
            print(f"# {found}")
    found = statics_found()
    good = len(found) == 3 and all(fault.startswith("bad: ") for fault in found)
    failed += not good
    print(f"{'ok' if good else 'not ok'} {len(cases) + 1} - writable statics, but for those of log")
    if not good:
        print(f"# {found}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
