#!/usr/bin/env python3
"""Counts test points over meson build directories and ends with "N passed, N failed, N skipped".

A point is a TAP line, or a whole program where a test writes none. A line "# skipped: REASON" takes one point of its program from
passed to skipped: Check cannot say so in TAP. Only suite lean and what needs ../shared may be skipped; anything else fails the run.
"""
import collections
import json
import re
import sys

POINT = re.compile(r"^(not )?ok\b(?:\s+\d+)?\s*(.*)$")
PLAN = re.compile(r"^1\.\.(\d+)")
SKIP = re.compile(r"#\s*SKIP\b:?\s*(.*)$", re.IGNORECASE)
NOTE = re.compile(r"^#? ?skipped: (.*)$")
SKIP_ALL = re.compile(r"^1\.\.0\s*#\s*SKIP\b:?\s*(.*)$", re.IGNORECASE)


def allowed(reason):
    return "lean" in reason.lower() or "shared" in reason


class Counts:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.reasons = collections.Counter()
        self.failures = []

    def skip(self, where, reason):
        reason = reason.strip() or "no reason given"
        self.skipped += 1
        self.reasons[reason] += 1
        if not allowed(reason):
            self.failed += 1
            self.failures.append(f"{where}: skipped for a reason that is not allowed: {reason}")

    def fail(self, where):
        self.failed += 1
        self.failures.append(where)


def add_test(counts, build, test):
    name = f"{build}: {test['name']}"
    lines = (test.get("stdout") or "").splitlines()
    points = [m for m in map(POINT.match, lines) if m]
    notes = [m.group(1) for m in map(NOTE.match, lines) if m]
    if not points:
        whole = next((m.group(1) for m in map(SKIP_ALL.match, lines) if m), None)
        if whole is not None:
            counts.skip(name, whole)
        elif test["result"] == "SKIP":
            counts.skip(name, notes[0] if notes else "lean" if "lean" in test["name"] else "")
        elif test["result"] == "OK":
            counts.passed += 1
        else:
            counts.fail(f"{name}: {test['result']}")
        return
    failed = 0
    passed = 0
    for bad, text in (m.groups() for m in points):
        skip = SKIP.search(text)
        if skip:
            counts.skip(name, skip.group(1))
        elif bad:
            failed += 1
            counts.fail(f"{name}: {text}")
        else:
            passed += 1
    for reason in notes[:passed]:
        passed -= 1
        counts.skip(name, reason)
    counts.passed += passed
    # A program that died, or said fewer points than it announced, failed whatever it printed.
    plan = next((int(m.group(1)) for m in map(PLAN.match, lines) if m), None)
    if failed == 0 and (test["result"] not in ("OK", "SKIP") or (plan is not None and plan != len(points))):
        counts.fail(f"{name}: {test['result']} after {len(points)} of {plan} points")


def main(builds):
    counts = Counts()
    for build in builds:
        try:
            with open(f"{build}/meson-logs/testlog.json", encoding="utf-8") as log:
                tests = [json.loads(line) for line in log if line.strip()]
        except OSError as error:
            counts.fail(f"{build}: no test log: {error}")
            continue
        if not tests:
            counts.fail(f"{build}: no test ran")
        for test in tests:
            add_test(counts, build, test)
    for reason, count in counts.reasons.most_common():
        print(f"skipped {count}: {reason}")
    for failure in counts.failures:
        print(f"FAILED {failure}")
    print(f"{counts.passed} passed, {counts.failed} failed, {counts.skipped} skipped")
    return 1 if counts.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
