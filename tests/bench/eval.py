#!/usr/bin/env python3
"""Samples a second and CPU a sample of `f2f eval` on its normal path, against f2f-mock: eval.py F2F F2F_MOCK [SAMPLES].

The normal path is prompt, HTTP, extraction, rows and texts, all stored; Lean is left out (--no-verify), since it is not ours to
measure. Printed, never asserted; the row count and the database's integrity are asserted.
"""
import os
import pathlib
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

f2f, mock = (os.path.abspath(path) for path in sys.argv[1:3])
per_problem = int(sys.argv[3]) if len(sys.argv) > 3 else 850  # times 24 problems of demo: about 20,000
home = pathlib.Path(tempfile.mkdtemp(prefix="f2f-bench-"))
server = subprocess.Popen([mock, "--port", "0"], stdout=subprocess.PIPE, text=True)


def measure(model, samples, connections):
    database = home / f"{model}-{connections}.db"
    port = measure.port
    command = [f2f, "eval", "--db", str(database), "--model", f"openai/{model}", "--base-url", f"http://127.0.0.1:{port}/v1",
               "--split", "demo", "-n", str(samples), "--no-verify", "-j", str(connections), "-q", "--json"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    process = subprocess.run(command, cwd=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             env={"PATH": os.environ["PATH"], "HOME": str(home)})
    wall = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode != 0:
        sys.exit(f"eval ended with {process.returncode}\n{process.stderr}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    with sqlite3.connect(database) as connection:
        rows = connection.execute("SELECT count(*) FROM sample").fetchone()[0]
        integrity = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if rows != 24 * samples or integrity != "ok":
        sys.exit(f"{rows} rows of {24 * samples}, integrity {integrity}")
    print(f"f2f eval, {model}, -j {connections}: {rows} samples in {wall:.2f} s, {rows / wall:.0f} samples/s, "
          f"{cpu / rows * 1e6:.0f} µs CPU a sample, {after.ru_maxrss // 1024} MiB peak, "
          f"{database.stat().st_size / rows:.0f} bytes a sample")


try:
    measure.port = int(server.stdout.readline())
    measure("plain", per_problem, 64)
finally:
    server.terminate()
    server.wait()
    shutil.rmtree(home, ignore_errors=True)
