#!/usr/bin/env python3
"""Writes the C table of embedded files: embed.py OUTPUT ROOT PATH... (paths relative to ROOT)."""
import sys

output, root, paths = sys.argv[1], sys.argv[2], sorted(sys.argv[3:], key=lambda p: p.encode())


def literal(data):
    """The bytes as C string literals, a source line each; \\ooo never runs into a following digit."""
    lines = []
    for line in data.split(b"\n"):
        text = "".join(
            chr(b) if 32 <= b < 127 and b not in b'"\\?' else "\\%03o" % b for b in line)
        lines.append('\t"%s\\n"' % text)
    lines[-1] = lines[-1][:-3] + '"'
    return "\n".join(lines)


with open(output, "w", encoding="ascii") as out:
    out.write('#include "base/asset.h"\n\n')
    out.write("extern const struct asset asset_table[];\nextern const size_t asset_count;\n\n")
    out.write("const struct asset asset_table[] = {\n")
    for path in paths:
        with open(f"{root}/{path}", "rb") as source:
            data = source.read()
        # Above 4,095 characters ISO C promises no string literal; gcc and clang take them.
        out.write('{"%s",\n%s,\n%d},\n' % (path, literal(data), len(data)))
    out.write("};\n\nconst size_t asset_count = %d;\n" % len(paths))
