#!/usr/bin/env python3
"""f2f eval on its normal path against f2f-mock, beside plain Python clients: eval.py F2F F2F_MOCK [SHARE].

The normal path is prompt, HTTP, extraction, rows and texts, cache, all stored; Lean is left out (--no-verify), since it is not ours to
measure. Each job is run three times and the best is printed: figures, never asserted. The row count and the database's integrity are,
after each run. SHARE (1) makes the jobs smaller. The plain clients are Debian's python3-aiohttp and python3-httpx, where installed.
"""
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

f2f, mock = (os.path.abspath(path) for path in sys.argv[1:3])
share = float(sys.argv[3]) if len(sys.argv) > 3 else 1
home = pathlib.Path(tempfile.mkdtemp(prefix="f2f-bench-"))
PROBLEMS = 24  # of demo
TIMES = 3
clients = os.path.join(os.path.dirname(os.path.abspath(__file__)), "plain_client.py")


class Server:
    def __init__(self, *options):
        self.process = subprocess.Popen([mock, "--port", "0", *options], stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}/v1"

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


def timed(command):
    """(wall s, CPU s, peak KiB) of a command that has to end well."""
    started = time.monotonic()
    process = subprocess.Popen(command, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                               env={"PATH": os.environ["PATH"], "HOME": str(home), "OPENAI_API_KEY": "k"})
    with process.stderr:
        errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[:3]} ended with {process.returncode}\n{errors}")
    return time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def best(runs):
    """The least of each, since what else runs here only ever adds."""
    return [min(column) for column in zip(*runs)]


def evaluate(server, samples, connections, *options):
    """The best figures of a job of about `samples` samples, and how many they were."""
    database = home / "bench.db"
    each = max(int(samples * share // PROBLEMS), 1)  # not one over: that would be a round of its own
    runs = []
    for _ in range(TIMES):
        for file in home.glob("bench.db*"):
            file.unlink()
        runs.append(timed([f2f, "eval", "--db", str(database), "--model", "openai/plain", "--base-url", server.url, "--split", "demo",
                           "-n", str(each), "--no-verify", "-j", str(connections), "-q", "--json", *options]))
        with sqlite3.connect(database) as connection:
            rows = connection.execute("SELECT count(*) FROM sample WHERE reply IS NOT NULL AND missing IS NULL").fetchone()[0]
            integrity = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if rows != PROBLEMS * each or integrity != "ok":
            sys.exit(f"{rows} rows of {PROBLEMS * each}, integrity {integrity}")
    return (*best(runs), rows, database.stat().st_size)


def tell(what, wall, cpu, peak, rows, size=None):
    print(f"{what}: {rows} samples in {wall:.2f} s, {rows / wall:.0f}/s, {cpu / rows * 1e6:.0f} µs CPU a sample, "
          f"{rows / cpu:.0f} samples a core second, {100 * cpu / wall:.0f} % of a core, {peak // 1024} MiB peak"
          + (f", {size / rows:.0f} bytes a sample" if size else ""), flush=True)


def has(library):
    return subprocess.run(["/usr/bin/python3", "-c", f"import {library}"], stderr=subprocess.DEVNULL, check=False).returncode == 0


def compare():
    """The same 2,000 samples, 64 at a time, by f2f and by plain clients that only append to a file."""
    samples = max(round(2000 * share / PROBLEMS), 1) * PROBLEMS
    with Server() as server:
        ours = evaluate(server, 2000, 64, "--stream", "off")
        tell("2,000 samples, f2f eval", *ours)
        for library in ("aiohttp", "httpx"):
            if not has(library):
                print(f"2,000 samples, {library}: left out, python3-{library} is not installed")
                continue
            path = home / "plain.jsonl"
            runs = []
            for _ in range(TIMES):
                runs.append(timed(["/usr/bin/python3", clients, library, server.url, str(samples), str(path)]))
                with open(path, encoding="utf-8") as lines:
                    if (count := sum(1 for _ in lines)) != samples:
                        sys.exit(f"{count} lines of {samples}")
            wall, cpu, peak = best(runs)
            tell(f"2,000 samples, {library}", wall, cpu, peak, samples)
            print(f"  f2f takes {ours[1] / cpu:.2f} of its CPU time, {ours[0] / wall:.2f} of its wall time, {ours[2] / peak:.2f} of its memory")


try:
    with Server() as at_once:
        tell("at once, 64 in flight", *evaluate(at_once, 20000, 64, "--stream", "off"))
        tell("at once, without the cache", *evaluate(at_once, 20000, 64, "--stream", "off", "--cache", "off"))
        tell("streamed, 64 in flight", *evaluate(at_once, 20000, 64, "--stream", "on"))
    with Server("--delay", "1000") as slow:
        tell("a second each, 1,024 in flight", *evaluate(slow, 8192, 1024, "--stream", "off"))
    compare()
finally:
    shutil.rmtree(home, ignore_errors=True)
