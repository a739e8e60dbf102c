#!/usr/bin/env python3
"""The manual names every command and every option that --help names, and no other: manual.py F2F MANUAL."""
import re
import subprocess
import sys

f2f, manual = sys.argv[1:3]


def help_of(*command):
    return subprocess.run([f2f, "help", *command, "--all"], capture_output=True, text=True, check=True).stdout


def options_in_help(text):
    return set(re.findall(r"^  (?:-\w, |    )(--[a-z][a-z-]*)", text, re.MULTILINE))


with open(manual, encoding="utf-8") as file:
    text = file.read().replace("\\", "")
sections = dict(re.findall(r"^## f2f (\S+)\n(.*?)(?=^#)", text, re.MULTILINE | re.DOTALL))
overview = subprocess.run([f2f, "help"], capture_output=True, text=True, check=True).stdout
commands = re.findall(r"^  ([a-z]+) ", overview[overview.index("Commands:"):overview.index("Options")], re.MULTILINE)
problems = []
if set(commands) != set(sections):
    problems.append(f"commands: help has {sorted(commands)}, the manual {sorted(sections)}")
for command in sorted(set(commands) & set(sections)):
    wanted = options_in_help(help_of(command))
    found = set(re.findall(r"^(?:\*-\w\*, )?\*(--[a-z][a-z-]*)\*", sections[command], re.MULTILINE))
    for option in sorted(wanted ^ found):
        problems.append(f"{command}: {option} is only in {'the help' if option in wanted else 'the manual'}")
print("1..1")
print(("not ok" if problems else "ok") + " 1 - the manual names the commands and options that help names")
for problem in problems:
    print(f"# {problem}")
sys.exit(1 if problems else 0)
